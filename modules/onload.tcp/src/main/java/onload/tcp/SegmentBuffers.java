package onload.tcp;

import onload.nic.packet.PacketBuffers;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * The layout of the control block of a packet in a connection's send queue: the piece of the stream that the packet
 * holds, and what became of it. The payload stays where it is, whatever headers are written before it.
 *
 * <pre>
 *   0  sequence number of the first byte of the payload
 *   4  bytes of the payload
 *   8  its place, counted from the first byte of the buffer
 *  12  times that it was sent
 *  16  when it was sent last, in nanoseconds
 * </pre>
 */
final class SegmentBuffers {
    private static final int SEQUENCE_OFFSET = 0;
    private static final int LENGTH_OFFSET = 4;
    private static final int PLACE_OFFSET = 8;
    private static final int TRANSMISSIONS_OFFSET = 12;
    private static final int SENT_NS_OFFSET = 16;

    private final PacketBuffers buffers;
    private final UnsafeBuffer memory;

    SegmentBuffers(PacketBuffers buffers) {
        this.buffers = buffers;
        this.memory = buffers.memory();
    }

    /** Begins the block of a packet that holds no byte yet, or those that are placed in it. */
    void begin(int packet, int sequence, int place, int length) {
        int block = buffers.controlBlock(packet);
        memory.putInt(block + SEQUENCE_OFFSET, sequence);
        memory.putInt(block + LENGTH_OFFSET, length);
        memory.putInt(block + PLACE_OFFSET, place);
        memory.putInt(block + TRANSMISSIONS_OFFSET, 0);
    }

    int sequence(int packet) {
        return memory.getInt(buffers.controlBlock(packet) + SEQUENCE_OFFSET);
    }

    int length(int packet) {
        return memory.getInt(buffers.controlBlock(packet) + LENGTH_OFFSET);
    }

    void length(int packet, int bytes) {
        memory.putInt(buffers.controlBlock(packet) + LENGTH_OFFSET, bytes);
    }

    /** {@return the sequence number after the last byte} */
    int end(int packet) {
        int block = buffers.controlBlock(packet);
        return memory.getInt(block + SEQUENCE_OFFSET) + memory.getInt(block + LENGTH_OFFSET);
    }

    /** {@return the place of the first byte, counted from that of the buffer} */
    int place(int packet) {
        return memory.getInt(buffers.controlBlock(packet) + PLACE_OFFSET);
    }

    /** {@return the index in packet memory after the last byte} */
    int endIndex(int packet) {
        int block = buffers.controlBlock(packet);
        return buffers.position(packet)
                + memory.getInt(block + PLACE_OFFSET)
                + memory.getInt(block + LENGTH_OFFSET);
    }

    /** Takes bytes off the front, which are acknowledged. */
    void trimFront(int packet, int bytes) {
        int block = buffers.controlBlock(packet);
        memory.putInt(block + SEQUENCE_OFFSET, memory.getInt(block + SEQUENCE_OFFSET) + bytes);
        memory.putInt(block + LENGTH_OFFSET, memory.getInt(block + LENGTH_OFFSET) - bytes);
        memory.putInt(block + PLACE_OFFSET, memory.getInt(block + PLACE_OFFSET) + bytes);
    }

    int transmissions(int packet) {
        return memory.getInt(buffers.controlBlock(packet) + TRANSMISSIONS_OFFSET);
    }

    long sentNs(int packet) {
        return memory.getLong(buffers.controlBlock(packet) + SENT_NS_OFFSET);
    }

    /** The packet was part of another, and sent as often (Karn's rule is for both). */
    void sentWith(int packet, int other) {
        int block = buffers.controlBlock(packet);
        memory.putInt(block + TRANSMISSIONS_OFFSET, transmissions(other));
        memory.putLong(block + SENT_NS_OFFSET, sentNs(other));
    }

    void sent(int packet, long nowNs) {
        int block = buffers.controlBlock(packet);
        memory.putInt(
                block + TRANSMISSIONS_OFFSET, memory.getInt(block + TRANSMISSIONS_OFFSET) + 1);
        memory.putLong(block + SENT_NS_OFFSET, nowNs);
    }
}
