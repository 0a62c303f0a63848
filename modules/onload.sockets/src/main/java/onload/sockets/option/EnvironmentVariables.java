package onload.sockets.option;

import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Options out of the environment of the process. */
final class EnvironmentVariables {
    private static final String OURS = "ONLOAD_";
    private static final String THEIRS = "EF_";

    private static final Set<String> OUR_NAMES = new HashSet<>();
    private static final Set<String> THEIR_NAMES = new HashSet<>();

    static {
        for (StackOption option : StackOption.values()) {
            OUR_NAMES.add(option.variable());
            option.onload().forEach(variable -> THEIR_NAMES.add(variable.name()));
        }
    }

    private EnvironmentVariables() {}

    static Map<StackOption, Setting> read(Map<String, String> variables) {
        refuseUnknown(variables);
        Map<StackOption, Setting> settings = new EnumMap<>(StackOption.class);
        for (StackOption option : StackOption.values()) {
            String ours = variables.get(option.variable());
            if (ours != null) {
                OptionOrigin origin = OptionOrigin.environment(option.variable());
                settings.put(option, ValueText.read(option, option.variable(), ours, origin));
            }
            for (OnloadVariable theirs : option.onload()) {
                String text = variables.get(theirs.name());
                if (text != null) {
                    OptionOrigin origin = OptionOrigin.environment(theirs.name());
                    // Read even when another one counts more: a typo is told, not hidden.
                    Setting setting = ValueText.readOnload(option, theirs, text, origin);
                    settings.putIfAbsent(option, setting);
                }
            }
        }
        return settings;
    }

    static List<String> ignored(Map<String, String> variables) {
        return variables.keySet().stream()
                .filter(name -> name.startsWith(THEIRS) && !THEIR_NAMES.contains(name))
                .toList();
    }

    private static void refuseUnknown(Map<String, String> variables) {
        for (String name : new TreeSet<>(variables.keySet())) {
            if (name.startsWith(OURS) && !OUR_NAMES.contains(name)) {
                String question = ValueText.nearest(name, OUR_NAMES);
                throw new IllegalArgumentException(
                        "\"%s\" is not a variable of a stack%s expected ONLOAD_ and an option of docs/options.md"
                                .formatted(
                                        ValueText.shown(name),
                                        question.isEmpty() ? ";" : question));
            }
        }
    }
}
