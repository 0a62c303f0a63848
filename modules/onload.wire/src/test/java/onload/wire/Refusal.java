package onload.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.function.Executable;

/** Asserts what is said of a text, or of another argument, that is not accepted. */
final class Refusal {
    private Refusal() {}

    /**
     * Asserts that a call refuses its argument with a certain message.
     *
     * @param message the whole message
     * @param call what must throw
     */
    static void assertRefused(String message, Executable call) {
        assertEquals(
                message, assertThrows(IllegalArgumentException.class, call).getMessage(), message);
    }
}
