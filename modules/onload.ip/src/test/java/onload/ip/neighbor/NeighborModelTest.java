package onload.ip.neighbor;

import static onload.ip.neighbor.NeighborScene.HIGH;
import static onload.ip.neighbor.NeighborScene.LINK;
import static onload.ip.neighbor.NeighborScene.MAC;
import static onload.ip.neighbor.NeighborScene.SECOND;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.counter.IpCounter;
import onload.testkit.PacketPools;
import onload.testkit.base.Property;
import onload.testkit.base.Randomness;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** The cache beside something simple that ought to do the same, and beside what must hold whatever is done to it. */
class NeighborModelTest {
    @RegisterExtension final PacketPools pools = new PacketPools();

    /** A neighbour as RFC 4861 tells of it, with its own small clock. */
    private static final class Model {
        private NeighborState state = NeighborState.INCOMPLETE;
        private long mac = Neighbor.NO_ADDRESS;
        private boolean router;
        private int asked;
        private int waiting;
        private long dueNs;
        private long confirmedNs;
        private long lockedUntilNs = Long.MIN_VALUE;
        private long refusedUntilNs = Long.MIN_VALUE;

        private void use(long nowNs) {
            if (state == NeighborState.STALE) {
                become(NeighborState.DELAY, nowNs + 5 * SECOND);
            } else if (state == NeighborState.FAILED && nowNs >= refusedUntilNs) {
                become(NeighborState.INCOMPLETE, nowNs + SECOND);
                asked = 1;
                waiting = 1;
            } else if (state == NeighborState.INCOMPLETE) {
                waiting = Math.min(16, waiting + 1);
                if (asked == 0) {
                    asked = 1;
                    dueNs = nowNs + SECOND;
                }
            }
        }

        private void become(NeighborState newState, long newDueNs) {
            state = newState;
            dueNs = newDueNs;
        }

        private void stale(long nowNs) {
            become(NeighborState.STALE, nowNs + 600 * SECOND);
        }

        private void reachable(long nowNs) {
            confirmedNs = nowNs;
            if (state != NeighborState.REACHABLE) {
                become(NeighborState.REACHABLE, nowNs + 15 * SECOND);
            }
        }

        private boolean isOpen() {
            return asked > 0 && (state == NeighborState.INCOMPLETE || state == NeighborState.PROBE);
        }

        /** {@return whether a router ceased to be one} */
        private boolean advertised(
                long newMac, boolean solicited, boolean override, boolean isRouter, long nowNs) {
            boolean none = newMac == Neighbor.NO_ADDRESS;
            boolean wasRouter = router;
            boolean wasOpen = isOpen();
            if (!state.isUsable()) {
                if (none) {
                    return false;
                }
                mac = newMac;
                waiting = 0;
                if (solicited && state == NeighborState.INCOMPLETE) {
                    reachable(nowNs);
                } else {
                    stale(nowNs);
                }
            } else if (!none && newMac != mac && !override) {
                if (state == NeighborState.REACHABLE) {
                    stale(nowNs);
                }
                return false;
            } else {
                boolean differs = !none && newMac != mac;
                mac = none ? mac : newMac;
                if (solicited) {
                    reachable(nowNs);
                } else if (differs) {
                    stale(nowNs);
                }
            }
            if (solicited && wasOpen) {
                lockedUntilNs = nowNs + SECOND;
            }
            router = isRouter;
            return wasRouter && !isRouter;
        }

        private void heard(long newMac, long nowNs) {
            if (newMac != mac) {
                mac = newMac;
                waiting = 0;
                stale(nowNs);
            }
        }

        private void answered(long newMac, long nowNs) {
            if (isOpen()) {
                advertised(newMac, true, true, router, nowNs);
            } else if (state == NeighborState.REACHABLE && nowNs < lockedUntilNs) {
                advertised(newMac, false, false, router, nowNs);
            } else {
                heard(newMac, nowNs);
            }
        }

        /** {@return whether it is still there} */
        private boolean due(long nowNs) {
            switch (state) {
                case REACHABLE -> {
                    dueNs = confirmedNs + 15 * SECOND;
                    if (dueNs <= nowNs) {
                        stale(nowNs);
                    }
                }
                case DELAY -> {
                    become(NeighborState.PROBE, nowNs + SECOND);
                    asked = 1;
                }
                case INCOMPLETE, PROBE -> {
                    if (asked == 0) {
                        return false;
                    }
                    dueNs = nowNs + SECOND;
                    if (asked == 3) {
                        refusedUntilNs = nowNs + (mac == Neighbor.NO_ADDRESS ? SECOND : 0);
                        mac = Neighbor.NO_ADDRESS;
                        waiting = 0;
                        state = NeighborState.FAILED;
                    }
                    asked++;
                }
                default -> {
                    return false;
                }
            }
            return true;
        }
    }

    @Test
    void doesWhatASimpleModelDoes() {
        Property.forAll(
                150,
                random -> {
                    // The shortest reachable time always: the model does not draw.
                    NeighborScene scene =
                            new NeighborScene(pools.open(600), NeighborOptions.DEFAULT, () -> 0L);
                    Map<Long, Model> models = new TreeMap<>();
                    for (int i = 0; i < 400; i++) {
                        step(random, scene, models);
                        compare(scene, models);
                    }
                    scene.cache.close();
                });
    }

    private static void step(Randomness random, NeighborScene scene, Map<Long, Model> models) {
        long low = random.between(1, 8);
        long mac = MAC + random.between(0, 1);
        long now = scene.nowNs;
        Model model = models.get(low);
        switch (random.between(0, 7)) {
            case 0, 1 -> {
                scene.use(low);
                models.computeIfAbsent(low, key -> new Model()).use(now);
            }
            case 2 -> {
                boolean solicited = random.flip();
                boolean override = random.flip();
                boolean router = random.flip();
                long said = random.chance(0.3) ? Neighbor.NO_ADDRESS : mac;
                boolean ceased =
                        scene.cache.confirmed(
                                LINK, HIGH, low, said, solicited, override, router, now);
                assertEquals(
                        model != null && model.advertised(said, solicited, override, router, now),
                        ceased);
            }
            case 3 -> {
                boolean create = random.flip();
                scene.heard(low, mac, create);
                if (model == null && create) {
                    model = new Model();
                    models.put(low, model);
                }
                if (model != null) {
                    model.heard(mac, now);
                }
            }
            case 4 -> {
                scene.cache.answered(LINK, HIGH, low, mac, now);
                if (model != null) {
                    model.answered(mac, now);
                }
            }
            case 5 -> {
                if (model != null) {
                    scene.cache.reachable(scene.neighbor(low), now);
                    if (model.state.isUsable()) {
                        model.reachable(now);
                    }
                }
            }
            default -> {
                scene.jump(random.between(1, 9_000) * 1_000_000L);
                models.values()
                        .removeIf(each -> each.dueNs <= scene.nowNs && !each.due(scene.nowNs));
            }
        }
    }

    private static void compare(NeighborScene scene, Map<Long, Model> models) {
        Map<Long, String> expected = new TreeMap<>();
        models.forEach((low, model) ->
                expected.put(
                        low,
                        model.state
                                + " "
                                + Long.toHexString(model.mac)
                                + " "
                                + model.router
                                + " "
                                + model.waiting));
        Map<Long, String> actual = new TreeMap<>();
        for (NeighborEntry entry : scene.cache.list()) {
            actual.put(
                    entry.address().low(),
                    entry.state()
                            + " "
                            + Long.toHexString(entry.macAddress())
                            + " "
                            + entry.isRouter()
                            + " "
                            + entry.waiting());
        }
        assertEquals(expected, actual);
    }

    private record Kept(Neighbor neighbor, int version, long low, long mac) {}

    @Test
    void whateverIsDoneBoundsHoldPairsAreTrueAndEveryPacketIsInOnePlace() {
        Property.forAll(
                150,
                random -> {
                    NeighborOptions small =
                            NeighborOptions.DEFAULT
                                    .withCapacity(random.between(1, 12))
                                    .withQueues(random.between(1, 4), random.between(3, 12));
                    NeighborScene scene =
                            new NeighborScene(
                                    pools.open(64), small, new SplittableRandom(random.seed()));
                    Map<Long, Kept> kept = new HashMap<>();
                    long queued = 0;
                    for (int i = 0; i < 500; i++) {
                        queued += disturb(random, scene, kept);
                        check(scene, small, kept);
                        assertEquals(queued, whereabouts(scene));
                    }
                    scene.cache.close();
                    assertEquals(0, scene.cache.size());
                    assertEquals(queued, whereabouts(scene));
                });
    }

    /** {@return packets that came to wait} */
    private static int disturb(Randomness random, NeighborScene scene, Map<Long, Kept> kept) {
        long low = random.between(1, 30);
        long mac = MAC + random.between(0, 1);
        switch (random.between(0, 9)) {
            case 0, 1, 2 -> {
                Neighbor neighbor = scene.cache.findOrCreate(LINK, HIGH, low, scene.nowNs);
                int result = neighbor == null ? NeighborCache.UNREACHABLE : scene.use(neighbor);
                if (result == NeighborCache.READY && neighbor != null) {
                    kept.put(
                            low,
                            new Kept(neighbor, neighbor.version(), low, neighbor.macAddress()));
                }
                return result == NeighborCache.QUEUED ? 1 : 0;
            }
            case 3, 4 -> scene.advertised(low, mac, random.flip(), random.flip());
            case 5 -> scene.heard(low, mac, random.flip());
            case 6 -> scene.cache.answered(LINK, HIGH, low, mac, scene.nowNs);
            case 7 -> {
                switch (random.between(0, 30)) {
                    case 0 -> scene.cache.flush(LINK);
                    case 1 -> scene.cache.invalidateAll();
                    case 2, 3 -> scene.cache.remove(LINK, HIGH, low);
                    default ->
                            scene.cache.mirrored(
                                    LINK,
                                    HIGH,
                                    low,
                                    mac,
                                    random.oneOf(NeighborState.values()),
                                    scene.nowNs);
                }
            }
            case 8 -> {
                Kept pair = kept.get(low);
                if (pair != null && pair.neighbor.version() == pair.version) {
                    scene.cache.reachable(pair.neighbor, scene.nowNs);
                }
            }
            default -> scene.jump(random.between(0, 4_000) * 1_000_000L);
        }
        return 0;
    }

    private static void check(NeighborScene scene, NeighborOptions small, Map<Long, Kept> kept) {
        assertTrue(scene.cache.size() <= small.capacity());
        assertTrue(scene.cache.count(NeighborState.INCOMPLETE) <= small.incompleteLimit());
        List<NeighborEntry> entries = scene.cache.list();
        Set<Long> lows = new HashSet<>();
        int waiting = 0;
        for (NeighborEntry entry : entries) {
            assertTrue(lows.add(entry.address().low()), "twice in the cache");
            assertEquals(entry.state().isUsable(), entry.macAddress() != Neighbor.NO_ADDRESS);
            assertTrue(entry.waiting() <= small.queuedPerNeighbor());
            assertFalse(entry.waiting() > 0 && entry.state() != NeighborState.INCOMPLETE);
            waiting += entry.waiting();
        }
        assertTrue(waiting <= small.queuedInAll());
        for (Kept pair : kept.values()) {
            if (pair.neighbor.version() == pair.version) {
                Neighbor found = scene.cache.find(LINK, HIGH, pair.low);
                assertNotNull(found);
                assertSame(pair.neighbor, found);
                assertEquals(pair.mac, found.macAddress());
                assertTrue(found.state().isUsable() && found.state() != NeighborState.STALE);
            }
        }
    }

    private static long whereabouts(NeighborScene scene) {
        return scene.sent.size()
                + scene.refused.size()
                + scene.count(IpCounter.NEIGHBOR_DROPPED_REMOVED)
                + scene.count(IpCounter.NEIGHBOR_DROPPED_QUEUE_FULL)
                + new ArrayList<>(scene.cache.list())
                        .stream().mapToInt(NeighborEntry::waiting).sum();
    }
}
