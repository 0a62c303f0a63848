package onload.sockets.option;

import onload.nic.packet.HugePages;
import onload.nic.packet.PoolOptions;
import onload.nic.text.NearestName;
import onload.tcp.TcpSetting;
import onload.tcp.TcpSettings;
import onload.udp.UdpSettings;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * How a stack is set: a value for each {@link StackOption}, and who has said so. Immutable.
 *
 * <p>What the program says goes before what the environment says, that before a profile, and that before the defaults, in whatever order
 * they are given.
 */
public final class StackOptions {
    /** All at their defaults. */
    public static final StackOptions DEFAULT = new StackOptions(new EnumMap<>(OptionOrigin.class), "", List.of());

    private static final String ONLOAD_PREFIX = "EF_";
    private static final String OWN_PREFIX = "ONLOAD_";

    private final Map<OptionOrigin, Map<StackOption, String>> said;
    private final String profile;
    private final List<String> ignored;

    private StackOptions(
            Map<OptionOrigin, Map<StackOption, String>> said, String profile, List<String> ignored) {
        this.said = said;
        this.profile = profile;
        this.ignored = ignored;
    }

    // Saying.

    /**
     * {@return the same with another value for an option}
     *
     * @param value as people write it
     * @throws IllegalArgumentException if it is not allowed; the message says what was expected
     */
    public StackOptions with(StackOption option, String value) {
        return plus(OptionOrigin.PROGRAM, Map.of(option, option.form().check(option.optionName(), value)));
    }

    /**
     * {@return the same with another value for an option}
     *
     * @param name its name, or Onload's for it
     * @param value as people write it; in Onload's unit with Onload's name
     * @throws IllegalArgumentException if there is no such option, or the value is not allowed; the message says what was expected
     */
    public StackOptions with(String name, String value) {
        StackOption option = named(name);
        return plus(OptionOrigin.PROGRAM, Map.of(option, checked(option, name, value)));
    }

    /**
     * {@return the same with the values of a profile, in place of those of another one}
     *
     * @param name {@code latency}, {@code throughput} or {@code safe}; or the path of a file, with a slash in it
     * @throws IllegalArgumentException if there is no such profile, or a line of it is wrong; the message names file and line
     */
    public StackOptions profile(String name) {
        Map<OptionOrigin, Map<StackOption, String>> copy = new EnumMap<>(OptionOrigin.class);
        copy.putAll(said);
        copy.put(OptionOrigin.PROFILE, Map.copyOf(Profile.read(name)));
        return new StackOptions(copy, name, ignored);
    }

    /** {@return the names of the profiles that come with onload} */
    public static List<String> profiles() {
        return Profile.NAMES;
    }

    /**
     * {@return the same with what variables say}: Onload's, such as {@code EF_SPIN_USEC=50}, and those of onload itself, whose names are
     * {@code ONLOAD_} and the option's in capitals with underscores, such as {@code ONLOAD_TCP_DELAYED_ACK=10ms}. Other variables say
     * nothing; of Onload's that have no counterpart {@link #ignored} tells.
     *
     * @param variables such as {@code System.getenv()}
     * @throws IllegalArgumentException if a variable of onload's own is no option, or a value is not allowed; the message says what was
     *     expected
     */
    public StackOptions environment(Map<String, String> variables) {
        Map<StackOption, String> values = new EnumMap<>(StackOption.class);
        List<String> unknown = new ArrayList<>();
        for (Map.Entry<String, String> each : new TreeMap<>(variables).entrySet()) {
            String name = each.getKey();
            if (name.startsWith(OWN_PREFIX)) {
                StackOption option = ofVariable(name);
                values.put(option, option.form().check(name, each.getValue()));
            } else if (name.startsWith(ONLOAD_PREFIX)) {
                StackOption option = StackOption.find(name);
                if (option == null) {
                    unknown.add(name);
                } else {
                    values.putIfAbsent(option, checked(option, name, each.getValue()));
                }
            }
        }
        StackOptions more = plus(OptionOrigin.ENVIRONMENT, values);
        return new StackOptions(more.said, profile, List.copyOf(unknown));
    }

    private static StackOption ofVariable(String name) {
        List<String> variables = new ArrayList<>();
        for (StackOption option : StackOption.values()) {
            String variable = OWN_PREFIX + option.name();
            if (variable.equals(name)) {
                return option;
            }
            variables.add(variable);
        }
        throw new IllegalArgumentException(
                "the variable %s is no option%s expected %s and an option's name in capitals"
                        .formatted(
                                name,
                                Profile.separated(NearestName.question(name, variables)),
                                OWN_PREFIX));
    }

    private StackOptions plus(OptionOrigin origin, Map<StackOption, String> values) {
        Map<OptionOrigin, Map<StackOption, String>> copy = new EnumMap<>(OptionOrigin.class);
        copy.putAll(said);
        Map<StackOption, String> layer = new EnumMap<>(StackOption.class);
        layer.putAll(said.getOrDefault(origin, Map.of()));
        layer.putAll(values);
        copy.put(origin, layer);
        return new StackOptions(copy, profile, ignored);
    }

    /** {@return the option of a name, its own or Onload's} */
    static StackOption named(String name) {
        StackOption option = StackOption.find(name);
        if (option == null) {
            String question = NearestName.question(name, names(name));
            throw new IllegalArgumentException(
                    "there is no option \"%s\"%s"
                            .formatted(name, question.isEmpty() ? "; docs/options.md has them all" : question));
        }
        return option;
    }

    private static Collection<String> names(String like) {
        boolean isOnload = like.toUpperCase(Locale.ROOT).startsWith(ONLOAD_PREFIX);
        TreeSet<String> names = new TreeSet<>();
        for (StackOption option : StackOption.values()) {
            names.add(isOnload ? option.onloadName() : option.optionName());
        }
        names.remove("");
        return names;
    }

    /** {@return a value as people would write it} It is in Onload's unit if the option was named as Onload does. */
    static String checked(StackOption option, String name, String value) {
        boolean isOnload = !name.equals(option.optionName());
        return option.form().check(name, isOnload ? fromOnload(option, value) : value);
    }

    private static String fromOnload(StackOption option, String value) {
        if (option == StackOption.HUGE_PAGES) {
            return switch (value) {
                case "0" -> "never";
                case "1" -> "if-available";
                case "2" -> "always";
                default -> value;
            };
        }
        if (option.type() != OptionType.DURATION) {
            return value;
        }
        if (value.equals("-1")) {
            return OptionType.DURATION.text(Long.MAX_VALUE);
        }
        try {
            long ns = Math.multiplyExact(OptionType.NUMBER.number(value), option.onload().unitNs());
            return ns < 0 ? value : OptionType.DURATION.text(ns);
        } catch (NumberFormatException | ArithmeticException e) {
            return value;
        }
    }

    // Asking.

    /** {@return the value of an option, as people write it} */
    public String text(StackOption option) {
        Map<StackOption, String> layer = said.get(origin(option));
        String value = layer == null ? null : layer.get(option);
        return value == null ? option.defaultText() : value;
    }

    /** {@return who has said what an option is} */
    public OptionOrigin origin(StackOption option) {
        return Arrays.stream(OptionOrigin.values())
                .filter(each -> said.getOrDefault(each, Map.of()).containsKey(option))
                .reduce(OptionOrigin.DEFAULT, (earlier, later) -> later);
    }

    /** {@return the value of an option that is a number that fits 32 bits} */
    public int number(StackOption option) {
        return Math.toIntExact(value(option));
    }

    /** {@return the value of an option that is a duration, in nanoseconds; {@link Long#MAX_VALUE} for ever} */
    public long nanos(StackOption option) {
        return value(option);
    }

    /** {@return the value of an option that is a size, in bytes} */
    public long bytes(StackOption option) {
        return value(option);
    }

    /** {@return whether a switch is on} */
    public boolean isOn(StackOption option) {
        return value(option) != 0;
    }

    private long value(StackOption option) {
        return option.form().number(option.optionName(), text(option));
    }

    /** {@return variables of Onload's that were there and have no counterpart} */
    public List<String> ignored() {
        return ignored;
    }

    /** {@return the options that are not at their defaults, a line each: name, value, who has said so} */
    public String describe() {
        StringBuilder text = new StringBuilder();
        for (StackOption option : StackOption.values()) {
            OptionOrigin origin = origin(option);
            if (origin != OptionOrigin.DEFAULT) {
                text.append(option.optionName()).append(" = ").append(text(option)).append("  # ");
                text.append(origin == OptionOrigin.PROFILE ? "profile " + profile : lower(origin));
                text.append('\n');
            }
        }
        return text.toString();
    }

    private static String lower(OptionOrigin origin) {
        return origin.name().toLowerCase(Locale.ROOT);
    }

    // For those who are set.

    /** {@return the settings of TCP} */
    public TcpSettings tcp() {
        TcpSettings settings = TcpSettings.DEFAULT;
        for (StackOption option : StackOption.values()) {
            TcpSetting setting = option.setting();
            if (setting != null && origin(option) != OptionOrigin.DEFAULT) {
                settings = settings.with(setting, value(option));
            }
        }
        return settings;
    }

    /**
     * {@return the settings of UDP}
     *
     * @throws IllegalArgumentException if the last port is before the first
     */
    public UdpSettings udp() {
        int first = number(StackOption.UDP_FIRST_PORT);
        int last = number(StackOption.UDP_LAST_PORT);
        if (last < first) {
            throw new IllegalArgumentException(
                    "udp.last-port cannot be %d with udp.first-port %d; expected the same or more"
                            .formatted(last, first));
        }
        return new UdpSettings(
                number(StackOption.UDP_SOCKETS), number(StackOption.UDP_RECEIVE_QUEUE), 0, first, last);
    }

    /**
     * {@return the options of the packet pool}
     *
     * @throws IllegalArgumentException if a share is larger than the whole, or the length of a buffer no power of two
     */
    public PoolOptions pool() {
        PoolOptions options = PoolOptions.of(number(StackOption.PACKETS));
        int receive = number(StackOption.RECEIVE_PACKETS);
        int send = number(StackOption.SEND_PACKETS);
        return options.withLimits(
                        receive == 0 ? options.receiveLimit() : receive,
                        send == 0 ? options.sendLimit() : send)
                .withBufferLength(number(StackOption.PACKET_LENGTH))
                .withHugePages(
                        switch (text(StackOption.HUGE_PAGES)) {
                            case "never" -> HugePages.NEVER;
                            case "always" -> HugePages.REQUIRED;
                            default -> HugePages.IF_AVAILABLE;
                        });
    }

    @Override
    public String toString() {
        return describe();
    }
}
