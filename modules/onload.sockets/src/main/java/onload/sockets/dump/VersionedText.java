package onload.sockets.dump;

import org.agrona.concurrent.UnsafeBuffer;

import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;

/** The writer's side of a text that is seen as a whole. */
final class VersionedText {
    private final UnsafeBuffer area;
    private final int capacity;

    VersionedText(UnsafeBuffer area) {
        this.area = area;
        capacity = area.capacity() - StackLayout.TEXT_BYTES_OFFSET;
    }

    void write(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int length = fitting(bytes);
        long version = area.getLong(0);
        area.putLongOpaque(0, version + 1);
        VarHandle.storeStoreFence();
        area.putInt(StackLayout.TEXT_LENGTH_OFFSET, length);
        area.putBytes(StackLayout.TEXT_BYTES_OFFSET, bytes, 0, length);
        area.putLongRelease(0, version + 2);
    }

    /** Does not cut a character in two: bytes 10xxxxxx go on with one that began before. */
    private int fitting(byte[] bytes) {
        int length = Math.min(bytes.length, capacity);
        while (length > 0 && length < bytes.length && (bytes[length] & 0xC0) == 0x80) {
            length--;
        }
        return length;
    }
}
