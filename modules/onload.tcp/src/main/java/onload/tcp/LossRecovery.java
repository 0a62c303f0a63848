package onload.tcp;

import onload.nic.packet.PacketBuffers;
import onload.tcp.congestion.CongestionControl;
import onload.tcp.congestion.DeliverySample;
import onload.tcp.counter.TcpCounter;
import onload.tcp.recovery.ProportionalRateReduction;
import onload.tcp.recovery.SackRanges;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;

/**
 * Decides from acknowledgments what condition a connection is in: by RACK where there is SACK (RFC 8985), by duplicates
 * where there is none (RFC 5681, RFC 6582), after timeouts by F-RTO (RFC 5682); and takes back what was done for
 * nothing (RFC 3522, RFC 3708, RFC 4015).
 *
 * <p>The conditions: OPEN, nothing is known to be lost. REDUCTION, a router was congested, nothing is lost.
 * FAST_RECOVERY, something is lost and acknowledgments still come. In these two the window goes down by PRR (RFC 6937);
 * they end when all is acknowledged that had been sent when they began. LOSS, a timeout has said so: the first
 * segment goes again from a window of one, and what follows it as answers come.
 *
 * <p>State machine; the state is the connection's. Records are pooled: one is attached while there is something in it.
 */
final class LossRecovery {
    /** Duplicates that mean a loss where there is no SACK (RFC 5681, section 3.2). */
    private static final int DUPLICATE_THRESHOLD = 3;

    private static final int MAX_POOLED = 1024;

    private final TcpContext context;
    private final Scoreboard scoreboard;
    private final Rack rack;
    private final TailLossProbe tailLossProbe;
    private final Deque<RecoveryRecord> spare = new ArrayDeque<>(MAX_POOLED);

    /** The acknowledgment at hand has reported a duplicate. */
    private boolean isDuplicateReported;

    private int deliveredBefore;
    private int lostBefore;

    LossRecovery(
            TcpContext context, Scoreboard scoreboard, Rack rack, TailLossProbe tailLossProbe) {
        this.context = context;
        this.scoreboard = scoreboard;
        this.rack = rack;
        this.tailLossProbe = tailLossProbe;
    }

    // What acknowledgments say.

    /** An acknowledgment has come, and nothing of it has been taken in yet. */
    void begin(TcpConnection c, long nowNs) {
        scoreboard.begin(c, nowNs);
        isDuplicateReported = false;
        deliveredBefore = c.delivered;
        lostBefore = c.lostTotal;
    }

    /**
     * Reads the SACK blocks of a segment; SND.UNA is already the new one.
     *
     * @return bytes that are newly known to have arrived
     */
    int selective(TcpConnection c, ArrivingSegment segment, long nowNs) {
        RecoveryRecord record = c.record;
        if (record != null) {
            record.ranges.acknowledged(c.sndUna);
        }
        int blocks = segment.options.sackBlocks();
        if (blocks == 0 || !c.hasSack) {
            return 0;
        }
        int news = 0;
        int highest = c.sndUna;
        for (int i = 0; i < blocks; i++) {
            int left = segment.options.sackLeftEdge(context.memory, i);
            int right = segment.options.sackRightEdge(context.memory, i);
            if (i == 0 && isDuplicateReport(c, segment, left, right)) {
                duplicateReported(c, left, right);
            } else {
                int arrived = block(c, left, right, nowNs);
                news += arrived;
                highest = arrived > 0 && right - highest > 0 ? right : highest;
            }
        }
        if (news > 0) {
            raise(attached(c), highest);
        }
        return news;
    }

    /** RACK.fack: only after the whole segment, whose blocks are in any order (RFC 8985, section 6.2, step 3). */
    private static void raise(RecoveryRecord record, int highest) {
        if (!record.hasHighestSacked || highest - record.highestSacked > 0) {
            record.hasHighestSacked = true;
            record.highestSacked = highest;
        }
    }

    private int block(TcpConnection c, int left, int right, long nowNs) {
        RecoveryRecord record = attached(c);
        int pieces = record.ranges.sacked(left, right, c.sndUna, c.sndMax);
        if (pieces == SackRanges.INVALID) {
            context.counters.increment(TcpCounter.SACK_BLOCKS_INVALID);
        }
        int news = 0;
        for (int i = 0; i < pieces; i++) {
            news +=
                    scoreboard.sacked(
                            c,
                            record,
                            record.ranges.pieceLeft(i),
                            record.ranges.pieceRight(i),
                            nowNs);
        }
        return news;
    }

    /** RFC 2883, section 4: the first block reports a duplicate if it is acknowledged, or inside the second. */
    private boolean isDuplicateReport(TcpConnection c, ArrivingSegment s, int left, int right) {
        if (right - s.acknowledgment <= 0 || left - c.sndUna < 0) {
            return true;
        }
        return s.options.sackBlocks() > 1
                && left - s.options.sackLeftEdge(context.memory, 1) >= 0
                && right - s.options.sackRightEdge(context.memory, 1) <= 0;
    }

    private void duplicateReported(TcpConnection c, int left, int right) {
        context.counters.increment(TcpCounter.DUPLICATES_REPORTED);
        isDuplicateReported = true;
        if (c.retransmissions > 0) {
            // What was never sent again is a duplicate of the network's making.
            Rack.duplicateReported(c);
        }
        RecoveryRecord record = c.record;
        if (record != null && left - record.undoFrom >= 0 && right - c.recover <= 0) {
            int segments = Math.max(1, (right - left + c.mss - 1) / c.mss);
            record.unreported = Math.max(0, record.unreported - segments);
            record.isReported = true;
        }
    }

    /**
     * All that an acknowledgment says has been taken in: decides what follows from it.
     *
     * @param acked bytes by which SND.UNA has gone on
     * @param isDuplicate it is a duplicate in the sense of RFC 5681, section 2, or brought news by SACK
     */
    void answered(
            TcpConnection c, ArrivingSegment segment, int acked, boolean isDuplicate, long nowNs) {
        tailLossProbe.answered(c, segment, isDuplicate, isDuplicateReported, this, nowNs);
        if (c.record != null || c.recovery != TcpConnection.OPEN || isDuplicate) {
            decide(c, segment, acked, isDuplicate, nowNs);
        } else {
            c.duplicateAcks = 0;
        }
        scoreboard.end(c, deliveredBefore, lostBefore, nowNs);
    }

    private void decide(
            TcpConnection c, ArrivingSegment segment, int acked, boolean isDuplicate, long nowNs) {
        int duplicatesBefore = c.duplicateAcks;
        if (!c.hasSack) {
            countDuplicate(c, acked, isDuplicate);
        }
        RecoveryRecord record = c.record;
        if (record != null && c.hasSack) {
            lookForReneging(c, record, nowNs);
            record.reorderingNs = rack.detect(c, record, nowNs);
        }
        switch (c.recovery) {
            case TcpConnection.FAST_RECOVERY, TcpConnection.REDUCTION ->
                    recovering(c, segment, acked, nowNs);
            case TcpConnection.LOSS -> lost(c, segment, acked, isDuplicate, nowNs);
            default -> open(c, acked, nowNs);
        }
        if (c.recovery == TcpConnection.FAST_RECOVERY || c.recovery == TcpConnection.REDUCTION) {
            int news =
                    c.hasSack
                            ? c.delivered - deliveredBefore
                            : withoutSack(c, acked, isDuplicate, duplicatesBefore);
            reduce(c, Math.max(0, news), acked > 0);
        }
        detachIfDone(c);
    }

    /** Each duplicate stands for a segment that has arrived, and each of new data for those that it counts in. */
    private static void countDuplicate(TcpConnection c, int acked, boolean isDuplicate) {
        if (isDuplicate && c.duplicateAcks <= c.flightSize() / c.mss) {
            // More than there are segments under way say nothing more.
            c.duplicateAcks++;
        }
        if (acked > 0) {
            c.duplicateAcks =
                    c.recovery == TcpConnection.FAST_RECOVERY
                            ? Math.max(0, c.duplicateAcks - Math.max(1, acked / c.mss) + 1)
                            : 0;
        }
    }

    private static int withoutSack(
            TcpConnection c, int acked, boolean isDuplicate, int duplicatesBefore) {
        int counted = Math.max(0, duplicatesBefore - c.duplicateAcks) * c.mss;
        return acked > 0 ? Math.max(c.mss, acked - counted) : isDuplicate ? c.mss : 0;
    }

    // Nothing is known to be lost.

    private void open(TcpConnection c, int acked, long nowNs) {
        undoIfReported(c);
        if (acked > 0 && c.hasRecovered && c.sndUna - c.recover > 0) {
            // After 2^31 bytes more it would seem to be ahead.
            c.hasRecovered = false;
        }
        if (c.hasSack ? c.toResendBytes > 0 : c.duplicateAcks >= DUPLICATE_THRESHOLD) {
            lossFound(c, nowNs);
        }
    }

    private void lossFound(TcpConnection c, long nowNs) {
        if (c.mtuSearch != null && MtuProbing.isLost(c)) {
            probeLost(c);
        } else {
            enterFastRecovery(c, nowNs);
        }
    }

    /** A probe for the MTU of the path goes again in shorter segments; no congestion is meant. */
    private void probeLost(TcpConnection c) {
        context.counters.increment(TcpCounter.MTU_PROBES_LOST);
        if (!c.hasSack) {
            headLost(c);
        }
        RecoveryRecord record = attached(c);
        mayUndo(c, record, false);
        record.isTimeoutInDoubt = false;
        lossBegins(c, record);
    }

    private void enterFastRecovery(TcpConnection c, long nowNs) {
        if (!c.hasSack && c.hasRecovered && c.sndUna - c.recover <= 0) {
            // RFC 6582, section 3.2, step 2: duplicates may come from retransmissions that were not
            // needed, until more is acknowledged than the end of the last recovery.
            return;
        }
        context.counters.increment(TcpCounter.FAST_RECOVERIES);
        reductionBegins(c, TcpConnection.FAST_RECOVERY);
        congestion(c).lossDetected(flight(c), c.mss, nowNs);
        if (!c.hasSack) {
            headLost(c);
        }
        c.mustRetransmit = true;
    }

    /** A router has told that it is congested, for the first time in this window (RFC 3168, section 6.1.2). */
    boolean congestionExperienced(TcpConnection c, long nowNs) {
        if (c.recovery != TcpConnection.OPEN) {
            return false;
        }
        context.counters.increment(TcpCounter.CONGESTION_REDUCTIONS);
        reductionBegins(c, TcpConnection.REDUCTION);
        congestion(c).congestionExperienced(flight(c), c.mss, nowNs);
        reduce(c, 0, true);
        return true;
    }

    /**
     * FlightSize, from which a reduction begins. While it is open whether something is lost or late, what the peer
     * has is not acknowledged yet, and new data goes in its place: the network never held more than the window. And
     * what the batch at hand has acknowledged before was not replaced yet.
     */
    private static int flight(TcpConnection c) {
        return Math.min(Math.max(c.flightSize(), c.pipeAtOutput), congestion(c).cwnd());
    }

    private void reductionBegins(TcpConnection c, byte recovery) {
        RecoveryRecord record = attached(c);
        // What has arrived since this side last could send counts as delivered in recovery, too.
        int prior = scoreboard.sample.priorInFlightBytes;
        record.recoverFlight = Math.max(c.mss, Math.max(c.pipeAtOutput, prior));
        record.prrDelivered = Math.max(0, c.pipeAtOutput - prior);
        record.prrOut = 0;
        c.recovery = recovery;
        c.recover = c.sndMax;
        c.hasRecovered = true;
        ExplicitCongestion.reduced(c);
        mayUndo(c, record, recovery == TcpConnection.FAST_RECOVERY);
    }

    private static void mayUndo(TcpConnection c, RecoveryRecord record, boolean may) {
        record.mayUndo = may;
        record.isReported = false;
        record.unreported = 0;
        record.hasResent = false;
        record.undoFrom = c.sndUna;
        record.forgetAfter = c.sndMax;
    }

    private void headLost(TcpConnection c) {
        if (c.sndHead != PacketBuffers.NONE && c.sndHead != c.sndUnsent) {
            scoreboard.lost(c, attached(c), c.sndHead);
        }
    }

    // Recovery by acknowledgments.

    private void recovering(TcpConnection c, ArrivingSegment segment, int acked, long nowNs) {
        RecoveryRecord record = attached(c);
        boolean isFast = c.recovery == TcpConnection.FAST_RECOVERY;
        if (isFast && (undoIfReported(c) || undoIfDelayed(c, segment, acked))) {
            return;
        }
        if (!isFast && c.toResendBytes > 0) {
            // A loss shows after the echo: the window was reduced already.
            c.recovery = TcpConnection.FAST_RECOVERY;
            c.mustRetransmit = true;
            context.counters.increment(TcpCounter.FAST_RECOVERIES);
            isFast = true;
        }
        if (acked > 0 && c.sndUna - c.recover >= 0) {
            leave(c, record, nowNs);
        } else if (acked > 0 && isFast && !c.hasSack) {
            // RFC 6582, section 3.2, step 3: a partial acknowledgment; what is next is lost too.
            headLost(c);
            c.mustRetransmit = true;
        }
    }

    /** PRR: what may be in the network after this acknowledgment. */
    private void reduce(TcpConnection c, int news, boolean isAdvancing) {
        RecoveryRecord record = attached(c);
        CongestionControl congestion = congestion(c);
        record.prrDelivered += news;
        int pipe = Scoreboard.inFlight(c);
        int allowed =
                ProportionalRateReduction.allowance(
                        record.prrDelivered,
                        record.prrOut,
                        news,
                        pipe,
                        congestion.ssthresh(),
                        record.recoverFlight,
                        c.mss,
                        isAdvancing && c.lostTotal == lostBefore);
        if (c.recovery == TcpConnection.REDUCTION && record.prrOut == 0 && pipe > 0) {
            // Nothing has to go again, so that nothing has to go at once.
            allowed = pipe > congestion.ssthresh() ? Math.max(0, allowed - c.mss) : allowed;
        }
        record.window = pipe + allowed;
    }

    private void leave(TcpConnection c, RecoveryRecord record, long nowNs) {
        if (c.recovery != TcpConnection.LOSS) {
            // Not less because a batch ends recovery that was not answered yet.
            int flight = Math.max(Scoreboard.inFlight(c), c.pipeAtOutput);
            congestion(c).recoveryEnded(flight, c.mss, nowNs);
        }
        if (c.recovery != TcpConnection.REDUCTION) {
            Rack.recoveryEnded(c);
        }
        c.recovery = TcpConnection.OPEN;
        c.mustRetransmit = false;
        c.duplicateAcks = 0;
        record.isTimeoutInDoubt = false;
        record.forgetAfter = c.sndMax;
    }

    // After a timeout.

    /** The retransmission timer has run out (RFC 6298, rules 5.4 to 5.6; RFC 8985, section 6.3). */
    void timedOut(TcpConnection c, long nowNs) {
        RecoveryRecord record = attached(c);
        boolean isFirst = c.timeouts == 0;
        if (record.isReneging || record.ranges.covers(c.sndUna, c.sndUna + 1)) {
            context.counters.increment(TcpCounter.SACKS_RENEGED);
            scoreboard.renege(c, record);
            record.isReneging = false;
        }
        congestion(c).timedOut(flight(c), c.mss, isFirst, nowNs);
        ExplicitCongestion.reduced(c);
        if (isFirst && c.recovery != TcpConnection.LOSS) {
            mayUndo(c, record, true);
            record.isTimeoutInDoubt = true;
        } else {
            // RFC 5682, section 2.1, step 1: only the first timeout of a segment is looked into.
            record.isTimeoutInDoubt = false;
        }
        record.hasProbed = false;
        if (c.hasSack) {
            rack.timedOut(c, record, nowNs);
        } else {
            rack.allLost(c, record);
        }
        lossBegins(c, record);
    }

    private static void lossBegins(TcpConnection c, RecoveryRecord record) {
        c.recovery = TcpConnection.LOSS;
        c.recover = c.sndMax;
        c.hasRecovered = true;
        c.mustRetransmit = true;
        c.duplicateAcks = 0;
        c.tailNs = Long.MAX_VALUE;
        record.reorderingNs = Long.MAX_VALUE;
    }

    /** Everything that is not acknowledged goes again, such as in smaller segments; no congestion is meant. */
    void lost(TcpConnection c) {
        RecoveryRecord record = attached(c);
        rack.allLost(c, record);
        mayUndo(c, record, false);
        record.isTimeoutInDoubt = false;
        lossBegins(c, record);
    }

    private void lost(
            TcpConnection c, ArrivingSegment segment, int acked, boolean isDuplicate, long nowNs) {
        RecoveryRecord record = attached(c);
        if (undoIfReported(c) || undoIfDelayed(c, segment, acked)) {
            return;
        }
        boolean isAll = acked > 0 && c.sndUna - c.recover >= 0;
        if (record.isTimeoutInDoubt && !isAll && inquire(c, record, acked, isDuplicate)) {
            return;
        }
        if (isAll) {
            leave(c, record, nowNs);
        }
    }

    /**
     * F-RTO (RFC 5682, sections 2.1 and 3.1): the answer to the first retransmission, and the answer to the new
     * data that is sent then, tell whether what was sent before the timeout is still arriving.
     *
     * @return whether the timeout was for nothing, and is taken back
     */
    private boolean inquire(
            TcpConnection c, RecoveryRecord record, int acked, boolean isDuplicate) {
        if (record.hasProbed) {
            record.isTimeoutInDoubt = false;
            if (scoreboard.hasOriginal() && (c.hasSack || acked > 0)) {
                undo(c, record);
                return true;
            }
            return false;
        }
        boolean maySendNew = c.hasUnsent() && c.sndUna + c.sndWnd - c.sndNxt >= c.mss;
        if (acked > 0 && maySendNew) {
            record.hasProbed = true;
            c.extraSegments = 2;
        } else if (isDuplicate || acked > 0) {
            record.isTimeoutInDoubt = false;
        }
        return false;
    }

    /** Retransmissions wait while new data is under way to find out whether they are needed. */
    static boolean isProbing(TcpConnection c) {
        RecoveryRecord record = c.record;
        return record != null && record.isTimeoutInDoubt && record.hasProbed;
    }

    private void lookForReneging(TcpConnection c, RecoveryRecord record, long nowNs) {
        boolean isHeadThere =
                c.sackedBytes > 0
                        && c.sndHead != PacketBuffers.NONE
                        && context.segments.is(c.sndHead, SegmentBuffers.SACKED);
        if (isHeadThere && !record.isReneging) {
            // Its acknowledgment may be on the way; not for a whole timeout.
            c.retransmitNs = Math.min(c.retransmitNs, nowNs + Math.max(c.srttNs / 2, 10_000_000L));
        }
        record.isReneging = isHeadThere;
    }

    // Taking back.

    /** The peer has reported each segment that was sent again as a duplicate (RFC 3708). */
    private boolean undoIfReported(TcpConnection c) {
        RecoveryRecord record = c.record;
        if (record == null
                || !record.mayUndo
                || !record.hasResent
                || !record.isReported
                || record.unreported > 0) {
            return false;
        }
        undo(c, record);
        return true;
    }

    /** The answer is older than the retransmission (RFC 3522, section 3.2). */
    private boolean undoIfDelayed(TcpConnection c, ArrivingSegment segment, int acked) {
        RecoveryRecord record = attached(c);
        if (acked == 0
                || !record.mayUndo
                || !record.hasResent
                || !c.hasTimestamps
                || !segment.options.hasTimestamps()
                || segment.options.timestampEchoReply() - record.firstResentTimestamp >= 0) {
            return false;
        }
        undo(c, record);
        return true;
    }

    private void undo(TcpConnection c, RecoveryRecord record) {
        context.counters.increment(
                c.recovery == TcpConnection.LOSS
                        ? TcpCounter.SPURIOUS_TIMEOUTS
                        : TcpCounter.SPURIOUS_RECOVERIES);
        scoreboard.unlose(c);
        congestion(c).undo();
        ExplicitCongestion.withdrawn(c);
        record.mayUndo = false;
        record.isTimeoutInDoubt = false;
        c.recovery = TcpConnection.OPEN;
        c.hasRecovered = false;
        c.mustRetransmit = false;
        c.duplicateAcks = 0;
    }

    // Timers.

    /** The reordering window of some segment is over (RFC 8985, section 6.2, step 5). */
    void reorderingEnded(TcpConnection c, long nowNs) {
        RecoveryRecord record = c.record;
        if (record == null) {
            return;
        }
        begin(c, nowNs);
        record.reorderingNs = rack.detect(c, record, nowNs);
        if (c.toResendBytes > 0 && c.recovery == TcpConnection.OPEN) {
            lossFound(c, nowNs);
        }
        if (c.recovery == TcpConnection.FAST_RECOVERY) {
            reduce(c, 0, false);
        }
    }

    // For those who send.

    /** {@return how many bytes may be in the network} */
    static int window(TcpConnection c, CongestionControl congestion) {
        RecoveryRecord record = c.record;
        if (record == null || congestion.governsRecovery()) {
            return congestion.cwnd();
        }
        boolean isReduced =
                c.recovery == TcpConnection.FAST_RECOVERY || c.recovery == TcpConnection.REDUCTION;
        return isReduced ? record.window : congestion.cwnd();
    }

    /** {@return whether the congestion control is told of this acknowledgment} */
    static boolean isGrowing(TcpConnection c) {
        return c.recovery == TcpConnection.OPEN
                || c.recovery == TcpConnection.LOSS
                || congestion(c).governsRecovery();
    }

    DeliverySample sample() {
        return scoreboard.sample;
    }

    /** Bytes were sent, for the first time or again. */
    static void sent(TcpConnection c, int bytes) {
        RecoveryRecord record = c.record;
        if (record != null) {
            record.prrOut += bytes;
        }
    }

    /** A segment was sent again. */
    void resent(TcpConnection c, long nowNs) {
        RecoveryRecord record = attached(c);
        record.unreported++;
        if (!record.hasResent) {
            record.hasResent = true;
            record.firstResentTimestamp = SegmentWriter.timestamp(c, nowNs);
        }
    }

    // Records.

    private RecoveryRecord attached(TcpConnection c) {
        RecoveryRecord record = c.record;
        if (record == null) {
            record = spare.isEmpty() ? new RecoveryRecord() : spare.pop();
            record.reset();
            record.undoFrom = c.sndUna;
            record.forgetAfter = c.sndMax;
            c.record = record;
        }
        return record;
    }

    private void detachIfDone(TcpConnection c) {
        RecoveryRecord record = c.record;
        if (record != null
                && c.recovery == TcpConnection.OPEN
                && c.sackedBytes == 0
                && c.lostBytes == 0
                && c.resentBytes == 0
                && record.ranges.ranges() == 0
                && (!record.mayUndo || c.sndUna - record.forgetAfter > 0 || !record.hasResent)) {
            detach(c, record);
        }
    }

    /** The connection is over. */
    void end(TcpConnection c) {
        RecoveryRecord record = c.record;
        if (record != null) {
            detach(c, record);
        }
        Scoreboard.clear(c);
        c.recovery = TcpConnection.OPEN;
    }

    private void detach(TcpConnection c, RecoveryRecord record) {
        c.record = null;
        if (spare.size() < MAX_POOLED) {
            spare.push(record);
        }
    }

    private static CongestionControl congestion(TcpConnection c) {
        return Objects.requireNonNull(c.congestion);
    }
}
