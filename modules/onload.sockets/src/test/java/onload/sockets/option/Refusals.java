package onload.sockets.option;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.function.Executable;

/** What all refusals have in common. */
final class Refusals {
    private static final int LONGEST = 600;

    private Refusals() {}

    /** {@return the message, after a look that it is one short line that says what was expected} */
    static String of(Executable wrong) {
        String message =
                String.valueOf(assertThrows(IllegalArgumentException.class, wrong).getMessage());
        assertTrue(message.lines().count() == 1, message);
        assertTrue(message.chars().noneMatch(Character::isISOControl), message);
        assertTrue(message.length() < LONGEST, message);
        assertTrue(message.contains("expected "), message);
        return message;
    }
}
