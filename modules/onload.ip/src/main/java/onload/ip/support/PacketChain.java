package onload.ip.support;

import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;

import org.agrona.concurrent.UnsafeBuffer;

/** What is done with packets that may have several buffers. */
public final class PacketChain {
    private PacketChain() {}

    /** {@return the bytes of data in a packet, over all its buffers} */
    public static int length(PacketBuffers buffers, int packet) {
        int length = buffers.length(packet);
        for (int next = buffers.continuation(packet);
                next != PacketBuffers.NONE;
                next = buffers.continuation(next)) {
            length += buffers.length(next);
        }
        return length;
    }

    /**
     * Cuts a packet's end off, as is done with padding; buffers that have nothing left are released.
     *
     * @param length bytes that stay, no more than there are
     */
    public static void trimTo(PacketPool pool, int packet, int length) {
        PacketBuffers buffers = pool.buffers();
        int left = length;
        int buffer = packet;
        while (buffers.length(buffer) < left) {
            left -= buffers.length(buffer);
            buffer = buffers.continuation(buffer);
        }
        buffers.trimBack(buffer, buffers.length(buffer) - left);
        int rest = buffers.continuation(buffer);
        if (rest != PacketBuffers.NONE) {
            buffers.continuation(buffer, PacketBuffers.NONE);
            pool.release(rest);
        }
        buffers.frameLength(packet, length);
    }

    /**
     * Copies bytes of a packet into one that is being made: they are appended to its last buffer and, when that
     * is full, to fresh ones.
     *
     * @param from the packet that is read
     * @param skip bytes of it to pass over
     * @param count bytes to copy, no more than there are
     * @param to the packet that is written, a single buffer or a chain
     * @param share for what fresh buffers are allocated
     * @return whether there were buffers enough; if not, {@code to} has a part of them
     */
    public static boolean copy(PacketPool pool, int from, int skip, int count, int to, int share) {
        PacketBuffers buffers = pool.buffers();
        UnsafeBuffer memory = buffers.memory();
        int source = from;
        int passed = skip;
        while (passed > 0 && passed >= buffers.length(source)) {
            passed -= buffers.length(source);
            source = buffers.continuation(source);
        }
        int last = last(buffers, to);
        int left = count;
        while (left > 0) {
            int room = buffers.tailroom(last);
            if (room == 0) {
                int fresh = pool.allocate(share);
                if (fresh == PacketBuffers.NONE) {
                    return false;
                }
                buffers.continuation(last, fresh);
                last = fresh;
                room = buffers.tailroom(fresh);
            }
            int available = buffers.length(source) - passed;
            int bytes = Math.min(left, Math.min(room, available));
            int at = buffers.append(last, bytes);
            memory.putBytes(at, memory, buffers.data(source) + passed, bytes);
            left -= bytes;
            passed += bytes;
            if (passed == buffers.length(source) && left > 0) {
                source = buffers.continuation(source);
                passed = 0;
            }
        }
        return true;
    }

    /**
     * {@return a copy of a packet in buffers of its own, or {@link PacketBuffers#NONE} if there were not enough}
     *
     * @param share for what it is allocated
     */
    public static int copyOf(PacketPool pool, int packet, int share) {
        PacketBuffers buffers = pool.buffers();
        int copy = pool.allocate(share);
        if (copy == PacketBuffers.NONE) {
            return PacketBuffers.NONE;
        }
        int length = length(buffers, packet);
        if (!copy(pool, packet, 0, length, copy, share)) {
            pool.release(copy);
            return PacketBuffers.NONE;
        }
        buffers.frameLength(copy, length);
        buffers.timestampNs(copy, buffers.timestampNs(packet));
        return copy;
    }

    /** {@return the last buffer of a packet} */
    public static int last(PacketBuffers buffers, int packet) {
        int last = packet;
        int next = buffers.continuation(last);
        while (next != PacketBuffers.NONE) {
            last = next;
            next = buffers.continuation(last);
        }
        return last;
    }
}
