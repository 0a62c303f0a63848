package onload.tcp.recovery;

/** How much later than its successors a segment may arrive before it is lost (RFC 8985, section 6.2, step 4). */
public final class ReorderingWindow {
    /** Recoveries for which a window lasts that duplicates have widened. */
    public static final byte RECOVERIES = 16;

    /** Largest multiplier: the window is then limited by the round-trip time anyway. */
    public static final int MOST = 64;

    /**
     * Where the way is shorter than this, segments are late by the makeshifts of NICs and batches alone; a
     * quarter of the round trip would mean nothing.
     */
    public static final long LEAST_NS = 100_000;

    private ReorderingWindow() {}

    /**
     * {@return the window in nanoseconds}: quarters of the smallest round-trip time, one whole smoothed one at
     * most, and {@link #LEAST_NS} at least
     *
     * @param quarters 1, and one more for each round trip in which the peer has reported a duplicate
     * @param minRttNs the smallest round-trip time, ≥ 0
     * @param srttNs the smoothed one, ≥ 0
     */
    public static long of(int quarters, long minRttNs, long srttNs) {
        return Math.max(LEAST_NS, Math.min(quarters * minRttNs / 4, srttNs));
    }
}
