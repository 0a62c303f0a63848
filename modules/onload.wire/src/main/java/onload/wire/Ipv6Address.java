package onload.wire;

/**
 * IPv6 addresses (RFC 4291): two {@code long}s, upper and lower half, the first byte on the wire
 * uppermost, as {@code Ipv6Header} reads them. An IPv4 address among them takes the IPv4-mapped
 * form (section 2.5.5.2), {@code ::ffff:192.0.2.1}.
 *
 * <p>An address is passed as both halves, the upper one first, also where a function looks at one
 * only: so nobody has to remember which. A text is read by {@link IpAddress#parse}, since a
 * function has no two results.
 */
public final class Ipv6Address {
    /** Upper half of the unspecified address, {@code ::}. */
    public static final long ANY_HIGH = 0;

    /** Lower half of the unspecified address, {@code ::}. */
    public static final long ANY_LOW = 0;

    /** Upper half of the loopback address, {@code ::1}. */
    public static final long LOOPBACK_HIGH = 0;

    /** Lower half of the loopback address, {@code ::1}. */
    public static final long LOOPBACK_LOW = 1;

    /** Upper half of every IPv4-mapped address. */
    public static final long MAPPED_HIGH = 0;

    /** Upper half of a link-local address that has an interface identifier as the lower one. */
    public static final long LINK_LOCAL_HIGH = 0xFE80_0000_0000_0000L;

    /**
     * Upper half of the multicast groups of link-local scope that have no flags: {@code ff02::}.
     */
    public static final long LINK_LOCAL_MULTICAST_HIGH = 0xFF02_0000_0000_0000L;

    /** Upper half of the group of all nodes on the link, {@code ff02::1}. */
    public static final long ALL_NODES_HIGH = LINK_LOCAL_MULTICAST_HIGH;

    /** Lower half of the group of all nodes, {@code ff02::1}. */
    public static final long ALL_NODES_LOW = 1;

    /** Upper half of the group of all routers on the link, {@code ff02::2}. */
    public static final long ALL_ROUTERS_HIGH = LINK_LOCAL_MULTICAST_HIGH;

    /** Lower half of the group of all routers, {@code ff02::2}. */
    public static final long ALL_ROUTERS_LOW = 2;

    /** Upper half of the group of all routers that know MLDv2, {@code ff02::16} (RFC 3810). */
    public static final long ALL_MLDV2_ROUTERS_HIGH = LINK_LOCAL_MULTICAST_HIGH;

    /** Lower half of the group of all routers that know MLDv2, {@code ff02::16} (RFC 3810). */
    public static final long ALL_MLDV2_ROUTERS_LOW = 0x16;

    /** Upper half of every solicited-node group, {@code ff02::1:ff00:0/104}. */
    public static final long SOLICITED_NODE_HIGH = LINK_LOCAL_MULTICAST_HIGH;

    /** Multicast scope: within one interface, for loopback only (RFC 7346, section 2). */
    public static final int SCOPE_INTERFACE_LOCAL = 1;

    /** Multicast scope: one link (RFC 7346, section 2). */
    public static final int SCOPE_LINK_LOCAL = 2;

    /** Multicast scope: one realm of a network technology (RFC 7346, section 2). */
    public static final int SCOPE_REALM_LOCAL = 3;

    /** Multicast scope: the smallest that is configured by hand (RFC 7346, section 2). */
    public static final int SCOPE_ADMIN_LOCAL = 4;

    /** Multicast scope: one site (RFC 7346, section 2). */
    public static final int SCOPE_SITE_LOCAL = 5;

    /** Multicast scope: the sites of one organization (RFC 7346, section 2). */
    public static final int SCOPE_ORGANIZATION_LOCAL = 8;

    /** Multicast scope: everywhere (RFC 7346, section 2). */
    public static final int SCOPE_GLOBAL = 14;

    private static final int GROUPS = 8;
    private static final long MAPPED_PREFIX = 0xFFFF_0000_0000L;
    private static final long SOLICITED_NODE_PREFIX = 0x0000_0001_FF00_0000L;
    private static final long SOLICITED_NODE_MASK = 0xFF_FFFFL;

    private Ipv6Address() {}

    /** {@return whether an address is {@code ::} (RFC 4291, section 2.5.2)} */
    public static boolean isUnspecified(long high, long low) {
        return (high | low) == 0;
    }

    /** {@return whether an address is {@code ::1} (RFC 4291, section 2.5.3)} */
    public static boolean isLoopback(long high, long low) {
        return high == LOOPBACK_HIGH && low == LOOPBACK_LOW;
    }

    /** {@return whether a unicast address is link-local, in {@code fe80::/10} (RFC 4291, 2.5.6)} */
    public static boolean isLinkLocal(long high, long low) {
        return high >>> 54 == 0xFE80 >>> 6;
    }

    /** {@return whether an address is unique local, in {@code fc00::/7} (RFC 4193, section 3.1)} */
    public static boolean isUniqueLocal(long high, long low) {
        return high >>> 57 == 0xFC >>> 1;
    }

    /** {@return whether an address is of a group, in {@code ff00::/8} (RFC 4291, section 2.7)} */
    public static boolean isMulticast(long high, long low) {
        return high >>> 56 == 0xFF;
    }

    /**
     * {@return the scope of a multicast address, 0 to 15}: one of the constants above, 0 or 15,
     * which are reserved, or another, which is not assigned (RFC 7346, section 2).
     *
     * @param high upper half of an address for which {@link #isMulticast} holds
     * @param low its lower half
     */
    public static int multicastScope(long high, long low) {
        return (int) (high >>> 48) & 0xF;
    }

    /**
     * {@return the lower half of the solicited-node group of an address} (RFC 4291, section 2.7.1).
     * The upper half is {@link #SOLICITED_NODE_HIGH}.
     *
     * @param high upper half of a unicast or anycast address
     * @param low its lower half
     */
    public static long solicitedNodeLow(long high, long low) {
        return SOLICITED_NODE_PREFIX | (low & SOLICITED_NODE_MASK);
    }

    /** {@return whether an address is a solicited-node group, in {@code ff02::1:ff00:0/104}} */
    public static boolean isSolicitedNode(long high, long low) {
        return high == SOLICITED_NODE_HIGH && (low & ~SOLICITED_NODE_MASK) == SOLICITED_NODE_PREFIX;
    }

    /** {@return whether an address is an IPv4 address, in {@code ::ffff:0:0/96}} */
    public static boolean isIpv4Mapped(long high, long low) {
        return high == MAPPED_HIGH && low >>> 32 == MAPPED_PREFIX >>> 32;
    }

    /**
     * {@return the lower half of the IPv4-mapped form of an IPv4 address} (RFC 4291, section
     * 2.5.5.2). The upper half is {@link #MAPPED_HIGH}.
     *
     * @param ipv4 an IPv4 address
     */
    public static long mappedLow(int ipv4) {
        return MAPPED_PREFIX | (ipv4 & 0xFFFF_FFFFL);
    }

    /**
     * {@return the IPv4 address of an IPv4-mapped one}
     *
     * @param high upper half of an address for which {@link #isIpv4Mapped} holds
     * @param low its lower half
     */
    public static int ipv4(long high, long low) {
        return (int) low;
    }

    /**
     * {@return the interface identifier of an Ethernet interface}, the lower half of its addresses:
     * the modified EUI-64 form of RFC 4291, appendix A (RFC 2464, section 4).
     *
     * @param macAddress the Ethernet address, 48 bits
     */
    public static long interfaceIdentifier(long macAddress) {
        long manufacturer = macAddress >>> 24 & 0xFF_FFFF;
        // The universal/local bit is inverted, so that identifiers made by hand may begin with
        // zeros.
        return (manufacturer ^ 0x02_0000) << 40 | 0xFFFEL << 24 | (macAddress & 0xFF_FFFF);
    }

    /**
     * {@return the upper half of the mask of a prefix}
     *
     * @param length bits of the prefix, 0 to 128
     */
    public static long maskHigh(int length) {
        return length >= Long.SIZE ? -1 : ~(-1L >>> length);
    }

    /**
     * {@return the lower half of the mask of a prefix}
     *
     * @param length bits of the prefix, 0 to 128
     */
    public static long maskLow(int length) {
        return length <= Long.SIZE ? 0 : -1L << -length;
    }

    /** {@return an address as text, by RFC 5952; see {@link #append}} */
    public static String toString(long high, long low) {
        StringBuilder text = new StringBuilder(39);
        append(text, high, low);
        return text.toString();
    }

    /**
     * Appends an address as text, in the one form of RFC 5952, section 4: lower case, no leading
     * zeros, :: in place of the longest run of two or more zero groups, and of the first one of
     * that length. An IPv4-mapped address ends in its IPv4 form (section 5), {@code
     * ::ffff:192.0.2.1}.
     *
     * @param text what to append to
     * @param high upper half of the address
     * @param low lower half
     */
    public static void append(StringBuilder text, long high, long low) {
        if (isIpv4Mapped(high, low)) {
            text.append("::ffff:");
            Ipv4Address.append(text, ipv4(high, low));
            return;
        }
        int gap = longestZeroRun(high, low);
        int gapEnd = gap < 0 ? GROUPS : gap + zeroRun(high, low, gap);
        appendGroups(text, high, low, 0, gap < 0 ? GROUPS : gap);
        if (gap >= 0) {
            text.append("::");
        }
        appendGroups(text, high, low, gapEnd, GROUPS);
    }

    private static void appendGroups(StringBuilder text, long high, long low, int from, int to) {
        for (int i = from; i < to; i++) {
            if (i > from) {
                text.append(':');
            }
            appendHex(text, group(high, low, i));
        }
    }

    private static void appendHex(StringBuilder text, int group) {
        int digits = Math.max(1, (35 - Integer.numberOfLeadingZeros(group)) >> 2);
        for (int shift = (digits - 1) << 2; shift >= 0; shift -= 4) {
            text.append(Character.forDigit(group >>> shift & 0xF, 16));
        }
    }

    /** The index of the group where the longest run of two or more zero groups begins, or -1. */
    private static int longestZeroRun(long high, long low) {
        int longest = 1;
        int start = -1;
        for (int i = 0; i < GROUPS; i++) {
            int run = zeroRun(high, low, i);
            if (run > longest) {
                longest = run;
                start = i;
            }
        }
        return start;
    }

    private static int zeroRun(long high, long low, int from) {
        int i = from;
        while (i < GROUPS && group(high, low, i) == 0) {
            i++;
        }
        return i - from;
    }

    private static int group(long high, long low, int index) {
        long half = index < GROUPS / 2 ? high : low;
        int shift = (3 - (index & 3)) << 4;
        return (int) (half >>> shift) & 0xFFFF;
    }
}
