package onload.ip.route;

import static onload.ip.address.AddressState.DEPRECATED;
import static onload.ip.address.AddressState.DUPLICATE;
import static onload.ip.address.AddressState.PREFERRED;
import static onload.ip.address.AddressState.TENTATIVE;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import onload.ip.address.AddressInState;
import onload.ip.address.AddressState;
import onload.ip.address.InterfaceAddress;
import onload.testkit.base.AllocatedBytes;
import onload.testkit.base.Property;
import onload.testkit.base.Randomness;
import onload.wire.IpAddress;
import onload.wire.IpPrefix;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntFunction;

/** RFC 6724, sections 3 to 5 and 10.1. The outgoing interface is 1. */
class SourceAddressSelectionTest {
    private final SourceAddressSelection selection =
            new SourceAddressSelection(PolicyTable.DEFAULT);
    private final List<InterfaceAddress> addresses = new ArrayList<>();

    // The examples of section 10.1, in their order.

    @Test
    void example1PrefersAppropriateScopeForAGlobalDestination() {
        have("2001:db8:3::1/64");
        have("fe80::1/64");
        assertSelected("2001:db8:3::1", "2001:db8:1::1");
    }

    @Test
    void example2PrefersAppropriateScopeForASiteLocalGroup() {
        have("2001:db8:3::1/64");
        have("fe80::1/64");
        assertSelected("2001:db8:3::1", "ff05::1");
    }

    @Test
    void example3PrefersTheSameAddressThoughDeprecated() {
        have("2001:db8:1::1/64", DEPRECATED);
        have("2001:db8:2::1/64");
        assertSelected("2001:db8:1::1", "2001:db8:1::1");
    }

    @Test
    void example4PrefersAppropriateScopeThoughDeprecated() {
        have("fe80::2/64", DEPRECATED);
        have("2001:db8:1::1/64");
        assertSelected("fe80::2", "fe80::1");
    }

    @Test
    void example5PrefersTheLongestMatchingPrefix() {
        have("2001:db8:1::2/64");
        have("2001:db8:3::2/64");
        assertSelected("2001:db8:1::2", "2001:db8:1::1");
    }

    @Test
    void example6HasNoHomeAddressesHereSoThatTheLongestMatchingPrefixDecides() {
        have("2001:db8:1::2/64");
        have("2001:db8:3::2/64");
        assertSelected("2001:db8:1::2", "2001:db8:1::1");
    }

    @Test
    void example7PrefersTheMatchingLabel() {
        have("2002:c633:6401::d5e3:7953:13eb:22e8/64");
        have("2001:db8:1::2/64");
        assertSelected("2002:c633:6401:0:d5e3:7953:13eb:22e8", "2002:c633:6401::1");
    }

    @Test
    void example8HasNoTemporaryAddressesHereSoThatTheOrderDecidesWithinAPrefix() {
        have("2001:db8:1::2/64");
        have("2001:db8:1:0:d5e3:7953:13eb:22e8/64");
        List<InterfaceAddress> order = List.copyOf(addresses);
        assertSame(order.getFirst(), select(order, "2001:db8:1::d5e3:0:0:1", 1));
        assertSame(order.getLast(), select(order.reversed(), "2001:db8:1::d5e3:0:0:1", 1));
    }

    // Candidates, section 4.

    @Test
    void withoutAddressesNoneIsSelected() {
        assertSelected(null, "2001:db8::1");
        assertSelected(null, "192.0.2.1");
    }

    @Test
    void tentativeAndDuplicateAddressesAreNeverSelected() {
        have("2001:db8::1/64", TENTATIVE);
        have("2001:db8::2/64", DUPLICATE);
        have("10.0.0.1/8", TENTATIVE);
        have("10.0.0.2/8", DUPLICATE);
        assertSelected(null, "2001:db8::9");
        assertSelected(null, "2001:db8::1");
        assertSelected(null, "10.0.0.9");
        have("2001:db8:ffff::1/64", DEPRECATED);
        assertSelected("2001:db8:ffff::1", "2001:db8::9");
    }

    @Test
    void anAddressOfTheOtherVersionIsNoCandidate() {
        have("2001:db8::1/64");
        assertSelected(null, "192.0.2.1");
        addresses.clear();
        have("192.0.2.2/24");
        assertSelected(null, "2001:db8::1");
    }

    @Test
    void aLinkLocalAddressOfAnotherInterfaceIsNeverSelected() {
        have(2, "fe80::2/64", PREFERRED);
        have(2, "169.254.1.2/16", PREFERRED);
        assertSelected(null, "fe80::9");
        assertSelected(null, "2001:db8::1");
        assertSelected(null, "192.0.2.1");
        have(1, "fe80::1/64", PREFERRED);
        assertSelected("fe80::1", "fe80::9");
    }

    @Test
    void toLinkLocalAndMulticastDestinationsOnlyAddressesOfTheOutgoingInterfaceAreSelected() {
        have(2, "2001:db8::2/64", PREFERRED);
        have(2, "192.0.2.2/24", PREFERRED);
        assertSelected(null, "fe80::9");
        assertSelected(null, "ff02::1");
        assertSelected(null, "ff0e::1");
        assertSelected(null, "224.0.0.1");
        assertSelected(null, "169.254.9.9");
        assertSelected(null, "255.255.255.255");
        have(1, "2001:db8:1::1/64", PREFERRED);
        have(1, "198.51.100.1/24", PREFERRED);
        assertSelected("2001:db8:1::1", "ff0e::1");
        assertSelected("2001:db8:1::1", "fe80::9");
        assertSelected("198.51.100.1", "224.0.0.1");
        assertSelected("198.51.100.1", "255.255.255.255");
    }

    @Test
    void theLoopbackAddressIsNeverSentFromToTheOutside() {
        have("::1/128");
        have("127.0.0.1/8");
        assertSelected(null, "2001:db8::1");
        assertSelected(null, "fe80::1");
        assertSelected(null, "ff02::1");
        assertSelected(null, "192.0.2.1");
        assertSelected(null, "169.254.0.1");
        assertSelected("::1", "::1");
        assertSelected("127.0.0.1", "127.0.0.2");
    }

    @Test
    void theLoopbackAddressOfAnotherInterfaceServesLoopbackDestinations() {
        have(1, "fe80::1/64", PREFERRED);
        have(2, "::1/128", PREFERRED);
        assertSelected("::1", "::1");
    }

    @Test
    void groupsAndTheUnspecifiedAddressAreNeverSelected() {
        have("ff02::1/128");
        have("::/128");
        have("224.0.0.1/32");
        have("0.0.0.0/0");
        assertSelected(null, "ff02::1");
        assertSelected(null, "::");
        assertSelected(null, "2001:db8::1");
        assertSelected(null, "224.0.0.1");
        assertSelected(null, "192.0.2.1");
    }

    // Rule 1.

    @Test
    void rule1TheSameAddressWinsOverScopeInterfaceAndLabel() {
        have(2, "fec0::1/64", DEPRECATED);
        have(1, "fec0::2/64", PREFERRED);
        assertSelected("fec0::1", "fec0::1");
    }

    // Rule 2.

    @Test
    void rule2OfSufficientScopesTheSmallestWins() {
        have("2001:db8::1/64");
        have("fec0::1/64");
        have("fe80::1/64");
        assertSelected("fe80::1", "ff02::1");
        assertSelected("fe80::1", "ff01::1");
        assertSelected("fec0::1", "ff05::1");
        assertSelected("fec0::1", "ff04::1");
        assertSelected("fec0::1", "fec0::9");
        assertSelected("2001:db8::1", "ff08::1");
        assertSelected("2001:db8::1", "ff0e::1");
        assertSelected("2001:db8::1", "2a00::1");
    }

    @Test
    void rule2OfInsufficientScopesTheLargestWins() {
        have("fe80::1/64");
        have("fec0::1/64");
        assertSelected("fec0::1", "2001:db8::1");
        assertSelected("fec0::1", "ff0e::1");
    }

    @Test
    void rule2UniqueLocalAddressesAreOfGlobalScope() {
        have("fe80::1/64");
        have("fd00::1/64");
        assertSelected("fd00::1", "2001:db8::1");
    }

    @Test
    void rule2WinsOverTheOutgoingInterface() {
        have(1, "fe80::1/64", PREFERRED);
        have(2, "2001:db8:2::1/64", PREFERRED);
        assertSelected("2001:db8:2::1", "2001:db8:1::1");
    }

    // Rule 3.

    @Test
    void rule3APreferredAddressWinsOverADeprecatedOne() {
        have("2001:db8:1::2/64", DEPRECATED);
        have("2001:db8:3::2/64", PREFERRED);
        assertSelected("2001:db8:3::2", "2001:db8:1::1");
    }

    @Test
    void rule3WinsOverTheOutgoingInterface() {
        have(1, "2001:db8:1::2/64", DEPRECATED);
        have(2, "2001:db8:3::2/64", PREFERRED);
        assertSelected("2001:db8:3::2", "2001:db8:1::1");
    }

    // Rule 5.

    @Test
    void rule5TheOutgoingInterfaceWinsOverLabelAndPrefix() {
        have(1, "2002:db8:3::2/64", PREFERRED);
        have(2, "2001:db8:1::2/64", PREFERRED);
        assertSelected("2002:db8:3::2", "2001:db8:1::1");
    }

    // Rule 6.

    @Test
    void rule6TheMatchingLabelWinsOverTheLongerPrefix() {
        have("2002:db8::2/16");
        have("2001:db8:ffff::2/64");
        assertSelected("2001:db8:ffff::2", "2003::1");
        addresses.clear();
        have("2a00::1/64");
        have("fd12::1/64");
        assertSelected("fd12::1", "fc00::1");
        assertSelected("2a00::1", "f000::1");
    }

    @Test
    void rule6GoesByThePolicyThatIsSetLast() {
        have("2001:db8:1::2/64");
        have("2001:db8:ffff::2/64");
        assertSelected("2001:db8:1::2", "2001:db8:1::1");
        selection.policy(
                new PolicyTable(
                        List.of(
                                new PolicyTable.Entry(IpPrefix.IPV6_ALL, 1, 1),
                                new PolicyTable.Entry(IpPrefix.parse("2001:db8:1::2/128"), 1, 2))));
        assertSelected("2001:db8:ffff::2", "2001:db8:1::1");
    }

    // Rule 8.

    @Test
    void rule8TheLongestMatchingPrefixWins() {
        have("2001:db8:8000::1/64");
        have("2001:db8:1::1/64");
        have("2001:db8:2::1/64");
        assertSelected("2001:db8:2::1", "2001:db8:3::1");
        assertSelected("2001:db8:1::1", "2001:db8::1");
        assertSelected("2001:db8:8000::1", "2001:db8:f000::1");
    }

    @Test
    void rule8BitsBeyondThePrefixOfTheAddressDoNotCount() {
        have("2001:db8::8000:0:0:1/64");
        have("2001:db8::1/64");
        List<InterfaceAddress> order = List.copyOf(addresses);
        assertSame(order.getFirst(), select(order, "2001:db8::2", 1));
        assertSame(order.getLast(), select(order.reversed(), "2001:db8::8000:0:0:2", 1));
    }

    @Test
    void afterAllRulesTheFirstIsSelected() {
        have("2001:db8::3/64");
        have("2001:db8::1/64");
        have("2001:db8::2/64");
        List<InterfaceAddress> order = List.copyOf(addresses);
        assertSame(order.getFirst(), select(order, "2001:db8:1::1", 1));
    }

    // IPv4, section 3.2 and RFC 1122, section 3.3.4.3.

    @Test
    void ipv4TheSameAddressWins() {
        have(2, "10.0.0.1/8", DEPRECATED);
        have(1, "10.0.0.2/8", PREFERRED);
        assertSelected("10.0.0.1", "10.0.0.1");
    }

    @Test
    void ipv4AutoconfiguredAddressesAreLinkLocalAndAllOthersGlobal() {
        have("169.254.1.1/16");
        have("10.0.0.1/8");
        assertSelected("10.0.0.1", "8.8.8.8");
        assertSelected("10.0.0.1", "192.168.1.1");
        assertSelected("169.254.1.1", "169.254.9.9");
    }

    @Test
    void ipv4GroupsAreSentToFromARoutableAddressIfThereIsOne() {
        have("169.254.1.1/16");
        assertSelected("169.254.1.1", "224.0.0.251");
        have("10.0.0.1/8");
        assertSelected("10.0.0.1", "224.0.0.251");
    }

    @Test
    void ipv4DeprecatedAddressesAreSelectedOnlyIfThereIsNoOther() {
        have("10.0.0.1/8", DEPRECATED);
        assertSelected("10.0.0.1", "10.0.0.9");
        have("192.0.2.1/24", PREFERRED);
        assertSelected("192.0.2.1", "10.0.0.9");
    }

    @Test
    void ipv4TheOutgoingInterfaceWins() {
        have(2, "10.0.0.1/8", PREFERRED);
        have(1, "192.0.2.1/24", PREFERRED);
        assertSelected("192.0.2.1", "10.0.0.9");
    }

    @Test
    void ipv4TheSubnetOfTheDestinationWins() {
        have("8.8.9.1/24");
        have("10.0.0.1/8");
        have("192.0.2.1/24");
        assertSelected("192.0.2.1", "192.0.2.9");
        assertSelected("10.0.0.1", "10.255.0.9");
    }

    @Test
    void ipv4TheSubnetOfTheRouterWinsOverBitsInCommonWithTheDestination() {
        have("8.8.9.1/24");
        have("192.0.2.1/24");
        assertSelected("8.8.9.1", "8.8.8.8");
        assertEquals("192.0.2.1", text(select(addresses, "8.8.8.8", "192.0.2.254", 1)));
    }

    @Test
    void ipv4OfNestedSubnetsTheLongestWins() {
        have("10.0.0.1/8");
        have("10.1.2.1/24");
        have("10.1.0.1/16");
        assertSelected("10.1.2.1", "10.1.2.9");
        assertSelected("10.1.0.1", "10.1.3.9");
        assertSelected("10.0.0.1", "10.2.3.9");
    }

    @Test
    void ipv4OfOneSubnetTheFirstIsSelected() {
        have("192.0.2.10/24");
        have("192.0.2.8/24");
        have("192.0.2.9/24");
        List<InterfaceAddress> order = List.copyOf(addresses);
        assertSame(order.getFirst(), select(order, "192.0.2.11", 1));
        assertSame(order.get(1), select(order.subList(1, 3), "192.0.2.11", 1));
    }

    @Test
    void theRouterOfAnIpv6DestinationDoesNotMatter() {
        have("2001:db8:1::1/64");
        have("2001:db8:2::1/64");
        assertEquals("2001:db8:2::1", text(select(addresses, "2001:db8:2::9", "2001:db8:1::9", 1)));
    }

    // All at once.

    @Test
    void theSelectedAddressIsOneThatNoRulePrefersAnotherTo() {
        Property.forAll(
                2000,
                random -> {
                    List<InterfaceAddress> some = new ArrayList<>();
                    for (int i = random.between(0, 8); i > 0; i--) {
                        some.add(
                                AddressInState.of(
                                        random.between(1, 2),
                                        anyText(random) + "/" + random.oneOf(10, 16, 32, 64, 128),
                                        random.oneOf(AddressState.values())));
                    }
                    IpAddress destination =
                            IpAddress.parse(
                                    random.flip()
                                            ? anyText(random)
                                            : "ff0" + random.oneOf("1", "2", "5", "e") + "::1");
                    InterfaceAddress selected = select(some, destination.toString(), 1);
                    for (InterfaceAddress other : some) {
                        if (PairwiseRules.isCandidate(other, destination)) {
                            assertEquals(
                                    true,
                                    selected != null
                                            && !PairwiseRules.isPreferred(
                                                    other, selected, destination),
                                    () -> destination + " from " + some + ": " + selected);
                        }
                    }
                    if (selected != null) {
                        assertEquals(true, PairwiseRules.isCandidate(selected, destination));
                    }
                });
    }

    @Test
    void selectionAllocatesNothing() {
        for (int i = 1; i < 9; i++) {
            have("2001:db8:" + i + "::1/64");
            have("10." + i + ".0.1/16");
        }
        List<InterfaceAddress> list = List.copyOf(addresses);
        IntFunction<InterfaceAddress> function = list::get;
        assertEquals(
                0,
                AllocatedBytes.perRun(
                        2000,
                        1000,
                        () -> {
                            selection.select(list, 0x2001_0db8_0003_0000L, 9, 0, 0, 1);
                            selection.select(function, list.size(), 0, 0xffff_0a03_0009L, 0, 0, 1);
                        }));
    }

    private void have(String cidr) {
        have(cidr, PREFERRED);
    }

    private void have(String cidr, AddressState state) {
        have(1, cidr, state);
    }

    private void have(int interfaceIndex, String cidr, AddressState state) {
        addresses.add(AddressInState.of(interfaceIndex, cidr, state));
    }

    /** In whichever order they were configured, and by both ways to ask. */
    private void assertSelected(@Nullable String expected, String destination) {
        List<InterfaceAddress> order = new ArrayList<>(addresses);
        for (int i = 0; i < Math.max(1, addresses.size()); i++) {
            assertEquals(expected, text(select(order, destination, 1)), order.toString());
            assertEquals(
                    expected,
                    text(select(order.reversed(), destination, 1)),
                    order.reversed().toString());
            Collections.rotate(order, 1);
        }
    }

    private @Nullable InterfaceAddress select(
            List<InterfaceAddress> from, String destination, int interfaceIndex) {
        return select(from, destination, destination, interfaceIndex);
    }

    private @Nullable InterfaceAddress select(
            List<InterfaceAddress> from, String destination, String nextHop, int interfaceIndex) {
        IpAddress to = IpAddress.parse(destination);
        IpAddress over = IpAddress.parse(nextHop);
        InterfaceAddress selected =
                selection.select(
                        from, to.high(), to.low(), over.high(), over.low(), interfaceIndex);
        assertSame(
                selected,
                selection.select(
                        from::get,
                        from.size(),
                        to.high(),
                        to.low(),
                        over.high(),
                        over.low(),
                        interfaceIndex));
        return selected;
    }

    private static @Nullable String text(@Nullable InterfaceAddress address) {
        return address == null ? null : address.address().toString();
    }

    private static String anyText(Randomness random) {
        String network =
                random.oneOf(
                        "fe80",
                        "fec0",
                        "fd00",
                        "2001:db8",
                        "2001:db8:8",
                        "2002",
                        "2001:0",
                        "3ffe",
                        "");
        return network + "::" + random.oneOf("", "1:0:0:", "8000:0:0:") + random.between(1, 3);
    }
}
