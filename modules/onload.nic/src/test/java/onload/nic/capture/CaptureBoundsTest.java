package onload.nic.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.Property;
import onload.testkit.base.Requirement;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

class CaptureBoundsTest {
    @TempDir Path folder;

    @Test
    void theCaptureEndsWithTheLastFrameThatWasAskedFor() throws IOException {
        CaptureOptions options = CaptureBench.to(folder).withFrames(3);
        try (CaptureBench bench = new CaptureBench()) {
            Capture capture = bench.start(options);
            for (int i = 0; i < 5; i++) {
                bench.receive(Frames.numbered(i, 60), i);
            }
            assertEquals(3, capture.writer().doWork());
            assertFalse(capture.isRunning());
            assertFalse(bench.nic.isCaptured());
            assertEquals(CaptureState.ENOUGH_FRAMES, capture.report().state());
            assertEquals(2, capture.report().unwritten());
            bench.receive(Frames.numbered(5, 60), 5);
            assertEquals(0, capture.writer().doWork());
            PcapNgFile file = bench.file(capture, options);
            assertEquals(3, file.packets.size());
            assertEquals(2, Frames.number(file.packets.get(2).data()));
            assertEquals(3, file.statistics.getFirst().delivered());
            assertEquals(CaptureState.ENOUGH_FRAMES, capture.report().state());
            assertEquals(6, bench.received);
        }
    }

    @Test
    void theFileIsNeverLongerThanItsBoundAndNotMuchShorter() {
        Property.forAll(
                40,
                random -> {
                    int bound = random.between(1024, 8000);
                    CaptureOptions options = CaptureBench.to(folder).withFileBytes(bound);
                    try (CaptureBench bench = new CaptureBench()) {
                        Capture capture = bench.start(options);
                        int longest = 0;
                        for (int i = 0; capture.isRunning(); i++) {
                            int length = random.between(4, 300);
                            longest = Math.max(longest, length);
                            bench.receive(Frames.numbered(i, length), i);
                            if (random.flip()) {
                                capture.writer().doWork();
                            }
                        }
                        assertEquals(CaptureState.FILE_FULL, capture.report().state());
                        PcapNgFile file = bench.file(capture, options);
                        assertTrue(file.length <= bound, file.length + " > " + bound);
                        assertTrue(
                                file.length + longest + 60 > bound, file.length + " of " + bound);
                        assertEquals(1, file.statistics.size());
                        for (int i = 0; i < file.packets.size(); i++) {
                            assertEquals(i, Frames.number(file.packets.get(i).data()));
                        }
                        assertEquals(file.length, capture.report().writtenBytes());
                    }
                });
    }

    @Test
    void anInterfaceWhoseDescriptionDoesNotFitTheBoundEndsTheCapture() throws IOException {
        CaptureOptions options = CaptureBench.to(folder).withFileBytes(1024);
        try (CaptureBench bench = new CaptureBench()) {
            Capture capture = Capture.start(options, bench.faults::add);
            int added = 0;
            while (capture.isRunning()) {
                capture.add(new CapturingInterface(bench.stub, "x".repeat(255)));
                added++;
            }
            PcapNgFile file = bench.file(capture, options);
            assertEquals(CaptureState.FILE_FULL, capture.report().state());
            assertTrue(file.length <= 1024);
            assertEquals(added - 1, file.interfaces.size());
            assertEquals(added - 1, file.statistics.size());
        }
    }

    @Test
    void theLongestDescriptionOfAnInterfaceFitsTheSmallestFile() throws IOException {
        CaptureOptions options =
                CaptureBench.to(folder).withFileBytes(CaptureOptions.MIN_FILE_BYTES);
        try (CaptureBench bench = new CaptureBench()) {
            Capture capture = Capture.start(options, bench.faults::add);
            capture.add(new CapturingInterface(bench.stub, "x".repeat(255)));
            assertTrue(capture.isRunning());
            assertEquals("x".repeat(255), bench.file(capture, options).interfaces.get(0).name());
        }
    }

    @Test
    void aFileInAFolderThatIsNotThereIsRefusedWithTheReason() {
        assertRefused(folder.resolve("none/capture.pcapng"), "its folder does not exist");
    }

    @Test
    void aFileThatIsAFolderIsRefusedWithTheReason() {
        assertRefused(folder, "Is a directory");
    }

    @Test
    void aDiskThatIsFullFromTheBeginningIsRefusedWithTheReason() {
        Path full = Path.of("/dev/full");
        Requirement.that(Files.exists(full), "the device " + full, "run the tests on Linux");
        assertRefused(full, "No space left on device");
    }

    private static void assertRefused(Path file, String reason) {
        UncheckedIOException error =
                assertThrows(
                        UncheckedIOException.class,
                        () -> Capture.start(CaptureOptions.to(file), e -> {}));
        assertEquals(
                "a capture cannot be written to %s: %s; name a file that can be written"
                        .formatted(file, reason),
                error.getMessage());
    }

    @Test
    void aDiskThatBecomesFullEndsTheCaptureAndLeavesAFileOfWholeBlocks() {
        Property.forAll(
                60,
                random -> {
                    CaptureOptions options = CaptureBench.to(folder);
                    Files.deleteIfExists(options.file());
                    QuotaFile disk = new QuotaFile(options.file(), random.between(400, 4000));
                    disk.writeBytes = random.between(1, 5000);
                    try (CaptureBench bench = new CaptureBench()) {
                        Capture capture = Capture.start(options, disk, bench.faults::add);
                        capture.add(bench.nic);
                        int frames = 0;
                        while (capture.isRunning()) {
                            bench.receive(Frames.numbered(frames++, 200), frames);
                            if (random.chance(0.2)) {
                                capture.writer().doWork();
                            }
                        }
                        bench.receive(Frames.numbered(frames, 200), frames);
                        capture.close();
                        assertEquals(frames + 1, bench.received);
                        assertFalse(bench.nic.isCaptured());
                        assertFalse(disk.isOpen());

                        CaptureReport report = capture.report();
                        PcapNgFile file = PcapNgFile.read(options.file());
                        assertEquals(CaptureState.FAILED, report.state());
                        assertEquals(frames, report.seen());
                        assertEquals(file.packets.size(), report.written());
                        assertEquals(frames - file.packets.size(), report.unwritten());
                        assertEquals(file.length, report.writtenBytes());
                        assertEquals(1, bench.faults.size());
                        assertEquals(
                                ("the capture to %s has ended: No space left on device; of %d"
                                                + " frames %d are in the file")
                                        .formatted(options.file(), frames, file.packets.size()),
                                bench.faults.getFirst().getMessage());
                    }
                });
    }

    @Test
    void aDiskThatIsFullAtTheDescriptionOfAnInterfaceLeavesTheSectionAlone() throws IOException {
        CaptureOptions options = CaptureBench.to(folder);
        QuotaFile disk = new QuotaFile(options.file(), 100);
        try (CaptureBench bench = new CaptureBench()) {
            Capture capture = Capture.start(options, disk, bench.faults::add);
            capture.add(bench.nic);
            assertFalse(bench.nic.isCaptured());
            assertEquals(CaptureState.FAILED, capture.report().state());
            assertEquals(1, bench.faults.size());
            PcapNgFile file = PcapNgFile.read(options.file());
            assertEquals(0, file.interfaces.size());
            assertEquals(0, file.statistics.size());
        }
    }

    @Test
    void theStatisticsOfWhatWasLostAreWrittenIfThereIsRoomForThem() throws IOException {
        CaptureOptions options = CaptureBench.to(folder);
        QuotaFile disk = new QuotaFile(options.file(), 1000);
        try (CaptureBench bench = new CaptureBench()) {
            Capture capture = Capture.start(options, disk, bench.faults::add);
            capture.add(bench.nic);
            bench.receive(Frames.numbered(0, 200), 0);
            assertEquals(1, capture.writer().doWork());
            for (int i = 1; i < 10; i++) {
                bench.receive(Frames.numbered(i, 200), i);
            }
            capture.writer().doWork();
            assertEquals(CaptureState.FAILED, capture.report().state());
            PcapNgFile file = PcapNgFile.read(options.file());
            assertEquals(1, file.packets.size());
            assertEquals(1, file.statistics.getFirst().delivered());
            assertEquals(10, file.statistics.getFirst().received());
        }
    }

    @Test
    void aDiskThatBreaksForGoodEndsTheCaptureAndIsToldOnce() throws IOException {
        CaptureOptions options = CaptureBench.to(folder);
        QuotaFile disk = new QuotaFile(options.file(), 10_000);
        try (CaptureBench bench = new CaptureBench()) {
            Capture capture = Capture.start(options, disk, bench.faults::add);
            capture.add(bench.nic);
            bench.receive(Frames.numbered(0, 200), 0);
            disk.broken = true;
            capture.writer().doWork();
            capture.writer().doWork();
            capture.close();
            assertEquals(1, bench.faults.size());
            assertInstanceOf(UncheckedIOException.class, bench.faults.getFirst());
            assertEquals("Input/output error", capture.report().fault());
            assertEquals(1, capture.report().unwritten());
        }
    }

    @Test
    void aFileThatSomebodyClosedEndsTheCapture() throws IOException {
        CaptureOptions options = CaptureBench.to(folder);
        QuotaFile disk = new QuotaFile(options.file(), 10_000);
        try (CaptureBench bench = new CaptureBench()) {
            Capture capture = Capture.start(options, disk, bench.faults::add);
            capture.add(bench.nic);
            disk.close();
            capture.close();
            assertEquals(CaptureState.FAILED, capture.report().state());
            assertEquals("ClosedChannelException", capture.report().fault());
            assertEquals(1, bench.faults.size());
        }
    }

    @Test
    void aThreadThatWasInterruptedStillClosesTheFileWhole() throws IOException {
        CaptureOptions options = CaptureBench.to(folder);
        try (CaptureBench bench = new CaptureBench()) {
            Capture capture = bench.start(options);
            bench.receive(Frames.numbered(1, 60), 1);
            Thread.currentThread().interrupt();
            capture.close();
            assertTrue(Thread.interrupted(), "the interrupt is kept for who it is for");
            assertEquals(1, bench.file(capture, options).packets.size());
            assertEquals(CaptureState.STOPPED, capture.report().state());
        }
    }

    @Test
    void optionsOutOfRangeAreRefusedByName() {
        CaptureOptions options = CaptureBench.to(folder);
        assertOption(
                () -> options.withSnapLength(0),
                "snapLength of a capture cannot be 0; expected 1 to 262144");
        assertOption(
                () -> options.withSnapLength(262_145),
                "snapLength of a capture cannot be 262145; expected 1 to 262144");
        assertOption(
                () -> options.withRingBytes(2048),
                "ringBytes of a capture cannot be 2048; expected 4096 to 1073741824");
        assertOption(
                () -> options.withRingBytes(5000),
                "ringBytes of a capture cannot be 5000; expected a power of two, such as 4096");
        assertOption(
                () -> options.withFileBytes(1023),
                "fileBytes of a capture cannot be 1023; expected 1024 or more");
        assertOption(
                () -> options.withFrames(0), "frames of a capture cannot be 0; expected 1 or more");
        assertOption(
                () -> Capture.start(options.withRingBytes(4096), e -> {}),
                "a ring of 4096 bytes does not take 262144 bytes of a frame; expected ringBytes"
                        + " of at least 4194304 or a snapLength of at most 472");
        assertFalse(Files.exists(options.file()), "nothing is made before the options are right");
    }

    @Test
    void theLongestFrameThatARingIsSaidToTakeFitsIt() throws IOException {
        for (int ringBytes = 4096; ringBytes <= 65536; ringBytes *= 2) {
            CaptureOptions options =
                    CaptureBench.to(folder)
                            .withRingBytes(ringBytes)
                            .withSnapLength(ringBytes / 8 - 40);
            try (CaptureBench bench = new CaptureBench()) {
                Capture capture = bench.start(options);
                for (int i = 0; i < 100; i++) {
                    bench.receive(Frames.numbered(i, 8200), i);
                    assertEquals(1, capture.writer().doWork());
                }
                assertEquals(100, bench.file(capture, options).packets.size());
            }
        }
    }

    @Test
    void aNameThatAFileCannotHaveIsRefused() {
        try (CaptureBench bench = new CaptureBench()) {
            assertOption(
                    () -> new CapturingInterface(bench.stub, ""),
                    "\"\" cannot be the name of an interface in a capture; expected 1 to"
                            + " 255 bytes");
            assertThrows(
                    IllegalArgumentException.class,
                    () -> new CapturingInterface(bench.stub, "é".repeat(128)));
        }
    }

    private static void assertOption(
            org.junit.jupiter.api.function.Executable action, String message) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, action).getMessage());
    }
}
