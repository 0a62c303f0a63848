package onload.testkit.tcp;

import java.util.Locale;

/**
 * Runs simulations from seeds until so many connections were simulated, and says how long it took. A failure is shrunk
 * and printed.
 *
 * <pre>java … onload.testkit.tcp.LongRun CONNECTIONS [FIRST-SEED [short|any]]</pre>
 */
final class LongRun {
    private static final int CONNECTIONS_PER_SEED = 2000;
    private static final int ANY_PER_SEED = 300;

    private LongRun() {}

    public static void main(String[] arguments) {
        long wanted = arguments.length > 0 ? Long.parseLong(arguments[0]) : 1_000_000;
        long seed = arguments.length > 1 ? Long.decode(arguments[1]) : 1;
        boolean isShort = arguments.length < 3 || arguments[2].equals("short");
        long connections = 0;
        long segments = 0;
        double virtualSeconds = 0;
        long failures = 0;
        long beginNs = System.nanoTime();
        long reportNs = beginNs;
        while (connections < wanted) {
            Scenario scenario =
                    isShort
                            ? Scenarios.drawShort(seed, CONNECTIONS_PER_SEED)
                            : Scenarios.draw(seed, ANY_PER_SEED);
            seed++;
            long startNs = System.nanoTime();
            try {
                Outcome outcome = Simulation.run(scenario);
                segments += outcome.segments();
                virtualSeconds += outcome.durationNs() / 1e9;
            } catch (AssertionError failure) {
                failures++;
                report(scenario, failure);
            }
            connections += scenario.get(Parameter.CONNECTIONS);
            long nowNs = System.nanoTime();
            if (nowNs - startNs > 5_000_000_000L) {
                System.out.printf(
                        Locale.ROOT, "slow, %.1f s: %s%n", (nowNs - startNs) / 1e9, scenario);
            }
            if (nowNs - reportNs > 10_000_000_000L || connections >= wanted) {
                reportNs = nowNs;
                double seconds = (nowNs - beginNs) / 1e9;
                System.out.printf(
                        Locale.ROOT,
                        "%d connections, %d segments, %.0f virtual s, next seed %d, %d failures,"
                                + " %.1f s: %.0f connections/s%n",
                        connections,
                        segments,
                        virtualSeconds,
                        seed,
                        failures,
                        seconds,
                        connections / seconds);
            }
        }
        if (failures > 0) {
            System.exit(1);
        }
    }

    private static void report(Scenario scenario, AssertionError failure) {
        System.out.println(failure.getMessage());
        if (!(failure.getCause() instanceof Violation)) {
            failure.printStackTrace(System.out);
        }
        Scenario smallest = new Shrinker(LongRun::fails).shrink(scenario);
        System.out.println("shrunk: " + smallest);
        try {
            Simulation.run(smallest);
        } catch (AssertionError smaller) {
            System.out.println(smaller.getMessage());
        }
    }

    static boolean fails(Scenario scenario) {
        try {
            Simulation.run(scenario);
            return false;
        } catch (AssertionError _) {
            return true;
        }
    }
}
