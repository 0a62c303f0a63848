package onload.wire;

import static onload.wire.BigEndian.int32;
import static onload.wire.BigEndian.uint16;
import static onload.wire.BigEndian.uint32;
import static onload.wire.BigEndian.uint8;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * The options of an IPv4 header (RFC 791, section 3.1; router alert: RFC 2113). They begin at
 * {@link Ipv4Header#OPTIONS_OFFSET} and take up the rest of the header. {@link #check} looks at the
 * whole list; then it can be walked:
 *
 * <pre>
 * int end = start + Ipv4Options.check(buffer, start, headerLength - Ipv4Header.MIN_LENGTH);
 * int at = Ipv4Options.first(buffer, start, end);
 * while (at &lt; end) {
 *     switch (Ipv4Options.type(buffer, at)) { … }
 *     at = Ipv4Options.next(buffer, at, end);
 * }
 * </pre>
 *
 * <p>The walk leaves out padding. An accessor that is named for a kind of option is for an option
 * of that type only. A route option, and a timestamp option, are
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |C|Cls| Number  |    Length     |    Pointer    | Addresses, 4  |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+  bytes each   +
 * |                              ...                              |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |0|1 0|0 0 1 0 0|    Length     |    Pointer    |Overflw| Flag  |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |              Address, if the flag is not 0                    |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                           Timestamp                           |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                              ...                              |
 * </pre>
 */
public final class Ipv4Options {
    /** Type: end of the option list, 1 byte. */
    public static final int END = 0;

    /** Type: no operation, 1 byte. */
    public static final int NO_OPERATION = 1;

    /** Type: record route, 3 + 4n bytes. */
    public static final int RECORD_ROUTE = 7;

    /** Type: Internet timestamp, 4 + 4n or 4 + 8n bytes. */
    public static final int TIMESTAMP = 68;

    /** Type: loose source and record route, 3 + 4n bytes. */
    public static final int LOOSE_SOURCE_ROUTE = 131;

    /** Type: strict source and record route, 3 + 4n bytes. */
    public static final int STRICT_SOURCE_ROUTE = 137;

    /** Type: router alert, 4 bytes (RFC 2113, section 2.1). */
    public static final int ROUTER_ALERT = 148;

    /** Offset of the type within an option, 1 byte. */
    public static final int TYPE_OFFSET = 0;

    /** Offset of the length within an option of more than one byte, 1 byte. */
    public static final int LENGTH_OFFSET = 1;

    /** Offset of the pointer within a route or timestamp option, 1 byte. */
    public static final int POINTER_OFFSET = 2;

    /** Offset of the first address within a route option. */
    public static final int ROUTE_OFFSET = 3;

    /** Offset of overflow and flag within a timestamp option, 4 bits each. */
    public static final int TIMESTAMP_FLAG_OFFSET = 3;

    /** Offset of the first entry within a timestamp option. */
    public static final int TIMESTAMP_ENTRIES_OFFSET = 4;

    /** Bytes of the longest list. */
    public static final int MAX_LENGTH = Ipv4Header.MAX_LENGTH - Ipv4Header.MIN_LENGTH;

    /** Bytes of a router-alert option. */
    public static final int ROUTER_ALERT_LENGTH = 4;

    /** Flag of a timestamp option: timestamps without addresses. */
    public static final int TIMESTAMPS_ONLY = 0;

    /** Flag of a timestamp option: each host registers its address before its timestamp. */
    public static final int TIMESTAMPS_AND_ADDRESSES = 1;

    /** Flag of a timestamp option: the sender named the hosts that are to register a timestamp. */
    public static final int TIMESTAMPS_PRESPECIFIED = 3;

    /** What {@link #problem} answers if there is none. */
    public static final int NONE = -1;

    /** The bit of a type that says that the option goes into every fragment. */
    private static final int COPIED = 0x80;

    /**
     * What is at most once in a datagram, as bits; the two source routes are one (RFC 1122,
     * 3.2.1.8).
     */
    private static final int SEEN_RECORD_ROUTE = 1;

    private static final int SEEN_TIMESTAMP = 2;
    private static final int SEEN_SOURCE_ROUTE = 4;

    private Ipv4Options() {}

    /**
     * {@return {@code length}; or {@link Malformed#OPTION} if an option has a length, a pointer or
     * a flag that it cannot have, or is there twice and may not be} What follows an end-of-list
     * option is not looked at.
     *
     * @param buffer holds the datagram
     * @param offset index of the first option
     * @param length bytes of the list, 0 to 40
     */
    public static int check(UnsafeBuffer buffer, int offset, int length) {
        return length == 0 || problem(buffer, offset, length) == NONE ? length : Malformed.OPTION;
    }

    /**
     * {@return the index of the first byte that {@link #check} finds fault with, for the pointer of
     * a parameter problem (RFC 1122, section 3.2.2.5); or {@link #NONE}}
     *
     * @param buffer holds the datagram
     * @param offset index of the first option
     * @param length bytes of the list, 0 to 40
     */
    public static int problem(UnsafeBuffer buffer, int offset, int length) {
        int end = offset + length;
        int at = offset;
        int seen = 0;
        while (at < end) {
            int type = uint8(buffer, at);
            if (type == END) {
                return NONE;
            }
            if (type == NO_OPERATION) {
                at++;
                continue;
            }
            int once = once(type);
            if ((seen & once) != 0 || at + 1 == end) {
                return at;
            }
            seen |= once;
            int optionLength = uint8(buffer, at + LENGTH_OFFSET);
            if (optionLength < 2 || optionLength > end - at) {
                return at + LENGTH_OFFSET;
            }
            int problem = fieldProblem(buffer, at, type, optionLength);
            if (problem != NONE) {
                return problem;
            }
            at += optionLength;
        }
        return NONE;
    }

    private static int once(int type) {
        return switch (type) {
            case RECORD_ROUTE -> SEEN_RECORD_ROUTE;
            case TIMESTAMP -> SEEN_TIMESTAMP;
            case LOOSE_SOURCE_ROUTE, STRICT_SOURCE_ROUTE -> SEEN_SOURCE_ROUTE;
            default -> 0;
        };
    }

    private static int fieldProblem(UnsafeBuffer buffer, int at, int type, int length) {
        return switch (type) {
            case RECORD_ROUTE, LOOSE_SOURCE_ROUTE, STRICT_SOURCE_ROUTE ->
                    routeProblem(buffer, at, length);
            case TIMESTAMP -> timestampProblem(buffer, at, length);
            case ROUTER_ALERT -> length == ROUTER_ALERT_LENGTH ? NONE : at + LENGTH_OFFSET;
            default -> NONE;
        };
    }

    /**
     * The pointer counts from 1 and stands on an address, or beyond the last one when all are used.
     */
    private static int routeProblem(UnsafeBuffer buffer, int at, int length) {
        if (length < ROUTE_OFFSET || ((length - ROUTE_OFFSET) & 3) != 0) {
            return at + LENGTH_OFFSET;
        }
        int pointer = uint8(buffer, at + POINTER_OFFSET);
        return pointer <= ROUTE_OFFSET || (pointer & 3) != 0 ? at + POINTER_OFFSET : NONE;
    }

    private static int timestampProblem(UnsafeBuffer buffer, int at, int length) {
        if (length < TIMESTAMP_ENTRIES_OFFSET) {
            return at + LENGTH_OFFSET;
        }
        int flag = timestampFlag(buffer, at);
        if (flag > TIMESTAMPS_PRESPECIFIED || flag == 2) {
            return at + TIMESTAMP_FLAG_OFFSET;
        }
        int remainder = entryLength(flag) - 1;
        if (((length - TIMESTAMP_ENTRIES_OFFSET) & remainder) != 0) {
            return at + LENGTH_OFFSET;
        }
        int pointer = uint8(buffer, at + POINTER_OFFSET);
        return pointer <= TIMESTAMP_ENTRIES_OFFSET
                        || ((pointer - 1 - TIMESTAMP_ENTRIES_OFFSET) & remainder) != 0
                ? at + POINTER_OFFSET
                : NONE;
    }

    /**
     * {@return the index of the first option that is not padding, or {@code end} if there is none}
     *
     * @param offset index of the first option, where {@link #check} began
     * @param end index after the list
     */
    public static int first(UnsafeBuffer buffer, int offset, int end) {
        int at = offset;
        while (at < end) {
            int type = uint8(buffer, at);
            if (type == END) {
                return end;
            }
            if (type != NO_OPERATION) {
                return at;
            }
            at++;
        }
        return end;
    }

    /**
     * {@return the index of the next option that is not padding, or {@code end} if there is none}
     *
     * @param at index of an option that the walk came to
     * @param end index after the list
     */
    public static int next(UnsafeBuffer buffer, int at, int end) {
        return first(buffer, at + length(buffer, at), end);
    }

    /** {@return the type of an option: one of the constants or another} */
    public static int type(UnsafeBuffer buffer, int at) {
        return uint8(buffer, at + TYPE_OFFSET);
    }

    /** {@return the bytes of an option with its type and length, 2 to 40} */
    public static int length(UnsafeBuffer buffer, int at) {
        return uint8(buffer, at + LENGTH_OFFSET);
    }

    /** {@return whether an option goes into every fragment and not into the first only} */
    public static boolean isCopied(UnsafeBuffer buffer, int at) {
        return (uint8(buffer, at + TYPE_OFFSET) & COPIED) != 0;
    }

    /** {@return whether an option is a loose or a strict source route} */
    public static boolean isSourceRoute(UnsafeBuffer buffer, int at) {
        int type = uint8(buffer, at + TYPE_OFFSET);
        return type == LOOSE_SOURCE_ROUTE || type == STRICT_SOURCE_ROUTE;
    }

    /**
     * {@return the pointer of a route or timestamp option: where in the option the next entry is,
     * counted from 1; more than the length if no entry is left}
     */
    public static int pointer(UnsafeBuffer buffer, int at) {
        return uint8(buffer, at + POINTER_OFFSET);
    }

    /** Sets the pointer of a route or timestamp option. */
    public static void pointer(UnsafeBuffer buffer, int at, int value) {
        uint8(buffer, at + POINTER_OFFSET, value);
    }

    /** {@return the addresses that a source route or record route has room for, 0 to 9} */
    public static int routeAddresses(UnsafeBuffer buffer, int at) {
        return (length(buffer, at) - ROUTE_OFFSET) >>> 2;
    }

    /**
     * {@return an address of a source route or record route}
     *
     * @param index 0 to {@link #routeAddresses} - 1
     */
    public static int routeAddress(UnsafeBuffer buffer, int at, int index) {
        return int32(buffer, at + ROUTE_OFFSET + (index << 2));
    }

    /**
     * Sets an address of a source route or record route.
     *
     * @param index 0 to {@link #routeAddresses} - 1
     */
    public static void routeAddress(UnsafeBuffer buffer, int at, int index, int address) {
        int32(buffer, at + ROUTE_OFFSET + (index << 2), address);
    }

    /** {@return how many hosts found no room in a timestamp option, 0 to 15} */
    public static int timestampOverflow(UnsafeBuffer buffer, int at) {
        return uint8(buffer, at + TIMESTAMP_FLAG_OFFSET) >>> 4;
    }

    /** {@return the flag of a timestamp option: one of the three constants} */
    public static int timestampFlag(UnsafeBuffer buffer, int at) {
        return uint8(buffer, at + TIMESTAMP_FLAG_OFFSET) & 0xF;
    }

    /** Sets overflow, 0 to 15, and flag of a timestamp option. */
    public static void timestampOverflowAndFlag(
            UnsafeBuffer buffer, int at, int overflow, int flag) {
        uint8(buffer, at + TIMESTAMP_FLAG_OFFSET, overflow << 4 | flag);
    }

    /** {@return the entries that a timestamp option has room for, 0 to 9} */
    public static int timestampEntries(UnsafeBuffer buffer, int at) {
        return (length(buffer, at) - TIMESTAMP_ENTRIES_OFFSET)
                / entryLength(timestampFlag(buffer, at));
    }

    /**
     * {@return the address of an entry of a timestamp option} Without addresses, that is if the
     * flag is {@link #TIMESTAMPS_ONLY}, it is the timestamp.
     *
     * @param index 0 to {@link #timestampEntries} - 1
     */
    public static int timestampAddress(UnsafeBuffer buffer, int at, int index) {
        return int32(buffer, entry(buffer, at, index));
    }

    /**
     * {@return the timestamp of an entry: milliseconds since midnight UT, or anything if its
     * highest bit is set; 0 to 2³²-1}
     *
     * @param index 0 to {@link #timestampEntries} - 1
     */
    public static long timestamp(UnsafeBuffer buffer, int at, int index) {
        int entryLength = entryLength(timestampFlag(buffer, at));
        return uint32(buffer, entry(buffer, at, index) + entryLength - 4);
    }

    /**
     * Sets the address and the timestamp of an entry; the timestamp alone, if the flag is {@link
     * #TIMESTAMPS_ONLY}.
     *
     * @param index 0 to {@link #timestampEntries} - 1
     */
    public static void timestamp(
            UnsafeBuffer buffer, int at, int index, int address, long timestamp) {
        int entry = entry(buffer, at, index);
        int32(buffer, entry, address);
        int32(buffer, entry + entryLength(timestampFlag(buffer, at)) - 4, (int) timestamp);
    }

    private static int entry(UnsafeBuffer buffer, int at, int index) {
        return at + TIMESTAMP_ENTRIES_OFFSET + index * entryLength(timestampFlag(buffer, at));
    }

    private static int entryLength(int timestampFlag) {
        return timestampFlag == TIMESTAMPS_ONLY ? 4 : 8;
    }

    /**
     * {@return the value of a router alert, 0 to 65535; 0 means that every router examines the
     * packet}
     */
    public static int routerAlert(UnsafeBuffer buffer, int at) {
        return uint16(buffer, at + 2);
    }

    /**
     * Writes a router-alert option, 4 bytes.
     *
     * @param at index of its first byte
     * @param value 0 to 65535
     * @return the index after it
     */
    public static int writeRouterAlert(UnsafeBuffer buffer, int at, int value) {
        int32(buffer, at, ROUTER_ALERT << 24 | ROUTER_ALERT_LENGTH << 16 | value);
        return at + ROUTER_ALERT_LENGTH;
    }

    /**
     * Writes a source-route or record-route option, 3 + 4n bytes, with its pointer on the first
     * address and all addresses 0; they follow by {@link #routeAddress(UnsafeBuffer, int, int,
     * int)}.
     *
     * @param at index of its first byte
     * @param type {@link #RECORD_ROUTE}, {@link #LOOSE_SOURCE_ROUTE} or {@link
     *     #STRICT_SOURCE_ROUTE}
     * @param addresses their number, 0 to 9
     * @return the index after it
     */
    public static int writeRoute(UnsafeBuffer buffer, int at, int type, int addresses) {
        int length = ROUTE_OFFSET + (addresses << 2);
        uint8(buffer, at, type);
        uint8(buffer, at + LENGTH_OFFSET, length);
        uint8(buffer, at + POINTER_OFFSET, ROUTE_OFFSET + 1);
        buffer.setMemory(at + ROUTE_OFFSET, length - ROUTE_OFFSET, (byte) 0);
        return at + length;
    }

    /**
     * Writes a timestamp option with its pointer on the first entry, no overflow and all entries 0.
     *
     * @param at index of its first byte
     * @param flag one of the three constants
     * @param entries their number, 0 to 9; 0 to 4 with addresses
     * @return the index after it
     */
    public static int writeTimestamp(UnsafeBuffer buffer, int at, int flag, int entries) {
        int length = TIMESTAMP_ENTRIES_OFFSET + entries * entryLength(flag);
        uint8(buffer, at, TIMESTAMP);
        uint8(buffer, at + LENGTH_OFFSET, length);
        uint8(buffer, at + POINTER_OFFSET, TIMESTAMP_ENTRIES_OFFSET + 1);
        uint8(buffer, at + TIMESTAMP_FLAG_OFFSET, flag);
        buffer.setMemory(
                at + TIMESTAMP_ENTRIES_OFFSET, length - TIMESTAMP_ENTRIES_OFFSET, (byte) 0);
        return at + length;
    }

    /**
     * Fills up with ends of list to a multiple of 4 bytes (RFC 791, section 3.1: the padding is
     * zero).
     *
     * @param optionsStart index of the first option
     * @param at index after the last option
     * @return the index after the padding
     */
    public static int writePadding(UnsafeBuffer buffer, int optionsStart, int at) {
        int padded = optionsStart + ((at - optionsStart + 3) & ~3);
        for (int i = at; i < padded; i++) {
            uint8(buffer, i, END);
        }
        return padded;
    }
}
