package onload.wire;

import static onload.wire.BigEndian.int32;
import static onload.wire.BigEndian.uint16;
import static onload.wire.BigEndian.uint8;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * The header of IPv4 (RFC 791, section 3.1). Its options are read by {@code Ipv4Options}.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |Version|  IHL  |   DSCP    |ECN|         Total length          |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |        Identification         |0|D|M|     Fragment offset     |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * | Time to live  |   Protocol    |        Header checksum        |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                        Source address                         |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                      Destination address                      |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                      Options, if IHL > 5                      |
 * </pre>
 */
public final class Ipv4Header {
    /** Offset of the version and the header length, 4 bits each. */
    public static final int VERSION_OFFSET = 0;

    /** Offset of the traffic class: DSCP (RFC 2474), 6 bits, and ECN (RFC 3168), 2 bits. */
    public static final int TRAFFIC_CLASS_OFFSET = 1;

    /** Offset of the bytes of header and payload, 2 bytes. */
    public static final int TOTAL_LENGTH_OFFSET = 2;

    /** Offset of the identification, 2 bytes. */
    public static final int IDENTIFICATION_OFFSET = 4;

    /** Offset of the flags, 3 bits, and the fragment offset, 13 bits. */
    public static final int FLAGS_OFFSET = 6;

    /** Offset of the time to live, 1 byte. */
    public static final int TIME_TO_LIVE_OFFSET = 8;

    /** Offset of the protocol, 1 byte. */
    public static final int PROTOCOL_OFFSET = 9;

    /** Offset of the header checksum, 2 bytes. */
    public static final int CHECKSUM_OFFSET = 10;

    /** Offset of the source address, 4 bytes. */
    public static final int SOURCE_OFFSET = 12;

    /** Offset of the destination address, 4 bytes. */
    public static final int DESTINATION_OFFSET = 16;

    /** Offset of the options. */
    public static final int OPTIONS_OFFSET = 20;

    /** Bytes of a header without options. */
    public static final int MIN_LENGTH = 20;

    /** Bytes of the longest header. */
    public static final int MAX_LENGTH = 60;

    /** The flag Don't Fragment, as in {@link #flags}. */
    public static final int DONT_FRAGMENT = 0x4000;

    /** The flag More Fragments, as in {@link #flags}. */
    public static final int MORE_FRAGMENTS = 0x2000;

    private static final int FRAGMENT_OFFSET_MASK = 0x1FFF;

    private static final long LOW_HALF = 0xFFFF_FFFFL;

    private Ipv4Header() {}

    /**
     * {@return the bytes of the header with its options, 20 to 60; or {@link Malformed#TRUNCATED}, {@link
     * Malformed#VERSION}, {@link Malformed#HEADER_LENGTH}, or {@link Malformed#TOTAL_LENGTH} if the total
     * length is less than the header or more than {@code length}}
     *
     * <p>A total length below {@code length} is right: the rest is padding of the link (RFC 894).
     *
     * @param buffer holds the datagram
     * @param offset index of its first byte
     * @param length bytes that there are
     */
    public static int check(UnsafeBuffer buffer, int offset, int length) {
        if (length < MIN_LENGTH) {
            return Malformed.TRUNCATED;
        }
        int versionAndLength = uint8(buffer, offset);
        if (versionAndLength >>> 4 != 4) {
            return Malformed.VERSION;
        }
        int headerLength = (versionAndLength & 0xF) << 2;
        if (headerLength < MIN_LENGTH) {
            return Malformed.HEADER_LENGTH;
        }
        if (headerLength > length) {
            return Malformed.TRUNCATED;
        }
        int totalLength = totalLength(buffer, offset);
        return totalLength < headerLength || totalLength > length
                ? Malformed.TOTAL_LENGTH
                : headerLength;
    }

    /** {@return the version; 4 after a check} */
    public static int version(UnsafeBuffer buffer, int offset) {
        return uint8(buffer, offset + VERSION_OFFSET) >>> 4;
    }

    /** {@return the bytes of the header, 20 to 60} */
    public static int headerLength(UnsafeBuffer buffer, int offset) {
        return (uint8(buffer, offset + VERSION_OFFSET) & 0xF) << 2;
    }

    /** Sets the version to 4 and the bytes of the header, a multiple of 4 from 20 to 60. */
    public static void headerLength(UnsafeBuffer buffer, int offset, int bytes) {
        uint8(buffer, offset + VERSION_OFFSET, 0x40 | bytes >>> 2);
    }

    /** {@return the traffic class: DSCP, 6 bits, and ECN, 2 bits} */
    public static int trafficClass(UnsafeBuffer buffer, int offset) {
        return uint8(buffer, offset + TRAFFIC_CLASS_OFFSET);
    }

    /** Sets the traffic class: DSCP, 6 bits, and ECN, 2 bits. */
    public static void trafficClass(UnsafeBuffer buffer, int offset, int value) {
        uint8(buffer, offset + TRAFFIC_CLASS_OFFSET, value);
    }

    /** {@return the bytes of header and payload, up to 65535} */
    public static int totalLength(UnsafeBuffer buffer, int offset) {
        return uint16(buffer, offset + TOTAL_LENGTH_OFFSET);
    }

    /** Sets the bytes of header and payload. */
    public static void totalLength(UnsafeBuffer buffer, int offset, int bytes) {
        uint16(buffer, offset + TOTAL_LENGTH_OFFSET, bytes);
    }

    /** {@return the identification, 0 to 65535; it means something in fragments only (RFC 6864)} */
    public static int identification(UnsafeBuffer buffer, int offset) {
        return uint16(buffer, offset + IDENTIFICATION_OFFSET);
    }

    /** Sets the identification. */
    public static void identification(UnsafeBuffer buffer, int offset, int value) {
        uint16(buffer, offset + IDENTIFICATION_OFFSET, value);
    }

    /** {@return the flags, in the upper three of 16 bits, where the constants of this class are} */
    public static int flags(UnsafeBuffer buffer, int offset) {
        return uint16(buffer, offset + FLAGS_OFFSET) & ~FRAGMENT_OFFSET_MASK;
    }

    /** {@return the offset of the fragment's payload in the whole, in bytes: a multiple of 8 to 65528} */
    public static int fragmentOffset(UnsafeBuffer buffer, int offset) {
        return (uint16(buffer, offset + FLAGS_OFFSET) & FRAGMENT_OFFSET_MASK) << 3;
    }

    /**
     * Sets flags and fragment offset.
     *
     * @param flags {@link #DONT_FRAGMENT}, {@link #MORE_FRAGMENTS}, both or 0
     * @param fragmentOffset bytes, a multiple of 8 up to 65528
     */
    public static void fragment(UnsafeBuffer buffer, int offset, int flags, int fragmentOffset) {
        uint16(buffer, offset + FLAGS_OFFSET, flags | fragmentOffset >>> 3);
    }

    /** {@return whether this is a fragment: it has an offset or more fragments follow} */
    public static boolean isFragment(UnsafeBuffer buffer, int offset) {
        return (uint16(buffer, offset + FLAGS_OFFSET) & (MORE_FRAGMENTS | FRAGMENT_OFFSET_MASK))
                != 0;
    }

    /** {@return the time to live, 0 to 255} */
    public static int timeToLive(UnsafeBuffer buffer, int offset) {
        return uint8(buffer, offset + TIME_TO_LIVE_OFFSET);
    }

    /** Sets the time to live. */
    public static void timeToLive(UnsafeBuffer buffer, int offset, int value) {
        uint8(buffer, offset + TIME_TO_LIVE_OFFSET, value);
    }

    /** {@return the protocol of the payload, one of {@link IpProtocol} or another} */
    public static int protocol(UnsafeBuffer buffer, int offset) {
        return uint8(buffer, offset + PROTOCOL_OFFSET);
    }

    /** Sets the protocol of the payload. */
    public static void protocol(UnsafeBuffer buffer, int offset, int value) {
        uint8(buffer, offset + PROTOCOL_OFFSET, value);
    }

    /** {@return the header checksum, 0 to 65535} */
    public static int checksum(UnsafeBuffer buffer, int offset) {
        return uint16(buffer, offset + CHECKSUM_OFFSET);
    }

    /** Sets the header checksum. */
    public static void checksum(UnsafeBuffer buffer, int offset, int value) {
        uint16(buffer, offset + CHECKSUM_OFFSET, value);
    }

    /** {@return whether the header checksum is right} */
    public static boolean isChecksumCorrect(UnsafeBuffer buffer, int offset) {
        int headerLength = headerLength(buffer, offset);
        return headerLength == MIN_LENGTH
                ? isSumOfOnes(buffer, offset)
                : InternetChecksum.checksum(buffer, offset, headerLength) == 0;
    }

    /** The sum of 20 bytes, in the machine's order, since ones are ones in either (RFC 1071, section 2(B)). */
    private static boolean isSumOfOnes(UnsafeBuffer buffer, int offset) {
        long first = buffer.getLong(offset);
        long second = buffer.getLong(offset + 8);
        long sum = (first >>> 32) + (first & LOW_HALF) + (second >>> 32) + (second & LOW_HALF);
        sum += buffer.getInt(offset + 16) & LOW_HALF;
        sum = (sum >>> 32) + (sum & LOW_HALF);
        sum = (sum >>> 16) + (sum & 0xFFFF);
        sum = (sum >>> 16) + (sum & 0xFFFF);
        return (sum >>> 16) + (sum & 0xFFFF) == 0xFFFF;
    }

    /** Computes the header checksum and sets it; every other field is set before. */
    public static void updateChecksum(UnsafeBuffer buffer, int offset) {
        checksum(buffer, offset, 0);
        int headerLength = headerLength(buffer, offset);
        checksum(buffer, offset, InternetChecksum.checksum(buffer, offset, headerLength));
    }

    /** {@return the source address} */
    public static int source(UnsafeBuffer buffer, int offset) {
        return int32(buffer, offset + SOURCE_OFFSET);
    }

    /** Sets the source address. */
    public static void source(UnsafeBuffer buffer, int offset, int address) {
        int32(buffer, offset + SOURCE_OFFSET, address);
    }

    /** {@return the destination address} */
    public static int destination(UnsafeBuffer buffer, int offset) {
        return int32(buffer, offset + DESTINATION_OFFSET);
    }

    /** Sets the destination address. */
    public static void destination(UnsafeBuffer buffer, int offset, int address) {
        int32(buffer, offset + DESTINATION_OFFSET, address);
    }

    /**
     * {@return the sum of the pseudo-header for the payload of this datagram} (RFC 768; RFC 9293, section
     * 3.1), to be passed to {@link InternetChecksum#sum}.
     */
    public static long pseudoHeader(UnsafeBuffer buffer, int offset) {
        return InternetChecksum.pseudoHeader(
                source(buffer, offset),
                destination(buffer, offset),
                protocol(buffer, offset),
                totalLength(buffer, offset) - headerLength(buffer, offset));
    }

    /**
     * Writes a header without options: Don't Fragment set, traffic class and identification 0 (RFC 6864,
     * section 4.1), the checksum made.
     *
     * @param source source address
     * @param destination destination address
     * @param protocol protocol of the payload, 0 to 255
     * @param timeToLive 1 to 255
     * @param payloadLength bytes that follow the header, 0 to 65515
     */
    public static void write(
            UnsafeBuffer buffer,
            int offset,
            int source,
            int destination,
            int protocol,
            int timeToLive,
            int payloadLength) {
        headerLength(buffer, offset, MIN_LENGTH);
        trafficClass(buffer, offset, 0);
        totalLength(buffer, offset, MIN_LENGTH + payloadLength);
        identification(buffer, offset, 0);
        fragment(buffer, offset, DONT_FRAGMENT, 0);
        timeToLive(buffer, offset, timeToLive);
        protocol(buffer, offset, protocol);
        source(buffer, offset, source);
        destination(buffer, offset, destination);
        updateChecksum(buffer, offset);
    }
}
