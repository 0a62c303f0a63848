package onload.wire;

import static onload.wire.BigEndian.int32;
import static onload.wire.BigEndian.int64;
import static onload.wire.BigEndian.uint16;
import static onload.wire.BigEndian.uint8;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * A message of multicast listener discovery for IPv6, versions 1 and 2 (RFC 2710; RFC 3810, section
 * 5): four types of ICMPv6. Type, code and checksum are those of {@link Icmpv6Message}; a receiver
 * ignores the code. The version of a query is told by its length; see {@link #queryVersion}. An
 * accessor is for the messages that it names only; the records of a version 2 report are read by
 * {@link MldAddressRecord}.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |     Type      |     Code      |           Checksum            |  all
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |     Maximum response code     |           Reserved            |  all but version 2 reports
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                 Multicast address, 16 bytes                   |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * | Resv  |S| QRV |     QQIC      |       Number of sources       |  version 2 queries
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                Source addresses, 16 bytes each                |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * |           Reserved            |   Number of address records   |  version 2 reports
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                       Address records                         |
 * </pre>
 */
public final class MldMessage {
    /** Offset of the maximum response code of all but version 2 reports, 2 bytes. */
    public static final int MAX_RESPONSE_CODE_OFFSET = 4;

    /** Offset of the multicast address of all but version 2 reports, 16 bytes. */
    public static final int GROUP_OFFSET = 8;

    /** Offset of the S flag and the querier's robustness variable of a version 2 query, 1 byte. */
    public static final int ROBUSTNESS_OFFSET = 24;

    /** Offset of the querier's query interval code of a version 2 query, 1 byte. */
    public static final int QUERY_INTERVAL_CODE_OFFSET = 25;

    /** Offset of the number of sources of a version 2 query, 2 bytes. */
    public static final int SOURCE_COUNT_OFFSET = 26;

    /** Offset of the first source of a version 2 query, 16 bytes each. */
    public static final int SOURCES_OFFSET = 28;

    /** Offset of the number of address records of a version 2 report, 2 bytes. */
    public static final int ADDRESS_RECORD_COUNT_OFFSET = 6;

    /** Offset of the first address record of a version 2 report. */
    public static final int ADDRESS_RECORDS_OFFSET = 8;

    /** Bytes of every message of version 1. */
    public static final int V1_LENGTH = 24;

    /** Bytes of a version 2 query without sources. */
    public static final int MIN_V2_QUERY_LENGTH = 28;

    /** Bytes of a version 2 report without records. */
    public static final int MIN_V2_REPORT_LENGTH = 8;

    /** Type: multicast listener query of either version. */
    public static final int QUERY = 130;

    /** Type: version 1 multicast listener report. */
    public static final int V1_REPORT = 131;

    /** Type: version 1 multicast listener done. */
    public static final int DONE = 132;

    /** Type: version 2 multicast listener report. */
    public static final int V2_REPORT = 143;

    /** The largest maximum response delay in milliseconds. */
    public static final int MAX_RESPONSE_DELAY_MS = FloatingPointCode.MAX_16;

    /** The largest querier's query interval in seconds. */
    public static final int MAX_QUERY_INTERVAL_SECONDS = FloatingPointCode.MAX_8;

    private static final int SUPPRESS = 8;
    private static final int SOURCE_LENGTH = 16;

    private MldMessage() {}

    /**
     * {@return the bytes of the message with its sources or address records, what may follow them
     * left out; or {@link Malformed#TRUNCATED}, {@link Malformed#TYPE} if the type is not of
     * multicast listener discovery, or {@link Malformed#OPTION} if an address record ends beyond
     * the message}
     *
     * <p>A query of 25 to 27 bytes is of no version (RFC 3810, section 8.1) and counts as
     * truncated.
     *
     * @param buffer holds the message
     * @param offset index of its first byte
     * @param length bytes of the message
     */
    public static int check(UnsafeBuffer buffer, int offset, int length) {
        if (length < MIN_V2_REPORT_LENGTH) {
            return Malformed.TRUNCATED;
        }
        return switch (Icmpv6Message.type(buffer, offset)) {
            case QUERY -> length == V1_LENGTH ? V1_LENGTH : checkQuery(buffer, offset, length);
            case V1_REPORT, DONE -> length < V1_LENGTH ? Malformed.TRUNCATED : V1_LENGTH;
            case V2_REPORT -> checkReport(buffer, offset, length);
            default -> Malformed.TYPE;
        };
    }

    private static int checkQuery(UnsafeBuffer buffer, int offset, int length) {
        if (length < MIN_V2_QUERY_LENGTH) {
            return Malformed.TRUNCATED;
        }
        int bytes = SOURCES_OFFSET + sources(buffer, offset) * SOURCE_LENGTH;
        return bytes > length ? Malformed.TRUNCATED : bytes;
    }

    private static int checkReport(UnsafeBuffer buffer, int offset, int length) {
        int end = offset + length;
        int at = offset + ADDRESS_RECORDS_OFFSET;
        for (int left = addressRecords(buffer, offset); left > 0; left--) {
            int recordLength = MldAddressRecord.check(buffer, at, end - at);
            if (recordLength < 0) {
                return recordLength;
            }
            at += recordLength;
        }
        return at - offset;
    }

    /**
     * {@return the version of a query, 1 or 2 (RFC 3810, section 8.1)}
     *
     * @param length bytes of the message, as given to {@link #check}
     */
    public static int queryVersion(int length) {
        return length > V1_LENGTH ? 2 : 1;
    }

    /** {@return the maximum response code of a query as it is, 0 to 65535} */
    public static int maxResponseCode(UnsafeBuffer buffer, int offset) {
        return uint16(buffer, offset + MAX_RESPONSE_CODE_OFFSET);
    }

    /** Sets the maximum response code of a query. */
    public static void maxResponseCode(UnsafeBuffer buffer, int offset, int value) {
        uint16(buffer, offset + MAX_RESPONSE_CODE_OFFSET, value);
    }

    /**
     * {@return the maximum response delay of a query in milliseconds, 0 to {@value
     * #MAX_RESPONSE_DELAY_MS}, by the rules of its version}
     *
     * @param version what {@link #queryVersion} answered
     */
    public static int maxResponseDelayMs(UnsafeBuffer buffer, int offset, int version) {
        int code = maxResponseCode(buffer, offset);
        return version == 1 ? code : FloatingPointCode.decode16(code);
    }

    /**
     * {@return the maximum response code of a version 2 query for a delay, rounded down to one that
     * has a code}
     *
     * @param delayMs milliseconds, 0 to {@value #MAX_RESPONSE_DELAY_MS}
     */
    public static int maxResponseCodeOf(int delayMs) {
        return FloatingPointCode.encode16(delayMs);
    }

    /** {@return the upper half of the multicast address of any message but a version 2 report} */
    public static long groupHigh(UnsafeBuffer buffer, int offset) {
        return int64(buffer, offset + GROUP_OFFSET);
    }

    /** {@return the lower half of the multicast address; the address is 0 in a general query} */
    public static long groupLow(UnsafeBuffer buffer, int offset) {
        return int64(buffer, offset + GROUP_OFFSET + 8);
    }

    /** Sets the multicast address of any message but a version 2 report. */
    public static void group(UnsafeBuffer buffer, int offset, long high, long low) {
        int64(buffer, offset + GROUP_OFFSET, high);
        int64(buffer, offset + GROUP_OFFSET + 8, low);
    }

    /** {@return the S flag of a version 2 query: routers do not restart their timers by it} */
    public static boolean suppressRouterSideProcessing(UnsafeBuffer buffer, int offset) {
        return (uint8(buffer, offset + ROBUSTNESS_OFFSET) & SUPPRESS) != 0;
    }

    /**
     * {@return the querier's robustness variable of a version 2 query, 0 to 7; 0 means more than 7}
     */
    public static int querierRobustness(UnsafeBuffer buffer, int offset) {
        return uint8(buffer, offset + ROBUSTNESS_OFFSET) & 7;
    }

    /**
     * {@return the querier's query interval of a version 2 query in seconds, 0 to {@value
     * #MAX_QUERY_INTERVAL_SECONDS}}
     */
    public static int queryIntervalSeconds(UnsafeBuffer buffer, int offset) {
        return FloatingPointCode.decode8(uint8(buffer, offset + QUERY_INTERVAL_CODE_OFFSET));
    }

    /** {@return the number of sources of a version 2 query, 0 to 65535} */
    public static int sources(UnsafeBuffer buffer, int offset) {
        return uint16(buffer, offset + SOURCE_COUNT_OFFSET);
    }

    /**
     * {@return the upper half of the address of a source of a version 2 query}
     *
     * @param index 0 to {@link #sources} - 1
     */
    public static long sourceHigh(UnsafeBuffer buffer, int offset, int index) {
        return int64(buffer, offset + SOURCES_OFFSET + index * SOURCE_LENGTH);
    }

    /**
     * {@return the lower half of the address of a source of a version 2 query}
     *
     * @param index 0 to {@link #sources} - 1
     */
    public static long sourceLow(UnsafeBuffer buffer, int offset, int index) {
        return int64(buffer, offset + SOURCES_OFFSET + index * SOURCE_LENGTH + 8);
    }

    /**
     * Sets the address of a source of a version 2 query.
     *
     * @param index 0 to {@link #sources} - 1
     */
    public static void source(UnsafeBuffer buffer, int offset, int index, long high, long low) {
        int64(buffer, offset + SOURCES_OFFSET + index * SOURCE_LENGTH, high);
        int64(buffer, offset + SOURCES_OFFSET + index * SOURCE_LENGTH + 8, low);
    }

    /** {@return the number of address records of a version 2 report, 0 to 65535} */
    public static int addressRecords(UnsafeBuffer buffer, int offset) {
        return uint16(buffer, offset + ADDRESS_RECORD_COUNT_OFFSET);
    }

    /**
     * {@return the index of the first address record of a version 2 report; it is the end of the
     * message if there is none} The walk goes on by {@link MldAddressRecord#next} to {@code offset}
     * plus what {@link #check} answered.
     */
    public static int firstAddressRecord(UnsafeBuffer buffer, int offset) {
        return offset + ADDRESS_RECORDS_OFFSET;
    }

    /**
     * Writes a message of 24 bytes: a query, report or done of version 1; the checksum is 0.
     *
     * @param type {@link #QUERY}, {@link #V1_REPORT} or {@link #DONE}
     * @param maxResponseDelayMs milliseconds in a query, 0 to 65535; else 0
     * @param groupHigh upper half of the multicast address, or 0
     * @param groupLow lower half of the multicast address, or 0
     */
    public static void write(
            UnsafeBuffer buffer,
            int offset,
            int type,
            int maxResponseDelayMs,
            long groupHigh,
            long groupLow) {
        int32(buffer, offset, type << 24);
        int32(buffer, offset + MAX_RESPONSE_CODE_OFFSET, maxResponseDelayMs << 16);
        group(buffer, offset, groupHigh, groupLow);
    }

    /**
     * Writes a version 2 query up to its sources, which follow by {@link #source}; the checksum is
     * 0.
     *
     * @param maxResponseDelayMs milliseconds, 0 to {@value #MAX_RESPONSE_DELAY_MS}, rounded down to
     *     a delay that has a code
     * @param groupHigh upper half of the multicast address, or 0 in a general query
     * @param groupLow lower half of the multicast address, or 0 in a general query
     * @param suppress the S flag
     * @param querierRobustness 0 to 7
     * @param queryIntervalSeconds seconds, 0 to {@value #MAX_QUERY_INTERVAL_SECONDS}, rounded down
     *     alike
     * @param sources their number, 0 to 65535
     * @return the bytes of the message with its sources
     */
    public static int writeV2Query(
            UnsafeBuffer buffer,
            int offset,
            int maxResponseDelayMs,
            long groupHigh,
            long groupLow,
            boolean suppress,
            int querierRobustness,
            int queryIntervalSeconds,
            int sources) {
        write(buffer, offset, QUERY, maxResponseCodeOf(maxResponseDelayMs), groupHigh, groupLow);
        uint8(buffer, offset + ROBUSTNESS_OFFSET, (suppress ? SUPPRESS : 0) | querierRobustness);
        uint8(
                buffer,
                offset + QUERY_INTERVAL_CODE_OFFSET,
                FloatingPointCode.encode8(queryIntervalSeconds));
        uint16(buffer, offset + SOURCE_COUNT_OFFSET, sources);
        return SOURCES_OFFSET + sources * SOURCE_LENGTH;
    }

    /**
     * Writes a version 2 report up to its address records, which follow by {@link
     * MldAddressRecord#write}; the checksum is 0.
     *
     * @param addressRecords their number, 0 to 65535
     */
    public static void writeV2Report(UnsafeBuffer buffer, int offset, int addressRecords) {
        int32(buffer, offset, V2_REPORT << 24);
        int32(buffer, offset + 4, addressRecords);
    }
}
