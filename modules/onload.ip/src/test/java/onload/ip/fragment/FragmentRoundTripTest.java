package onload.ip.fragment;

import static onload.ip.fragment.ReassemblyBench.NOTHING;
import static onload.ip.fragment.ReassemblyBench.SECOND;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.counter.IpCounter;
import onload.ip.spi.IpDatagram;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.testkit.PacketPools;
import onload.testkit.base.Property;
import onload.testkit.base.Randomness;
import onload.wire.IpProtocol;
import onload.wire.Ipv4Header;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** What is cut, comes in any order, some of it twice, over buffers of any lengths, is whole again; or nothing is. */
class FragmentRoundTripTest {
    private static final ReassemblyOptions MANY =
            new ReassemblyOptions(8, 3000, 2048, 8, 3000, SECOND, SECOND);

    @RegisterExtension final PacketPools pools = new PacketPools();

    @Test
    void ipv4DatagramsSurviveCuttingAndShuffling() {
        PacketPool pool = pools.open(4096);
        ReassemblyBench bench = new ReassemblyBench(pool, MANY);
        Property.forAll(
                60,
                random -> {
                    int mtu = random.between(68, random.oneOf(100, 1500, 9000));
                    int most = Math.min(65_515, mtu * 60);
                    byte[] options = new byte[random.between(0, 10) * 4];
                    Arrays.fill(options, (byte) 1);
                    byte[] payload = random.bytes(random.between(1, most - options.length));
                    byte[] datagram =
                            IpBytes.ipv4(random.anyInt(), 17, 0, 0, false, 0xB8, options, payload);
                    roundTrip(random, bench, datagram, mtu);
                });
    }

    @Test
    void ipv6PacketsSurviveCuttingAndShuffling() {
        PacketPool pool = pools.open(4096);
        ReassemblyBench bench = new ReassemblyBench(pool, MANY);
        Property.forAll(
                60,
                random -> {
                    int mtu = random.between(1280, 9000);
                    byte[] payload = random.bytes(random.between(1300, 65_000));
                    byte[] packet = IpBytes.ipv6(random.anyLong(), IpProtocol.UDP, 0xB8, payload);
                    if (random.flip()) {
                        byte[] hopByHop =
                                IpBytes.extension(IpProtocol.UDP, random.between(1, 20) * 8);
                        packet =
                                IpBytes.ipv6(
                                        random.anyLong(),
                                        IpProtocol.HOP_BY_HOP,
                                        0,
                                        IpBytes.joined(hopByHop, payload));
                    }
                    roundTrip(random, bench, packet, mtu);
                });
    }

    private static void roundTrip(
            Randomness random, ReassemblyBench bench, byte[] datagram, int mtu) {
        boolean isIpv4 = datagram[0] >> 4 == 4;
        int id = isIpv4 ? random.between(0, 0xFFFF) : random.anyInt();
        List<byte[]> fragments = cut(random, bench.pool, datagram, mtu, id);
        if (fragments.size() == 1 && isIpv4) {
            return;
        }
        Collections.shuffle(fragments, new Random(random.anyLong()));
        long duplicates = bench.count(IpCounter.FRAGMENT_DROPPED_DUPLICATE);
        int repeated = 0;
        for (int i = 0; i < fragments.size(); i++) {
            byte[] out = offer(random, bench, isIpv4, fragments.get(i));
            boolean isLast = i == fragments.size() - 1;
            assertArrayEquals(isLast ? expected(datagram, id) : NOTHING, out);
            if (!isLast && random.chance(0.2)) {
                byte[] again = fragments.get(random.between(0, i));
                assertArrayEquals(NOTHING, offer(random, bench, isIpv4, again));
                repeated++;
            }
        }
        assertEquals(duplicates + repeated, bench.count(IpCounter.FRAGMENT_DROPPED_DUPLICATE));
        assertTrue(bench.firstLength >= Math.min(datagram.length, 20 + IpDatagram.CONTIGUOUS));
        assertEquals(0, bench.reassembly.buffers());
        assertEquals(0, bench.reassembly.datagrams());
    }

    private static byte[] offer(
            Randomness random, ReassemblyBench bench, boolean isIpv4, byte[] fragment) {
        // The headers are together; the rest is anywhere.
        int[] pieces = {random.between(220, 2000), random.between(0, 100), random.between(1, 900)};
        int[] chosen = random.flip() ? pieces : new int[0];
        return isIpv4 ? bench.offer4(fragment, chosen) : bench.offer6(fragment, chosen);
    }

    /** IPv4 keeps the identification, and the flag that forbids cutting is gone. */
    private static byte[] expected(byte[] datagram, int identification) {
        byte[] expected = datagram.clone();
        if (datagram[0] >> 4 == 4) {
            UnsafeBuffer buffer = new UnsafeBuffer(expected);
            Ipv4Header.identification(buffer, 0, identification);
            Ipv4Header.updateChecksum(buffer, 0);
        }
        return expected;
    }

    private static List<byte[]> cut(
            Randomness random, PacketPool pool, byte[] datagram, int mtu, int id) {
        PacketBuffers buffers = pool.buffers();
        int headers = 220;
        int packet =
                IpBytes.packet(
                        pool, PacketPool.SEND, datagram, headers, random.between(1, 99), 1, 500);
        FragmentCutter cutter = new FragmentCutter(pool);
        int data = Math.max(mtu < 300 ? mtu : 300, random.between(68, 1792));
        boolean gather = random.flip();
        int fragment =
                datagram[0] >> 4 == 4
                        ? cutter.ipv4(packet, mtu, id, data, gather, PacketPool.SEND)
                        : cutter.ipv6(packet, mtu, id, data, gather, PacketPool.SEND);
        assertTrue(fragment >= 0, "answer " + fragment);
        pool.release(packet);
        List<byte[]> fragments = new ArrayList<>();
        while (fragment != PacketBuffers.NONE) {
            int next = buffers.next(fragment);
            byte[] bytes = IpBytes.read(buffers, fragment);
            assertTrue(bytes.length <= mtu);
            fragments.add(bytes);
            pool.release(fragment);
            fragment = next;
        }
        return fragments;
    }

    @Test
    void aDatagramIsWholeOrNothingUnlessAllItsBytesCame() {
        PacketPool pool = pools.open(512);
        Property.forAll(
                300,
                random -> {
                    ReassemblyBench bench = new ReassemblyBench(pool);
                    byte[] datagram =
                            IpBytes.ipv4(
                                    7, 17, 5, 0, false, random.bytes(random.between(100, 900)));
                    List<byte[]> fragments = cut(random, pool, datagram, 100, 5);
                    int lost = random.between(0, fragments.size() - 1);
                    for (int i = 0; i < fragments.size(); i++) {
                        if (i != lost) {
                            assertArrayEquals(NOTHING, bench.offer4(fragments.get(i)));
                        }
                    }
                    bench.advance(60 * SECOND);
                    assertEquals(lost == 0 ? 0 : 1, bench.timedOut.size());
                });
    }

    @Test
    void randomOverlappingFragmentsNeverMixTheirBytes() {
        PacketPool pool = pools.open(512);
        Property.forAll(
                500,
                random -> {
                    ReassemblyBench bench = new ReassemblyBench(pool);
                    for (int i = 0; i < 30; i++) {
                        boolean more = random.chance(0.8);
                        int offset = random.between(0, 6) * 8;
                        int length = more ? random.between(1, 4) * 8 : random.between(1, 20);
                        byte[] payload = new byte[length];
                        Arrays.fill(payload, (byte) i);
                        byte[] out = bench.offer4(IpBytes.ipv4(1, 17, 1, offset, more, payload));
                        // Whatever is whole consists of whole fragments: no run is cut short.
                        assertRuns(out);
                    }
                    bench.reassembly.close();
                    assertEquals(0, bench.reassembly.buffers());
                });
    }

    private static void assertRuns(byte[] datagram) {
        int start = 20;
        for (int at = 20; at < datagram.length; at++) {
            if (datagram[at] != datagram[start]) {
                assertEquals(0, (at - start) % 8);
                start = at;
            }
        }
    }

    // Fuzz.

    @Test
    void damagedFragmentsThrowNothingHoldNothingForeverAndAreAllCounted() {
        PacketPool pool = pools.open(512);
        ReassemblyOptions few = new ReassemblyOptions(16, 64, 16, 8, 32, SECOND, SECOND);
        long end = System.nanoTime() + 3_000_000_000L;
        Property.forAll(
                2000,
                random -> {
                    if (System.nanoTime() > end) {
                        return;
                    }
                    ReassemblyBench bench = new ReassemblyBench(pool, few);
                    long whole = 0;
                    for (int i = 0; i < 60; i++) {
                        whole += damaged(random, bench) ? 1 : 0;
                        assertTrue(bench.reassembly.datagrams() <= 16);
                        assertTrue(bench.reassembly.buffers() <= 64);
                    }
                    assertTrue(whole >= bench.count(IpCounter.REASSEMBLED));
                    bench.advance(SECOND);
                    assertEquals(0, bench.reassembly.datagrams());
                    assertEquals(0, bench.reassembly.buffers());
                    assertEquals(0, pool.inUse(PacketPool.RECEIVE));
                });
    }

    /** A fragment of few datagrams, of which some bytes of the header may be anything. */
    private static boolean damaged(Randomness random, ReassemblyBench bench) {
        boolean isIpv4 = random.flip();
        int offset = random.between(0, 8) * 8;
        boolean more = random.chance(0.7);
        int length = random.between(0, 5) * 8 + (more ? 0 : random.between(0, 7));
        int id = random.between(1, 3);
        byte[] fragment =
                isIpv4
                        ? ReassemblyBench.fragment4(id, offset, length, more)
                        : ReassemblyBench.fragment6(id, offset, length, more);
        int flips = random.between(0, 3);
        for (int i = 0; i < flips; i++) {
            int at = random.between(0, Math.min(fragment.length, isIpv4 ? 24 : 56) - 1);
            fragment[at] = (byte) random.anyInt();
        }
        int[] pieces = random.flip() ? new int[0] : new int[] {60, random.between(0, 20)};
        if (!isIpv4) {
            return bench.offer6(fragment, pieces).length > 0;
        }
        // IPv4 headers are checked by whoever calls.
        int first = pieces.length == 0 ? fragment.length : Math.min(60, fragment.length);
        int header = Ipv4Header.check(new UnsafeBuffer(fragment), 0, fragment.length);
        return header > 0 && header <= first && bench.offer4(fragment, pieces).length > 0;
    }
}
