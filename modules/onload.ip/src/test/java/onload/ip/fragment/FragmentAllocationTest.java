package onload.ip.fragment;

import static onload.ip.fragment.ReassemblyBench.fragment4;
import static onload.ip.fragment.ReassemblyBench.fragment6;

import static org.junit.jupiter.api.Assertions.assertEquals;

import onload.ip.counter.IpCounter;
import onload.ip.counter.IpCounters;
import onload.nic.packet.HugePages;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.nic.packet.PoolOptions;
import onload.testkit.PacketPools;
import onload.testkit.base.AllocatedBytes;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Neither putting together nor cutting nor a flood allocates anything. */
class FragmentAllocationTest {
    @RegisterExtension final PacketPools pools = new PacketPools();

    private final IpCounters counters = new IpCounters();
    private PacketPool pool;
    private Reassembly reassembly;
    private long nowNs;

    @BeforeEach
    void setUp() {
        pool = pools.open(PoolOptions.of(512).withHugePages(HugePages.NEVER).withAccounting(false));
        reassembly =
                new Reassembly(
                        ReassemblyOptions.DEFAULT, pool, counters, (packet, index, now) -> {}, 42);
    }

    private int received(byte[] bytes) {
        int packet = pool.allocate(PacketPool.RECEIVE);
        pool.buffers().memory().putBytes(pool.buffers().append(packet, bytes.length), bytes);
        return packet;
    }

    @Test
    void reassemblyAllocatesNothing() {
        byte[] a = fragment4(7, 0, 1480, true);
        byte[] b = fragment4(7, 1480, 100, false);
        byte[] c = fragment6(7, 0, 8, true);
        byte[] d = fragment6(7, 8, 100, false);
        Runnable action =
                () -> {
                    reassembly.ipv4(received(b), 1, nowNs);
                    reassembly.ipv4(received(b), 1, nowNs);
                    pool.release(reassembly.ipv4(received(a), 1, nowNs));
                    int first = received(c);
                    int at = pool.buffers().data(first);
                    reassembly.ipv6(first, at + 40, at + 6, 1, nowNs);
                    int last = received(d);
                    at = pool.buffers().data(last);
                    pool.release(reassembly.ipv6(last, at + 40, at + 6, 1, nowNs));
                };
        assertEquals(0, AllocatedBytes.perRun(40_000, 2000, action));
        assertEquals(0, reassembly.datagrams());
    }

    @Test
    void aFloodAllocatesNothing() {
        byte[] fragment = fragment4(7, 0, 64, true);
        int[] id = new int[1];
        Runnable action =
                () -> {
                    id[0]++;
                    fragment[4] = (byte) (id[0] >> 8);
                    fragment[5] = (byte) id[0];
                    fragment[14] = (byte) (id[0] >> 4);
                    fragment[15] = (byte) (id[0] & 7);
                    reassembly.ipv4(received(fragment), 1, nowNs);
                    nowNs += 1_000_000_000L;
                    reassembly.advance(nowNs);
                };
        assertEquals(0, AllocatedBytes.perRun(40_000, 2000, action));
        assertEquals(true, counters.get(IpCounter.FRAGMENT_DROPPED_TIMEOUT) > 0);
        reassembly.close();
    }

    @Test
    void cuttingAllocatesNothing() {
        FragmentCutter cutter = new FragmentCutter(pool);
        byte[] options = {7, 7, 4, 0, 0, 0, 0, (byte) 0x94, 4, 0, 0, 1};
        byte[] ipv4 = IpBytes.ipv4(1, 17, 0, 0, false, 0, options, IpBytes.payload(0, 5000));
        byte[] ipv6 = IpBytes.ipv6(1, 17, 0, IpBytes.payload(0, 5000));
        int first = IpBytes.packet(pool, PacketPool.SEND, ipv4, 333);
        int second = IpBytes.packet(pool, PacketPool.SEND, ipv6, 333);
        Runnable action =
                () -> {
                    pool.buffers().needChecksum(first, 32, 6);
                    release(cutter.ipv4(first, 1500, 1, 1500, false, PacketPool.SEND));
                    release(cutter.ipv6(second, 4000, 1, 1000, true, PacketPool.SEND));
                };
        assertEquals(0, AllocatedBytes.perRun(20_000, 1000, action));
        pool.release(first);
        pool.release(second);
    }

    private void release(int first) {
        int at = first;
        while (at != PacketBuffers.NONE) {
            int next = pool.buffers().next(at);
            pool.release(at);
            at = next;
        }
    }
}
