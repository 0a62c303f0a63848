package onload.ip.route;

import static onload.ip.route.TestRoutes.lookup;
import static onload.ip.route.TestRoutes.onLink;
import static onload.ip.route.TestRoutes.via;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.route.TestRoutes.Broken;
import onload.testkit.base.AllocatedBytes;
import onload.wire.IpAddress;
import onload.wire.IpPrefix;
import onload.wire.Ipv4Address;
import onload.wire.Ipv6Address;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Objects;

class RoutingTableTest {
    private final RoutingTable table = new RoutingTable(600);

    @Test
    void anEmptyTableHasNoRoute() {
        assertNull(lookup(table, "192.0.2.1"));
        assertNull(lookup(table, "2001:db8::1"));
        assertNull(lookup(table, "fe80::1"));
        assertEquals(List.of(), table.routes());
    }

    @Test
    void theLongestIpv4PrefixWins() {
        Route all = add(via("0.0.0.0/0", "10.0.0.1", 1));
        Route eight = add(onLink("10.0.0.0/8", 1));
        Route twentyFour = add(onLink("10.1.2.0/24", 2));
        Route host = add(onLink("10.1.2.3/32", 3));
        assertSame(host, lookup(table, "10.1.2.3"));
        assertSame(twentyFour, lookup(table, "10.1.2.4"));
        assertSame(twentyFour, lookup(table, "10.1.2.255"));
        assertSame(eight, lookup(table, "10.1.3.0"));
        assertSame(eight, lookup(table, "10.1.1.255"));
        assertSame(all, lookup(table, "11.0.0.0"));
        assertSame(all, lookup(table, "9.255.255.255"));
        assertSame(all, lookup(table, "0.0.0.0"));
        assertSame(all, lookup(table, "255.255.255.255"));
    }

    @Test
    void theLongestIpv6PrefixWins() {
        Route all = add(via("::/0", "fe80::1", 1));
        Route thirtyTwo = add(via("2001:db8::/32", "fe80::2", 1));
        Route sixtyFour = add(onLink("2001:db8:0:1::/64", 1));
        Route sixtyFive = add(onLink("2001:db8:0:1:8000::/65", 2));
        Route host = add(onLink("2001:db8:0:1:8000::1/128", 3));
        assertSame(host, lookup(table, "2001:db8:0:1:8000::1"));
        assertSame(sixtyFive, lookup(table, "2001:db8:0:1:8000::"));
        assertSame(sixtyFour, lookup(table, "2001:db8:0:1:7fff:ffff:ffff:ffff"));
        assertSame(thirtyTwo, lookup(table, "2001:db8:0:2::1"));
        assertSame(all, lookup(table, "2001:db9::1"));
        assertSame(all, lookup(table, "::"));
        assertSame(all, lookup(table, "fdff:ffff::1"));
    }

    @Test
    void addressesAreComparedWithoutSign() {
        Route low = add(onLink("0.0.0.0/1", 1));
        Route high = add(onLink("128.0.0.0/1", 1));
        Route lowHalf = add(onLink("::/1", 1));
        Route highHalf = add(onLink("8000::/1", 1));
        Route lowerHighBit = add(onLink("2001:db8:0:0:8000::/65", 1));
        assertSame(low, lookup(table, "127.255.255.255"));
        assertSame(high, lookup(table, "128.0.0.0"));
        assertSame(lowHalf, lookup(table, "7fff::1"));
        assertSame(highHalf, lookup(table, "8000::"));
        assertSame(lowHalf, lookup(table, "2001:db8::7fff:0:0:0"));
        assertSame(lowerHighBit, lookup(table, "2001:db8::ffff:0:0:0"));
    }

    @Test
    void aLongerPrefixWinsOverASmallerMetric() {
        add(via("10.0.0.0/8", "192.0.2.1", 1, 0));
        Route longer = add(via("10.0.0.0/9", "192.0.2.2", 1, 9999));
        assertSame(longer, lookup(table, "10.0.0.1"));
    }

    @Test
    void ofEqualPrefixesTheSmallestMetricWins() {
        add(via("0.0.0.0/0", "192.0.2.1", 1, 200));
        Route better = add(via("0.0.0.0/0", "192.0.2.2", 2, 100));
        add(via("0.0.0.0/0", "192.0.2.3", 1, Integer.MAX_VALUE));
        assertSame(better, lookup(table, "8.8.8.8"));
    }

    @Test
    void ofEqualMetricsTheSmallestInterfaceWins() {
        add(via("::/0", "fe80::3", 3, 10));
        Route better = add(via("::/0", "fe80::2", 2, 10));
        assertSame(better, lookup(table, "2001:db8::1"));
    }

    @Test
    void ofEqualDefaultRoutesTheFirstAddedWinsEachTime() {
        Route first = add(via("::/0", "fe80::9", 1));
        add(via("::/0", "fe80::1", 1));
        add(via("::/0", "fe80::5", 1));
        for (int i = 0; i < 5; i++) {
            assertSame(first, lookup(table, "2001:db8::1"));
        }
        table.remove(first);
        table.add(first);
        assertEquals(IpAddress.parse("fe80::1"), found("2001:db8::1").gateway());
    }

    @Test
    void theDefaultRouteOfOneVersionIsNoneOfTheOther() {
        Route six = add(via("::/0", "fe80::1", 1));
        assertNull(lookup(table, "192.0.2.1"));
        table.remove(six);
        add(via("0.0.0.0/0", "10.0.0.1", 1));
        assertNull(lookup(table, "2001:db8::1"));
        assertNull(lookup(table, "::fffe:192.0.2.1"));
        assertNull(lookup(table, "::1:0:0:0"));
    }

    @Test
    void anIpv6PrefixAroundTheMappedAddressesHasNoIpv4Address() {
        add(onLink("::fffe:0:0/95", 1));
        add(onLink("::/80", 1));
        assertNull(lookup(table, "192.0.2.1"));
        assertNotNull(lookup(table, "::fffe:c000:201"));
    }

    @Test
    void anIpv6AddressNextToNestedIpv4PrefixesFindsItsOwn() {
        Route six = add(via("::/0", "fe80::1", 1));
        for (int length = 0; length <= 32; length++) {
            table.add(
                    Route.onLink(
                            IpPrefix.containing(IpAddress.of(Ipv4Address.BROADCAST), length), 1));
        }
        assertSame(six, lookup(table, "0:0:0:0:1::"));
        assertSame(six, lookup(table, "0:0:0:0:0:fffe:ffff:ffff"));
        assertEquals(32, found("255.255.255.255").destination().length());
        assertEquals(31, found("255.255.255.254").destination().length());
        assertEquals(0, found("127.0.0.1").destination().length());
    }

    @Test
    void routesOfUnusableInterfacesArePassedOver() {
        Route all = add(via("0.0.0.0/0", "192.0.2.1", 1));
        Route specific = add(onLink("10.0.0.0/8", 2));
        Broken states = Broken.interfaces(2);
        assertSame(all, lookup(table, "10.0.0.1", 0, states));
        states.interfaces.clear();
        assertSame(specific, lookup(table, "10.0.0.1", 0, states));
        states.interfaces.addAll(List.of(1, 2));
        assertNull(lookup(table, "10.0.0.1", 0, states));
    }

    @Test
    void aGivenInterfaceRestrictsToItsRoutes() {
        Route one = add(via("0.0.0.0/0", "192.0.2.1", 1, 1));
        Route two = add(via("0.0.0.0/0", "198.51.100.1", 2, 2));
        add(onLink("10.0.0.0/8", 1));
        assertSame(two, lookup(table, "10.0.0.1", 2, InterfaceStates.ALL_USABLE));
        assertSame(one, lookup(table, "8.8.8.8", 1, InterfaceStates.ALL_USABLE));
        assertNull(lookup(table, "8.8.8.8", 3, InterfaceStates.ALL_USABLE));
        assertNull(lookup(table, "8.8.8.8", 2, Broken.interfaces(2)));
    }

    // RFC 4007: link-local and multicast destinations.

    @Test
    void aLinkLocalDestinationIsReachedByTheInterfaceThatIsGiven() {
        Route one = add(onLink("fe80::/64", 1));
        Route two = add(onLink("fe80::/64", 2));
        assertSame(one, lookup(table, "fe80::5", 1, InterfaceStates.ALL_USABLE));
        assertSame(two, lookup(table, "fe80::5", 2, InterfaceStates.ALL_USABLE));
        assertNull(lookup(table, "fe80::5", 3, InterfaceStates.ALL_USABLE));
    }

    @Test
    void aLinkLocalDestinationWithoutInterfaceIsAmbiguousOnTwoLinks() {
        Route one = add(onLink("fe80::/64", 1));
        assertSame(one, lookup(table, "fe80::5"));
        Route two = add(onLink("fe80::/64", 2));
        assertNull(lookup(table, "fe80::5"));
        assertSame(two, lookup(table, "fe80::5", 0, Broken.interfaces(1)));
        assertSame(one, lookup(table, "fe80::5", 0, Broken.interfaces(2)));
        assertNull(lookup(table, "fe80::5", 0, Broken.interfaces(1, 2)));
    }

    @Test
    void aMulticastDestinationWithoutInterfaceIsAmbiguousOnTwoLinks() {
        Route one = add(onLink("ff00::/8", 1));
        assertSame(one, lookup(table, "ff02::fb"));
        assertSame(one, lookup(table, "ff0e::1"));
        Route two = add(onLink("ff00::/8", 2));
        assertNull(lookup(table, "ff02::fb"));
        assertNull(lookup(table, "ff0e::1"));
        assertSame(two, lookup(table, "ff0e::1", 2, InterfaceStates.ALL_USABLE));
    }

    @Test
    void severalRoutesOfOneInterfaceAreNotAmbiguousAndTheLongestWins() {
        add(onLink("fe80::/10", 1));
        Route longer = add(onLink("fe80::/64", 1));
        assertSame(longer, lookup(table, "fe80::5"));
    }

    @Test
    void ambiguityIsSeenAcrossPrefixLengths() {
        add(onLink("fe80::/64", 1));
        add(onLink("fe80::/10", 2));
        assertNull(lookup(table, "fe80::5"));
    }

    @Test
    void linkLocalAndMulticastDestinationsNeverGoOverARouter() {
        add(via("::/0", "fe80::1", 1));
        add(via("fe80::/64", "fe80::1", 1));
        add(via("ff00::/8", "fe80::1", 1));
        assertNull(lookup(table, "fe80::5"));
        assertNull(lookup(table, "fe80::5", 1, InterfaceStates.ALL_USABLE));
        assertNull(lookup(table, "ff0e::1", 1, InterfaceStates.ALL_USABLE));
        assertNull(lookup(table, "febf:ffff::1"));
        assertNotNull(lookup(table, "fec0::1"), "not link-local any more");
    }

    @Test
    void anIpv4GroupIsRoutedLikeAnyDestination() {
        Route all = add(via("0.0.0.0/0", "192.0.2.1", 1));
        assertSame(all, lookup(table, "224.0.0.251"));
        Route groups = add(onLink("224.0.0.0/4", 2));
        assertSame(groups, lookup(table, "239.1.2.3"));
    }

    // RFC 4861, section 6.3.6; RFC 4191, section 3.2; RFC 1122, section 3.3.1.5.

    @Test
    void anUnreachableDefaultRouterIsPassedOverWhateverItsMetric() {
        add(via("::/0", "fe80::1", 1, 1));
        Route second = add(via("::/0", "fe80::2", 1, 1024));
        assertSame(second, lookup(table, "2001:db8::1", 0, Broken.routers("fe80::1")));
    }

    @Test
    void anUnreachableIpv4GatewayIsPassedOver() {
        add(via("0.0.0.0/0", "192.0.2.1", 1));
        Route second = add(via("0.0.0.0/0", "192.0.2.2", 1));
        assertSame(second, lookup(table, "8.8.8.8", 0, Broken.routers("192.0.2.1")));
    }

    @Test
    void theOnlyRouterIsTakenThoughUnreachable() {
        Route only = add(via("::/0", "fe80::1", 1));
        for (int i = 0; i < 3; i++) {
            assertSame(only, lookup(table, "2001:db8::1", 0, Broken.routers("fe80::1")));
        }
    }

    @Test
    void ifNoDefaultRouterIsReachableTheyAreTakenInTurn() {
        Route one = add(via("::/0", "fe80::1", 1, 1));
        Route two = add(via("::/0", "fe80::2", 1, 2));
        Route three = add(via("::/0", "fe80::3", 2, 3));
        Broken states = Broken.routers("fe80::1", "fe80::2", "fe80::3");
        long version = table.version();
        for (int i = 0; i < 2; i++) {
            assertSame(one, lookup(table, "2001:db8::1", 0, states));
            assertSame(two, lookup(table, "2001:db8::1", 0, states));
            assertSame(three, lookup(table, "2001:db8::1", 0, states));
        }
        assertEquals(version, table.version());
        states.interfaces.add(1);
        assertSame(three, lookup(table, "2001:db8::1", 0, states));
    }

    @Test
    void turnsLeaveRoutersOfOtherInterfacesOut() {
        add(via("::/0", "fe80::1", 1));
        Route two = add(via("::/0", "fe80::2", 2));
        Route three = add(via("::/0", "fe80::3", 2));
        Broken states = Broken.routers("fe80::1", "fe80::2", "fe80::3");
        assertSame(two, lookup(table, "2001:db8::1", 2, states));
        assertSame(three, lookup(table, "2001:db8::1", 2, states));
        assertSame(two, lookup(table, "2001:db8::1", 2, states));
    }

    @Test
    void anAdvertisedRouteOfAnUnreachableRouterIsLeftForAShorterPrefix() {
        add(via("2001:db8::/32", "fe80::1", 1, 1, RouteOrigin.ADVERTISED));
        Route all = add(via("::/0", "fe80::2", 1, 1, RouteOrigin.ADVERTISED));
        assertSame(all, lookup(table, "2001:db8::1", 0, Broken.routers("fe80::1")));
    }

    @Test
    void aRedirectToAnUnreachableRouterIsLeftForTheDefaultRoute() {
        add(via("2001:db8::1/128", "fe80::1", 1, 0, RouteOrigin.REDIRECTED));
        Route all = add(via("::/0", "fe80::2", 1));
        assertSame(all, lookup(table, "2001:db8::1", 0, Broken.routers("fe80::1")));
    }

    @Test
    void aRouteThatAPersonMadeIsNotLeftForAShorterPrefix() {
        Route secret = add(via("10.0.0.0/8", "192.0.2.1", 1));
        add(via("0.0.0.0/0", "192.0.2.2", 1));
        assertSame(secret, lookup(table, "10.0.0.1", 0, Broken.routers("192.0.2.1")));
    }

    @Test
    void aMirroredRouteIsNotLeftForAShorterPrefixEither() {
        Route secret = add(via("10.0.0.0/8", "192.0.2.1", 1, 0, RouteOrigin.MIRRORED));
        add(via("0.0.0.0/0", "192.0.2.2", 1));
        assertSame(secret, lookup(table, "10.0.0.1", 0, Broken.routers("192.0.2.1")));
    }

    @Test
    void ifNoRouterOfAnyPrefixIsReachableAllThatWouldDoAreTakenInTurn() {
        Route specific = add(via("2001:db8::/32", "fe80::1", 1, 1, RouteOrigin.ADVERTISED));
        Route all = add(via("::/0", "fe80::2", 1, 1, RouteOrigin.ADVERTISED));
        Broken states = Broken.routers("fe80::1", "fe80::2");
        assertSame(specific, lookup(table, "2001:db8::1", 0, states));
        assertSame(all, lookup(table, "2001:db8::1", 0, states));
        assertSame(specific, lookup(table, "2001:db8::1", 0, states));
    }

    @Test
    void turnsStopAtTheRouteThatAPersonMade() {
        Route advertised = add(via("10.0.0.0/16", "192.0.2.1", 1, 0, RouteOrigin.ADVERTISED));
        Route manual = add(via("10.0.0.0/8", "192.0.2.2", 1));
        add(via("0.0.0.0/0", "192.0.2.3", 1));
        Broken states = Broken.routers("192.0.2.1", "192.0.2.2");
        for (int i = 0; i < 3; i++) {
            assertSame(advertised, lookup(table, "10.0.0.1", 0, states));
            assertSame(manual, lookup(table, "10.0.0.1", 0, states));
        }
    }

    @Test
    void aRouteWithoutGatewayStandsInForAnUnreachableRouter() {
        add(via("10.0.0.0/8", "192.0.2.1", 1));
        Route onLink =
                add(
                        new Route(
                                IpPrefix.parse("10.0.0.0/8"),
                                null,
                                1,
                                9,
                                null,
                                0,
                                RouteOrigin.MANUAL));
        assertSame(onLink, lookup(table, "10.0.0.1", 0, Broken.routers("192.0.2.1")));
    }

    // Changes.

    @Test
    void anEqualRouteIsNotAddedTwice() {
        add(via("10.0.0.0/8", "192.0.2.1", 1));
        long version = table.version();
        assertFalse(table.add(via("10.0.0.0/8", "192.0.2.1", 1)));
        assertEquals(1, table.size());
        assertEquals(version, table.version());
    }

    @Test
    void routesThatDifferInTheirOriginOnlyStandOnTheirOwn() {
        add(via("10.0.0.0/8", "192.0.2.1", 1));
        add(via("10.0.0.0/8", "192.0.2.1", 1, 0, RouteOrigin.MIRRORED));
        assertEquals(1, table.removeIf(route -> route.origin() == RouteOrigin.MIRRORED));
        assertTrue(table.contains(via("10.0.0.0/8", "192.0.2.1", 1)));
    }

    @Test
    void eachChangeMakesAnotherVersion() {
        long before = table.version();
        Route route = add(onLink("10.0.0.0/8", 1));
        assertNotEquals(before, table.version());
        before = table.version();
        assertTrue(table.remove(route));
        assertNotEquals(before, table.version());
        before = table.version();
        assertFalse(table.remove(route));
        assertEquals(0, table.removeIf(any -> true));
        lookup(table, "10.0.0.1");
        assertEquals(before, table.version());
        add(route);
        before = table.version();
        assertEquals(1, table.removeIf(any -> true));
        assertNotEquals(before, table.version());
    }

    @Test
    void whatWasRemovedIsNotFound() {
        Route all = add(via("0.0.0.0/0", "192.0.2.1", 1));
        Route specific = add(onLink("10.0.0.0/8", 1));
        assertSame(specific, lookup(table, "10.0.0.1"));
        table.remove(onLink("10.0.0.0/8", 1));
        assertSame(all, lookup(table, "10.0.0.1"));
        assertFalse(table.contains(specific));
    }

    @Test
    void allRoutesOfAnInterfaceAreRemovedAtOnce() {
        add(onLink("10.0.0.0/8", 1));
        add(onLink("fe80::/64", 1));
        Route other = add(onLink("fe80::/64", 2));
        assertEquals(2, table.removeIf(route -> route.interfaceIndex() == 1));
        assertEquals(List.of(other), table.routes());
        assertSame(other, lookup(table, "fe80::1"));
    }

    @Test
    void aConditionThatThrowsLeavesTheTableAsItWas() {
        Route one = add(onLink("10.0.0.0/8", 1));
        Route two = add(onLink("11.0.0.0/8", 1));
        long version = table.version();
        assertThrows(
                IllegalStateException.class,
                () ->
                        table.removeIf(route -> {
                            if (route.equals(two)) {
                                throw new IllegalStateException();
                            }
                            return true;
                        }));
        assertEquals(List.of(one, two), table.routes());
        assertEquals(version, table.version());
        assertSame(one, lookup(table, "10.0.0.1"));
    }

    @Test
    void aFullTableSaysSoAndIsAsBefore() {
        RoutingTable small = new RoutingTable(2);
        Route one = onLink("10.0.0.0/8", 1);
        assertTrue(small.add(one));
        assertFalse(small.isFull());
        assertTrue(small.add(onLink("11.0.0.0/8", 1)));
        assertTrue(small.isFull());
        long version = small.version();
        IllegalStateException error =
                assertThrows(IllegalStateException.class, () -> small.add(onLink("12.0.0.0/8", 1)));
        String message = String.valueOf(error.getMessage());
        assertTrue(message.contains("12.0.0.0/8"), message);
        assertTrue(message.contains("2 already"), message);
        assertFalse(small.add(onLink("10.0.0.0/8", 1)), "an equal route needs no room");
        assertEquals(version, small.version());
        assertNull(lookup(small, "12.0.0.1"));
        small.remove(one);
        assertTrue(small.add(onLink("12.0.0.0/8", 1)));
        assertNotNull(lookup(small, "12.0.0.1"));
    }

    @Test
    void aTableWithoutRoomIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new RoutingTable(0));
        assertThrows(IllegalArgumentException.class, () -> new RoutingTable(-1));
    }

    @Test
    void aTableOfOneRouteWorks() {
        RoutingTable small = new RoutingTable(1);
        small.add(onLink("::1/128", 1));
        assertNotNull(lookup(small, "::1"));
        assertNull(lookup(small, "::"));
        assertNull(lookup(small, "::2"));
    }

    @Test
    void routesAreListedAsPeopleAreUsedTo() {
        List<Route> expected =
                List.of(
                        via("0.0.0.0/1", "10.8.0.5", 2),
                        via("0.0.0.0/0", "192.168.1.1", 1, 100),
                        via("0.0.0.0/0", "192.168.1.1", 2, 600),
                        onLink("10.0.0.0/24", 1),
                        onLink("10.0.0.0/8", 1),
                        onLink("10.1.0.0/16", 1),
                        onLink("192.168.1.0/24", 1),
                        onLink("2001:db8:1::/48", 1),
                        via("2001:db8::/32", "fe80::1", 1),
                        onLink("fe80::/64", 1),
                        onLink("fe80::/64", 2),
                        onLink("ff00::/8", 1),
                        via("::/0", "fe80::1", 1, 1024));
        expected.reversed().forEach(this::add);
        assertEquals(expected, table.routes());
    }

    @Test
    void theListIsACopy() {
        add(onLink("10.0.0.0/8", 1));
        List<Route> list = table.routes();
        table.removeIf(route -> true);
        assertEquals(1, list.size());
    }

    @Test
    void hundredsOfRedirectedHostsAreFoundAndRemovedAtOnce() {
        Route all = add(via("::/0", "fe80::1", 1));
        for (int i = 0; i < 500; i++) {
            add(
                    via(
                            "2001:db8::" + Integer.toHexString(i) + "/128",
                            "fe80::2",
                            1,
                            0,
                            RouteOrigin.REDIRECTED));
        }
        for (int i = 0; i < 500; i++) {
            Route found = found("2001:db8::" + Integer.toHexString(i));
            assertEquals(Integer.toHexString(i), lastGroup(found));
        }
        assertSame(all, lookup(table, "2001:db8::1f4"));
        assertEquals(500, table.removeIf(route -> route.origin() == RouteOrigin.REDIRECTED));
        assertSame(all, lookup(table, "2001:db8::1"));
    }

    @Test
    void aLookUpAllocatesNothing() {
        add(via("0.0.0.0/0", "192.0.2.1", 1));
        add(via("0.0.0.0/0", "192.0.2.2", 1));
        add(via("::/0", "fe80::1", 1));
        add(onLink("fe80::/64", 1));
        for (int i = 0; i < 100; i++) {
            add(onLink("10.0." + i + ".0/24", 1));
        }
        Broken states = Broken.routers("192.0.2.1", "192.0.2.2");
        InterfaceStates asked = new NoneReachable();
        assertNotNull(lookup(table, "8.8.8.8", 0, states));
        assertEquals(
                0,
                AllocatedBytes.perRun(
                        2000,
                        1000,
                        () -> {
                            for (int i = 0; i < 50; i++) {
                                table.lookup(
                                        0,
                                        Ipv6Address.mappedLow(Ipv4Address.of(10, 0, i * 3, 1)),
                                        0,
                                        asked);
                            }
                            table.lookup(0x2001_0db8_0000_0000L, 1, 0, asked);
                            table.lookup(Ipv6Address.LINK_LOCAL_HIGH, 1, 0, asked);
                        }));
    }

    @Test
    void aLookUpAfterAChangeAllocatesNothingEither() {
        Route route = onLink("10.0.0.0/8", 1);
        for (int i = 0; i < 100; i++) {
            add(onLink("11.0." + i + ".0/24", 1));
        }
        InterfaceStates asked = new NoneReachable();
        assertEquals(
                0,
                AllocatedBytes.perRun(
                        2000,
                        1000,
                        () -> {
                            if (!table.remove(route)) {
                                table.add(route);
                            }
                        },
                        () -> table.lookup(0, Ipv6Address.mappedLow(0x0a00_0001), 0, asked)));
    }

    private Route add(Route route) {
        assertTrue(table.add(route), route.toString());
        return route;
    }

    private Route found(String destination) {
        return Objects.requireNonNull(lookup(table, destination), destination);
    }

    private static String lastGroup(Route route) {
        String network = route.destination().network().toString();
        String group = network.substring(network.lastIndexOf(':') + 1);
        return group.isEmpty() ? "0" : group;
    }

    private static final class NoneReachable implements InterfaceStates {
        @Override
        public boolean isUsable(int interfaceIndex) {
            return true;
        }

        @Override
        public boolean isReachable(Route route) {
            return false;
        }
    }
}
