package onload.sockets.option;

import java.util.LinkedHashMap;
import java.util.Map;

/** Writes the table of options out: as docs/options.md and as help. Algorithm. */
public final class OptionsText {
    private static final int NAME_WIDTH = 32;

    private OptionsText() {}

    /** {@return the page docs/options.md} */
    public static String markdown() {
        StringBuilder text = new StringBuilder();
        text.append(
                """
                # Options of a stack

                Made from the table in `onload.sockets.option.StackOption`; a test holds the two against each other, and
                `mvn -pl modules/onload.sockets test -Donload.test.args=-Donload.options.write=true` writes this page anew.

                An option is set by the program (`Stack.builder().option("spin", "50us")`), by a variable of the environment
                (`ONLOAD_SPIN=50us`, or Onload's own name and unit, `EF_SPIN_USEC=50`), or by a profile (`latency`, `throughput`, `safe`, or
                a file with lines `name = value`, `include NAME` and `# comments`). The program goes before the environment, that before the
                profile, and that before the default. Durations are written as `50us`, `10ms`, `1s` or `forever`, sizes as `64k` or `1m`.
                """);
        for (Map.Entry<String, StringBuilder> group : groups().entrySet()) {
            text.append("\n## ").append(group.getKey()).append("\n\n");
            text.append("| Option | Default | Allowed | Onload | |\n|---|---|---|---|---|\n");
            text.append(group.getValue());
        }
        return text.toString();
    }

    private static Map<String, StringBuilder> groups() {
        Map<String, StringBuilder> groups = new LinkedHashMap<>();
        for (StackOption option : StackOption.values()) {
            String otherwise = option.defaultText();
            groups.computeIfAbsent(group(option), unused -> new StringBuilder())
                    .append("| `")
                    .append(option.optionName())
                    .append("` | ")
                    .append(otherwise.isEmpty() ? "" : "`" + otherwise + "`")
                    .append(" | ")
                    .append(option.allowed())
                    .append(" | ")
                    .append(onload(option))
                    .append(" | ")
                    .append(option.doc())
                    .append(" |\n");
        }
        return groups;
    }

    private static String group(StackOption option) {
        if (option.optionName().startsWith("tcp.")) {
            return "TCP";
        }
        return option.optionName().startsWith("udp.") ? "UDP" : "The stack";
    }

    private static String onload(StackOption option) {
        if (option.onload().isNone()) {
            return "";
        }
        String unit =
                switch ((int) option.onload().unitNs()) {
                    case 1_000 -> " (µs)";
                    case 1_000_000 -> " (ms)";
                    case 1_000_000_000 -> " (s)";
                    default -> "";
                };
        return "`" + option.onloadName() + "`" + unit;
    }

    /** {@return a line or two for each option, for a terminal} */
    public static String help() {
        StringBuilder text = new StringBuilder();
        for (StackOption option : StackOption.values()) {
            text.append(("%-" + NAME_WIDTH + "s %s%n").formatted(option.optionName(), option.doc()));
            text.append(
                    ("%-" + NAME_WIDTH + "s (%s; %s)%n")
                            .formatted(
                                    "",
                                    option.defaultText().isEmpty() ? "empty" : option.defaultText(),
                                    option.allowed()));
        }
        return text.toString();
    }
}
