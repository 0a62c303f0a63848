package onload.sockets;

import static onload.sockets.TwoStacks.OTHER;
import static onload.sockets.TwoStacks.at;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;

/** Sockets whose waiting threads may be interrupted without harm, as those of java.net. */
@Timeout(60)
class OutlastingInterruptsTest {
    private static final long SECOND = 1_000_000_000;

    /** Waits that do not end; with spinning and without. */
    private static TwoStacks stacks(String spin) {
        return TwoStacks.onRealTime(b -> b.option("spin", spin));
    }

    private static Thread start(FutureTask<?> task) {
        Thread thread = new Thread(task);
        thread.start();
        return thread;
    }

    /** What a call answers, and whether the thread was interrupted at its end. */
    private record Outcome(int answer, boolean isInterrupted) {
        static FutureTask<Outcome> of(Callable<Integer> call) {
            return new FutureTask<>(
                    () -> new Outcome(call.call(), Thread.currentThread().isInterrupted()));
        }
    }

    private static int receive(TcpSocket socket, long timeoutNs) {
        return socket.receive(new UnsafeBuffer(new byte[16]), 0, 16, timeoutNs);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "200us", "forever"})
    void anInterruptedPlatformThreadGoesOnReceivingAndKeepsItsStatus(String spin) throws Exception {
        try (TwoStacks stacks = stacks(spin)) {
            TcpServerSocket server = stacks.other.listen(at(OTHER, 7), 1);
            TcpSocket client = stacks.one.tcp();
            assertEquals(0, client.connect(at(OTHER, 7), 5 * SECOND));
            TcpSocket peer = Objects.requireNonNull(server.accept(5 * SECOND));
            client.outlastInterrupts(true);
            FutureTask<Outcome> reading = Outcome.of(() -> receive(client, Socket.FOREVER));
            Thread reader = start(reading);
            for (int i = 0; i < 100; i++) {
                reader.interrupt();
                Thread.onSpinWait();
            }
            peer.send(new UnsafeBuffer(new byte[3]), 0, 3, 5 * SECOND);
            assertEquals(new Outcome(3, true), reading.get());
            assertTrue(client.isOpen());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "200us"})
    void theTimeOfAnInterruptedWaitStillEnds(String spin) throws Exception {
        try (TwoStacks stacks = stacks(spin)) {
            TcpServerSocket server = stacks.other.listen(at(OTHER, 7), 1);
            TcpSocket client = stacks.one.tcp();
            assertEquals(0, client.connect(at(OTHER, 7), 5 * SECOND));
            assertNotNull(server.accept(5 * SECOND));
            client.outlastInterrupts(true);
            long startNs = System.nanoTime();
            FutureTask<Outcome> reading =
                    Outcome.of(() -> {
                        Thread.currentThread().interrupt();
                        return receive(client, 50_000_000);
                    });
            start(reading);
            assertEquals(new Outcome(Status.EXPIRED, true), reading.get());
            assertTrue(System.nanoTime() - startNs >= 50_000_000);
            assertTrue(client.isOpen());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "200us"})
    void anInterruptedAcceptGoesOnUntilTheSocketIsClosed(String spin) throws Exception {
        try (TwoStacks stacks = stacks(spin)) {
            TcpServerSocket server = stacks.other.listen(at(OTHER, 7), 1);
            server.outlastInterrupts(true);
            FutureTask<Outcome> accepting =
                    Outcome.of(() -> {
                        Thread.currentThread().interrupt();
                        return server.accept(Socket.FOREVER) == null ? 0 : 1;
                    });
            start(accepting);
            TcpSocket client = stacks.one.tcp();
            assertEquals(0, client.connect(at(OTHER, 7), 5 * SECOND));
            assertEquals(new Outcome(1, true), accepting.get());
            accepting =
                    Outcome.of(() -> {
                        Thread.currentThread().interrupt();
                        return server.accept(Socket.FOREVER) == null ? 0 : 1;
                    });
            start(accepting);
            server.close();
            assertEquals(new Outcome(0, true), accepting.get());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anInterruptedVirtualThreadEndsItsWaitAndClosesTheSocket(boolean isBefore)
            throws Exception {
        try (TwoStacks stacks = stacks("0")) {
            TcpServerSocket server = stacks.other.listen(at(OTHER, 7), 1);
            TcpSocket client = stacks.one.tcp();
            assertEquals(0, client.connect(at(OTHER, 7), 5 * SECOND));
            assertNotNull(server.accept(5 * SECOND));
            client.outlastInterrupts(true);
            FutureTask<Outcome> reading = Outcome.of(() -> receive(client, Socket.FOREVER));
            Thread reader = Thread.ofVirtual().unstarted(reading);
            if (isBefore) {
                reader.interrupt();
                reader.start();
            } else {
                reader.start();
                reader.interrupt();
            }
            assertEquals(new Outcome(Status.INTERRUPTED, true), reading.get());
            assertFalse(client.isOpen());
        }
    }
}
