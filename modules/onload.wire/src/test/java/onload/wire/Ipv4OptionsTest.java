package onload.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.Property;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Ipv4OptionsTest {
    @Test
    void anEmptyListIsAcceptedAndHasNoOption() {
        UnsafeBuffer none = Bytes.of("");
        assertEquals(0, Ipv4Options.check(none, 0, 0));
        assertEquals(0, Ipv4Options.first(none, 0, 0));
    }

    @Test
    void writtenOptionsStandWhereTheRfcsPutThem() {
        UnsafeBuffer buffer = Bytes.noise(40);
        int at = Ipv4Options.writeRouterAlert(buffer, 0, 0x0102);
        at = Ipv4Options.writeRoute(buffer, at, Ipv4Options.STRICT_SOURCE_ROUTE, 2);
        at = Ipv4Options.writeTimestamp(buffer, at, Ipv4Options.TIMESTAMPS_PRESPECIFIED, 1);
        at = Ipv4Options.writePadding(buffer, 0, at);
        Bytes.assertBytes(
                "94040102 890b04 00000000 00000000 440c0503 00000000 00000000 00",
                Bytes.prefix(buffer, at));
    }

    @Test
    void aRouteReadsBackAsItWasWritten() {
        Property.forAll(
                500,
                random -> {
                    int type =
                            random.oneOf(
                                    Ipv4Options.RECORD_ROUTE,
                                    Ipv4Options.LOOSE_SOURCE_ROUTE,
                                    Ipv4Options.STRICT_SOURCE_ROUTE);
                    int addresses = random.between(0, 9);
                    UnsafeBuffer buffer = Bytes.noise(3 + 4 * addresses);
                    int end = Ipv4Options.writeRoute(buffer, 0, type, addresses);
                    int[] written = new int[addresses];
                    for (int i = 0; i < addresses; i++) {
                        written[i] = random.anyInt();
                        Ipv4Options.routeAddress(buffer, 0, i, written[i]);
                    }
                    assertEquals(buffer.capacity(), end);
                    assertEquals(end, Ipv4Options.check(buffer, 0, end));
                    assertEquals(type, Ipv4Options.type(buffer, 0));
                    assertEquals(
                            type != Ipv4Options.RECORD_ROUTE, Ipv4Options.isSourceRoute(buffer, 0));
                    assertEquals(type != Ipv4Options.RECORD_ROUTE, Ipv4Options.isCopied(buffer, 0));
                    assertEquals(4, Ipv4Options.pointer(buffer, 0));
                    assertEquals(addresses, Ipv4Options.routeAddresses(buffer, 0));
                    for (int i = 0; i < addresses; i++) {
                        assertEquals(written[i], Ipv4Options.routeAddress(buffer, 0, i));
                    }
                });
    }

    @Test
    void aTimestampOptionReadsBackAsItWasWritten() {
        Property.forAll(
                500,
                random -> {
                    int flag = random.oneOf(0, 1, 3);
                    int entries = random.between(0, flag == 0 ? 9 : 4);
                    int overflow = random.between(0, 15);
                    UnsafeBuffer buffer = Bytes.noise(4 + entries * (flag == 0 ? 4 : 8));
                    int end = Ipv4Options.writeTimestamp(buffer, 0, flag, entries);
                    Ipv4Options.timestampOverflowAndFlag(buffer, 0, overflow, flag);
                    Ipv4Options.pointer(buffer, 0, end + 1);
                    assertEquals(end, Ipv4Options.check(buffer, 0, end));
                    assertEquals(entries, Ipv4Options.timestampEntries(buffer, 0));
                    assertEquals(flag, Ipv4Options.timestampFlag(buffer, 0));
                    assertEquals(overflow, Ipv4Options.timestampOverflow(buffer, 0));
                    assertEquals(end + 1, Ipv4Options.pointer(buffer, 0));
                    for (int i = 0; i < entries; i++) {
                        int address = random.anyInt();
                        long timestamp = random.anyLong() >>> 32;
                        Ipv4Options.timestamp(buffer, 0, i, address, timestamp);
                        assertEquals(timestamp, Ipv4Options.timestamp(buffer, 0, i));
                        assertEquals(
                                flag == 0 ? (int) timestamp : address,
                                Ipv4Options.timestampAddress(buffer, 0, i));
                    }
                });
    }

    @Test
    void theWalkLeavesOutPaddingAndStopsAtTheEndOfTheList() {
        UnsafeBuffer list = Bytes.of("01 01 94040000 01 de03aa 01 00 94040000 ff");
        int end = list.capacity();
        assertEquals(end, Ipv4Options.check(list, 0, end));
        int at = Ipv4Options.first(list, 0, end);
        assertEquals(2, at);
        assertEquals(Ipv4Options.ROUTER_ALERT, Ipv4Options.type(list, at));
        at = Ipv4Options.next(list, at, end);
        assertEquals(7, at);
        assertEquals(0xDE, Ipv4Options.type(list, at));
        assertEquals(3, Ipv4Options.length(list, at));
        assertEquals(end, Ipv4Options.next(list, at, end));
    }

    @ParameterizedTest
    @ValueSource(strings = {"00", "01", "01010101", "00ffffff", "010100ff"})
    void paddingAloneIsNoOption(String hex) {
        UnsafeBuffer list = Bytes.of(hex);
        assertEquals(list.capacity(), Ipv4Options.check(list, 0, list.capacity()));
        assertEquals(list.capacity(), Ipv4Options.first(list, 0, list.capacity()));
    }

    /** The second column is the byte that a parameter problem points at. */
    @ParameterizedTest
    @CsvSource({
        "de, 0", // a type alone
        "01de, 1",
        "de00, 1", // lengths 0 and 1
        "de01, 1",
        "de03, 1", // beyond the end
        "9404000001de0400, 6",
        "940300, 1", // a router alert of 3 and of 5 bytes
        "9405000000, 1",
        "0702, 1", // routes: too short, and not whole addresses
        "07040400, 1",
        "8306040000, 1",
        "890a0400000000000000, 1",
        "07070300000000, 2", // pointers: below the first address, and inside one
        "07070000000000, 2",
        "83070500000000, 2",
        "8907ff00000000, 2",
        "440305, 1", // timestamps: too short, and not whole entries
        "44060500aabb, 1",
        "4408050100000000, 1",
        "4408050200000000, 3", // flags that are not defined
        "4408050400000000, 3",
        "4408050f00000000, 3",
        "4408040000000000, 2", // pointers
        "4408060000000000, 2",
        "440c09010000000000000000, 2",
        "0703040703 04, 3", // twice what may be there once
        "830304 890304, 3",
        "440405 00 44040500, 4",
    })
    void aListThatCannotBeIsRefusedAndTheFaultyByteNamed(String hex, int problem) {
        UnsafeBuffer list = Bytes.of(hex);
        assertEquals(Malformed.OPTION, Ipv4Options.check(list, 0, list.capacity()));
        assertEquals(problem, Ipv4Options.problem(list, 0, list.capacity()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "de02", // nothing but type and length
                "0703 04", // no address
                "0707 08 00000000", // full
                "0707 04 00000000",
                "4404 05 00", // no entry
                "440c 0d 01 0000000000000000", // full
                "94040000 94040000", // a router alert may be repeated, as far as RFC 2113 says
                "070304 830304 44040500", // three different ones
                "de03aa de03aa",
                "00 070303", // after the end of the list anything goes
            })
    void aListThatMayBeIsAccepted(String hex) {
        UnsafeBuffer list = Bytes.of(hex);
        assertEquals(list.capacity(), Ipv4Options.check(list, 0, list.capacity()));
        assertEquals(Ipv4Options.NONE, Ipv4Options.problem(list, 0, list.capacity()));
    }

    @Test
    void everyTruncationThatCutsAnOptionIsRefused() {
        UnsafeBuffer list = Bytes.of("070b04 c0000201 c0000202");
        for (int length = 1; length < list.capacity(); length++) {
            UnsafeBuffer cut = Bytes.prefix(list, length);
            assertEquals(Malformed.OPTION, Ipv4Options.check(cut, 0, length));
        }
    }

    @Test
    void paddingFillsUpToWords() {
        for (int used = 0; used <= 40; used++) {
            UnsafeBuffer buffer = Bytes.noise(48);
            int padded = Ipv4Options.writePadding(buffer, 4, 4 + used) - 4;
            assertEquals(0, padded % 4);
            assertTrue(padded >= used && padded < used + 4);
            for (int i = used; i < padded; i++) {
                assertEquals(Ipv4Options.END, buffer.getByte(4 + i));
            }
            assertEquals((byte) 0xA5, buffer.getByte(4 + padded));
        }
    }

    @Test
    void capturedOptionsAreRead() {
        UnsafeBuffer timestamps = Bytes.of(CapturedFrames.IPV4_TIMESTAMP);
        int at = 14 + Ipv4Header.OPTIONS_OFFSET;
        assertEquals(40, Ipv4Header.check(timestamps, 14, 50));
        assertEquals(20, Ipv4Options.check(timestamps, at, 20));
        assertEquals(at, Ipv4Options.first(timestamps, at, at + 20));
        assertEquals(Ipv4Options.TIMESTAMP, Ipv4Options.type(timestamps, at));
        assertEquals(13, Ipv4Options.pointer(timestamps, at));
        assertEquals(
                Ipv4Options.TIMESTAMPS_AND_ADDRESSES, Ipv4Options.timestampFlag(timestamps, at));
        assertEquals(2, Ipv4Options.timestampEntries(timestamps, at));
        assertEquals(0xC000_0201, Ipv4Options.timestampAddress(timestamps, at, 0));
        assertEquals(62_414_030, Ipv4Options.timestamp(timestamps, at, 0));
        assertEquals(at + 20, Ipv4Options.next(timestamps, at, at + 20));

        UnsafeBuffer route = Bytes.of(CapturedFrames.IPV4_RECORDED_ROUTE);
        assertEquals(12, Ipv4Options.check(route, at, 12));
        assertEquals(Ipv4Options.RECORD_ROUTE, Ipv4Options.type(route, at));
        assertFalse(Ipv4Options.isCopied(route, at));
        assertEquals(2, Ipv4Options.routeAddresses(route, at));
        assertEquals(0xC000_0201, Ipv4Options.routeAddress(route, at, 0));
        assertEquals(0xC000_0202, Ipv4Options.routeAddress(route, at, 1));
    }
}
