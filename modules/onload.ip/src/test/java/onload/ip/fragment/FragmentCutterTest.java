package onload.ip.fragment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.testkit.PacketPools;
import onload.wire.InternetChecksum;
import onload.wire.IpProtocol;
import onload.wire.Ipv4Header;
import onload.wire.Ipv4Options;
import onload.wire.Ipv6FragmentHeader;
import onload.wire.Ipv6Header;
import onload.wire.UdpHeader;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Each fragment is what RFC 791 or RFC 8200 says it is. */
class FragmentCutterTest {
    private static final int ID = 0x1234;

    @RegisterExtension final PacketPools pools = new PacketPools();

    private PacketPool pool;
    private FragmentCutter cutter;

    @BeforeEach
    void setUp() {
        pool = pools.open(256);
        cutter = new FragmentCutter(pool);
    }

    /** {@return the fragments of a datagram, all released; the datagram must be as it was} */
    private List<UnsafeBuffer> cut(byte[] datagram, int mtu, int maxBufferData, boolean gather) {
        int packet = IpBytes.packet(pool, PacketPool.SEND, datagram, 100, 1, 333);
        int fragment = cutPacket(packet, datagram[0] >> 4 == 4, mtu, maxBufferData, gather);
        assertTrue(fragment >= 0, "answer " + fragment);
        assertArrayEquals(datagram, IpBytes.read(pool.buffers(), packet));
        pool.release(packet);
        return released(fragment, maxBufferData);
    }

    private int cutPacket(int packet, boolean ipv4, int mtu, int maxBufferData, boolean gather) {
        return ipv4
                ? cutter.ipv4(packet, mtu, ID, maxBufferData, gather, PacketPool.SEND)
                : cutter.ipv6(packet, mtu, ID, maxBufferData, gather, PacketPool.SEND);
    }

    private List<UnsafeBuffer> released(int first, int maxBufferData) {
        PacketBuffers buffers = pool.buffers();
        List<UnsafeBuffer> all = new ArrayList<>();
        int fragment = first;
        while (fragment != PacketBuffers.NONE) {
            assertEquals(PacketBuffers.HEADROOM, buffers.headroom(fragment));
            for (int at = fragment; at != PacketBuffers.NONE; at = buffers.continuation(at)) {
                assertTrue(buffers.length(at) > 0 && buffers.length(at) <= maxBufferData);
            }
            byte[] bytes = IpBytes.read(buffers, fragment);
            assertEquals(bytes.length, buffers.frameLength(fragment));
            assertEquals(0, buffers.flags(fragment));
            all.add(new UnsafeBuffer(bytes));
            int next = buffers.next(fragment);
            pool.release(fragment);
            fragment = next;
        }
        return all;
    }

    private static byte[] ipv4(int payload) {
        byte[] datagram =
                IpBytes.ipv4(1, 17, 99, 0, false, 0xB9, new byte[0], IpBytes.payload(0, payload));
        UnsafeBuffer buffer = new UnsafeBuffer(datagram);
        Ipv4Header.fragment(buffer, 0, Ipv4Header.DONT_FRAGMENT, 0);
        Ipv4Header.updateChecksum(buffer, 0);
        return datagram;
    }

    @Test
    void ipv4FragmentsCarryAsMuchAsTheyMayInMultiplesOf8() {
        List<UnsafeBuffer> fragments = cut(ipv4(3000), 1500, 1500, false);
        assertEquals(3, fragments.size());
        int[] lengths = {1500, 1500, 60};
        for (int i = 0; i < 3; i++) {
            UnsafeBuffer fragment = fragments.get(i);
            assertEquals(lengths[i], fragment.capacity());
            assertEquals(lengths[i], Ipv4Header.totalLength(fragment, 0));
            assertEquals(1480 * i, Ipv4Header.fragmentOffset(fragment, 0));
            assertEquals(i < 2 ? Ipv4Header.MORE_FRAGMENTS : 0, Ipv4Header.flags(fragment, 0));
            assertEquals(ID, Ipv4Header.identification(fragment, 0));
            assertEquals(0xB9, Ipv4Header.trafficClass(fragment, 0));
            assertEquals(64, Ipv4Header.timeToLive(fragment, 0));
            assertTrue(Ipv4Header.isChecksumCorrect(fragment, 0));
        }
    }

    @Test
    void aLastFragmentThatFillsTheMtuIsNotSplit() {
        assertEquals(2, cut(ipv4(1480 + 1479), 1500, 1500, false).size());
        assertEquals(2, cut(ipv4(1480 + 1480), 1500, 1500, false).size());
        assertEquals(3, cut(ipv4(1480 + 1481), 1500, 1500, false).size());
        // 1503 - 20 is no multiple of 8: only the last fragment may use the rest.
        List<UnsafeBuffer> fragments = cut(ipv4(1480 + 1483), 1503, 1503, false);
        assertEquals(1500, fragments.get(0).capacity());
        assertEquals(1503, fragments.get(1).capacity());
    }

    @Test
    void optionsGoIntoAllFragmentsOnlyIfTheirCopiedFlagSaysSo() {
        byte[] options = new byte[16];
        UnsafeBuffer list = new UnsafeBuffer(options);
        list.putByte(0, (byte) Ipv4Options.NO_OPERATION);
        int at = Ipv4Options.writeRoute(list, 1, Ipv4Options.RECORD_ROUTE, 1);
        at = Ipv4Options.writeRouterAlert(list, at, 0);
        list.putByte(at, (byte) Ipv4Options.NO_OPERATION);
        byte[] datagram = IpBytes.ipv4(1, 17, 0, 0, false, 0, options, IpBytes.payload(0, 100));
        List<UnsafeBuffer> fragments = cut(datagram, 68, 68, false);
        byte[] first = new byte[16];
        fragments.get(0).getBytes(20, first);
        assertArrayEquals(options, first);
        assertEquals(68 - 36, Ipv4Header.fragmentOffset(fragments.get(1), 0));
        for (UnsafeBuffer later : fragments.subList(1, fragments.size())) {
            assertEquals(24, Ipv4Header.headerLength(later, 0));
            assertEquals(0x94040000, later.getInt(20, ByteOrder.BIG_ENDIAN));
            assertTrue(Ipv4Header.isChecksumCorrect(later, 0));
        }
    }

    @Test
    void theLongestIpv4DatagramIsCutAtTheSmallestMtu() {
        PacketPool large = pools.open(2048);
        int packet = IpBytes.packet(large, PacketPool.SEND, ipv4(65_515));
        FragmentCutter wide = new FragmentCutter(large);
        int fragment = wide.ipv4(packet, 68, ID, 68, false, PacketPool.SEND);
        int count = 0;
        int at = fragment;
        while (at != PacketBuffers.NONE) {
            count++;
            int next = large.buffers().next(at);
            large.release(at);
            at = next;
        }
        assertEquals(1365, count);
        large.release(packet);
    }

    @Test
    void ipv6FragmentsHaveAFragmentHeaderAfterTheIpv6Header() {
        byte[] packet = IpBytes.ipv6(1, IpProtocol.UDP, 0xB9, IpBytes.payload(0, 3000));
        List<UnsafeBuffer> fragments = cut(packet, 1280, 1280, false);
        assertEquals(3, fragments.size());
        for (int i = 0; i < 3; i++) {
            UnsafeBuffer fragment = fragments.get(i);
            assertEquals(fragment.capacity() - 40, Ipv6Header.payloadLength(fragment, 0));
            assertEquals(IpProtocol.FRAGMENT, Ipv6Header.nextHeader(fragment, 0));
            assertEquals(0xB9, Ipv6Header.trafficClass(fragment, 0));
            assertEquals(0x12345, Ipv6Header.flowLabel(fragment, 0));
            assertEquals(IpProtocol.UDP, Ipv6FragmentHeader.nextHeader(fragment, 40));
            assertEquals(1232 * i, Ipv6FragmentHeader.fragmentOffset(fragment, 40));
            assertEquals(i < 2, Ipv6FragmentHeader.moreFragments(fragment, 40));
            assertEquals(ID, Ipv6FragmentHeader.identification(fragment, 40));
        }
    }

    @Test
    void headersUpToTheRoutingHeaderGoIntoEveryFragment() {
        byte[] extensions =
                IpBytes.joined(
                        IpBytes.extension(IpProtocol.DESTINATION_OPTIONS, 8),
                        IpBytes.extension(IpProtocol.ROUTING, 16),
                        new byte[] {IpProtocol.DESTINATION_OPTIONS, 0, 4, 0, 0, 0, 0, 0},
                        IpBytes.extension(IpProtocol.UDP, 8));
        byte[] packet =
                IpBytes.ipv6(
                        1,
                        IpProtocol.HOP_BY_HOP,
                        0,
                        IpBytes.joined(extensions, IpBytes.payload(0, 2000)));
        for (UnsafeBuffer fragment : cut(packet, 1280, 1280, false)) {
            assertEquals(IpProtocol.HOP_BY_HOP, Ipv6Header.nextHeader(fragment, 0));
            assertEquals(IpProtocol.FRAGMENT, fragment.getByte(40 + 8 + 16));
            assertEquals(
                    IpProtocol.DESTINATION_OPTIONS, Ipv6FragmentHeader.nextHeader(fragment, 72));
        }
    }

    @Test
    void hopByHopOptionsAloneGoIntoEveryFragmentAndDestinationOptionsDoNot() {
        byte[] extensions =
                IpBytes.joined(
                        IpBytes.extension(IpProtocol.DESTINATION_OPTIONS, 8),
                        IpBytes.extension(IpProtocol.UDP, 16));
        byte[] payload = IpBytes.joined(extensions, IpBytes.payload(0, 2000));
        byte[] packet = IpBytes.ipv6(1, IpProtocol.HOP_BY_HOP, 0, payload);
        for (UnsafeBuffer fragment : cut(packet, 1280, 1280, false)) {
            assertEquals(IpProtocol.FRAGMENT, fragment.getByte(40));
            assertEquals(
                    IpProtocol.DESTINATION_OPTIONS, Ipv6FragmentHeader.nextHeader(fragment, 48));
        }
    }

    @Test
    void fragmentsLongerThanABufferAreChainsIfTheNicGathers() {
        List<UnsafeBuffer> fragments = cut(ipv4(20_000), 9000, 500, true);
        assertEquals(3, fragments.size());
        assertEquals(8996, fragments.get(0).capacity());
    }

    @Test
    void fragmentsAreAsShortAsABufferIfTheNicDoesNotGather() {
        for (UnsafeBuffer fragment : cut(ipv4(20_000), 9000, 500, false)) {
            assertTrue(fragment.capacity() <= 500);
        }
        // And never longer than a buffer is, whatever the caller says.
        int packet = IpBytes.packet(pool, PacketPool.SEND, ipv4(20_000));
        int fragment = cutPacket(packet, true, 9000, 9000, false);
        assertTrue(pool.buffers().length(fragment) <= pool.buffers().dataCapacity());
        assertEquals(PacketBuffers.NONE, pool.buffers().continuation(fragment));
        released(fragment, 9000);
        pool.release(packet);
    }

    @Test
    void aChecksumLeftToTheNicIsComputedBefore() {
        byte[] datagram = ipv4(2999);
        UnsafeBuffer buffer = new UnsafeBuffer(datagram);
        UdpHeader.checksum(buffer, 20, 0);
        int expected =
                UdpHeader.checksumOf(
                        InternetChecksum.sum(buffer, 20, 2999, Ipv4Header.pseudoHeader(buffer, 0)));
        int pseudo = ~InternetChecksum.fold(Ipv4Header.pseudoHeader(buffer, 0)) & 0xFFFF;
        UdpHeader.checksum(buffer, 20, pseudo);
        int packet = IpBytes.packet(pool, PacketPool.SEND, datagram, 31, 333);
        pool.buffers().needChecksum(packet, 20, UdpHeader.CHECKSUM_OFFSET);
        int fragment = cutPacket(packet, true, 1500, 1500, false);
        assertEquals(0, pool.buffers().flags(packet));
        assertEquals(expected, UdpHeader.checksum(released(fragment, 1500).getFirst(), 20));
        pool.release(packet);
    }

    @Test
    void withoutBuffersNoneIsTaken() {
        PacketPool small = pools.open(8);
        int packet = IpBytes.packet(small, PacketPool.SEND, ipv4(5000));
        int before = small.available();
        FragmentCutter starved = new FragmentCutter(small);
        for (int mtu : new int[] {100, 1500, 4000}) {
            assertEquals(
                    PacketBuffers.NONE, starved.ipv4(packet, mtu, ID, 1500, true, PacketPool.SEND));
            assertEquals(before, small.available());
        }
        small.release(packet);
    }

    @Test
    void whatCannotBeCutIsRefused() {
        // Options that leave no room for 8 bytes, or are malformed.
        byte[] options = new byte[40];
        Arrays.fill(options, (byte) 1);
        refused(IpBytes.ipv4(1, 17, 0, 0, false, 0, options, new byte[100]), 67);
        options[39] = (byte) 0x94;
        refused(IpBytes.ipv4(1, 17, 0, 0, false, 0, options, new byte[100]), 100);
        // A header over two buffers.
        refused(ipv4(2000), 1500, 19);
        byte[] hopByHop = IpBytes.extension(IpProtocol.UDP, 1240);
        byte[] packet =
                IpBytes.ipv6(1, IpProtocol.HOP_BY_HOP, 0, IpBytes.joined(hopByHop, new byte[900]));
        refused(packet, 1280);
        refused(packet, 1500, 1000);
        // Fewer bytes than it says, or nothing to cut.
        refused(Arrays.copyOf(ipv4(2000), 1999), 1500);
        refused(ipv4(0), 1500);
    }

    @Test
    void headersThatDoNotFitTheFirstFragmentAreRefused() {
        // 1280 - 40 - 8 = 1232 bytes of the fragmentable part: options and a TCP header, or one
        // word too many.
        byte[] fits = IpBytes.joined(IpBytes.extension(IpProtocol.TCP, 1208), new byte[900]);
        assertEquals(2, cut6(IpBytes.ipv6(1, IpProtocol.DESTINATION_OPTIONS, 0, fits)));
        byte[] tooLong = IpBytes.joined(IpBytes.extension(IpProtocol.TCP, 1216), new byte[900]);
        refused(IpBytes.ipv6(1, IpProtocol.DESTINATION_OPTIONS, 0, tooLong), 1280);
        byte[] udp = IpBytes.joined(IpBytes.extension(IpProtocol.UDP, 1224), new byte[900]);
        assertEquals(2, cut6(IpBytes.ipv6(1, IpProtocol.DESTINATION_OPTIONS, 0, udp)));
    }

    private int cut6(byte[] datagram) {
        int packet = IpBytes.packet(pool, PacketPool.SEND, datagram);
        int fragment = cutPacket(packet, false, 1280, 1280, false);
        assertTrue(fragment >= 0, "answer " + fragment);
        pool.release(packet);
        return released(fragment, 1280).size();
    }

    private void refused(byte[] datagram, int mtu, int... pieces) {
        int packet = IpBytes.packet(pool, PacketPool.SEND, datagram, pieces);
        int before = pool.available();
        assertEquals(
                FragmentCutter.UNCUTTABLE,
                cutPacket(packet, datagram[0] >> 4 == 4, mtu, 1500, false));
        assertEquals(before, pool.available());
        pool.release(packet);
    }
}
