package onload.nic.capture;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.nic.capture.PcapNgFile.Packet;
import onload.nic.capture.PcapNgFile.Statistics;
import onload.nic.packet.PacketPool;
import onload.nic.spi.NicEvents;
import onload.nic.spi.VirtualInterface;
import onload.testkit.base.Property;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

class CaptureTest {
    private static final int RECEIVED = 1;
    private static final int TRANSMITTED = 2;

    @TempDir Path folder;

    /** A frame that went by, as it has to stand in the file. */
    private static final class Seen {
        private final int direction;
        private final long timeNs;
        private final byte[] frame;

        Seen(int direction, long timeNs, byte[] frame) {
            this.direction = direction;
            this.timeNs = timeNs;
            this.frame = frame;
        }
    }

    @Test
    void framesOfBothDirectionsAreInTheFileInTheirOrder() throws IOException {
        CaptureOptions options = CaptureBench.to(folder);
        try (CaptureBench bench = new CaptureBench()) {
            Capture capture = bench.start(options);
            bench.receive(Frames.udp(1, 60), 100);
            bench.transmit(Frames.udp(2, 61), 200);
            bench.transmit(Frames.udp(3, 62), 300);
            bench.receive(Frames.udp(4, 63), 400);
            PcapNgFile file = bench.file(capture, options);
            assertExactly(
                    file,
                    0,
                    List.of(
                            new Seen(RECEIVED, 100, Frames.udp(1, 60)),
                            new Seen(TRANSMITTED, 200, Frames.udp(2, 61)),
                            new Seen(TRANSMITTED, 300, Frames.udp(3, 62)),
                            new Seen(RECEIVED, 400, Frames.udp(4, 63))));
            assertEquals(4, file.packets.size());
            assertEquals(2, bench.received);
            assertEquals(2, bench.transmitted);
        }
    }

    @Test
    void theInterfaceIsDescribedByNameAddressSpeedAndNanoseconds() throws IOException {
        CaptureOptions options = CaptureBench.to(folder).withSnapLength(1234);
        try (CaptureBench bench = new CaptureBench()) {
            PcapNgFile file = bench.file(bench.start(options), options);
            PcapNgFile.Interface lan = file.interfaces.getFirst();
            assertEquals("onload", file.application);
            assertEquals("lan0", lan.name());
            assertEquals(1, lan.linkType());
            assertEquals(1234, lan.snapLength());
            assertArrayEquals(new byte[] {2, 0, 0, 0, 0, 2}, lan.options().value(6));
            assertArrayEquals(
                    new byte[] {0, (byte) 0xE4, 0x0B, 0x54, 2, 0, 0, 0}, lan.options().value(8));
            assertArrayEquals(new byte[] {9}, lan.options().value(9));
            assertArrayEquals(new byte[] {0}, lan.options().value(13));
        }
    }

    @Test
    void aReceivedFrameHasTheTimeOfItsBufferAndATransmittedOneThatOfTheDoorbell()
            throws IOException {
        long offsetNs = 1_700_000_000_000_000_001L;
        CaptureOptions options = CaptureBench.to(folder).withEpochOffsetNs(offsetNs);
        try (CaptureBench bench = new CaptureBench()) {
            Capture capture = bench.start(options);
            bench.stub.arrive(Frames.udp(1, 60), 123_456_789);
            bench.nic.poll(123_500_000, bench, 1);
            bench.nic.transmit(bench.stub.frame(Frames.udp(2, 60), 1024));
            bench.nic.poll(123_600_000, bench, 1);
            bench.nic.ring(123_700_007);
            PcapNgFile file = bench.file(capture, options);
            assertEquals(offsetNs + 123_456_789, file.packets.get(0).timeNs());
            assertEquals(offsetNs + 123_700_007, file.packets.get(1).timeNs());
            Statistics statistics = file.statistics.getFirst();
            assertEquals(offsetNs + 123_500_000, statistics.time(2));
            assertEquals(offsetNs + 123_700_007, statistics.time(3));
            assertEquals(offsetNs + 123_700_007, statistics.timeNs());
        }
    }

    @Test
    void timesAtTheEndsOfTheRangeAreKeptToTheNanosecond() throws IOException {
        CaptureOptions options = CaptureBench.to(folder);
        try (CaptureBench bench = new CaptureBench()) {
            Capture capture = bench.start(options);
            long[] times = {0, 1, 0xFFFF_FFFFL, 0x1_0000_0000L, Long.MAX_VALUE};
            for (long time : times) {
                bench.receive(Frames.udp(1, 60), time);
            }
            PcapNgFile file = bench.file(capture, options);
            for (int i = 0; i < times.length; i++) {
                assertEquals(times[i], file.packets.get(i).timeNs());
            }
        }
    }

    @Test
    void whatIsTransmittedWhileAFrameIsDeliveredComesAfterThatFrame() throws IOException {
        CaptureOptions options = CaptureBench.to(folder);
        try (CaptureBench bench = new CaptureBench()) {
            Capture capture = bench.start(options);
            bench.stub.arrive(Frames.udp(1, 60), 5);
            bench.stub.arrive(Frames.udp(2, 60), 6);
            int reply = bench.stub.frame(Frames.udp(3, 60), 1024);
            bench.nic.poll(
                    10,
                    new NicEvents() {
                        @Override
                        public void received(int packet) {
                            if (bench.received == 0) {
                                assertEquals(0, bench.nic.transmit(reply));
                            }
                            bench.received(packet);
                        }

                        @Override
                        public void transmitted(int packet) {
                            bench.transmitted(packet);
                        }
                    },
                    64);
            bench.nic.ring(11);
            assertExactly(
                    bench.file(capture, options),
                    0,
                    List.of(
                            new Seen(RECEIVED, 5, Frames.udp(1, 60)),
                            new Seen(RECEIVED, 6, Frames.udp(2, 60)),
                            new Seen(TRANSMITTED, 11, Frames.udp(3, 60))));
        }
    }

    @Test
    void aFrameThatWasNotAcceptedIsNotCaptured() throws IOException {
        CaptureOptions options = CaptureBench.to(folder);
        try (CaptureBench bench = new CaptureBench()) {
            bench.stub.transmitRing = 1;
            Capture capture = bench.start(options);
            int accepted = bench.stub.frame(Frames.udp(1, 60), 1024);
            int refused = bench.stub.frame(Frames.udp(2, 60), 1024);
            assertEquals(0, bench.nic.transmit(accepted));
            assertEquals(VirtualInterface.RING_FULL, bench.nic.transmit(refused));
            bench.nic.ring(7);
            bench.pool.release(refused);
            assertExactly(
                    bench.file(capture, options),
                    0,
                    List.of(new Seen(TRANSMITTED, 7, Frames.udp(1, 60))));
        }
    }

    @Test
    void aFrameThatTheNicGivesBackWithoutADoorbellIsCapturedBeforeItsBufferIsUsedAgain()
            throws IOException {
        CaptureOptions options = CaptureBench.to(folder);
        try (CaptureBench bench = new CaptureBench()) {
            Capture capture = bench.start(options);
            for (int i = 0; i < 3; i++) {
                bench.nic.transmit(bench.stub.frame(Frames.udp(i, 60), 1024));
            }
            bench.stub.giveBackQueued();
            bench.nic.poll(20, bench, 2);
            bench.nic.ring(21);
            bench.nic.poll(22, bench, 2);
            assertExactly(
                    bench.file(capture, options),
                    0,
                    List.of(
                            new Seen(TRANSMITTED, 20, Frames.udp(0, 60)),
                            new Seen(TRANSMITTED, 20, Frames.udp(1, 60)),
                            new Seen(TRANSMITTED, 21, Frames.udp(2, 60))));
        }
    }

    @Test
    void aFrameThatIsSentTwiceIsThereTwice() throws IOException {
        CaptureOptions options = CaptureBench.to(folder);
        try (CaptureBench bench = new CaptureBench()) {
            Capture capture = bench.start(options);
            int packet = bench.stub.frame(Frames.udp(1, 60), 1024);
            bench.pool.retain(packet);
            bench.pool.retain(packet);
            bench.nic.transmit(packet);
            bench.nic.ring(1);
            bench.nic.transmit(packet);
            bench.nic.poll(2, new Releasing(bench.pool), 1);
            bench.nic.ring(3);
            bench.nic.poll(4, new Releasing(bench.pool), 1);
            bench.pool.release(packet);
            PcapNgFile file = bench.file(capture, options);
            assertEquals(2, file.packets.size());
            for (Packet captured : file.packets) {
                assertArrayEquals(Frames.udp(1, 60), captured.data());
            }
        }
    }

    @Test
    void aLongFrameIsCutAtTheSnapLengthAndKeepsItsOwn() throws IOException {
        CaptureOptions options = CaptureBench.to(folder).withSnapLength(61);
        try (CaptureBench bench = new CaptureBench()) {
            Capture capture = bench.start(options);
            bench.receive(Frames.numbered(1, 60), 1);
            bench.receive(Frames.numbered(2, 61), 2);
            bench.receive(Frames.numbered(3, 62), 3);
            bench.transmit(Frames.numbered(4, 5000), 4);
            PcapNgFile file = bench.file(capture, options);
            int[] frames = {60, 61, 62, 5000};
            int[] captured = {60, 61, 61, 61};
            for (int i = 0; i < frames.length; i++) {
                assertEquals(frames[i], file.packets.get(i).frameLength());
                assertEquals(captured[i], file.packets.get(i).data().length);
            }
        }
    }

    @Test
    void framesInSeveralBuffersAreWholeAgain() throws IOException {
        CaptureOptions options = CaptureBench.to(folder);
        try (CaptureBench bench = new CaptureBench()) {
            Capture capture = bench.start(options);
            List<Seen> all = new ArrayList<>();
            for (int part : new int[] {1, 7, 99, 100, 101, 700}) {
                byte[] frame = Frames.numbered(part, 100);
                bench.nic.transmit(bench.stub.frame(frame, part));
                bench.nic.ring(part);
                bench.nic.poll(part, bench, 64);
                all.add(new Seen(TRANSMITTED, part, frame));
            }
            bench.receive(Frames.numbered(9, 9018), 1000);
            all.add(new Seen(RECEIVED, 1000, Frames.numbered(9, 9018)));
            assertExactly(bench.file(capture, options), 0, all);
            assertArrayEquals(Frames.numbered(100, 100), bench.stub.sent.get(3));
        }
    }

    @Test
    void framesOfEveryLengthUpTo9018AreWholeInBothDirections() throws IOException {
        CaptureOptions options = CaptureBench.to(folder);
        List<Seen> all = new ArrayList<>();
        try (CaptureBench bench = new CaptureBench(false)) {
            bench.stub.remembers = false;
            Capture capture = bench.start(options);
            for (int length = 0; length <= 9018; length++) {
                byte[] frame = Frames.numbered(length, length);
                if (length % 2 == 0) {
                    bench.receive(frame, length);
                } else {
                    bench.transmit(frame, length);
                }
                all.add(new Seen(length % 2 == 0 ? RECEIVED : TRANSMITTED, length, frame));
                capture.writer().doWork();
            }
            PcapNgFile file = bench.file(capture, options);
            assertExactly(file, 0, all);
            assertEquals(9019, file.packets.size());
        }
    }

    @Test
    void whatFindsNoRoomIsCountedBeforeTheNextFrameAndInTheStatistics() throws IOException {
        CaptureOptions options = CaptureBench.to(folder).withSnapLength(400).withRingBytes(4096);
        try (CaptureBench bench = new CaptureBench()) {
            Capture capture = bench.start(options);
            for (int i = 0; i < 20; i++) {
                bench.receive(Frames.numbered(i, 400), i);
            }
            long inRing = 20 - capture.report().dropped();
            assertTrue(inRing > 5 && inRing < 10, "in the ring: " + inRing);
            assertEquals(inRing, capture.writer().doWork());
            bench.transmit(Frames.numbered(20, 400), 20);
            for (int i = 21; i < 40; i++) {
                bench.transmit(Frames.numbered(i, 400), i);
            }
            assertEquals(40, capture.report().seen());
            long droppedLast = capture.report().dropped() - (20 - inRing);
            assertTrue(droppedLast > 5, "dropped of the last twenty: " + droppedLast);
            PcapNgFile file = bench.file(capture, options);
            Packet firstAfter = file.packets.get((int) inRing);
            assertEquals(20, Frames.number(firstAfter.data()));
            assertEquals(20 - inRing, firstAfter.dropped());
            for (Packet packet : file.packets) {
                assertTrue(packet == firstAfter || packet.dropped() == 0, "counted once only");
            }
            assertEquals(40, file.statistics.getFirst().received());
            assertEquals(20 - inRing + droppedLast, file.statistics.getFirst().dropped());
            assertEquals(40, file.packets.size() + file.statistics.getFirst().dropped());
            assertEquals(file.packets.size(), file.statistics.getFirst().delivered());
            assertEquals(20, bench.received);
            assertEquals(20, bench.stub.sent.size());
        }
    }

    @Test
    void whatANicAcceptsBeyondItsOwnRingIsCountedAsDropped() throws IOException {
        CaptureOptions options = CaptureBench.to(folder);
        try (CaptureBench bench = new CaptureBench()) {
            bench.stub.transmitRing = 100;
            Capture capture = bench.start(options);
            for (int i = 0; i < 100; i++) {
                assertEquals(0, bench.nic.transmit(bench.stub.frame(Frames.udp(i, 60), 1024)));
            }
            bench.nic.ring(1);
            bench.nic.poll(2, bench, 100);
            bench.receive(Frames.udp(100, 60), 3);
            PcapNgFile file = bench.file(capture, options);
            assertEquals(65, file.packets.size());
            assertEquals(36, file.statistics.getFirst().dropped());
            assertEquals(101, file.statistics.getFirst().received());
        }
    }

    @Test
    void noOrderOfWorkLosesDoublesOrMixesUpAFrame() {
        Property.forAll(
                60,
                random -> {
                    int snapLength = random.between(1, 400);
                    CaptureOptions options =
                            CaptureBench.to(folder)
                                    .withSnapLength(snapLength)
                                    .withRingBytes(random.oneOf(4096, 8192, 65536))
                                    .withEpochOffsetNs(random.between(0, 1_000_000));
                    List<Seen> all = new ArrayList<>();
                    List<byte[]> queued = new ArrayList<>();
                    double writerIsDriven = random.oneOf(0.01, 0.05, 0.5);
                    try (CaptureBench bench = new CaptureBench()) {
                        Capture capture = bench.start(options);
                        for (int step = 0; step < 400; step++) {
                            byte[] frame = Frames.numbered(step, random.between(1, 3000));
                            long timeNs = step + options.epochOffsetNs();
                            if (random.chance(writerIsDriven)) {
                                capture.writer().doWork();
                            }
                            switch (random.between(0, 3)) {
                                case 0, 1 -> {
                                    bench.receive(frame, step);
                                    all.add(new Seen(RECEIVED, timeNs, frame));
                                }
                                case 2 -> {
                                    if (queued.size() < 8) {
                                        int part = random.between(500, 1500);
                                        bench.nic.transmit(bench.stub.frame(frame, part));
                                        queued.add(frame);
                                    }
                                }
                                default -> {
                                    bench.nic.ring(step);
                                    queued.forEach(
                                            sent -> all.add(new Seen(TRANSMITTED, timeNs, sent)));
                                    queued.clear();
                                    bench.nic.poll(step, bench, 64);
                                }
                            }
                        }
                        PcapNgFile file = bench.file(capture, options);
                        assertExactly(file, 0, all);
                        CaptureReport report = capture.report();
                        assertEquals(all.size(), report.seen());
                        assertEquals(file.packets.size(), report.written());
                        assertEquals(0, report.unwritten());
                        assertEquals(file.length, report.writtenBytes());
                    }
                });
    }

    @Test
    void severalInterfacesShareAFileEachWithItsNumberAndItsCounts() throws IOException {
        CaptureOptions options = CaptureBench.to(folder);
        try (CaptureBench bench = new CaptureBench();
                CaptureBench other = new CaptureBench()) {
            CapturingInterface wan = new CapturingInterface(other.stub, "wan0");
            Capture capture = bench.start(options);
            bench.receive(Frames.udp(1, 60), 1);
            capture.writer().doWork();
            capture.add(wan);
            other.stub.arrive(Frames.udp(2, 70), 2);
            wan.poll(2, other, 1);
            bench.receive(Frames.udp(3, 80), 3);
            other.stub.arrive(Frames.udp(4, 90), 4);
            wan.poll(4, other, 1);
            PcapNgFile file = bench.file(capture, options);
            assertEquals(
                    List.of("lan0", "wan0"), file.interfaces.stream().map(i -> i.name()).toList());
            assertExactly(
                    file,
                    0,
                    List.of(
                            new Seen(RECEIVED, 1, Frames.udp(1, 60)),
                            new Seen(RECEIVED, 3, Frames.udp(3, 80))));
            assertExactly(
                    file,
                    1,
                    List.of(
                            new Seen(RECEIVED, 2, Frames.udp(2, 70)),
                            new Seen(RECEIVED, 4, Frames.udp(4, 90))));
        }
    }

    @Test
    void anInterfaceThatWasNeverPolledHasStatisticsOfNothing() throws IOException {
        CaptureOptions options = CaptureBench.to(folder).withEpochOffsetNs(1000);
        try (CaptureBench bench = new CaptureBench()) {
            PcapNgFile file = bench.file(bench.start(options), options);
            assertEquals(0, file.packets.size());
            assertEquals(0, file.statistics.getFirst().received());
            assertEquals(0, file.statistics.getFirst().timeNs());
        }
    }

    @Test
    void oneInterfaceHasOneCaptureAtATime() throws IOException {
        CaptureOptions options = CaptureBench.to(folder);
        CaptureOptions second = CaptureOptions.to(folder.resolve("second.pcapng"));
        try (CaptureBench bench = new CaptureBench()) {
            Capture capture = bench.start(options);
            assertTrue(bench.nic.isCaptured());
            IllegalStateException error =
                    assertThrows(IllegalStateException.class, () -> bench.start(second));
            assertEquals(
                    "the interface lan0 is being captured already; stop that capture first",
                    error.getMessage());
            bench.receive(Frames.udp(1, 60), 1);
            assertEquals(1, bench.file(capture, options).packets.size());
            assertFalse(bench.nic.isCaptured());
            Capture third = bench.start(second);
            bench.receive(Frames.udp(2, 60), 2);
            assertExactly(
                    bench.file(third, second),
                    0,
                    List.of(new Seen(RECEIVED, 2, Frames.udp(2, 60))));
        }
    }

    @Test
    void aCaptureThatHasEndedTakesNoInterface() {
        try (CaptureBench bench = new CaptureBench()) {
            Capture capture = Capture.start(CaptureBench.to(folder), bench.faults::add);
            capture.close();
            IllegalStateException error =
                    assertThrows(IllegalStateException.class, () -> capture.add(bench.nic));
            assertTrue(
                    String.valueOf(error.getMessage())
                            .endsWith("has stopped; start another one for lan0"),
                    error.getMessage());
            assertFalse(bench.nic.isCaptured());
        }
    }

    @Test
    void aBatchThatStraddlesTheStartOrTheEndOfACaptureIsInNoFile() throws IOException {
        CaptureOptions options = CaptureBench.to(folder);
        try (CaptureBench bench = new CaptureBench()) {
            bench.nic.transmit(bench.stub.frame(Frames.udp(1, 60), 1024));
            Capture capture = bench.start(options);
            bench.nic.ring(1);
            bench.nic.poll(1, bench, 64);
            bench.nic.transmit(bench.stub.frame(Frames.udp(2, 60), 1024));
            PcapNgFile file = bench.file(capture, options);
            bench.nic.ring(2);
            assertEquals(0, file.packets.size());
            assertEquals(0, file.statistics.getFirst().received());
            assertEquals(2, bench.stub.sent.size());
        }
    }

    @Test
    void closingTheInterfaceEndsItsPartAndKeepsWhatWasCopied() throws IOException {
        CaptureOptions options = CaptureBench.to(folder);
        try (CaptureBench bench = new CaptureBench()) {
            Capture capture = bench.start(options);
            bench.receive(Frames.udp(1, 60), 1);
            bench.nic.close();
            assertFalse(bench.nic.isCaptured());
            assertTrue(bench.stub.closed);
            assertTrue(capture.isRunning());
            assertEquals(1, bench.file(capture, options).packets.size());
        }
    }

    @Test
    void aListenerThatThrowsGetsTheRestOfTheBatchByTheNextPoll() throws IOException {
        CaptureOptions options = CaptureBench.to(folder);
        try (CaptureBench bench = new CaptureBench()) {
            Capture capture = bench.start(options);
            bench.stub.arrive(Frames.udp(1, 60), 1);
            bench.stub.arrive(Frames.udp(2, 60), 2);
            assertThrows(
                    ArithmeticException.class,
                    () ->
                            bench.nic.poll(
                                    3,
                                    new Releasing(bench.pool) {
                                        @Override
                                        public void received(int packet) {
                                            super.received(packet);
                                            throw new ArithmeticException();
                                        }
                                    },
                                    64));
            assertEquals(1, bench.nic.poll(4, bench, 64));
            assertEquals(2, bench.file(capture, options).packets.size());
        }
    }

    @Test
    void aFileThatWasNotThereIsReadableByItsOwnerOnly() throws IOException {
        CaptureOptions options = CaptureBench.to(folder);
        Capture.start(options, Throwable::printStackTrace).close();
        assertEquals(
                "rw-------",
                PosixFilePermissions.toString(Files.getPosixFilePermissions(options.file())));
    }

    @Test
    void aFileThatWasThereIsOverwritten() throws IOException {
        CaptureOptions options = CaptureBench.to(folder);
        Files.write(options.file(), new byte[100_000]);
        try (CaptureBench bench = new CaptureBench()) {
            PcapNgFile file = bench.file(bench.start(options), options);
            assertEquals(Files.size(options.file()), file.length);
            assertTrue(file.length < 1000);
        }
    }

    @Test
    void closingTwiceIsClosingOnce() throws IOException {
        CaptureOptions options = CaptureBench.to(folder);
        try (CaptureBench bench = new CaptureBench()) {
            Capture capture = bench.start(options);
            capture.close();
            capture.close();
            capture.writer().onClose();
            assertEquals(0, capture.writer().doWork());
            assertEquals(1, bench.file(capture, options).statistics.size());
        }
    }

    @Test
    void theReportSaysInOneLineWhatBecameOfTheFrames() {
        assertEquals(
                "1 frame captured in 500 bytes, 2 dropped because the ring was full, 3 on their"
                        + " way; running",
                new CaptureReport(CaptureState.RUNNING, "", 6, 1, 2, 500).toString());
        assertEquals(
                "4 frames captured in 500 bytes, 0 dropped because the ring was full, 1 not"
                        + " written; ended because the file could not be written:"
                        + " No space left on device",
                new CaptureReport(CaptureState.FAILED, "No space left on device", 5, 4, 0, 500)
                        .toString());
    }

    /**
     * Holds the frames of an interface in a file against all that went by: in order, nothing else,
     * and every one that is missing counted where it is missing.
     */
    private static void assertExactly(PcapNgFile file, int interfaceId, List<Seen> all) {
        int next = 0;
        long dropped = 0;
        long delivered = 0;
        int snapLength = file.interfaces.get(interfaceId).snapLength();
        for (Packet packet : file.packets) {
            if (packet.interfaceId() != interfaceId) {
                continue;
            }
            dropped += packet.dropped();
            delivered++;
            next += (int) packet.dropped();
            Seen seen = all.get(next++);
            assertEquals(seen.direction, packet.direction());
            assertEquals(seen.timeNs, packet.timeNs());
            assertEquals(seen.frame.length, packet.frameLength());
            assertArrayEquals(
                    Arrays.copyOf(seen.frame, Math.min(seen.frame.length, snapLength)),
                    packet.data());
        }
        Statistics statistics = file.statistics.get(interfaceId);
        assertEquals(interfaceId, statistics.interfaceId());
        assertEquals(all.size(), statistics.received());
        assertEquals(delivered, statistics.delivered());
        assertEquals(all.size() - delivered, statistics.dropped());
        assertTrue(dropped <= statistics.dropped(), "more are missing than were dropped");
    }

    /** A stack that only gives buffers back. */
    private static class Releasing implements NicEvents {
        private final PacketPool pool;

        Releasing(PacketPool pool) {
            this.pool = pool;
        }

        @Override
        public void received(int packet) {
            pool.release(packet);
        }

        @Override
        public void transmitted(int packet) {
            pool.release(packet);
        }
    }
}
