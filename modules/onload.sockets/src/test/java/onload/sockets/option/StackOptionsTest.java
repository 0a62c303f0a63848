package onload.sockets.option;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.Property;
import onload.testkit.base.Randomness;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

class StackOptionsTest {
    private static final StackOption SPIN = StackOption.SPIN;

    private static List<List<UnaryOperator<StackOptions>>> orders(
            List<UnaryOperator<StackOptions>> steps) {
        if (steps.isEmpty()) {
            return List.of(List.of());
        }
        List<List<UnaryOperator<StackOptions>>> all = new ArrayList<>();
        for (UnaryOperator<StackOptions> first : steps) {
            List<UnaryOperator<StackOptions>> rest = new ArrayList<>(steps);
            rest.remove(first);
            for (List<UnaryOperator<StackOptions>> order : orders(rest)) {
                List<UnaryOperator<StackOptions>> whole = new ArrayList<>(List.of(first));
                whole.addAll(order);
                all.add(whole);
            }
        }
        return all;
    }

    private static StackOptions after(List<UnaryOperator<StackOptions>> steps) {
        StackOptions options = StackOptions.DEFAULT;
        for (UnaryOperator<StackOptions> step : steps) {
            options = step.apply(options);
        }
        return options;
    }

    @Test
    void programCountsMoreThanEnvironmentMoreThanProfileMoreThanDefaultInEveryOrder() {
        UnaryOperator<StackOptions> profile = options -> options.profile("latency");
        UnaryOperator<StackOptions> environment =
                options ->
                        options.environment(
                                Map.of(
                                        "EF_SPIN_USEC",
                                        "7",
                                        "ONLOAD_POLL_EVENTS",
                                        "7",
                                        "EF_OTHER",
                                        ""));
        UnaryOperator<StackOptions> program = options -> options.with("spin", "3us");
        List<List<UnaryOperator<StackOptions>>> orders =
                orders(List.of(profile, environment, program));
        assertEquals(6, orders.size());
        for (List<UnaryOperator<StackOptions>> order : orders) {
            StackOptions options = after(order);
            assertEquals(3_000, options.nanos(SPIN));
            assertEquals("program", options.origin(SPIN).toString());
            assertEquals(7, options.number(StackOption.POLL_EVENTS));
            assertEquals(
                    "environment ONLOAD_POLL_EVENTS",
                    options.origin(StackOption.POLL_EVENTS).toString());
            assertEquals(100_000, options.nanos(StackOption.LOCK_SPIN));
            assertEquals("profile latency", options.origin(StackOption.LOCK_SPIN).toString());
            assertEquals(32768, options.number(StackOption.PACKETS));
            assertEquals(OptionOrigin.DEFAULT, options.origin(StackOption.PACKETS));
            assertEquals(List.of("EF_OTHER"), options.ignored());
        }
    }

    @Test
    void ofTwoOfTheSameKindTheLaterCounts() {
        assertEquals(2, StackOptions.DEFAULT.with("spin", "1ns").with(SPIN, "2ns").nanos(SPIN));
        assertEquals(0, StackOptions.DEFAULT.profile("latency").profile("safe").nanos(SPIN));
        assertEquals(
                100_000_000, StackOptions.DEFAULT.profile("safe").profile("latency").nanos(SPIN));
        assertEquals(
                2_000,
                StackOptions.DEFAULT
                        .environment(Map.of("EF_SPIN_USEC", "1"))
                        .environment(Map.of("ONLOAD_SPIN", "2us"))
                        .nanos(SPIN));
    }

    @Test
    void aValueThatIsTheDefaultStillCountsWhenTheProgramSaysIt() {
        StackOptions options = StackOptions.DEFAULT.with(SPIN, "0").profile("latency");
        assertEquals(0, options.nanos(SPIN));
        assertEquals(OptionOrigin.PROGRAM, options.origin(SPIN));
        assertTrue(options.describe().contains("spin = 0 # program"));
    }

    @Test
    void optionsDoNotChange() {
        StackOptions before = StackOptions.DEFAULT.with(SPIN, "1us");
        StackOptions after = before.with(SPIN, "2us").with("packets", "5");
        assertEquals(1_000, before.nanos(SPIN));
        assertEquals(32768, before.number(StackOption.PACKETS));
        assertEquals(2_000, after.nanos(SPIN));
        assertEquals(List.of(), StackOptions.DEFAULT.describe());
        assertEquals("", StackOptions.DEFAULT.toString());
    }

    @Test
    void aRefusedValueLeavesTheOptionsAsTheyWere() {
        StackOptions options = StackOptions.DEFAULT.with(SPIN, "1us");
        Refusals.of(() -> options.environment(Map.of("EF_OTHER", "1", "ONLOAD_SPIN", "x")));
        assertEquals(List.of(), options.ignored());
        assertEquals(1_000, options.nanos(SPIN));
    }

    @Test
    void aNameOfOnloadTakesAValueOfOnload() {
        assertEquals(50_000, StackOptions.DEFAULT.with("EF_SPIN_USEC", "50").nanos(SPIN));
        String message = Refusals.of(() -> StackOptions.DEFAULT.with("EF_SPIN_USEC", "50us"));
        assertTrue(message.startsWith("EF_SPIN_USEC=50us is not allowed; expected a whole number"));
    }

    @Test
    void aTypoInANameIsOneLineWithTheNearestName() {
        assertEquals(
                "\"tcp.delayed-akc\" is not an option of a stack, did you mean \"tcp.delayed-ack\"?"
                        + " expected a name of docs/options.md",
                Refusals.of(() -> StackOptions.DEFAULT.with("tcp.delayed-akc", "1ms")));
        assertNear("Spin", "spin");
        assertNear("helper_bound", "helper-bound");
        assertNear("EF_SPIN_USECS", "EF_SPIN_USEC");
        assertNear("ef_spin_usec", "EF_SPIN_USEC");
        assertNear("packet", "packets");
    }

    private static void assertNear(String typed, String nearest) {
        String message = Refusals.of(() -> StackOptions.DEFAULT.with(typed, "1"));
        assertTrue(message.contains("did you mean \"" + nearest + "\"?"), message);
    }

    @Test
    void aNameThatIsNearToNoneIsRefusedWithoutAQuestion() {
        for (String name : new String[] {"", "zzzzzz", "\u0000", "a\nb\nc\nd\ne"}) {
            String message = Refusals.of(() -> StackOptions.DEFAULT.with(name, "1"));
            assertTrue(message.contains("is not an option of a stack"), message);
        }
    }

    @Test
    void anOptionIsReadAsWhatItIs() {
        StackOptions options = StackOptions.DEFAULT;
        assertThrows(IllegalArgumentException.class, () -> options.number(SPIN));
        assertThrows(IllegalArgumentException.class, () -> options.nanos(StackOption.PACKETS));
        assertThrows(IllegalArgumentException.class, () -> options.bytes(StackOption.PACKETS));
        assertThrows(IllegalArgumentException.class, () -> options.isOn(StackOption.PACKETS));
        assertEquals("32768", options.text(StackOption.PACKETS));
        assertEquals("0", options.text(SPIN));
        assertEquals("on", options.text(StackOption.IPV6));
        assertEquals("if-available", options.text(StackOption.HUGE_PAGES));
    }

    @Test
    void everyOptionCanBeReadByTheGetterOfItsType() {
        for (StackOption option : StackOption.values()) {
            long value =
                    switch (option.type()) {
                        case SWITCH -> StackOptions.DEFAULT.isOn(option) ? 1 : 0;
                        case NUMBER -> StackOptions.DEFAULT.number(option);
                        case DURATION -> StackOptions.DEFAULT.nanos(option);
                        case BYTES -> StackOptions.DEFAULT.bytes(option);
                        case WORD -> option.words().indexOf(StackOptions.DEFAULT.text(option));
                        case TEXT -> StackOptions.DEFAULT.text(option).length();
                    };
            assertEquals(option.defaultValue(), value, option.key());
        }
    }

    private static String anyText(StackOption option, Randomness random) {
        long span = Math.min(option.most() - option.least(), 1_000_000);
        long value = option.least() + random.between(0, (int) span);
        return switch (option.type()) {
            case SWITCH -> random.flip() ? "yes" : "0";
            case NUMBER -> Long.toString(value);
            case DURATION ->
                    random.chance(0.2) && option.most() == Long.MAX_VALUE
                            ? "forever"
                            : value + "ns";
            case BYTES -> Integer.toString(Integer.highestOneBit((int) Math.max(value, 512)));
            case WORD -> option.words().get((int) value);
            case TEXT -> "x".repeat(random.between(0, (int) Math.min(option.most(), 64)));
        };
    }

    private static StackOptions any(Randomness random) {
        StackOptions options = StackOptions.DEFAULT;
        for (int i = random.between(0, 12); i > 0; i--) {
            StackOption option = random.oneOf(StackOption.values());
            String text = anyText(option, random);
            options =
                    random.flip()
                            ? options.with(option, text)
                            : options.environment(Map.of(option.variable(), text));
        }
        return random.flip()
                ? options.profile(random.oneOf("latency", "safe", "throughput"))
                : options;
    }

    @Test
    void whatOptionsSayOfThemselvesIsAProfileOfTheSameOptions(@TempDir Path folder)
            throws IOException {
        Path file = folder.resolve("described");
        Property.forAll(
                300,
                random -> {
                    StackOptions options = any(random);
                    Files.write(file, options.describe());
                    StackOptions again = StackOptions.DEFAULT.profile(file.toString());
                    assertEquals(options.describe().size(), again.describe().size());
                    for (StackOption option : StackOption.values()) {
                        assertEquals(options.text(option), again.text(option), option.key());
                        assertEquals(
                                options.origin(option).equals(OptionOrigin.DEFAULT),
                                again.origin(option).equals(OptionOrigin.DEFAULT));
                    }
                });
    }

    @Test
    void aLineOfADescriptionIsNameValueAndOrigin() {
        StackOptions options =
                StackOptions.DEFAULT
                        .profile("latency")
                        .environment(Map.of("EF_NAME", "feed"))
                        .with("packets", "64");
        assertTrue(options.describe().contains("spin = 100ms # profile latency"));
        assertTrue(options.describe().contains("name = feed # environment EF_NAME"));
        assertTrue(options.describe().contains("packets = 64 # program"));
        assertEquals(String.join("\n", options.describe()), options.toString());
    }

    @Test
    void theOriginOfADefaultIsNotThatOfAnyOther() {
        assertNotEquals(OptionOrigin.DEFAULT, OptionOrigin.PROGRAM);
        assertEquals("default", OptionOrigin.DEFAULT.toString());
    }
}
