package onload.wire;

import static onload.wire.Refusal.assertRefused;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.Property;

import org.junit.jupiter.api.Test;

class CidrAddressTest {
    private static final String FORM = "one such as 10.0.0.5/24 or 2001:db8::5/64";

    @Test
    void anAddressComesWithThePrefixOfItsLink() {
        CidrAddress cidr = CidrAddress.parse("10.0.0.5/24");
        assertEquals(IpAddress.parse("10.0.0.5"), cidr.address());
        assertEquals(IpPrefix.parse("10.0.0.0/24"), cidr.prefix());
        assertEquals("10.0.0.5/24", cidr.toString());
    }

    @Test
    void anIpv6AddressDoesToo() {
        CidrAddress cidr = CidrAddress.parse("2001:DB8::5/64");
        assertEquals(IpAddress.parse("2001:db8::5"), cidr.address());
        assertEquals(IpPrefix.parse("2001:db8::/64"), cidr.prefix());
        assertEquals("2001:db8::5/64", cidr.toString());
    }

    @Test
    void anIpv4AddressInItsMappedFormIsReadAsOne() {
        assertEquals(CidrAddress.parse("10.0.0.5/24"), CidrAddress.parse("::ffff:10.0.0.5/120"));
    }

    @Test
    void everyOneIsReadAsItWasPrintedAndItsPrefixContainsIt() {
        Property.forAll(
                2000,
                random -> {
                    IpAddress address = IpAddressTest.any(random);
                    int length = random.between(0, address.isIpv4() ? 32 : 128);
                    CidrAddress cidr = CidrAddress.of(address, length);
                    assertEquals(cidr, CidrAddress.parse(cidr.toString()));
                    assertEquals(cidr.hashCode(), CidrAddress.parse(cidr.toString()).hashCode());
                    assertEquals(length, cidr.prefix().length());
                    assertTrue(cidr.prefix().contains(address));
                });
    }

    @Test
    void anotherAddressOfTheSameLinkIsNotEqual() {
        assertNotEquals(CidrAddress.parse("10.0.0.5/24"), CidrAddress.parse("10.0.0.6/24"));
        assertNotEquals(CidrAddress.parse("10.0.0.5/24"), CidrAddress.parse("10.0.0.5/25"));
        assertNotEquals(new Object(), CidrAddress.parse("10.0.0.5/24"));
    }

    @Test
    void whatIsWrongIsSaidWithItsPlace() {
        refuses("", "it is empty");
        refuses("10.0.0.5", "it has no slash and no length");
        refuses("10.0.0.5/", "something is missing at position 9");
        refuses("10.0.0.5/33", "33 at position 9 is above 32");
        refuses("10.0.0.256/24", "256 at position 7 is above 255");
        refuses("::5/129", "129 at position 4 is above 128");
        refuses(
                "::ffff:10.0.0.5/24",
                "24 at position 16 is below 96, the least for an IPv4-mapped address");
    }

    @Test
    void aLengthOutsideTheVersionIsRefused() {
        assertRefused(
                "64 is not a prefix length for 10.0.0.5; expected 0 to 32",
                () -> CidrAddress.of(IpAddress.parse("10.0.0.5"), 64));
    }

    private static void refuses(String text, String problem) {
        assertRefused(
                '"'
                        + text
                        + "\" is not an address with a prefix length: "
                        + problem
                        + "; expected "
                        + FORM,
                () -> CidrAddress.parse(text));
    }
}
