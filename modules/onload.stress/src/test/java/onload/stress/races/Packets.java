package onload.stress.races;

import onload.nic.packet.PacketBuffers;

import org.agrona.concurrent.UnsafeBuffer;

/** A few packets with a payload each, and a tally of who has which at the end. */
public class Packets {
    /** Packets are 0 to this - 1. */
    static final int PACKETS = 4;

    /** Their layout. */
    protected final PacketBuffers buffers =
            new PacketBuffers(
                    new UnsafeBuffer(new byte[PACKETS * PacketBuffers.MIN_BUFFER_LENGTH]),
                    PacketBuffers.MIN_BUFFER_LENGTH);

    /** For each packet how often it was found: a decimal digit, the first packet's the lowest. */
    protected int tally;

    /** Writes a number into a packet. */
    protected final void write(int packet, int value) {
        buffers.memory()
                .putInt(buffers.position(packet) + PacketBuffers.CONTROL_BLOCK_OFFSET, value);
    }

    /** {@return the number in a packet} */
    protected final int read(int packet) {
        return buffers.memory()
                .getInt(buffers.position(packet) + PacketBuffers.CONTROL_BLOCK_OFFSET);
    }

    /** Counts packets, given as what {@link #digit} made of them. */
    protected final void count(int digits) {
        tally += digits;
    }

    /** {@return 1 in the decimal place of a packet; 0 for none} */
    protected static int digit(int packet) {
        return switch (packet) {
            case 0 -> 1;
            case 1 -> 10;
            case 2 -> 100;
            case 3 -> 1000;
            default -> 0;
        };
    }
}
