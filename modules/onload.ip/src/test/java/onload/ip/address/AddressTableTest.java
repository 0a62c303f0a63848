package onload.ip.address;

import static onload.ip.address.AddressRig.ETH;
import static onload.ip.address.AddressRig.OTHER_ETH;
import static onload.ip.address.AddressRig.SECOND;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.AllocatedBytes;
import onload.testkit.base.Property;
import onload.wire.CidrAddress;
import onload.wire.IpAddress;
import onload.wire.Ipv4Address;
import onload.wire.Ipv6Address;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;

/** Which addresses there may be, and what is found of them. */
class AddressTableTest {
    private final AddressRig rig = new AddressRig();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0/8",
                "::/64",
                "224.0.0.1/4",
                "ff02::1/64",
                "255.255.255.255/32",
                "10.0.0.255/24",
                "10.0.0.0/24",
                "0.1.2.3/8",
                "::ffff:10.0.0.255/120"
            })
    void whatIsNotTheAddressOfOneHostIsRefused(String cidr) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> rig.add(cidr));
        assertTrue(e.toString().contains("expected the address of one host"), e.toString());
        assertEquals(0, rig.table.size());
        assertEquals(List.of(), rig.taken());
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.0/31", "10.0.0.1/31", "10.0.0.0/32", "10.0.0.255/32"})
    void aPrefixWithoutBroadcastAddressMayHaveAnyHostPart(String cidr) {
        rig.add(cidr);
        assertEquals(1, rig.table.size());
        int ipv4 = CidrAddress.parse(cidr).address().ipv4();
        assertFalse(rig.table.isBroadcast(ipv4, ETH));
    }

    @Test
    void theSameAddressTwiceOnAnInterfaceIsRefused() {
        rig.add("10.0.0.5/24");
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> rig.add("10.0.0.5/16"));
        assertTrue(e.toString().contains("interface 1 has the address 10.0.0.5"), e.toString());
        assertEquals(1, rig.table.size());
    }

    @Test
    void aFullTableRefusesAndStaysAsItIs() {
        AddressRig small = new AddressRig(AddressOptions.DEFAULT.withCapacity(2));
        small.add("10.0.0.1/24");
        InterfaceAddress second = small.add("10.0.0.2/24");
        assertTrue(small.table.isFull());
        IllegalStateException e =
                assertThrows(IllegalStateException.class, () -> small.add("10.0.0.3/24"));
        assertTrue(e.toString().contains("10.0.0.3"), e.toString());
        assertTrue(small.table.remove(second, small.nowNs));
        small.add("10.0.0.3/24");
        assertNotNull(small.find("10.0.0.3", ETH));
        assertNull(small.find("10.0.0.2", ETH));
    }

    @Test
    void badNumbersAreRefused() {
        CidrAddress cidr = CidrAddress.parse("10.0.0.1/24");
        AddressTable table = rig.table;
        assertThrows(
                IllegalArgumentException.class, () -> table.add(0, cidr, AddressOrigin.MANUAL, 0));
        assertThrows(
                IllegalArgumentException.class,
                () -> table.add(1, cidr, AddressOrigin.MANUAL, 0, 0, 0));
        assertThrows(
                IllegalArgumentException.class,
                () -> table.add(1, cidr, AddressOrigin.MANUAL, 2, 1, 0));
        assertThrows(
                IllegalArgumentException.class,
                () -> table.add(1, cidr, AddressOrigin.MANUAL, -1, 1, 0));
        assertEquals(0, table.size());
    }

    @Test
    void removingTwiceDoesNothingTheSecondTime() {
        InterfaceAddress address = rig.add("10.0.0.1/24");
        assertTrue(rig.table.remove(address, rig.nowNs));
        rig.taken();
        assertFalse(rig.table.remove(address, rig.nowNs));
        assertEquals(List.of(), rig.taken());
    }

    @Test
    void anAddressOfAnotherTableIsNotRemoved() {
        rig.add("10.0.0.1/24");
        InterfaceAddress foreign = new AddressRig().add("10.0.0.1/24");
        assertFalse(rig.table.remove(foreign, rig.nowNs));
        assertEquals(1, rig.table.size());
    }

    @Test
    void theWeakHostModelTakesAPacketForAnotherInterface() {
        rig.add("10.0.0.1/24");
        rig.add("2001:db8::1/64");
        assertNotNull(rig.find("10.0.0.1", OTHER_ETH));
        assertNotNull(rig.find("2001:db8::1", OTHER_ETH));
    }

    @Test
    void theStrongHostModelDoesNot() {
        AddressRig strong = new AddressRig(AddressOptions.DEFAULT.withHostModel(HostModel.STRONG));
        strong.add("10.0.0.1/24");
        strong.add("2001:db8::1/64");
        assertNull(strong.find("10.0.0.1", OTHER_ETH));
        assertNull(strong.find("2001:db8::1", OTHER_ETH));
        assertNotNull(strong.find("10.0.0.1", ETH));
        assertNotNull(strong.find("2001:db8::1", AddressTable.ANY_INTERFACE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"fe80::1", "169.254.1.1"})
    void aLinkLocalAddressIsOursOnItsInterfaceOnly(String address) {
        rig.add(address + (address.contains(":") ? "/64" : "/16"));
        assertNotNull(rig.find(address, ETH));
        assertNull(rig.find(address, OTHER_ETH));
        assertNull(rig.find(address, AddressTable.ANY_INTERFACE));
    }

    @Test
    void twoInterfacesMayHaveTheSameLinkLocalAddress() {
        InterfaceAddress one = rig.add("fe80::1/64");
        InterfaceAddress other =
                rig.table.add(OTHER_ETH, CidrAddress.parse("fe80::1/64"), AddressOrigin.MANUAL, 0);
        assertSame(one, rig.find("fe80::1", ETH));
        assertSame(other, rig.find("fe80::1", OTHER_ETH));
    }

    @Test
    void ofAnAddressOnTwoInterfacesThatOfTheInterfaceIsFoundFirst() {
        CidrAddress cidr = CidrAddress.parse("192.0.2.1/32");
        InterfaceAddress one = rig.table.add(1, cidr, AddressOrigin.MANUAL, 0);
        InterfaceAddress two = rig.table.add(2, cidr, AddressOrigin.MANUAL, 0);
        InterfaceAddress three = rig.table.add(3, cidr, AddressOrigin.MANUAL, 0);
        assertSame(one, rig.find("192.0.2.1", 1));
        assertSame(two, rig.find("192.0.2.1", 2));
        assertSame(three, rig.find("192.0.2.1", 3));
        assertNotNull(rig.find("192.0.2.1", 4));
        rig.table.remove(one, 0);
        assertSame(two, rig.find("192.0.2.1", 2));
        assertSame(three, rig.find("192.0.2.1", 3));
        rig.table.remove(three, 0);
        assertSame(two, rig.find("192.0.2.1", 1));
        rig.table.remove(two, 0);
        assertNull(rig.find("192.0.2.1", 2));
    }

    @Test
    void ofAnAddressOnTwoInterfacesOneInUseIsFoundBeforeATentativeOne() {
        CidrAddress cidr = CidrAddress.parse("2001:db8::1/64");
        rig.table.add(1, cidr, AddressOrigin.MANUAL, 0);
        InterfaceAddress used = rig.table.add(2, cidr, AddressOrigin.MIRRORED, 0);
        assertSame(used, rig.find("2001:db8::1", 3));
    }

    @Test
    void aTentativeAddressIsFoundAndNotOurs() {
        rig.add("2001:db8::1/64");
        InterfaceAddress found = rig.find("2001:db8::1", ETH);
        assertNotNull(found);
        assertEquals(AddressState.TENTATIVE, found.state());
        assertFalse(rig.ours("2001:db8::1", ETH));
    }

    @Test
    void theLimitedBroadcastIsForEverybody() {
        assertTrue(rig.table.isBroadcast(Ipv4Address.BROADCAST, ETH));
        assertFalse(rig.table.isDirectedBroadcast(Ipv4Address.BROADCAST, ETH));
    }

    @Test
    void theBroadcastOfAPrefixIsForItsInterface() {
        rig.add("10.0.0.5/24");
        int broadcast = Ipv4Address.parse("10.0.0.255");
        assertTrue(rig.table.isBroadcast(broadcast, ETH));
        assertTrue(rig.table.isDirectedBroadcast(broadcast, ETH));
        assertFalse(rig.table.isBroadcast(broadcast, OTHER_ETH));
        assertFalse(rig.table.isBroadcast(Ipv4Address.parse("10.0.1.255"), ETH));
    }

    @Test
    void aHostPartOfZeroIsABroadcastToReceiveAndNoneToSend() {
        rig.add("10.0.0.5/24");
        int network = Ipv4Address.parse("10.0.0.0");
        assertTrue(rig.table.isBroadcast(network, ETH));
        assertTrue(rig.table.isBroadcast(0, ETH));
        assertFalse(rig.table.isDirectedBroadcast(network, ETH));
    }

    @Test
    void aHostPartOfZeroIsNoBroadcastIfTheOptionsSaySo() {
        AddressRig modern = new AddressRig(AddressOptions.DEFAULT.withZeroBroadcast(false));
        modern.add("10.0.0.5/24");
        assertFalse(modern.table.isBroadcast(Ipv4Address.parse("10.0.0.0"), ETH));
        assertFalse(modern.table.isBroadcast(0, ETH));
        assertTrue(modern.table.isBroadcast(Ipv4Address.parse("10.0.0.255"), ETH));
    }

    @Test
    void aBroadcastLastsAsLongAsOneAddressOfItsPrefix() {
        InterfaceAddress one = rig.add("10.0.0.5/24");
        InterfaceAddress two = rig.add("10.0.0.6/24");
        int broadcast = Ipv4Address.parse("10.0.0.255");
        rig.table.remove(one, 0);
        assertTrue(rig.table.isBroadcast(broadcast, ETH));
        rig.table.remove(two, 0);
        assertFalse(rig.table.isBroadcast(broadcast, ETH));
    }

    @Test
    void neighboursAreThoseInAPrefixOfTheInterface() {
        rig.add("10.0.0.5/24");
        rig.add("2001:db8::5/64");
        assertTrue(onLink("10.0.0.77", ETH));
        assertFalse(onLink("10.0.1.77", ETH));
        assertFalse(onLink("10.0.0.77", OTHER_ETH));
        assertTrue(onLink("2001:db8::77", ETH));
        assertTrue(onLink("fe80::77", OTHER_ETH));
    }

    @Test
    void anAutoconfiguredAddressDoesNotMakeNeighbours() {
        rig.add("2001:db8::5/64", AddressOrigin.AUTOCONFIGURED);
        assertFalse(onLink("2001:db8::77", ETH));
    }

    private boolean onLink(String text, int interfaceIndex) {
        IpAddress ip = IpAddress.parse(text);
        return rig.table.isOnLink(ip.high(), ip.low(), interfaceIndex);
    }

    @Test
    void addressesAreListedInTheOrderInWhichTheyCame() {
        rig.add("10.0.0.1/24");
        InterfaceAddress gone = rig.add("10.0.0.2/24");
        rig.table.add(OTHER_ETH, CidrAddress.parse("10.0.1.3/24"), AddressOrigin.MANUAL, 0);
        rig.add("10.0.0.4/24");
        rig.table.remove(gone, 0);
        assertEquals(List.of("10.0.0.1", "10.0.1.3", "10.0.0.4"), texts(rig.table.list()));
        assertEquals(List.of("10.0.0.1", "10.0.0.4"), texts(rig.table.list(ETH)));
        assertEquals("10.0.1.3", rig.table.get(1).address().toString());
        assertThrows(IndexOutOfBoundsException.class, () -> rig.table.get(3));
    }

    private static List<String> texts(List<InterfaceAddress> addresses) {
        return addresses.stream().map(address -> address.address().toString()).toList();
    }

    @Test
    void theLinkLocalAddressOfAnInterfaceIsFoundOnceItIsInUse() {
        rig.up();
        rig.table.addLinkLocal(ETH, AddressRig.OWN_MAC, rig.nowNs);
        assertNull(rig.table.linkLocal(ETH));
        rig.run(SECOND);
        InterfaceAddress linkLocal = rig.table.linkLocal(ETH);
        assertNotNull(linkLocal);
        assertEquals("fe80::ff:fe00:1", linkLocal.address().toString());
        assertSame(linkLocal, rig.table.addLinkLocal(ETH, AddressRig.OWN_MAC, rig.nowNs));
        assertNull(rig.table.linkLocal(OTHER_ETH));
    }

    @Test
    void whatIsFoundIsWhatASimpleListFinds() {
        Property.forAll(
                200,
                random -> {
                    AddressRig many = new AddressRig(AddressOptions.DEFAULT.withCapacity(16));
                    List<InterfaceAddress> model = new ArrayList<>();
                    for (int step = 0; step < 200; step++) {
                        int low = random.between(1, 12);
                        int on = random.between(1, 3);
                        IpAddress ip = IpAddress.of(Ipv4Address.of(10, 0, 0, low));
                        InterfaceAddress there =
                                model.stream()
                                        .filter(a -> a.address().equals(ip))
                                        .filter(a -> a.interfaceIndex() == on)
                                        .findFirst()
                                        .orElse(null);
                        if (there != null) {
                            assertTrue(many.table.remove(there, step));
                            model.remove(there);
                        } else if (!many.table.isFull()) {
                            CidrAddress cidr = CidrAddress.of(ip, random.between(25, 30));
                            if (low % 4 != 0 && low % 4 != 3) {
                                model.add(many.table.add(on, cidr, AddressOrigin.MANUAL, step));
                            }
                        }
                        compare(model, many.table);
                    }
                });
    }

    private static void compare(List<InterfaceAddress> model, AddressTable table) {
        assertEquals(model, table.list());
        for (int last = 0; last < 32; last++) {
            int ipv4 = Ipv4Address.of(10, 0, 0, last);
            for (int on = 1; on <= 3; on++) {
                int asked = on;
                InterfaceAddress found =
                        table.find(Ipv6Address.MAPPED_HIGH, Ipv6Address.mappedLow(ipv4), on);
                InterfaceAddress exact =
                        model.stream()
                                .filter(a -> a.address().ipv4() == ipv4)
                                .filter(a -> a.interfaceIndex() == asked)
                                .findFirst()
                                .orElse(null);
                boolean anywhere = model.stream().anyMatch(a -> a.address().ipv4() == ipv4);
                if (exact != null) {
                    assertSame(exact, found);
                } else {
                    assertEquals(anywhere, found != null);
                }
                boolean broadcast =
                        model.stream()
                                .filter(a -> a.interfaceIndex() == asked)
                                .anyMatch(a -> a.prefix().isBroadcast(ipv4));
                assertEquals(broadcast, table.isDirectedBroadcast(ipv4, on));
            }
        }
    }

    @Test
    void findingAllocatesNothing() {
        rig.add("10.0.0.5/24");
        rig.add("2001:db8::5/64");
        IpAddress ours = IpAddress.parse("2001:db8::5");
        IpAddress other = IpAddress.parse("2001:db8::6");
        int broadcast = Ipv4Address.parse("10.0.0.255");
        int[] found = new int[1];
        assertEquals(
                0,
                AllocatedBytes.perRun(
                        10_000,
                        1000,
                        () -> {
                            found[0] += rig.table.isOurs(ours.high(), ours.low(), ETH) ? 1 : 0;
                            found[0] += rig.table.isOurs(other.high(), other.low(), ETH) ? 1 : 0;
                            found[0] += rig.table.isBroadcast(broadcast, ETH) ? 1 : 0;
                            found[0] += onLinkUnboxed(other) ? 1 : 0;
                            found[0] += rig.table.get(0).interfaceIndex();
                        }));
        assertTrue(found[0] > 0);
    }

    private boolean onLinkUnboxed(IpAddress ip) {
        return rig.table.isOnLink(ip.high(), ip.low(), ETH);
    }
}
