package onload.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.nic.packet.HugePages;
import onload.nic.packet.PacketPool;
import onload.nic.packet.PoolOptions;
import onload.testkit.PacketPools;
import onload.testkit.base.AllocatedBytes;
import onload.wire.IpAddress;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What comes and goes packet by packet leaves nothing for the garbage collector. */
class LayerAllocationTest {
    private static final int RUNS = 2_000;
    private static final int BATCH = 64;

    @RegisterExtension final PacketPools pools = new PacketPools();

    private LayerScene scene;

    @BeforeEach
    void open() {
        PoolOptions options =
                PoolOptions.of(1024).withHugePages(HugePages.NEVER).withAccounting(false);
        scene = new LayerScene(pools.open(options));
        scene.assertServes();
        scene.nic.keepFrames(false);
    }

    @AfterEach
    void close() {
        scene.close();
    }

    private void assertNothingIsAllocatedFor(byte[]... frames) {
        long before = scene.nic.delivered();
        long bytes =
                AllocatedBytes.perRun(
                        RUNS,
                        RUNS,
                        () -> {
                            for (byte[] frame : frames) {
                                scene.nic.inject(frame);
                            }
                        },
                        () -> {
                            scene.ip.poll(scene.nowNs(), BATCH);
                            scene.ip.poll(scene.nowNs(), BATCH);
                        });
        assertEquals(before + 4L * RUNS * frames.length, scene.nic.delivered());
        assertEquals(0, bytes);
    }

    @Test
    void datagramsComeInWithoutAllocation() {
        long before = scene.udp.taken();
        assertNothingIsAllocatedFor(
                Forge.udp(Forge.PEER4, Forge.OWN4, 100),
                Forge.udp(Forge.PEER6, Forge.OWN6, 100),
                Forge.udp("203.0.113.7", Forge.OWN4, 100),
                Forge.udp(Forge.PEER6, LayerScene.GROUP6, 100));
        assertEquals(before + 16L * RUNS, scene.udp.taken());
    }

    @Test
    void echoesAreAnsweredWithoutAllocation() {
        assertNothingIsAllocatedFor(
                Forge.echo4(Forge.PEER4, Forge.OWN4, 1), Forge.echo6(Forge.PEER6, Forge.OWN6, 1));
        assertTrue(scene.nic.accepted() > 1000);
    }

    @Test
    void questionsForThisHostAreAnsweredWithoutAllocation() {
        assertNothingIsAllocatedFor(
                Forge.arp(1, Forge.PEER_MAC, Forge.PEER4, "00:00:00:00:00:00", Forge.OWN4),
                Forge.solicitation(
                        Forge.PEER6,
                        "ff02::1:ff00:2",
                        Forge.OWN6,
                        Forge.linkOption(1, Forge.PEER_MAC)));
    }

    @Test
    void fragmentsAndWhatIsRefusedAreDealtWithWithoutAllocation() {
        assertNothingIsAllocatedFor(
                Forge.fragment4(Forge.PEER4, Forge.UDP, 1, 0, true, Forge.udpBytes(16)),
                Forge.fragment4(Forge.PEER4, Forge.UDP, 1, 24, false, Forge.filled(9, 1)),
                Forge.fragment6(Forge.PEER6, Forge.UDP, 1, 0, true, Forge.udpBytes(16)),
                Forge.fragment6(Forge.PEER6, Forge.UDP, 1, 24, false, Forge.filled(9, 1)),
                Forge.ip(Forge.PEER4, Forge.OWN4, 200).payload("unknown").build(),
                Forge.ipv6(Forge.PEER6, Forge.OWN6, 60, Forge.bytes(17, 0, 0x9E, 4, 0, 0, 0, 0)),
                Forge.udp("127.0.0.1", Forge.OWN4, 1),
                Forge.udp(Forge.PEER4, "10.0.0.1", 1));
    }

    @Test
    void datagramsGoOutWithoutAllocation() {
        for (String peer : new String[] {Forge.PEER4, Forge.PEER6, Forge.OWN4}) {
            Destination destination = scene.ip.destination(IpAddress.parse(peer), Forge.UDP);
            assertEquals(0, AllocatedBytes.perRun(RUNS, RUNS, () -> sendAndPoll(destination)));
        }
    }

    private void sendAndPoll(Destination destination) {
        int packet = scene.pool.allocate(PacketPool.SEND);
        scene.pool.buffers().append(packet, 100);
        int result = scene.ip.send(packet, destination, scene.nowNs());
        if (result != 0) {
            throw new AssertionError(result);
        }
        scene.ip.poll(scene.nowNs(), BATCH);
        scene.ip.poll(scene.nowNs(), BATCH);
    }
}
