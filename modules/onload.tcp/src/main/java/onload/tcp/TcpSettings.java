package onload.tcp;

import onload.tcp.congestion.CongestionControls;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/**
 * How a TCP engine is set: a value for each {@link TcpSetting}, and the congestion control of connections whose user
 * chooses none. Immutable; read when an engine is made.
 */
public final class TcpSettings {
    /** All settings at their defaults. */
    public static final TcpSettings DEFAULT =
            new TcpSettings(new EnumMap<>(TcpSetting.class), CongestionControls.DEFAULT);

    private final Map<TcpSetting, Long> changed;
    private final String congestionControl;

    private TcpSettings(Map<TcpSetting, Long> changed, String congestionControl) {
        this.changed = changed;
        this.congestionControl = congestionControl;
    }

    /** {@return the value of a setting} */
    public long get(TcpSetting setting) {
        return changed.getOrDefault(setting, setting.defaultValue());
    }

    /** {@return whether a switch is on} */
    public boolean isOn(TcpSetting setting) {
        return get(setting) != 0;
    }

    /** {@return the value of a setting that fits 32 bits} */
    int number(TcpSetting setting) {
        return Math.toIntExact(get(setting));
    }

    /**
     * {@return the same with another value for one setting}
     *
     * @param value in the unit that the setting's name says; 1 or 0 for a switch
     * @throws IllegalArgumentException if it is out of the setting's range
     */
    public TcpSettings with(TcpSetting setting, long value) {
        if (value < setting.least() || value > setting.most()) {
            throw new IllegalArgumentException(
                    "%s cannot be %d; expected %d to %d"
                            .formatted(nameOf(setting), value, setting.least(), setting.most()));
        }
        Map<TcpSetting, Long> copy = new EnumMap<>(TcpSetting.class);
        copy.putAll(changed);
        copy.put(setting, value);
        return new TcpSettings(copy, congestionControl);
    }

    /** {@return the congestion control of connections whose user chooses none} */
    public String congestionControl() {
        return congestionControl;
    }

    /**
     * {@return the same with another congestion control for connections whose user chooses none}
     *
     * @param name one of {@link CongestionControls#names()}
     * @throws IllegalArgumentException if there is none of that name
     */
    public TcpSettings withCongestionControl(String name) {
        return new TcpSettings(changed, CongestionControls.canonical(name));
    }

    private static String nameOf(TcpSetting setting) {
        return setting.name().toLowerCase(Locale.ROOT);
    }

    /** {@return the settings that are not at their defaults} */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        if (!congestionControl.equals(CongestionControls.DEFAULT)) {
            text.append("congestion_control=").append(congestionControl);
        }
        changed.forEach((setting, value) ->
                text.append(text.isEmpty() ? "" : " ")
                        .append(nameOf(setting))
                        .append('=')
                        .append(value));
        return text.toString();
    }
}
