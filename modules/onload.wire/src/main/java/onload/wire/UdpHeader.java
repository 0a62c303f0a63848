package onload.wire;

import static onload.wire.BigEndian.uint16;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * The header of UDP (RFC 768).
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |          Source port          |       Destination port        |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |            Length             |           Checksum            |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * </pre>
 */
public final class UdpHeader {
    /** Offset of the source port, 2 bytes. */
    public static final int SOURCE_PORT_OFFSET = 0;

    /** Offset of the destination port, 2 bytes. */
    public static final int DESTINATION_PORT_OFFSET = 2;

    /** Offset of the length of header and data, 2 bytes. */
    public static final int LENGTH_OFFSET = 4;

    /** Offset of the checksum, 2 bytes. */
    public static final int CHECKSUM_OFFSET = 6;

    /** Bytes of the header. */
    public static final int LENGTH = 8;

    private UdpHeader() {}

    /**
     * {@return 8, the bytes of the header; or {@link Malformed#TRUNCATED}, or {@link
     * Malformed#TOTAL_LENGTH} if the length field is below 8 or above {@code length}}
     *
     * @param buffer holds the datagram
     * @param offset index of the first byte of the header
     * @param length bytes of the IP payload
     */
    public static int check(UnsafeBuffer buffer, int offset, int length) {
        if (length < LENGTH) {
            return Malformed.TRUNCATED;
        }
        int datagramLength = length(buffer, offset);
        return datagramLength < LENGTH || datagramLength > length ? Malformed.TOTAL_LENGTH : LENGTH;
    }

    /** {@return the source port, 0 to 65535; 0 means none} */
    public static int sourcePort(UnsafeBuffer buffer, int offset) {
        return uint16(buffer, offset + SOURCE_PORT_OFFSET);
    }

    /** Sets the source port. */
    public static void sourcePort(UnsafeBuffer buffer, int offset, int port) {
        uint16(buffer, offset + SOURCE_PORT_OFFSET, port);
    }

    /** {@return the destination port, 0 to 65535} */
    public static int destinationPort(UnsafeBuffer buffer, int offset) {
        return uint16(buffer, offset + DESTINATION_PORT_OFFSET);
    }

    /** Sets the destination port. */
    public static void destinationPort(UnsafeBuffer buffer, int offset, int port) {
        uint16(buffer, offset + DESTINATION_PORT_OFFSET, port);
    }

    /** {@return the bytes of header and data, 8 to 65535} */
    public static int length(UnsafeBuffer buffer, int offset) {
        return uint16(buffer, offset + LENGTH_OFFSET);
    }

    /** Sets the bytes of header and data. */
    public static void length(UnsafeBuffer buffer, int offset, int bytes) {
        uint16(buffer, offset + LENGTH_OFFSET, bytes);
    }

    /** {@return the checksum, 0 to 65535; 0 means that the sender made none, which IPv6 forbids} */
    public static int checksum(UnsafeBuffer buffer, int offset) {
        return uint16(buffer, offset + CHECKSUM_OFFSET);
    }

    /**
     * Sets the checksum field as it is. A computed checksum of 0 is sent as 0xFFFF (RFC 768); {@link
     * #checksumOf} does that.
     */
    public static void checksum(UnsafeBuffer buffer, int offset, int checksum) {
        uint16(buffer, offset + CHECKSUM_OFFSET, checksum);
    }

    /**
     * {@return the value of the checksum field for a sum}, never 0 (RFC 768).
     *
     * @param sum over pseudo-header, header with a zero checksum field, and data
     */
    public static int checksumOf(long sum) {
        int checksum = InternetChecksum.fold(sum);
        return checksum == 0 ? 0xFFFF : checksum;
    }

    /**
     * Writes a header with a zero checksum field.
     *
     * @param dataLength bytes that follow the header, 0 to 65527
     */
    public static void write(
            UnsafeBuffer buffer, int offset, int sourcePort, int destinationPort, int dataLength) {
        sourcePort(buffer, offset, sourcePort);
        destinationPort(buffer, offset, destinationPort);
        length(buffer, offset, LENGTH + dataLength);
        checksum(buffer, offset, 0);
    }
}
