package onload.cli.run;

import onload.cli.console.Distribution;
import onload.cli.console.Refusal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The environment of a program that is run: what was there, with what makes every JVM in it find the agent and
 * the agent its stacks. Child processes inherit it.
 */
final class ProgramEnvironment {
    private static final int OLDEST_JAVA = 25;

    private static final String OPTIONS = "JAVA_TOOL_OPTIONS";

    /** The script {@code onload} hides from its own JVM what is meant for those of programs. */
    private static final List<String> HIDDEN =
            List.of(OPTIONS, "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");

    /** What it calls them meanwhile. */
    private static final String HIDDEN_PREFIX = "_ONLOAD_";

    private static final Pattern VERSION =
            Pattern.compile("(?m)^JAVA_VERSION=\"(?:1\\.)?([0-9]{1,9})");

    private ProgramEnvironment() {}

    /** Undoes what the script did for the sake of its own JVM. */
    static void unhide(Variables variables) {
        HIDDEN.forEach(name -> variables.rename(HIDDEN_PREFIX + name, name));
    }

    /**
     * Adds what makes a program accelerated.
     *
     * @param variables of this process, with what the script hid
     * @param plan stacks of the program; empty if it has what the environment says already, or none
     * @param isCounted whether the program says at its end what its stacks did
     */
    static void prepare(
            Variables variables, Distribution distribution, String plan, boolean isCounted) {
        if (!plan.isEmpty()) {
            variables.set("ONLOAD_RUN", plan);
        }
        if (isCounted) {
            variables.set("ONLOAD_STATS", "1");
        }
        variables.set("ONLOAD_HOME", distribution.home().toString());
        variables.set("ONLOAD_JAVA", Distribution.java().toString());
        String agent = quoted("-javaagent:" + distribution.agent());
        String options = variables.get(OPTIONS);
        if (options == null || !options.contains(agent)) {
            variables.append(OPTIONS, agent, " ");
        }
        String bin = distribution.bin().toString();
        String path = variables.get("PATH");
        if (path == null || !(path + ":").startsWith(bin + ":")) {
            // Without PATH there is a default one, which a PATH of one folder would hide.
            variables.prepend("PATH", bin, variables.has("PATH") ? ":" : "");
            if (path == null) {
                variables.append("PATH", "/usr/bin:/bin", ":");
            }
        }
        String home = variables.get("JAVA_HOME");
        if (home == null || home.isEmpty() || version(Path.of(home)) < OLDEST_JAVA) {
            variables.set("JAVA_HOME", System.getProperty("java.home"));
        }
    }

    /** The JVM splits the variable at blanks, but not between quotes, of which there are two kinds. */
    static String quoted(String option) {
        if (option.chars().noneMatch(c -> Character.isWhitespace(c) || c == '\'' || c == '"')) {
            return option;
        }
        char quote = option.indexOf('"') < 0 ? '"' : '\'';
        if (option.indexOf(quote) >= 0) {
            throw Refusal.failed(
                    "%s has both kinds of quotes in its path, which %s cannot say; move the folder"
                            .formatted(option, OPTIONS));
        }
        return quote + option + quote;
    }

    /** {@return the feature number of a JDK by the file {@code release} in its folder; 0 if it does not tell} */
    static int version(Path home) {
        try {
            Matcher version = VERSION.matcher(Files.readString(home.resolve("release")));
            return version.find() ? Integer.parseInt(version.group(1)) : 0;
        } catch (IOException | RuntimeException e) {
            return 0;
        }
    }
}
