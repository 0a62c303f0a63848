package onload.tcp.handshake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.AllocatedBytes;

import org.junit.jupiter.api.Test;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;

class InitialSequenceNumbersTest {
    private final InitialSequenceNumbers numbers =
            new InitialSequenceNumbers(new SplittableRandom(1));

    private int next(int ports, long nowNs) {
        return numbers.next(1, 2, 3, 4, ports, nowNs);
    }

    @Test
    void theClockOfATupleGoesUpOncePerFourMicroseconds() {
        int first = next(5, 0);
        assertEquals(first, next(5, 4095));
        assertEquals(first + 1, next(5, 4096));
        assertEquals(first + 1_000_000, next(5, 4_096_000_000L));
    }

    @Test
    void theClockCyclesInMoreThanFourAndAHalfHours() {
        long cycleNs = 1L << (32 + 12);
        assertEquals(next(5, 77), next(5, 77 + cycleNs));
        assertTrue(cycleNs > 4.5 * 3600 * 1e9);
    }

    @Test
    void theClockGoesOnWhereTheTimeIsNegativeOrWraps() {
        assertEquals(1, next(5, 0) - next(5, -1));
        assertEquals(1, next(5, -4096) - next(5, -4097));
        assertEquals(1, next(5, Long.MIN_VALUE) - next(5, Long.MAX_VALUE));
    }

    @Test
    void eachPartOfTheTupleCounts() {
        Set<Integer> seen = new HashSet<>();
        for (int bit = 0; bit < 64; bit++) {
            long one = 1L << bit;
            seen.add(numbers.next(one, 0, 0, 0, 0, 0));
            seen.add(numbers.next(0, one, 0, 0, 0, 0));
            seen.add(numbers.next(0, 0, one, 0, 0, 0));
            seen.add(numbers.next(0, 0, 0, one, 0, 0));
        }
        for (int bit = 0; bit < 32; bit++) {
            seen.add(numbers.next(0, 0, 0, 0, 1 << bit, 0));
        }
        assertEquals(4 * 64 + 32, seen.size());
    }

    @Test
    void theSecretCounts() {
        InitialSequenceNumbers others = new InitialSequenceNumbers(new SplittableRandom(2));
        assertNotEquals(next(5, 0), others.next(1, 2, 3, 4, 5, 0));
        assertNotEquals(
                numbers.timestampOffset(1, 2, 3, 4, 5), others.timestampOffset(1, 2, 3, 4, 5));
    }

    @Test
    void theOffsetOfTimestampsIsTheSameForATupleAndTellsNothingOfTheSequenceNumber() {
        int offset = numbers.timestampOffset(1, 2, 3, 4, 5);
        assertEquals(offset, numbers.timestampOffset(1, 2, 3, 4, 5));
        assertNotEquals(offset, numbers.timestampOffset(1, 2, 3, 4, 6));
        assertNotEquals(offset, next(5, 0));
    }

    @Test
    void nothingIsAllocated() {
        assertEquals(0, AllocatedBytes.perRun(20_000, 1000, () -> next(5, 4096)));
    }
}
