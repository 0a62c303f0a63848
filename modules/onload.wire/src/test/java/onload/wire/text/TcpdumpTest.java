package onload.wire.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.charset.StandardCharsets.UTF_8;

import onload.testkit.base.Requirement;
import onload.wire.RecordedFrames;
import onload.wire.RecordedFrames.Frame;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The recorded lines against the tcpdump that is installed. */
class TcpdumpTest {
    private static final int PCAP_HEADER_LENGTH = 24;
    private static final int RECORD_HEADER_LENGTH = 16;
    private static final int LINK_TYPE_ETHERNET = 1;

    @TempDir Path folder = Path.of("");

    @Test
    void theInstalledTcpdumpPrintsWhatIsRecorded() throws Exception {
        Path tcpdump = Requirement.command("tcpdump", "install the package tcpdump");
        List<Frame> frames = RecordedFrames.all();
        Path pcap = Files.write(folder.resolve("frames.pcap"), pcap(frames));
        List<String> lines = run(pcap, tcpdump.toString(), "-n", "-S", "-t", "-r", "-");
        String version = run(pcap, tcpdump.toString(), "--version").getFirst();
        assertEquals(frames.size(), lines.size(), () -> version + " prints other lines: " + lines);
        for (int i = 0; i < frames.size(); i++) {
            Frame frame = frames.get(i);
            assertEquals(
                    frame.text(),
                    lines.get(i),
                    () ->
                            """
                            the installed %s does not print what is recorded for the frame %s; if its words have \
                            changed, record them anew in captured-frames.txt and follow them in FrameText\
                            """
                                    .formatted(version, frame.name()));
        }
    }

    private static byte[] pcap(List<Frame> frames) {
        int length = PCAP_HEADER_LENGTH;
        for (Frame frame : frames) {
            length += RECORD_HEADER_LENGTH + frame.length();
        }
        ByteBuffer pcap = ByteBuffer.allocate(length).order(LITTLE_ENDIAN);
        pcap.putInt(0xA1B2C3D4).putShort((short) 2).putShort((short) 4);
        pcap.putInt(0).putInt(0).putInt(65_535).putInt(LINK_TYPE_ETHERNET);
        for (Frame frame : frames) {
            pcap.putInt(0).putInt(0).putInt(frame.length()).putInt(frame.length());
            pcap.put(frame.bytes());
        }
        return pcap.array();
    }

    /** The file is the standard input, since tcpdump may give up the right to open it. */
    private List<String> run(Path input, String... command)
            throws IOException, InterruptedException {
        Path output = folder.resolve("output");
        Process process =
                new ProcessBuilder(command)
                        .redirectInput(input.toFile())
                        .redirectOutput(output.toFile())
                        .redirectError(folder.resolve("error").toFile())
                        .start();
        try {
            assertTrue(process.waitFor(30, TimeUnit.SECONDS), "tcpdump does not end");
        } finally {
            process.destroyForcibly();
        }
        return Files.readAllLines(output, UTF_8);
    }
}
