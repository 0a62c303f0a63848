package onload.sockets.option;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The table of options in words: for {@code --help}, and for {@code docs/options.md}. */
public final class OptionsText {
    private static final int DOC_COLUMN = 32;

    private static final String PREFACE =
            """
            # Options of a stack

            What can be set, from the table in `StackOption`. A test holds this file against that table and writes it
            anew with `mvn verify -Donload.test.args=-Donload.options.write=true`.

            An option is said by

            - the program: `StackOptions.DEFAULT.with("spin", "50us")`;
            - a variable of the environment, `ONLOAD_` and the name in capitals with `_` for `.` and `-`:
              `ONLOAD_TCP_DELAYED_ACK=10ms`;
            - a variable of Onload where the meaning is the same, in the unit that it has there: `EF_SPIN_USEC=50`;
            - a profile: `latency`, `throughput`, `safe` or the path of a file with lines `name = value`,
              `include PROFILE` and `# remark`, in which what comes later counts and an option stands once.

            The program counts more than the environment, that more than profiles, those more than the defaults, in
            whatever order they are given. Other variables that begin with `EF_` change nothing and are listed by
            `StackOptions.ignored()`; others that begin with `ONLOAD_` are refused, like every other typo, in one line
            with the nearest name.

            Durations are whole numbers with `ns`, `us`, `ms`, `s`, `min` or `h`. Bytes are whole numbers, or with
            `k`, `m` or `g` of 1024, 1024² or 1024³. Switches are `on` or `off`; `true`, `false`, `yes`, `no`, `1`
            and `0` are taken too. Words that Onload has as numbers are taken as these numbers too.
            """;

    private OptionsText() {}

    /** {@return all options for people at a terminal, with a heading for each group} */
    public static String help() {
        StringBuilder text = new StringBuilder();
        for (OptionGroup group : OptionGroup.values()) {
            text.append(text.isEmpty() ? "" : "\n").append(group.title()).append(":\n");
            for (StackOption option : of(group)) {
                appendHelp(text, option);
            }
        }
        return text.toString();
    }

    private static void appendHelp(StringBuilder text, StackOption option) {
        String name = "  " + option.key();
        String indent = " ".repeat(DOC_COLUMN);
        text.append(name).append(" ".repeat(Math.max(1, DOC_COLUMN - name.length())));
        text.append(option.doc()).append('\n');
        text.append(indent).append(ValueText.expected(option)).append('\n');
        text.append(indent).append("default ").append(shownDefault(option));
        for (OnloadVariable variable : option.onload()) {
            text.append("; ").append(variable.name());
            text.append(" (").append(variable.unit().meaning()).append(')');
        }
        text.append('\n');
    }

    /** {@return the text of {@code docs/options.md}} */
    public static String markdown() {
        StringBuilder text = new StringBuilder(PREFACE);
        for (OptionGroup group : OptionGroup.values()) {
            text.append("\n## ").append(group.title()).append("\n\n");
            text.append("| option | what it says | value | default | Onload |\n");
            text.append("|---|---|---|---|---|\n");
            for (StackOption option : of(group)) {
                text.append(row(option));
            }
        }
        return text.toString();
    }

    private static String row(StackOption option) {
        return "| `%s` | %s | %s | %s | %s |\n"
                .formatted(
                        option.key(),
                        option.doc(),
                        value(option),
                        shownDefault(option),
                        option.onload().stream()
                                .map(OptionsText::onload)
                                .collect(Collectors.joining("; ")));
    }

    private static String onload(OnloadVariable variable) {
        return "`%s`: %s".formatted(variable.name(), variable.unit().meaning());
    }

    private static String value(StackOption option) {
        return switch (option.type()) {
            case SWITCH, WORD, TEXT -> ValueText.expected(option);
            case NUMBER -> ValueText.range(option);
            case DURATION -> "duration, " + ValueText.range(option);
            case BYTES ->
                    "bytes, "
                            + ValueText.range(option)
                            + (option.rule().isPowerOfTwo() ? ", a power of two" : "");
        };
    }

    private static String shownDefault(StackOption option) {
        return option.defaultText().isEmpty() ? "empty" : option.defaultText();
    }

    private static List<StackOption> of(OptionGroup group) {
        List<StackOption> options = new ArrayList<>();
        for (StackOption option : StackOption.values()) {
            if (option.group() == group) {
                options.add(option);
            }
        }
        return options;
    }
}
