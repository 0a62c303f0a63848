package onload.tcp.congestion;

/** The congestion control of RFC 5681 and RFC 6582, counting bytes as RFC 3465 does. */
public final class NewReno extends CongestionControl {
    /** The name that it is chosen by. */
    public static final String NAME = "newreno";

    /**
     * L of RFC 3465, section 2.2, in segments: what one acknowledgment may add to the window in slow start, also after
     * a timeout. It is more than the 2 that RFC allows: receivers acknowledge whole batches at once, and with less a
     * window that is acknowledged once in a round trip would grow by steps instead of doubling.
     */
    private static final int SLOW_START_LIMIT = 16;

    /** Bytes that were acknowledged since the window last grew in congestion avoidance. */
    private int counted;

    /** What held before the last reduction; 0 if there is none that could be undone. */
    private int cwndBefore;

    private int ssthreshBefore;

    /** Makes one that has not started. */
    public NewReno() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void start(int initialWindow, int mss) {
        cwnd = initialWindow;
        ssthresh = MAX_WINDOW;
        counted = 0;
        forget();
    }

    private void remember() {
        cwndBefore = cwnd;
        ssthreshBefore = ssthresh;
    }

    private void forget() {
        cwndBefore = 0;
        ssthreshBefore = 0;
    }

    @Override
    public void acknowledged(DeliverySample sample) {
        if (!sample.isLimited) {
            return;
        }
        int mss = sample.mss;
        int left = sample.acknowledgedBytes;
        if (cwnd < ssthresh) {
            // Slow start (RFC 5681, equation 2).
            int grown = Math.min(Math.min(left, SLOW_START_LIMIT * mss), ssthresh - cwnd);
            cwnd = Math.min(MAX_WINDOW, cwnd + grown);
            left -= grown;
            if (cwnd < ssthresh) {
                return;
            }
        }
        // Congestion avoidance (RFC 5681, section 3.1): a segment for each window that was
        // acknowledged.
        counted = Math.min(MAX_WINDOW, counted + left);
        if (counted >= cwnd) {
            counted = Math.min(counted - cwnd, cwnd);
            cwnd = Math.min(MAX_WINDOW, cwnd + mss);
        }
    }

    @Override
    public void lossDetected(int flightSize, int mss, long nowNs) {
        remember();
        ssthresh = half(flightSize, mss);
        // The pipe of RFC 6675 goes down by itself: no segments are added as RFC 5681, section 3.2,
        // does. A
        // loss is never a reason for a larger window, unless it were less than the two segments
        // that are always due.
        cwnd = Math.min(ssthresh, Math.max(cwnd, 2 * mss));
        counted = 0;
    }

    /** RFC 5681, equation 4. */
    private static int half(int flightSize, int mss) {
        return Math.clamp(flightSize / 2, 2 * mss, MAX_WINDOW);
    }

    @Override
    public void recoveryEnded(int flightSize, int mss, long nowNs) {
        // RFC 6582, section 3.2, step 3, the first choice: no burst of what was held back.
        cwnd = (int) Math.min(ssthresh, (long) Math.max(flightSize, mss) + mss);
        counted = 0;
    }

    @Override
    public void timedOut(int flightSize, int mss, boolean isFirst, long nowNs) {
        if (isFirst) {
            remember();
            ssthresh = half(flightSize, mss);
        }
        // The loss window, one segment (RFC 5681, section 3.1).
        cwnd = mss;
        counted = 0;
    }

    @Override
    public void undo() {
        cwnd = Math.max(cwnd, cwndBefore);
        ssthresh = Math.max(ssthresh, ssthreshBefore);
        forget();
    }

    @Override
    public void idle(int initialWindow, long idleNs, long rtoNs) {
        if (idleNs > rtoNs) {
            cwnd = Math.min(cwnd, initialWindow);
            counted = 0;
            forget();
        }
    }

    @Override
    public void segmentSizeChanged(int before, int after) {
        if (after < before) {
            // RFC 5681, section 3.1: as many segments as before, no burst of smaller ones.
            cwnd = (int) ((long) cwnd * after / before);
        }
        cwnd = Math.max(cwnd, after);
        ssthresh = Math.max(ssthresh, 2 * after);
        counted = 0;
        forget();
    }
}
