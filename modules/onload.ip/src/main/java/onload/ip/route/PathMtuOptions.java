package onload.ip.route;

/**
 * What is believed of reports of a path MTU, and for how long.
 *
 * @param capacity destinations whose path MTU is remembered, ≥ 1
 * @param lifetimeNs how long a path MTU is believed before a larger one is tried, 5 minutes or more (RFC 1191, section
 *     6.3; RFC 8201, section 4), or {@link #FOREVER_NS}
 * @param minimumIpv4Mtu the smallest path MTU of IPv4 in bytes, 68 to 65535 (RFC 1191, section 3). Where the path
 *     takes less, routers have to fragment; a host that anybody could bring to send packets of 68 bytes would be easy
 *     to slow down
 * @param maxReductions how often the path MTU of one destination is lowered until it has aged, ≥ 1; the last time it
 *     goes to the minimum of the version at once
 */
public record PathMtuOptions(int capacity, long lifetimeNs, int minimumIpv4Mtu, int maxReductions) {
    /** The shortest lifetime: 5 minutes (RFC 8201, section 4). */
    public static final long SHORTEST_LIFETIME_NS = 300_000_000_000L;

    /** The lifetime that does not end. */
    public static final long FOREVER_NS = Long.MAX_VALUE;

    /** Under no path MTU of IPv4 is smaller (RFC 791, section 3.2). */
    static final int LEAST_IPV4_MTU = 68;

    private static final int LONGEST_PACKET = 65_535;

    /** 1024 destinations for 10 minutes, 552 bytes for IPv4 as in Linux, lowered 8 times at most. */
    public static final PathMtuOptions DEFAULT =
            new PathMtuOptions(1024, 2 * SHORTEST_LIFETIME_NS, 552, 8);

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a number is out of its range
     */
    public PathMtuOptions {
        if (capacity < 1 || maxReductions < 1) {
            throw new IllegalArgumentException(
                    "path MTUs of %d destinations, each lowered %d times, cannot be kept; expected 1 and 1 or more"
                            .formatted(capacity, maxReductions));
        }
        if (lifetimeNs < SHORTEST_LIFETIME_NS) {
            throw new IllegalArgumentException(
                    "a path MTU cannot age in %d ns; expected 5 minutes, which are %d ns, or more"
                            .formatted(lifetimeNs, SHORTEST_LIFETIME_NS));
        }
        if (minimumIpv4Mtu < LEAST_IPV4_MTU || minimumIpv4Mtu > LONGEST_PACKET) {
            throw new IllegalArgumentException(
                    "the smallest path MTU of IPv4 cannot be %d; expected %d to %d bytes"
                            .formatted(minimumIpv4Mtu, LEAST_IPV4_MTU, LONGEST_PACKET));
        }
    }
}
