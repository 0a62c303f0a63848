package onload.testkit.ip;

import static onload.testkit.ip.RoutedNetwork.SECOND_NS;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.IpLayer;
import onload.ip.IpOptions;
import onload.ip.address.AddressOrigin;
import onload.ip.address.AddressState;
import onload.ip.address.InterfaceAddress;
import onload.ip.counter.IpCounter;
import onload.ip.route.Route;
import onload.ip.router.RouterOptions;
import onload.ip.spi.IcmpError;
import onload.nic.emulated.LinkSettings;
import onload.wire.IpAddress;
import onload.wire.IpPrefix;
import onload.wire.Ipv6Address;
import onload.wire.MacAddress;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;

/** Router discovery and autoconfiguration as a host and its peer beyond the router see them. */
class RouterTest {
    private static final long HOUR_NS = 3600 * SECOND_NS;
    private static final String SERVER = "2001:db8:2::1";
    private static final long ALL_NODES_MAC =
            MacAddress.ofIpv6Multicast(Ipv6Address.ALL_NODES_HIGH, Ipv6Address.ALL_NODES_LOW);

    private final RoutedNetwork net = new RoutedNetwork(5, IpOptions.DEFAULT);
    private final IpHost host = net.host;

    @AfterEach
    void everyBufferIsHome() {
        net.close();
    }

    private static RouterAdvertisement usual() {
        return new RouterAdvertisement().prefix("2001:db8:1::/64", 3600, 1800);
    }

    private void autoconfigure(RouterAdvertisement advertisement) {
        net.near.advertises(advertisement);
        host.up();
        net.network.run(4 * SECOND_NS);
    }

    private List<InterfaceAddress> autoconfigured() {
        return host.ip().addresses().list(host.nic0().index()).stream()
                .filter(each -> each.origin() == AddressOrigin.AUTOCONFIGURED)
                .filter(each -> !each.address().isLinkLocal())
                .toList();
    }

    private List<Route> defaultRoutes() {
        return host.ip().routes().stream()
                .filter(each -> each.destination().equals(IpPrefix.IPV6_ALL))
                .toList();
    }

    private String state() {
        return host.ip().addresses().list()
                + "\n"
                + host.ip().routes()
                + "\n"
                + host.ip().counters()
                + "\n"
                + net.server.ip().counters();
    }

    // Autoconfiguration.

    @Test
    void aHostThatComesUpHasAnAddressARouteAndReachesWhatIsBeyondTheRouter() {
        autoconfigure(usual());
        InterfaceAddress own = autoconfigured().getFirst();
        assertEquals(AddressState.PREFERRED, own.state());
        assertEquals(Ipv6Address.interfaceIdentifier(host.nic().macAddress()), own.low());
        assertEquals(1, defaultRoutes().size());
        assertEquals(net.near.linkLocal(), defaultRoutes().getFirst().gateway());
        Ping ping = host.ping(SERVER);
        assertTrue(ping.reaches(56, SECOND_NS), this::state);
        assertEquals(63, ping.lastHopLimit());
        assertTrue(ping.reaches(65_507, SECOND_NS), this::state);
        assertTrue(net.server.ping(own.address().toString()).reaches(56, SECOND_NS), this::state);
    }

    @Test
    void theRouterItselfIsReached() {
        autoconfigure(usual());
        assertTrue(host.ping("2001:db8:1::ffff").reaches(56, SECOND_NS), this::state);
        assertTrue(host.ping("2001:db8:2::ffff").reaches(56, SECOND_NS), this::state);
        assertTrue(host.ping(net.near.linkLocal().toString()).reaches(56, SECOND_NS), this::state);
    }

    @Test
    void bothVersionsGoThroughTheRouter() {
        net.withFixedHost();
        Ping ping = host.ping("198.51.100.1");
        assertTrue(ping.reaches(56, SECOND_NS), this::state);
        assertEquals(63, ping.lastHopLimit());
        assertTrue(ping.reaches(65_507, SECOND_NS), this::state);
        assertTrue(net.server.ping("192.0.2.1").reaches(65_507, SECOND_NS), this::state);
        assertTrue(host.ping(SERVER).reaches(65_507, SECOND_NS), this::state);
        assertTrue(net.server.ping("2001:db8:1::1").reaches(65_507, SECOND_NS), this::state);
    }

    @Test
    void withoutAnAnswerTheHostAsksOnAndTakesAnAdvertisementAtAnyTime() {
        host.up();
        net.network.run(60 * SECOND_NS);
        assertEquals(IpLayer.NO_ROUTE, host.ping(SERVER).send(56));
        assertTrue(host.count(IpCounter.NDP_ROUTER_SOLICITATIONS_SENT) >= 3);
        net.near.advertise(usual());
        net.network.run(4 * SECOND_NS);
        assertTrue(host.ping(SERVER).reaches(56, SECOND_NS), this::state);
    }

    @Test
    void hopLimitAndMtuAreTheRouters() {
        autoconfigure(usual().hopLimit(40).mtu(1400));
        Ping ping = host.ping(SERVER).dontFragment();
        assertTrue(ping.reaches(1400 - 48, SECOND_NS), this::state);
        assertEquals(40, ping.destination().hopLimit());
        assertEquals(IpLayer.TOO_LONG, ping.send(1401 - 48));
        assertEquals(1500, host.nic0().mtu());
    }

    @ParameterizedTest
    @CsvSource({"1279", "0", "1501", "4294967295"})
    void anMtuThatCannotBeIsIgnored(long mtu) {
        autoconfigure(usual().mtu(mtu));
        Ping ping = host.ping(SERVER).dontFragment();
        assertTrue(ping.reaches(1500 - 48, SECOND_NS), this::state);
    }

    @Test
    void aHopLimitThatWouldCutTheHostOffIsIgnored() {
        autoconfigure(usual().hopLimit(1));
        assertTrue(host.ping(SERVER).reaches(56, SECOND_NS), this::state);
    }

    @Test
    void whenItsLifetimeEndsTheRouterIsUsedNoMore() {
        autoconfigure(usual().lifetimeSeconds(100));
        Ping ping = host.ping(SERVER);
        assertTrue(ping.reaches(56, SECOND_NS), this::state);
        net.network.run(110 * SECOND_NS);
        assertEquals(0, defaultRoutes().size());
        assertEquals(IpLayer.NO_ROUTE, ping.send(56));
        // Its prefix is still on the link, and the address as well.
        assertTrue(host.ping("2001:db8:1::ffff").reaches(56, SECOND_NS), this::state);
    }

    @Test
    void aLifetimeOfZeroEndsItAtOnce() {
        autoconfigure(usual());
        Ping ping = host.ping(SERVER);
        assertTrue(ping.reaches(56, SECOND_NS), this::state);
        net.near.advertise(new RouterAdvertisement().lifetimeSeconds(0));
        net.network.run(SECOND_NS);
        assertEquals(IpLayer.NO_ROUTE, ping.send(56));
        net.near.advertise();
        net.network.run(SECOND_NS);
        assertTrue(ping.reaches(56, SECOND_NS), this::state);
    }

    @Test
    void anAddressIsDeprecatedAndThenGoneWithItsPrefix() {
        autoconfigure(
                new RouterAdvertisement()
                        .lifetimeSeconds(9000)
                        .prefix("2001:db8:1::/64", 7200, 100));
        String own = autoconfigured().getFirst().address().toString();
        Ping ping = host.ping(SERVER);
        assertTrue(ping.reaches(56, SECOND_NS), this::state);
        net.network.run(110 * SECOND_NS);
        assertEquals(AddressState.DEPRECATED, host.stateOf(own));
        assertTrue(ping.reaches(56, SECOND_NS), this::state);
        assertTrue(net.server.ping(own).reaches(56, SECOND_NS), this::state);
        net.network.run(2 * HOUR_NS);
        assertNull(host.stateOf(own));
        assertFalse(ping.reaches(56, 10 * SECOND_NS));
        assertFalse(net.server.ping(own).reaches(56, 10 * SECOND_NS));
    }

    @Test
    void afterRenumberingTheNewPrefixIsUsed() {
        autoconfigure(usual());
        Ping ping = host.ping(SERVER);
        assertTrue(ping.reaches(56, SECOND_NS), this::state);
        long before = ping.destination().sourceHigh();
        net.near.address("2001:db8:7::ffff/64");
        net.near.advertise(
                new RouterAdvertisement()
                        .prefix("2001:db8:1::/64", 7200, 0)
                        .prefix("2001:db8:7::/64", 7200, 3600));
        net.network.run(3 * SECOND_NS);
        assertTrue(ping.reaches(56, SECOND_NS), this::state);
        assertNotEquals(before, ping.destination().sourceHigh());
        assertEquals(IpAddress.parse("2001:db8:7::").high(), ping.destination().sourceHigh());
    }

    @Test
    void anUnauthenticatedAdvertisementDoesNotEndAnAddressWithinTwoHours() {
        autoconfigure(new RouterAdvertisement().prefix("2001:db8:1::/64", 86_400, 86_400));
        String own = autoconfigured().getFirst().address().toString();
        net.near.advertise(new RouterAdvertisement().prefix("2001:db8:1::/64", 1, 1));
        net.network.run(HOUR_NS);
        assertEquals(AddressState.DEPRECATED, host.stateOf(own));
        net.network.run(2 * HOUR_NS);
        assertNull(host.stateOf(own));
    }

    @Test
    void theRouterOfHigherPreferenceIsUsedAndTheOtherWhenItIsGone() {
        autoconfigure(usual());
        PlayedRouter better = net.network.addRouter();
        PlayedLink link = better.addLink();
        assertEquals(1, defaultRoutes().size());
        // A second router on the same cable is a second sender to the host.
        byte[] advertisement =
                new RouterAdvertisement()
                        .preference(1)
                        .lifetimeSeconds(50)
                        .message(link.macAddress());
        net.near.sendIp(
                ALL_NODES_MAC,
                IpPackets.icmp(link.linkLocal().toString(), "ff02::1", 255, advertisement));
        net.network.run(SECOND_NS);
        assertEquals(2, defaultRoutes().size());
        Ping ping = host.ping(SERVER);
        assertFalse(ping.reaches(56, SECOND_NS));
        net.network.run(60 * SECOND_NS);
        assertEquals(1, defaultRoutes().size());
        assertTrue(ping.reaches(56, SECOND_NS), this::state);
        net.network.connect(link.nic(), net.network.addSwitch(), LinkSettings.PERFECT);
    }

    @Test
    void aRouterThatDoesNotSayItsEthernetAddressIsAskedForIt() {
        autoconfigure(usual().preference(1).linkLayerAddress(false));
        byte[] other = new RouterAdvertisement().message(MacAddress.parse("02:00:00:00:99:99"));
        net.near.sendIp(ALL_NODES_MAC, IpPackets.icmp("fe80::9999", "ff02::1", 255, other));
        net.network.run(SECOND_NS);
        assertTrue(host.ping(SERVER).reaches(56, SECOND_NS), this::state);
    }

    @Test
    void aRouterThatDiesIsLeftForOneThatAnswers() {
        autoconfigure(usual());
        byte[] advertisement =
                new RouterAdvertisement()
                        .preference(1)
                        .message(MacAddress.parse("02:00:00:00:99:99"));
        net.near.sendIp(ALL_NODES_MAC, IpPackets.icmp("fe80::9999", "ff02::1", 255, advertisement));
        net.network.run(SECOND_NS);
        Ping ping = host.ping(SERVER);
        assertTrue(ping.reachesWithin(56, 30), this::state);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void ofRoutersThatAllFellSilentEachIsTriedUntilOneAnswers(int others) {
        autoconfigure(usual());
        for (int i = 0; i < others; i++) {
            byte[] other = new RouterAdvertisement().message(0x0200_0000_9900L + i);
            net.near.sendIp(ALL_NODES_MAC, IpPackets.icmp("fe80::99" + i, "ff02::1", 255, other));
        }
        net.near.silent(true);
        Ping ping = host.ping(SERVER);
        assertFalse(ping.reachesWithin(56, 60));
        net.near.silent(false);
        assertTrue(ping.reachesWithin(56, 30), this::state);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void ofGatewaysThatAllFellSilentEachIsTriedUntilOneAnswers(int others) {
        host.up().address("192.0.2.1/24").route("0.0.0.0/0", "192.0.2.254");
        for (int i = 0; i < others; i++) {
            host.route("0.0.0.0/0", "192.0.2." + (i + 100));
        }
        net.near.silent(true);
        Ping ping = host.ping("198.51.100.1");
        assertFalse(ping.reachesWithin(56, 60));
        net.near.silent(false);
        assertTrue(ping.reachesWithin(56, 60), this::state);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 64, 254})
    void anAdvertisementThatMayHaveCrossedARouterIsIgnored(int hopLimit) {
        host.up();
        net.network.run(SECOND_NS);
        byte[] message = usual().message(net.near.macAddress());
        net.near.sendIp(
                ALL_NODES_MAC,
                IpPackets.icmp(net.near.linkLocal().toString(), "ff02::1", hopLimit, message));
        net.network.run(4 * SECOND_NS);
        assertEquals(List.of(), autoconfigured());
        assertEquals(List.of(), defaultRoutes());
    }

    @Test
    void anAdvertisementFromAGlobalAddressIsIgnored() {
        host.up();
        net.network.run(SECOND_NS);
        byte[] message = usual().message(net.near.macAddress());
        net.near.sendIp(ALL_NODES_MAC, IpPackets.icmp("2001:db8:1::ffff", "ff02::1", 255, message));
        net.network.run(4 * SECOND_NS);
        assertEquals(List.of(), autoconfigured());
        assertEquals(List.of(), defaultRoutes());
    }

    @Test
    void aFloodOfRoutersAndPrefixesTakesABoundedAmountAndTheFirstStay() {
        autoconfigure(usual());
        for (int i = 0; i < 2000; i++) {
            RouterAdvertisement flood =
                    new RouterAdvertisement()
                            .prefix("2001:db8:%x::/64".formatted(0x1000 + i), 3600, 3600);
            net.near.sendIp(
                    ALL_NODES_MAC,
                    IpPackets.icmp(
                            "fe80::1:%x".formatted(i),
                            "ff02::1",
                            255,
                            flood.message(0x0200_0000_0000L + i)));
            if (i % 50 == 0) {
                net.network.run(SECOND_NS / 100);
            }
        }
        net.network.run(4 * SECOND_NS);
        RouterOptions limits = RouterOptions.DEFAULT;
        assertTrue(host.ip().routers().routers().size() <= limits.maximumRouters());
        assertTrue(host.ip().routers().prefixes().size() <= limits.maximumPrefixes());
        assertTrue(autoconfigured().size() <= limits.maximumAddresses());
        assertTrue(host.count(IpCounter.NDP_REFUSED_LIST_FULL) > 0);
        assertTrue(
                host.ip().routers().routers().stream()
                        .anyMatch(each -> each.address().equals(net.near.linkLocal())));
        assertTrue(host.ping(SERVER).reachesWithin(56, 60), this::state);
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.1", "2001:db8:1::1"})
    void anErrorTellsThatThereIsNoWayBeyondTheRouter(String from) {
        net.withFixedHost();
        boolean isIpv4 = from.indexOf(':') < 0;
        Ping ping = host.ping(isIpv4 ? "203.0.113.1" : "2001:db8:9::1");
        assertFalse(ping.reaches(56, SECOND_NS));
        assertEquals(1, ping.errors());
        assertEquals(IcmpError.NETWORK_UNREACHABLE, ping.lastErrorKind());
    }

    @ParameterizedTest
    @ValueSource(strings = {"198.51.100.77", "2001:db8:2::77"})
    void anErrorTellsThatAHostBeyondTheRouterIsNotThere(String to) {
        net.withFixedHost();
        Ping ping = host.ping(to);
        assertFalse(ping.reaches(56, 10 * SECOND_NS));
        assertEquals(1, ping.errors(), this::state);
        assertEquals(IcmpError.HOST_UNREACHABLE, ping.lastErrorKind());
    }

    // The way there, hop by hop.

    @ParameterizedTest
    @ValueSource(strings = {"198.51.100.1", "2001:db8:2::1"})
    void aHopLimitOf1EndsAtTheRouterAndIsReported(String to) {
        net.withFixedHost();
        Ping ping = host.ping(to);
        ping.destination().hopLimit(1);
        assertFalse(ping.reaches(56, SECOND_NS));
        assertEquals(1, ping.errors(), this::state);
        assertEquals(IcmpError.HOP_LIMIT_EXCEEDED, ping.lastErrorKind());
        ping.destination().hopLimit(2);
        assertTrue(ping.reaches(56, SECOND_NS), this::state);
        ping.destination().hopLimit(0);
        assertFalse(ping.reaches(56, SECOND_NS));
        assertEquals(1, ping.errors());
    }
}
