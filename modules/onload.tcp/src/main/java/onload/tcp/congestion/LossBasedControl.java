package onload.tcp.congestion;

import org.jspecify.annotations.Nullable;

/**
 * What algorithms have in common that take a loss for congestion: slow start with HyStart++ ({@link HyStart}), and
 * windows that are not used ({@link WindowValidation}).
 *
 * <p>What these keep is made when the first acknowledgment comes, so that connections that send nothing are small.
 */
abstract class LossBasedControl extends CongestionControl {
    /**
     * L of RFC 3465, section 2.2, in segments: what one acknowledgment may add to the window in slow start, also after
     * a timeout. It is more than the 2 that RFC allows, and the 8 of RFC 9406: receivers acknowledge whole batches at
     * once, and with less a window that is acknowledged once in a round trip would grow by steps instead of doubling.
     */
    private static final int SLOW_START_LIMIT = 16;

    private @Nullable HyStart hyStart;
    private @Nullable WindowValidation validation;

    LossBasedControl() {}

    @Override
    public void start(int initialWindow, int mss) {
        cwnd = initialWindow;
        ssthresh = MAX_WINDOW;
        if (hyStart != null) {
            hyStart.start();
        }
        forgetUse();
    }

    /** How far the window was used is to be measured anew: recovery has begun or ended, or segments changed. */
    final void forgetUse() {
        if (validation != null) {
            validation.reset();
        }
    }

    /** {@return whether the window may grow: it is what held the sender back, now and in the last round trip} */
    final boolean mayGrow(DeliverySample sample) {
        if (validation == null) {
            validation = new WindowValidation();
        }
        boolean isUsed = validation.acknowledged(sample, cwnd, cwnd < ssthresh);
        if (validation.isOver(sample.nowNs)) {
            unusedForLong(initialWindow(sample.mss));
        }
        return isUsed && sample.isLimited;
    }

    private void unusedForLong(int initialWindow) {
        ssthresh = WindowValidation.thresholdAfter(ssthresh, cwnd);
        cwnd = WindowValidation.windowAfter(cwnd, initialWindow);
    }

    /**
     * Slow start, if the window is below the threshold (RFC 5681, equation 2; RFC 9406, section 4.2).
     *
     * @return bytes of the acknowledgment that remain for congestion avoidance
     */
    final int slowStart(DeliverySample sample, boolean mayGrow) {
        int left = sample.acknowledgedBytes;
        if (cwnd >= ssthresh) {
            return left;
        }
        // RFC 9406, section 4.3: for the initial slow start, whose threshold is as high as it gets.
        boolean isInitial = ssthresh == MAX_WINDOW;
        int most = mayGrow ? (int) Math.min(left, (long) SLOW_START_LIMIT * sample.mss) : 0;
        if (isInitial) {
            if (hyStart == null) {
                hyStart = new HyStart();
            }
            if (hyStart.acknowledged(sample)) {
                ssthresh = Math.max(cwnd, 2 * sample.mss);
                return left;
            }
            most = hyStart.growth(most);
        }
        int grown = Math.min(most, ssthresh - cwnd);
        cwnd = Math.min(MAX_WINDOW, cwnd + grown);
        return cwnd < ssthresh ? 0 : left - grown;
    }

    /** What a loss leaves, before it is held to two segments; windows that were not used count for what was. */
    final int reduced(int flightSize, double factor) {
        int used = validation == null ? 0 : validation.used(flightSize);
        return used > 0 ? used / 2 : (int) (flightSize * factor);
    }

    /** {@return whether it was idle for so long that the window is no more than the restart window} */
    final boolean restart(int initialWindow, long idleNs, long rtoNs) {
        if (idleNs >= WindowValidation.NON_VALIDATED_PERIOD_NS) {
            unusedForLong(initialWindow);
        }
        if (idleNs > rtoNs) {
            cwnd = Math.min(cwnd, initialWindow);
            forgetUse();
            return true;
        }
        return false;
    }
}
