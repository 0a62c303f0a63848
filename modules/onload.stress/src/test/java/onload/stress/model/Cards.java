package onload.stress.model;

import onload.nic.packet.PacketBuffers;

import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayDeque;

/**
 * Packets to write a number on. They come back as soon as may be: an odd number is written on the one that was
 * given back last, an even number on the one before it, so that a scenario has either.
 */
public final class Cards {
    private static final int PACKETS = 32;

    private final PacketBuffers buffers =
            new PacketBuffers(
                    new UnsafeBuffer(new byte[PACKETS * PacketBuffers.MIN_BUFFER_LENGTH]),
                    PacketBuffers.MIN_BUFFER_LENGTH);
    private final ArrayDeque<Integer> free = new ArrayDeque<>();
    private final int[] numbers = new int[PACKETS];

    /** Makes them, all free. */
    public Cards() {
        for (int packet = 0; packet < PACKETS; packet++) {
            free.push(packet);
        }
    }

    /** {@return the layout of the packets} */
    public PacketBuffers buffers() {
        return buffers;
    }

    /** {@return a packet with a number on it} */
    public int write(int number) {
        int packet;
        synchronized (free) {
            int last = free.pop();
            packet = number % 2 != 0 ? last : free.pop();
            if (packet != last) {
                free.push(last);
            }
        }
        numbers[packet] = number;
        return packet;
    }

    /** {@return the number on a packet} */
    public int read(int packet) {
        return numbers[packet];
    }

    /** Takes a packet back, which must be out. */
    public void giveBack(int packet) {
        numbers[packet] = 0;
        synchronized (free) {
            if (free.contains(packet)) {
                throw new IllegalStateException("packet " + packet + " is given back twice");
            }
            free.push(packet);
        }
    }

    /** Complains if not all but some packets are free. */
    public void expectOut(int out) {
        synchronized (free) {
            if (free.size() != PACKETS - out) {
                throw new IllegalStateException(
                        "%d packets are out, not %d".formatted(PACKETS - free.size(), out));
            }
        }
    }
}
