package onload.tcp;

import onload.tcp.counter.TcpCounter;
import onload.tcp.handshake.ChallengeLimit;
import onload.wire.SequenceNumber;
import onload.wire.TcpHeader;

/**
 * Segments for connections whose peers know each other's sequence numbers, or are about to: SEGMENT ARRIVES of RFC
 * 9293, section 3.10.7.4, in its order: sequence number, RST, security, SYN, ACK, URG, text, FIN.
 *
 * <p>Most segments of an established connection are the next ones, with nothing but data and an acknowledgment; for
 * these {@link #isPredicted} finds in one place that none of the steps has anything to object.
 */
final class SynchronizedInput {
    /** RFC 7323, section 5.5: after so long without a segment TS.Recent says nothing. */
    private static final long TIMESTAMP_LIFE_NS = 24L * 86_400 * 1_000_000_000L;

    private final TcpContext context;
    private final Acknowledgments acknowledgments;
    private final Text text;
    private final Teardown teardown;
    private final TouchedConnections touched;
    private final Opening opening;
    private final ExplicitCongestion explicitCongestion;

    SynchronizedInput(
            TcpContext context,
            Acknowledgments acknowledgments,
            Text text,
            Teardown teardown,
            TouchedConnections touched,
            Opening opening,
            ExplicitCongestion explicitCongestion) {
        this.context = context;
        this.acknowledgments = acknowledgments;
        this.text = text;
        this.teardown = teardown;
        this.touched = touched;
        this.opening = opening;
        this.explicitCongestion = explicitCongestion;
    }

    void process(TcpConnection c, ArrivingSegment segment, long nowNs) {
        c.segmentsReceived++;
        touched.add(c);
        if (isPredicted(c, segment)) {
            c.lastReceivedNs = nowNs;
            predicted(c, segment, nowNs);
            return;
        }
        if (FastOpenServer.isAgain(c, segment)) {
            opening.synAgain(c, segment, nowNs);
            return;
        }
        if (isCrossing(c, segment)) {
            crossed(c, segment, nowNs);
            return;
        }
        if (!isAcceptable(c, segment, nowNs) || isReset(c, segment, nowNs)) {
            return;
        }
        if (segment.is(TcpHeader.SYN)) {
            // RFC 5961, section 4.2.
            challenge(c, nowNs);
            return;
        }
        if (!segment.is(TcpHeader.ACK)) {
            context.counters.increment(TcpCounter.RECEIVE_DROPPED_NO_ACK);
            return;
        }
        c.lastReceivedNs = nowNs;
        if (c.state == TcpState.SYN_RECEIVED && !opening.isConfirmed(c, segment, nowNs)) {
            return;
        }
        if (!acknowledgments.process(c, segment, nowNs)) {
            challenge(c, nowNs);
            return;
        }
        rememberTimestamp(c, segment, nowNs);
        if (!teardown.finAcknowledged(c, nowNs)) {
            return;
        }
        urgent(c, segment);
        content(c, segment, nowNs);
    }

    // Header prediction.

    /**
     * {@return whether the segment is the next one of an established connection to which nothing out of the ordinary is
     * going on} What it acknowledges may be new or old, and the window may have changed: that is ordinary.
     */
    private static boolean isPredicted(TcpConnection c, ArrivingSegment s) {
        return c.state == TcpState.ESTABLISHED
                && (s.flags & ~TcpHeader.PSH) == TcpHeader.ACK
                && s.sequence == c.rcvNxt
                && c.outOfOrder == null
                && !c.finReceived
                && c.record == null
                && !c.isOrphan
                && !c.hasUrgent
                && !c.finReceived
                && s.length <= c.rcvAdv - c.rcvNxt
                && Integer.compareUnsigned(s.acknowledgment - c.sndUna, c.flightSize()) <= 0
                && s.options.sackBlocks() == 0
                && s.options.hasTimestamps() == c.hasTimestamps
                && (!c.hasTimestamps || s.options.timestampValue() - c.tsRecent >= 0)
                && c.recovery == TcpConnection.OPEN;
    }

    private void predicted(TcpConnection c, ArrivingSegment s, long nowNs) {
        rememberTimestamp(c, s, nowNs);
        acknowledgments.process(c, s, nowNs);
        if (s.length > 0) {
            if (c.ecn != 0) {
                explicitCongestion.textReceived(c, s, nowNs);
            }
            if (s.length > c.rcvMss) {
                c.rcvMss = s.length;
            }
            text.next(c, s, nowNs);
        }
    }

    /**
     * RFC 7323, section 4.3, rule 2; only of a segment whose acknowledgment may be as well, so that nobody who does not
     * see the connection can make its own segments look old.
     */
    private static void rememberTimestamp(TcpConnection c, ArrivingSegment s, long nowNs) {
        if (c.hasTimestamps && s.options.hasTimestamps() && s.sequence - c.rcvAcked <= 0) {
            c.tsRecent = s.options.timestampValue();
            c.tsRecentNs = nowNs;
        }
    }

    // Simultaneous open.

    /**
     * {@return whether the segment is the SYN-ACK of a peer whose SYN crossed ours} It says the SYN again that has put
     * the connection into SYN-RECEIVED, so that it is before the window (RFC 9293, section 3.5, figure 7).
     */
    private static boolean isCrossing(TcpConnection c, ArrivingSegment s) {
        return c.state == TcpState.SYN_RECEIVED
                && (s.flags & (TcpHeader.SYN | TcpHeader.ACK | TcpHeader.RST))
                        == (TcpHeader.SYN | TcpHeader.ACK)
                && s.sequence == c.irs;
    }

    private void crossed(TcpConnection c, ArrivingSegment s, long nowNs) {
        if (opening.isConfirmed(c, s, nowNs)) {
            ExplicitCongestion.synAckCrossed(c, s);
            c.ackNow = true;
            afterSyn(c, s, nowNs);
        }
    }

    // First: the sequence number, and timestamps.

    private boolean isAcceptable(TcpConnection c, ArrivingSegment s, long nowNs) {
        if (c.hasTimestamps && !isTimely(c, s, nowNs)) {
            return false;
        }
        int window = c.rcvWnd();
        int span = s.span();
        boolean isIn =
                span == 0
                        ? (window == 0
                                ? s.sequence == c.rcvNxt
                                : SequenceNumber.inWindow(s.sequence, c.rcvNxt, window))
                        : window > 0
                                && (SequenceNumber.inWindow(s.sequence, c.rcvNxt, window)
                                        || SequenceNumber.inWindow(
                                                s.sequence + span - 1, c.rcvNxt, window)
                                        || isAround(c, s, span));
        if (!isIn) {
            return isOnlyWithoutText(c, s, window, nowNs);
        }
        return true;
    }

    /** The segment begins before the window and ends after it. */
    private static boolean isAround(TcpConnection c, ArrivingSegment s, int span) {
        return s.sequence - c.rcvNxt < 0 && s.sequence + span - c.rcvNxt > 0;
    }

    /** RFC 9293, section 3.10.7.4: with a closed window, ACKs, RSTs and URGs count all the same. */
    private boolean isOnlyWithoutText(TcpConnection c, ArrivingSegment s, int window, long nowNs) {
        if (window == 0 && s.sequence == c.rcvNxt) {
            context.counters.increment(TcpCounter.RECEIVE_DROPPED_WINDOW_CLOSED);
            c.ackNow = true;
            s.trimTo(0);
            return true;
        }
        if (s.is(TcpHeader.RST)) {
            context.counters.increment(TcpCounter.RECEIVE_DROPPED_RESET);
            return false;
        }
        boolean isOld = s.sequence - c.rcvNxt < 0;
        context.counters.increment(
                isOld ? TcpCounter.RECEIVE_DROPPED_OLD : TcpCounter.RECEIVE_DROPPED_OUTSIDE_WINDOW);
        if (s.is(TcpHeader.SYN)) {
            // RFC 5961, section 4.2: whatever its sequence number is, and not without limit.
            challenge(c, nowNs);
        } else if (isOld && s.length > 0) {
            text.duplicate(c, s.sequence, s.end());
        } else {
            outside(c, s, nowNs);
        }
        return false;
    }

    /** An acknowledgment in reply, so often and no more: two confused peers must not answer each other for ever. */
    private void outside(TcpConnection c, ArrivingSegment s, long nowNs) {
        if (s.length > 0
                || s.is(TcpHeader.FIN)
                || ChallengeLimit.mayChallenge(c.challengedNs, nowNs)) {
            c.challengedNs = nowNs;
            c.ackNow = true;
        }
    }

    /** PAWS (RFC 7323, section 5.3, rule 1). */
    private boolean isTimely(TcpConnection c, ArrivingSegment s, long nowNs) {
        if (s.is(TcpHeader.RST)) {
            return true;
        }
        if (!s.options.hasTimestamps()) {
            // RFC 7323, section 3.2.
            context.counters.increment(TcpCounter.RECEIVE_DROPPED_NO_TIMESTAMP);
            if (s.is(TcpHeader.SYN)) {
                // A peer that has forgotten the connection has to learn that this side has not.
                challenge(c, nowNs);
            }
            return false;
        }
        if (s.options.timestampValue() - c.tsRecent >= 0
                || nowNs - c.tsRecentNs > TIMESTAMP_LIFE_NS) {
            return true;
        }
        context.counters.increment(TcpCounter.RECEIVE_DROPPED_OLD_TIMESTAMP);
        if (s.is(TcpHeader.SYN)) {
            challenge(c, nowNs);
        } else if (s.length > 0 && s.end() - c.rcvNxt <= 0) {
            text.duplicate(c, s.sequence, s.end());
        } else {
            outside(c, s, nowNs);
        }
        return false;
    }

    // Second: RST.

    private boolean isReset(TcpConnection c, ArrivingSegment s, long nowNs) {
        if (!s.is(TcpHeader.RST)) {
            return false;
        }
        if (s.sequence == c.rcvNxt) {
            context.counters.increment(TcpCounter.RESETS_RECEIVED);
            boolean isRefused = c.state == TcpState.SYN_RECEIVED && !c.isPassive;
            c.fastOpenReset(nowNs);
            teardown.broken(c, isRefused ? TcpConnection.REFUSED : TcpConnection.RESET);
        } else {
            // RFC 5961, section 3.2.
            context.counters.increment(TcpCounter.RECEIVE_DROPPED_RESET);
            challenge(c, nowNs);
        }
        return true;
    }

    private void challenge(TcpConnection c, long nowNs) {
        if (ChallengeLimit.mayChallenge(c.challengedNs, nowNs) && context.challenges.take(nowNs)) {
            c.challengedNs = nowNs;
            context.counters.increment(TcpCounter.CHALLENGES_SENT);
            c.ackNow = true;
        } else {
            context.counters.increment(TcpCounter.CHALLENGES_SUPPRESSED);
        }
    }

    // Sixth: URG. Seventh and eighth: text and FIN.

    private static void urgent(TcpConnection c, ArrivingSegment s) {
        if (!s.is(TcpHeader.URG) || !c.state.canReceive()) {
            return;
        }
        // RFC 6093, section 3: the pointer is to the byte after the urgent data.
        int up = s.sequence + s.urgentPointer;
        if (up - c.rcvNxt > 0 && (!c.hasUrgent || up - c.rcvUp > 0)) {
            c.hasUrgent = true;
            c.rcvUp = up;
            c.events |= TcpEvents.URGENT;
        }
    }

    /** What stands in a SYN-ACK beside the SYN (RFC 9293, section 3.10.7.3, last step). */
    void afterSyn(TcpConnection c, ArrivingSegment s, long nowNs) {
        s.sequence++;
        // What a SYN says of ECN is for the handshake (RFC 3168, section 6.1.1).
        s.flags &= ~(TcpHeader.SYN | TcpHeader.ECE | TcpHeader.CWR);
        urgent(c, s);
        content(c, s, nowNs);
    }

    private void content(TcpConnection c, ArrivingSegment s, long nowNs) {
        if (!c.state.canReceive() && !c.isFastOpened()) {
            return;
        }
        if (c.isOrphan && s.length > 0 && s.end() - c.rcvNxt > 0) {
            // RFC 9293, section 3.6.1, SHLD-3: what nobody will read is reset.
            context.counters.increment(TcpCounter.RECEIVE_DROPPED_ORPHAN);
            teardown.abort(c, TcpConnection.ABORTED, nowNs);
            return;
        }
        if (c.ecn != 0 && s.length > 0) {
            explicitCongestion.textReceived(c, s, nowNs);
        }
        text.process(c, s, nowNs);
        if (c.finReceived && c.rcvNxt == c.finSequence) {
            c.rcvNxt++;
            if (c.rcvNxt - c.rcvAdv > 0) {
                // The text filled the window; its FIN is taken all the same.
                c.rcvAdv = c.rcvNxt;
            }
            c.ackNow = true;
            teardown.finReceived(c, nowNs);
        }
    }
}
