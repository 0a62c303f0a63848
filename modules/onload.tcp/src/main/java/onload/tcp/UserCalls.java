package onload.tcp;

import onload.nic.packet.PacketBuffers;
import onload.tcp.counter.TcpCounter;
import onload.wire.TcpHeader;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** What users do with connections: SEND, RECEIVE, CLOSE and ABORT of RFC 9293, section 3.10. Algorithm. */
final class UserCalls {
    private final TcpContext context;
    private final SendQueue sendQueue;
    private final ReceiveQueue receiveQueue;
    private final ReceiveTuning tuning;
    private final Output output;
    private final Opening opening;
    private final SegmentWriter writer;
    private final Teardown teardown;
    private final int maxOrphans;

    UserCalls(
            TcpContext context,
            SendQueue sendQueue,
            ReceiveQueue receiveQueue,
            ReceiveTuning tuning,
            Output output,
            Opening opening,
            SegmentWriter writer,
            Teardown teardown) {
        this.context = context;
        this.sendQueue = sendQueue;
        this.receiveQueue = receiveQueue;
        this.tuning = tuning;
        this.output = output;
        this.opening = opening;
        this.writer = writer;
        this.teardown = teardown;
        maxOrphans = context.settings.number(TcpSetting.MAX_ORPHANS);
    }

    // SEND.

    int send(TcpConnection c, DirectBuffer from, int offset, int length, long nowNs) {
        int refusal = sendRefusal(c);
        if (refusal != 0) {
            return refusal;
        }
        if (length == 0) {
            return 0;
        }
        int taken = sendQueue.append(c, from, offset, length);
        if (taken < length) {
            waitForRoom(c, nowNs);
        }
        run(c, nowNs);
        return taken == 0 ? TcpConnection.WOULD_BLOCK : taken;
    }

    /** An acknowledgment will make room; with nothing under way it is buffers that are missing, and time must tell. */
    private static void waitForRoom(TcpConnection c, long nowNs) {
        c.wantsRoom = true;
        if (c.sndQueuedBytes == 0) {
            c.otherNs = Math.min(c.otherNs, nowNs + TimerExpiry.BUFFERS_NS);
        }
    }

    void wantRoom(TcpConnection c, long nowNs) {
        waitForRoom(c, nowNs);
    }

    int sendPacket(TcpConnection c, int packet, long nowNs) {
        int refusal = sendRefusal(c);
        if (refusal != 0) {
            return refusal;
        }
        PacketBuffers buffers = context.buffers;
        if (buffers.continuation(packet) != PacketBuffers.NONE
                || buffers.headroom(packet) < PacketBuffers.HEADROOM
                || buffers.references(packet) != 1) {
            throw new IllegalArgumentException(
                    "packet %d has %d bytes of head-room, %d references; expected %d, 1 and no continuation"
                            .formatted(
                                    packet,
                                    buffers.headroom(packet),
                                    buffers.references(packet),
                                    PacketBuffers.HEADROOM));
        }
        if (sendQueue.room(c) <= 0) {
            c.wantsRoom = true;
            return TcpConnection.WOULD_BLOCK;
        }
        if (buffers.length(packet) == 0) {
            context.pool.release(packet);
            return 0;
        }
        sendQueue.append(c, packet);
        run(c, nowNs);
        return 0;
    }

    int sendPrepared(TcpConnection c, int first, long nowNs) {
        int refusal = sendRefusal(c);
        PacketBuffers buffers = context.buffers;
        for (int packet = first, next; packet != PacketBuffers.NONE; packet = next) {
            next = buffers.next(packet);
            if (refusal != 0 || sendQueue.joinTail(c, packet)) {
                context.pool.release(packet);
            } else {
                sendQueue.append(c, packet);
            }
        }
        if (refusal == 0) {
            run(c, nowNs);
        }
        return refusal;
    }

    int sendUrgent(TcpConnection c, byte value, long nowNs) {
        int refusal = sendRefusal(c);
        if (refusal != 0) {
            return refusal;
        }
        context.scratch.putByte(0, value);
        if (sendQueue.append(c, context.scratch, 0, 1) == 0) {
            waitForRoom(c, nowNs);
            output.run(c, nowNs);
            return TcpConnection.WOULD_BLOCK;
        }
        c.hasUrgentToSend = true;
        c.sndUp = sendQueue.end(c);
        run(c, nowNs);
        return 1;
    }

    /** Sends what may go; with a SYN that has waited for it, as far as it fits. */
    private void run(TcpConnection c, long nowNs) {
        if (!c.isSynDeferred) {
            output.run(c, nowNs);
        } else if (c.sndHead != PacketBuffers.NONE || c.finQueued) {
            opening.sendDeferredSyn(c, nowNs);
        }
    }

    static int sendRefusal(TcpConnection c) {
        if (c.takesData() && !c.finQueued && !c.isOrphan) {
            return 0;
        }
        if (c.error != 0) {
            return c.error;
        }
        return switch (c.state) {
            case SYN_SENT, SYN_RECEIVED ->
                    c.finQueued ? TcpConnection.CLOSED : TcpConnection.WOULD_BLOCK;
            case CLOSED, LISTEN -> c.wasOpen() ? TcpConnection.CLOSED : TcpConnection.NOT_CONNECTED;
            default -> TcpConnection.CLOSED;
        };
    }

    int sendable(TcpConnection c) {
        return sendRefusal(c) != 0 ? 0 : Math.max(0, sendQueue.room(c));
    }

    int notSent(TcpConnection c) {
        return c.hasUnsent() ? sendQueue.end(c) - c.sndNxt : 0;
    }

    /** An option has changed that may have held something back. */
    void push(TcpConnection c, long nowNs) {
        if (c.isTransferring()) {
            output.run(c, nowNs);
        }
    }

    // RECEIVE.

    int receive(TcpConnection c, MutableDirectBuffer to, int offset, int length, long nowNs) {
        if (c.rcvQueuedBytes == 0) {
            return length == 0 && c.error == 0 ? 0 : emptyAnswer(c);
        }
        int bytes = receiveQueue.read(c, to, offset, length);
        consumed(c, bytes, nowNs);
        return bytes;
    }

    int peek(TcpConnection c, MutableDirectBuffer to, int offset, int length) {
        return c.rcvQueuedBytes == 0 ? emptyAnswer(c) : receiveQueue.peek(c, to, offset, length);
    }

    int receivePacket(TcpConnection c, long nowNs) {
        int before = c.rcvQueuedBytes;
        if (before == 0) {
            return emptyAnswer(c);
        }
        int packet = receiveQueue.take(c);
        consumed(c, before - c.rcvQueuedBytes, nowNs);
        return packet;
    }

    int handOver(TcpConnection c) {
        return receiveQueue.handOver(c);
    }

    void handedConsumed(TcpConnection c, int bytes, long nowNs) {
        receiveQueue.handedConsumed(c, bytes);
        consumed(c, bytes, nowNs);
    }

    static int emptyAnswer(TcpConnection c) {
        if (c.isOrphan) {
            return TcpConnection.CLOSED;
        }
        if (c.error != 0) {
            return c.error;
        }
        if (c.inputShutDown) {
            return TcpConnection.END_OF_STREAM;
        }
        return switch (c.state) {
            case SYN_SENT, SYN_RECEIVED, ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2 ->
                    TcpConnection.WOULD_BLOCK;
            case CLOSE_WAIT, CLOSING, LAST_ACK, TIME_WAIT -> TcpConnection.END_OF_STREAM;
            case CLOSED, LISTEN ->
                    c.wasOpen() ? TcpConnection.END_OF_STREAM : TcpConnection.NOT_CONNECTED;
        };
    }

    private void consumed(TcpConnection c, int bytes, long nowNs) {
        if (c.hasUrgent && c.rcvUp - (c.rcvNxt - c.rcvQueuedBytes) <= 0) {
            c.hasUrgent = false;
        }
        if (!c.state.canReceive()) {
            return;
        }
        tuning.consumed(c, bytes, nowNs);
        if (tuning.isUpdateDue(c)) {
            context.counters.increment(TcpCounter.WINDOW_UPDATES);
            writer.control(c, c.acceptableSequence(), TcpHeader.ACK, nowNs);
        }
    }

    // CLOSE and ABORT.

    int shutdownOutput(TcpConnection c, long nowNs) {
        if (c.error != 0) {
            return c.error;
        }
        if (c.finQueued) {
            return 0;
        }
        if (!c.takesData() && c.state != TcpState.SYN_RECEIVED) {
            return c.wasOpen() && c.state != TcpState.SYN_SENT ? 0 : TcpConnection.NOT_CONNECTED;
        }
        teardown.finQueued(c);
        run(c, nowNs);
        return 0;
    }

    int shutdownInput(TcpConnection c, long nowNs) {
        if (!c.wasOpen()) {
            return TcpConnection.NOT_CONNECTED;
        }
        c.inputShutDown = true;
        int bytes = c.rcvQueuedBytes;
        receiveQueue.clear(c);
        if (bytes > 0) {
            consumed(c, bytes, nowNs);
        }
        return 0;
    }

    void close(TcpConnection c, long nowNs) {
        if (c.isOrphan) {
            return;
        }
        boolean hasUnread = c.rcvQueuedBytes > 0;
        switch (c.state) {
            case CLOSED, LISTEN -> {
                c.isOrphan = true;
                receiveQueue.clear(c);
                teardown.unbind(c);
            }
            default -> {
                teardown.orphaned(c, nowNs);
                // What goes with a SYN, or was to follow it, was taken as if there were a
                // connection.
                boolean isAttempt =
                        c.state == TcpState.SYN_SENT && !(c.sendsEarly && c.sndQueuedBytes > 0);
                if (isAttempt || hasUnread || c.lingerNs == 0 || teardown.orphans() > maxOrphans) {
                    // RFC 9293, section 3.6.1; RFC 2525, section 2.17.
                    teardown.abort(c, TcpConnection.ABORTED, nowNs);
                } else if (!c.finQueued) {
                    teardown.finQueued(c);
                    output.run(c, nowNs);
                } else {
                    output.run(c, nowNs);
                }
            }
        }
        c.events &= TcpEvents.CLOSED;
    }

    void abort(TcpConnection c, long nowNs) {
        if (c.state == TcpState.CLOSED) {
            receiveQueue.clear(c);
            return;
        }
        teardown.abort(c, TcpConnection.ABORTED, nowNs);
        // The user knows that it failed.
        c.events &= TcpEvents.CLOSED;
    }
}
