package onload.tcp;

import onload.ip.Destination;
import onload.ip.IpLayer;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.tcp.counter.TcpCounter;
import onload.tcp.reassembly.OutOfOrderQueue;
import onload.wire.TcpHeader;
import onload.wire.TcpOptions;

import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteOrder;

/**
 * Writes the segments of connections and hands them to the IP layer: the header, timestamps, SACK blocks, the window,
 * the checksum. What goes with each segment is done here: what the peer was told of rcvNxt and of the window is
 * remembered, and the acknowledgment that was pending has gone.
 */
final class SegmentWriter {
    private static final int PORTS_OFFSET = 0;
    private static final int LARGEST_WINDOW_FIELD = 0xFFFF;
    private static final int PADDED_TIMESTAMPS_LENGTH = 12;
    private static final int MAX_OPTIONS_LENGTH = 40;

    /** Two NOPs before what is not a multiple of four (RFC 7323, appendix A). */
    private static final int PADDED_TIMESTAMPS =
            TcpOptions.NO_OPERATION << 24
                    | TcpOptions.NO_OPERATION << 16
                    | TcpOptions.TIMESTAMPS << 8
                    | TcpOptions.TIMESTAMPS_LENGTH;

    private static final long NS_PER_MS = 1_000_000;

    private final TcpContext context;
    private final PacketPool pool;
    private final PacketBuffers buffers;
    private final UnsafeBuffer memory;
    private final SegmentBuffers segments;

    SegmentWriter(TcpContext context) {
        this.context = context;
        pool = context.pool;
        buffers = context.buffers;
        memory = context.memory;
        segments = context.segments;
    }

    /** {@return the clock of timestamps, in milliseconds, without a connection's offset (RFC 7323, section 5.4)} */
    static int timestampClock(long nowNs) {
        return (int) Math.floorDiv(nowNs, NS_PER_MS);
    }

    static int timestamp(TransmissionControlBlock c, long nowNs) {
        return timestampClock(nowNs) + c.timestampOffset;
    }

    /** {@return the bytes of the options that all segments of a connection carry} */
    static int optionsOf(TransmissionControlBlock c) {
        return c.hasTimestamps ? PADDED_TIMESTAMPS_LENGTH : 0;
    }

    /**
     * Sends a packet of the send queue, or the beginning of it. It stays in the queue.
     *
     * @param bytes of its payload
     * @return 0, or what the IP layer refused it for; then nothing has changed
     */
    int data(TcpConnection c, int packet, int bytes, int flags, long nowNs) {
        buffers.place(packet, segments.place(packet), bytes);
        buffers.frameLength(packet, bytes);
        buffers.flags(packet, 0);
        // Whatever the answer is, the queue keeps its own reference.
        pool.retain(packet);
        boolean isNew = c.ecn != 0 && segments.transmissions(packet) == 0;
        int result = emit(c, packet, segments.sequence(packet), bytes, flags, isNew, nowNs);
        if (result < 0) {
            pool.release(packet);
            return result;
        }
        segments.sent(packet, nowNs);
        return 0;
    }

    /**
     * Sends a segment without data: an acknowledgment, a FIN, a reset.
     *
     * @return 0, or what the IP layer refused it for, {@code IpLayer.NO_BUFFER} if there was none
     */
    int control(TcpConnection c, int sequence, int flags, long nowNs) {
        int packet = pool.allocate(PacketPool.CONTROL);
        if (packet == PacketBuffers.NONE) {
            context.counters.increment(TcpCounter.SEND_FAILED_NO_BUFFER);
            return IpLayer.NO_BUFFER;
        }
        int result = emit(c, packet, sequence, 0, flags, false, nowNs);
        if (result < 0) {
            pool.release(packet);
        }
        return result;
    }

    /** Sends one byte of a packet, or none, where the peer's window is closed (RFC 9293, section 3.8.6.1). */
    int probe(TcpConnection c, int packet, long nowNs) {
        int copy = pool.allocate(PacketPool.CONTROL);
        if (copy == PacketBuffers.NONE) {
            return IpLayer.NO_BUFFER;
        }
        int from = segments.endIndex(packet) - segments.length(packet);
        memory.putByte(buffers.append(copy, 1), memory.getByte(from));
        int result = emit(c, copy, segments.sequence(packet), 1, TcpHeader.ACK, false, nowNs);
        if (result < 0) {
            pool.release(copy);
        }
        return result;
    }

    /** {@return the answer of the IP layer} The packet's data is the payload. */
    private int emit(
            TcpConnection c,
            int packet,
            int sequence,
            int payload,
            int plainFlags,
            boolean isNewData,
            long nowNs) {
        int flags = plainFlags;
        int codepoint = ExplicitCongestion.NOT_ECT;
        if (c.ecn != 0) {
            flags = ExplicitCongestion.flags(c, plainFlags, isNewData);
            codepoint = ExplicitCongestion.codepoint(c, isNewData);
        }
        int optionsLength = optionsLength(c, payload, flags);
        int headerLength = TcpHeader.MIN_LENGTH + optionsLength;
        int at = buffers.prepend(packet, headerLength);
        if (at == PacketBuffers.NONE) {
            return IpLayer.NO_BUFFER;
        }
        int advertised = c.rcvAdv;
        writeHeader(c, at, sequence, flags, headerLength);
        if (optionsLength > 0) {
            writeOptions(c, at + TcpHeader.OPTIONS_OFFSET, optionsLength, nowNs);
        }
        Destination to = c.way();
        SegmentChecksum.fill(buffers, to, packet, at, headerLength + payload, c.pseudoSum);
        int result = context.ip.send(packet, to, codepoint, nowNs);
        if (result == 0) {
            sent(c, flags, payload);
        } else {
            c.rcvAdv = advertised;
            context.counters.increment(TcpCounter.SEND_REFUSED);
        }
        return result;
    }

    private void sent(TcpConnection c, int flags, int payload) {
        c.segmentsSent++;
        context.counters.increment(TcpCounter.SEGMENTS_SENT);
        if ((flags & TcpHeader.CWR) != 0) {
            c.ecn &= ~ExplicitCongestion.CWR_DUE;
            context.counters.increment(TcpCounter.CWR_SENT);
        }
        if ((flags & TcpHeader.ACK) != 0) {
            c.rcvAcked = c.rcvNxt;
            c.ackPending = false;
            c.acknowledgeNs = Long.MAX_VALUE;
            if (c.quickAcks > 0) {
                c.quickAcks--;
            }
            tellOfGaps(c, payload);
        }
    }

    /**
     * What is missing must be told by blocks, or by an acknowledgment without data, since others are no duplicates in
     * the sense of RFC 5681, section 2: a full segment leaves it to be told.
     */
    private static void tellOfGaps(TcpConnection c, int payload) {
        OutOfOrderQueue missing = c.outOfOrder;
        boolean hasMore = missing != null && (!missing.isEmpty() || missing.hasDuplicate());
        if (hasMore && payload > 0 && c.blocksToSend == 0) {
            return;
        }
        c.ackNow = false;
        if (missing != null && c.blocksToSend > 0) {
            missing.reported();
        }
    }

    private void writeHeader(TcpConnection c, int at, int sequence, int flags, int headerLength) {
        int ports = c.localPort() << 16 | c.remotePort();
        memory.putInt(at + PORTS_OFFSET, ports, ByteOrder.BIG_ENDIAN);
        memory.putInt(at + TcpHeader.SEQUENCE_NUMBER_OFFSET, sequence, ByteOrder.BIG_ENDIAN);
        int acknowledgment = (flags & TcpHeader.ACK) == 0 ? 0 : c.rcvNxt;
        memory.putInt(
                at + TcpHeader.ACKNOWLEDGMENT_NUMBER_OFFSET, acknowledgment, ByteOrder.BIG_ENDIAN);
        int urgent = 0;
        int all = flags;
        if (c.hasUrgentToSend && c.sndUp - sequence > 0 && (flags & TcpHeader.RST) == 0) {
            // RFC 9293, section 3.8.5; the pointer is to the byte after the urgent data (RFC 6093).
            urgent = Math.min(c.sndUp - sequence, 0xFFFF);
            all |= TcpHeader.URG;
        }
        int window = (flags & TcpHeader.RST) != 0 ? 0 : windowField(c);
        memory.putInt(
                at + TcpHeader.DATA_OFFSET_OFFSET,
                headerLength >>> 2 << 28 | all << 16 | window,
                ByteOrder.BIG_ENDIAN);
        memory.putInt(at + TcpHeader.CHECKSUM_OFFSET, urgent, ByteOrder.BIG_ENDIAN);
    }

    /**
     * {@return the window field}, and moves the right edge.
     *
     * <p>The edge goes forward only by a segment or half of the buffer, so that the peer is not led to send small ones
     * (RFC 9293, section 3.8.6.2.2), and what was once in the window stays in it (section 3.8.6). A scaled field cannot
     * say each edge: it is rounded up if there is room for that, so that the edge does not seem to move back, and down
     * if there is none, since rounding up each time would never close the window (RFC 7323, section 2.4).
     */
    private int windowField(TcpConnection c) {
        int current = c.rcvAdv - c.rcvNxt;
        int offered = ReceiveTuning.offered(c);
        int most = LARGEST_WINDOW_FIELD << c.rcvScale;
        if (offered < most && offered - current < ReceiveTuning.step(c)) {
            int part = (1 << c.rcvScale) - 1;
            boolean hasRoom = ((current + part) & ~part) <= offered;
            offered = Math.min(hasRoom ? current + part : current, most);
        }
        int field = offered >>> c.rcvScale;
        int edge = c.rcvNxt + (field << c.rcvScale);
        if (edge - c.rcvAdv > 0) {
            c.rcvAdv = edge;
        }
        return field;
    }

    private int optionsLength(TcpConnection c, int payload, int flags) {
        int length = c.hasTimestamps ? PADDED_TIMESTAMPS_LENGTH : 0;
        OutOfOrderQueue missing = c.outOfOrder;
        c.blocksToSend = 0;
        if (missing == null || !c.hasSack || (flags & TcpHeader.RST) != 0) {
            return length;
        }
        // Blocks take what a segment leaves: full ones go without them.
        int room = Math.min(MAX_OPTIONS_LENGTH - length, c.mss - payload) - 4;
        byte blocks = (byte) missing.blocks(Math.min(room / TcpOptions.SACK_BLOCK_LENGTH, 4));
        c.blocksToSend = blocks;
        return blocks <= 0 ? length : length + 4 + blocks * TcpOptions.SACK_BLOCK_LENGTH;
    }

    private void writeOptions(TcpConnection c, int at, int length, long nowNs) {
        int next = at;
        if (c.hasTimestamps) {
            memory.putInt(next, PADDED_TIMESTAMPS, ByteOrder.BIG_ENDIAN);
            memory.putInt(next + 4, timestamp(c, nowNs), ByteOrder.BIG_ENDIAN);
            memory.putInt(next + 8, c.tsRecent, ByteOrder.BIG_ENDIAN);
            next += PADDED_TIMESTAMPS_LENGTH;
        }
        OutOfOrderQueue missing = c.outOfOrder;
        if (next - at < length && missing != null) {
            memory.putByte(next, (byte) TcpOptions.NO_OPERATION);
            memory.putByte(next + 1, (byte) TcpOptions.NO_OPERATION);
            next = TcpOptions.writeSack(memory, next + 2, c.blocksToSend);
            for (int i = 0; i < c.blocksToSend; i++) {
                next =
                        TcpOptions.writeSackBlock(
                                memory, next, missing.leftEdge(i), missing.rightEdge(i));
            }
        }
    }
}
