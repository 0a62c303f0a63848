package onload.bench;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * How long to run, as it stands on the command line: {@code rounds=5 round-ms=1000}.
 *
 * @param warmUps rounds that are not recorded
 * @param rounds rounds that are
 * @param roundNs length of a round
 * @param idleNs how long stacks are looked at that do nothing
 * @param connections of those stacks
 * @param lanes what the name of a ping-pong contains, others being left out
 */
record RunLength(
        int warmUps, int rounds, long roundNs, long idleNs, int connections, String lanes) {
    private static final Map<String, String> DEFAULTS =
            Map.of(
                    "warm-ups", "3",
                    "rounds", "10",
                    "round-ms", "1000",
                    "idle-s", "20",
                    "connections", "10000",
                    "lanes", "");

    /**
     * {@return what arguments say}
     *
     * @throws IllegalArgumentException if one has no such name
     */
    static RunLength of(Iterable<String> arguments) {
        Map<String, String> values = new HashMap<>(DEFAULTS);
        for (String argument : arguments) {
            int at = argument.indexOf('=');
            String name = at < 0 ? argument : argument.substring(0, at);
            if (at < 0 || !DEFAULTS.containsKey(name)) {
                throw new IllegalArgumentException(
                        "there is no \"%s\" to be set; expected NAME=VALUE with one of %s"
                                .formatted(argument, Set.copyOf(DEFAULTS.keySet())));
            }
            values.put(name, argument.substring(at + 1));
        }
        return new RunLength(
                number(values, "warm-ups"),
                number(values, "rounds"),
                number(values, "round-ms") * 1_000_000L,
                number(values, "idle-s") * 1_000_000_000L,
                number(values, "connections"),
                values.getOrDefault("lanes", ""));
    }

    private static int number(Map<String, String> values, String name) {
        return Integer.parseInt(values.getOrDefault(name, ""));
    }
}
