package onload.ip.router;

import static onload.ip.router.Advertisement.ON_LINK;
import static onload.ip.router.RouterRig.ETH;
import static onload.ip.router.RouterRig.ROUTER;
import static onload.ip.router.RouterRig.ROUTER_MAC;
import static onload.ip.router.RouterRig.SECOND;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.address.AddressTable;
import onload.ip.counter.IpCounter;
import onload.testkit.base.AllocatedBytes;
import onload.testkit.base.Property;
import onload.wire.IpAddress;
import onload.wire.NdpMessage;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;

/** RFC 4861, sections 6.1.2 and 6.3; RFC 4191; RFC 8106. */
class RouterAdvertisementTest {
    private final RouterRig rig = RouterRig.ready();

    private void assertInvalid() {
        assertEquals(1, rig.count(IpCounter.NDP_DROPPED_INVALID));
        assertEquals(0, rig.count(IpCounter.NDP_ROUTER_ADVERTISEMENTS));
        assertEquals(List.of(), rig.taken());
        assertEquals(List.of(), rig.discovery.routers());
    }

    // 6.1.2: validation.

    @ParameterizedTest
    @ValueSource(strings = {"2001:db8::fe", "::", "fec0::fe", "ff02::1"})
    void anAdvertisementThatIsNotFromALinkLocalAddressIsDropped(String source) {
        rig.receive(source, Advertisement.lifetime(1800));
        assertInvalid();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 64, 254})
    void anAdvertisementWithAnotherHopLimitThan255IsDropped(int hopLimit) {
        rig.receive(ROUTER, hopLimit, Advertisement.lifetime(1800));
        assertInvalid();
    }

    @Test
    void anAdvertisementWithAnotherCodeThanZeroIsDropped() {
        rig.receive(Advertisement.lifetime(1800).code(1));
        assertInvalid();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 7, 8, 15})
    void anAdvertisementOfLessThan16BytesIsDropped(int length) {
        rig.receive(Advertisement.lifetime(1800).cutTo(length));
        assertInvalid();
    }

    @Test
    void anAdvertisementWithAnOptionOfLengthZeroIsDroppedWhole() {
        rig.receive(Advertisement.lifetime(1800).mtu(1400).raw(200, 0, 0, 0, 0, 0, 0, 0));
        assertInvalid();
    }

    @Test
    void anAdvertisementWithAnOptionThatIsCutOffIsDroppedWhole() {
        rig.receive(Advertisement.lifetime(1800).mtu(1400).raw(200, 2, 0, 0, 0, 0, 0, 0));
        assertInvalid();
    }

    @Test
    void anotherMessageIsNotTakenForAnAdvertisement() {
        rig.receive(Advertisement.lifetime(1800).mtu(1400).type(NdpMessage.NEIGHBOR_ADVERTISEMENT));
        assertInvalid();
    }

    @Test
    void optionsThatAreNotKnownArePassedOver() {
        rig.receive(Advertisement.lifetime(1800).raw(253, 1, 1, 2, 3, 4, 5, 6).mtu(1400));
        assertTrue(rig.taken().contains("mtu 1400"));
    }

    @Test
    void optionsThatMeanNothingHereArePassedOver() {
        rig.receive(Advertisement.lifetime(1800).target(ROUTER_MAC));
        assertEquals(List.of("+::/0 via fe80::fe metric 1024"), rig.taken());
    }

    @Test
    void anAdvertisementOnAnInterfaceThatDoesNotListenIsDropped() {
        RouterRig deaf = RouterRig.ready(RouterOptions.DEFAULT.with(false, true, true, true));
        deaf.receive(Advertisement.lifetime(1800));
        assertEquals(1, deaf.count(IpCounter.NDP_DROPPED_NOT_ACCEPTED));
        assertEquals(List.of(), deaf.taken());
    }

    @Test
    void anAdvertisementOnAnInterfaceThatIsDownOrUnknownIsDropped() {
        RouterRig unknown = new RouterRig(RouterOptions.DEFAULT);
        unknown.receive(Advertisement.lifetime(1800));
        rig.down();
        rig.receive(Advertisement.lifetime(1800));
        assertEquals(1, unknown.count(IpCounter.NDP_DROPPED_NOT_ACCEPTED));
        assertEquals(1, rig.count(IpCounter.NDP_DROPPED_NOT_ACCEPTED));
        assertEquals(List.of(), rig.routes());
    }

    @Test
    void anAdvertisementFromAnAddressOfThisHostIsDropped() {
        rig.receive("fe80::ff:fe00:1", Advertisement.lifetime(1800));
        assertEquals(1, rig.count(IpCounter.NDP_DROPPED_NOT_ACCEPTED));
        assertEquals(List.of(), rig.routes());
    }

    @Test
    void anAdvertisementOnAnInterfaceWithoutIpv6IsDropped() {
        RouterRig twin = new RouterRig(RouterOptions.DEFAULT);
        twin.up();
        IpAddress own = IpAddress.parse("fe80::ff:fe00:1");
        twin.addresses.neighborSolicited(
                ETH, own.high(), own.low(), true, AddressTable.NO_NONCE, twin.nowNs);
        twin.receive(Advertisement.lifetime(1800));
        assertEquals(1, twin.count(IpCounter.NDP_DROPPED_NOT_ACCEPTED));
    }

    // 6.3.4: routers.

    @Test
    void anAdvertisementWithALifetimeMakesADefaultRoute() {
        rig.receive(Advertisement.lifetime(1800));
        assertEquals(List.of("::/0 via fe80::fe metric 1024"), rig.routes());
        assertEquals(1, rig.count(IpCounter.NDP_ROUTER_ADVERTISEMENTS));
        assertEquals(
                List.of(
                        new AdvertisedAddress(
                                ETH, IpAddress.parse(ROUTER), rig.nowNs + 1800 * SECOND)),
                rig.discovery.routers());
    }

    @Test
    void anAdvertisementWithoutALifetimeMakesNone() {
        rig.receive(Advertisement.lifetime(0));
        assertEquals(List.of(), rig.routes());
        assertEquals(1, rig.count(IpCounter.NDP_ROUTER_ADVERTISEMENTS));
    }

    @Test
    void aDefaultRouteEndsWithItsLifetime() {
        rig.receive(Advertisement.lifetime(65535));
        rig.run(65535 * SECOND - 1);
        assertEquals(1, rig.routes().size());
        rig.run(1);
        assertEquals(List.of(), rig.routes());
    }

    @Test
    void anotherAdvertisementRenewsTheLifetime() {
        rig.receive(Advertisement.lifetime(100));
        rig.run(99 * SECOND);
        rig.taken();
        rig.receive(Advertisement.lifetime(100));
        rig.run(99 * SECOND);
        assertEquals(List.of(), rig.taken());
        assertEquals(1, rig.routes().size());
        rig.run(SECOND);
        assertEquals(List.of(), rig.routes());
    }

    @Test
    void anotherAdvertisementMayShortenTheLifetime() {
        rig.receive(Advertisement.lifetime(1000));
        rig.receive(Advertisement.lifetime(10));
        rig.run(10 * SECOND);
        assertEquals(List.of(), rig.routes());
    }

    @Test
    void aLifetimeOfZeroEndsTheDefaultRouteAtOnce() {
        rig.receive(Advertisement.lifetime(1800));
        rig.receive(Advertisement.lifetime(0));
        assertEquals(List.of(), rig.routes());
        assertEquals(List.of(), rig.discovery.routers());
    }

    @Test
    void eachRouterHasItsRoute() {
        rig.receive("fe80::a", Advertisement.lifetime(100));
        rig.receive("fe80::b", Advertisement.lifetime(200));
        assertEquals(
                List.of("::/0 via fe80::a metric 1024", "::/0 via fe80::b metric 1024"),
                rig.routes());
        rig.run(100 * SECOND);
        assertEquals(List.of("::/0 via fe80::b metric 1024"), rig.routes());
    }

    @Test
    void aNeighbourThatCeasesToBeARouterIsNoDefaultRouterAnyMore() {
        rig.receive(Advertisement.lifetime(1800));
        IpAddress router = IpAddress.parse(ROUTER);
        rig.discovery.routerLost(ETH, router.high(), router.low());
        assertEquals(List.of(), rig.routes());
        rig.discovery.routerLost(ETH, router.high(), router.low());
        rig.discovery.routerLost(77, router.high(), router.low());
    }

    // RFC 4191, section 2.

    @Test
    void aPreferenceDecidesTheMetric() {
        rig.receive("fe80::a", Advertisement.of(0, 1, 100, 0, 0));
        rig.receive("fe80::b", Advertisement.of(0, 0, 100, 0, 0));
        rig.receive("fe80::c", Advertisement.of(0, -1, 100, 0, 0));
        assertEquals(
                List.of(
                        "::/0 via fe80::a metric 768",
                        "::/0 via fe80::b metric 1024",
                        "::/0 via fe80::c metric 1280"),
                rig.routes());
    }

    @Test
    void theReservedPreferenceIsMedium() {
        rig.receive(Advertisement.of(0, 2, 100, 0, 0));
        assertEquals(List.of("::/0 via fe80::fe metric 1024"), rig.routes());
    }

    @Test
    void aPreferenceThatChangesReplacesTheRouteWithoutAGap() {
        rig.receive(Advertisement.of(0, 0, 100, 0, 0));
        rig.taken();
        rig.receive(Advertisement.of(0, 1, 100, 0, 0));
        assertEquals(
                List.of("+::/0 via fe80::fe metric 768", "-::/0 via fe80::fe metric 1024"),
                rig.taken());
        rig.run(100 * SECOND);
        assertEquals(List.of(), rig.routes());
    }

    @Test
    void aPreferenceWithoutALifetimeIsIgnored() {
        rig.receive(Advertisement.of(0, 1, 0, 0, 0));
        assertEquals(List.of(), rig.routes());
    }

    // 6.3.4: parameters.

    @Test
    void parametersAreTaken() {
        rig.receive(Advertisement.of(64, 0, 0, 30_000, 2000).mtu(1400).source(ROUTER_MAC));
        assertEquals(
                List.of(
                        "hopLimit 64",
                        "reachable 30000",
                        "retrans 2000",
                        "mtu 1400",
                        "heard fe80::fe at 02:00:00:00:00:fe router"),
                rig.taken());
    }

    @Test
    void parametersThatAreNotSaidStayAsTheyAre() {
        rig.receive(Advertisement.of(64, 0, 0, 30_000, 2000));
        rig.taken();
        rig.receive(Advertisement.of(0, 0, 0, 0, 0));
        assertEquals(List.of(), rig.taken());
        rig.receive(Advertisement.of(64, 0, 0, 30_000, 2000));
        assertEquals(List.of(), rig.taken());
        rig.receive(Advertisement.of(65, 0, 0, 30_001, 2001));
        assertEquals(List.of("hopLimit 65", "reachable 30001", "retrans 2001"), rig.taken());
    }

    @Test
    void parametersAreToldAgainAfterTheLinkWasDown() {
        rig.receive(Advertisement.of(64, 0, 0, 30_000, 2000).mtu(1400));
        rig.down();
        rig.up();
        rig.taken();
        rig.receive(Advertisement.of(64, 0, 0, 30_000, 2000).mtu(1400));
        assertEquals(
                List.of("hopLimit 64", "reachable 30000", "retrans 2000", "mtu 1400"), rig.taken());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 31})
    void aHopLimitThatWouldCutThisHostOffIsNotBelieved(int hopLimit) {
        rig.receive(Advertisement.of(hopLimit, 0, 0, 0, 0));
        assertEquals(List.of(), rig.taken());
    }

    @Test
    void hopLimitsFromTheSmallestTo255AreBelieved() {
        rig.receive(Advertisement.of(32, 0, 0, 0, 0));
        rig.receive(Advertisement.of(255, 0, 0, 0, 0));
        assertEquals(List.of("hopLimit 32", "hopLimit 255"), rig.taken());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 99, 3_600_001, 0xFFFF_FFFFL})
    void aReachableTimeBeyondReasonIsNotBelieved(long ms) {
        rig.receive(Advertisement.of(0, 0, 0, ms, 0));
        assertEquals(List.of(), rig.taken());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 99, 60_001, 0xFFFF_FFFFL})
    void aRetransTimerBeyondReasonIsNotBelieved(long ms) {
        rig.receive(Advertisement.of(0, 0, 0, 0, ms));
        assertEquals(List.of(), rig.taken());
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1279, 1501, 0xFFFF_FFFFL, 0x8000_0500L})
    void anMtuBelow1280OrAboveThatOfTheLinkIsIgnored(long bytes) {
        rig.receive(Advertisement.lifetime(0).mtu(bytes));
        assertEquals(List.of(), rig.taken());
    }

    @ParameterizedTest
    @ValueSource(longs = {1280, 1500})
    void anMtuFrom1280ToThatOfTheLinkIsTaken(long bytes) {
        rig.receive(Advertisement.lifetime(0).mtu(bytes));
        assertEquals(List.of("mtu " + bytes), rig.taken());
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 0xFFFF_FFFF_FFFFL, 0x3333_0000_0001L, 0x0100_5E00_0001L})
    void aLinkLayerAddressThatNoStationHasIsIgnored(long mac) {
        rig.receive(Advertisement.lifetime(0).source(mac));
        assertEquals(List.of(), rig.taken());
    }

    // 6.3.4: prefixes on the link.

    @Test
    void aPrefixOnTheLinkMakesARoute() {
        rig.receive(Advertisement.lifetime(0).prefix("2001:db8:1::/64", ON_LINK, 100, 50));
        assertEquals(List.of("2001:db8:1::/64 metric 0"), rig.routes());
        assertEquals(1, rig.discovery.prefixes().size());
        rig.run(100 * SECOND - 1);
        assertEquals(1, rig.routes().size());
        rig.run(1);
        assertEquals(List.of(), rig.routes());
    }

    @Test
    void aPrefixWithoutTheOnLinkFlagSaysNothingAboutTheLink() {
        rig.receive(Advertisement.lifetime(0).prefix("2001:db8:1::/64", ON_LINK, 100, 50));
        rig.receive(Advertisement.lifetime(0).prefix("2001:db8:1::/64", 0, 0, 0));
        rig.receive(Advertisement.lifetime(0).prefix("2001:db8:2::/64", 0, 100, 50));
        assertEquals(List.of("2001:db8:1::/64 metric 0"), rig.routes());
    }

    @Test
    void aValidLifetimeOfZeroEndsAPrefixAtOnce() {
        rig.receive(Advertisement.lifetime(0).prefix("2001:db8:1::/64", ON_LINK, 100, 50));
        rig.receive(Advertisement.lifetime(0).prefix("2001:db8:1::/64", ON_LINK, 0, 0));
        assertEquals(List.of(), rig.routes());
    }

    @Test
    void aValidLifetimeOfZeroOfANewPrefixIsIgnored() {
        rig.receive(Advertisement.lifetime(0).prefix("2001:db8:1::/64", ON_LINK, 0, 0));
        assertEquals(List.of(), rig.taken());
    }

    @Test
    void anInfiniteLifetimeOfAPrefixDoesNotEndAndMayBecomeFinite() {
        rig.receive(
                Advertisement.lifetime(0)
                        .prefix("2001:db8:1::/64", ON_LINK, Advertisement.FOREVER, 0));
        assertEquals(Long.MAX_VALUE, rig.discovery.prefixes().get(0).untilNs());
        rig.run(100_000_000 * SECOND);
        assertEquals(1, rig.routes().size());
        rig.receive(Advertisement.lifetime(0).prefix("2001:db8:1::/64", ON_LINK, 10, 0));
        rig.run(10 * SECOND);
        assertEquals(List.of(), rig.routes());
    }

    @Test
    void theLongestFiniteLifetimeDoesNotWrap() {
        rig.receive(
                Advertisement.lifetime(0)
                        .prefix("2001:db8:1::/64", ON_LINK, Advertisement.FOREVER - 1, 0));
        rig.run(4_000_000_000L * SECOND);
        assertEquals(1, rig.routes().size());
    }

    @Test
    void prefixesOfDifferentLengthsAreDifferent() {
        rig.receive(
                Advertisement.lifetime(0)
                        .prefix("2001:db8::/32", ON_LINK, 100, 0)
                        .prefix("2001:db8::/48", ON_LINK, 100, 0)
                        .prefix("2001:db8::1/128", ON_LINK, 100, 0));
        assertEquals(3, rig.routes().size());
        rig.receive(Advertisement.lifetime(0).prefix("2001:db8::/48", ON_LINK, 0, 0));
        assertEquals(List.of("2001:db8::/32 metric 0", "2001:db8::1/128 metric 0"), rig.routes());
    }

    @Test
    void theBitsOfAPrefixBeyondItsLengthAreIgnored() {
        IpAddress full = IpAddress.parse("2001:db8:1:2:3:4:5:6");
        rig.receive(Advertisement.lifetime(0).prefix(full.high(), full.low(), 48, ON_LINK, 9, 9));
        assertEquals(List.of("2001:db8:1::/48 metric 0"), rig.routes());
    }

    @ParameterizedTest
    @ValueSource(strings = {"fe80::/64", "fe80::/10", "ff00::/8", "ff02::/64", "::/0", "::1/128"})
    void aPrefixThatIsLinkLocalOrNoNetworkIsIgnored(String prefix) {
        rig.receive(
                Advertisement.lifetime(0)
                        .prefix(prefix, ON_LINK | Advertisement.AUTONOMOUS, 100, 100));
        assertEquals(List.of(), rig.routes());
        assertEquals(1, rig.addresses.size());
    }

    @Test
    void anIpv4MappedPrefixIsIgnored() {
        for (int length = 0; length <= 128; length++) {
            rig.receive(
                    Advertisement.lifetime(0)
                            .prefix(
                                    0,
                                    0xFFFF_0A00_0000L,
                                    length,
                                    ON_LINK | Advertisement.AUTONOMOUS,
                                    9,
                                    9));
        }
        assertEquals(List.of(), rig.routes());
        assertEquals(1, rig.addresses.size());
    }

    // RFC 8106.

    @Test
    void dnsServersAreRememberedForTheirLifetime() {
        rig.receive(Advertisement.lifetime(0).servers(100, "2001:db8::53", "fe80::53"));
        assertEquals(
                List.of("2001:db8::53", "fe80::53"),
                rig.discovery.servers().stream().map(s -> s.address().toString()).toList());
        rig.run(100 * SECOND);
        assertEquals(List.of(), rig.discovery.servers());
    }

    @Test
    void aLifetimeOfZeroForgetsADnsServer() {
        rig.receive(Advertisement.lifetime(0).servers(100, "2001:db8::53", "2001:db8::54"));
        rig.receive(Advertisement.lifetime(0).servers(0, "2001:db8::53", "2001:db8::55"));
        assertEquals(1, rig.discovery.servers().size());
    }

    @Test
    void ofTooManyDnsServersTheOneThatEndsFirstMakesRoom() {
        for (int i = 1; i <= 8; i++) {
            rig.receive(Advertisement.lifetime(0).servers(100 + i, "2001:db8::" + i));
        }
        rig.receive(Advertisement.lifetime(0).servers(1000, "2001:db8::9"));
        List<String> servers =
                rig.discovery.servers().stream().map(s -> s.address().toString()).toList();
        assertEquals(8, servers.size());
        assertTrue(!servers.contains("2001:db8::1") && servers.contains("2001:db8::9"));
    }

    @Test
    void whatCannotBeADnsServerIsIgnored() {
        rig.receive(Advertisement.lifetime(0).servers(100, "::", "ff02::53", "::1", "10.0.0.1"));
        assertEquals(List.of(), rig.discovery.servers());
    }

    // The link goes away.

    @Test
    void aLinkThatGoesDownTakesRoutersPrefixesAndServersWithIt() {
        rig.receive(
                Advertisement.lifetime(1800)
                        .prefix("2001:db8:1::/64", ON_LINK, 100, 50)
                        .servers(100, "2001:db8::53"));
        rig.down();
        assertEquals(List.of(), rig.routes());
        assertEquals(List.of(), rig.discovery.routers());
        assertEquals(List.of(), rig.discovery.prefixes());
        assertEquals(List.of(), rig.discovery.servers());
        assertEquals(Long.MAX_VALUE, rig.discovery.nextDeadlineNs());
    }

    // Floods.

    @Test
    void aFloodOfRoutersIsBoundedAndTheFirstRouterStays() {
        rig.receive(Advertisement.lifetime(1800));
        for (int i = 1; i <= 10_000; i++) {
            IpAddress router = IpAddress.of(0xFE80_0000_0000_0000L, 0x1000L + i);
            rig.receive(router.toString(), Advertisement.of(0, 1, 65535, 0, 0));
        }
        assertEquals(16, rig.routes().size());
        assertTrue(rig.routes().contains("::/0 via fe80::fe metric 1024"));
        assertEquals(10_000 - 15, rig.count(IpCounter.NDP_REFUSED_LIST_FULL));
        rig.receive(Advertisement.lifetime(1800));
        assertEquals(10_000 - 15, rig.count(IpCounter.NDP_REFUSED_LIST_FULL));
    }

    @Test
    void aFloodOfPrefixesIsBoundedAndTheFirstPrefixStays() {
        rig.receive(Advertisement.lifetime(0).prefix("2001:db8::/64", ON_LINK, 9000, 9000));
        for (int i = 1; i <= 10_000; i++) {
            rig.receive(
                    Advertisement.lifetime(0)
                            .prefix(
                                    0x2001_0DB9_0000_0000L + i,
                                    0,
                                    64,
                                    ON_LINK | Advertisement.AUTONOMOUS,
                                    9000,
                                    9000));
        }
        assertEquals(32, rig.routes().size());
        assertTrue(rig.routes().contains("2001:db8::/64 metric 0"));
        assertEquals(1 + 16, rig.addresses.size());
        assertEquals(16, rig.count(IpCounter.ADDRESS_AUTOCONFIGURED));
        assertEquals(10_000 - 16, rig.count(IpCounter.ADDRESS_AUTOCONFIGURATION_REFUSED));
        assertEquals(10_000 - 31, rig.count(IpCounter.NDP_REFUSED_LIST_FULL));
        rig.receive(Advertisement.lifetime(0).prefix("2001:db8::/64", ON_LINK, 90000, 9000));
        rig.run(9001 * SECOND);
        assertEquals(List.of("2001:db8::/64 metric 0"), rig.routes());
    }

    @Test
    void aFloodOnOneInterfaceTakesNothingFromAnother() {
        for (int i = 1; i <= 100; i++) {
            rig.receive("fe80::1:" + i, Advertisement.lifetime(1800));
        }
        rig.addresses.interfaceUp(2, rig.nowNs);
        rig.discovery.interfaceUp(2, RouterRig.MAC, 1500, rig.nowNs);
        Advertisement message = Advertisement.lifetime(1800);
        IpAddress router = IpAddress.parse(ROUTER);
        rig.discovery.advertisementReceived(
                2,
                router.high(),
                router.low(),
                255,
                message.memory,
                Advertisement.INDEX,
                message.length(),
                rig.nowNs);
        assertEquals(17, rig.discovery.routers().size());
    }

    @Test
    void whateverBytesComeNothingBreaksAndAllListsStayBounded() {
        Property.forAll(
                300,
                random -> {
                    RouterRig any = RouterRig.ready();
                    for (int i = 0; i < 50; i++) {
                        Advertisement message =
                                Advertisement.of(
                                        random.between(0, 255),
                                        random.between(-1, 1),
                                        random.between(0, 65535),
                                        random.anyInt(),
                                        random.anyInt());
                        int count = random.between(0, 6);
                        for (int j = 0; j < count; j++) {
                            message.raw(
                                    random.between(0, 30),
                                    random.between(0, 4),
                                    random.between(0, 130),
                                    random.between(0, 255));
                            for (int k = random.between(0, 28); k > 0; k--) {
                                message.raw(random.between(0, 255));
                            }
                        }
                        message.prefix(
                                random.anyLong(),
                                random.anyLong(),
                                random.between(0, 255),
                                random.between(0, 255),
                                random.anyInt() & 0xFFFF_FFFFL,
                                random.anyInt() & 0xFFFF_FFFFL);
                        any.receive("fe80::" + random.between(1, 40), message);
                        any.redirect("fe80::fe", 255, message.type(NdpMessage.REDIRECT));
                        any.run(random.between(0, 1000) * SECOND);
                    }
                    assertTrue(any.discovery.routers().size() <= 16);
                    assertTrue(any.discovery.prefixes().size() <= 32);
                    assertTrue(any.addresses.size() <= 17);
                    any.down();
                    assertEquals(List.of(), any.routes());
                });
    }

    @Test
    void anAdvertisementOfWhatIsKnownAllocatesNothing() {
        Advertisement message =
                Advertisement.of(64, 0, 1800, 30_000, 1000)
                        .mtu(1400)
                        .source(ROUTER_MAC)
                        .servers(100, "2001:db8::53")
                        .prefix("2001:db8:1::/64", ON_LINK | Advertisement.AUTONOMOUS, 9000, 9000);
        QuietLink quiet = new QuietLink();
        RouterRig silent = RouterRig.ready();
        RouterDiscovery discovery =
                new RouterDiscovery(
                        RouterOptions.DEFAULT,
                        silent.addresses,
                        onload.ip.address.ChosenRandom.least(),
                        quiet,
                        silent.counters);
        discovery.interfaceUp(ETH, RouterRig.MAC, 1500, silent.nowNs);
        IpAddress router = IpAddress.parse(ROUTER);
        assertEquals(
                0,
                AllocatedBytes.perRun(
                        5000,
                        1000,
                        () -> {
                            discovery.advertisementReceived(
                                    ETH,
                                    router.high(),
                                    router.low(),
                                    255,
                                    message.memory,
                                    Advertisement.INDEX,
                                    message.length(),
                                    silent.nowNs);
                            discovery.advance(silent.nowNs);
                            discovery.nextDeadlineNs();
                        }));
        assertEquals(2, quiet.routes);
    }
}
