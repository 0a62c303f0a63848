package onload.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.agrona.concurrent.UnsafeBuffer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

/** The frames of {@code captured-frames.txt}, which says where they come from. */
public final class RecordedFrames {
    private static final String RESOURCE = "captured-frames.txt";
    private static final List<Frame> ALL = read();

    private RecordedFrames() {}

    /** An Ethernet frame, from the destination address to the end of the payload. */
    public static final class Frame {
        private final String name;
        private final String origin;
        private final String text;
        private final byte[] bytes;

        private Frame(String name, String origin, String text, byte[] bytes) {
            this.name = name;
            this.origin = origin;
            this.text = text;
            this.bytes = bytes;
        }

        /** {@return the word by which tests ask for it} */
        public String name() {
            return name;
        }

        /** {@return which system sent it, or {@code crafted…}} */
        public String origin() {
            return origin;
        }

        /** {@return what tcpdump prints for it} */
        public String text() {
            return text;
        }

        /** {@return its bytes, a copy} */
        public byte[] bytes() {
            return bytes.clone();
        }

        /** {@return the number of its bytes} */
        public int length() {
            return bytes.length;
        }

        /** {@return whether it is malformed by intent} */
        public boolean isMalformed() {
            return name.startsWith("malformed");
        }

        /** {@return a copy in a buffer that ends where it ends: an access beyond that fails} */
        public UnsafeBuffer buffer() {
            return new UnsafeBuffer(bytes());
        }

        /** {@return the bytes of the Ethernet header and its tags} */
        public int packetOffset() {
            return EthernetHeader.check(buffer(), 0, length());
        }

        /** {@return the EtherType of what follows the Ethernet header} */
        public int etherType() {
            return EthernetHeader.etherType(buffer(), 0, packetOffset());
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** {@return every frame, in the order of the file} */
    public static List<Frame> all() {
        return ALL;
    }

    /** {@return the frames that are as the protocols have them} */
    public static List<Frame> wellFormed() {
        return ALL.stream().filter(frame -> !frame.isMalformed()).toList();
    }

    /**
     * {@return the frame of a name}
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Frame named(String name) {
        return ALL.stream()
                .filter(frame -> frame.name().equals(name))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException(
                                RESOURCE + " has no frame of the name " + name));
    }

    private static List<Frame> read() {
        InputStream stream =
                Objects.requireNonNull(
                        RecordedFrames.class.getResourceAsStream(RESOURCE), RESOURCE);
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream, UTF_8))) {
            List<Frame> frames = new ArrayList<>();
            List<String> entry = new ArrayList<>();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.isEmpty()) {
                    entry.add(line);
                    continue;
                }
                addFrame(frames, entry);
                entry.clear();
            }
            addFrame(frames, entry);
            return List.copyOf(frames);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The paragraph at the head of the file has comments only. */
    private static void addFrame(List<Frame> frames, List<String> entry) {
        if (entry.stream().allMatch(line -> line.startsWith("#"))) {
            return;
        }
        String comment = entry.getFirst();
        int colon = comment.indexOf(": ");
        String hex = String.join("", entry.subList(2, entry.size()));
        frames.add(
                new Frame(
                        comment.substring(2, colon),
                        comment.substring(colon + 2),
                        entry.get(1),
                        HexFormat.of().parseHex(hex)));
    }
}
