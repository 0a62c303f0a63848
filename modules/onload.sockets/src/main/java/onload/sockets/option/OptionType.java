package onload.sockets.option;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * How the value of an option is written, and what number it is. Stricter than the methods of Java that read numbers: no digits of other
 * scripts, no signs but a minus, no white space.
 */
public enum OptionType {
    /** {@code on} or {@code off}; also true, yes, 1, false, no, 0. */
    SWITCH("on or off"),

    /** A whole number. */
    NUMBER("a whole number"),

    /** A whole number with ns, us, ms or s; 0 needs no unit; {@code forever} where that can be. */
    DURATION("a duration such as 50us, 10ms or 1s"),

    /** A whole number of bytes, also with k, m or g for 2¹⁰, 2²⁰ or 2³⁰ of them. */
    BYTES("bytes such as 64k or 1m"),

    /** One of some words. */
    WORD("a word"),

    /** Any text. */
    TEXT("a text");

    private static final Pattern DIGITS = Pattern.compile("-?[0-9]{1,18}");
    private static final Pattern SCALED = Pattern.compile("[0-9]{1,18}[A-Za-z]*");
    private static final String FOREVER = "forever";
    private static final Map<String, Long> DURATIONS =
            Map.of("ns", 1L, "us", 1_000L, "ms", 1_000_000L, "s", 1_000_000_000L);
    private static final Map<String, Long> SIZES =
            Map.of("", 1L, "k", 1L << 10, "m", 1L << 20, "g", 1L << 30);

    private final String expected;

    OptionType(String expected) {
        this.expected = expected;
    }

    /** {@return what is expected, in words} */
    public String expected() {
        return expected;
    }

    /** {@return the number that a text is} For all types that are numbers. */
    long number(String text) {
        return switch (this) {
            case SWITCH -> flag(text);
            case NUMBER -> plain(text);
            case DURATION -> duration(text);
            case BYTES -> scaled(text, SIZES);
            case WORD, TEXT -> throw new IllegalStateException(this + " is no number");
        };
    }

    private static long flag(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "on", "true", "yes", "1" -> 1;
            case "off", "false", "no", "0" -> 0;
            default -> throw new NumberFormatException(text);
        };
    }

    private static long plain(String text) {
        if (!DIGITS.matcher(text).matches()) {
            throw new NumberFormatException(text);
        }
        return Long.parseLong(text);
    }

    private static long duration(String text) {
        if (text.equals(FOREVER)) {
            return Long.MAX_VALUE;
        }
        return text.equals("0") ? 0 : scaled(text, DURATIONS);
    }

    private static long scaled(String text, Map<String, Long> units) {
        if (!SCALED.matcher(text).matches()) {
            throw new NumberFormatException(text);
        }
        int digits = 0;
        while (digits < text.length() && text.charAt(digits) <= '9') {
            digits++;
        }
        Long unit = units.get(text.substring(digits).toLowerCase(Locale.ROOT));
        if (unit == null) {
            throw new NumberFormatException(text);
        }
        try {
            return Math.multiplyExact(Long.parseLong(text.substring(0, digits)), unit);
        } catch (ArithmeticException e) {
            throw new NumberFormatException(text);
        }
    }

    /** {@return a number as people would write it} */
    String text(long number) {
        return switch (this) {
            case SWITCH -> number == 0 ? "off" : "on";
            case DURATION -> durationText(number);
            case BYTES -> sizeText(number);
            default -> Long.toString(number);
        };
    }

    private static String durationText(long ns) {
        if (ns == Long.MAX_VALUE) {
            return FOREVER;
        }
        if (ns == 0) {
            return "0";
        }
        if (ns % 1_000_000_000L == 0) {
            return ns / 1_000_000_000L + "s";
        }
        if (ns % 1_000_000L == 0) {
            return ns / 1_000_000L + "ms";
        }
        return ns % 1_000L == 0 ? ns / 1_000L + "us" : ns + "ns";
    }

    private static String sizeText(long bytes) {
        if (bytes > 0 && bytes % (1L << 20) == 0) {
            return (bytes >> 20) + "m";
        }
        return bytes > 0 && bytes % (1L << 10) == 0 ? (bytes >> 10) + "k" : Long.toString(bytes);
    }
}
