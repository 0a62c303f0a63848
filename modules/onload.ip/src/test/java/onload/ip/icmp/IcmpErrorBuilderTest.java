package onload.ip.icmp;

import static onload.ip.icmp.Bytes.HOST6;
import static onload.ip.icmp.Bytes.PEER6;
import static onload.ip.icmp.Bytes.data;
import static onload.ip.icmp.Bytes.hex;
import static onload.ip.icmp.Bytes.ipv4;
import static onload.ip.icmp.Bytes.ipv4WithOptions;
import static onload.ip.icmp.Bytes.ipv6;
import static onload.ip.icmp.Bytes.joined;
import static onload.ip.icmp.Bytes.naiveSum;
import static onload.ip.icmp.Bytes.pseudoHeader;
import static onload.ip.icmp.Bytes.received;
import static onload.ip.icmp.Bytes.udp;
import static onload.wire.IpProtocol.UDP;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.nic.packet.HugePages;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.nic.packet.PoolOptions;
import onload.testkit.PacketPools;
import onload.testkit.base.Property;
import onload.testkit.base.Randomness;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;

class IcmpErrorBuilderTest {
    private static final int HEADER = 8;

    @RegisterExtension final PacketPools pools = new PacketPools();

    private final PacketPool pool = pools.open(64);
    private final PacketBuffers buffers = pool.buffers();
    private final IcmpErrorBuilder builder = new IcmpErrorBuilder(pool);

    // RFC 1122, section 3.2.2; RFC 1812, section 4.3.2.3.

    @Test
    void aShortIpv4DatagramIsQuotedWhole() {
        byte[] offending = ipv4(UDP, udp(5));
        assertArrayEquals(offending, quotedIpv4(offending));
    }

    @Test
    void aLongIpv4DatagramIsQuotedUpTo576BytesInAll() {
        byte[] offending = ipv4(UDP, udp(1400));
        byte[] quoted = quotedIpv4(offending);
        assertEquals(576, 20 + HEADER + quoted.length);
        assertArrayEquals(Arrays.copyOf(offending, quoted.length), quoted);
    }

    @ParameterizedTest
    @ValueSource(ints = {547, 548, 549})
    void theLimitOfIpv4IsExact(int length) {
        byte[] offending = ipv4(UDP, udp(length - 28));
        assertEquals(Math.min(548, length), quotedIpv4(offending).length);
    }

    @Test
    void theHeaderWithItsOptionsAndEightBytesAreAlwaysQuoted() {
        PacketPool small = smallPool();
        byte[] offending = ipv4WithOptions(40, UDP, udp(100));
        byte[] quoted = quotedIpv4(small, offending);
        assertTrue(quoted.length >= 68, quoted.length + " bytes quoted");
        assertArrayEquals(Arrays.copyOf(offending, quoted.length), quoted);
    }

    @Test
    void aQuotationIsNoLongerThanABufferHolds() {
        PacketPool small = smallPool();
        byte[] quoted = quotedIpv4(small, ipv4(UDP, udp(300)), 200);
        assertEquals(small.buffers().dataCapacity() - HEADER, quoted.length);
    }

    @Test
    void paddingOfTheLinkIsNotQuoted() {
        byte[] offending = ipv4(UDP, udp(2));
        assertArrayEquals(offending, quotedIpv4(joined(offending, new byte[16])));
        byte[] offending6 = ipv6(UDP, udp(2));
        assertArrayEquals(offending6, quotedIpv6(joined(offending6, new byte[16])));
    }

    @Test
    void whatATransportHasTrimmedIsQuotedFromTheHeaderOn() {
        byte[] offending = ipv4(UDP, udp(40));
        int packet = received(pool, offending);
        int header = buffers.data(packet);
        buffers.trimFront(packet, 28);
        int message = builder.ipv4(packet, header, 3, 3, 0);
        assertArrayEquals(offending, afterHeader(data(pool, message)));
        pool.release(message);
        pool.release(packet);
    }

    @Test
    void aChainIsQuotedOverItsBuffers() {
        byte[] offending = ipv4(UDP, udp(700));
        assertArrayEquals(
                Arrays.copyOf(offending, 548), quotedIpv4(pool, offending, 61, 1, 0, 333));
    }

    @Test
    void aChainThatEndsBeforeItsHeaderSaysIsQuotedAsFarAsItGoes() {
        byte[] cut = Arrays.copyOf(ipv4(UDP, udp(700)), 100);
        assertArrayEquals(cut, quotedIpv4(pool, cut, 61, 7));
    }

    @Test
    void chainsOfAnyLengthsAreQuotedFromTheirFirstByteToTheLimit() {
        Property.forAll(
                300,
                random -> {
                    boolean isIpv4 = random.flip();
                    byte[] udp = udp(random.between(0, 3000));
                    byte[] offending = isIpv4 ? ipv4(UDP, udp) : ipv6(UDP, udp);
                    int[] pieces = pieces(random, offending.length);
                    byte[] quoted =
                            isIpv4
                                    ? quotedIpv4(pool, offending, pieces)
                                    : quotedIpv6(offending, pieces);
                    int limit = isIpv4 ? 548 : 1232;
                    int expected = Math.min(limit, offending.length);
                    assertArrayEquals(Arrays.copyOf(offending, expected), quoted);
                });
    }

    @Test
    void ipv4UnreachableHasTypeAndCodeAndZeros() {
        assertHeader("0302 0000", 3, 2, 0);
        assertHeader("0303 0000", 3, 3, 0);
    }

    @Test
    void ipv4FragmentationNeededHasTheMtuOfTheNextHop() {
        assertHeader("0304 05dc", 3, 4, 1500);
        assertHeader("0304 ffff", 3, 4, 65_535);
    }

    @Test
    void ipv4TimeExceededHasZeros() {
        assertHeader("0b00 0000", 11, 0, 0);
        assertHeader("0b01 0000", 11, 1, 0);
    }

    @Test
    void ipv4ParameterProblemHasThePointerInItsFirstByte() {
        byte[] message = ipv4Message(ipv4(UDP, udp(4)), 12, 0, 20);
        assertArrayEquals(hex("0c00"), Arrays.copyOf(message, 2));
        assertArrayEquals(hex("14000000"), Arrays.copyOfRange(message, 4, 8));
    }

    private void assertHeader(String expected, int type, int code, int detail) {
        byte[] message = ipv4Message(ipv4(UDP, udp(4)), type, code, detail);
        byte[] header = hex(expected);
        assertArrayEquals(Arrays.copyOf(header, 2), Arrays.copyOf(message, 2));
        byte[] secondWord = joined(new byte[2], Arrays.copyOfRange(header, 2, 4));
        assertArrayEquals(secondWord, Arrays.copyOfRange(message, 4, 8));
    }

    // RFC 4443, sections 2.4 c and 3.

    @Test
    void aLongIpv6PacketIsQuotedUpToTheLeastMtuInAll() {
        byte[] offending = ipv6(UDP, udp(1400));
        byte[] quoted = quotedIpv6(offending);
        assertEquals(1280, 40 + HEADER + quoted.length);
        assertArrayEquals(Arrays.copyOf(offending, quoted.length), quoted);
    }

    @ParameterizedTest
    @ValueSource(ints = {1231, 1232, 1233})
    void theLimitOfIpv6IsExact(int length) {
        assertEquals(Math.min(1232, length), quotedIpv6(ipv6(UDP, udp(length - 48))).length);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 4})
    void ipv6UnreachableHasItsCodeAndZeros(int code) {
        byte[] message = ipv6Message(ipv6(UDP, udp(4)), 1, code, 0);
        assertEquals(1, message[0]);
        assertEquals(code, message[1]);
        assertArrayEquals(new byte[4], Arrays.copyOfRange(message, 4, 8));
    }

    @Test
    void ipv6PacketTooBigHasTheMtuIn32Bits() {
        byte[] message = ipv6Message(ipv6(UDP, udp(4)), 2, 0, 0xFFFF_FFFEL);
        assertArrayEquals(hex("fffffffe"), Arrays.copyOfRange(message, 4, 8));
    }

    @Test
    void ipv6ReassemblyTimeExceededHasZeros() {
        byte[] message = ipv6Message(ipv6(UDP, udp(4)), 3, 1, 0);
        assertArrayEquals(hex("0301"), Arrays.copyOf(message, 2));
        assertArrayEquals(new byte[4], Arrays.copyOfRange(message, 4, 8));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void ipv6ParameterProblemHasThePointerIn32Bits(int code) {
        byte[] message = ipv6Message(ipv6(UDP, udp(4)), 4, code, 0x1_0006);
        assertEquals(4, message[0]);
        assertEquals(code, message[1]);
        assertArrayEquals(hex("00010006"), Arrays.copyOfRange(message, 4, 8));
    }

    @Test
    void headRoomForTheLowerHeadersIsLeft() {
        int packet = received(pool, ipv6(UDP, udp(1500)));
        int header = buffers.data(packet);
        int message = builder.ipv6(packet, header, 1, 4, 0, HOST6.high(), HOST6.low());
        assertTrue(buffers.headroom(message) >= 62);
        assertEquals(1, buffers.references(message));
        assertEquals(PacketPool.CONTROL, buffers.share(message));
        pool.release(message);
        pool.release(packet);
    }

    @Test
    void theOffendingPacketIsNotChanged() {
        byte[] offending = ipv4(UDP, udp(100));
        int packet = received(pool, offending, 33);
        pool.release(builder.ipv4(packet, buffers.data(packet), 3, 3, 0));
        assertArrayEquals(offending, data(pool, packet));
        assertEquals(1, buffers.references(packet));
        pool.release(packet);
    }

    @Test
    void withoutABufferThereIsNoMessage() {
        PacketPool tiny = pools.open(PoolOptions.of(2).withHugePages(HugePages.NEVER));
        IcmpErrorBuilder poor = new IcmpErrorBuilder(tiny);
        int packet = received(tiny, ipv4(UDP, udp(4)));
        int other = tiny.allocate(PacketPool.CONTROL);
        int header = tiny.buffers().data(packet);
        assertEquals(PacketBuffers.NONE, poor.ipv4(packet, header, 3, 3, 0));
        assertEquals(PacketBuffers.NONE, poor.ipv6(packet, header, 1, 4, 0, 0, 1));
        tiny.release(other);
        tiny.release(packet);
    }

    private PacketPool smallPool() {
        PoolOptions options = PoolOptions.of(16).withBufferLength(512);
        return pools.open(options.withHugePages(HugePages.NEVER).withAccounting(true));
    }

    private byte[] quotedIpv4(byte[] offending) {
        return quotedIpv4(pool, offending);
    }

    private static byte[] quotedIpv4(PacketPool pool, byte[] offending, int... pieces) {
        int packet = received(pool, offending, pieces);
        byte[] message = ipv4Message(pool, packet, 3, 3, 0);
        return afterHeader(message);
    }

    private byte[] ipv4Message(byte[] offending, int type, int code, int detail) {
        return ipv4Message(pool, received(pool, offending), type, code, detail);
    }

    /** A message whose checksum is right; all buffers are home then. */
    private static byte[] ipv4Message(PacketPool pool, int packet, int type, int code, int detail) {
        IcmpErrorBuilder builder = new IcmpErrorBuilder(pool);
        int built = builder.ipv4(packet, pool.buffers().data(packet), type, code, detail);
        byte[] message = data(pool, built);
        assertEquals(0xFFFF, naiveSum(message));
        pool.release(built);
        pool.release(packet);
        return message;
    }

    private byte[] quotedIpv6(byte[] offending, int... pieces) {
        return afterHeader(ipv6Message(received(pool, offending, pieces), 1, 4, 0));
    }

    private byte[] ipv6Message(byte[] offending, int type, int code, long detail) {
        return ipv6Message(received(pool, offending), type, code, detail);
    }

    private byte[] ipv6Message(int packet, int type, int code, long detail) {
        int header = buffers.data(packet);
        int built = builder.ipv6(packet, header, type, code, detail, HOST6.high(), HOST6.low());
        byte[] message = data(pool, built);
        assertEquals(0xFFFF, naiveSum(pseudoHeader(HOST6, PEER6, message.length), message));
        pool.release(built);
        pool.release(packet);
        return message;
    }

    private static byte[] afterHeader(byte[] message) {
        return Arrays.copyOfRange(message, HEADER, message.length);
    }

    /** The IP header is in the first buffer. */
    private static int[] pieces(Randomness random, int length) {
        int[] pieces = new int[random.between(length > 1700 ? 2 : 0, 4)];
        int left = length;
        for (int i = 0; i < pieces.length; i++) {
            int least = i == 0 ? 40 : 0;
            pieces[i] = random.between(Math.min(least, left), Math.min(1700, left));
            left -= pieces[i];
        }
        if (left > 1700) {
            pieces[0] = 1700;
            pieces[1] = length - 1700 > 1700 ? 1700 : 0;
            Arrays.fill(pieces, 2, pieces.length, 0);
        }
        return pieces;
    }
}
