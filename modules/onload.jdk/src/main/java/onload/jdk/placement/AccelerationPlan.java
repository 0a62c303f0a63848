package onload.jdk.placement;

import onload.sockets.Stack;
import onload.sockets.StackBuilder;
import onload.sockets.option.StackOptions;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Which stacks a process is to have, as one line of text:
 *
 * <pre>
 * nic tap:tap0 address 192.0.2.1/24 gateway 192.0.2.254 profile latency option spin=50us
 * </pre>
 *
 * <p>Words are separated by blanks. {@code nic} is followed by a specification, {@code address}, {@code gateway}
 * and {@code route PREFIX via ROUTER} belong to the NIC before them, {@code profile} and {@code option
 * NAME=VALUE} to the stack, and {@code stack} begins a further one. The command {@code onload run} writes it to the
 * environment as {@code ONLOAD_RUN}; a program that is started without it says {@code -Donload.run}.
 *
 * <p>Immutable. For control paths.
 */
public final class AccelerationPlan {
    /** The variable of the environment that has a plan. */
    public static final String VARIABLE = "ONLOAD_RUN";

    /** The system property that has a plan; it comes before the variable. */
    public static final String PROPERTY = "onload.run";

    /** Variables of the environment that begin like options of a stack, and are none. */
    private static final Set<String> NOT_OPTIONS =
            Set.of(VARIABLE, "ONLOAD_HOME", "ONLOAD_JAVA", "ONLOAD_STATS", "ONLOAD_MAVEN_OPTIONS");

    private static final String EXPECTED =
            "expected nic, address, gateway, route, profile, option or stack";

    /** A stack: what is said of it, in order. */
    private static final class Part {
        private final List<String> profiles = new ArrayList<>();
        private final List<String> options = new ArrayList<>();
        private final List<Consumer<StackBuilder>> steps = new ArrayList<>();
    }

    private final String text;
    private final List<Part> parts = new ArrayList<>();

    private AccelerationPlan(String text) {
        this.text = text;
        List<String> words = List.of(text.strip().split("\\s+"));
        if (!text.isBlank()) {
            parts.add(new Part());
            for (int at = 0; at < words.size(); ) {
                at += take(words, at);
            }
            // What can be refused is refused now, not when the first socket is opened.
            stacks(Map.of()).forEach(stack -> {});
        }
    }

    /**
     * {@return the plan that a text says}
     *
     * @throws IllegalArgumentException if it cannot be read; the message says what was expected
     */
    public static AccelerationPlan parse(String text) {
        return new AccelerationPlan(text);
    }

    /**
     * {@return the plan of this process, by {@link #PROPERTY} or {@link #VARIABLE}; an empty one if there is neither}
     *
     * @throws IllegalArgumentException if it cannot be read
     */
    public static AccelerationPlan ofProcess() {
        String said = System.getProperty(PROPERTY, System.getenv().getOrDefault(VARIABLE, ""));
        return parse(said);
    }

    /** Takes one word with what belongs to it; answers how many words that were. */
    private int take(List<String> words, int at) {
        Part part = parts.getLast();
        String word = words.get(at);
        switch (word) {
            case "stack" -> {
                parts.add(new Part());
                return 1;
            }
            case "nic" -> step(part, words, at, StackBuilder::nic);
            case "address" -> step(part, words, at, StackBuilder::address);
            case "gateway" -> step(part, words, at, StackBuilder::gateway);
            case "profile" -> part.profiles.add(after(words, at, 1));
            case "option" -> part.options.add(option(after(words, at, 1)));
            case "route" -> {
                String destination = after(words, at, 1);
                String router = after(words, at, 3);
                if (!after(words, at, 2).equals("via")) {
                    throw new IllegalArgumentException(
                            "route %s says no router; expected route PREFIX via ROUTER"
                                    .formatted(destination));
                }
                part.steps.add(builder -> builder.route(destination, router));
                return 4;
            }
            default ->
                    throw new IllegalArgumentException(
                            "\"%s\" is no word of a plan; %s".formatted(word, EXPECTED));
        }
        return 2;
    }

    /** A step of the builder with one argument. */
    private interface Step {
        StackBuilder apply(StackBuilder builder, String argument);
    }

    private static void step(Part part, List<String> words, int at, Step step) {
        String argument = after(words, at, 1);
        part.steps.add(builder -> step.apply(builder, argument));
    }

    private static String option(String said) {
        if (said.indexOf('=') < 1) {
            throw new IllegalArgumentException(
                    "option %s has no value; expected option NAME=VALUE".formatted(said));
        }
        return said;
    }

    private static String after(List<String> words, int at, int distance) {
        if (at + distance >= words.size()) {
            throw new IllegalArgumentException(
                    "nothing follows \"%s\" at the end of the plan; expected what it is about"
                            .formatted(words.getLast()));
        }
        return words.get(at + distance);
    }

    /** {@return whether it has no stack at all} */
    public boolean isEmpty() {
        return parts.isEmpty();
    }

    /**
     * {@return what opens the stacks, one each, nothing opened yet}
     *
     * @param environment variables of the process, from which options come that the plan does not have
     * @throws IllegalArgumentException if an option, address or specification cannot be
     */
    public List<StackBuilder> stacks(Map<String, String> environment) {
        Map<String, String> variables = new HashMap<>(environment);
        NOT_OPTIONS.forEach(variables::remove);
        return parts.stream().map(part -> builder(part, variables)).toList();
    }

    private static StackBuilder builder(Part part, Map<String, String> variables) {
        StackOptions options = StackOptions.DEFAULT;
        for (String profile : part.profiles) {
            options = options.profile(profile);
        }
        options = options.environment(variables);
        for (String said : part.options) {
            int equals = said.indexOf('=');
            options = options.with(said.substring(0, equals), said.substring(equals + 1));
        }
        StackBuilder builder = Stack.builder().options(options);
        part.steps.forEach(step -> step.accept(builder));
        return builder;
    }

    /** {@return the text that it was read from} */
    @Override
    public String toString() {
        return text;
    }
}
