package onload.tcp;

import onload.tcp.congestion.CongestionControl;
import onload.tcp.congestion.DeliverySample;
import onload.tcp.counter.TcpCounter;
import onload.wire.SequenceNumber;
import onload.wire.TcpHeader;

import java.util.Objects;

/**
 * The ACK field (RFC 9293, section 3.10.7.4, fifth step): what it acknowledges leaves the queue, what it says of time
 * goes into the estimate, and the window that comes with it is taken over. Algorithm; under the stack's lock.
 */
final class Acknowledgments {
    private static final long NS_PER_MS = 1_000_000;

    private final TcpContext context;
    private final SendQueue queue;
    private final LossRecovery lossRecovery;
    private final Timers timers;
    private final int maxSendBuffer;
    private final TailLossProbe tailLossProbe;
    private final ExplicitCongestion explicitCongestion;

    Acknowledgments(
            TcpContext context,
            SendQueue queue,
            LossRecovery lossRecovery,
            TailLossProbe tailLossProbe,
            ExplicitCongestion explicitCongestion,
            Timers timers) {
        this.explicitCongestion = explicitCongestion;
        this.tailLossProbe = tailLossProbe;
        this.context = context;
        this.queue = queue;
        this.lossRecovery = lossRecovery;
        this.timers = timers;
        maxSendBuffer = context.settings.number(TcpSetting.MAX_SEND_BUFFER_BYTES);
    }

    /** {@return whether the acknowledgment is one that may be; otherwise the segment is dropped and answered} */
    boolean process(TcpConnection c, ArrivingSegment segment, long nowNs) {
        int acknowledgment = segment.acknowledgment;
        lossRecovery.begin(c, nowNs);
        if (segment.is(TcpHeader.ECE)) {
            explicitCongestion.echoed(c, segment, nowNs);
        }
        if (SequenceNumber.isAcceptableAcknowledgment(acknowledgment, c.sndUna, c.sndMax)) {
            advance(c, segment, nowNs);
        } else if (acknowledgment == c.sndUna) {
            again(c, segment, nowNs);
        } else if (!SequenceNumber.inWindow(acknowledgment, c.sndUna - c.maxSndWnd, c.maxSndWnd)) {
            // RFC 5961, section 5.2: older than any window, or of what was never sent.
            context.counters.increment(TcpCounter.RECEIVE_DROPPED_ACKNOWLEDGMENT);
            return false;
        } else {
            // An old duplicate: what it says of the window is as old.
            return true;
        }
        updateWindow(c, segment);
        return true;
    }

    /** SND.UNA goes on. */
    private void advance(TcpConnection c, ArrivingSegment segment, long nowNs) {
        int acked = segment.acknowledgment - c.sndUna;
        c.sndUna = segment.acknowledgment;
        long sentNs = queue.acknowledged(c, segment.acknowledgment, nowNs);
        if (c.sndUna - c.sndNxt > 0) {
            // The peer took the byte of a window probe.
            c.sndNxt = c.sndUna;
        }
        measure(c, segment, sentNs, nowNs);
        c.probeBackoff = 0;
        c.timeouts = 0;
        c.probesSent = 0;
        c.softError = 0;
        c.bytesAcknowledged += acked;
        if (c.sndSmall - c.sndUna < 0) {
            // It stays near, so that it is not ahead again after 2^31 bytes of full segments.
            c.sndSmall = c.sndUna;
        }
        lossRecovery.selective(c, segment, nowNs);
        // RFC 6298, rules 5.2 and 5.3.
        c.unansweredSinceNs = nowNs;
        if (c.flightSize() == 0) {
            c.retransmitNs = Long.MAX_VALUE;
        } else {
            timers.await(c, nowNs);
        }
        boolean wasGrowing = LossRecovery.isGrowing(c);
        lossRecovery.answered(c, segment, acked, false, nowNs);
        if (wasGrowing) {
            delivered(c, acked);
        }
        tailLossProbe.schedule(c, nowNs);
        if (c.hasUrgentToSend && c.sndUp - c.sndUna <= 0) {
            c.hasUrgentToSend = false;
        }
        if (c.wantsRoom) {
            growSendBuffer(c);
            offerRoom(c);
        }
        context.ip.confirmReachable(c.way(), nowNs);
    }

    /** Tells the congestion control, unless the engine governs the window now. */
    private void delivered(TcpConnection c, int acked) {
        if (LossRecovery.isGrowing(c)) {
            CongestionControl congestion = Objects.requireNonNull(c.congestion);
            DeliverySample sample = lossRecovery.sample();
            sample.acknowledgedBytes = acked;
            sample.isLimited = c.isWindowFull;
            sample.isInRecovery = c.recovery != TcpConnection.OPEN;
            congestion.acknowledged(sample);
        }
    }

    /** The queue is to hold two windows, so that the user can refill it while one is under way. */
    private void growSendBuffer(TcpConnection c) {
        long wanted = Math.min(maxSendBuffer, 2L * Objects.requireNonNull(c.congestion).cwnd());
        if (c.tunesSendBuffer && c.sndBufferBytes < wanted) {
            c.sndBufferBytes = (int) wanted;
        }
    }

    /** A third of the buffer is to be free, so that the user is not woken for every segment. */
    private void offerRoom(TcpConnection c) {
        int notSent = c.sndQueuedBytes - (c.sndNxt - c.sndUna);
        if (queue.room(c) >= c.sndBufferBytes / 3 && notSent < c.notSentLowWater) {
            c.wantsRoom = false;
            c.events |= TcpEvents.WRITABLE;
        }
    }

    private void measure(TcpConnection c, ArrivingSegment segment, long sentNs, long nowNs) {
        long sample;
        if (sentNs != SendQueue.NO_TIME) {
            sample = nowNs - sentNs;
        } else if (c.hasTimestamps && segment.options.hasTimestamps()) {
            // RFC 7323, section 4.1; no better than the clock of timestamps.
            int echo = segment.options.timestampEchoReply();
            int elapsed = SegmentWriter.timestamp(c, nowNs) - echo;
            if (echo == 0 || elapsed < 0) {
                return;
            }
            sample = Math.max(1, elapsed) * NS_PER_MS;
        } else {
            return;
        }
        timers.measured(c, Math.max(0, sample));
    }

    /** SND.UNA stays: perhaps a duplicate in the sense of RFC 5681, section 2. */
    private void again(TcpConnection c, ArrivingSegment segment, long nowNs) {
        if (c.sndWnd == 0) {
            // RFC 9293, MUST-36: as long as the peer answers, a closed window is no reason to give
            // up.
            c.timeouts = 0;
        }
        c.probesSent = 0;
        int news = lossRecovery.selective(c, segment, nowNs);
        boolean isDuplicate =
                !c.isIdle()
                        && segment.length == 0
                        && !segment.is(TcpHeader.SYN | TcpHeader.FIN)
                        && segment.window << c.sndScale == c.sndWnd;
        if (news > 0 || (isDuplicate && !c.hasSack)) {
            context.counters.increment(TcpCounter.DUPLICATE_ACKNOWLEDGMENTS);
            boolean wasGrowing = LossRecovery.isGrowing(c);
            lossRecovery.answered(c, segment, 0, true, nowNs);
            if (news > 0 && wasGrowing) {
                delivered(c, 0);
            }
        } else {
            if (isDuplicate) {
                context.counters.increment(TcpCounter.DUPLICATE_ACKNOWLEDGMENTS);
            }
            if (c.record != null || c.hasTailProbe) {
                lossRecovery.answered(c, segment, 0, false, nowNs);
            }
        }
    }

    /**
     * RFC 9293, section 3.10.7.4: only by segments that are not older than the one that did it last. One that
     * acknowledges more is newer, too, whatever its sequence number is, as on Linux: it may be data that was sent
     * again, and the window before it would reach as much further as it acknowledges.
     */
    void updateWindow(TcpConnection c, ArrivingSegment segment) {
        int behind = segment.sequence - c.sndWl1;
        int ahead = segment.acknowledgment - c.sndWl2;
        if (behind > 0 || ahead > 0 || (behind == 0 && ahead == 0)) {
            c.sndWnd = segment.window << c.sndScale;
            c.sndWl1 = segment.sequence;
            c.sndWl2 = segment.acknowledgment;
            if (c.sndWnd > c.maxSndWnd) {
                c.maxSndWnd = c.sndWnd;
            }
        }
    }
}
