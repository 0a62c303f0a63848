package onload.sockets;

import onload.nic.packet.PacketBuffers;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * What stands in the control block of a packet that a sender leaves for the holder of the lock: whose it is,
 * where to, and which was left before. For several packets, linked by {@code next}, it is in the first. Layout.
 */
final class DeferredSend {
    /** No address: to the peer of the socket. */
    static final int TO_PEER = -1;

    private static final int LINK = 0;
    private static final int SOCKET = 4;
    private static final int BYTES = 8;
    private static final int PORT = 12;
    private static final int HIGH = 16;
    private static final int LOW = 24;

    private final PacketBuffers buffers;
    private final UnsafeBuffer memory;

    DeferredSend(PacketBuffers buffers) {
        this.buffers = buffers;
        this.memory = buffers.memory();
    }

    void write(int packet, int socket, int bytes) {
        int at = buffers.controlBlock(packet);
        memory.putInt(at + SOCKET, socket);
        memory.putInt(at + BYTES, bytes);
        memory.putInt(at + PORT, TO_PEER);
    }

    void to(int packet, long high, long low, int port) {
        int at = buffers.controlBlock(packet);
        memory.putInt(at + PORT, port);
        memory.putLong(at + HIGH, high);
        memory.putLong(at + LOW, low);
    }

    void link(int packet, int before) {
        memory.putInt(buffers.controlBlock(packet) + LINK, before);
    }

    int linked(int packet) {
        return memory.getInt(buffers.controlBlock(packet) + LINK);
    }

    int socket(int packet) {
        return memory.getInt(buffers.controlBlock(packet) + SOCKET);
    }

    int bytes(int packet) {
        return memory.getInt(buffers.controlBlock(packet) + BYTES);
    }

    int port(int packet) {
        return memory.getInt(buffers.controlBlock(packet) + PORT);
    }

    long high(int packet) {
        return memory.getLong(buffers.controlBlock(packet) + HIGH);
    }

    long low(int packet) {
        return memory.getLong(buffers.controlBlock(packet) + LOW);
    }
}
