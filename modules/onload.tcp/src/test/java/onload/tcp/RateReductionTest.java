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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
    void aLossIsOfTheWholeWindowThoughTheBatchHasAcknowledgedSomeOfItBefore() {
        try (TcpScene scene = tenUnderWay(withoutProbes(), withSack(), 100)) {
            scene.after(100).receives(acked(4001), acked(4001, 5001, 8001)).takeAllSent();
            assertEquals("recovery", info(scene).recovery());
            assertEquals(5 * MSS, info(scene).ssthresh());
            // What was acknowledged before the loss was seen counts as delivered: half of the
            // window is used.
            assertEquals(5 * MSS, Scoreboard.inFlight(scene.connection));
            scene.ignoreRest();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"newreno", "cubic", "dctcp"})
    void acknowledgmentsOfABatchLetTheWindowGrowAsOneByOne(String control) {
        int alone = grownWindow(control, false);
        int together = grownWindow(control, true);
        assertTrue(Math.abs(alone - together) <= MSS / 20, alone + " and " + together);
    }

    /** {@return the window in congestion avoidance, some round trips after a loss} */
    private static int grownWindow(String control, boolean isBatch) {
        try (TcpScene scene = LongWay.accepted(withoutProbes(), withSack(), control)) {
            scene.writes(new byte[100 * MSS]).takeAllSent();
            scene.after(100).receives(acked(1, 1001, 4001)).takeAllSent();
            for (int round = 0; round < 8; round++) {
                TcpConnection c = scene.connection;
                scene.after(100);
                int una = c.sndUna - c.iss;
                int count = (c.sndMax - c.sndUna) / MSS;
                Segment[] batch = new Segment[count];
                for (int i = 0; i < count; i++) {
                    batch[i] = acked(una + (i + 1) * MSS);
                    if (!isBatch) {
                        scene.receives(batch[i]).takeAllSent();
                    }
                }
                if (isBatch) {
                    scene.receives(batch).takeAllSent();
                }
            }
            scene.ignoreRest();
            assertEquals("open", info(scene).recovery());
            assertTrue(info(scene).cwnd() > info(scene).ssthresh() + 2 * MSS);
            return info(scene).cwnd();
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
