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
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.counter.IpCounter;
import onload.testkit.PacketPools;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.ArrayList;
import java.util.List;

/** The rows of appendix C of RFC 4861 in their order, and section 7.2.5 where it differs from them. */
class NeighborStateTableTest {
    @RegisterExtension final PacketPools pools = new PacketPools();

    private NeighborScene scene;

    @BeforeEach
    void makeScene() {
        scene = new NeighborScene(pools.open(64));
    }

    @Test
    void aPacketToSendCreatesAnIncompleteEntryAndAMulticastSolicitation() {
        Neighbor neighbor = scene.create(LOW);
        assertTrue(scene.asked.isEmpty());
        int packet = scene.packet();
        assertEquals(NeighborCache.QUEUED, scene.cache.use(neighbor, packet, scene.nowNs));
        scene.pool.release(packet);

        assertEquals(NeighborState.INCOMPLETE, neighbor.state());
        assertEquals(
                List.of(new NeighborScene.Asked(LOW, false, packet, scene.nowNs)), scene.asked);
        assertEquals(scene.nowNs + RETRANS, scene.cache.nextDeadlineNs());
        scene.cache.close();
    }

    @Test
    void incompleteRetransmitTimeoutAsksAgainUpToThreeTimes() {
        scene.neighborIn(NeighborState.INCOMPLETE, LOW);
        long startNs = scene.nowNs;
        scene.pass(3 * RETRANS - 1);

        assertEquals(NeighborState.INCOMPLETE, scene.neighbor(LOW).state());
        assertEquals(
                List.of(startNs, startNs + RETRANS, startNs + 2 * RETRANS),
                scene.asked.stream().map(NeighborScene.Asked::atNs).toList());
        assertTrue(scene.asked.stream().noneMatch(NeighborScene.Asked::unicast));
        scene.cache.close();
    }

    @Test
    void incompleteRetransmitTimeoutAfterThreeSendsAnErrorForEachPacketAndDiscardsTheEntry() {
        Neighbor neighbor = scene.neighborIn(NeighborState.INCOMPLETE, LOW);
        scene.use(neighbor);
        scene.pass(3 * RETRANS);

        assertEquals(3, scene.asked.size());
        assertEquals(2, scene.refused.size());
        assertEquals(List.of(neighbor), scene.failed);
        assertEquals(NeighborState.FAILED, neighbor.state());
        assertEquals(1, scene.count(IpCounter.NEIGHBOR_UNREACHABLE));
        assertEquals(2, scene.count(IpCounter.NEIGHBOR_DROPPED_UNREACHABLE));
        scene.pass(NeighborOptions.DEFAULT.failedTimeNs());
        assertFalse(scene.isKnown(LOW));
    }

    /** Each row: states; solicited; override; address said; new state ("=" for no change); address taken. */
    @ParameterizedTest
    @CsvSource({
        "INCOMPLETE, 0, *, other, STALE, yes",
        "INCOMPLETE, 1, *, other, REACHABLE, yes",
        // Appendix C would have the Router flag taken here; 7.2.5 has the advertisement discarded.
        "INCOMPLETE, *, *, none, =, no",
        "REACHABLE STALE DELAY PROBE, 1, 0, same, REACHABLE, no",
        // Appendix C has no change here; 7.2.5 has a solicited one confirm.
        "REACHABLE STALE DELAY PROBE, 1, *, none, REACHABLE, no",
        "REACHABLE STALE DELAY PROBE, 0, *, none, =, no",
        "REACHABLE, 1, 0, other, STALE, no",
        "STALE DELAY PROBE, 1, 0, other, =, no",
        "REACHABLE STALE DELAY PROBE, 1, 1, same, REACHABLE, no",
        "REACHABLE STALE DELAY PROBE, 1, 1, other, REACHABLE, yes",
        "REACHABLE STALE DELAY PROBE, 0, 0, same, =, no",
        "STALE DELAY PROBE, 0, 0, other, =, no",
        // Appendix C has no change here; 7.2.5, I a has it STALE.
        "REACHABLE, 0, 0, other, STALE, no",
        "REACHABLE STALE DELAY PROBE, 0, 1, same, =, no",
        "REACHABLE STALE DELAY PROBE, 0, 1, other, STALE, yes",
    })
    void aNeighborAdvertisementDoesWhatSection725Says(
            String states,
            String solicited,
            String override,
            String address,
            String newState,
            String taken) {
        long low = LOW;
        for (String state : states.split(" ")) {
            for (boolean isSolicited : values(solicited)) {
                for (boolean isOverride : values(override)) {
                    NeighborState before = NeighborState.valueOf(state);
                    Neighbor neighbor = scene.neighborIn(before, ++low);
                    long oldMac = neighbor.macAddress();
                    scene.advertised(low, mac(address), isSolicited, isOverride);
                    String row = state + " S=" + isSolicited + " O=" + isOverride + " " + address;
                    assertEquals(
                            newState.equals("=") ? before : NeighborState.valueOf(newState),
                            neighbor.state(),
                            row);
                    assertEquals(
                            taken.equals("yes") ? OTHER_MAC : oldMac, neighbor.macAddress(), row);
                }
            }
        }
        scene.cache.close();
    }

    private static List<Boolean> values(String flag) {
        return switch (flag) {
            case "0" -> List.of(false);
            case "1" -> List.of(true);
            default -> List.of(false, true);
        };
    }

    private static long mac(String address) {
        return switch (address) {
            case "same" -> MAC;
            case "other" -> OTHER_MAC;
            default -> Neighbor.NO_ADDRESS;
        };
    }

    @ParameterizedTest
    @CsvSource({"false", "true"})
    void anAdvertisementThatResolvesSendsWhatIsQueuedOldestFirst(boolean solicited) {
        Neighbor neighbor = scene.create(LOW);
        List<Integer> packets = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            packets.add(scene.packet());
            scene.cache.use(neighbor, packets.get(i), scene.nowNs);
        }
        scene.advertised(LOW, MAC, solicited, false);
        assertEquals(packets, scene.sent);
        packets.forEach(scene.pool::release);
    }

    @Test
    void anAdvertisementOfANeighborThatIsNotInTheCacheIsDiscarded() {
        assertFalse(scene.advertised(LOW, MAC, true, true));
        assertEquals(0, scene.cache.size());
    }

    @ParameterizedTest
    @EnumSource(
            value = NeighborState.class,
            names = {"REACHABLE", "STALE", "DELAY", "PROBE"})
    void upperLayerConfirmationMakesReachable(NeighborState state) {
        Neighbor neighbor = scene.neighborIn(state, LOW);
        scene.cache.reachable(neighbor, scene.nowNs);
        assertEquals(NeighborState.REACHABLE, neighbor.state());
        assertEquals(MAC, neighbor.macAddress());
        int questions = scene.asked.size();
        scene.pass(15 * NeighborScene.SECOND - 1); // shortest reachable time
        assertEquals(NeighborState.REACHABLE, neighbor.state());
        assertEquals(questions, scene.asked.size(), "it was asked although it is reachable");
    }

    @ParameterizedTest
    @EnumSource(
            value = NeighborState.class,
            names = {"INCOMPLETE", "FAILED", "PERMANENT"})
    void upperLayerConfirmationDoesNothingToOneThatIsNotResolvedOrIsFixed(NeighborState state) {
        Neighbor neighbor = scene.neighborIn(state, LOW);
        scene.cache.reachable(neighbor, scene.nowNs);
        assertEquals(state, neighbor.state());
        scene.cache.close();
    }

    @Test
    void reachableBecomesStaleAReachableTimeAfterItsConfirmation() {
        Neighbor neighbor = scene.neighborIn(NeighborState.REACHABLE, LOW);
        int questions = scene.asked.size();
        long deadlineNs = scene.cache.nextDeadlineNs();
        scene.pass(deadlineNs - scene.nowNs - 1);
        assertEquals(NeighborState.REACHABLE, neighbor.state());
        scene.pass(1);
        assertEquals(NeighborState.STALE, neighbor.state());
        scene.pass(LONGEST_REACHABLE);
        assertEquals(NeighborState.STALE, neighbor.state());
        assertEquals(questions, scene.asked.size(), "a neighbour nobody sends to is not probed");
    }

    @Test
    void sendingAPacketToOneThatIsStaleSendsItAndStartsTheDelayTimer() {
        Neighbor neighbor = scene.neighborIn(NeighborState.STALE, LOW);
        assertEquals(NeighborCache.READY, scene.use(neighbor));
        assertEquals(NeighborState.DELAY, neighbor.state());
        assertEquals(scene.nowNs + DELAY_TIME, scene.cache.nextDeadlineNs());
        assertTrue(scene.asked.isEmpty());
    }

    @Test
    void delayTimeoutSendsAUnicastProbe() {
        Neighbor neighbor = scene.neighborIn(NeighborState.DELAY, LOW);
        scene.pass(DELAY_TIME - 1);
        assertEquals(NeighborState.DELAY, neighbor.state());
        scene.pass(1);
        assertEquals(NeighborState.PROBE, neighbor.state());
        assertEquals(List.of(new NeighborScene.Asked(LOW, true, -1, scene.nowNs)), scene.asked);
        assertEquals(NeighborCache.READY, scene.use(neighbor), "packets go meanwhile");
    }

    @Test
    void probeRetransmitTimeoutProbesUpToThreeTimesAndThenDiscardsTheEntry() {
        Neighbor neighbor = scene.neighborIn(NeighborState.PROBE, LOW);
        long startNs = scene.nowNs;
        scene.pass(3 * RETRANS - 1);
        assertEquals(NeighborState.PROBE, neighbor.state());
        assertEquals(
                List.of(startNs, startNs + RETRANS, startNs + 2 * RETRANS),
                scene.asked.stream().map(NeighborScene.Asked::atNs).toList());
        assertTrue(scene.asked.stream().allMatch(NeighborScene.Asked::unicast));
        scene.pass(1);
        assertEquals(NeighborState.FAILED, neighbor.state());
        assertEquals(Neighbor.NO_ADDRESS, neighbor.macAddress());
        assertEquals(List.of(neighbor), scene.failed);
    }

    @Test
    void whatIsSentAfterProbesFailedIsResolvedAnewAtOnce() {
        Neighbor neighbor = scene.neighborIn(NeighborState.PROBE, LOW);
        scene.pass(3 * RETRANS);
        scene.asked.clear();
        assertEquals(NeighborCache.QUEUED, scene.use(neighbor));
        assertEquals(1, scene.asked.size());
        assertFalse(scene.asked.get(0).unicast());
        scene.cache.close();
    }

    @Test
    void incompleteHeardInASolicitationIsStaleAndSendsWhatIsQueued() {
        Neighbor neighbor = scene.neighborIn(NeighborState.INCOMPLETE, LOW);
        scene.heard(LOW, MAC, false);
        assertEquals(NeighborState.STALE, neighbor.state());
        assertEquals(MAC, neighbor.macAddress());
        assertEquals(1, scene.sent.size());
    }

    @ParameterizedTest
    @EnumSource(
            value = NeighborState.class,
            names = {"REACHABLE", "STALE", "DELAY", "PROBE"})
    void anotherAddressInASolicitationIsTakenAndStale(NeighborState state) {
        Neighbor neighbor = scene.neighborIn(state, LOW);
        scene.heard(LOW, OTHER_MAC, false);
        assertEquals(NeighborState.STALE, neighbor.state());
        assertEquals(OTHER_MAC, neighbor.macAddress());
        scene.asked.clear();
        scene.pass(DELAY_TIME + RETRANS);
        assertTrue(scene.asked.isEmpty(), "timers of the old state run on");
    }

    @ParameterizedTest
    @EnumSource(
            value = NeighborState.class,
            names = {"REACHABLE", "STALE", "DELAY", "PROBE"})
    void theSameAddressInASolicitationChangesNothing(NeighborState state) {
        Neighbor neighbor = scene.neighborIn(state, LOW);
        int version = neighbor.version();
        long deadlineNs = scene.cache.nextDeadlineNs();
        scene.heard(LOW, MAC, true);
        assertEquals(state, neighbor.state());
        assertEquals(version, neighbor.version());
        assertEquals(deadlineNs, scene.cache.nextDeadlineNs());
    }

    @Test
    void anUnknownNeighborHeardIsCreatedStaleIfItTurnedToThisHost() {
        assertFalse(scene.heard(LOW, MAC, false));
        assertEquals(0, scene.cache.size());
        assertTrue(scene.heard(LOW, MAC, true));
        assertEquals(NeighborState.STALE, scene.neighbor(LOW).state());
        assertFalse(scene.neighbor(LOW).isRouter());
    }

    @Test
    void theRouterFlagFollowsAdvertisementsThatHold() {
        Neighbor neighbor = scene.neighborIn(NeighborState.REACHABLE, LOW);
        assertFalse(routerAdvertised(MAC, true));
        assertTrue(neighbor.isRouter());
        assertFalse(routerAdvertised(OTHER_MAC, false), "it was not to be believed");
        assertTrue(neighbor.isRouter());
        assertTrue(routerAdvertised(MAC, false), "a router has ceased to be one");
        assertFalse(neighbor.isRouter());
        assertFalse(routerAdvertised(MAC, false), "it was none any more");
    }

    private boolean routerAdvertised(long mac, boolean isRouter) {
        return scene.cache.confirmed(LINK, HIGH, LOW, mac, false, false, isRouter, scene.nowNs);
    }

    @Test
    void theRouterFlagIsSetByRouterAdvertisementsAndNotClearedBySolicitations() {
        Neighbor neighbor = scene.neighborIn(NeighborState.STALE, LOW);
        scene.cache.heard(LINK, HIGH, LOW, MAC, true, true, scene.nowNs);
        assertTrue(neighbor.isRouter());
        scene.heard(LOW, OTHER_MAC, true);
        assertTrue(neighbor.isRouter());

        scene.heard(LOW + 1, MAC, true);
        scene.cache.router(LINK, HIGH, LOW + 1);
        assertTrue(scene.neighbor(LOW + 1).isRouter());
        scene.cache.router(LINK, HIGH, LOW + 2);
        assertEquals(2, scene.cache.size());
    }

    @ParameterizedTest
    @CsvSource({"0x010000000001", "0xffffffffffff", "0", "0x1020000000001"})
    void anEthernetAddressThatNoStationHasIsNotBelieved(String text) {
        long mac = Long.decode(text);
        Neighbor neighbor = scene.neighborIn(NeighborState.REACHABLE, LOW);
        scene.advertised(LOW, mac, true, true);
        scene.heard(LOW, mac, true);
        assertFalse(scene.heard(LOW + 1, mac, true));
        assertEquals(MAC, neighbor.macAddress());
        assertEquals(1, scene.cache.size());
        assertEquals(3, scene.count(IpCounter.NEIGHBOR_NEWS_IGNORED));
    }
}
