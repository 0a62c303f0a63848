package onload.wire;

import static onload.wire.BigEndian.int32;
import static onload.wire.BigEndian.uint16;
import static onload.wire.BigEndian.uint8;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * A message of the Internet Group Management Protocol, versions 1 to 3 (RFC 1112, appendix I; RFC
 * 2236; RFC 3376, section 4). The version of a query is told by its length and its maximum response
 * code; see {@link #queryVersion}. An accessor is for the messages that it names only; the group
 * records of a version 3 report are read by {@link IgmpGroupRecord}.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |     Type      | Max resp code |           Checksum            |  all
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                         Group address                         |  all but version 3 reports
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * | Resv  |S| QRV |     QQIC      |       Number of sources       |  version 3 queries
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                Source addresses, 4 bytes each                 |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * |           Reserved            |    Number of group records    |  version 3 reports
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                         Group records                         |
 * </pre>
 */
public final class IgmpMessage {
    /** Offset of the type, 1 byte. */
    public static final int TYPE_OFFSET = 0;

    /** Offset of the maximum response code, 1 byte. */
    public static final int MAX_RESPONSE_CODE_OFFSET = 1;

    /** Offset of the checksum, 2 bytes. */
    public static final int CHECKSUM_OFFSET = 2;

    /** Offset of the group address of all but version 3 reports, 4 bytes. */
    public static final int GROUP_OFFSET = 4;

    /** Offset of the S flag and the querier's robustness variable of a version 3 query, 1 byte. */
    public static final int ROBUSTNESS_OFFSET = 8;

    /** Offset of the querier's query interval code of a version 3 query, 1 byte. */
    public static final int QUERY_INTERVAL_CODE_OFFSET = 9;

    /** Offset of the number of sources of a version 3 query, 2 bytes. */
    public static final int SOURCE_COUNT_OFFSET = 10;

    /** Offset of the first source of a version 3 query, 4 bytes each. */
    public static final int SOURCES_OFFSET = 12;

    /** Offset of the number of group records of a version 3 report, 2 bytes. */
    public static final int GROUP_RECORD_COUNT_OFFSET = 6;

    /** Offset of the first group record of a version 3 report. */
    public static final int GROUP_RECORDS_OFFSET = 8;

    /** Bytes of every message but those of version 3. */
    public static final int LENGTH = 8;

    /** Bytes of a version 3 query without sources. */
    public static final int MIN_V3_QUERY_LENGTH = 12;

    /** Type: membership query of any version. */
    public static final int MEMBERSHIP_QUERY = 0x11;

    /** Type: version 1 membership report. */
    public static final int V1_MEMBERSHIP_REPORT = 0x12;

    /** Type: version 2 membership report. */
    public static final int V2_MEMBERSHIP_REPORT = 0x16;

    /** Type: version 2 leave group. */
    public static final int LEAVE_GROUP = 0x17;

    /** Type: version 3 membership report. */
    public static final int V3_MEMBERSHIP_REPORT = 0x22;

    /** The largest maximum response time in milliseconds. */
    public static final int MAX_RESPONSE_TIME_MS = FloatingPointCode.MAX_8 * 100;

    /** The largest querier's query interval in seconds. */
    public static final int MAX_QUERY_INTERVAL_SECONDS = FloatingPointCode.MAX_8;

    /** What a query of version 1, whose code is 0, stands for (RFC 2236, section 4). */
    private static final int V1_MAX_RESPONSE_TIME_MS = 10_000;

    private static final int SUPPRESS = 8;
    private static final int SOURCE_LENGTH = 4;

    private IgmpMessage() {}

    /**
     * {@return the bytes of the message with its sources or group records, what may follow them
     * left out; or {@link Malformed#TRUNCATED}, {@link Malformed#TYPE} for a type that is to be
     * ignored, or {@link Malformed#OPTION} if a group record ends beyond the message}
     *
     * <p>A query of 9 to 11 bytes is of no version (RFC 3376, section 7.1) and counts as truncated.
     *
     * @param buffer holds the message
     * @param offset index of its first byte
     * @param length bytes of the IP payload
     */
    public static int check(UnsafeBuffer buffer, int offset, int length) {
        if (length < LENGTH) {
            return Malformed.TRUNCATED;
        }
        return switch (type(buffer, offset)) {
            case MEMBERSHIP_QUERY -> length == LENGTH ? LENGTH : checkQuery(buffer, offset, length);
            case V1_MEMBERSHIP_REPORT, V2_MEMBERSHIP_REPORT, LEAVE_GROUP -> LENGTH;
            case V3_MEMBERSHIP_REPORT -> checkReport(buffer, offset, length);
            default -> Malformed.TYPE;
        };
    }

    private static int checkQuery(UnsafeBuffer buffer, int offset, int length) {
        if (length < MIN_V3_QUERY_LENGTH) {
            return Malformed.TRUNCATED;
        }
        int bytes = SOURCES_OFFSET + sources(buffer, offset) * SOURCE_LENGTH;
        return bytes > length ? Malformed.TRUNCATED : bytes;
    }

    private static int checkReport(UnsafeBuffer buffer, int offset, int length) {
        int end = offset + length;
        int at = offset + GROUP_RECORDS_OFFSET;
        for (int left = groupRecords(buffer, offset); left > 0; left--) {
            int recordLength = IgmpGroupRecord.check(buffer, at, end - at);
            if (recordLength < 0) {
                return recordLength;
            }
            at += recordLength;
        }
        return at - offset;
    }

    /**
     * {@return the version of a query, 1, 2 or 3 (RFC 3376, section 7.1)}
     *
     * @param length bytes of the IP payload, as given to {@link #check}
     */
    public static int queryVersion(UnsafeBuffer buffer, int offset, int length) {
        if (length > LENGTH) {
            return 3;
        }
        return maxResponseCode(buffer, offset) == 0 ? 1 : 2;
    }

    /** {@return the type: one of the constants} */
    public static int type(UnsafeBuffer buffer, int offset) {
        return uint8(buffer, offset + TYPE_OFFSET);
    }

    /** Sets the type. */
    public static void type(UnsafeBuffer buffer, int offset, int value) {
        uint8(buffer, offset + TYPE_OFFSET, value);
    }

    /** {@return the maximum response code of a query as it is, 0 to 255} */
    public static int maxResponseCode(UnsafeBuffer buffer, int offset) {
        return uint8(buffer, offset + MAX_RESPONSE_CODE_OFFSET);
    }

    /** Sets the maximum response code of a query. */
    public static void maxResponseCode(UnsafeBuffer buffer, int offset, int value) {
        uint8(buffer, offset + MAX_RESPONSE_CODE_OFFSET, value);
    }

    /**
     * {@return the maximum response time of a query in milliseconds, 0 to {@value
     * #MAX_RESPONSE_TIME_MS}, by the rules of its version}
     *
     * @param version what {@link #queryVersion} answered
     */
    public static int maxResponseTimeMs(UnsafeBuffer buffer, int offset, int version) {
        int code = maxResponseCode(buffer, offset);
        return switch (version) {
            case 1 -> V1_MAX_RESPONSE_TIME_MS;
            case 2 -> code * 100;
            default -> FloatingPointCode.decode8(code) * 100;
        };
    }

    /**
     * {@return the maximum response code of a version 3 query for a time, rounded down to one that
     * has a code}
     *
     * @param timeMs milliseconds, 0 to {@value #MAX_RESPONSE_TIME_MS}
     */
    public static int maxResponseCodeOf(int timeMs) {
        return FloatingPointCode.encode8(timeMs / 100);
    }

    /** {@return the checksum, 0 to 65535} */
    public static int checksum(UnsafeBuffer buffer, int offset) {
        return uint16(buffer, offset + CHECKSUM_OFFSET);
    }

    /** Sets the checksum. */
    public static void checksum(UnsafeBuffer buffer, int offset, int value) {
        uint16(buffer, offset + CHECKSUM_OFFSET, value);
    }

    /**
     * {@return whether the checksum is right}
     *
     * @param length bytes of the whole IP payload, also of what {@link #check} leaves out
     */
    public static boolean isChecksumCorrect(UnsafeBuffer buffer, int offset, int length) {
        return InternetChecksum.checksum(buffer, offset, length) == 0;
    }

    /**
     * Computes the checksum and sets it; the rest of the message is there before.
     *
     * @param length bytes of the whole IP payload
     */
    public static void updateChecksum(UnsafeBuffer buffer, int offset, int length) {
        checksum(buffer, offset, 0);
        checksum(buffer, offset, InternetChecksum.checksum(buffer, offset, length));
    }

    /** {@return the group address of any message but a version 3 report; 0 in a general query} */
    public static int group(UnsafeBuffer buffer, int offset) {
        return int32(buffer, offset + GROUP_OFFSET);
    }

    /** Sets the group address. */
    public static void group(UnsafeBuffer buffer, int offset, int address) {
        int32(buffer, offset + GROUP_OFFSET, address);
    }

    /** {@return the S flag of a version 3 query: routers do not restart their timers by it} */
    public static boolean suppressRouterSideProcessing(UnsafeBuffer buffer, int offset) {
        return (uint8(buffer, offset + ROBUSTNESS_OFFSET) & SUPPRESS) != 0;
    }

    /**
     * {@return the querier's robustness variable of a version 3 query, 0 to 7; 0 means more than 7}
     */
    public static int querierRobustness(UnsafeBuffer buffer, int offset) {
        return uint8(buffer, offset + ROBUSTNESS_OFFSET) & 7;
    }

    /**
     * {@return the querier's query interval of a version 3 query in seconds, 0 to {@value
     * #MAX_QUERY_INTERVAL_SECONDS}}
     */
    public static int queryIntervalSeconds(UnsafeBuffer buffer, int offset) {
        return FloatingPointCode.decode8(uint8(buffer, offset + QUERY_INTERVAL_CODE_OFFSET));
    }

    /** {@return the number of sources of a version 3 query, 0 to 65535} */
    public static int sources(UnsafeBuffer buffer, int offset) {
        return uint16(buffer, offset + SOURCE_COUNT_OFFSET);
    }

    /**
     * {@return the address of a source of a version 3 query}
     *
     * @param index 0 to {@link #sources} - 1
     */
    public static int source(UnsafeBuffer buffer, int offset, int index) {
        return int32(buffer, offset + SOURCES_OFFSET + index * SOURCE_LENGTH);
    }

    /**
     * Sets the address of a source of a version 3 query.
     *
     * @param index 0 to {@link #sources} - 1
     */
    public static void source(UnsafeBuffer buffer, int offset, int index, int address) {
        int32(buffer, offset + SOURCES_OFFSET + index * SOURCE_LENGTH, address);
    }

    /** {@return the number of group records of a version 3 report, 0 to 65535} */
    public static int groupRecords(UnsafeBuffer buffer, int offset) {
        return uint16(buffer, offset + GROUP_RECORD_COUNT_OFFSET);
    }

    /**
     * {@return the index of the first group record of a version 3 report; it is the end of the
     * message if there is none} The walk goes on by {@link IgmpGroupRecord#next} to {@code offset}
     * plus what {@link #check} answered.
     */
    public static int firstGroupRecord(UnsafeBuffer buffer, int offset) {
        return offset + GROUP_RECORDS_OFFSET;
    }

    /**
     * Writes a message of 8 bytes: a query of version 1 or 2, a report of version 1 or 2, or a
     * leave; the checksum is 0.
     *
     * @param type one of the constants but {@link #V3_MEMBERSHIP_REPORT}
     * @param maxResponseCode tenths of a second in a version 2 query, 1 to 255; else 0
     * @param group group address, or 0
     */
    public static void write(
            UnsafeBuffer buffer, int offset, int type, int maxResponseCode, int group) {
        int32(buffer, offset, type << 24 | maxResponseCode << 16);
        group(buffer, offset, group);
    }

    /**
     * Writes a version 3 query up to its sources, which follow by {@link #source}; the checksum is
     * 0.
     *
     * @param maxResponseTimeMs milliseconds, 0 to {@value #MAX_RESPONSE_TIME_MS}, rounded down to a
     *     time that has a code
     * @param group group address, or 0 in a general query
     * @param suppress the S flag
     * @param querierRobustness 0 to 7
     * @param queryIntervalSeconds seconds, 0 to {@value #MAX_QUERY_INTERVAL_SECONDS}, rounded down
     *     alike
     * @param sources their number, 0 to 65535
     * @return the bytes of the message with its sources
     */
    public static int writeV3Query(
            UnsafeBuffer buffer,
            int offset,
            int maxResponseTimeMs,
            int group,
            boolean suppress,
            int querierRobustness,
            int queryIntervalSeconds,
            int sources) {
        write(buffer, offset, MEMBERSHIP_QUERY, maxResponseCodeOf(maxResponseTimeMs), group);
        uint8(buffer, offset + ROBUSTNESS_OFFSET, (suppress ? SUPPRESS : 0) | querierRobustness);
        uint8(
                buffer,
                offset + QUERY_INTERVAL_CODE_OFFSET,
                FloatingPointCode.encode8(queryIntervalSeconds));
        uint16(buffer, offset + SOURCE_COUNT_OFFSET, sources);
        return SOURCES_OFFSET + sources * SOURCE_LENGTH;
    }

    /**
     * Writes a version 3 report up to its group records, which follow by {@link
     * IgmpGroupRecord#write}; the checksum is 0.
     *
     * @param groupRecords their number, 0 to 65535
     */
    public static void writeV3Report(UnsafeBuffer buffer, int offset, int groupRecords) {
        int32(buffer, offset, V3_MEMBERSHIP_REPORT << 24);
        int32(buffer, offset + 4, groupRecords);
    }
}
