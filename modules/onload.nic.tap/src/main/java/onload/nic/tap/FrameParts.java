package onload.nic.tap;

import onload.linux.Struct;
import onload.linux.tun.VirtioNetHeader;
import onload.nic.packet.PacketBuffers;

/** A header and a frame in several places, as {@code readv(2)} and {@code writev(2)} want them. Layout; one thread. */
final class FrameParts {
    /** The longest frame of a TAP device, 64 KiB, in buffers of the smallest size, and the header. */
    static final int MOST = 512;

    private static final int ENTRY = 16;

    private final PacketBuffers buffers;
    private final long memory;
    private final Struct header = Struct.lasting(VirtioNetHeader.LENGTH);
    private final Struct entries = Struct.lasting(MOST * ENTRY);
    private int count;
    private int room;

    FrameParts(PacketBuffers buffers, long memory) {
        this.buffers = buffers;
        this.memory = memory;
    }

    /** Begins anew, with the header only. */
    Struct begin() {
        count = 0;
        room = 0;
        add(header.address(), VirtioNetHeader.LENGTH);
        return header;
    }

    /** Adds the data of a buffer. */
    void addData(int packet) {
        add(memory + buffers.data(packet), buffers.length(packet));
    }

    /** Adds the room of a fresh buffer. */
    void addRoom(int packet) {
        add(memory + buffers.data(packet), buffers.tailroom(packet));
    }

    private void add(long address, int length) {
        entries.bytes().putLong(count * ENTRY, address);
        entries.bytes().putLong(count * ENTRY + Long.BYTES, length);
        count++;
        room += length;
    }

    /** {@return the flags of the header} */
    int headerFlags() {
        return VirtioNetHeader.flags(header.bytes(), 0);
    }

    /** {@return bytes that the header and all parts have together} */
    int room() {
        return room;
    }

    long address() {
        return entries.address();
    }

    int count() {
        return count;
    }
}
