package onload.tcp.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** RFC 8985, section 6.2, step 4. */
class ReorderingWindowTest {
    private static final long MS = 1_000_000;

    @Test
    void isAQuarterOfTheSmallestRoundTrip() {
        assertEquals(10 * MS, ReorderingWindow.of(1, 40 * MS, 50 * MS));
        assertEquals(30 * MS, ReorderingWindow.of(3, 40 * MS, 50 * MS));
    }

    @Test
    void isOneSmoothedRoundTripAtMost() {
        assertEquals(50 * MS, ReorderingWindow.of(ReorderingWindow.MOST, 40 * MS, 50 * MS));
    }

    @Test
    void isNotLessThanWhatBatchesMakeOfIt() {
        assertEquals(ReorderingWindow.LEAST_NS, ReorderingWindow.of(1, 0, 0));
    }
}
