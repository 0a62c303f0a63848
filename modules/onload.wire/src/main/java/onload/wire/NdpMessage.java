package onload.wire;

import static onload.wire.BigEndian.int32;
import static onload.wire.BigEndian.int64;
import static onload.wire.BigEndian.uint16;
import static onload.wire.BigEndian.uint32;
import static onload.wire.BigEndian.uint8;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * A message of neighbor discovery for IPv6 (RFC 4861, section 4): five types of ICMPv6. Type, code
 * and checksum are those of {@link Icmpv6Message}; the options that follow are read by {@link
 * NdpOptions}. An accessor is for messages of the types that it names only.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |     Type      |   Code (0)    |           Checksum            |  all
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * | Cur hop limit |M|O|H|Prf|     |        Router lifetime        |  router
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+  advertisement,
 * |                        Reachable time                         |  16 bytes
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                         Retrans timer                         |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * |R|S|O|                     Reserved                            |  router solicitation,
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+  8 bytes
 * |                   Target address, 16 bytes                    |  neighbor solicitation
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+  and advertisement, 24
 * |                 Destination address, 16 bytes                 |  redirect, 40
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * </pre>
 *
 * <p>The flags R, S and O are those of a neighbor advertisement.
 */
public final class NdpMessage {
    /** Offset of the current hop limit of a router advertisement, 1 byte. */
    public static final int CURRENT_HOP_LIMIT_OFFSET = 4;

    /** Offset of the flags of a router advertisement, 1 byte. */
    public static final int ROUTER_FLAGS_OFFSET = 5;

    /** Offset of the router lifetime of a router advertisement, 2 bytes. */
    public static final int ROUTER_LIFETIME_OFFSET = 6;

    /** Offset of the reachable time of a router advertisement, 4 bytes. */
    public static final int REACHABLE_TIME_OFFSET = 8;

    /** Offset of the retransmission timer of a router advertisement, 4 bytes. */
    public static final int RETRANS_TIMER_OFFSET = 12;

    /** Offset of the flags of a neighbor advertisement, 1 byte. */
    public static final int NEIGHBOR_FLAGS_OFFSET = 4;

    /**
     * Offset of the target of a neighbor solicitation or advertisement or of a redirect, 16 bytes.
     */
    public static final int TARGET_OFFSET = 8;

    /** Offset of the destination of a redirect, 16 bytes. */
    public static final int DESTINATION_OFFSET = 24;

    /** Bytes of a router solicitation before its options. */
    public static final int ROUTER_SOLICITATION_LENGTH = 8;

    /** Bytes of a router advertisement before its options. */
    public static final int ROUTER_ADVERTISEMENT_LENGTH = 16;

    /** Bytes of a neighbor solicitation before its options. */
    public static final int NEIGHBOR_SOLICITATION_LENGTH = 24;

    /** Bytes of a neighbor advertisement before its options. */
    public static final int NEIGHBOR_ADVERTISEMENT_LENGTH = 24;

    /** Bytes of a redirect before its options. */
    public static final int REDIRECT_LENGTH = 40;

    /** Type: router solicitation. */
    public static final int ROUTER_SOLICITATION = 133;

    /** Type: router advertisement. */
    public static final int ROUTER_ADVERTISEMENT = 134;

    /** Type: neighbor solicitation. */
    public static final int NEIGHBOR_SOLICITATION = 135;

    /** Type: neighbor advertisement. */
    public static final int NEIGHBOR_ADVERTISEMENT = 136;

    /** Type: redirect. */
    public static final int REDIRECT = 137;

    /** Router flag: addresses are managed by DHCPv6. */
    public static final int MANAGED = 0x80;

    /** Router flag: other configuration is available by DHCPv6. */
    public static final int OTHER = 0x40;

    /** Router flag: the router is a home agent (RFC 6275, section 7.1). */
    public static final int HOME_AGENT = 0x20;

    /** Neighbor flag: the sender is a router. */
    public static final int ROUTER = 0x80;

    /** Neighbor flag: the answer to a solicitation. */
    public static final int SOLICITED = 0x40;

    /** Neighbor flag: it overrides the link-layer address in the cache. */
    public static final int OVERRIDE = 0x20;

    private NdpMessage() {}

    /**
     * {@return the bytes before the options: 8, 16, 24 or 40; or {@link Malformed#TRUNCATED},
     * {@link Malformed#TYPE} if the type is not of neighbor discovery, or {@link Malformed#FIELD}
     * if the code is not 0 (RFC 4861, sections 6.1, 7.1 and 8.1)}
     *
     * <p>The options take up the rest of the message; {@link NdpOptions#check} is for them. That
     * the hop limit is 255, and which addresses may be multicast, is not asked here.
     *
     * @param buffer holds the message
     * @param offset index of its first byte
     * @param length bytes of the message
     */
    public static int check(UnsafeBuffer buffer, int offset, int length) {
        if (length < ROUTER_SOLICITATION_LENGTH) {
            return Malformed.TRUNCATED;
        }
        int headerLength = headerLength(Icmpv6Message.type(buffer, offset));
        if (headerLength < 0) {
            return headerLength;
        }
        if (Icmpv6Message.code(buffer, offset) != 0) {
            return Malformed.FIELD;
        }
        return headerLength > length ? Malformed.TRUNCATED : headerLength;
    }

    private static int headerLength(int type) {
        return switch (type) {
            case ROUTER_SOLICITATION -> ROUTER_SOLICITATION_LENGTH;
            case ROUTER_ADVERTISEMENT -> ROUTER_ADVERTISEMENT_LENGTH;
            case NEIGHBOR_SOLICITATION -> NEIGHBOR_SOLICITATION_LENGTH;
            case NEIGHBOR_ADVERTISEMENT -> NEIGHBOR_ADVERTISEMENT_LENGTH;
            case REDIRECT -> REDIRECT_LENGTH;
            default -> Malformed.TYPE;
        };
    }

    /** {@return the hop limit that a router advertises, 0 to 255; 0 means that it does not say} */
    public static int currentHopLimit(UnsafeBuffer buffer, int offset) {
        return uint8(buffer, offset + CURRENT_HOP_LIMIT_OFFSET);
    }

    /**
     * {@return the flags of a router advertisement: {@link #MANAGED}, {@link #OTHER} and others}
     */
    public static int routerFlags(UnsafeBuffer buffer, int offset) {
        return uint8(buffer, offset + ROUTER_FLAGS_OFFSET);
    }

    /**
     * {@return the preference of the router of a router advertisement: 1 high, 0 medium, -1 low;
     * the reserved value is taken for medium (RFC 4191, section 2.2)}
     */
    public static int routerPreference(UnsafeBuffer buffer, int offset) {
        int preference = uint8(buffer, offset + ROUTER_FLAGS_OFFSET) << 27 >> 30;
        return preference == -2 ? 0 : preference;
    }

    /**
     * {@return the time for which a router advertisement makes its sender a default router, in
     * seconds, 0 to 65535; 0 means that it is none}
     */
    public static int routerLifetimeSeconds(UnsafeBuffer buffer, int offset) {
        return uint16(buffer, offset + ROUTER_LIFETIME_OFFSET);
    }

    /**
     * {@return the time for which a neighbor is reachable after a confirmation, in milliseconds, as
     * a router advertises it, 0 to 2³²-1; 0 means that it does not say}
     */
    public static long reachableTimeMs(UnsafeBuffer buffer, int offset) {
        return uint32(buffer, offset + REACHABLE_TIME_OFFSET);
    }

    /**
     * {@return the time between neighbor solicitations, in milliseconds, as a router advertises it,
     * 0 to 2³²-1; 0 means that it does not say}
     */
    public static long retransTimerMs(UnsafeBuffer buffer, int offset) {
        return uint32(buffer, offset + RETRANS_TIMER_OFFSET);
    }

    /**
     * {@return the flags of a neighbor advertisement: {@link #ROUTER}, {@link #SOLICITED}, {@link
     * #OVERRIDE}}
     */
    public static int neighborFlags(UnsafeBuffer buffer, int offset) {
        return uint8(buffer, offset + NEIGHBOR_FLAGS_OFFSET) & (ROUTER | SOLICITED | OVERRIDE);
    }

    /**
     * {@return the upper half of the target of a neighbor solicitation, advertisement or redirect}
     */
    public static long targetHigh(UnsafeBuffer buffer, int offset) {
        return int64(buffer, offset + TARGET_OFFSET);
    }

    /**
     * {@return the lower half of the target of a neighbor solicitation, advertisement or redirect}
     */
    public static long targetLow(UnsafeBuffer buffer, int offset) {
        return int64(buffer, offset + TARGET_OFFSET + 8);
    }

    /** Sets the target of a neighbor solicitation, advertisement or redirect. */
    public static void target(UnsafeBuffer buffer, int offset, long high, long low) {
        int64(buffer, offset + TARGET_OFFSET, high);
        int64(buffer, offset + TARGET_OFFSET + 8, low);
    }

    /** {@return the upper half of the destination that a redirect is about} */
    public static long destinationHigh(UnsafeBuffer buffer, int offset) {
        return int64(buffer, offset + DESTINATION_OFFSET);
    }

    /** {@return the lower half of the destination that a redirect is about} */
    public static long destinationLow(UnsafeBuffer buffer, int offset) {
        return int64(buffer, offset + DESTINATION_OFFSET + 8);
    }

    /** Sets the destination that a redirect is about. */
    public static void destination(UnsafeBuffer buffer, int offset, long high, long low) {
        int64(buffer, offset + DESTINATION_OFFSET, high);
        int64(buffer, offset + DESTINATION_OFFSET + 8, low);
    }

    /** Writes a router solicitation without options; the checksum is 0. */
    public static void writeRouterSolicitation(UnsafeBuffer buffer, int offset) {
        Icmpv6Message.write(buffer, offset, ROUTER_SOLICITATION, 0);
    }

    /**
     * Writes a router advertisement without options; the checksum is 0.
     *
     * @param currentHopLimit 0 to 255
     * @param routerFlags {@link #MANAGED}, {@link #OTHER} and {@link #HOME_AGENT}, or-ed
     * @param routerPreference 1 high, 0 medium, -1 low
     * @param routerLifetimeSeconds 0 to 65535
     * @param reachableTimeMs milliseconds, 0 to 2³²-1
     * @param retransTimerMs milliseconds, 0 to 2³²-1
     */
    public static void writeRouterAdvertisement(
            UnsafeBuffer buffer,
            int offset,
            int currentHopLimit,
            int routerFlags,
            int routerPreference,
            int routerLifetimeSeconds,
            long reachableTimeMs,
            long retransTimerMs) {
        Icmpv6Message.write(buffer, offset, ROUTER_ADVERTISEMENT, 0);
        uint8(buffer, offset + CURRENT_HOP_LIMIT_OFFSET, currentHopLimit);
        uint8(buffer, offset + ROUTER_FLAGS_OFFSET, routerFlags | (routerPreference & 3) << 3);
        uint16(buffer, offset + ROUTER_LIFETIME_OFFSET, routerLifetimeSeconds);
        int32(buffer, offset + REACHABLE_TIME_OFFSET, (int) reachableTimeMs);
        int32(buffer, offset + RETRANS_TIMER_OFFSET, (int) retransTimerMs);
    }

    /** Writes a neighbor solicitation without options; the checksum is 0. */
    public static void writeNeighborSolicitation(
            UnsafeBuffer buffer, int offset, long targetHigh, long targetLow) {
        Icmpv6Message.write(buffer, offset, NEIGHBOR_SOLICITATION, 0);
        target(buffer, offset, targetHigh, targetLow);
    }

    /**
     * Writes a neighbor advertisement without options; the checksum is 0.
     *
     * @param neighborFlags {@link #ROUTER}, {@link #SOLICITED} and {@link #OVERRIDE}, or-ed
     * @param targetHigh upper half of the target address
     * @param targetLow lower half of the target address
     */
    public static void writeNeighborAdvertisement(
            UnsafeBuffer buffer, int offset, int neighborFlags, long targetHigh, long targetLow) {
        Icmpv6Message.write(buffer, offset, NEIGHBOR_ADVERTISEMENT, 0);
        uint8(buffer, offset + NEIGHBOR_FLAGS_OFFSET, neighborFlags);
        target(buffer, offset, targetHigh, targetLow);
    }

    /**
     * Writes a redirect without options; the checksum is 0.
     *
     * @param targetHigh upper half of the better first hop
     * @param targetLow lower half of the better first hop
     * @param destinationHigh upper half of the destination that is redirected
     * @param destinationLow lower half of the destination that is redirected
     */
    public static void writeRedirect(
            UnsafeBuffer buffer,
            int offset,
            long targetHigh,
            long targetLow,
            long destinationHigh,
            long destinationLow) {
        Icmpv6Message.write(buffer, offset, REDIRECT, 0);
        target(buffer, offset, targetHigh, targetLow);
        destination(buffer, offset, destinationHigh, destinationLow);
    }
}
