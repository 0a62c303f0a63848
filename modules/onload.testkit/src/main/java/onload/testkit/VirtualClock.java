package onload.testkit;

import org.agrona.concurrent.NanoClock;

/**
 * A clock that moves only when it is told to. It begins at one second, so that a forgotten 0 is seen. For one thread.
 */
public final class VirtualClock implements NanoClock {
    /** The time at which a virtual clock begins, in nanoseconds. */
    public static final long START_NS = 1_000_000_000L;

    private long nowNs = START_NS;

    /** Makes a clock that stands at {@link #START_NS}. */
    public VirtualClock() {}

    /** {@return the time in nanoseconds} */
    public long nowNs() {
        return nowNs;
    }

    @Override
    public long nanoTime() {
        return nowNs;
    }

    /**
     * Moves on.
     *
     * @param durationNs nanoseconds, ≥ 0
     * @return the new time
     * @throws IllegalArgumentException if the duration is negative: time does not run backwards
     */
    public long advance(long durationNs) {
        if (durationNs < 0) {
            throw new IllegalArgumentException(
                    "a clock cannot advance by " + durationNs + " ns; expected 0 or more");
        }
        nowNs += durationNs;
        return nowNs;
    }

    /**
     * Moves on to a time; one that has passed already leaves the clock as it is.
     *
     * @return the new time
     */
    public long advanceTo(long timeNs) {
        nowNs = Math.max(nowNs, timeNs);
        return nowNs;
    }
}
