package onload.testkit.script.language;

import java.util.List;
import java.util.Map;

/**
 * A script that was read.
 *
 * @param name of the file
 * @param options lines such as {@code --mtu=1400}, by name
 * @param events in the order in which they stand
 */
public record Script(String name, Map<String, String> options, List<Event> events) {
    /**
     * Reads a script.
     *
     * @param name for messages
     * @param text of the script
     * @param defines names that stand for something else, as with {@code -D}
     * @throws ScriptException if there is something that is not understood; it names the line
     */
    public static Script parse(String name, String text, Map<String, String> defines) {
        return new Parser(name, text, defines).script();
    }

    /** {@return a script that was read} See {@link #parse(String, String, Map)}. */
    public static Script parse(String name, String text) {
        return parse(name, text, Map.of());
    }
}
