package onload.stress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

class RacesTest {
    private static final Path FOLDER = Path.of("target", "jcstress");

    @BeforeEach
    void thereAreTwoCores() {
        assumeTrue(
                Runtime.getRuntime().availableProcessors() >= 2,
                "two threads do not race on one core");
    }

    @Test
    void noRaceHasAForbiddenResult() throws Exception {
        Map<String, String> verdicts =
                new Races(Form.asked(), FOLDER.resolve("races")).run("onload.stress.races");
        assertFalse(verdicts.isEmpty());
        verdicts.values().removeIf(String::isEmpty);
        assertEquals(Map.of(), verdicts);
    }

    @Test
    void whatIsBrokenIsFound() throws Exception {
        Map<String, String> verdicts =
                new Races(Form.SHORT, FOLDER.resolve("broken")).run("onload.stress.broken");
        assertEquals(
                Set.of(
                        "BrokenRaces.LookingThenLocking",
                        "BrokenRaces.Forgetting",
                        "BrokenRaces.NotFenced",
                        "BrokenRaces.Throwing"),
                verdicts.keySet());
        verdicts.forEach((race, verdict) -> {
            String expected = race.endsWith("Throwing") ? "TEST_ERROR" : "forbidden state";
            assertTrue(verdict.contains(expected), race + ": " + verdict);
        });
    }
}
