package onload.nic.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.Property;

import org.junit.jupiter.api.Test;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

class NicOptionsTest {
    private static final NicOptions NONE = NicOptions.device("x");

    @Test
    void whatIsNotSetHasTheOtherValue() {
        assertEquals("word", NONE.text("a", "word"));
        assertEquals(-7, NONE.number("a", -7, 0, 1));
        assertTrue(NONE.flag("a", true));
        assertEquals(2.5, NONE.share("a", 2.5));
        assertEquals(-1, NONE.durationNs("a", -1));
        assertEquals(-1, NONE.bitsPerSecond("a", -1));
    }

    @Test
    void aNumberIsTakenWithinItsLimitsOnly() {
        assertEquals(5, set("5").number("a", 0, 5, 10));
        assertEquals(10, set("10").number("a", 0, 5, 10));
        assertEquals(-3, set("-3").number("a", 0, -5, 10));
        assertEquals(7, set("007").number("a", 0, 5, 10));
        assertEquals(
                Integer.MIN_VALUE,
                set("-2147483648").number("a", 0, Integer.MIN_VALUE, Integer.MAX_VALUE));
        for (String text :
                List.of(
                        "4",
                        "11",
                        "",
                        "-",
                        "5.0",
                        "+5",
                        " 5",
                        "5 ",
                        "0x5",
                        "1e1",
                        "\u0665",
                        "five",
                        "2147483653",
                        "99999999999999999999")) {
            assertRefused(
                    text, "a whole number from 5 to 10", () -> set(text).number("a", 0, 5, 10));
        }
    }

    @Test
    void aFlagIsOneOfSixWords() {
        for (String text : List.of("true", "on", "yes", "True", "ON")) {
            assertTrue(set(text).flag("a", false), text);
        }
        for (String text : List.of("false", "off", "no", "No")) {
            assertFalse(set(text).flag("a", true), text);
        }
        for (String text : List.of("", "1", "y", "true ", "enabled")) {
            assertRefused(text, "true or false", () -> set(text).flag("a", false));
        }
    }

    @Test
    void aShareIsFrom0To1OrAPercentage() {
        Map<String, Double> shares =
                Map.of(
                        "0", 0.0, "1", 1.0, "0.25", 0.25, ".5", 0.5, "1.", 1.0, "100%", 1.0, "0.5%",
                        0.005, "1e-3", 0.001, "0%", 0.0);
        shares.forEach((text, share) -> assertEquals(share, set(text).share("a", 9), 1e-12, text));
        for (String text :
                List.of(
                        "",
                        "%",
                        ".",
                        "1.01",
                        "101%",
                        "-0.1",
                        "-0",
                        "NaN",
                        "Infinity",
                        "0x1p-3",
                        "0.5f",
                        "1d",
                        " 0.5",
                        "5 %",
                        "1%%",
                        "0,5",
                        "1e",
                        "1e999")) {
            assertRefused(
                    text,
                    "a share from 0 to 1, or a percentage such as 0.5%",
                    () -> set(text).share("a", 0));
        }
    }

    @Test
    void aDurationIsANumberWithAUnit() {
        assertEquals(5, set("5ns").durationNs("a", 0));
        assertEquals(50_000, set("50us").durationNs("a", 0));
        assertEquals(10_000_000, set("10ms").durationNs("a", 0));
        assertEquals(1_000_000_000, set("1S").durationNs("a", 0));
        assertEquals(9_223_372_036_000_000_000L, set("9223372036s").durationNs("a", 0));
        for (String text :
                List.of(
                        "",
                        "5",
                        "ms",
                        "-1ms",
                        "+1ms",
                        "1.5ms",
                        "1 ms",
                        "1m",
                        "9223372037s",
                        "1234567890123ns",
                        "1msx",
                        "\u0665ms")) {
            assertRefused(
                    text,
                    "a duration such as 50us, 10ms or 1s",
                    () -> set(text).durationNs("a", 0));
        }
    }

    @Test
    void aRateIsANumberWithAMultipleOrNone() {
        assertEquals(1, set("1").bitsPerSecond("a", 0));
        assertEquals(64_000, set("64k").bitsPerSecond("a", 0));
        assertEquals(100_000_000, set("100M").bitsPerSecond("a", 0));
        assertEquals(10_000_000_000L, set("10g").bitsPerSecond("a", 0));
        for (String text : List.of("", "g", "10t", "10gbit", "-1", "9223372037g")) {
            assertRefused(
                    text,
                    "bits per second such as 100m or 10g",
                    () -> set(text).bitsPerSecond("a", 0));
        }
    }

    @Test
    void whateverIsSetAnAnswerIsWithinItsRangeOrOneLineThatNamesTheSetting() {
        Property.forAll(
                3000,
                random -> {
                    String text = new String(random.damaged("10ms".getBytes(UTF_16)), UTF_16);
                    if (random.flip()) {
                        text = String.valueOf(random.anyInt());
                    }
                    NicOptions options = set(text);
                    answers(() -> assertTrue(Math.abs(options.number("a", 0, -9, 9)) <= 9));
                    answers(() -> assertTrue(options.share("a", 0) >= 0));
                    answers(() -> assertTrue(options.share("a", 0) <= 1));
                    answers(() -> assertTrue(options.durationNs("a", 0) >= 0));
                    answers(() -> assertTrue(options.bitsPerSecond("a", 0) >= 0));
                });
    }

    private static final java.nio.charset.Charset UTF_16 =
            java.nio.charset.StandardCharsets.UTF_16LE;

    private static void answers(Runnable question) {
        try {
            question.run();
        } catch (IllegalArgumentException e) {
            assertTrue(String.valueOf(e.getMessage()).startsWith("a="), e.getMessage());
        }
    }

    @Test
    void aSettingThatTheProviderDoesNotKnowIsRefusedWithTheNearest() {
        Set<String> known = Set.of("mtu", "delay", "queues");
        set("1").with("mtu", "1");
        assertUnknown(
                "\"dealy\" is not a setting of this NIC, did you mean \"delay\"? expected delay,"
                        + " mtu, queues",
                NONE.with("dealy", "1"),
                known);
        assertUnknown(
                "\"speed\" is not a setting of this NIC; expected delay, mtu, queues",
                NONE.with("speed", "1").with("mtu", "1"),
                known);
        assertUnknown(
                "\"speed\" is not a setting of this NIC; expected none",
                NONE.with("speed", "1"),
                Set.of());
        NONE.with("mtu", "1").allowOnly(known);
        NONE.allowOnly(Set.of());
    }

    private static void assertUnknown(String message, NicOptions options, Set<String> known) {
        assertEquals(
                message,
                assertThrows(IllegalArgumentException.class, () -> options.allowOnly(known))
                        .getMessage());
    }

    @Test
    void theSettingsAreACopyThatNobodyChanges() {
        Map<String, String> settings = new HashMap<>(Map.of("a", "1"));
        NicOptions options = new NicOptions("x", 0, settings);
        settings.put("b", "2");
        assertEquals(Set.of("a"), options.settings().keySet());
        assertThrows(UnsupportedOperationException.class, () -> options.settings().put("c", "3"));
    }

    @Test
    void aChangedCopyLeavesTheOriginalAsItWas() {
        NicOptions options = NONE.with("a", "1");
        assertEquals("2", options.with("a", "2").text("a", ""));
        assertEquals(3, options.withQueue(3).queue());
        assertEquals("1", options.text("a", ""));
        assertEquals(0, options.queue());
        assertEquals(
                new TreeSet<>(Set.of("a")),
                new TreeSet<>(options.withQueue(3).settings().keySet()));
    }

    @Test
    void aNegativeQueueIsRefused() {
        assertEquals(
                "the queue of a NIC cannot be -1; expected 0 or more",
                assertThrows(IllegalArgumentException.class, () -> NONE.withQueue(-1))
                        .getMessage());
    }

    private static NicOptions set(String value) {
        return NONE.with("a", value);
    }

    private static void assertRefused(
            String text, String expected, org.junit.jupiter.api.function.Executable action) {
        assertEquals(
                "a=" + text + " is not allowed; expected " + expected,
                assertThrows(IllegalArgumentException.class, action, text).getMessage());
    }
}
