package onload.wire;

import static onload.wire.BigEndian.int32;
import static onload.wire.BigEndian.uint16;
import static onload.wire.BigEndian.uint32;
import static onload.wire.BigEndian.uint8;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * The hop-by-hop options header and the destination options header of IPv6, which have one format
 * (RFC 8200, sections 4.2, 4.3 and 4.6). {@link #check} looks at the header with all its options;
 * then the options can be walked:
 *
 * <pre>
 * int end = offset + Ipv6Options.check(buffer, offset, length);
 * int at = Ipv6Options.first(buffer, offset, end);
 * while (at &lt; end) {
 *     switch (Ipv6Options.type(buffer, at)) { … }
 *     at = Ipv6Options.next(buffer, at, end);
 * }
 * </pre>
 *
 * <p>The walk leaves out padding. An accessor that is named for a kind of option is for an option
 * of that type only. What the options of a received packet demand is found by {@link
 * Ipv6ExtensionHeaders}.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |  Next header  |    Length     |Act|C| Type    |  Data length  |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |       Data of the option; the next option; 8 (length + 1)     |
 * +                   bytes with the first four                   +
 * |                              ...                              |
 * </pre>
 */
public final class Ipv6Options {
    /** Type: one byte of padding, the only option without a length. */
    public static final int PAD1 = 0;

    /** Type: two or more bytes of padding. */
    public static final int PADN = 1;

    /** Type: router alert (RFC 2711). */
    public static final int ROUTER_ALERT = 5;

    /** Type: jumbo payload (RFC 2675). Its action for those who do not know it is to discard. */
    public static final int JUMBO_PAYLOAD = 0xC2;

    /** Action: skip the option and go on. */
    public static final int SKIP = 0;

    /** Action: discard the packet. */
    public static final int DISCARD = 1;

    /** Action: discard the packet and send a parameter problem, whatever its destination was. */
    public static final int REPORT = 2;

    /**
     * Action: discard the packet and send a parameter problem, unless it went to a multicast
     * address.
     */
    public static final int REPORT_UNLESS_MULTICAST = 3;

    /** Offset of the next header, 1 byte. */
    public static final int NEXT_HEADER_OFFSET = 0;

    /** Offset of the length in units of 8 bytes, the first 8 not counted, 1 byte. */
    public static final int LENGTH_OFFSET = 1;

    /** Offset of the first option. */
    public static final int OPTIONS_OFFSET = 2;

    /** Offset of the type within an option, 1 byte. */
    public static final int TYPE_OFFSET = 0;

    /** Offset of the length of the data within an option, 1 byte. */
    public static final int DATA_LENGTH_OFFSET = 1;

    /** Offset of the data within an option. */
    public static final int DATA_OFFSET = 2;

    /** Bytes of the shortest header. */
    public static final int MIN_LENGTH = 8;

    /** Bytes of the longest header. */
    public static final int MAX_LENGTH = 2048;

    /** Bytes of the data of a router alert. */
    public static final int ROUTER_ALERT_DATA_LENGTH = 2;

    /** Bytes of the data of a jumbo payload. */
    public static final int JUMBO_PAYLOAD_DATA_LENGTH = 4;

    /** Value of a router alert: the packet has a message of MLD (RFC 2711, section 2.1). */
    public static final int MULTICAST_LISTENER_DISCOVERY = 0;

    private Ipv6Options() {}

    /**
     * {@return the bytes of the header with its options, 8 to 2048; or {@link Malformed#TRUNCATED},
     * or {@link Malformed#OPTION} if an option ends beyond the header or a known one has the wrong
     * length}
     *
     * @param buffer holds the packet
     * @param offset index of the first byte of this header
     * @param length bytes from there to the end of the packet
     */
    public static int check(UnsafeBuffer buffer, int offset, int length) {
        if (length < MIN_LENGTH) {
            return Malformed.TRUNCATED;
        }
        int headerLength = headerLength(buffer, offset);
        if (headerLength > length) {
            return Malformed.TRUNCATED;
        }
        int end = offset + headerLength;
        int at = offset + OPTIONS_OFFSET;
        while (at < end) {
            int optionLength = checkOption(buffer, at, end);
            if (optionLength < 0) {
                return optionLength;
            }
            at += optionLength;
        }
        return headerLength;
    }

    /**
     * {@return the bytes of one option, 1 to 257; or {@link Malformed#OPTION} if it ends beyond
     * {@code end} or is of a known type and has the wrong length}
     *
     * @param at index of the option, less than {@code end}
     */
    static int checkOption(UnsafeBuffer buffer, int at, int end) {
        int type = uint8(buffer, at);
        if (type == PAD1) {
            return 1;
        }
        if (at + DATA_LENGTH_OFFSET == end) {
            return Malformed.OPTION;
        }
        int dataLength = uint8(buffer, at + DATA_LENGTH_OFFSET);
        boolean wrong =
                dataLength > end - at - DATA_OFFSET
                        || (type == ROUTER_ALERT && dataLength != ROUTER_ALERT_DATA_LENGTH)
                        || (type == JUMBO_PAYLOAD && dataLength != JUMBO_PAYLOAD_DATA_LENGTH);
        return wrong ? Malformed.OPTION : DATA_OFFSET + dataLength;
    }

    /** {@return the type of what follows this header} */
    public static int nextHeader(UnsafeBuffer buffer, int offset) {
        return uint8(buffer, offset + NEXT_HEADER_OFFSET);
    }

    /** Sets the type of what follows this header. */
    public static void nextHeader(UnsafeBuffer buffer, int offset, int value) {
        uint8(buffer, offset + NEXT_HEADER_OFFSET, value);
    }

    /** {@return the bytes of the header with its options, a multiple of 8 from 8 to 2048} */
    public static int headerLength(UnsafeBuffer buffer, int offset) {
        return (uint8(buffer, offset + LENGTH_OFFSET) + 1) << 3;
    }

    /** Sets the bytes of the header with its options, a multiple of 8 from 8 to 2048. */
    public static void headerLength(UnsafeBuffer buffer, int offset, int bytes) {
        uint8(buffer, offset + LENGTH_OFFSET, (bytes >>> 3) - 1);
    }

    /**
     * {@return the index of the first option that is not padding, or {@code end} if there is none}
     *
     * @param offset index of the first byte of the header, where {@link #check} began
     * @param end index after the header
     */
    public static int first(UnsafeBuffer buffer, int offset, int end) {
        return skipPadding(buffer, offset + OPTIONS_OFFSET, end);
    }

    /**
     * {@return the index of the next option that is not padding, or {@code end} if there is none}
     *
     * @param at index of an option that the walk came to
     * @param end index after the header
     */
    public static int next(UnsafeBuffer buffer, int at, int end) {
        return skipPadding(buffer, at + DATA_OFFSET + dataLength(buffer, at), end);
    }

    private static int skipPadding(UnsafeBuffer buffer, int from, int end) {
        int at = from;
        while (at < end) {
            int type = uint8(buffer, at);
            if (type > PADN) {
                return at;
            }
            at += type == PAD1 ? 1 : DATA_OFFSET + dataLength(buffer, at);
        }
        return end;
    }

    /** {@return the type of an option, action and change bit included: a constant or another} */
    public static int type(UnsafeBuffer buffer, int at) {
        return uint8(buffer, at + TYPE_OFFSET);
    }

    /**
     * {@return what those do who do not know a type: {@link #SKIP}, {@link #DISCARD}, {@link
     * #REPORT} or {@link #REPORT_UNLESS_MULTICAST}}
     *
     * @param type a type, 0 to 255
     */
    public static int action(int type) {
        return type >>> 6;
    }

    /** {@return the bytes of the data of an option that is not {@link #PAD1}, 0 to 255} */
    public static int dataLength(UnsafeBuffer buffer, int at) {
        return uint8(buffer, at + DATA_LENGTH_OFFSET);
    }

    /**
     * {@return the value of a router alert, 0 to 65535: {@link #MULTICAST_LISTENER_DISCOVERY} or
     * another}
     */
    public static int routerAlert(UnsafeBuffer buffer, int at) {
        return uint16(buffer, at + DATA_OFFSET);
    }

    /** {@return the bytes that follow the IPv6 header by a jumbo payload option, 0 to 2³²-1} */
    public static long jumboPayloadLength(UnsafeBuffer buffer, int at) {
        return uint32(buffer, at + DATA_OFFSET);
    }

    /**
     * Writes the fixed part of a header; the options follow from {@link #OPTIONS_OFFSET} on and are
     * filled up by {@link #writePadding}.
     *
     * @param nextHeader type of what follows, 0 to 255
     * @param headerLength bytes with options, a multiple of 8 from 8 to 2048
     */
    public static void write(UnsafeBuffer buffer, int offset, int nextHeader, int headerLength) {
        nextHeader(buffer, offset, nextHeader);
        headerLength(buffer, offset, headerLength);
    }

    /**
     * Writes a router alert, 4 bytes. In a header it stands at an even offset (RFC 2711, section
     * 2.1).
     *
     * @param at index of its first byte
     * @param value 0 to 65535
     * @return the index after it
     */
    public static int writeRouterAlert(UnsafeBuffer buffer, int at, int value) {
        int32(buffer, at, ROUTER_ALERT << 24 | ROUTER_ALERT_DATA_LENGTH << 16 | value);
        return at + DATA_OFFSET + ROUTER_ALERT_DATA_LENGTH;
    }

    /**
     * Writes a jumbo payload, 6 bytes. In a header it stands at an offset of 4n + 2 (RFC 2675,
     * section 2).
     *
     * @param at index of its first byte
     * @param length bytes that follow the IPv6 header, 65536 to 2³²-1
     * @return the index after it
     */
    public static int writeJumboPayload(UnsafeBuffer buffer, int at, long length) {
        uint16(buffer, at, JUMBO_PAYLOAD << 8 | JUMBO_PAYLOAD_DATA_LENGTH);
        int32(buffer, at + DATA_OFFSET, (int) length);
        return at + DATA_OFFSET + JUMBO_PAYLOAD_DATA_LENGTH;
    }

    /**
     * Fills up the rest of a header with one option of padding.
     *
     * @param at index after the last option
     * @param end index after the header, at most 257 bytes on
     */
    public static void writePadding(UnsafeBuffer buffer, int at, int end) {
        int length = end - at;
        if (length == 1) {
            uint8(buffer, at, PAD1);
        } else if (length > 1) {
            uint16(buffer, at, PADN << 8 | length - DATA_OFFSET);
            buffer.setMemory(at + DATA_OFFSET, length - DATA_OFFSET, (byte) 0);
        }
    }
}
