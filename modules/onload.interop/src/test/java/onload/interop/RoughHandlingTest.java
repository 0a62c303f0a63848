package onload.interop;

import static onload.interop.Link.KERNEL;
import static onload.interop.Link.SECOND;
import static onload.interop.Link.STACK;
import static onload.interop.Link.at;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.nic.spi.NicUnavailableException;
import onload.sockets.Stack;
import onload.sockets.Status;
import onload.sockets.TcpSocket;
import onload.sockets.UdpSocket;
import onload.sockets.counter.StackCounter;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.File;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** Stacks that are opened and closed often, at bad moments, and under more than they can take. */
@Timeout(60)
class RoughHandlingTest {
    private static final int ROUNDS = 20;
    private static final int DATAGRAM = 64;

    private static Stack again(Link link) {
        boolean isTap = link.device.equals("tap0");
        return Stack.builder()
                .nic(
                        isTap
                                ? "tap:tap0,netns=" + link.far.name()
                                : "afxdp:veth0,netns=" + link.near().name())
                .address(STACK + "/24")
                .option("packets", "4096")
                .open();
    }

    private static int descriptors() {
        String[] open = new File("/proc/self/fd").list();
        assertNotNull(open);
        return open.length;
    }

    private static long mappings() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
            return lines.filter(each -> each.contains("socket:")).count();
        }
    }

    @ParameterizedTest
    @CsvSource({"tap", "afxdp"})
    void nothingIsLeftOfStacksThatWereClosed(String kind) throws Exception {
        try (Link link = Link.quick(kind)) {
            link.stack.close();
            again(link).close();
            int descriptors = descriptors();
            long mappings = mappings();
            for (int i = 0; i < ROUNDS; i++) {
                again(link).close();
            }
            assertEquals(descriptors, descriptors());
            assertEquals(mappings, mappings());
        }
    }

    @ParameterizedTest
    @CsvSource({"tap", "afxdp"})
    void whoeverCannotHaveTheDeviceLeavesNothingAndDisturbsNobody(String kind) throws Exception {
        try (Link link = Link.quick(kind);
                Conversation conversation = new Conversation(link, 4)) {
            conversation.goesOn(5);
            assertThrows(NicUnavailableException.class, () -> again(link));
            int descriptors = descriptors();
            for (int i = 0; i < 5; i++) {
                String message =
                        assertThrows(NicUnavailableException.class, () -> again(link)).getMessage();
                assertTrue(String.valueOf(message).contains("EBUSY"), message);
                conversation.goesOn(5);
            }
            assertEquals(descriptors, descriptors());
        }
    }

    @ParameterizedTest
    @CsvSource({"tap", "afxdp"})
    void aStackIsClosedWhileFramesPourIn(String kind) throws Exception {
        try (Link link = Link.quick(kind);
                Flood _ = new Flood(link)) {
            for (int i = 0; i < ROUNDS; i++) {
                try (Stack stack = i == 0 ? link.stack : again(link)) {
                    if (kind.equals("tap") && i > 0) {
                        link.far.address("tap0", KERNEL + "/24");
                    }
                    UdpSocket socket = stack.udp();
                    assertEquals(0, socket.bind(at(STACK, 9)));
                    UnsafeBuffer in = new UnsafeBuffer(new byte[DATAGRAM]);
                    for (int j = 0; j < 100; j++) {
                        assertEquals(DATAGRAM, socket.receive(in, 0, DATAGRAM, null, 10 * SECOND));
                    }
                    stack.close(0);
                    assertEquals(0, stack.counters().get(StackCounter.FAULTS));
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"tap", "afxdp"})
    void aFloodThatNobodyReadsLeavesRoomForOthers(String kind) throws Exception {
        try (Link link = Link.quick(kind);
                ServerSocket server = link.far.call(() -> new ServerSocket(10));
                Flood flood = new Flood(link)) {
            UdpSocket unread = link.stack.udp();
            assertEquals(0, unread.bind(at(STACK, 9)));
            flood.pours();
            for (int i = 0; i < 10; i++) {
                TcpSocket socket = link.stack.tcp();
                int answer = socket.connect(at(KERNEL, 10), 10 * SECOND);
                assertEquals(0, answer, () -> Status.text(answer));
                server.accept().close();
                assertEquals(0, Exchange.receive(socket, 1).length);
                socket.close();
            }
            assertEquals(0, link.stack.counters().get(StackCounter.FAULTS));
            unread.close();
        }
    }

    /**
     * Linux that is out of memory for a socket takes its window back (since 6.5) and then drops, unread, segments that
     * begin or, since 6.17, end beyond it: acknowledgments of ours have to be within the window all the same (RFC 9293,
     * section 3.8.6: robust against a window that shrinks).
     */
    @ParameterizedTest
    @CsvSource({"tap, 4", "tap, 6", "afxdp, 4", "afxdp, 6"})
    void aKernelThatTakesItsWindowBackHasItsDataAcknowledged(String kind, int version)
            throws Exception {
        int length = 1 << 20;
        try (Link link = Link.quick(kind);
                ServerSocket server = link.far.call(() -> new ServerSocket(10))) {
            TcpSocket socket = link.stack.tcp();
            assertEquals(0, socket.connect(at(Link.kernelAddress(version), 10), 5 * SECOND));
            Socket accepted = server.accept();
            // The window that was offered is larger than what is left of the buffer.
            accepted.setReceiveBufferSize(1);
            byte[] ours = Exchange.noise(length, 1);
            byte[] theirs = Exchange.noise(length, 2);
            Thread sender = Thread.ofPlatform().daemon().start(() -> Exchange.send(socket, ours));
            // It has come to a stop when nothing more was sent for some time.
            awaitStandstill(socket);
            Thread answerer =
                    Thread.ofPlatform()
                            .daemon()
                            .start(() -> {
                                try {
                                    accepted.getOutputStream().write(theirs);
                                } catch (IOException e) {
                                    // The test says what is missing.
                                }
                            });
            assertArrayEquals(theirs, Exchange.receive(socket, length));
            accepted.setReceiveBufferSize(1 << 20);
            assertArrayEquals(ours, accepted.getInputStream().readNBytes(length));
            sender.join(5000);
            answerer.join(5000);
            accepted.close();
            socket.close();
        }
    }

    private static void awaitStandstill(TcpSocket socket) {
        long sent = -1;
        long sinceNs = System.nanoTime();
        while (System.nanoTime() - sinceNs < SECOND / 4) {
            LockSupport.parkNanos(1_000_000);
            long now = socket.info().bytesAcked() + socket.info().notSentBytes();
            if (now != sent) {
                sent = now;
                sinceNs = System.nanoTime();
            }
        }
    }

    /** Small datagrams from the kernel, as fast as one thread can. */
    private static final class Flood implements AutoCloseable {
        private final DatagramSocket socket;
        private final Thread thread;
        private volatile boolean isEnding;
        private final AtomicLong sent = new AtomicLong();

        Flood(Link link) throws IOException {
            socket = link.far.call(() -> new DatagramSocket());
            InetAddress to = InetAddress.getByName(STACK);
            DatagramPacket packet = new DatagramPacket(new byte[DATAGRAM], DATAGRAM, to, 9);
            thread =
                    Thread.ofPlatform()
                            .daemon()
                            .start(() -> {
                                while (!isEnding) {
                                    try {
                                        socket.send(packet);
                                        sent.incrementAndGet();
                                    } catch (IOException e) {
                                        // The device is not there, or nobody at the port.
                                        Thread.onSpinWait();
                                    }
                                }
                            });
        }

        /** Waits until there were more than any queue holds. */
        void pours() {
            long endNs = System.nanoTime() + 10 * SECOND;
            while (sent.get() < 5000) {
                assertTrue(System.nanoTime() - endNs < 0, () -> "only " + sent + " datagrams");
                LockSupport.parkNanos(1_000_000);
            }
        }

        @Override
        public void close() {
            isEnding = true;
            try {
                thread.join(5000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            socket.close();
        }
    }
}
