package onload.nic;

import onload.nic.spi.NicOptions;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Which NIC to use, as people write it: {@code PROVIDER[:DEVICE][/QUEUE][,NAME=VALUE]…}, such as
 * {@code emulated}, {@code tap:tap0}, {@code afxdp:eth0/3} or {@code emulated:lan,mtu=9000}.
 *
 * @param provider name of the provider: lower-case letters, digits and hyphens
 * @param options what the provider reads; what is written in a specification has no white space and
 *     no comma, a device no slash, and a setting's name letters, digits, dots, hyphens and
 *     underscores only
 */
public record NicSpec(String provider, NicOptions options) {
    /** What a name of a provider is made of, in words. */
    static final String PROVIDER_NAME_FORM = "lower-case letters, digits and hyphens";

    private static final String FORM =
            "PROVIDER[:DEVICE][/QUEUE][,NAME=VALUE]…, such as afxdp:eth0/3";

    private static final Pattern PROVIDER_NAME = Pattern.compile("[a-z0-9-]+");
    private static final Pattern QUEUE = Pattern.compile("[0-9]{1,4}");
    private static final Pattern DEVICE = Pattern.compile("[^\\s,/]*");
    private static final Pattern SETTING_NAME = Pattern.compile("[A-Za-z0-9._-]+");
    private static final Pattern SETTING_VALUE = Pattern.compile("[^\\s,]*");

    /**
     * Checks that it can be written: {@code parse(spec.toString())} equals {@code spec}.
     *
     * @throws IllegalArgumentException if it cannot; the message says why
     */
    public NicSpec {
        String flaw = flaw(provider, options);
        if (!flaw.isEmpty()) {
            throw refused(text(provider, options), flaw);
        }
    }

    /**
     * Reads a specification.
     *
     * @param text as above
     * @throws IllegalArgumentException if it is not of that form; the message says what is wrong
     */
    public static NicSpec parse(String text) {
        String[] parts = text.split(",", -1);
        String name = parts[0];
        int queue = 0;
        int slash = name.indexOf('/');
        if (slash >= 0) {
            queue = parseQueue(text, name.substring(slash + 1));
            name = name.substring(0, slash);
        }
        int colon = name.indexOf(':');
        String device = colon < 0 ? "" : name.substring(colon + 1);
        String provider = colon < 0 ? name : name.substring(0, colon);
        if (colon >= 0 && device.isEmpty()) {
            throw refused(text, "after the colon there is no device");
        }
        NicOptions options = new NicOptions(device, queue, parseSettings(text, parts));
        String flaw = flaw(provider, options);
        if (!flaw.isEmpty()) {
            throw refused(text, flaw);
        }
        return new NicSpec(provider, options);
    }

    private static int parseQueue(String text, String queue) {
        if (!QUEUE.matcher(queue).matches()) {
            throw refused(text, "\"" + queue + "\" is not a queue number from 0 to 9999");
        }
        return Integer.parseInt(queue);
    }

    private static Map<String, String> parseSettings(String text, String[] parts) {
        Map<String, String> settings = new TreeMap<>();
        for (int i = 1; i < parts.length; i++) {
            int equals = parts[i].indexOf('=');
            if (equals < 1) {
                throw refused(text, "\"" + parts[i] + "\" is not NAME=VALUE");
            }
            String name = parts[i].substring(0, equals);
            if (settings.put(name, parts[i].substring(equals + 1)) != null) {
                throw refused(text, name + " is set twice");
            }
        }
        return settings;
    }

    /** {@return whether people can write a provider's name in a specification} */
    static boolean isProviderName(String name) {
        return PROVIDER_NAME.matcher(name).matches();
    }

    /** {@return why it cannot be written; empty if it can} */
    private static String flaw(String provider, NicOptions options) {
        if (!isProviderName(provider)) {
            return "\"%s\" cannot be the name of a provider, which has %s"
                    .formatted(provider, PROVIDER_NAME_FORM);
        }
        if (!DEVICE.matcher(options.device()).matches()) {
            return "\"%s\" cannot be a device, which has no white space, comma or slash"
                    .formatted(options.device());
        }
        if (options.queue() > 9999) {
            return "\"%d\" is not a queue number from 0 to 9999".formatted(options.queue());
        }
        for (Map.Entry<String, String> setting : new TreeMap<>(options.settings()).entrySet()) {
            if (!SETTING_NAME.matcher(setting.getKey()).matches()) {
                return "\"%s\" cannot be the name of a setting".formatted(setting.getKey());
            }
            if (!SETTING_VALUE.matcher(setting.getValue()).matches()) {
                return "\"%s\" cannot be the value of %s, since it has white space or a comma"
                        .formatted(setting.getValue(), setting.getKey());
            }
        }
        return "";
    }

    private static IllegalArgumentException refused(String text, String why) {
        return new IllegalArgumentException(
                "\"%s\" is not a NIC: %s; expected %s".formatted(text, why, FORM));
    }

    /** {@return the specification as it is written} */
    @Override
    public String toString() {
        return text(provider, options);
    }

    private static String text(String provider, NicOptions options) {
        StringBuilder text = new StringBuilder(provider);
        if (!options.device().isEmpty()) {
            text.append(':').append(options.device());
        }
        if (options.queue() != 0) {
            text.append('/').append(options.queue());
        }
        new TreeMap<>(options.settings())
                .forEach((name, value) -> text.append(',').append(name).append('=').append(value));
        return text.toString();
    }
}
