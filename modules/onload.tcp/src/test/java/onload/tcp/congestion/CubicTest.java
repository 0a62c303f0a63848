package onload.tcp.congestion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.AllocatedBytes;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class CubicTest {
    private static final int MSS = 1000;
    private static final int MOST = CongestionControl.MAX_WINDOW;
    private static final long SECOND_NS = 1_000_000_000L;
    private static final long MS_NS = 1_000_000L;

    private final Cubic cubic = new Cubic();
    private Object kept = cubic;
    private long nowNs = 5 * SECOND_NS;

    private void start(int segments) {
        cubic.start(segments * MSS, MSS);
    }

    private void acknowledge(int bytes, long rttNs) {
        DeliverySample sample = Samples.acknowledged(bytes, MSS, true, rttNs);
        sample.nowNs = nowNs;
        cubic.acknowledged(sample);
    }

    /** Acknowledges whole windows in pieces of two segments, for so long. */
    private void run(long durationNs, long rttNs) {
        long untilNs = nowNs + durationNs;
        while (nowNs < untilNs) {
            int pieces = Math.max(1, cubic.cwnd() / (2 * MSS));
            for (int i = 0; i < pieces; i++) {
                nowNs += rttNs / pieces;
                acknowledge(2 * MSS, rttNs);
            }
        }
    }

    /** In avoidance, after a loss in a window of so many segments. */
    private void avoid(int segments) {
        start(segments);
        cubic.lossDetected(segments * MSS, MSS, nowNs);
        cubic.recoveryEnded(cubic.ssthresh(), MSS, nowNs);
    }

    private void assertWindow(int cwnd, int ssthresh) {
        assertEquals(cwnd, cubic.cwnd(), "cwnd");
        assertEquals(ssthresh, cubic.ssthresh(), "ssthresh");
    }

    private static void assertNear(double expected, double actual, double part) {
        assertTrue(
                Math.abs(actual - expected) <= expected * part,
                () -> "expected about %.0f, was %.0f".formatted(expected, actual));
    }

    @Nested
    class Region {
        /** W_cubic of RFC 9438, section 4.2, in segments; K is 0 where the window was. */
        private double expected(double seconds, double most, double begin) {
            double k = Math.cbrt((most - begin) / 0.4);
            return 0.4 * Math.pow(seconds - k, 3) + most;
        }

        @Test
        void concaveGrowthFollowsTheFunctionUpToTheWindowOfTheLoss() {
            avoid(1000);
            for (int second = 1; second <= 8; second++) {
                run(SECOND_NS, SECOND_NS / 10);
                assertNear(expected(second + 0.1, 1000, 700), cubic.cwnd() / 1000.0, 0.01);
            }
        }

        @Test
        void plateauIsWhereTheLossWas() {
            avoid(1000);
            run((long) (Math.cbrt(300 / 0.4) * SECOND_NS), SECOND_NS / 10);
            assertNear(1_000_000, cubic.cwnd(), 0.002);
        }

        @Test
        void convexGrowthFollowsTheFunctionBeyond() {
            avoid(1000);
            run(20 * SECOND_NS, SECOND_NS / 10);
            assertNear(expected(20.1, 1000, 700), cubic.cwnd() / 1000.0, 0.02);
        }

        @Test
        void growthIsByTimeAndNotByRoundTrips() {
            avoid(1000);
            run(15 * SECOND_NS, SECOND_NS / 5);
            double slow = cubic.cwnd();
            avoid(1000);
            run(15 * SECOND_NS, SECOND_NS / 20);
            assertNear(slow, cubic.cwnd(), 0.02);
        }

        @Test
        void oneRoundTripAddsHalfOfTheWindowAtMost() {
            avoid(100);
            acknowledge(MSS, SECOND_NS / 10);
            nowNs += 1000 * SECOND_NS;
            int before = cubic.cwnd();
            acknowledge(before, SECOND_NS / 10);
            assertTrue(cubic.cwnd() <= before * 3L / 2 + MSS, "cwnd " + cubic.cwnd());
        }

        @Test
        void renoFriendlyGrowthIsThatOfRenoOnShortWays() {
            avoid(20);
            // RFC 9438, section 4.3: 0.53 segments in a round trip until the window of the loss is
            // reached, 6 segments and some 11 round trips away, then one.
            run(11 * MS_NS, MS_NS);
            assertNear(20_000, cubic.cwnd(), 0.05);
            int before = cubic.cwnd();
            run(10 * MS_NS, MS_NS);
            assertNear(before + 10_000, cubic.cwnd(), 0.1);
        }

        @Test
        void windowDoesNotShrinkWhileTheFunctionIsBelowIt() {
            avoid(1000);
            int least = cubic.cwnd();
            for (int i = 0; i < 100; i++) {
                run(100 * MS_NS, SECOND_NS / 10);
                assertTrue(cubic.cwnd() >= least);
                least = cubic.cwnd();
            }
        }
    }

    @Nested
    class Loss {
        @Test
        void leavesSevenTenthsOfWhatIsInFlight() {
            start(100);
            cubic.lossDetected(100 * MSS, MSS, 0);
            assertWindow(70 * MSS, 70 * MSS);
        }

        @Test
        void leavesTwoSegmentsAtLeast() {
            start(2);
            cubic.lossDetected(2 * MSS, MSS, 0);
            assertWindow(2 * MSS, 2 * MSS);
        }

        @Test
        void recoveryEndsWithTheThresholdAsWindow() {
            start(100);
            cubic.lossDetected(100 * MSS, MSS, 0);
            cubic.recoveryEnded(10 * MSS, MSS, 0);
            assertWindow(70 * MSS, 70 * MSS);
        }

        @Test
        void fastConvergenceAimsBelowAWindowThatWasSmallerThanTheOneBefore() {
            avoid(1000);
            cubic.lossDetected(700 * MSS, MSS, nowNs);
            cubic.recoveryEnded(490 * MSS, MSS, nowNs);
            // W_max is 700 × 0.85 = 595 segments, and not 700.
            run((long) (Math.cbrt((595 - 490) / 0.4) * SECOND_NS), SECOND_NS / 10);
            assertNear(595_000, cubic.cwnd(), 0.005);
        }

        @Test
        void congestionThatARouterTellsOfIsALoss() {
            start(100);
            cubic.congestionExperienced(100 * MSS, MSS, 0);
            assertWindow(70 * MSS, 70 * MSS);
        }
    }

    @Nested
    class Timeout {
        @Test
        void leavesOneSegmentAndSevenTenthsAsThreshold() {
            start(100);
            cubic.timedOut(100 * MSS, MSS, true, 0);
            assertWindow(MSS, 70 * MSS);
        }

        @Test
        void repeatedForTheSameSegmentDoesNotLowerTheThresholdAgain() {
            start(100);
            cubic.timedOut(100 * MSS, MSS, true, 0);
            cubic.timedOut(100 * MSS, MSS, false, 0);
            assertWindow(MSS, 70 * MSS);
        }

        @Test
        void avoidanceBeginsFlatWhereSlowStartEnds() {
            start(1000);
            cubic.timedOut(1000 * MSS, MSS, true, nowNs);
            while (cubic.cwnd() < cubic.ssthresh()) {
                acknowledge(2 * MSS, SECOND_NS / 10);
            }
            assertEquals(700 * MSS, cubic.cwnd());
            run(5 * SECOND_NS, SECOND_NS / 10);
            // RFC 9438, section 4.8: K is 0 and W_max where it began, so 0.4 × 5.1³ segments more;
            // Reno's estimate adds a segment in a round trip, which is less only later.
            assertNear(700_000 + 0.4 * 5.1 * 5.1 * 5.1 * 1000, cubic.cwnd(), 0.01);
        }
    }

    @Nested
    class Undo {
        @Test
        void ofALossRestoresWindowThresholdAndFunction() {
            avoid(1000);
            run(5 * SECOND_NS, SECOND_NS / 10);
            int cwnd = cubic.cwnd();
            int ssthresh = cubic.ssthresh();
            cubic.lossDetected(cwnd, MSS, nowNs);
            cubic.undo();
            assertWindow(cwnd, ssthresh);
            run(4 * SECOND_NS, SECOND_NS / 10);
            assertNear(1_000_000, cubic.cwnd(), 0.005);
        }

        @Test
        void ofATimeoutRestoresWhatWasBeforeTheFirst() {
            avoid(100);
            cubic.timedOut(70 * MSS, MSS, true, nowNs);
            cubic.timedOut(70 * MSS, MSS, false, nowNs);
            cubic.undo();
            assertWindow(70 * MSS, 70 * MSS);
        }

        @Test
        void leavesAWindowThatHasGrownBeyond() {
            start(4);
            cubic.timedOut(100 * MSS, MSS, true, nowNs);
            for (int i = 0; i < 9; i++) {
                acknowledge(MSS, SECOND_NS / 10);
            }
            cubic.undo();
            assertWindow(10 * MSS, MOST);
        }

        @Test
        void withoutAReductionDoesNothing() {
            start(10);
            acknowledge(MSS, SECOND_NS / 10);
            cubic.undo();
            assertWindow(11 * MSS, MOST);
            avoid(10);
            cubic.undo();
            cubic.undo();
            assertWindow(10 * MSS, MOST);
        }
    }

    @Nested
    class Pause {
        @Test
        void timeInWhichTheUserHasLittleToSendDoesNotCount() {
            avoid(1000);
            run(2 * SECOND_NS, SECOND_NS / 10);
            int before = cubic.cwnd();
            for (int i = 0; i < 500; i++) {
                nowNs += SECOND_NS / 10;
                DeliverySample sample = Samples.acknowledged(MSS, MSS, false, SECOND_NS / 10);
                sample.nowNs = nowNs;
                cubic.acknowledged(sample);
            }
            assertEquals(before, cubic.cwnd());
            run(7 * SECOND_NS, SECOND_NS / 10);
            assertNear(1_000_000, cubic.cwnd(), 0.005);
        }

        @Test
        void idleTimeDoesNotCount() {
            avoid(1000);
            run(2 * SECOND_NS, SECOND_NS / 10);
            nowNs += 100 * SECOND_NS;
            cubic.idle(10 * MSS, 100 * SECOND_NS, Long.MAX_VALUE);
            run(7 * SECOND_NS, SECOND_NS / 10);
            assertNear(1_000_000, cubic.cwnd(), 0.005);
        }

        @Test
        void longerThanTheTimeoutRestartsFromTheInitialWindow() {
            start(100);
            cubic.idle(10 * MSS, SECOND_NS + 1, SECOND_NS);
            assertWindow(10 * MSS, MOST);
        }
    }

    @Nested
    class SlowStart {
        @Test
        void growsByWhatIsAcknowledgedSixteenSegmentsAtMost() {
            start(10);
            acknowledge(2 * MSS, 0);
            assertEquals(12 * MSS, cubic.cwnd());
            acknowledge(100 * MSS, 0);
            assertEquals(28 * MSS, cubic.cwnd());
        }

        @Test
        void windowThatDoesNotHoldTheSenderBackDoesNotGrow() {
            start(10);
            cubic.acknowledged(Samples.acknowledged(5 * MSS, MSS, false, 0));
            assertEquals(10 * MSS, cubic.cwnd());
        }

        @Test
        void endsWithoutALossWhenRoundTripsGrowAndTheFunctionBeginsFlat() {
            start(10);
            for (int round = 0; cubic.ssthresh() == MOST && round < 20; round++) {
                for (int i = 0; i < 10; i++) {
                    DeliverySample sample = Samples.acknowledged(MSS, MSS, true, SECOND_NS / 10);
                    nowNs += SECOND_NS / 100;
                    sample.nowNs = nowNs;
                    sample.isRoundStart = i == 0;
                    sample.rttNs = (100 + 20L * round) * MS_NS;
                    cubic.acknowledged(sample);
                }
            }
            assertTrue(cubic.ssthresh() < MOST);
            int begin = cubic.cwnd();
            run(2 * SECOND_NS, SECOND_NS / 10);
            // Reno's 20 segments are more than the function's 0.4 × 2³.
            assertNear(begin + 20_000, cubic.cwnd(), 0.1);
        }
    }

    @Test
    void smallerSegmentsAreAsManyAsBefore() {
        start(10);
        cubic.segmentSizeChanged(MSS, 500);
        assertEquals(10 * 500, cubic.cwnd());
    }

    @Test
    void oneIsSeventyTwoBytesAtMostBeforeItIsUsed() {
        long bytes = AllocatedBytes.perRun(20_000, 1000, () -> kept = new Cubic());
        assertTrue(bytes > 0 && bytes <= 72, () -> "bytes: " + bytes);
        assertTrue(kept instanceof Cubic);
    }
}
