package onload.tcp;

import static onload.tcp.LongWay.MSS;
import static onload.tcp.LongWay.acked;
import static onload.tcp.LongWay.info;
import static onload.tcp.LongWay.tenUnderWay;
import static onload.tcp.LongWay.withSack;
import static onload.tcp.LongWay.withoutProbes;
import static onload.tcp.LongWay.zeros;

import static org.junit.jupiter.api.Assertions.assertEquals;

import onload.tcp.counter.TcpCounter;

import org.junit.jupiter.api.Test;

/** Losses that time tells of (RFC 8985, section 6). */
class RackTest {
    @Test
    void threeSegmentsThatWereSentLaterMeanALossAtOnce() {
        try (TcpScene scene = tenUnderWay()) {
            scene.after(100).receives(acked(1, 1001, 4001)).sends(zeros(1)).sendsNothing();
            assertEquals("recovery", info(scene).recovery());
            scene.ignoreRest();
        }
    }

    @Test
    void fewerMeanALossAfterAQuarterOfTheRoundTrip() {
        try (TcpScene scene = tenUnderWay()) {
            scene.after(100).receives(acked(1, 1001, 2001)).sendsNothing();
            assertEquals("disorder", info(scene).recovery());
            scene.sendsAt(125, zeros(1)).sendsNothing();
            assertEquals("recovery", info(scene).recovery());
            scene.ignoreRest();
        }
    }

    @Test
    void whatArrivesWithinTheWindowIsNotLost() {
        try (TcpScene scene = tenUnderWay()) {
            scene.after(100).receives(acked(1, 1001, 2001));
            scene.after(24).receives(acked(2001)).after(100).sendsNothing();
            assertEquals(0, scene.count(TcpCounter.FAST_RECOVERIES));
            scene.receives(acked(10_001));
        }
    }

    @Test
    void onceSegmentsHaveComeOutOfOrderThreeAreNotEnough() {
        try (TcpScene scene = tenUnderWay()) {
            scene.after(100).receives(acked(1, 1001, 2001)).receives(acked(2001)).sendsNothing();
            // The first came after the second: there is reordering on this way.
            scene.receives(acked(2001, 3001, 8001)).sendsNothing();
            scene.sendsAt(125, zeros(2001)).sendsNothing().ignoreRest();
        }
    }

    @Test
    void theReductionIsOfTheWindowThoughMoreIsUnderWayWhileALossIsInDoubt() {
        try (TcpScene scene = tenUnderWay(withoutProbes(), withSack(), 100)) {
            // There is reordering on this way, so that a loss is in doubt for a while.
            scene.after(100).receives(acked(1, 1001, 2001)).receives(acked(2001)).takeAllSent();
            int window = info(scene).cwnd();
            // What arrives makes room for new data.
            scene.after(100).receives(acked(2001, 3001, 8001)).takeAllSent();
            int flight = scene.connection.flightSize();
            assertEquals(true, flight > window, () -> flight + " are under way");
            scene.after(60).ignoreRest();
            assertEquals("recovery", info(scene).recovery());
            assertEquals(window / 2, info(scene).ssthresh());
            scene.ignoreRest();
        }
    }

    @Test
    void allHolesBelowWhatHasArrivedAreFoundTogether() {
        try (TcpScene scene = tenUnderWay()) {
            scene.after(100).receives(acked(1, 8001, 10_001, 5001, 6001, 2001, 3001));
            scene.sends(zeros(1));
            assertEquals(6 * MSS, scene.connection.lostBytes);
            scene.ignoreRest();
        }
    }

    @Test
    void aRetransmissionThatIsLostGoesAgainWhenWhatWasSentAfterItArrives() {
        try (TcpScene scene = tenUnderWay(withoutProbes(), withSack(), 30)) {
            scene.after(100).receives(acked(1, 1001, 4001)).sends(zeros(1)).takeAllSent();
            // These go out after the retransmission.
            scene.after(1).receives(acked(1, 1001, 10_001)).takeAllSent();
            int end = scene.connection.sndNxt - scene.connection.iss;
            assertEquals(true, end > 10_001, () -> "new data went, up to " + end);
            scene.after(100).receives(acked(1, 1001, end));
            scene.sends(zeros(1, 30)).ignoreRest();
            assertEquals(2, scene.count(TcpCounter.RETRANSMISSIONS));
            assertEquals(1, scene.count(TcpCounter.FAST_RECOVERIES));
        }
    }

    @Test
    void duplicatesThatThePeerReportsWidenTheWindowOnceInARoundTrip() {
        try (TcpScene scene = tenUnderWay()) {
            scene.after(100).receives(acked(1, 1001, 4001)).sends(zeros(1)).sendsNothing();
            assertEquals(1, scene.connection.reorderingMultiplier);
            scene.receives(acked(4001, 1, 1001)).receives(acked(4001, 1, 1001));
            assertEquals(2, scene.connection.reorderingMultiplier);
            scene.ignoreRest();
        }
    }

    @Test
    void aWidenedWindowIsSmallAgainAfterSixteenRecoveries() {
        try (TcpScene scene = tenUnderWay()) {
            scene.after(100).receives(acked(1, 1001, 4001)).takeAllSent();
            scene.receives(acked(4001, 1, 1001)).receives(acked(10_001));
            for (int i = 0; i < 15; i++) {
                Rack.recoveryEnded(scene.connection);
            }
            assertEquals(2, scene.connection.reorderingMultiplier);
            Rack.recoveryEnded(scene.connection);
            assertEquals(1, scene.connection.reorderingMultiplier);
            scene.ignoreRest();
        }
    }

    @Test
    void aTimeoutSendsTheFirstAgainAndTheOthersAsAnswersCome() {
        try (TcpScene scene = tenUnderWay()) {
            scene.sendsAt(300, zeros(1)).sendsNothing();
            assertEquals(MSS, info(scene).cwnd());
            scene.after(100).receives(acked(1001)).sends(zeros(1001), zeros(2001)).sendsNothing();
            scene.ignoreRest();
        }
    }

    @Test
    void nothingIsLeftInTheBooksWhenAllIsAcknowledged() {
        try (TcpScene scene = tenUnderWay()) {
            scene.after(100).receives(acked(1, 1001, 4001)).takeAllSent();
            scene.receives(acked(1, 1001, 10_001)).takeAllSent().after(100);
            scene.receives(acked(10_001));
            TcpConnection c = scene.connection;
            assertEquals(0, c.sackedBytes + c.lostBytes + c.resentBytes + c.toResendBytes);
            assertEquals(10 * MSS, c.delivered);
            assertEquals(-1, c.oldestSent);
            assertEquals(-1, c.newestSent);
        }
    }
}
