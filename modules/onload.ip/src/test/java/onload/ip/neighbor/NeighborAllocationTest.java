package onload.ip.neighbor;

import static onload.ip.neighbor.NeighborScene.HIGH;
import static onload.ip.neighbor.NeighborScene.LINK;
import static onload.ip.neighbor.NeighborScene.MAC;

import static org.junit.jupiter.api.Assertions.assertEquals;

import onload.ip.counter.IpCounters;
import onload.nic.packet.HugePages;
import onload.nic.packet.PacketPool;
import onload.nic.packet.PoolOptions;
import onload.testkit.PacketPools;
import onload.testkit.base.AllocatedBytes;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.SplittableRandom;

class NeighborAllocationTest {
    private static final int WARM_UPS = 20_000;
    private static final int RUNS = 10_000;

    @RegisterExtension final PacketPools pools = new PacketPools();

    private PacketPool pool;
    private NeighborCache cache;
    private int packet;
    private long nowNs;
    private long low;
    private long sum;

    /** Releases what it gets and keeps no notes, which would allocate. */
    private final class SilentLink implements NeighborLink {
        @Override
        public void solicit(Neighbor neighbor, boolean unicast, int pending, long atNs) {
            sum += neighbor.low();
        }

        @Override
        public void resolved(Neighbor neighbor, int waited, long atNs) {
            pool.release(waited);
        }

        @Override
        public void unreachable(Neighbor neighbor, int waited, long atNs) {
            pool.release(waited);
        }
    }

    @BeforeEach
    void makeCache() {
        pool = pools.open(PoolOptions.of(16).withHugePages(HugePages.NEVER).withAccounting(false));
        cache =
                new NeighborCache(
                        NeighborOptions.DEFAULT.withCapacity(64),
                        pool,
                        new SplittableRandom(1),
                        new SilentLink(),
                        new IpCounters());
        packet = pool.allocate(PacketPool.SEND);
        cache.heard(LINK, HIGH, 1, MAC, true, nowNs);
    }

    @AfterEach
    void closeCache() {
        cache.close();
        pool.release(packet);
    }

    @Test
    void usingANeighborAllocatesNothing() {
        assertNothingIsAllocated(() -> {
            Neighbor neighbor = cache.findOrCreate(LINK, HIGH, 1, nowNs);
            sum += neighbor == null ? 0 : cache.use(neighbor, packet, nowNs);
            cache.heard(LINK, HIGH, 1, MAC + (nowNs++ & 1), false, nowNs);
        });
    }

    @Test
    void confirmingANeighborAllocatesNothing() {
        Neighbor neighbor = cache.findOrCreate(LINK, HIGH, 1, nowNs);
        if (neighbor == null) {
            throw new AssertionError("no room");
        }
        assertNothingIsAllocated(() -> {
            nowNs += NeighborScene.SECOND;
            cache.reachable(neighbor, nowNs);
            cache.advance(nowNs);
            cache.confirmed(LINK, HIGH, 1, MAC, true, true, false, nowNs);
        });
    }

    @Test
    void aFloodOfSpoofedAddressesAllocatesNothing() {
        assertNothingIsAllocated(() -> cache.heard(LINK, HIGH, low++, MAC, true, nowNs));
    }

    @Test
    void aSweepAndItsFailuresAllocateNothing() {
        assertNothingIsAllocated(() -> {
            Neighbor neighbor = cache.findOrCreate(LINK, HIGH, low++, nowNs);
            sum += neighbor == null ? 0 : cache.use(neighbor, packet, nowNs);
            nowNs += NeighborScene.SECOND / 4;
            cache.advance(nowNs);
        });
    }

    @Test
    void resolvingANeighborAllocatesNothing() {
        assertNothingIsAllocated(() -> {
            low++;
            Neighbor neighbor = cache.findOrCreate(LINK, HIGH, low, nowNs);
            sum += neighbor == null ? 0 : cache.use(neighbor, packet, nowNs);
            cache.answered(LINK, HIGH, low, MAC, nowNs);
            cache.remove(LINK, HIGH, low);
        });
    }

    private static void assertNothingIsAllocated(Runnable action) {
        assertEquals(0, AllocatedBytes.perRun(WARM_UPS, RUNS, action));
    }
}
