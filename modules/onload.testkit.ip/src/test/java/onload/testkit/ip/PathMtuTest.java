package onload.testkit.ip;

import static onload.testkit.ip.RoutedNetwork.SECOND_NS;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.FragmentPolicy;
import onload.ip.IpLayer;
import onload.ip.IpOptions;
import onload.ip.counter.IpCounter;
import onload.ip.spi.IcmpError;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;

/** RFC 1191 and RFC 8201 through a router that reports, keeps silent or lies. */
class PathMtuTest {
    private static final long MINUTE_NS = 60 * SECOND_NS;
    private static final String IPV4 = "198.51.100.1";
    private static final String IPV6 = "2001:db8:2::1";

    private final RoutedNetwork net = new RoutedNetwork(4, IpOptions.DEFAULT).withFixedHost();
    private final IpHost host = net.host;

    @AfterEach
    void everyBufferIsHome() {
        net.close();
    }

    private static int headers(String to) {
        return to.indexOf(':') < 0 ? 28 : 48;
    }

    private String counters() {
        return host.ip().counters() + "\n" + net.server.ip().counters();
    }

    @ParameterizedTest
    @CsvSource({IPV4 + ", 1400", IPV4 + ", 1006", IPV4 + ", 552", IPV6 + ", 1400", IPV6 + ", 1280"})
    void aReportedMtuIsLearntAndWhatIsLongerIsRefused(String to, int mtu) {
        net.far.mtu(mtu);
        Ping ping = host.ping(to).dontFragment();
        assertFalse(ping.reaches(1500 - headers(to), SECOND_NS));
        assertEquals(IcmpError.PACKET_TOO_BIG, ping.lastErrorKind());
        assertEquals(mtu, ping.lastReportedMtu());
        assertEquals(IpLayer.TOO_LONG, ping.send(mtu - headers(to) + 1));
        assertEquals(mtu, ping.destination().mtu());
        assertTrue(ping.reaches(mtu - headers(to), SECOND_NS), this::counters);
        assertEquals(1, host.count(IpCounter.PATH_MTU_LOWERED));
    }

    @ParameterizedTest
    @ValueSource(strings = {IPV4, IPV6})
    void whoWantsFragmentsGetsThemAfterTheFirstReport(String to) {
        net.far.mtu(1300);
        Ping ping = host.ping(to);
        assertFalse(ping.reaches(1400, SECOND_NS));
        assertTrue(ping.reaches(1400, SECOND_NS), this::counters);
        assertTrue(ping.reaches(65_507, SECOND_NS), this::counters);
        assertEquals(1, ping.errors());
        assertEquals(1300, ping.destination().mtu());
    }

    @Test
    void oneDestinationsPathSaysNothingOfAnothers() {
        net.far.mtu(1300);
        net.server.address("198.51.100.2/24");
        net.network.run(3 * SECOND_NS);
        Ping ping = host.ping(IPV4).dontFragment();
        Ping another = host.ping("198.51.100.2").dontFragment();
        assertFalse(ping.reaches(1472, SECOND_NS));
        assertEquals(IpLayer.TOO_LONG, ping.send(1472));
        assertEquals(0, another.send(1472));
    }

    @Test
    void allWhoSendToTheDestinationHearOfIt() {
        net.far.mtu(1300);
        Ping before = host.ping(IPV4).dontFragment();
        assertTrue(before.reaches(56, SECOND_NS));
        assertFalse(host.ping(IPV4).dontFragment().reaches(1472, SECOND_NS));
        assertEquals(IpLayer.TOO_LONG, before.send(1472));
        assertEquals(1300, before.destination().mtu());
    }

    @ParameterizedTest
    @ValueSource(strings = {IPV4, IPV6})
    void afterTenMinutesALargerMtuIsTriedAgain(String to) {
        net.far.mtu(1300);
        Ping ping = host.ping(to).dontFragment();
        assertFalse(ping.reaches(1400, SECOND_NS));
        net.far.mtu(1500);
        net.network.run(10 * MINUTE_NS - 2 * SECOND_NS);
        assertEquals(IpLayer.TOO_LONG, ping.send(1400));
        net.network.run(2 * SECOND_NS);
        assertTrue(ping.reaches(1400, SECOND_NS), this::counters);
        assertEquals(1, host.count(IpCounter.PATH_MTU_AGED));
        assertEquals(1500, ping.destination().mtu());
    }

    @Test
    void thePathIsFoundOutStepByStepIfItNarrowsMoreThanOnce() {
        Ping ping = host.ping(IPV6).dontFragment();
        for (int mtu : new int[] {1450, 1400, 1350, 1300}) {
            net.far.mtu(mtu);
            assertFalse(
                    ping.reaches(ping.destination().mtu() == 0 ? 1452 : mtu + 1 - 48, SECOND_NS));
            assertEquals(IpLayer.TOO_LONG, ping.send(mtu + 1 - 48));
            assertTrue(ping.reaches(mtu - 48, SECOND_NS));
        }
        assertEquals(4, host.count(IpCounter.PATH_MTU_LOWERED));
    }

    @Test
    void aRouterThatDoesNotSayItsMtuIsFollowedByPlateaus() {
        net.far.mtu(576).tooLong(TooLong.REPORTED_WITHOUT_MTU);
        Ping ping = host.ping(IPV4).dontFragment();
        // RFC 1191, section 7.1; from 1006 the next one is 508, and below 552 nobody goes by
        // default.
        int[] plateaus = {1500, 1492, 1006, 552};
        for (int i = 0; i + 1 < plateaus.length; i++) {
            assertFalse(ping.reaches(plateaus[i] - 28, SECOND_NS));
            assertEquals(IcmpError.PACKET_TOO_BIG, ping.lastErrorKind());
            assertEquals(0, ping.lastReportedMtu());
            assertEquals(IpLayer.TOO_LONG, ping.send(plateaus[i + 1] - 27));
            assertEquals(plateaus[i + 1], ping.destination().mtu());
        }
        assertTrue(ping.reaches(552 - 28, SECOND_NS), this::counters);
    }

    @Test
    void wherePathsAreNarrowerThanThisHostGoesRoutersMayCut() {
        net.far.mtu(296);
        Ping ping = host.ping(IPV4);
        assertFalse(ping.reaches(1000, SECOND_NS));
        assertTrue(ping.reaches(1000, SECOND_NS), this::counters);
        assertEquals(552, ping.destination().mtu());
        assertTrue(ping.reaches(10_000, SECOND_NS), this::counters);
    }

    @Test
    void inABlackHoleNothingIsLearnt() {
        net.far.mtu(1300).tooLong(TooLong.DROPPED);
        Ping ping = host.ping(IPV4).dontFragment();
        assertFalse(ping.reaches(1472, SECOND_NS));
        assertEquals(0, ping.errors());
        assertTrue(ping.reaches(1272, SECOND_NS));
        assertEquals(1500, ping.destination().mtu());
    }

    @Test
    void whoAllowsFragmentsLetsTheRouterCut() {
        net.far.mtu(576);
        Ping ping = host.ping(IPV4);
        ping.destination().fragmentPolicy(FragmentPolicy.ALLOW);
        assertTrue(ping.reaches(1472, SECOND_NS), this::counters);
        assertTrue(ping.reaches(4000, SECOND_NS), this::counters);
        assertEquals(0, ping.errors());
        net.router.cuts(false);
        assertFalse(ping.reaches(1472, SECOND_NS));
    }

    @Test
    void whoProbesIsNotHeldBackByWhatWasLearnt() {
        net.far.mtu(1300);
        assertFalse(host.ping(IPV4).dontFragment().reaches(1472, SECOND_NS));
        Ping probe = host.ping(IPV4);
        probe.destination().fragmentPolicy(FragmentPolicy.PROBE);
        net.far.mtu(1500);
        assertTrue(probe.reaches(1472, SECOND_NS), this::counters);
        assertEquals(IpLayer.TOO_LONG, probe.send(1473));
    }

    // Forged reports.

    /** A packet as the ping sends it: with an identifier, and of a length. */
    private byte[] quoted(String to, int identifier, int length) {
        boolean isIpv4 = to.indexOf(':') < 0;
        String from = isIpv4 ? "192.0.2.1" : "2001:db8:1::1";
        byte[] echo =
                IcmpMessages.echoRequest(isIpv4, identifier, 1, new byte[length - headers(to)]);
        return IpPackets.icmp(from, to, 60, echo);
    }

    private void report(long mtu, byte[] packet, String to) {
        String from = to.equals(IPV4) ? "192.0.2.254" : "2001:db8:1::ffff";
        String back = to.equals(IPV4) ? "192.0.2.1" : "2001:db8:1::1";
        net.near.sendIp(
                host.nic().macAddress(),
                IpPackets.icmp(from, back, 64, IcmpMessages.tooBig(mtu, packet)));
        net.network.run(SECOND_NS);
    }

    private Ping pingOf(String to) {
        Ping ping = host.ping(to).dontFragment();
        assertEquals(1, ping.identifier());
        assertTrue(ping.reaches(56, SECOND_NS));
        return ping;
    }

    private void assertUnchanged(Ping ping) {
        ping.send(0);
        assertEquals(1500, ping.destination().mtu(), this::counters);
        assertEquals(0, host.count(IpCounter.PATH_MTU_LOWERED));
    }

    @ParameterizedTest
    @ValueSource(strings = {IPV4, IPV6})
    void aReportLikeThoseBelowIsBelievedIfTrue(String to) {
        Ping ping = pingOf(to);
        report(1300, quoted(to, 1, 1500), to);
        ping.send(0);
        assertEquals(1300, ping.destination().mtu(), this::counters);
    }

    @ParameterizedTest
    @ValueSource(strings = {IPV4, IPV6})
    void aReportOfAPacketThatNobodyHereSentChangesNothing(String to) {
        Ping ping = pingOf(to);
        report(1300, quoted(to, 77, 1500), to);
        assertUnchanged(ping);
        assertEquals(1, host.count(IpCounter.ICMP_DROPPED_NO_OWNER));
    }

    @ParameterizedTest
    @ValueSource(strings = {IPV4, IPV6})
    void aReportOfAPacketFromAnotherHostChangesNothing(String to) {
        Ping ping = pingOf(to);
        String stranger = to.equals(IPV4) ? "192.0.2.9" : "2001:db8:1::9";
        byte[] echo = IcmpMessages.echoRequest(to.equals(IPV4), 1, 1, new byte[1400]);
        report(1300, IpPackets.icmp(stranger, to, 60, echo), to);
        assertUnchanged(ping);
        assertEquals(1, host.count(IpCounter.ICMP_DROPPED_BAD_QUOTE));
    }

    @ParameterizedTest
    @ValueSource(strings = {IPV4, IPV6})
    void aReportForAnotherDestinationChangesNothing(String to) {
        Ping ping = pingOf(to);
        report(1300, quoted(to.equals(IPV4) ? "203.0.113.9" : "2001:db8:3::9", 1, 1500), to);
        assertUnchanged(ping);
        assertEquals(1, host.count(IpCounter.ICMP_DROPPED_NO_OWNER));
    }

    @Test
    void anIpv6ReportBelow1280ChangesNothing() {
        Ping ping = pingOf(IPV6);
        report(1279, quoted(IPV6, 1, 1500), IPV6);
        report(0, quoted(IPV6, 1, 1500), IPV6);
        assertUnchanged(ping);
        assertEquals(2, host.count(IpCounter.PATH_MTU_IGNORED));
    }

    @Test
    void anIpv4ReportBelow68ChangesNothing() {
        Ping ping = pingOf(IPV4);
        report(67, quoted(IPV4, 1, 1500), IPV4);
        report(1, quoted(IPV4, 1, 1500), IPV4);
        assertUnchanged(ping);
        assertEquals(2, host.count(IpCounter.PATH_MTU_IGNORED));
    }

    @ParameterizedTest
    @ValueSource(strings = {IPV4, IPV6})
    void aReportOfALargerMtuThanKnownChangesNothing(String to) {
        Ping ping = pingOf(to);
        report(1500, quoted(to, 1, 1500), to);
        report(1501, quoted(to, 1, 1500), to);
        report(to.equals(IPV4) ? 0xFFFF : 0xFFFF_FFFFL, quoted(to, 1, 1500), to);
        assertUnchanged(ping);
        assertEquals(3, host.count(IpCounter.PATH_MTU_IGNORED));
        report(1300, quoted(to, 1, 1500), to);
        report(1400, quoted(to, 1, 1500), to);
        ping.send(0);
        assertEquals(1300, ping.destination().mtu());
    }

    @ParameterizedTest
    @ValueSource(strings = {IPV4, IPV6})
    void aReportOfAPacketThatWouldHaveFitChangesNothing(String to) {
        Ping ping = pingOf(to);
        report(1300, quoted(to, 1, 1300), to);
        report(1300, quoted(to, 1, 84), to);
        assertUnchanged(ping);
        assertEquals(2, host.count(IpCounter.PATH_MTU_IGNORED));
    }

    @ParameterizedTest
    @ValueSource(strings = {IPV4, IPV6})
    void aReportWithADamagedChecksumChangesNothing(String to) {
        Ping ping = pingOf(to);
        String from = to.equals(IPV4) ? "192.0.2.254" : "2001:db8:1::ffff";
        String back = to.equals(IPV4) ? "192.0.2.1" : "2001:db8:1::1";
        byte[] message = IcmpMessages.tooBig(1300, quoted(to, 1, 1500));
        byte[] packet = IpPackets.icmp(from, back, 64, message);
        packet[packet.length - 1] ^= 1;
        net.near.sendIp(host.nic().macAddress(), packet);
        net.network.run(SECOND_NS);
        assertUnchanged(ping);
        assertEquals(1, host.count(IpCounter.ICMP_DROPPED_CHECKSUM));
    }

    @ParameterizedTest
    @ValueSource(strings = {IPV4, IPV6})
    void aReportWhoseQuotationIsCutShortChangesNothing(String to) {
        Ping ping = pingOf(to);
        byte[] packet = quoted(to, 1, 1500);
        for (int length = 0; length < headers(to); length++) {
            byte[] quote = Arrays.copyOf(packet, Math.max(1, length));
            quote[0] = packet[0];
            report(1300, quote, to);
        }
        assertUnchanged(ping);
        assertEquals(0, ping.errors());
    }

    @Test
    void aFloodOfReportsForManyDestinationsIsBounded() {
        Ping ping = pingOf(IPV4);
        for (int i = 0; i < 3000; i++) {
            String to = "203.0." + (i >> 8) + "." + (i & 255);
            byte[] echo = IcmpMessages.echoRequest(true, 1, 1, new byte[1400]);
            net.near.sendIp(
                    host.nic().macAddress(),
                    IpPackets.icmp(
                            "192.0.2.254",
                            "192.0.2.1",
                            64,
                            IcmpMessages.tooBig(1300, IpPackets.icmp("192.0.2.1", to, 60, echo))));
            net.network.settle();
        }
        ping.send(0);
        assertEquals(1500, ping.destination().mtu());
    }
}
