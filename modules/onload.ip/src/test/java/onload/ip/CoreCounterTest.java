package onload.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.counter.IpCounter;
import onload.ip.route.Route;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.testkit.PacketPools;
import onload.wire.IpAddress;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Reasons for which the layer drops what no other test has dropped. */
class CoreCounterTest {
    private static final int VLAN_TYPE = 0x8100;

    @RegisterExtension final PacketPools pools = new PacketPools();

    private LayerScene scene = new LayerScene(pools.open(1024));

    @AfterEach
    void close() {
        scene.close();
    }

    private int packet(int length) {
        int packet = scene.pool.allocate(PacketPool.SEND);
        scene.pool.buffers().append(packet, length);
        return packet;
    }

    @Test
    void aFrameOfATypeThatIsNotKnownHere() {
        byte[] frame = Forge.udp(Forge.PEER4, Forge.OWN4, 1);
        frame[12] = (byte) 0x88;
        frame[13] = (byte) 0xB5;
        scene.assertDropped(IpCounter.FRAME_DROPPED_UNKNOWN_TYPE, frame);
    }

    @Test
    void aFrameForAnInterfaceThatIsDownWhileItsNicIsUp() {
        scene.ip.down(scene.ip.interfaces().get(2), scene.nowNs());
        byte[] frame = Forge.udp("198.51.100.1", "198.51.100.2", 1);
        scene.assertDropped(
                IpCounter.FRAME_DROPPED_INTERFACE_DOWN,
                Forge.tagged(frame, VLAN_TYPE, LayerScene.VLAN));
        scene.assertServes();
    }

    @Test
    void aDatagramForAnotherHostInAFrameForThisOne() {
        scene.assertDropped(
                IpCounter.RECEIVE_DROPPED_NOT_FOR_US, Forge.udp(Forge.PEER4, "192.0.2.99", 1));
        scene.assertDropped(
                IpCounter.RECEIVE_DROPPED_NOT_FOR_US, Forge.udp(Forge.PEER6, "2001:db8::99", 1));
    }

    @Test
    void aHeaderInTwoBuffers() {
        scene.close();
        scene = new LayerScene(pools.open(1024), IpOptions.DEFAULT, 1, true);
        byte[] four = Forge.udp(Forge.PEER4, Forge.OWN4, 200);
        byte[] six = Forge.udp(Forge.PEER6, Forge.OWN6, 200);
        scene.nic.cutInto(14 + 19);
        scene.assertDropped(IpCounter.RECEIVE_DROPPED_SPLIT_HEADER, four);
        scene.nic.cutInto(14 + 39);
        scene.assertDropped(IpCounter.RECEIVE_DROPPED_SPLIT_HEADER, six);
        scene.nic.cutInto(14 + 40 + 127);
        scene.assertDropped(IpCounter.RECEIVE_DROPPED_SPLIT_HEADER, six);
        scene.nic.cutInto(14 + 40 + 128);
        scene.receive(six);
        assertEquals(1, scene.udp.taken());
        scene.nic.cutInto(0);
    }

    @Test
    void anIcmpMessageOfATypeThatNobodyKnows() {
        long before = scene.count(IpCounter.ICMP_DROPPED_UNKNOWN_TYPE);
        scene.receive(Forge.icmp(Forge.PEER4, Forge.OWN4, 42, 0, 0, new byte[8]));
        scene.receive(Forge.icmpv6(Forge.PEER6, Forge.OWN6, 64, 200, 0, 0, new byte[8]));
        assertEquals(before + 2, scene.count(IpCounter.ICMP_DROPPED_UNKNOWN_TYPE));
    }

    @Test
    void anEchoFromWhereThereIsNoWayBackTo() {
        for (Route route : scene.ip.routes()) {
            if (route.gateway() != null) {
                scene.ip.removeRoute(route);
            }
        }
        scene.takeSent();
        scene.receive(Forge.echo4("203.0.113.9", Forge.OWN4, 1));
        assertEquals(1, scene.count(IpCounter.ICMP_DROPPED_NOT_SENT));
        assertEquals(0, scene.takeSent().size());
    }

    @Test
    void moreForThisHostThanTheLoopbackHolds() {
        Destination to = scene.ip.destination(IpAddress.parse(Forge.OWN4), Forge.UDP);
        int limit = scene.ip.options().loopbackPackets();
        int before = scene.pool.available();
        int sent = 0;
        while (scene.count(IpCounter.LOOPBACK_DROPPED_NO_BUFFER) == 0) {
            assertEquals(0, scene.ip.send(packet(8), to, scene.nowNs()));
            assertTrue(++sent <= limit + 1);
        }
        assertEquals(sent - 1, scene.count(IpCounter.LOOPED_BACK));
        scene.settle();
        assertEquals(before, scene.pool.available());
    }

    @Test
    void aDatagramThatIsCutCountsOnceAndEachOfItsFragments() {
        scene.assertServes();
        PacketBuffers buffers = scene.pool.buffers();
        int first = packet(1500);
        buffers.continuation(first, packet(1500));
        buffers.frameLength(first, 3000);
        Destination to = scene.ip.destination(IpAddress.parse(Forge.PEER4), Forge.UDP);
        assertEquals(0, scene.ip.send(first, to, scene.nowNs()));
        scene.settle();
        assertEquals(1, scene.count(IpCounter.FRAGMENTED));
        assertEquals(3, scene.count(IpCounter.FRAGMENTS_SENT));
    }

    @Test
    void whatWaitsForTheRingOfANicThatGoes() {
        scene.assertServes();
        Destination to = scene.ip.destination(IpAddress.parse(Forge.PEER4), Forge.UDP);
        scene.nic.jam(true);
        for (int i = 0; i < 3; i++) {
            assertEquals(0, scene.ip.send(packet(8), to, scene.nowNs()));
        }
        long before = scene.count(IpCounter.SEND_DROPPED_INTERFACE_DOWN);
        scene.ip.removeInterface(scene.ip.interfaces().get(2), scene.nowNs());
        scene.ip.removeInterface(scene.nic0, scene.nowNs());
        assertTrue(scene.count(IpCounter.SEND_DROPPED_INTERFACE_DOWN) >= before + 3);
    }
}
