package onload.tcp.congestion;

import org.jspecify.annotations.Nullable;

/**
 * CUBIC (RFC 9438): the window grows as a cubic function of the time since the last loss, flat where the last loss
 * was and steep far from it, so that long ways with much room are filled and flows of different round-trip times share;
 * at least as fast as Reno would. With HyStart++ (RFC 9406) and the validation of windows that are not used (RFC 7661).
 *
 * <p>Names are those of the RFC's section 4.1.2; windows are bytes.
 */
public final class Cubic extends LossBasedControl {
    /** The name that it is chosen by. */
    public static final String NAME = "cubic";

    /** What remains after a loss (section 4.6). */
    private static final double BETA_CUBIC = 0.7;

    /** How steep the function is, in segments for each third power of a second (section 5.1). */
    private static final double C = 0.4;

    /** What Reno would add in a round trip if it reduced as little as this does (section 4.3). */
    private static final double ALPHA_CUBIC = 3 * (1 - BETA_CUBIC) / (1 + BETA_CUBIC);

    private static final double NS_PER_SECOND = 1e9;

    /** W_max: the window before the last reduction, or less if others want room; 0 if there was none. */
    private int wMax;

    /** K: seconds that the function takes from the beginning of the epoch to W_max. */
    private float k;

    /** t_epoch: when this stage of congestion avoidance began, without the times in which nothing may grow. */
    private long epochStartNs;

    /** The last acknowledgment of this stage. */
    private long lastNs;

    /** W_est: the window that Reno would have; 0 while no stage of congestion avoidance goes on. */
    private double wEst;

    /** cwnd_prior: the window before the last reduction. */
    private int cwndPrior;

    /** The part of a byte that growth has left over. */
    private float fraction;

    private @Nullable Before before;

    /** What held before the last reduction (section 4.9); made at the first loss. */
    private static final class Before {
        /** 0 if there is nothing that could be undone. */
        private int cwnd;

        private int ssthresh;
        private int wMax;
        private int cwndPrior;
        private float k;
        private double wEst;
        private long epochStartNs;
    }

    /** Makes one that has not started. */
    public Cubic() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void start(int initialWindow, int mss) {
        super.start(initialWindow, mss);
        wMax = 0;
        cwndPrior = 0;
        wEst = 0;
        forget();
    }

    @Override
    public void acknowledged(DeliverySample sample) {
        boolean mayGrow = mayGrow(sample);
        int left = slowStart(sample, mayGrow);
        if (cwnd < ssthresh) {
            wEst = 0;
            return;
        }
        if (wEst == 0) {
            begin(sample);
        } else if (!mayGrow) {
            // Section 4.2: time in which the window may not grow does not count.
            epochStartNs += sample.nowNs - lastNs;
        }
        lastNs = sample.nowNs;
        if (mayGrow) {
            avoid(sample, Math.min(left, cwnd));
        }
    }

    /** A stage of congestion avoidance begins (section 4.2). */
    private void begin(DeliverySample sample) {
        epochStartNs = sample.nowNs;
        fraction = 0;
        wEst = cwnd;
        if (wMax <= cwnd) {
            // Section 4.8 after a timeout, and section 4.10 where slow start has ended without a
            // loss.
            wMax = cwnd;
            k = 0;
        } else {
            k = (float) Math.cbrt((wMax - cwnd) / (C * sample.mss));
        }
    }

    private void avoid(DeliverySample sample, int acked) {
        double seconds = (sample.nowNs - epochStartNs) / NS_PER_SECOND;
        double alpha = wEst >= cwndPrior ? 1 : ALPHA_CUBIC;
        wEst = Math.min(MAX_WINDOW, wEst + alpha * acked * sample.mss / cwnd);
        if (wCubic(seconds, sample.mss) < wEst) {
            // The Reno-friendly region (section 4.3).
            cwnd = (int) Math.max(cwnd, wEst);
            return;
        }
        // The concave and the convex region (sections 4.4 and 4.5).
        double ahead = wCubic(seconds + sample.srttNs / NS_PER_SECOND, sample.mss);
        double target = Math.clamp(ahead, cwnd, 1.5 * cwnd);
        double grown = fraction + (target - cwnd) / cwnd * acked;
        fraction = (float) (grown - (long) grown);
        cwnd = (int) Math.min(MAX_WINDOW, cwnd + (long) grown);
    }

    /** {@return W_cubic(t) in bytes (section 4.2, figure 1)} */
    private double wCubic(double seconds, int mss) {
        double t = seconds - k;
        return C * mss * t * t * t + wMax;
    }

    @Override
    public void lossDetected(int flightSize, int mss, long nowNs) {
        remember();
        congested(flightSize, mss);
        // A loss is never a reason for a larger window, unless it were less than the two segments
        // that are always due.
        cwnd = Math.min(ssthresh, Math.max(cwnd, 2 * mss));
    }

    /** Sections 4.6 and 4.7. */
    private void congested(int flightSize, int mss) {
        ssthresh = Math.clamp(reduced(flightSize, BETA_CUBIC), 2 * mss, MAX_WINDOW);
        // Fast convergence: a flow whose windows become smaller leaves more room to the others.
        wMax = cwnd < wMax ? (int) (cwnd * ((1 + BETA_CUBIC) / 2)) : cwnd;
        cwndPrior = cwnd;
        wEst = 0;
        forgetUse();
    }

    @Override
    public void recoveryEnded(int flightSize, int mss, long nowNs) {
        // RFC 6937, section 3: PRR has brought down the bytes in the network to it.
        cwnd = ssthresh;
        wEst = 0;
        forgetUse();
    }

    @Override
    public void timedOut(int flightSize, int mss, boolean isFirst, long nowNs) {
        if (isFirst) {
            remember();
            congested(flightSize, mss);
        }
        // Section 4.8: the function starts where slow start ends.
        wMax = 0;
        wEst = 0;
        forgetUse();
        // The loss window, one segment (RFC 5681, section 3.1).
        cwnd = mss;
    }

    private void remember() {
        if (before == null) {
            before = new Before();
        }
        before.cwnd = cwnd;
        before.ssthresh = ssthresh;
        before.wMax = wMax;
        before.cwndPrior = cwndPrior;
        before.wEst = wEst;
        before.k = k;
        before.epochStartNs = epochStartNs;
    }

    private void forget() {
        if (before != null) {
            before.cwnd = 0;
        }
    }

    @Override
    public void undo() {
        Before held = before;
        if (held == null || held.cwnd == 0) {
            return;
        }
        wMax = held.wMax;
        ssthresh = Math.max(ssthresh, held.ssthresh);
        if (cwnd <= held.cwnd) {
            // Section 4.9.2: not if the window has grown beyond it since.
            cwnd = held.cwnd;
            cwndPrior = held.cwndPrior;
            wEst = held.wEst;
            k = held.k;
            epochStartNs = held.epochStartNs;
        }
        forget();
    }

    @Override
    public void idle(int initialWindow, long idleNs, long rtoNs) {
        epochStartNs += idleNs;
        lastNs += idleNs;
        if (restart(initialWindow, idleNs, rtoNs)) {
            forget();
        }
    }

    @Override
    public void segmentSizeChanged(int before, int after) {
        if (after < before) {
            // RFC 5681, section 3.1: as many segments as before, no burst of smaller ones.
            cwnd = (int) ((long) cwnd * after / before);
            wMax = (int) ((long) wMax * after / before);
        }
        cwnd = Math.max(cwnd, after);
        ssthresh = Math.max(ssthresh, 2 * after);
        wEst = 0;
        forgetUse();
        forget();
    }
}
