package onload.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;

import onload.ip.counter.IpCounter;
import onload.nic.packet.PacketPool;
import onload.testkit.PacketPools;
import onload.wire.IpAddress;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.nio.ByteBuffer;
import java.util.List;

/** What comes in by ways that one does not think of at first. */
class ReceiveRulesTest {
    @RegisterExtension final PacketPools pools = new PacketPools();

    private final LayerScene scene = new LayerScene(pools.open(1024));

    @AfterEach
    void close() {
        scene.assertServes();
        scene.close();
    }

    /** RFC 1122, section 3.2.1.3 g: a loopback address does not appear outside of a host. */
    @Test
    void nobodyIsToldWhoHasALoopbackAddress() {
        for (String loopback : List.of("127.0.0.1", "127.0.0.2")) {
            scene.takeSent();
            scene.receive(Forge.arp(1, Forge.PEER_MAC, Forge.PEER4, "00:00:00:00:00:00", loopback));
            assertEquals(0, scene.takeSent().size(), loopback);
        }
    }

    /** What is whole again is a fragment again: as many deep as somebody likes, if one goes into them. */
    @Test
    void fragmentsWithinFragmentsAreDropped() {
        int depth = 30;
        for (int id = 0; id < depth; id++) {
            byte[] inner =
                    id == depth - 1
                            ? Forge.udpBytes(0)
                            : Forge.fragmentHeader(Forge.FRAGMENT, 8, false, id + 1);
            int next = id == depth - 1 ? Forge.UDP : Forge.FRAGMENT;
            scene.receive(Forge.fragment6(Forge.PEER6, next, id, 0, true, inner));
        }
        long dropped = scene.count(IpCounter.RECEIVE_DROPPED_MALFORMED);
        scene.receive(Forge.fragment6(Forge.PEER6, Forge.FRAGMENT, 0, 8, false, new byte[8]));
        assertEquals(1, scene.count(IpCounter.REASSEMBLED), () -> "" + scene.ip.counters());
        assertEquals(dropped + 1, scene.count(IpCounter.RECEIVE_DROPPED_MALFORMED));
        scene.run(100 * LayerScene.SECOND_NS);
    }

    /** The whole of 127/8 is this host (RFC 1122, section 3.2.1.3 g), also when it complains to itself. */
    @Test
    void aPortThatNobodyHasOnAnyLoopbackAddressIsReportedToTheSender() {
        for (String loopback : List.of("127.0.0.1", "127.0.0.2", "127.255.0.1", "::1")) {
            long before = scene.udp.errors();
            int packet = scene.pool.allocate(PacketPool.SEND);
            int at = scene.pool.buffers().append(packet, 8);
            byte[] header =
                    ByteBuffer.allocate(8).putShort((short) 99).putShort((short) 98).array();
            header[5] = 8;
            scene.pool.buffers().memory().putBytes(at, header);
            Destination to = scene.ip.destination(IpAddress.parse(loopback), Forge.UDP);
            assertEquals(0, scene.ip.send(packet, to, scene.nowNs()));
            scene.settle();
            assertEquals(before + 1, scene.udp.errors(), loopback);
        }
    }
}
