package onload.wire;

import static onload.wire.BigEndian.int64;
import static onload.wire.BigEndian.uint16;
import static onload.wire.BigEndian.uint48;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * The header of an Ethernet II frame (RFC 894; IEEE 802.3, clause 3), without preamble and frame check
 * sequence. 802.1Q tags, if there are any, are part of this header: {@link #check} counts them, and {@link
 * #etherType} is that of what follows the last one.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                      Destination address                      |
 * +                               +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                               |                               |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+         Source address        +
 * |                                                               |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |             Type              |   (or TPID, then the TCI and  |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+    the type: see VlanTag)     |
 * </pre>
 */
public final class EthernetHeader {
    /** Offset of the destination address, 6 bytes. */
    public static final int DESTINATION_OFFSET = 0;

    /** Offset of the source address, 6 bytes. */
    public static final int SOURCE_OFFSET = 6;

    /** Offset of the type field of an untagged frame, or of the first tag, 2 bytes. */
    public static final int TYPE_OFFSET = 12;

    /** Bytes of the header of an untagged frame. */
    public static final int LENGTH = 14;

    /** Tags that are followed: a service tag and a customer tag (IEEE 802.1ad). */
    public static final int MAX_TAGS = 2;

    /** Bytes of the longest header. */
    public static final int MAX_LENGTH = LENGTH + MAX_TAGS * VlanTag.LENGTH;

    private static final long ADDRESS_MASK = 0xFFFF_FFFF_FFFFL;

    private EthernetHeader() {}

    /**
     * {@return the bytes of the header with its tags: 14, 18 or 22; or {@link Malformed#TRUNCATED}, or
     * {@link Malformed#CHAIN} for more than two tags, or {@link Malformed#TYPE} for an IEEE 802.3 length in
     * place of a type}
     *
     * @param buffer holds the frame
     * @param offset index of its first byte
     * @param length bytes of the frame
     */
    public static int check(UnsafeBuffer buffer, int offset, int length) {
        if (length < LENGTH) {
            return Malformed.TRUNCATED;
        }
        int headerLength = LENGTH;
        int type = uint16(buffer, offset + TYPE_OFFSET);
        while (VlanTag.isTag(type)) {
            if (headerLength == MAX_LENGTH) {
                return Malformed.CHAIN;
            }
            headerLength += VlanTag.LENGTH;
            if (length < headerLength) {
                return Malformed.TRUNCATED;
            }
            type = uint16(buffer, offset + headerLength - 2);
        }
        return type < EtherType.SMALLEST ? Malformed.TYPE : headerLength;
    }

    /** {@return the destination address, 48 bits} */
    public static long destination(UnsafeBuffer buffer, int offset) {
        return int64(buffer, offset + DESTINATION_OFFSET) >>> 16;
    }

    /** Sets the destination address. */
    public static void destination(UnsafeBuffer buffer, int offset, long address) {
        uint48(buffer, offset + DESTINATION_OFFSET, address);
    }

    /** {@return the source address, 48 bits} */
    public static long source(UnsafeBuffer buffer, int offset) {
        // One read instead of two, from two bytes before it, which are cut off.
        return int64(buffer, offset + SOURCE_OFFSET - 2) & ADDRESS_MASK;
    }

    /** Sets the source address. */
    public static void source(UnsafeBuffer buffer, int offset, long address) {
        uint48(buffer, offset + SOURCE_OFFSET, address);
    }

    /**
     * {@return the type of what follows the header}, one of {@link EtherType} or another.
     *
     * @param headerLength what {@link #check} answered
     */
    public static int etherType(UnsafeBuffer buffer, int offset, int headerLength) {
        return uint16(buffer, offset + headerLength - 2);
    }

    /**
     * Sets the type of what follows the header.
     *
     * @param headerLength 14, or 18 or 22 if the header has tags
     * @param type {@link EtherType#SMALLEST} to 65535
     */
    public static void etherType(UnsafeBuffer buffer, int offset, int headerLength, int type) {
        uint16(buffer, offset + headerLength - 2, type);
    }

    /**
     * Writes an untagged header.
     *
     * @param destination destination address, 48 bits
     * @param source source address, 48 bits
     * @param type {@link EtherType#SMALLEST} to 65535
     */
    public static void write(
            UnsafeBuffer buffer, int offset, long destination, long source, int type) {
        destination(buffer, offset, destination);
        source(buffer, offset, source);
        etherType(buffer, offset, LENGTH, type);
    }
}
