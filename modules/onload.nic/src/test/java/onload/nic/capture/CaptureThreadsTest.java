package onload.nic.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.nic.spi.NicEvents;

import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.YieldingIdleStrategy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

@Timeout(120)
class CaptureThreadsTest {
    @TempDir Path folder;

    @Test
    void framesReachTheFileByTheThreadThatTheCaptureStarts() throws Exception {
        CaptureOptions options = CaptureBench.to(folder);
        try (CaptureBench bench = new CaptureBench()) {
            Capture capture = bench.start(options);
            Thread thread = capture.startThread("onload-capture");
            assertTrue(thread.isDaemon());
            assertEquals("onload-capture", thread.getName());
            assertThrows(IllegalStateException.class, () -> capture.startThread("second"));
            thread.interrupt();
            bench.receive(Frames.numbered(1, 60), 1);
            while (capture.report().written() == 0) {
                Thread.onSpinWait();
            }
            assertEquals(1, bench.file(capture, options).packets.size());
            thread.join(Duration.ofSeconds(30));
            assertFalse(thread.isAlive());
        }
    }

    @Test
    void anAgentRunnerDrivesTheWriterAndEndsTheCapture() throws Exception {
        CaptureOptions options = CaptureBench.to(folder);
        try (CaptureBench bench = new CaptureBench()) {
            Capture capture = bench.start(options);
            AgentRunner runner =
                    new AgentRunner(
                            new YieldingIdleStrategy(), bench.faults::add, null, capture.writer());
            AgentRunner.startOnThread(runner);
            bench.receive(Frames.numbered(1, 60), 1);
            while (capture.report().written() == 0) {
                Thread.onSpinWait();
            }
            runner.close();
            assertEquals(CaptureState.STOPPED, capture.report().state());
            assertEquals(1, bench.file(capture, options).packets.size());
        }
    }

    @Test
    void capturesStartAndStopWhileTheStackPollsAndAccountForEveryFrame() throws Exception {
        try (CaptureBench bench = new CaptureBench(false)) {
            bench.stub.remembers = false;
            try (Traffic traffic = new Traffic(bench)) {
                for (int i = 0; i < 40; i++) {
                    oneCapture(bench, i % 2 == 0 ? 4096 : 65536);
                }
                traffic.check();
            }
        }
    }

    private void oneCapture(CaptureBench bench, int ringBytes) throws IOException {
        CaptureOptions options =
                CaptureBench.to(folder).withRingBytes(ringBytes).withSnapLength(200);
        Capture capture = bench.start(options);
        capture.startThread("onload-capture");
        while (capture.report().written() < 200) {
            Thread.onSpinWait();
        }
        assertTimeoutPreemptively(Duration.ofSeconds(20), capture::close);
        CaptureReport report = capture.report();
        PcapNgFile file = PcapNgFile.read(options.file());
        assertEquals(file.packets.size(), report.written());
        assertEquals(CaptureState.STOPPED, report.state());
        long dropped = 0;
        PcapNgFile.Packet first = file.packets.getFirst();
        int next = Frames.number(first.data()) - (int) first.dropped();
        for (PcapNgFile.Packet packet : file.packets) {
            next += (int) packet.dropped();
            dropped += packet.dropped();
            assertEquals(next, Frames.number(packet.data()));
            assertEquals(next, packet.timeNs());
            assertEquals(next % 2 == 0 ? 1 : 2, packet.direction());
            next++;
        }
        PcapNgFile.Statistics statistics = file.statistics.getFirst();
        assertTrue(dropped <= statistics.dropped());
        assertEquals(file.packets.size(), statistics.delivered());
        assertTrue(statistics.received() >= statistics.delivered() + dropped);
    }

    @Test
    void aFrameInEveryRecordIsInTheFileOrCountedOnceTheStackRests() throws Exception {
        CaptureOptions options = CaptureBench.to(folder).withRingBytes(8192).withSnapLength(100);
        try (CaptureBench bench = new CaptureBench(false)) {
            bench.stub.remembers = false;
            Capture capture = bench.start(options);
            capture.startThread("onload-capture");
            int frames = 100_000;
            for (int i = 0; i < frames; i++) {
                pass(bench, i);
            }
            PcapNgFile file = bench.file(capture, options);
            PcapNgFile.Statistics statistics = file.statistics.getFirst();
            assertEquals(frames, statistics.received());
            assertEquals(frames, file.packets.size() + statistics.dropped());
            assertEquals(0, capture.report().unwritten());
        }
    }

    @Test
    void stoppingDoesNotWaitForAStackThatIsStuckInAPoll() throws Exception {
        CaptureOptions options = CaptureBench.to(folder);
        CountDownLatch stuck = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        try (CaptureBench bench = new CaptureBench()) {
            Capture capture = bench.start(options);
            bench.stub.arrive(Frames.numbered(1, 60), 1);
            bench.stub.arrive(Frames.numbered(2, 60), 2);
            Thread stack =
                    Thread.ofPlatform()
                            .start(() -> bench.nic.poll(3, new Stuck(bench, stuck, goOn), 64));
            stuck.await();
            assertTimeoutPreemptively(Duration.ofSeconds(20), capture::close);
            PcapNgFile file = PcapNgFile.read(options.file());
            assertEquals(1, file.packets.size());
            assertEquals(1, file.statistics.getFirst().received());
            goOn.countDown();
            stack.join();
            assertEquals(2, bench.received);
            assertEquals(1, capture.report().unwritten());
        }
    }

    /**
     * One frame goes by: even numbers are received, odd ones transmitted; its time is its number.
     */
    private static void pass(CaptureBench bench, int number) {
        byte[] frame = Frames.numbered(number, 60);
        if (number % 2 == 0) {
            bench.receive(frame, number);
        } else {
            bench.transmit(frame, number);
        }
    }

    /** A stack on a thread of its own, busy until it is closed. */
    private static final class Traffic implements AutoCloseable {
        private final AtomicReference<Throwable> failure = new AtomicReference<>();
        private final Thread thread;
        private volatile boolean isOver;

        Traffic(CaptureBench bench) {
            thread =
                    Thread.ofPlatform()
                            .name("stack")
                            .uncaughtExceptionHandler((t, e) -> failure.set(e))
                            .start(() -> run(bench));
        }

        private void run(CaptureBench bench) {
            for (int number = 0; !isOver; number++) {
                pass(bench, number);
            }
        }

        void check() {
            assertEquals(null, failure.get());
            assertTrue(thread.isAlive());
        }

        @Override
        public void close() {
            isOver = true;
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            assertEquals(null, failure.get());
        }
    }

    /** A listener that hangs in its first frame until it is let go. */
    private record Stuck(CaptureBench bench, CountDownLatch stuck, CountDownLatch goOn)
            implements NicEvents {
        @Override
        public void received(int packet) {
            stuck.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            bench.received(packet);
        }

        @Override
        public void transmitted(int packet) {
            bench.transmitted(packet);
        }
    }
}
