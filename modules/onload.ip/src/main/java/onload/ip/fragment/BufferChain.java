package onload.ip.fragment;

import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;

import org.agrona.concurrent.UnsafeBuffer;

/** What is done to packets of one buffer or several, linked by {@link PacketBuffers#continuation}. */
final class BufferChain {
    private BufferChain() {}

    /** {@return whether a packet has so many bytes, or more} */
    static boolean holds(PacketBuffers buffers, int packet, int bytes) {
        int left = bytes;
        int at = packet;
        while (at != PacketBuffers.NONE && left > 0) {
            left -= buffers.length(at);
            at = buffers.continuation(at);
        }
        return left <= 0;
    }

    /** {@return the number of its buffers} */
    static int count(PacketBuffers buffers, int packet) {
        int count = 0;
        for (int at = packet; at != PacketBuffers.NONE; at = buffers.continuation(at)) {
            count++;
        }
        return count;
    }

    /** {@return its last buffer} */
    static int last(PacketBuffers buffers, int packet) {
        int at = packet;
        while (buffers.continuation(at) != PacketBuffers.NONE) {
            at = buffers.continuation(at);
        }
        return at;
    }

    /**
     * Cuts what is beyond so many bytes off, as the padding of a link, and sets the frame length. Buffers that
     * nothing is left in go home.
     *
     * @param bytes what stays, ≥ 1: not more than {@link #holds}
     */
    static void truncate(PacketPool pool, int packet, int bytes) {
        PacketBuffers buffers = pool.buffers();
        int left = bytes;
        int at = packet;
        while (left > buffers.length(at)) {
            left -= buffers.length(at);
            at = buffers.continuation(at);
        }
        buffers.trimBack(at, buffers.length(at) - left);
        int rest = buffers.continuation(at);
        if (rest != PacketBuffers.NONE) {
            buffers.continuation(at, PacketBuffers.NONE);
            pool.release(rest);
        }
        buffers.frameLength(packet, bytes);
    }

    /**
     * Takes bytes off the front. Buffers that nothing is left in go home, so that the packet may be another after
     * it, which then has the time and the flags of the first.
     *
     * @param bytes less than there are
     * @return the first buffer
     */
    static int trimFront(PacketPool pool, int packet, int bytes) {
        PacketBuffers buffers = pool.buffers();
        int head = packet;
        int left = bytes;
        while (left >= buffers.length(head)) {
            left -= buffers.length(head);
            int next = buffers.continuation(head);
            buffers.timestampNs(next, buffers.timestampNs(head));
            buffers.flags(next, buffers.flags(head));
            buffers.continuation(head, PacketBuffers.NONE);
            pool.release(head);
            head = next;
        }
        buffers.trimFront(head, left);
        return head;
    }

    /**
     * Sees to it that the first buffer holds so many bytes, if the packet and the buffer do: copies them from the
     * buffers that follow, and moves its data down into the head-room if there is too little room after it.
     */
    static void pullUp(PacketPool pool, int packet, int bytes) {
        PacketBuffers buffers = pool.buffers();
        UnsafeBuffer memory = buffers.memory();
        int missing = bytes - buffers.length(packet);
        if (missing <= 0 || buffers.continuation(packet) == PacketBuffers.NONE) {
            return;
        }
        makeTailroom(buffers, packet, missing);
        missing = Math.min(missing, buffers.tailroom(packet));
        int next = buffers.continuation(packet);
        while (missing > 0 && next != PacketBuffers.NONE) {
            int piece = Math.min(missing, buffers.length(next));
            memory.putBytes(buffers.append(packet, piece), memory, buffers.data(next), piece);
            buffers.trimFront(next, piece);
            missing -= piece;
            if (buffers.length(next) == 0) {
                buffers.continuation(packet, buffers.continuation(next));
                buffers.continuation(next, PacketBuffers.NONE);
                pool.release(next);
            }
            next = buffers.continuation(packet);
        }
    }

    private static void makeTailroom(PacketBuffers buffers, int packet, int bytes) {
        int down = Math.min(bytes - buffers.tailroom(packet), buffers.headroom(packet));
        if (down > 0) {
            UnsafeBuffer memory = buffers.memory();
            int data = buffers.data(packet);
            int length = buffers.length(packet);
            buffers.place(packet, data - down - buffers.position(packet), length);
            memory.putBytes(data - down, memory, data, length);
        }
    }
}
