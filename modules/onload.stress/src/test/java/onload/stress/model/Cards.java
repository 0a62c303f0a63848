package onload.stress.model;

import onload.nic.packet.PacketBuffers;

import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayDeque;

/** Packets to write a number on. One that is given back is the next that is had, so that packets come back as soon as may be. */
final class Cards {
    private static final int PACKETS = 32;

    private final PacketBuffers buffers =
            new PacketBuffers(
                    new UnsafeBuffer(new byte[PACKETS * PacketBuffers.MIN_BUFFER_LENGTH]),
                    PacketBuffers.MIN_BUFFER_LENGTH);
    private final ArrayDeque<Integer> free = new ArrayDeque<>();
    private final int[] numbers = new int[PACKETS];

    Cards() {
        for (int packet = 0; packet < PACKETS; packet++) {
            free.push(packet);
        }
    }

    PacketBuffers buffers() {
        return buffers;
    }

    int write(int number) {
        int packet;
        synchronized (free) {
            packet = free.pop();
        }
        numbers[packet] = number;
        return packet;
    }

    int read(int packet) {
        return numbers[packet];
    }

    void giveBack(int packet) {
        numbers[packet] = 0;
        synchronized (free) {
            if (free.contains(packet)) {
                throw new IllegalStateException("packet " + packet + " is given back twice");
            }
            free.push(packet);
        }
    }

    /** Complains if not all but some packets are free. */
    void expectOut(int out) {
        synchronized (free) {
            if (free.size() != PACKETS - out) {
                throw new IllegalStateException(
                        "%d packets are out, not %d".formatted(PACKETS - free.size(), out));
            }
        }
    }
}
