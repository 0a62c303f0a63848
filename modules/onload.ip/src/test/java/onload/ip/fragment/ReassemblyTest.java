package onload.ip.fragment;

import static onload.ip.fragment.ReassemblyBench.NOTHING;
import static onload.ip.fragment.ReassemblyBench.SECOND;
import static onload.ip.fragment.ReassemblyBench.fragment4;
import static onload.ip.fragment.ReassemblyBench.fragment6;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.counter.IpCounter;
import onload.ip.spi.IpDatagram;
import onload.nic.packet.HugePages;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PoolOptions;
import onload.testkit.PacketPools;
import onload.wire.IpProtocol;
import onload.wire.Ipv4Header;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.nio.ByteOrder;
import java.util.Arrays;

/** What comes out is what was cut, with a header as if it had come whole. */
class ReassemblyTest {
    @RegisterExtension final PacketPools pools = new PacketPools();

    private ReassemblyBench bench;

    @BeforeEach
    void setUp() {
        bench = new ReassemblyBench(pools.open(256));
    }

    private static byte[] whole4(int length) {
        return IpBytes.ipv4(0x0A00_0001, IpProtocol.UDP, 7, 0, false, IpBytes.payload(0, length));
    }

    private static byte[] whole6(int length) {
        return IpBytes.ipv6(1, IpProtocol.UDP, 0, IpBytes.payload(0, length));
    }

    @Test
    void ipv4FragmentsInOrderBecomeTheDatagram() {
        assertArrayEquals(NOTHING, bench.offer4(fragment4(7, 0, 1480, true)));
        assertArrayEquals(NOTHING, bench.offer4(fragment4(7, 1480, 1480, true)));
        assertArrayEquals(whole4(3001), bench.offer4(fragment4(7, 2960, 41, false)));
        assertEquals(3, bench.count(IpCounter.FRAGMENTS_RECEIVED));
        assertEquals(1, bench.count(IpCounter.REASSEMBLED));
        assertEquals(0, bench.reassembly.datagrams());
        assertEquals(0, bench.reassembly.buffers());
        assertEquals(Long.MAX_VALUE, bench.reassembly.nextDeadlineNs());
    }

    @Test
    void ipv6FragmentsInOrderBecomeThePacketWithoutFragmentHeader() {
        assertArrayEquals(NOTHING, bench.offer6(fragment6(7, 0, 1232, true)));
        assertArrayEquals(NOTHING, bench.offer6(fragment6(7, 1232, 1232, true)));
        assertArrayEquals(whole6(2501), bench.offer6(fragment6(7, 2464, 37, false)));
        assertEquals(1, bench.count(IpCounter.REASSEMBLED));
        assertEquals(0, bench.reassembly.buffers());
    }

    @Test
    void allOrdersOfFiveFragmentsGiveTheSameIpv4Datagram() {
        permute(new int[] {0, 1, 2, 3, 4}, 0, false);
        assertEquals(120, bench.count(IpCounter.REASSEMBLED));
    }

    @Test
    void allOrdersOfFiveFragmentsGiveTheSameIpv6Packet() {
        permute(new int[] {0, 1, 2, 3, 4}, 0, true);
        assertEquals(120, bench.count(IpCounter.REASSEMBLED));
    }

    private void permute(int[] order, int from, boolean isIpv6) {
        if (from == order.length) {
            offerAll(order, isIpv6);
            return;
        }
        for (int i = from; i < order.length; i++) {
            swap(order, from, i);
            permute(order, from + 1, isIpv6);
            swap(order, from, i);
        }
    }

    private static void swap(int[] order, int a, int b) {
        int kept = order[a];
        order[a] = order[b];
        order[b] = kept;
    }

    private void offerAll(int[] order, boolean isIpv6) {
        for (int i = 0; i < order.length; i++) {
            int offset = order[i] * 16;
            boolean more = order[i] < 4;
            int length = more ? 16 : 5;
            byte[] out =
                    isIpv6
                            ? bench.offer6(fragment6(7, offset, length, more))
                            : bench.offer4(fragment4(7, offset, length, more));
            byte[] whole = isIpv6 ? whole6(69) : whole4(69);
            assertArrayEquals(i < 4 ? NOTHING : whole, out, Arrays.toString(order));
        }
    }

    @Test
    void theHeaderIsThatOfTheFirstFragmentWithItsOptions() {
        byte[] options = {(byte) 0x94, 4, 0, 0};
        byte[] first =
                IpBytes.ipv4(1, IpProtocol.UDP, 7, 0, true, 0xB8, options, IpBytes.payload(0, 16));
        byte[] last =
                IpBytes.ipv4(
                        1, IpProtocol.UDP, 7, 16, false, 0x20, new byte[0], IpBytes.payload(16, 3));
        bench.offer4(last);
        byte[] out = bench.offer4(first);
        assertArrayEquals(
                IpBytes.ipv4(1, IpProtocol.UDP, 7, 0, false, 0xB8, options, IpBytes.payload(0, 19)),
                out);
        assertTrue(Ipv4Header.isChecksumCorrect(new UnsafeBuffer(out), 0));
    }

    @Test
    void headersBeforeTheFragmentHeaderStayAndThoseOfOtherFragmentsGo() {
        byte[] hopByHop = IpBytes.extension(IpProtocol.FRAGMENT, 8);
        bench.offer6(
                IpBytes.ipv6Fragment(
                        1, IpProtocol.TCP, 7, 24, false, 0, hopByHop, IpBytes.payload(24, 2)));
        byte[] twoHeaders =
                IpBytes.joined(
                        IpBytes.extension(IpProtocol.DESTINATION_OPTIONS, 16),
                        IpBytes.extension(IpProtocol.FRAGMENT, 24));
        byte[] out =
                bench.offer6(
                        IpBytes.ipv6Fragment(
                                1,
                                IpProtocol.UDP,
                                7,
                                0,
                                true,
                                0,
                                twoHeaders,
                                IpBytes.payload(0, 24)));
        byte[] extensions =
                IpBytes.joined(
                        IpBytes.extension(IpProtocol.DESTINATION_OPTIONS, 16),
                        IpBytes.extension(IpProtocol.UDP, 24));
        assertArrayEquals(
                IpBytes.ipv6(
                        1,
                        IpProtocol.HOP_BY_HOP,
                        0,
                        IpBytes.joined(extensions, IpBytes.payload(0, 26))),
                out);
    }

    @Test
    void theNextHeaderOfOtherFragmentsThanTheFirstDoesNotCount() {
        bench.offer6(IpBytes.ipv6Fragment(1, 99, 7, 8, false, IpBytes.payload(8, 4)));
        byte[] out = bench.offer6(fragment6(7, 0, 8, true));
        assertArrayEquals(whole6(12), out);
    }

    @Test
    void theLongestDatagramOfEitherVersionIsPutTogether() {
        assertArrayEquals(whole4(65_515), cutInto(65_515, 1480, false));
        assertArrayEquals(whole6(65_535), cutInto(65_535, 1232, true));
    }

    private byte[] cutInto(int total, int size, boolean isIpv6) {
        byte[] out = NOTHING;
        for (int offset = 0; offset < total; offset += size) {
            assertArrayEquals(NOTHING, out);
            int length = Math.min(size, total - offset);
            boolean more = offset + length < total;
            out =
                    isIpv6
                            ? bench.offer6(fragment6(7, offset, length, more))
                            : bench.offer4(fragment4(7, offset, length, more));
        }
        return out;
    }

    @Test
    void paddingOfTheLinkIsTakenOff() {
        byte[] first = Arrays.copyOf(fragment4(7, 0, 8, true), 46);
        byte[] last = Arrays.copyOf(fragment4(7, 8, 3, false), 46);
        bench.offer4(last);
        assertArrayEquals(whole4(11), bench.offer4(first, 20, 5, 4, 3));
    }

    @Test
    void fragmentsThatAreChainsThemselvesAreJoined() {
        bench.offer4(fragment4(7, 8000, 999, false), 20, 1, 500);
        assertArrayEquals(whole4(8999), bench.offer4(fragment4(7, 0, 8000, true), 30, 7, 1000));
        bench.offer6(fragment6(7, 8000, 999, false), 48, 1, 500);
        assertArrayEquals(whole6(8999), bench.offer6(fragment6(7, 0, 8000, true), 50, 7, 1000));
    }

    @Test
    void theFirstBufferHoldsHeaderAndContiguousBytes() {
        for (int offset = 192; offset > 0; offset -= 8) {
            bench.offer4(fragment4(7, offset, offset == 192 ? 5 : 8, offset != 192));
        }
        assertArrayEquals(whole4(197), bench.offer4(fragment4(7, 0, 8, true)));
        assertEquals(20 + IpDatagram.CONTIGUOUS, bench.firstLength);
    }

    @Test
    void theFirstBufferHoldsAllOfAShorterDatagram() {
        bench.offer6(fragment6(7, 16, 5, false));
        bench.offer6(fragment6(7, 8, 8, true));
        assertArrayEquals(whole6(21), bench.offer6(fragment6(7, 0, 8, true)));
        assertEquals(61, bench.firstLength);
    }

    @Test
    void contiguousBytesCountFromTheUpperLayerOn() {
        byte[] options = IpBytes.extension(IpProtocol.UDP, 256);
        byte[] payload = IpBytes.joined(options, IpBytes.payload(0, 400));
        byte[] first = Arrays.copyOf(payload, 264);
        byte[] rest = Arrays.copyOfRange(payload, 264, payload.length);
        bench.offer6(IpBytes.ipv6Fragment(1, IpProtocol.DESTINATION_OPTIONS, 7, 264, false, rest));
        byte[] out =
                bench.offer6(
                        IpBytes.ipv6Fragment(1, IpProtocol.DESTINATION_OPTIONS, 7, 0, true, first));
        assertArrayEquals(IpBytes.ipv6(1, IpProtocol.DESTINATION_OPTIONS, 0, payload), out);
        assertEquals(40 + 256 + IpDatagram.CONTIGUOUS, bench.firstLength);
    }

    @Test
    void dataMovesDownIfThereIsNoRoomAfterIt() {
        bench = new ReassemblyBench(pools.open(poolOf512()));
        // 256 bytes after the head-room: put the first fragment at the very end of its buffer.
        bench.offer4(fragment4(7, 16, 200, false));
        int packet = bench.receive(fragment4(7, 0, 16, true));
        byte[] bytes = IpBytes.read(bench.buffers, packet);
        bench.buffers.place(packet, 512 - bytes.length, bytes.length);
        bench.buffers.memory().putBytes(bench.buffers.data(packet), bytes);
        int out = bench.reassembly.ipv4(packet, ReassemblyBench.INTERFACE, bench.nowNs);
        assertEquals(20 + IpDatagram.CONTIGUOUS, bench.buffers.length(out));
        assertArrayEquals(whole4(216), IpBytes.read(bench.buffers, out));
        bench.pool.release(out);
    }

    private static PoolOptions poolOf512() {
        return PoolOptions.of(64)
                .withBufferLength(512)
                .withHugePages(HugePages.NEVER)
                .withAccounting(true);
    }

    @Test
    void timeIsThatOfTheLastArrivalAndNobodyVouchesForTheChecksum() {
        bench.offer4(fragment4(7, 0, 8, true));
        bench.nowNs += SECOND;
        bench.offer4(fragment4(7, 16, 8, false));
        bench.nowNs += SECOND;
        // In buffers of which the first is trimmed away: the time is still its.
        assertArrayEquals(whole4(24), bench.offer4(fragment4(7, 8, 8, true), 20, 4));
        assertEquals(bench.nowNs, bench.timestampNs);
        assertEquals(0, bench.flags);
    }

    @Test
    void aHardwareTimestampOfTheLastArrivalIsKept() {
        bench.offer4(fragment4(7, 0, 8, true));
        int packet = bench.receive(fragment4(7, 8, 8, false));
        bench.buffers.flags(packet, PacketBuffers.HARDWARE_TIMESTAMP | PacketBuffers.HASHED);
        int out = bench.reassembly.ipv4(packet, ReassemblyBench.INTERFACE, bench.nowNs);
        assertEquals(PacketBuffers.HARDWARE_TIMESTAMP, bench.buffers.flags(out));
        bench.pool.release(out);
    }

    @Test
    void whatIsNoFragmentIsAnsweredAsItIs() {
        assertArrayEquals(whole4(100), bench.offer4(whole4(100)));
        assertEquals(0, bench.count(IpCounter.FRAGMENTS_RECEIVED));
    }

    // What belongs together.

    @Test
    void fragmentsOfDifferentIdentificationsAreDifferentDatagrams() {
        bench.offer4(fragment4(7, 0, 8, true));
        assertArrayEquals(NOTHING, bench.offer4(fragment4(8, 8, 8, false)));
        bench.offer6(fragment6(7, 0, 8, true));
        assertArrayEquals(NOTHING, bench.offer6(fragment6(0x7000_0007, 8, 8, false)));
        assertEquals(4, bench.reassembly.datagrams());
        bench.reassembly.close();
    }

    @Test
    void fragmentsFromDifferentSourcesAreDifferentDatagrams() {
        bench.offer4(IpBytes.ipv4(1, 17, 7, 0, true, new byte[8]));
        assertArrayEquals(NOTHING, bench.offer4(IpBytes.ipv4(2, 17, 7, 8, false, new byte[8])));
        bench.offer6(IpBytes.ipv6Fragment(1, 17, 7, 0, true, new byte[8]));
        assertArrayEquals(
                NOTHING, bench.offer6(IpBytes.ipv6Fragment(2, 17, 7, 8, false, new byte[8])));
        bench.reassembly.close();
    }

    @Test
    void ipv4FragmentsOfDifferentProtocolsAreDifferentDatagrams() {
        bench.offer4(IpBytes.ipv4(1, 17, 7, 0, true, new byte[8]));
        assertArrayEquals(NOTHING, bench.offer4(IpBytes.ipv4(1, 1, 7, 8, false, new byte[8])));
        bench.reassembly.close();
    }

    @Test
    void fragmentsOfDifferentInterfacesAreDifferentDatagrams() {
        bench.offer4(fragment4(7, 0, 8, true));
        bench.interfaceIndex = 4;
        assertArrayEquals(NOTHING, bench.offer4(fragment4(7, 8, 8, false)));
        bench.reassembly.close();
    }

    // Congestion.

    private byte[] withEcn(int first, int last) {
        bench.offer4(IpBytes.ipv4(1, 17, 7, 0, true, 0xB8 | first, new byte[0], new byte[8]));
        return bench.offer4(IpBytes.ipv4(1, 17, 7, 8, false, last, new byte[0], new byte[8]));
    }

    @Test
    void congestionThatOneFragmentMetIsTheWordOfTheWhole() {
        for (int ect = 1; ect <= 2; ect++) {
            assertEquals(0xBB, withEcn(ect, 3)[1] & 0xFF);
            assertEquals(0xBB, withEcn(3, ect)[1] & 0xFF);
        }
        bench.offer6(IpBytes.ipv6Fragment(1, 17, 7, 0, true, 2, new byte[0], new byte[8]));
        byte[] out =
                bench.offer6(IpBytes.ipv6Fragment(1, 17, 7, 8, false, 3, new byte[0], new byte[8]));
        assertEquals(0x6031_2345, new UnsafeBuffer(out).getInt(0, ByteOrder.BIG_ENDIAN));
    }

    @Test
    void congestionBesideATransportThatCannotBeToldDropsTheDatagram() {
        assertArrayEquals(NOTHING, withEcn(0, 3));
        assertEquals(2, bench.count(IpCounter.FRAGMENT_DROPPED_CONTRADICTION));
        assertEquals(0, bench.reassembly.buffers());
        setUp();
        assertArrayEquals(NOTHING, withEcn(3, 0));
        assertEquals(2, bench.count(IpCounter.FRAGMENT_DROPPED_CONTRADICTION));
    }

    @Test
    void congestionOfADatagramSaysNothingOfTheNext() {
        assertEquals(0xBB, withEcn(2, 3)[1] & 0xFF);
        assertEquals(0xB8, withEcn(0, 0)[1] & 0xFF);
        assertEquals(0xBA, withEcn(2, 2)[1] & 0xFF);
    }

    @Test
    void anyOtherMixtureOfCodepointsLeavesThatOfTheFirst() {
        for (int first = 0; first < 3; first++) {
            for (int last = 0; last < 3; last++) {
                assertEquals(0xB8 | first, withEcn(first, last)[1] & 0xFF);
            }
        }
    }

    // Time.

    @Test
    void ipv4WaitsSixtySecondsFromTheFirstArrivalAndReportsTheFirstFragment() {
        byte[] first = fragment4(7, 0, 1480, true);
        bench.offer4(fragment4(7, 1480, 8, true));
        bench.advance(30 * SECOND);
        bench.offer4(first);
        assertEquals(25 * SECOND + 30 * SECOND, bench.reassembly.nextDeadlineNs());
        bench.advance(30 * SECOND - 1);
        assertEquals(0, bench.timedOut.size());
        bench.advance(1);
        assertEquals(1, bench.timedOut.size());
        assertEquals(IpBytes.list(first), bench.timedOut.getFirst().first());
        assertEquals(ReassemblyBench.INTERFACE, bench.timedOut.getFirst().interfaceIndex());
        assertEquals(bench.nowNs, bench.timedOut.getFirst().nowNs());
        assertEquals(2, bench.count(IpCounter.FRAGMENT_DROPPED_TIMEOUT));
        assertEquals(0, bench.reassembly.datagrams());
    }

    @Test
    void ipv6WaitsSixtySecondsFromTheFirstArrivalAndReportsTheFirstFragment() {
        byte[] first = fragment6(7, 0, 1232, true);
        bench.offer6(first);
        bench.advance(60 * SECOND - 1);
        assertEquals(0, bench.timedOut.size());
        bench.advance(1);
        assertEquals(IpBytes.list(first), bench.timedOut.getFirst().first());
        assertEquals(0, bench.reassembly.buffers());
    }

    @Test
    void timeoutsOfTheVersionsAreApart() {
        ReassemblyOptions options =
                new ReassemblyOptions(16, 16, 16, 16, 16, 5 * SECOND, 9 * SECOND);
        bench = new ReassemblyBench(pools.open(64), options);
        bench.offer6(fragment6(7, 0, 8, true));
        bench.offer4(fragment4(7, 0, 8, true));
        bench.advance(5 * SECOND);
        assertEquals(1, bench.reassembly.datagrams());
        bench.advance(4 * SECOND);
        assertEquals(0, bench.reassembly.datagrams());
    }

    @Test
    void withoutTheFirstFragmentNobodyIsTold() {
        bench.offer4(fragment4(7, 8, 8, true));
        bench.offer6(fragment6(7, 8, 8, true));
        bench.advance(60 * SECOND);
        assertEquals(0, bench.timedOut.size());
        assertEquals(2, bench.count(IpCounter.FRAGMENT_DROPPED_TIMEOUT));
    }

    @Test
    void whoIsToldOfATimeoutMaySendFragmentsBack() {
        Reassembly[] self = new Reassembly[1];
        ReassemblyBench other = bench;
        self[0] =
                new Reassembly(
                        ReassemblyOptions.DEFAULT,
                        bench.pool,
                        bench.counters,
                        (packet, index, now) ->
                                self[0].ipv4(other.receive(fragment4(7, 8, 8, false)), index, now),
                        5);
        self[0].ipv4(bench.receive(fragment4(7, 0, 8, true)), 1, bench.nowNs);
        self[0].advance(bench.nowNs + 60 * SECOND);
        assertEquals(1, self[0].datagrams());
        self[0].close();
    }

    @Test
    void whatComesAfterTheTimeoutIsANewDatagram() {
        bench.offer4(fragment4(7, 0, 8, true));
        bench.advance(60 * SECOND);
        assertArrayEquals(NOTHING, bench.offer4(fragment4(7, 8, 8, false)));
        assertArrayEquals(whole4(16), bench.offer4(fragment4(7, 0, 8, true)));
    }

    // The interface goes away.

    @Test
    void flushDropsWhatCameByOneInterfaceOnly() {
        for (int id = 0; id < 20; id++) {
            bench.interfaceIndex = 1 + id % 2;
            bench.offer4(fragment4(id, 0, 8, true));
        }
        bench.reassembly.flush(1);
        assertEquals(10, bench.reassembly.datagrams());
        assertEquals(10, bench.reassembly.buffers());
        assertEquals(10, bench.count(IpCounter.FRAGMENT_DROPPED_NO_BUFFER));
        bench.interfaceIndex = 2;
        assertArrayEquals(
                IpBytes.ipv4(0x0A00_0001, 17, 1, 0, false, IpBytes.payload(0, 16)),
                bench.offer4(fragment4(1, 8, 8, false)));
        bench.reassembly.flush(2);
        assertEquals(0, bench.reassembly.datagrams());
    }

    @Test
    void closeDropsEverything() {
        bench.offer4(fragment4(7, 0, 8, true));
        bench.offer6(fragment6(7, 0, 8, true));
        bench.reassembly.close();
        assertEquals(0, bench.reassembly.datagrams());
        assertEquals(Long.MAX_VALUE, bench.reassembly.nextDeadlineNs());
        assertEquals(0, bench.timedOut.size());
    }
}
