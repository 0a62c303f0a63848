package onload.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class VirtualClockTest {
    private final VirtualClock clock = new VirtualClock();

    @Test
    void itStandsStillUntilItIsMoved() {
        assertEquals(VirtualClock.START_NS, clock.nowNs());
        assertEquals(clock.nowNs(), clock.nanoTime());
        assertEquals(VirtualClock.START_NS + 5, clock.advance(5));
        assertEquals(VirtualClock.START_NS + 5, clock.nowNs());
    }

    @Test
    void itNeverRunsBackwards() {
        clock.advanceTo(VirtualClock.START_NS + 9);
        assertEquals(VirtualClock.START_NS + 9, clock.advanceTo(0));
        assertThrows(IllegalArgumentException.class, () -> clock.advance(-1));
    }
}
