package onload.ip.address;

/**
 * The times and numbers of IPv4 address conflict detection (RFC 5227, section 1.1), by the names that they have there.
 *
 * @param probeWaitNs most time before the first probe, at random, 0 or more
 * @param probeCount probes, 1 or more
 * @param probeMinimumNs least time between probes, 1 or more
 * @param probeMaximumNs most time between probes, no less than the least
 * @param announceWaitNs time from the last probe to the use of the address, 1 or more
 * @param announceCount announcements, 1 or more
 * @param announceIntervalNs time between announcements, 1 or more
 * @param maximumConflicts conflicts on an interface after which new addresses are probed for slowly, 1 or more
 * @param rateLimitIntervalNs time between such addresses, 0 or more
 * @param defendIntervalNs least time between announcements that answer a conflict, 0 or more
 */
public record ConflictTimings(
        long probeWaitNs,
        int probeCount,
        long probeMinimumNs,
        long probeMaximumNs,
        long announceWaitNs,
        int announceCount,
        long announceIntervalNs,
        int maximumConflicts,
        long rateLimitIntervalNs,
        long defendIntervalNs) {
    private static final long SECOND = 1_000_000_000L;

    /** The values of the RFC. */
    public static final ConflictTimings RFC_5227 =
            new ConflictTimings(
                    SECOND,
                    3,
                    SECOND,
                    2 * SECOND,
                    2 * SECOND,
                    2,
                    2 * SECOND,
                    10,
                    60 * SECOND,
                    10 * SECOND);

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a number is out of its range
     */
    public ConflictTimings {
        if (probeCount < 1 || announceCount < 1 || maximumConflicts < 1) {
            throw new IllegalArgumentException(
                    "conflict detection cannot have %d probes, %d announcements and %d conflicts; expected 1 or more"
                            .formatted(probeCount, announceCount, maximumConflicts));
        }
        if (probeWaitNs < 0 || rateLimitIntervalNs < 0 || defendIntervalNs < 0) {
            throw new IllegalArgumentException(
                    "conflict detection cannot wait %d, %d or %d ns; expected 0 or more"
                            .formatted(probeWaitNs, rateLimitIntervalNs, defendIntervalNs));
        }
        if (probeMinimumNs < 1 || announceWaitNs < 1 || announceIntervalNs < 1) {
            throw new IllegalArgumentException(
                    "conflict detection cannot wait %d, %d or %d ns; expected 1 or more"
                            .formatted(probeMinimumNs, announceWaitNs, announceIntervalNs));
        }
        if (probeMaximumNs < probeMinimumNs) {
            throw new IllegalArgumentException(
                    "the most time between probes cannot be %d ns; expected the least, %d, or more"
                            .formatted(probeMaximumNs, probeMinimumNs));
        }
    }
}
