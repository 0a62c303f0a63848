package onload.linux;

import org.agrona.concurrent.UnsafeBuffer;

import java.lang.foreign.Arena;

/**
 * Zeroed memory outside the heap for the arguments of system calls. That of one call is gone when it is closed, after
 * which no access is allowed, and belongs to the thread that made it; that which lasts is for the threads of the object
 * that it belongs to, and gone with that object.
 */
public final class Struct implements AutoCloseable {
    private static final int ALIGNMENT = 8;

    private final Arena arena;
    private final boolean isOfOneCall;
    private final UnsafeBuffer bytes;

    private Struct(Arena arena, boolean isOfOneCall, int length) {
        this.arena = arena;
        this.isOfOneCall = isOfOneCall;
        bytes = new UnsafeBuffer(arena.allocate(length, ALIGNMENT).address(), length);
    }

    /**
     * {@return memory of a length for one call, at an address that is a multiple of 8}
     *
     * @param length in bytes, ≥ 1
     */
    @SuppressWarnings("MustBeClosedChecker") // closed with the object
    public static Struct of(int length) {
        return new Struct(Arena.ofConfined(), true, length);
    }

    /**
     * {@return memory of a length that is there as long as somebody has this object, at an address that is a multiple
     * of 8} Closing it does nothing.
     *
     * @param length in bytes, ≥ 1
     */
    public static Struct lasting(int length) {
        return new Struct(Arena.ofAuto(), false, length);
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

    /** Gives the memory of one call back. A second call does nothing. */
    @Override
    public void close() {
        if (isOfOneCall && arena.scope().isAlive()) {
            bytes.wrap(0, 0);
            arena.close();
        }
    }
}
