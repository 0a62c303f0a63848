package onload.ip.router;

import static onload.ip.router.RouterRig.ETH;
import static onload.ip.router.RouterRig.ROUTER;
import static onload.ip.router.RouterRig.SECOND;

import static org.junit.jupiter.api.Assertions.assertEquals;

import onload.ip.address.AddressOrigin;
import onload.ip.counter.IpCounter;
import onload.wire.CidrAddress;
import onload.wire.IpAddress;
import onload.wire.MacAddress;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;

/** RFC 4861, sections 8.1 and 8.3; RFC 1122, section 3.2.2.2. */
class RedirectTest {
    private static final String BETTER = "fe80::b";
    private static final String FAR = "2001:db8:9::9";
    private static final long BETTER_MAC = MacAddress.parse("02:00:00:00:00:0b");

    private final RouterRig rig = RouterRig.ready();

    @BeforeEach
    void configure() {
        rig.addresses.add(ETH, CidrAddress.parse("10.0.0.5/24"), AddressOrigin.MANUAL, rig.nowNs);
        rig.taken();
    }

    private void redirect(String target, String destination) {
        rig.redirect(ROUTER, 255, Advertisement.redirect(target, destination));
    }

    private void assertInvalid() {
        assertEquals(1, rig.count(IpCounter.NDP_DROPPED_INVALID));
        assertEquals(0, rig.count(IpCounter.REDIRECTS_FOLLOWED));
        assertEquals(List.of(), rig.taken());
    }

    private void assertIgnored() {
        assertEquals(1, rig.count(IpCounter.REDIRECTS_IGNORED));
        assertEquals(0, rig.count(IpCounter.REDIRECTS_FOLLOWED));
        assertEquals(List.of(), rig.taken());
    }

    // RFC 4861, 8.1: validation.

    @ParameterizedTest
    @ValueSource(strings = {"2001:db8::fe", "::", "ff02::1"})
    void aRedirectThatIsNotFromALinkLocalAddressIsDropped(String source) {
        rig.firstHop = IpAddress.parse(source);
        rig.redirect(source, 255, Advertisement.redirect(BETTER, FAR));
        assertInvalid();
    }

    @Test
    void aRedirectWithAnotherHopLimitThan255IsDropped() {
        rig.redirect(ROUTER, 254, Advertisement.redirect(BETTER, FAR));
        assertInvalid();
    }

    @Test
    void aRedirectWithAnotherCodeThanZeroIsDropped() {
        rig.redirect(ROUTER, 255, Advertisement.redirect(BETTER, FAR).code(1));
        assertInvalid();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 8, 39})
    void aRedirectOfLessThan40BytesIsDropped(int length) {
        rig.redirect(ROUTER, 255, Advertisement.redirect(BETTER, FAR).cutTo(length));
        assertInvalid();
    }

    @Test
    void aRedirectWithAnOptionOfLengthZeroIsDropped() {
        rig.redirect(ROUTER, 255, Advertisement.redirect(BETTER, FAR).raw(2, 0, 0, 0, 0, 0, 0, 0));
        assertInvalid();
    }

    @Test
    void aRedirectOfAGroupIsDropped() {
        redirect(BETTER, "ff05::1");
        assertInvalid();
    }

    @Test
    void aRedirectToWhatIsNeitherLinkLocalNorTheDestinationIsDropped() {
        redirect("2001:db8::b", FAR);
        assertInvalid();
    }

    @Test
    void aRedirectFromAnotherThanTheFirstHopIsIgnored() {
        rig.firstHop = IpAddress.parse("fe80::77");
        redirect(BETTER, FAR);
        assertIgnored();
    }

    // RFC 4861, 8.3.

    @Test
    void aRedirectToABetterRouterMakesARouteForTheHost() {
        redirect(BETTER, FAR);
        assertEquals(List.of("2001:db8:9::9/128 via fe80::b metric 0 redirected"), rig.routes());
        assertEquals(1, rig.count(IpCounter.REDIRECTS_FOLLOWED));
        assertEquals(1, rig.discovery.redirects().size());
    }

    @Test
    void aRedirectToTheDestinationItselfMakesItANeighbour() {
        redirect(FAR, FAR);
        assertEquals(List.of("2001:db8:9::9/128 metric 0 redirected"), rig.routes());
    }

    @Test
    void theLinkLayerAddressOfABetterRouterIsHeard() {
        rig.redirect(ROUTER, 255, Advertisement.redirect(BETTER, FAR).target(BETTER_MAC));
        assertEquals(List.of("heard fe80::b at 02:00:00:00:00:0b router"), rig.taken("heard"));
    }

    @Test
    void theLinkLayerAddressOfANeighbourIsHeardAndNotARoutersForCertain() {
        rig.redirect(ROUTER, 255, Advertisement.redirect(FAR, FAR).target(BETTER_MAC));
        assertEquals(List.of("heard 2001:db8:9::9 at 02:00:00:00:00:0b"), rig.taken("heard"));
    }

    @Test
    void theLinkLayerAddressInARedirectThatIsIgnoredIsNotHeard() {
        rig.firstHop = IpAddress.parse("fe80::77");
        rig.redirect(ROUTER, 255, Advertisement.redirect(BETTER, FAR).target(BETTER_MAC));
        assertIgnored();
    }

    @Test
    void aLinkLayerAddressThatNoStationHasIsIgnored() {
        rig.redirect(ROUTER, 255, Advertisement.redirect(BETTER, FAR).target(MacAddress.BROADCAST));
        assertEquals(List.of(), rig.taken("heard"));
        assertEquals(1, rig.routes().size());
    }

    @Test
    void anotherRedirectOfADestinationReplacesTheFirst() {
        redirect(BETTER, FAR);
        redirect("fe80::c", FAR);
        assertEquals(List.of("2001:db8:9::9/128 via fe80::c metric 0 redirected"), rig.routes());
    }

    @Test
    void aRedirectIsForgottenAfterTenMinutes() {
        redirect(BETTER, FAR);
        rig.run(600 * SECOND - 1);
        assertEquals(1, rig.routes().size());
        rig.run(1);
        assertEquals(List.of(), rig.routes());
    }

    @ParameterizedTest
    @ValueSource(strings = {"::", "::1", "10.0.0.9"})
    void aRedirectOfWhatIsNoHostIsIgnored(String destination) {
        redirect(BETTER, destination);
        assertIgnored();
    }

    @Test
    void aRedirectOfAnAddressOfThisHostIsIgnored() {
        rig.addresses.add(ETH, CidrAddress.parse(FAR + "/64"), AddressOrigin.MANUAL, rig.nowNs);
        redirect(BETTER, FAR);
        assertIgnored();
    }

    @Test
    void aRedirectToThisHostItselfIsIgnored() {
        redirect("fe80::ff:fe00:1", FAR);
        assertIgnored();
    }

    @Test
    void aRedirectToTheRouterThatSendsItIsIgnored() {
        redirect(ROUTER, FAR);
        assertIgnored();
    }

    @Test
    void redirectsAreIgnoredIfTheOptionsSaySo() {
        RouterRig deaf = RouterRig.ready(RouterOptions.DEFAULT.with(true, true, false, false));
        deaf.redirect(ROUTER, 255, Advertisement.redirect(BETTER, FAR));
        deaf.addresses.add(ETH, CidrAddress.parse("10.0.0.5/24"), AddressOrigin.MANUAL, deaf.nowNs);
        deaf.firstHop = IpAddress.parse("10.0.0.1");
        deaf.ipv4Redirect("10.0.0.1", "192.0.2.1", "10.0.0.2");
        assertEquals(2, deaf.count(IpCounter.REDIRECTS_IGNORED));
        assertEquals(List.of(), deaf.routes());
    }

    @Test
    void redirectsOverARouterThatIsLostAreForgotten() {
        rig.receive(BETTER, Advertisement.lifetime(100));
        redirect(BETTER, FAR);
        redirect("fe80::c", "2001:db8:9::a");
        IpAddress better = IpAddress.parse(BETTER);
        rig.discovery.routerLost(ETH, better.high(), better.low());
        assertEquals(List.of("2001:db8:9::a/128 via fe80::c metric 0 redirected"), rig.routes());
    }

    @Test
    void redirectsOverARouterWhoseLifetimeEndsAreForgotten() {
        rig.receive(BETTER, Advertisement.lifetime(100));
        redirect(BETTER, FAR);
        rig.run(100 * SECOND);
        assertEquals(List.of(), rig.routes());
    }

    @Test
    void redirectsOverANeighbourThatDoesNotAnswerAreForgotten() {
        redirect(BETTER, FAR);
        redirect("2001:db8:9::a", "2001:db8:9::a");
        IpAddress better = IpAddress.parse(BETTER);
        rig.discovery.neighborUnreachable(2, better.high(), better.low());
        assertEquals(2, rig.routes().size());
        rig.discovery.neighborUnreachable(ETH, better.high(), better.low());
        assertEquals(List.of("2001:db8:9::a/128 metric 0 redirected"), rig.routes());
        IpAddress neighbour = IpAddress.parse("2001:db8:9::a");
        rig.discovery.neighborUnreachable(ETH, neighbour.high(), neighbour.low());
        assertEquals(List.of(), rig.routes());
    }

    @Test
    void aFloodOfRedirectsIsBoundedAndTheOldestGo() {
        for (int i = 1; i <= 1000; i++) {
            redirect(BETTER, "2001:db8:9::" + Integer.toHexString(i));
            rig.nowNs++;
        }
        assertEquals(64, rig.routes().size());
        assertEquals(
                "2001:db8:9::" + Integer.toHexString(937) + "/128",
                rig.discovery.redirects().get(0).destination().toString());
    }

    // RFC 1122, 3.2.2.2.

    @Test
    void anIpv4RedirectMakesARouteForTheHost() {
        rig.firstHop = IpAddress.parse("10.0.0.1");
        rig.ipv4Redirect("10.0.0.1", "192.0.2.1", "10.0.0.2");
        assertEquals(List.of("192.0.2.1/32 via 10.0.0.2 metric 0 redirected"), rig.routes());
        rig.run(600 * SECOND);
        assertEquals(List.of(), rig.routes());
    }

    @Test
    void anIpv4RedirectToTheDestinationItselfMakesItANeighbour() {
        rig.firstHop = IpAddress.parse("10.0.0.1");
        rig.ipv4Redirect("10.0.0.1", "10.0.0.77", "10.0.0.77");
        assertEquals(List.of("10.0.0.77/32 metric 0 redirected"), rig.routes());
    }

    @Test
    void anIpv4RedirectFromAnotherThanTheFirstHopIsIgnored() {
        rig.firstHop = IpAddress.parse("10.0.0.3");
        rig.ipv4Redirect("10.0.0.1", "192.0.2.1", "10.0.0.2");
        assertIgnored();
    }

    @Test
    void anIpv4RedirectToAGatewayThatIsNotOnTheLinkIsIgnored() {
        rig.firstHop = IpAddress.parse("10.0.0.1");
        rig.ipv4Redirect("10.0.0.1", "192.0.2.1", "10.0.1.2");
        assertIgnored();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.5",
                "10.0.0.255",
                "10.0.0.0",
                "255.255.255.255",
                "224.0.0.1",
                "0.0.0.0",
                "127.0.0.1",
                "10.0.0.1"
            })
    void anIpv4RedirectToWhatIsNoOtherHostIsIgnored(String gateway) {
        rig.firstHop = IpAddress.parse("10.0.0.1");
        rig.ipv4Redirect("10.0.0.1", "192.0.2.1", gateway);
        assertIgnored();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.5",
                "10.0.0.255",
                "255.255.255.255",
                "224.0.0.1",
                "0.0.0.0",
                "127.0.0.1"
            })
    void anIpv4RedirectOfWhatIsNoOtherHostIsIgnored(String destination) {
        rig.firstHop = IpAddress.parse("10.0.0.1");
        rig.ipv4Redirect("10.0.0.1", destination, "10.0.0.2");
        assertIgnored();
    }

    @Test
    void redirectsOfALinkThatGoesDownAreForgotten() {
        redirect(BETTER, FAR);
        rig.firstHop = IpAddress.parse("10.0.0.1");
        rig.ipv4Redirect("10.0.0.1", "192.0.2.1", "10.0.0.2");
        assertEquals(2, rig.routes().size());
        rig.discovery.interfaceDown(2);
        assertEquals(2, rig.routes().size());
        rig.down();
        assertEquals(List.of(), rig.routes());
        assertEquals(Long.MAX_VALUE, rig.discovery.nextDeadlineNs());
    }
}
