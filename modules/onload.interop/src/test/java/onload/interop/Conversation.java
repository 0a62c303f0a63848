package onload.interop;

import static onload.interop.Link.SECOND;
import static onload.interop.Link.at;
import static onload.interop.Link.kernelAddress;

import static org.junit.jupiter.api.Assertions.assertEquals;

import onload.sockets.Status;
import onload.sockets.TcpSocket;

import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A stream that goes from a stack to the kernel and comes back, as fast as it can, for as long as this is open: each
 * byte says where it is in the stream, and whatever is lost, doubled or out of place ends it.
 */
final class Conversation implements AutoCloseable {
    private static final int BLOCK = 1 << 14;
    private static final int PERIOD = 251;
    private static final int LONGEST_SECONDS = 20;

    private final Link link;
    private final ServerSocket server;
    private final TcpSocket socket;
    private final AtomicLong echoed = new AtomicLong();
    private final Thread[] threads = new Thread[3];
    private volatile String failure = "";
    private volatile boolean isEnding;

    Conversation(Link link, int version) {
        this.link = link;
        server = link.far.call(() -> new ServerSocket(7));
        threads[0] = Thread.ofPlatform().daemon().start(this::echo);
        socket = link.stack.tcp();
        int answer = socket.connect(at(kernelAddress(version), 7), 5 * SECOND);
        assertEquals(0, answer, () -> Status.text(answer));
        threads[1] = Thread.ofPlatform().daemon().start(this::send);
        threads[2] = Thread.ofPlatform().daemon().start(this::receive);
    }

    TcpSocket socket() {
        return socket;
    }

    private void echo() {
        try (Socket accepted = server.accept()) {
            accepted.getInputStream().transferTo(accepted.getOutputStream());
        } catch (IOException e) {
            failed("the kernel's end: " + e.getMessage());
        }
    }

    private void send() {
        // A whole number of periods and one block more, so that each offset can be sent from.
        byte[] pattern = new byte[PERIOD + BLOCK];
        for (int i = 0; i < pattern.length; i++) {
            pattern[i] = (byte) (i % PERIOD);
        }
        UnsafeBuffer buffer = new UnsafeBuffer(pattern);
        long sent = 0;
        while (!isEnding) {
            int taken = socket.send(buffer, (int) (sent % PERIOD), BLOCK, LONGEST_SECONDS * SECOND);
            if (taken <= 0) {
                failed("sending at %d: %s".formatted(sent, Status.text(taken)));
                return;
            }
            sent += taken;
        }
    }

    private void receive() {
        byte[] block = new byte[BLOCK];
        UnsafeBuffer buffer = new UnsafeBuffer(block);
        long received = 0;
        while (!isEnding) {
            int count = socket.receive(buffer, 0, BLOCK, LONGEST_SECONDS * SECOND);
            if (count <= 0) {
                failed("receiving at %d: %s".formatted(received, Status.text(count)));
                return;
            }
            for (int i = 0; i < count; i++) {
                if (block[i] != (byte) ((received + i) % PERIOD)) {
                    failed("a wrong byte at %d".formatted(received + i));
                    return;
                }
            }
            received += count;
            echoed.lazySet(received);
        }
    }

    private void failed(String why) {
        if (!isEnding && failure.isEmpty()) {
            failure = why;
        }
    }

    /** How many bytes have come back. */
    long echoed() {
        return echoed.get();
    }

    /** Waits until some more have come back. */
    void goesOn(int seconds) {
        long start = echoed.get();
        long startNs = System.nanoTime();
        while (echoed.get() - start < 1 << 20) {
            if (!failure.isEmpty()) {
                throw new AssertionError(failure + "; " + state());
            }
            if (System.nanoTime() - startNs > seconds * SECOND) {
                throw new AssertionError(
                        "after %d s only %d bytes more have come back; %s"
                                .formatted(seconds, echoed.get() - start, state()));
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** Waits until nothing has come back for some time. */
    void stops(int milliseconds) {
        long endNs = System.nanoTime() + 10 * SECOND;
        long last = echoed.get();
        long sinceNs = System.nanoTime();
        while (System.nanoTime() - sinceNs < TimeUnit.MILLISECONDS.toNanos(milliseconds)) {
            LockSupport.parkNanos(1_000_000);
            if (echoed.get() != last) {
                last = echoed.get();
                sinceNs = System.nanoTime();
            }
            if (System.nanoTime() - endNs > 0) {
                throw new AssertionError("it does not stop");
            }
        }
        if (!failure.isEmpty()) {
            throw new AssertionError(failure + "; " + state());
        }
    }

    private String state() {
        return "%s; %s; %s"
                .formatted(socket.info(), link.stack.tcpCounters(), link.stack.ipCounters());
    }

    @Override
    public void close() throws IOException {
        isEnding = true;
        socket.abort();
        server.close();
        try {
            for (Thread each : threads) {
                each.join(TimeUnit.SECONDS.toMillis(5));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
