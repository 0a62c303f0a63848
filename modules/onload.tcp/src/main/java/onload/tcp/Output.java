package onload.tcp;

import onload.nic.packet.PacketBuffers;
import onload.tcp.congestion.CongestionControl;
import onload.tcp.counter.TcpCounter;
import onload.wire.TcpHeader;

import java.util.Objects;

/**
 * Decides what a connection sends now: what is lost, new data within both windows, a FIN, an acknowledgment.
 *
 * <p>Runs once for each connection at the end of a batch, and after each call of the user's, so that one segment
 * carries all that has become due. Algorithm; under the stack's lock.
 */
final class Output {
    /** After so long an acknowledgment is tried again that could not be sent. */
    private static final long AGAIN_NS = 10_000_000;

    private final TcpContext context;
    private final SegmentBuffers segments;
    private final PacketBuffers buffers;
    private final SegmentWriter writer;
    private final SendQueue queue;
    private final Scoreboard scoreboard;
    private final Retransmission retransmission;
    private final TailLossProbe tailLossProbe;
    private final Pacer pacer;
    private final Timers timers;
    private final PathMtu pathMtu;
    private final MtuProbing mtuProbing;
    private final long corkNs;
    private final int initialSegments;
    private final boolean restartsAfterIdle;

    Output(
            TcpContext context,
            SegmentWriter writer,
            SendQueue queue,
            Scoreboard scoreboard,
            Retransmission retransmission,
            TailLossProbe tailLossProbe,
            Pacer pacer,
            PathMtu pathMtu,
            MtuProbing mtuProbing,
            Timers timers) {
        this.mtuProbing = mtuProbing;
        this.context = context;
        this.segments = context.segments;
        this.buffers = context.buffers;
        this.writer = writer;
        this.queue = queue;
        this.scoreboard = scoreboard;
        this.retransmission = retransmission;
        this.tailLossProbe = tailLossProbe;
        this.pacer = pacer;
        this.pathMtu = pathMtu;
        this.timers = timers;
        initialSegments = context.settings.number(TcpSetting.INITIAL_WINDOW_SEGMENTS);
        restartsAfterIdle = context.settings.isOn(TcpSetting.SLOW_START_AFTER_IDLE);
        corkNs = context.settings.get(TcpSetting.CORK_NS);
    }

    /** Sends what is due and may go, and sets the timers. */
    void run(TcpConnection c, long nowNs) {
        if (!c.isTransferring()) {
            if (c.ackNow && c.state == TcpState.SYN_RECEIVED) {
                writer.control(c, c.acceptableSequence(), TcpHeader.ACK, nowNs);
            }
            timers.arm(c);
            return;
        }
        pathMtu.check(c, nowNs);
        if (c.mtuSearch != null) {
            mtuProbing.look(c);
        }
        c.isPaced = false;
        if (c.recovery != TcpConnection.OPEN) {
            retransmission.run(c, nowNs);
        }
        if (c.hasUnsent()) {
            sendNew(c, nowNs);
        }
        if (c.extraSegments > 0) {
            c.extraSegments = 0;
            TailLossProbe.sent(c);
        }
        if (!c.hasUnsent() && c.toResendBytes == 0) {
            limitedByApplication(c);
        }
        if (c.finQueued && !c.finSent && !c.hasUnsent()) {
            sendFin(c, nowNs);
        }
        if (c.ackNow) {
            acknowledge(c, nowNs);
        }
        noteWindow(c);
        timers.arm(c);
    }

    /** Whether the window was full is known now, and not when the next acknowledgments have come (RFC 7661). */
    private static void noteWindow(TcpConnection c) {
        CongestionControl congestion = c.congestion;
        c.pipeAtOutput = Scoreboard.inFlight(c);
        if (congestion != null) {
            int cwnd = congestion.cwnd();
            c.isWindowFull =
                    cwnd < congestion.ssthresh()
                            ? 2L * c.pipeAtOutput >= cwnd
                            : c.pipeAtOutput + c.mss > cwnd;
        }
    }

    /** Nothing waits to be sent: until all of this has arrived, the rate that is measured is the user's. */
    private static void limitedByApplication(TcpConnection c) {
        CongestionControl congestion = c.congestion;
        int flight = Scoreboard.inFlight(c);
        if (congestion != null && flight < LossRecovery.window(c, congestion)) {
            int until = c.delivered + flight;
            c.applicationLimited = until == 0 ? 1 : until;
        }
    }

    private void acknowledge(TcpConnection c, long nowNs) {
        if (writer.control(c, c.acceptableSequence(), TcpHeader.ACK, nowNs) < 0) {
            // There was no buffer, or no way: by the timer again, since the peer may wait for it.
            c.acknowledgeNs = Math.min(c.acknowledgeNs, nowNs + AGAIN_NS);
        }
    }

    /**
     * New data, as far as the peer's window and the congestion window let it, in full segments if there are any (RFC
     * 9293, sections 3.8.6.2.1 and 3.7.4).
     */
    private void sendNew(TcpConnection c, long nowNs) {
        CongestionControl congestion = Objects.requireNonNull(c.congestion);
        if (c.isIdle()) {
            // RFC 5681, section 4.1: after a pause nothing is known of the way but what is known at
            // the
            // beginning.
            long idleNs = nowNs - c.unansweredSinceNs;
            int window = CongestionControl.initialWindow(initialSegments, c.mss);
            congestion.idle(window, idleNs, restartsAfterIdle ? timers.rto(c) : Long.MAX_VALUE);
        }
        int window = LossRecovery.window(c, congestion);
        int flight = Scoreboard.inFlight(c);
        if (c.mtuSearch != null) {
            flight += probe(c, congestion, window, flight, nowNs);
        }
        while (c.hasUnsent()) {
            int packet = c.sndUnsent;
            int bytes = sendableNow(c, packet, flight, window, nowNs);
            if (bytes <= 0
                    || !pacer.mayGo(c, congestion, nowNs)
                    || !send(c, packet, bytes, nowNs)) {
                break;
            }
            flight += bytes;
            if (c.extraSegments > 0) {
                c.extraSegments--;
                TailLossProbe.sent(c);
            }
        }
        if (c.hasUnsent() && c.isIdle() && c.retransmitNs == Long.MAX_VALUE) {
            // Nothing is under way that an answer could come to: ask by and by (RFC 9293, section
            // 3.8.6.1), also after the IP layer refused a packet.
            c.unansweredSinceNs = nowNs;
            timers.await(c, nowNs);
        }
    }

    /** {@return the bytes that have gone as a probe for the MTU of the path} */
    private int probe(
            TcpConnection c, CongestionControl congestion, int window, int flight, long nowNs) {
        int bytes = mtuProbing.wanted(c, window, flight, nowNs);
        int packet = c.sndUnsent;
        if (bytes == 0
                || !queue.join(c, packet, bytes)
                || !pacer.mayGo(c, congestion, nowNs)
                || !send(c, packet, bytes, nowNs)) {
            return 0;
        }
        mtuProbing.sent(c, segments.sequence(packet), bytes);
        return bytes;
    }

    /** {@return the bytes of the first unsent packet that may go now; 0 for none} */
    private int sendableNow(TcpConnection c, int packet, int flight, int window, long nowNs) {
        int length = segments.length(packet);
        int bytes = Math.min(length, c.mss);
        int usable = c.sndUna + c.sndWnd - c.sndNxt;
        if (usable < bytes) {
            // Sender's silly-window avoidance: a part only if it is half of the largest window.
            if (usable <= 0 || (usable < c.maxSndWnd >>> 1 && !c.overridesWindow)) {
                return 0;
            }
            bytes = usable;
        }
        boolean isHeldBack = LossRecovery.isProbing(c) || (flight > 0 && flight + bytes > window);
        if (isHeldBack && c.extraSegments == 0) {
            return 0;
        }
        boolean isSmall = bytes < c.mss && bytes == length && packet == c.sndTail;
        return isSmall && !maySendSmall(c, nowNs) ? 0 : bytes;
    }

    private boolean maySendSmall(TcpConnection c, long nowNs) {
        if (c.finQueued) {
            return true;
        }
        if (c.isCorked) {
            if (c.corkedSinceNs == Long.MIN_VALUE) {
                c.corkedSinceNs = nowNs;
            }
            if (nowNs - c.corkedSinceNs < corkNs) {
                c.otherNs = Math.min(c.otherNs, c.corkedSinceNs + corkNs);
                return false;
            }
            return true;
        }
        // Nagle's algorithm, held up only by a small segment that is under way (Minshall).
        return c.noDelay || c.sndSmall - c.sndUna <= 0;
    }

    private boolean send(TcpConnection c, int packet, int bytes, long nowNs) {
        if (bytes < segments.length(packet) && !queue.split(c, packet, bytes)) {
            context.counters.increment(TcpCounter.SEND_FAILED_NO_BUFFER);
            return false;
        }
        boolean isLast = packet == c.sndTail;
        boolean hasFin = isLast && c.finQueued;
        int flags = TcpHeader.ACK | (isLast ? TcpHeader.PSH : 0) | (hasFin ? TcpHeader.FIN : 0);
        boolean wasAcknowledging = c.ackPending;
        if (queue.isHeld(packet) || writer.data(c, packet, bytes, flags, nowNs) < 0) {
            return false;
        }
        if (wasAcknowledging) {
            // The user answers: acknowledgments can wait for what it says.
            c.quickAcks = 0;
        }
        scoreboard.sent(c, packet, nowNs);
        pacer.sent(c, bytes, nowNs);
        LossRecovery.sent(c, bytes);
        advance(c, packet, bytes, hasFin, nowNs);
        tailLossProbe.schedule(c, nowNs);
        return true;
    }

    private void advance(TcpConnection c, int packet, int bytes, boolean hasFin, long nowNs) {
        if (c.isIdle()) {
            // RFC 6298, rule 5.1; a timer for window probes has nothing to wait for any more.
            c.probeBackoff = 0;
            c.timeouts = 0;
            c.unansweredSinceNs = nowNs;
            timers.await(c, nowNs);
        }
        c.corkedSinceNs = Long.MIN_VALUE;
        c.overridesWindow = false;
        c.sndNxt += bytes;
        if (bytes < c.mss) {
            c.sndSmall = c.sndNxt;
        }
        c.sndUnsent = buffers.next(packet);
        if (hasFin) {
            c.finSent = true;
            c.sndNxt++;
        }
        if (c.sndNxt - c.sndMax > 0) {
            c.sndMax = c.sndNxt;
        }
    }

    private void sendFin(TcpConnection c, long nowNs) {
        if (writer.control(c, c.sndNxt, TcpHeader.FIN | TcpHeader.ACK, nowNs) < 0) {
            if (c.retransmitNs == Long.MAX_VALUE) {
                timers.await(c, nowNs);
            }
            return;
        }
        if (c.isIdle()) {
            c.probeBackoff = 0;
            c.timeouts = 0;
            c.unansweredSinceNs = nowNs;
            timers.await(c, nowNs);
        }
        c.finSent = true;
        c.sndNxt++;
        c.sndMax = c.sndNxt;
        tailLossProbe.schedule(c, nowNs);
    }
}
