package onload.tcp;

import static onload.tcp.LongWay.MSS;
import static onload.tcp.LongWay.accepted;
import static onload.tcp.LongWay.acked;
import static onload.tcp.LongWay.info;
import static onload.tcp.LongWay.tenUnderWay;
import static onload.tcp.LongWay.withSack;
import static onload.tcp.LongWay.zeros;
import static onload.tcp.Segment.data;
import static onload.tcp.Segment.fin;
import static onload.tcp.Segment.syn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import onload.tcp.counter.TcpCounter;

import org.junit.jupiter.api.Test;

/** Tail loss probes (RFC 8985, section 7). The first round-trip time is 100 ms, so that the timeout is 300 ms. */
class TailLossProbeTest {
    @Test
    void theLastSegmentGoesAgainAfterTwoRoundTrips() {
        try (TcpScene scene = tenUnderWay(TcpSettings.DEFAULT, withSack(), 10)) {
            scene.sendsAt(202, zeros(9001)).sendsNothing();
            assertEquals("open", info(scene).recovery());
            assertEquals(1, scene.count(TcpCounter.TAIL_LOSS_PROBES));
            scene.ignoreRest();
        }
    }

    @Test
    void newDataGoesInItsPlaceWhateverTheCongestionWindowIs() {
        try (TcpScene scene = tenUnderWay(TcpSettings.DEFAULT, withSack(), 12)) {
            scene.sendsAt(202, zeros(10_001, 12)).sendsNothing().ignoreRest();
        }
    }

    @Test
    void newDataDoesNotGoIfThePeerHasNoWindowForIt() {
        Segment syn = withSack().window(10 * MSS);
        try (TcpScene scene = accepted(TcpSettings.DEFAULT, syn)) {
            scene.receives(acked(1).window(10 * MSS));
            scene.writes(new byte[12 * MSS]).takeAllSent();
            scene.sendsAt(202, zeros(9001, 12)).sendsNothing().ignoreRest();
        }
    }

    @Test
    void aSingleSegmentIsGivenTimeForTheDelayedAcknowledgment() {
        try (TcpScene scene = accepted(TcpSettings.DEFAULT, withSack())) {
            scene.writes("x").sends(data("x").seq(1).ack(1));
            // 2 · 100 + 200 ms is later than the timeout: the probe takes its place.
            scene.sendsAt(300, data("x").seq(1).ack(1));
            assertEquals("open", info(scene).recovery());
            assertEquals(0, scene.count(TcpCounter.TIMEOUTS));
            scene.sendsAt(600, data("x").seq(1).ack(1));
            assertEquals(1, scene.count(TcpCounter.TIMEOUTS));
            scene.ignoreRest();
        }
    }

    @Test
    void theTimeoutCountsFromTheProbe() {
        try (TcpScene scene = tenUnderWay(TcpSettings.DEFAULT, withSack(), 10)) {
            scene.sendsAt(202, zeros(9001)).sendsAt(502, zeros(1)).sendsNothing();
            assertEquals("loss", info(scene).recovery());
            scene.ignoreRest();
        }
    }

    @Test
    void whatSackTellsOfTheProbeRepairsTheTailWithoutATimeout() {
        try (TcpScene scene = tenUnderWay(TcpSettings.DEFAULT, withSack(), 10)) {
            scene.after(100).receives(acked(7001)).mark();
            // The last three are lost.
            scene.sendsAt(200 + 2, zeros(9001)).after(100);
            scene.receives(acked(7001, 9001, 10_001)).after(30);
            scene.sends(zeros(7001)).sendsNothing().after(100);
            scene.receives(acked(8001, 9001, 10_001)).sends(zeros(8001)).sendsNothing();
            assertEquals(0, scene.count(TcpCounter.TIMEOUTS));
            scene.ignoreRest();
        }
    }

    @Test
    void aLossThatTheProbeHasRepairedReducesTheWindow() {
        try (TcpScene scene = tenUnderWay(TcpSettings.DEFAULT, withSack(), 10)) {
            scene.sendsAt(202, zeros(9001)).after(100).receives(acked(10_001));
            int before = info(scene).cwnd();
            scene.writes(new byte[2 * MSS]).takeAllSent().after(100).receives(acked(12_001));
            assertEquals(1, scene.count(TcpCounter.TAIL_LOSSES_REPAIRED));
            assertEquals(true, info(scene).ssthresh() < before, () -> info(scene).toString());
        }
    }

    @Test
    void aProbeThatThePeerReportsAsADuplicateWasForNothing() {
        try (TcpScene scene = tenUnderWay(TcpSettings.DEFAULT, withSack(), 10)) {
            scene.sendsAt(202, zeros(9001)).receives(acked(10_001));
            scene.after(100).receives(acked(10_001, 9001, 10_001));
            scene.writes(new byte[2 * MSS]).takeAllSent().after(100).receives(acked(12_001));
            assertEquals(0, scene.count(TcpCounter.TAIL_LOSSES_REPAIRED));
            assertEquals(0, scene.count(TcpCounter.CONGESTION_REDUCTIONS));
        }
    }

    @Test
    void noSecondProbeGoesBeforeTheFirstIsAnswered() {
        try (TcpScene scene = tenUnderWay(TcpSettings.DEFAULT, withSack(), 12)) {
            scene.sendsAt(202, zeros(10_001, 12)).after(297).sendsNothing();
            assertEquals(1, scene.count(TcpCounter.TAIL_LOSS_PROBES));
            scene.ignoreRest();
        }
    }

    @Test
    void withoutSackThereIsNoProbe() {
        try (TcpScene scene = tenUnderWay(TcpSettings.DEFAULT, syn().mss(MSS), 10)) {
            scene.sendsAt(300, zeros(1));
            assertEquals(0, scene.count(TcpCounter.TAIL_LOSS_PROBES));
            scene.ignoreRest();
        }
    }

    @Test
    void aFinThatIsAloneIsProbed() {
        try (TcpScene scene = accepted(TcpSettings.DEFAULT, withSack())) {
            scene.closes().sends(fin().seq(1).ack(1));
            scene.sendsAt(300, fin().seq(1).ack(1));
            assertEquals(0, scene.count(TcpCounter.TIMEOUTS));
            scene.ignoreRest();
        }
    }

    @Test
    void whereNothingWasMeasuredASecondPasses() {
        TcpSettings settings = TcpSettings.DEFAULT.with(TcpSetting.INITIAL_RTO_NS, 3_000_000_000L);
        try (TcpScene scene = new TcpScene(settings).connects().takeAllSent()) {
            scene.after(3000).takeAllSent();
            scene.receives(Segment.synAck().mss(MSS).sackPermitted().seq(0).ack(1)).takeAllSent();
            scene.mark().writes(new byte[MSS]).takeAllSent();
            scene.sendsAt(1000, Segment.segment("P.").seq(1).ack(1).payload(new byte[MSS]));
            scene.ignoreRest();
        }
    }
}
