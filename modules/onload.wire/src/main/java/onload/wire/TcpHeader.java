package onload.wire;

import static onload.wire.BigEndian.int32;
import static onload.wire.BigEndian.uint16;
import static onload.wire.BigEndian.uint8;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * The header of TCP (RFC 9293, section 3.1). Its options are read and written by {@link TcpOptions}.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |          Source port          |       Destination port        |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                        Sequence number                        |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                     Acknowledgment number                     |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |  Data |       |A|C|E|U|A|P|R|S|F|                             |
 * | offset| Rsrvd |E|W|C|R|C|S|S|Y|I|           Window            |
 * |       |       | |R|E|G|K|H|T|N|N|                             |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |           Checksum            |        Urgent pointer         |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                  Options, if data offset > 5                  |
 * </pre>
 */
public final class TcpHeader {
    /** Offset of the source port, 2 bytes. */
    public static final int SOURCE_PORT_OFFSET = 0;

    /** Offset of the destination port, 2 bytes. */
    public static final int DESTINATION_PORT_OFFSET = 2;

    /** Offset of the sequence number, 4 bytes. */
    public static final int SEQUENCE_NUMBER_OFFSET = 4;

    /** Offset of the acknowledgment number, 4 bytes. */
    public static final int ACKNOWLEDGMENT_NUMBER_OFFSET = 8;

    /** Offset of the data offset, 4 bits, and of the reserved bits. */
    public static final int DATA_OFFSET_OFFSET = 12;

    /** Offset of the eight control bits. */
    public static final int FLAGS_OFFSET = 13;

    /** Offset of the window, 2 bytes. */
    public static final int WINDOW_OFFSET = 14;

    /** Offset of the checksum, 2 bytes. */
    public static final int CHECKSUM_OFFSET = 16;

    /** Offset of the urgent pointer, 2 bytes. */
    public static final int URGENT_POINTER_OFFSET = 18;

    /** Offset of the options. */
    public static final int OPTIONS_OFFSET = 20;

    /** Bytes of a header without options. */
    public static final int MIN_LENGTH = 20;

    /** Bytes of the longest header. */
    public static final int MAX_LENGTH = 60;

    /** Control bit: no more data from the sender. */
    public static final int FIN = 0x01;

    /** Control bit: synchronize sequence numbers. */
    public static final int SYN = 0x02;

    /** Control bit: reset the connection. */
    public static final int RST = 0x04;

    /** Control bit: push. */
    public static final int PSH = 0x08;

    /** Control bit: the acknowledgment number is significant. */
    public static final int ACK = 0x10;

    /** Control bit: the urgent pointer is significant. */
    public static final int URG = 0x20;

    /** Control bit: ECN echo (RFC 3168, section 6.1). */
    public static final int ECE = 0x40;

    /** Control bit: congestion window reduced (RFC 3168, section 6.1). */
    public static final int CWR = 0x80;

    /** Accurate ECN (RFC 9768, section 2.2), the low bit of the byte before the control bits. */
    public static final int AE = 0x100;

    private TcpHeader() {}

    /**
     * {@return the bytes of the header with its options, 20 to 60; or {@link Malformed#TRUNCATED}, or {@link
     * Malformed#HEADER_LENGTH} if the data offset is below 5}
     *
     * @param buffer holds the segment
     * @param offset index of its first byte
     * @param length bytes of the segment, header and data
     */
    public static int check(UnsafeBuffer buffer, int offset, int length) {
        if (length < MIN_LENGTH) {
            return Malformed.TRUNCATED;
        }
        int headerLength = headerLength(buffer, offset);
        if (headerLength < MIN_LENGTH) {
            return Malformed.HEADER_LENGTH;
        }
        return headerLength > length ? Malformed.TRUNCATED : headerLength;
    }

    /** {@return the source port, 0 to 65535} */
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

    /** {@return the sequence number, for {@link SequenceNumber}} */
    public static int sequenceNumber(UnsafeBuffer buffer, int offset) {
        return int32(buffer, offset + SEQUENCE_NUMBER_OFFSET);
    }

    /** Sets the sequence number. */
    public static void sequenceNumber(UnsafeBuffer buffer, int offset, int value) {
        int32(buffer, offset + SEQUENCE_NUMBER_OFFSET, value);
    }

    /** {@return the acknowledgment number, for {@link SequenceNumber}} */
    public static int acknowledgmentNumber(UnsafeBuffer buffer, int offset) {
        return int32(buffer, offset + ACKNOWLEDGMENT_NUMBER_OFFSET);
    }

    /** Sets the acknowledgment number. */
    public static void acknowledgmentNumber(UnsafeBuffer buffer, int offset, int value) {
        int32(buffer, offset + ACKNOWLEDGMENT_NUMBER_OFFSET, value);
    }

    /** {@return the bytes of the header, 20 to 60: four times the data offset} */
    public static int headerLength(UnsafeBuffer buffer, int offset) {
        return uint8(buffer, offset + DATA_OFFSET_OFFSET) >>> 4 << 2;
    }

    /** {@return the control bits: the constants of this class, {@link #AE} included} */
    public static int flags(UnsafeBuffer buffer, int offset) {
        return uint16(buffer, offset + DATA_OFFSET_OFFSET) & 0x1FF;
    }

    /**
     * Sets the bytes of the header and the control bits; the reserved bits become 0.
     *
     * @param headerLength a multiple of 4 from 20 to 60
     * @param flags constants of this class, or-ed
     */
    public static void headerLengthAndFlags(
            UnsafeBuffer buffer, int offset, int headerLength, int flags) {
        uint16(buffer, offset + DATA_OFFSET_OFFSET, headerLength >>> 2 << 12 | flags);
    }

    /** {@return the window field, 0 to 65535, not scaled} */
    public static int window(UnsafeBuffer buffer, int offset) {
        return uint16(buffer, offset + WINDOW_OFFSET);
    }

    /** Sets the window field. */
    public static void window(UnsafeBuffer buffer, int offset, int value) {
        uint16(buffer, offset + WINDOW_OFFSET, value);
    }

    /** {@return the checksum, 0 to 65535} */
    public static int checksum(UnsafeBuffer buffer, int offset) {
        return uint16(buffer, offset + CHECKSUM_OFFSET);
    }

    /** Sets the checksum. */
    public static void checksum(UnsafeBuffer buffer, int offset, int value) {
        uint16(buffer, offset + CHECKSUM_OFFSET, value);
    }

    /** {@return the urgent pointer, 0 to 65535, an offset from the sequence number} */
    public static int urgentPointer(UnsafeBuffer buffer, int offset) {
        return uint16(buffer, offset + URGENT_POINTER_OFFSET);
    }

    /** Sets the urgent pointer. */
    public static void urgentPointer(UnsafeBuffer buffer, int offset, int value) {
        uint16(buffer, offset + URGENT_POINTER_OFFSET, value);
    }

    /**
     * Writes the fixed part of a header; checksum and urgent pointer become 0.
     *
     * @param headerLength bytes with options, a multiple of 4 from 20 to 60; the options are written apart
     * @param flags constants of this class, or-ed
     * @param window the window field, 0 to 65535
     */
    public static void write(
            UnsafeBuffer buffer,
            int offset,
            int sourcePort,
            int destinationPort,
            int sequenceNumber,
            int acknowledgmentNumber,
            int headerLength,
            int flags,
            int window) {
        sourcePort(buffer, offset, sourcePort);
        destinationPort(buffer, offset, destinationPort);
        sequenceNumber(buffer, offset, sequenceNumber);
        acknowledgmentNumber(buffer, offset, acknowledgmentNumber);
        headerLengthAndFlags(buffer, offset, headerLength, flags);
        window(buffer, offset, window);
        int32(buffer, offset + CHECKSUM_OFFSET, 0);
    }
}
