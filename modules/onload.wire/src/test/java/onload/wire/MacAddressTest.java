package onload.wire;

import static onload.wire.Refusal.assertRefused;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.AllocatedBytes;
import onload.testkit.base.Property;

import org.junit.jupiter.api.Test;

import java.util.Locale;

class MacAddressTest {
    private static final long MASK = 0xFFFF_FFFF_FFFFL;

    private static long sink;

    @Test
    void theFirstByteOfTheTextIsUppermost() {
        assertEquals(0x0200_0000_0001L, MacAddress.parse("02:00:00:00:00:01"));
        assertEquals(0x1234_5678_9ABCL, MacAddress.parse("12:34:56:78:9a:bc"));
    }

    @Test
    void hyphensAndCapitalsAreAccepted() {
        assertEquals(0xABCD_EF01_2345L, MacAddress.parse("AB-CD-EF-01-23-45"));
        assertEquals(0xABCD_EF01_2345L, MacAddress.parse("aB:cD:Ef:01:23:45"));
    }

    @Test
    void printingIsInLowerCaseWithColonsAndLeadingZeros() {
        assertEquals("02:00:0a:bc:0d:01", MacAddress.toString(0x0200_0ABC_0D01L));
        assertEquals("00:00:00:00:00:00", MacAddress.toString(0));
        assertEquals("ff:ff:ff:ff:ff:ff", MacAddress.toString(MacAddress.BROADCAST));
    }

    @Test
    void appendingLeavesWhatIsThere() {
        StringBuilder text = new StringBuilder("at ");
        MacAddress.append(text, 1);
        assertEquals("at 00:00:00:00:00:01", text.toString());
    }

    @Test
    void everyAddressIsReadAsItWasPrinted() {
        Property.forAll(
                2000,
                random -> {
                    long address = random.anyLong() & MASK;
                    String text = MacAddress.toString(address);
                    assertEquals(address, MacAddress.parse(text));
                    assertEquals(address, MacAddress.parse(text.replace(':', '-')));
                    assertEquals(address, MacAddress.parse(text.toUpperCase(Locale.ROOT)));
                });
    }

    @Test
    void theLowestBitOfTheFirstByteTellsAGroup() {
        assertTrue(MacAddress.isMulticast(MacAddress.parse("01:00:5e:00:00:01")));
        assertTrue(MacAddress.isMulticast(MacAddress.parse("33:33:00:00:00:01")));
        assertTrue(MacAddress.isMulticast(MacAddress.BROADCAST));
        assertFalse(MacAddress.isMulticast(MacAddress.parse("fe:ff:ff:ff:ff:ff")));
        assertFalse(MacAddress.isMulticast(0));
    }

    @Test
    void theNextBitTellsALocalAddress() {
        assertTrue(MacAddress.isLocal(MacAddress.parse("02:00:00:00:00:01")));
        assertFalse(MacAddress.isLocal(MacAddress.parse("00:1b:21:00:00:01")));
        assertFalse(MacAddress.isLocal(MacAddress.parse("fd:ff:ff:ff:ff:ff")));
    }

    @Test
    void onlyAllOnesIsBroadcast() {
        assertTrue(MacAddress.isBroadcast(MacAddress.BROADCAST));
        assertFalse(MacAddress.isBroadcast(MacAddress.BROADCAST - 1));
        assertFalse(MacAddress.isBroadcast(0x7FFF_FFFF_FFFFL));
    }

    @Test
    void anIpv4GroupHasItsLast23BitsAfter01005e() {
        assertEquals(
                MacAddress.parse("01:00:5e:00:00:01"),
                MacAddress.ofIpv4Multicast(Ipv4Address.ALL_HOSTS));
        assertEquals(
                MacAddress.parse("01:00:5e:7f:ff:ff"),
                MacAddress.ofIpv4Multicast(Ipv4Address.of(239, 255, 255, 255)));
        assertEquals(
                MacAddress.parse("01:00:5e:01:02:03"),
                MacAddress.ofIpv4Multicast(Ipv4Address.of(224, 129, 2, 3)));
    }

    @Test
    void anIpv6GroupHasItsLast32BitsAfter3333() {
        IpAddress group = IpAddress.parse("ff02::1:ff28:9c5a");
        assertEquals(
                MacAddress.parse("33:33:ff:28:9c:5a"),
                MacAddress.ofIpv6Multicast(group.high(), group.low()));
        assertEquals(
                MacAddress.parse("33:33:00:00:00:01"),
                MacAddress.ofIpv6Multicast(Ipv6Address.ALL_NODES_HIGH, Ipv6Address.ALL_NODES_LOW));
    }

    @Test
    void anEmptyTextIsRefused() {
        refuses("", "it is empty");
    }

    @Test
    void tooFewBytesAreRefused() {
        refuses("02:00:00:00:00", "something is missing at position 14");
        refuses("02:00:00:00:00:", "something is missing at position 15");
        refuses("02", "something is missing at position 2");
    }

    @Test
    void tooManyBytesAreRefused() {
        refuses("02:00:00:00:00:01:", "':' is out of place at position 17");
        refuses("02:00:00:00:00:011", "'1' is out of place at position 17");
    }

    @Test
    void aByteOfOneDigitIsRefused() {
        refuses("2:00:00:00:00:01", "':' is out of place at position 1");
        refuses("02:00:00:00:00:1", "something is missing at position 16");
    }

    @Test
    void aMixtureOfSeparatorsIsRefused() {
        refuses("02:00-00:00:00:01", "'-' is out of place at position 5");
        refuses("02-00:00-00-00-01", "':' is out of place at position 5");
    }

    @Test
    void otherSeparatorsAndNoneAreRefused() {
        refuses("020000000001", "'0' is out of place at position 2");
        refuses("0200.0000.0001", "'0' is out of place at position 2");
    }

    @Test
    void otherCharactersAreRefused() {
        refuses("0g:00:00:00:00:01", "'g' is out of place at position 1");
        refuses(" 02:00:00:00:00:01", "a space is out of place at position 0");
        refuses("02:00:00:00:00:01 ", "a space is out of place at position 17");
    }

    @Test
    void digitsOfOtherScriptsAreRefused() {
        assertRefused(
                "\"0\\u0661:00:00:00:00:01\" is not an Ethernet address: '\\u0661' is out of place"
                        + " at position 1; expected six bytes of two hexadecimal digits, such as"
                        + " 02:00:00:00:00:01",
                () -> MacAddress.parse("0\u0661:00:00:00:00:01"));
    }

    @Test
    void classifyingMappingAndAppendingDoNotAllocate() {
        StringBuilder text = new StringBuilder(64);
        long bytes =
                AllocatedBytes.perRun(
                        20_000,
                        20_000,
                        () -> {
                            long address = MacAddress.ofIpv4Multicast((int) sink);
                            sink += MacAddress.isMulticast(address) ? 1 : 2;
                            text.setLength(0);
                            MacAddress.append(text, address);
                        });
        assertEquals(0, bytes);
    }

    private static void refuses(String text, String problem) {
        assertRefused(
                '"'
                        + text
                        + "\" is not an Ethernet address: "
                        + problem
                        + "; expected six bytes of two hexadecimal digits, such as"
                        + " 02:00:00:00:00:01",
                () -> MacAddress.parse(text));
    }
}
