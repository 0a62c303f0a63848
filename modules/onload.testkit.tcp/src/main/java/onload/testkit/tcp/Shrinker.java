package onload.testkit.tcp;

import onload.tcp.congestion.CongestionControls;

import java.util.function.Predicate;

/**
 * Makes a scenario that fails smaller while it still fails: fewer connections, fewer bytes, fewer impairments. An
 * algorithm; what failing means is the caller's.
 */
public final class Shrinker {
    private static final int MOST_RUNS = 300;

    private final Predicate<Scenario> fails;
    private int runs;

    /**
     * Makes a shrinker.
     *
     * @param fails whether a scenario fails
     */
    public Shrinker(Predicate<Scenario> fails) {
        this.fails = fails;
    }

    /** {@return a scenario that fails, and none of whose neighbours towards simplicity does, as far as was tried} */
    public Scenario shrink(Scenario failing) {
        Scenario best = failing;
        Scenario before;
        do {
            before = best;
            best = simplerShape(best);
            for (Parameter parameter : Parameter.values()) {
                best = simplerNumber(best, parameter);
            }
        } while (!best.equals(before) && runs < MOST_RUNS);
        return best;
    }

    private Scenario simplerShape(Scenario scenario) {
        Scenario best = scenario;
        String control = CongestionControls.DEFAULT;
        if (!best.control().equals(control) && stillFails(best.withControl(control))) {
            best = best.withControl(control);
        }
        for (Topology topology : Topology.values()) {
            if (topology.compareTo(best.topology()) < 0 && stillFails(best.with(topology))) {
                best = best.with(topology);
            }
        }
        for (Workload workload : Workload.values()) {
            if (best.workload() == Workload.MIXED && stillFails(best.with(workload))) {
                best = best.with(workload);
            }
        }
        return best;
    }

    private Scenario simplerNumber(Scenario scenario, Parameter parameter) {
        Scenario best = scenario;
        long simplest = parameter.simplest();
        if (best.get(parameter) == simplest) {
            return best;
        }
        if (stillFails(best.with(parameter, simplest))) {
            return best.with(parameter, simplest);
        }
        // Between a value that passes and one that fails: towards the former by halves.
        long passes = simplest;
        long value = best.get(parameter);
        while (Math.abs(value - passes) > Math.max(1, Math.abs(value) / 16)) {
            long middle = passes + (value - passes) / 2;
            if (stillFails(best.with(parameter, middle))) {
                value = middle;
                best = best.with(parameter, middle);
            } else {
                passes = middle;
            }
        }
        return best;
    }

    private boolean stillFails(Scenario scenario) {
        return runs++ < MOST_RUNS && fails.test(scenario);
    }

    /** {@return how many scenarios were tried} */
    public int runs() {
        return runs;
    }
}
