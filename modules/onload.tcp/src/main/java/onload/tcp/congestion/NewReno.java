package onload.tcp.congestion;

/**
 * The congestion control of RFC 5681 and RFC 6582, counting bytes as RFC 3465 does; with HyStart++ (RFC 9406) and the
 * validation of windows that are not used (RFC 7661).
 */
public sealed class NewReno extends LossBasedControl permits Dctcp {
    /** The name that it is chosen by. */
    public static final String NAME = "newreno";

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
        super.start(initialWindow, mss);
        counted = 0;
        forget();
    }

    /** What holds now can be brought back. */
    final void remember() {
        cwndBefore = cwnd;
        ssthreshBefore = ssthresh;
    }

    private void forget() {
        cwndBefore = 0;
        ssthreshBefore = 0;
    }

    @Override
    public void acknowledged(DeliverySample sample) {
        boolean mayGrow = mayGrow(sample);
        int left = slowStart(sample, mayGrow);
        if (!mayGrow || cwnd < ssthresh) {
            return;
        }
        // Congestion avoidance (RFC 5681, section 3.1): a segment for each window that was
        // acknowledged.
        counted = Math.min(MAX_WINDOW, counted + left);
        if (counted >= cwnd) {
            counted = Math.min(counted - cwnd, cwnd);
            cwnd = Math.min(MAX_WINDOW, cwnd + sample.mss);
        }
    }

    @Override
    public void lossDetected(int flightSize, int mss, long nowNs) {
        remember();
        ssthresh = half(flightSize, mss);
        // The pipe of RFC 6675 goes down by itself: no segments are added as RFC 5681, section 3.2,
        // does. A loss is never a reason for a larger window, unless it were less than the two
        // segments
        // that are always due.
        cwnd = Math.min(ssthresh, Math.max(cwnd, 2 * mss));
        counted = 0;
        forgetUse();
    }

    /** RFC 5681, equation 4. */
    private int half(int flightSize, int mss) {
        return Math.clamp(reduced(flightSize, 0.5), 2 * mss, MAX_WINDOW);
    }

    @Override
    public void recoveryEnded(int flightSize, int mss, long nowNs) {
        // RFC 6582, section 3.2, step 3, the first choice: no burst of what was held back.
        cwnd = (int) Math.min(ssthresh, (long) Math.max(flightSize, mss) + mss);
        counted = 0;
        forgetUse();
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
        forgetUse();
    }

    @Override
    public void undo() {
        cwnd = Math.max(cwnd, cwndBefore);
        ssthresh = Math.max(ssthresh, ssthreshBefore);
        forget();
    }

    @Override
    public void idle(int initialWindow, long idleNs, long rtoNs) {
        if (restart(initialWindow, idleNs, rtoNs)) {
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
        forgetUse();
        forget();
    }
}
