package onload.ip.router;

/**
 * What this host takes from routers, and how much of it. Limits are for each interface, so that a flood on one link
 * takes nothing from another; what comes when a list is full is refused, so that who was there first stays.
 *
 * @param acceptAdvertisements whether routers are asked, and their advertisements taken, unless an interface has it
 *     otherwise
 * @param autoconfigure whether addresses are made of advertised prefixes (RFC 4862, section 5.5)
 * @param acceptRedirects whether IPv6 redirects are followed
 * @param acceptIpv4Redirects whether IPv4 redirects are followed
 * @param maximumRouters most default routers of an interface, 1 to 1024
 * @param maximumPrefixes most prefixes on its link, 1 to 1024
 * @param maximumAddresses most autoconfigured addresses of an interface, 0 to 1024
 * @param maximumServers most DNS servers that are remembered of an interface, 1 to 1024
 * @param maximumRedirects most redirected destinations of all interfaces, 1 to 1024; the oldest goes
 * @param redirectLifetimeNs how long a redirect is followed, 1 or more
 * @param maximumSolicitations solicitations after which routers are not asked any more; 0 to ask until one answers
 * @param minimumHopLimit the smallest hop limit that is believed, 1 to 255; less would cut this host off (RFC 8504,
 *     section 5.3, leaves it to the host)
 * @param metric the metric of a default route of medium preference (RFC 4191, section 2.1), {@value #PREFERENCE_STEP}
 *     or more; that of a high one is {@value #PREFERENCE_STEP} less, and that of a low one as much more
 */
public record RouterOptions(
        boolean acceptAdvertisements,
        boolean autoconfigure,
        boolean acceptRedirects,
        boolean acceptIpv4Redirects,
        int maximumRouters,
        int maximumPrefixes,
        int maximumAddresses,
        int maximumServers,
        int maximumRedirects,
        long redirectLifetimeNs,
        int maximumSolicitations,
        int minimumHopLimit,
        int metric) {
    /** Between the metrics of two preferences. */
    public static final int PREFERENCE_STEP = 256;

    private static final int MAXIMUM_LENGTH = 1024;
    private static final int MAXIMUM_METRIC = 1 << 30;

    /**
     * All is taken: 16 routers, 32 prefixes, 16 addresses and 8 DNS servers of an interface, 64 redirects for ten
     * minutes, hop limits from 32, metric 1024.
     */
    public static final RouterOptions DEFAULT =
            new RouterOptions(
                    true, true, true, true, 16, 32, 16, 8, 64, 600_000_000_000L, 0, 32, 1024);

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a number is out of its range
     */
    public RouterOptions {
        between("the number of routers", maximumRouters, 1, MAXIMUM_LENGTH);
        between("the number of prefixes", maximumPrefixes, 1, MAXIMUM_LENGTH);
        between("the number of autoconfigured addresses", maximumAddresses, 0, MAXIMUM_LENGTH);
        between("the number of DNS servers", maximumServers, 1, MAXIMUM_LENGTH);
        between("the number of redirects", maximumRedirects, 1, MAXIMUM_LENGTH);
        between("the lifetime of redirects in ns", redirectLifetimeNs, 1, Long.MAX_VALUE);
        between("the number of router solicitations", maximumSolicitations, 0, Integer.MAX_VALUE);
        between("the smallest hop limit", minimumHopLimit, 1, 255);
        between("the metric of default routes", metric, PREFERENCE_STEP, MAXIMUM_METRIC);
    }

    private static void between(String what, long value, long lowest, long highest) {
        if (value < lowest || value > highest) {
            throw new IllegalArgumentException(
                    "%s cannot be %d; expected %d to %d".formatted(what, value, lowest, highest));
        }
    }

    /** {@return these options with other switches} */
    public RouterOptions with(
            boolean acceptAdvertisements,
            boolean autoconfigure,
            boolean acceptRedirects,
            boolean acceptIpv4Redirects) {
        return new RouterOptions(
                acceptAdvertisements,
                autoconfigure,
                acceptRedirects,
                acceptIpv4Redirects,
                maximumRouters,
                maximumPrefixes,
                maximumAddresses,
                maximumServers,
                maximumRedirects,
                redirectLifetimeNs,
                maximumSolicitations,
                minimumHopLimit,
                metric);
    }

    /** {@return these options with another number of solicitations, 0 to ask until a router answers} */
    public RouterOptions withMaximumSolicitations(int maximumSolicitations) {
        return new RouterOptions(
                acceptAdvertisements,
                autoconfigure,
                acceptRedirects,
                acceptIpv4Redirects,
                maximumRouters,
                maximumPrefixes,
                maximumAddresses,
                maximumServers,
                maximumRedirects,
                redirectLifetimeNs,
                maximumSolicitations,
                minimumHopLimit,
                metric);
    }
}
