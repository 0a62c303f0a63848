package onload.nic;

import onload.nic.spi.NicOptions;

import java.util.Map;
import java.util.TreeMap;

/**
 * Which NIC to use, as people write it: {@code PROVIDER[:DEVICE][/QUEUE][,NAME=VALUE]…}, such as {@code emulated},
 * {@code tap:tap0}, {@code afxdp:eth0/3} or {@code emulated:lan,mtu=9000}.
 *
 * @param provider name of the provider
 * @param options what the provider reads
 */
public record NicSpec(String provider, NicOptions options) {
    private static final String FORM =
            "PROVIDER[:DEVICE][/QUEUE][,NAME=VALUE]…, such as afxdp:eth0/3";

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
        if (!provider.matches("[a-z0-9-]+")) {
            throw refused(text, "\"" + provider + "\" cannot be the name of a provider");
        }
        if (colon >= 0 && device.isEmpty()) {
            throw refused(text, "after the colon there is no device");
        }
        return new NicSpec(provider, new NicOptions(device, queue, parseSettings(text, parts)));
    }

    private static int parseQueue(String text, String queue) {
        if (!queue.matches("[0-9]{1,4}")) {
            throw refused(text, "\"" + queue + "\" is not a queue number");
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

    private static IllegalArgumentException refused(String text, String why) {
        return new IllegalArgumentException(
                "\"%s\" is not a NIC: %s; expected %s".formatted(text, why, FORM));
    }

    /** {@return the specification as it is written} */
    @Override
    public String toString() {
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
