package onload.tcp.handshake;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.Property;

import org.junit.jupiter.api.Test;

import java.util.SplittableRandom;

class ChallengeBudgetTest {
    private static final long SECOND_NS = 1_000_000_000L;

    @Test
    void lessThanOneInASecondIsRefused() {
        SplittableRandom random = new SplittableRandom(1);
        for (int perSecond : new int[] {0, -1, Integer.MIN_VALUE}) {
            IllegalArgumentException refused =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> new ChallengeLimit(perSecond, random));
            String message = String.valueOf(refused.getMessage());
            assertTrue(message.contains(Integer.toString(perSecond)), message);
        }
    }

    @Test
    void floodGetsNoMoreThanOneAndAHalfTimesTheLimitInASecondAtAnyRate() {
        Property.forAll(
                200,
                random -> {
                    int perSecond = random.between(1, 1000);
                    ChallengeLimit limit =
                            new ChallengeLimit(perSecond, new SplittableRandom(random.seed()));
                    long nowNs = random.anyLong() >> 1;
                    long endNs = nowNs + 10 * SECOND_NS;
                    int went = 0;
                    while (nowNs < endNs) {
                        went += limit.take(nowNs) ? 1 : 0;
                        nowNs += random.between(1, 2_000_000);
                    }
                    int most = 10 * (perSecond + (perSecond + 1) / 2);
                    int found = went;
                    assertTrue(found > 0 && found <= most, () -> found + " of " + most);
                });
    }

    @Test
    void aLimitThatIsUsedUpIsFullAgainInTheNextSecond() {
        ChallengeLimit limit = new ChallengeLimit(10, new SplittableRandom(1));
        int first = 0;
        while (limit.take(0)) {
            first++;
        }
        int next = 0;
        while (limit.take(SECOND_NS)) {
            next++;
        }
        assertTrue(first >= 5 && next >= 5, "challenges: " + first + ", " + next);
        assertFalse(limit.take(SECOND_NS));
    }
}
