package onload.tcp.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.Property;

import org.junit.jupiter.api.Test;

import java.util.SplittableRandom;

/** RFC 2018, and against a model that keeps each number by itself. */
class SackRangesTest {
    private final SackRanges ranges = new SackRanges();

    @Test
    void blocksOutsideOfWhatIsUnderWayAreInvalid() {
        assertEquals(SackRanges.INVALID, ranges.sacked(-1, 5, 0, 100));
        assertEquals(SackRanges.INVALID, ranges.sacked(5, 5, 0, 100));
        assertEquals(SackRanges.INVALID, ranges.sacked(6, 5, 0, 100));
        assertEquals(SackRanges.INVALID, ranges.sacked(90, 101, 0, 100));
        assertEquals(SackRanges.INVALID, ranges.sacked(5, 5 + Integer.MIN_VALUE, 0, 100));
        assertEquals(0, ranges.ranges());
    }

    @Test
    void onlyWhatWasNotKnownIsNews() {
        ranges.sacked(20, 30, 0, 100);
        ranges.sacked(40, 50, 0, 100);
        assertEquals(3, ranges.sacked(10, 60, 0, 100));
        assertEquals(10, ranges.pieceLeft(0));
        assertEquals(20, ranges.pieceRight(0));
        assertEquals(30, ranges.pieceLeft(1));
        assertEquals(40, ranges.pieceRight(1));
        assertEquals(50, ranges.pieceLeft(2));
        assertEquals(60, ranges.pieceRight(2));
        assertEquals(0, ranges.sacked(10, 60, 0, 100));
        assertEquals(1, ranges.ranges());
    }

    @Test
    void aRangeIsCoveredOnlyAsAWhole() {
        ranges.sacked(10, 20, 0, 100);
        assertTrue(ranges.covers(10, 20));
        assertTrue(ranges.covers(12, 13));
        assertFalse(ranges.covers(9, 11));
        assertFalse(ranges.covers(19, 21));
        assertFalse(ranges.covers(20, 21));
    }

    @Test
    void whatIsAcknowledgedIsForgotten() {
        ranges.sacked(10, 20, 0, 100);
        ranges.acknowledged(15);
        assertEquals(5, ranges.sackedBytes());
        ranges.acknowledged(20);
        assertEquals(0, ranges.ranges());
    }

    @Test
    void moreRangesThanThereIsRoomForAreForgotten() {
        for (int i = 0; i < SackRanges.MAX_RANGES + 1000; i++) {
            ranges.sacked(10 + 10 * i, 12 + 10 * i, 0, 100_000);
        }
        assertEquals(2 * ranges.ranges(), ranges.sackedBytes());
        assertEquals(SackRanges.MAX_RANGES, ranges.ranges());
        ranges.reset();
        assertEquals(1, ranges.sacked(10, 12, 0, 100));
        assertEquals(1, ranges.ranges());
    }

    @Test
    void anyBlocksAndAcknowledgmentsLeaveThemAsTheModelAcrossTheWrapAround() {
        Property.forAll(
                300,
                seed -> {
                    SplittableRandom random = new SplittableRandom(seed.anyLong());
                    int size = 400;
                    int base = random.nextBoolean() ? -200 : Integer.MAX_VALUE - 200;
                    boolean[] has = new boolean[size];
                    int una = 0;
                    ranges.reset();
                    for (int step = 0; step < 40; step++) {
                        int left = random.nextInt(una, size);
                        int right = Math.min(size, left + random.nextInt(1, 40));
                        if (random.nextInt(8) == 0) {
                            una = Math.min(size - 1, una + random.nextInt(30));
                            ranges.acknowledged(base + una);
                        } else {
                            block(has, base, left, right, una);
                        }
                        compare(has, base, una);
                    }
                });
    }

    private void block(boolean[] has, int base, int left, int right, int una) {
        boolean[] before = has.clone();
        int pieces = ranges.sacked(base + left, base + right, base + una, base + has.length);
        int end = base + left;
        for (int i = 0; i < pieces; i++) {
            assertTrue(ranges.pieceLeft(i) - end >= 0, "pieces are in order");
            end = ranges.pieceRight(i);
            for (int at = ranges.pieceLeft(i); at - end < 0; at++) {
                assertFalse(before[at - base], "piece with " + at + " is no news");
                has[at - base] = true;
            }
        }
        for (int i = left; i < right; i++) {
            assertTrue(has[i], "news of " + i + " was left out");
        }
    }

    private void compare(boolean[] has, int base, int una) {
        int sacked = 0;
        for (int i = una; i < has.length; i++) {
            sacked += has[i] ? 1 : 0;
            assertEquals(has[i], ranges.covers(base + i, base + i + 1));
        }
        assertEquals(sacked, ranges.sackedBytes());
    }
}
