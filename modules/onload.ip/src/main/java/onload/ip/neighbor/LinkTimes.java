package onload.ip.neighbor;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * The times of one link, as its routers advertise them (RFC 4861, section 6.3.2). How long a neighbour counts as
 * reachable is random between 0.5 and 1.5 of the base, so that hosts do not probe in step; drawn anew when the base
 * changes, and every two hours.
 */
final class LinkTimes {
    static final long DRAWN_FOR_NS = TimeUnit.HOURS.toNanos(2);

    private final int interfaceIndex;
    private final @Nullable RandomGenerator random;

    private long baseReachableTimeNs;
    private long retransTimerNs;
    private long reachableTimeNs;
    private long drawAgainNs = Long.MIN_VALUE;

    LinkTimes(int interfaceIndex, NeighborOptions options, @Nullable RandomGenerator random) {
        this.interfaceIndex = interfaceIndex;
        this.random = random;
        baseReachableTimeNs = options.baseReachableTimeNs();
        retransTimerNs = options.retransTimerNs();
    }

    /** {@return the times of what is never asked} */
    static LinkTimes none(int interfaceIndex) {
        return new LinkTimes(interfaceIndex, NeighborOptions.DEFAULT, null);
    }

    int interfaceIndex() {
        return interfaceIndex;
    }

    long retransTimerNs() {
        return retransTimerNs;
    }

    long reachableTimeNs(long nowNs) {
        if (nowNs >= drawAgainNs && random != null) {
            reachableTimeNs = baseReachableTimeNs / 2 + random.nextLong(baseReachableTimeNs + 1);
            drawAgainNs = nowNs + DRAWN_FOR_NS;
        }
        return reachableTimeNs;
    }

    /** 0 or less stands for what a router leaves open. The base draws anew only if it changes (section 6.3.4). */
    void advertised(long newBaseReachableTimeNs, long newRetransTimerNs) {
        if (newRetransTimerNs > 0) {
            retransTimerNs = limited(newRetransTimerNs);
        }
        if (newBaseReachableTimeNs > 0 && limited(newBaseReachableTimeNs) != baseReachableTimeNs) {
            baseReachableTimeNs = limited(newBaseReachableTimeNs);
            drawAgainNs = Long.MIN_VALUE;
        }
    }

    private static long limited(long timeNs) {
        return Math.clamp(timeNs, NeighborOptions.SHORTEST_NS, NeighborOptions.LONGEST_NS);
    }
}
