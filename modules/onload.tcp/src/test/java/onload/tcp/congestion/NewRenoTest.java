package onload.tcp.congestion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.AllocatedBytes;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class NewRenoTest {
    private static final int MSS = 1000;
    private static final int MOST = CongestionControl.MAX_WINDOW;
    private static final long SECOND_NS = 1_000_000_000L;

    private final NewReno reno = new NewReno();
    private Object kept = reno;

    private void start(int segments) {
        reno.start(segments * MSS, MSS);
    }

    private void acknowledge(int bytes) {
        reno.acknowledged(Samples.acknowledged(bytes, MSS, true, SECOND_NS / 10));
    }

    /** In avoidance, with a window and a threshold of so many segments and nothing counted. */
    private void avoid(int segments) {
        start(2 * segments);
        reno.lossDetected(2 * segments * MSS, MSS, 0);
        assertWindow(segments * MSS, segments * MSS);
    }

    private void assertWindow(int cwnd, int ssthresh) {
        assertEquals(cwnd, reno.cwnd(), "cwnd");
        assertEquals(ssthresh, reno.ssthresh(), "ssthresh");
    }

    @Nested
    class Start {
        @Test
        void initialWindowIsTenSegmentsOfAnEthernet() {
            assertEquals(14600, CongestionControl.initialWindow(1460));
            assertEquals(5360, CongestionControl.initialWindow(536));
            assertEquals(10, CongestionControl.initialWindow(1));
        }

        @Test
        void initialWindowOfLargeSegmentsIsNoMoreThan14600BytesOrTwoSegments() {
            assertEquals(14600, CongestionControl.initialWindow(1461));
            assertEquals(14600, CongestionControl.initialWindow(7300));
            assertEquals(14602, CongestionControl.initialWindow(7301));
            assertEquals(17880, CongestionControl.initialWindow(8940));
            assertEquals(131070, CongestionControl.initialWindow(65535));
        }

        @Test
        void initialWindowOfAnotherNumberOfSegmentsFollowsTheSameRule() {
            assertEquals(1460, CongestionControl.initialWindow(1, 1460));
            assertEquals(4380, CongestionControl.initialWindow(3, 1460));
            assertEquals(8940, CongestionControl.initialWindow(1, 8940));
            assertEquals(MOST, CongestionControl.initialWindow(Integer.MAX_VALUE, 65535));
        }

        @Test
        void thresholdIsAsHighAsItGets() {
            start(10);
            assertWindow(10 * MSS, MOST);
        }

        @Test
        void startingAgainForgetsWhatWas() {
            avoid(8);
            acknowledge(7 * MSS);
            start(3);
            assertWindow(3 * MSS, MOST);
            reno.undo();
            assertWindow(3 * MSS, MOST);
        }
    }

    @Nested
    class SlowStart {
        @Test
        void growsByWhatIsAcknowledged() {
            start(10);
            acknowledge(MSS);
            assertEquals(11 * MSS, reno.cwnd());
            acknowledge(2 * MSS);
            assertEquals(13 * MSS, reno.cwnd());
            acknowledge(1);
            assertEquals(13 * MSS + 1, reno.cwnd());
        }

        @Test
        void manyAcknowledgmentsOfOneSegmentGrowItByThatSegment() {
            start(10);
            for (int i = 0; i < MSS; i++) {
                acknowledge(1);
            }
            assertEquals(11 * MSS, reno.cwnd());
        }

        @Test
        void oneAcknowledgmentGrowsItBySixteenSegmentsAtMost() {
            start(100);
            acknowledge(16 * MSS + 1);
            assertEquals(116 * MSS, reno.cwnd());
            acknowledge(Integer.MAX_VALUE);
            assertEquals(132 * MSS, reno.cwnd());
        }

        @Test
        void endsAtTheThresholdAndTheRestCountsForAvoidance() {
            avoid(8);
            reno.timedOut(16 * MSS, MSS, true, 0);
            for (int i = 0; i < 6; i++) {
                acknowledge(MSS);
            }
            assertWindow(7 * MSS, 8 * MSS);
            acknowledge(2 * MSS);
            assertEquals(8 * MSS, reno.cwnd());
            acknowledge(7 * MSS - 1);
            assertEquals(8 * MSS, reno.cwnd());
            acknowledge(1);
            assertEquals(9 * MSS, reno.cwnd());
        }

        @Test
        void windowThatDoesNotHoldTheSenderBackDoesNotGrow() {
            start(10);
            reno.acknowledged(Samples.acknowledged(5 * MSS, MSS, false, 0));
            assertEquals(10 * MSS, reno.cwnd());
        }

        @Test
        void acknowledgmentOfNothingDoesNothing() {
            start(10);
            acknowledge(0);
            assertEquals(10 * MSS, reno.cwnd());
        }
    }

    @Nested
    class Avoidance {
        @Test
        void growsBySegmentWhenAWindowIsAcknowledged() {
            avoid(8);
            acknowledge(8 * MSS - 1);
            assertEquals(8 * MSS, reno.cwnd());
            acknowledge(1);
            assertEquals(9 * MSS, reno.cwnd());
            acknowledge(9 * MSS - 1);
            assertEquals(9 * MSS, reno.cwnd());
            acknowledge(1);
            assertEquals(10 * MSS, reno.cwnd());
        }

        @Test
        void manySmallAcknowledgmentsDoNotGrowItFaster() {
            avoid(8);
            for (int i = 0; i < 8 * MSS - 1; i++) {
                acknowledge(1);
            }
            assertEquals(8 * MSS, reno.cwnd());
            acknowledge(1);
            assertEquals(9 * MSS, reno.cwnd());
        }

        @Test
        void oneAcknowledgmentNeverAddsMoreThanASegment() {
            avoid(2);
            acknowledge(Integer.MAX_VALUE);
            assertEquals(3 * MSS, reno.cwnd());
        }

        @Test
        void windowThatDoesNotHoldTheSenderBackCountsNothing() {
            avoid(8);
            reno.acknowledged(Samples.acknowledged(8 * MSS, MSS, false, 0));
            acknowledge(8 * MSS - 1);
            assertEquals(8 * MSS, reno.cwnd());
        }

        @Test
        void windowStopsAtTheLimit() {
            reno.start(MOST, MSS);
            acknowledge(MOST);
            acknowledge(Integer.MAX_VALUE);
            assertWindow(MOST, MOST);
        }
    }

    @Nested
    class Loss {
        @Test
        void halvesWhatIsInFlight() {
            start(20);
            reno.lossDetected(16 * MSS, MSS, 0);
            assertWindow(8 * MSS, 8 * MSS);
        }

        @Test
        void windowDoesNotCountIfMuchLessIsInFlight() {
            start(100);
            reno.lossDetected(6 * MSS, MSS, 0);
            assertWindow(3 * MSS, 3 * MSS);
        }

        @Test
        void twoSegmentsRemain() {
            start(10);
            reno.lossDetected(3 * MSS, MSS, 0);
            assertWindow(2 * MSS, 2 * MSS);
            reno.lossDetected(0, MSS, 0);
            assertWindow(2 * MSS, 2 * MSS);
        }

        @Test
        void moreInFlightThanTheWindowDoesNotRaiseIt() {
            start(4);
            reno.lossDetected(100 * MSS, MSS, 0);
            assertWindow(4 * MSS, 50 * MSS);
        }

        @Test
        void anyFlightIsHalvedWithoutOverflow() {
            reno.start(MOST, MSS);
            reno.lossDetected(Integer.MAX_VALUE, MSS, 0);
            assertWindow(Integer.MAX_VALUE / 2, Integer.MAX_VALUE / 2);
        }

        @Test
        void whatWasCountedBeforeDoesNotCountAfter() {
            avoid(8);
            acknowledge(8 * MSS - 1);
            reno.lossDetected(16 * MSS, MSS, 0);
            acknowledge(1);
            assertEquals(8 * MSS, reno.cwnd());
        }
    }

    @Nested
    class Recovery {
        @Test
        void windowIsTheThresholdIfThatMuchIsInFlight() {
            avoid(8);
            reno.recoveryEnded(8 * MSS, MSS, 0);
            assertWindow(8 * MSS, 8 * MSS);
        }

        @Test
        void windowIsASegmentMoreThanWhatIsInFlightSoThatThereIsNoBurst() {
            avoid(8);
            reno.recoveryEnded(3 * MSS, MSS, 0);
            assertWindow(4 * MSS, 8 * MSS);
        }

        @Test
        void twoSegmentsAreTheLeast() {
            avoid(8);
            reno.recoveryEnded(0, MSS, 0);
            assertWindow(2 * MSS, 8 * MSS);
        }

        @Test
        void slowStartLeadsBackToTheThreshold() {
            avoid(8);
            reno.recoveryEnded(0, MSS, 0);
            acknowledge(2 * MSS);
            acknowledge(4 * MSS);
            assertWindow(8 * MSS, 8 * MSS);
        }

        @Test
        void anyFlightIsTakenWithoutOverflow() {
            avoid(8);
            reno.recoveryEnded(Integer.MAX_VALUE, MSS, 0);
            assertWindow(8 * MSS, 8 * MSS);
        }
    }

    @Nested
    class Timeout {
        @Test
        void leavesOneSegmentAndHalfOfWhatIsInFlightAsThreshold() {
            start(20);
            reno.timedOut(16 * MSS, MSS, true, 0);
            assertWindow(MSS, 8 * MSS);
        }

        @Test
        void thresholdIsTwoSegmentsAtLeast() {
            start(10);
            reno.timedOut(MSS, MSS, true, 0);
            assertWindow(MSS, 2 * MSS);
        }

        @Test
        void repeatedForTheSameSegmentDoesNotLowerTheThresholdAgain() {
            start(20);
            reno.timedOut(16 * MSS, MSS, true, 0);
            acknowledge(MSS);
            reno.timedOut(2 * MSS, MSS, false, SECOND_NS);
            assertWindow(MSS, 8 * MSS);
        }

        @Test
        void ofAnotherSegmentLowersIt() {
            start(20);
            reno.timedOut(16 * MSS, MSS, true, 0);
            reno.timedOut(8 * MSS, MSS, true, SECOND_NS);
            assertWindow(MSS, 4 * MSS);
        }

        @Test
        void slowStartFollowsUpToTheThresholdAndAvoidanceAboveIt() {
            start(20);
            reno.timedOut(8 * MSS, MSS, true, 0);
            acknowledge(MSS);
            acknowledge(2 * MSS);
            assertWindow(4 * MSS, 4 * MSS);
            acknowledge(4 * MSS);
            assertWindow(5 * MSS, 4 * MSS);
        }
    }

    @Nested
    class Undo {
        @Test
        void ofALossRestoresWindowAndThreshold() {
            start(20);
            reno.lossDetected(20 * MSS, MSS, 0);
            reno.undo();
            assertWindow(20 * MSS, MOST);
        }

        @Test
        void ofATimeoutRestoresWindowAndThreshold() {
            avoid(8);
            reno.timedOut(8 * MSS, MSS, true, 0);
            reno.undo();
            assertWindow(8 * MSS, 8 * MSS);
        }

        @Test
        void ofRepeatedTimeoutsRestoresWhatWasBeforeTheFirst() {
            start(20);
            reno.timedOut(20 * MSS, MSS, true, 0);
            reno.timedOut(MSS, MSS, false, SECOND_NS);
            reno.timedOut(MSS, MSS, false, 3 * SECOND_NS);
            reno.undo();
            assertWindow(20 * MSS, MOST);
        }

        @Test
        void takesBackTheLastReductionOnly() {
            start(20);
            reno.lossDetected(20 * MSS, MSS, 0);
            reno.timedOut(10 * MSS, MSS, true, 0);
            reno.undo();
            assertWindow(10 * MSS, 10 * MSS);
            reno.undo();
            assertWindow(10 * MSS, 10 * MSS);
        }

        @Test
        void leavesAWindowThatHasGrownBeyond() {
            start(4);
            reno.timedOut(100 * MSS, MSS, true, 0);
            for (int i = 0; i < 9; i++) {
                acknowledge(MSS);
            }
            reno.undo();
            assertWindow(10 * MSS, MOST);
        }

        @Test
        void withoutAReductionDoesNothing() {
            start(10);
            acknowledge(MSS);
            reno.undo();
            assertWindow(11 * MSS, MOST);
        }

        @Test
        void afterAnIdleTimeMakesNoBurstOfAnOldWindow() {
            start(100);
            reno.lossDetected(100 * MSS, MSS, 0);
            reno.idle(10 * MSS, 2 * SECOND_NS, SECOND_NS);
            reno.undo();
            assertWindow(10 * MSS, 50 * MSS);
        }
    }

    @Nested
    class Idle {
        @Test
        void longerThanTheTimeoutRestartsFromTheInitialWindow() {
            start(100);
            reno.idle(10 * MSS, SECOND_NS + 1, SECOND_NS);
            assertWindow(10 * MSS, MOST);
        }

        @Test
        void noLongerThanTheTimeoutChangesNothing() {
            start(100);
            reno.idle(10 * MSS, SECOND_NS, SECOND_NS);
            assertEquals(100 * MSS, reno.cwnd());
        }

        @Test
        void doesNotRaiseASmallerWindowAndKeepsTheThreshold() {
            avoid(8);
            reno.timedOut(8 * MSS, MSS, true, 0);
            reno.idle(10 * MSS, Long.MAX_VALUE, SECOND_NS);
            assertWindow(MSS, 4 * MSS);
        }

        @Test
        void whatWasCountedBeforeDoesNotCountAfter() {
            avoid(30);
            acknowledge(30 * MSS - 1);
            reno.idle(29 * MSS, 2 * SECOND_NS, SECOND_NS);
            acknowledge(MSS);
            acknowledge(30 * MSS - 1);
            assertEquals(30 * MSS, reno.cwnd());
        }
    }

    @Nested
    class SegmentSize {
        @Test
        void smallerSegmentsAreAsManyAsBefore() {
            start(10);
            reno.segmentSizeChanged(MSS, 500);
            assertEquals(10 * 500, reno.cwnd());
        }

        @Test
        void oneSegmentOfTheNewSizeIsTheLeast() {
            reno.start(MSS, MSS);
            reno.segmentSizeChanged(MSS, 8 * MSS);
            assertEquals(8 * MSS, reno.cwnd());
        }

        @Test
        void largerSegmentsLeaveTheBytes() {
            start(10);
            reno.segmentSizeChanged(MSS, 2 * MSS);
            assertEquals(10 * MSS, reno.cwnd());
        }

        @Test
        void thresholdHoldsTwoSegmentsOfTheNewSize() {
            avoid(2);
            reno.segmentSizeChanged(MSS, 4 * MSS);
            assertWindow(4 * MSS, 8 * MSS);
        }

        @Test
        void beforeTheStartItDoesNoHarm() {
            reno.segmentSizeChanged(0, MSS);
            reno.segmentSizeChanged(MSS, 500);
            start(10);
            assertWindow(10 * MSS, MOST);
        }

        @Test
        void largestWindowIsScaledWithoutOverflow() {
            reno.start(MOST, 65535);
            reno.segmentSizeChanged(65535, 32768);
            assertEquals((int) ((long) MOST * 32768 / 65535), reno.cwnd());
        }
    }

    @Test
    void oneIsFortyBytesAtMostBeforeItIsUsed() {
        long bytes = AllocatedBytes.perRun(20_000, 1000, () -> kept = new NewReno());
        assertTrue(bytes > 0 && bytes <= 40, () -> "bytes: " + bytes);
        assertTrue(kept instanceof NewReno);
    }

    @Test
    void nothingIsAllocatedWhateverHappens() {
        start(10);
        long bytes =
                AllocatedBytes.perRun(
                        20_000,
                        1000,
                        () -> {
                            acknowledge(2 * MSS);
                            reno.lossDetected(8 * MSS, MSS, 0);
                            reno.recoveryEnded(4 * MSS, MSS, 0);
                            reno.timedOut(4 * MSS, MSS, true, 0);
                            reno.undo();
                            reno.idle(10 * MSS, 2, 1);
                        });
        assertEquals(0, bytes);
    }
}
