package onload.testkit.tcp;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Small parts of the invariants. */
class InvariantsTest {
    private static Outcome outcome(long payload, long wire) {
        return new Outcome(1, payload, wire, 0, 0, 0, 0);
    }

    @Test
    void aStormOfRetransmissionsIsCaught() {
        Scenario clean = Scenario.of(1);
        assertDoesNotThrow(() -> Economy.check(clean, outcome(1_000_000, 3_000_000)));
        assertThrows(Violation.class, () -> Economy.check(clean, outcome(1_000_000, 3_100_000)));
        Scenario lossy = clean.with(Parameter.LOSS_PPM, 100_000);
        assertDoesNotThrow(() -> Economy.check(lossy, outcome(1_000_000, 4_000_000)));
        assertThrows(Violation.class, () -> Economy.check(lossy, outcome(1_000_000, 6_000_000)));
    }

    @Test
    void aWrongByteIsFoundWhereverItIs() {
        Pattern pattern = new Pattern();
        int length = 1000;
        for (int at : new int[] {0, 1, 500, 999}) {
            copy(pattern, 9, 65_000, length);
            assertEquals(-1, pattern.mismatch(9, 65_000, length));
            pattern.scratch.putByte(at, (byte) (pattern.scratch.getByte(at) + 1));
            assertEquals(at, pattern.mismatch(9, 65_000, length));
        }
    }

    @Test
    void bytesOfAnotherStreamOrPlaceAreFound() {
        Pattern pattern = new Pattern();
        copy(pattern, 9, 0, 100);
        assertTrue(pattern.mismatch(8, 0, 100) >= 0);
        assertTrue(pattern.mismatch(9, 1, 100) >= 0);
        assertTrue(pattern.mismatch(9, 1L << 32, 100) >= 0);
    }

    private static void copy(Pattern pattern, long stream, long offset, int length) {
        pattern.buffer.getBytes(Pattern.index(stream, offset), pattern.scratch, 0, length);
    }

    @Test
    void aServerMayAnswerWhatItHasReceived() {
        Conversation conversation =
                new Conversation(1, 3, 10, 100, false, 0, 0, 100, Conversation.Ending.CLIENT, true);
        assertEquals(30, conversation.total(true));
        assertEquals(10, conversation.allowed(true, 0));
        assertEquals(10, conversation.allowed(true, 99));
        assertEquals(20, conversation.allowed(true, 100));
        assertEquals(30, conversation.allowed(true, 300));
        assertEquals(0, conversation.allowed(false, 9));
        assertEquals(100, conversation.allowed(false, 10));
        assertEquals(300, conversation.allowed(false, 30));
    }

    @Test
    void whatHappensAtOneTimeHappensInTheOrderInWhichItWasAskedFor() {
        try (SimulatedNetwork network = new SimulatedNetwork(1)) {
            StringBuilder order = new StringBuilder();
            network.after(5, now -> order.append('b'));
            network.after(3, now -> order.append('a'));
            network.after(5, now -> order.append('c'));
            network.run(4);
            assertEquals("a", order.toString());
            network.run(1);
            assertEquals("abc", order.toString());
        }
    }
}
