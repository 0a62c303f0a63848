package onload.sockets.option;

import onload.nic.text.NearestName;

import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Values as people write them, read strictly and written so that they can be read again. */
final class ValueText {
    private static final int SHOWN_CHARACTERS = 60;
    private static final String FOREVER_WORD = "forever";

    // ASCII digits only: the methods of Java that read numbers also take those of other scripts and
    // a plus sign.
    private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,18}");
    private static final Pattern SCALED = Pattern.compile("([0-9]{1,18})([a-zA-Z]*)");
    private static final Pattern NAME = Pattern.compile("([A-Za-z0-9_-][A-Za-z0-9._-]*)?");
    // What a line of a profile cannot hold: a line's end, and what begins a remark.
    private static final Pattern LINE = Pattern.compile("[^\\p{Cc}\\p{Zl}\\p{Zp}#]*");

    private static final Map<String, Long> DURATIONS =
            Map.of(
                    "ns", 1L,
                    "us", 1_000L,
                    "ms", 1_000_000L,
                    "s", 1_000_000_000L,
                    "min", 60_000_000_000L,
                    "h", 3_600_000_000_000L);
    private static final Map<String, Long> MULTIPLES =
            Map.of("", 1L, "k", 1L << 10, "m", 1L << 20, "g", 1L << 30);
    private static final Map<String, Long> SWITCHES =
            Map.of(
                    "on", 1L, "true", 1L, "yes", 1L, "1", 1L, "off", 0L, "false", 0L, "no", 0L, "0",
                    0L);

    private ValueText() {}

    /**
     * {@return what a text says for an option}
     *
     * @param name what the option was called, for the message
     * @throws IllegalArgumentException in one line, if it is not a value of that option
     */
    static Setting read(StackOption option, String name, String text, OptionOrigin origin) {
        if (option.type() == OptionType.TEXT) {
            return textOf(option, name, text, origin);
        }
        Long number =
                switch (option.type()) {
                    case SWITCH -> SWITCHES.get(text);
                    case NUMBER -> whole(text);
                    case DURATION -> duration(option, text);
                    case BYTES -> scaled(StackOption.lower(ascii(text)), MULTIPLES);
                    case WORD, TEXT -> place(option, text);
                };
        if (number == null || !isAllowed(option, number)) {
            throw refused(option, name, text, expected(option));
        }
        return new Setting(number, "", origin);
    }

    /**
     * {@return what the text of a variable of Onload says for an option}
     *
     * @throws IllegalArgumentException in one line, if it is not a value of that variable
     */
    static Setting readOnload(
            StackOption option, OnloadVariable variable, String text, OptionOrigin origin) {
        OnloadUnit unit = variable.unit();
        if (unit == OnloadUnit.TEXT) {
            return read(option, variable.name(), text, origin);
        }
        Long count = whole(text);
        Long number = count == null ? null : here(option, unit, count);
        if (number == null || !isAllowed(option, number)) {
            throw refused(option, variable.name(), text, expected(option, unit));
        }
        return new Setting(number, "", origin);
    }

    private static @Nullable Long here(StackOption option, OnloadUnit unit, long count) {
        boolean isForever =
                switch (unit) {
                    case MICROSECONDS -> count == -1;
                    case MICROSECONDS_OR_NEVER -> count == -1 || count == 0;
                    default -> false;
                };
        if (isForever) {
            return ValueRule.FOREVER;
        }
        if (unit == OnloadUnit.BYTES_OR_DEFAULT && count == 0) {
            return option.defaultValue();
        }
        return product(count, unit.scale());
    }

    private static Setting textOf(
            StackOption option, String name, String text, OptionOrigin origin) {
        Pattern pattern = option == StackOption.NAME ? NAME : LINE;
        if (text.length() > option.most()
                || !pattern.matcher(text).matches()
                || !text.equals(text.strip())) {
            throw refused(option, name, text, expected(option));
        }
        return new Setting(0, text, origin);
    }

    private static boolean isAllowed(StackOption option, long number) {
        return number >= option.least()
                && number <= option.most()
                && (!option.rule().isPowerOfTwo() || Long.bitCount(number) == 1);
    }

    private static @Nullable Long whole(String text) {
        return NUMBER.matcher(text).matches() ? Long.valueOf(text) : null;
    }

    private static @Nullable Long duration(StackOption option, String text) {
        if (text.equals(FOREVER_WORD)) {
            return option.most() == ValueRule.FOREVER ? option.most() : null;
        }
        return text.equals("0") ? Long.valueOf(0) : scaled(text, DURATIONS);
    }

    private static @Nullable Long scaled(String text, Map<String, Long> units) {
        Matcher matcher = SCALED.matcher(text);
        if (!matcher.matches()) {
            return null;
        }
        Long unit = units.get(matcher.group(2));
        return unit == null ? null : product(Long.parseLong(matcher.group(1)), unit);
    }

    private static @Nullable Long product(long count, long unit) {
        long high = Math.multiplyHigh(count, unit);
        long low = count * unit;
        return high == low >> 63 ? low : null;
    }

    private static @Nullable Long place(StackOption option, String text) {
        int place = option.words().indexOf(text);
        if (place >= 0) {
            return (long) place;
        }
        return option.onload().isEmpty() ? null : whole(text);
    }

    private static String ascii(String text) {
        return SCALED.matcher(text).matches() ? text : "";
    }

    /** {@return a value as people write it} */
    static String write(StackOption option, Setting setting) {
        return option.type() == OptionType.TEXT ? setting.text() : write(option, setting.number());
    }

    static String write(StackOption option, long number) {
        return switch (option.type()) {
            case SWITCH -> number == 1 ? "on" : "off";
            case NUMBER, TEXT -> Long.toString(number);
            case DURATION ->
                    number == ValueRule.FOREVER ? FOREVER_WORD : largest(number, DURATIONS);
            case BYTES -> largest(number, MULTIPLES);
            case WORD -> option.words().get((int) number);
        };
    }

    /** In the largest unit of which it is a whole number. */
    private static String largest(long number, Map<String, Long> units) {
        if (number == 0) {
            return "0";
        }
        Map<Long, String> bySize = new TreeMap<>();
        units.forEach((name, size) -> bySize.put(size, name));
        String text = "";
        for (Map.Entry<Long, String> unit : bySize.entrySet()) {
            if (number % unit.getKey() == 0) {
                text = number / unit.getKey() + unit.getValue();
            }
        }
        return text;
    }

    /** {@return what an option may be, in words for a message or a table} */
    static String expected(StackOption option) {
        return switch (option.type()) {
            case SWITCH -> "on or off";
            case NUMBER -> "a whole number from %s".formatted(range(option));
            case DURATION ->
                    "a duration such as 50us, 10ms or 1s, from %s".formatted(range(option));
            case BYTES ->
                    "bytes such as 1500, 64k or 1m, from %s%s"
                            .formatted(range(option), powers(option));
            case WORD -> oneOf(option.words());
            case TEXT ->
                    option == StackOption.NAME
                            ? "up to %d letters, digits and . _ -, not beginning with a dot"
                                    .formatted(option.most())
                            : "a line of up to %d characters without # and blanks at its ends"
                                    .formatted(option.most());
        };
    }

    private static String expected(StackOption option, OnloadUnit unit) {
        return "a whole number (%s) that comes to %s"
                .formatted(unit.meaning(), rangeOrWords(option));
    }

    private static String rangeOrWords(StackOption option) {
        return switch (option.type()) {
            case SWITCH, WORD, TEXT -> expected(option);
            case NUMBER, DURATION, BYTES -> range(option);
        };
    }

    /** {@return the bounds of an option, such as {@code 1ms to 1min}} */
    static String range(StackOption option) {
        return write(option, option.least()) + " to " + write(option, option.most());
    }

    private static String powers(StackOption option) {
        return option.rule().isPowerOfTwo() ? ", a power of two" : "";
    }

    private static String oneOf(List<String> words) {
        int last = words.size() - 1;
        return String.join(", ", words.subList(0, last)) + " or " + words.get(last);
    }

    private static IllegalArgumentException refused(
            StackOption option, String name, String text, String expected) {
        String question = option.type() == OptionType.WORD ? nearest(text, option.words()) : "";
        return new IllegalArgumentException(
                "%s=%s is not allowed%s expected %s"
                        .formatted(
                                shown(name),
                                shown(text),
                                question.isEmpty() ? ";" : question,
                                expected));
    }

    /** {@return the question which of some names was meant, or nothing} */
    static String nearest(String typed, Collection<String> names) {
        // The search takes time with the product of the lengths.
        return typed.length() > SHOWN_CHARACTERS ? "" : NearestName.question(typed, names);
    }

    /** {@return a text that somebody else wrote, in a form that stays in its line and is not long} */
    static String shown(String text) {
        String clipped =
                text.length() > SHOWN_CHARACTERS
                        ? text.substring(0, SHOWN_CHARACTERS) + "..."
                        : text;
        return clipped.replaceAll("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]", "?");
    }
}
