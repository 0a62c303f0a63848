package onload.tcp.congestion;

/**
 * What BBR knows of the bandwidth of a path (draft-ietf-ccwg-bbr, sections 5.5.1 to 5.5.5, 5.5.10): the most that was
 * delivered in the last two cycles of probing, the bounds that losses have set for a short time, and rounds.
 */
final class BbrBandwidth {
    /** No bound. */
    static final int NO_BYTES = Integer.MAX_VALUE;

    /** No bound; and more than anything that is measured, so that sums do not overflow. */
    static final long NO_RATE = 1L << 40;

    private static final double BETA = 0.7;
    private static final double NS_PER_SECOND = 1e9;

    /** BBR.MaxBwFilter: the largest rate of this cycle, and of the one before; bytes per second. */
    private long maxBwNow;

    private long maxBwBefore;

    /** BBR.bw_shortterm, BBR.inflight_shortterm. */
    long bwShortTerm;

    int inflightShortTerm;

    /** BBR.bw_latest, BBR.inflight_latest: the most of this round. */
    long bwLatest;

    int inflightLatest;

    /** The rate of the acknowledgment at hand, 0 if there is none. */
    long rate;

    private int nextRoundDelivered;
    private int lossRoundDelivered;
    private boolean hasRounds;

    /** BBR.round_start. */
    boolean isRoundStart;

    /** BBR.loss_round_start. */
    private boolean isLossRoundStart;

    /** BBR.loss_in_round. */
    boolean isLossInRound;

    void start() {
        maxBwNow = 0;
        maxBwBefore = 0;
        hasRounds = false;
        isRoundStart = false;
        isLossRoundStart = false;
        resetShortTerm();
        resetSignals();
    }

    /** BBRResetCongestionSignals. */
    void resetSignals() {
        isLossInRound = false;
        bwLatest = 0;
        inflightLatest = 0;
    }

    /** BBRResetShortTermModel. */
    void resetShortTerm() {
        bwShortTerm = NO_RATE;
        inflightShortTerm = NO_BYTES;
    }

    /** BBR.max_bw. */
    long maxBw() {
        return Math.max(maxBwNow, maxBwBefore);
    }

    /** BBR.bw. */
    long bw() {
        return Math.min(maxBw(), bwShortTerm);
    }

    /** BBRAdvanceMaxBwFilter: a cycle of probing has ended. */
    void advance() {
        if (maxBwNow > 0) {
            maxBwBefore = maxBwNow;
            maxBwNow = 0;
        }
    }

    /** BBRStartRound: a round begins that ends when what is sent from now on is answered. */
    void startRound(DeliverySample sample) {
        nextRoundDelivered = sample.delivered;
    }

    /** BBRUpdateLatestDeliverySignals, BBRUpdateRound and BBRUpdateMaxBw. */
    void acknowledged(DeliverySample sample) {
        isRoundStart = false;
        isLossRoundStart = false;
        rate = 0;
        if (sample.lostBytes > 0) {
            isLossInRound = true;
        }
        if (sample.deliveredBytes == 0) {
            return;
        }
        if (sample.intervalNs > 0) {
            rate =
                    (long)
                            Math.min(
                                    NO_RATE - 1,
                                    sample.intervalBytes * NS_PER_SECOND / sample.intervalNs);
        }
        if (!hasRounds) {
            hasRounds = true;
            nextRoundDelivered = sample.priorDelivered;
            lossRoundDelivered = sample.priorDelivered;
        }
        bwLatest = Math.max(bwLatest, rate);
        inflightLatest = Math.max(inflightLatest, sample.intervalBytes);
        if (sample.priorDelivered - nextRoundDelivered >= 0) {
            nextRoundDelivered = sample.delivered;
            isRoundStart = true;
        }
        if (sample.priorDelivered - lossRoundDelivered >= 0) {
            lossRoundDelivered = sample.delivered;
            isLossRoundStart = true;
        }
        if (rate >= maxBw() || !sample.isApplicationLimited) {
            maxBwNow = Math.max(maxBwNow, rate);
        }
    }

    /**
     * BBRAdaptLowerBoundsFromCongestion: a round with losses holds what follows it to what it has delivered.
     *
     * @param isProbing more is sent on purpose, so that losses are expected
     */
    void adapt(boolean isProbing, int cwnd) {
        if (!isLossRoundStart) {
            return;
        }
        if (isLossInRound && !isProbing) {
            long bw = bwShortTerm == NO_RATE ? maxBw() : bwShortTerm;
            int inflight = inflightShortTerm == NO_BYTES ? cwnd : inflightShortTerm;
            bwShortTerm = Math.max(bwLatest, (long) (BETA * bw));
            inflightShortTerm = Math.max(inflightLatest, (int) (BETA * inflight));
        }
        isLossInRound = false;
    }

    /** BBRAdvanceLatestDeliverySignals. */
    void roundEnds(DeliverySample sample) {
        if (isLossRoundStart) {
            bwLatest = rate;
            inflightLatest = sample.intervalBytes;
        }
    }
}
