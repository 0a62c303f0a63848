package onload.tcp;

import onload.tcp.counter.TcpCounter;
import onload.wire.TcpHeader;

/** How connections end: FINs of both sides, resets, failures (RFC 9293, sections 3.6 and 3.10.7.4). */
final class Teardown {
    private final TcpContext context;
    private final SendQueue sendQueue;
    private final ReceiveQueue receiveQueue;
    private final LossRecovery lossRecovery;
    private final Text text;
    private final SegmentWriter writer;
    private final TimeWaitInput timeWaits;
    private final TouchedConnections touched;
    private final LocalPorts ports;
    private final long finWait2Ns;
    private int orphans;

    Teardown(
            TcpContext context,
            SendQueue sendQueue,
            ReceiveQueue receiveQueue,
            LossRecovery lossRecovery,
            Text text,
            SegmentWriter writer,
            TimeWaitInput timeWaits,
            TouchedConnections touched,
            LocalPorts ports) {
        this.context = context;
        this.sendQueue = sendQueue;
        this.receiveQueue = receiveQueue;
        this.lossRecovery = lossRecovery;
        this.text = text;
        this.writer = writer;
        this.timeWaits = timeWaits;
        this.touched = touched;
        this.ports = ports;
        finWait2Ns = context.settings.get(TcpSetting.FIN_WAIT_2_NS);
    }

    /** {@return connections that their user has closed and that have not finished} */
    int orphans() {
        return orphans;
    }

    /** The user has closed a connection that goes on by itself. */
    void orphaned(TcpConnection c, long nowNs) {
        c.isOrphan = true;
        orphans++;
        if (c.state == TcpState.FIN_WAIT_2) {
            c.otherNs = nowNs + finWait2Ns;
        }
    }

    /**
     * The user sends no more: the states change when the FIN is queued (RFC 9293, section 3.10.4). In SYN-RECEIVED it
     * waits until the connection is established, so that a SYN-ACK that was lost goes again.
     */
    void finQueued(TcpConnection c) {
        c.finQueued = true;
        if (c.state == TcpState.ESTABLISHED) {
            c.state = TcpState.FIN_WAIT_1;
        } else if (c.state == TcpState.CLOSE_WAIT) {
            c.state = TcpState.LAST_ACK;
        }
    }

    /**
     * What was acknowledged may be the FIN of this side.
     *
     * @return whether the connection still takes segments
     */
    boolean finAcknowledged(TcpConnection c, long nowNs) {
        if (!c.finSent || c.sndUna != c.sndMax) {
            return true;
        }
        switch (c.state) {
            case FIN_WAIT_1 -> {
                c.state = TcpState.FIN_WAIT_2;
                if (c.isOrphan) {
                    c.otherNs = nowNs + finWait2Ns;
                }
            }
            case CLOSING -> {
                enterTimeWait(c, nowNs);
                return false;
            }
            case LAST_ACK -> {
                finish(c);
                return false;
            }
            default -> {
                // Acknowledged before.
            }
        }
        return true;
    }

    /** The FIN of the peer is next in the sequence. */
    void finReceived(TcpConnection c, long nowNs) {
        c.events |= TcpEvents.END_OF_INPUT;
        switch (c.state) {
            case SYN_RECEIVED, ESTABLISHED -> c.state = TcpState.CLOSE_WAIT;
            case FIN_WAIT_1 -> c.state = TcpState.CLOSING;
            case FIN_WAIT_2 -> {
                enterTimeWait(c, nowNs);
            }
            default -> {
                // There was one before.
            }
        }
    }

    private void enterTimeWait(TcpConnection c, long nowNs) {
        if (c.ackNow) {
            // The FIN came in this batch, and the connection that would acknowledge it is no more.
            writer.control(c, c.acceptableSequence(), TcpHeader.ACK, nowNs);
        }
        timeWaits.enter(c, nowNs);
        over(c);
    }

    /** Both sides have finished. */
    void finish(TcpConnection c) {
        context.flows.remove(c);
        over(c);
    }

    /** The connection broke; what was received before can still be read. */
    void broken(TcpConnection c, int error) {
        c.error = error;
        c.events |= TcpEvents.FAILED;
        if (c.isInTable()) {
            context.flows.remove(c);
        }
        if (error == TcpConnection.RESET) {
            // RFC 9293, section 3.10.7.4: all queues are flushed.
            receiveQueue.clear(c);
        }
        over(c);
    }

    /** The peer did not answer for too long: with a last ICMP error, that says why (RFC 9293, section 3.9.2.2). */
    void timedOut(TcpConnection c, long nowNs) {
        broken(c, c.softError == 0 ? TcpConnection.TIMED_OUT : c.softError);
    }

    /** Resets the peer, and is done with the connection. */
    void abort(TcpConnection c, int error, long nowNs) {
        if (waitsForMore(c)) {
            context.counters.increment(TcpCounter.RESETS_SENT);
            // RFC 9293, section 3.10.5: <SEQ=SND.NXT><CTL=RST>, and as Linux with an ACK.
            writer.control(c, c.acceptableSequence(), TcpHeader.RST | TcpHeader.ACK, nowNs);
            if (c.sndMax != c.sndNxt) {
                // The peer may have taken the byte of a window probe: then it expects what follows.
                writer.control(c, c.sndMax, TcpHeader.RST | TcpHeader.ACK, nowNs);
            }
        }
        receiveQueue.clear(c);
        broken(c, error);
    }

    /** {@return whether the peer still waits for something of ours, so that it has to be told (section 3.10.5)} */
    private static boolean waitsForMore(TcpConnection c) {
        return switch (c.state) {
            case SYN_RECEIVED, ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT -> true;
            case CLOSING, LAST_ACK -> !c.finSent;
            case CLOSED, LISTEN, SYN_SENT, TIME_WAIT -> false;
        };
    }

    /** Nothing is sent or received any more; everything goes home but what the user may still read. */
    private void over(TcpConnection c) {
        if (c.state == TcpState.CLOSED) {
            return;
        }
        c.state = TcpState.CLOSED;
        c.fastOpenEnded();
        c.events |= TcpEvents.CLOSED;
        touched.add(c);
        context.wheel.cancel(c);
        c.retransmitNs = Long.MAX_VALUE;
        c.acknowledgeNs = Long.MAX_VALUE;
        c.otherNs = Long.MAX_VALUE;
        c.ackNow = false;
        c.ackPending = false;
        sendQueue.clear(c);
        text.end(c);
        lossRecovery.end(c);
        if (c.isOrphan) {
            orphans--;
            receiveQueue.clear(c);
        }
        unbind(c);
    }

    /** What the connection was bound to is free. */
    void unbind(TcpConnection c) {
        LocalPorts.Binding binding = c.binding;
        if (binding != null) {
            ports.remove(binding);
            c.binding = null;
        }
    }
}
