package onload.tcp;

import onload.tcp.congestion.CongestionControl;
import onload.tcp.counter.TcpCounter;
import onload.wire.SequenceNumber;
import onload.wire.TcpHeader;

/**
 * Explicit congestion notification (RFC 3168, section 6.1): what SYNs agree on, which segments a router may mark
 * instead of dropping them, and how a mark comes back to who has to slow down. RFC 8311 has lifted that SYNs and
 * acknowledgments are never marked; as on Linux, that is made use of only with DCTCP.
 *
 * <p>A receiver of RFC 3168 echoes from a mark on until the sender says that it has slowed down. One for DCTCP echoes
 * exactly what was marked (RFC 8257, section 3.2). The state is {@link TransmissionControlBlock#ecn}; algorithm,
 * under the stack's lock.
 */
final class ExplicitCongestion {
    // Bits of the state.

    /** What is sent may be marked. */
    static final int SENDS = 1;

    /** Marks that come are echoed. */
    static final int ECHOES = 2;

    /** Both sides echo exactly what was marked (RFC 8257). */
    static final int EXACT = 4;

    /** The next acknowledgment has ECN-Echo; with {@link #EXACT}, DCTCP.CE of RFC 8257. */
    static final int ECHO_DUE = 8;

    /** The next segment of new data says that the window was reduced. */
    static final int CWR_DUE = 16;

    /** The SYN of this side has asked. */
    static final int ASKED = 32;

    /** Something has come that a router might have marked. */
    static final int SEEN = 64;

    // Codepoints of the IP header (RFC 3168, section 5).

    static final int NOT_ECT = 0;
    static final int ECT_0 = 2;
    static final int CONGESTION_EXPERIENCED = 3;

    /** The bits of a traffic class that are no user's. */
    static final int CODEPOINT_MASK = 3;

    /** What a SYN says that asks. */
    private static final int SETUP = TcpHeader.ECE | TcpHeader.CWR;

    private static final int TAKES = 1;
    private static final int ASKS = 1;

    private final TcpContext context;
    private final SegmentWriter writer;
    private final LossRecovery lossRecovery;
    private final boolean asks;
    private final boolean takes;

    ExplicitCongestion(TcpContext context, SegmentWriter writer, LossRecovery lossRecovery) {
        this.context = context;
        this.writer = writer;
        this.lossRecovery = lossRecovery;
        int setting = context.settings.number(TcpSetting.ECN);
        asks = setting == ASKS;
        takes = setting >= TAKES;
    }

    // What SYNs agree on.

    private static boolean isExact(TcpConnection c) {
        CongestionControl congestion = c.congestion;
        return congestion != null && congestion.wantsExactEcn();
    }

    /** This side opens: will its SYN ask? */
    void open(TcpConnection c) {
        boolean isExact = isExact(c);
        c.ecn = (byte) (asks || isExact ? ASKED | (isExact ? EXACT : 0) : 0);
    }

    /**
     * {@return what a SYN of this side says, or a SYN-ACK where two SYNs have crossed} One that was lost is not said
     * again: something on the way may drop what asks (RFC 3168, section 6.1.1.1).
     */
    static int synFlags(TcpConnection c, boolean isAnswer) {
        if (isAnswer) {
            return (c.ecn & SENDS) != 0 ? TcpHeader.ECE : 0;
        }
        return (c.ecn & ASKED) != 0 && c.timeouts == 0 ? SETUP : 0;
    }

    /** {@return the codepoint of a SYN with these flags} Only DCTCP's may be marked (RFC 8311, section 4.3). */
    static int synCodepoint(int ecn, int flags) {
        return (ecn & EXACT) != 0 && (flags & TcpHeader.ECE) != 0 ? ECT_0 : NOT_ECT;
    }

    /** A SYN-ACK has come, or a SYN that has crossed ours. */
    static void synReceived(TcpConnection c, ArrivingSegment s) {
        int ecn = c.ecn & EXACT;
        int expected = s.is(TcpHeader.ACK) ? TcpHeader.ECE : SETUP;
        if ((c.ecn & ASKED) == 0 || (s.flags & SETUP) != expected) {
            ecn = 0;
        } else {
            // Who has sent a SYN that does not ask must not have its segments marked, though the
            // peer, who may have seen the one before, may (RFC 3168, section 6.1.1).
            ecn |= c.timeouts == 0 ? SENDS | ECHOES : ECHOES;
        }
        c.ecn = (byte) ecn;
    }

    /** The SYN-ACK of a peer whose SYN had crossed ours. */
    static void synAckCrossed(TcpConnection c, ArrivingSegment s) {
        if ((s.flags & SETUP) != TcpHeader.ECE) {
            c.ecn &= ~SENDS;
        }
    }

    /**
     * {@return the state that a SYN leaves a half-open connection in} One that came with a codepoint has met something
     * that sets it for what it does not know, as Linux has it; but DCTCP's has one.
     */
    byte synAnswered(TcpListener listener, ArrivingSegment s) {
        boolean isExact = isExact(listener.prototype());
        boolean isAsked = (s.flags & SETUP) == SETUP && (takes || isExact);
        return isAsked && (isExact || s.ecn == NOT_ECT) ? on(isExact) : 0;
    }

    /** {@return the state of a half-open connection to which a SYN has come again} The peer may have given up. */
    static byte synAgain(byte ecn, ArrivingSegment s) {
        return (s.flags & SETUP) == SETUP ? ecn : (byte) (ecn & ~SENDS);
    }

    /** {@return the state of a connection whose cookie says that its SYN had asked} */
    byte fromCookie(TcpListener listener) {
        boolean isExact = isExact(listener.prototype());
        return takes || isExact ? on(isExact) : 0;
    }

    private static byte on(boolean isExact) {
        return (byte) (SENDS | ECHOES | (isExact ? EXACT : 0));
    }

    /** {@return the flags of a SYN-ACK of a half-open connection} */
    static int synAckFlags(int ecn) {
        return (ecn & SENDS) != 0 ? TcpHeader.ECE : 0;
    }

    /** The connection is established. */
    void established(TcpConnection c) {
        if ((c.ecn & SENDS) != 0) {
            context.counters.increment(TcpCounter.ECN_NEGOTIATED);
        }
    }

    // What is sent.

    /**
     * {@return the codepoint of a segment} New data may be marked; acknowledgments, what goes again, and window
     * probes may not (RFC 3168, sections 6.1.4 to 6.1.6), but with DCTCP.
     */
    static int codepoint(TransmissionControlBlock c, boolean isNewData) {
        int ecn = c.ecn;
        return (ecn & SENDS) != 0 && (isNewData || (ecn & EXACT) != 0) ? ECT_0 : NOT_ECT;
    }

    /** {@return the flags of a segment, with what is to be echoed and said} */
    static int flags(TransmissionControlBlock c, int flags, boolean isNewData) {
        int all = flags;
        if ((c.ecn & ECHO_DUE) != 0 && (flags & (TcpHeader.ACK | TcpHeader.RST)) == TcpHeader.ACK) {
            all |= TcpHeader.ECE;
        }
        return isNewData && (c.ecn & CWR_DUE) != 0 ? all | TcpHeader.CWR : all;
    }

    /** The window was reduced, for whatever reason: the peer is to know (RFC 3168, section 6.1.2). */
    static void reduced(TransmissionControlBlock c) {
        if ((c.ecn & SENDS) != 0) {
            c.ecn |= CWR_DUE;
        }
    }

    /** The reduction was taken back. */
    static void withdrawn(TransmissionControlBlock c) {
        c.ecn &= ~CWR_DUE;
    }

    // What comes.

    /**
     * A segment with ECN-Echo has come, and its acknowledgment is not taken in yet. The window is reduced once for all
     * that was in flight (RFC 3168, section 6.1.2).
     */
    void echoed(TcpConnection c, ArrivingSegment s, long nowNs) {
        boolean isOfNow =
                s.acknowledgment == c.sndUna
                        || SequenceNumber.isAcceptableAcknowledgment(
                                s.acknowledgment, c.sndUna, c.sndMax);
        if ((c.ecn & SENDS) == 0 || !isOfNow || c.flightSize() == 0) {
            return;
        }
        context.counters.increment(TcpCounter.ECE_RECEIVED);
        lossRecovery.sample().isCongestionEchoed = true;
        lossRecovery.congestionExperienced(c, nowNs);
    }

    /** Text has come that is at least in part in the window (RFC 3168, section 6.1.3); it is not taken in yet. */
    void textReceived(TcpConnection c, ArrivingSegment s, long nowNs) {
        if ((c.ecn & ECHOES) == 0) {
            return;
        }
        boolean isMarked = s.ecn == CONGESTION_EXPERIENCED;
        if (s.ecn != NOT_ECT) {
            c.ecn |= SEEN;
        }
        if (isMarked) {
            context.counters.increment(TcpCounter.CE_RECEIVED);
        }
        if (s.is(TcpHeader.CWR)) {
            context.counters.increment(TcpCounter.CWR_RECEIVED);
        }
        if ((c.ecn & EXACT) != 0) {
            markedOrNot(c, isMarked, nowNs);
            return;
        }
        if (s.is(TcpHeader.CWR)) {
            c.ecn &= ~ECHO_DUE;
            // The peer's window may be so small by now that it waits for this.
            c.ackNow = true;
        }
        if (isMarked && (c.ecn & ECHO_DUE) == 0) {
            c.ecn |= ECHO_DUE;
            // The sooner the peer hears of it, the shorter the queue.
            c.ackNow = true;
        }
    }

    /** RFC 8257, section 3.2, figure 1: an acknowledgment is for what was marked, or for what was not. */
    private void markedOrNot(TcpConnection c, boolean isMarked, long nowNs) {
        boolean wasMarked = (c.ecn & ECHO_DUE) != 0;
        if (isMarked == wasMarked) {
            return;
        }
        if (c.ackPending || c.ackNow) {
            writer.control(c, c.acceptableSequence(), TcpHeader.ACK, nowNs);
        }
        c.ecn ^= ECHO_DUE;
        c.ackNow = true;
    }
}
