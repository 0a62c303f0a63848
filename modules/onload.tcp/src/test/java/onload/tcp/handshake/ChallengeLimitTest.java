package onload.tcp.handshake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;

class ChallengeLimitTest {
    private static final long SECOND_NS = 1_000_000_000L;

    private static int inOneSecond(ChallengeLimit limit, long nowNs) {
        int count = 0;
        while (limit.take(nowNs + count % 1000)) {
            count++;
        }
        return count;
    }

    @Test
    void asManyAsWereSaidGoInASecondOnAverage() {
        ChallengeLimit limit = new ChallengeLimit(100, new SplittableRandom(1));
        long sum = 0;
        for (int second = 0; second < 10_000; second++) {
            sum += inOneSecond(limit, second * SECOND_NS);
        }
        assertEquals(100, sum / 10_000.0, 1);
    }

    @Test
    void theLimitOfEachSecondIsAnotherSoThatItCannotBeCountedDown() {
        ChallengeLimit limit = new ChallengeLimit(100, new SplittableRandom(1));
        Set<Integer> seen = new HashSet<>();
        for (int second = 0; second < 100; second++) {
            int count = inOneSecond(limit, second * SECOND_NS);
            assertTrue(count >= 50 && count < 150, () -> "challenges: " + count);
            seen.add(count);
        }
        assertTrue(seen.size() > 30, () -> "different limits: " + seen.size());
    }

    @Test
    void oneInASecondIsOne() {
        ChallengeLimit limit = new ChallengeLimit(1, new SplittableRandom(1));
        assertTrue(limit.take(0));
        assertFalse(limit.take(SECOND_NS - 1));
        assertTrue(limit.take(SECOND_NS));
        assertFalse(limit.take(SECOND_NS));
    }

    @Test
    void theSecondsGoOnWhereTheTimeIsNegativeOrWraps() {
        ChallengeLimit limit = new ChallengeLimit(1, new SplittableRandom(1));
        assertTrue(limit.take(Long.MAX_VALUE - 1));
        assertFalse(limit.take(Long.MIN_VALUE + 5));
        assertTrue(limit.take(Long.MIN_VALUE + SECOND_NS));
        ChallengeLimit early = new ChallengeLimit(1, new SplittableRandom(1));
        assertTrue(early.take(-2 * SECOND_NS));
        assertFalse(early.take(-SECOND_NS - 1));
        assertTrue(early.take(-SECOND_NS));
    }

    @Test
    void aConnectionChallengesTwiceInASecondAtMost() {
        assertTrue(ChallengeLimit.mayChallenge(Long.MIN_VALUE, Long.MIN_VALUE));
        assertTrue(ChallengeLimit.mayChallenge(Long.MIN_VALUE, 0));
        assertFalse(ChallengeLimit.mayChallenge(0, 0));
        assertFalse(ChallengeLimit.mayChallenge(0, SECOND_NS / 2 - 1));
        assertTrue(ChallengeLimit.mayChallenge(0, SECOND_NS / 2));
        assertFalse(ChallengeLimit.mayChallenge(Long.MAX_VALUE, Long.MIN_VALUE + 5));
    }
}
