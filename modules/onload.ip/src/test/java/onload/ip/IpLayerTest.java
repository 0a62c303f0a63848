package onload.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.PacketPools;
import onload.wire.IpAddress;
import onload.wire.MacAddress;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.List;

/** How a layer is put together, changed and taken apart. */
class IpLayerTest {
    private static final long STATION = MacAddress.parse("02:00:00:00:00:55");

    @RegisterExtension final PacketPools pools = new PacketPools();

    private final LayerScene scene = new LayerScene(pools.open(1024));

    @AfterEach
    void close() {
        scene.ip.close();
        scene.ip.close();
    }

    private static String refused(Runnable action) {
        String message = assertThrows(IllegalArgumentException.class, action::run).getMessage();
        return message == null ? "" : message;
    }

    private HostileNic anotherNic() {
        return new HostileNic(scene.pool, STATION, 1500, false);
    }

    private IpInterface vlan() {
        return scene.ip.interfaces().get(2);
    }

    @Test
    void interfacesAreListedWithTheLoopbackFirst() {
        assertEquals(
                List.of("1: lo up", "2: nic0 up", "3: nic0.100 up"),
                scene.ip.interfaces().stream().map(IpInterface::toString).toList());
    }

    @Test
    void aNameIsTakenOnce() {
        assertTrue(
                refused(() -> scene.ip.addInterface("nic0", anotherNic()))
                        .contains("there is an interface named nic0 already"));
        assertTrue(
                refused(() -> scene.ip.addVlan(scene.nic0, 7, "nic0.100"))
                        .contains("nic0.100 already"));
    }

    @Test
    void aNicOfAnotherPoolIsRefused() {
        HostileNic stranger = new HostileNic(pools.open(8), STATION, 1500, false);
        assertTrue(
                refused(() -> scene.ip.addInterface("nic1", stranger))
                        .contains("another packet pool"));
    }

    @Test
    void aVlanIsOfANicAndHasAnIdentifierOfItsOwn() {
        assertTrue(refused(() -> scene.ip.addVlan(scene.nic0, 0, "a")).contains("1 to 4094"));
        assertTrue(refused(() -> scene.ip.addVlan(scene.nic0, 4095, "a")).contains("4094"));
        assertTrue(
                refused(() -> scene.ip.addVlan(scene.nic0, LayerScene.VLAN, "a"))
                        .contains("each once"));
        assertTrue(refused(() -> scene.ip.addVlan(vlan(), 7, "a")).contains("cannot have VLANs"));
        IpInterface loopback = scene.ip.interfaces().getFirst();
        assertTrue(refused(() -> scene.ip.addVlan(loopback, 7, "a")).contains("cannot have VLANs"));
    }

    @Test
    void anMtuIsWithinWhatTheNicTakes() {
        assertTrue(refused(() -> mtu(67)).contains("68 to 1500"));
        assertTrue(refused(() -> mtu(1501)).contains("68 to 1500"));
        mtu(1280);
        assertEquals(1280, scene.nic0.mtu());
        assertTrue(scene.nic0.isUp());
        scene.run(10 * LayerScene.SECOND_NS);
        scene.assertServes();
    }

    private void mtu(int bytes) {
        scene.ip.mtu(scene.nic0, bytes, scene.nowNs());
    }

    @Test
    void belowTheLeastMtuOfIpv6ThereIsNone() {
        mtu(1279);
        scene.run(10 * LayerScene.SECOND_NS);
        assertTrue(scene.nic0.isIpv6Disabled());
        scene.assertServesIpv4();
        mtu(1280);
        scene.run(10 * LayerScene.SECOND_NS);
        scene.assertServes();
    }

    @Test
    void anInterfaceThatIsRemovedLeavesNothingBehind() {
        IpAddress peer = IpAddress.parse("198.51.100.9");
        IpInterface vlan = vlan();
        scene.ip.neighbors().fix(vlan.index(), peer.high(), peer.low(), STATION, scene.nowNs());
        Destination to = scene.ip.destination(peer, Forge.UDP);
        assertEquals(0, scene.ip.prepare(to, scene.nowNs()));
        scene.ip.removeInterface(vlan, scene.nowNs());
        assertEquals(List.of(), scene.ip.addresses().list(vlan.index()));
        assertFalse(
                scene.ip.routes().stream()
                        .anyMatch(route -> route.interfaceIndex() == vlan.index()));
        assertNull(scene.ip.neighbors().find(vlan.index(), peer.high(), peer.low()));
        assertEquals(2, scene.ip.interfaces().size());
        assertFalse(to.isReady());
        assertTrue(refused(() -> scene.ip.removeInterface(vlan, 0)).contains("that is there"));
        scene.assertServes();
    }

    @Test
    void theLoopbackStays() {
        IpInterface loopback = scene.ip.interfaces().getFirst();
        assertTrue(
                refused(() -> scene.ip.removeInterface(loopback, 0)).contains("cannot be removed"));
    }

    @Test
    void theNumberOfAnInterfaceIsNotUsedAgain() {
        scene.ip.removeInterface(vlan(), scene.nowNs());
        assertEquals(4, scene.ip.addVlan(scene.nic0, LayerScene.VLAN, "again").index());
    }

    @Test
    void withTheLastInterfaceOfANicThatIsClosed() {
        scene.ip.removeInterface(scene.nic0, scene.nowNs());
        assertTrue(scene.nic.capabilities().mtu() > 0);
        scene.ip.removeInterface(scene.ip.interfaces().get(1), scene.nowNs());
        assertEquals(1, scene.ip.interfaces().size());
        // A closed interface delivers nothing.
        assertEquals(0, scene.ip.poll(scene.nowNs(), 64));
    }

    @Test
    void optionsOutOfRangeAreNamed() {
        assertTrue(
                refused(() -> IpOptions.DEFAULT.withWaitingFrames(0))
                        .contains("waitingFrames cannot be 0"));
    }
}
