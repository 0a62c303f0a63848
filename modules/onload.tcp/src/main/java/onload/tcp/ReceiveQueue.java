package onload.tcp;

import onload.ip.support.PacketChain;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;

import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The receive queue of connections: bytes in order that the user has not read, in the packets that the NIC filled. They
 * are copied once, to the user; or not at all, if the user takes the packets.
 *
 * <p>What is small is added to the packet before it, so that a peer that sends byte by byte does not hold a buffer for
 * each. Algorithm; the state is the connection's.
 */
final class ReceiveQueue {
    /** A segment of so many bytes is copied to the end of the packet before it, if that has room. */
    private static final int SMALL = 256;

    private final PacketPool pool;
    private final PacketBuffers buffers;
    private final UnsafeBuffer memory;

    ReceiveQueue(TcpContext context) {
        pool = context.pool;
        buffers = context.buffers;
        memory = context.memory;
    }

    /** Takes over a packet whose data is the next {@code length} bytes. */
    void append(TransmissionControlBlock c, int packet, int length) {
        c.rcvQueuedBytes += length;
        if (c.rcvTail != PacketBuffers.NONE && merge(c, packet, length)) {
            return;
        }
        buffers.next(packet, PacketBuffers.NONE);
        if (c.rcvTail == PacketBuffers.NONE) {
            c.rcvHead = packet;
        } else {
            buffers.next(c.rcvTail, packet);
        }
        c.rcvTail = packet;
        c.rcvQueuedPackets++;
    }

    private boolean merge(TransmissionControlBlock c, int packet, int length) {
        boolean isMany = (long) c.rcvQueuedPackets * buffers.dataCapacity() > 2L * c.rcvBufferBytes;
        if (length > (isMany ? buffers.dataCapacity() : SMALL)) {
            return false;
        }
        int tail = c.rcvTail;
        if (buffers.references(tail) != 1
                || buffers.continuation(tail) != PacketBuffers.NONE
                || buffers.continuation(packet) != PacketBuffers.NONE
                || buffers.tailroom(tail) < length) {
            return false;
        }
        int at = buffers.append(tail, length);
        memory.putBytes(at, memory, buffers.data(packet), length);
        pool.release(packet);
        return true;
    }

    /** Takes over a run of packets that are linked by next. */
    void appendRun(TransmissionControlBlock c, int first, int last, int packets, int bytes) {
        if (c.rcvTail == PacketBuffers.NONE) {
            c.rcvHead = first;
        } else {
            buffers.next(c.rcvTail, first);
        }
        c.rcvTail = last;
        c.rcvQueuedPackets += packets;
        c.rcvQueuedBytes += bytes;
    }

    /** {@return the bytes that were copied to the user, and have left the queue} */
    int read(TransmissionControlBlock c, MutableDirectBuffer to, int offset, int length) {
        int done = 0;
        int packet = c.rcvHead;
        while (done < length && packet != PacketBuffers.NONE) {
            int bytes = Math.min(length - done, buffers.length(packet));
            to.putBytes(offset + done, memory, buffers.data(packet), bytes);
            done += bytes;
            if (bytes < buffers.length(packet)) {
                buffers.trimFront(packet, bytes);
                break;
            }
            packet = drop(c, packet);
        }
        c.rcvQueuedBytes -= done;
        return done;
    }

    /** {@return the bytes that were copied to the user, and stay in the queue} */
    int peek(TransmissionControlBlock c, MutableDirectBuffer to, int offset, int length) {
        int done = 0;
        for (int packet = c.rcvHead;
                done < length && packet != PacketBuffers.NONE;
                packet = buffers.next(packet)) {
            for (int part = packet;
                    done < length && part != PacketBuffers.NONE;
                    part = buffers.continuation(part)) {
                int bytes = Math.min(length - done, buffers.length(part));
                to.putBytes(offset + done, memory, buffers.data(part), bytes);
                done += bytes;
            }
        }
        return done;
    }

    /** Sends the first buffer of the queue home; answers what is first then. */
    private int drop(TransmissionControlBlock c, int packet) {
        int rest = buffers.continuation(packet);
        int next = buffers.next(packet);
        if (rest == PacketBuffers.NONE) {
            c.rcvQueuedPackets--;
            rest = next;
            if (next == PacketBuffers.NONE) {
                c.rcvTail = PacketBuffers.NONE;
            }
        } else {
            buffers.continuation(packet, PacketBuffers.NONE);
            buffers.next(rest, next);
            if (c.rcvTail == packet) {
                c.rcvTail = rest;
            }
        }
        pool.release(packet);
        c.rcvHead = rest;
        return rest;
    }

    /** {@return the first packet of the queue, which is the caller's from now on; or NONE} */
    int take(TransmissionControlBlock c) {
        int packet = unlink(c);
        if (packet != PacketBuffers.NONE) {
            c.rcvQueuedBytes -= buffers.frameLength(packet);
        }
        return packet;
    }

    /** As {@link #take}, but its bytes still count as queued until {@link #handedConsumed}. */
    int handOver(TransmissionControlBlock c) {
        int packet = unlink(c);
        if (packet != PacketBuffers.NONE) {
            c.rcvHandedBytes += buffers.frameLength(packet);
        }
        return packet;
    }

    /** Bytes of packets that were handed over are read, and count no more. */
    void handedConsumed(TransmissionControlBlock c, int bytes) {
        c.rcvHandedBytes -= bytes;
        c.rcvQueuedBytes -= bytes;
    }

    private int unlink(TransmissionControlBlock c) {
        int packet = c.rcvHead;
        if (packet == PacketBuffers.NONE) {
            return PacketBuffers.NONE;
        }
        c.rcvHead = buffers.next(packet);
        if (c.rcvHead == PacketBuffers.NONE) {
            c.rcvTail = PacketBuffers.NONE;
        }
        buffers.next(packet, PacketBuffers.NONE);
        c.rcvQueuedPackets--;
        buffers.frameLength(packet, PacketChain.length(buffers, packet));
        return packet;
    }

    /** Sends all packets home but those that were handed over. */
    void clear(TransmissionControlBlock c) {
        for (int packet = c.rcvHead, next; packet != PacketBuffers.NONE; packet = next) {
            next = buffers.next(packet);
            pool.release(packet);
        }
        c.rcvHead = PacketBuffers.NONE;
        c.rcvTail = PacketBuffers.NONE;
        c.rcvQueuedBytes = c.rcvHandedBytes;
        c.rcvQueuedPackets = 0;
    }
}
