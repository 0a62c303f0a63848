package onload.nic.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A pcapng file, read block by block by rules that were written down from the draft and not from
 * the writer. Strict: an error in the structure fails the test.
 */
final class PcapNgFile {
    /** The options of a block, by code. */
    static final class Options {
        private final Map<Integer, byte[]> values = new TreeMap<>();

        private void add(int code, byte[] value) {
            assertNull(values.put(code, value), "option " + code + " is there twice");
        }

        boolean has(int code) {
            return values.containsKey(code);
        }

        byte[] value(int code) {
            byte[] value = values.get(code);
            if (value == null) {
                throw new AssertionError("option " + code + " is missing");
            }
            return value;
        }

        String text(int code) {
            return new String(value(code), StandardCharsets.UTF_8);
        }

        ByteBuffer number(int code, int length) {
            assertEquals(length, value(code).length, "length of option " + code);
            return little(value(code));
        }
    }

    record Interface(int linkType, int snapLength, Options options) {
        String name() {
            return options.text(2);
        }
    }

    /** A packet; its data is an array that nobody writes to. */
    static final class Packet {
        private final int interfaceId;
        private final long timeNs;
        private final int frameLength;
        private final byte[] data;
        private final Options options;

        Packet(int interfaceId, long timeNs, int frameLength, byte[] data, Options options) {
            this.interfaceId = interfaceId;
            this.timeNs = timeNs;
            this.frameLength = frameLength;
            this.data = data;
            this.options = options;
        }

        int interfaceId() {
            return interfaceId;
        }

        long timeNs() {
            return timeNs;
        }

        int frameLength() {
            return frameLength;
        }

        byte[] data() {
            return data;
        }

        /** All the flags, of which the direction is the only one that is set. */
        int direction() {
            return options.number(2, 4).getInt();
        }

        long dropped() {
            return options.has(4) ? options.number(4, 8).getLong() : 0;
        }
    }

    record Statistics(int interfaceId, long timeNs, Options options) {
        long time(int code) {
            return time64(options.number(code, 8));
        }

        long received() {
            return options.number(4, 8).getLong();
        }

        long dropped() {
            return options.number(5, 8).getLong();
        }

        long delivered() {
            return options.number(8, 8).getLong();
        }
    }

    final List<Interface> interfaces = new ArrayList<>();
    final List<Packet> packets = new ArrayList<>();
    final List<Statistics> statistics = new ArrayList<>();
    String application = "";
    final int length;

    private PcapNgFile(ByteBuffer file) {
        length = file.remaining();
        int blocks = 0;
        while (file.hasRemaining()) {
            int start = file.position();
            int type = file.getInt();
            int blockLength = file.getInt();
            assertTrue(
                    blockLength >= 12
                            && blockLength % 4 == 0
                            && blockLength <= file.limit() - start,
                    "block length " + blockLength + " at " + start + " of " + file.limit());
            assertEquals(blockLength, file.getInt(start + blockLength - 4), "second block length");
            ByteBuffer body = file.slice(start + 8, blockLength - 12).order(file.order());
            assertEquals(blocks == 0, type == 0x0A0D0D0A, "the section header is the first block");
            block(type, body);
            assertEquals(0, body.remaining(), "bytes after the options of block " + blocks);
            file.position(start + blockLength);
            blocks++;
        }
    }

    static PcapNgFile read(Path file) throws IOException {
        return read(Files.readAllBytes(file));
    }

    static PcapNgFile read(byte[] file) {
        return new PcapNgFile(little(file));
    }

    private void block(int type, ByteBuffer body) {
        switch (type) {
            case 0x0A0D0D0A -> section(body);
            case 1 -> {
                int linkType = body.getShort();
                assertEquals(0, body.getShort(), "reserved");
                interfaces.add(new Interface(linkType, body.getInt(), options(body)));
            }
            case 5 ->
                    statistics.add(
                            new Statistics(known(body.getInt()), time64(body), options(body)));
            case 6 -> packet(body);
            default -> throw new AssertionError("block type " + type);
        }
    }

    private void section(ByteBuffer body) {
        assertEquals(0x1A2B3C4D, body.getInt(), "byte-order magic");
        assertEquals(1, body.getShort(), "major version");
        assertEquals(0, body.getShort(), "minor version");
        assertEquals(-1, body.getLong(), "section length");
        application = options(body).text(4);
    }

    private void packet(ByteBuffer body) {
        int interfaceId = known(body.getInt());
        long timeNs = time64(body);
        byte[] data = new byte[body.getInt()];
        int frameLength = body.getInt();
        assertTrue(data.length <= frameLength, "captured more than the frame has");
        body.get(data);
        padding(body, data.length);
        packets.add(new Packet(interfaceId, timeNs, frameLength, data, options(body)));
    }

    private int known(int interfaceId) {
        assertTrue(
                interfaceId >= 0 && interfaceId < interfaces.size(),
                "interface " + interfaceId + " was not described before");
        return interfaceId;
    }

    private static Options options(ByteBuffer body) {
        Options options = new Options();
        while (true) {
            int code = body.getShort() & 0xFFFF;
            byte[] value = new byte[body.getShort() & 0xFFFF];
            body.get(value);
            padding(body, value.length);
            if (code == 0) {
                assertEquals(0, value.length, "length of the end of options");
                return options;
            }
            options.add(code, value);
        }
    }

    private static void padding(ByteBuffer body, int length) {
        for (int i = length; i % 4 != 0; i++) {
            assertEquals(0, body.get(), "padding");
        }
    }

    private static long time64(ByteBuffer body) {
        long high = body.getInt();
        return (high << 32) | (body.getInt() & 0xFFFF_FFFFL);
    }

    private static ByteBuffer little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
