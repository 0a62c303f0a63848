package onload.testkit.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.IpOptions;
import onload.ip.counter.IpCounter;
import onload.ip.icmp.IcmpOptions;
import onload.nic.emulated.EmulatedSwitch;
import onload.nic.emulated.LinkSettings;
import onload.nic.emulated.NicSettings;
import onload.testkit.FrameExpectation;
import onload.wire.Icmpv6Message;
import onload.wire.IgmpGroupRecord;
import onload.wire.IgmpMessage;
import onload.wire.IpAddress;
import onload.wire.IpProtocol;
import onload.wire.Ipv4Address;
import onload.wire.Ipv4Header;
import onload.wire.Ipv4Options;
import onload.wire.Ipv6Header;
import onload.wire.Ipv6Options;
import onload.wire.MacAddress;
import onload.wire.MldAddressRecord;
import onload.wire.MldMessage;

import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Groups and broadcasts among three hosts and a station that sees all groups. */
class MulticastTest {
    private static final long SECOND_NS = 1_000_000_000L;
    private static final String IPV4_GROUP = "239.1.2.3";
    private static final String IPV6_GROUP = "ff05::1:3";
    private static final int ETHERNET = 14;
    private static final long SOCKET = 7;

    private final IpNetwork network = new IpNetwork(8);
    private final EmulatedSwitch lan = network.addSwitch();
    private final RawStation station = network.addStation();
    private final IpHost one = host(IpOptions.DEFAULT, 1);
    private final IpHost other = host(IpOptions.DEFAULT, 2);

    MulticastTest() {
        network.connect(lan, station.nic(), LinkSettings.PERFECT);
        network.run(5 * SECOND_NS);
        station.clear();
    }

    @AfterEach
    void everyBufferIsHome() {
        network.close();
    }

    private IpHost host(IpOptions options, int number) {
        IpHost host = network.addHost(options, NicSettings.DEFAULT);
        network.connect(lan, host.nic(), LinkSettings.PERFECT);
        return host.up()
                .address("192.0.2." + number + "/24")
                .address("2001:db8::" + number + "/64");
    }

    private void join(IpHost host, String group) {
        IpAddress address = IpAddress.parse(group);
        assertEquals(
                0,
                host.ip()
                        .groups()
                        .join(
                                SOCKET,
                                host.nic0().index(),
                                address.high(),
                                address.low(),
                                network.nowNs()));
    }

    private void leave(IpHost host, String group) {
        IpAddress address = IpAddress.parse(group);
        host.ip()
                .groups()
                .leave(SOCKET, host.nic0().index(), address.high(), address.low(), network.nowNs());
    }

    /** Sends to a group and answers how many replies came. */
    private int repliesFrom(String group, boolean loopback) {
        try (Ping ping = one.ping(group)) {
            ping.destination().groupLoopback(loopback);
            assertEquals(0, ping.send(56));
            network.run(SECOND_NS);
            assertEquals(0, ping.damaged());
            return ping.replies();
        }
    }

    @Test
    void allNodesAnswerAnEcho() {
        assertEquals(2, repliesFrom("ff02::1", true));
        assertEquals(1, repliesFrom("ff02::1", false));
    }

    @Test
    void theSenderHearsItselfOnlyIfItIsAMemberAndWantsTo() {
        assertEquals(0, repliesFrom(IPV6_GROUP, true));
        join(one, IPV6_GROUP);
        assertEquals(1, repliesFrom(IPV6_GROUP, true));
        assertEquals(0, repliesFrom(IPV6_GROUP, false));
    }

    @Test
    void amongIpv4GroupsAndBroadcastsNobodyAnswersUnlessTold() {
        join(other, IPV4_GROUP);
        assertEquals(0, repliesFrom(IPV4_GROUP, false));
        assertEquals(0, repliesFrom("224.0.0.1", false));
        assertEquals(0, repliesFrom("192.0.2.255", false));
        assertEquals(0, repliesFrom("255.255.255.255", false));
        assertEquals(4, other.count(IpCounter.ICMP_DROPPED_ECHO_LIMIT));
    }

    @ParameterizedTest
    @ValueSource(strings = {IPV4_GROUP, "224.0.0.1", "192.0.2.255", "255.255.255.255"})
    void toldToAHostAnswersIpv4GroupsAndBroadcasts(String group) {
        IcmpOptions defaults = IcmpOptions.DEFAULT;
        IcmpOptions icmp =
                new IcmpOptions(
                        defaults.errorsPerSecond(),
                        defaults.errorBurst(),
                        defaults.destinationErrorsPerSecond(),
                        defaults.destinationErrorBurst(),
                        defaults.destinations(),
                        defaults.echoRepliesPerSecond(),
                        defaults.echoBurst(),
                        true,
                        true);
        IpHost third = host(IpOptions.DEFAULT.withIcmp(icmp), 3);
        network.run(5 * SECOND_NS);
        join(third, IPV4_GROUP);
        assertEquals(1, repliesFrom(group, false));
    }

    @ParameterizedTest
    @ValueSource(strings = {IPV4_GROUP, IPV6_GROUP})
    void whoIsNoMemberDropsWhatIsForAGroupAndWhoJoinsTakesIt(String group) {
        // While the network came up, reports for the groups of routers were dropped as well.
        long atFirst = other.count(IpCounter.RECEIVE_DROPPED_NOT_A_MEMBER);
        repliesFrom(group, false);
        assertEquals(atFirst + 1, other.count(IpCounter.RECEIVE_DROPPED_NOT_A_MEMBER));
        join(other, group);
        network.run(3 * SECOND_NS);
        long before = other.count(IpCounter.DELIVERED);
        repliesFrom(group, false);
        assertTrue(other.count(IpCounter.DELIVERED) > before);
        leave(other, group);
        network.run(3 * SECOND_NS);
        long dropped = other.count(IpCounter.RECEIVE_DROPPED_NOT_A_MEMBER);
        repliesFrom(group, false);
        assertEquals(dropped + 1, other.count(IpCounter.RECEIVE_DROPPED_NOT_A_MEMBER));
    }

    @Test
    void packetsToGroupsHaveAHopLimitOf1AndTheGroupsEthernetAddress() {
        repliesFrom(IPV4_GROUP, false);
        repliesFrom(IPV6_GROUP, false);
        long ipv4 = MacAddress.ofIpv4Multicast(Ipv4Address.parse(IPV4_GROUP));
        IpAddress group = IpAddress.parse(IPV6_GROUP);
        long ipv6 = MacAddress.ofIpv6Multicast(group.high(), group.low());
        String from = MacAddress.toString(one.nic().macAddress());
        FrameExpectation.expect(station.first(IPV4_GROUP, "echo request"))
                .ethernet(from, MacAddress.toString(ipv4))
                .ip("192.0.2.1", IPV4_GROUP)
                .hopLimit(1);
        FrameExpectation.expect(station.first(IPV6_GROUP, "echo request"))
                .ethernet(from, MacAddress.toString(ipv6))
                .ip("2001:db8::1", IPV6_GROUP)
                .hopLimit(1);
    }

    @Test
    void longDatagramsToAGroupGoInFragments() {
        try (Ping ping = one.ping("ff02::1")) {
            ping.destination().groupLoopback(false);
            ping.send(10_000);
            network.run(SECOND_NS);
            assertEquals(1, ping.replies());
        }
    }

    // IGMP and MLD on the wire.

    @Test
    void joiningAndLeavingAnIpv4GroupIsReportedTwiceInIgmpv3() {
        join(one, IPV4_GROUP);
        network.run(3 * SECOND_NS);
        assertEquals(2, station.count("igmp v3 report"));
        assertIgmpReport(station.first("igmp v3 report"), IgmpGroupRecord.CHANGE_TO_EXCLUDE_MODE);
        station.clear();
        leave(one, IPV4_GROUP);
        network.run(3 * SECOND_NS);
        assertEquals(2, station.count("igmp v3 report"));
        assertIgmpReport(station.first("igmp v3 report"), IgmpGroupRecord.CHANGE_TO_INCLUDE_MODE);
    }

    private void assertIgmpReport(byte @Nullable [] frame, int type) {
        FrameExpectation.expect(frame)
                .ethernet(MacAddress.toString(one.nic().macAddress()), "01:00:5e:00:00:16")
                .ip("192.0.2.1", "224.0.0.22")
                .hopLimit(1)
                .trafficClass(0xC0);
        assertNotNull(frame);
        UnsafeBuffer buffer = new UnsafeBuffer(frame);
        assertEquals(24, Ipv4Header.headerLength(buffer, ETHERNET));
        int option = ETHERNET + Ipv4Header.MIN_LENGTH;
        assertEquals(Ipv4Options.ROUTER_ALERT, Ipv4Options.type(buffer, option));
        assertEquals(0, Ipv4Options.routerAlert(buffer, option));
        assertEquals(IpProtocol.IGMP, Ipv4Header.protocol(buffer, ETHERNET));
        int igmp = ETHERNET + 24;
        int length = Ipv4Header.totalLength(buffer, ETHERNET) - 24;
        assertTrue(IgmpMessage.check(buffer, igmp, length) > 0);
        assertTrue(IgmpMessage.isChecksumCorrect(buffer, igmp, length));
        assertEquals(1, IgmpMessage.groupRecords(buffer, igmp));
        int record = IgmpMessage.firstGroupRecord(buffer, igmp);
        assertEquals(type, IgmpGroupRecord.type(buffer, record));
        assertEquals(Ipv4Address.parse(IPV4_GROUP), IgmpGroupRecord.group(buffer, record));
        assertEquals(0, IgmpGroupRecord.sources(buffer, record));
    }

    @Test
    void joiningAndLeavingAnIpv6GroupIsReportedTwiceInMldv2() {
        join(one, IPV6_GROUP);
        network.run(3 * SECOND_NS);
        assertEquals(2, station.count("multicast listener report v2"));
        assertMldReport(
                station.first("multicast listener report v2"),
                MldAddressRecord.CHANGE_TO_EXCLUDE_MODE);
        station.clear();
        leave(one, IPV6_GROUP);
        network.run(3 * SECOND_NS);
        assertEquals(2, station.count("multicast listener report v2"));
        assertMldReport(
                station.first("multicast listener report v2"),
                MldAddressRecord.CHANGE_TO_INCLUDE_MODE);
    }

    private void assertMldReport(byte @Nullable [] frame, int type) {
        FrameExpectation.expect(frame)
                .ethernet(MacAddress.toString(one.nic().macAddress()), "33:33:00:00:00:16")
                .ip(one.linkLocal(), "ff02::16")
                .hopLimit(1);
        assertNotNull(frame);
        UnsafeBuffer buffer = new UnsafeBuffer(frame);
        assertEquals(IpProtocol.HOP_BY_HOP, Ipv6Header.nextHeader(buffer, ETHERNET));
        int options = ETHERNET + Ipv6Header.LENGTH;
        // Router alert with value 0, and padding to 8 bytes (RFC 2711, section 2.1).
        byte[] expected = {IpProtocol.ICMPV6, 0, 5, 2, 0, 0, 1, 0};
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], buffer.getByte(options + i), "byte " + i + " of the options");
        }
        int mld = options + expected.length;
        int length = Ipv6Header.payloadLength(buffer, ETHERNET) - expected.length;
        assertTrue(MldMessage.check(buffer, mld, length) > 0);
        long pseudoHeader = Ipv6Header.pseudoHeader(buffer, ETHERNET, IpProtocol.ICMPV6, length);
        assertTrue(Icmpv6Message.isChecksumCorrect(buffer, mld, length, pseudoHeader));
        assertEquals(1, MldMessage.addressRecords(buffer, mld));
        int record = MldMessage.firstAddressRecord(buffer, mld);
        assertEquals(type, MldAddressRecord.type(buffer, record));
        IpAddress group = IpAddress.parse(IPV6_GROUP);
        assertEquals(group.high(), MldAddressRecord.groupHigh(buffer, record));
        assertEquals(group.low(), MldAddressRecord.groupLow(buffer, record));
        assertEquals(0, MldAddressRecord.sources(buffer, record));
    }

    @Test
    void aGeneralQueryOfIgmpv3IsAnsweredWithinItsTimeByWhatIsJoined() {
        join(one, IPV4_GROUP);
        network.run(3 * SECOND_NS);
        station.clear();
        station.sendIp(MacAddress.parse("01:00:5e:00:00:01"), igmpQuery(0, true));
        network.run(10 * SECOND_NS);
        assertEquals(1, station.count("192.0.2.1 > 224.0.0.22", "igmp v3 report"));
        assertIgmpReport(
                station.first("192.0.2.1 > 224.0.0.22", "igmp v3 report"),
                IgmpGroupRecord.MODE_IS_EXCLUDE);
    }

    @Test
    void aQueryForAGroupIsAnsweredByItsMembersOnly() {
        join(one, IPV4_GROUP);
        network.run(3 * SECOND_NS);
        station.clear();
        int group = Ipv4Address.parse(IPV4_GROUP);
        station.sendIp(MacAddress.ofIpv4Multicast(group), igmpQuery(group, true));
        station.sendIp(
                MacAddress.parse("01:00:5e:00:00:01"),
                igmpQuery(Ipv4Address.parse("239.9.9.9"), true));
        network.run(10 * SECOND_NS);
        assertEquals(1, station.count("igmp"));
        assertEquals(0, other.count(IpCounter.MULTICAST_DROPPED_INVALID));
    }

    /** A query from a router, with a time of 5 s, for a group or for all of them. */
    private static byte[] igmpQuery(int group, boolean routerAlert) {
        int options = routerAlert ? Ipv4Options.ROUTER_ALERT_LENGTH : 0;
        UnsafeBuffer message =
                new UnsafeBuffer(new byte[options + IgmpMessage.MIN_V3_QUERY_LENGTH]);
        IgmpMessage.writeV3Query(message, options, 5000, group, false, 2, 125, 0);
        IgmpMessage.updateChecksum(message, options, IgmpMessage.MIN_V3_QUERY_LENGTH);
        String to = group == 0 ? "224.0.0.1" : Ipv4Address.toString(group);
        byte[] packet =
                IpPackets.ip(
                        IpAddress.parse("192.0.2.254"),
                        IpAddress.parse(to),
                        IpProtocol.IGMP,
                        1,
                        message.byteArray());
        UnsafeBuffer buffer = new UnsafeBuffer(packet);
        if (routerAlert) {
            Ipv4Header.headerLength(buffer, 0, Ipv4Header.MIN_LENGTH + options);
            Ipv4Options.writeRouterAlert(buffer, Ipv4Header.MIN_LENGTH, 0);
            Ipv4Header.updateChecksum(buffer, 0);
        }
        return packet;
    }

    @Test
    void aGeneralQueryOfMldv2IsAnsweredWithAllGroupsButThatOfAllNodes() {
        station.sendIp(MacAddress.parse("33:33:00:00:00:01"), mldQuery("ff02::1", "::", true));
        network.run(10 * SECOND_NS);
        // Two solicited-node groups: of the link-local and of the global address.
        assertEquals(1, station.count(one.linkLocal() + " > ff02::16", "report v2, 2 group"));
        assertEquals(1, station.count(other.linkLocal() + " > ff02::16", "report v2, 2 group"));
    }

    @Test
    void anMldQueryWithoutRouterAlertOrFromElsewhereIsIgnored() {
        station.sendIp(MacAddress.parse("33:33:00:00:00:01"), mldQuery("ff02::1", "::", false));
        network.run(10 * SECOND_NS);
        assertEquals(0, station.count("report"));
        assertEquals(1, one.count(IpCounter.MULTICAST_DROPPED_INVALID));
    }

    private static byte[] mldQuery(String to, String group, boolean routerAlert) {
        int options = 8;
        IpAddress address = IpAddress.parse(group);
        UnsafeBuffer payload = new UnsafeBuffer(new byte[options + MldMessage.MIN_V2_QUERY_LENGTH]);
        Ipv6Options.write(payload, 0, IpProtocol.ICMPV6, options);
        int end = Ipv6Options.OPTIONS_OFFSET;
        if (routerAlert) {
            end = Ipv6Options.writeRouterAlert(payload, end, 0);
        }
        Ipv6Options.writePadding(payload, end, options);
        MldMessage.writeV2Query(
                payload, options, 5000, address.high(), address.low(), false, 2, 125, 0);
        byte[] packet =
                IpPackets.ip(
                        IpAddress.parse("fe80::ffff"),
                        IpAddress.parse(to),
                        IpProtocol.HOP_BY_HOP,
                        1,
                        payload.byteArray());
        UnsafeBuffer buffer = new UnsafeBuffer(packet);
        int length = MldMessage.MIN_V2_QUERY_LENGTH;
        Icmpv6Message.updateChecksum(
                buffer,
                Ipv6Header.LENGTH + options,
                length,
                Ipv6Header.pseudoHeader(buffer, 0, IpProtocol.ICMPV6, length));
        return packet;
    }

    @Test
    void aFloodOfQueriesIsAnsweredWithABoundedNumberOfReports() {
        join(one, IPV4_GROUP);
        network.run(3 * SECOND_NS);
        station.clear();
        for (int i = 0; i < 1000; i++) {
            station.sendIp(MacAddress.parse("01:00:5e:00:00:01"), igmpQuery(0, true));
            station.sendIp(MacAddress.parse("33:33:00:00:00:01"), mldQuery("ff02::1", "::", true));
            if (i % 50 == 0) {
                network.run(SECOND_NS / 100);
            }
        }
        network.run(20 * SECOND_NS);
        assertTrue(station.frames().size() < 50, () -> station.frames().size() + " frames");
        assertFalse(station.frames().isEmpty());
    }

    @Test
    void afterItsCableWasPulledAHostReportsItsGroupsAgain() {
        join(one, IPV4_GROUP);
        network.run(3 * SECOND_NS);
        one.ip().down(one.nic0(), network.nowNs());
        station.clear();
        one.up();
        network.run(5 * SECOND_NS);
        assertTrue(station.count("192.0.2.1 > 224.0.0.22", "igmp v3 report") > 0);
        assertTrue(station.count("ff02::16", "report v2") > 0);
    }
}
