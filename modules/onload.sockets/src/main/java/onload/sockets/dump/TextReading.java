package onload.sockets.dump;

import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Reads a text as a whole: its version is even and the same before and after. */
final class TextReading {
    /** The writer is at it for a microsecond, every now and then. */
    private static final int MOST_TRIES = 100;

    private TextReading() {}

    static String text(Pieces file, int offset, int capacity) throws IOException {
        ByteBuffer version = ByteBuffer.allocate(Long.BYTES);
        ByteBuffer text = ByteBuffer.allocate(StackLayout.TEXT_BYTES_OFFSET + capacity);
        for (int i = 0; i < MOST_TRIES; i++) {
            file.read(offset, version);
            long before = version.getLong(0);
            // Each copy is made before the next: what the writer orders by stores is ordered by
            // loads here.
            VarHandle.loadLoadFence();
            file.read(offset, text);
            VarHandle.loadLoadFence();
            file.read(offset, version);
            if ((before & 1) == 0 && version.getLong(0) == before) {
                return printable(text, capacity);
            }
            Thread.onSpinWait();
        }
        return StackView.BEING_WRITTEN + printable(text, capacity);
    }

    private static String printable(ByteBuffer text, int capacity) {
        int length = text.getInt(StackLayout.TEXT_LENGTH_OFFSET);
        byte[] bytes = new byte[Math.clamp(length, 0, capacity)];
        text.get(StackLayout.TEXT_BYTES_OFFSET, bytes);
        return new String(bytes, StandardCharsets.UTF_8)
                .replaceAll("[\\p{Cc}\\p{Cf}&&[^\n\t]]", "?");
    }
}
