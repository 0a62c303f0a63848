package onload.cli.console;

/**
 * Ends a command with one line on the standard error stream. The line says what is wrong, what was expected and what to
 * do; it is all that the person sees.
 */
public final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int exitCode;

    private Refusal(int exitCode, String line) {
        super(line, null, false, false);
        this.exitCode = exitCode;
    }

    /** {@return that the command could not be done: exit code 1} */
    public static Refusal failed(String line) {
        return new Refusal(ExitCodes.FAILED, line);
    }

    /** {@return that the command line cannot be read: exit code 2} */
    public static Refusal usage(String line) {
        return new Refusal(ExitCodes.USAGE, line);
    }

    /** {@return that a command ends with a code of {@link ExitCodes}} */
    public static Refusal of(int exitCode, String line) {
        return new Refusal(exitCode, line);
    }

    /** {@return with what the command ends} */
    public int exitCode() {
        return exitCode;
    }
}
