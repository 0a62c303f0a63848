package onload.ip.multicast;

/**
 * How group membership is kept and reported.
 *
 * @param memberships most groups that all interfaces of a stack listen to together, 1 to 65536; a group that was left
 *     counts until its last report is sent, but gives way to a new one
 * @param socketFilters most filters of all sockets together, one for each socket, interface and group, 1 to 1,048,576
 * @param sourcesPerFilter most sources that a socket may list for a group, 1 to 1024 (Linux: 10 for IPv4, 64 for IPv6)
 * @param interfaces most interfaces, 1 to 1024
 * @param robustness how often each change is reported, 1 to 7 (RFC 3376, section 8.1); a querier that says more gets
 *     more
 * @param unsolicitedReportIntervalNs longest pause between the reports of a change, in IGMPv3 and MLDv2 (RFC 3376,
 *     section 8.11), 1 ms to 1 h
 * @param olderUnsolicitedReportIntervalNs the same in the older versions (RFC 2236, section 8.10; RFC 2710, section
 *     7.10), 1 ms to 1 h
 * @param igmpVersion version of IGMP to begin with when an interface comes up, 1 to 3. Below 3 it is as if a querier
 *     of that version had just been heard
 * @param mldVersion version of MLD to begin with, 1 or 2, likewise
 * @param forceVersion whether these versions stay, whatever queriers are heard (RFC 3376, section 9.1)
 * @param reportLinkLocalGroups whether groups in 224.0.0.0/24 are reported, as RFC 3376 has it; switches that snoop
 *     need it not (RFC 4541, section 2.1.2)
 */
public record MulticastOptions(
        int memberships,
        int socketFilters,
        int sourcesPerFilter,
        int interfaces,
        int robustness,
        long unsolicitedReportIntervalNs,
        long olderUnsolicitedReportIntervalNs,
        int igmpVersion,
        int mldVersion,
        boolean forceVersion,
        boolean reportLinkLocalGroups) {

    private static final long MILLISECOND_NS = 1_000_000L;
    private static final long SECOND_NS = 1_000_000_000L;
    private static final long HOUR_NS = 3600 * SECOND_NS;

    /**
     * 512 groups, 4096 socket filters of 64 sources, 32 interfaces; each change is said twice, within 1 s or 10 s;
     * IGMPv3 and MLDv2 until an older querier is heard; 224.0.0.x is reported.
     */
    public static final MulticastOptions DEFAULT =
            new MulticastOptions(
                    512, 4096, 64, 32, 2, SECOND_NS, 10 * SECOND_NS, 3, 2, false, true);

    /**
     * Checks the options.
     *
     * @throws IllegalArgumentException if one is out of its range; the message names it
     */
    public MulticastOptions {
        within("memberships", memberships, 1, 1 << 16);
        within("socketFilters", socketFilters, 1, 1 << 20);
        within("sourcesPerFilter", sourcesPerFilter, 1, 1024);
        within("interfaces", interfaces, 1, 1024);
        within("robustness", robustness, 1, 7);
        within("unsolicitedReportIntervalNs", unsolicitedReportIntervalNs, MILLISECOND_NS, HOUR_NS);
        within(
                "olderUnsolicitedReportIntervalNs",
                olderUnsolicitedReportIntervalNs,
                MILLISECOND_NS,
                HOUR_NS);
        within("igmpVersion", igmpVersion, 1, 3);
        within("mldVersion", mldVersion, 1, 2);
    }

    private static void within(String name, long value, long lowest, long highest) {
        if (value < lowest || value > highest) {
            throw new IllegalArgumentException(
                    "%s cannot be %d; expected %d to %d".formatted(name, value, lowest, highest));
        }
    }

    /**
     * {@return these options with other limits}
     *
     * @param groups most groups of all interfaces
     * @param filters most filters of all sockets
     * @param sources most sources in one filter
     */
    public MulticastOptions withLimits(int groups, int filters, int sources) {
        return new MulticastOptions(
                groups,
                filters,
                sources,
                interfaces,
                robustness,
                unsolicitedReportIntervalNs,
                olderUnsolicitedReportIntervalNs,
                igmpVersion,
                mldVersion,
                forceVersion,
                reportLinkLocalGroups);
    }

    /** {@return these options with each change reported so often} */
    public MulticastOptions withRobustness(int times) {
        return new MulticastOptions(
                memberships,
                socketFilters,
                sourcesPerFilter,
                interfaces,
                times,
                unsolicitedReportIntervalNs,
                olderUnsolicitedReportIntervalNs,
                igmpVersion,
                mldVersion,
                forceVersion,
                reportLinkLocalGroups);
    }

    /**
     * {@return these options with other versions}
     *
     * @param igmp version of IGMP, 1 to 3
     * @param mld version of MLD, 1 or 2
     * @param force whether they stay, whatever queriers are heard
     */
    public MulticastOptions withVersions(int igmp, int mld, boolean force) {
        return new MulticastOptions(
                memberships,
                socketFilters,
                sourcesPerFilter,
                interfaces,
                robustness,
                unsolicitedReportIntervalNs,
                olderUnsolicitedReportIntervalNs,
                igmp,
                mld,
                force,
                reportLinkLocalGroups);
    }

    /** {@return these options with or without reports of the groups in 224.0.0.0/24} */
    public MulticastOptions withReportLinkLocalGroups(boolean report) {
        return new MulticastOptions(
                memberships,
                socketFilters,
                sourcesPerFilter,
                interfaces,
                robustness,
                unsolicitedReportIntervalNs,
                olderUnsolicitedReportIntervalNs,
                igmpVersion,
                mldVersion,
                forceVersion,
                report);
    }
}
