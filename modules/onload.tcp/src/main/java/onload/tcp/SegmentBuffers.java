package onload.tcp;

import onload.nic.packet.PacketBuffers;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * The layout of the control block of a packet in a connection's send queue: the piece of the stream that the packet
 * holds, what became of it, and how things stood when it was sent. The payload stays where it is, whatever headers are
 * written before it.
 *
 * <pre>
 *   0  sequence number of the first byte of the payload
 *   4  bytes of the payload
 *   8  its place, counted from the first byte of the buffer
 *  12  times that it was sent (16 bits), what is known of it (16 bits)
 *  16  when it was sent last, in nanoseconds
 *  24  when something had last arrived then
 *  32  when that was sent which arrived last then
 *  40  bytes that had arrived then
 *  44  bytes that had been lost then
 *  48  bytes in the network then, itself included
 *  52  the packet that was sent before it, of those in the network
 *  56  the packet that was sent after it
 * </pre>
 */
final class SegmentBuffers {
    /** The peer has it, as a selective acknowledgment says. */
    static final int SACKED = 1;

    /** It was lost. */
    static final int LOST = 2;

    /** It was sent again, and that may still arrive. */
    static final int RESENT = 4;

    /** When it was sent, there was too little to send. */
    static final int APPLICATION_LIMITED = 8;

    private static final int SEQUENCE_OFFSET = 0;
    private static final int LENGTH_OFFSET = 4;
    private static final int PLACE_OFFSET = 8;
    private static final int TRANSMISSIONS_OFFSET = 12;
    private static final int FATE_OFFSET = 14;
    private static final int SENT_NS_OFFSET = 16;
    private static final int DELIVERED_NS_OFFSET = 24;
    private static final int FIRST_SENT_NS_OFFSET = 32;
    private static final int DELIVERED_OFFSET = 40;
    private static final int LOST_OFFSET = 44;
    private static final int IN_FLIGHT_OFFSET = 48;
    private static final int PREVIOUS_OFFSET = 52;
    private static final int FOLLOWING_OFFSET = 56;

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

    /** {@return how often it was sent, 65,535 for that and more} */
    int transmissions(int packet) {
        return memory.getShort(buffers.controlBlock(packet) + TRANSMISSIONS_OFFSET) & 0xFFFF;
    }

    long sentNs(int packet) {
        return memory.getLong(buffers.controlBlock(packet) + SENT_NS_OFFSET);
    }

    /** {@return what is known of it: {@link #SACKED} and the others} */
    int fate(int packet) {
        return memory.getShort(buffers.controlBlock(packet) + FATE_OFFSET);
    }

    void fate(int packet, int fate) {
        memory.putShort(buffers.controlBlock(packet) + FATE_OFFSET, (short) fate);
    }

    boolean is(int packet, int fate) {
        return (fate(packet) & fate) != 0;
    }

    long deliveredNs(int packet) {
        return memory.getLong(buffers.controlBlock(packet) + DELIVERED_NS_OFFSET);
    }

    long firstSentNs(int packet) {
        return memory.getLong(buffers.controlBlock(packet) + FIRST_SENT_NS_OFFSET);
    }

    int delivered(int packet) {
        return memory.getInt(buffers.controlBlock(packet) + DELIVERED_OFFSET);
    }

    int lost(int packet) {
        return memory.getInt(buffers.controlBlock(packet) + LOST_OFFSET);
    }

    int inFlight(int packet) {
        return memory.getInt(buffers.controlBlock(packet) + IN_FLIGHT_OFFSET);
    }

    /** How things stand while it is sent: see the layout. */
    void stamp(
            int packet, long deliveredNs, long firstSentNs, int delivered, int lost, int inFlight) {
        int block = buffers.controlBlock(packet);
        memory.putLong(block + DELIVERED_NS_OFFSET, deliveredNs);
        memory.putLong(block + FIRST_SENT_NS_OFFSET, firstSentNs);
        memory.putInt(block + DELIVERED_OFFSET, delivered);
        memory.putInt(block + LOST_OFFSET, lost);
        memory.putInt(block + IN_FLIGHT_OFFSET, inFlight);
    }

    /** {@return the packet that was sent before it, of those in the network; or NONE} */
    int previous(int packet) {
        return memory.getInt(buffers.controlBlock(packet) + PREVIOUS_OFFSET);
    }

    void previous(int packet, int other) {
        memory.putInt(buffers.controlBlock(packet) + PREVIOUS_OFFSET, other);
    }

    /** {@return the packet that was sent after it, of those in the network; or NONE} */
    int following(int packet) {
        return memory.getInt(buffers.controlBlock(packet) + FOLLOWING_OFFSET);
    }

    void following(int packet, int other) {
        memory.putInt(buffers.controlBlock(packet) + FOLLOWING_OFFSET, other);
    }

    /** The packet was part of another: what is known of that holds for it (Karn's rule is for both). */
    void sentWith(int packet, int other) {
        int to = buffers.controlBlock(packet) + TRANSMISSIONS_OFFSET;
        int from = buffers.controlBlock(other) + TRANSMISSIONS_OFFSET;
        memory.putBytes(to, memory, from, PREVIOUS_OFFSET - TRANSMISSIONS_OFFSET);
    }

    void sent(int packet, long nowNs) {
        int block = buffers.controlBlock(packet);
        int times = Math.min(transmissions(packet) + 1, 0xFFFF);
        memory.putShort(block + TRANSMISSIONS_OFFSET, (short) times);
        memory.putLong(block + SENT_NS_OFFSET, nowNs);
    }
}
