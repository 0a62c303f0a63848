package onload.cli.run;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Variables of an environment, in their order. They are bytes, which need not be text: what is not changed here
 * leaves as it came. Names and what is set are UTF-8.
 */
final class Variables {
    /** {@code NAME=VALUE} each, a character for a byte. */
    private final List<String> entries = new ArrayList<>();

    Variables(List<byte[]> environment) {
        environment.forEach(entry -> entries.add(new String(entry, StandardCharsets.ISO_8859_1)));
    }

    /** {@return them as they go to a program} */
    List<byte[]> bytes() {
        return entries.stream().map(entry -> entry.getBytes(StandardCharsets.ISO_8859_1)).toList();
    }

    /** {@return the value of a variable as text; null if it is not set} */
    @Nullable String get(String name) {
        String raw = raw(name);
        return raw == null
                ? null
                : new String(raw.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    /** {@return whether it is set to something} */
    boolean has(String name) {
        String raw = raw(name);
        return raw != null && !raw.isEmpty();
    }

    void set(String name, String value) {
        setRaw(name, raw(name, value));
    }

    void remove(String name) {
        entries.removeIf(entry -> entry.startsWith(name + "="));
    }

    /** Puts text in front of what is there; alone, if that is nothing. */
    void prepend(String name, String value, String separator) {
        String there = raw(name);
        setRaw(name, raw(name, value) + (has(name) ? separator + there : ""));
    }

    /** Puts text behind what is there; alone, if that is nothing. */
    void append(String name, String value, String separator) {
        String there = raw(name);
        setRaw(name, (has(name) ? there + separator : "") + raw(name, value));
    }

    /** Gives a variable another name; what was set by that name is gone, and comes back if there is nothing else. */
    void rename(String from, String to) {
        String value = raw(from);
        if (value != null) {
            remove(from);
            setRaw(to, value);
        }
    }

    private static String raw(String name, String value) {
        if (value.indexOf(0) >= 0) {
            throw new IllegalArgumentException(name + " cannot have a zero byte in its value");
        }
        return new String(value.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private @Nullable String raw(String name) {
        for (String entry : entries) {
            if (entry.startsWith(name + "=")) {
                return entry.substring(name.length() + 1);
            }
        }
        return null;
    }

    private void setRaw(String name, String value) {
        String entry = name + "=" + value;
        for (int i = 0; i < entries.size(); i++) {
            if (entries.get(i).startsWith(name + "=")) {
                entries.set(i, entry);
                return;
            }
        }
        entries.add(entry);
    }
}
