package onload.ip.support;

/**
 * A limit on a rate: so many at once, and one more in every interval. One comparison and an addition each, and no
 * division.
 */
public final class TokenBucket {
    private final long intervalNs;
    private final long burstNs;

    /** When the bucket would be full, had nothing been taken since. */
    private long fullAtNs = Long.MIN_VALUE;

    /**
     * Makes a full bucket.
     *
     * @param perSecond tokens that flow in each second, 1 to 1,000,000,000
     * @param burst tokens that it holds, ≥ 1
     * @throws IllegalArgumentException if a number is out of its range
     */
    public TokenBucket(int perSecond, int burst) {
        if (perSecond < 1 || perSecond > 1_000_000_000 || burst < 1) {
            throw new IllegalArgumentException(
                    "a rate of %d a second with bursts of %d cannot be; expected 1 to 1000000000 and 1 or more"
                            .formatted(perSecond, burst));
        }
        intervalNs = 1_000_000_000L / perSecond;
        burstNs = intervalNs * burst;
    }

    /** {@return whether a token was there, which is now taken} */
    public boolean take(long nowNs) {
        return take(nowNs, 1);
    }

    /**
     * {@return whether a token was there} If so, a number of them is taken; those that were not there are owed, so that
     * over time no more than the rate are taken, whatever the number is from call to call.
     *
     * @param tokens how many to take, ≥ 0
     */
    public boolean take(long nowNs, int tokens) {
        long fullAt = Math.max(fullAtNs, nowNs);
        if (fullAt - nowNs > burstNs - intervalNs) {
            return false;
        }
        fullAtNs = fullAt + tokens * intervalNs;
        return true;
    }
}
