package onload.testkit.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Failing scenarios become smaller while they still fail. */
class ShrinkerTest {
    private static final Scenario LARGE =
            Scenario.of(1)
                    .with(Topology.CHAIN)
                    .with(Workload.MIXED)
                    .with(Parameter.CONNECTIONS, 1000)
                    .with(Parameter.BYTES, 64_000)
                    .with(Parameter.QUEUE, 3)
                    .with(Parameter.LOSS_PPM, 100_000)
                    .with(Parameter.SACK, 0);

    @Test
    void whatDoesNotMatterGoes() {
        Scenario shrunk = new Shrinker(scenario -> true).shrink(LARGE);
        assertEquals("seed=0x1 topology=direct workload=bulk", words(shrunk, 3));
        for (Parameter parameter : Parameter.values()) {
            assertEquals(parameter.simplest(), shrunk.get(parameter), parameter.text());
        }
    }

    private static String words(Scenario scenario, int count) {
        return String.join(
                " ", java.util.List.of(scenario.toString().split(" ", -1)).subList(0, count));
    }

    @Test
    void whatMattersStaysAndComesNearItsThreshold() {
        Shrinker shrinker =
                new Shrinker(s ->
                        s.get(Parameter.CONNECTIONS) >= 100
                                && s.get(Parameter.LOSS_PPM) > 0
                                && s.topology() == Topology.CHAIN);
        Scenario shrunk = shrinker.shrink(LARGE);
        long connections = shrunk.get(Parameter.CONNECTIONS);
        assertTrue(connections >= 100 && connections <= 110, () -> shrunk.toString());
        assertEquals(1, shrunk.get(Parameter.LOSS_PPM));
        assertEquals(Topology.CHAIN, shrunk.topology());
        assertEquals(1, shrunk.get(Parameter.SACK));
        assertEquals(Parameter.BYTES.simplest(), shrunk.get(Parameter.BYTES));
    }

    @Test
    void theNumberOfRunsIsBounded() {
        int[] runs = {0};
        Shrinker shrinker =
                new Shrinker(s -> {
                    runs[0]++;
                    return s.get(Parameter.BYTES) % 2 == 0;
                });
        shrinker.shrink(LARGE);
        assertTrue(runs[0] <= 300, () -> "runs " + runs[0]);
    }
}
