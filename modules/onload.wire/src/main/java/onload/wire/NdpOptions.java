package onload.wire;

import static onload.wire.BigEndian.int32;
import static onload.wire.BigEndian.int64;
import static onload.wire.BigEndian.uint32;
import static onload.wire.BigEndian.uint48;
import static onload.wire.BigEndian.uint8;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * The options of a message of neighbor discovery (RFC 4861, section 4.6; RFC 8106). They begin
 * where {@link NdpMessage#check} says and take up the rest of the message. {@link #check} looks at
 * the whole list; then it can be walked:
 *
 * <pre>
 * int end = start + NdpOptions.check(buffer, start, length);
 * int at = NdpOptions.first(buffer, start, end);
 * while (at &lt; end) {
 *     switch (NdpOptions.type(buffer, at)) { … }
 *     at = NdpOptions.next(buffer, at, end);
 * }
 * </pre>
 *
 * <p>An option of a type that is known here, but which is not as that type must be, is passed over
 * by the walk as if it were not there; the others count (RFC 4861, section 9). An accessor that is
 * named for a kind of option is for an option of that type only.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |     Type      |  Length / 8   |      Link-layer address       |  source and target
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+                               +  link-layer
 * |                                                               |  address, 8 bytes
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * |     Type      |  Length / 8   | Prefix length |L|A|  Reserved |  prefix information,
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+  32 bytes
 * |                        Valid lifetime                         |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                      Preferred lifetime                       |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                           Reserved                            |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                       Prefix, 16 bytes                        |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * |     Type      |  Length / 8   |           Reserved            |  MTU, 8 bytes; recursive
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+  DNS servers, 8 + 16n;
 * |              MTU; lifetime of servers; reserved               |  redirected header, 8 +
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+  what is quoted
 * |           Addresses of servers; the quoted packet             |
 * </pre>
 */
public final class NdpOptions {
    /** Type: the link-layer address of the sender. */
    public static final int SOURCE_LINK_LAYER_ADDRESS = 1;

    /** Type: the link-layer address of the target. */
    public static final int TARGET_LINK_LAYER_ADDRESS = 2;

    /** Type: a prefix that is on the link or for autoconfiguration. */
    public static final int PREFIX_INFORMATION = 3;

    /** Type: the packet that made a router redirect, cut off. */
    public static final int REDIRECTED_HEADER = 4;

    /** Type: the MTU of the link. */
    public static final int MTU = 5;

    /** Type: recursive DNS servers (RFC 8106, section 5.1). */
    public static final int RECURSIVE_DNS_SERVERS = 25;

    /** Flag of a prefix: it is on the link. */
    public static final int ON_LINK = 0x80;

    /** Flag of a prefix: it may be used for autonomous address configuration. */
    public static final int AUTONOMOUS = 0x40;

    /** A lifetime that does not end, in seconds. */
    public static final long INFINITE_SECONDS = 0xFFFF_FFFFL;

    /** Offset of the type within an option, 1 byte. */
    public static final int TYPE_OFFSET = 0;

    /** Offset of the length in units of 8 bytes within an option, 1 byte. */
    public static final int LENGTH_OFFSET = 1;

    /** Offset of the address within a link-layer address option, 6 bytes. */
    public static final int LINK_LAYER_ADDRESS_OFFSET = 2;

    /** Offset of the length of the prefix within a prefix information, 1 byte. */
    public static final int PREFIX_LENGTH_OFFSET = 2;

    /** Offset of the flags within a prefix information, 1 byte. */
    public static final int PREFIX_FLAGS_OFFSET = 3;

    /** Offset of the valid lifetime within a prefix information, 4 bytes. */
    public static final int VALID_LIFETIME_OFFSET = 4;

    /** Offset of the preferred lifetime within a prefix information, 4 bytes. */
    public static final int PREFERRED_LIFETIME_OFFSET = 8;

    /** Offset of the prefix within a prefix information, 16 bytes. */
    public static final int PREFIX_OFFSET = 16;

    /** Offset of the quoted packet within a redirected header. */
    public static final int REDIRECTED_PACKET_OFFSET = 8;

    /** Offset of the MTU within an MTU option, 4 bytes. */
    public static final int MTU_OFFSET = 4;

    /** Offset of the lifetime within a recursive-DNS-servers option, 4 bytes. */
    public static final int SERVER_LIFETIME_OFFSET = 4;

    /** Offset of the first address within a recursive-DNS-servers option, 16 bytes each. */
    public static final int SERVERS_OFFSET = 8;

    /** Bytes of a link-layer address option of Ethernet (RFC 2464, section 6). */
    public static final int LINK_LAYER_ADDRESS_LENGTH = 8;

    /** Bytes of a prefix information. */
    public static final int PREFIX_INFORMATION_LENGTH = 32;

    /** Bytes of an MTU option. */
    public static final int MTU_LENGTH = 8;

    private static final int MAX_PREFIX_LENGTH = 128;
    private static final int SERVER_LENGTH = 16;

    private NdpOptions() {}

    /**
     * {@return {@code length}; or {@link Malformed#OPTION} if an option has the length 0 (RFC 4861,
     * section 4.6: the packet is discarded) or ends beyond the list}
     *
     * @param buffer holds the message
     * @param offset index of the first option
     * @param length bytes of the list: those of the message less what {@link NdpMessage#check}
     *     answered, ≥ 0
     */
    public static int check(UnsafeBuffer buffer, int offset, int length) {
        int end = offset + length;
        int at = offset;
        while (at < end) {
            if (at + LENGTH_OFFSET == end) {
                return Malformed.OPTION;
            }
            int optionLength = length(buffer, at);
            if (optionLength == 0 || optionLength > end - at) {
                return Malformed.OPTION;
            }
            at += optionLength;
        }
        return length;
    }

    /**
     * {@return the index of the first option, or {@code end} if there is none}
     *
     * @param offset index where {@link #check} began
     * @param end index after the list
     */
    public static int first(UnsafeBuffer buffer, int offset, int end) {
        int at = offset;
        while (at < end && !isWellFormed(buffer, at)) {
            at += length(buffer, at);
        }
        return at;
    }

    /**
     * {@return the index of the next option, or {@code end} if there is none}
     *
     * @param at index of an option that the walk came to
     * @param end index after the list
     */
    public static int next(UnsafeBuffer buffer, int at, int end) {
        return first(buffer, at + length(buffer, at), end);
    }

    private static boolean isWellFormed(UnsafeBuffer buffer, int at) {
        int length = length(buffer, at);
        return switch (type(buffer, at)) {
            case SOURCE_LINK_LAYER_ADDRESS, TARGET_LINK_LAYER_ADDRESS ->
                    length == LINK_LAYER_ADDRESS_LENGTH;
            case PREFIX_INFORMATION ->
                    length == PREFIX_INFORMATION_LENGTH
                            && prefixLength(buffer, at) <= MAX_PREFIX_LENGTH;
            case MTU -> length == MTU_LENGTH;
            // RFC 8106, section 5.3.1: at least one address, and nothing but whole ones.
            case RECURSIVE_DNS_SERVERS ->
                    length > SERVERS_OFFSET && (length - SERVERS_OFFSET) % SERVER_LENGTH == 0;
            default -> true;
        };
    }

    /** {@return the type of an option: one of the constants or another, 0 to 255} */
    public static int type(UnsafeBuffer buffer, int at) {
        return uint8(buffer, at + TYPE_OFFSET);
    }

    /** {@return the bytes of an option with its type and length, a multiple of 8 from 8 to 2040} */
    public static int length(UnsafeBuffer buffer, int at) {
        return uint8(buffer, at + LENGTH_OFFSET) << 3;
    }

    /** {@return the Ethernet address of a source or target link-layer address, 48 bits} */
    public static long linkLayerAddress(UnsafeBuffer buffer, int at) {
        return uint48(buffer, at + LINK_LAYER_ADDRESS_OFFSET);
    }

    /** {@return the leading bits that count in the prefix of a prefix information, 0 to 128} */
    public static int prefixLength(UnsafeBuffer buffer, int at) {
        return uint8(buffer, at + PREFIX_LENGTH_OFFSET);
    }

    /**
     * {@return the flags of a prefix information: {@link #ON_LINK}, {@link #AUTONOMOUS} and others}
     */
    public static int prefixFlags(UnsafeBuffer buffer, int at) {
        return uint8(buffer, at + PREFIX_FLAGS_OFFSET);
    }

    /**
     * {@return how long a prefix is valid for determining what is on the link, in seconds, 0 to
     * {@link #INFINITE_SECONDS}}
     */
    public static long validLifetimeSeconds(UnsafeBuffer buffer, int at) {
        return uint32(buffer, at + VALID_LIFETIME_OFFSET);
    }

    /**
     * {@return how long addresses that were made from a prefix are preferred, in seconds, 0 to
     * {@link #INFINITE_SECONDS}; it may be more than the valid lifetime, and the option is then
     * ignored (RFC 4862, section 5.5.3)}
     */
    public static long preferredLifetimeSeconds(UnsafeBuffer buffer, int at) {
        return uint32(buffer, at + PREFERRED_LIFETIME_OFFSET);
    }

    /**
     * {@return the upper half of the prefix of a prefix information; bits beyond its length may be
     * set}
     */
    public static long prefixHigh(UnsafeBuffer buffer, int at) {
        return int64(buffer, at + PREFIX_OFFSET);
    }

    /**
     * {@return the lower half of the prefix of a prefix information; bits beyond its length may be
     * set}
     */
    public static long prefixLow(UnsafeBuffer buffer, int at) {
        return int64(buffer, at + PREFIX_OFFSET + 8);
    }

    /**
     * {@return the bytes of the packet that a redirected header quotes, padding included, 0 to
     * 2032}
     */
    public static int redirectedPacketLength(UnsafeBuffer buffer, int at) {
        return length(buffer, at) - REDIRECTED_PACKET_OFFSET;
    }

    /** {@return the MTU of the link in bytes, 0 to 2³²-1} */
    public static long mtu(UnsafeBuffer buffer, int at) {
        return uint32(buffer, at + MTU_OFFSET);
    }

    /**
     * {@return how long recursive DNS servers may be used, in seconds, 0 to {@link
     * #INFINITE_SECONDS}; 0 means no longer}
     */
    public static long serverLifetimeSeconds(UnsafeBuffer buffer, int at) {
        return uint32(buffer, at + SERVER_LIFETIME_OFFSET);
    }

    /** {@return the number of recursive DNS servers, 1 to 127} */
    public static int servers(UnsafeBuffer buffer, int at) {
        return (length(buffer, at) - SERVERS_OFFSET) / SERVER_LENGTH;
    }

    /**
     * {@return the upper half of the address of a recursive DNS server}
     *
     * @param index 0 to {@link #servers} - 1
     */
    public static long serverHigh(UnsafeBuffer buffer, int at, int index) {
        return int64(buffer, at + SERVERS_OFFSET + index * SERVER_LENGTH);
    }

    /**
     * {@return the lower half of the address of a recursive DNS server}
     *
     * @param index 0 to {@link #servers} - 1
     */
    public static long serverLow(UnsafeBuffer buffer, int at, int index) {
        return int64(buffer, at + SERVERS_OFFSET + index * SERVER_LENGTH + 8);
    }

    /**
     * Sets the address of a recursive DNS server.
     *
     * @param index 0 to {@link #servers} - 1
     */
    public static void server(UnsafeBuffer buffer, int at, int index, long high, long low) {
        int64(buffer, at + SERVERS_OFFSET + index * SERVER_LENGTH, high);
        int64(buffer, at + SERVERS_OFFSET + index * SERVER_LENGTH + 8, low);
    }

    /**
     * Writes a source or target link-layer address, 8 bytes.
     *
     * @param at index of its first byte
     * @param type {@link #SOURCE_LINK_LAYER_ADDRESS} or {@link #TARGET_LINK_LAYER_ADDRESS}
     * @param address Ethernet address, 48 bits
     * @return the index after it
     */
    public static int writeLinkLayerAddress(UnsafeBuffer buffer, int at, int type, long address) {
        begin(buffer, at, type, LINK_LAYER_ADDRESS_LENGTH);
        uint48(buffer, at + LINK_LAYER_ADDRESS_OFFSET, address);
        return at + LINK_LAYER_ADDRESS_LENGTH;
    }

    /**
     * Writes a prefix information, 32 bytes.
     *
     * @param at index of its first byte
     * @param prefixLength leading bits that count, 0 to 128
     * @param prefixFlags {@link #ON_LINK} and {@link #AUTONOMOUS}, or-ed
     * @param validLifetimeSeconds seconds, 0 to {@link #INFINITE_SECONDS}
     * @param preferredLifetimeSeconds seconds, 0 to the valid lifetime
     * @param prefixHigh upper half of the prefix
     * @param prefixLow lower half of the prefix
     * @return the index after it
     */
    public static int writePrefixInformation(
            UnsafeBuffer buffer,
            int at,
            int prefixLength,
            int prefixFlags,
            long validLifetimeSeconds,
            long preferredLifetimeSeconds,
            long prefixHigh,
            long prefixLow) {
        begin(buffer, at, PREFIX_INFORMATION, PREFIX_INFORMATION_LENGTH);
        uint8(buffer, at + PREFIX_LENGTH_OFFSET, prefixLength);
        uint8(buffer, at + PREFIX_FLAGS_OFFSET, prefixFlags);
        int32(buffer, at + VALID_LIFETIME_OFFSET, (int) validLifetimeSeconds);
        int32(buffer, at + PREFERRED_LIFETIME_OFFSET, (int) preferredLifetimeSeconds);
        int32(buffer, at + PREFIX_OFFSET - 4, 0);
        int64(buffer, at + PREFIX_OFFSET, prefixHigh);
        int64(buffer, at + PREFIX_OFFSET + 8, prefixLow);
        return at + PREFIX_INFORMATION_LENGTH;
    }

    /**
     * Writes a redirected header around a quoted packet.
     *
     * @param at index of its first byte
     * @param packet holds the packet that is quoted
     * @param packetOffset index of the first byte of its IPv6 header
     * @param packetLength bytes that are quoted, a multiple of 8 up to 2032
     * @return the index after it
     */
    public static int writeRedirectedHeader(
            UnsafeBuffer buffer, int at, UnsafeBuffer packet, int packetOffset, int packetLength) {
        begin(buffer, at, REDIRECTED_HEADER, REDIRECTED_PACKET_OFFSET + packetLength);
        int32(buffer, at + 4, 0);
        buffer.putBytes(at + REDIRECTED_PACKET_OFFSET, packet, packetOffset, packetLength);
        return at + REDIRECTED_PACKET_OFFSET + packetLength;
    }

    /**
     * Writes an MTU option, 8 bytes.
     *
     * @param at index of its first byte
     * @param bytes the MTU of the link, 0 to 2³²-1
     * @return the index after it
     */
    public static int writeMtu(UnsafeBuffer buffer, int at, long bytes) {
        begin(buffer, at, MTU, MTU_LENGTH);
        int32(buffer, at + MTU_OFFSET, (int) bytes);
        return at + MTU_LENGTH;
    }

    /**
     * Writes the fixed part of a recursive-DNS-servers option; the addresses follow by {@link
     * #server}.
     *
     * @param at index of its first byte
     * @param lifetimeSeconds seconds, 0 to {@link #INFINITE_SECONDS}
     * @param servers number of addresses, 1 to 127
     * @return the index after the option with its addresses
     */
    public static int writeRecursiveDnsServers(
            UnsafeBuffer buffer, int at, long lifetimeSeconds, int servers) {
        int length = SERVERS_OFFSET + servers * SERVER_LENGTH;
        begin(buffer, at, RECURSIVE_DNS_SERVERS, length);
        int32(buffer, at + SERVER_LIFETIME_OFFSET, (int) lifetimeSeconds);
        return at + length;
    }

    /** The first four bytes: type, length, and two that are reserved in most types. */
    private static void begin(UnsafeBuffer buffer, int at, int type, int length) {
        int32(buffer, at, type << 24 | length << 13);
    }
}
