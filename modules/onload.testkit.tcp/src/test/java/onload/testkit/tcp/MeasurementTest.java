package onload.testkit.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;

/** Goodput and fairness on virtual time, and the arithmetic of what can be expected. */
class MeasurementTest {
    private static final long SECOND_NS = 1_000_000_000L;

    static List<String> controls() {
        return Scenarios.controls();
    }

    @ParameterizedTest
    @MethodSource("controls")
    void aFlowThatIsAloneFillsACleanLink(String control) {
        Scenario scenario = Measurement.scenario(1, 20_000, 20_000, 40);
        Measured measured =
                Measurement.run(scenario, List.of(control), 0, 2 * SECOND_NS, 8 * SECOND_NS, 10);
        double share = measured.goodput() / Measurement.bound(scenario);
        assertTrue(share >= 0.95 && share <= 1, () -> control + " has " + share);
    }

    /** The defaults of programs, on a way whose window is more than a thousand segments. */
    @ParameterizedTest
    @CsvSource({"207", "826"})
    void aFlowThatIsAloneFillsALongLinkWithCubic(int queue) {
        Scenario scenario = Measurement.scenario(1, 100_000, 100_000, queue);
        Measured measured =
                Measurement.run(scenario, List.of("cubic"), 0, 5 * SECOND_NS, 10 * SECOND_NS, 10);
        double share = measured.goodput() / Measurement.bound(scenario);
        assertTrue(share >= 0.95 && share <= 1, () -> "it has " + share);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cubic", "newreno"})
    void whatSlowStartHasLostGoesAgainOnceAndNothingElseDoes(String control) {
        // Some thousand segments are under way when every second one begins to be lost.
        Scenario scenario = Measurement.scenario(1, 100_000, 100_000, 826);
        Measured measured = Measurement.run(scenario, List.of(control), 0, 0, 5 * SECOND_NS, 10);
        assertTrue(measured.drops() > 500, () -> measured.drops() + " were lost");
        assertEquals(measured.drops(), measured.resent());
    }

    @ParameterizedTest
    @ValueSource(strings = {"cubic", "newreno"})
    void aSenderThatLooksSeldomLosesByTheTimeThatItSleepsOnly(String control) {
        Scenario awake =
                Measurement.scenario(1, 100_000, 50_000, 420).with(Parameter.LOSS_PPM, 10_000);
        double alone = goodput(awake, control);
        double inBatches = goodput(awake.with(Parameter.CLIENTS_ASLEEP_US, 20_000), control);
        // A round trip takes a fifth longer, on average, and windows come in batches.
        assertTrue(inBatches > 0.7 * alone, () -> inBatches + " bit/s instead of " + alone);
    }

    private static double goodput(Scenario scenario, String control) {
        return Measurement.run(scenario, List.of(control), 0, 2 * SECOND_NS, 200 * SECOND_NS, 10)
                .goodput();
    }

    @ParameterizedTest
    @MethodSource("controls")
    void twoFlowsShareALink(String control) {
        Scenario scenario = Measurement.scenario(2, 20_000, 20_000, 40);
        Measured measured =
                Measurement.run(
                        scenario,
                        List.of(control),
                        SECOND_NS / 2,
                        10 * SECOND_NS,
                        40 * SECOND_NS,
                        10);
        assertTrue(measured.deviation() <= 0.1, () -> control + " has " + measured.goodputs());
        assertTrue(measured.fairness() > 0.99, () -> control + " has " + measured.goodputs());
    }

    @Test
    void theBoundIsTheRateLessTheHeaders() {
        Scenario scenario = Measurement.scenario(1, 100_000, 50_000, 100);
        assertEquals(100e6 * 1448 / 1514, Measurement.bound(scenario), 1);
        assertEquals(
                100e6 * 1440 / 1514,
                Measurement.bound(scenario.with(Parameter.TIMESTAMPS, 0).with(Parameter.IPV6, 1)),
                1);
    }

    @Test
    void theFormulaOfMathisIsAReference() {
        Scenario scenario =
                Measurement.scenario(1, 100_000, 50_000, 100).with(Parameter.LOSS_PPM, 10_000);
        assertEquals(1448 * 8 / 0.05 * 1.2247 / 0.1, Measurement.mathis(scenario), 1000);
        assertEquals(625_000, Measurement.bandwidthDelayBytes(scenario), 1);
    }

    @Test
    void fairnessIsOneForEqualSharesAndOneOverNForOneThatHasAll() {
        Measured equal = new Measured(List.of(5.0, 5.0), List.of(), 1, 0, 0, 0);
        assertEquals(1, equal.fairness(), 1e-9);
        assertEquals(0, equal.deviation(), 1e-9);
        Measured all = new Measured(List.of(0.0, 8.0), List.of(), 1, 0, 0, 0);
        assertEquals(0.5, all.fairness(), 1e-9);
        assertEquals(1, all.deviation(), 1e-9);
    }
}
