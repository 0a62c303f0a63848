package onload.ip.icmp;

import static onload.ip.icmp.Bytes.HOST;
import static onload.ip.icmp.Bytes.HOST6;
import static onload.ip.icmp.Bytes.PEER;
import static onload.ip.icmp.Bytes.PEER6;
import static onload.ip.icmp.Bytes.hex;
import static onload.ip.icmp.Bytes.icmpInIpv4;
import static onload.ip.icmp.Bytes.icmpInIpv6;
import static onload.ip.icmp.Bytes.ipv4;
import static onload.ip.icmp.Bytes.ipv4WithOptions;
import static onload.ip.icmp.Bytes.ipv6;
import static onload.ip.icmp.Bytes.joined;
import static onload.ip.icmp.Bytes.memory;
import static onload.ip.icmp.Bytes.udp;
import static onload.ip.icmp.IcmpErrorRules.FROM_THIS_HOST;
import static onload.ip.icmp.IcmpErrorRules.GROUP_FRAME_ARRIVAL;
import static onload.ip.icmp.IcmpErrorRules.STATION_FRAME;
import static onload.ip.icmp.IcmpErrorVerdict.ALLOWED;
import static onload.ip.icmp.IcmpErrorVerdict.BAD_SOURCE;
import static onload.ip.icmp.IcmpErrorVerdict.GROUP_DESTINATION;
import static onload.ip.icmp.IcmpErrorVerdict.GROUP_FRAME;
import static onload.ip.icmp.IcmpErrorVerdict.ICMP_ERROR;
import static onload.ip.icmp.IcmpErrorVerdict.LATER_FRAGMENT;
import static onload.ip.icmp.IcmpErrorVerdict.REDIRECT;
import static onload.ip.icmp.IcmpErrorVerdict.UNREADABLE;
import static onload.wire.IpProtocol.AUTHENTICATION;
import static onload.wire.IpProtocol.DESTINATION_OPTIONS;
import static onload.wire.IpProtocol.ESP;
import static onload.wire.IpProtocol.FRAGMENT;
import static onload.wire.IpProtocol.HOP_BY_HOP;
import static onload.wire.IpProtocol.ICMP;
import static onload.wire.IpProtocol.ICMPV6;
import static onload.wire.IpProtocol.UDP;

import static org.junit.jupiter.api.Assertions.assertEquals;

import onload.ip.spi.IpDatagram;
import onload.testkit.base.Property;
import onload.wire.Icmpv4Message;
import onload.wire.Icmpv6Message;
import onload.wire.IpAddress;
import onload.wire.Ipv4Address;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;

class IcmpErrorRulesTest {
    private static final int UNICAST = IpDatagram.UNICAST;

    /** RFC 1122, section 3.2.2. */
    @Nested
    class Ipv4 {
        @Test
        void aDatagramForThisHostMayBeReported() {
            assertEquals(ALLOWED, ipv4Verdict(ipv4(UDP, udp(4))));
            assertEquals(ALLOWED, ipv4Verdict(ipv4WithOptions(40, UDP, udp(4))));
        }

        @ParameterizedTest
        @ValueSource(ints = {3, 4, 5, 11, 12})
        void icmpErrorsAreNotReported(int type) {
            assertEquals(ICMP_ERROR, ipv4Verdict(icmpInIpv4(type, 1)));
        }

        @ParameterizedTest
        @ValueSource(ints = {0, 8, 9, 10, 13, 14, 15, 16, 17, 18, 42, 43})
        void icmpQueriesMayBeReported(int type) {
            assertEquals(ALLOWED, ipv4Verdict(icmpInIpv4(type, 0)));
        }

        @ParameterizedTest
        @ValueSource(ints = {1, 2, 6, 7, 19, 30, 31, 32, 40, 44, 63, 64, 72, 128, 255})
        void icmpMessagesThatMayBeErrorsAreNotReported(int type) {
            assertEquals(ICMP_ERROR, ipv4Verdict(icmpInIpv4(type, 0)));
        }

        @Test
        void anIcmpErrorAfterOptionsIsFound() {
            byte[] error = Bytes.icmpv4(3, 3, "00000000", udp(20));
            assertEquals(ICMP_ERROR, ipv4Verdict(ipv4WithOptions(8, ICMP, error)));
        }

        @Test
        void anIcmpMessageWhoseTypeIsCutOffIsNotReported() {
            byte[] cut = Arrays.copyOf(icmpInIpv4(8, 0), 20);
            assertEquals(UNREADABLE, ipv4Verdict(cut));
        }

        @ParameterizedTest
        @ValueSource(strings = {"224.0.0.1", "239.255.255.255", "255.255.255.255", "0.0.0.0"})
        void datagramsForManyAreNotReported(String destination) {
            byte[] packet = ipv4(PEER, Ipv4Address.parse(destination), UDP, udp(4));
            assertEquals(GROUP_DESTINATION, ipv4Verdict(packet));
        }

        @ParameterizedTest
        @ValueSource(ints = {IpDatagram.BROADCAST, IpDatagram.MULTICAST})
        void datagramsThatTheLayerKnowsForBroadcastsAreNotReported(int cast) {
            byte[] packet = ipv4(UDP, udp(4));
            IcmpErrorVerdict verdict =
                    IcmpErrorRules.ipv4(memory(packet), 0, packet.length, cast, STATION_FRAME);
            assertEquals(GROUP_DESTINATION, verdict);
        }

        @Test
        void datagramsInFramesForManyAreNotReported() {
            assertEquals(GROUP_FRAME, ipv4Verdict(ipv4(UDP, udp(4)), GROUP_FRAME_ARRIVAL));
        }

        @Test
        void laterFragmentsAreNotReported() {
            byte[] packet = ipv4(UDP, udp(16));
            packet[7] = 1;
            assertEquals(LATER_FRAGMENT, ipv4Verdict(packet));
            packet[7] = 0;
            packet[6] = 0x10;
            assertEquals(LATER_FRAGMENT, ipv4Verdict(packet));
        }

        @Test
        void theFirstFragmentMayBeReported() {
            byte[] packet = ipv4(UDP, udp(16));
            packet[6] = 0x20;
            assertEquals(ALLOWED, ipv4Verdict(packet));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "0.0.0.0",
                    "0.1.2.3",
                    "127.0.0.1",
                    "127.255.0.3",
                    "224.0.0.1",
                    "239.1.2.3",
                    "240.0.0.1",
                    "255.255.255.255"
                })
        void datagramsWhoseSourceIsNotOneHostAreNotReported(String source) {
            byte[] packet = ipv4(Ipv4Address.parse(source), HOST, UDP, udp(4));
            assertEquals(BAD_SOURCE, ipv4Verdict(packet));
        }

        @Test
        void withinThisHostLoopbackAddressesAreAsGoodAsOthers() {
            int loopback = Ipv4Address.LOOPBACK;
            byte[] packet = ipv4(loopback, loopback, UDP, udp(4));
            assertEquals(ALLOWED, ipv4Verdict(packet, FROM_THIS_HOST));
            byte[] unspecified = ipv4(0, loopback, UDP, udp(4));
            assertEquals(BAD_SOURCE, ipv4Verdict(unspecified, FROM_THIS_HOST));
            assertEquals(ICMP_ERROR, ipv4Verdict(icmpInIpv4(3, 3), FROM_THIS_HOST));
        }

        @Test
        void aHeaderThatIsCutOffIsNotReported() {
            assertEquals(UNREADABLE, ipv4Verdict(Arrays.copyOf(ipv4(UDP, udp(4)), 19)));
        }

        /** The sentence of RFC 1122 again, in other words, for all types and all of the first byte's values. */
        @Test
        void noErrorIsEverAllowedWhateverTheRestSays() {
            byte[] packet = icmpInIpv4(0, 0);
            for (int type = 0; type < 256; type++) {
                packet[20] = (byte) type;
                if (Icmpv4Message.isError(type)) {
                    assertEquals(ICMP_ERROR, ipv4Verdict(packet), "type " + type);
                }
            }
        }

        private static IcmpErrorVerdict ipv4Verdict(byte[] packet) {
            return ipv4Verdict(packet, STATION_FRAME);
        }

        private static IcmpErrorVerdict ipv4Verdict(byte[] packet, int arrival) {
            return IcmpErrorRules.ipv4(memory(packet), 0, packet.length, UNICAST, arrival);
        }
    }

    /** RFC 4443, section 2.4 e. */
    @Nested
    class Ipv6 {
        private static final IpAddress GROUP = IpAddress.parse("ff02::1");

        @Test
        void aPacketForThisHostMayBeReported() {
            assertEquals(ALLOWED, verdict(ipv6(UDP, udp(4))));
            assertEquals(ALLOWED, verdict(ipv6(200, udp(4))));
            assertEquals(ALLOWED, verdict(ipv6(ESP, udp(4))));
        }

        @Test
        void icmpErrorsOfAllTypesAreNotReported() {
            for (int type = 0; type < 128; type++) {
                assertEquals(ICMP_ERROR, verdict(icmpInIpv6(type, 0)), "type " + type);
            }
        }

        @Test
        void informationalMessagesButRedirectsMayBeReported() {
            for (int type = 128; type < 256; type++) {
                IcmpErrorVerdict expected = type == 137 ? REDIRECT : ALLOWED;
                assertEquals(expected, verdict(icmpInIpv6(type, 0)), "type " + type);
            }
        }

        @Test
        void anIcmpErrorBehindExtensionHeadersIsFound() {
            byte[] headers =
                    hex(
                            "2b00 0104 00000000",
                            "2c00 0400 00000000",
                            "3300 0000 01020304",
                            "3c01 0000 00000001 00000001",
                            "3a00 0104 00000000");
            byte[] packet = ipv6(HOP_BY_HOP, joined(headers, hex("0104 0000")));
            assertEquals(ICMP_ERROR, verdict(packet));
        }

        @Test
        void anIcmpErrorBehindAnOptionThatIsNotRecognizedIsFound() {
            byte[] option = hex("3a00 8004 00000000");
            byte[] packet = ipv6(DESTINATION_OPTIONS, joined(option, hex("0104 0000 00000000")));
            assertEquals(ICMP_ERROR, verdict(packet, UNICAST, STATION_FRAME, 4, 2, 42));
        }

        @Test
        void anIcmpMessageWhoseTypeIsCutOffIsNotReported() {
            assertEquals(UNREADABLE, verdict(ipv6(ICMPV6, new byte[0])));
        }

        @Test
        void aChainThatIsCutOffIsNotReported() {
            assertEquals(UNREADABLE, verdict(ipv6(HOP_BY_HOP, hex("3a00 0104 0000"))));
            assertEquals(UNREADABLE, verdict(ipv6(HOP_BY_HOP, hex("3a01 0104 00000000"))));
            assertEquals(
                    UNREADABLE, verdict(ipv6(AUTHENTICATION, hex("3a02 0104 00000000 00000000"))));
        }

        @Test
        void aFirstFragmentWithoutAllItsHeadersIsReportedAsJustThat() {
            byte[] packet = ipv6(FRAGMENT, hex("3c00 0001 00000001", "1107 0104 00000000"));
            assertEquals(ALLOWED, verdict(packet, UNICAST, STATION_FRAME, 4, 3, 0));
            assertEquals(UNREADABLE, verdict(packet, UNICAST, STATION_FRAME, 4, 0, 0));
            assertEquals(UNREADABLE, verdict(packet, UNICAST, STATION_FRAME, 1, 3, 0));
        }

        @Test
        void aLaterFragmentIsReportedUnlessItMayBeOfAnIcmpMessage() {
            assertEquals(
                    ALLOWED, verdict(ipv6(FRAGMENT, hex("1100 0008 00000001 0102030405060708"))));
            assertEquals(
                    ICMP_ERROR,
                    verdict(ipv6(FRAGMENT, hex("3a00 0008 00000001 8002030405060708"))));
            assertEquals(
                    UNREADABLE,
                    verdict(ipv6(FRAGMENT, hex("3c00 0008 00000001 3a00000000000000"))));
        }

        @Test
        void packetsForGroupsAreNotReported() {
            byte[] packet = ipv6(PEER6, GROUP, UDP, udp(4));
            assertEquals(GROUP_DESTINATION, verdict(packet));
            assertEquals(
                    GROUP_DESTINATION,
                    verdict(packet, IpDatagram.MULTICAST, STATION_FRAME, 3, 1, 0));
            assertEquals(
                    GROUP_DESTINATION,
                    verdict(packet, IpDatagram.MULTICAST, STATION_FRAME, 4, 0, 40));
        }

        @Test
        void packetsInFramesForManyAreNotReported() {
            byte[] packet = ipv6(UDP, udp(4));
            assertEquals(GROUP_FRAME, verdict(packet, UNICAST, GROUP_FRAME_ARRIVAL, 1, 4, 0));
        }

        @Test
        void packetsForGroupsThatAreTooBigMayBeReported() {
            byte[] packet = ipv6(PEER6, GROUP, UDP, udp(4));
            assertEquals(ALLOWED, verdict(packet, IpDatagram.MULTICAST, STATION_FRAME, 2, 0, 0));
            assertEquals(ALLOWED, verdict(packet, UNICAST, GROUP_FRAME_ARRIVAL, 2, 0, 0));
        }

        @Test
        void optionsWhoseUpperBitsAre10AreReportedForGroupsTooAndOthersAreNot() {
            for (int type = 0; type < 256; type++) {
                byte[] payload = joined(hex("1100 %02x04 00000000".formatted(type)), udp(0));
                byte[] packet = ipv6(PEER6, GROUP, DESTINATION_OPTIONS, payload);
                IcmpErrorVerdict expected = type >>> 6 == 2 ? ALLOWED : GROUP_DESTINATION;
                int cast = IpDatagram.MULTICAST;
                assertEquals(
                        expected, verdict(packet, cast, STATION_FRAME, 4, 2, 42), "type " + type);
                assertEquals(
                        type >>> 6 == 2 ? ALLOWED : GROUP_DESTINATION,
                        verdict(packet, cast, GROUP_FRAME_ARRIVAL, 4, 2, 42),
                        "type " + type);
            }
        }

        @Test
        void aPointerOutsideThePacketNamesNoOption() {
            byte[] packet = ipv6(PEER6, GROUP, UDP, hex("80808080 80808080"));
            int cast = IpDatagram.MULTICAST;
            for (long pointer : new long[] {-1, 0, 39, 48, 1L << 32 | 42, Long.MAX_VALUE}) {
                assertEquals(
                        GROUP_DESTINATION,
                        verdict(packet, cast, STATION_FRAME, 4, 2, pointer),
                        "pointer " + pointer);
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"::", "::1", "ff02::1", "ff0e::5", "::ffff:192.0.2.1"})
        void packetsWhoseSourceIsNotOneNodeAreNotReported(String source) {
            byte[] packet = ipv6(IpAddress.parse("2001:db8::1"), HOST6, UDP, udp(4));
            byte[] address = sixteenBytes(source);
            System.arraycopy(address, 0, packet, 8, 16);
            assertEquals(BAD_SOURCE, verdict(packet));
        }

        @Test
        void aBadSourceIsNotExcusedByWhatIsAllowedForGroups() {
            byte[] packet = ipv6(IpAddress.parse("::"), GROUP, UDP, udp(4));
            assertEquals(BAD_SOURCE, verdict(packet, IpDatagram.MULTICAST, STATION_FRAME, 2, 0, 0));
        }

        @Test
        void withinThisHostTheLoopbackAddressIsAsGoodAsOthers() {
            IpAddress loopback = IpAddress.parse("::1");
            byte[] packet = ipv6(loopback, loopback, UDP, udp(4));
            assertEquals(ALLOWED, verdict(packet, UNICAST, FROM_THIS_HOST, 1, 4, 0));
        }

        @Test
        void aHeaderThatIsCutOffIsNotReported() {
            assertEquals(UNREADABLE, verdict(Arrays.copyOf(ipv6(UDP, udp(4)), 39)));
        }

        private static byte[] sixteenBytes(String text) {
            if (text.startsWith("::ffff:")) {
                return hex("00000000 00000000 0000ffff c0000201");
            }
            IpAddress address = IpAddress.parse(text);
            return hex("%016x%016x".formatted(address.high(), address.low()));
        }

        /** The verdict on a port unreachable. */
        private static IcmpErrorVerdict verdict(byte[] packet) {
            return verdict(packet, UNICAST, STATION_FRAME, 1, 4, 0);
        }

        private static IcmpErrorVerdict verdict(
                byte[] packet, int cast, int arrival, int type, int code, long pointer) {
            return IcmpErrorRules.ipv6(
                    memory(packet), 0, packet.length, cast, arrival, type, code, pointer);
        }
    }

    @Test
    void anyBytesAreJudgedWithoutReadingBeyondThem() {
        Property.forAll(
                20_000,
                random -> {
                    byte[] original =
                            random.oneOf(
                                    icmpInIpv4(3, 1),
                                    icmpInIpv6(1, 4),
                                    ipv6(HOP_BY_HOP, hex("3a00 0104 00000000 80000000 00000000")),
                                    ipv6(FRAGMENT, hex("3c00 0001 00000001 1100 0104 00000000")));
                    byte[] packet = random.damaged(original);
                    int length = packet.length;
                    int arrival = random.between(0, 2);
                    int cast = random.between(0, 2);
                    IcmpErrorRules.ipv4(memory(packet), 0, length, cast, arrival);
                    int type = random.between(1, 4);
                    int code = random.between(0, 4);
                    IcmpErrorVerdict verdict =
                            IcmpErrorRules.ipv6(
                                    memory(packet),
                                    0,
                                    length,
                                    cast,
                                    arrival,
                                    type,
                                    code,
                                    length - 1);
                    if (length >= 41
                            && packet[6] == ICMPV6
                            && Icmpv6Message.isError(packet[40] & 0xFF)) {
                        assertEquals(false, verdict.isAllowed());
                    }
                });
    }
}
