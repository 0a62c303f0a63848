package onload.ip.neighbor;

import static onload.ip.neighbor.NeighborScene.DELAY_TIME;
import static onload.ip.neighbor.NeighborScene.HIGH;
import static onload.ip.neighbor.NeighborScene.LINK;
import static onload.ip.neighbor.NeighborScene.LONGEST_REACHABLE;
import static onload.ip.neighbor.NeighborScene.LOW;
import static onload.ip.neighbor.NeighborScene.MAC;
import static onload.ip.neighbor.NeighborScene.RETRANS;
import static onload.ip.neighbor.NeighborScene.SECOND;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.counter.IpCounter;
import onload.testkit.PacketPools;
import onload.testkit.base.Property;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

class NeighborTimesTest {
    @RegisterExtension final PacketPools pools = new PacketPools();

    private NeighborScene scene;

    @BeforeEach
    void makeScene() {
        scene = new NeighborScene(pools.open(64));
    }

    @Test
    void theReachableTimeIsRandomBetweenHalfAndOneAndAHalfOfTheBase() {
        Property.forAll(
                300,
                random -> {
                    long base = random.between(1, 3_600_000) * 1_000_000L;
                    LinkTimes times = times(random.seed());
                    times.advertised(base, 0);
                    long time = times.reachableTimeNs(random.anyInt());
                    assertTrue(
                            time >= base / 2 && time <= base / 2 + base, () -> base + " " + time);
                });
    }

    @Test
    void reachableTimesSpreadOverTheWholeRange() {
        long shortest = Long.MAX_VALUE;
        long longest = 0;
        for (int seed = 0; seed < 1000; seed++) {
            long time = times(seed).reachableTimeNs(0);
            shortest = Math.min(shortest, time);
            longest = Math.max(longest, time);
        }
        assertTrue(shortest < 16 * SECOND, "shortest is " + shortest);
        assertTrue(longest > 44 * SECOND, "longest is " + longest);
    }

    @Test
    void theReachableTimeIsDrawnAnewEveryTwoHours() {
        LinkTimes times = times(7);
        long first = times.reachableTimeNs(0);
        assertEquals(first, times.reachableTimeNs(TimeUnit.HOURS.toNanos(2) - 1));
        assertNotEquals(first, times.reachableTimeNs(TimeUnit.HOURS.toNanos(2)));
    }

    @Test
    void theReachableTimeIsDrawnAnewWhenTheBaseChangesAndOnlyThen() {
        LinkTimes times = times(7);
        times.advertised(20 * SECOND, 0);
        long first = times.reachableTimeNs(0);
        times.advertised(20 * SECOND, 5 * SECOND);
        assertEquals(first, times.reachableTimeNs(0));
        times.advertised(0, 0);
        assertEquals(first, times.reachableTimeNs(0));
        assertEquals(5 * SECOND, times.retransTimerNs());
        times.advertised(21 * SECOND, 0);
        assertNotEquals(first, times.reachableTimeNs(0));
    }

    @Test
    void timesThatNoRouterMaySayAreDrawnIntoTheirRange() {
        LinkTimes times = times(7);
        times.advertised(1, 1);
        assertEquals(TimeUnit.MILLISECONDS.toNanos(1), times.retransTimerNs());
        assertTrue(times.reachableTimeNs(0) >= TimeUnit.MICROSECONDS.toNanos(500));
        times.advertised(Long.MAX_VALUE, Long.MAX_VALUE);
        assertEquals(TimeUnit.HOURS.toNanos(1), times.retransTimerNs());
        assertTrue(times.reachableTimeNs(0) <= TimeUnit.MINUTES.toNanos(90));
    }

    private static LinkTimes times(long seed) {
        return new LinkTimes(1, NeighborOptions.DEFAULT, new SplittableRandom(seed));
    }

    @Test
    void advertisedTimesHoldForTheirInterfaceOnly() {
        scene.cache.parameters(LINK, 0, 3 * SECOND);
        scene.use(LOW);
        assertEquals(scene.nowNs + 3 * SECOND, scene.cache.nextDeadlineNs());
        Neighbor other = scene.create(LINK + 1, HIGH, LOW);
        scene.use(other);
        assertEquals(scene.nowNs + RETRANS, scene.cache.nextDeadlineNs());
        assertEquals(LINK + 1, other.interfaceIndex());
        scene.cache.close();
    }

    @Test
    void eachConfirmationIsCountedThoughOnlyItsTimeIsNoted() {
        Neighbor neighbor = scene.neighborIn(NeighborState.REACHABLE, LOW);
        long reachableTimeNs = scene.cache.nextDeadlineNs() - scene.nowNs;
        for (int i = 0; i < 200; i++) {
            scene.pass(SECOND);
            scene.cache.reachable(neighbor, scene.nowNs);
            assertEquals(NeighborState.REACHABLE, neighbor.state());
        }
        scene.pass(reachableTimeNs - 1);
        assertEquals(NeighborState.REACHABLE, neighbor.state());
        scene.pass(1);
        assertEquals(NeighborState.STALE, neighbor.state());
        assertEquals(1, scene.asked.size());
    }

    @Test
    void aConfirmationInTheDelaySparesTheProbe() {
        Neighbor neighbor = scene.neighborIn(NeighborState.DELAY, LOW);
        scene.pass(DELAY_TIME - 1);
        scene.cache.reachable(neighbor, scene.nowNs);
        scene.pass(10 * SECOND);
        assertEquals(NeighborState.REACHABLE, neighbor.state());
        assertTrue(scene.asked.isEmpty());
    }

    @Test
    void noNeighborIsAskedTwiceWithinItsRetransmissionTimerWhateverHappens() {
        NeighborOptions quick =
                NeighborOptions.DEFAULT.withTimes(SECOND / 1000, RETRANS, SECOND / 1000);
        Property.forAll(
                50,
                random -> {
                    NeighborScene busy =
                            new NeighborScene(
                                    pools.open(64), quick, new SplittableRandom(random.seed()));
                    Neighbor neighbor = busy.create(LOW);
                    for (int i = 0; i < 300; i++) {
                        switch (random.between(0, 4)) {
                            case 0 -> busy.use(neighbor);
                            case 1 -> busy.advertised(LOW, MAC + random.between(0, 1), true, true);
                            case 2 -> busy.heard(LOW, MAC + random.between(0, 1), false);
                            default -> busy.pass(random.between(0, 700) * 1_000_000L);
                        }
                        neighbor = busy.create(LOW);
                    }
                    busy.cache.close();
                    long lastNs = Long.MIN_VALUE / 2;
                    for (NeighborScene.Asked asked : busy.asked) {
                        assertTrue(asked.atNs() - lastNs >= RETRANS, () -> "" + busy.asked);
                        lastNs = asked.atNs();
                    }
                });
    }

    @Test
    void aFailedNeighborRefusesForItsTimeAndIsThenAskedAgain() {
        Neighbor neighbor = scene.neighborIn(NeighborState.FAILED, LOW);
        scene.asked.clear();
        scene.pass(NeighborOptions.DEFAULT.failedTimeNs() - 1);
        assertEquals(NeighborCache.UNREACHABLE, scene.use(neighbor));
        assertTrue(scene.asked.isEmpty());
        scene.pass(1);
        assertEquals(NeighborCache.QUEUED, scene.use(LOW));
        assertEquals(1, scene.asked.size());
        scene.cache.close();
    }

    @Test
    void aFailedNeighborThatIsHeardIsStaleAtOnce() {
        Neighbor neighbor = scene.neighborIn(NeighborState.FAILED, LOW);
        scene.heard(LOW, MAC, false);
        assertEquals(NeighborState.STALE, neighbor.state());
        assertEquals(NeighborCache.READY, scene.use(neighbor));

        Neighbor late = scene.neighborIn(NeighborState.FAILED, LOW + 1);
        scene.advertised(LOW + 1, MAC, true, true);
        assertEquals(NeighborState.STALE, late.state());
        Neighbor silent = scene.neighborIn(NeighborState.FAILED, LOW + 2);
        scene.advertised(LOW + 2, Neighbor.NO_ADDRESS, true, true);
        assertEquals(NeighborState.FAILED, silent.state());
    }

    @Test
    void aNeighborThatNobodySendsToIsForgotten() {
        Neighbor neighbor = scene.neighborIn(NeighborState.STALE, LOW);
        int version = neighbor.version();
        scene.pass(NeighborOptions.DEFAULT.staleTimeNs() - 1);
        assertTrue(scene.isKnown(LOW));
        scene.pass(1);
        assertFalse(scene.isKnown(LOW));
        assertNotEquals(version, neighbor.version());
        assertEquals(Long.MAX_VALUE, scene.cache.nextDeadlineNs());
        assertEquals(NeighborCache.UNREACHABLE, scene.use(neighbor), "it is nobody now");
    }

    @Test
    void aNeighborThatNoPacketFollowsIsForgottenWithoutAQuestion() {
        scene.create(LOW);
        scene.pass(RETRANS);
        assertFalse(scene.isKnown(LOW));
        assertTrue(scene.asked.isEmpty());
    }

    @Test
    void afterALongGapEachNeighborGoesOneStepAndIsAskedOnce() {
        for (int i = 0; i < 10; i++) {
            scene.neighborIn(NeighborState.INCOMPLETE, 100 + i);
        }
        for (int i = 0; i < 10; i++) {
            scene.neighborIn(NeighborState.DELAY, 200 + i);
            scene.neighborIn(NeighborState.REACHABLE, 300 + i);
        }
        scene.asked.clear();
        scene.jump(1000 * LONGEST_REACHABLE);
        Set<Long> whom = new HashSet<>();
        scene.asked.forEach(asked -> assertTrue(whom.add(asked.low()), "asked twice"));
        assertEquals(20, whom.size());
        assertEquals(10, scene.cache.count(NeighborState.INCOMPLETE));
        assertEquals(10, scene.cache.count(NeighborState.PROBE));
        assertEquals(10, scene.cache.count(NeighborState.STALE));
        assertTrue(scene.cache.nextDeadlineNs() > scene.nowNs);
        scene.cache.close();
    }

    @Test
    void questionsToAllOnTheLinkStayWithinTheirRate() {
        NeighborOptions few =
                NeighborOptions.DEFAULT.withSolicits(3, 3, 100).withIncompleteLimit(50);
        NeighborScene sweep = new NeighborScene(pools.open(600), few);
        for (int i = 0; i < 10_000; i++) {
            sweep.use(0x1_0000 + i);
            sweep.pass(SECOND / 10_000);
        }
        assertTrue(sweep.asked.size() <= 150, "asked " + sweep.asked.size());
        assertTrue(sweep.asked.size() >= 140, "asked " + sweep.asked.size());
        assertEquals(sweep.asked.size(), sweep.count(IpCounter.NEIGHBOR_SOLICITATIONS_SENT));
        assertTrue(sweep.count(IpCounter.NEIGHBOR_SOLICITATIONS_SUPPRESSED) >= 9_800);
        sweep.cache.close();
    }

    @Test
    void aQuestionThatWasSuppressedIsAskedWithTheNextTry() {
        NeighborOptions one = NeighborOptions.DEFAULT.withSolicits(3, 3, 1).withIncompleteLimit(1);
        NeighborScene scarce = new NeighborScene(pools.open(8), one);
        scarce.use(LOW);
        scarce.advertised(LOW, MAC, true, true);
        scarce.use(LOW + 1);
        assertEquals(1, scarce.asked.size());
        scarce.pass(RETRANS);
        assertEquals(2, scarce.asked.size());
        scarce.cache.close();
    }
}
