package onload.bench;

import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.nic.spi.NicEvents;
import onload.nic.spi.VirtualInterface;
import onload.wire.EthernetHeader;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * A NIC without any stack: frames as long as those of a TCP segment with the message. The copies of the message are as
 * they are with sockets.
 */
final class RawEnd extends End implements NicEvents {
    /** Ethernet, IPv4, TCP with time stamps. */
    private static final int HEADERS = EthernetHeader.LENGTH + 20 + 32;

    private static final int EXPERIMENTAL_TYPE = 0x88B5;
    private static final int BATCH = 64;

    private final VirtualInterface nic;
    private final PacketPool pool;
    private final PacketBuffers buffers;
    private final UnsafeBuffer memory;
    private long peer;
    private boolean hasCome;

    RawEnd(VirtualInterface nic, PacketPool pool) {
        this.nic = nic;
        this.pool = pool;
        buffers = pool.buffers();
        memory = buffers.memory();
        nic.post(BATCH);
    }

    void peer(RawEnd other) {
        peer = other.nic.macAddress();
    }

    @Override
    void send() {
        int packet = pool.allocate(PacketPool.SEND);
        int at = buffers.append(packet, HEADERS + LENGTH);
        EthernetHeader.destination(memory, at, peer);
        EthernetHeader.source(memory, at, nic.macAddress());
        EthernetHeader.etherType(memory, at, EXPERIMENTAL_TYPE);
        memory.putBytes(at + HEADERS, message, 0, LENGTH);
        if (nic.transmit(packet) != 0) {
            throw new IllegalStateException("the transmit ring is full");
        }
        nic.ring(System.nanoTime());
    }

    @Override
    void receive() {
        hasCome = false;
        while (!hasCome) {
            nic.poll(System.nanoTime(), this, BATCH);
        }
        nic.post(BATCH);
    }

    @Override
    public void received(int packet) {
        if (buffers.length(packet) == HEADERS + LENGTH) {
            memory.getBytes(buffers.data(packet) + HEADERS, message, 0, LENGTH);
            hasCome = true;
        }
        pool.release(packet);
    }

    @Override
    public void transmitted(int packet) {
        pool.release(packet);
    }

    @Override
    public void close() {
        nic.close();
        pool.close();
    }
}
