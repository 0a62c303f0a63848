package onload.ip.fragment;

import static onload.ip.fragment.ReassemblyBench.NOTHING;
import static onload.ip.fragment.ReassemblyBench.SECOND;
import static onload.ip.fragment.ReassemblyBench.fragment4;
import static onload.ip.fragment.ReassemblyBench.fragment6;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.counter.IpCounter;
import onload.nic.packet.PacketPool;
import onload.nic.packet.PoolOptions;
import onload.testkit.PacketPools;
import onload.testkit.base.Property;
import onload.wire.IpProtocol;
import onload.wire.Ipv4Header;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.Arrays;

/** Fragments that no honest host sends: counted, bounded, and nothing comes out of them. */
class FragmentAttackTest {
    @RegisterExtension final PacketPools pools = new PacketPools();

    private ReassemblyBench bench;

    @BeforeEach
    void setUp() {
        bench = new ReassemblyBench(pools.open(256));
    }

    private void nothing4(int offset, int length, boolean more) {
        assertArrayEquals(NOTHING, bench.offer4(fragment4(7, offset, length, more)));
    }

    private void nothing6(int offset, int length, boolean more) {
        assertArrayEquals(NOTHING, bench.offer6(fragment6(7, offset, length, more)));
    }

    /** All that was offered is dropped for a reason, and no buffer is held. */
    private void condemned(IpCounter reason, int fragments) {
        assertEquals(fragments, bench.count(reason), bench.counters.toString());
        assertEquals(0, bench.reassembly.buffers());
        assertEquals(1, bench.reassembly.datagrams());
    }

    // Overlaps.

    @Test
    void teardropDropsTheDatagram() {
        nothing4(0, 40, true);
        nothing4(24, 4, false);
        condemned(IpCounter.FRAGMENT_DROPPED_OVERLAP, 2);
    }

    @Test
    void everyOverlapOfIpv6FragmentsDropsThePacketAndAllOfIt() {
        int[][] overlapping = {{0, 24}, {8, 16}, {8, 8}, {16, 8}, {16, 16}, {24, 16}, {0, 40}};
        for (int[] range : overlapping) {
            setUp();
            nothing6(8, 24, true);
            nothing6(range[0], range[1], true);
            condemned(IpCounter.FRAGMENT_DROPPED_OVERLAP, 2);
            nothing6(0, 8, true);
            nothing6(8, 24, true);
            nothing6(32, 8, false);
            condemned(IpCounter.FRAGMENT_DROPPED_OVERLAP, 5);
        }
    }

    @Test
    void overlapsOfIpv4FragmentsDropTheDatagramAndAllOfIt() {
        nothing4(8, 24, true);
        nothing4(24, 16, true);
        nothing4(0, 8, true);
        nothing4(32, 8, false);
        nothing4(8, 24, true);
        condemned(IpCounter.FRAGMENT_DROPPED_OVERLAP, 5);
    }

    @Test
    void anOverlapWithTheNeighbourOnEitherSideIsSeen() {
        nothing4(0, 16, true);
        nothing4(32, 16, true);
        nothing4(16, 24, true);
        condemned(IpCounter.FRAGMENT_DROPPED_OVERLAP, 3);
    }

    @Test
    void aCondemnedPacketEndsWithItsTimeAndNobodyIsTold() {
        nothing6(0, 16, true);
        bench.advance(SECOND);
        nothing6(8, 16, true);
        bench.advance(59 * SECOND);
        assertEquals(0, bench.timedOut.size());
        assertEquals(0, bench.reassembly.datagrams());
        nothing6(0, 8, true);
        assertTrue(bench.offer6(fragment6(7, 8, 8, false)).length > 0);
    }

    @Test
    void exactDuplicatesAreDroppedByThemselves() {
        nothing6(0, 16, true);
        nothing6(0, 16, true);
        nothing6(24, 8, false);
        nothing6(24, 8, false);
        assertEquals(40 + 32, bench.offer6(fragment6(7, 16, 8, true)).length);
        assertEquals(2, bench.count(IpCounter.FRAGMENT_DROPPED_DUPLICATE));
        nothing4(0, 16, true);
        nothing4(0, 16, true);
        assertEquals(20 + 24, bench.offer4(fragment4(7, 16, 8, false)).length);
        assertEquals(3, bench.count(IpCounter.FRAGMENT_DROPPED_DUPLICATE));
    }

    // Two ends.

    @Test
    void aCopyThatSaysItIsTheLastIsAContradiction() {
        nothing4(0, 16, true);
        nothing4(0, 16, true);
        assertEquals(1, bench.count(IpCounter.FRAGMENT_DROPPED_DUPLICATE));
        bench.offer4(fragment4(7, 16, 16, true));
        nothing4(16, 16, false);
        condemned(IpCounter.FRAGMENT_DROPPED_CONTRADICTION, 3);
    }

    @Test
    void aCopyThatSaysItIsNotTheLastIsAContradiction() {
        nothing4(16, 16, false);
        nothing4(16, 16, true);
        condemned(IpCounter.FRAGMENT_DROPPED_CONTRADICTION, 2);
    }

    @Test
    void aLastFragmentBeforeWhatIsThereIsAContradiction() {
        nothing6(32, 8, true);
        nothing6(16, 8, false);
        condemned(IpCounter.FRAGMENT_DROPPED_CONTRADICTION, 2);
    }

    @Test
    void twoLastFragmentsAreAContradiction() {
        nothing6(16, 8, false);
        nothing6(32, 8, false);
        nothing6(0, 16, true);
        condemned(IpCounter.FRAGMENT_DROPPED_CONTRADICTION, 3);
    }

    @Test
    void bytesAfterTheEndAreAContradiction() {
        nothing4(16, 8, false);
        nothing4(24, 8, true);
        condemned(IpCounter.FRAGMENT_DROPPED_CONTRADICTION, 2);
    }

    // Too long.

    @Test
    void pingOfDeathIsDropped() {
        nothing4(65_512, 8, false);
        nothing4(65_528, 1000, false);
        nothing4(65_512, 4, false);
        assertEquals(3, bench.count(IpCounter.FRAGMENT_DROPPED_TOO_LONG));
        assertEquals(0, bench.reassembly.datagrams());
        nothing4(65_512, 3, false);
        assertEquals(1, bench.reassembly.datagrams());
        bench.reassembly.close();
    }

    @Test
    void anIpv4DatagramThatItsOptionsMakeTooLongIsDropped() {
        byte[] options = new byte[40];
        Arrays.fill(options, (byte) 1);
        bench.offer4(fragment4(7, 64, 65_451, false));
        assertArrayEquals(
                NOTHING,
                bench.offer4(
                        IpBytes.ipv4(
                                0x0A00_0001, 17, 7, 0, true, 0, options, IpBytes.payload(0, 64))));
        assertEquals(2, bench.count(IpCounter.FRAGMENT_DROPPED_TOO_LONG));
        assertEquals(0, bench.reassembly.datagrams());
    }

    @Test
    void anIpv6PacketThatWouldBeTooLongIsAProblemOfTheOffset() {
        nothing6(65_528, 8, false);
        assertEquals(Reassembly.PROBLEM_OFFSET, bench.problem);
        nothing6(65_528, 8, true);
        assertEquals(Reassembly.PROBLEM_OFFSET, bench.problem);
        assertEquals(2, bench.count(IpCounter.FRAGMENT_DROPPED_TOO_LONG));
        nothing6(65_528, 7, false);
        assertEquals(0, bench.problem);
        assertEquals(1, bench.reassembly.datagrams());
        bench.reassembly.close();
    }

    @Test
    void headersBeforeTheFragmentHeaderCountForTheLengthOfTheWhole() {
        byte[] hopByHop = IpBytes.extension(IpProtocol.FRAGMENT, 8);
        bench.offer6(IpBytes.ipv6Fragment(1, 17, 7, 65_520, false, 0, hopByHop, new byte[8]));
        assertEquals(Reassembly.PROBLEM_OFFSET, bench.problem);
        // Here it is the first fragment alone that has such headers, and it comes last.
        bench.offer6(fragment6(9, 8, 65_527, false));
        bench.offer6(IpBytes.ipv6Fragment(1, 17, 9, 0, true, 0, hopByHop, new byte[8]));
        assertEquals(3, bench.count(IpCounter.FRAGMENT_DROPPED_TOO_LONG));
        assertEquals(0, bench.reassembly.buffers());
    }

    // Lengths that cannot be.

    @Test
    void ipv4LengthsThatAreNoMultipleOf8AreDroppedUnlessLast() {
        for (int length = 17; length < 24; length++) {
            nothing4(0, length, true);
        }
        assertEquals(7, bench.count(IpCounter.FRAGMENT_DROPPED_MALFORMED));
        assertEquals(0, bench.reassembly.datagrams());
    }

    @Test
    void ipv6LengthsThatAreNoMultipleOf8AreAProblemOfTheLengthUnlessLast() {
        for (int length = 17; length < 24; length++) {
            nothing6(0, length, true);
            assertEquals(Reassembly.PROBLEM_LENGTH, bench.problem);
        }
        assertEquals(7, bench.count(IpCounter.FRAGMENT_DROPPED_MALFORMED));
        assertEquals(0, bench.reassembly.datagrams());
    }

    @Test
    void fragmentsWithoutPayloadAreDropped() {
        nothing4(8, 0, false);
        nothing4(8, 0, true);
        nothing6(8, 0, false);
        nothing6(8, 0, true);
        assertEquals(0, bench.problem);
        assertEquals(4, bench.count(IpCounter.FRAGMENT_DROPPED_MALFORMED));
        assertEquals(0, bench.reassembly.datagrams());
    }

    @Test
    void fragmentsWithFewerBytesThanTheySayAreDropped() {
        bench.offer4(Arrays.copyOf(fragment4(7, 0, 64, true), 83));
        bench.offer6(Arrays.copyOf(fragment6(7, 0, 64, true), 100));
        assertEquals(2, bench.count(IpCounter.FRAGMENT_DROPPED_MALFORMED));
        assertEquals(0, bench.reassembly.datagrams());
    }

    // Tiny and atomic ones.

    @Test
    void tinyFragmentsThatCutATcpHeaderAreDropped() {
        bench.offer4(IpBytes.ipv4(1, IpProtocol.TCP, 7, 0, true, new byte[8]));
        bench.offer4(IpBytes.ipv4(1, IpProtocol.TCP, 7, 8, true, new byte[8]));
        bench.offer4(IpBytes.ipv4(1, IpProtocol.TCP, 7, 8, false, new byte[100]));
        assertEquals(3, bench.count(IpCounter.FRAGMENT_DROPPED_TINY));
        assertEquals(0, bench.reassembly.datagrams());
        bench.offer4(IpBytes.ipv4(1, IpProtocol.TCP, 7, 0, true, new byte[16]));
        assertEquals(
                39,
                bench.offer4(IpBytes.ipv4(1, IpProtocol.TCP, 7, 16, false, new byte[3])).length);
    }

    @Test
    void firstIpv6FragmentsWithoutTheirUpperLayerHeaderAreAProblemOfTheChain() {
        byte[] options = IpBytes.extension(IpProtocol.UDP, 16);
        byte[][] headers = {new byte[16], options, Arrays.copyOf(options, 8), options};
        headers[3] = IpBytes.joined(IpBytes.extension(IpProtocol.TCP, 8), new byte[16]);
        int[] protocols = {
            IpProtocol.TCP,
            IpProtocol.DESTINATION_OPTIONS,
            IpProtocol.DESTINATION_OPTIONS,
            IpProtocol.DESTINATION_OPTIONS
        };
        for (int i = 0; i < headers.length; i++) {
            bench.offer6(IpBytes.ipv6Fragment(1, protocols[i], 7, 0, true, headers[i]));
            assertEquals(Reassembly.PROBLEM_CHAIN, bench.problem, "case " + i);
            assertEquals(i + 1, bench.count(IpCounter.FRAGMENT_DROPPED_TINY));
        }
        assertEquals(0, bench.reassembly.datagrams());
    }

    @Test
    void firstIpv6FragmentsWithTheWholeChainAreTaken() {
        byte[] chain = IpBytes.joined(IpBytes.extension(IpProtocol.UDP, 16), new byte[8]);
        bench.offer6(IpBytes.ipv6Fragment(1, IpProtocol.DESTINATION_OPTIONS, 7, 0, true, chain));
        bench.offer6(IpBytes.ipv6Fragment(1, IpProtocol.TCP, 8, 0, true, new byte[24]));
        bench.offer6(IpBytes.ipv6Fragment(1, IpProtocol.ICMPV6, 9, 0, true, new byte[8]));
        assertEquals(3, bench.reassembly.datagrams());
        bench.reassembly.close();
    }

    @Test
    void anAtomicFragmentIsThePacketWhateverElseThereIsOfItsIdentification() {
        nothing6(0, 8, true);
        byte[] atomic = fragment6(7, 0, 100, false);
        byte[] whole = IpBytes.ipv6(1, IpProtocol.UDP, 0, IpBytes.payload(0, 100));
        assertArrayEquals(whole, bench.offer6(atomic));
        assertArrayEquals(whole, bench.offer6(Arrays.copyOf(atomic, 160), 48, 50));
        assertEquals(48 - 8 + 100, bench.firstLength);
        assertEquals(0, bench.flags);
        assertEquals(1, bench.reassembly.datagrams());
        assertEquals(40 + 16, bench.offer6(fragment6(7, 8, 8, false)).length);
    }

    @Test
    void anAtomicFragmentWithoutPayloadIsThePacket() {
        assertEquals(40, bench.offer6(fragment6(7, 0, 0, false)).length);
    }

    // Floods.

    @Test
    void moreFragmentsThanADatagramMayHaveDropIt() {
        for (int i = 0; i < 140; i++) {
            nothing4(16 * i, 8, true);
        }
        condemned(IpCounter.FRAGMENT_DROPPED_TOO_MANY, 140);
    }

    @Test
    void aFloodOfFirstFragmentsFromOneSourceLeavesRoomForOthers() {
        bench.offer4(IpBytes.ipv4(99, 17, 1, 0, true, new byte[8]));
        for (int id = 0; id < 10_000; id++) {
            bench.offer4(fragment4(id & 0xFFFF, 0, 1480, true));
        }
        assertEquals(65, bench.reassembly.datagrams());
        assertEquals(65, bench.reassembly.buffers());
        assertEquals(10_000 - 64, bench.count(IpCounter.FRAGMENT_DROPPED_EVICTED));
        assertEquals(36, bench.offer4(IpBytes.ipv4(99, 17, 1, 8, false, new byte[8])).length);
        bench.advance(60 * SECOND);
        assertEquals(64, bench.timedOut.size());
    }

    @Test
    void aFloodFromForgedSourcesDropsTheOldestFirst() {
        bench = new ReassemblyBench(pools.open(1024));
        for (int i = 0; i < 256; i++) {
            bench.offer4(IpBytes.ipv4(1000 + i, 17, 1, 0, true, new byte[8]));
        }
        bench.offer4(IpBytes.ipv4(5000, 17, 1, 0, true, new byte[8]));
        assertEquals(256, bench.reassembly.datagrams());
        assertEquals(1, bench.count(IpCounter.FRAGMENT_DROPPED_EVICTED));
        // The first one is gone, the second is not.
        assertEquals(36, bench.offer4(IpBytes.ipv4(1001, 17, 1, 8, false, new byte[8])).length);
        assertArrayEquals(NOTHING, bench.offer4(IpBytes.ipv4(1000, 17, 1, 8, false, new byte[8])));
        bench.reassembly.close();
    }

    @Test
    void boundsHoldInAFloodOfRandomFragmentsFromRandomSourcesAndAllBuffersComeHome() {
        Property.forAll(
                1,
                random -> {
                    // Without accounting, which would write 2 KiB for each fragment.
                    bench =
                            new ReassemblyBench(
                                    pools.open(PoolOptions.of(2048).withAccounting(false)));
                    byte[] fragment = fragment4(7, 0, 64, true);
                    UnsafeBuffer buffer = new UnsafeBuffer(fragment);
                    for (int i = 0; i < 100_000; i++) {
                        Ipv4Header.source(buffer, 0, random.anyInt() & 0x3FFF);
                        Ipv4Header.identification(buffer, 0, random.between(0, 3));
                        Ipv4Header.fragment(
                                buffer, 0, random.flip() ? 0x2000 : 0, random.between(0, 100) * 8);
                        bench.offer4(fragment);
                        assertTrue(bench.reassembly.datagrams() <= 256);
                        assertTrue(bench.reassembly.buffers() <= 1024);
                        if (i % 1000 == 0) {
                            bench.advance(SECOND);
                        }
                    }
                    bench.advance(60 * SECOND);
                    assertEquals(0, bench.reassembly.datagrams());
                    assertEquals(0, bench.reassembly.buffers());
                    assertEquals(0, bench.pool.inUse(PacketPool.RECEIVE));
                });
    }
}
