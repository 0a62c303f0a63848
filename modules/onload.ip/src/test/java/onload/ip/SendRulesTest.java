package onload.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.address.InterfaceAddress;
import onload.ip.counter.IpCounter;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.testkit.PacketPools;
import onload.testkit.base.Property;
import onload.wire.CidrAddress;
import onload.wire.EtherType;
import onload.wire.InternetChecksum;
import onload.wire.IpAddress;
import onload.wire.Ipv4Header;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.List;

/** What must not leave this host, or not in that form, by the slow way as by the fast one. */
class SendRulesTest {
    private static final long STATION = 0x02_00_00_00_00_77L;
    private static final String OTHER = "192.0.2.77";

    @RegisterExtension final PacketPools pools = new PacketPools();

    private LayerScene scene = new LayerScene(pools.open(1024));

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
            scene.pool.buffers().memory().putByte(at + i, (byte) (3 * i));
        }
        return packet;
    }

    private List<byte[]> sentPackets() {
        scene.ip.flush(scene.nowNs());
        scene.settle();
        return scene.takeSent().stream()
                .filter(frame -> Forge.ethernetType(frame) != EtherType.ARP)
                .filter(frame -> Forge.icmpType(frame) < 0)
                .toList();
    }

    private void know(String address) {
        IpAddress peer = IpAddress.parse(address);
        scene.ip
                .neighbors()
                .fix(scene.nic0.index(), peer.high(), peer.low(), STATION, scene.nowNs());
    }

    // Hop limits.

    @Test
    void aHopLimitOf0KeepsThePacketHereAlsoWhenTheWayIsKnown() {
        for (String peer : List.of(Forge.PEER4, Forge.PEER6)) {
            know(peer);
            Destination to = to(peer);
            for (int i = 0; i < 3; i++) {
                assertEquals(0, scene.ip.send(packet(20), to, 0, 0, scene.nowNs()));
                assertEquals(List.of(), sentPackets());
                assertEquals(0, scene.ip.send(packet(20), to, 0, 1, scene.nowNs()));
                assertEquals(1, sentPackets().size());
            }
        }
    }

    @Test
    void aHopLimitOrTrafficClassThatIsNoneIsRefused() {
        Destination to = to(Forge.PEER4);
        assertThrows(IllegalArgumentException.class, () -> to.hopLimit(256));
        assertThrows(IllegalArgumentException.class, () -> to.hopLimit(-2));
        assertThrows(IllegalArgumentException.class, () -> to.trafficClass(256));
        assertThrows(IllegalArgumentException.class, () -> to.trafficClass(-1));
        to.hopLimit(255);
        to.hopLimit(0);
        to.hopLimit(Destination.DEFAULT_HOP_LIMIT);
        to.trafficClass(255);
        assertEquals(255, to.trafficClass());
    }

    // Scopes.

    /** RFC 4291, section 2.7: interface-local groups span one interface, and scope 0 is not sent to at all. */
    @Test
    void whatIsForAGroupOfTheInterfaceOrOfNoScopeDoesNotLeaveIt() {
        IpAddress group = IpAddress.parse("ff01::123");
        assertTrue(
                scene.ip
                                .groups()
                                .join(7, scene.nic0.index(), group.high(), group.low(), scene.nowNs())
                        >= 0);
        long looped = scene.count(IpCounter.LOOPED_BACK);
        for (String address : List.of("ff01::123", "ff00::123", "ff11::5", "ff01::1")) {
            Destination to = to(address);
            to.bindTo(scene.nic0.index());
            assertEquals(0, scene.ip.send(packet(20), to, scene.nowNs()));
            assertEquals(0, scene.ip.send(packet(20), to, scene.nowNs()));
            assertEquals(List.of(), sentPackets(), address);
        }
        assertTrue(scene.count(IpCounter.LOOPED_BACK) >= looped + 2);
    }

    // Sources.

    /** RFC 4038, section 4.2: IPv4-mapped addresses are not for the wire. */
    @Test
    void fromAnAddressOfTheOtherVersionAPacketIsRefused() {
        assertNoSource(Forge.PEER6, Forge.OWN4);
        assertNoSource(Forge.PEER6, "0.0.0.0");
        assertNoSource(Forge.PEER4, Forge.OWN6);
        assertNoSource(Forge.PEER4, "::");
        assertNoSource(Forge.OWN6, Forge.OWN4);
        assertNoSource("127.0.0.1", "::1");
    }

    private void assertNoSource(String peer, String source) {
        Destination to = to(peer);
        IpAddress from = IpAddress.parse(source);
        to.source(from.high(), from.low());
        int packet = packet(1);
        assertEquals(IpLayer.NO_SOURCE, scene.ip.send(packet, to, scene.nowNs()), peer);
        scene.pool.release(packet);
    }

    // Checksums.

    /** A packet was made for one way and finds another one, by which nobody fills its checksum in. */
    @Test
    void aChecksumLeftToTheNicIsFilledInForANicThatDoesNot() {
        Property.forAll(
                100,
                random -> {
                    InterfaceAddress own =
                            scene.ip.addAddress(
                                    scene.nic0, CidrAddress.parse(OTHER + "/24"), scene.nowNs());
                    scene.run(15 * LayerScene.SECOND_NS);
                    Destination to = to(OTHER);
                    assertEquals(0, scene.ip.prepare(to, scene.nowNs()));
                    assertTrue(to.isLocal() && to.offloadsChecksum());
                    scene.ip.addresses().remove(own, scene.nowNs());
                    know(OTHER);
                    scene.takeSent();
                    int length = random.between(8, 1400);
                    boolean isChain = random.flip();
                    for (int i = 0; i < 2; i++) {
                        int packet = isChain ? chain(length) : packet(length);
                        // The sum of a pseudo-header of nothing but zeros.
                        clear(packet, 6, 2);
                        scene.pool.buffers().needChecksum(packet, 0, 6);
                        assertEquals(0, scene.ip.send(packet, to, scene.nowNs()));
                        assertFalse(to.isLocal() || to.offloadsChecksum());
                        assertChecksum(sentPackets(), length);
                    }
                    IpAddress peer = IpAddress.parse(OTHER);
                    scene.ip.neighbors().remove(scene.nic0.index(), peer.high(), peer.low());
                });
    }

    private void clear(int packet, int offset, int length) {
        PacketBuffers buffers = scene.pool.buffers();
        buffers.memory().setMemory(buffers.data(packet) + offset, length, (byte) 0);
    }

    private int chain(int length) {
        PacketBuffers buffers = scene.pool.buffers();
        int first = packet(8);
        buffers.continuation(first, packet(length - 8));
        buffers.frameLength(first, length);
        return first;
    }

    private static void assertChecksum(List<byte[]> frames, int length) {
        assertEquals(1, frames.size());
        byte[] frame = frames.getFirst();
        assertEquals(34 + length, frame.length);
        UnsafeBuffer buffer = new UnsafeBuffer(frame);
        assertTrue(Ipv4Header.isChecksumCorrect(buffer, 14));
        assertEquals(0, InternetChecksum.fold(InternetChecksum.sum(buffer, 34, length, 0)));
    }

    // Counters.

    /** One reason for each packet: nobody who waited is refused as well. */
    @Test
    void whatWaitedForANeighborAndFindsNoRoomIsDroppedAndNotRefused() {
        scene.close();
        scene = new LayerScene(pools.open(1024), IpOptions.DEFAULT.withWaitingFrames(1), 1, false);
        scene.peerIsHonest(false);
        Destination to = to(OTHER);
        for (int i = 0; i < 3; i++) {
            assertEquals(0, scene.ip.send(packet(20), to, scene.nowNs()));
        }
        scene.settle();
        scene.nic.jam(true);
        know(OTHER);
        assertEquals(2, scene.count(IpCounter.SEND_DROPPED_QUEUE_FULL));
        assertEquals(0, scene.count(IpCounter.SEND_REFUSED_QUEUE_FULL));
        scene.nic.jam(false);
    }

    @Test
    void fragmentsThatFindNoRoomAreDroppedAndNotRefused() {
        scene.close();
        scene = new LayerScene(pools.open(1024), IpOptions.DEFAULT.withWaitingFrames(1), 1, false);
        know(Forge.PEER4);
        scene.nic.jam(true);
        // The first of three fragments waits before the ring, the others are lost.
        assertEquals(0, scene.ip.send(chain3000(), to(Forge.PEER4), scene.nowNs()));
        assertEquals(2, scene.count(IpCounter.SEND_DROPPED_QUEUE_FULL));
        assertEquals(1, scene.count(IpCounter.FRAGMENTS_SENT));
        assertEquals(0, scene.count(IpCounter.SEND_REFUSED_QUEUE_FULL));
        int refused = chain3000();
        assertEquals(
                IpLayer.QUEUE_FULL, scene.ip.send(refused, to(Forge.PEER4), scene.nowNs()));
        assertEquals(2, scene.count(IpCounter.SEND_DROPPED_QUEUE_FULL));
        assertEquals(1, scene.count(IpCounter.SEND_REFUSED_QUEUE_FULL));
        scene.pool.release(refused);
        scene.nic.jam(false);
    }

    private int chain3000() {
        PacketBuffers buffers = scene.pool.buffers();
        int first = packet(1500);
        buffers.continuation(first, packet(1500));
        buffers.frameLength(first, 3000);
        return first;
    }
}
