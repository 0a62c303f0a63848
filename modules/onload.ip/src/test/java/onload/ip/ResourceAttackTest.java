package onload.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.counter.IpCounter;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.testkit.PacketPools;
import onload.testkit.base.Property;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** No buffers, no room, no link, and time that jumps. */
class ResourceAttackTest {
    private static final long YEAR_NS = 365L * 86_400 * LayerScene.SECOND_NS;

    @RegisterExtension final PacketPools pools = new PacketPools();

    // Made by each test.
    @SuppressWarnings("NullAway.Init")
    private LayerScene scene;

    @BeforeEach
    void open() {
        scene = new LayerScene(pools.open(1024));
    }

    private void reopen(int buffers, IpOptions options, long startNs, boolean scatters) {
        scene.close();
        scene = new LayerScene(pools.open(buffers), options, startNs, scatters);
    }

    @AfterEach
    void close() {
        scene.settle();
        scene.assertServes();
        scene.close();
    }

    private List<Integer> takeAllBuffers() {
        List<Integer> taken = new ArrayList<>();
        for (int share : new int[] {PacketPool.SEND, PacketPool.RECEIVE, PacketPool.CONTROL}) {
            int packet = scene.pool.allocate(share);
            while (packet != PacketBuffers.NONE) {
                taken.add(packet);
                packet = scene.pool.allocate(share);
            }
        }
        return taken;
    }

    private byte[][] everything() {
        byte[] datagram = Forge.udpBytes(600);
        return new byte[][] {
            Forge.echo4(Forge.PEER4, Forge.OWN4, 1),
            Forge.echo6(Forge.PEER6, Forge.OWN6, 1),
            Forge.echo4("192.0.2.77", Forge.OWN4, 1),
            Forge.udp(Forge.PEER4, Forge.OWN4, 1),
            Forge.ip(Forge.PEER4, Forge.OWN4, 200).payload(datagram).build(),
            Forge.ipv6(Forge.PEER6, Forge.OWN6, 200, datagram),
            Forge.fragment4(Forge.PEER4, Forge.UDP, 1, 0, true, Arrays.copyOf(datagram, 8)),
            Forge.fragment4(
                    Forge.PEER4,
                    Forge.UDP,
                    1,
                    8,
                    false,
                    Arrays.copyOfRange(datagram, 8, datagram.length)),
            Forge.fragment6(Forge.PEER6, Forge.UDP, 1, 0, true, datagram),
            Forge.arp(1, Forge.PEER_MAC, Forge.PEER4, "00:00:00:00:00:00", Forge.OWN4),
            Forge.solicitation(
                    Forge.PEER6, "ff02::1:ff00:2", Forge.OWN6, Forge.linkOption(1, Forge.PEER_MAC))
        };
    }

    @Test
    void withoutBuffersNothingFailsAndAllComesBack() {
        scene.assertServes();
        List<Integer> taken = takeAllBuffers();
        for (int i = 0; i < 300; i++) {
            for (byte[] frame : everything()) {
                scene.nic.inject(frame);
            }
            scene.jump(LayerScene.SECOND_NS / 10);
            scene.send(Forge.PEER4, 3000);
            taken.addAll(takeAllBuffers());
        }
        assertTrue(scene.nic.lost() > 0);
        taken.forEach(scene.pool::release);
        scene.run(100 * LayerScene.SECOND_NS);
    }

    @Test
    void oneBufferAtATimeIsEnoughForSomethingAndHarmsNothing() {
        List<Integer> taken = takeAllBuffers();
        Property.forAll(
                200,
                random -> {
                    int spare = random.between(0, 3);
                    for (int i = 0; i < spare && !taken.isEmpty(); i++) {
                        scene.pool.release(taken.removeLast());
                    }
                    byte[][] frames = everything();
                    scene.nic.inject(frames[random.between(0, frames.length - 1)]);
                    scene.jump(random.between(0, 1_000_000_000));
                    scene.send(random.flip() ? Forge.PEER4 : "192.0.2.99", 2000);
                    taken.addAll(takeAllBuffers());
                });
        taken.forEach(scene.pool::release);
        scene.run(100 * LayerScene.SECOND_NS);
    }

    @Test
    void packetsThatWaitForNeighborsAreBounded() {
        reopen(2048, IpOptions.DEFAULT, 1, false);
        scene.peerIsHonest(false);
        for (int i = 0; i < 20_000; i++) {
            int hosts = i < 10_000 ? 20 : 200;
            scene.send("192.0.2." + (10 + i % hosts), 1000);
            scene.send("2001:db8::%x".formatted(100 + i % hosts), 1000);
            assertTrue(scene.held() <= 512 + 256, () -> "held " + scene.held());
        }
        scene.peerIsHonest(true);
        assertTrue(scene.count(IpCounter.NEIGHBOR_DROPPED_QUEUE_FULL) > 0);
        assertTrue(scene.count(IpCounter.NEIGHBOR_DROPPED_REMOVED) > 0);
        scene.run(5 * LayerScene.SECOND_NS / 2);
        scene.assertServes();
        scene.run(60 * LayerScene.SECOND_NS);
        assertTrue(scene.held() <= 0);
    }

    @Test
    void aJammedTransmitRingHoldsNoMoreThanItsQueue() {
        IpOptions options = IpOptions.DEFAULT.withWaitingFrames(64);
        reopen(1024, options, 1, false);
        scene.assertServes();
        scene.nic.jam(true);
        for (int i = 0; i < 5_000; i++) {
            scene.flood(Forge.echo4(Forge.PEER4, Forge.OWN4, 1));
            scene.flood(Forge.arp(1, Forge.PEER_MAC, Forge.PEER4, "00:00:00:00:00:00", Forge.OWN4));
            assertTrue(scene.held() <= 64 + 64, () -> "held " + scene.held());
        }
        assertEquals(IpLayer.QUEUE_FULL, scene.send(Forge.PEER4, 100));
        scene.run(10 * LayerScene.SECOND_NS);
        scene.nic.jam(false);
        scene.run(LayerScene.SECOND_NS);
    }

    @Test
    void linksThatFlapInTheMiddleOfEverythingLoseNoBuffer() {
        Property.forAll(
                100,
                random -> {
                    byte[][] frames = everything();
                    for (int i = random.between(0, 20); i > 0; i--) {
                        scene.nic.inject(frames[random.between(0, frames.length - 1)]);
                    }
                    scene.send("192.0.2.88", 100);
                    scene.nic.link(random.flip());
                    if (random.chance(0.1)) {
                        scene.ip.down(scene.nic0, scene.nowNs());
                    }
                    scene.jump(random.between(0, 2_000_000_000));
                    if (random.flip()) {
                        scene.ip.up(scene.nic0, scene.nowNs());
                    }
                    scene.assertBooksAreRight();
                });
        scene.nic.link(true);
        scene.ip.up(scene.nic0, scene.nowNs());
        scene.run(100 * LayerScene.SECOND_NS);
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MIN_VALUE / 2, -YEAR_NS, -1, 0, 1, YEAR_NS, Long.MAX_VALUE / 2})
    void itDoesNotMatterWhereTimeBegins(long startNs) {
        reopen(1024, IpOptions.DEFAULT, startNs, false);
        scene.assertServes();
        scene.receive(Forge.fragment4(Forge.PEER4, Forge.UDP, 1, 0, true, Forge.udpBytes(32)));
        scene.receive(Forge.router(LayerScene.ROUTER6, 1800, new byte[0]));
        assertEquals(1, scene.ip.routers().routers().size());
        scene.run(59 * LayerScene.SECOND_NS);
        assertEquals(0, scene.count(IpCounter.FRAGMENT_DROPPED_TIMEOUT));
        scene.run(5 * LayerScene.SECOND_NS / 2);
        assertEquals(1, scene.count(IpCounter.FRAGMENT_DROPPED_TIMEOUT));
        scene.run(1800 * LayerScene.SECOND_NS);
        assertEquals(0, scene.ip.routers().routers().size());
        scene.takeSent();
        scene.receive(
                Forge.advertisement(
                        Forge.PEER6,
                        "ff02::1",
                        Forge.PEER6,
                        0x20,
                        Forge.linkOption(2, "02:00:00:00:66:66")));
        scene.receive(Forge.arp(2, "02:00:00:00:66:66", Forge.PEER4, Forge.OWN_MAC, Forge.OWN4));
        scene.send(Forge.PEER4, 10);
        scene.send(Forge.PEER6, 10);
        scene.run(60 * LayerScene.SECOND_NS);
    }

    @Test
    void timeMayJumpByYears() {
        for (int i = 0; i < 20; i++) {
            for (byte[] frame : everything()) {
                scene.receive(frame);
            }
            scene.receive(
                    Forge.router(
                            LayerScene.ROUTER6,
                            1800,
                            Forge.prefixOption("2001:db8:77::", 64, 0xC0, 3600, 1800)));
            scene.send("192.0.2.66", 100);
            scene.jump(YEAR_NS);
            scene.assertTablesAreBounded();
        }
        scene.run(10 * LayerScene.SECOND_NS);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 14, 15, 33, 34, 35, 54, 64, 100, 128, 500})
    void framesScatteredAnywhereAreTakenOrDropped(int piece) {
        reopen(1024, IpOptions.DEFAULT, 3, true);
        scene.nic.cutInto(piece);
        for (byte[] frame : everything()) {
            if (frame.length / piece < 100) {
                scene.receive(frame);
                scene.assertBooksAreRight();
            }
        }
        scene.nic.cutInto(0);
        scene.run(61 * LayerScene.SECOND_NS);
        assertTrue(scene.held() <= 0);
    }
}
