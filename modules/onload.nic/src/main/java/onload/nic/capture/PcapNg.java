package onload.nic.capture;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The blocks of the capture file format pcapng (draft-ietf-opsawg-pcapng), as far as a capture
 * writes them: little-endian, link type Ethernet, times in nanoseconds. Each function writes one
 * block and answers its length.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                          Block type                           |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |             Block total length, a multiple of 4               |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |        Body by type: fixed fields, data if any, options       |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                   Block total length again                    |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * </pre>
 *
 * <p>An option is a code and a length of two bytes each, then a value, padded with zeros to a
 * multiple of 4; option 0 ends the list. A time is two words, the upper one first.
 */
final class PcapNg {
    /** Most bytes of an interface's name. */
    static final int MAX_NAME_LENGTH = 255;

    /** Bytes of an interface statistics block. */
    static final int STATISTICS_LENGTH = 88;

    /** Bytes of the longest interface description block. */
    static final int MAX_DESCRIPTION_LENGTH = 324;

    private static final int SECTION_HEADER = 0x0A0D0D0A;
    private static final int INTERFACE_DESCRIPTION = 1;
    private static final int INTERFACE_STATISTICS = 5;
    private static final int ENHANCED_PACKET = 6;

    private static final int BYTE_ORDER_MAGIC = 0x1A2B3C4D;
    private static final long SECTION_LENGTH_UNKNOWN = -1;
    private static final short LINK_TYPE_ETHERNET = 1;

    private static final int END_OF_OPTIONS = 0;
    private static final int USER_APPLICATION = 4;

    private static final int IF_NAME = 2;
    private static final int IF_MAC_ADDRESS = 6;
    private static final int IF_SPEED = 8;
    private static final int IF_TIME_RESOLUTION = 9;
    private static final int IF_FCS_LENGTH = 13;

    private static final int EPB_FLAGS = 2;
    private static final int EPB_DROP_COUNT = 4;

    private static final int ISB_START_TIME = 2;
    private static final int ISB_END_TIME = 3;
    private static final int ISB_IF_RECEIVED = 4;
    private static final int ISB_IF_DROPPED = 5;
    private static final int ISB_USER_DELIVERED = 8;

    /** The value of if_tsresol that stands for 10⁻⁹ s. */
    private static final byte NANOSECONDS = 9;

    private static final int OPTION_HEADER_LENGTH = 4;
    private static final int PACKET_DATA_OFFSET = 28;
    private static final int TRAILER_LENGTH = 4;

    private PcapNg() {}

    /** Opens a section of unknown length, written by {@code application}. */
    static int sectionHeader(UnsafeBuffer buffer, int offset, byte[] application) {
        int32(buffer, offset + 8, BYTE_ORDER_MAGIC);
        int16(buffer, offset + 12, 1);
        int16(buffer, offset + 14, 0);
        int64(buffer, offset + 16, SECTION_LENGTH_UNKNOWN);
        int at = option(buffer, offset + 24, USER_APPLICATION, application);
        return end(buffer, offset, at, SECTION_HEADER);
    }

    /**
     * Describes the next interface; the first one has number 0.
     *
     * @param name at most {@link #MAX_NAME_LENGTH} bytes of UTF-8
     * @param macAddress 48 bits
     * @param bitsPerSecond 0 if it is not known
     */
    static int interfaceDescription(
            UnsafeBuffer buffer,
            int offset,
            byte[] name,
            long macAddress,
            long bitsPerSecond,
            int snapLength) {
        int16(buffer, offset + 8, LINK_TYPE_ETHERNET);
        int16(buffer, offset + 10, 0);
        int32(buffer, offset + 12, snapLength);
        int at = option(buffer, offset + 16, IF_NAME, name);
        at = option(buffer, at, IF_MAC_ADDRESS, macBytes(macAddress));
        if (bitsPerSecond != 0) {
            at = option64(buffer, at, IF_SPEED, bitsPerSecond);
        }
        at = option(buffer, at, IF_TIME_RESOLUTION, new byte[] {NANOSECONDS});
        at = option(buffer, at, IF_FCS_LENGTH, new byte[] {0});
        return end(buffer, offset, at, INTERFACE_DESCRIPTION);
    }

    /** {@return the bytes of an enhanced packet block} */
    static int enhancedPacketLength(int capturedLength, long dropped) {
        int options = 2 * OPTION_HEADER_LENGTH + 4 + (dropped == 0 ? 0 : OPTION_HEADER_LENGTH + 8);
        return PACKET_DATA_OFFSET + BitUtil.align(capturedLength, 4) + options + TRAILER_LENGTH;
    }

    /**
     * Writes an enhanced packet block but for its data.
     *
     * @param interfaceId number of the interface
     * @param timeNs nanoseconds since 1970
     * @param capturedLength bytes of data that there are
     * @param frameLength bytes of the whole frame
     * @param direction 1 received, 2 transmitted
     * @param dropped frames of the interface that are missing before this one; 0 is not mentioned
     */
    static int enhancedPacket(
            UnsafeBuffer buffer,
            int offset,
            int interfaceId,
            long timeNs,
            int capturedLength,
            int frameLength,
            int direction,
            long dropped) {
        int32(buffer, offset + 8, interfaceId);
        time(buffer, offset + 12, timeNs);
        int32(buffer, offset + 20, capturedLength);
        int32(buffer, offset + 24, frameLength);
        int at = offset + PACKET_DATA_OFFSET + capturedLength;
        at = pad(buffer, at, offset);
        optionHeader(buffer, at, EPB_FLAGS, 4);
        int32(buffer, at + OPTION_HEADER_LENGTH, direction);
        at += OPTION_HEADER_LENGTH + 4;
        if (dropped != 0) {
            at = option64(buffer, at, EPB_DROP_COUNT, dropped);
        }
        return end(buffer, offset, at, ENHANCED_PACKET);
    }

    /** Copies the data into an enhanced packet block. */
    static void packetData(
            UnsafeBuffer buffer, int offset, DirectBuffer source, int index, int length) {
        buffer.putBytes(offset + PACKET_DATA_OFFSET, source, index, length);
    }

    /**
     * Writes the statistics of an interface.
     *
     * @param startNs when its capture began, nanoseconds since 1970
     * @param endNs when it ended, nanoseconds since 1970
     * @param received frames that came by
     * @param dropped those of them that found no room
     * @param delivered those of them that are in the file
     */
    static int interfaceStatistics(
            UnsafeBuffer buffer,
            int offset,
            int interfaceId,
            long startNs,
            long endNs,
            long received,
            long dropped,
            long delivered) {
        int32(buffer, offset + 8, interfaceId);
        time(buffer, offset + 12, endNs);
        int at = optionTime(buffer, offset + 20, ISB_START_TIME, startNs);
        at = optionTime(buffer, at, ISB_END_TIME, endNs);
        at = option64(buffer, at, ISB_IF_RECEIVED, received);
        at = option64(buffer, at, ISB_IF_DROPPED, dropped);
        at = option64(buffer, at, ISB_USER_DELIVERED, delivered);
        return end(buffer, offset, at, INTERFACE_STATISTICS);
    }

    /**
     * Writes what every block begins and ends with, once its last option is written before {@code
     * at}.
     */
    private static int end(UnsafeBuffer buffer, int offset, int at, int type) {
        optionHeader(buffer, at, END_OF_OPTIONS, 0);
        int length = at + OPTION_HEADER_LENGTH + TRAILER_LENGTH - offset;
        int32(buffer, offset, type);
        int32(buffer, offset + 4, length);
        int32(buffer, offset + length - TRAILER_LENGTH, length);
        return length;
    }

    private static int option(UnsafeBuffer buffer, int at, int code, byte[] value) {
        optionHeader(buffer, at, code, value.length);
        buffer.putBytes(at + OPTION_HEADER_LENGTH, value);
        return pad(buffer, at + OPTION_HEADER_LENGTH + value.length, at);
    }

    private static int option64(UnsafeBuffer buffer, int at, int code, long value) {
        optionHeader(buffer, at, code, 8);
        int64(buffer, at + OPTION_HEADER_LENGTH, value);
        return at + OPTION_HEADER_LENGTH + 8;
    }

    private static int optionTime(UnsafeBuffer buffer, int at, int code, long timeNs) {
        optionHeader(buffer, at, code, 8);
        time(buffer, at + OPTION_HEADER_LENGTH, timeNs);
        return at + OPTION_HEADER_LENGTH + 8;
    }

    private static void optionHeader(UnsafeBuffer buffer, int at, int code, int length) {
        int16(buffer, at, code);
        int16(buffer, at + 2, length);
    }

    /** Zeros up to the next multiple of 4, counted from {@code base}. */
    private static int pad(UnsafeBuffer buffer, int at, int base) {
        int padded = base + BitUtil.align(at - base, 4);
        for (int i = at; i < padded; i++) {
            buffer.putByte(i, (byte) 0);
        }
        return padded;
    }

    private static byte[] macBytes(long macAddress) {
        byte[] bytes = new byte[6];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (macAddress >>> (40 - 8 * i));
        }
        return bytes;
    }

    private static void time(UnsafeBuffer buffer, int at, long timeNs) {
        int32(buffer, at, (int) (timeNs >>> 32));
        int32(buffer, at + 4, (int) timeNs);
    }

    private static void int16(UnsafeBuffer buffer, int at, int value) {
        buffer.putShort(at, (short) value, LITTLE_ENDIAN);
    }

    private static void int32(UnsafeBuffer buffer, int at, int value) {
        buffer.putInt(at, value, LITTLE_ENDIAN);
    }

    private static void int64(UnsafeBuffer buffer, int at, long value) {
        buffer.putLong(at, value, LITTLE_ENDIAN);
    }
}
