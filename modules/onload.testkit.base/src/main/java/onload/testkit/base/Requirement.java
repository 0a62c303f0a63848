package onload.testkit.base;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a test needs from the machine. Where it is missing, the test is skipped and says what to
 * install or allow; but where the environment variable {@code CI} is {@code true} it fails, so that
 * continuous integration skips nothing in silence.
 */
public final class Requirement {
    private Requirement() {}

    /**
     * {@return the path of a command}
     *
     * @param command its name, to be found on PATH
     * @param mend what to do where it is missing, such as {@code "install the package tcpdump"}
     */
    public static Path command(String command, String mend) {
        for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
            Path candidate = Path.of(folder, command);
            if (Files.isExecutable(candidate)) {
                return candidate;
            }
        }
        missing("the command " + command, mend);
        throw new AssertionError("unreachable");
    }

    /**
     * Goes on where a condition holds.
     *
     * @param present whether the machine has what the test needs
     * @param what what that is, such as {@code "a hugetlbfs mount with free pages"}
     * @param mend what to do where it is missing
     */
    public static void that(boolean present, String what, String mend) {
        if (!present) {
            missing(what, mend);
        }
    }

    private static void missing(String what, String mend) {
        String message = "this test needs " + what + ", which is not here; " + mend;
        if ("true".equals(System.getenv("CI"))) {
            fail(message);
        }
        abort(message);
    }
}
