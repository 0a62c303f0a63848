package onload.ip;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.counter.IpCounter;
import onload.ip.route.Route;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.testkit.PacketPools;
import onload.testkit.base.Property;
import onload.testkit.base.Randomness;
import onload.wire.EtherType;
import onload.wire.EthernetHeader;
import onload.wire.IpAddress;
import onload.wire.IpPrefix;
import onload.wire.Ipv4Header;
import onload.wire.Ipv6Header;
import onload.wire.MacAddress;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.List;

/** What a sender is answered, and what goes out. */
class SendTest {
    private static final int DATA_LENGTH = 100;

    @RegisterExtension final PacketPools pools = new PacketPools();

    private LayerScene scene = scene();

    private LayerScene scene() {
        return new LayerScene(pools.open(1024));
    }

    @BeforeEach
    void thePeerIsKnown() {
        scene.assertServes();
        scene.takeSent();
    }

    @AfterEach
    void close() {
        scene.close();
    }

    private Destination to(String address) {
        return scene.ip.destination(IpAddress.parse(address), Forge.UDP);
    }

    private int packet(int length) {
        int packet = scene.pool.allocate(PacketPool.SEND);
        int at = scene.pool.buffers().append(packet, length);
        for (int i = 0; i < length; i++) {
            scene.pool.buffers().memory().putByte(at + i, (byte) i);
        }
        return packet;
    }

    /** The packet stays the sender's and is as it was, and the counter says why. */
    private void assertRefused(int expected, IpCounter reason, Destination to, int length) {
        int packet = packet(length);
        int data = scene.pool.buffers().data(packet);
        long before = scene.count(reason);
        assertEquals(expected, scene.ip.send(packet, to, scene.nowNs()));
        assertEquals(before + 1, scene.count(reason));
        assertEquals(data, scene.pool.buffers().data(packet));
        assertEquals(length, scene.pool.buffers().length(packet));
        assertEquals(1, scene.pool.buffers().references(packet));
        scene.pool.release(packet);
    }

    private void send(Destination to, int length) {
        assertEquals(0, scene.ip.send(packet(length), to, scene.nowNs()));
        scene.ip.flush(scene.nowNs());
    }

    private byte[] sentFrame() {
        scene.settle();
        List<byte[]> frames =
                scene.takeSent().stream()
                        .filter(frame -> Forge.ethernetType(frame) != EtherType.ARP)
                        .filter(frame -> Forge.icmpType(frame) < 0)
                        .toList();
        assertEquals(1, frames.size());
        return frames.getFirst();
    }

    // Refusals.

    @Test
    void withoutARouteAPacketIsRefused() {
        for (Route route : scene.ip.routes()) {
            if (route.gateway() != null) {
                scene.ip.removeRoute(route);
            }
        }
        assertRefused(IpLayer.NO_ROUTE, IpCounter.SEND_REFUSED_NO_ROUTE, to("203.0.113.1"), 1);
        assertRefused(IpLayer.NO_ROUTE, IpCounter.SEND_REFUSED_NO_ROUTE, to("2001:db9::1"), 1);
    }

    @Test
    void fromAnAddressThatIsNotOursAPacketIsRefused() {
        Destination to = to(Forge.PEER4);
        IpAddress alien = IpAddress.parse("192.0.2.77");
        to.source(alien.high(), alien.low());
        assertRefused(IpLayer.NO_SOURCE, IpCounter.SEND_REFUSED_NO_SOURCE, to, 1);
    }

    @Test
    void fromALoopbackAddressNothingLeavesTheHost() {
        Destination to = to(Forge.PEER4);
        IpAddress loopback = IpAddress.parse("127.0.0.1");
        to.source(loopback.high(), loopback.low());
        assertRefused(IpLayer.NO_SOURCE, IpCounter.SEND_REFUSED_NO_SOURCE, to, 1);
    }

    @Test
    void whatMayNotBeCutIsRefusedIfItIsTooLong() {
        for (String peer : List.of(Forge.PEER4, Forge.PEER6)) {
            int most = 1500 - (peer.equals(Forge.PEER4) ? 20 : 40);
            for (FragmentPolicy policy : List.of(FragmentPolicy.FORBID, FragmentPolicy.PROBE)) {
                Destination to = to(peer);
                to.fragmentPolicy(policy);
                send(to, most);
                assertEquals(1514, sentFrame().length);
                assertRefused(IpLayer.TOO_LONG, IpCounter.SEND_REFUSED_TOO_LONG, to, most + 1);
            }
        }
    }

    @Test
    void aLayerWithAShortQueueRefusesAndSendsTheRestInOrder() {
        scene.close();
        scene = new LayerScene(pools.open(1024), IpOptions.DEFAULT.withWaitingFrames(4), 1, false);
        Destination to = to(Forge.PEER4);
        send(to, 1);
        scene.settle();
        scene.takeSent();
        scene.nic.jam(true);
        int length = 1;
        while (scene.ip.send(packet(length), to, scene.nowNs()) == 0) {
            length++;
            assertTrue(length < 600);
        }
        // The packet of the last send, which was refused, was not given away.
        assertEquals(1, scene.count(IpCounter.SEND_REFUSED_QUEUE_FULL));
        int refused = length;
        scene.nic.jam(false);
        scene.settle();
        List<byte[]> frames = scene.takeSent();
        for (int i = 0; i < frames.size(); i++) {
            assertEquals(14 + 20 + 1 + i, frames.get(i).length);
        }
        assertEquals(refused - 1, frames.size());
        releaseRefused();
    }

    /** The one packet that is neither the NIC's nor the pool's. */
    private void releaseRefused() {
        PacketBuffers buffers = scene.pool.buffers();
        for (int packet = 0; packet < scene.pool.capacity(); packet++) {
            if (buffers.references(packet) == 1 && buffers.share(packet) == PacketPool.SEND) {
                scene.pool.release(packet);
            }
        }
    }

    @Test
    void withoutHeadRoomAPacketIsRefused() {
        Destination to = to(Forge.PEER4);
        send(to, 1);
        int packet = scene.pool.allocate(PacketPool.SEND);
        scene.pool.buffers().place(packet, PacketBuffers.METADATA_LENGTH + 33, 10);
        assertEquals(IpLayer.NO_BUFFER, scene.ip.send(packet, to, scene.nowNs()));
        assertEquals(1, scene.count(IpCounter.SEND_REFUSED_NO_BUFFER));
        scene.pool.release(packet);
    }

    @Test
    void headRoomForTheHeadersAloneIsEnough() {
        Destination to = to(Forge.PEER4);
        send(to, 10);
        byte[] usual = sentFrame();
        int packet = packet(10);
        scene.pool.buffers().place(packet, PacketBuffers.METADATA_LENGTH + 34, 10);
        int at = scene.pool.buffers().data(packet);
        for (int i = 0; i < 10; i++) {
            scene.pool.buffers().memory().putByte(at + i, (byte) i);
        }
        assertEquals(0, scene.ip.send(packet, to, scene.nowNs()));
        assertArrayEquals(usual, sentFrame());
    }

    @Test
    void byAnInterfaceThatIsDownAPacketIsRefused() {
        Destination to = to("239.9.9.9");
        to.bindTo(scene.nic0.index());
        scene.ip.down(scene.nic0, scene.nowNs());
        assertRefused(IpLayer.INTERFACE_DOWN, IpCounter.SEND_REFUSED_INTERFACE_DOWN, to, 1);
    }

    @Test
    void aNeighborThatDoesNotAnswerIsRefusedForAWhile() {
        Destination to = to("192.0.2.99");
        send(to, DATA_LENGTH);
        scene.run(3 * LayerScene.SECOND_NS + LayerScene.SECOND_NS / 2);
        assertEquals(1, scene.udp.errors());
        assertRefused(IpLayer.UNREACHABLE, IpCounter.SEND_REFUSED_UNREACHABLE, to, 1);
        scene.run(2 * LayerScene.SECOND_NS);
        send(to, 1);
        scene.run(10 * LayerScene.SECOND_NS);
    }

    // What goes out.

    @Test
    void theFirstPacketAndTheNextAreTheSameBytes() {
        Property.forAll(
                300,
                random -> {
                    boolean isIpv4 = random.flip();
                    Destination to = to(isIpv4 ? Forge.PEER4 : Forge.PEER6);
                    to.fragmentPolicy(FragmentPolicy.FORBID);
                    int length = random.between(0, 1400);
                    int trafficClass = random.between(0, 255);
                    int hopLimit = random.between(1, 255);
                    byte[] slow = sent(to, length, trafficClass, hopLimit);
                    byte[] fast = sent(to, length, trafficClass, hopLimit);
                    assertArrayEquals(slow, fast);
                    assertHeader(fast, isIpv4, length, trafficClass, hopLimit);
                });
    }

    private byte[] sent(Destination to, int length, int trafficClass, int hopLimit) {
        int packet = packet(length);
        assertEquals(0, scene.ip.send(packet, to, trafficClass, hopLimit, scene.nowNs()));
        scene.ip.flush(scene.nowNs());
        return sentFrame();
    }

    private static void assertHeader(
            byte[] frame, boolean isIpv4, int length, int trafficClass, int hopLimit) {
        UnsafeBuffer buffer = new UnsafeBuffer(frame);
        assertEquals(MacAddress.parse(Forge.PEER_MAC), EthernetHeader.destination(buffer, 0));
        assertEquals(MacAddress.parse(Forge.OWN_MAC), EthernetHeader.source(buffer, 0));
        if (isIpv4) {
            assertEquals(20, Ipv4Header.check(buffer, 14, frame.length - 14));
            assertTrue(Ipv4Header.isChecksumCorrect(buffer, 14));
            assertEquals(20 + length, Ipv4Header.totalLength(buffer, 14));
            assertEquals(trafficClass, Ipv4Header.trafficClass(buffer, 14));
            assertEquals(hopLimit, Ipv4Header.timeToLive(buffer, 14));
            assertEquals(Ipv4Header.DONT_FRAGMENT, Ipv4Header.flags(buffer, 14));
            assertEquals(Forge.UDP, Ipv4Header.protocol(buffer, 14));
        } else {
            assertEquals(40, Ipv6Header.check(buffer, 14, frame.length - 14));
            assertEquals(length, Ipv6Header.payloadLength(buffer, 14));
            assertEquals(trafficClass, Ipv6Header.trafficClass(buffer, 14));
            assertEquals(hopLimit, Ipv6Header.hopLimit(buffer, 14));
            assertEquals(Forge.UDP, Ipv6Header.nextHeader(buffer, 14));
        }
        int headers = 14 + (isIpv4 ? 20 : 40);
        assertEquals(headers + length, frame.length);
        for (int i = 0; i < length; i++) {
            assertEquals((byte) i, frame[headers + i]);
        }
    }

    @Test
    void chainsAreSentAsOneFrameAlsoByANicThatGathersNone() {
        PacketBuffers buffers = scene.pool.buffers();
        Destination to = to(Forge.PEER4);
        send(to, 600);
        byte[] whole = sentFrame();
        int first = packet(0);
        int at = buffers.append(first, 256);
        int second = packet(0);
        int rest = buffers.append(second, 344);
        for (int i = 0; i < 600; i++) {
            buffers.memory().putByte(i < 256 ? at + i : rest + i - 256, (byte) i);
        }
        buffers.continuation(first, second);
        buffers.frameLength(first, 600);
        assertEquals(0, scene.ip.send(first, to, scene.nowNs()));
        scene.ip.flush(scene.nowNs());
        assertArrayEquals(whole, sentFrame());
    }

    @Test
    void whatMayBeCutOnTheWayHasAnIdentificationOfItsOwn() {
        Destination to = to(Forge.PEER4);
        to.fragmentPolicy(FragmentPolicy.ALLOW);
        send(to, DATA_LENGTH);
        UnsafeBuffer one = new UnsafeBuffer(sentFrame());
        send(to, DATA_LENGTH);
        UnsafeBuffer other = new UnsafeBuffer(sentFrame());
        assertEquals(0, Ipv4Header.flags(one, 14));
        assertFalse(Ipv4Header.identification(one, 14) == Ipv4Header.identification(other, 14));
        assertTrue(Ipv4Header.isChecksumCorrect(one, 14));
    }

    // Ways that change.

    @Test
    void theNextPacketGoesToTheNeighborsNewEthernetAddress() {
        Destination to = to(Forge.PEER4);
        send(to, 1);
        sentFrame();
        long moved = 0x02_00_00_00_00_77L;
        scene.ip.neighbors().fix(scene.nic0.index(), to.high(), to.low(), moved, scene.nowNs());
        assertFalse(to.isReady());
        send(to, 1);
        assertEquals(moved, EthernetHeader.destination(new UnsafeBuffer(sentFrame()), 0));
        assertTrue(to.isReady());
    }

    @Test
    void theNextPacketGoesOverANewRoute() {
        IpAddress router = IpAddress.parse("192.0.2.200");
        scene.ip
                .neighbors()
                .fix(
                        scene.nic0.index(),
                        router.high(),
                        router.low(),
                        0x02_00_00_00_02_00L,
                        scene.nowNs());
        Destination to = to("203.0.113.5");
        send(to, 1);
        scene.run(LayerScene.SECOND_NS / 10);
        scene.takeSent();
        scene.ip.addRoute(Route.via(IpPrefix.parse("203.0.113.0/24"), router, scene.nic0.index()));
        send(to, 1);
        assertEquals(
                0x02_00_00_00_02_00L, EthernetHeader.destination(new UnsafeBuffer(sentFrame()), 0));
    }

    @Test
    void theWayOfADestinationThatIsKeptIsNotLookedForAgain() {
        Destination to = to(Forge.PEER4);
        send(to, 1);
        sentFrame();
        Randomness random = new Randomness(1);
        for (int i = 0; i < 20; i++) {
            int version = to.neighborVersion;
            send(to, random.between(1, 100));
            sentFrame();
            assertEquals(version, to.neighborVersion);
        }
    }

    @Test
    void aSenderOfAnAddressThatIsGoneIsRefusedByTheNextPacket() {
        Destination to = to(Forge.PEER4);
        IpAddress own = IpAddress.parse(Forge.OWN4);
        to.source(own.high(), own.low());
        send(to, 1);
        sentFrame();
        scene.ip
                .addresses()
                .list(scene.nic0.index())
                .forEach(each -> {
                    if (each.address().equals(own)) {
                        scene.ip.addresses().remove(each, scene.nowNs());
                    }
                });
        int packet = packet(1);
        assertTrue(scene.ip.send(packet, to, scene.nowNs()) < 0);
        scene.pool.release(packet);
    }
}
