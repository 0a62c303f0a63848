package onload.tcp;

import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.tcp.counter.TcpCounter;
import onload.tcp.timer.TimerEntry;
import onload.tcp.timer.TimerWheel;
import onload.wire.TcpHeader;

/**
 * What is done when the wheel calls for a flow: acknowledge, send again, ask a closed window, ask an idle peer, give up
 * (RFC 9293, sections 3.8.1 to 3.8.6 and 3.10.8; RFC 6298, section 5). State machine; under the stack's lock.
 */
final class TimerExpiry implements TimerWheel.Expiry {
    /** How long after there were no buffers for what a user wanted to send it is looked whether there are. */
    static final long BUFFERS_NS = 10_000_000L;

    private final TcpContext context;
    private final Output output;
    private final Opening opening;
    private final ListenInput listenInput;
    private final TimeWaitInput timeWaits;
    private final LossRecovery lossRecovery;
    private final TailLossProbe tailLossProbe;
    private final Retransmission resending;
    private final Teardown teardown;
    private final SegmentWriter writer;
    private final Timers timers;
    private final TouchedConnections touched;
    private final MtuProbing mtuProbing;
    private final int retries;
    private final int orphanRetries;
    private final int synRetries;
    private final int synAckRetries;
    private final long maxRtoNs;

    TimerExpiry(
            TcpContext context,
            Output output,
            Opening opening,
            ListenInput listenInput,
            TimeWaitInput timeWaits,
            LossRecovery lossRecovery,
            TailLossProbe tailLossProbe,
            Retransmission resending,
            Teardown teardown,
            SegmentWriter writer,
            Timers timers,
            TouchedConnections touched,
            MtuProbing mtuProbing) {
        this.mtuProbing = mtuProbing;
        this.context = context;
        this.output = output;
        this.opening = opening;
        this.listenInput = listenInput;
        this.timeWaits = timeWaits;
        this.lossRecovery = lossRecovery;
        this.tailLossProbe = tailLossProbe;
        this.resending = resending;
        this.teardown = teardown;
        this.writer = writer;
        this.timers = timers;
        this.touched = touched;
        retries = context.settings.number(TcpSetting.RETRIES);
        orphanRetries = context.settings.number(TcpSetting.ORPHAN_RETRIES);
        maxRtoNs = context.settings.get(TcpSetting.MAX_RTO_NS);
        synRetries = context.settings.number(TcpSetting.SYN_RETRIES);
        synAckRetries = context.settings.number(TcpSetting.SYN_ACK_RETRIES);
    }

    @Override
    public void expired(TimerEntry entry, long nowNs) {
        switch (entry) {
            case TcpConnection connection -> connection(connection, nowNs);
            case EmbryonicConnection halfOpen -> listenInput.expired(halfOpen, nowNs);
            case TimeWait old -> timeWaits.expired(old, nowNs);
            default -> throw new IllegalStateException("no flow: " + entry);
        }
    }

    private void connection(TcpConnection c, long nowNs) {
        if (c.acknowledgeNs <= nowNs) {
            c.acknowledgeNs = Long.MAX_VALUE;
            c.ackNow = true;
            context.counters.increment(TcpCounter.DELAYED_ACKS);
        }
        if (c.record != null && c.record.reorderingNs <= nowNs) {
            c.record.reorderingNs = Long.MAX_VALUE;
            lossRecovery.reorderingEnded(c, nowNs);
        }
        if (c.tailNs <= nowNs && !isTimedOut(c, retries, nowNs)) {
            tail(c, nowNs);
        }
        if (c.retransmitNs <= nowNs) {
            c.retransmitNs = Long.MAX_VALUE;
            retransmission(c, nowNs);
        }
        if (c.otherNs <= nowNs && c.state != TcpState.CLOSED) {
            c.otherNs = Long.MAX_VALUE;
            other(c, nowNs);
        }
        if (c.state != TcpState.CLOSED) {
            output.run(c, nowNs);
        }
        if (c.events != 0) {
            touched.add(c);
        }
    }

    /** RFC 8985, section 7.3; the retransmission timeout counts from here on. */
    private void tail(TcpConnection c, long nowNs) {
        int packet = tailLossProbe.begin(c);
        if (c.hasTailProbe) {
            if (c.isTailProbeAgain) {
                resending.probe(c, packet, nowNs);
            }
            timers.await(c, nowNs);
        }
    }

    private void retransmission(TcpConnection c, long nowNs) {
        if (c.isSynDeferred) {
            opening.sendDeferredSyn(c, nowNs);
            return;
        }
        boolean isOpening = c.state == TcpState.SYN_SENT || c.state == TcpState.SYN_RECEIVED;
        int limit = limit(c, isOpening);
        if (isTimedOut(c, limit, nowNs)) {
            context.counters.increment(TcpCounter.TIMED_OUT);
            teardown.timedOut(c, nowNs);
            return;
        }
        if (isStuckOrphan(c)) {
            context.counters.increment(TcpCounter.TIMED_OUT);
            teardown.abort(c, TcpConnection.TIMED_OUT, nowNs);
            return;
        }
        if (isOpening) {
            c.timeouts++;
            Timers.backOff(c);
            c.retransmissions++;
            context.counters.increment(TcpCounter.RETRANSMISSIONS);
            opening.sendSyn(c, nowNs);
            limitByUserTimeout(c);
        } else if (c.flightSize() > 0 && c.sndUna != c.sndMax && !isProbing(c)) {
            timeout(c, nowNs);
        } else if (c.hasUnsent()) {
            probe(c, nowNs);
        }
    }

    private int limit(TcpConnection c, boolean isOpening) {
        if (isOpening) {
            return c.isPassive ? synAckRetries : synRetries;
        }
        return c.isOrphan ? orphanRetries : retries;
    }

    /** A probe may be under way: it does not count as data that was sent. */
    private static boolean isProbing(TcpConnection c) {
        return c.sndUna == c.sndNxt;
    }

    /** RFC 9293, section 3.8.3: R2; RFC 5482: the user's own limit. */
    private static boolean isTimedOut(TcpConnection c, int limit, long nowNs) {
        return c.userTimeoutNs > 0
                ? nowNs - c.unansweredSinceNs >= c.userTimeoutNs
                : c.timeouts >= limit;
    }

    /**
     * {@return whether nobody waits any more for what a peer does not take} It answers, so that there are no
     * timeouts; as on Linux it has until questions are as rare as they get.
     */
    private boolean isStuckOrphan(TcpConnection c) {
        return c.isOrphan
                && c.sndWnd == 0
                && c.probeBackoff >= orphanRetries
                && timers.probeInterval(c) >= maxRtoNs;
    }

    private void timeout(TcpConnection c, long nowNs) {
        context.counters.increment(TcpCounter.TIMEOUTS);
        mtuProbing.timedOut(c, nowNs);
        lossRecovery.timedOut(c, nowNs);
        c.timeouts++;
        Timers.backOff(c);
        c.retransmitNs = nowNs + timers.rto(c);
        limitByUserTimeout(c);
    }

    /** RFC 9293, section 3.8.6.1: a byte of new data, at intervals that double. */
    private void probe(TcpConnection c, long nowNs) {
        int usable = c.sndUna + c.sndWnd - c.sndNxt;
        c.timeouts++;
        Timers.probed(c);
        c.retransmitNs = nowNs + timers.probeInterval(c);
        limitByUserTimeout(c);
        if (usable > 0) {
            // The window is open, but not for a whole segment: what fits goes (the override timer
            // of section 3.8.6.2.1), or the IP layer is tried again.
            c.overridesWindow = true;
            return;
        }
        int packet = c.sndUnsent;
        if (packet == PacketBuffers.NONE) {
            return;
        }
        context.counters.increment(TcpCounter.WINDOW_PROBES);
        if (writer.probe(c, packet, nowNs) == 0 && c.sndMax == c.sndNxt) {
            c.sndMax = c.sndNxt + 1;
        }
    }

    private static void limitByUserTimeout(TcpConnection c) {
        if (c.userTimeoutNs > 0) {
            c.retransmitNs = Math.min(c.retransmitNs, c.unansweredSinceNs + c.userTimeoutNs);
        }
    }

    private void other(TcpConnection c, long nowNs) {
        if (c.isOrphan && c.state == TcpState.FIN_WAIT_2) {
            // As on Linux: the peer had its time.
            context.counters.increment(TcpCounter.FIN_WAIT_2_TIMED_OUT);
            teardown.finish(c);
            return;
        }
        if (c.keepsAlive && c.state.isSynchronized()) {
            keepAlive(c, nowNs);
        }
        if (c.wantsRoom && c.sndQueuedBytes == 0) {
            offerBuffers(c, nowNs);
        }
    }

    /** The user wanted to send when there were no buffers: is there one now? */
    private void offerBuffers(TcpConnection c, long nowNs) {
        int packet = context.pool.allocate(PacketPool.SEND);
        if (packet == PacketBuffers.NONE) {
            c.otherNs = Math.min(c.otherNs, nowNs + BUFFERS_NS);
            return;
        }
        context.pool.release(packet);
        c.wantsRoom = false;
        c.events |= TcpEvents.WRITABLE;
    }

    private void keepAlive(TcpConnection c, long nowNs) {
        long idleNs = nowNs - c.lastReceivedNs;
        if (c.flightSize() > 0 || c.hasUnsent() || c.wantsRoom) {
            // Retransmissions find out by themselves.
            c.otherNs = nowNs + c.keepAliveIdleNs;
            return;
        }
        if (idleNs < c.keepAliveIdleNs) {
            c.probesSent = 0;
            c.otherNs = c.lastReceivedNs + c.keepAliveIdleNs;
            return;
        }
        boolean isOver =
                c.userTimeoutNs > 0
                        ? c.probesSent > 0 && idleNs >= c.userTimeoutNs
                        : c.probesSent >= c.keepAliveProbes;
        if (isOver) {
            context.counters.increment(TcpCounter.KEEP_ALIVE_TIMED_OUT);
            teardown.abort(c, TcpConnection.TIMED_OUT, nowNs);
            return;
        }
        c.probesSent++;
        context.counters.increment(TcpCounter.KEEP_ALIVES_SENT);
        // RFC 9293, section 3.8.4: an old sequence number, which has to be answered.
        writer.control(c, c.sndNxt - 1, TcpHeader.ACK, nowNs);
        c.otherNs = nowNs + c.keepAliveIntervalNs;
    }
}
