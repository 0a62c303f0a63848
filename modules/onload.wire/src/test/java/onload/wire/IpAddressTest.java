package onload.wire;

import static onload.wire.Refusal.assertRefused;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.Property;
import onload.testkit.base.Randomness;

import org.junit.jupiter.api.Test;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

class IpAddressTest {
    private static final String IPV6_FORM =
            "eight groups of one to four hexadecimal digits, :: at most once in place of zero"
                    + " groups, such as 2001:db8::1";

    @Test
    void anIpv4AddressIsKeptInItsMappedForm() {
        IpAddress address = IpAddress.parse("192.0.2.1");
        assertTrue(address.isIpv4());
        assertEquals(0xC000_0201, address.ipv4());
        assertEquals(0, address.high());
        assertEquals(0xFFFF_C000_0201L, address.low());
        assertEquals("192.0.2.1", address.toString());
        assertEquals(IpAddress.of(0xC000_0201), address);
    }

    @Test
    void anIpv6AddressIsTwoHalves() {
        IpAddress address = IpAddress.parse("2001:db8:1:2:3:4:5:6");
        assertFalse(address.isIpv4());
        assertEquals(0x2001_0DB8_0001_0002L, address.high());
        assertEquals(0x0003_0004_0005_0006L, address.low());
        assertEquals(IpAddress.of(0x2001_0DB8_0001_0002L, 0x0003_0004_0005_0006L), address);
    }

    @Test
    void theMappedFormOfAnIpv4AddressIsThatAddress() {
        assertEquals(IpAddress.parse("1.2.3.4"), IpAddress.parse("::ffff:1.2.3.4"));
        assertEquals(IpAddress.parse("1.2.3.4"), IpAddress.parse("::ffff:102:304"));
        assertEquals("1.2.3.4", IpAddress.parse("::ffff:1.2.3.4").toString());
        assertTrue(IpAddress.parse("0:0:0:0:0:FFFF:1.2.3.4").isIpv4());
    }

    @Test
    void anIpv6AddressIsAskedForItsIpv4AddressInVain() {
        IllegalStateException refusal =
                assertThrows(IllegalStateException.class, IpAddress.IPV6_LOOPBACK::ipv4);
        assertEquals(
                "::1 is an IPv6 address; expected an IPv4 address, ask isIpv4() before",
                refusal.getMessage());
    }

    @Test
    void theThreeFormsOfRfc4291AreRead() {
        assertHalves(0xFF01_0000_0000_0000L, 0x101, "FF01:0:0:0:0:0:0:101");
        assertHalves(0xFF01_0000_0000_0000L, 0x101, "FF01::101");
        assertHalves(0, 0x0D01_4403L, "0:0:0:0:0:0:13.1.68.3");
        assertHalves(0, 0x0D01_4403L, "::13.1.68.3");
        assertHalves(0x1_0002_0003_0004L, 0x5_0006_0102_0304L, "1:2:3:4:5:6:1.2.3.4");
    }

    @Test
    void aDoubleColonMayStandAtEitherEndAlsoForOneGroup() {
        assertHalves(0, 0, "::");
        assertHalves(0x2_0003_0004L, 0x5_0006_0007_0008L, "::2:3:4:5:6:7:8");
        assertHalves(0x1_0002_0003_0004L, 0x5_0006_0007_0000L, "1:2:3:4:5:6:7::");
        assertHalves(0x1_0002_0003_0000L, 0x5_0006_0007_0008L, "1:2:3::5:6:7:8");
    }

    @Test
    void everyAddressIsReadAsItWasPrinted() {
        Property.forAll(
                5000,
                random -> {
                    IpAddress address = any(random);
                    assertEquals(address, IpAddress.parse(address.toString()));
                });
    }

    @Test
    void everySpellingIsReadAsJavaReadsIt() {
        Property.forAll(
                5000,
                random -> {
                    IpAddress address = any(random);
                    String spelling = spelling(random, address);
                    assertEquals(address, IpAddress.parse(spelling), spelling);
                    InetAddress literal = InetAddress.ofLiteral(spelling);
                    assertEquals(address, IpAddress.of(literal), spelling);
                    assertEquals(literal, address.toInetAddress());
                });
    }

    @Test
    void whatIsReadOfADamagedTextIsWhatJavaReads() {
        Property.forAll(
                20_000,
                random -> {
                    byte[] valid = spelling(random, any(random)).getBytes(StandardCharsets.UTF_8);
                    String damaged = new String(random.damaged(valid), StandardCharsets.UTF_8);
                    try {
                        IpAddress address = IpAddress.parse(damaged);
                        assertEquals(address, IpAddress.of(InetAddress.ofLiteral(damaged)));
                    } catch (IllegalArgumentException e) {
                        assertOneLine(e, damaged);
                    }
                });
    }

    @Test
    void aTextOfRandomPiecesOfAddressesIsReadAsJavaReadsItOrRefusedInOneLine() {
        String[] pieces = {"1", "ab", "00", "255", ":", ":", "::", ".", "ffff", "%1", "/", " "};
        Property.forAll(
                20_000,
                random -> {
                    StringBuilder text = new StringBuilder();
                    for (int i = random.between(0, 18); i > 0; i--) {
                        text.append(random.oneOf(pieces));
                    }
                    try {
                        IpAddress address = IpAddress.parse(text.toString());
                        assertEquals(address, IpAddress.of(InetAddress.ofLiteral(text.toString())));
                    } catch (IllegalArgumentException e) {
                        assertOneLine(e, text.toString());
                    }
                });
    }

    @Test
    void aSecondDoubleColonIsRefused() {
        refuses("1::2::3", "there is a second :: at position 4");
        refuses("::1::", "there is a second :: at position 3");
    }

    @Test
    void threeColonsAreRefused() {
        refuses(":::", "':' is out of place at position 2");
        refuses("1:::2", "':' is out of place at position 3");
        refuses("1:2:::", "':' is out of place at position 5");
        refuses("::::", "':' is out of place at position 2");
    }

    @Test
    void tooManyGroupsAreRefused() {
        refuses("1:2:3:4:5:6:7:8:9", "there is a ninth group at position 16");
        refuses("::1:2:3:4:5:6:7:8", "it has eight groups, which leaves none for the ::");
        refuses("1:2:3:4::5:6:7:8", "it has eight groups, which leaves none for the ::");
        refuses("1:2:3:4:5:6:7:8::", "it has eight groups, which leaves none for the ::");
    }

    @Test
    void tooFewGroupsAreRefused() {
        refuses("1:2:3:4:5:6:7", "it ends at position 13, after 7 of eight groups");
        refuses("1:2", "it ends at position 3, after 2 of eight groups");
        refuses("1:2:3:4:5:1.2.3.4", "it ends at position 17, after 7 of eight groups");
    }

    @Test
    void moreThanFourDigitsAreRefused() {
        refuses("2001:db8::12345", "12345 at position 10 has more than four digits");
        refuses("00001::", "00001 at position 0 has more than four digits");
        refuses(
                "1::" + "a".repeat(17),
                "aaaaaaaaaaaaaaaa... at position 3 has more than four digits");
    }

    @Test
    void aSingleColonAtEitherEndIsRefused() {
        refuses("1:2:3:4:5:6:7:8:", "it ends with a single colon, at position 15");
        refuses("1::2:", "it ends with a single colon, at position 4");
        refuses(":1:2:3:4:5:6:7:8", "':' is out of place at position 0");
        refuses(":", "':' is out of place at position 0");
    }

    @Test
    void anIpv4AddressThatIsNotLastIsRefused() {
        refuses("::1.2.3.4:5", "the IPv4 address at position 2 is not the last part");
        refuses("1.2.3.4::", "the IPv4 address at position 0 is not the last part");
    }

    @Test
    void anIpv4AddressAfterTooManyGroupsIsRefused() {
        refuses(
                "1:2:3:4:5:6:7:1.2.3.4",
                "the IPv4 address at position 14 is after too many groups");
        refuses("::1:2:3:4:5:6:1.2.3.4", "it has eight groups, which leaves none for the ::");
    }

    @Test
    void anEmbeddedIpv4AddressIsAsStrictAsOneByItself() {
        refuses("::ffff:1.2.3.256", "256 at position 13 is above 255");
        refuses("::ffff:1.2.3", "it ends at position 12, after 3 of four numbers");
        refuses("::ffff:1.2.3.04", "04 at position 13 has a leading zero");
        refuses("::ffff:1.2.3.4.5", "'.' is out of place at position 14");
        refuses("::abc.1.2.3", "'a' is out of place at position 2");
    }

    @Test
    void anEmptyTextIsRefused() {
        assertRefused(
                "\"\" is not an IP address: it is empty; expected one such as 192.0.2.1 or one such"
                        + " as 2001:db8::1",
                () -> IpAddress.parse(""));
    }

    @Test
    void aNameIsRefused() {
        assertRefused(
                "\"localhost\" is not an IP address: 'l' is out of place at position 0; expected"
                        + " one such as 192.0.2.1 or one such as 2001:db8::1",
                () -> IpAddress.parse("localhost"));
    }

    @Test
    void anIpv4AddressThatIsWrongIsCalledOne() {
        assertRefused(
                "\"10.0.0.256\" is not an IPv4 address: 256 at position 7 is above 255; expected"
                        + " four numbers from 0 to 255, such as 192.0.2.1",
                () -> IpAddress.parse("10.0.0.256"));
    }

    @Test
    void spacesAreRefused() {
        refuses(" ::1", "a space is out of place at position 0");
        refuses("::1 ", "a space is out of place at position 3");
        refuses("2001: db8::1", "a space is out of place at position 5");
    }

    @Test
    void bracketsAndPortsAreRefused() {
        refuses("[::1]", "'[' is out of place at position 0");
        refuses("1.2.3.4:80", "the IPv4 address at position 0 is not the last part");
    }

    @Test
    void digitsOfOtherScriptsAreRefused() {
        refusesQuoted("::\u0661", "::\\u0661", "'\\u0661' is out of place at position 2");
        refusesQuoted("::\uff11", "::\\uff11", "'\\uff11' is out of place at position 2");
        refusesQuoted(
                "::\ud835\udfce", "::\\ud835\\udfce", "'\\ud835' is out of place at position 2");
    }

    @Test
    void aNullCharacterIsRefused() {
        refusesQuoted("::1\0", "::1\\u0000", "'\\u0000' is out of place at position 3");
        refusesQuoted("\0::1", "\\u0000::1", "'\\u0000' is out of place at position 0");
    }

    @Test
    void aLineBreakDoesNotBreakTheLineOfTheMessage() {
        refusesQuoted("::1\nroot", "::1\\u000aroot", "'\\u000a' is out of place at position 3");
    }

    @Test
    void aZoneIsRefusedWithAdvice() {
        refuses(
                "fe80::1%eth0",
                "the zone %eth0 at position 7 is not part of an address, name the interface apart");
    }

    @Test
    void aVeryLongTextIsQuotedInPart() {
        String text = "1:".repeat(1 << 20);
        assertRefused(
                '"'
                        + "1:".repeat(32)
                        + "...\" (2097152 characters) is not an IPv6 address: there is a ninth"
                        + " group at position 16; expected "
                        + IPV6_FORM,
                () -> IpAddress.parse(text));
    }

    @Test
    void aVeryLongPieceIsQuotedInPart() {
        String message =
                assertThrows(
                                IllegalArgumentException.class,
                                () -> IpAddress.parse("::1%" + "x".repeat(1 << 20)))
                        .toString();
        assertTrue(message.contains("the zone %xxxxxxxxxxxxxxx at position 3 is"), message);
        assertTrue(message.length() < 400, message);
    }

    @Test
    void equalAddressesHaveOneHashAndOneOrder() {
        Property.forAll(
                1000,
                random -> {
                    IpAddress a = any(random);
                    IpAddress same = IpAddress.of(a.high(), a.low());
                    assertEquals(a, same);
                    assertEquals(a.hashCode(), same.hashCode());
                    assertEquals(0, a.compareTo(same));
                    IpAddress other =
                            IpAddress.of(a.high(), a.low() ^ (1L << random.between(0, 63)));
                    assertNotEquals(a, other);
                    assertNotEquals(a, IpAddress.of(~a.high(), a.low()));
                    assertNotEquals(0, a.compareTo(other));
                });
    }

    @Test
    void anAddressEqualsNothingElse() {
        assertNotEquals(IpAddress.IPV4_ANY, IpAddress.IPV6_ANY);
        assertFalse(IpAddress.IPV4_ANY.equals(null));
        assertNotEquals(new Object(), IpAddress.IPV4_ANY);
    }

    @Test
    void theOrderIsThatOfTheBitsWithoutSign() {
        String[] ascending = {
            "::",
            "::1",
            "0.0.0.0",
            "127.0.0.1",
            "128.0.0.0",
            "255.255.255.255",
            "0:0:0:1::",
            "0:0:0:1:8000::",
            "2001:db8::1",
            "ff02::1"
        };
        for (int i = 0; i < ascending.length; i++) {
            for (int j = 0; j < ascending.length; j++) {
                int order = IpAddress.parse(ascending[i]).compareTo(IpAddress.parse(ascending[j]));
                assertEquals(Integer.compare(i, j), Integer.signum(order));
            }
        }
    }

    @Test
    void anAddressOfJavaComesBackWithItsVersion() throws Exception {
        assertEquals(Inet4Address.class, IpAddress.parse("192.0.2.1").toInetAddress().getClass());
        assertEquals(Inet6Address.class, IpAddress.parse("2001:db8::1").toInetAddress().getClass());
        byte[] mapped = ByteBuffer.allocate(16).putLong(0).putLong(0xFFFF_0102_0304L).array();
        assertEquals(
                IpAddress.parse("1.2.3.4"),
                IpAddress.of(Inet6Address.getByAddress(null, mapped, -1)));
    }

    @Test
    void aZoneOfJavaIsRefusedWhereItTellsAddressesApart() throws Exception {
        byte[] bytes = IpAddress.parse("fe80::1").toInetAddress().getAddress();
        InetAddress zoned = Inet6Address.getByAddress(null, bytes, 7);
        assertRefused(
                "fe80:0:0:0:0:0:0:1%7 has a zone, which is not part of an address; expected"
                        + " fe80::1 with the interface named apart",
                () -> IpAddress.of(zoned));
        byte[] group = IpAddress.parse("ff02::1").toInetAddress().getAddress();
        InetAddress zonedGroup = Inet6Address.getByAddress(null, group, 7);
        assertThrows(IllegalArgumentException.class, () -> IpAddress.of(zonedGroup));
    }

    @Test
    void aZoneOfJavaIsIgnoredWhereItMeansNothing() throws Exception {
        byte[] bytes = IpAddress.IPV6_LOOPBACK.toInetAddress().getAddress();
        InetAddress zoned = Inet6Address.getByAddress(null, bytes, 1);
        assertEquals(IpAddress.IPV6_LOOPBACK, IpAddress.of(zoned));
        byte[] global = IpAddress.parse("ff0e::1").toInetAddress().getAddress();
        assertEquals(
                IpAddress.parse("ff0e::1"),
                IpAddress.of(Inet6Address.getByAddress(null, global, 1)));
    }

    @Test
    void bothVersionsAnswerTheSameQuestions() {
        assertTrue(IpAddress.IPV4_ANY.isUnspecified());
        assertTrue(IpAddress.IPV6_ANY.isUnspecified());
        assertTrue(IpAddress.IPV4_LOOPBACK.isLoopback());
        assertTrue(IpAddress.IPV6_LOOPBACK.isLoopback());
        assertTrue(IpAddress.parse("169.254.1.1").isLinkLocal());
        assertTrue(IpAddress.parse("fe80::1").isLinkLocal());
        assertTrue(IpAddress.parse("224.0.0.1").isMulticast());
        assertTrue(IpAddress.parse("ff02::1").isMulticast());
        for (String text : new String[] {"192.0.2.1", "2001:db8::1"}) {
            IpAddress address = IpAddress.parse(text);
            assertFalse(address.isUnspecified());
            assertFalse(address.isLoopback());
            assertFalse(address.isLinkLocal());
            assertFalse(address.isMulticast());
        }
    }

    /** An address of either version. */
    static IpAddress any(Randomness random) {
        return random.chance(0.3)
                ? IpAddress.of(random.anyInt())
                : IpAddress.of(Ipv6AddressTest.half(random), Ipv6AddressTest.half(random));
    }

    /** One of the many ways to write an address. */
    private static String spelling(Randomness random, IpAddress address) {
        if (address.isIpv4() && random.flip()) {
            return address.toString();
        }
        int[] groups = new int[8];
        for (int i = 0; i < 8; i++) {
            long half = i < 4 ? address.high() : address.low();
            groups[i] = (int) (half >>> ((3 - i % 4) * 16)) & 0xFFFF;
        }
        int count = random.flip() ? 8 : 6;
        String tail = count == 8 ? "" : Ipv4Address.toString((int) address.low());
        int gapStart = random.between(0, count);
        int gapEnd = gapStart;
        while (gapEnd < count && groups[gapEnd] == 0 && random.chance(0.9)) {
            gapEnd++;
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            if (i == gapStart && gapEnd > gapStart) {
                text.append(i == 0 ? "::" : ":");
                i = gapEnd - 1;
            } else {
                text.append(("%0" + random.between(1, 4) + "x").formatted(groups[i]));
                text.append(i < count - 1 || count == 6 ? ":" : "");
            }
        }
        text.append(tail);
        return random.flip() ? text.toString() : text.toString().toUpperCase(Locale.ROOT);
    }

    private static void assertOneLine(IllegalArgumentException refusal, String text) {
        String message = String.valueOf(refusal.getMessage());
        assertTrue(message.matches("[ -~]{30,700}"), text + " gives " + message);
    }

    private static void assertHalves(long high, long low, String text) {
        assertEquals(IpAddress.of(high, low), IpAddress.parse(text), text);
    }

    private static void refuses(String text, String problem) {
        refusesQuoted(text, text, problem);
    }

    private static void refusesQuoted(String text, String quoted, String problem) {
        assertRefused(
                '"' + quoted + "\" is not an IPv6 address: " + problem + "; expected " + IPV6_FORM,
                () -> IpAddress.parse(text));
    }
}
