package onload.wire;

import static onload.wire.BigEndian.int32;
import static onload.wire.BigEndian.int64;
import static onload.wire.BigEndian.uint16;
import static onload.wire.BigEndian.uint8;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * The header of IPv6 (RFC 8200, section 3). What follows it is read by {@link
 * Ipv6ExtensionHeaders}. An address is two longs, the upper and the lower half of its 128 bits.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |Version| Traffic class |              Flow label               |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |        Payload length         |  Next header  |   Hop limit   |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                                                               |
 * +                                                               +
 * |                                                               |
 * +                   Source address, 16 bytes                    +
 * |                                                               |
 * +                                                               +
 * |                                                               |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                                                               |
 * +                                                               +
 * |                                                               |
 * +                 Destination address, 16 bytes                 +
 * |                                                               |
 * +                                                               +
 * |                                                               |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * </pre>
 */
public final class Ipv6Header {
    /** Offset of the version, 4 bits, the traffic class, 8 bits, and the flow label, 20 bits. */
    public static final int VERSION_OFFSET = 0;

    /** Offset of the bytes of what follows this header, 2 bytes. */
    public static final int PAYLOAD_LENGTH_OFFSET = 4;

    /** Offset of the next header, 1 byte. */
    public static final int NEXT_HEADER_OFFSET = 6;

    /** Offset of the hop limit, 1 byte. */
    public static final int HOP_LIMIT_OFFSET = 7;

    /** Offset of the source address, 16 bytes. */
    public static final int SOURCE_OFFSET = 8;

    /** Offset of the destination address, 16 bytes. */
    public static final int DESTINATION_OFFSET = 24;

    /** Bytes of the header. */
    public static final int LENGTH = 40;

    /** The largest flow label. */
    public static final int MAX_FLOW_LABEL = 0xFFFFF;

    private static final int VERSION = 6;

    private Ipv6Header() {}

    /**
     * {@return 40, the bytes of the header; or {@link Malformed#TRUNCATED}, {@link
     * Malformed#VERSION}, or {@link Malformed#TOTAL_LENGTH} if header and payload are more than
     * {@code length}}
     *
     * <p>Fewer are right: the rest is padding of the link (RFC 2464, section 3). A payload length
     * of 0 means no payload; jumbograms (RFC 2675) are not read.
     *
     * @param buffer holds the packet
     * @param offset index of its first byte
     * @param length bytes that there are
     */
    public static int check(UnsafeBuffer buffer, int offset, int length) {
        if (length < LENGTH) {
            return Malformed.TRUNCATED;
        }
        if (version(buffer, offset) != VERSION) {
            return Malformed.VERSION;
        }
        return payloadLength(buffer, offset) > length - LENGTH ? Malformed.TOTAL_LENGTH : LENGTH;
    }

    /** {@return the version; 6 after a check} */
    public static int version(UnsafeBuffer buffer, int offset) {
        return uint8(buffer, offset + VERSION_OFFSET) >>> 4;
    }

    /** {@return the traffic class: DSCP, 6 bits, and ECN, 2 bits} */
    public static int trafficClass(UnsafeBuffer buffer, int offset) {
        return uint16(buffer, offset + VERSION_OFFSET) >>> 4 & 0xFF;
    }

    /** {@return the flow label, 0 to {@value #MAX_FLOW_LABEL} (RFC 6437)} */
    public static int flowLabel(UnsafeBuffer buffer, int offset) {
        return int32(buffer, offset + VERSION_OFFSET) & MAX_FLOW_LABEL;
    }

    /**
     * Sets the version to 6, the traffic class and the flow label: they share a word.
     *
     * @param trafficClass DSCP, 6 bits, and ECN, 2 bits
     * @param flowLabel 0 to {@value #MAX_FLOW_LABEL}
     */
    public static void trafficClassAndFlowLabel(
            UnsafeBuffer buffer, int offset, int trafficClass, int flowLabel) {
        int32(buffer, offset + VERSION_OFFSET, VERSION << 28 | trafficClass << 20 | flowLabel);
    }

    /** {@return the bytes that follow this header, extension headers included, 0 to 65535} */
    public static int payloadLength(UnsafeBuffer buffer, int offset) {
        return uint16(buffer, offset + PAYLOAD_LENGTH_OFFSET);
    }

    /** Sets the bytes that follow this header, extension headers included. */
    public static void payloadLength(UnsafeBuffer buffer, int offset, int bytes) {
        uint16(buffer, offset + PAYLOAD_LENGTH_OFFSET, bytes);
    }

    /** {@return the type of what follows this header, one of {@link IpProtocol} or another} */
    public static int nextHeader(UnsafeBuffer buffer, int offset) {
        return uint8(buffer, offset + NEXT_HEADER_OFFSET);
    }

    /** Sets the type of what follows this header. */
    public static void nextHeader(UnsafeBuffer buffer, int offset, int value) {
        uint8(buffer, offset + NEXT_HEADER_OFFSET, value);
    }

    /** {@return the hop limit, 0 to 255} */
    public static int hopLimit(UnsafeBuffer buffer, int offset) {
        return uint8(buffer, offset + HOP_LIMIT_OFFSET);
    }

    /** Sets the hop limit. */
    public static void hopLimit(UnsafeBuffer buffer, int offset, int value) {
        uint8(buffer, offset + HOP_LIMIT_OFFSET, value);
    }

    /** {@return the upper half of the source address} */
    public static long sourceHigh(UnsafeBuffer buffer, int offset) {
        return int64(buffer, offset + SOURCE_OFFSET);
    }

    /** {@return the lower half of the source address} */
    public static long sourceLow(UnsafeBuffer buffer, int offset) {
        return int64(buffer, offset + SOURCE_OFFSET + 8);
    }

    /** Sets the source address. */
    public static void source(UnsafeBuffer buffer, int offset, long high, long low) {
        int64(buffer, offset + SOURCE_OFFSET, high);
        int64(buffer, offset + SOURCE_OFFSET + 8, low);
    }

    /** {@return the upper half of the destination address} */
    public static long destinationHigh(UnsafeBuffer buffer, int offset) {
        return int64(buffer, offset + DESTINATION_OFFSET);
    }

    /** {@return the lower half of the destination address} */
    public static long destinationLow(UnsafeBuffer buffer, int offset) {
        return int64(buffer, offset + DESTINATION_OFFSET + 8);
    }

    /** Sets the destination address. */
    public static void destination(UnsafeBuffer buffer, int offset, long high, long low) {
        int64(buffer, offset + DESTINATION_OFFSET, high);
        int64(buffer, offset + DESTINATION_OFFSET + 8, low);
    }

    /**
     * {@return the sum of the pseudo-header for an upper layer in this packet} (RFC 8200, section
     * 8.1), to be passed to {@link InternetChecksum#sum}. The addresses are those of this header: a
     * sender that adds a routing header sums the final destination instead.
     *
     * @param protocol the upper layer: the last next-header value, not the one of this header
     * @param length bytes of the upper-layer header and data
     */
    public static long pseudoHeader(UnsafeBuffer buffer, int offset, int protocol, int length) {
        return InternetChecksum.pseudoHeader(
                sourceHigh(buffer, offset),
                sourceLow(buffer, offset),
                destinationHigh(buffer, offset),
                destinationLow(buffer, offset),
                protocol,
                length);
    }

    /**
     * Writes a header; traffic class and flow label are 0.
     *
     * @param sourceHigh upper half of the source address
     * @param sourceLow lower half of the source address
     * @param destinationHigh upper half of the destination address
     * @param destinationLow lower half of the destination address
     * @param nextHeader type of what follows, 0 to 255
     * @param hopLimit 0 to 255
     * @param payloadLength bytes that follow, 0 to 65535
     */
    public static void write(
            UnsafeBuffer buffer,
            int offset,
            long sourceHigh,
            long sourceLow,
            long destinationHigh,
            long destinationLow,
            int nextHeader,
            int hopLimit,
            int payloadLength) {
        trafficClassAndFlowLabel(buffer, offset, 0, 0);
        payloadLength(buffer, offset, payloadLength);
        nextHeader(buffer, offset, nextHeader);
        hopLimit(buffer, offset, hopLimit);
        source(buffer, offset, sourceHigh, sourceLow);
        destination(buffer, offset, destinationHigh, destinationLow);
    }
}
