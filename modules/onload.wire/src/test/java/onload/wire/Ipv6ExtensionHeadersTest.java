package onload.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.Property;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Chains are written as the next-header value of the IPv6 header and then the headers in
 * hexadecimal; the first byte of each names the next: 00 hop-by-hop, 2b routing, 2c fragment, 33
 * authentication, 3c destination options, 11 UDP. Pointers count from the IPv6 header, so the first
 * of them begins at 40.
 */
class Ipv6ExtensionHeadersTest {
    private static final int NONE = Ipv6ExtensionHeaders.NONE;
    private static final String UDP_HEADER = "0001 0002 0008 0000";

    private final Ipv6ExtensionHeaders headers = new Ipv6ExtensionHeaders();

    @ParameterizedTest
    @ValueSource(ints = {6, 17, 50, 58, 59, 132, 135, 253, 255})
    void aPacketWithoutExtensionHeadersIsAllUpperLayer(int protocol) {
        assertEquals(0, parse(protocol, UDP_HEADER));
        assertEquals(protocol, headers.upperLayerProtocol());
        assertEquals(40, headers.upperLayerOffset());
        assertEquals(6, headers.nextHeaderOffset());
        assertAccepted();
        assertFalse(headers.isFragment());
        assertEquals(NONE, headers.fragmentHeaderOffset());
        assertEquals(NONE, headers.fragmentNextHeaderOffset());
        assertEquals(NONE, headers.routingHeaderOffset());
        assertEquals(NONE, headers.authenticationHeaderOffset());
        assertEquals(NONE, headers.routerAlert());
    }

    @Test
    void allHeadersInTheOrderOfTheRfcAreFollowed() {
        int length =
                parse(
                        0,
                        "3c00 0502 0007 0100", // hop-by-hop with a router alert, at 40
                        "2b00 0104 00000000", // destination options, at 48
                        "2c01 0400 00000000 0000000000000000", // routing, no segments left, at 56
                        "3300 0000 01020304", // an atomic fragment, at 72
                        "3c01 0000 00000001 00000001", // authentication of 12 bytes, at 80
                        "1100 1e04 aabbccdd", // destination options that are skipped, at 92
                        UDP_HEADER);
        assertEquals(60, length);
        assertAccepted();
        assertEquals(IpProtocol.UDP, headers.upperLayerProtocol());
        assertEquals(100, headers.upperLayerOffset());
        assertEquals(92, headers.nextHeaderOffset());
        assertEquals(7, headers.routerAlert());
        assertEquals(56, headers.routingHeaderOffset());
        assertEquals(72, headers.fragmentHeaderOffset());
        assertEquals(56, headers.fragmentNextHeaderOffset());
        assertEquals(80, headers.authenticationHeaderOffset());
        assertFalse(headers.isFragment());
    }

    @Test
    void headersInAnyOrderAndRepeatedAreFollowed() {
        int length =
                parse(
                        60,
                        "3c00 0104 00000000",
                        "2b00 0104 00000000",
                        "3c00 0300 00000000",
                        "2b00 0104 00000000",
                        "1100 0200 00000000",
                        UDP_HEADER);
        assertEquals(40, length);
        assertEquals(IpProtocol.UDP, headers.upperLayerProtocol());
        assertEquals(72, headers.routingHeaderOffset());
    }

    @Test
    void securityPayloadAndNoNextHeaderEndTheWalk() {
        assertEquals(8, parse(60, "3200 0104 00000000", "2c2c2c2c2c2c2c2c"));
        assertEquals(IpProtocol.ESP, headers.upperLayerProtocol());
        assertEquals(8, parse(60, "3b00 0104 00000000"));
        assertEquals(IpProtocol.NO_NEXT_HEADER, headers.upperLayerProtocol());
        assertEquals(48, headers.upperLayerOffset());
        assertEquals(40, headers.nextHeaderOffset());
    }

    @Test
    void hopByHopOptionsElsewhereAreAnUnrecognizedNextHeader() {
        assertEquals(
                Malformed.UNRECOGNIZED,
                parse(60, "0000 0104 00000000", "1100 0104 00000000", UDP_HEADER));
        assertReported(Icmpv6Message.UNRECOGNIZED_NEXT_HEADER, 40);
        assertEquals(
                Malformed.UNRECOGNIZED,
                parse(0, "0000 0104 00000000", "1100 0104 00000000", UDP_HEADER));
        assertReported(Icmpv6Message.UNRECOGNIZED_NEXT_HEADER, 40);
        assertEquals(
                Malformed.UNRECOGNIZED,
                parse(
                        60,
                        "2b00 0104 00000000",
                        "0000 0000 00000000",
                        "1100 0104 00000000",
                        UDP_HEADER));
        assertReported(Icmpv6Message.UNRECOGNIZED_NEXT_HEADER, 48);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 60})
    void anUnknownOptionIsTreatedAsTheHighestBitsOfItsTypeSay(int header) {
        for (int type = 6; type <= 255; type++) {
            if (type == Ipv6Options.JUMBO_PAYLOAD) {
                continue;
            }
            String option = "1100 0100 %02x02 0000".formatted(type);
            int result = parse(header, option, UDP_HEADER);
            int action = type >>> 6;
            assertEquals(action == 0 ? 8 : Malformed.UNRECOGNIZED, result, "type " + type);
            assertEquals(action, headers.action());
            assertEquals(action == 0 ? NONE : type, headers.problemOption());
            boolean reported = action > Ipv6Options.DISCARD;
            assertEquals(
                    reported ? Icmpv6Message.UNRECOGNIZED_OPTION : NONE, headers.problemCode());
            assertEquals(reported ? 44 : NONE, headers.problemPointer());
        }
    }

    @Test
    void ofTwoOptionsThatDemandSomethingTheFirstCounts() {
        assertEquals(Malformed.UNRECOGNIZED, parse(60, "1100 4000 8000 c000", UDP_HEADER));
        assertEquals(Ipv6Options.DISCARD, headers.action());
        assertEquals(
                Malformed.UNRECOGNIZED,
                parse(60, "3c00 8000 4000 0100", "1100 c004 00000000", UDP_HEADER));
        assertEquals(Ipv6Options.REPORT, headers.action());
        assertEquals(42, headers.problemPointer());
    }

    @Test
    void aJumboPayloadIsRefusedAsByANodeThatDoesNotKnowIt() {
        assertEquals(Malformed.UNRECOGNIZED, parse(0, "1100 c204 00010000", UDP_HEADER));
        assertReported(Icmpv6Message.UNRECOGNIZED_OPTION, 42);
        assertEquals(Ipv6Options.JUMBO_PAYLOAD, headers.problemOption());
    }

    @Test
    void aRouterAlertCountsAmongHopByHopOptionsOnly() {
        assertEquals(8, parse(60, "1100 0502 0000 0100", UDP_HEADER));
        assertEquals(NONE, headers.routerAlert());
        assertEquals(8, parse(0, "1100 0502 0000 0100", UDP_HEADER));
        assertEquals(0, headers.routerAlert());
    }

    @Test
    void aRoutingHeaderWithSegmentsLeftPointsToItsType() {
        for (int type : new int[] {Ipv6RoutingHeader.SOURCE_ROUTE, 2, 3, 4, 255}) {
            String routing = "1100 %02x%02x 00000000";
            assertEquals(
                    Malformed.UNRECOGNIZED,
                    parse(60, "2b00 0104 00000000", routing.formatted(type, 1), UDP_HEADER));
            assertReported(Icmpv6Message.ERRONEOUS_HEADER_FIELD, 50);
            assertEquals(NONE, headers.problemOption());
            assertEquals(48, headers.routingHeaderOffset());
            assertEquals(
                    16, parse(60, "2b00 0104 00000000", routing.formatted(type, 0), UDP_HEADER));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1100 0105 00000000", // padding beyond the header
                "1100 1e05 00000000",
                "1100 0000 00000005",
                "1100 0501 00 000000" // a router alert of one byte
            })
    void aMalformedOptionIsDiscardedInSilence(String options) {
        assertEquals(Malformed.OPTION, parse(60, options, UDP_HEADER));
        assertSilent();
    }

    @Test
    void anOptionMayNotReachIntoTheNextHeader() {
        assertEquals(Malformed.OPTION, parse(60, "3c00 0000 00 1e 04 00", "1100 0104 00000000"));
        assertSilent();
    }

    @Test
    void everyTruncationOfAChainIsRefused() {
        UnsafeBuffer packet =
                packet(
                        0,
                        "3c00 0502 0000 0100",
                        "2b01 010c 00000000 0000000000000000",
                        "2c01 0400 00000000 0000000000000000",
                        "3300 0000 01020304",
                        "1104 0000 00000001 00000001 000000000000000000000000",
                        UDP_HEADER);
        int chain = packet.capacity() - 8;
        assertEquals(chain - 40, headers.parse(packet, 0, packet.capacity()));
        for (int length = 0; length < chain; length++) {
            UnsafeBuffer cut = Bytes.prefix(packet, length);
            assertEquals(Malformed.TRUNCATED, headers.parse(cut, 0, length));
            assertSilent();
        }
        assertEquals(chain - 40, headers.parse(Bytes.prefix(packet, chain), 0, chain));
        assertEquals(chain, headers.upperLayerOffset());
    }

    @Test
    void moreHeadersThanAreFollowedAreTooMany() {
        for (int limit = 0; limit <= 10; limit++) {
            Ipv6ExtensionHeaders bounded = new Ipv6ExtensionHeaders(limit, 8);
            for (int count = 0; count <= 12; count++) {
                UnsafeBuffer packet = chainOf(count);
                int result = bounded.parse(packet, 0, packet.capacity());
                assertEquals(count <= limit ? 8 * count : Malformed.CHAIN, result);
                assertEquals(
                        count <= limit ? Ipv6Options.SKIP : Ipv6Options.DISCARD, bounded.action());
            }
        }
        UnsafeBuffer atLimit = chainOf(Ipv6ExtensionHeaders.DEFAULT_MAX_HEADERS);
        assertEquals(64, headers.parse(atLimit, 0, atLimit.capacity()));
    }

    private static UnsafeBuffer chainOf(int count) {
        StringBuilder chain = new StringBuilder();
        for (int i = 1; i <= count; i++) {
            chain.append(i == count ? "11" : "3c").append("00 0104 00000000");
        }
        return packet(count == 0 ? 17 : 60, chain.toString(), UDP_HEADER);
    }

    @Test
    void moreOptionsThanAreFollowedAreTooManyAndPaddingDoesNotCount() {
        for (int limit = 0; limit <= 10; limit++) {
            Ipv6ExtensionHeaders bounded = new Ipv6ExtensionHeaders(8, limit);
            for (int count = 0; count <= 11; count++) {
                String options = "1e00".repeat(count) + "00".repeat(22 - 2 * count);
                UnsafeBuffer packet = packet(60, "1102", options, UDP_HEADER);
                int result = bounded.parse(packet, 0, packet.capacity());
                assertEquals(count <= limit ? 24 : Malformed.CHAIN, result);
            }
        }
        assertEquals(24, parse(60, "1102", "1e00".repeat(8), "010400000000", UDP_HEADER));
        assertEquals(Malformed.CHAIN, parse(60, "1102", "1e00".repeat(9), "01020000", UDP_HEADER));
        assertSilent();
    }

    @Test
    void theLimitOfOptionsIsForEachHeader() {
        String eight = "02" + "1e00".repeat(8) + "010400000000";
        assertEquals(48, parse(60, "3c", eight, "11", eight, UDP_HEADER));
    }

    @Test
    void negativeLimitsAreMisuse() {
        assertThrows(IllegalArgumentException.class, () -> new Ipv6ExtensionHeaders(-1, 8));
        assertThrows(IllegalArgumentException.class, () -> new Ipv6ExtensionHeaders(8, -1));
    }

    @Test
    void theWalkEndsAtALaterFragmentWhateverFollows() {
        assertEquals(16, parse(60, "2c00 0104 00000000", "0000 0508 01020304", "ffff"));
        assertAccepted();
        assertTrue(headers.isFragment());
        assertEquals(48, headers.fragmentHeaderOffset());
        assertEquals(40, headers.fragmentNextHeaderOffset());
        assertEquals(56, headers.upperLayerOffset());
        assertEquals(0, headers.upperLayerProtocol());
        assertEquals(48, headers.nextHeaderOffset());
    }

    @Test
    void inAFirstFragmentTheUpperLayerIsFoundButNothingIsDemanded() {
        int length =
                parse(
                        44,
                        "3c00 0001 01020304", // first of more
                        "2b00 c000 0102 0000", // an option to be reported
                        "1100 0409 00000000", // a routing header with segments left
                        UDP_HEADER);
        assertEquals(24, length);
        assertAccepted();
        assertTrue(headers.isFragment());
        assertEquals(40, headers.fragmentHeaderOffset());
        assertEquals(6, headers.fragmentNextHeaderOffset());
        assertEquals(IpProtocol.UDP, headers.upperLayerProtocol());
        assertEquals(64, headers.upperLayerOffset());
        assertEquals(NONE, headers.routingHeaderOffset());
    }

    @Test
    void aFirstFragmentWithoutAllHeadersIsReported() {
        assertEquals(Malformed.TRUNCATED, parse(44, "3c00 0001 01020304", "1101 0104 00000000"));
        assertReported(Icmpv6Message.INCOMPLETE_HEADER_CHAIN, 0);
        assertEquals(Malformed.TRUNCATED, parse(44, "3c00 0001 01020304"));
        assertReported(Icmpv6Message.INCOMPLETE_HEADER_CHAIN, 0);
    }

    @Test
    void aFragmentWithinAFragmentWaitsForReassembly() {
        assertEquals(8, parse(44, "2c00 0001 01020304", "1100 0008 05060708", UDP_HEADER));
        assertTrue(headers.isFragment());
        assertEquals(40, headers.fragmentHeaderOffset());
        assertEquals(IpProtocol.FRAGMENT, headers.upperLayerProtocol());
        assertEquals(48, headers.upperLayerOffset());
    }

    @Test
    void anAtomicFragmentIsReadAsAWholePacketWithItsReservedBitsIgnored() {
        assertEquals(
                Malformed.UNRECOGNIZED,
                parse(44, "3cff 0006 01020304", "1100 8000 0102 0000", UDP_HEADER));
        assertEquals(Ipv6Options.REPORT, headers.action());
        assertEquals(50, headers.problemPointer());
        assertFalse(headers.isFragment());
    }

    @Test
    void nothingIsLeftOfThePacketBefore() {
        parse(0, "2c00 0502 0000 0100", "3300 0001 00000001", "1101 0000 00000001 00000001", "00");
        parse(0, "1100 8000 0100 0100");
        aPacketWithoutExtensionHeadersIsAllUpperLayer(IpProtocol.TCP);
    }

    @Test
    void theAnswersAreIndexesAndThePointerIsNot() {
        Property.forAll(
                200,
                random -> {
                    int offset = random.between(0, 100);
                    UnsafeBuffer packet =
                            packet(44, "3c00 0000 01020304", "1100 8000 0102 0000", UDP_HEADER);
                    UnsafeBuffer shifted = new UnsafeBuffer(new byte[offset + packet.capacity()]);
                    shifted.putBytes(offset, packet, 0, packet.capacity());
                    assertEquals(
                            Malformed.UNRECOGNIZED,
                            headers.parse(shifted, offset, packet.capacity()));
                    assertEquals(offset + 40, headers.fragmentHeaderOffset());
                    assertEquals(offset + 6, headers.fragmentNextHeaderOffset());
                    assertEquals(50, headers.problemPointer());
                });
    }

    @Test
    void aPacketOfOtherProtocolsIsNotTakenForAnExtensionHeader() {
        for (int protocol = 0; protocol < 256; protocol++) {
            int result = parse(protocol, "");
            boolean extension =
                    protocol == 0
                            || protocol == 43
                            || protocol == 44
                            || protocol == 51
                            || protocol == 60;
            assertEquals(extension ? Malformed.TRUNCATED : 0, result, "protocol " + protocol);
        }
    }

    @Test
    void whatLinuxReportedIsReportedHereToo() {
        UnsafeBuffer frame = Bytes.of(CapturedFrames.IPV6_UNKNOWN_OPTION);
        UnsafeBuffer answer = Bytes.of(CapturedFrames.ICMPV6_PARAMETER_PROBLEM);
        assertEquals(Malformed.UNRECOGNIZED, headers.parse(frame, 14, frame.capacity() - 14));
        assertEquals(Icmpv6Message.code(answer, 54), headers.problemCode());
        assertEquals(Icmpv6Message.pointer(answer, 54), headers.problemPointer());
        assertEquals(0xC7, headers.problemOption());
        assertEquals(Ipv6Options.REPORT_UNLESS_MULTICAST, headers.action());
    }

    @Test
    void capturedChainsAreFollowed() {
        UnsafeBuffer report = Bytes.of(CapturedFrames.MLD_V2_REPORT);
        assertEquals(8, headers.parse(report, 14, report.capacity() - 14));
        assertEquals(IpProtocol.ICMPV6, headers.upperLayerProtocol());
        assertEquals(62, headers.upperLayerOffset());
        assertEquals(0, headers.routerAlert());

        UnsafeBuffer padding = Bytes.of(CapturedFrames.IPV6_DESTINATION_OPTIONS);
        assertEquals(8, headers.parse(padding, 14, padding.capacity() - 14));
        assertEquals(IpProtocol.UDP, headers.upperLayerProtocol());

        UnsafeBuffer fragment = Bytes.of(CapturedFrames.IPV6_LAST_FRAGMENT);
        assertEquals(8, headers.parse(fragment, 14, fragment.capacity() - 14));
        assertTrue(headers.isFragment());
        assertEquals(54, headers.fragmentHeaderOffset());
        assertEquals(62, headers.upperLayerOffset());
    }

    private int parse(int nextHeader, String... chain) {
        UnsafeBuffer packet = packet(nextHeader, chain);
        return headers.parse(packet, 0, packet.capacity());
    }

    private static UnsafeBuffer packet(int nextHeader, String... chain) {
        UnsafeBuffer payload = Bytes.of(String.join("", chain));
        UnsafeBuffer packet = Bytes.noise(40 + payload.capacity());
        Ipv6Header.write(packet, 0, 1, 2, 3, 4, nextHeader, 64, payload.capacity());
        packet.putBytes(40, payload, 0, payload.capacity());
        return packet;
    }

    private void assertAccepted() {
        assertEquals(Ipv6Options.SKIP, headers.action());
        assertEquals(NONE, headers.problemCode());
        assertEquals(NONE, headers.problemPointer());
        assertEquals(NONE, headers.problemOption());
    }

    private void assertSilent() {
        assertEquals(Ipv6Options.DISCARD, headers.action());
        assertEquals(NONE, headers.problemCode());
        assertEquals(NONE, headers.problemPointer());
        assertNoUpperLayer();
    }

    private void assertReported(int code, int pointer) {
        assertEquals(Ipv6Options.REPORT_UNLESS_MULTICAST, headers.action());
        assertEquals(code, headers.problemCode());
        assertEquals(pointer, headers.problemPointer());
        assertNoUpperLayer();
    }

    private void assertNoUpperLayer() {
        assertEquals(NONE, headers.upperLayerProtocol());
        assertEquals(NONE, headers.upperLayerOffset());
        assertEquals(NONE, headers.nextHeaderOffset());
    }
}
