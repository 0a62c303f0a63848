package onload.ip.router;

import java.util.random.RandomGenerator;

/**
 * When the routers of one link are asked: after a random delay, again and again at intervals that double, until one
 * answers (RFC 7559, section 2, in place of the three times of RFC 4861, section 6.3.7). A state machine of its next
 * deadline.
 */
final class Solicitation {
    /** Most random time before the first one (RFC 4861, section 10). */
    static final long MAXIMUM_DELAY_NS = 1_000_000_000L;

    /** Time after the first one (RFC 7559, section 2). */
    static final long INITIAL_INTERVAL_NS = 4_000_000_000L;

    /** Most time between two, but for the random part (RFC 7559, section 2). */
    static final long MAXIMUM_INTERVAL_NS = 3_600_000_000_000L;

    private final int maximum;
    private final RandomGenerator random;
    private long nextNs = ExpiringList.NEVER;
    private long intervalNs;
    private int sent;
    private boolean answered;

    /**
     * Makes one that is at rest.
     *
     * @param maximum most solicitations, 0 for no limit
     */
    Solicitation(int maximum, RandomGenerator random) {
        this.maximum = maximum;
        this.random = random;
    }

    void begin(long nowNs) {
        sent = 0;
        intervalNs = 0;
        answered = false;
        nextNs = ExpiringList.after(nowNs, random.nextLong(MAXIMUM_DELAY_NS + 1));
    }

    void end() {
        nextNs = ExpiringList.NEVER;
    }

    /**
     * A router that may be used has advertised. One solicitation is sent all the same, since the answer may say more
     * than what came unasked for (RFC 4861, section 6.3.7).
     */
    void answered() {
        answered = true;
        if (sent > 0) {
            end();
        }
    }

    long nextDeadlineNs() {
        return nextNs;
    }

    /** {@return whether to solicit now} */
    boolean advance(long nowNs) {
        if (nextNs == ExpiringList.NEVER || nextNs > nowNs) {
            return false;
        }
        sent = Math.min(sent, Integer.MAX_VALUE - 1) + 1;
        if (answered || sent == maximum) {
            end();
            return true;
        }
        intervalNs = nextInterval();
        nextNs = ExpiringList.after(nowNs, intervalNs);
        return true;
    }

    /** RFC 8415, section 15: an interval is random by a tenth, so that hosts drift apart, and doubles. */
    private long nextInterval() {
        if (intervalNs == 0) {
            return INITIAL_INTERVAL_NS + tenthOf(INITIAL_INTERVAL_NS);
        }
        long doubledNs = 2 * intervalNs + tenthOf(intervalNs);
        return doubledNs > MAXIMUM_INTERVAL_NS
                ? MAXIMUM_INTERVAL_NS + tenthOf(MAXIMUM_INTERVAL_NS)
                : doubledNs;
    }

    /** {@return a random time between minus and plus a tenth of another} */
    private long tenthOf(long ns) {
        return random.nextLong(-ns / 10, ns / 10 + 1);
    }
}
