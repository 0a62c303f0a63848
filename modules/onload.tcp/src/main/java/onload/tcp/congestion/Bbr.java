package onload.tcp.congestion;

/**
 * BBR, version 3, after draft-ietf-ccwg-bbr: sends at the bandwidth that was measured, and keeps in flight what
 * that and the smallest round-trip time need; both are looked for by sending a little more, or less, from time to time.
 * Losses set bounds, but a few of them do not stop it.
 *
 * <p>Names are those of the draft. It deviates where the seam tells less, or more, than the draft assumes: losses are
 * judged when acknowledgments come and not for each lost packet; the wait between probes is derived from what was
 * delivered and not from a source of randomness; what ECN says (RFC 3168) is treated as too much in flight, once a
 * window.
 */
public final class Bbr extends CongestionControl {
    /** The name that it is chosen by. */
    public static final String NAME = "bbr";

    /** What it is about (draft, section 3.4). */
    enum State {
        STARTUP(2.77, 2),
        DRAIN(0.5, 2),
        PROBE_DOWN(0.9, 2),
        PROBE_CRUISE(1, 2),
        PROBE_REFILL(1, 2),
        PROBE_UP(1.25, 2.25),
        PROBE_RTT(1, 0.5);

        final double pacingGain;
        final double cwndGain;

        State(double pacingGain, double cwndGain) {
            this.pacingGain = pacingGain;
            this.cwndGain = cwndGain;
        }

        boolean isProbeBw() {
            return this == PROBE_DOWN
                    || this == PROBE_CRUISE
                    || this == PROBE_REFILL
                    || this == PROBE_UP;
        }

        /** More is sent on purpose, so that losses do not set the short-term bounds. */
        boolean isProbing() {
            return this == STARTUP || this == PROBE_REFILL || this == PROBE_UP;
        }
    }

    /** What acknowledgments tell of (BBR.ack_phase). */
    private enum AckPhase {
        REFILLING,
        PROBE_STARTING,
        PROBE_FEEDBACK,
        PROBE_STOPPING
    }

    private static final double LOSS_THRESH = 0.02;
    private static final double BETA = 0.7;
    private static final double HEADROOM = 0.15;
    private static final double FULL_BW_GROWTH = 1.25;
    private static final int FULL_BW_ROUNDS = 3;
    private static final int STARTUP_FULL_LOSS_EVENTS = 6;
    private static final int MIN_PIPE_SEGMENTS = 4;
    private static final int MAX_PROBE_UP_ROUNDS = 30;
    private static final int MAX_RENO_ROUNDS = 63;
    private static final int MAX_QUANTUM = 64 << 10;
    private static final double PACING_MARGIN = 0.99;
    private static final long PROBE_RTT_DURATION_NS = 200_000_000L;
    private static final long PROBE_WAIT_NS = 2_000_000_000L;
    private static final double NS_PER_SECOND = 1e9;
    private static final int INFINITY = BbrBandwidth.NO_BYTES;

    private final BbrBandwidth bandwidth = new BbrBandwidth();
    private final BbrRoundTrip roundTrip = new BbrRoundTrip();
    private State state = State.STARTUP;
    private AckPhase ackPhase = AckPhase.PROBE_STOPPING;
    private int initialCwnd;
    private int mss = 1;
    private long pacingRate;

    /** BBR.inflight_longterm: more than this was too much. */
    private int inflightLongTerm;

    // Whether the pipe is full.
    private long fullBw;
    private byte fullBwCount;
    private boolean isFullBwNow;
    private boolean isFullBwReached;
    private byte lossEventsInRound;
    private long lostInRound;
    private long deliveredInRound;

    // The cycle of probing.
    private long cycleStampNs;
    private long probeWaitNs;
    private byte roundsSinceProbe;
    private byte probeUpRounds;
    private int probeUpAcks;
    private int probeUpCount;
    private boolean hasProbeSamples;

    // ProbeRTT.
    private long probeRttDoneNs;
    private boolean isProbeRttTimed;
    private boolean isProbeRttRoundDone;
    private boolean isIdleRestart;

    // Recovery: 0 if no window is saved.
    private int priorCwnd;
    private boolean isConserving;
    private boolean isTimedOut;

    // What an undo brings back; no state if there is nothing.
    private boolean mayUndo;
    private State undoState = State.STARTUP;
    private int undoCwnd;
    private long undoBwShortTerm;
    private int undoInflightShortTerm;
    private int undoInflightLongTerm;

    /** Makes one that has not started. */
    public Bbr() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean governsRecovery() {
        return true;
    }

    @Override
    public long pacingRate() {
        return pacingRate;
    }

    /** {@return what it is about now} */
    State state() {
        return state;
    }

    /** {@return BBR.max_bw in bytes per second} */
    long maxBw() {
        return bandwidth.maxBw();
    }

    /** {@return BBR.min_rtt, 0 while unknown} */
    long minRttNs() {
        return roundTrip.minRttNs;
    }

    /** {@return BBR.inflight_longterm} */
    int inflightLongTerm() {
        return inflightLongTerm;
    }

    @Override
    public void start(int initialWindow, int mss) {
        cwnd = initialWindow;
        ssthresh = MAX_WINDOW;
        initialCwnd = initialWindow;
        this.mss = mss;
        pacingRate = 0;
        bandwidth.start();
        roundTrip.start();
        inflightLongTerm = INFINITY;
        resetFullBw(0);
        isFullBwReached = false;
        hasProbeSamples = false;
        isIdleRestart = false;
        priorCwnd = 0;
        isConserving = false;
        isTimedOut = false;
        mayUndo = false;
        lossEventsInRound = 0;
        lostInRound = 0;
        deliveredInRound = 0;
        probeUpCount = INFINITY;
        state = State.STARTUP;
        ackPhase = AckPhase.PROBE_STOPPING;
    }

    // What acknowledgments say (draft, section 5.2.3).

    @Override
    public void acknowledged(DeliverySample sample) {
        mss = sample.mss;
        bandwidth.acknowledged(sample);
        bandwidth.adapt(state.isProbing(), cwnd);
        roundTrip.aggregate(sample, bandwidth, cwnd, isFullBwReached);
        checkFullBwReached(sample);
        checkStartupHighLoss(sample);
        if (state == State.STARTUP && isFullBwReached) {
            state = State.DRAIN;
        }
        if (state == State.DRAIN && sample.inFlightBytes <= inflight(1)) {
            probeDown(sample);
        }
        if (isFullBwReached) {
            updateCycle(sample);
        }
        roundTrip.acknowledged(sample);
        checkProbeRtt(sample);
        bandwidth.roundEnds(sample);
        setPacingRate(sample, state.pacingGain);
        setCwnd(sample);
    }

    private void checkFullBwReached(DeliverySample sample) {
        if (isFullBwNow || !bandwidth.isRoundStart || sample.isApplicationLimited) {
            return;
        }
        if (bandwidth.bwLatest >= fullBw * FULL_BW_GROWTH) {
            resetFullBw(bandwidth.bwLatest);
            return;
        }
        if (++fullBwCount >= FULL_BW_ROUNDS) {
            isFullBwNow = true;
            isFullBwReached = true;
        }
    }

    private void resetFullBw(long bw) {
        fullBw = bw;
        fullBwCount = 0;
        isFullBwNow = false;
    }

    /** BBRCheckStartupHighLoss: a round with many losses shows that the pipe is full as well. */
    private void checkStartupHighLoss(DeliverySample sample) {
        if (state != State.STARTUP) {
            return;
        }
        lostInRound += sample.lostBytes;
        deliveredInRound += sample.deliveredBytes;
        if (sample.lostBytes > 0 && lossEventsInRound < STARTUP_FULL_LOSS_EVENTS) {
            lossEventsInRound++;
        }
        if (!bandwidth.isRoundStart) {
            return;
        }
        boolean isHigh =
                lossEventsInRound >= STARTUP_FULL_LOSS_EVENTS
                        && lostInRound > (lostInRound + deliveredInRound) * LOSS_THRESH;
        lossEventsInRound = 0;
        lostInRound = 0;
        deliveredInRound = 0;
        if (isHigh) {
            startupIsOver();
        }
    }

    private void startupIsOver() {
        isFullBwReached = true;
        inflightLongTerm = Math.max(bdp(1), bandwidth.inflightLatest);
    }

    // ProbeBW (draft, section 5.3.3).

    private void updateCycle(DeliverySample sample) {
        if (bandwidth.isRoundStart) {
            roundsSinceProbe = (byte) Math.min(MAX_RENO_ROUNDS, roundsSinceProbe + 1);
        }
        adaptLongTerm(sample);
        switch (state) {
            case PROBE_DOWN -> {
                if (!isTimeToProbe(sample) && isTimeToCruise(sample)) {
                    state = State.PROBE_CRUISE;
                }
            }
            case PROBE_CRUISE -> isTimeToProbe(sample);
            case PROBE_REFILL -> {
                if (bandwidth.isRoundStart) {
                    hasProbeSamples = true;
                    probeUp(sample);
                }
            }
            case PROBE_UP -> {
                if (isTimeToGoDown(sample)) {
                    probeDown(sample);
                }
            }
            default -> {}
        }
    }

    /** BBRAdaptLongTermModel. */
    private void adaptLongTerm(DeliverySample sample) {
        if (bandwidth.isRoundStart && ackPhase == AckPhase.PROBE_STARTING) {
            ackPhase = AckPhase.PROBE_FEEDBACK;
        } else if (bandwidth.isRoundStart && ackPhase == AckPhase.PROBE_STOPPING) {
            hasProbeSamples = false;
            if (state.isProbeBw() && !sample.isApplicationLimited) {
                bandwidth.advance();
            }
            ackPhase = AckPhase.REFILLING;
        }
        if (isInflightTooHigh(sample)) {
            if (hasProbeSamples) {
                inflightTooHigh(sample.intervalInFlightBytes, sample);
            }
            return;
        }
        if (inflightLongTerm == INFINITY) {
            return;
        }
        inflightLongTerm = Math.max(inflightLongTerm, sample.intervalInFlightBytes);
        if (state == State.PROBE_UP) {
            raise(sample);
        }
    }

    /** IsInflightTooHigh: 2 % and more of what was in flight is lost. */
    private static boolean isInflightTooHigh(DeliverySample sample) {
        return sample.intervalLostBytes > sample.intervalInFlightBytes * LOSS_THRESH;
    }

    /** BBRHandleInflightTooHigh. */
    private void inflightTooHigh(int inflight, DeliverySample sample) {
        hasProbeSamples = false;
        if (!sample.isApplicationLimited) {
            inflightLongTerm = Math.max(inflight, (int) (BETA * Math.min(bdp(1), cwnd)));
        }
        if (state == State.PROBE_UP) {
            probeDown(sample);
        }
    }

    /** BBRProbeInflightLongTermUpward: slowly at first, then twice as fast in each round. */
    private void raise(DeliverySample sample) {
        if (!isWindowLimited(sample) || cwnd < inflightLongTerm) {
            return;
        }
        long acks = (long) probeUpAcks + sample.acknowledgedBytes;
        if (acks >= probeUpCount) {
            long segments = acks / probeUpCount;
            acks -= segments * probeUpCount;
            inflightLongTerm = (int) Math.min(MAX_WINDOW, inflightLongTerm + segments * mss);
        }
        probeUpAcks = (int) acks;
        if (bandwidth.isRoundStart) {
            raiseSlope();
        }
    }

    private void raiseSlope() {
        probeUpCount = Math.max(cwnd >> probeUpRounds, mss);
        probeUpRounds = (byte) Math.min(MAX_PROBE_UP_ROUNDS, probeUpRounds + 1);
    }

    private static boolean isWindowLimited(DeliverySample sample) {
        return sample.isLimited;
    }

    private void probeDown(DeliverySample sample) {
        bandwidth.resetSignals();
        probeUpCount = INFINITY;
        pickProbeWait(sample);
        cycleStampNs = sample.nowNs;
        ackPhase = AckPhase.PROBE_STOPPING;
        bandwidth.startRound(sample);
        state = State.PROBE_DOWN;
    }

    /** BBRPickProbeWait: two to three seconds, and a round more or not, so that flows do not probe together. */
    private void pickProbeWait(DeliverySample sample) {
        int mixed = sample.delivered * 0x9E3779B1;
        roundsSinceProbe = (byte) (mixed >>> 31);
        probeWaitNs = PROBE_WAIT_NS + (mixed >>> 11 & 0xFFFFF) * 953L;
    }

    private boolean isTimeToCruise(DeliverySample sample) {
        return sample.inFlightBytes <= withHeadroom() && sample.inFlightBytes <= inflight(1);
    }

    private boolean isTimeToGoDown(DeliverySample sample) {
        if (isWindowLimited(sample) && cwnd >= inflightLongTerm) {
            // It could not be sent more, so that nothing is known of whether more would help.
            resetFullBw(bandwidth.bwLatest);
            return false;
        }
        return isFullBwNow;
    }

    /** BBRCheckTimeToProbeBW: by time, or as often as Reno would lose something. */
    private boolean isTimeToProbe(DeliverySample sample) {
        int target = Math.min(bdp(1), cwnd);
        boolean isRenoTime = roundsSinceProbe >= Math.min(target / mss, MAX_RENO_ROUNDS);
        if (sample.nowNs - cycleStampNs <= probeWaitNs && !isRenoTime) {
            return false;
        }
        bandwidth.resetShortTerm();
        probeUpRounds = 0;
        probeUpAcks = 0;
        ackPhase = AckPhase.REFILLING;
        bandwidth.startRound(sample);
        state = State.PROBE_REFILL;
        return true;
    }

    private void probeUp(DeliverySample sample) {
        ackPhase = AckPhase.PROBE_STARTING;
        bandwidth.startRound(sample);
        resetFullBw(bandwidth.rate);
        cycleStampNs = sample.nowNs;
        state = State.PROBE_UP;
        raiseSlope();
    }

    // ProbeRTT (draft, section 5.3.4).

    private void checkProbeRtt(DeliverySample sample) {
        if (state != State.PROBE_RTT && roundTrip.isExpired && !isIdleRestart) {
            saveCwnd();
            state = State.PROBE_RTT;
            isProbeRttTimed = false;
            ackPhase = AckPhase.PROBE_STOPPING;
            bandwidth.startRound(sample);
        }
        if (state == State.PROBE_RTT) {
            probeRtt(sample);
        }
        if (sample.deliveredBytes > 0) {
            isIdleRestart = false;
        }
    }

    private void probeRtt(DeliverySample sample) {
        if (!isProbeRttTimed) {
            if (sample.inFlightBytes <= probeRttCwnd()) {
                isProbeRttTimed = true;
                isProbeRttRoundDone = false;
                probeRttDoneNs = sample.nowNs + PROBE_RTT_DURATION_NS;
                bandwidth.startRound(sample);
            }
            return;
        }
        isProbeRttRoundDone |= bandwidth.isRoundStart;
        if (isProbeRttRoundDone && sample.nowNs - probeRttDoneNs > 0) {
            roundTrip.probed(sample.nowNs);
            restoreCwnd();
            bandwidth.resetShortTerm();
            if (isFullBwReached) {
                probeDown(sample);
                state = State.PROBE_CRUISE;
            } else {
                state = State.STARTUP;
            }
        }
    }

    private int probeRttCwnd() {
        return Math.max(bdp(State.PROBE_RTT.cwndGain), minPipe());
    }

    // How fast and how much (draft, section 5.6).

    private void setPacingRate(DeliverySample sample, double gain) {
        long bw = bandwidth.bw();
        if (bw == 0 && roundTrip.minRttNs > 0) {
            bw = (long) (initialCwnd * NS_PER_SECOND / roundTrip.minRttNs);
        }
        long rate = (long) (gain * bw * PACING_MARGIN);
        if (rate > 0 && (isFullBwReached || rate > pacingRate)) {
            pacingRate = Math.max(rate, sample.mss);
        }
    }

    /** {@return bytes that are in flight where the bandwidth is used and there is no queue, times a gain} */
    private int bdp(double gain) {
        if (roundTrip.minRttNs == 0) {
            return initialCwnd;
        }
        return (int)
                Math.min(MAX_WINDOW, gain * bandwidth.bw() * roundTrip.minRttNs / NS_PER_SECOND);
    }

    /** BBRInflight, with what is under way in batches of sender and receiver. */
    private int inflight(double gain) {
        return quantized(bdp(gain));
    }

    private int quantized(long bytes) {
        // A millisecond of the pacing rate, or two segments, goes at once (BBR.send_quantum).
        long quantum = Math.max(Math.min(pacingRate / 1000, MAX_QUANTUM), 2L * mss);
        long most = Math.max(Math.max(bytes, 3 * quantum), minPipe());
        return (int) Math.min(MAX_WINDOW, state == State.PROBE_UP ? most + 2L * mss : most);
    }

    private int minPipe() {
        return MIN_PIPE_SEGMENTS * mss;
    }

    private int withHeadroom() {
        if (inflightLongTerm == INFINITY) {
            return INFINITY;
        }
        int headroom = Math.max(mss, (int) (HEADROOM * inflightLongTerm));
        return Math.max(inflightLongTerm - headroom, minPipe());
    }

    private void setCwnd(DeliverySample sample) {
        if (isTimedOut && !sample.isInRecovery) {
            isTimedOut = false;
            restoreCwnd();
        }
        int maxInflight = quantized((long) bdp(state.cwndGain) + roundTrip.extraAcked());
        modulateForRecovery(sample);
        if (!isConserving) {
            long grown = (long) cwnd + sample.deliveredBytes;
            if (isFullBwReached) {
                cwnd = (int) Math.min(grown, maxInflight);
            } else if (cwnd < maxInflight) {
                cwnd = (int) Math.min(grown, MAX_WINDOW);
            }
            cwnd = Math.max(cwnd, minPipe());
        }
        bound();
    }

    /** In the first round of recovery no more is sent than arrives (draft, section 5.6.4.4). */
    private void modulateForRecovery(DeliverySample sample) {
        if (sample.lostBytes > 0) {
            cwnd = Math.max(cwnd - Math.min(cwnd, sample.lostBytes), mss);
        }
        if (isConserving) {
            if (bandwidth.isRoundStart) {
                isConserving = false;
            }
            long conserved = (long) sample.inFlightBytes + sample.deliveredBytes;
            cwnd = (int) Math.min(MAX_WINDOW, Math.max(cwnd, conserved));
        }
    }

    /** BBRBoundCwndForProbeRTT and BBRBoundCwndForModel. */
    private void bound() {
        int cap = MAX_WINDOW;
        if (state == State.PROBE_RTT) {
            cap = Math.min(probeRttCwnd(), withHeadroom());
        } else if (state == State.PROBE_CRUISE) {
            cap = withHeadroom();
        } else if (state.isProbeBw()) {
            cap = inflightLongTerm;
        }
        cap = Math.max(Math.min(cap, bandwidth.inflightShortTerm), minPipe());
        cwnd = Math.clamp(Math.min(cwnd, cap), mss, MAX_WINDOW);
    }

    private void saveCwnd() {
        boolean isHeld = priorCwnd != 0 && (isConserving || isTimedOut || state == State.PROBE_RTT);
        priorCwnd = isHeld ? Math.max(priorCwnd, cwnd) : cwnd;
    }

    private void restoreCwnd() {
        cwnd = Math.max(cwnd, priorCwnd);
        priorCwnd = 0;
    }

    // Losses, and what is no loss.

    @Override
    public void lossDetected(int flightSize, int mss, long nowNs) {
        this.mss = mss;
        rememberForUndo();
        saveCwnd();
        isConserving = true;
        cwnd = Math.max(cwnd, mss);
    }

    /** A router is congested: as if this round had losses, and as if it were too much if more was sent on purpose. */
    @Override
    public void congestionExperienced(int flightSize, int mss, long nowNs) {
        mayUndo = false;
        bandwidth.isLossInRound = true;
        if (state == State.STARTUP) {
            startupIsOver();
        } else if (hasProbeSamples) {
            hasProbeSamples = false;
            int most = Math.max(flightSize, (int) (BETA * Math.min(bdp(1), cwnd)));
            inflightLongTerm = Math.min(inflightLongTerm, most);
            if (state == State.PROBE_UP) {
                isFullBwNow = true;
            }
        }
    }

    @Override
    public void recoveryEnded(int flightSize, int mss, long nowNs) {
        isConserving = false;
        if (priorCwnd != 0 && state != State.PROBE_RTT) {
            restoreCwnd();
            bound();
        }
    }

    @Override
    public void timedOut(int flightSize, int mss, boolean isFirst, long nowNs) {
        this.mss = mss;
        if (isFirst) {
            rememberForUndo();
            saveCwnd();
        }
        isTimedOut = true;
        isConserving = false;
        cwnd = mss;
    }

    private void rememberForUndo() {
        mayUndo = true;
        undoState = state;
        undoCwnd = cwnd;
        undoBwShortTerm = bandwidth.bwShortTerm;
        undoInflightShortTerm = bandwidth.inflightShortTerm;
        undoInflightLongTerm = inflightLongTerm;
    }

    /** BBRHandleSpuriousLossDetection. */
    @Override
    public void undo() {
        if (!mayUndo) {
            return;
        }
        mayUndo = false;
        isTimedOut = false;
        isConserving = false;
        priorCwnd = state == State.PROBE_RTT ? Math.max(priorCwnd, undoCwnd) : 0;
        bandwidth.isLossInRound = false;
        resetFullBw(0);
        bandwidth.bwShortTerm = Math.max(bandwidth.bwShortTerm, undoBwShortTerm);
        bandwidth.inflightShortTerm = Math.max(bandwidth.inflightShortTerm, undoInflightShortTerm);
        inflightLongTerm = Math.max(inflightLongTerm, undoInflightLongTerm);
        cwnd = Math.max(cwnd, undoCwnd);
        if (undoState == State.STARTUP && state != State.PROBE_RTT && state != State.STARTUP) {
            state = State.STARTUP;
            isFullBwReached = false;
        }
    }

    /** BBRHandleRestartFromIdle: the window stays, since pacing spreads what is sent. */
    @Override
    public void idle(int initialWindow, long idleNs, long rtoNs) {
        isIdleRestart = true;
        mayUndo = false;
        roundTrip.idle();
        if (state.isProbeBw() && bandwidth.bw() > 0) {
            pacingRate = Math.max((long) (bandwidth.bw() * PACING_MARGIN), mss);
        }
    }

    @Override
    public void segmentSizeChanged(int before, int after) {
        mss = after;
        mayUndo = false;
        cwnd = Math.max(cwnd, after);
        ssthresh = Math.max(ssthresh, 2 * after);
    }
}
