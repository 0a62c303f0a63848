package onload.sockets.option;

import onload.ip.IpOptions;
import onload.nic.packet.HugePages;
import onload.nic.packet.PoolOptions;
import onload.tcp.TcpSetting;
import onload.tcp.TcpSettings;
import onload.udp.UdpSettings;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * How a stack is set: a value for each {@link StackOption}, and who said it. What the program says counts more than
 * the environment, that more than profiles, and those more than defaults, in whatever order they are given; of two of
 * the same kind the later one counts. Immutable.
 */
public final class StackOptions {
    /** Every option at its default. */
    public static final StackOptions DEFAULT =
            new StackOptions(new EnumMap<>(OptionOrigin.Kind.class), List.of());

    private final Map<OptionOrigin.Kind, Map<StackOption, Setting>> layers;
    private final List<String> ignored;

    private StackOptions(
            Map<OptionOrigin.Kind, Map<StackOption, Setting>> layers, List<String> ignored) {
        this.layers = layers;
        this.ignored = ignored;
    }

    /**
     * {@return these options with a value that the program says}
     *
     * @param text the value as people write it, such as {@code 50us}
     * @throws IllegalArgumentException in one line, if it is not a value of that option
     */
    public StackOptions with(StackOption option, String text) {
        return said(option, ValueText.read(option, option.key(), text, OptionOrigin.PROGRAM));
    }

    /**
     * {@return these options with a value that the program says}
     *
     * @param name the option's name, or a name of Onload, such as {@code EF_SPIN_USEC}; then the value is one of
     *     Onload too, in the unit that it has there
     * @param text the value
     * @throws IllegalArgumentException in one line, if there is no such option, with the nearest name; or if that is
     *     not a value of it
     */
    public StackOptions with(String name, String text) {
        OptionName found = OptionName.find(name);
        return said(found.option(), found.read(text, OptionOrigin.PROGRAM));
    }

    private StackOptions said(StackOption option, Setting setting) {
        return with(setting.origin().kind(), Map.of(option, setting));
    }

    private StackOptions with(OptionOrigin.Kind kind, Map<StackOption, Setting> more) {
        Map<OptionOrigin.Kind, Map<StackOption, Setting>> copy =
                new EnumMap<>(OptionOrigin.Kind.class);
        copy.putAll(layers);
        Map<StackOption, Setting> layer = new EnumMap<>(StackOption.class);
        layer.putAll(layers.getOrDefault(kind, Map.of()));
        layer.putAll(more);
        copy.put(kind, layer);
        return new StackOptions(copy, ignored);
    }

    /**
     * {@return these options with those of a profile}
     *
     * @param nameOrPath {@code latency}, {@code throughput} or {@code safe}, or the path of a file of lines
     *     {@code name = value}, {@code include nameOrPath} and {@code # remark}
     * @throws IllegalArgumentException in one line with file and line, if it has a fault or cannot be read
     */
    public StackOptions profile(String nameOrPath) {
        return with(OptionOrigin.Kind.PROFILE, Profile.read(nameOrPath));
    }

    /**
     * {@return these options with those of environment variables} Variables of Onload are read as Onload reads them;
     * those that begin with {@code ONLOAD_} are options of this stack, with values as people write them. Where
     * several variables say one option, ours counts more than Onload's, and of those the one that
     * {@link StackOption#onload()} has first. Other variables do not matter.
     *
     * @param variables such as {@link System#getenv()} has
     * @throws IllegalArgumentException in one line, if a value is not one of its option, or if a name begins with
     *     {@code ONLOAD_} and is no option
     */
    public StackOptions environment(Map<String, String> variables) {
        StackOptions next =
                with(OptionOrigin.Kind.ENVIRONMENT, EnvironmentVariables.read(variables));
        TreeSet<String> all = new TreeSet<>(ignored);
        all.addAll(EnvironmentVariables.ignored(variables));
        return new StackOptions(next.layers, List.copyOf(all));
    }

    /** {@return the variables of the environment that begin with {@code EF_} and mean nothing here, sorted} */
    public List<String> ignored() {
        return ignored;
    }

    private Setting setting(StackOption option) {
        Setting found = option.defaultSetting();
        for (Map<StackOption, Setting> layer : layers.values()) {
            found = layer.getOrDefault(option, found);
        }
        return found;
    }

    private long value(StackOption option, OptionType expected) {
        if (option.type() != expected) {
            throw new IllegalArgumentException(
                    "%s is a %s and cannot be read as a %s"
                            .formatted(
                                    option,
                                    StackOption.lower(option.type().name()),
                                    StackOption.lower(expected.name())));
        }
        return setting(option).number();
    }

    /**
     * {@return the value of a {@link OptionType#NUMBER}}
     *
     * @throws IllegalArgumentException if the option is of another type
     */
    public int number(StackOption option) {
        return Math.toIntExact(value(option, OptionType.NUMBER));
    }

    /**
     * {@return the value of a {@link OptionType#DURATION} in nanoseconds; {@link Long#MAX_VALUE} is forever}
     *
     * @throws IllegalArgumentException if the option is of another type
     */
    public long nanos(StackOption option) {
        return value(option, OptionType.DURATION);
    }

    /**
     * {@return the value of {@link OptionType#BYTES}}
     *
     * @throws IllegalArgumentException if the option is of another type
     */
    public int bytes(StackOption option) {
        return Math.toIntExact(value(option, OptionType.BYTES));
    }

    /**
     * {@return whether a {@link OptionType#SWITCH} is on}
     *
     * @throws IllegalArgumentException if the option is of another type
     */
    public boolean isOn(StackOption option) {
        return value(option, OptionType.SWITCH) != 0;
    }

    /** {@return the value of any option as people write it; of a {@link OptionType#WORD}, the word} */
    public String text(StackOption option) {
        return ValueText.write(option, setting(option));
    }

    /** {@return who said the value of an option} */
    public OptionOrigin origin(StackOption option) {
        return setting(option).origin();
    }

    /**
     * {@return the settings of TCP} Buffers may grow at least to what they have at first.
     *
     * @throws IllegalArgumentException in one line, if two of them contradict each other
     */
    public TcpSettings tcp() {
        notAbove(StackOption.TCP_FIRST_PORT, StackOption.TCP_LAST_PORT);
        notAbove(StackOption.TCP_MIN_RTO, StackOption.TCP_MAX_RTO);
        notAbove(StackOption.TCP_INITIAL_RTO, StackOption.TCP_MAX_RTO);
        TcpSettings settings =
                TcpSettings.DEFAULT.withCongestionControl(text(StackOption.TCP_CONGESTION_CONTROL));
        for (StackOption option : StackOption.values()) {
            TcpSetting setting = option.tcpSetting();
            if (setting != null && settings.get(setting) != setting(option).number()) {
                settings = settings.with(setting, setting(option).number());
            }
        }
        settings =
                atLeast(settings, TcpSetting.MAX_SEND_BUFFER_BYTES, TcpSetting.SEND_BUFFER_BYTES);
        return atLeast(
                settings, TcpSetting.MAX_RECEIVE_BUFFER_BYTES, TcpSetting.RECEIVE_BUFFER_BYTES);
    }

    private static TcpSettings atLeast(TcpSettings settings, TcpSetting most, TcpSetting first) {
        return settings.get(most) < settings.get(first)
                ? settings.with(most, settings.get(first))
                : settings;
    }

    /**
     * {@return the settings of UDP}
     *
     * @throws IllegalArgumentException in one line, if two of them contradict each other
     */
    public UdpSettings udp() {
        notAbove(StackOption.UDP_FIRST_PORT, StackOption.UDP_LAST_PORT);
        return new UdpSettings(
                number(StackOption.UDP_SOCKETS),
                bytes(StackOption.UDP_RECEIVE_QUEUE),
                number(StackOption.UDP_QUEUED_PACKETS),
                number(StackOption.UDP_FIRST_PORT),
                number(StackOption.UDP_LAST_PORT));
    }

    /** {@return the options of the IP layer} */
    public IpOptions ip() {
        IpOptions options = IpOptions.DEFAULT;
        return options.withIpv6(isOn(StackOption.IPV6))
                .withAddresses(
                        options.addresses()
                                .withDuplicateAddressDetectTransmits(
                                        number(StackOption.DUPLICATE_ADDRESS_DETECTION)));
    }

    /**
     * {@return the options of the packet pool}
     *
     * @throws IllegalArgumentException in one line, if two of them contradict each other
     */
    public PoolOptions pool() {
        notAbove(StackOption.RECEIVE_PACKETS, StackOption.PACKETS);
        notAbove(StackOption.SEND_PACKETS, StackOption.PACKETS);
        PoolOptions options = PoolOptions.of(number(StackOption.PACKETS));
        int receive = number(StackOption.RECEIVE_PACKETS);
        int send = number(StackOption.SEND_PACKETS);
        return options.withBufferLength(bytes(StackOption.PACKET_LENGTH))
                .withLimits(
                        receive == 0 ? options.receiveLimit() : receive,
                        send == 0 ? options.sendLimit() : send)
                .withHugePages(
                        switch (text(StackOption.HUGE_PAGES)) {
                            case "never" -> HugePages.NEVER;
                            case "always" -> HugePages.REQUIRED;
                            default -> HugePages.IF_AVAILABLE;
                        });
    }

    private void notAbove(StackOption smaller, StackOption larger) {
        if (setting(smaller).number() > setting(larger).number()) {
            throw new IllegalArgumentException(
                    "%s=%s (%s) is more than %s=%s (%s); expected at most that"
                            .formatted(
                                    smaller,
                                    text(smaller),
                                    origin(smaller),
                                    larger,
                                    text(larger),
                                    origin(larger)));
        }
    }

    /** {@return a line {@code name = value # origin} for each option that somebody set: a profile of them} */
    public List<String> describe() {
        List<String> lines = new ArrayList<>();
        for (StackOption option : StackOption.values()) {
            Setting setting = setting(option);
            if (setting.origin().kind() != OptionOrigin.Kind.DEFAULT) {
                lines.add(
                        "%s = %s # %s"
                                .formatted(
                                        option,
                                        ValueText.write(option, setting),
                                        setting.origin()));
            }
        }
        return lines;
    }

    /** {@return the lines of {@link #describe()}} */
    @Override
    public String toString() {
        return String.join("\n", describe());
    }
}
