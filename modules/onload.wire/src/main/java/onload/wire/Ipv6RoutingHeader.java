package onload.wire;

import static onload.wire.BigEndian.uint8;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * The part of an IPv6 routing header that all its types share (RFC 8200, section 4.4). {@link
 * Ipv6ExtensionHeaders} finds it.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |  Next header  |    Length     | Routing type  | Segments left |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |               Data of the type; 8 (length + 1)                |
 * +                   bytes with the first four                   +
 * |                              ...                              |
 * </pre>
 */
public final class Ipv6RoutingHeader {
    /** Offset of the next header, 1 byte. */
    public static final int NEXT_HEADER_OFFSET = 0;

    /** Offset of the length in units of 8 bytes, the first 8 not counted, 1 byte. */
    public static final int LENGTH_OFFSET = 1;

    /** Offset of the routing type, 1 byte. */
    public static final int TYPE_OFFSET = 2;

    /** Offset of the segments left, 1 byte. */
    public static final int SEGMENTS_LEFT_OFFSET = 3;

    /** Offset of the data that depends on the type. */
    public static final int DATA_OFFSET = 4;

    /** Bytes of the shortest header. */
    public static final int MIN_LENGTH = 8;

    /** Bytes of the longest header. */
    public static final int MAX_LENGTH = 2048;

    /**
     * Type: source route, deprecated; a receiver treats it as any type it does not know (RFC 5095).
     */
    public static final int SOURCE_ROUTE = 0;

    /** Type: the home address of a mobile node (RFC 6275, section 6.4). */
    public static final int MOBILITY = 2;

    /** Type: source route of RPL (RFC 6554). */
    public static final int RPL_SOURCE_ROUTE = 3;

    /** Type: segment routing (RFC 8754). */
    public static final int SEGMENT_ROUTING = 4;

    private Ipv6RoutingHeader() {}

    /**
     * {@return the bytes of the header, 8 to 2048; or {@link Malformed#TRUNCATED}}
     *
     * @param buffer holds the packet
     * @param offset index of the first byte of this header
     * @param length bytes from there to the end of the packet
     */
    public static int check(UnsafeBuffer buffer, int offset, int length) {
        if (length < MIN_LENGTH) {
            return Malformed.TRUNCATED;
        }
        int headerLength = headerLength(buffer, offset);
        return headerLength > length ? Malformed.TRUNCATED : headerLength;
    }

    /** {@return the type of what follows this header} */
    public static int nextHeader(UnsafeBuffer buffer, int offset) {
        return uint8(buffer, offset + NEXT_HEADER_OFFSET);
    }

    /** Sets the type of what follows this header. */
    public static void nextHeader(UnsafeBuffer buffer, int offset, int value) {
        uint8(buffer, offset + NEXT_HEADER_OFFSET, value);
    }

    /** {@return the bytes of the header, a multiple of 8 from 8 to 2048} */
    public static int headerLength(UnsafeBuffer buffer, int offset) {
        return (uint8(buffer, offset + LENGTH_OFFSET) + 1) << 3;
    }

    /** Sets the bytes of the header, a multiple of 8 from 8 to 2048. */
    public static void headerLength(UnsafeBuffer buffer, int offset, int bytes) {
        uint8(buffer, offset + LENGTH_OFFSET, (bytes >>> 3) - 1);
    }

    /** {@return the routing type: one of the constants or another, 0 to 255} */
    public static int type(UnsafeBuffer buffer, int offset) {
        return uint8(buffer, offset + TYPE_OFFSET);
    }

    /** Sets the routing type. */
    public static void type(UnsafeBuffer buffer, int offset, int value) {
        uint8(buffer, offset + TYPE_OFFSET, value);
    }

    /**
     * {@return the segments left, 0 to 255} A header of a type that is not known is ignored if it
     * is 0, and otherwise makes the packet be discarded.
     */
    public static int segmentsLeft(UnsafeBuffer buffer, int offset) {
        return uint8(buffer, offset + SEGMENTS_LEFT_OFFSET);
    }

    /** Sets the segments left. */
    public static void segmentsLeft(UnsafeBuffer buffer, int offset, int value) {
        uint8(buffer, offset + SEGMENTS_LEFT_OFFSET, value);
    }

    /**
     * Writes a header; the data of the type is 0.
     *
     * @param nextHeader type of what follows, 0 to 255
     * @param headerLength bytes, a multiple of 8 from 8 to 2048
     * @param type 0 to 255
     * @param segmentsLeft 0 to 255
     */
    public static void write(
            UnsafeBuffer buffer,
            int offset,
            int nextHeader,
            int headerLength,
            int type,
            int segmentsLeft) {
        nextHeader(buffer, offset, nextHeader);
        headerLength(buffer, offset, headerLength);
        type(buffer, offset, type);
        segmentsLeft(buffer, offset, segmentsLeft);
        buffer.setMemory(offset + DATA_OFFSET, headerLength - DATA_OFFSET, (byte) 0);
    }
}
