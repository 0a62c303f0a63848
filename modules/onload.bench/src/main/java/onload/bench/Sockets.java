package onload.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What onload's sockets cost, where percentiles and counters say more than averages: {@link PingPong}, {@link
 * Senders}, {@link IdleStack}.
 *
 * <pre>
 * java … onload.bench.Sockets [ping-pong] [senders] [idle] [NAME=VALUE]…      # without names all three
 * </pre>
 */
public final class Sockets {
    private static final List<String> ALL = List.of("ping-pong", "senders", "idle");

    private Sockets() {}

    /**
     * Runs what is named.
     *
     * @param arguments names, and how long to run as {@link RunLength} reads it
     * @throws Exception if a benchmark fails
     */
    public static void main(String[] arguments) throws Exception {
        Locale.setDefault(Locale.ROOT);
        List<String> names = new ArrayList<>();
        List<String> settings = new ArrayList<>();
        for (String argument : arguments) {
            (ALL.contains(argument) ? names : settings).add(argument);
        }
        RunLength length = RunLength.of(settings);
        for (String name : names.isEmpty() ? ALL : names) {
            switch (name) {
                case "ping-pong" -> new PingPong(length).run();
                case "senders" -> new Senders(length).run();
                default -> new IdleStack(length).run();
            }
        }
    }
}
