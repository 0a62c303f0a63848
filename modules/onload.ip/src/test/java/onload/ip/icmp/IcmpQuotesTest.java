package onload.ip.icmp;

import static onload.ip.icmp.Bytes.HOST;
import static onload.ip.icmp.Bytes.HOST6;
import static onload.ip.icmp.Bytes.PEER;
import static onload.ip.icmp.Bytes.PEER6;
import static onload.ip.icmp.Bytes.hex;
import static onload.ip.icmp.Bytes.icmpv4;
import static onload.ip.icmp.Bytes.icmpv6;
import static onload.ip.icmp.Bytes.ipv4;
import static onload.ip.icmp.Bytes.ipv6;
import static onload.ip.icmp.Bytes.joined;
import static onload.ip.icmp.Bytes.memory;
import static onload.ip.icmp.Bytes.udp;
import static onload.wire.IpProtocol.AUTHENTICATION;
import static onload.wire.IpProtocol.DESTINATION_OPTIONS;
import static onload.wire.IpProtocol.FRAGMENT;
import static onload.wire.IpProtocol.HOP_BY_HOP;
import static onload.wire.IpProtocol.TCP;
import static onload.wire.IpProtocol.UDP;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.spi.IcmpError;
import onload.ip.spi.IpDatagram;
import onload.testkit.base.Property;
import onload.wire.Ipv4Address;
import onload.wire.Ipv6Address;
import onload.wire.Malformed;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;

class IcmpQuotesTest {
    private static final int ROUTER = Ipv4Address.of(198, 51, 100, 7);
    private static final String NOTHING = "00000000";

    private final IcmpError error = new IcmpError();

    /** RFC 792; RFC 1122, section 3.2.2. */
    @Nested
    class Ipv4 {
        /** What this host has sent to the peer. */
        private final byte[] sent = ipv4(HOST, PEER, UDP, udp(20));

        @Test
        void aPortUnreachableNamesTheDatagramThatItIsAbout() {
            assertEquals(0, read(3, 3, NOTHING, sent));
            assertEquals(IcmpError.PORT_UNREACHABLE, error.kind());
            assertEquals(3, error.type());
            assertEquals(3, error.code());
            assertTrue(error.isIpv4());
            assertFalse(error.isLocal());
            assertEquals(0, error.sourceHigh());
            assertEquals(Ipv6Address.mappedLow(HOST), error.sourceLow());
            assertEquals(0, error.destinationHigh());
            assertEquals(Ipv6Address.mappedLow(PEER), error.destinationLow());
            assertEquals(UDP, error.protocol());
            assertEquals(28, error.payloadIndex());
            assertEquals(28, error.payloadLength());
            assertEquals(0, error.mtu());
            assertEquals(-1, error.pointer());
        }

        @Test
        void theReporterIsTheSourceOfTheMessage() {
            read(3, 1, NOTHING, sent);
            assertEquals(0, error.reporterHigh());
            assertEquals(Ipv6Address.mappedLow(ROUTER), error.reporterLow());
            assertEquals(3, error.interfaceIndex());
        }

        @Test
        void fragmentationNeededReportsTheMtuOfTheNextHop() {
            assertEquals(0, read(3, 4, "00000578", sent));
            assertEquals(IcmpError.PACKET_TOO_BIG, error.kind());
            assertEquals(1400, error.mtu());
        }

        @Test
        void aRouterOlderThanRfc1191ReportsNoMtu() {
            assertEquals(0, read(3, 4, NOTHING, sent));
            assertEquals(0, error.mtu());
        }

        @Test
        void onlyFragmentationNeededReportsAnMtu() {
            assertEquals(0, read(3, 3, "00000578", sent));
            assertEquals(0, error.mtu());
        }

        @Test
        void aParameterProblemPointsToAByte() {
            assertEquals(0, read(12, 0, "14000000", sent));
            assertEquals(IcmpError.PARAMETER_PROBLEM, error.kind());
            assertEquals(20, error.pointer());
        }

        @Test
        void aParameterProblemForAMissingOptionPointsNowhere() {
            assertEquals(0, read(12, 1, "14000000", sent));
            assertEquals(-1, error.pointer());
        }

        @Test
        void eightBytesAfterTheQuotedHeaderSuffice() {
            assertEquals(0, read(3, 3, NOTHING, Arrays.copyOf(sent, 28)));
            assertEquals(8, error.payloadLength());
            assertEquals(Malformed.TRUNCATED, read(3, 3, NOTHING, Arrays.copyOf(sent, 27)));
        }

        @Test
        void quotedOptionsArePassedOver() {
            byte[] options = Bytes.ipv4WithOptions(40, TCP, udp(0));
            assertEquals(0, read(3, 3, NOTHING, options));
            assertEquals(8 + 60, error.payloadIndex());
            assertEquals(8, error.payloadLength());
            assertEquals(Malformed.TRUNCATED, read(3, 3, NOTHING, Arrays.copyOf(options, 67)));
        }

        @Test
        void whatFollowsTheQuotedDatagramIsNotOfIt() {
            assertEquals(0, read(3, 3, NOTHING, joined(sent, new byte[100])));
            assertEquals(28, error.payloadLength());
        }

        /** RFC 4884, section 4: the sixth byte says how much is quoted, in words. */
        @Test
        void extensionsAreNotTakenForTheQuotation() {
            byte[] quote = ipv4(HOST, PEER, UDP, udp(1000));
            byte[] message = joined(Arrays.copyOf(quote, 128), hex("20000000 00080101"));
            assertEquals(0, read(3, 3, "00200000", message));
            assertEquals(108, error.payloadLength());
            assertEquals(0, read(11, 0, "00200000", message));
            assertEquals(108, error.payloadLength());
        }

        @ParameterizedTest
        @ValueSource(strings = {"00010000", "001f0000", "00ff0000"})
        void aByteThatSaysLessThanExtensionsAllowOrMoreThanThereIsIsIgnored(String word) {
            byte[] quote = Arrays.copyOf(ipv4(HOST, PEER, UDP, udp(1000)), 200);
            assertEquals(0, read(3, 3, word, quote));
            assertEquals(180, error.payloadLength());
        }

        @Test
        void aQuotedFragmentOtherThanTheFirstHasNoPorts() {
            byte[] later = sent.clone();
            later[7] = 1;
            assertEquals(IcmpQuotes.LATER_FRAGMENT, read(11, 1, NOTHING, later));
            later[7] = 0;
            later[6] = 0x20;
            assertEquals(0, read(11, 1, NOTHING, later));
        }

        @Test
        void aQuotationThatIsNoIpv4HeaderIsRefused() {
            byte[] wrong = sent.clone();
            wrong[0] = 0x65;
            assertEquals(Malformed.VERSION, read(3, 3, NOTHING, wrong));
            wrong[0] = 0x44;
            assertEquals(Malformed.HEADER_LENGTH, read(3, 3, NOTHING, wrong));
        }

        @ParameterizedTest
        @ValueSource(ints = {0, 19, 20, 27})
        void aTotalLengthThatLeavesNoPortsIsRefused(int totalLength) {
            byte[] wrong = sent.clone();
            wrong[2] = 0;
            wrong[3] = (byte) totalLength;
            assertEquals(Malformed.TOTAL_LENGTH, read(3, 3, NOTHING, wrong));
        }

        @ParameterizedTest
        @ValueSource(ints = {0, 4, 5, 8, 9, 10, 13, 14, 17, 42, 255})
        void whatIsNoErrorForATransportIsNotReported(int type) {
            assertEquals(IcmpQuotes.NOT_REPORTED, read(type, 0, NOTHING, sent));
        }

        @Test
        void everyPrefixOfAMessageIsReadOrRefused() {
            byte[] message = icmpv4(3, 3, NOTHING, sent);
            for (int length = 0; length < message.length; length++) {
                byte[] cut = Arrays.copyOf(message, length);
                int expected = length < 36 ? Malformed.TRUNCATED : 0;
                assertEquals(expected, read(cut), length + " bytes");
            }
        }

        private int read(int type, int code, String secondWord, byte[] quote) {
            return read(icmpv4(type, code, secondWord, quote));
        }

        private int read(byte[] message) {
            return IcmpQuotes.ipv4(memory(message), 0, message.length, fromRouter(), error);
        }
    }

    /** RFC 4443, sections 2.4 and 3. */
    @Nested
    class Ipv6 {
        private final byte[] sent = ipv6(HOST6, PEER6, UDP, udp(20));

        @Test
        void aPortUnreachableNamesThePacketThatItIsAbout() {
            assertEquals(0, read(1, 4, NOTHING, sent));
            assertEquals(IcmpError.PORT_UNREACHABLE, error.kind());
            assertFalse(error.isIpv4());
            assertFalse(error.isLocal());
            assertEquals(HOST6.high(), error.sourceHigh());
            assertEquals(HOST6.low(), error.sourceLow());
            assertEquals(PEER6.high(), error.destinationHigh());
            assertEquals(PEER6.low(), error.destinationLow());
            assertEquals(UDP, error.protocol());
            assertEquals(48, error.payloadIndex());
            assertEquals(28, error.payloadLength());
            assertEquals(PEER6.low(), error.reporterLow());
            assertEquals(3, error.interfaceIndex());
            assertEquals(-1, error.pointer());
        }

        @Test
        void packetTooBigReportsAnMtuOf32BitsWhateverItsCodeIs() {
            assertEquals(0, read(2, 77, "fffffffe", sent));
            assertEquals(IcmpError.PACKET_TOO_BIG, error.kind());
            assertEquals(0xFFFF_FFFEL, error.mtu());
        }

        @Test
        void aParameterProblemPointsToAByteThatNeedNotBeQuoted() {
            assertEquals(0, read(4, 2, "ffffffff", sent));
            assertEquals(0xFFFF_FFFFL, error.pointer());
        }

        @ParameterizedTest
        @ValueSource(ints = {0, 5, 100, 101, 127})
        void anErrorOfAnUnknownTypeIsPassedOn(int type) {
            assertEquals(0, read(type, 9, "01020304", sent));
            assertEquals(IcmpError.OTHER, error.kind());
            assertEquals(UDP, error.protocol());
            assertEquals(0, error.mtu());
            assertEquals(-1, error.pointer());
        }

        @ParameterizedTest
        @ValueSource(ints = {128, 129, 130, 133, 135, 137, 255})
        void informationalMessagesAreNotReported(int type) {
            assertEquals(IcmpQuotes.NOT_REPORTED, read(type, 0, NOTHING, sent));
        }

        @Test
        void extensionHeadersArePassedOverWhateverTheyDemand() {
            byte[] headers =
                    hex(
                            "3c00 c204 00000000", // hop-by-hop with an option to be reported
                            "2b00 8004 00000000", // destination options
                            "2c00 0003 00000000", // routing with segments left
                            "3300 0001 01020304", // the first fragment
                            "1101 0000 00000001 00000001"); // authentication of 12 bytes
            byte[] quote = ipv6(HOST6, PEER6, HOP_BY_HOP, joined(headers, udp(20)));
            assertEquals(0, read(3, 1, NOTHING, quote));
            assertEquals(UDP, error.protocol());
            assertEquals(8 + 40 + 44, error.payloadIndex());
            assertEquals(28, error.payloadLength());
        }

        @Test
        void aQuotationThatIsCutWithinItsChainIsRefused() {
            byte[] headers = joined(hex("1100 0104 00000000"), udp(0));
            byte[] whole = ipv6(HOST6, PEER6, DESTINATION_OPTIONS, headers);
            assertEquals(0, read(1, 4, NOTHING, whole));
            for (int length = 0; length < whole.length; length++) {
                byte[] cut = Arrays.copyOf(whole, length);
                assertEquals(Malformed.TRUNCATED, read(1, 4, NOTHING, cut), length + " bytes");
            }
        }

        @Test
        void aChainThatGoesBeyondThePacketIsRefused() {
            byte[] quote = ipv6(HOST6, PEER6, AUTHENTICATION, hex("11ff 0000 00000001"));
            byte[] more = joined(quote, new byte[1100]);
            assertEquals(Malformed.TOTAL_LENGTH, read(1, 4, NOTHING, more));
        }

        @Test
        void aQuotedFragmentOtherThanTheFirstHasNoPorts() {
            byte[] later = ipv6(HOST6, PEER6, FRAGMENT, joined(hex("1100 0008 00000001"), udp(0)));
            assertEquals(IcmpQuotes.LATER_FRAGMENT, read(3, 1, NOTHING, later));
        }

        @Test
        void whatFollowsTheQuotedPacketIsNotOfIt() {
            assertEquals(0, read(1, 4, NOTHING, joined(sent, new byte[100])));
            assertEquals(28, error.payloadLength());
        }

        /** RFC 4884, section 4: the fifth byte says how much is quoted, in units of eight. */
        @Test
        void extensionsAreNotTakenForTheQuotation() {
            byte[] quote = ipv6(HOST6, PEER6, UDP, udp(1000));
            byte[] message = joined(Arrays.copyOf(quote, 128), hex("20000000 00080101"));
            assertEquals(0, read(1, 3, "10000000", message));
            assertEquals(88, error.payloadLength());
            assertEquals(0, read(3, 0, "10000000", message));
            assertEquals(88, error.payloadLength());
        }

        @Test
        void aPointerIsNotTakenForALengthOfExtensions() {
            byte[] quote = Arrays.copyOf(ipv6(HOST6, PEER6, UDP, udp(1000)), 200);
            assertEquals(0, read(4, 0, "10000000", quote));
            assertEquals(160, error.payloadLength());
        }

        @Test
        void aQuotationThatIsNoIpv6HeaderIsRefused() {
            byte[] wrong = sent.clone();
            wrong[0] = 0x45;
            assertEquals(Malformed.VERSION, read(1, 4, NOTHING, wrong));
        }

        @ParameterizedTest
        @ValueSource(ints = {0, 1, 7})
        void aPayloadLengthThatLeavesNoPortsIsRefused(int payloadLength) {
            byte[] wrong = sent.clone();
            wrong[5] = (byte) payloadLength;
            assertEquals(Malformed.TOTAL_LENGTH, read(1, 4, NOTHING, wrong));
        }

        @Test
        void aQuotedAddressThatCouldBeTakenForOneOfIpv4IsRefused() {
            byte[] mapped = hex("00000000 00000000 0000ffff c0000201");
            for (int at : new int[] {8, 24}) {
                byte[] wrong = sent.clone();
                System.arraycopy(mapped, 0, wrong, at, 16);
                assertEquals(Malformed.FIELD, read(1, 4, NOTHING, wrong));
            }
        }

        private int read(int type, int code, String secondWord, byte[] quote) {
            byte[] message = icmpv6(PEER6, HOST6, type, code, secondWord, quote);
            return IcmpQuotes.ipv6(memory(message), 0, message.length, fromPeer6(), error);
        }
    }

    /** What this host finds by itself. */
    @Nested
    class Local {
        @Test
        void aNeighborThatDoesNotAnswerIsReportedAsARouterWouldHave() {
            byte[] packet = ipv4(HOST, PEER, UDP, udp(20));
            assertEquals(0, local(packet, IcmpError.HOST_UNREACHABLE, 0));
            assertTrue(error.isLocal());
            assertTrue(error.isIpv4());
            assertEquals(IcmpError.HOST_UNREACHABLE, error.kind());
            assertEquals(3, error.type());
            assertEquals(1, error.code());
            assertEquals(4, error.interfaceIndex());
            assertEquals(Ipv6Address.mappedLow(HOST), error.reporterLow());
            assertEquals(Ipv6Address.mappedLow(PEER), error.destinationLow());
            assertEquals(UDP, error.protocol());
            assertEquals(20, error.payloadIndex());
            assertEquals(28, error.payloadLength());
            assertEquals(-1, error.pointer());
        }

        @Test
        void aNeighborOfIpv6IsReportedAsARouterWouldHave() {
            byte[] packet = ipv6(HOST6, PEER6, TCP, udp(20));
            assertEquals(0, local(packet, IcmpError.HOST_UNREACHABLE, 0));
            assertTrue(error.isLocal());
            assertFalse(error.isIpv4());
            assertEquals(1, error.type());
            assertEquals(3, error.code());
            assertEquals(HOST6.low(), error.reporterLow());
            assertEquals(TCP, error.protocol());
        }

        @Test
        void aPacketThatIsTooLongIsReportedWithTheMtu() {
            assertEquals(0, local(ipv4(HOST, PEER, UDP, udp(20)), IcmpError.PACKET_TOO_BIG, 1400));
            assertEquals(1400, error.mtu());
            assertEquals(4, error.code());
            assertEquals(
                    0, local(ipv6(HOST6, PEER6, UDP, udp(20)), IcmpError.PACKET_TOO_BIG, 1280));
            assertEquals(1280, error.mtu());
            assertEquals(2, error.type());
        }

        @Test
        void aLaterFragmentHasNobodyToBeTold() {
            byte[] packet = ipv4(HOST, PEER, UDP, udp(20));
            packet[7] = 1;
            assertEquals(IcmpQuotes.LATER_FRAGMENT, local(packet, IcmpError.HOST_UNREACHABLE, 0));
        }

        @Test
        void aPacketThatIsCutOffHasNobodyToBeTold() {
            assertEquals(Malformed.TRUNCATED, local(new byte[0], IcmpError.HOST_UNREACHABLE, 0));
            assertEquals(Malformed.VERSION, local(new byte[60], IcmpError.HOST_UNREACHABLE, 0));
        }

        @Test
        void aKindWithoutAMessageIsAFaultOfTheCaller() {
            byte[] packet = ipv4(HOST, PEER, UDP, udp(20));
            assertThrows(IllegalArgumentException.class, () -> local(packet, IcmpError.OTHER, 0));
        }

        private int local(byte[] packet, int kind, long mtu) {
            return IcmpQuotes.local(memory(packet), 0, packet.length, kind, mtu, 4, error);
        }
    }

    @Test
    void everyTypeAndCodeIsReadWithoutFail() {
        byte[] message = icmpv4(0, 0, NOTHING, ipv4(HOST, PEER, UDP, udp(20)));
        byte[] message6 = icmpv6(PEER6, HOST6, 0, 0, NOTHING, ipv6(HOST6, PEER6, UDP, udp(20)));
        for (int both = 0; both < 1 << 16; both++) {
            int type = both >>> 8;
            int code = both & 0xFF;
            message[0] = message6[0] = (byte) type;
            message[1] = message6[1] = (byte) code;
            boolean isError = IcmpKinds.ipv4(type, code) != IcmpKinds.NONE;
            int result = IcmpQuotes.ipv4(memory(message), 0, message.length, fromRouter(), error);
            assertEquals(isError ? 0 : IcmpQuotes.NOT_REPORTED, result, type + "/" + code);
            boolean isError6 = type < 128;
            int result6 = IcmpQuotes.ipv6(memory(message6), 0, message6.length, fromPeer6(), error);
            assertEquals(isError6 ? 0 : IcmpQuotes.NOT_REPORTED, result6, type + "/" + code);
        }
    }

    @Test
    void damagedMessagesAreReadWithinTheirBytesOrRefused() {
        byte[] headers = hex("3c00 0104 00000000", "2c00 0104 00000000", "1100 0001 00000001");
        byte[] plain = icmpv4(3, 3, NOTHING, ipv4(HOST, PEER, UDP, udp(20)));
        byte[] options = icmpv4(11, 0, NOTHING, Bytes.ipv4WithOptions(12, TCP, udp(20)));
        byte[] six = icmpv6(PEER6, HOST6, 1, 4, NOTHING, ipv6(HOST6, PEER6, UDP, udp(20)));
        byte[] chain = ipv6(HOST6, PEER6, HOP_BY_HOP, joined(headers, udp(20)));
        byte[] sixChain = icmpv6(PEER6, HOST6, 3, 1, NOTHING, chain);
        Property.forAll(
                40_000,
                random -> {
                    byte[] message = random.damaged(random.oneOf(plain, options, six, sixChain));
                    assertSound(4, message, fromRouter());
                    assertSound(6, message, fromPeer6());
                });
    }

    /** An UnsafeBuffer over an array checks its bounds; what is accepted has its eight bytes within them. */
    private void assertSound(int version, byte[] message, IpDatagram from) {
        int length = message.length;
        int result =
                version == 4
                        ? IcmpQuotes.ipv4(memory(message), 0, length, from, error)
                        : IcmpQuotes.ipv6(memory(message), 0, length, from, error);
        if (result == 0) {
            assertTrue(error.payloadLength() >= IcmpQuotes.MIN_PAYLOAD);
            assertTrue(error.payloadIndex() >= (version == 4 ? 28 : 48));
            assertTrue(error.payloadIndex() + error.payloadLength() <= length);
            assertEquals(version == 4, error.isIpv4());
            assertEquals(
                    version == 4, Ipv6Address.isIpv4Mapped(error.sourceHigh(), error.sourceLow()));
        }
    }

    private static IpDatagram fromRouter() {
        IpDatagram datagram = new IpDatagram();
        datagram.ipv4Addresses(ROUTER, HOST);
        datagram.arrival(3, IpDatagram.UNICAST, false);
        return datagram;
    }

    private static IpDatagram fromPeer6() {
        IpDatagram datagram = new IpDatagram();
        datagram.ipv6Addresses(PEER6.high(), PEER6.low(), HOST6.high(), HOST6.low());
        datagram.arrival(3, IpDatagram.UNICAST, false);
        return datagram;
    }
}
