package onload.tcp.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.Property;

import org.junit.jupiter.api.Test;

import java.util.SplittableRandom;

/** RFC 6675, section 4, and against a model that keeps each number by itself. */
class SackScoreboardTest {
    private static final int MSS = 10;

    private final SackScoreboard board = new SackScoreboard();

    @Test
    void threeRangesAboveMeanALoss() {
        board.sacked(10, 12, 0, 100);
        board.sacked(20, 22, 0, 100);
        assertFalse(board.isLost(0, MSS));
        board.sacked(30, 32, 0, 100);
        assertTrue(board.isLost(0, MSS));
        assertFalse(board.isLost(15, MSS));
    }

    @Test
    void moreThanTwoSegmentsAboveMeanALoss() {
        board.sacked(10, 30, 0, 100);
        assertFalse(board.isLost(0, MSS));
        board.sacked(30, 31, 0, 100);
        assertTrue(board.isLost(0, MSS));
    }

    @Test
    void blocksOutsideOfWhatIsUnderWayAreInvalid() {
        assertEquals(SackScoreboard.INVALID, board.sacked(-1, 5, 0, 100));
        assertEquals(SackScoreboard.INVALID, board.sacked(5, 5, 0, 100));
        assertEquals(SackScoreboard.INVALID, board.sacked(6, 5, 0, 100));
        assertEquals(SackScoreboard.INVALID, board.sacked(90, 101, 0, 100));
        assertEquals(SackScoreboard.INVALID, board.sacked(5, 5 + Integer.MIN_VALUE, 0, 100));
        assertEquals(0, board.ranges());
    }

    @Test
    void ruleOneGoesBeforeRuleThreeAndTheRestIsNotSentAgain() {
        board.sacked(10, 20, 0, 100);
        board.sacked(30, 51, 0, 100);
        board.recoveryStarted(0, 100);
        assertEquals(SackScoreboard.RULE_1, board.next(0, 100, MSS));
        assertEquals(0, board.nextSequence());
        board.retransmitted(0, 10);
        assertEquals(SackScoreboard.RULE_1, board.next(0, 100, MSS));
        assertEquals(20, board.nextSequence());
        board.retransmitted(20, 30);
        assertEquals(SackScoreboard.NOTHING, board.next(0, 100, MSS));
    }

    @Test
    void aHoleThatIsNotLostIsRuleThree() {
        board.sacked(10, 20, 0, 100);
        board.recoveryStarted(0, 100);
        assertEquals(SackScoreboard.RULE_3, board.next(0, 100, MSS));
    }

    @Test
    void whatWasAcknowledgedIntoARangeAndTimesOutIsForgotten() {
        board.sacked(10, 20, 0, 100);
        board.acknowledged(15);
        assertEquals(5, board.sackedBytes());
        board.markAllLost(15, 100);
        assertEquals(0, board.sackedBytes());
        assertEquals(SackScoreboard.RULE_1, board.next(15, 100, MSS));
        assertEquals(15, board.nextSequence());
    }

    @Test
    void aTimeoutKeepsWhatThePeerHasAndEmptiesThePipe() {
        board.sacked(10, 20, 0, 100);
        board.markAllLost(0, 100);
        assertEquals(10, board.sackedBytes());
        assertEquals(0, board.pipe(0, 100, MSS));
        board.retransmitted(0, 10);
        assertEquals(10, board.pipe(0, 100, MSS));
        assertEquals(SackScoreboard.RULE_1, board.next(0, 100, MSS));
        assertEquals(20, board.nextSequence());
    }

    @Test
    void moreRangesThanThereIsRoomForAreForgotten() {
        for (int i = 0; i < 1000; i++) {
            board.sacked(10 + 10 * i, 12 + 10 * i, 0, 100_000);
        }
        assertEquals(2 * board.ranges(), board.sackedBytes());
    }

    @Test
    void anyBlocksAndAcknowledgmentsLeaveItAsTheModelAcrossTheWrapAround() {
        Property.forAll(
                300,
                seed -> {
                    SplittableRandom random = new SplittableRandom(seed.anyLong());
                    int size = 400;
                    int base = random.nextBoolean() ? -200 : Integer.MAX_VALUE - 200;
                    boolean[] has = new boolean[size];
                    int una = 0;
                    int resent = 0;
                    board.reset();
                    board.recoveryStarted(base, base + size);
                    for (int step = 0; step < 40; step++) {
                        int left = random.nextInt(una, size);
                        int right = Math.min(size, left + random.nextInt(1, 40));
                        int what = random.nextInt(8);
                        if (what == 0) {
                            una = Math.min(size - 1, una + random.nextInt(30));
                            board.acknowledged(base + una);
                        } else if (what == 1) {
                            resent = Math.max(resent, right);
                            board.retransmitted(base + left, base + right);
                        } else {
                            int news = 0;
                            for (int i = left; i < right; i++) {
                                news += has[i] ? 0 : 1;
                                has[i] = true;
                            }
                            int got =
                                    board.sacked(
                                            base + left, base + right, base + una, base + size);
                            assertEquals(news, got);
                        }
                        compare(has, base, una, resent);
                    }
                });
    }

    private void compare(boolean[] has, int base, int una, int resent) {
        int pipe = 0;
        int sacked = 0;
        int next = -1;
        for (int i = una; i < has.length; i++) {
            if (has[i]) {
                sacked++;
                continue;
            }
            boolean isLost = isLost(has, i);
            assertEquals(isLost, board.isLost(base + i, MSS), () -> board.toString());
            pipe += (isLost ? 0 : 1) + (i < resent ? 1 : 0);
            if (isLost && i >= resent && next < 0) {
                next = i;
            }
        }
        assertEquals(sacked, board.sackedBytes());
        assertEquals(pipe, board.pipe(base + una, base + has.length, MSS));
        boolean isRule1 = board.next(base + una, base + has.length, MSS) == SackScoreboard.RULE_1;
        assertEquals(next >= 0, isRule1);
        if (isRule1) {
            assertEquals(base + next, board.nextSequence());
        }
    }

    private static boolean isLost(boolean[] has, int number) {
        int ranges = 0;
        int bytes = 0;
        for (int i = number + 1; i < has.length; i++) {
            bytes += has[i] ? 1 : 0;
            ranges += has[i] && !has[i - 1] ? 1 : 0;
        }
        return ranges >= 3 || bytes > 2 * MSS;
    }
}
