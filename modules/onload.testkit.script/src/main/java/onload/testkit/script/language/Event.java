package onload.testkit.script.language;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * Something that a script does or expects.
 *
 * @param line where it begins, from 1
 * @param time when
 * @param action what
 */
public record Event(int line, EventTime time, Action action) {
    /** What happens. */
    public sealed interface Action {}

    /**
     * A call of the sockets API.
     *
     * @param name such as {@code socket}
     * @param result what it has to return
     * @param error the name of {@code errno}, or null
     */
    public record Call(
            String name, List<Expression> arguments, Expression result, @Nullable String error)
            implements Action {}

    /** A packet that comes in. */
    public record Arrives(Packet packet) implements Action {}

    /** A packet that has to go out. */
    public record Leaves(Packet packet) implements Action {}

    /** Assertions: lines of Python between <code>%{</code> and <code>}%</code>. */
    public record Assertions(List<CodeLine> code) implements Action {}

    /**
     * A line of code.
     *
     * @param line its number
     * @param text what stands there, without blanks around it
     */
    public record CodeLine(int line, String text) {}

    /** A command of the shell, in back quotes. */
    public record Shell(String command) implements Action {}
}
