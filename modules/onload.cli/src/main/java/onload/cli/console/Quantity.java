package onload.cli.console;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations and lengths as people write them. */
public final class Quantity {
    private static final Pattern NUMBER_AND_UNIT = Pattern.compile("([0-9]+)([a-zA-Z]*)");

    private static final Map<String, Long> NANOSECONDS =
            Map.of(
                    "ns", 1L,
                    "us", 1_000L,
                    "ms", 1_000_000L,
                    "s", 1_000_000_000L,
                    "min", 60_000_000_000L);

    private static final Map<String, Long> BYTES = Map.of("", 1L, "k", 1L << 10, "m", 1L << 20);

    private Quantity() {}

    /**
     * {@return a duration in nanoseconds}
     *
     * @param option the option that has it, for the message
     * @param text such as {@code 10s} or {@code 50us}
     * @throws Refusal if it is none
     */
    public static long durationNs(String option, String text) {
        return read(
                option, text, NANOSECONDS, "a whole number with ns, us, ms, s or min, such as 10s");
    }

    /**
     * {@return a number of bytes from 1 to a bound}
     *
     * @param option the option that has it, for the message
     * @param text such as {@code 64} or {@code 64k}
     * @throws Refusal if it is none, or out of bounds
     */
    public static int bytes(String option, String text, int least, int most) {
        long bytes =
                read(option, text, BYTES, "a whole number of bytes, or with k or m, such as 64k");
        if (bytes < least || bytes > most) {
            throw Refusal.usage(
                    "%s cannot be %d bytes; expected %d to %d"
                            .formatted(option, bytes, least, most));
        }
        return (int) bytes;
    }

    private static long read(String option, String text, Map<String, Long> units, String expected) {
        Matcher parts = NUMBER_AND_UNIT.matcher(text.strip());
        Long unit = parts.matches() ? units.get(parts.group(2).toLowerCase(Locale.ROOT)) : null;
        try {
            if (unit != null) {
                return Math.multiplyExact(Long.parseLong(parts.group(1)), unit);
            }
        } catch (ArithmeticException | NumberFormatException e) {
            // Too large is as bad as no number.
        }
        throw Refusal.usage("%s cannot be \"%s\"; expected %s".formatted(option, text, expected));
    }
}
