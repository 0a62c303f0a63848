package onload.ip.icmp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class IcmpOptionsTest {
    private static final IcmpOptions DEFAULT = IcmpOptions.DEFAULT;

    @Test
    void aRateThatCannotBeIsRefusedInOneLine() {
        assertRefused(
                () -> DEFAULT.withErrors(-1, 1),
                "errorsPerSecond of ICMP cannot be -1; expected 0 to 1000000000");
    }

    @Test
    void everyNumberHasItsLimits() {
        assertRefused(() -> DEFAULT.withErrors(1_000_000_001, 1), "errorsPerSecond");
        assertRefused(() -> DEFAULT.withErrors(1, 0), "errorBurst");
        assertRefused(() -> DEFAULT.withDestinationErrors(0, 1, 1), "destinationErrorsPerSecond");
        assertRefused(() -> DEFAULT.withDestinationErrors(1, -1, 1), "destinationErrorBurst");
        assertRefused(() -> DEFAULT.withDestinationErrors(1, 1, 0), "destinations");
        assertRefused(() -> DEFAULT.withDestinationErrors(1, 1, 65_537), "destinations");
        assertRefused(() -> DEFAULT.withEchoReplies(-1, 1), "echoRepliesPerSecond");
        assertRefused(() -> DEFAULT.withEchoReplies(1, 0), "echoBurst");
    }

    @Test
    void eachWithChangesWhatItNamesAndNothingElse() {
        IcmpOptions options =
                DEFAULT.withErrors(1, 2)
                        .withDestinationErrors(3, 4, 5)
                        .withEchoReplies(6, 7)
                        .withGroupEcho(true, false);
        assertEquals(new IcmpOptions(1, 2, 3, 4, 5, 6, 7, true, false), options);
    }

    private static void assertRefused(Executable making, String beginning) {
        Exception refusal = assertThrows(IllegalArgumentException.class, making);
        String message = String.valueOf(refusal.getMessage());
        assertTrue(message.startsWith(beginning), message);
    }
}
