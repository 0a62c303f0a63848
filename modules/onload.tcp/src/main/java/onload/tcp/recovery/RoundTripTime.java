package onload.tcp.recovery;

/**
 * The estimate of the round-trip time and the retransmission timeout from it (RFC 6298, section 2), without a place of
 * their own: a connection keeps SRTT and RTTVAR, in nanoseconds; an SRTT of 0 means that nothing was measured.
 */
public final class RoundTripTime {
    /** G: the granularity of the clock. */
    private static final long GRANULARITY_NS = 1_000_000;

    /** Longer samples are as this, so that no sum overflows. */
    private static final long LONGEST_NS = 3_600_000_000_000L;

    private RoundTripTime() {}

    /**
     * {@return the new SRTT} To be worked out after {@link #variation}, which needs the old one.
     *
     * @param sampleNs the time that was measured, ≥ 0
     */
    public static long smoothed(long srttNs, long rttvarNs, long sampleNs) {
        long sample = Math.clamp(sampleNs, 1, LONGEST_NS);
        return srttNs == 0 ? sample : Math.max(1, srttNs + (sample - srttNs) / 8);
    }

    /** {@return the new RTTVAR} */
    public static long variation(long srttNs, long rttvarNs, long sampleNs) {
        long sample = Math.clamp(sampleNs, 1, LONGEST_NS);
        return srttNs == 0 ? sample / 2 : rttvarNs + (Math.abs(srttNs - sample) - rttvarNs) / 4;
    }

    /**
     * {@return the timeout: SRTT + max(G, 4 · RTTVAR), within limits (rules 2.3 to 2.5)} As on Linux the least
     * counts for what is added to SRTT, so that on a long and even way there is time for a delayed acknowledgment, too.
     *
     * @param leastNs what is added to SRTT at least, ≥ 0
     * @param mostNs the longest timeout
     */
    public static long timeout(long srttNs, long rttvarNs, long leastNs, long mostNs) {
        long spread = Math.max(GRANULARITY_NS, 4 * rttvarNs);
        // An SRTT of 0 would mean that nothing was measured: 1 stands for it.
        long srtt = srttNs <= 1 ? 0 : srttNs;
        return Math.min(srtt + Math.max(spread, leastNs), mostNs);
    }
}
