package onload.testkit.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.Property;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.List;

/**
 * Whole networks in which every invariant holds. Some thousand connections in each build; {@code
 * -Donload.scale=1000} makes it millions.
 */
class SimulationTest {
    private static final Scenario BUSY =
            Scenario.of(2)
                    .with(Topology.DUMBBELL)
                    .with(Workload.MIXED)
                    .with(Parameter.PAIRS, 4)
                    .with(Parameter.CONNECTIONS, 100)
                    .with(Parameter.CONCURRENT, 20)
                    .with(Parameter.BYTES, 50_000)
                    .with(Parameter.DELAY_US, 10_000)
                    .with(Parameter.KILOBITS, 10_000)
                    .with(Parameter.QUEUE, 50)
                    .with(Parameter.LOSS_PPM, 10_000);

    private static final class Failing {
        private Failing() {}

        /** Fails with the smallest scenario that does, too. */
        static void run(Scenario scenario) {
            try {
                Simulation.run(scenario);
            } catch (AssertionError failure) {
                Scenario smallest = new Shrinker(LongRun::fails).shrink(scenario);
                throw new AssertionError(failure.getMessage() + "\nshrunk: " + smallest, failure);
            }
        }
    }

    @Test
    void manyShortConnectionsOverAnyNetwork() {
        Property.forAll(30, random -> Failing.run(Scenarios.drawShort(random.anyLong(), 200)));
    }

    @Test
    void conversationsOfAllKindsOverAnyNetwork() {
        Property.forAll(
                90, random -> Failing.run(Scenarios.draw(random.anyLong(), random.between(1, 40))));
    }

    @ParameterizedTest
    @EnumSource
    void everyTopologyCarriesAllConnections(Topology topology) {
        Outcome outcome = Simulation.run(BUSY.with(topology));
        assertEquals(100, outcome.connections());
        assertTrue(outcome.wirePayloadBytes() >= outcome.payloadBytes());
        assertTrue(outcome.inspections() > 200, () -> outcome.toString());
    }

    @ParameterizedTest
    @EnumSource
    void everyWorkloadIsHeldToItsEnd(Workload workload) {
        assertEquals(100, Simulation.run(BUSY.with(workload)).connections());
    }

    @ParameterizedTest
    @MethodSource("controls")
    void everyCongestionControlCarriesAllConnections(String control) {
        assertEquals(100, Simulation.run(BUSY.withControl(control)).connections());
    }

    static List<String> controls() {
        return Scenarios.controls();
    }

    @Test
    void manyHostsSendToOne() {
        Outcome outcome =
                Simulation.run(
                        Scenario.of(3)
                                .with(Topology.INCAST)
                                .with(Workload.BULK)
                                .with(Parameter.PAIRS, 64)
                                .with(Parameter.CONNECTIONS, 128)
                                .with(Parameter.CONCURRENT, 128)
                                .with(Parameter.BYTES, 20_000)
                                .with(Parameter.KILOBITS, 1_000_000)
                                .with(Parameter.DELAY_US, 50)
                                .with(Parameter.QUEUE, 64));
        assertEquals(128, outcome.connections());
    }

    @Test
    void aThousandConnectionsAtOnce() {
        Outcome outcome =
                Simulation.run(
                        BUSY.with(Workload.SHORT)
                                .with(Parameter.CONNECTIONS, 1500)
                                .with(Parameter.CONCURRENT, 1000));
        assertEquals(1500, outcome.connections());
    }

    @Test
    void theSameScenarioHasTheSameOutcome() {
        Outcome outcome = Simulation.run(BUSY);
        assertEquals(outcome, Simulation.run(Scenario.parse(BUSY.toString())));
        assertNotEquals(outcome, Simulation.run(BUSY.with(77)));
    }

    @Test
    void lossCostsMoreThanThePayload() {
        Scenario quiet = BUSY.with(Parameter.QUEUE, 100_000).with(Parameter.CONCURRENT, 2);
        Outcome clean = Simulation.run(quiet.with(Parameter.LOSS_PPM, 0));
        Outcome lossy = Simulation.run(quiet.with(Parameter.LOSS_PPM, 100_000));
        // Without loss there may be a probe for a loss at the end (RFC 8985, section 7).
        assertTrue(clean.wirePayloadBytes() < 1.01 * clean.payloadBytes(), clean::toString);
        assertTrue(lossy.wirePayloadBytes() > 1.05 * lossy.payloadBytes(), lossy::toString);
    }

    @Test
    void aCableThatLosesEverythingIsFoundOut() {
        AssertionError failure =
                assertThrows(
                        AssertionError.class,
                        () -> Simulation.run(Scenario.of(1).with(Parameter.LOSS_PPM, 1_000_000)));
        assertInstanceOf(Violation.class, failure.getCause());
        assertTrue(
                String.valueOf(failure.getMessage()).contains("replay with: seed=0x1 "),
                failure::getMessage);
    }

    @Test
    void aBufferThatIsNotHomeIsFoundOut() {
        SimulatedNetwork network = new SimulatedNetwork(1);
        SimulatedHost host =
                network.addHost(new HostSettings(Stage.tcp(BUSY), 64, 16, 1500, false, 0));
        host.pool().allocate(onload.nic.packet.PacketPool.SEND);
        Violation violation = assertThrows(Violation.class, network::close);
        assertTrue(
                String.valueOf(violation.getMessage()).contains("1 of 64"), violation::getMessage);
    }
}
