package onload.tcp;

import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The send queue of connections: bytes that the user gave and the peer has not acknowledged, in packets that serve for
 * queue, wire and retransmission alike. Bytes are copied in once, or come in packets of the user's and are not copied.
 *
 * <p>A packet that the NIC still has a reference to is not written to: see {@link #isHeld}. Algorithm; the state is the
 * connection's.
 */
final class SendQueue {
    /** Answer: no segment was acknowledged that says how long the way is. */
    static final long NO_TIME = Long.MIN_VALUE;

    private static final int PLACE = PacketBuffers.METADATA_LENGTH + PacketBuffers.HEADROOM;

    private final PacketPool pool;
    private final PacketBuffers buffers;
    private final UnsafeBuffer memory;
    private final SegmentBuffers segments;
    private final Scoreboard scoreboard;

    SendQueue(TcpContext context, Scoreboard scoreboard) {
        this.scoreboard = scoreboard;
        pool = context.pool;
        buffers = context.buffers;
        memory = context.memory;
        segments = context.segments;
    }

    /** {@return the most payload that one packet takes} */
    int capacity() {
        return buffers.dataCapacity();
    }

    /**
     * {@return how many bytes more the user may give, ≤ 0 for none} Packets count as well as bytes: many small ones in
     * flight would hold more memory than the limit says.
     */
    int room(TransmissionControlBlock c) {
        return c.sndQueuedPackets >= packetLimit(c) ? 0 : c.sndBufferBytes - c.sndQueuedBytes;
    }

    private int packetLimit(TransmissionControlBlock c) {
        return 32 + (c.sndBufferBytes >>> 9);
    }

    /** {@return the sequence number after the last byte in the queue} */
    int end(TransmissionControlBlock c) {
        return c.sndTail == PacketBuffers.NONE ? c.sndNxt : segments.end(c.sndTail);
    }

    /**
     * Copies bytes to the end of the queue. What fits a segment is taken whole, though it may go beyond the
     * limit: messages of several threads then do not get between each other, as on Linux.
     *
     * @return how many: fewer than {@code length} if the limit is reached or there are no buffers
     */
    int append(TransmissionControlBlock c, DirectBuffer from, int offset, int length) {
        int room = c.sndBufferBytes - c.sndQueuedBytes;
        int wanted = room > 0 && length <= c.mss ? length : Math.min(length, room);
        int done = 0;
        while (done < wanted) {
            int space = spaceInTail(c);
            if (space <= 0) {
                if (c.sndQueuedPackets >= packetLimit(c) || !grow(c)) {
                    break;
                }
                space = Math.min(capacity(), c.mss);
            }
            int bytes = Math.min(space, wanted - done);
            int tail = c.sndTail;
            from.getBytes(offset + done, memory, segments.endIndex(tail), bytes);
            segments.length(tail, segments.length(tail) + bytes);
            done += bytes;
        }
        c.sndQueuedBytes += done;
        return done;
    }

    /** {@return the bytes that the last packet still takes; it takes none once it was sent, or if it is shared} */
    private int spaceInTail(TransmissionControlBlock c) {
        int tail = c.sndTail;
        if (!c.hasUnsent() || buffers.references(tail) != 1) {
            return 0;
        }
        int length = segments.length(tail);
        return Math.min(c.mss - length, buffers.bufferLength() - segments.place(tail) - length);
    }

    private boolean grow(TransmissionControlBlock c) {
        int packet = pool.allocate(PacketPool.SEND);
        if (packet == PacketBuffers.NONE) {
            return false;
        }
        segments.begin(packet, end(c), PLACE, 0);
        link(c, packet);
        return true;
    }

    /** Puts a packet of the user's at the end of the queue, which takes over the reference. */
    void append(TransmissionControlBlock c, int packet) {
        int length = buffers.length(packet);
        int place = buffers.data(packet) - buffers.position(packet);
        segments.begin(packet, end(c), place, length);
        link(c, packet);
        c.sndQueuedBytes += length;
    }

    /** {@return whether the data of a packet fitted the last packet of the queue, and was copied there} */
    boolean joinTail(TransmissionControlBlock c, int packet) {
        int length = buffers.length(packet);
        if (length == 0 || spaceInTail(c) < length) {
            return length == 0;
        }
        int tail = c.sndTail;
        memory.putBytes(segments.endIndex(tail), memory, buffers.data(packet), length);
        segments.length(tail, segments.length(tail) + length);
        c.sndQueuedBytes += length;
        return true;
    }

    private void link(TransmissionControlBlock c, int packet) {
        buffers.next(packet, PacketBuffers.NONE);
        if (c.sndTail == PacketBuffers.NONE) {
            c.sndHead = packet;
        } else {
            buffers.next(c.sndTail, packet);
        }
        c.sndTail = packet;
        if (!c.hasUnsent()) {
            c.sndUnsent = packet;
        }
        c.sndQueuedPackets++;
    }

    /**
     * Cuts a packet in two.
     *
     * @param bytes that stay in it, fewer than it has
     * @return false if there is no buffer for the rest
     */
    boolean split(TcpConnection c, int packet, int bytes) {
        int rest = pool.allocate(PacketPool.SEND);
        if (rest == PacketBuffers.NONE && packet == c.sndHead) {
            // What is first holds up all that has the other buffers.
            rest = pool.allocate(PacketPool.CONTROL);
        }
        if (rest == PacketBuffers.NONE) {
            return false;
        }
        int moved = segments.length(packet) - bytes;
        segments.begin(rest, segments.sequence(packet) + bytes, PLACE, moved);
        memory.putBytes(
                buffers.position(rest) + PLACE, memory, segments.endIndex(packet) - moved, moved);
        segments.length(packet, bytes);
        segments.sentWith(rest, packet);
        buffers.next(rest, buffers.next(packet));
        buffers.next(packet, rest);
        if (c.sndTail == packet) {
            c.sndTail = rest;
        }
        c.sndQueuedPackets++;
        if (segments.transmissions(packet) > 0) {
            scoreboard.split(c, packet, rest);
        }
        return true;
    }

    /**
     * Fills a packet that was never sent from those behind it. No buffer is needed: it has room, or it is left as it
     * is.
     *
     * @param bytes that it is to have
     * @return whether it has as many, or more
     */
    boolean join(TcpConnection c, int packet, int bytes) {
        int length = segments.length(packet);
        if (length >= bytes) {
            return true;
        }
        boolean hasRoom = segments.place(packet) + bytes <= buffers.bufferLength();
        if (!hasRoom
                || isHeld(packet)
                || segments.end(c.sndTail) - segments.sequence(packet) < bytes) {
            return false;
        }
        while (length < bytes) {
            int next = buffers.next(packet);
            int moved = Math.min(bytes - length, segments.length(next));
            int from = segments.endIndex(next) - segments.length(next);
            memory.putBytes(segments.endIndex(packet), memory, from, moved);
            length += moved;
            segments.length(packet, length);
            if (moved < segments.length(next)) {
                segments.trimFront(next, moved);
            } else {
                unlinkAfter(c, packet, next);
            }
        }
        return true;
    }

    private void unlinkAfter(TcpConnection c, int packet, int next) {
        buffers.next(packet, buffers.next(next));
        if (c.sndTail == next) {
            c.sndTail = packet;
        }
        c.sndQueuedPackets--;
        pool.release(next);
    }

    /** {@return whether somebody else still reads the packet, such as a NIC or a queue before it} */
    boolean isHeld(int packet) {
        return buffers.references(packet) != 1;
    }

    /**
     * Lets go of what is acknowledged.
     *
     * @param acknowledgment the new SND.UNA
     * @return when the newest segment was sent of those that are acknowledged whole, and whose arrival is news; or
     *     {@link #NO_TIME} if any was sent again (Karn's rule; RFC 6298, section 3): what came after it may have
     *     waited for it
     */
    long acknowledged(TcpConnection c, int acknowledgment, long nowNs) {
        long sentNs = NO_TIME;
        boolean isResent = false;
        int packet = c.sndHead;
        while (packet != PacketBuffers.NONE && segments.end(packet) - acknowledgment <= 0) {
            int next = buffers.next(packet);
            int transmissions = segments.transmissions(packet);
            isResent |= transmissions > 1;
            if (!segments.is(packet, SegmentBuffers.SACKED)) {
                sentNs = segments.sentNs(packet);
            }
            if (transmissions > 0) {
                scoreboard.acknowledged(c, packet, nowNs);
            }
            c.sndQueuedBytes -= segments.length(packet);
            c.sndQueuedPackets--;
            if (packet == c.sndUnsent) {
                c.sndUnsent = next;
            }
            pool.release(packet);
            packet = next;
        }
        c.sndHead = packet;
        if (packet == PacketBuffers.NONE) {
            c.sndTail = PacketBuffers.NONE;
        } else {
            trim(c, packet, acknowledgment);
        }
        return isResent ? NO_TIME : sentNs;
    }

    private void trim(TcpConnection c, int packet, int acknowledgment) {
        int bytes = acknowledgment - segments.sequence(packet);
        if (bytes > 0) {
            if (segments.transmissions(packet) > 0) {
                scoreboard.trimmed(c, packet, bytes);
            }
            segments.trimFront(packet, bytes);
            c.sndQueuedBytes -= bytes;
        }
    }

    /** Sends all packets home. */
    void clear(TransmissionControlBlock c) {
        for (int packet = c.sndHead, next; packet != PacketBuffers.NONE; packet = next) {
            next = buffers.next(packet);
            pool.release(packet);
        }
        c.sndHead = PacketBuffers.NONE;
        c.sndUnsent = PacketBuffers.NONE;
        c.sndTail = PacketBuffers.NONE;
        c.sndQueuedBytes = 0;
        c.sndQueuedPackets = 0;
    }
}
