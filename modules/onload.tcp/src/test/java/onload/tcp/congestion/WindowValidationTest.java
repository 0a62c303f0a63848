package onload.tcp.congestion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class WindowValidationTest {
    private static final int MSS = 1000;
    private static final long SECOND_NS = 1_000_000_000L;

    private final WindowValidation validation = new WindowValidation();
    private final NewReno reno = new NewReno();
    private long nowNs = -SECOND_NS;

    private DeliverySample round(int bytes) {
        nowNs += SECOND_NS / 10;
        DeliverySample sample = Samples.acknowledged(bytes, MSS, true, SECOND_NS / 10);
        sample.nowNs = nowNs;
        sample.isRoundStart = true;
        return sample;
    }

    /** A round trip in which so many segments are acknowledged, in avoidance with a window of a hundred. */
    private boolean isUsed(int segments) {
        return validation.acknowledged(round(segments * MSS), 100 * MSS, false);
    }

    private void avoid(int segments) {
        reno.start(2 * segments * MSS, MSS);
        reno.lossDetected(2 * segments * MSS, MSS, nowNs);
        assertEquals(segments * MSS, reno.cwnd());
    }

    @Test
    void undefinedPipeCountsAsValidated() {
        assertTrue(validation.pipeAck() < 0);
        assertTrue(isUsed(1));
    }

    @Test
    void pipeIsWhatWasAcknowledgedInARoundTripTheMostOfASecond() {
        isUsed(60);
        isUsed(10);
        assertEquals(60 * MSS, validation.pipeAck());
        isUsed(10);
        assertEquals(60 * MSS, validation.pipeAck());
        for (int i = 0; i < 13; i++) {
            isUsed(10);
        }
        assertEquals(10 * MSS, validation.pipeAck());
    }

    @Test
    void lessThanHalfOfTheWindowIsTheNonValidatedPhase() {
        for (int i = 0; i < 20; i++) {
            isUsed(50);
        }
        assertTrue(isUsed(50));
        assertFalse(validation.isUnused());
        for (int i = 0; i < 20; i++) {
            isUsed(49);
        }
        assertFalse(isUsed(49));
        assertTrue(validation.isUnused());
    }

    @Test
    void halfOfTheWindowValidatesItAgain() {
        for (int i = 0; i < 20; i++) {
            isUsed(10);
        }
        assertTrue(validation.isUnused());
        assertTrue(isUsed(50));
        assertFalse(validation.isUnused());
    }

    @Test
    void windowDoesNotGrowInTheNonValidatedPhase() {
        avoid(100);
        for (int i = 0; i < 100; i++) {
            reno.acknowledged(round(40 * MSS));
        }
        assertTrue(reno.cwnd() <= 101 * MSS, "cwnd " + reno.cwnd());
    }

    @Test
    void slowStartOfAFullSenderIsNotHeldBack() {
        reno.start(10 * MSS, MSS);
        for (int i = 0; i < 10; i++) {
            int before = reno.cwnd();
            boolean isFirst = true;
            for (int left = before; left > 0; left -= 2 * MSS) {
                DeliverySample sample = round(Math.min(left, 2 * MSS));
                sample.isRoundStart = isFirst;
                isFirst = false;
                reno.acknowledged(sample);
            }
            assertEquals(2 * before, reno.cwnd());
        }
    }

    @Test
    void lossInTheNonValidatedPhaseLeavesHalfOfWhatWasUsed() {
        avoid(100);
        for (int i = 0; i < 20; i++) {
            reno.acknowledged(round(30 * MSS));
        }
        reno.lossDetected(10 * MSS, MSS, nowNs);
        assertEquals(15 * MSS, reno.cwnd());
        assertEquals(15 * MSS, reno.ssthresh());
    }

    @Test
    void lossOfMoreThanWasUsedLeavesHalfOfWhatIsInFlight() {
        avoid(100);
        for (int i = 0; i < 20; i++) {
            reno.acknowledged(round(30 * MSS));
        }
        reno.lossDetected(80 * MSS, MSS, nowNs);
        assertEquals(40 * MSS, reno.cwnd());
    }

    @Test
    void pipeIsUndefinedAfterALoss() {
        for (int i = 0; i < 20; i++) {
            isUsed(10);
        }
        validation.reset();
        assertTrue(validation.pipeAck() < 0);
        assertTrue(isUsed(1));
    }

    @Test
    void fiveMinutesWithoutUseHalveTheWindowAndKeepThreeQuartersAsThreshold() {
        avoid(100);
        reno.timedOut(40 * MSS, MSS, true, nowNs);
        reno.undo();
        int cwnd = reno.cwnd();
        // A segment in each round trip.
        for (int i = 0; i < 2990; i++) {
            reno.acknowledged(round(MSS));
        }
        assertEquals(cwnd, reno.cwnd());
        for (int i = 0; i < 40; i++) {
            reno.acknowledged(round(MSS));
        }
        assertEquals(cwnd / 2, reno.cwnd());
        assertEquals(Math.max(100 * MSS, cwnd * 3 / 4), reno.ssthresh());
        for (int i = 0; i < 3000; i++) {
            reno.acknowledged(round(MSS));
        }
        assertEquals(cwnd / 4, reno.cwnd());
    }

    @Test
    void windowIsNotHalvedBelowTheInitialWindow() {
        avoid(12);
        for (int i = 0; i < 3100; i++) {
            reno.acknowledged(round(MSS));
        }
        assertEquals(10 * MSS, reno.cwnd());
    }

    @Test
    void windowThatSurvivesIdlenessIsHalvedAfterFiveMinutes() {
        avoid(100);
        reno.idle(10 * MSS, 299 * SECOND_NS, Long.MAX_VALUE);
        assertEquals(100 * MSS, reno.cwnd());
        reno.idle(10 * MSS, 300 * SECOND_NS, Long.MAX_VALUE);
        assertEquals(50 * MSS, reno.cwnd());
    }
}
