package onload.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.wire.RecordedFrames.Frame;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The checks and accessors of every format against bytes that a Linux kernel sent. A round trip through
 * our own setters cannot find a field in the wrong place; this can.
 */
class RecordedFramesTest {
    private static final long HOST_A = 0x0000_5E00_530AL;
    private static final long ROUTER_A = 0x0000_5E00_531AL;
    private static final int A = Ipv4Address.parse("192.0.2.1");
    private static final int ROUTER = Ipv4Address.parse("192.0.2.254");
    private static final int B = Ipv4Address.parse("198.51.100.2");
    private static final IpAddress A6 = IpAddress.parse("2001:db8:1::1");
    private static final IpAddress ROUTER6 = IpAddress.parse("2001:db8:1::fe");
    private static final IpAddress B6 = IpAddress.parse("2001:db8:2::2");

    static List<Frame> wellFormed() {
        return RecordedFrames.wellFormed();
    }

    @Test
    void thereAreFramesOfTheKernelAndNoNameTwice() {
        Set<String> names = new HashSet<>();
        RecordedFrames.all().forEach(frame -> assertTrue(names.add(frame.name()), frame::name));
        assertTrue(
                RecordedFrames.all().stream()
                                .filter(frame -> frame.origin().startsWith("Linux"))
                                .count()
                        > 60);
    }

    /** The layers of a frame, each after the check of the one below it. */
    @ParameterizedTest
    @MethodSource("wellFormed")
    void everyCheckAcceptsAndEveryChecksumIsRight(Frame frame) {
        UnsafeBuffer buffer = frame.buffer();
        int at = frame.packetOffset();
        int length = frame.length() - at;
        switch (frame.etherType()) {
            case EtherType.ARP -> assertEquals(28, ArpPacket.check(buffer, at, length));
            case EtherType.IPV4 -> checkIpv4(buffer, at, length);
            case EtherType.IPV6 -> checkIpv6(buffer, at, length);
            default -> throw new AssertionError(frame.etherType());
        }
    }

    private static void checkIpv4(UnsafeBuffer buffer, int at, int length) {
        int headerLength = Ipv4Header.check(buffer, at, length);
        assertTrue(headerLength >= Ipv4Header.MIN_LENGTH, () -> Malformed.name(headerLength));
        assertTrue(Ipv4Header.isChecksumCorrect(buffer, at));
        int optionsLength = headerLength - Ipv4Header.OPTIONS_OFFSET;
        assertEquals(
                optionsLength,
                Ipv4Options.check(buffer, at + Ipv4Header.OPTIONS_OFFSET, optionsLength));
        if (Ipv4Header.isFragment(buffer, at)) {
            return;
        }
        int payload = at + headerLength;
        int payloadLength = Ipv4Header.totalLength(buffer, at) - headerLength;
        long pseudoHeader = Ipv4Header.pseudoHeader(buffer, at);
        switch (Ipv4Header.protocol(buffer, at)) {
            case IpProtocol.ICMP -> {
                assertAccepted(Icmpv4Message.check(buffer, payload, payloadLength));
                assertTrue(Icmpv4Message.isChecksumCorrect(buffer, payload, payloadLength));
            }
            case IpProtocol.IGMP -> {
                assertAccepted(IgmpMessage.check(buffer, payload, payloadLength));
                assertTrue(IgmpMessage.isChecksumCorrect(buffer, payload, payloadLength));
            }
            default ->
                    checkTransport(
                            buffer,
                            Ipv4Header.protocol(buffer, at),
                            payload,
                            payloadLength,
                            pseudoHeader);
        }
    }

    private static void checkTransport(
            UnsafeBuffer buffer, int protocol, int at, int length, long pseudoHeader) {
        if (protocol == IpProtocol.TCP) {
            int headerLength = TcpHeader.check(buffer, at, length);
            assertAccepted(headerLength);
            assertEquals(0, new TcpOptions().parse(buffer, at, headerLength));
        } else if (protocol == IpProtocol.UDP) {
            assertAccepted(UdpHeader.check(buffer, at, length));
            if (UdpHeader.checksum(buffer, at) == 0) {
                return;
            }
        } else {
            assertEquals(IpProtocol.EXPERIMENTAL, protocol);
            return;
        }
        long sum = InternetChecksum.sum(buffer, at, length, pseudoHeader);
        assertEquals(0, InternetChecksum.fold(sum));
    }

    private static void checkIpv6(UnsafeBuffer buffer, int at, int length) {
        assertEquals(Ipv6Header.LENGTH, Ipv6Header.check(buffer, at, length));
        int packetLength = Ipv6Header.LENGTH + Ipv6Header.payloadLength(buffer, at);
        Ipv6ExtensionHeaders headers = new Ipv6ExtensionHeaders();
        int extensionLength = headers.parse(buffer, at, packetLength);
        if (headers.routingHeaderOffset() != Ipv6ExtensionHeaders.NONE) {
            // RFC 8200, section 4.4: a type that is not known, with segments left, is reported.
            assertEquals(Malformed.UNRECOGNIZED, extensionLength);
            assertEquals(Ipv6Header.LENGTH + 2, headers.problemPointer());
            return;
        }
        assertTrue(extensionLength >= 0, () -> Malformed.name(extensionLength));
        if (headers.isFragment()) {
            return;
        }
        int protocol = headers.upperLayerProtocol();
        int upperLayer = headers.upperLayerOffset();
        int upperLength = at + packetLength - upperLayer;
        long pseudoHeader = Ipv6Header.pseudoHeader(buffer, at, protocol, upperLength);
        if (protocol == IpProtocol.ICMPV6) {
            checkIcmpv6(buffer, upperLayer, upperLength, pseudoHeader);
        } else if (protocol != IpProtocol.NO_NEXT_HEADER) {
            checkTransport(buffer, protocol, upperLayer, upperLength, pseudoHeader);
        }
    }

    private static void checkIcmpv6(UnsafeBuffer buffer, int at, int length, long pseudoHeader) {
        assertAccepted(Icmpv6Message.check(buffer, at, length));
        assertTrue(Icmpv6Message.isChecksumCorrect(buffer, at, length, pseudoHeader));
        int type = Icmpv6Message.type(buffer, at);
        switch (type) {
            case MldMessage.QUERY, MldMessage.V1_REPORT, MldMessage.DONE, MldMessage.V2_REPORT ->
                    assertAccepted(MldMessage.check(buffer, at, length));
            case NdpMessage.ROUTER_SOLICITATION,
                    NdpMessage.ROUTER_ADVERTISEMENT,
                    NdpMessage.NEIGHBOR_SOLICITATION,
                    NdpMessage.NEIGHBOR_ADVERTISEMENT,
                    NdpMessage.REDIRECT -> {
                int fixed = NdpMessage.check(buffer, at, length);
                assertAccepted(fixed);
                assertEquals(length - fixed, NdpOptions.check(buffer, at + fixed, length - fixed));
            }
            default -> {}
        }
    }

    private static void assertAccepted(int result) {
        assertTrue(result > 0, () -> Malformed.name(result));
    }

    @Test
    void ethernetAddressesAndType() {
        UnsafeBuffer frame = RecordedFrames.named("arp-request").buffer();
        assertEquals(14, EthernetHeader.check(frame, 0, frame.capacity()));
        assertEquals(MacAddress.BROADCAST, EthernetHeader.destination(frame, 0));
        assertEquals(HOST_A, EthernetHeader.source(frame, 0));
        assertEquals(EtherType.ARP, EthernetHeader.etherType(frame, 0, 14));
    }

    @Test
    void vlanTagsOfAService() {
        UnsafeBuffer frame = RecordedFrames.named("vlan-double-udp").buffer();
        assertEquals(22, EthernetHeader.check(frame, 0, frame.capacity()));
        assertEquals(EtherType.IPV6, EthernetHeader.etherType(frame, 0, 22));
        int service = VlanTag.FIRST_OFFSET;
        int customer = service + VlanTag.LENGTH;
        assertEquals(10, VlanTag.identifier(frame, service));
        assertEquals(0, VlanTag.priority(frame, service));
        assertFalse(VlanTag.dropEligible(frame, service));
        assertEquals(20, VlanTag.identifier(frame, customer));
        assertEquals(7, VlanTag.priority(frame, customer));
        assertTrue(VlanTag.dropEligible(frame, customer));
    }

    @Test
    void arpReply() {
        UnsafeBuffer frame = RecordedFrames.named("arp-reply").buffer();
        assertEquals(ArpPacket.REPLY, ArpPacket.operation(frame, 14));
        assertEquals(ROUTER_A, ArpPacket.senderHardwareAddress(frame, 14));
        assertEquals(ROUTER, ArpPacket.senderProtocolAddress(frame, 14));
        assertEquals(HOST_A, ArpPacket.targetHardwareAddress(frame, 14));
        assertEquals(A, ArpPacket.targetProtocolAddress(frame, 14));
    }

    @Test
    void arpAnnouncementAndProbe() {
        assertTrue(ArpPacket.isAnnouncement(RecordedFrames.named("arp-announcement").buffer(), 14));
        assertTrue(ArpPacket.isProbe(RecordedFrames.named("arp-probe").buffer(), 14));
    }

    @Test
    void ipv4Header() {
        UnsafeBuffer frame = RecordedFrames.named("icmp-admin-prohibited").buffer();
        assertEquals(20, Ipv4Header.check(frame, 14, frame.capacity() - 14));
        assertEquals(0xC0, Ipv4Header.trafficClass(frame, 14));
        assertEquals(62, Ipv4Header.totalLength(frame, 14));
        assertEquals(0, Ipv4Header.flags(frame, 14));
        assertEquals(64, Ipv4Header.timeToLive(frame, 14));
        assertEquals(IpProtocol.ICMP, Ipv4Header.protocol(frame, 14));
        assertEquals(ROUTER, Ipv4Header.source(frame, 14));
        assertEquals(A, Ipv4Header.destination(frame, 14));
        // What is quoted was not to be fragmented, and had one hop behind it.
        assertEquals(Ipv4Header.DONT_FRAGMENT, Ipv4Header.flags(frame, 42));
    }

    @Test
    void ipv4CongestionExperienced() {
        UnsafeBuffer frame = RecordedFrames.named("tcp-congestion-experienced").buffer();
        assertEquals(3, Ipv4Header.trafficClass(frame, 14) & 3);
    }

    @Test
    void ipv4Fragments() {
        UnsafeBuffer first = RecordedFrames.named("ipv4-fragment-first").buffer();
        UnsafeBuffer last = RecordedFrames.named("ipv4-fragment-last").buffer();
        assertEquals(Ipv4Header.MORE_FRAGMENTS, Ipv4Header.flags(first, 14));
        assertEquals(0, Ipv4Header.fragmentOffset(first, 14));
        assertEquals(0, Ipv4Header.flags(last, 14));
        assertEquals(552, Ipv4Header.fragmentOffset(last, 14));
        assertEquals(552 + 20, Ipv4Header.totalLength(first, 14));
        assertEquals(Ipv4Header.identification(first, 14), Ipv4Header.identification(last, 14));
    }

    @Test
    void ipv4RecordRoute() {
        UnsafeBuffer asked = RecordedFrames.named("ipv4-option-record-route").buffer();
        assertEquals(Ipv4Options.RECORD_ROUTE, Ipv4Options.type(asked, 34));
        assertEquals(15, Ipv4Options.length(asked, 34));
        assertEquals(8, Ipv4Options.pointer(asked, 34));
        assertEquals(3, Ipv4Options.routeAddresses(asked, 34));
        assertEquals(A, Ipv4Options.routeAddress(asked, 34, 0));
        UnsafeBuffer recorded = RecordedFrames.named("ipv4-option-recorded-route").buffer();
        assertEquals(16, Ipv4Options.pointer(recorded, 34));
        assertEquals(
                Ipv4Address.parse("198.51.100.254"), Ipv4Options.routeAddress(recorded, 34, 1));
        assertEquals(B, Ipv4Options.routeAddress(recorded, 34, 2));
    }

    @Test
    void ipv4TimestampsWithAndWithoutAddresses() {
        UnsafeBuffer bare = RecordedFrames.named("ipv4-option-timestamp").buffer();
        assertEquals(Ipv4Options.TIMESTAMP, Ipv4Options.type(bare, 34));
        assertEquals(Ipv4Options.TIMESTAMPS_ONLY, Ipv4Options.timestampFlag(bare, 34));
        assertEquals(2, Ipv4Options.timestampEntries(bare, 34));
        UnsafeBuffer named = RecordedFrames.named("ipv4-option-timestamp-address").buffer();
        assertEquals(Ipv4Options.TIMESTAMPS_AND_ADDRESSES, Ipv4Options.timestampFlag(named, 34));
        assertEquals(2, Ipv4Options.timestampEntries(named, 34));
        assertEquals(A, Ipv4Options.timestampAddress(named, 34, 0));
        long first = Ipv4Options.timestamp(named, 34, 0);
        long second = Ipv4Options.timestamp(named, 34, 1);
        assertTrue(first <= second && second < 86_400_000);
    }

    @Test
    void ipv4RouterAlertAndSourceRoute() {
        UnsafeBuffer alert = RecordedFrames.named("ipv4-option-router-alert").buffer();
        assertEquals(Ipv4Options.ROUTER_ALERT, Ipv4Options.type(alert, 34));
        assertEquals(0, Ipv4Options.routerAlert(alert, 34));
        assertTrue(Ipv4Options.isCopied(alert, 34));
        UnsafeBuffer route = RecordedFrames.named("ipv4-option-loose-source-route").buffer();
        assertTrue(Ipv4Options.isSourceRoute(route, 34));
        assertEquals(B, Ipv4Options.routeAddress(route, 34, 0));
        assertEquals(ROUTER, Ipv4Header.destination(route, 14));
    }

    @Test
    void icmpv4Echo() {
        UnsafeBuffer frame = RecordedFrames.named("icmp-echo-reply").buffer();
        assertEquals(Icmpv4Message.ECHO_REPLY, Icmpv4Message.type(frame, 34));
        assertEquals(0x4F4E, Icmpv4Message.identifier(frame, 34));
        assertEquals(1, Icmpv4Message.sequenceNumber(frame, 34));
    }

    @Test
    void icmpv4Errors() {
        UnsafeBuffer needed = RecordedFrames.named("icmp-fragmentation-needed").buffer();
        assertEquals(Icmpv4Message.DESTINATION_UNREACHABLE, Icmpv4Message.type(needed, 34));
        assertEquals(Icmpv4Message.FRAGMENTATION_NEEDED, Icmpv4Message.code(needed, 34));
        assertEquals(1280, Icmpv4Message.nextHopMtu(needed, 34));
        UnsafeBuffer problem = RecordedFrames.named("icmp-parameter-problem").buffer();
        assertEquals(Icmpv4Message.PARAMETER_PROBLEM, Icmpv4Message.type(problem, 34));
        assertEquals(22, Icmpv4Message.pointer(problem, 34));
        UnsafeBuffer redirect = RecordedFrames.named("icmp-redirect").buffer();
        assertEquals(Icmpv4Message.REDIRECT, Icmpv4Message.type(redirect, 34));
        assertEquals(Ipv4Address.parse("192.0.2.7"), Icmpv4Message.gateway(redirect, 34));
        UnsafeBuffer port = RecordedFrames.named("icmp-port-unreachable").buffer();
        assertEquals(Icmpv4Message.PORT_UNREACHABLE, Icmpv4Message.code(port, 34));
        int quoted = 34 + Icmpv4Message.DATA_OFFSET;
        assertEquals(B, Ipv4Header.destination(port, quoted));
        assertEquals(9999, UdpHeader.destinationPort(port, quoted + 20));
    }

    @Test
    void ipv6Header() {
        UnsafeBuffer frame = RecordedFrames.named("tcp6-data").buffer();
        assertEquals(6, Ipv6Header.version(frame, 14));
        assertEquals(2, Ipv6Header.trafficClass(frame, 14));
        assertTrue(Ipv6Header.flowLabel(frame, 14) > 0);
        assertEquals(44, Ipv6Header.payloadLength(frame, 14));
        assertEquals(IpProtocol.TCP, Ipv6Header.nextHeader(frame, 14));
        assertEquals(64, Ipv6Header.hopLimit(frame, 14));
        assertEquals(
                A6,
                IpAddress.of(Ipv6Header.sourceHigh(frame, 14), Ipv6Header.sourceLow(frame, 14)));
        assertEquals(
                B6,
                IpAddress.of(
                        Ipv6Header.destinationHigh(frame, 14),
                        Ipv6Header.destinationLow(frame, 14)));
    }

    @Test
    void ipv6ExtensionHeaders() {
        UnsafeBuffer frame =
                RecordedFrames.named("ipv6-hop-by-hop-and-destination-options").buffer();
        Ipv6ExtensionHeaders headers = new Ipv6ExtensionHeaders();
        assertEquals(16, headers.parse(frame, 14, frame.capacity() - 14));
        assertEquals(IpProtocol.UDP, headers.upperLayerProtocol());
        assertEquals(70, headers.upperLayerOffset());
        assertEquals(0, headers.routerAlert());
        assertFalse(headers.isFragment());
        assertEquals(40002, UdpHeader.destinationPort(frame, headers.upperLayerOffset()));
    }

    @Test
    void ipv6Fragments() {
        UnsafeBuffer last = RecordedFrames.named("ipv6-fragment-last").buffer();
        Ipv6ExtensionHeaders headers = new Ipv6ExtensionHeaders();
        assertEquals(8, headers.parse(last, 14, last.capacity() - 14));
        assertTrue(headers.isFragment());
        int at = headers.fragmentHeaderOffset();
        assertEquals(IpProtocol.ICMPV6, Ipv6FragmentHeader.nextHeader(last, at));
        assertEquals(1232, Ipv6FragmentHeader.fragmentOffset(last, at));
        assertFalse(Ipv6FragmentHeader.moreFragments(last, at));
        UnsafeBuffer atomic = RecordedFrames.named("ipv6-fragment-atomic").buffer();
        headers.parse(atomic, 14, atomic.capacity() - 14);
        assertFalse(headers.isFragment());
        assertTrue(Ipv6FragmentHeader.isAtomic(atomic, headers.fragmentHeaderOffset()));
        assertEquals(
                0x0BADCAFE,
                Ipv6FragmentHeader.identification(atomic, headers.fragmentHeaderOffset()));
    }

    @Test
    void icmpv6Errors() {
        UnsafeBuffer big = RecordedFrames.named("icmpv6-packet-too-big").buffer();
        assertEquals(Icmpv6Message.PACKET_TOO_BIG, Icmpv6Message.type(big, 54));
        assertEquals(1280, Icmpv6Message.mtu(big, 54));
        UnsafeBuffer problem = RecordedFrames.named("icmpv6-parameter-problem").buffer();
        assertEquals(Icmpv6Message.UNRECOGNIZED_NEXT_HEADER, Icmpv6Message.code(problem, 54));
        assertEquals(6, Icmpv6Message.pointer(problem, 54));
        UnsafeBuffer echo = RecordedFrames.named("icmpv6-echo-request").buffer();
        assertEquals(0x4F4E, Icmpv6Message.identifier(echo, 54));
        assertEquals(1, Icmpv6Message.sequenceNumber(echo, 54));
    }

    @Test
    void icmpv6ErrorQuotesExtensionHeaders() {
        UnsafeBuffer error = RecordedFrames.named("icmpv6-port-unreachable-extended").buffer();
        int quoted = 54 + Icmpv6Message.DATA_OFFSET;
        Ipv6ExtensionHeaders headers = new Ipv6ExtensionHeaders();
        assertEquals(16, headers.parse(error, quoted, error.capacity() - quoted));
        assertEquals(40002, UdpHeader.destinationPort(error, headers.upperLayerOffset()));
    }

    @Test
    void ndpAdvertisementOfANeighbor() {
        UnsafeBuffer frame = RecordedFrames.named("ndp-neighbor-advertisement").buffer();
        assertEquals(
                NdpMessage.ROUTER | NdpMessage.SOLICITED | NdpMessage.OVERRIDE,
                NdpMessage.neighborFlags(frame, 54));
        assertEquals(
                ROUTER6,
                IpAddress.of(NdpMessage.targetHigh(frame, 54), NdpMessage.targetLow(frame, 54)));
        assertEquals(NdpOptions.TARGET_LINK_LAYER_ADDRESS, NdpOptions.type(frame, 78));
        assertEquals(ROUTER_A, NdpOptions.linkLayerAddress(frame, 78));
    }

    @Test
    void ndpSolicitationWithTheLinkLayerAddress() {
        UnsafeBuffer frame = RecordedFrames.named("ndp-neighbor-solicitation").buffer();
        assertEquals(255, Ipv6Header.hopLimit(frame, 14));
        assertEquals(NdpOptions.SOURCE_LINK_LAYER_ADDRESS, NdpOptions.type(frame, 78));
        assertEquals(HOST_A, NdpOptions.linkLayerAddress(frame, 78));
    }

    @Test
    void ndpRedirect() {
        UnsafeBuffer frame = RecordedFrames.named("ndp-redirect").buffer();
        assertEquals(
                IpAddress.parse("fe80::7"),
                IpAddress.of(NdpMessage.targetHigh(frame, 54), NdpMessage.targetLow(frame, 54)));
        assertEquals(
                IpAddress.parse("2001:db8:9::9"),
                IpAddress.of(
                        NdpMessage.destinationHigh(frame, 54),
                        NdpMessage.destinationLow(frame, 54)));
        int target = 54 + NdpMessage.REDIRECT_LENGTH;
        assertEquals(NdpOptions.TARGET_LINK_LAYER_ADDRESS, NdpOptions.type(frame, target));
        assertEquals(0x0000_5E00_5377L, NdpOptions.linkLayerAddress(frame, target));
        int quoted = NdpOptions.next(frame, target, frame.capacity());
        assertEquals(NdpOptions.REDIRECTED_HEADER, NdpOptions.type(frame, quoted));
        assertEquals(frame.capacity(), NdpOptions.next(frame, quoted, frame.capacity()));
    }

    @Test
    void ndpAdvertisementOfARouter() {
        UnsafeBuffer frame = RecordedFrames.named("ndp-router-advertisement").buffer();
        assertEquals(64, NdpMessage.currentHopLimit(frame, 54));
        assertEquals(NdpMessage.MANAGED | NdpMessage.OTHER, NdpMessage.routerFlags(frame, 54));
        assertEquals(1800, NdpMessage.routerLifetimeSeconds(frame, 54));
        assertEquals(30_000, NdpMessage.reachableTimeMs(frame, 54));
        assertEquals(1000, NdpMessage.retransTimerMs(frame, 54));
        int end = frame.capacity();
        int at = NdpOptions.first(frame, 54 + NdpMessage.ROUTER_ADVERTISEMENT_LENGTH, end);
        assertEquals(ROUTER_A, NdpOptions.linkLayerAddress(frame, at));
        at = NdpOptions.next(frame, at, end);
        assertEquals(1500, NdpOptions.mtu(frame, at));
        at = NdpOptions.next(frame, at, end);
        assertEquals(64, NdpOptions.prefixLength(frame, at));
        assertEquals(NdpOptions.ON_LINK | NdpOptions.AUTONOMOUS, NdpOptions.prefixFlags(frame, at));
        assertEquals(86_400, NdpOptions.validLifetimeSeconds(frame, at));
        assertEquals(14_400, NdpOptions.preferredLifetimeSeconds(frame, at));
        assertEquals(0x2001_0DB8_0001_0000L, NdpOptions.prefixHigh(frame, at));
        at = NdpOptions.next(frame, at, end);
        assertEquals(3600, NdpOptions.serverLifetimeSeconds(frame, at));
        assertEquals(2, NdpOptions.servers(frame, at));
        assertEquals(0x54, NdpOptions.serverLow(frame, at, 1));
    }

    @Test
    void igmpReports() {
        UnsafeBuffer leave = RecordedFrames.named("igmp-v2-leave").buffer();
        assertEquals(IgmpMessage.LEAVE_GROUP, IgmpMessage.type(leave, 38));
        assertEquals(Ipv4Address.parse("239.1.2.3"), IgmpMessage.group(leave, 38));
        UnsafeBuffer report = RecordedFrames.named("igmp-v3-report-two-groups").buffer();
        assertEquals(2, IgmpMessage.groupRecords(report, 38));
        int first = IgmpMessage.firstGroupRecord(report, 38);
        int second = IgmpGroupRecord.next(report, first);
        assertEquals(report.capacity(), IgmpGroupRecord.next(report, second));
        int withSource = IgmpGroupRecord.sources(report, first) == 1 ? first : second;
        assertEquals(Ipv4Address.parse("232.1.1.1"), IgmpGroupRecord.group(report, withSource));
        assertEquals(B, IgmpGroupRecord.source(report, withSource, 0));
        assertEquals(IgmpGroupRecord.ALLOW_NEW_SOURCES, IgmpGroupRecord.type(report, withSource));
    }

    @Test
    void igmpQueries() {
        UnsafeBuffer query = RecordedFrames.named("igmp-v3-group-and-source-query").buffer();
        assertEquals(3, IgmpMessage.queryVersion(query, 38, 20));
        // RFC 3376, section 4.1.1: mantissa 10, exponent 0, in tenths of a second.
        assertEquals(20_800, IgmpMessage.maxResponseTimeMs(query, 38, 3));
        assertTrue(IgmpMessage.suppressRouterSideProcessing(query, 38));
        assertEquals(2, IgmpMessage.querierRobustness(query, 38));
        assertEquals(125, IgmpMessage.queryIntervalSeconds(query, 38));
        assertEquals(2, IgmpMessage.sources(query, 38));
        assertEquals(A, IgmpMessage.source(query, 38, 1));
        UnsafeBuffer general = RecordedFrames.named("igmp-v1-query").buffer();
        assertEquals(1, IgmpMessage.queryVersion(general, 38, 8));
    }

    @Test
    void mldReports() {
        UnsafeBuffer done = RecordedFrames.named("mld-v1-done").buffer();
        assertEquals(MldMessage.DONE, Icmpv6Message.type(done, 62));
        assertEquals(
                IpAddress.parse("ff15::1234"),
                IpAddress.of(MldMessage.groupHigh(done, 62), MldMessage.groupLow(done, 62)));
        UnsafeBuffer report = RecordedFrames.named("mld-v2-report").buffer();
        assertEquals(1, MldMessage.addressRecords(report, 62));
        int record = MldMessage.firstAddressRecord(report, 62);
        assertEquals(
                MldAddressRecord.CHANGE_TO_EXCLUDE_MODE, MldAddressRecord.type(report, record));
        assertEquals(0, MldAddressRecord.sources(report, record));
        assertEquals(0x1234, MldAddressRecord.groupLow(report, record));
        assertEquals(report.capacity(), MldAddressRecord.next(report, record));
    }

    @Test
    void mldQuery() {
        UnsafeBuffer query = RecordedFrames.named("mld-v2-group-and-source-query").buffer();
        assertEquals(2, MldMessage.queryVersion(44));
        assertEquals(1000, MldMessage.maxResponseDelayMs(query, 62, 2));
        assertEquals(1, MldMessage.sources(query, 62));
        assertEquals(
                B6,
                IpAddress.of(
                        MldMessage.sourceHigh(query, 62, 0), MldMessage.sourceLow(query, 62, 0)));
    }

    @Test
    void udpHeader() {
        UnsafeBuffer frame = RecordedFrames.named("udp-empty").buffer();
        assertEquals(40000, UdpHeader.sourcePort(frame, 34));
        assertEquals(40001, UdpHeader.destinationPort(frame, 34));
        assertEquals(8, UdpHeader.length(frame, 34));
        assertEquals(
                0, UdpHeader.checksum(RecordedFrames.named("udp-without-checksum").buffer(), 34));
    }

    @Test
    void tcpHeader() {
        UnsafeBuffer frame = RecordedFrames.named("tcp-urgent").buffer();
        assertEquals(41000, TcpHeader.sourcePort(frame, 34));
        assertEquals(8000, TcpHeader.destinationPort(frame, 34));
        assertEquals(TcpHeader.PSH | TcpHeader.ACK | TcpHeader.URG, TcpHeader.flags(frame, 34));
        assertEquals(32, TcpHeader.headerLength(frame, 34));
        assertEquals(251, TcpHeader.window(frame, 34));
        assertEquals(1, TcpHeader.urgentPointer(frame, 34));
        // Twelve bytes and a SYN before it.
        UnsafeBuffer syn = RecordedFrames.named("tcp-syn").buffer();
        assertEquals(
                13,
                SequenceNumber.distance(
                        TcpHeader.sequenceNumber(syn, 34), TcpHeader.sequenceNumber(frame, 34)));
    }

    @Test
    void tcpAcknowledgesTheSyn() {
        UnsafeBuffer syn = RecordedFrames.named("tcp6-syn").buffer();
        UnsafeBuffer answer = RecordedFrames.named("tcp6-syn-ack").buffer();
        assertEquals(
                SequenceNumber.plus(TcpHeader.sequenceNumber(syn, 54), 1),
                TcpHeader.acknowledgmentNumber(answer, 54));
        assertEquals(TcpHeader.SYN | TcpHeader.ACK | TcpHeader.ECE, TcpHeader.flags(answer, 54));
    }

    @Test
    void tcpOptionsOfASyn() {
        UnsafeBuffer frame = RecordedFrames.named("tcp-syn").buffer();
        TcpOptions options = new TcpOptions();
        assertEquals(0, options.parse(frame, 34, 40));
        assertEquals(1460, options.maximumSegmentSize());
        assertTrue(options.sackPermitted());
        assertEquals(7, options.windowScale());
        assertTrue(options.hasTimestamps());
        assertEquals(0, options.timestampEchoReply());
        assertFalse(options.hasFastOpen());
    }

    @Test
    void tcpTimestampsAreEchoed() {
        TcpOptions syn = new TcpOptions();
        TcpOptions answer = new TcpOptions();
        syn.parse(RecordedFrames.named("tcp-syn").buffer(), 34, 40);
        answer.parse(RecordedFrames.named("tcp-syn-ack").buffer(), 34, 40);
        assertEquals(syn.timestampValue(), answer.timestampEchoReply());
    }

    @Test
    void tcpFastOpenCookieIsSentBack() {
        UnsafeBuffer request = RecordedFrames.named("tcp-fast-open-request").buffer();
        UnsafeBuffer given = RecordedFrames.named("tcp-fast-open-cookie").buffer();
        UnsafeBuffer used = RecordedFrames.named("tcp-fast-open-data").buffer();
        TcpOptions options = new TcpOptions();
        options.parse(request, 34, TcpHeader.headerLength(request, 34));
        assertTrue(options.hasFastOpen());
        assertEquals(0, options.cookieLength());
        options.parse(given, 34, TcpHeader.headerLength(given, 34));
        assertEquals(8, options.cookieLength());
        long cookie = given.getLong(options.cookieOffset());
        options.parse(used, 34, TcpHeader.headerLength(used, 34));
        assertEquals(8, options.cookieLength());
        assertEquals(cookie, used.getLong(options.cookieOffset()));
    }

    @Test
    void tcpSackBlocksAreAfterTheAcknowledgment() {
        for (int blocks = 1; blocks <= TcpOptions.MAX_SACK_BLOCKS; blocks++) {
            UnsafeBuffer frame = RecordedFrames.named("tcp-sack-" + blocks).buffer();
            TcpOptions options = new TcpOptions();
            assertEquals(0, options.parse(frame, 34, TcpHeader.headerLength(frame, 34)));
            assertEquals(blocks, options.sackBlocks());
            int acknowledged = TcpHeader.acknowledgmentNumber(frame, 34);
            for (int i = 0; i < blocks; i++) {
                int left = options.sackLeftEdge(frame, i);
                int right = options.sackRightEdge(frame, i);
                assertTrue(SequenceNumber.lessThan(acknowledged, left));
                assertEquals(blocks == 4 ? 100 : 8, SequenceNumber.distance(left, right));
            }
        }
    }
}
