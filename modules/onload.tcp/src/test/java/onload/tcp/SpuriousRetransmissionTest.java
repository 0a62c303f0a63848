package onload.tcp;

import static onload.tcp.LongWay.MSS;
import static onload.tcp.LongWay.acked;
import static onload.tcp.LongWay.info;
import static onload.tcp.LongWay.tenUnderWay;
import static onload.tcp.LongWay.withSack;
import static onload.tcp.LongWay.withoutProbes;
import static onload.tcp.LongWay.zeros;
import static onload.tcp.Segment.ack;
import static onload.tcp.Segment.syn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.tcp.counter.TcpCounter;

import org.junit.jupiter.api.Test;

/**
 * What was sent again for nothing is found out and taken back: F-RTO (RFC 5682), Eifel (RFC 3522), DSACK (RFC 3708).
 */
class SpuriousRetransmissionTest {
    private static TcpScene timedOut(Segment syn, int segments) {
        TcpScene scene = tenUnderWay(withoutProbes(), syn, segments);
        scene.sendsAt(300, zeros(1)).sendsNothing();
        assertEquals("loss", info(scene).recovery());
        return scene;
    }

    // F-RTO.

    @Test
    void afterATimeoutTheFirstNewAcknowledgmentSendsTwoNewSegments() {
        try (TcpScene scene = timedOut(withSack(), 20)) {
            scene.receives(acked(2001)).sends(zeros(10_001, 20), zeros(11_001, 20));
            scene.sendsNothing().ignoreRest();
        }
    }

    @Test
    void anAnswerToWhatWasSentOnceShowsThatTheTimeoutWasForNothing() {
        try (TcpScene scene = timedOut(withSack(), 20)) {
            scene.receives(acked(2001)).takeAllSent().receives(acked(3001));
            assertEquals("open", info(scene).recovery());
            assertEquals(1, scene.count(TcpCounter.SPURIOUS_TIMEOUTS));
            assertTrue(info(scene).cwnd() >= 10 * MSS, () -> info(scene).toString());
            scene.receives(acked(12_001)).ignoreRest();
            assertEquals(1, scene.count(TcpCounter.RETRANSMISSIONS));
        }
    }

    @Test
    void withoutSackASecondNewAcknowledgmentShowsItToo() {
        try (TcpScene scene = timedOut(syn().mss(MSS), 20)) {
            scene.receives(acked(2001)).sends(zeros(10_001, 20), zeros(11_001, 20));
            scene.receives(acked(3001));
            assertEquals(1, scene.count(TcpCounter.SPURIOUS_TIMEOUTS));
            assertEquals("open", info(scene).recovery());
            scene.ignoreRest();
        }
    }

    @Test
    void aDuplicateAfterTheNewSegmentsShowsThatTheLossIsReal() {
        try (TcpScene scene = timedOut(withSack(), 20)) {
            scene.receives(acked(2001)).takeAllSent();
            scene.after(100).receives(acked(2001, 10_001, 11_001)).after(30);
            assertEquals(0, scene.count(TcpCounter.SPURIOUS_TIMEOUTS));
            scene.sends(zeros(2001, 20)).ignoreRest();
        }
    }

    @Test
    void whereThereIsNothingNewToSendTheRestGoesAgain() {
        try (TcpScene scene = timedOut(syn().mss(MSS), 10)) {
            scene.receives(acked(1001)).sends(zeros(1001), zeros(2001)).sendsNothing();
            scene.ignoreRest();
        }
    }

    @Test
    void onlyTheFirstOfSeveralTimeoutsIsLookedInto() {
        try (TcpScene scene = timedOut(withSack(), 20)) {
            scene.sendsAt(900, zeros(1)).receives(acked(2001)).takeAllSent();
            scene.receives(acked(3001)).ignoreRest();
            assertEquals(0, scene.count(TcpCounter.SPURIOUS_TIMEOUTS));
        }
    }

    // Eifel, by timestamps.

    @Test
    void anAnswerThatIsOlderThanTheRetransmissionTakesTheRecoveryBack() {
        try (TcpScene scene =
                tenUnderWay(withoutProbes(), withSack().mss(MSS + 12).timestamps(), 10)) {
            scene.after(100).receives(acked(1, 1001, 4001)).sends(zeros(1));
            assertEquals(5 * MSS, info(scene).ssthresh());
            // The timestamp of the first transmission, 100 ms after that of the SYN-ACK.
            scene.after(1).receives(acked(4001).timestamps(1300, 100));
            assertEquals("open", info(scene).recovery());
            assertEquals(1, scene.count(TcpCounter.SPURIOUS_RECOVERIES));
            assertTrue(info(scene).ssthresh() > 10 * MSS);
            scene.receives(acked(10_001)).ignoreRest();
        }
    }

    @Test
    void anAnswerToTheRetransmissionTakesNothingBack() {
        try (TcpScene scene =
                tenUnderWay(withoutProbes(), withSack().mss(MSS + 12).timestamps(), 10)) {
            scene.after(100).receives(acked(1, 1001, 4001)).sends(zeros(1));
            scene.after(100).receives(acked(4001).timestamps(1300, 200));
            assertEquals("recovery", info(scene).recovery());
            assertEquals(0, scene.count(TcpCounter.SPURIOUS_RECOVERIES));
            scene.receives(acked(10_001)).ignoreRest();
        }
    }

    @Test
    void anOldAnswerAfterATimeoutTakesTheTimeoutBackAtOnce() {
        try (TcpScene scene =
                tenUnderWay(withoutProbes(), withSack().mss(MSS + 12).timestamps(), 20)) {
            scene.sendsAt(300, zeros(1));
            scene.after(1).receives(acked(1001).timestamps(1300, 100));
            assertEquals("open", info(scene).recovery());
            assertEquals(1, scene.count(TcpCounter.SPURIOUS_TIMEOUTS));
            scene.receives(acked(10_001)).ignoreRest();
        }
    }

    // DSACK.

    @Test
    void whenEachRetransmissionIsReportedAsADuplicateTheRecoveryIsTakenBack() {
        try (TcpScene scene = tenUnderWay()) {
            scene.after(100).receives(acked(1, 2001, 10_001)).sends(zeros(1)).takeAllSent();
            scene.receives(acked(10_001)).writes("x").takeAllSent();
            assertEquals(5 * MSS, info(scene).ssthresh());
            int again = (int) scene.count(TcpCounter.RETRANSMISSIONS);
            for (int i = 0; i < again; i++) {
                assertEquals(0, scene.count(TcpCounter.SPURIOUS_RECOVERIES));
                scene.receives(acked(10_001, 1 + i * MSS, 1001 + i * MSS));
            }
            assertEquals(1, scene.count(TcpCounter.SPURIOUS_RECOVERIES));
            assertTrue(info(scene).ssthresh() > 5 * MSS);
            scene.ignoreRest();
        }
    }

    @Test
    void duplicatesOfWhatWasNotSentAgainTakeNothingBack() {
        try (TcpScene scene = tenUnderWay()) {
            scene.after(100).receives(acked(1, 2001, 10_001)).takeAllSent();
            scene.receives(acked(10_001)).writes("x").takeAllSent();
            assertEquals(2, scene.count(TcpCounter.RETRANSMISSIONS));
            scene.receives(acked(10_001, 1, 1001));
            assertEquals(0, scene.count(TcpCounter.SPURIOUS_RECOVERIES));
            scene.ignoreRest();
        }
    }

    // Reneging.

    @Test
    void whatThePeerHadAndHasNotAnyMoreGoesAgainAfterATimeout() {
        try (TcpScene scene = tenUnderWay()) {
            scene.after(100).receives(acked(1, 1001, 5001)).sends(zeros(1)).takeAllSent();
            // It acknowledges the first, and nothing of the four that it had reported.
            scene.after(10).receives(ack().seq(1).ack(1001)).takeAllSent();
            scene.after(200);
            scene.sends(zeros(1001)).takeAllSent();
            assertEquals(1, scene.count(TcpCounter.SACKS_RENEGED));
            assertEquals(0, info(scene).sackedBytes());
            scene.after(100).receives(acked(10_001)).ignoreRest();
        }
    }

    @Test
    void anAcknowledgmentThatIsOnlyLateIsNoReneging() {
        try (TcpScene scene = tenUnderWay()) {
            scene.after(100).receives(acked(1, 1001, 5001)).sends(zeros(1)).takeAllSent();
            scene.after(10).receives(ack().seq(1).ack(1001)).after(1).receives(acked(5001));
            scene.takeAllSent().after(200);
            assertEquals(0, scene.count(TcpCounter.SACKS_RENEGED));
            scene.ignoreRest();
        }
    }
}
