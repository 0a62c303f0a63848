package onload.ip.neighbor;

import static onload.ip.neighbor.NeighborScene.LINK;
import static onload.ip.neighbor.NeighborScene.LOW;
import static onload.ip.neighbor.NeighborScene.MAC;
import static onload.ip.neighbor.NeighborScene.RETRANS;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.counter.IpCounter;
import onload.testkit.PacketPools;
import onload.testkit.base.Property;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;

class NeighborQueueTest {
    @RegisterExtension final PacketPools pools = new PacketPools();

    private NeighborScene scene(int buffers, NeighborOptions options) {
        return new NeighborScene(pools.open(buffers), options);
    }

    private NeighborScene scene() {
        return scene(2048, NeighborOptions.DEFAULT.withQueues(16, 512));
    }

    @Test
    void aFullQueueLosesItsOldestPacketAndKeepsTheLatest() {
        NeighborScene scene = scene();
        Neighbor neighbor = scene.create(LOW);
        List<Integer> packets = queue(scene, neighbor, 20);
        assertEquals(4, scene.count(IpCounter.NEIGHBOR_DROPPED_QUEUE_FULL));
        scene.advertised(LOW, MAC, true, true);
        assertEquals(packets.subList(4, 20), scene.sent);
    }

    /** Queues fresh packets, which the caller keeps no reference to. */
    private static List<Integer> queue(NeighborScene scene, Neighbor neighbor, int count) {
        List<Integer> packets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            packets.add(scene.packet());
        }
        for (int packet : packets) {
            assertEquals(NeighborCache.QUEUED, scene.cache.use(neighbor, packet, scene.nowNs));
        }
        packets.forEach(scene.pool::release);
        return packets;
    }

    @Test
    void aQueueOfOneHoldsTheLatestPacket() {
        NeighborScene scene = scene(8, NeighborOptions.DEFAULT.withQueues(1, 256));
        List<Integer> packets = queue(scene, scene.create(LOW), 3);
        scene.advertised(LOW, MAC, false, false);
        assertEquals(packets.subList(2, 3), scene.sent);
    }

    @Test
    void theOldestWaitingPacketIsShownWithEachQuestion() {
        NeighborScene scene = scene();
        List<Integer> packets = queue(scene, scene.create(LOW), 17);
        scene.pass(RETRANS);
        assertEquals(
                List.of(packets.get(0), packets.get(1)),
                scene.asked.stream().map(NeighborScene.Asked::pending).toList());
        scene.cache.close();
    }

    @Test
    void whenAllPlacesAreTakenTheLongestQueueLosesSoThatEveryNeighborHasOne() {
        NeighborScene scene = scene(2048, NeighborOptions.DEFAULT.withQueues(16, 256));
        for (int i = 0; i < 16; i++) {
            queue(scene, scene.create(1000 + i), 16);
        }
        assertEquals(0, scene.count(IpCounter.NEIGHBOR_DROPPED_QUEUE_FULL));
        for (int i = 16; i < 256; i++) {
            queue(scene, scene.create(1000 + i), 1);
        }
        assertEquals(240, scene.count(IpCounter.NEIGHBOR_DROPPED_QUEUE_FULL));
        scene.cache.list().forEach(entry -> assertEquals(1, entry.waiting(), entry.toString()));
        scene.cache.close();
    }

    @Test
    void whoeverFillsManyQueuesDoesNotTakeTheOnlyPacketOfAnother() {
        NeighborScene scene = scene(2048, NeighborOptions.DEFAULT.withQueues(16, 256));
        List<Integer> only = queue(scene, scene.create(LOW), 1);
        for (int round = 0; round < 20; round++) {
            for (int i = 0; i < 100; i++) {
                queue(scene, scene.create(1000 + i), 1);
            }
        }
        scene.advertised(LOW, MAC, true, true);
        assertEquals(only, scene.sent);
        scene.cache.close();
    }

    @Test
    void aPacketMayWaitWhileAnotherLayerKeepsItToo() {
        NeighborScene scene = scene();
        int packet = scene.packet();
        scene.cache.use(scene.create(LOW), packet, scene.nowNs);
        assertEquals(2, scene.pool.buffers().references(packet));
        scene.advertised(LOW, MAC, true, true);
        assertEquals(1, scene.pool.buffers().references(packet));
        scene.pool.release(packet);
    }

    @Test
    void theSamePacketMayWaitTwice() {
        NeighborScene scene = scene();
        int packet = scene.packet();
        scene.cache.use(scene.create(LOW), packet, scene.nowNs);
        scene.cache.use(scene.create(LOW), packet, scene.nowNs);
        scene.pool.release(packet);
        scene.advertised(LOW, MAC, true, true);
        assertEquals(List.of(packet, packet), scene.sent);
    }

    @Test
    void whatWaitsIsDroppedAndCountedWhenTheNeighborIsRemovedFlushedOrTheCacheClosed() {
        NeighborScene scene = scene();
        queue(scene, scene.create(LOW), 2);
        queue(scene, scene.create(LOW + 1), 3);
        queue(scene, scene.create(LINK + 1, 0, LOW), 4);
        assertTrue(scene.cache.remove(LINK, NeighborScene.HIGH, LOW));
        assertEquals(2, scene.count(IpCounter.NEIGHBOR_DROPPED_REMOVED));
        scene.cache.flush(LINK);
        assertEquals(5, scene.count(IpCounter.NEIGHBOR_DROPPED_REMOVED));
        assertEquals(1, scene.cache.size());
        scene.cache.close();
        assertEquals(9, scene.count(IpCounter.NEIGHBOR_DROPPED_REMOVED));
        scene.cache.close();
        assertTrue(scene.refused.isEmpty());
    }

    @Test
    void aLinkThatUsesTheNeighborWhileItResolvesFindsItReady() {
        NeighborScene scene = scene();
        Neighbor neighbor = scene.create(LOW);
        queue(scene, neighbor, 3);
        scene.onResolved = () -> assertEquals(NeighborCache.READY, scene.use(neighbor));
        scene.advertised(LOW, MAC, true, true);
        assertEquals(3, scene.sent.size());
        assertEquals(NeighborState.REACHABLE, neighbor.state());
    }

    @Test
    void aTransportThatSendsAgainWhenItsPacketIsRefusedIsRefusedAtOnce() {
        NeighborScene scene = scene();
        Neighbor neighbor = scene.create(LOW);
        queue(scene, neighbor, 3);
        scene.onUnreachable = () -> assertEquals(NeighborCache.UNREACHABLE, scene.use(neighbor));
        scene.pass(3 * RETRANS);
        assertEquals(3, scene.refused.size());
    }

    @Test
    void aTransportThatSendsAgainAndNothingIsRefusedStartsANewQuestionAndNoLoop() {
        NeighborOptions forgetful =
                NeighborOptions.DEFAULT.withMemory(0, NeighborOptions.DEFAULT.staleTimeNs(), 0);
        NeighborScene scene = scene(64, forgetful);
        queue(scene, scene.create(LOW), 3);
        scene.onUnreachable = () -> assertEquals(NeighborCache.QUEUED, scene.use(LOW));
        scene.pass(3 * RETRANS);
        assertEquals(3, scene.refused.size());
        assertEquals(3, scene.cache.list().get(0).waiting());
        scene.cache.close();
    }

    @Test
    void aNeighborThatIsEvictedWhileItsPacketsAreRefusedTakesNoneOfAnotherAlong() {
        NeighborScene scene = scene(64, NeighborOptions.DEFAULT.withCapacity(4));
        for (long low = 10; low < 13; low++) {
            scene.cache.fix(LINK, NeighborScene.HIGH, low, MAC, scene.nowNs);
        }
        queue(scene, scene.create(LOW), 3);
        scene.onUnreachable =
                () -> {
                    if (!scene.isKnown(99)) {
                        assertEquals(NeighborCache.QUEUED, scene.use(99)); // takes the very object
                    }
                };
        scene.pass(3 * RETRANS);
        assertEquals(3, scene.refused.size());
        assertFalse(scene.isKnown(LOW));
        assertEquals(1, scene.cache.list().stream().mapToInt(NeighborEntry::waiting).sum());
        scene.cache.close();
    }

    @Test
    void waitingPacketsAreWhatASimpleModelHas() {
        Property.forAll(
                300,
                random -> {
                    int neighbors = random.between(1, 6);
                    int perNeighbor = random.between(1, 5);
                    int inAll = random.between(1, 12);
                    WaitingPackets waiting = new WaitingPackets(neighbors, perNeighbor, inAll);
                    List<Deque<Integer>> model = new ArrayList<>();
                    IntStream.range(0, neighbors).forEach(i -> model.add(new ArrayDeque<>()));
                    for (int packet = 0; packet < 200; packet++) {
                        int neighbor = random.between(0, neighbors - 1);
                        Deque<Integer> own = model.get(neighbor);
                        if (random.chance(0.1)) {
                            List<Integer> chain = new ArrayList<>();
                            int place = waiting.detach(neighbor);
                            while (place != WaitingPackets.NONE) {
                                chain.add(waiting.packet(place));
                                place = waiting.free(place);
                            }
                            assertEquals(List.copyOf(own), chain);
                            own.clear();
                        } else {
                            int all = model.stream().mapToInt(Deque::size).sum();
                            int longest = model.stream().mapToInt(Deque::size).max().orElse(0);
                            int dropped = waiting.add(neighbor, packet);
                            if (own.size() == perNeighbor) {
                                assertEquals(own.remove(), dropped);
                            } else if (all == inAll) {
                                Deque<Integer> loser =
                                        model.stream()
                                                .filter(queue -> queue.contains(dropped))
                                                .findFirst()
                                                .orElseThrow();
                                assertEquals(longest, loser.size());
                                assertEquals(loser.remove(), dropped);
                            } else {
                                assertEquals(WaitingPackets.NONE, dropped);
                            }
                            own.add(packet);
                        }
                        assertEquals(own.size(), waiting.length(neighbor));
                        assertEquals(
                                own.isEmpty() ? WaitingPackets.NONE : own.peek(),
                                waiting.oldest(neighbor));
                    }
                });
    }

    @Test
    void aPacketThatFindsNoPlaceAtAllIsItselfTheOneToGo() {
        WaitingPackets waiting = new WaitingPackets(2, 4, 2);
        waiting.add(0, 7);
        waiting.add(0, 8);
        int chain = waiting.detach(0); // as while the link is told of each
        assertEquals(9, waiting.add(1, 9));
        assertEquals(0, waiting.length(1));
        chain = waiting.free(chain);
        assertEquals(WaitingPackets.NONE, waiting.add(1, 9));
        assertEquals(WaitingPackets.NONE, waiting.free(chain));
        assertEquals(WaitingPackets.NONE, waiting.add(1, 10));
    }
}
