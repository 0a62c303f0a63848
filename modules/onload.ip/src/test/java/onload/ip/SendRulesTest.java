package onload.ip;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
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

import java.util.ArrayList;
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
                                .join(
                                        7,
                                        scene.nic0.index(),
                                        group.high(),
                                        group.low(),
                                        scene.nowNs())
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

    // Templates.

    /** Whatever the way is found anew for, what goes out is the same, from the first buffer's room or without. */
    @Test
    void theFastWayWritesWhatTheSlowOneDoes() {
        List<String> peers =
                List.of(
                        Forge.PEER4,
                        Forge.PEER6,
                        "203.0.113.5",
                        "2001:db9::5",
                        "198.51.100.1",
                        "2001:db8:100::1");
        for (IpInterface each : scene.ip.interfaces()) {
            for (String peer : List.of("198.51.100.1", "2001:db8:100::1")) {
                IpAddress address = IpAddress.parse(peer);
                scene.ip
                        .neighbors()
                        .fix(each.index(), address.high(), address.low(), STATION, scene.nowNs());
            }
        }
        List.of(Forge.PEER4, Forge.PEER6, LayerScene.ROUTER4, LayerScene.ROUTER6)
                .forEach(this::know);
        Property.forAll(
                400,
                random -> {
                    Destination to = to(peers.get(random.between(0, peers.size() - 1)));
                    FragmentPolicy policy = random.oneOf(FragmentPolicy.values());
                    to.fragmentPolicy(policy);
                    int length = random.between(8, 1400);
                    boolean isChain = random.flip();
                    int headroom = random.flip() ? 128 : random.between(58, 70);
                    int trafficClass = random.between(0, 255);
                    int hops = random.between(1, 255);
                    List<byte[]> frames = new ArrayList<>();
                    for (int i = 0; i < 4; i++) {
                        if (i == 2) {
                            to.forget();
                        }
                        int packet = isChain ? chain(length) : packet(length);
                        move(packet, headroom);
                        assertEquals(
                                0, scene.ip.send(packet, to, trafficClass, hops, scene.nowNs()));
                        List<byte[]> sent = sentPackets();
                        assertEquals(1, sent.size());
                        frames.add(withoutIdentification(sent.getFirst(), policy));
                    }
                    for (byte[] frame : frames) {
                        assertArrayEquals(frames.getFirst(), frame);
                    }
                });
    }

    /** The same data in its buffer with so much room before it. */
    private void move(int packet, int headroom) {
        PacketBuffers buffers = scene.pool.buffers();
        byte[] data = new byte[buffers.length(packet)];
        buffers.memory().getBytes(buffers.data(packet), data);
        buffers.place(packet, PacketBuffers.METADATA_LENGTH + headroom, data.length);
        buffers.memory().putBytes(buffers.data(packet), data);
    }

    private static byte[] withoutIdentification(byte[] frame, FragmentPolicy policy) {
        UnsafeBuffer buffer = new UnsafeBuffer(frame);
        int ip = Forge.ethernetType(frame) == EtherType.VLAN ? 18 : 14;
        if (policy == FragmentPolicy.ALLOW && Ipv4Header.version(buffer, ip) == 4) {
            assertTrue(Ipv4Header.isChecksumCorrect(buffer, ip));
            Ipv4Header.identification(buffer, ip, 0);
            Ipv4Header.checksum(buffer, ip, 0);
        }
        return frame;
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
        assertEquals(IpLayer.QUEUE_FULL, scene.ip.send(refused, to(Forge.PEER4), scene.nowNs()));
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
