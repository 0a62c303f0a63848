package onload.ip.neighbor;

import static onload.ip.neighbor.NeighborScene.HIGH;
import static onload.ip.neighbor.NeighborScene.LINK;
import static onload.ip.neighbor.NeighborScene.LONGEST_REACHABLE;
import static onload.ip.neighbor.NeighborScene.LOW;
import static onload.ip.neighbor.NeighborScene.MAC;
import static onload.ip.neighbor.NeighborScene.OTHER_MAC;
import static onload.ip.neighbor.NeighborScene.RETRANS;
import static onload.ip.neighbor.NeighborScene.SECOND;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.counter.IpCounter;
import onload.testkit.PacketPools;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.ArrayList;
import java.util.List;

/** Who has to go when there is no room, and who must not whatever is sent. */
class NeighborEvictionTest {
    private static final int FLOOD = 100_000;
    private static final long FIRST_SPOOFED = 0x10_0000;

    @RegisterExtension final PacketPools pools = new PacketPools();

    private NeighborScene scene(int capacity) {
        return new NeighborScene(pools.open(1024), NeighborOptions.DEFAULT.withCapacity(capacity));
    }

    /** Neighbours in use, proven by their answers, in each state that a packet can pass; and one that is fixed. */
    private static List<Neighbor> neighborsInUse(NeighborScene scene) {
        List<Neighbor> inUse = new ArrayList<>();
        for (long low = 1; low <= 30; low++) {
            inUse.add(scene.neighborIn(NeighborState.REACHABLE, low));
        }
        scene.pass(LONGEST_REACHABLE);
        inUse.subList(0, 20).forEach(scene::use);
        scene.pass(NeighborScene.DELAY_TIME);
        inUse.subList(0, 10).forEach(each -> scene.cache.reachable(each, scene.nowNs));
        inUse.subList(20, 30).forEach(scene::use);
        inUse.add(scene.neighborIn(NeighborState.PERMANENT, 31));
        assertEquals(10, scene.cache.count(NeighborState.REACHABLE));
        assertEquals(10, scene.cache.count(NeighborState.PROBE));
        assertEquals(10, scene.cache.count(NeighborState.DELAY));
        return inUse;
    }

    private static void assertUntouched(NeighborScene scene, List<Neighbor> inUse) {
        for (int i = 0; i < inUse.size(); i++) {
            assertEquals(inUse.get(i), scene.cache.find(LINK, HIGH, i + 1), "neighbour " + (i + 1));
            assertEquals(MAC, inUse.get(i).macAddress());
        }
        assertEquals(10, scene.cache.count(NeighborState.PROBE));
        assertEquals(10, scene.cache.count(NeighborState.DELAY));
    }

    @Test
    void aFloodOfSpoofedSolicitationsEvictsNobodyInUse() {
        NeighborScene scene = scene(64);
        List<Neighbor> inUse = neighborsInUse(scene);
        for (int i = 0; i < FLOOD; i++) {
            scene.heard(FIRST_SPOOFED + i, OTHER_MAC, true);
        }
        assertUntouched(scene, inUse);
        assertEquals(64, scene.cache.size());
        scene.cache.close();
    }

    @Test
    void aFloodOfSpoofedRepliesAndAdvertisementsCreatesNothing() {
        NeighborScene scene = scene(64);
        List<Neighbor> inUse = neighborsInUse(scene);
        int size = scene.cache.size();
        for (int i = 0; i < FLOOD; i++) {
            scene.cache.answered(LINK, HIGH, FIRST_SPOOFED + i, OTHER_MAC, scene.nowNs);
            scene.advertised(FIRST_SPOOFED + i, OTHER_MAC, true, true);
        }
        assertUntouched(scene, inUse);
        assertEquals(size, scene.cache.size());
        assertEquals(0, scene.count(IpCounter.NEIGHBOR_EVICTED));
        scene.cache.close();
    }

    @Test
    void spoofedNeighborsThatAreAnsweredAndSpoofTheirConfirmationEvictNobodyInUse() {
        NeighborScene scene = scene(64);
        List<Neighbor> inUse = neighborsInUse(scene);
        for (int i = 0; i < FLOOD; i++) {
            long low = FIRST_SPOOFED + i;
            scene.heard(low, OTHER_MAC, true);
            scene.use(low); // this host answers, which begins the delay
            scene.advertised(low, OTHER_MAC, true, true); // which RFC 4861 has REACHABLE
        }
        assertUntouched(scene, inUse);
        assertEquals(NeighborCache.QUEUED, scene.use(LOW + 50), "there is no room for anybody new");
        scene.cache.close();
    }

    @Test
    void aSweepOverUnresolvedAddressesEvictsNobodyInUseAndTakesItsShareOnly() {
        NeighborScene scene = scene(64);
        List<Neighbor> inUse = neighborsInUse(scene);
        for (int i = 0; i < FLOOD; i++) {
            scene.use(FIRST_SPOOFED + i);
            assertTrue(scene.cache.count(NeighborState.INCOMPLETE) <= 16);
        }
        assertUntouched(scene, inUse);
        assertEquals(16, scene.cache.count(NeighborState.INCOMPLETE));
        assertEquals(
                FLOOD - 16,
                scene.count(IpCounter.NEIGHBOR_DROPPED_REMOVED),
                "each has one packet, and goes with it");
        scene.cache.close();
    }

    @Test
    void aSweepInAFullCacheLeavesMostOfThoseThatAreIdle() {
        NeighborScene scene = scene(64);
        for (long low = 1; low <= 64; low++) {
            scene.neighborIn(NeighborState.REACHABLE, low);
        }
        scene.pass(LONGEST_REACHABLE);
        assertEquals(64, scene.cache.count(NeighborState.STALE));
        for (int i = 0; i < 10_000; i++) {
            scene.use(FIRST_SPOOFED + i);
            scene.pass(SECOND / 100);
        }
        assertTrue(scene.cache.count(NeighborState.STALE) >= 64 - 2 * 16);
        scene.cache.close();
    }

    @Test
    void aNeighborIsResolvedInTheMidstOfASweep() {
        NeighborScene scene = scene(64);
        for (int i = 0; i < 1000; i++) {
            scene.use(FIRST_SPOOFED + i);
        }
        scene.use(LOW);
        for (int i = 1000; i < 1015; i++) {
            scene.use(FIRST_SPOOFED + i);
        }
        scene.advertised(LOW, MAC, true, true);
        assertEquals(1, scene.sent.size());
        scene.cache.close();
    }

    @Test
    void roomIsMadeByTheFailedThenTheUnprovenThenTheIdleOldestFirst() {
        NeighborScene scene = scene(8);
        scene.neighborIn(NeighborState.REACHABLE, 2);
        scene.pass(LONGEST_REACHABLE);
        scene.neighborIn(NeighborState.REACHABLE, 1);
        scene.pass(LONGEST_REACHABLE); // 2 is idle, and then 1
        scene.use(10);
        scene.use(11);
        scene.pass(3 * RETRANS); // 10 and 11 failed
        scene.heard(20, MAC, true);
        scene.heard(21, MAC, true);
        scene.neighborIn(NeighborState.PERMANENT, 30);
        scene.neighborIn(NeighborState.PERMANENT, 31);
        for (long gone : new long[] {10, 11, 20, 21, 2, 1}) {
            long low = 1000 + gone;
            assertTrue(scene.isKnown(gone));
            scene.use(low);
            scene.advertised(low, MAC, true, true);
            assertFalse(scene.isKnown(gone), gone + " is still there");
        }
        assertEquals(6, scene.count(IpCounter.NEIGHBOR_EVICTED));
        assertNull(scene.cache.findOrCreate(LINK, HIGH, 5000, scene.nowNs));
        assertEquals(1, scene.count(IpCounter.NEIGHBOR_REFUSED_CACHE_FULL));
    }

    @Test
    void whatIsOnlyHeardOfDoesNotEvictTheIdleAndIsRefused() {
        NeighborScene scene = scene(4);
        for (long low = 1; low <= 4; low++) {
            scene.neighborIn(NeighborState.REACHABLE, low);
        }
        scene.pass(LONGEST_REACHABLE);
        assertFalse(scene.heard(10, MAC, true));
        assertEquals(1, scene.count(IpCounter.NEIGHBOR_REFUSED_CACHE_FULL));
        assertEquals(4, scene.cache.count(NeighborState.STALE));
    }

    @Test
    void aNeighborThatFailedIsUnprovenAgain() {
        NeighborScene scene = scene(4);
        Neighbor neighbor = scene.neighborIn(NeighborState.REACHABLE, LOW);
        scene.pass(LONGEST_REACHABLE);
        scene.use(neighbor);
        scene.pass(NeighborScene.DELAY_TIME + 3 * RETRANS);
        scene.heard(LOW, MAC, false);
        assertEquals(NeighborState.STALE, neighbor.state());
        for (long low = 10; low < 14; low++) {
            scene.heard(low, MAC, true);
        }
        assertFalse(scene.isKnown(LOW));
    }

    @Test
    void aNeighborAskedForAgainCountsForTheShareToo() {
        NeighborScene scene = scene(16); // 4 of them may be asked for
        for (long low = 1; low <= 4; low++) {
            scene.use(low);
        }
        scene.pass(3 * RETRANS);
        assertEquals(4, scene.cache.count(NeighborState.FAILED));
        for (long low = 10; low < 14; low++) {
            scene.use(low);
        }
        scene.nowNs += SECOND; // their time is over, and advance is late
        scene.use(scene.neighbor(1));
        assertEquals(4, scene.cache.count(NeighborState.INCOMPLETE));
        assertFalse(scene.isKnown(10));
        scene.cache.close();
    }

    @Test
    void aFixedNeighborFindsRoomAsLongAsNotAllAreFixed() {
        NeighborScene scene = scene(4);
        for (long low = 1; low <= 4; low++) {
            scene.neighborIn(NeighborState.REACHABLE, low);
        }
        for (long low = 11; low <= 14; low++) {
            scene.neighborIn(NeighborState.PERMANENT, low);
        }
        assertEquals(4, scene.cache.count(NeighborState.PERMANENT));
        IllegalStateException thrown =
                assertThrows(
                        IllegalStateException.class,
                        () -> scene.cache.fix(LINK, HIGH, 15, MAC, scene.nowNs));
        assertEquals(
                "fe80::f cannot be fixed to 02:00:00:00:00:01, since all 4 neighbours of the cache are fixed"
                        + " already; remove some, or make its capacity larger",
                thrown.getMessage());
        assertNull(scene.cache.findOrCreate(LINK, HIGH, 16, scene.nowNs));
    }
}
