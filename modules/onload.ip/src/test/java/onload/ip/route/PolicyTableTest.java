package onload.ip.route;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.AllocatedBytes;
import onload.wire.IpAddress;
import onload.wire.IpPrefix;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;

/** RFC 6724, section 2.1. */
class PolicyTableTest {
    @ParameterizedTest
    @CsvSource({
        "::1, 50, 0",
        "::2, 1, 3",
        "::, 1, 3",
        "2a00::1, 40, 1",
        "fe80::1, 40, 1",
        "ff02::1, 40, 1",
        "192.0.2.1, 35, 4",
        "127.0.0.1, 35, 4",
        "2002:c000:201::1, 30, 2",
        "2001::1, 5, 5",
        "2001:0:ffff::1, 5, 5",
        "2001:db8::1, 40, 1",
        "fc00::1, 3, 13",
        "fdff::1, 3, 13",
        "fec0::1, 1, 11",
        "feff::1, 1, 11",
        "3ffe::1, 1, 12",
        "::1:0:0:0, 40, 1",
    })
    void theDefaultTableIsThatOfTheRfc(String address, int precedence, int label) {
        IpAddress asked = IpAddress.parse(address);
        assertEquals(precedence, PolicyTable.DEFAULT.precedence(asked.high(), asked.low()));
        assertEquals(label, PolicyTable.DEFAULT.label(asked.high(), asked.low()));
    }

    @Test
    void anotherTableMayBeMadeOfEntriesInAnyOrder() {
        PolicyTable table =
                new PolicyTable(
                        List.of(
                                entry("::/0", 1, 1),
                                entry("2001:db8::/32", 2, 2),
                                entry("2001:db8:1::/48", 3, 3)));
        assertEquals(3, label(table, "2001:db8:1::1"));
        assertEquals(2, label(table, "2001:db8:2::1"));
        assertEquals(1, label(table, "2001:db9::1"));
        assertEquals(48, table.entries().getFirst().prefix().length());
    }

    @Test
    void withoutAnEntryForIpv4TheOneForEverythingCounts() {
        assertEquals(7, label(new PolicyTable(List.of(entry("::/0", 1, 7))), "192.0.2.1"));
    }

    @Test
    void aTableWithoutAnEntryForEverythingIsRefused() {
        assertRefused(List.of(), "::/0");
        assertRefused(List.of(entry("::1/128", 1, 1)), "::/0");
        assertRefused(List.of(entry("0.0.0.0/0", 1, 1)), "::/0");
    }

    @Test
    void aPrefixThatIsThereTwiceIsRefused() {
        assertRefused(
                List.of(entry("2002::/16", 1, 1), entry("::/0", 1, 1), entry("2002::/16", 2, 2)),
                "2002::/16 twice");
    }

    @Test
    void negativeNumbersAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> entry("::/0", -1, 0));
        assertThrows(IllegalArgumentException.class, () -> entry("::/0", 0, -1));
    }

    @Test
    void askingAllocatesNothing() {
        assertEquals(
                0,
                AllocatedBytes.perRun(
                        2000, 1000, () -> PolicyTable.DEFAULT.label(0x3ffeL << 48, 1)));
    }

    private static void assertRefused(List<PolicyTable.Entry> entries, String saying) {
        String message =
                String.valueOf(
                        assertThrows(IllegalArgumentException.class, () -> new PolicyTable(entries))
                                .getMessage());
        assertTrue(message.contains(saying), message);
    }

    private static PolicyTable.Entry entry(String prefix, int precedence, int label) {
        return new PolicyTable.Entry(IpPrefix.parse(prefix), precedence, label);
    }

    private static int label(PolicyTable table, String address) {
        IpAddress asked = IpAddress.parse(address);
        return table.label(asked.high(), asked.low());
    }
}
