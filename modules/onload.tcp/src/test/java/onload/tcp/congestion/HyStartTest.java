package onload.tcp.congestion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class HyStartTest {
    private static final long MS_NS = 1_000_000L;

    private final HyStart hyStart = new HyStart();
    private boolean isOver;

    /** A round trip of so many samples. */
    private void round(int samples, double milliseconds) {
        for (int i = 0; i < samples; i++) {
            DeliverySample sample = Samples.acknowledged(2000, 1000, true, 0);
            sample.isRoundStart = i == 0;
            sample.rttNs = (long) (milliseconds * MS_NS);
            isOver |= hyStart.acknowledged(sample);
        }
    }

    @Test
    void growingRoundTripsMakeSlowStartConservative() {
        round(8, 100);
        round(8, 112.4);
        assertFalse(hyStart.isConservative());
        round(8, 124.9 + 1.6);
        assertTrue(hyStart.isConservative());
        assertFalse(isOver);
    }

    @Test
    void eighthOfTheLastRoundIsTheThreshold() {
        round(8, 80);
        round(8, 89.9);
        assertFalse(hyStart.isConservative());
        hyStart.start();
        round(8, 80);
        round(8, 90);
        assertTrue(hyStart.isConservative());
    }

    @Test
    void thresholdIsFourMillisecondsAtLeast() {
        round(8, 1);
        round(8, 4.9);
        assertFalse(hyStart.isConservative());
        hyStart.start();
        round(8, 1);
        round(8, 5);
        assertTrue(hyStart.isConservative());
    }

    @Test
    void thresholdIsSixteenMillisecondsAtMost() {
        round(8, 1000);
        round(8, 1015.9);
        assertFalse(hyStart.isConservative());
        hyStart.start();
        round(8, 1000);
        round(8, 1016);
        assertTrue(hyStart.isConservative());
    }

    @Test
    void fewerThanEightSamplesOfARoundTellNothing() {
        round(8, 10);
        round(7, 500);
        assertFalse(hyStart.isConservative());
    }

    @Test
    void smallestOfARoundCounts() {
        round(8, 10);
        round(7, 500);
        DeliverySample sample = Samples.acknowledged(2000, 1000, true, 0);
        sample.rttNs = 11 * MS_NS;
        hyStart.acknowledged(sample);
        assertFalse(hyStart.isConservative());
    }

    @Test
    void roundWithoutMeasurementsTellsNothingOfTheNext() {
        round(8, 10);
        round(8, 0);
        round(8, 500);
        assertFalse(hyStart.isConservative());
    }

    @Test
    void conservativeGrowthIsAQuarter() {
        assertEquals(2000, hyStart.growth(2000));
        round(8, 10);
        round(8, 50);
        assertEquals(500, hyStart.growth(2000));
    }

    @Test
    void fiveConservativeRoundsEndSlowStartThePartialOneIncluded() {
        round(8, 10);
        for (int i = 0; i < 5; i++) {
            round(8, 50);
            assertFalse(isOver, "after " + i);
        }
        round(1, 50);
        assertTrue(isOver);
    }

    @Test
    void roundTripsThatShrinkAgainLeadBackToSlowStart() {
        round(8, 10);
        round(8, 50);
        assertTrue(hyStart.isConservative());
        round(8, 49);
        assertFalse(hyStart.isConservative());
        for (int i = 0; i < 10; i++) {
            round(8, 49);
        }
        assertFalse(isOver);
    }

    @Test
    void roundTripOfAnyLengthIsTaken() {
        round(8, 1e-6);
        round(8, 9e12);
        assertTrue(hyStart.isConservative());
    }
}
