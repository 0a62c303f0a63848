package onload.tcp.congestion;

import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/** The congestion controls that there are, by name. */
public final class CongestionControls {
    /** The name of the one that connections have unless somebody chooses another. */
    public static final String DEFAULT = Cubic.NAME;

    private static final Map<String, Supplier<CongestionControl>> BY_NAME =
            new TreeMap<>(
                    Map.of(
                            Bbr.NAME, Bbr::new,
                            Cubic.NAME, Cubic::new,
                            Dctcp.NAME, Dctcp::new,
                            NewReno.NAME, NewReno::new));

    /** As Linux calls it. */
    private static final Map<String, String> ALIASES = Map.of("reno", NewReno.NAME);

    private static final Set<String> NAMES = Collections.unmodifiableSet(BY_NAME.keySet());

    private CongestionControls() {}

    /** {@return the names that there are, in order, without aliases} */
    public static Set<String> names() {
        return NAMES;
    }

    /**
     * {@return the name that a congestion control has itself}
     *
     * @param name such as {@code newreno}, or another one for the same, such as {@code reno}
     * @throws IllegalArgumentException if there is none of that name
     */
    public static String canonical(String name) {
        String own = ALIASES.getOrDefault(name, name);
        if (!BY_NAME.containsKey(own)) {
            throw new IllegalArgumentException(
                    "there is no congestion control \"%s\"; expected one of %s"
                            .formatted(name, String.join(", ", NAMES)));
        }
        return own;
    }

    /**
     * {@return one that has not started}
     *
     * @param name such as {@code newreno}
     * @throws IllegalArgumentException if there is none of that name
     */
    public static CongestionControl create(String name) {
        return Objects.requireNonNull(BY_NAME.get(canonical(name))).get();
    }
}
