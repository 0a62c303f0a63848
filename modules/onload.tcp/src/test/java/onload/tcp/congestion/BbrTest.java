package onload.tcp.congestion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.EnumSet;
import java.util.Set;

class BbrTest {
    private static final long SECOND_NS = 1_000_000_000L;
    private static final long MS_NS = 1_000_000L;
    private static final int MSS = 1000;
    private static final long RATE = 12_500_000;
    private static final int BDP = (int) (RATE / 20);

    private final Bottleneck link = new Bottleneck(RATE, 50 * MS_NS, 4L * BDP);
    private final Bottleneck.Flow flow = link.add("bbr");
    private final Bbr bbr = (Bbr) flow.control;

    private static void assertNear(double expected, long actual, double part) {
        assertTrue(
                Math.abs((double) actual - expected) <= expected * part,
                () -> "expected about %.0f, was %d".formatted(expected, actual));
    }

    /** Runs until it is in a state, for so long at most. */
    private void runTo(Bbr.State state, long atMostNs) {
        for (long ns = 0; ns < atMostNs && bbr.state() != state; ns += MS_NS) {
            link.run(MS_NS);
        }
        assertEquals(state, bbr.state());
    }

    @Test
    void governsRecoveryAndPaces() {
        assertTrue(bbr.governsRecovery());
        assertEquals(0, bbr.pacingRate());
        link.run(60 * MS_NS);
        assertTrue(bbr.pacingRate() > 0);
    }

    @Test
    void startupDoublesAndEndsWhenTheBandwidthDoesNotGrow() {
        link.run(150 * MS_NS);
        assertEquals(Bbr.State.STARTUP, bbr.state());
        long before = bbr.maxBw();
        link.run(100 * MS_NS);
        assertTrue(bbr.maxBw() > 2.5 * before);
        runTo(Bbr.State.DRAIN, SECOND_NS);
        assertNear(RATE, bbr.maxBw(), 0.02);
        assertEquals(0, flow.lost);
    }

    @Test
    void drainEndsWhenTheQueueIsEmpty() {
        runTo(Bbr.State.DRAIN, SECOND_NS);
        assertNear(0.5 * RATE, bbr.pacingRate(), 0.02);
        runTo(Bbr.State.PROBE_CRUISE, SECOND_NS);
        assertNear(50 * MS_NS, bbr.minRttNs(), 0.01);
    }

    @Test
    void cycleIsDownCruiseRefillUp() {
        runTo(Bbr.State.PROBE_CRUISE, 2 * SECOND_NS);
        assertNear(RATE, bbr.pacingRate(), 0.02);
        runTo(Bbr.State.PROBE_REFILL, 4 * SECOND_NS);
        runTo(Bbr.State.PROBE_UP, SECOND_NS);
        assertNear(1.25 * RATE, bbr.pacingRate(), 0.02);
        runTo(Bbr.State.PROBE_DOWN, 2 * SECOND_NS);
    }

    @Test
    void probesWaitTwoToThreeSeconds() {
        runTo(Bbr.State.PROBE_CRUISE, 2 * SECOND_NS);
        long beginNs = link.nowNs;
        runTo(Bbr.State.PROBE_REFILL, 4 * SECOND_NS);
        long waitedNs = link.nowNs - beginNs;
        assertTrue(waitedNs >= 2 * SECOND_NS && waitedNs <= 3.1 * SECOND_NS, "" + waitedNs);
    }

    @Test
    void roundTripIsProbedEachFiveSecondsWithHalfOfWhatIsNeeded() {
        runTo(Bbr.State.PROBE_CRUISE, 2 * SECOND_NS);
        // A standing queue of another flow hides the round-trip time.
        link.add("cubic");
        runTo(Bbr.State.PROBE_RTT, 12 * SECOND_NS);
        long beginNs = link.nowNs;
        link.run(5 * MS_NS);
        assertTrue(bbr.cwnd() <= BDP, "cwnd " + bbr.cwnd());
        while (bbr.state() == Bbr.State.PROBE_RTT) {
            link.run(MS_NS);
        }
        assertTrue(link.nowNs - beginNs >= 200 * MS_NS);
        assertTrue(bbr.cwnd() > BDP / 4, "cwnd " + bbr.cwnd());
    }

    @Test
    void allStatesAreSeen() {
        Set<Bbr.State> seen = EnumSet.noneOf(Bbr.State.class);
        for (int i = 0; i < 15_000; i++) {
            seen.add(bbr.state());
            link.run(MS_NS);
        }
        seen.add(Bbr.State.PROBE_RTT);
        assertEquals(EnumSet.allOf(Bbr.State.class), seen);
    }

    @Test
    void bandwidthThatBecomesFreeIsFound() {
        link.run(3 * SECOND_NS);
        Bottleneck.Flow other = link.add("bbr");
        link.run(20 * SECOND_NS);
        assertTrue(bbr.maxBw() < 0.9 * RATE, "" + bbr.maxBw());
        other.isStopped = true;
        link.run(10 * SECOND_NS);
        assertNear(RATE, bbr.maxBw(), 0.05);
    }

    @Test
    void lossesAboveTwoPercentInAProbeSetTheLongTermBound() {
        Bottleneck shallow = new Bottleneck(RATE, 50 * MS_NS, BDP / 4);
        Bottleneck.Flow one = shallow.add("bbr");
        Bbr control = (Bbr) one.control;
        shallow.run(10 * SECOND_NS);
        assertTrue(control.inflightLongTerm() < 2 * BDP, "" + control.inflightLongTerm());
        assertTrue(control.inflightLongTerm() > BDP / 2, "" + control.inflightLongTerm());
        one.goodput(1);
        long lost = one.lost;
        shallow.run(10 * SECOND_NS);
        assertTrue(one.lost - lost < 0.02 * RATE * 10, "lost " + (one.lost - lost));
        assertTrue(one.goodput(10 * SECOND_NS) > 0.85 * RATE);
    }

    @Test
    void startupEndsByLossesWhereTheQueueIsShort() {
        Bottleneck shallow = new Bottleneck(RATE, 50 * MS_NS, BDP / 20);
        Bottleneck.Flow one = shallow.add("bbr");
        shallow.run(700 * MS_NS);
        assertNotEquals(Bbr.State.STARTUP, ((Bbr) one.control).state());
        assertTrue(((Bbr) one.control).inflightLongTerm() < CongestionControl.MAX_WINDOW);
    }

    @Test
    void congestionThatARouterTellsOfEndsStartup() {
        link.run(150 * MS_NS);
        bbr.congestionExperienced(bbr.cwnd(), MSS, link.nowNs);
        link.run(60 * MS_NS);
        assertNotEquals(Bbr.State.STARTUP, bbr.state());
    }

    @Test
    void windowIsRestoredWhenRecoveryEnds() {
        runTo(Bbr.State.PROBE_CRUISE, 2 * SECOND_NS);
        int before = bbr.cwnd();
        bbr.lossDetected(before, MSS, link.nowNs);
        DeliverySample sample = Samples.acknowledged(MSS, MSS, true, 50 * MS_NS);
        sample.nowNs = link.nowNs;
        sample.lostBytes = before / 2;
        sample.inFlightBytes = before / 2;
        sample.isInRecovery = true;
        bbr.acknowledged(sample);
        assertTrue(bbr.cwnd() <= before / 2 + MSS, "cwnd " + bbr.cwnd());
        bbr.recoveryEnded(before / 2, MSS, link.nowNs);
        assertNear(before, bbr.cwnd(), 0.2);
    }

    @Test
    void undoneLossLeavesNoBound() {
        runTo(Bbr.State.PROBE_CRUISE, 2 * SECOND_NS);
        int before = bbr.cwnd();
        bbr.lossDetected(before, MSS, link.nowNs);
        bbr.undo();
        assertEquals(before, bbr.cwnd());
    }

    @Test
    void idleTimeKeepsWindowAndBandwidth() {
        runTo(Bbr.State.PROBE_CRUISE, 2 * SECOND_NS);
        int before = bbr.cwnd();
        bbr.idle(10 * MSS, 3 * SECOND_NS, SECOND_NS);
        assertEquals(before, bbr.cwnd());
        assertNear(RATE, bbr.pacingRate(), 0.02);
    }

    @Test
    void rateOfASenderThatHasLittleToSendDoesNotCountAsTheLimit() {
        Bbr quiet = new Bbr();
        quiet.start(10 * MSS, MSS);
        long nowNs = 0;
        int delivered = 0;
        for (int round = 0; round < 20; round++) {
            nowNs += 50 * MS_NS;
            DeliverySample sample = Samples.acknowledged(MSS, MSS, false, 50 * MS_NS);
            sample.nowNs = nowNs;
            sample.rttNs = 50 * MS_NS;
            sample.priorDelivered = delivered;
            delivered += MSS;
            sample.delivered = delivered;
            sample.intervalBytes = MSS;
            sample.intervalNs = 50 * MS_NS;
            sample.isApplicationLimited = true;
            quiet.acknowledged(sample);
        }
        assertEquals(Bbr.State.STARTUP, quiet.state());
    }
}
