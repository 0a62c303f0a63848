package onload.nic.emulated;

import onload.nic.packet.HugePages;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.nic.packet.PoolOptions;
import onload.nic.spi.NicEvents;
import onload.nic.spi.VirtualInterface;
import onload.testkit.NicFixture;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.Deque;

/** An emulated NIC with another one at the far end of its cable. */
abstract class EmulatedFixture implements NicFixture, NicEvents {
    private static final int PEER_BUFFERS = 2048;

    private final EmulatedNetwork network;
    private final EmulatedNic subject;
    private final PacketPool peerPool;
    private final VirtualInterface peer;
    private final Deque<byte[]> arrived = new ArrayDeque<>();

    EmulatedFixture(EmulatedNetwork network, NicSettings settings, LinkSettings link) {
        this.network = network;
        this.subject = network.addNic(settings);
        EmulatedNic far = network.addNic(settings.toBuilder().promiscuous(true).build());
        network.connect(subject, far, link);
        // A buffer takes any frame whole, so that the far end needs no chains.
        this.peerPool =
                PacketPool.open(
                        PoolOptions.of(PEER_BUFFERS)
                                .withBufferLength(16384)
                                .withHugePages(HugePages.NEVER)
                                .withAccounting(true));
        this.peer = far.open(0, peerPool);
        peer.post(PEER_BUFFERS);
    }

    /** {@return the network, to let time pass in it} */
    EmulatedNetwork network() {
        return network;
    }

    @Override
    public VirtualInterface open(PacketPool pool) {
        return subject.open(0, pool);
    }

    @Override
    public void sendFromPeer(byte[] frame) {
        collect();
        int packet = peerPool.allocate(PacketPool.SEND);
        PacketBuffers buffers = peerPool.buffers();
        buffers.memory().putBytes(buffers.append(packet, frame.length), frame);
        buffers.frameLength(packet, frame.length);
        if (peer.transmit(packet) != 0) {
            throw new AssertionError("the far end cannot send a frame of " + frame.length);
        }
        peer.ring(nowNs());
    }

    @Override
    public byte @Nullable [] receiveAtPeer() {
        collect();
        return arrived.poll();
    }

    @Override
    public void settle() {
        collect();
        pass();
        network.advance(nowNs());
    }

    /** Buffers are posted first: what the poll lets arrive finds some. */
    private void collect() {
        peer.post(PEER_BUFFERS);
        peer.poll(nowNs(), this, PEER_BUFFERS);
    }

    /** Lets so much time pass that a frame is across. */
    abstract void pass();

    @Override
    public void received(int packet) {
        byte[] frame = new byte[peerPool.buffers().length(packet)];
        peerPool.buffers().memory().getBytes(peerPool.buffers().data(packet), frame);
        peerPool.release(packet);
        arrived.add(frame);
    }

    @Override
    public void transmitted(int packet) {
        peerPool.release(packet);
    }

    @Override
    public void close() {
        peer.close();
        network.close();
        String outstanding = peerPool.outstanding();
        peerPool.close();
        if (!outstanding.isEmpty()) {
            throw new AssertionError("at the far end " + outstanding);
        }
    }
}
