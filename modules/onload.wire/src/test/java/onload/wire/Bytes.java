package onload.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.agrona.concurrent.UnsafeBuffer;

import java.util.Arrays;
import java.util.HexFormat;

/** Bytes that a test writes down, and the buffers around them, which end where the bytes end. */
final class Bytes {
    private Bytes() {}

    /** A buffer with bytes given in hexadecimal; white space does not count. */
    static UnsafeBuffer of(String hex) {
        return new UnsafeBuffer(HexFormat.of().parseHex(hex.replaceAll("\\s", "")));
    }

    /** A buffer with the first bytes of another, and nothing after them. */
    static UnsafeBuffer prefix(UnsafeBuffer buffer, int length) {
        byte[] bytes = new byte[length];
        buffer.getBytes(0, bytes);
        return new UnsafeBuffer(bytes);
    }

    /** A buffer in which no byte is 0, so that a field which is not written shows. */
    static UnsafeBuffer noise(int length) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) 0xA5);
        return new UnsafeBuffer(bytes);
    }

    /** Holds all bytes of a buffer against those that are expected, in hexadecimal. */
    static void assertBytes(String expected, UnsafeBuffer buffer) {
        byte[] bytes = new byte[buffer.capacity()];
        buffer.getBytes(0, bytes);
        assertEquals(expected.replaceAll("\\s", ""), HexFormat.of().formatHex(bytes));
    }
}
