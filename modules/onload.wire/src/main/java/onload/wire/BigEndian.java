package onload.wire;

import static java.nio.ByteOrder.BIG_ENDIAN;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * Fields in network byte order (RFC 791, appendix B), unsigned where Java's types are signed. For
 * the header classes of this package.
 */
final class BigEndian {
    private BigEndian() {}

    static int uint8(UnsafeBuffer buffer, int index) {
        return buffer.getByte(index) & 0xFF;
    }

    static void uint8(UnsafeBuffer buffer, int index, int value) {
        buffer.putByte(index, (byte) value);
    }

    static int uint16(UnsafeBuffer buffer, int index) {
        return buffer.getShort(index, BIG_ENDIAN) & 0xFFFF;
    }

    static void uint16(UnsafeBuffer buffer, int index, int value) {
        buffer.putShort(index, (short) value, BIG_ENDIAN);
    }

    static int int32(UnsafeBuffer buffer, int index) {
        return buffer.getInt(index, BIG_ENDIAN);
    }

    static void int32(UnsafeBuffer buffer, int index, int value) {
        buffer.putInt(index, value, BIG_ENDIAN);
    }

    static long uint32(UnsafeBuffer buffer, int index) {
        return buffer.getInt(index, BIG_ENDIAN) & 0xFFFF_FFFFL;
    }

    static long int64(UnsafeBuffer buffer, int index) {
        return buffer.getLong(index, BIG_ENDIAN);
    }

    static void int64(UnsafeBuffer buffer, int index, long value) {
        buffer.putLong(index, value, BIG_ENDIAN);
    }

    /** Six bytes, as an Ethernet address. */
    static long uint48(UnsafeBuffer buffer, int index) {
        return (uint32(buffer, index) << 16) | uint16(buffer, index + 4);
    }

    static void uint48(UnsafeBuffer buffer, int index, long value) {
        int32(buffer, index, (int) (value >>> 16));
        uint16(buffer, index + 4, (int) value);
    }
}
