package onload.testkit.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Simulations of a few topologies, in which every invariant holds. */
class SimulationTest {
    @Test
    void aShortConnectionOverAPerfectCable() {
        Outcome outcome = Simulation.run(Scenario.of(1).with(Parameter.BYTES, 100));
        assertEquals(1, outcome.connections());
    }

    @Test
    void aDumbbellWithLoss() {
        Outcome outcome =
                Simulation.run(
                        Scenario.of(2)
                                .with(Topology.DUMBBELL)
                                .with(Workload.MIXED)
                                .with(Parameter.PAIRS, 4)
                                .with(Parameter.CONNECTIONS, 200)
                                .with(Parameter.CONCURRENT, 20)
                                .with(Parameter.BYTES, 100_000)
                                .with(Parameter.DELAY_US, 10_000)
                                .with(Parameter.KILOBITS, 10_000)
                                .with(Parameter.QUEUE, 50)
                                .with(Parameter.LOSS_PPM, 10_000));
        assertEquals(200, outcome.connections());
    }
}
