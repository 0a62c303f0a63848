package onload.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.address.AddressOptions;
import onload.ip.address.ConflictDetection;
import onload.ip.address.DefendPolicy;
import onload.ip.counter.IpCounter;
import onload.ip.fragment.ReassemblyOptions;
import onload.ip.icmp.IcmpOptions;
import onload.ip.multicast.MulticastOptions;
import onload.ip.neighbor.NeighborOptions;
import onload.ip.route.PathMtuOptions;
import onload.ip.router.RouterOptions;
import onload.nic.packet.HugePages;
import onload.nic.packet.PacketPool;
import onload.nic.packet.PoolOptions;
import onload.testkit.PacketPools;
import onload.testkit.base.Property;
import onload.testkit.base.Randomness;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Sequences of damaged frames against a whole layer, between which time passes, the link goes away, and this host
 * sends: whatever comes, there is no exception, no table grows beyond its bound, every frame is in one counter, every
 * buffer comes home, and an honest peer is served afterwards. By {@code onload.scale} as many as wanted; {@code
 * docs/fuzzing.md} has the commands.
 */
class LayerFuzzTest {
    private static final int SEQUENCES = 60;
    private static final int MOST_STEPS = 150;
    private static final int BUFFERS = 512;
    private static final long MILLISECOND_NS = 1_000_000;
    private static final PoolOptions POOL =
            PoolOptions.of(BUFFERS).withHugePages(HugePages.NEVER).withAccounting(false);

    private static final String[] IPV4_PEERS = {
        Forge.PEER4, Forge.OWN4, "192.0.2.77", "203.0.113.9", LayerScene.GROUP4, "192.0.2.255"
    };
    private static final String[] IPV6_PEERS = {
        Forge.PEER6, Forge.OWN6, "2001:db8::77", "2001:db8:9::9", LayerScene.GROUP6
    };

    /** Tables that a sequence fills. */
    private static final IpOptions SMALL =
            new IpOptions(
                    NeighborOptions.DEFAULT.withCapacity(6).withIncompleteLimit(3).withQueues(2, 4),
                    AddressOptions.DEFAULT
                            .withCapacity(10)
                            .withIpv4(ConflictDetection.PROBE, DefendPolicy.DEFEND_ALWAYS),
                    new RouterOptions(
                            true, true, true, true, 2, 2, 2, 2, 3, 600_000_000_000L, 0, 32, 1024),
                    new ReassemblyOptions(
                            4, 12, 4, 3, 8, 60 * LayerScene.SECOND_NS, 60 * LayerScene.SECOND_NS),
                    IcmpOptions.DEFAULT
                            .withErrors(100, 5)
                            .withDestinationErrors(10, 2, 2)
                            .withGroupEcho(true, true),
                    new PathMtuOptions(2, PathMtuOptions.SHORTEST_LIFETIME_NS, 552, 2),
                    MulticastOptions.DEFAULT.withLimits(16, 16, 2),
                    16,
                    4,
                    2,
                    64,
                    20,
                    true);

    @RegisterExtension final PacketPools pools = new PacketPools();

    private byte[] last = {};

    @Test
    @SuppressWarnings("EnumOrdinal")
    void noSequenceOfFramesMakesALayerFail() {
        AtomicLong frames = new AtomicLong();
        Map<IpCounter, Long> counted = new EnumMap<>(IpCounter.class);
        Property.forAll(
                SEQUENCES,
                random -> {
                    try (PacketPool pool = PacketPool.open(POOL)) {
                        LayerScene scene = scene(pool, random);
                        play(scene, random);
                        frames.addAndGet(scene.nic.delivered());
                        for (IpCounter counter : IpCounter.values()) {
                            counted.merge(counter, scene.count(counter), Long::sum);
                        }
                    }
                });
        System.out.printf("fuzzed a layer with %,d frames%n", frames.get());
        if (Boolean.getBoolean("onload.fuzz.counters")) {
            counted.forEach((counter, n) -> System.out.printf("%s=%d%n", counter.text(), n));
        }
    }

    private static LayerScene scene(PacketPool pool, Randomness random) {
        long startNs = random.chance(0.3) ? random.anyLong() >> 2 : random.between(-1, 1);
        IpOptions options = random.flip() ? IpOptions.DEFAULT : SMALL;
        return new LayerScene(pool, options, startNs, random.flip());
    }

    private void play(LayerScene scene, Randomness random) {
        try {
            scene.udp.ownErrors(random.flip());
            for (int step = random.between(1, MOST_STEPS); step > 0; step--) {
                step(scene, random);
            }
            check(scene);
        } catch (RuntimeException | AssertionError failure) {
            throw new AssertionError(
                    "after %d frames, the last of which was %s"
                            .formatted(scene.nic.delivered(), HexFormat.of().formatHex(last)),
                    failure);
        }
    }

    private void step(LayerScene scene, Randomness random) {
        switch (random.between(0, 40)) {
            case 1 -> scene.jump(random.between(0, 1_000_000) * MILLISECOND_NS);
            case 2 -> scene.run(random.between(0, 5_000) * MILLISECOND_NS);
            case 3 -> scene.send(random.oneOf(IPV4_PEERS), 900);
            case 4 -> scene.send(random.oneOf(IPV6_PEERS), 1700);
            case 5 -> scene.nic.cutInto(random.oneOf(0, 0, 0, 20, 54, 100));
            case 6 -> scene.peerIsHonest(random.flip());
            case 7 -> scene.nic.jam(random.chance(0.3));
            case 8 -> link(scene, random);
            default -> frames(scene, random);
        }
    }

    private static void link(LayerScene scene, Randomness random) {
        scene.nic.link(random.chance(0.7));
        if (random.chance(0.2)) {
            scene.ip.down(scene.nic0, scene.nowNs());
        }
        if (random.chance(0.7)) {
            scene.ip.up(scene.nic0, scene.nowNs());
        }
    }

    private void frames(LayerScene scene, Randomness random) {
        for (int i = random.between(1, 8); i > 0; i--) {
            last = FuzzSeeds.any(random);
            scene.nic.inject(last);
        }
        scene.jump(random.between(0, 20) * MILLISECOND_NS / 10);
    }

    private static void check(LayerScene scene) {
        scene.settle();
        scene.assertBooksAreRight();
        scene.assertTablesAreBounded();
        scene.nic.jam(false);
        scene.nic.cutInto(0);
        scene.peerIsHonest(true);
        restart(scene);
        scene.udp.ownErrors(false);
        scene.run(200 * LayerScene.SECOND_NS);
        scene.assertServes();
        scene.run(3 * LayerScene.SECOND_NS);
        assertTrue(scene.held() <= 0, () -> "%d buffers are held".formatted(scene.held()));
        scene.close();
    }

    /** What an attacker may take for good, such as an address that is probed for, comes back with the link. */
    private static void restart(LayerScene scene) {
        scene.ip.down(scene.nic0, scene.nowNs());
        scene.nic.link(true);
        scene.settle();
        scene.ip.up(scene.nic0, scene.nowNs());
    }

    @Test
    void everySeedIsAFrameThatSomebodyTakes() {
        for (byte[] seed : FuzzSeeds.ALL) {
            LayerScene scene = new LayerScene(pools.open(BUFFERS));
            scene.receive(seed);
            long refused =
                    Arrays.stream(IpCounter.values())
                            .filter(LayerFuzzTest::isRefusal)
                            .mapToLong(scene::count)
                            .sum();
            assertEquals(0, refused, () -> HexFormat.of().formatHex(seed) + scene.ip.counters());
            scene.close();
        }
    }

    private static boolean isRefusal(IpCounter counter) {
        String name = counter.name();
        return name.contains("MALFORMED") || name.contains("CHECKSUM") || name.contains("INVALID");
    }
}
