package onload.cli.console;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The folder that onload was built into: {@code lib} with its jars, {@code agent}, {@code bin} with the {@code java} of
 * programs that it runs, {@code demo}.
 *
 * @param home the folder, absolute
 */
public record Distribution(Path home) {
    /** The system property that names it; the script {@code onload} sets it. */
    public static final String PROPERTY = "onload.home";

    /**
     * {@return the one that this command is in}
     *
     * @throws Refusal if there is none
     */
    public static Distribution ofProcess() {
        String home = System.getProperty(PROPERTY, "");
        Distribution here = new Distribution(Path.of(home).toAbsolutePath().normalize());
        if (home.isEmpty() || !Files.isRegularFile(here.agent())) {
            throw Refusal.failed(
                    "the distribution of onload is not in \"%s\"; start onload by its script, which builds it"
                            .formatted(home));
        }
        return here;
    }

    /** {@return the agent that an unmodified program is started with} */
    public Path agent() {
        return home.resolve("agent").resolve("onload.agent.jar");
    }

    /** {@return the folder with the {@code java} of programs that are run} */
    public Path bin() {
        return home.resolve("bin");
    }

    /** {@return the folder with the programs of the demonstration} */
    public Path demo() {
        return home.resolve("demo");
    }

    /** {@return the {@code java} that onload runs on} */
    public static Path java() {
        return Path.of(System.getProperty("java.home"), "bin", "java");
    }
}
