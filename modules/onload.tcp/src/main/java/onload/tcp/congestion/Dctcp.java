package onload.tcp.congestion;

/**
 * DCTCP (RFC 8257), the sender: the window goes down by how many of the bytes were marked, so that the queues of
 * a data centre stay short and full of bursts' room. To losses it reacts as Reno does.
 *
 * <p>It reduces by itself, at once: the engine tells of all acknowledgments, also while the reduction is
 * answered, since each of them counts for the estimate.
 */
public final class Dctcp extends NewReno {
    /** The name that it is chosen by. */
    public static final String NAME = "dctcp";

    /** Alpha of 1: each byte was marked. */
    static final int ONE = 1 << 20;

    /** g, the weight of the newest window, is a sixteenth (RFC 8257, section 4.1). */
    private static final int G_SHIFT = 4;

    /** DCTCP.Alpha, in parts of {@link #ONE}. */
    private int alpha;

    /** DCTCP.BytesAcked since the window of observation began. */
    private long bytesAcked;

    /** DCTCP.BytesMarked. */
    private long bytesMarked;

    /** A reduction is being answered: the window does not grow. */
    private boolean isReduced;

    /** Makes one that has not started. */
    public Dctcp() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void start(int initialWindow, int mss) {
        super.start(initialWindow, mss);
        // Section 4.2: the first marks are taken for congestion, until it is known better.
        alpha = ONE;
        bytesAcked = 0;
        bytesMarked = 0;
        isReduced = false;
    }

    /** {@return DCTCP.Alpha, how many of the bytes are marked: 0 to 1} */
    public double alpha() {
        return (double) alpha / ONE;
    }

    @Override
    public void acknowledged(DeliverySample sample) {
        if (sample.isRoundStart) {
            windowEnded();
        }
        bytesAcked += sample.acknowledgedBytes;
        if (sample.isCongestionEchoed) {
            bytesMarked += sample.acknowledgedBytes;
        }
        if (!isReduced) {
            super.acknowledged(sample);
        }
    }

    /** Section 3.3, steps 5 to 8. */
    private void windowEnded() {
        if (bytesAcked > 0) {
            int marked = (int) (bytesMarked * ONE / bytesAcked);
            // Rounded so that it can become 0 (section 4.1).
            alpha = alpha - (alpha >> G_SHIFT) + (marked >> G_SHIFT);
            if (alpha < 1 << G_SHIFT) {
                alpha = 0;
            }
        }
        bytesAcked = 0;
        bytesMarked = 0;
    }

    @Override
    public void congestionExperienced(int flightSize, int mss, long nowNs) {
        remember();
        // Section 3.3, step 9.
        long cut = (long) cwnd * alpha / (2L * ONE);
        ssthresh = (int) Math.max(2L * mss, cwnd - cut);
        cwnd = Math.min(ssthresh, Math.max(cwnd, 2 * mss));
        isReduced = true;
        forgetUse();
    }

    @Override
    public void lossDetected(int flightSize, int mss, long nowNs) {
        super.lossDetected(flightSize, mss, nowNs);
        isReduced = true;
    }

    @Override
    public void recoveryEnded(int flightSize, int mss, long nowNs) {
        cwnd = ssthresh;
        isReduced = false;
        forgetUse();
    }

    @Override
    public void timedOut(int flightSize, int mss, boolean isFirst, long nowNs) {
        super.timedOut(flightSize, mss, isFirst, nowNs);
        isReduced = false;
    }

    @Override
    public void undo() {
        super.undo();
        isReduced = false;
    }

    @Override
    public boolean governsRecovery() {
        return true;
    }

    @Override
    public boolean wantsExactEcn() {
        return true;
    }
}
