package onload.testkit.script.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** As much of Python as scripts use. */
class PythonTest {
    private static final Python PYTHON =
            new Python(name ->
                    switch (name) {
                        case "ten" -> 10;
                        case "zero" -> 0;
                        default -> throw new IllegalArgumentException("no " + name);
                    });

    @ParameterizedTest
    @ValueSource(
            strings = {
                "assert ten == 10",
                "assert ten != 9 and ten > 9",
                "assert 9 <= ten <= 11",
                "assert not zero",
                "assert zero or ten",
                "assert (ten + 2) * 3 - 6 / 2 == 33, ten",
                "assert ten // 3 == 3 and ten % 3 == 1",
                "assert ten & 2 == 2 or True",
                "assert -ten < 0, 'ten is %d' % ten",
                "assert 0xA == ten",
                "assert abs(-ten) == max(1, ten)",
                "assert 1 << 3 == 8",
                "print(ten)",
            })
    void whatHoldsHolds(String line) {
        assertEquals("", PYTHON.run(line));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "assert ten == 9",
                "assert zero",
                "assert ten == 10 and zero",
                "assert not ten",
                "assert 9 < ten < 10",
                "assert ten > 10 or zero > 0"
            })
    void whatDoesNotHoldDoesNot(String line) {
        assertFalse(PYTHON.run(line).isEmpty());
    }

    @Test
    void whatDoesNotHoldIsToldWithTheValues() {
        assertEquals(
                "ten == zero does not hold: ten is 10, zero is 0",
                PYTHON.run("assert ten == zero"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ten = 3",
                "import os",
                "assert ten ==",
                "assert (ten",
                "assert ten 10",
                "assert ten == eleven",
                "assert ten ? 1",
                "assert [ten]",
                "assert ten / zero",
                "assert ten % zero == 0"
            })
    void whatIsNotUnderstoodIsAnError(String line) {
        assertTrue(
                assertThrows(IllegalArgumentException.class, () -> PYTHON.run(line)).getMessage()
                        != null);
    }
}
