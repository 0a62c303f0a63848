package onload.ip.multicast;

import onload.ip.support.DeadlineHeap;
import onload.ip.support.TokenBucket;

/**
 * What a host knows of the queriers on one link for one IP version: which version of the protocol they make it speak
 * (RFC 3376, section 7.2.1; RFC 3810, section 8.2.1), and what they say of robustness and interval.
 *
 * <p>Versions are those of IGMP: MLDv2 counts as 3 and MLDv1 as 2, whose counterparts they are.
 */
final class Querier {
    /** The version that knows sources: IGMPv3, MLDv2. */
    static final int FULL_VERSION = 3;

    /** IGMPv2, MLDv1. */
    static final int SECOND_VERSION = 2;

    /** IGMPv1. */
    static final int FIRST_VERSION = 1;

    private static final long SECOND_NS = 1_000_000_000L;

    /** Query Interval (RFC 3376, section 8.2) until a querier has said its own. */
    private static final long QUERY_INTERVAL_NS = 125 * SECOND_NS;

    /** Query Response Interval (RFC 3376, section 8.3) of a querier that has not been heard. */
    private static final long QUERY_RESPONSE_INTERVAL_NS = 10 * SECOND_NS;

    /**
     * Most general queries in a second: a querier sends one in two minutes. Each makes a host report all that it
     * listens to.
     */
    private static final int GENERAL_QUERIES_PER_SECOND = 10;

    /** Most queries for a group of this host in a second: two for each group that somebody leaves. */
    private static final int GROUP_QUERIES_PER_SECOND = 1000;

    private final TokenBucket generalQueries =
            new TokenBucket(GENERAL_QUERIES_PER_SECOND, GENERAL_QUERIES_PER_SECOND);
    private final TokenBucket groupQueries =
            new TokenBucket(GROUP_QUERIES_PER_SECOND, GROUP_QUERIES_PER_SECOND);
    private final DeadlineHeap timers;
    private final int firstVersionPresent;
    private final int secondVersionPresent;
    private final int startVersion;
    private final boolean isForced;
    private final int configuredRobustness;

    private int version;
    private int robustness;
    private long queryIntervalNs = QUERY_INTERVAL_NS;

    /**
     * Knows of no querier.
     *
     * @param firstVersionPresent the timer that runs while a querier of the first version is there
     * @param secondVersionPresent the same for the second
     * @param startVersion the version to begin with, 1 to 3
     */
    Querier(Shared shared, int firstVersionPresent, int secondVersionPresent, int startVersion) {
        this.timers = shared.timers();
        this.firstVersionPresent = firstVersionPresent;
        this.secondVersionPresent = secondVersionPresent;
        this.startVersion = startVersion;
        isForced = shared.options().forceVersion();
        configuredRobustness = shared.options().robustness();
        robustness = configuredRobustness;
        version = startVersion;
    }

    /** The Host Compatibility Mode: the version to speak, 1 to 3. */
    int version() {
        return version;
    }

    /** The Robustness Variable: as configured, or more if a querier says so. */
    int robustness() {
        return robustness;
    }

    /** Whether there may be one more general query, or one more for a group. */
    boolean allows(boolean isGeneral, long nowNs) {
        return (isGeneral ? generalQueries : groupQueries).take(nowNs);
    }

    /** Forgets all queriers. */
    void forget() {
        timers.cancel(firstVersionPresent);
        timers.cancel(secondVersionPresent);
        robustness = configuredRobustness;
        queryIntervalNs = QUERY_INTERVAL_NS;
        version = startVersion;
    }

    /** Begins on a link of which nothing is known, as if a querier of the version to begin with had been heard. */
    void begin(long nowNs) {
        forget();
        heardOlder(startVersion, QUERY_RESPONSE_INTERVAL_NS, nowNs);
    }

    /**
     * A query of the full version was heard. A querier may ask for more robustness than is configured, and not for
     * less, which would only serve whoever wants reports to be lost.
     *
     * @param querierRobustness 0 if it does not say
     * @param intervalSeconds its query interval, 0 if it does not say
     */
    void heardFull(int querierRobustness, int intervalSeconds) {
        robustness = Math.max(configuredRobustness, querierRobustness);
        queryIntervalNs = intervalSeconds == 0 ? QUERY_INTERVAL_NS : intervalSeconds * SECOND_NS;
    }

    /**
     * A query of an older version was heard, which makes the host speak that version for the Older Version Querier
     * Present Timeout (RFC 3376, section 8.12; RFC 3810, section 9.12).
     *
     * @return whether the version to speak is another now
     */
    boolean heardOlder(int olderVersion, long maxResponseNs, long nowNs) {
        if (isForced || olderVersion == FULL_VERSION) {
            return false;
        }
        timers.schedule(
                olderVersion == FIRST_VERSION ? firstVersionPresent : secondVersionPresent,
                nowNs + robustness * queryIntervalNs + maxResponseNs);
        return update();
    }

    /** Sees which queriers are still there; answers whether the version to speak is another now. */
    boolean update() {
        int before = version;
        if (!isForced) {
            if (timers.deadlineNs(firstVersionPresent) != DeadlineHeap.NEVER) {
                version = FIRST_VERSION;
            } else if (timers.deadlineNs(secondVersionPresent) != DeadlineHeap.NEVER) {
                version = SECOND_VERSION;
            } else {
                version = FULL_VERSION;
            }
        }
        return version != before;
    }
}
