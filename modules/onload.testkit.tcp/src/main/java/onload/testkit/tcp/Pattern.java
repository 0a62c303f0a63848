package onload.testkit.tcp;

import org.agrona.concurrent.UnsafeBuffer;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The bytes of all streams: a random text that is repeated, of which each stream begins at a place of its own. What is
 * sent is never written, and what came is compared in one go.
 */
final class Pattern {
    /** A prime, so that no power of two moves the text onto itself. */
    private static final int PERIOD = 65_521;

    /** Most bytes that can be sent or compared at a time. */
    static final int MOST = 1 << 14;

    private static final byte[] TEXT = new byte[PERIOD + MOST];

    static {
        new SplittableRandom(0x5eed).nextBytes(TEXT);
        System.arraycopy(TEXT, 0, TEXT, PERIOD, MOST);
    }

    /** The text. */
    final UnsafeBuffer buffer = new UnsafeBuffer(TEXT);

    private final byte[] received = new byte[MOST];

    /** Where bytes are read to. */
    final UnsafeBuffer scratch = new UnsafeBuffer(received);

    /** {@return where in the text a byte of a stream stands} */
    static int index(long stream, long offset) {
        return (int) Long.remainderUnsigned(stream * 0x9E37_79B9L + offset, PERIOD);
    }

    /** {@return the first byte of those in the scratch that is not the stream's; -1 if all are} */
    int mismatch(long stream, long offset, int length) {
        int at = index(stream, offset);
        return Arrays.mismatch(received, 0, length, TEXT, at, at + length);
    }
}
