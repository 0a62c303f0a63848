package onload.nic.tap;

import onload.nic.packet.PacketBuffers;

import org.agrona.BitUtil;

/** Packets in the order in which they came, a fixed number at most. Layout; one thread. */
final class PacketRing {
    private final int[] packets;
    private final int size;
    private int head;
    private int tail;

    PacketRing(int size) {
        packets = new int[BitUtil.findNextPositivePowerOfTwo(size)];
        this.size = size;
    }

    int count() {
        return tail - head;
    }

    int room() {
        return size - (tail - head);
    }

    void add(int packet) {
        packets[tail++ & packets.length - 1] = packet;
    }

    /** {@return the one that came {@code after} others, which stays; it has to be there} */
    int at(int after) {
        return packets[head + after & packets.length - 1];
    }

    /** {@return the oldest one, which stays; {@link PacketBuffers#NONE} if there is none} */
    int first() {
        return tail == head ? PacketBuffers.NONE : packets[head & packets.length - 1];
    }

    /** {@return the oldest one, taken out; {@link PacketBuffers#NONE} if there is none} */
    int remove() {
        return tail == head ? PacketBuffers.NONE : packets[head++ & packets.length - 1];
    }
}
