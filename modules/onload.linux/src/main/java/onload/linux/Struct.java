package onload.linux;

import org.agrona.concurrent.UnsafeBuffer;

import java.lang.foreign.Arena;

/**
 * Zeroed memory outside the heap for the arguments of a system call; gone when it is closed, after which no access is
 * allowed. It belongs to the thread that made it.
 */
public final class Struct implements AutoCloseable {
    private static final int ALIGNMENT = 8;

    private final Arena arena;
    private final UnsafeBuffer bytes;

    @SuppressWarnings("MustBeClosedChecker") // closed with this object
    private Struct(int length) {
        arena = Arena.ofConfined();
        bytes = new UnsafeBuffer(arena.allocate(length, ALIGNMENT).address(), length);
    }

    /**
     * {@return memory of a length, at an address that is a multiple of 8}
     *
     * @param length in bytes, ≥ 1
     */
    public static Struct of(int length) {
        return new Struct(length);
    }

    /** {@return the bytes, all 0 at first; numbers in them are in the machine's byte order} */
    public UnsafeBuffer bytes() {
        return bytes;
    }

    /** {@return the address of the first byte} */
    public long address() {
        return bytes.addressOffset();
    }

    /** {@return its length in bytes} */
    public int length() {
        return bytes.capacity();
    }

    /**
     * Writes a text of ASCII characters with a zero byte behind it.
     *
     * @param offset where it begins
     * @param room bytes that there are for it and the zero byte
     * @throws IllegalArgumentException if it does not fit
     */
    public void text(int offset, int room, String text) {
        if (text.length() >= room) {
            throw new IllegalArgumentException(
                    "\"%s\" is too long; expected up to %d characters".formatted(text, room - 1));
        }
        bytes.putStringWithoutLengthAscii(offset, text);
        bytes.putByte(offset + text.length(), (byte) 0);
    }

    /** {@return the text up to a zero byte, or of all of {@code room}} */
    public String text(int offset, int room) {
        int end = offset;
        while (end < offset + room && bytes.getByte(end) != 0) {
            end++;
        }
        return bytes.getStringWithoutLengthAscii(offset, end - offset);
    }

    @Override
    public void close() {
        bytes.wrap(0, 0);
        arena.close();
    }
}
