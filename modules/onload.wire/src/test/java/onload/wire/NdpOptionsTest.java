package onload.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import onload.testkit.base.Property;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NdpOptionsTest {
    private static final long HIGH = 0x2001_0DB8_0000_0000L;

    @Test
    void writtenOptionsStandWhereTheRfcsPutThem() {
        UnsafeBuffer buffer = Bytes.noise(120);
        int at =
                NdpOptions.writeLinkLayerAddress(
                        buffer, 0, NdpOptions.TARGET_LINK_LAYER_ADDRESS, 0x0123_4567_89ABL);
        at =
                NdpOptions.writePrefixInformation(
                        buffer,
                        at,
                        64,
                        NdpOptions.ON_LINK | NdpOptions.AUTONOMOUS,
                        NdpOptions.INFINITE_SECONDS,
                        0x0102_0304L,
                        HIGH,
                        5);
        at = NdpOptions.writeMtu(buffer, at, 9000);
        at = NdpOptions.writeRecursiveDnsServers(buffer, at, 600, 2);
        NdpOptions.server(buffer, at - 40, 0, HIGH, 6);
        NdpOptions.server(buffer, at - 40, 1, HIGH, 7);
        UnsafeBuffer packet = Bytes.of("ffffffff 6000000000000000 ffffffff");
        at = NdpOptions.writeRedirectedHeader(buffer, at, packet, 4, 8);
        Bytes.assertBytes(
                """
                0201 0123456789ab
                0304 40 c0 ffffffff 01020304 00000000 20010db800000000 0000000000000005
                0501 0000 00002328
                1905 0000 00000258 20010db800000000 0000000000000006
                20010db800000000 0000000000000007
                0402 0000 00000000 6000000000000000
                """,
                Bytes.prefix(buffer, at));
    }

    @Test
    void optionsReadBackAsTheyWereWritten() {
        Property.forAll(
                500,
                random -> {
                    long address = random.anyLong() >>> 16;
                    int prefixLength = random.between(0, 128);
                    int flags = random.between(0, 255);
                    long valid = random.anyLong() >>> 32;
                    long preferred = random.anyLong() >>> 32;
                    long high = random.anyLong();
                    long low = random.anyLong();
                    long mtu = random.anyLong() >>> 32;
                    long lifetime = random.anyLong() >>> 32;
                    int servers = random.between(1, 127);
                    int type =
                            random.oneOf(
                                    NdpOptions.SOURCE_LINK_LAYER_ADDRESS,
                                    NdpOptions.TARGET_LINK_LAYER_ADDRESS);
                    UnsafeBuffer buffer = Bytes.noise(8 + 32 + 8 + 8 + 16 * servers);
                    int at = NdpOptions.writeLinkLayerAddress(buffer, 0, type, address);
                    at =
                            NdpOptions.writePrefixInformation(
                                    buffer, at, prefixLength, flags, valid, preferred, high, low);
                    at = NdpOptions.writeMtu(buffer, at, mtu);
                    int end = NdpOptions.writeRecursiveDnsServers(buffer, at, lifetime, servers);
                    for (int i = 0; i < servers; i++) {
                        NdpOptions.server(buffer, at, i, high + i, low - i);
                    }
                    assertEquals(buffer.capacity(), end);
                    assertEquals(end, NdpOptions.check(buffer, 0, end));

                    at = NdpOptions.first(buffer, 0, end);
                    assertEquals(type, NdpOptions.type(buffer, at));
                    assertEquals(address, NdpOptions.linkLayerAddress(buffer, at));
                    at = NdpOptions.next(buffer, at, end);
                    assertEquals(NdpOptions.PREFIX_INFORMATION, NdpOptions.type(buffer, at));
                    assertEquals(prefixLength, NdpOptions.prefixLength(buffer, at));
                    assertEquals(flags, NdpOptions.prefixFlags(buffer, at));
                    assertEquals(valid, NdpOptions.validLifetimeSeconds(buffer, at));
                    assertEquals(preferred, NdpOptions.preferredLifetimeSeconds(buffer, at));
                    assertEquals(high, NdpOptions.prefixHigh(buffer, at));
                    assertEquals(low, NdpOptions.prefixLow(buffer, at));
                    at = NdpOptions.next(buffer, at, end);
                    assertEquals(NdpOptions.MTU, NdpOptions.type(buffer, at));
                    assertEquals(mtu, NdpOptions.mtu(buffer, at));
                    at = NdpOptions.next(buffer, at, end);
                    assertEquals(NdpOptions.RECURSIVE_DNS_SERVERS, NdpOptions.type(buffer, at));
                    assertEquals(lifetime, NdpOptions.serverLifetimeSeconds(buffer, at));
                    assertEquals(servers, NdpOptions.servers(buffer, at));
                    for (int i = 0; i < servers; i++) {
                        assertEquals(high + i, NdpOptions.serverHigh(buffer, at, i));
                        assertEquals(low - i, NdpOptions.serverLow(buffer, at, i));
                    }
                    assertEquals(end, NdpOptions.next(buffer, at, end));
                });
    }

    @Test
    void aRedirectedHeaderKeepsThePacketAndItsLength() {
        UnsafeBuffer packet = Bytes.noise(NdpOptions.REDIRECTED_PACKET_OFFSET + 2032);
        for (int quoted = 0; quoted <= 2032; quoted += 8) {
            UnsafeBuffer buffer = new UnsafeBuffer(new byte[8 + quoted]);
            int end = NdpOptions.writeRedirectedHeader(buffer, 0, packet, 3, quoted);
            assertEquals(8 + quoted, end);
            assertEquals(end, NdpOptions.check(buffer, 0, end));
            assertEquals(quoted, NdpOptions.redirectedPacketLength(buffer, 0));
            assertEquals(end, NdpOptions.next(buffer, 0, end));
        }
    }

    @Test
    void anEmptyListHasNoOption() {
        UnsafeBuffer none = Bytes.of("");
        assertEquals(0, NdpOptions.check(none, 0, 0));
        assertEquals(0, NdpOptions.first(none, 0, 0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0100 000000000000", // the length 0, in a known and in an unknown type
                "fe00 000000000000",
                "0101 000000000000 0500 000000000000", // after a good one
                "0102 000000000000", // beyond the end
                "feff 000000000000",
                "0101 000000000000 01", // a type alone
                "0101 000000000000 0101", // less than 8 bytes
                "01",
                "0101 0000000000"
            })
    void aListThatCannotBeIsRefused(String hex) {
        UnsafeBuffer list = Bytes.of(hex);
        assertEquals(Malformed.OPTION, NdpOptions.check(list, 0, list.capacity()));
    }

    @Test
    void everyTruncationThatCutsAnOptionIsRefused() {
        UnsafeBuffer list = Bytes.noise(48);
        NdpOptions.writePrefixInformation(list, 0, 64, 0, 1, 1, HIGH, 0);
        NdpOptions.writeMtu(list, 32, 1500);
        NdpOptions.writeMtu(list, 40, 1500);
        for (int length = 0; length <= 48; length++) {
            boolean whole = length == 0 || length == 32 || length == 40 || length == 48;
            UnsafeBuffer cut = Bytes.prefix(list, length);
            assertEquals(whole ? length : Malformed.OPTION, NdpOptions.check(cut, 0, length));
        }
    }

    @Test
    void aKnownOptionOfAnotherLengthIsPassedOverAndTheOthersCount() {
        for (int units = 1; units <= 20; units++) {
            assertWalked(NdpOptions.SOURCE_LINK_LAYER_ADDRESS, units, units == 1);
            assertWalked(NdpOptions.TARGET_LINK_LAYER_ADDRESS, units, units == 1);
            assertWalked(NdpOptions.PREFIX_INFORMATION, units, units == 4);
            assertWalked(NdpOptions.REDIRECTED_HEADER, units, true);
            assertWalked(NdpOptions.MTU, units, units == 1);
            assertWalked(NdpOptions.RECURSIVE_DNS_SERVERS, units, units >= 3 && units % 2 == 1);
            assertWalked(14, units, true);
            assertWalked(0, units, true);
            assertWalked(255, units, true);
        }
    }

    private static void assertWalked(int type, int units, boolean walked) {
        int length = 8 * units;
        UnsafeBuffer list = new UnsafeBuffer(new byte[length + 8]);
        list.putByte(0, (byte) type);
        list.putByte(1, (byte) units);
        NdpOptions.writeMtu(list, length, 1500);
        int end = length + 8;
        assertEquals(end, NdpOptions.check(list, 0, end));
        int first = NdpOptions.first(list, 0, end);
        assertEquals(walked ? 0 : length, first, type + " of " + units);
        if (walked) {
            assertEquals(length, NdpOptions.next(list, 0, end));
        }
    }

    @Test
    void aPrefixOfMoreThan128BitsIsPassedOver() {
        for (int prefixLength = 0; prefixLength <= 255; prefixLength++) {
            UnsafeBuffer list = Bytes.noise(32);
            NdpOptions.writePrefixInformation(list, 0, prefixLength, 0, 1, 1, HIGH, 0);
            assertEquals(32, NdpOptions.check(list, 0, 32));
            assertEquals(prefixLength <= 128 ? 0 : 32, NdpOptions.first(list, 0, 32));
        }
    }

    @Test
    void capturedOptionsAreRead() {
        UnsafeBuffer advertisement = Bytes.of(CapturedFrames.NEIGHBOR_ADVERTISEMENT);
        assertEquals(8, NdpOptions.check(advertisement, 78, 8));
        assertEquals(78, NdpOptions.first(advertisement, 78, 86));
        assertEquals(NdpOptions.TARGET_LINK_LAYER_ADDRESS, NdpOptions.type(advertisement, 78));
        assertEquals(0x0200_0000_0002L, NdpOptions.linkLayerAddress(advertisement, 78));
        assertEquals(86, NdpOptions.next(advertisement, 78, 86));

        UnsafeBuffer nonce = Bytes.of(CapturedFrames.DUPLICATE_ADDRESS_DETECTION);
        assertEquals(8, NdpOptions.check(nonce, 78, 8));
        assertEquals(14, NdpOptions.type(nonce, NdpOptions.first(nonce, 78, 86)));
    }
}
