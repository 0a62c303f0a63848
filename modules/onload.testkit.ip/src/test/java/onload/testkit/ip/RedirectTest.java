package onload.testkit.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.IpOptions;
import onload.ip.counter.IpCounter;
import onload.ip.router.RouterOptions;
import onload.nic.emulated.EmulatedSwitch;
import onload.nic.emulated.LinkSettings;
import onload.nic.emulated.NicSettings;
import onload.wire.IpAddress;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Redirects, true and forged: a host, two routers on its link, a server behind the second (RFC 4861, section 8). */
class RedirectTest {
    private static final long SECOND_NS = 1_000_000_000L;
    private static final String IPV4 = "198.51.100.1";
    private static final String IPV6 = "2001:db8:2::1";

    private final IpNetwork network = new IpNetwork(6);
    private final EmulatedSwitch lan = network.addSwitch();
    private final PlayedRouter first = network.addRouter();
    private final PlayedRouter second = network.addRouter();
    private final PlayedLink firstLink = first.addLink().address("192.0.2.254/24");
    private final PlayedLink secondLink = second.addLink().address("192.0.2.253/24");
    private final RawStation station = network.addStation();
    private final IpHost server = network.addHost();

    private IpHost connect(IpOptions options) {
        firstLink.address("2001:db8:1::fffe/64");
        secondLink.address("2001:db8:1::fffd/64");
        PlayedLink far =
                second.addLink().address("198.51.100.254/24").address("2001:db8:2::ffff/64");
        first.route("198.51.100.0/24", firstLink, "192.0.2.253");
        first.route("2001:db8:2::/64", firstLink, secondLink.linkLocal().toString());
        IpHost host = network.addHost(options, NicSettings.DEFAULT);
        network.connect(lan, firstLink.nic(), LinkSettings.PERFECT);
        network.connect(lan, secondLink.nic(), LinkSettings.PERFECT);
        network.connect(lan, station.nic(), LinkSettings.PERFECT);
        network.connect(lan, host.nic(), LinkSettings.PERFECT);
        network.connect(far.nic(), server.nic(), LinkSettings.PERFECT);
        server.up()
                .address("198.51.100.1/24")
                .address("2001:db8:2::1/64")
                .route("0.0.0.0/0", "198.51.100.254")
                .route("::/0", far.linkLocal().toString());
        host.up()
                .address("192.0.2.1/24")
                .address("2001:db8:1::1/64")
                .route("0.0.0.0/0", "192.0.2.254")
                .route("::/0", firstLink.linkLocal().toString());
        network.run(3 * SECOND_NS);
        return host;
    }

    @AfterEach
    void everyBufferIsHome() {
        network.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {IPV4, IPV6})
    void aRedirectOfTheFirstHopIsFollowed(String to) {
        IpHost host = connect(IpOptions.DEFAULT);
        first.redirects(true);
        Ping ping = host.ping(to);
        assertTrue(ping.reaches(56, SECOND_NS), () -> host.ip().counters().toString());
        assertEquals(1, first.forwarded());
        assertEquals(1, host.count(IpCounter.REDIRECTS_FOLLOWED));
        assertTrue(ping.reaches(56, SECOND_NS), () -> host.ip().counters().toString());
        assertEquals(1, first.forwarded());
        assertEquals(1, host.ip().routers().redirects().size());
        assertEquals(62 + 1, ping.lastHopLimit());
    }

    @ParameterizedTest
    @ValueSource(strings = {IPV4, IPV6})
    void afterTenMinutesTheFirstHopIsTriedAgain(String to) {
        IpHost host = connect(IpOptions.DEFAULT);
        first.redirects(true);
        Ping ping = host.ping(to);
        assertTrue(ping.reaches(56, SECOND_NS));
        network.run(601 * SECOND_NS);
        assertEquals(0, host.ip().routers().redirects().size());
        first.redirects(false);
        assertTrue(ping.reaches(56, SECOND_NS));
        assertEquals(2, first.forwarded());
    }

    @ParameterizedTest
    @ValueSource(strings = {IPV4, IPV6})
    void aTargetThatDoesNotAnswerIsLeftAgain(String to) {
        IpHost host = connect(IpOptions.DEFAULT);
        first.redirects(true);
        Ping ping = host.ping(to);
        assertTrue(ping.reaches(56, SECOND_NS));
        // From now on the second router is there only by way of the first.
        assertTrue(ping.reaches(56, SECOND_NS));
        assertEquals(1, first.forwarded());
        first.redirects(false);
        redirect(host, to, to.equals(IPV4) ? "192.0.2.99" : "fe80::99", true);
        assertTrue(ping.reachesWithin(56, 60), () -> host.ip().counters().toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {IPV4, IPV6})
    void whoDoesNotAcceptRedirectsFollowsNone(String to) {
        IpHost host =
                connect(
                        IpOptions.DEFAULT.withRouters(
                                RouterOptions.DEFAULT.with(true, true, false, false)));
        first.redirects(true);
        Ping ping = host.ping(to);
        assertTrue(ping.reaches(56, SECOND_NS));
        assertTrue(ping.reaches(56, SECOND_NS));
        assertEquals(2, first.forwarded());
        assertEquals(0, host.count(IpCounter.REDIRECTS_FOLLOWED));
    }

    /** Sends a redirect to a target, from the first router's address if it is to look true. */
    private void redirect(IpHost host, String destination, String target, boolean fromFirstHop) {
        IpAddress to = IpAddress.parse(destination);
        IpAddress better = IpAddress.parse(target);
        boolean isIpv4 = to.isIpv4();
        String from =
                isIpv4
                        ? fromFirstHop ? "192.0.2.254" : "192.0.2.66"
                        : fromFirstHop ? firstLink.linkLocal().toString() : "fe80::66";
        IpAddress own = IpAddress.parse(isIpv4 ? "192.0.2.1" : "2001:db8:1::1");
        byte[] echo = IcmpMessages.echoRequest(isIpv4, 1, 1, new byte[8]);
        byte[] message =
                isIpv4
                        ? IcmpMessages.ipv4Redirect(better, IpPackets.icmp(own, to, 64, echo))
                        : IcmpMessages.ipv6Redirect(better, to, station.macAddress());
        station.sendIp(
                host.nic().macAddress(), IpPackets.icmp(IpAddress.parse(from), own, 255, message));
        network.run(SECOND_NS);
    }

    private void assertIgnored(IpHost host, String destination) {
        assertEquals(0, host.count(IpCounter.REDIRECTS_FOLLOWED));
        assertEquals(0, host.ip().routers().redirects().size());
        assertTrue(host.ping(destination).reaches(56, SECOND_NS));
        assertEquals(0, station.count("echo request"));
    }

    @ParameterizedTest
    @ValueSource(strings = {IPV4, IPV6})
    void oneLikeThoseBelowIsFollowedIfFromTheFirstHop(String to) {
        IpHost host = connect(IpOptions.DEFAULT);
        redirect(
                host,
                to,
                to.equals(IPV4) ? "192.0.2.253" : secondLink.linkLocal().toString(),
                true);
        assertEquals(1, host.count(IpCounter.REDIRECTS_FOLLOWED));
    }

    @ParameterizedTest
    @ValueSource(strings = {IPV4, IPV6})
    void fromSomebodyElseThanTheFirstHopItIsIgnored(String to) {
        IpHost host = connect(IpOptions.DEFAULT);
        redirect(host, to, to.equals(IPV4) ? "192.0.2.66" : "fe80::66", false);
        assertIgnored(host, to);
        assertEquals(1, host.count(IpCounter.REDIRECTS_IGNORED));
    }

    @ParameterizedTest
    @ValueSource(strings = {IPV4, IPV6})
    void toATargetThatIsNotOnTheLinkItIsIgnored(String to) {
        IpHost host = connect(IpOptions.DEFAULT);
        redirect(host, to, to.equals(IPV4) ? "203.0.113.1" : "2001:db8:9::1", true);
        assertIgnored(host, to);
    }

    @ParameterizedTest
    @ValueSource(strings = {IPV4, IPV6})
    void toThisHostItselfItIsIgnored(String to) {
        IpHost host = connect(IpOptions.DEFAULT);
        redirect(host, to, to.equals(IPV4) ? "192.0.2.1" : host.linkLocal(), true);
        assertIgnored(host, to);
    }

    @Test
    void ofPacketsToThisHostItselfItIsIgnored() {
        IpHost host = connect(IpOptions.DEFAULT);
        redirect(host, "192.0.2.1", "192.0.2.66", true);
        redirect(host, "2001:db8:1::1", "fe80::66", true);
        assertIgnored(host, IPV4);
        assertTrue(host.ping("192.0.2.1").reaches(56, SECOND_NS));
    }

    @Test
    void ofANeighbourItIsIgnored() {
        IpHost host = connect(IpOptions.DEFAULT);
        redirect(host, "192.0.2.253", "192.0.2.66", true);
        redirect(host, "2001:db8:1::fffd", "fe80::66", true);
        assertEquals(0, host.count(IpCounter.REDIRECTS_FOLLOWED));
        assertTrue(host.ping("192.0.2.253").reaches(56, SECOND_NS));
        assertTrue(host.ping("2001:db8:1::fffd").reaches(56, SECOND_NS));
    }

    @Test
    void aFloodOfRedirectsIsBounded() {
        IpHost host = connect(IpOptions.DEFAULT);
        for (int i = 0; i < 1000; i++) {
            byte[] echo = IcmpMessages.echoRequest(true, 1, 1, new byte[8]);
            byte[] packet =
                    IpPackets.icmp("192.0.2.1", "203.0." + (i >> 8) + "." + (i & 255), 64, echo);
            byte[] message = IcmpMessages.ipv4Redirect(IpAddress.parse("192.0.2.66"), packet);
            station.sendIp(
                    host.nic().macAddress(),
                    IpPackets.icmp("192.0.2.254", "192.0.2.1", 64, message));
            if (i % 50 == 0) {
                network.run(SECOND_NS / 100);
            }
        }
        network.run(SECOND_NS);
        assertTrue(
                host.ip().routers().redirects().size() <= RouterOptions.DEFAULT.maximumRedirects());
        assertFalse(host.ip().routers().redirects().isEmpty());
        assertTrue(host.ping(IPV4).reaches(56, SECOND_NS));
    }
}
