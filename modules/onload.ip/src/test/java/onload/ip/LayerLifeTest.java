package onload.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.testkit.PacketPools;
import onload.wire.CidrAddress;
import onload.wire.EtherType;
import onload.wire.IpAddress;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.function.Executable;

import java.util.List;

/** Interfaces and layers that change, go and are used when they are gone. */
class LayerLifeTest {
    @RegisterExtension final PacketPools pools = new PacketPools();

    private final LayerScene scene = new LayerScene(pools.open(1024));

    @AfterEach
    void close() {
        scene.ip.close();
    }

    private Destination to(String address) {
        return scene.ip.destination(IpAddress.parse(address), Forge.UDP);
    }

    private int packet() {
        int packet = scene.pool.allocate(PacketPool.SEND);
        scene.pool.buffers().append(packet, 30);
        return packet;
    }

    @Test
    void aClosedLayerRefusesWhatItIsGivenAndKeepsNothing() {
        List<Destination> ways =
                List.of(
                        to(Forge.PEER4),
                        to("192.0.2.88"),
                        to(Forge.PEER6),
                        to("2001:db8::88"),
                        to("203.0.113.1"),
                        to(Forge.OWN4),
                        to("127.0.0.1"),
                        to("::1"),
                        to(LayerScene.GROUP4));
        ways.forEach(way -> assertEquals(0, scene.ip.prepare(way, scene.nowNs())));
        scene.ip.close();
        for (Destination way : ways) {
            for (int i = 0; i < 2; i++) {
                int packet = packet();
                assertTrue(scene.ip.send(packet, way, scene.nowNs()) < 0, way::toString);
                assertEquals(1, scene.pool.buffers().references(packet));
                scene.pool.release(packet);
            }
        }
        for (int i = 0; i < 100; i++) {
            scene.ip.poll(scene.nowNs() + i * LayerScene.SECOND_NS, 64);
        }
        assertEquals("", scene.pool.outstanding());
    }

    @Test
    void theMtuOfTheLoopbackMayBeLoweredAndRaisedAgainAndTheNextPacketKnows() {
        IpInterface loopback = scene.ip.interfaces().getFirst();
        Destination to = to("127.0.0.1");
        assertEquals(0, scene.ip.prepare(to, scene.nowNs()));
        assertEquals(65_535, to.mtu());
        scene.ip.mtu(loopback, 1500, scene.nowNs());
        assertEquals(0, scene.ip.prepare(to, scene.nowNs()));
        assertEquals(1500, to.mtu());
        scene.ip.mtu(loopback, 65_535, scene.nowNs());
        assertEquals(0, scene.ip.prepare(to, scene.nowNs()));
        assertEquals(65_535, to.mtu());
        assertTrue(loopback.isUp());
    }

    @Test
    void whereThereIsNoIpv6NobodyIsAskedByIt() {
        scene.ip.mtu(scene.nic0, 1000, scene.nowNs());
        scene.ip.addAddress(scene.nic0, CidrAddress.parse("2001:db8::3/64"), scene.nowNs());
        scene.run(30 * LayerScene.SECOND_NS);
        List<byte[]> sent =
                scene.takeSent().stream()
                        .filter(frame -> Forge.ethernetType(frame) == EtherType.IPV6)
                        .filter(frame -> Forge.icmpType(frame) == 256 + 135)
                        .toList();
        assertEquals(List.of(), sent);
    }

    @Test
    void anInterfaceThatWasRemovedIsRefusedWhereverOneIsExpected() {
        IpInterface vlan = scene.ip.interfaces().get(2);
        scene.ip.removeInterface(vlan, scene.nowNs());
        long now = scene.nowNs();
        refused(() -> scene.ip.addAddress(vlan, CidrAddress.parse("10.0.0.1/8"), now));
        refused(() -> scene.ip.up(vlan, now));
        refused(() -> scene.ip.down(vlan, now));
        refused(() -> scene.ip.mtu(vlan, 1400, now));
        scene.ip.removeInterface(scene.nic0, now);
        refused(() -> scene.ip.addVlan(scene.nic0, 5, "late"));
        assertFalse(vlan.isUp());
        assertEquals(1, scene.ip.interfaces().size());
    }

    private static void refused(Executable action) {
        String message = assertThrows(IllegalArgumentException.class, action).getMessage();
        assertTrue(message != null && message.contains("expected an interface that is there"));
    }

    @Test
    void aDestinationOutlivesTheInterfaceThatItWentBy() {
        Destination known = to(Forge.PEER4);
        Destination group = to(LayerScene.GROUP4);
        assertEquals(0, scene.send(Forge.PEER4, 10));
        scene.settle();
        assertEquals(0, scene.ip.send(packet(), known, scene.nowNs()));
        assertEquals(0, scene.ip.send(packet(), group, scene.nowNs()));
        scene.settle();
        scene.ip.removeInterface(scene.nic0, scene.nowNs());
        for (Destination to : List.of(known, group)) {
            assertFalse(to.isReady());
            int packet = packet();
            assertTrue(scene.ip.send(packet, to, scene.nowNs()) < 0 || to.interfaceIndex() == 3);
            if (scene.pool.buffers().references(packet) > 0
                    && scene.pool.buffers().share(packet) == PacketPool.SEND
                    && scene.pool.buffers().continuation(packet) == PacketBuffers.NONE
                    && to.interfaceIndex() != 3) {
                scene.pool.release(packet);
            }
        }
        scene.settle();
    }
}
