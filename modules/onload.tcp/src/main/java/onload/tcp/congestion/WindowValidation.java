package onload.tcp.congestion;

/**
 * Congestion window validation (RFC 7661): a window that its user has not filled of late tells nothing of the network.
 * It is kept, but does not grow; a loss takes it down to what was in use; after five minutes it is halved.
 *
 * <p>What is in use is pipeACK: bytes acknowledged in a round trip, the most of late. The sampling period is
 * three round trips or a second, whichever is longer (section 4.2), kept as two halves. While it is undefined,
 * at the start and after recovery, the window counts as validated (section 4.3).
 *
 * <p>Idleness: where nothing at all is in flight for longer than the retransmission timeout, the restart window of RFC
 * 5681, section 4.1, comes first, as Linux does by default; who does not want that sets it so that the window
 * survives ({@code SLOW_START_AFTER_IDLE} of the engine), and then this is what holds.
 *
 * <p>A part of the algorithms that react to loss. Times are milliseconds modulo 2^32, so that this is small.
 */
final class WindowValidation {
    /** NVP: how long a window is kept that is not used (section 4.4.3). */
    static final long NON_VALIDATED_PERIOD_NS = 300_000_000_000L;

    private static final int NON_VALIDATED_PERIOD_MS = 300_000;
    private static final int UNDEFINED = -1;
    private static final int NS_PER_MS = 1_000_000;

    /** The shortest half of a sampling period. */
    private static final int HALF_PERIOD_MS = 500;

    /** Bytes acknowledged in this round trip; undefined if it was not seen from its beginning. */
    private int roundBytes;

    /** pipeACK of this half of the sampling period. */
    private int pipeAck;

    /** pipeACK of the half before. */
    private int pipeAckBefore;

    private int halfSinceMs;

    /** When the non-validated phase began. */
    private int unusedSinceMs;

    private boolean isUnused;

    WindowValidation() {
        reset();
    }

    /** Nothing is known any more: the connection starts, or recovery has begun or ended, or segments changed. */
    void reset() {
        roundBytes = UNDEFINED;
        pipeAck = UNDEFINED;
        pipeAckBefore = UNDEFINED;
        isUnused = false;
    }

    /** {@return pipeACK, or a negative number while it is undefined} */
    int pipeAck() {
        return Math.max(pipeAck, pipeAckBefore);
    }

    /** {@return whether the non-validated phase goes on} */
    boolean isUnused() {
        return isUnused;
    }

    /**
     * Takes in an acknowledgment.
     *
     * @param isStarting whether the window doubles in each round trip: then what was used a round trip ago is half
     *     of what may be used now, so that a quarter is enough where a half is due otherwise (section 4.3)
     * @return whether the window may grow
     */
    boolean acknowledged(DeliverySample sample, int cwnd, boolean isStarting) {
        int nowMs = milliseconds(sample.nowNs);
        if (sample.isRoundStart) {
            roundEnded(nowMs, sample.srttNs);
            roundBytes = 0;
        }
        if (roundBytes != UNDEFINED) {
            roundBytes =
                    (int) Math.min(Integer.MAX_VALUE, (long) roundBytes + sample.acknowledgedBytes);
        }
        int known = pipeAck();
        boolean isUsed =
                known < 0 || Math.max(known, roundBytes) >= (isStarting ? cwnd / 4 : cwnd / 2);
        if (isUsed) {
            isUnused = false;
        } else if (!isUnused) {
            isUnused = true;
            unusedSinceMs = nowMs;
        }
        return isUsed;
    }

    private void roundEnded(int nowMs, long srttNs) {
        if (roundBytes == UNDEFINED) {
            return;
        }
        long half = Math.max(HALF_PERIOD_MS, 3 * (srttNs / NS_PER_MS) / 2);
        if (pipeAck == UNDEFINED) {
            halfSinceMs = nowMs;
        } else if (nowMs - halfSinceMs > half) {
            halfSinceMs = nowMs;
            pipeAckBefore = pipeAck;
            pipeAck = 0;
        }
        pipeAck = Math.max(pipeAck, roundBytes);
    }

    private static int milliseconds(long ns) {
        return (int) Math.floorDiv(ns, (long) NS_PER_MS);
    }

    /** {@return whether the window is to be adjusted now, since it was not used for five minutes; it is true once} */
    boolean isOver(long nowNs) {
        int nowMs = milliseconds(nowNs);
        if (!isUnused || nowMs - unusedSinceMs < NON_VALIDATED_PERIOD_MS) {
            return false;
        }
        unusedSinceMs = nowMs;
        return true;
    }

    /** {@return ssthresh after the non-validated period (section 4.4.3)} */
    static int thresholdAfter(int ssthresh, int cwnd) {
        return Math.max(ssthresh, (int) (3L * cwnd / 4));
    }

    /** {@return cwnd after the non-validated period (section 4.4.3), no more than it was} */
    static int windowAfter(int cwnd, int initialWindow) {
        return Math.min(cwnd, Math.max(cwnd / 2, initialWindow));
    }

    /**
     * {@return what a loss in the non-validated phase halves (section 4.4.1), 0 if the window is validated}
     */
    int used(int flightSize) {
        return isUnused ? Math.max(pipeAck(), flightSize) : 0;
    }
}
