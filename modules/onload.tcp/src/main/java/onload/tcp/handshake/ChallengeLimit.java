package onload.tcp.handshake;

import java.util.random.RandomGenerator;

/**
 * Limits on challenge ACKs (RFC 5961, section 7). A limit for all connections that somebody could count down would tell
 * him what other connections receive (CVE-2016-5696), so that it is another number in each second, and each connection
 * has a limit of its own that is reached long before.
 */
public final class ChallengeLimit {
    private static final long SECOND_NS = 1_000_000_000L;
    private static final long INTERVAL_NS = 500_000_000L;

    private final int perSecond;
    private final RandomGenerator random;
    private long secondNs = Long.MIN_VALUE;
    private int left;

    /**
     * Makes a limit.
     *
     * @param perSecond challenges in a second on average, ≥ 1
     * @param random what says how many they are in each second
     * @throws IllegalArgumentException if it is less than one in a second
     */
    public ChallengeLimit(int perSecond, RandomGenerator random) {
        if (perSecond < 1) {
            throw new IllegalArgumentException(
                    "%d challenge ACKs in a second; expected 1 or more, such as 1000"
                            .formatted(perSecond));
        }
        this.perSecond = perSecond;
        this.random = random;
    }

    /** {@return whether one more challenge may go in this second, which is then counted} */
    public boolean take(long nowNs) {
        if (secondNs == Long.MIN_VALUE || nowNs - secondNs >= SECOND_NS) {
            secondNs = nowNs;
            left = (perSecond + 1) / 2 + random.nextInt(perSecond);
        }
        return left > 0 && left-- > 0;
    }

    /**
     * {@return whether a connection may challenge, or answer what is not acceptable, again}
     *
     * @param lastNs when it did it last, or {@link Long#MIN_VALUE} for never
     */
    public static boolean mayChallenge(long lastNs, long nowNs) {
        return lastNs == Long.MIN_VALUE || nowNs - lastNs >= INTERVAL_NS;
    }
}
