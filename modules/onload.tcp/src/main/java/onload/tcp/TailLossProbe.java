package onload.tcp;

import onload.nic.packet.PacketBuffers;
import onload.tcp.counter.TcpCounter;

/**
 * Tail loss probes (RFC 8985, section 7): when the answer to the last segments does not come, the last one goes
 * again, or a new one goes, long before the retransmission timeout; so that the peer's SACK tells what is
 * missing. Algorithm; the state is the connection's.
 */
final class TailLossProbe {
    /** Where nothing was measured. */
    private static final long FIRST_NS = 1_000_000_000L;

    /** WCDelAckT: how long a peer may wait with the acknowledgment of a single segment. */
    private static final long DELAYED_ACK_NS = 200_000_000L;

    /** What peers, and this side, may be late without a reason, where the way is shorter than that. */
    private static final long JITTER_NS = 2_000_000L;

    private final TcpContext context;
    private final boolean isOn;

    TailLossProbe(TcpContext context) {
        this.context = context;
        isOn = context.settings.isOn(TcpSetting.TAIL_LOSS_PROBES);
    }

    /** New data was sent, or acknowledged: when to ask (section 7.2). The retransmission timer is set already. */
    void schedule(TcpConnection c, long nowNs) {
        boolean isWanted =
                isOn
                        && c.hasSack
                        && c.recovery == TcpConnection.OPEN
                        && c.sackedBytes == 0
                        && !c.hasTailProbe
                        && c.retransmitNs != Long.MAX_VALUE
                        && c.sndMax != c.sndUna
                        && c.sndUna != c.sndNxt
                        && c.state != TcpState.SYN_RECEIVED;
        c.tailNs = isWanted ? Math.min(nowNs + timeout(c), c.retransmitNs) : Long.MAX_VALUE;
    }

    private static long timeout(TcpConnection c) {
        if (c.srttNs == 0) {
            return FIRST_NS;
        }
        boolean isSingle = c.flightSize() <= c.mss;
        return 2 * c.srttNs + (isSingle ? DELAYED_ACK_NS : JITTER_NS);
    }

    /**
     * The time has come (section 7.3).
     *
     * @return the packet that is to go again, if there is no new data that may go; or NONE
     */
    int begin(TcpConnection c) {
        c.tailNs = Long.MAX_VALUE;
        boolean isWanted =
                c.recovery == TcpConnection.OPEN
                        && c.sackedBytes == 0
                        && !c.hasTailProbe
                        && c.flightSize() > 0;
        if (!isWanted) {
            return PacketBuffers.NONE;
        }
        context.counters.increment(TcpCounter.TAIL_LOSS_PROBES);
        boolean hasNew = c.hasUnsent() && c.sndUna + c.sndWnd - c.sndNxt >= c.mss;
        c.hasTailProbe = true;
        c.isTailProbeAgain = !hasNew;
        if (hasNew) {
            c.extraSegments = 1;
            return PacketBuffers.NONE;
        }
        c.tailEnd = c.sndMax;
        return lastSent(c);
    }

    /** The new data has gone, or nothing has. */
    static void sent(TcpConnection c) {
        if (c.hasTailProbe && !c.isTailProbeAgain) {
            c.tailEnd = c.sndMax;
        }
    }

    private int lastSent(TcpConnection c) {
        PacketBuffers buffers = context.buffers;
        int packet = c.sndUnsent == PacketBuffers.NONE ? c.sndTail : c.sndHead;
        if (packet == c.sndTail && c.sndUnsent == PacketBuffers.NONE) {
            return packet;
        }
        int last = PacketBuffers.NONE;
        while (packet != PacketBuffers.NONE && packet != c.sndUnsent) {
            last = packet;
            packet = buffers.next(packet);
        }
        return last;
    }

    /** An acknowledgment has come: whether the probe has repaired a loss (section 7.4.2). */
    void answered(
            TcpConnection c,
            ArrivingSegment segment,
            boolean isDuplicate,
            boolean isDuplicateReported,
            LossRecovery lossRecovery,
            long nowNs) {
        if (!c.hasTailProbe || segment.acknowledgment - c.tailEnd < 0) {
            return;
        }
        if (!c.isTailProbeAgain || isDuplicateReported) {
            c.hasTailProbe = false;
        } else if (segment.acknowledgment - c.tailEnd > 0) {
            c.hasTailProbe = false;
            context.counters.increment(TcpCounter.TAIL_LOSSES_REPAIRED);
            lossRecovery.congestionExperienced(c, nowNs);
        } else if (isDuplicate && segment.options.sackBlocks() == 0) {
            c.hasTailProbe = false;
        }
    }
}
