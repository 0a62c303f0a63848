package onload.testkit.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.Property;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Scenarios as text and back. */
class ScenarioTest {
    @Test
    void textSaysAllOfAScenario() {
        Property.forAll(
                1000,
                random -> {
                    Scenario scenario = Scenarios.draw(random.anyLong(), random.between(1, 1000));
                    assertEquals(scenario, Scenario.parse(scenario.toString()));
                    assertEquals(
                            scenario.hashCode(), Scenario.parse(scenario.toString()).hashCode());
                });
    }

    @Test
    void whatTextDoesNotSayIsSimple() {
        Scenario scenario = Scenario.parse("seed=7 lossPpm=20");
        assertEquals(7, scenario.seed());
        assertEquals(20, scenario.get(Parameter.LOSS_PPM));
        assertEquals(1, scenario.get(Parameter.CONNECTIONS));
        assertEquals(Topology.DIRECT, scenario.topology());
    }

    @ParameterizedTest
    @CsvSource({
        "lossPpm,expected name=value",
        "=3,expected name=value",
        "loss=3,expected seed",
        "lossPpm=x,is no number",
        "lossPpm=-1,expected 0 to 1000000",
        "topology=ring,expected one of [direct",
        "seed=0x,is no number"
    })
    void wrongWordsAreNamed(String text, String expected) {
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> Scenario.parse(text));
        assertTrue(String.valueOf(refused.getMessage()).contains(expected), refused::getMessage);
    }

    @Test
    void drawsDifferAndReplay() {
        assertEquals(Scenarios.draw(5, 10), Scenarios.draw(5, 10));
        assertTrue(!Scenarios.draw(5, 10).equals(Scenarios.draw(6, 10)));
    }
}
