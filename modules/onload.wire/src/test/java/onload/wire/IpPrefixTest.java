package onload.wire;

import static onload.wire.Refusal.assertRefused;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.AllocatedBytes;
import onload.testkit.base.Property;
import onload.testkit.base.Randomness;

import org.junit.jupiter.api.Test;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;

class IpPrefixTest {
    private static final String FORM =
            "an address, a slash and a length, such as 10.0.0.0/8 or 2001:db8::/32";

    private static int sink;

    @Test
    void aPrefixHasANetworkAndALength() {
        IpPrefix prefix = IpPrefix.parse("10.0.0.0/8");
        assertTrue(prefix.isIpv4());
        assertEquals(IpAddress.parse("10.0.0.0"), prefix.network());
        assertEquals(8, prefix.length());
        assertEquals(104, prefix.mappedLength());
        assertEquals("10.0.0.0/8", prefix.toString());
    }

    @Test
    void aPrefixOfIpv6HasTheSame() {
        IpPrefix prefix = IpPrefix.parse("2001:DB8:0::/32");
        assertFalse(prefix.isIpv4());
        assertEquals(IpAddress.parse("2001:db8::"), prefix.network());
        assertEquals(32, prefix.length());
        assertEquals(32, prefix.mappedLength());
        assertEquals("2001:db8::/32", prefix.toString());
    }

    @Test
    void theLengthGoesWithTheFormOfTheAddress() {
        assertEquals(IpPrefix.parse("10.0.0.0/8"), IpPrefix.parse("::ffff:10.0.0.0/104"));
        assertEquals(IpPrefix.IPV4_ALL, IpPrefix.parse("::ffff:0:0/96"));
        assertEquals("10.0.0.0/8", IpPrefix.parse("::ffff:a00:0/104").toString());
    }

    @Test
    void everyPrefixIsReadAsItWasPrinted() {
        Property.forAll(
                2000,
                random -> {
                    IpPrefix prefix = any(random);
                    assertEquals(prefix, IpPrefix.parse(prefix.toString()));
                    assertEquals(prefix.hashCode(), IpPrefix.parse(prefix.toString()).hashCode());
                    assertEquals(prefix, IpPrefix.of(prefix.network(), prefix.length()));
                });
    }

    @Test
    void aPrefixContainsItsFirstAndLastAddressAndNotTheirNeighbours() {
        IpPrefix prefix = IpPrefix.parse("10.1.128.0/17");
        assertTrue(prefix.contains(Ipv4Address.of(10, 1, 128, 0)));
        assertTrue(prefix.contains(Ipv4Address.of(10, 1, 255, 255)));
        assertFalse(prefix.contains(Ipv4Address.of(10, 1, 127, 255)));
        assertFalse(prefix.contains(Ipv4Address.of(10, 2, 0, 0)));
        assertTrue(prefix.contains(IpAddress.parse("10.1.200.1")));
        assertFalse(prefix.contains(IpAddress.parse("11.1.200.1")));
    }

    @Test
    void aPrefixContainsWhatHasItsFirstBits() {
        Property.forAll(
                5000,
                random -> {
                    IpPrefix prefix = any(random);
                    IpAddress address = near(random, prefix);
                    boolean expected =
                            prefix.isIpv4() == address.isIpv4()
                                    && firstBits(address, prefix.mappedLength())
                                            .equals(
                                                    firstBits(
                                                            prefix.network(),
                                                            prefix.mappedLength()));
                    assertEquals(expected, prefix.contains(address));
                    assertEquals(expected, prefix.contains(address.high(), address.low()));
                    if (address.isIpv4()) {
                        assertEquals(expected, prefix.contains(address.ipv4()));
                    }
                });
    }

    @Test
    void aPrefixOfOneVersionContainsNoAddressOfTheOther() {
        IpAddress ipv4 = IpAddress.parse("192.0.2.1");
        assertFalse(IpPrefix.IPV6_ALL.contains(ipv4));
        assertFalse(IpPrefix.IPV6_ALL.contains(ipv4.high(), ipv4.low()));
        assertFalse(IpPrefix.IPV6_ALL.contains(ipv4.ipv4()));
        assertFalse(IpPrefix.parse("::/80").contains(ipv4));
        assertFalse(IpPrefix.parse("::fffe:0:0/95").contains(ipv4));
        assertFalse(IpPrefix.IPV4_ALL.contains(IpAddress.IPV6_ANY));
        assertTrue(IpPrefix.IPV6_ALL.contains(IpAddress.parse("::192.0.2.1")));
        assertTrue(IpPrefix.IPV4_ALL.contains(ipv4));
    }

    @Test
    void thePrefixOfAllBitsContainsOneAddress() {
        assertTrue(IpPrefix.parse("192.0.2.1/32").contains(IpAddress.parse("192.0.2.1")));
        assertFalse(IpPrefix.parse("192.0.2.1/32").contains(IpAddress.parse("192.0.2.0")));
        assertTrue(IpPrefix.parse("::1/128").contains(IpAddress.IPV6_LOOPBACK));
        assertFalse(IpPrefix.parse("::1/128").contains(IpAddress.IPV6_ANY));
    }

    @Test
    void theMaskHasAsManyOnesAsThePrefixIsLong() {
        assertEquals("255.0.0.0", IpPrefix.parse("10.0.0.0/8").mask().toString());
        assertEquals("0.0.0.0", IpPrefix.IPV4_ALL.mask().toString());
        assertEquals("255.255.255.255", IpPrefix.parse("1.2.3.4/32").mask().toString());
        assertEquals("ffff:ffff::", IpPrefix.parse("2001:db8::/32").mask().toString());
        assertEquals("::", IpPrefix.IPV6_ALL.mask().toString());
    }

    @Test
    void theBroadcastAddressHasOnesAfterThePrefix() {
        assertBroadcast("10.0.0.0/8", "10.255.255.255");
        assertBroadcast("192.0.2.128/25", "192.0.2.255");
        assertBroadcast("192.0.2.0/30", "192.0.2.3");
        assertBroadcast("0.0.0.0/0", "255.255.255.255");
    }

    @Test
    void linksBetweenTwoAndHostsAndIpv6HaveNoBroadcastAddress() {
        for (String text : new String[] {"192.0.2.0/31", "192.0.2.1/32", "2001:db8::/64"}) {
            IpPrefix prefix = IpPrefix.parse(text);
            assertFalse(prefix.hasBroadcast());
            assertFalse(prefix.isBroadcast(-1));
            assertFalse(prefix.isBroadcast(Ipv4Address.of(192, 0, 2, 1)));
            IllegalStateException refusal =
                    assertThrows(IllegalStateException.class, prefix::broadcast);
            assertEquals(
                    text
                            + " has no broadcast address; expected an IPv4 prefix of up to 30"
                            + " bits, ask hasBroadcast() before",
                    refusal.getMessage());
        }
    }

    @Test
    void setBitsAfterThePrefixAreRefusedAndTheRightPrefixIsNamed() {
        assertRefused(
                "\"10.0.0.5/8\" is not a prefix: 10.0.0.5 has bits set after the first 8; expected"
                        + " 10.0.0.0/8",
                () -> IpPrefix.parse("10.0.0.5/8"));
        assertRefused(
                "\"2001:db8::1/64\" is not a prefix: 2001:db8::1 has bits set after the first 64;"
                        + " expected 2001:db8::/64",
                () -> IpPrefix.parse("2001:db8::1/64"));
        assertRefused(
                "10.0.0.5/31 is not a prefix: 10.0.0.5 has bits set after the first 31; expected"
                        + " 10.0.0.4/31",
                () -> IpPrefix.of(IpAddress.parse("10.0.0.5"), 31));
    }

    @Test
    void thePrefixThatContainsAnAddressIsFoundForEveryLength() {
        IpAddress address = IpAddress.parse("255.255.255.255");
        assertEquals(IpPrefix.IPV4_ALL, IpPrefix.containing(address, 0));
        assertEquals("255.255.254.0/23", IpPrefix.containing(address, 23).toString());
        assertEquals("255.255.255.255/32", IpPrefix.containing(address, 32).toString());
        IpAddress ipv6 = IpAddress.parse("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
        assertEquals(IpPrefix.IPV6_ALL, IpPrefix.containing(ipv6, 0));
        assertEquals("ffff:ffff:ffff:ffff::/64", IpPrefix.containing(ipv6, 64).toString());
        assertEquals("ffff:ffff:ffff:ffff:8000::/65", IpPrefix.containing(ipv6, 65).toString());
    }

    @Test
    void aLengthOutsideTheVersionIsRefused() {
        refuses("10.0.0.0/33", "33 at position 9 is above 32");
        refuses("::/129", "129 at position 3 is above 128");
        refuses("10.0.0.0/-1", "'-' is out of place at position 9");
        assertRefused(
                "33 is not a prefix length for 10.0.0.0; expected 0 to 32",
                () -> IpPrefix.of(IpAddress.parse("10.0.0.0"), 33));
        assertRefused(
                "-1 is not a prefix length for ::; expected 0 to 128",
                () -> IpPrefix.of(IpAddress.IPV6_ANY, -1));
    }

    @Test
    void aLengthThatWouldSplitTheMappingIsRefused() {
        refuses(
                "::ffff:10.0.0.0/95",
                "95 at position 16 is below 96, the least for an IPv4-mapped address");
    }

    @Test
    void aLengthThatIsNoNumberIsRefused() {
        refuses("10.0.0.0/", "something is missing at position 9");
        refuses("10.0.0.0/x", "'x' is out of place at position 9");
        refuses("10.0.0.0/8x", "'x' is out of place at position 10");
        refuses("10.0.0.0/08", "08 at position 9 has a leading zero");
        refuses("10.0.0.0/255.0.0.0", "255 at position 9 is above 32");
        refuses("10.0.0.0/ 8", "a space is out of place at position 9");
        refuses("10.0.0.0/8/8", "'/' is out of place at position 10");
        refuses("10.0.0.0/99999999999", "99999999999 at position 9 is above 32");
    }

    @Test
    void anAddressWithoutALengthIsRefused() {
        refuses("10.0.0.0", "it has no slash and no length");
        refuses("", "it is empty");
    }

    @Test
    void anAddressThatIsWrongIsRefusedWithItsPlace() {
        refuses("10.0.0.256/8", "256 at position 7 is above 255");
        refuses("10.0.0/8", "it ends at position 6, after 3 of four numbers");
        refuses("/8", "something is missing at position 0");
        refuses("1::2::/8", "there is a second :: at position 4");
        refuses("1:/8", "it ends with a single colon, at position 1");
        refuses("1.2.3.4 /8", "a space is out of place at position 7");
        refuses("1.2.3.4/8:", "':' is out of place at position 9");
        refuses(
                "fe80::%eth0/64",
                "the zone %eth0 at position 6 is not part of an address, name the interface"
                        + " apart");
    }

    @Test
    void aDamagedTextIsReadOrRefusedInOneLine() {
        Property.forAll(
                5000,
                random -> {
                    byte[] valid = any(random).toString().getBytes(StandardCharsets.UTF_8);
                    String damaged = new String(random.damaged(valid), StandardCharsets.UTF_8);
                    try {
                        IpPrefix prefix = IpPrefix.parse(damaged);
                        assertEquals(prefix, IpPrefix.parse(prefix.toString()));
                    } catch (IllegalArgumentException e) {
                        String message = String.valueOf(e.getMessage());
                        assertTrue(message.matches("[ -~]{30,700}"), message);
                    }
                });
    }

    @Test
    void prefixesOfOtherLengthOrNetworkAreOthers() {
        assertNotEquals(IpPrefix.parse("10.0.0.0/8"), IpPrefix.parse("10.0.0.0/9"));
        assertNotEquals(IpPrefix.parse("10.0.0.0/8"), IpPrefix.parse("11.0.0.0/8"));
        assertNotEquals(IpPrefix.IPV4_ALL, IpPrefix.IPV6_ALL);
        assertNotEquals(new Object(), IpPrefix.IPV4_ALL);
    }

    @Test
    void askingWhatAPrefixContainsDoesNotAllocate() {
        IpPrefix prefix = IpPrefix.parse("10.0.0.0/8");
        IpAddress address = IpAddress.parse("10.1.2.3");
        long bytes =
                AllocatedBytes.perRun(
                        20_000,
                        20_000,
                        () -> {
                            sink += prefix.contains(sink) ? 1 : 0x0100_0000;
                            sink += prefix.contains(sink, sink) ? 1 : 2;
                            sink += prefix.contains(address) ? 1 : 2;
                            sink += prefix.isBroadcast(sink) ? 1 : 2;
                        });
        assertEquals(0, bytes);
    }

    private static IpPrefix any(Randomness random) {
        IpAddress address = IpAddressTest.any(random);
        return IpPrefix.containing(address, random.between(0, address.isIpv4() ? 32 : 128));
    }

    /** The first address of a prefix with one bit changed, or another address. */
    private static IpAddress near(Randomness random, IpPrefix prefix) {
        if (random.chance(0.2)) {
            return IpAddressTest.any(random);
        }
        long high = prefix.network().high();
        long low = prefix.network().low();
        int bit = random.between(0, 127);
        return bit < 64
                ? IpAddress.of(high, low ^ (1L << bit))
                : IpAddress.of(high ^ (1L << bit), low);
    }

    private static BigInteger firstBits(IpAddress address, int count) {
        return unsigned(address.high())
                .shiftLeft(64)
                .or(unsigned(address.low()))
                .shiftRight(128 - count);
    }

    private static BigInteger unsigned(long half) {
        return new BigInteger(Long.toUnsignedString(half));
    }

    private static void assertBroadcast(String prefix, String address) {
        int broadcast = Ipv4Address.parse(address);
        assertTrue(IpPrefix.parse(prefix).hasBroadcast());
        assertEquals(broadcast, IpPrefix.parse(prefix).broadcast());
        assertTrue(IpPrefix.parse(prefix).isBroadcast(broadcast));
        assertFalse(IpPrefix.parse(prefix).isBroadcast(broadcast - 1));
        assertFalse(IpPrefix.parse(prefix).isBroadcast(0));
    }

    private static void refuses(String text, String problem) {
        assertRefused(
                '"' + text + "\" is not a prefix: " + problem + "; expected " + FORM,
                () -> IpPrefix.parse(text));
    }
}
