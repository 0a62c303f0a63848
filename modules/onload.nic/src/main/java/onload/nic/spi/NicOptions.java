package onload.nic.spi;

import onload.nic.text.NearestName;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Which NIC to open and how: the part of a specification that the provider reads.
 *
 * @param device the device in the provider's terms, such as an interface name; empty if there is
 *     only one or the provider chooses
 * @param queue the queue of the device, ≥ 0
 * @param settings the provider's own settings by name
 */
public record NicOptions(String device, int queue, Map<String, String> settings) {
    private static final Map<String, Long> DURATIONS =
            Map.of("ns", 1L, "us", 1_000L, "ms", 1_000_000L, "s", 1_000_000_000L);
    private static final Map<String, Long> MULTIPLES =
            Map.of("", 1L, "k", 1_000L, "m", 1_000_000L, "g", 1_000_000_000L);

    // Stricter than the methods of Java that read numbers, which also take digits of other scripts,
    // a plus sign, hexadecimal fractions and white space.
    private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,10}");
    private static final Pattern SHARE =
            Pattern.compile("([0-9]{1,9}(\\.[0-9]*)?|\\.[0-9]+)([eE]-?[0-9]{1,3})?%?");
    private static final Pattern SCALED = Pattern.compile("[0-9]{1,12}[A-Za-z]*");

    /**
     * Keeps a copy of the settings.
     *
     * @throws IllegalArgumentException if {@code queue} is negative
     */
    public NicOptions {
        if (queue < 0) {
            throw new IllegalArgumentException(
                    "the queue of a NIC cannot be %d; expected 0 or more".formatted(queue));
        }
        settings = Map.copyOf(settings);
    }

    /** {@return options for queue 0 of a device, without settings} */
    public static NicOptions device(String device) {
        return new NicOptions(device, 0, Map.of());
    }

    /** {@return these options for another queue} */
    public NicOptions withQueue(int other) {
        return new NicOptions(device, other, settings);
    }

    /** {@return these options with one setting more, or with another value of it} */
    public NicOptions with(String name, String value) {
        Map<String, String> more = new TreeMap<>(settings);
        more.put(name, value);
        return new NicOptions(device, queue, more);
    }

    /**
     * Refuses settings that the provider does not know.
     *
     * @param known the names that it knows
     * @throws IllegalArgumentException if there is another; the message names it and those that
     *     there are
     */
    public void allowOnly(Set<String> known) {
        for (String name : new TreeSet<>(settings.keySet())) {
            if (!known.contains(name)) {
                throw new IllegalArgumentException(unknown(name, known));
            }
        }
    }

    private static String unknown(String name, Set<String> known) {
        if (known.isEmpty()) {
            return "\"%s\" is not a setting of this NIC; expected none".formatted(name);
        }
        String question = NearestName.question(name, known);
        return "\"%s\" is not a setting of this NIC%s expected %s"
                .formatted(
                        name,
                        question.isEmpty() ? ";" : question,
                        String.join(", ", new TreeSet<>(known)));
    }

    /**
     * {@return a setting that is a word}
     *
     * @param name its name
     * @param otherwise the value if it is not set
     */
    public String text(String name, String otherwise) {
        return settings.getOrDefault(name, otherwise);
    }

    /**
     * {@return a setting that is a whole number}
     *
     * @param name its name
     * @param otherwise the value if it is not set
     * @param lowest the lowest value that is allowed
     * @param highest the highest value that is allowed
     * @throws IllegalArgumentException if it is not a number in that range
     */
    public int number(String name, int otherwise, int lowest, int highest) {
        String text = settings.get(name);
        if (text == null) {
            return otherwise;
        }
        if (NUMBER.matcher(text).matches()) {
            long value = Long.parseLong(text);
            if (value >= lowest && value <= highest) {
                return (int) value;
            }
        }
        throw refused(name, text, "a whole number from %d to %d".formatted(lowest, highest));
    }

    /**
     * {@return a setting that is a switch: true, on or yes; false, off or no}
     *
     * @param name its name
     * @param otherwise the value if it is not set
     * @throws IllegalArgumentException if it is another word
     */
    public boolean flag(String name, boolean otherwise) {
        String text = settings.get(name);
        if (text == null) {
            return otherwise;
        }
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true", "on", "yes" -> true;
            case "false", "off", "no" -> false;
            default -> throw refused(name, text, "true or false");
        };
    }

    /**
     * {@return a setting that is a share of all, from 0 to 1; {@code 1%} is 0.01}
     *
     * @param name its name
     * @param otherwise the value if it is not set
     * @throws IllegalArgumentException if it is not such a number
     */
    public double share(String name, double otherwise) {
        String text = settings.get(name);
        if (text == null) {
            return otherwise;
        }
        if (SHARE.matcher(text).matches()) {
            double value =
                    text.endsWith("%")
                            ? Double.parseDouble(text.substring(0, text.length() - 1)) / 100
                            : Double.parseDouble(text);
            if (value <= 1) {
                return value;
            }
        }
        throw refused(name, text, "a share from 0 to 1, or a percentage such as 0.5%");
    }

    /**
     * {@return a setting that is a duration, in nanoseconds: a number with ns, us, ms or s}
     *
     * @param name its name
     * @param otherwiseNs the value if it is not set
     * @throws IllegalArgumentException if it is not a duration
     */
    public long durationNs(String name, long otherwiseNs) {
        String text = settings.get(name);
        return text == null
                ? otherwiseNs
                : scaled(name, text, DURATIONS, "a duration such as 50us, 10ms or 1s");
    }

    /**
     * {@return a setting that is a rate in bits per second: a number with k, m, g or nothing}
     *
     * @param name its name
     * @param otherwise the value if it is not set
     * @throws IllegalArgumentException if it is not a rate
     */
    public long bitsPerSecond(String name, long otherwise) {
        String text = settings.get(name);
        return text == null
                ? otherwise
                : scaled(name, text, MULTIPLES, "bits per second such as 100m or 10g");
    }

    private static long scaled(String name, String text, Map<String, Long> units, String expected) {
        if (!SCALED.matcher(text).matches()) {
            throw refused(name, text, expected);
        }
        int digits = 0;
        while (digits < text.length() && text.charAt(digits) <= '9') {
            digits++;
        }
        Long unit = units.get(text.substring(digits).toLowerCase(Locale.ROOT));
        if (unit == null) {
            throw refused(name, text, expected);
        }
        try {
            return Math.multiplyExact(Long.parseLong(text.substring(0, digits)), unit);
        } catch (ArithmeticException e) {
            throw refused(name, text, expected);
        }
    }

    private static IllegalArgumentException refused(String name, String text, String expected) {
        return new IllegalArgumentException(
                "%s=%s is not allowed; expected %s".formatted(name, text, expected));
    }
}
