package onload.testkit.script.run;

/**
 * What came of a script.
 *
 * @param name of the script
 * @param line of the event that did not hold, from 1; 0 if all held
 * @param failure why, in one line or more; empty if all held
 * @param events that held
 */
public record ScriptResult(String name, int line, String failure, int events) {
    /** {@return whether all events held} */
    public boolean passed() {
        return failure.isEmpty();
    }

    /** {@return one line or more for people, such as {@code close.pkt:12: ...}} */
    @Override
    public String toString() {
        return passed() ? name + ": ok, " + events + " events" : name + ":" + line + ": " + failure;
    }
}
