package onload.cli.console;

import java.io.PrintStream;

/**
 * Where a command's words go. Results go to {@link #out}, which may be a file or the next command; everything that is
 * only for the person who looks on (progress, warnings, refusals) goes to {@link #err}. May be used by any thread.
 *
 * @param out for results
 * @param err for remarks
 * @param isWatched whether {@code err} is a terminal: progress is shown there and nowhere else
 */
public record Console(PrintStream out, PrintStream err, boolean isWatched) {
    /** {@return the one of this process} The script that starts the JVM knows whether there is a terminal. */
    public static Console ofProcess() {
        return new Console(System.out, System.err, Boolean.getBoolean("onload.terminal"));
    }

    /** Shows what goes on, in the place of what was shown before; nothing if nobody looks on. */
    public void progress(String text) {
        if (isWatched) {
            err.print("\r\033[K" + text);
            err.flush();
        }
    }

    /** Takes away what {@link #progress} has shown. */
    public void progressDone() {
        progress("");
    }
}
