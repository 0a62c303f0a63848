package onload.sockets.dump;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.stream.IntStream;

/** The same file as a machine of the other byte order would have written it. */
final class SwappedFile {
    private final ByteBuffer bytes;

    private SwappedFile(byte[] bytes) {
        this.bytes = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    }

    static byte[] of(byte[] whole) {
        byte[] copy = whole.clone();
        SwappedFile file = new SwappedFile(copy);
        int directory = file.bytes.getInt(StackLayout.DIRECTORY_LENGTH_OFFSET);
        file.texts();
        file.directory(StackLayout.HEADER_LENGTH, StackLayout.HEADER_LENGTH + directory);
        int table = file.bytes.getInt(StackLayout.SOCKETS_OFFSET_OFFSET);
        file.longs(table, file.bytes.getInt(StackLayout.SOCKETS_OFFSET) * SocketLayout.LENGTH);
        file.header();
        return copy;
    }

    private void texts() {
        for (int at : new int[] {StackLayout.TEXT_OFFSET_OFFSET, StackLayout.STATE_OFFSET_OFFSET}) {
            int text = bytes.getInt(at);
            longs(text, Long.BYTES);
            swapInt(text + StackLayout.TEXT_LENGTH_OFFSET);
        }
    }

    private void directory(int from, int to) {
        int at = skipNames(from, swapInt(from));
        int blocks = swapInt(at);
        at += Integer.BYTES;
        for (int i = 0; i < blocks; i++) {
            at += 1 + bytes.get(at);
            int offset = swapInt(at);
            int counters = swapInt(at + Integer.BYTES);
            longs(offset, counters * Long.BYTES);
            at = skipNames(at + Integer.BYTES, counters);
        }
        if (at != to) {
            throw new AssertionError("the directory ends at %d; expected %d".formatted(at, to));
        }
    }

    private int skipNames(int at, int count) {
        return IntStream.range(0, count)
                .reduce(at + Integer.BYTES, (next, i) -> next + 1 + bytes.get(next));
    }

    private void header() {
        IntStream.of(8, 12, 48, 52, 56, 60).forEach(this::swapInt);
        longs(0, 8);
        longs(16, 32);
        longs(StackLayout.HEARTBEAT_MS_OFFSET, Long.BYTES);
    }

    private int swapInt(int at) {
        int value = bytes.getInt(at);
        bytes.putInt(at, Integer.reverseBytes(value));
        return value;
    }

    private void longs(int from, int length) {
        for (int at = from; at < from + length; at += Long.BYTES) {
            bytes.putLong(at, Long.reverseBytes(bytes.getLong(at)));
        }
    }
}
