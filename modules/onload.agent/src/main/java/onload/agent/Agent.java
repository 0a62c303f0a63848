package onload.agent;

import java.lang.instrument.Instrumentation;

/** What {@code -javaagent} starts. Class files of Java 8: it knows nothing that is newer, but by name. */
public final class Agent {
    private Agent() {}

    /**
     * Puts the program that is about to start on stacks. If that cannot be, the program does not start: exit code 1 and
     * one line that says what to do.
     *
     * @param argument nothing
     * @param instrumentation of the JVM
     */
    public static void premain(String argument, Instrumentation instrumentation) {}
}
