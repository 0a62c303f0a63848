package onload.tcp;

import onload.nic.packet.PacketBuffers;
import onload.tcp.congestion.CongestionControl;
import onload.tcp.counter.TcpCounter;
import onload.wire.TcpHeader;

import java.util.Objects;

/** Sends again what {@link LossRecovery} has found to be lost, as far as the window lets it. Algorithm. */
final class Retransmission {
    private final TcpContext context;
    private final SegmentBuffers segments;
    private final SendQueue queue;
    private final SegmentWriter writer;
    private final Scoreboard scoreboard;
    private final LossRecovery lossRecovery;
    private final Pacer pacer;

    Retransmission(
            TcpContext context,
            SendQueue queue,
            SegmentWriter writer,
            Scoreboard scoreboard,
            LossRecovery lossRecovery,
            Pacer pacer) {
        this.context = context;
        this.segments = context.segments;
        this.queue = queue;
        this.writer = writer;
        this.scoreboard = scoreboard;
        this.lossRecovery = lossRecovery;
        this.pacer = pacer;
    }

    /** Sends what is lost, the first first. */
    void run(TcpConnection c, long nowNs) {
        if (LossRecovery.isProbing(c)) {
            return;
        }
        CongestionControl congestion = Objects.requireNonNull(c.congestion);
        int window = LossRecovery.window(c, congestion);
        while (c.mustRetransmit || c.toResendBytes > 0) {
            RecoveryRecord record = c.record;
            int packet = record == null ? PacketBuffers.NONE : scoreboard.firstToResend(c, record);
            if (packet == PacketBuffers.NONE) {
                c.mustRetransmit = c.mustRetransmit && isFinLost(c) && resendFin(c, nowNs) == 0;
                break;
            }
            int bytes = Math.min(segments.length(packet), c.mss);
            if (!c.mustRetransmit
                    && (Scoreboard.inFlight(c) + bytes > window
                            || !pacer.mayGo(c, congestion, nowNs))) {
                break;
            }
            if (!resend(c, packet, nowNs)) {
                break;
            }
            c.mustRetransmit = false;
            lossRecovery.resent(c, nowNs);
        }
    }

    /** {@return whether nothing but a FIN is under way} */
    private static boolean isFinLost(TcpConnection c) {
        boolean hasData = c.sndHead != PacketBuffers.NONE && c.sndHead != c.sndUnsent;
        return !hasData && c.finSent && c.sndUna != c.sndMax;
    }

    /** Asks for what has become of the tail: see {@link TailLossProbe}. */
    void probe(TcpConnection c, int packet, long nowNs) {
        if (packet != PacketBuffers.NONE) {
            resend(c, packet, nowNs);
        } else if (isFinLost(c)) {
            resendFin(c, nowNs);
        }
    }

    /** {@return whether it went} */
    private boolean resend(TcpConnection c, int packet, long nowNs) {
        if (queue.isHeld(packet)) {
            // A NIC or a queue has not sent it yet, so that it is not lost; it must not be changed.
            context.counters.increment(TcpCounter.RETRANSMISSIONS_HELD);
            return false;
        }
        int most = most(c, segments.sequence(packet));
        if (most <= 0 || (segments.length(packet) > most && !queue.split(c, packet, most))) {
            return false;
        }
        int bytes = segments.length(packet);
        boolean isLast = packet == c.sndTail;
        boolean hasFin = isLast && c.finSent;
        int flags = TcpHeader.ACK | (isLast ? TcpHeader.PSH : 0) | (hasFin ? TcpHeader.FIN : 0);
        if (writer.data(c, packet, bytes, flags, nowNs) < 0) {
            return false;
        }
        scoreboard.sent(c, packet, nowNs);
        pacer.sent(c, bytes, nowNs);
        LossRecovery.sent(c, bytes);
        resent(c);
        return true;
    }

    /**
     * {@return the bytes that may go from a sequence number on} A window that has shrunk holds for what is sent again,
     * too, since the peer drops what is beyond it; but for the first of all, which goes whatever the window is.
     */
    private static int most(TcpConnection c, int sequence) {
        int room = c.sndUna + c.sndWnd - sequence;
        return room > 0 || sequence - c.sndUna > 0 ? Math.min(room, c.mss) : c.mss;
    }

    private int resendFin(TcpConnection c, long nowNs) {
        if (writer.control(c, c.sndMax - 1, TcpHeader.FIN | TcpHeader.ACK, nowNs) < 0) {
            return 0;
        }
        resent(c);
        return 1;
    }

    private void resent(TcpConnection c) {
        c.retransmissions++;
        context.counters.increment(TcpCounter.RETRANSMISSIONS);
    }
}
