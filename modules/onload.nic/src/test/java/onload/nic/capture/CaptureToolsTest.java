package onload.nic.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.Requirement;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/** What others make of the files: tcpdump, tshark and capinfos. */
@Timeout(120)
class CaptureToolsTest {
    private static final long EPOCH_NS = 1_700_000_000_000_000_000L;

    @TempDir Path folder;

    @Test
    void tcpdumpReadsBothDirectionsInOrderToTheNanosecond() throws Exception {
        Path file = twoDirections();
        assertEquals(
                List.of(
                        "1700000000.000000001 IP 192.0.2.1.1001 > 192.0.2.2.9: UDP, length 18",
                        "1700000000.123456789 IP 192.0.2.1.1002 > 192.0.2.2.9: UDP, length 1000",
                        "1700000001.000000000 IP 192.0.2.1.1003 > 192.0.2.2.9: UDP, length 8976"),
                tcpdump("-tt", "--nano", "-r", file.toString()));
    }

    @Test
    void tcpdumpFindsNothingDamagedInFramesOfManyLengths() throws Exception {
        CaptureOptions options = CaptureBench.to(folder);
        List<String> expected = new ArrayList<>();
        try (CaptureBench bench = new CaptureBench(false)) {
            Capture capture = bench.start(options);
            for (int length = 42; length <= 9018; length += 13) {
                byte[] frame = Frames.udp(20_000 + length, length);
                if (length % 2 == 0) {
                    bench.receive(frame, length);
                } else {
                    bench.transmit(frame, length);
                }
                expected.add(
                        "IP 192.0.2.1.%d > 192.0.2.2.9: UDP, length %d"
                                .formatted(20_000 + length, length - Frames.UDP_HEADERS));
                capture.writer().doWork();
            }
            bench.file(capture, options);
        }
        List<String> lines = tcpdump("-t", "-r", options.file().toString());
        for (int i = 0; i < expected.size(); i++) {
            assertEquals(expected.get(i), lines.get(i));
        }
        assertEquals(expected.size(), lines.size());
    }

    @Test
    void tcpdumpReadsACutFrameAndKnowsThatItWasCut() throws Exception {
        CaptureOptions options = CaptureBench.to(folder).withSnapLength(64);
        try (CaptureBench bench = new CaptureBench()) {
            Capture capture = bench.start(options);
            bench.receive(Frames.udp(7, 500), 1);
            bench.file(capture, options);
        }
        assertEquals(
                List.of(
                        "02:00:00:00:00:01 > 02:00:00:00:00:02, ethertype IPv4 (0x0800), length"
                                + " 500: 192.0.2.1.7 > 192.0.2.2.9: UDP, length 458"),
                tcpdump("-e", "-t", "-r", options.file().toString()));
        assertTrue(
                capinfos("-l", "-M", options.file().toString()).contains("64 bytes"),
                capinfos("-l", "-M", options.file().toString()));
    }

    @Test
    void tcpdumpReadsTheFileOfAnInterfaceThatWasIdle() throws Exception {
        CaptureOptions options = CaptureBench.to(folder);
        try (CaptureBench bench = new CaptureBench()) {
            bench.file(bench.start(options), options);
        }
        assertEquals(List.of(), tcpdump("-r", options.file().toString()));
    }

    @Test
    void tcpdumpReadsAFileWithTwoInterfaces() throws Exception {
        CaptureOptions options = CaptureBench.to(folder);
        try (CaptureBench bench = new CaptureBench();
                CaptureBench other = new CaptureBench()) {
            Capture capture = bench.start(options);
            capture.add(other.nic);
            bench.receive(Frames.udp(1, 60), 1);
            other.transmit(Frames.udp(2, 60), 2);
            bench.file(capture, options);
        }
        assertEquals(2, tcpdump("-r", options.file().toString()).size());
    }

    @Test
    void aNamedPipeBringsTheCaptureToAReaderWhileItRuns() throws Exception {
        Path pipe = folder.resolve("pipe");
        Path mkfifo = Requirement.command("mkfifo", "install the package coreutils");
        run(mkfifo.toString(), pipe.toString());
        FutureTask<byte[]> reader = new FutureTask<>(() -> Files.readAllBytes(pipe));
        Thread.ofPlatform().daemon().start(reader);
        CaptureOptions options = CaptureOptions.to(pipe);
        try (CaptureBench bench = new CaptureBench()) {
            Capture capture = bench.start(options);
            bench.receive(Frames.udp(1, 60), 1);
            capture.writer().doWork();
            bench.transmit(Frames.udp(2, 60), 2);
            capture.close();
            assertEquals(List.of(), bench.faults);
        }
        PcapNgFile file = PcapNgFile.read(reader.get(30, TimeUnit.SECONDS));
        assertEquals(2, file.packets.size());
        assertEquals(2, file.statistics.getFirst().delivered());
    }

    @Test
    void tsharkReadsDirectionsInterfaceLengthsAndDrops() throws Exception {
        Path file = twoDirections();
        assertEquals(
                List.of(
                        "1700000000.000000001\tlan0\t0x00000001\t60\t60\t",
                        "1700000000.123456789\tlan0\t0x00000002\t1042\t1042\t",
                        "1700000001.000000000\tlan0\t0x00000001\t9018\t9018\t"),
                fields(file));
    }

    @Test
    void tsharkReadsHowManyFramesWereDroppedBeforeAFrame() throws Exception {
        CaptureOptions options = dropping();
        int inRing = PcapNgFile.read(options.file()).packets.size() - 1;
        List<String> lines = fields(options.file());
        for (String line : lines.subList(0, lines.size() - 1)) {
            assertTrue(line.endsWith("\t"), line);
        }
        assertTrue(lines.getLast().endsWith("\t" + (100 - inRing)), lines.getLast());
    }

    @Test
    void tsharkReadsTheStatisticsAtTheEnd() throws Exception {
        CaptureOptions options = dropping();
        long written = PcapNgFile.read(options.file()).packets.size();
        String text =
                String.join(
                        "\n",
                        run(
                                tshark(),
                                "-r",
                                options.file().toString(),
                                "-X",
                                "read_format:MIME Files Format",
                                "-V"));
        String statistics = text.substring(text.indexOf("Block: Interface Statistics Block"));
        assertTrue(statistics.contains("Number of Received Packets: 101"), statistics);
        assertTrue(
                statistics.contains("Number of Dropped Packets: " + (101 - written)), statistics);
        assertTrue(text.contains("User Application: onload"), text);
        assertTrue(!text.contains("Malformed") && !text.contains("Expert Info"), text);
    }

    @Test
    void capinfosReadsNanosecondsAndTheNumberOfFrames() throws Exception {
        String text = capinfos(twoDirections().toString());
        assertTrue(text.contains("nanoseconds (9)"), text);
        assertTrue(text.contains("Number of packets:   3"), text);
        assertTrue(text.contains("Number of stat entries = 1"), text);
        assertTrue(text.contains("Name = lan0"), text);
        assertTrue(text.contains("Speed = 10000000000"), text);
    }

    private Path twoDirections() throws IOException {
        CaptureOptions options = CaptureBench.to(folder).withEpochOffsetNs(EPOCH_NS);
        try (CaptureBench bench = new CaptureBench()) {
            Capture capture = bench.start(options);
            bench.receive(Frames.udp(1001, 60), 1);
            bench.transmit(Frames.udp(1002, 1042), 123_456_789);
            bench.receive(Frames.udp(1003, 9018), 1_000_000_000);
            bench.file(capture, options);
        }
        return options.file();
    }

    /** A file of 100 frames, of which few found room, and one more. */
    private CaptureOptions dropping() throws IOException {
        CaptureOptions options = CaptureBench.to(folder).withRingBytes(4096).withSnapLength(200);
        try (CaptureBench bench = new CaptureBench()) {
            Capture capture = bench.start(options);
            for (int i = 0; i < 100; i++) {
                bench.receive(Frames.udp(i, 300), i);
            }
            capture.writer().doWork();
            bench.transmit(Frames.udp(100, 300), 100);
            bench.file(capture, options);
        }
        return options;
    }

    private static List<String> tcpdump(String... arguments) throws Exception {
        Path tcpdump = Requirement.command("tcpdump", "install the package tcpdump");
        List<String> command = new ArrayList<>(List.of(tcpdump.toString(), "-n"));
        command.addAll(List.of(arguments));
        return run(command.toArray(new String[0]));
    }

    private static String capinfos(String... arguments) throws Exception {
        Path capinfos = Requirement.command("capinfos", "install the package wireshark-common");
        List<String> command = new ArrayList<>(List.of(capinfos.toString()));
        command.addAll(List.of(arguments));
        return String.join("\n", run(command.toArray(new String[0])));
    }

    private static String tshark() {
        return Requirement.command("tshark", "install the package tshark").toString();
    }

    private static List<String> fields(Path file) throws Exception {
        return run(
                tshark(),
                "-n",
                "-r",
                file.toString(),
                "-T",
                "fields",
                "-e",
                "frame.time_epoch",
                "-e",
                "frame.interface_name",
                "-e",
                "frame.packet_flags",
                "-e",
                "frame.len",
                "-e",
                "frame.cap_len",
                "-e",
                "frame.drop_count");
    }

    /** {@return the lines of the standard output of a command that succeeds} */
    private static List<String> run(String... command) throws Exception {
        Path output = Files.createTempFile("capture", ".out");
        Path errors = Files.createTempFile("capture", ".err");
        Process process =
                new ProcessBuilder(command)
                        .redirectOutput(output.toFile())
                        .redirectError(errors.toFile())
                        .start();
        try {
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), "a minute was not enough");
            assertEquals(0, process.exitValue(), Files.readString(errors));
            return Files.readAllLines(output);
        } finally {
            process.destroyForcibly();
            Files.delete(output);
            Files.delete(errors);
        }
    }
}
