package onload.sockets.dump;

import onload.tcp.TcpState;

import org.agrona.concurrent.UnsafeBuffer;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where everything goes in the file of a stack.
 *
 * <p>The directory is: the number of states of TCP and their names; the number of blocks; for each its name, its offset
 * in the file, the number of counters and their names. Numbers are 32 bits; a name is its length in one byte,
 * and ASCII.
 */
record StackPlan(
        String name,
        List<CounterBlock> counters,
        Part text,
        Part state,
        Map<String, Part> blocks,
        Part sockets,
        long length) {
    /** A piece of the file, in bytes. */
    record Part(int offset, int length) {}

    static StackPlan of(String name, List<CounterBlock> blocks, int sockets) {
        check(name, blocks, sockets);
        int directoryLength = directory(blocks, Map.of()).length;
        Cursor cursor = new Cursor(StackLayout.HEADER_LENGTH + directoryLength);
        Part text = cursor.part(StackLayout.TEXT_BYTES_OFFSET + StackLayout.TEXT_BYTES);
        Part state = cursor.part(StackLayout.TEXT_BYTES_OFFSET + StackLayout.STATE_BYTES);
        Map<String, Part> parts = new LinkedHashMap<>();
        for (CounterBlock block : blocks) {
            Part part = cursor.part(block.lengthBytes());
            if (parts.put(block.name(), part) != null) {
                throw new IllegalArgumentException(
                        "there are two blocks of counters called %s; expected another name for each"
                                .formatted(block.name()));
            }
        }
        Part table = cursor.part((long) sockets * SocketLayout.LENGTH);
        return new StackPlan(name, List.copyOf(blocks), text, state, parts, table, cursor.next);
    }

    private static void check(String name, List<CounterBlock> blocks, int sockets) {
        if (!StackLayout.isName(name)) {
            throw new IllegalArgumentException(
                    "a stack cannot be called '%s'; expected 1 to %d printable ASCII characters"
                            .formatted(name, StackLayout.NAME_LENGTH));
        }
        if (blocks.size() > StackLayout.MOST_BLOCKS) {
            throw new IllegalArgumentException(
                    "%d blocks of counters; expected at most %d"
                            .formatted(blocks.size(), StackLayout.MOST_BLOCKS));
        }
        if (sockets < 0 || sockets > StackLayout.MOST_SOCKETS) {
            throw new IllegalArgumentException(
                    "a stack cannot have %d sockets; expected 0 to %d"
                            .formatted(sockets, StackLayout.MOST_SOCKETS));
        }
    }

    /** The directory of the blocks, which is as long before it is known where they are. */
    private static byte[] directory(List<CounterBlock> blocks, Map<String, Part> parts) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        names(bytes, CounterBlock.lowerCase(TcpState.values()));
        number(bytes, blocks.size());
        for (CounterBlock block : blocks) {
            name(bytes, block.name());
            Part part = parts.get(block.name());
            number(bytes, part == null ? 0 : part.offset());
            names(bytes, block.counters());
        }
        return bytes.toByteArray();
    }

    private static void names(ByteArrayOutputStream bytes, List<String> names) {
        number(bytes, names.size());
        names.forEach(name -> name(bytes, name));
    }

    private static void name(ByteArrayOutputStream bytes, String name) {
        bytes.write(name.length());
        bytes.writeBytes(name.getBytes(StandardCharsets.US_ASCII));
    }

    private static void number(ByteArrayOutputStream bytes, int number) {
        bytes.writeBytes(
                ByteBuffer.allocate(Integer.BYTES)
                        .order(ByteOrder.nativeOrder())
                        .putInt(number)
                        .array());
    }

    /** Writes the header and the directory into a file of zeros; the magic number last, for readers that look now. */
    void write(UnsafeBuffer file) {
        byte[] directory = directory(counters, blocks);
        file.putInt(StackLayout.LAYOUT_OFFSET, StackLayout.LAYOUT);
        file.putInt(StackLayout.DIRECTORY_LENGTH_OFFSET, directory.length);
        file.putLong(StackLayout.FILE_LENGTH_OFFSET, length);
        file.putLong(StackLayout.PID_OFFSET, ProcessHandle.current().pid());
        file.putLong(
                StackLayout.PROCESS_START_MS_OFFSET, StackFiles.startMs(ProcessHandle.current()));
        long nowMs = Instant.now().toEpochMilli();
        file.putLong(StackLayout.CREATED_MS_OFFSET, nowMs);
        file.putLong(StackLayout.HEARTBEAT_MS_OFFSET, nowMs);
        file.putInt(StackLayout.SOCKETS_OFFSET_OFFSET, sockets.offset());
        file.putInt(StackLayout.SOCKETS_OFFSET, sockets.length() / SocketLayout.LENGTH);
        file.putInt(StackLayout.TEXT_OFFSET_OFFSET, text.offset());
        file.putInt(StackLayout.STATE_OFFSET_OFFSET, state.offset());
        file.putByte(StackLayout.NAME_OFFSET, (byte) name.length());
        file.putBytes(StackLayout.NAME_OFFSET + 1, name.getBytes(StandardCharsets.US_ASCII));
        file.putBytes(StackLayout.HEADER_LENGTH, directory);
        file.putLongRelease(StackLayout.MAGIC_OFFSET, StackLayout.MAGIC);
    }

    /** Gives out the file from its beginning to its end. */
    private static final class Cursor {
        private long next;

        Cursor(long used) {
            next = StackLayout.aligned(used);
        }

        Part part(long length) {
            Part part = new Part((int) next, (int) length);
            next = StackLayout.aligned(next + length);
            return part;
        }
    }
}
