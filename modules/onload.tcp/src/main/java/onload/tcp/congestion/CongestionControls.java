package onload.tcp.congestion;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** The congestion controls that there are, by name. */
public final class CongestionControls {
    /** The name of the one that connections have unless somebody chooses another. */
    public static final String DEFAULT = NewReno.NAME;

    private static final Map<String, Supplier<CongestionControl>> BY_NAME =
            new TreeMap<>(Map.of(NewReno.NAME, NewReno::new));

    private CongestionControls() {}

    /**
     * {@return one that has not started}
     *
     * @param name such as {@code newreno}
     * @throws IllegalArgumentException if there is none of that name
     */
    public static CongestionControl create(String name) {
        Supplier<CongestionControl> found = BY_NAME.get(name);
        if (found == null) {
            throw new IllegalArgumentException(
                    "there is no congestion control \"%s\"; expected one of %s"
                            .formatted(name, String.join(", ", BY_NAME.keySet())));
        }
        return found.get();
    }
}
