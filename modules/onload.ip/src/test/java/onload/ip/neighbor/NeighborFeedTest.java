package onload.ip.neighbor;

import static onload.ip.neighbor.NeighborScene.HIGH;
import static onload.ip.neighbor.NeighborScene.LINK;
import static onload.ip.neighbor.NeighborScene.LOW;
import static onload.ip.neighbor.NeighborScene.MAC;
import static onload.ip.neighbor.NeighborScene.OTHER_MAC;
import static onload.ip.neighbor.NeighborScene.SECOND;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.counter.IpCounter;
import onload.testkit.PacketPools;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What is fed by ARP, by people and by another stack's cache. */
class NeighborFeedTest {
    @RegisterExtension final PacketPools pools = new PacketPools();

    private NeighborScene scene;

    @BeforeEach
    void makeScene() {
        scene = new NeighborScene(pools.open(64));
    }

    private boolean answered(long low, long mac) {
        return scene.cache.answered(LINK, HIGH, low, mac, scene.nowNs);
    }

    private void mirrored(long low, long mac, NeighborState state) {
        scene.cache.mirrored(LINK, HIGH, low, mac, state, scene.nowNs);
    }

    /** Each row: state; Ethernet address in the reply; new state; whether the address is taken. */
    @ParameterizedTest
    @CsvSource({
        "INCOMPLETE, other, REACHABLE, yes",
        "PROBE, same, REACHABLE, no",
        "PROBE, other, REACHABLE, yes",
        "REACHABLE, same, REACHABLE, no",
        "STALE, same, STALE, no",
        "STALE, other, STALE, yes",
        "DELAY, same, DELAY, no",
        "DELAY, other, STALE, yes",
        "FAILED, other, STALE, yes",
        "PERMANENT, other, PERMANENT, no",
    })
    void anArpReplyConfirmsIfItWasAskedForAndIsNewsIfNot(
            NeighborState state, String address, NeighborState newState, String taken) {
        Neighbor neighbor = scene.neighborIn(state, LOW);
        assertTrue(answered(LOW, address.equals("same") ? MAC : OTHER_MAC));
        assertEquals(newState, neighbor.state());
        assertEquals(taken.equals("yes") ? OTHER_MAC : MAC, neighbor.macAddress());
    }

    @Test
    void anArpReplyOfAStrangerIsNothing() {
        assertFalse(answered(LOW, MAC));
        assertEquals(0, scene.cache.size());
    }

    @Test
    void theFirstOfSeveralArpRepliesIsTakenAndDoubted() {
        Neighbor neighbor = scene.neighborIn(NeighborState.INCOMPLETE, LOW);
        answered(LOW, MAC);
        scene.pass(SECOND - 1);
        answered(LOW, OTHER_MAC);
        assertEquals(MAC, neighbor.macAddress());
        assertEquals(NeighborState.STALE, neighbor.state());
        assertEquals(1, scene.count(IpCounter.NEIGHBOR_NEWS_IGNORED));
    }

    @Test
    void whatALayerAboveConfirmsIsNoAnswerThatCouldHaveASecond() {
        Neighbor neighbor = scene.neighborIn(NeighborState.PROBE, LOW);
        scene.cache.reachable(neighbor, scene.nowNs);
        answered(LOW, OTHER_MAC);
        assertEquals(OTHER_MAC, neighbor.macAddress());
        assertEquals(NeighborState.STALE, neighbor.state());
    }

    @Test
    void aLaterUnsolicitedArpReplyIsTakenAndStale() {
        Neighbor neighbor = scene.neighborIn(NeighborState.INCOMPLETE, LOW);
        answered(LOW, MAC);
        scene.pass(SECOND);
        answered(LOW, OTHER_MAC);
        assertEquals(OTHER_MAC, neighbor.macAddress());
        assertEquals(NeighborState.STALE, neighbor.state());
    }

    @Test
    void anObjectUsedAgainIsNotLockedByWhoHadItBefore() {
        NeighborScene small =
                new NeighborScene(pools.open(8), NeighborOptions.DEFAULT.withCapacity(1));
        small.neighborIn(NeighborState.REACHABLE, LOW);
        small.cache.remove(LINK, HIGH, LOW);
        small.heard(LOW + 1, MAC, true);
        small.advertised(LOW + 1, MAC, true, true);
        small.cache.answered(LINK, HIGH, LOW + 1, OTHER_MAC, small.nowNs);
        assertEquals(OTHER_MAC, small.neighbor(LOW + 1).macAddress());
    }

    @Test
    void aFixedNeighborIsNotChangedByWhatIsHeard() {
        Neighbor neighbor = scene.neighborIn(NeighborState.PERMANENT, LOW);
        int version = neighbor.version();
        scene.heard(LOW, OTHER_MAC, true);
        scene.advertised(LOW, OTHER_MAC, true, true);
        answered(LOW, OTHER_MAC);
        mirrored(LOW, OTHER_MAC, NeighborState.REACHABLE);
        mirrored(LOW, OTHER_MAC, NeighborState.PERMANENT);
        mirrored(LOW, OTHER_MAC, NeighborState.FAILED);
        scene.pass(1_000_000 * SECOND);
        assertEquals(MAC, neighbor.macAddress());
        assertEquals(NeighborState.PERMANENT, neighbor.state());
        assertEquals(version, neighbor.version());
        assertEquals(3, scene.count(IpCounter.NEIGHBOR_NEWS_IGNORED));
    }

    @ParameterizedTest
    @EnumSource(NeighborState.class)
    void fixingANeighborInAnyStateSendsWhatWaitsAndStopsItsTimers(NeighborState state) {
        Neighbor neighbor = scene.neighborIn(state, LOW);
        int waiting = state == NeighborState.INCOMPLETE ? 1 : 0;
        int sentBefore = scene.sent.size();
        scene.cache.fix(LINK, HIGH, LOW, OTHER_MAC, scene.nowNs);
        assertEquals(NeighborState.PERMANENT, neighbor.state());
        assertEquals(OTHER_MAC, neighbor.macAddress());
        assertEquals(waiting, scene.sent.size() - sentBefore);
        assertEquals(Long.MAX_VALUE, scene.cache.nextDeadlineNs());
    }

    @Test
    void whatNoStationHasIsNotFixed() {
        IllegalArgumentException thrown =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> scene.cache.fix(LINK, HIGH, LOW, 0x0100_5E00_0001L, 0));
        assertEquals(
                "fe80::1 on interface 3 cannot be fixed to Ethernet address 0x01005e000001; "
                        + "expected one of a single station, on an interface from 1 on",
                thrown.getMessage());
        assertThrows(IllegalArgumentException.class, () -> scene.cache.fix(0, HIGH, LOW, MAC, 0));
        assertEquals(0, scene.cache.size());
    }

    @Test
    void removingSaysWhetherThereWasOne() {
        scene.neighborIn(NeighborState.PERMANENT, LOW);
        assertTrue(scene.cache.remove(LINK, HIGH, LOW));
        assertFalse(scene.cache.remove(LINK, HIGH, LOW));
        assertFalse(scene.isKnown(LOW));
    }

    /** Each row: state here ("-" for none), state there, address there, new state here, whether it is taken. */
    @ParameterizedTest
    @CsvSource({
        "-, REACHABLE, other, REACHABLE, yes",
        "-, STALE, other, STALE, yes",
        "-, DELAY, other, STALE, yes",
        "-, PROBE, other, STALE, yes",
        "-, PERMANENT, other, PERMANENT, yes",
        "-, INCOMPLETE, other, -, no",
        "-, FAILED, other, -, no",
        "INCOMPLETE, REACHABLE, other, REACHABLE, yes",
        "INCOMPLETE, STALE, other, STALE, yes",
        "INCOMPLETE, FAILED, other, INCOMPLETE, no",
        "REACHABLE, STALE, same, REACHABLE, no",
        "REACHABLE, STALE, other, STALE, yes",
        "REACHABLE, FAILED, other, REACHABLE, no",
        "STALE, REACHABLE, same, REACHABLE, no",
        "STALE, FAILED, same, -, no",
        "PROBE, REACHABLE, other, REACHABLE, yes",
        "FAILED, REACHABLE, other, REACHABLE, yes",
        "FAILED, STALE, other, STALE, yes",
        "DELAY, PERMANENT, other, PERMANENT, yes",
    })
    void aMirrorIsFollowedWhereItKnowsMore(
            String here, NeighborState there, String address, String newHere, String taken) {
        if (!here.equals("-")) {
            scene.neighborIn(NeighborState.valueOf(here), LOW);
        }
        mirrored(LOW, address.equals("same") ? MAC : OTHER_MAC, there);
        assertEquals(!newHere.equals("-"), scene.isKnown(LOW));
        if (scene.isKnown(LOW)) {
            assertEquals(NeighborState.valueOf(newHere), scene.neighbor(LOW).state());
            assertEquals(taken.equals("yes"), scene.neighbor(LOW).macAddress() == OTHER_MAC);
        }
        scene.cache.close();
    }

    @Test
    void whatAMirrorFixedAMirrorLoosens() {
        mirrored(LOW, MAC, NeighborState.PERMANENT);
        mirrored(LOW, MAC, NeighborState.STALE);
        assertEquals(NeighborState.STALE, scene.neighbor(LOW).state());
        mirrored(LOW, MAC, NeighborState.PERMANENT);
        mirrored(LOW, MAC, NeighborState.FAILED);
        assertFalse(scene.isKnown(LOW));
        mirrored(LOW, MAC, NeighborState.PERMANENT);
        scene.cache.fix(LINK, HIGH, LOW, MAC, scene.nowNs); // and now a person says so
        mirrored(LOW, MAC, NeighborState.FAILED);
        assertEquals(NeighborState.PERMANENT, scene.neighbor(LOW).state());
    }

    @Test
    void aMirrorWithoutAnEthernetAddressIsNotFollowed() {
        mirrored(LOW, Neighbor.NO_ADDRESS, NeighborState.REACHABLE);
        assertEquals(0, scene.cache.size());
        assertEquals(1, scene.count(IpCounter.NEIGHBOR_NEWS_IGNORED));
    }

    @Test
    void theSameAddressOnTwoInterfacesIsTwoNeighbors() {
        scene.heard(LOW, MAC, true);
        scene.cache.heard(LINK + 1, HIGH, LOW, OTHER_MAC, true, scene.nowNs);
        assertEquals(2, scene.cache.size());
        assertEquals(MAC, scene.neighbor(LOW).macAddress());
        scene.cache.flush(LINK + 1);
        assertEquals(1, scene.cache.size());
        assertTrue(scene.isKnown(LOW));
    }
}
