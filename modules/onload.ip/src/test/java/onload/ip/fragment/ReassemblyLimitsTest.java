package onload.ip.fragment;

import static onload.ip.fragment.ReassemblyBench.SECOND;
import static onload.ip.fragment.ReassemblyBench.fragment4;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.counter.IpCounter;
import onload.nic.packet.HugePages;
import onload.nic.packet.PacketPool;
import onload.nic.packet.PoolOptions;
import onload.testkit.PacketPools;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.ArrayDeque;
import java.util.Deque;

/** Who makes room, and when. */
class ReassemblyLimitsTest {
    @RegisterExtension final PacketPools pools = new PacketPools();

    private static ReassemblyOptions options(
            int datagrams, int buffers, int datagramsPerSource, int buffersPerSource) {
        return new ReassemblyOptions(
                datagrams, buffers, 64, datagramsPerSource, buffersPerSource, SECOND, SECOND);
    }

    private static byte[] from(int source, int identification, int offset) {
        return IpBytes.ipv4(source, 17, identification, offset, true, new byte[8]);
    }

    private static boolean completes(ReassemblyBench bench, int source, int identification) {
        return bench.offer4(IpBytes.ipv4(source, 17, identification, 8, false, new byte[8])).length
                > 0;
    }

    @Test
    void whereDatagramsAreTooManyTheOldestOfTheGreediestSourceGoes() {
        ReassemblyBench bench = new ReassemblyBench(pools.open(64), options(6, 32, 4, 32));
        bench.offer4(from(1, 1, 0));
        bench.offer4(from(2, 1, 0));
        bench.offer4(from(2, 2, 0));
        bench.offer4(from(2, 3, 0));
        bench.offer4(from(3, 1, 0));
        bench.offer4(from(3, 2, 0));
        bench.offer4(from(4, 1, 0));
        assertEquals(1, bench.count(IpCounter.FRAGMENT_DROPPED_EVICTED));
        assertTrue(completes(bench, 1, 1));
        assertTrue(completes(bench, 2, 2));
        assertTrue(completes(bench, 2, 3));
        assertTrue(completes(bench, 3, 1));
        assertTrue(completes(bench, 4, 1));
        bench.reassembly.close();
    }

    @Test
    void whereBuffersAreTooManyTheOldestOfTheGreediestSourceGoes() {
        ReassemblyBench bench = new ReassemblyBench(pools.open(64), options(16, 8, 16, 8));
        bench.offer4(from(1, 1, 0));
        for (int i = 0; i < 3; i++) {
            bench.offer4(from(2, i, 0));
            bench.offer4(from(2, i, 16));
        }
        bench.offer4(from(1, 1, 16));
        assertEquals(8, bench.reassembly.buffers());
        bench.offer4(from(3, 1, 0));
        assertEquals(7, bench.reassembly.buffers());
        assertEquals(2, bench.count(IpCounter.FRAGMENT_DROPPED_EVICTED));
        assertTrue(bench.offer4(IpBytes.ipv4(2, 17, 1, 8, true, new byte[8])).length == 0);
        assertEquals(8, bench.reassembly.buffers());
        bench.reassembly.close();
    }

    @Test
    void aSourceOverItsBuffersLosesItsOwnOldest() {
        ReassemblyBench bench = new ReassemblyBench(pools.open(64), options(16, 16, 16, 3));
        bench.offer4(from(9, 1, 0));
        bench.offer4(from(1, 1, 0));
        bench.offer4(from(1, 2, 0));
        bench.offer4(from(1, 2, 16));
        bench.offer4(from(1, 2, 32));
        assertEquals(4, bench.reassembly.buffers());
        assertEquals(1, bench.count(IpCounter.FRAGMENT_DROPPED_EVICTED));
        assertTrue(completes(bench, 9, 1));
        bench.reassembly.close();
    }

    @Test
    void aDatagramThatAloneIsOverTheLimitGoesItself() {
        ReassemblyBench bench = new ReassemblyBench(pools.open(64), options(16, 16, 16, 3));
        for (int i = 0; i < 4; i++) {
            bench.offer4(from(1, 1, 16 * i));
        }
        assertEquals(0, bench.reassembly.buffers());
        assertEquals(0, bench.reassembly.datagrams());
        assertEquals(4, bench.count(IpCounter.FRAGMENT_DROPPED_EVICTED));
    }

    @Test
    void allBuffersOfAChainCount() {
        ReassemblyBench bench = new ReassemblyBench(pools.open(64), options(16, 16, 16, 16));
        bench.offer4(fragment4(1, 0, 800, true), 100, 100, 100);
        assertEquals(4, bench.reassembly.buffers());
        // Its header fills a buffer of its own, which goes home.
        bench.offer4(fragment4(1, 800, 800, true), 20, 100, 100);
        assertEquals(7, bench.reassembly.buffers());
        bench.reassembly.close();
        assertEquals(0, bench.reassembly.buffers());
    }

    @Test
    void aFragmentThatCompletesItsDatagramNeedsNoRoom() {
        ReassemblyBench bench = new ReassemblyBench(pools.open(64), options(16, 1, 16, 1));
        bench.offer4(from(1, 1, 0));
        assertTrue(completes(bench, 1, 1));
    }

    @Test
    void aCondemnedDatagramMakesRoomAsAnyOther() {
        ReassemblyBench bench = new ReassemblyBench(pools.open(64), options(2, 8, 2, 8));
        bench.offer4(from(1, 1, 16));
        bench.offer4(IpBytes.ipv4(1, 17, 1, 8, true, new byte[16]));
        assertEquals(2, bench.count(IpCounter.FRAGMENT_DROPPED_OVERLAP));
        bench.offer4(from(1, 2, 0));
        bench.offer4(from(1, 3, 0));
        assertEquals(0, bench.count(IpCounter.FRAGMENT_DROPPED_EVICTED));
        assertEquals(2, bench.reassembly.datagrams());
        bench.reassembly.close();
    }

    @Test
    void whileThePoolIsLowHalfIsKeptAndWhileItIsCriticalNothing() {
        PoolOptions pool =
                PoolOptions.of(64)
                        .withLimits(64, 64)
                        .withThresholds(32, 8)
                        .withHugePages(HugePages.NEVER)
                        .withAccounting(true);
        ReassemblyBench bench = new ReassemblyBench(pools.open(pool), options(32, 16, 32, 16));
        for (int i = 0; i < 16; i++) {
            bench.offer4(from(i, 1, 0));
        }
        assertEquals(16, bench.reassembly.buffers());
        Deque<Integer> taken = new ArrayDeque<>();
        take(bench, taken, 31);
        bench.offer4(from(50, 1, 0));
        assertEquals(PacketPool.LOW, bench.pool.pressure());
        assertEquals(8, bench.reassembly.buffers());
        while (bench.pool.pressure() != PacketPool.CRITICAL) {
            take(bench, taken, 1);
        }
        bench.offer4(from(51, 1, 0));
        // With what it gave back the pool is not critical any more.
        assertTrue(bench.reassembly.buffers() < 8);
        while (bench.pool.available() > 7) {
            take(bench, taken, 1);
        }
        bench.offer4(from(52, 1, 0));
        assertTrue(bench.pool.pressure() != PacketPool.CRITICAL || bench.reassembly.buffers() == 0);
        taken.forEach(bench.pool::release);
        bench.reassembly.close();
    }

    @Test
    void whereTheShareOfReceiveIsShortLessIsKept() {
        PoolOptions pool =
                PoolOptions.of(256)
                        .withLimits(64, 64)
                        .withHugePages(HugePages.NEVER)
                        .withAccounting(true);
        ReassemblyBench bench = new ReassemblyBench(pools.open(pool), options(64, 16, 64, 16));
        for (int i = 0; i < 16; i++) {
            bench.offer4(from(i, 1, 0));
        }
        Deque<Integer> taken = new ArrayDeque<>();
        take(bench, taken, 41);
        bench.offer4(from(50, 1, 0));
        assertEquals(PacketPool.NORMAL, bench.pool.pressure());
        // One after the other goes, until an eighth of the share is free again.
        assertEquals(14, bench.reassembly.buffers());
        take(bench, taken, 3);
        bench.offer4(from(51, 1, 0));
        assertEquals(11, bench.reassembly.buffers());
        taken.forEach(bench.pool::release);
        bench.reassembly.close();
    }

    private static void take(ReassemblyBench bench, Deque<Integer> taken, int count) {
        for (int i = 0; i < count; i++) {
            taken.add(bench.pool.allocate(PacketPool.RECEIVE));
        }
    }

    @Test
    void optionsOutOfRangeAreRefusedByName() {
        assertThrows(IllegalArgumentException.class, () -> options(0, 8, 1, 8));
        assertThrows(IllegalArgumentException.class, () -> options(8, 0, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> options(8, 8, 9, 8));
        String message =
                assertThrows(IllegalArgumentException.class, () -> options(8, 8, 8, 9))
                        .getMessage();
        assertEquals("maxBuffersPerSource of a reassembly cannot be 9; expected 1 to 8", message);
        assertThrows(
                IllegalArgumentException.class,
                () -> new ReassemblyOptions(8, 8, 1, 8, 8, SECOND, SECOND));
        assertThrows(
                IllegalArgumentException.class,
                () -> new ReassemblyOptions(8, 8, 8, 8, 8, 0, SECOND));
    }
}
