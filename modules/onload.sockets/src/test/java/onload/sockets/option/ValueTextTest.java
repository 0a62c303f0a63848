package onload.sockets.option;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;

class ValueTextTest {
    private static StackOptions with(StackOption option, String text) {
        return StackOptions.DEFAULT.with(option, text);
    }

    private static String refused(StackOption option, String text) {
        return Refusals.of(() -> with(option, text));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "0ns, 0",
        "1ns, 1",
        "50us, 50000",
        "10ms, 10000000",
        "1s, 1000000000",
        "2min, 120000000000",
        "1h, 3600000000000",
        "007us, 7000",
        "forever, 9223372036854775807"
    })
    void aDurationIsAWholeNumberWithAUnit(String text, long nanos) {
        assertEquals(nanos, with(StackOption.SPIN, text).nanos(StackOption.SPIN));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "50",
                "1",
                "us",
                "-1us",
                "+1us",
                "1.5ms",
                "1e3us",
                "0x10us",
                "1_000us",
                "1,5s",
                "5 us",
                " 5us",
                "5us ",
                "5us\n",
                "5US",
                "5µs",
                "\u0665\u0660us",
                "５us",
                "5d",
                "5us5us",
                "Forever",
                "for ever",
                "-1",
                "9223372036854775808ns",
                "999999999999999999h",
                "9223372036855ms\u0000"
            })
    void whatIsNoDurationIsRefused(String text) {
        assertTrue(refused(StackOption.SPIN, text).contains("a duration such as 50us"));
    }

    @Test
    void onlyWhatMayLastForeverMay() {
        assertTrue(refused(StackOption.TCP_MIN_RTO, "forever").contains("1ms to 1min"));
    }

    @Test
    void theBoundsOfADurationAreWithinAndNotMore() {
        StackOption option = StackOption.TCP_MIN_RTO;
        assertEquals(1_000_000, with(option, "1ms").nanos(option));
        assertEquals(60_000_000_000L, with(option, "60s").nanos(option));
        refused(option, "999999ns");
        refused(option, "60000000001ns");
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1500, 1500", "1k, 1024", "64k, 65536", "64K, 65536"})
    void bytesAreAWholeNumberOfMultiplesOf1024(String text, int bytes) {
        StackOption option = StackOption.SEND_UNLOCKED_THRESHOLD;
        assertEquals(bytes, with(option, text).bytes(option));
    }

    @Test
    void largeBytesFit() {
        StackOption option = StackOption.TCP_MAX_SEND_BUFFER;
        assertEquals(1 << 30, with(option, "1g").bytes(option));
        assertEquals(3 << 20, with(option, "3m").bytes(option));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "k",
                "-1",
                "+1",
                "1kb",
                "1kk",
                "1ki",
                "1 k",
                "64\u212A",
                "\u0661k",
                "0x40",
                "1.5k",
                "65537",
                "65k",
                "18014398509481984g",
                "17179869184g",
                "9223372036854775807",
                "1t"
            })
    void whatAreNoBytesAreRefused(String text) {
        String message = refused(StackOption.SEND_UNLOCKED_THRESHOLD, text);
        assertTrue(message.contains("bytes such as 1500, 64k or 1m, from 0 to 64k"), message);
    }

    @Test
    void aPacketBufferHasAPowerOfTwoOfBytes() {
        StackOption option = StackOption.PACKET_LENGTH;
        assertEquals(4096, with(option, "4k").bytes(option));
        assertTrue(refused(option, "3000").contains("a power of two"));
        refused(option, "256");
        refused(option, "128k");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "32", "200", "0032"})
    void aNumberIsDigits(String text) {
        StackOption option = StackOption.DEFER_LIMIT;
        assertEquals(Integer.parseInt(text), with(option, text).number(option));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-",
                "--1",
                "0",
                "201",
                "-1",
                "+5",
                "5k",
                "5.0",
                " 5",
                "5\r",
                "0x5",
                "1e1",
                "\u0665",
                "４",
                "five",
                "99999999999999999999",
                "4294967297",
                "18446744073709551617",
                "5#"
            })
    void whatIsNoNumberOfItsRangeIsRefused(String text) {
        assertTrue(refused(StackOption.DEFER_LIMIT, text).contains("a whole number from 1 to 200"));
    }

    @Test
    void aNumberMayBeNegativeWhereThatMeansSomething() {
        StackOption option = StackOption.DEDICATED_CPU;
        assertEquals(-1, with(option, "-1").number(option));
        assertEquals(3, with(option, "3").number(option));
        refused(option, "-2");
    }

    @Test
    void aSwitchIsOnOrOff() {
        for (String on : new String[] {"on", "true", "yes", "1"}) {
            assertTrue(with(StackOption.IPV6, on).isOn(StackOption.IPV6), on);
        }
        for (String off : new String[] {"off", "false", "no", "0"}) {
            assertFalse(with(StackOption.IPV6, off).isOn(StackOption.IPV6), off);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ON", "2", "-1", "01", "on ", "enable", "ye\u017F", "o\u0000n"})
    void whatIsNoSwitchIsRefused(String text) {
        assertTrue(refused(StackOption.IPV6, text).contains("on or off"));
    }

    @Test
    void aWordIsOneOfItsList() {
        for (String word : StackOption.DRIVE.words()) {
            assertEquals(word, with(StackOption.DRIVE, word).text(StackOption.DRIVE));
        }
        assertEquals(
                "drive=shard is not allowed, did you mean \"shared\"? expected polled, shared or dedicated",
                refused(StackOption.DRIVE, "shard"));
        refused(StackOption.DRIVE, "");
        refused(StackOption.DRIVE, "Shared");
        refused(StackOption.DRIVE, "1");
    }

    @Test
    void aWordThatIsANumberInOnloadMayBeThatNumber() {
        StackOption option = StackOption.HUGE_PAGES;
        assertEquals("never", with(option, "0").text(option));
        assertEquals("if-available", with(option, "1").text(option));
        assertEquals("always", with(option, "2").text(option));
        assertEquals("always", with(option, "always").text(option));
        refused(option, "3");
        refused(option, "-1");
    }

    @Test
    void aNameCannotLeadOutOfAFolder() {
        StackOption option = StackOption.NAME;
        assertEquals("feed-1.a_b", with(option, "feed-1.a_b").text(option));
        assertEquals("", with(option, "").text(option));
        assertEquals("n".repeat(64), with(option, "n".repeat(64)).text(option));
        for (String wrong :
                new String[] {
                    "..", ".a", "a/b", "a\\b", "a b", "ä", "a\n", "a\0", "n".repeat(65)
                }) {
            refused(option, wrong);
        }
    }

    @Test
    void aFolderIsALine() {
        StackOption option = StackOption.DUMP_FOLDER;
        assertEquals("/var/run/on load/ä", with(option, "/var/run/on load/ä").text(option));
        for (String wrong :
                new String[] {
                    "a\nb", "a\rb", "a\u0085b", "a\u2028b", "a#b", " a", "a\t", "a".repeat(4097)
                }) {
            refused(option, wrong);
        }
    }

    @Test
    void aMillionCharactersAreRefusedSoonAndInAShortLine() {
        String digits = "9".repeat(1_000_000);
        assertTimeout(
                Duration.ofSeconds(20),
                () -> {
                    for (StackOption option : StackOption.values()) {
                        refused(option, digits);
                        refused(option, digits + "us");
                        refused(option, digits.replace('9', '\n'));
                    }
                    Refusals.of(() -> StackOptions.DEFAULT.with(digits, "1"));
                });
    }

    @Test
    void whatSomebodyWroteIsShownOnItsLine() {
        String message = refused(StackOption.SPIN, "1\n2\u202e3\u2028");
        assertTrue(message.startsWith("spin=1?2?3? is not allowed;"), message);
    }

    @Test
    void everyDefaultAndBoundIsWrittenAsItIsRead() {
        for (StackOption option : StackOption.values()) {
            if (option.type() == OptionType.TEXT) {
                continue;
            }
            for (long value : new long[] {option.defaultValue(), option.least(), option.most()}) {
                String text = ValueText.write(option, value);
                Setting read = ValueText.read(option, option.key(), text, OptionOrigin.PROGRAM);
                assertEquals(value, read.number(), option + " " + text);
            }
        }
    }

    @Test
    void oneBeyondABoundIsRefused() {
        for (StackOption option : StackOption.values()) {
            OptionType type = option.type();
            if (type == OptionType.NUMBER
                    || type == OptionType.BYTES
                    || type == OptionType.DURATION) {
                String unit = type == OptionType.DURATION ? "ns" : "";
                refused(option, option.least() - 1 + unit);
                if (option.most() != Long.MAX_VALUE) {
                    refused(option, option.most() + 1 + unit);
                }
            }
        }
    }
}
