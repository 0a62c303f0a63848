package onload.wire;

import static onload.wire.Refusal.assertRefused;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.AllocatedBytes;
import onload.testkit.base.Property;

import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.util.function.IntPredicate;

class Ipv4AddressTest {
    private static final String FORM = "four numbers from 0 to 255, such as 192.0.2.1";

    private static int sink;

    @Test
    void theFirstNumberIsUppermost() {
        assertEquals(0xC000_0201, Ipv4Address.parse("192.0.2.1"));
        assertEquals(0xC000_0201, Ipv4Address.of(192, 0, 2, 1));
        assertEquals("192.0.2.1", Ipv4Address.toString(0xC000_0201));
    }

    @Test
    void theSmallestAndTheLargestAreReadAndPrinted() {
        assertEquals(0, Ipv4Address.parse("0.0.0.0"));
        assertEquals(-1, Ipv4Address.parse("255.255.255.255"));
        assertEquals("0.0.0.0", Ipv4Address.toString(0));
        assertEquals("255.255.255.255", Ipv4Address.toString(-1));
    }

    @Test
    void appendingLeavesWhatIsThere() {
        StringBuilder text = new StringBuilder("from ");
        Ipv4Address.append(text, Ipv4Address.LOOPBACK);
        assertEquals("from 127.0.0.1", text.toString());
    }

    @Test
    void everyAddressIsReadAsItWasPrintedAndAsJavaReadsIt() {
        Property.forAll(
                2000,
                random -> {
                    int address = random.anyInt();
                    String text = Ipv4Address.toString(address);
                    assertEquals(address, Ipv4Address.parse(text));
                    assertEquals(InetAddress.ofLiteral(text).getHostAddress(), text);
                    assertEquals(IpAddress.of(InetAddress.ofLiteral(text)), IpAddress.of(address));
                });
    }

    @Test
    void theConstantsAreWhatTheirTextsAre() {
        assertEquals("0.0.0.0", Ipv4Address.toString(Ipv4Address.ANY));
        assertEquals("127.0.0.1", Ipv4Address.toString(Ipv4Address.LOOPBACK));
        assertEquals("255.255.255.255", Ipv4Address.toString(Ipv4Address.BROADCAST));
        assertEquals("224.0.0.1", Ipv4Address.toString(Ipv4Address.ALL_HOSTS));
        assertEquals("224.0.0.2", Ipv4Address.toString(Ipv4Address.ALL_ROUTERS));
        assertEquals("224.0.0.22", Ipv4Address.toString(Ipv4Address.ALL_IGMPV3_ROUTERS));
    }

    @Test
    void onlyZeroIsUnspecified() {
        assertRange(Ipv4Address::isUnspecified, "0.0.0.0", "0.0.0.0");
    }

    @Test
    void thisNetworkIsZeroSlash8() {
        assertRange(Ipv4Address::isThisNetwork, "0.0.0.0", "0.255.255.255");
    }

    @Test
    void loopbackIs127Slash8() {
        assertRange(Ipv4Address::isLoopback, "127.0.0.0", "127.255.255.255");
    }

    @Test
    void linkLocalIs169Dot254Slash16() {
        assertRange(Ipv4Address::isLinkLocal, "169.254.0.0", "169.254.255.255");
    }

    @Test
    void multicastIs224Slash4() {
        assertRange(Ipv4Address::isMulticast, "224.0.0.0", "239.255.255.255");
    }

    @Test
    void reservedIs240Slash4() {
        assertRange(Ipv4Address::isReserved, "240.0.0.0", "255.255.255.255");
    }

    @Test
    void onlyAllOnesIsTheLimitedBroadcast() {
        assertRange(Ipv4Address::isLimitedBroadcast, "255.255.255.255", "255.255.255.255");
    }

    @Test
    void thePrivateRangesAreThreeAndTheirNeighboursAreNotPrivate() {
        assertRange(Ipv4Address::isPrivate, "10.0.0.0", "10.255.255.255");
        assertRange(Ipv4Address::isPrivate, "172.16.0.0", "172.31.255.255");
        assertRange(Ipv4Address::isPrivate, "192.168.0.0", "192.168.255.255");
    }

    @Test
    void aMaskHasAsManyOnesAsThePrefixIsLong() {
        assertEquals("0.0.0.0", Ipv4Address.toString(Ipv4Address.mask(0)));
        assertEquals("128.0.0.0", Ipv4Address.toString(Ipv4Address.mask(1)));
        assertEquals("255.255.240.0", Ipv4Address.toString(Ipv4Address.mask(20)));
        assertEquals("255.255.255.254", Ipv4Address.toString(Ipv4Address.mask(31)));
        assertEquals("255.255.255.255", Ipv4Address.toString(Ipv4Address.mask(32)));
    }

    @Test
    void aNumberAbove255IsRefusedAndNamedWithItsPlace() {
        assertRefused(
                "\"10.0.0.256\" is not an IPv4 address: 256 at position 7 is above 255; expected"
                        + " four numbers from 0 to 255, such as 192.0.2.1",
                () -> Ipv4Address.parse("10.0.0.256"));
        refuses("300.0.0.1", "300 at position 0 is above 255");
    }

    @Test
    void aNumberThatWouldOverflowAnIntIsRefused() {
        refuses("4294967296.0.0.1", "4294967296 at position 0 is above 255");
        refuses("1.99999999999999999999999.0.1", "9999999999999999... at position 2 is above 255");
    }

    @Test
    void aLeadingZeroIsRefusedSinceItMayMeanOctal() {
        refuses("010.0.0.1", "010 at position 0 has a leading zero");
        refuses("10.0.0.00", "00 at position 7 has a leading zero");
    }

    @Test
    void formsOfLessThanFourNumbersAreRefused() {
        refuses("10.1", "it ends at position 4, after 2 of four numbers");
        refuses("10.0.1", "it ends at position 6, after 3 of four numbers");
        refuses("167772161", "167772161 at position 0 is above 255");
        refuses("10", "it ends at position 2, after 1 of four numbers");
    }

    @Test
    void moreThanFourNumbersAreRefused() {
        refuses("10.0.0.1.", "'.' is out of place at position 8");
        refuses("10.0.0.1.2", "'.' is out of place at position 8");
    }

    @Test
    void aMissingNumberIsRefused() {
        refuses("", "it is empty");
        refuses(".0.0.1", "'.' is out of place at position 0");
        refuses("10..0.1", "'.' is out of place at position 3");
        refuses("10.0.0.", "something is missing at position 7");
    }

    @Test
    void signsSpacesAndOtherBasesAreRefused() {
        refuses("-1.0.0.1", "'-' is out of place at position 0");
        refuses("+1.0.0.1", "'+' is out of place at position 0");
        refuses(" 10.0.0.1", "a space is out of place at position 0");
        refuses("10.0.0.1 ", "a space is out of place at position 8");
        refuses("0x0a.0.0.1", "'x' is out of place at position 1");
    }

    @Test
    void digitsOfOtherScriptsAreRefused() {
        assertRefused(
                "\"10.0.0.\\u0661\" is not an IPv4 address: '\\u0661' is out of place at position"
                        + " 7; expected "
                        + FORM,
                () -> Ipv4Address.parse("10.0.0.\u0661"));
    }

    @Test
    void aNumberOutsideItsRangeIsNoPartOfAnAddress() {
        assertRefused(
                "10.0.0.256 is not an IPv4 address: a number is outside 0 to 255; expected " + FORM,
                () -> Ipv4Address.of(10, 0, 0, 256));
        assertRefused(
                "-1.0.0.1 is not an IPv4 address: a number is outside 0 to 255; expected " + FORM,
                () -> Ipv4Address.of(-1, 0, 0, 1));
    }

    @Test
    void classifyingAndAppendingDoNotAllocate() {
        StringBuilder text = new StringBuilder(64);
        long bytes =
                AllocatedBytes.perRun(
                        20_000,
                        20_000,
                        () -> {
                            sink += Ipv4Address.isPrivate(sink) ? 0x0101_0101 : 0x1234_5677;
                            text.setLength(0);
                            Ipv4Address.append(text, sink);
                        });
        assertEquals(0, bytes);
    }

    /** Asserts that both ends of a range belong to it and that their neighbours do not. */
    private static void assertRange(IntPredicate kind, String first, String last) {
        int firstAddress = Ipv4Address.parse(first);
        int lastAddress = Ipv4Address.parse(last);
        assertTrue(kind.test(firstAddress), first);
        assertTrue(kind.test(lastAddress), last);
        if (firstAddress != 0) {
            assertFalse(kind.test(firstAddress - 1), "before " + first);
        }
        if (lastAddress != -1) {
            assertFalse(kind.test(lastAddress + 1), "after " + last);
        }
    }

    private static void refuses(String text, String problem) {
        assertRefused(
                '"' + text + "\" is not an IPv4 address: " + problem + "; expected " + FORM,
                () -> Ipv4Address.parse(text));
    }
}
