package onload.tcp;

import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.tcp.counter.TcpCounter;
import onload.tcp.reassembly.OutOfOrderQueue;
import onload.wire.TcpHeader;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The segment text and the FIN (RFC 9293, section 3.10.7.4, seventh and eighth step): what is next goes to the user,
 * what is early waits, what is late is told to the peer, and when to acknowledge is decided. Algorithm.
 */
final class Text {
    private static final int MAX_POOLED = 1024;

    /** Segments that may always wait for one that is missing, however small the receive buffer is. */
    private static final int LEAST_EARLY = 64;

    private final TcpContext context;
    private final PacketPool pool;
    private final PacketBuffers buffers;
    private final ReceiveQueue queue;
    private final long delayedAckNs;
    private final byte quickAcks;
    private final int maxPackets;
    private final Deque<OutOfOrderQueue> spare = new ArrayDeque<>(MAX_POOLED);

    Text(TcpContext context, ReceiveQueue queue) {
        this.context = context;
        this.pool = context.pool;
        this.buffers = context.buffers;
        this.queue = queue;
        delayedAckNs = context.settings.get(TcpSetting.DELAYED_ACK_NS);
        quickAcks = (byte) context.settings.number(TcpSetting.QUICK_ACKS);
        maxPackets = context.settings.number(TcpSetting.MAX_OUT_OF_ORDER_PACKETS);
    }

    /** Takes in the payload of a segment that is at least in part in the window. */
    void process(TcpConnection c, ArrivingSegment segment, long nowNs) {
        if (segment.length > 0) {
            payload(c, segment, nowNs);
        }
        if (segment.is(TcpHeader.FIN) && !c.finReceived) {
            OutOfOrderQueue missing = c.outOfOrder;
            if (missing != null && !missing.isEmpty() && missing.end() - segment.end() > 0) {
                // Of two that contradict each other the first is believed.
                context.counters.increment(TcpCounter.RECEIVE_DROPPED_AFTER_FIN);
                return;
            }
            c.finReceived = true;
            c.finSequence = segment.end();
            c.ackNow = true;
        }
    }

    private void payload(TcpConnection c, ArrivingSegment segment, long nowNs) {
        int late = c.rcvNxt - segment.sequence;
        if (late > 0) {
            int end = Math.min(late, segment.length);
            duplicate(c, segment.sequence, segment.sequence + end);
            if (late >= segment.length) {
                return;
            }
            segment.trimFront(late);
        }
        int beyond = segment.end() - c.rcvAdv;
        if (beyond > 0) {
            segment.trimTo(segment.length - beyond);
            c.ackNow = true;
        }
        if (c.finReceived && segment.end() - c.finSequence > 0) {
            // RFC 9293 knows nothing after a FIN; what claims to be is dropped.
            context.counters.increment(TcpCounter.RECEIVE_DROPPED_AFTER_FIN);
            return;
        }
        if (segment.length > c.rcvMss) {
            c.rcvMss = segment.length;
        }
        if (segment.sequence == c.rcvNxt) {
            next(c, segment, nowNs);
        } else {
            early(c, segment);
        }
    }

    /** The very bytes that were expected. */
    void next(TcpConnection c, ArrivingSegment segment, long nowNs) {
        int length = segment.length;
        if (c.rcvQueuedBytes > 0 && pool.pressure() == PacketPool.CRITICAL) {
            // What is left is for those who read, and for acknowledgments: the peer sends it again.
            context.counters.increment(TcpCounter.RECEIVE_DROPPED_PRESSURE);
            return;
        }
        c.rcvNxt += length;
        c.bytesReceived += length;
        if (c.inputShutDown) {
            segment.release();
        } else {
            queue.append(c, segment.take(), length);
            c.events |= TcpEvents.READABLE;
        }
        if (c.outOfOrder != null) {
            fill(c, c.outOfOrder);
        }
        acknowledgeSoon(c, length, nowNs);
    }

    /** What waited may be next now. */
    private void fill(TcpConnection c, OutOfOrderQueue missing) {
        int first = missing.takeInOrder(c.rcvNxt);
        if (first != PacketBuffers.NONE) {
            int bytes = missing.takenBytes();
            c.rcvNxt += bytes;
            c.bytesReceived += bytes;
            if (c.inputShutDown) {
                releaseRun(first);
            } else {
                queue.appendRun(c, first, missing.takenLast(), missing.takenPackets(), bytes);
            }
        }
        // RFC 5681, section 4.2: at once when a gap is filled, wholly or in part.
        c.ackNow = true;
    }

    private void releaseRun(int first) {
        for (int packet = first, next; packet != PacketBuffers.NONE; packet = next) {
            next = buffers.next(packet);
            pool.release(packet);
        }
    }

    /** A segment is missing before it. */
    private void early(TcpConnection c, ArrivingSegment segment) {
        c.ackNow = true;
        c.quickAcks = quickAcks;
        if (pool.pressure() == PacketPool.CRITICAL) {
            context.counters.increment(TcpCounter.RECEIVE_DROPPED_PRESSURE);
            return;
        }
        OutOfOrderQueue missing = attach(c);
        missing.limit(Math.max(LEAST_EARLY, 2 * (c.rcvBufferBytes / buffers.dataCapacity())));
        int left = segment.sequence;
        int right = segment.end();
        int result = missing.insert(segment.packet, left);
        if (result >= 0) {
            segment.take();
            context.counters.increment(TcpCounter.OUT_OF_ORDER);
        } else if (result == OutOfOrderQueue.DUPLICATE) {
            missing.duplicate(left, right);
            context.counters.increment(TcpCounter.DUPLICATES_RECEIVED);
        } else {
            context.counters.increment(TcpCounter.RECEIVE_DROPPED_OUT_OF_ORDER_FULL);
        }
    }

    /** Bytes came that were received before: the peer is told at once, and by DSACK which (RFC 2883). */
    void duplicate(TcpConnection c, int left, int right) {
        context.counters.increment(TcpCounter.DUPLICATES_RECEIVED);
        c.ackNow = true;
        c.quickAcks = quickAcks;
        if (c.hasSack) {
            attach(c).duplicate(left, right);
        }
    }

    /**
     * RFC 9293, section 3.8.6.3: for every second full segment, or within the delay; at first without one, so that the
     * peer's window opens. To a side that has sent something, and may again, the answer is often short: that can wait
     * for what is said next, and full segments cannot.
     */
    private void acknowledgeSoon(TcpConnection c, int length, long nowNs) {
        c.ackPending = true;
        boolean isQuick =
                c.quickAcks > 0 && (length >= c.rcvMss || c.bytesAcknowledged == 0 || c.finQueued);
        if (isQuick || c.rcvNxt - c.rcvAcked >= 2 * c.rcvMss) {
            c.ackNow = true;
        } else if (c.acknowledgeNs == Long.MAX_VALUE) {
            c.acknowledgeNs = nowNs + delayedAckNs;
        }
    }

    private OutOfOrderQueue attach(TcpConnection c) {
        OutOfOrderQueue missing = c.outOfOrder;
        if (missing == null) {
            missing = spare.isEmpty() ? new OutOfOrderQueue(pool, maxPackets) : spare.pop();
            c.outOfOrder = missing;
        }
        return missing;
    }

    /** Takes the queue of what was early off a connection that misses nothing, when all was reported. */
    void detachIfDone(TcpConnection c) {
        OutOfOrderQueue missing = c.outOfOrder;
        if (missing != null && missing.isEmpty() && !missing.hasDuplicate()) {
            end(c);
        }
    }

    /** Sends all that waits home. */
    void end(TcpConnection c) {
        OutOfOrderQueue missing = c.outOfOrder;
        if (missing != null) {
            missing.release();
            c.outOfOrder = null;
            if (spare.size() < MAX_POOLED) {
                spare.push(missing);
            }
        }
    }
}
