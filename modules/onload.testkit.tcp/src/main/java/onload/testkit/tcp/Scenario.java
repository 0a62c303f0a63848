package onload.testkit.tcp;

import onload.tcp.congestion.CongestionControls;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * All that a simulation depends on: a seed, a topology, a workload, a congestion control and the numbers of {@link
 * Parameter}. Immutable. Its text says all of it, so that a failure is replayed by what it prints:
 *
 * <pre>Simulation.run(Scenario.parse("seed=0x7 topology=dumbbell workload=short control=newreno pairs=3"));</pre>
 */
public final class Scenario {
    private final long seed;
    private final Topology topology;
    private final Workload workload;
    private final String control;
    private final Map<Parameter, Long> numbers;

    private Scenario(
            long seed,
            Topology topology,
            Workload workload,
            String control,
            Map<Parameter, Long> numbers) {
        this.seed = seed;
        this.topology = topology;
        this.workload = workload;
        this.control = control;
        this.numbers = numbers;
    }

    /** {@return the scenario of a seed with one short connection over a perfect cable} */
    public static Scenario of(long seed) {
        return new Scenario(
                seed,
                Topology.DIRECT,
                Workload.SHORT,
                CongestionControls.DEFAULT,
                new EnumMap<>(Parameter.class));
    }

    /** {@return the seed of all that is left to chance} */
    public long seed() {
        return seed;
    }

    /** {@return how the hosts are connected} */
    public Topology topology() {
        return topology;
    }

    /** {@return what the connections do} */
    public Workload workload() {
        return workload;
    }

    /** {@return the name of the congestion control} */
    public String control() {
        return control;
    }

    /** {@return a number} */
    public long get(Parameter parameter) {
        return numbers.getOrDefault(parameter, parameter.simplest());
    }

    /** {@return a number that fits 32 bits} */
    int number(Parameter parameter) {
        return Math.toIntExact(get(parameter));
    }

    boolean isOn(Parameter parameter) {
        return get(parameter) != 0;
    }

    /** {@return a number of parts in a million as a probability} */
    double probability(Parameter parameter) {
        return get(parameter) / 1e6;
    }

    /** {@return a number of microseconds in nanoseconds} */
    long nanoseconds(Parameter parameter) {
        return get(parameter) * 1000;
    }

    /**
     * {@return the same with another number}
     *
     * @throws IllegalArgumentException if it is out of range
     */
    public Scenario with(Parameter parameter, long value) {
        if (value < parameter.least() || value > parameter.most()) {
            throw new IllegalArgumentException(
                    "%s cannot be %d; expected %d to %d"
                            .formatted(
                                    parameter.text(), value, parameter.least(), parameter.most()));
        }
        Map<Parameter, Long> copy = new EnumMap<>(Parameter.class);
        copy.putAll(numbers);
        if (value == parameter.simplest()) {
            copy.remove(parameter);
        } else {
            copy.put(parameter, value);
        }
        return new Scenario(seed, topology, workload, control, copy);
    }

    /** {@return the same from another seed} */
    public Scenario with(long otherSeed) {
        return new Scenario(otherSeed, topology, workload, control, numbers);
    }

    /** {@return the same with another topology} */
    public Scenario with(Topology other) {
        return new Scenario(seed, other, workload, control, numbers);
    }

    /** {@return the same with another workload} */
    public Scenario with(Workload other) {
        return new Scenario(seed, topology, other, control, numbers);
    }

    /**
     * {@return the same with another congestion control}
     *
     * @param name as {@link CongestionControls} knows it
     */
    public Scenario withControl(String name) {
        return new Scenario(seed, topology, workload, name, numbers);
    }

    // Text.

    /**
     * {@return the scenario that a text describes} What it does not say is as in {@link #of} with seed 0.
     *
     * @param text words of the form {@code name=value}, as {@link #toString} writes them
     * @throws IllegalArgumentException if a word is not understood; the message names it
     */
    public static Scenario parse(String text) {
        Scenario scenario = of(0);
        for (String word : text.strip().split("\\s+", -1)) {
            int sign = word.indexOf('=');
            if (sign < 1) {
                throw new IllegalArgumentException(
                        "\"%s\" is no part of a scenario; expected name=value".formatted(word));
            }
            scenario = scenario.with(word.substring(0, sign), word.substring(sign + 1));
        }
        return scenario;
    }

    private Scenario with(String name, String value) {
        return switch (name) {
            case "seed" -> with(number(value, Scenario::seedOf));
            case "topology" -> with(oneOf(Topology.values(), value));
            case "workload" -> with(oneOf(Workload.values(), value));
            case "control" -> withControl(value);
            default -> with(parameter(name), number(value, Long::parseLong));
        };
    }

    private static long seedOf(String text) {
        return text.startsWith("0x")
                ? Long.parseUnsignedLong(text.substring(2), 16)
                : Long.parseLong(text);
    }

    private static long number(String text, Function<String, Long> reader) {
        try {
            return reader.apply(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "\"%s\" is no number; expected one such as 7".formatted(text), e);
        }
    }

    private static <E extends Enum<E>> E oneOf(E[] values, String text) {
        for (E value : values) {
            if (lowerCase(value).equals(text)) {
                return value;
            }
        }
        throw new IllegalArgumentException(
                "there is no \"%s\"; expected one of %s"
                        .formatted(text, Arrays.stream(values).map(Scenario::lowerCase).toList()));
    }

    private static String lowerCase(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static Parameter parameter(String name) {
        for (Parameter parameter : Parameter.values()) {
            if (parameter.text().equals(name)) {
                return parameter;
            }
        }
        throw new IllegalArgumentException(
                "a scenario has no \"%s\"; expected seed, topology, workload, control or one of %s"
                        .formatted(
                                name,
                                Arrays.stream(Parameter.values()).map(Parameter::text).toList()));
    }

    /** {@return the text that {@link #parse} makes the same scenario of} */
    @Override
    public String toString() {
        List<String> words = new ArrayList<>();
        words.add("seed=0x" + Long.toHexString(seed));
        words.add("topology=" + lowerCase(topology));
        words.add("workload=" + lowerCase(workload));
        words.add("control=" + control);
        numbers.forEach((parameter, value) -> words.add(parameter.text() + "=" + value));
        return String.join(" ", words);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Scenario scenario
                && seed == scenario.seed
                && topology == scenario.topology
                && workload == scenario.workload
                && control.equals(scenario.control)
                && numbers.equals(scenario.numbers);
    }

    @Override
    public int hashCode() {
        return Objects.hash(seed, topology, workload, control, numbers);
    }
}
