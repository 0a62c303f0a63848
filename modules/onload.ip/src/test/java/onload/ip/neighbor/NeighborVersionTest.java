package onload.ip.neighbor;

import static onload.ip.neighbor.NeighborScene.DELAY_TIME;
import static onload.ip.neighbor.NeighborScene.HIGH;
import static onload.ip.neighbor.NeighborScene.LINK;
import static onload.ip.neighbor.NeighborScene.LONGEST_REACHABLE;
import static onload.ip.neighbor.NeighborScene.LOW;
import static onload.ip.neighbor.NeighborScene.MAC;
import static onload.ip.neighbor.NeighborScene.OTHER_MAC;
import static onload.ip.neighbor.NeighborScene.RETRANS;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.PacketPools;
import onload.wire.Ipv6Address;
import onload.wire.MacAddress;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** When a sender that has kept a neighbour and its version must look again. */
class NeighborVersionTest {
    @RegisterExtension final PacketPools pools = new PacketPools();

    private NeighborScene scene;
    private Neighbor neighbor;
    private int version;

    @BeforeEach
    void makeScene() {
        scene = new NeighborScene(pools.open(64), NeighborOptions.DEFAULT.withCapacity(4));
        neighbor = scene.neighborIn(NeighborState.REACHABLE, LOW);
        version = neighbor.version();
    }

    private void assertChanged() {
        assertNotEquals(version, neighbor.version());
        version = neighbor.version();
    }

    private void assertSameVersion() {
        assertEquals(version, neighbor.version());
    }

    @Test
    void changesWhenTheNeighborBecomesStaleButNotFromDelayToProbeToReachable() {
        scene.pass(LONGEST_REACHABLE);
        assertChanged();
        scene.use(neighbor);
        assertEquals(NeighborState.DELAY, neighbor.state());
        assertSameVersion();
        scene.pass(DELAY_TIME);
        assertEquals(NeighborState.PROBE, neighbor.state());
        assertSameVersion();
        scene.advertised(LOW, MAC, true, false);
        assertEquals(NeighborState.REACHABLE, neighbor.state());
        assertSameVersion();
        scene.pass(LONGEST_REACHABLE);
        assertChanged();
    }

    @Test
    void changesWhenTheEthernetAddressIsLearntOrChanges() {
        scene.heard(LOW, OTHER_MAC, false);
        assertChanged();
        scene.advertised(LOW, MAC, true, true);
        assertChanged();
        neighbor = scene.neighborIn(NeighborState.INCOMPLETE, LOW + 1);
        version = neighbor.version();
        scene.advertised(LOW + 1, MAC, true, true);
        assertChanged();
    }

    @Test
    void staysWithConfirmationsAndNewsOfTheSameAddress() {
        scene.advertised(LOW, MAC, true, true);
        scene.advertised(LOW, Neighbor.NO_ADDRESS, true, true);
        scene.advertised(LOW, MAC, false, true);
        scene.heard(LOW, MAC, true);
        scene.cache.reachable(neighbor, scene.nowNs);
        scene.use(neighbor);
        assertSameVersion();
    }

    @Test
    void changesWhenTheNeighborFails() {
        scene.pass(LONGEST_REACHABLE);
        scene.use(neighbor);
        version = neighbor.version();
        scene.pass(DELAY_TIME + 3 * RETRANS);
        assertEquals(NeighborState.FAILED, neighbor.state());
        assertChanged();
    }

    @Test
    void changesWhenItIsRemovedEvictedOrFlushed() {
        scene.cache.remove(LINK, HIGH, LOW);
        assertChanged();

        neighbor = scene.neighborIn(NeighborState.STALE, LOW);
        version = neighbor.version();
        for (long low = 10; low < 14; low++) {
            scene.heard(low, MAC, true);
        }
        assertFalse(scene.isKnown(LOW));
        assertChanged();

        neighbor = scene.neighborIn(NeighborState.STALE, LOW);
        version = neighbor.version();
        scene.cache.flush(LINK);
        assertFalse(scene.isKnown(LOW));
        assertChanged();
    }

    @Test
    void anObjectUsedAgainNeverHasAVersionThatItHadBefore() {
        for (int i = 0; i < 1000; i++) {
            scene.cache.remove(LINK, HIGH, neighbor.low());
            for (int j = 0; j < 4; j++) {
                Neighbor other = scene.neighborIn(NeighborState.REACHABLE, 100 + 4 * i + j);
                if (other == neighbor) {
                    assertTrue(other.version() - version > 0, "version came again");
                    version = other.version();
                }
            }
            scene.cache.flush(LINK);
        }
    }

    @Test
    void aFlushChangesFixedNeighborsTooButKeepsThem() {
        neighbor = scene.neighborIn(NeighborState.PERMANENT, LOW);
        version = neighbor.version();
        scene.cache.flush(LINK + 1);
        assertSameVersion();
        scene.cache.flush(LINK);
        assertSame(neighbor, scene.neighbor(LOW));
        assertChanged();
    }

    @Test
    void invalidateAllChangesEveryVersion() {
        Neighbor fixed = scene.neighborIn(NeighborState.PERMANENT, LOW + 1);
        int fixedVersion = fixed.version();
        scene.cache.invalidateAll();
        assertChanged();
        assertNotEquals(fixedVersion, fixed.version());
        assertEquals(NeighborState.REACHABLE, neighbor.state());
    }

    @Test
    void whatStandsInForNoNeighborIsReadyUntilItIsInvalidated() {
        neighbor = Neighbor.fixed(LINK, MacAddress.BROADCAST);
        version = neighbor.version();
        assertEquals(NeighborCache.READY, scene.use(neighbor));
        scene.cache.reachable(neighbor, scene.nowNs);
        scene.cache.flush(LINK);
        scene.cache.invalidateAll();
        assertSameVersion();
        assertEquals(LINK, neighbor.interfaceIndex());
        assertEquals(MacAddress.BROADCAST, neighbor.macAddress());
        assertTrue(neighbor.state().isUsable());
        neighbor.invalidate();
        assertChanged();
    }

    @Test
    void neighborsSayWhoTheyAre() {
        assertEquals("fe80::1 on 3 at 02:00:00:00:00:01 REACHABLE", neighbor.toString());
        assertFalse(neighbor.isIpv4());
        Neighbor ipv4 = scene.create(4, 0, Ipv6Address.mappedLow(0xC0000201));
        assertEquals("192.0.2.1 on 4 INCOMPLETE", ipv4.toString());
        assertTrue(ipv4.isIpv4());
        assertEquals(2, scene.cache.list().size());
        assertEquals(MAC, scene.cache.list().get(0).macAddress());
    }
}
