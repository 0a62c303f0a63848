package onload.wire;

import static onload.wire.BigEndian.int32;
import static onload.wire.BigEndian.int64;
import static onload.wire.BigEndian.uint16;
import static onload.wire.BigEndian.uint8;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * A multicast address record of an MLD version 2 report (RFC 3810, section 5.2.4). {@link
 * MldMessage#check} covers the records of the message; they are walked by
 *
 * <pre>
 * int end = offset + MldMessage.check(buffer, offset, length);
 * int at = MldMessage.firstAddressRecord(buffer, offset);
 * while (at &lt; end) {
 *     …
 *     at = MldAddressRecord.next(buffer, at);
 * }
 *
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |  Record type  | Aux data len  |       Number of sources       |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                 Multicast address, 16 bytes                   |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                Source addresses, 16 bytes each                |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |           Auxiliary data, 4 times aux data len bytes          |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * </pre>
 */
public final class MldAddressRecord {
    /** Offset of the record type, 1 byte. */
    public static final int TYPE_OFFSET = 0;

    /** Offset of the length of the auxiliary data in units of 4 bytes, 1 byte. */
    public static final int AUXILIARY_DATA_LENGTH_OFFSET = 1;

    /** Offset of the number of sources, 2 bytes. */
    public static final int SOURCE_COUNT_OFFSET = 2;

    /** Offset of the multicast address, 16 bytes. */
    public static final int GROUP_OFFSET = 4;

    /** Offset of the first source, 16 bytes each. */
    public static final int SOURCES_OFFSET = 20;

    /** Bytes of a record without sources and auxiliary data. */
    public static final int MIN_LENGTH = 20;

    /** Type: the filter mode is to include these sources. */
    public static final int MODE_IS_INCLUDE = 1;

    /** Type: the filter mode is to exclude these sources. */
    public static final int MODE_IS_EXCLUDE = 2;

    /** Type: the filter mode has become to include these sources. */
    public static final int CHANGE_TO_INCLUDE_MODE = 3;

    /** Type: the filter mode has become to exclude these sources. */
    public static final int CHANGE_TO_EXCLUDE_MODE = 4;

    /** Type: these sources are wanted too. */
    public static final int ALLOW_NEW_SOURCES = 5;

    /** Type: these sources are wanted no longer. */
    public static final int BLOCK_OLD_SOURCES = 6;

    private static final int SOURCE_LENGTH = 16;

    private MldAddressRecord() {}

    /**
     * {@return the bytes of the record, 20 or more; or {@link Malformed#OPTION} if it ends beyond
     * the message}
     *
     * @param at index of its first byte
     * @param length bytes from there to the end of the message
     */
    static int check(UnsafeBuffer buffer, int at, int length) {
        if (length < MIN_LENGTH) {
            return Malformed.OPTION;
        }
        int recordLength = length(buffer, at);
        return recordLength > length ? Malformed.OPTION : recordLength;
    }

    /** {@return the index of the next record, or the end of the message} */
    public static int next(UnsafeBuffer buffer, int at) {
        return at + length(buffer, at);
    }

    /** {@return the bytes of the record with its sources and auxiliary data, 20 or more} */
    public static int length(UnsafeBuffer buffer, int at) {
        return SOURCES_OFFSET
                + sources(buffer, at) * SOURCE_LENGTH
                + auxiliaryDataLength(buffer, at);
    }

    /** {@return the type of the record: a constant, or another, and the record is then ignored} */
    public static int type(UnsafeBuffer buffer, int at) {
        return uint8(buffer, at + TYPE_OFFSET);
    }

    /**
     * {@return the bytes of auxiliary data after the sources, 0 to 1020; no use for them is
     * defined}
     */
    public static int auxiliaryDataLength(UnsafeBuffer buffer, int at) {
        return uint8(buffer, at + AUXILIARY_DATA_LENGTH_OFFSET) << 2;
    }

    /** {@return the upper half of the multicast address that the record is about} */
    public static long groupHigh(UnsafeBuffer buffer, int at) {
        return int64(buffer, at + GROUP_OFFSET);
    }

    /** {@return the lower half of the multicast address that the record is about} */
    public static long groupLow(UnsafeBuffer buffer, int at) {
        return int64(buffer, at + GROUP_OFFSET + 8);
    }

    /** {@return the number of sources, 0 to 65535} */
    public static int sources(UnsafeBuffer buffer, int at) {
        return uint16(buffer, at + SOURCE_COUNT_OFFSET);
    }

    /**
     * {@return the upper half of the address of a source}
     *
     * @param index 0 to {@link #sources} - 1
     */
    public static long sourceHigh(UnsafeBuffer buffer, int at, int index) {
        return int64(buffer, at + SOURCES_OFFSET + index * SOURCE_LENGTH);
    }

    /**
     * {@return the lower half of the address of a source}
     *
     * @param index 0 to {@link #sources} - 1
     */
    public static long sourceLow(UnsafeBuffer buffer, int at, int index) {
        return int64(buffer, at + SOURCES_OFFSET + index * SOURCE_LENGTH + 8);
    }

    /**
     * Sets the address of a source.
     *
     * @param index 0 to {@link #sources} - 1
     */
    public static void source(UnsafeBuffer buffer, int at, int index, long high, long low) {
        int64(buffer, at + SOURCES_OFFSET + index * SOURCE_LENGTH, high);
        int64(buffer, at + SOURCES_OFFSET + index * SOURCE_LENGTH + 8, low);
    }

    /**
     * Writes a record without auxiliary data up to its sources, which follow by {@link #source}.
     *
     * @param at index of its first byte
     * @param type one of the constants
     * @param groupHigh upper half of the multicast address
     * @param groupLow lower half of the multicast address
     * @param sources their number, 0 to 65535
     * @return the index after the record with its sources
     */
    public static int write(
            UnsafeBuffer buffer, int at, int type, long groupHigh, long groupLow, int sources) {
        int32(buffer, at, type << 24 | sources);
        int64(buffer, at + GROUP_OFFSET, groupHigh);
        int64(buffer, at + GROUP_OFFSET + 8, groupLow);
        return at + SOURCES_OFFSET + sources * SOURCE_LENGTH;
    }
}
