package onload.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.AllocatedBytes;
import onload.testkit.base.Property;
import onload.testkit.base.Randomness;

import org.junit.jupiter.api.Test;

class Ipv6AddressTest {
    private static long sink;

    /** A question about an address. */
    @FunctionalInterface
    private interface Question {
        boolean test(long high, long low);
    }

    @Test
    void leadingZerosAreLeftOut() {
        assertPrinted("2001:db8::1", "2001:0db8::0001");
        assertPrinted("2001:db8:a:bc:def:1234:1:10", "2001:0db8:000a:00bc:0def:1234:0001:0010");
    }

    @Test
    void asMuchAsPossibleIsShortened() {
        assertPrinted("2001:db8::2:1", "2001:db8:0:0:0:0:2:1");
        assertPrinted("::", "0:0:0:0:0:0:0:0");
        assertPrinted("::1", "0:0:0:0:0:0:0:1");
        assertPrinted("1::", "1:0:0:0:0:0:0:0");
        assertPrinted("1:2:3:4:5:6::", "1:2:3:4:5:6:0:0");
        assertPrinted("::3:4:5:6:7:8", "0:0:3:4:5:6:7:8");
    }

    @Test
    void oneZeroGroupIsNotShortened() {
        assertPrinted("2001:db8:0:1:1:1:1:1", "2001:db8::1:1:1:1:1");
        assertPrinted("0:2:3:4:5:6:7:8", "::2:3:4:5:6:7:8");
        assertPrinted("1:2:3:4:5:6:7:0", "1:2:3:4:5:6:7::");
    }

    @Test
    void theLongestRunIsShortened() {
        assertPrinted("2001:0:0:1::1", "2001:0:0:1:0:0:0:1");
        assertPrinted("2001::1:0:0:1", "2001:0:0:0:1:0:0:1");
        assertPrinted("0:0:1::", "0:0:1:0:0:0:0:0");
    }

    @Test
    void ofTwoRunsOfOneLengthTheFirstIsShortened() {
        assertPrinted("2001:db8::1:0:0:1", "2001:db8:0:0:1:0:0:1");
        assertPrinted("::1:0:0:1:0:0", "0:0:1:0:0:1:0:0");
    }

    @Test
    void lettersAreInLowerCase() {
        assertPrinted("2001:db8::abcd:ef", "2001:DB8::ABCD:EF");
    }

    @Test
    void theEightSpellingsInTheIntroductionOfRfc5952AreOneAddress() {
        String[] spellings = {
            "2001:db8:0:0:1:0:0:1",
            "2001:0db8:0:0:1:0:0:1",
            "2001:db8::1:0:0:1",
            "2001:db8::0:1:0:0:1",
            "2001:0db8::1:0:0:1",
            "2001:db8:0:0:1::1",
            "2001:db8:0000:0:1::1",
            "2001:DB8:0:0:1::1"
        };
        for (String spelling : spellings) {
            assertPrinted("2001:db8::1:0:0:1", spelling);
        }
    }

    @Test
    void anIpv4MappedAddressEndsInItsIpv4Form() {
        IpAddress mapped = IpAddress.parse("0:0:0:0:0:ffff:192.0.2.1");
        assertEquals("::ffff:192.0.2.1", Ipv6Address.toString(mapped.high(), mapped.low()));
    }

    @Test
    void otherAddressesThatMayHaveAnIpv4AddressInThemDoNotEndInIt() {
        assertPrinted("::d01:4403", "0:0:0:0:0:0:13.1.68.3");
        assertPrinted("64:ff9b::c000:201", "64:ff9b::192.0.2.1");
        assertPrinted("::ffff:0:c000:201", "::ffff:0:192.0.2.1");
    }

    @Test
    void everyAddressIsReadAsItWasPrinted() {
        Property.forAll(
                5000,
                random -> {
                    long high = half(random);
                    long low = half(random);
                    IpAddress address = IpAddress.parse(Ipv6Address.toString(high, low));
                    assertEquals(high, address.high());
                    assertEquals(low, address.low());
                });
    }

    @Test
    void everyAddressIsPrintedAsTheRulesOfRfc5952SayOneByOne() {
        Property.forAll(
                5000,
                random -> {
                    long high = half(random);
                    long low = half(random);
                    if (!Ipv6Address.isIpv4Mapped(high, low)) {
                        assertEquals(byTheRules(high, low), Ipv6Address.toString(high, low));
                    }
                });
    }

    @Test
    void appendingLeavesWhatIsThere() {
        StringBuilder text = new StringBuilder("to ");
        Ipv6Address.append(text, Ipv6Address.ALL_NODES_HIGH, Ipv6Address.ALL_NODES_LOW);
        assertEquals("to ff02::1", text.toString());
    }

    @Test
    void theConstantsAreWhatTheirTextsAre() {
        assertPair("::", Ipv6Address.ANY_HIGH, Ipv6Address.ANY_LOW);
        assertPair("::1", Ipv6Address.LOOPBACK_HIGH, Ipv6Address.LOOPBACK_LOW);
        assertPair("ff02::1", Ipv6Address.ALL_NODES_HIGH, Ipv6Address.ALL_NODES_LOW);
        assertPair("ff02::2", Ipv6Address.ALL_ROUTERS_HIGH, Ipv6Address.ALL_ROUTERS_LOW);
        assertPair(
                "ff02::16", Ipv6Address.ALL_MLDV2_ROUTERS_HIGH, Ipv6Address.ALL_MLDV2_ROUTERS_LOW);
        assertPair("fe80::", Ipv6Address.LINK_LOCAL_HIGH, 0);
    }

    @Test
    void onlyAllZerosIsUnspecified() {
        assertRange(Ipv6Address::isUnspecified, "::", "::");
        assertFalse(Ipv6Address.isUnspecified(1, 0));
    }

    @Test
    void onlyOneIsLoopback() {
        assertRange(Ipv6Address::isLoopback, "::1", "::1");
        assertFalse(Ipv6Address.isLoopback(1, 1));
        assertFalse(Ipv6Address.isLoopback(1L << 63, 1));
    }

    @Test
    void linkLocalIsFe80Slash10() {
        assertRange(Ipv6Address::isLinkLocal, "fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
    }

    @Test
    void uniqueLocalIsFc00Slash7() {
        assertRange(
                Ipv6Address::isUniqueLocal, "fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
    }

    @Test
    void multicastIsFf00Slash8() {
        assertRange(Ipv6Address::isMulticast, "ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
    }

    @Test
    void ipv4MappedIsThe96BitPrefixOfFfff() {
        assertRange(Ipv6Address::isIpv4Mapped, "::ffff:0.0.0.0", "::ffff:255.255.255.255");
        assertFalse(Ipv6Address.isIpv4Mapped(1, Ipv6Address.mappedLow(0)));
    }

    @Test
    void theScopeIsTheFourthDigit() {
        assertScope(Ipv6Address.SCOPE_INTERFACE_LOCAL, "ff01::1");
        assertScope(Ipv6Address.SCOPE_LINK_LOCAL, "ff02::1");
        assertScope(Ipv6Address.SCOPE_REALM_LOCAL, "ff03::fc");
        assertScope(Ipv6Address.SCOPE_ADMIN_LOCAL, "ff04::1");
        assertScope(Ipv6Address.SCOPE_SITE_LOCAL, "ff05::1:3");
        assertScope(Ipv6Address.SCOPE_ORGANIZATION_LOCAL, "ff08::1");
        assertScope(Ipv6Address.SCOPE_GLOBAL, "ff0e::101");
    }

    @Test
    void theFlagsOfAGroupAreNotPartOfItsScope() {
        assertScope(Ipv6Address.SCOPE_LINK_LOCAL, "ff12::1");
        assertScope(Ipv6Address.SCOPE_GLOBAL, "ff3e:30:2001:db8::1");
        assertScope(15, "ffff::1");
    }

    @Test
    void theSolicitedNodeGroupIsThatOfTheExampleOfRfc4291Section271() {
        IpAddress node = IpAddress.parse("4037::01:800:200e:8c6c");
        IpAddress group = IpAddress.parse("ff02::1:ff0e:8c6c");
        assertEquals(group.high(), Ipv6Address.SOLICITED_NODE_HIGH);
        assertEquals(group.low(), Ipv6Address.solicitedNodeLow(node.high(), node.low()));
    }

    @Test
    void solicitedNodeGroupsAreThoseOfThe104BitPrefix() {
        assertRange(Ipv6Address::isSolicitedNode, "ff02::1:ff00:0", "ff02::1:ffff:ffff");
        IpAddress other = IpAddress.parse("ff05::1:ff00:0");
        assertFalse(Ipv6Address.isSolicitedNode(other.high(), other.low()));
    }

    @Test
    void everyAddressHasASolicitedNodeGroup() {
        Property.forAll(
                500,
                random -> {
                    long low = Ipv6Address.solicitedNodeLow(random.anyLong(), random.anyLong());
                    assertTrue(Ipv6Address.isSolicitedNode(Ipv6Address.SOLICITED_NODE_HIGH, low));
                });
    }

    @Test
    void everyIpv4AddressComesBackFromItsMappedForm() {
        Property.forAll(
                500,
                random -> {
                    int address = random.anyInt();
                    long high = Ipv6Address.MAPPED_HIGH;
                    long low = Ipv6Address.mappedLow(address);
                    assertTrue(Ipv6Address.isIpv4Mapped(high, low));
                    assertEquals(address, Ipv6Address.ipv4(high, low));
                });
    }

    @Test
    void theInterfaceIdentifierIsThatOfTheExampleOfRfc2464Section4() {
        assertEquals(
                0x3656_78FF_FE9A_BCDEL,
                Ipv6Address.interfaceIdentifier(MacAddress.parse("34:56:78:9a:bc:de")));
    }

    @Test
    void theInterfaceIdentifierOfALocalAddressHasTheBitZero() {
        assertEquals(
                "fe80::ff:fe00:1",
                Ipv6Address.toString(
                        Ipv6Address.LINK_LOCAL_HIGH,
                        Ipv6Address.interfaceIdentifier(MacAddress.parse("02:00:00:00:00:01"))));
        assertEquals(0xFDFF_FFFF_FEFF_FFFFL, Ipv6Address.interfaceIdentifier(MacAddress.BROADCAST));
    }

    @Test
    void theMasksHaveAsManyOnesAsThePrefixIsLong() {
        for (int length = 0; length <= 128; length++) {
            long high = Ipv6Address.maskHigh(length);
            long low = Ipv6Address.maskLow(length);
            assertEquals(Math.min(length, 64), Long.numberOfLeadingZeros(~high));
            assertEquals(Math.max(0, length - 64), Long.numberOfLeadingZeros(~low));
            assertEquals(length, Long.bitCount(high) + Long.bitCount(low));
        }
    }

    @Test
    void classifyingMappingAndAppendingDoNotAllocate() {
        StringBuilder text = new StringBuilder(64);
        long bytes =
                AllocatedBytes.perRun(
                        20_000,
                        20_000,
                        () -> {
                            sink += Ipv6Address.isIpv4Mapped(0, sink) ? 3 : 0x1_0000_0001L;
                            sink += Ipv6Address.mappedLow((int) sink);
                            text.setLength(0);
                            Ipv6Address.append(text, Ipv6Address.solicitedNodeLow(0, sink), sink);
                        });
        assertEquals(0, bytes);
    }

    /** Half an address in which each group is zero in every other case. */
    static long half(Randomness random) {
        long half = 0;
        for (int i = 0; i < 4; i++) {
            int digits = random.between(1, 4);
            int group = random.flip() ? 0 : random.between(0, (1 << (4 * digits)) - 1);
            half = half << 16 | group;
        }
        return half;
    }

    /** The rules in the order of RFC 5952, section 4, on text. */
    private static String byTheRules(long high, long low) {
        String full = "";
        for (int i = 7; i >= 0; i--) {
            long group = ((i >= 4 ? high : low) >>> (16 * (i & 3))) & 0xFFFF;
            full += Long.toHexString(group) + (i > 0 ? ":" : "");
        }
        for (int run = 8; run >= 2; run--) {
            String zeros = ":" + "0:".repeat(run);
            String colons = ":" + full + ":";
            int at = colons.indexOf(zeros);
            if (at >= 0) {
                String before = colons.substring(1, Math.max(1, at));
                String after = colons.substring(at + zeros.length());
                return before + "::" + after.substring(0, Math.max(0, after.length() - 1));
            }
        }
        return full;
    }

    private static void assertPrinted(String expected, String text) {
        IpAddress address = IpAddress.parse(text);
        assertEquals(expected, Ipv6Address.toString(address.high(), address.low()));
    }

    private static void assertPair(String text, long high, long low) {
        assertEquals(IpAddress.parse(text), IpAddress.of(high, low));
    }

    private static void assertScope(int scope, String text) {
        IpAddress address = IpAddress.parse(text);
        assertTrue(Ipv6Address.isMulticast(address.high(), address.low()));
        assertEquals(scope, Ipv6Address.multicastScope(address.high(), address.low()));
    }

    /** Asserts that both ends of a range belong to it and that their neighbours do not. */
    private static void assertRange(Question question, String first, String last) {
        IpAddress from = IpAddress.parse(first);
        IpAddress to = IpAddress.parse(last);
        assertTrue(question.test(from.high(), from.low()), first);
        assertTrue(question.test(to.high(), to.low()), last);
        if ((from.high() | from.low()) != 0) {
            long borrow = from.low() == 0 ? 1 : 0;
            assertFalse(question.test(from.high() - borrow, from.low() - 1), "before " + first);
        }
        if ((to.high() & to.low()) != -1) {
            long carry = to.low() == -1 ? 1 : 0;
            assertFalse(question.test(to.high() + carry, to.low() + 1), "after " + last);
        }
    }
}
