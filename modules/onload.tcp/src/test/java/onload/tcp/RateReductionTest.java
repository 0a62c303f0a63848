package onload.tcp;

import static onload.tcp.LongWay.MSS;
import static onload.tcp.LongWay.acked;
import static onload.tcp.LongWay.info;
import static onload.tcp.LongWay.tenUnderWay;
import static onload.tcp.LongWay.withSack;
import static onload.tcp.LongWay.withoutProbes;
import static onload.tcp.LongWay.zeros;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** What goes during recovery: PRR (RFC 6937), limited transmit (RFC 3042). */
class RateReductionTest {
    @Test
    void theFirstTwoDuplicatesSendNewDataEach() {
        try (TcpScene scene = tenUnderWay(withoutProbes(), withSack(), 20)) {
            scene.after(100).receives(acked(1, 1001, 2001)).sends(zeros(10_001, 20));
            scene.receives(acked(1, 1001, 3001)).sends(zeros(11_001, 20)).sendsNothing();
            scene.ignoreRest();
        }
    }

    @Test
    void everySecondAcknowledgmentSendsASegmentUntilTheWindowIsHalved() {
        try (TcpScene scene = tenUnderWay(withoutProbes(), withSack(), 40)) {
            scene.after(100).receives(acked(1, 1001, 4001)).takeAllSent();
            int sent = 0;
            for (int right = 5001; right <= 10_001; right += MSS) {
                scene.receives(acked(1, 1001, right));
                sent += scene.sentCount();
                scene.takeAllSent();
            }
            assertTrue(sent >= 2 && sent <= 4, sent + " for six acknowledgments");
            int flight = Scoreboard.inFlight(scene.connection);
            assertTrue(
                    Math.abs(flight - info(scene).ssthresh()) <= MSS,
                    flight + " of " + info(scene).ssthresh());
            scene.ignoreRest();
        }
    }

    @Test
    void whenMostIsLostNoMoreGoesThanArrivesAndOneMore() {
        try (TcpScene scene = tenUnderWay(withoutProbes(), withSack(), 40)) {
            scene.after(100).receives(acked(1, 9001, 10_001)).sends(zeros(10_001, 40)).after(26);
            assertEquals(1, scene.sentCount(), scene::describe);
            scene.takeAllSent().after(100).receives(acked(1001, 9001, 10_001));
            assertTrue(scene.sentCount() <= 2, scene::describe);
            scene.ignoreRest();
        }
    }

    @Test
    void afterRecoveryTheWindowIsTheThresholdAtMost() {
        try (TcpScene scene = tenUnderWay(withoutProbes(), withSack(), 10)) {
            scene.after(100).receives(acked(1, 1001, 4001)).takeAllSent();
            scene.after(100).receives(acked(10_001));
            assertEquals("open", info(scene).recovery());
            assertTrue(info(scene).cwnd() <= info(scene).ssthresh());
        }
    }
}
