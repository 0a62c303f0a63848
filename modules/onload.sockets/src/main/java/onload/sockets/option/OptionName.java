package onload.sockets.option;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Map;

/**
 * A name by which an option is called.
 *
 * @param option which one
 * @param name the name
 * @param onload whose name it is, if it is one of Onload
 */
record OptionName(StackOption option, String name, @Nullable OnloadVariable onload) {
    private static final Map<String, OptionName> ALL = new HashMap<>();

    static {
        for (StackOption option : StackOption.values()) {
            ALL.put(option.key(), new OptionName(option, option.key(), null));
            for (OnloadVariable variable : option.onload()) {
                ALL.put(variable.name(), new OptionName(option, variable.name(), variable));
            }
        }
    }

    /**
     * {@return what a name is}
     *
     * @throws IllegalArgumentException in one line, if it is none
     */
    static OptionName find(String name) {
        OptionName found = ALL.get(name);
        if (found == null) {
            String question = ValueText.nearest(name, ALL.keySet());
            throw new IllegalArgumentException(
                    "\"%s\" is not an option of a stack%s expected a name of docs/options.md"
                            .formatted(ValueText.shown(name), question.isEmpty() ? ";" : question));
        }
        return found;
    }

    Setting read(String text, OptionOrigin origin) {
        return onload == null
                ? ValueText.read(option, name, text, origin)
                : ValueText.readOnload(option, onload, text, origin);
    }
}
