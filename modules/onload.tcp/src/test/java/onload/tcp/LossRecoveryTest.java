package onload.tcp;

import static onload.tcp.Segment.ack;
import static onload.tcp.Segment.data;
import static onload.tcp.Segment.syn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.tcp.counter.TcpCounter;

import org.junit.jupiter.api.Test;

/** Loss that acknowledgments tell of (RFC 5681, RFC 6582, RFC 6675), and timeouts (RFC 6298, RFC 5681). */
class LossRecoveryTest {
    /** With figures that are round. */
    private static final TcpSettings RENO = TcpSettings.DEFAULT.withCongestionControl("newreno");

    private static final int MSS = 1000;

    private static TcpScene plain() {
        return new TcpScene(RENO).accepted(syn().mss(MSS));
    }

    private static TcpScene withSack() {
        return new TcpScene(RENO).accepted(syn().mss(MSS).sackPermitted());
    }

    /** Ten segments of 1000 bytes are under way. */
    private static TcpScene tenUnderWay(TcpScene scene) {
        scene.writes(new byte[10 * MSS]);
        for (int i = 0; i < 10; i++) {
            scene.sends(zeros(1 + i * MSS));
        }
        return scene.sendsNothing();
    }

    private static Segment zeros(int seq) {
        return Segment.segment(seq == 9001 ? "P." : ".").seq(seq).ack(1).payload(new byte[MSS]);
    }

    private static TcpInfo info(TcpScene scene) {
        return scene.connection.info(scene.nowNs());
    }

    @Test
    void theInitialWindowIsTenSegments() {
        try (TcpScene scene = plain()) {
            assertEquals(10 * MSS, info(scene).cwnd());
            scene.writes(new byte[20 * MSS]);
            assertEquals(10, scene.sentCount());
            scene.takeAllSent();
        }
    }

    @Test
    void slowStartAddsWhatIsAcknowledged() {
        try (TcpScene scene = tenUnderWay(plain())) {
            scene.receives(ack().seq(1).ack(1 + 2 * MSS));
            assertEquals(12 * MSS, info(scene).cwnd());
            scene.receives(ack().seq(1).ack(1 + 10 * MSS));
            assertEquals(20 * MSS, info(scene).cwnd());
        }
    }

    @Test
    void twoDuplicatesMeanNothing() {
        try (TcpScene scene = tenUnderWay(plain())) {
            scene.receives(ack().seq(1).ack(1)).receives(ack().seq(1).ack(1)).sendsNothing();
            assertEquals(0, scene.count(TcpCounter.RETRANSMISSIONS));
            scene.ignoreRest();
        }
    }

    @Test
    void threeDuplicatesSendTheFirstSegmentAgainAndHalveTheThreshold() {
        try (TcpScene scene = tenUnderWay(plain())) {
            for (int i = 0; i < 3; i++) {
                scene.receives(ack().seq(1).ack(1));
            }
            scene.sends(zeros(1)).sendsNothing();
            assertEquals(5 * MSS, info(scene).ssthresh());
            // Proportional rate reduction (RFC 6937) gets there with the acknowledgments that come.
            assertEquals(7 * MSS, info(scene).cwnd());
            assertEquals("recovery", info(scene).recovery());
            scene.receives(ack().seq(1).ack(1 + 10 * MSS)).sendsNothing();
            assertEquals("open", info(scene).recovery());
            assertTrue(info(scene).cwnd() <= 5 * MSS);
        }
    }

    @Test
    void aSegmentWithDataOrAnotherWindowIsNoDuplicate() {
        try (TcpScene scene = tenUnderWay(plain())) {
            scene.receives(ack().seq(1).ack(1), ack().seq(1).ack(1));
            scene.receives(ack().seq(1).ack(1).window(60_000)).sendsNothing();
            scene.receives(data("x").seq(1).ack(1)).takeAllSent();
            assertEquals(0, scene.count(TcpCounter.FAST_RECOVERIES));
            scene.ignoreRest();
        }
    }

    @Test
    void aPartialAcknowledgmentSendsTheNextHoleAgainAtOnce() {
        try (TcpScene scene = tenUnderWay(plain())) {
            for (int i = 0; i < 5; i++) {
                scene.receives(ack().seq(1).ack(1));
            }
            scene.sends(zeros(1));
            scene.receives(ack().seq(1).ack(1 + 4 * MSS)).sends(zeros(1 + 4 * MSS)).sendsNothing();
            assertEquals("recovery", info(scene).recovery());
            assertEquals(1, scene.count(TcpCounter.FAST_RECOVERIES));
            scene.receives(ack().seq(1).ack(1 + 10 * MSS)).sendsNothing();
            assertEquals("open", info(scene).recovery());
        }
    }

    @Test
    void whatSackLeavesOutIsSentAgainAndNothingElse() {
        try (TcpScene scene = tenUnderWay(withSack())) {
            // The second and the fourth segment are lost.
            scene.receives(ack().seq(1).ack(1001).sack(2001, 3001));
            scene.receives(ack().seq(1).ack(1001).sack(4001, 5001, 2001, 3001));
            scene.receives(ack().seq(1).ack(1001).sack(4001, 6001, 2001, 3001));
            scene.sends(zeros(1001));
            scene.receives(ack().seq(1).ack(1001).sack(4001, 7001, 2001, 3001));
            scene.receives(ack().seq(1).ack(1001).sack(4001, 8001, 2001, 3001));
            scene.receives(ack().seq(1).ack(1001).sack(4001, 9001, 2001, 3001));
            scene.receives(ack().seq(1).ack(1001).sack(4001, 10001, 2001, 3001));
            scene.sends(zeros(3001)).sendsNothing();
            scene.receives(ack().seq(1).ack(10001)).sendsNothing();
            assertEquals("open", info(scene).recovery());
            assertEquals(2, scene.count(TcpCounter.RETRANSMISSIONS));
            assertEquals(1, scene.count(TcpCounter.FAST_RECOVERIES));
        }
    }

    @Test
    void oneAcknowledgmentWithSackOfThreeSegmentsIsEnough() {
        try (TcpScene scene = tenUnderWay(withSack())) {
            scene.receives(ack().seq(1).ack(1).sack(1001, 4001)).sends(zeros(1)).sendsNothing();
            scene.receives(ack().seq(1).ack(10001));
            assertEquals(1, scene.count(TcpCounter.FAST_RECOVERIES));
        }
    }

    @Test
    void duplicatesWithoutNewsInSackMeanNothing() {
        try (TcpScene scene = tenUnderWay(withSack())) {
            for (int i = 0; i < 10; i++) {
                scene.receives(ack().seq(1).ack(1).sack(1001, 2001));
            }
            scene.sendsNothing();
            assertEquals(0, scene.count(TcpCounter.FAST_RECOVERIES));
            scene.ignoreRest();
        }
    }

    @Test
    void blocksThatWereNeverSentAreCountedAndIgnored() {
        try (TcpScene scene = tenUnderWay(withSack())) {
            scene.receives(ack().seq(1).ack(1).sack(20_001, 30_001));
            scene.receives(ack().seq(1).ack(1).sack(3001, 2001));
            scene.sendsNothing();
            assertTrue(scene.count(TcpCounter.SACK_BLOCKS_INVALID) >= 1);
            assertEquals(0, info(scene).sackedBytes());
            scene.ignoreRest();
        }
    }

    @Test
    void aTimeoutSendsTheFirstSegmentFromAWindowOfOneAndThenTheRest() {
        try (TcpScene scene = tenUnderWay(plain())) {
            scene.mark().sendsAt(200, zeros(1));
            assertEquals(MSS, info(scene).cwnd());
            assertEquals(5 * MSS, info(scene).ssthresh());
            assertEquals("loss", info(scene).recovery());
            scene.receives(ack().seq(1).ack(1001)).sends(zeros(1001), zeros(2001)).sendsNothing();
            scene.receives(ack().seq(1).ack(3001));
            scene.sends(zeros(3001), zeros(4001), zeros(5001), zeros(6001)).sendsNothing();
            scene.receives(ack().seq(1).ack(10001)).sendsNothing();
            assertEquals("open", info(scene).recovery());
        }
    }

    @Test
    void aSecondTimeoutDoesNotHalveAgain() {
        try (TcpScene scene = tenUnderWay(plain())) {
            scene.mark().sendsAt(200, zeros(1)).sendsAt(600, zeros(1));
            assertEquals(5 * MSS, info(scene).ssthresh());
            scene.ignoreRest();
        }
    }

    @Test
    void afterATimeoutDuplicatesOfWhatWasSentBeforeBeginNoRecovery() {
        try (TcpScene scene = tenUnderWay(plain())) {
            scene.mark().sendsAt(200, zeros(1));
            for (int i = 0; i < 6; i++) {
                scene.receives(ack().seq(1).ack(1));
            }
            assertEquals(0, scene.count(TcpCounter.FAST_RECOVERIES));
            scene.ignoreRest();
        }
    }

    @Test
    void theWindowDoesNotGrowWhileItIsNotUsed() {
        try (TcpScene scene = plain()) {
            int seq = 1;
            for (int i = 0; i < 20; i++) {
                scene.writes("x").sends(data("x").seq(seq).ack(1));
                scene.receives(ack().seq(1).ack(++seq));
            }
            assertEquals(10 * MSS, info(scene).cwnd());
        }
    }

    @Test
    void afterAPauseTheWindowIsNoLargerThanTheInitialOne() {
        try (TcpScene scene = tenUnderWay(plain())) {
            scene.receives(ack().seq(1).ack(1 + 10 * MSS));
            assertEquals(20 * MSS, info(scene).cwnd());
            scene.after(100).writes("x").takeAllSent().receives(ack().seq(1).ack(10_002));
            assertEquals(20 * MSS, info(scene).cwnd());
            scene.after(1000).writes("x").takeAllSent().receives(ack().seq(1).ack(10_003));
            assertEquals(10 * MSS, info(scene).cwnd());
        }
    }

    @Test
    void whatComesTwiceIsReportedByDsackOnce() {
        try (TcpScene scene = withSack()) {
            scene.receives(data("hello").seq(1).ack(1)).sends(ack().seq(1).ack(6));
            scene.receives(data("hello").seq(1).ack(1)).sends(ack().seq(1).ack(6).sack(1, 6));
            scene.receives(data("x").seq(6).ack(1)).sends(ack().seq(1).ack(7).sack());
        }
    }

    @Test
    void whatIsMissingIsToldBySackLastBlockFirst() {
        try (TcpScene scene = withSack()) {
            scene.receives(data("c").seq(3).ack(1)).sends(ack().seq(1).ack(1).sack(3, 4));
            scene.receives(data("e").seq(5).ack(1)).sends(ack().seq(1).ack(1).sack(5, 6, 3, 4));
            scene.receives(data("g").seq(7).ack(1))
                    .sends(ack().seq(1).ack(1).sack(7, 8, 5, 6, 3, 4));
            scene.receives(data("d").seq(4).ack(1)).sends(ack().seq(1).ack(1).sack(3, 6, 7, 8));
            scene.receives(data("ab").seq(1).ack(1)).sends(ack().seq(1).ack(6).sack(7, 8));
            scene.receives(data("f").seq(6).ack(1)).sends(ack().seq(1).ack(8).sack());
            assertEquals("abcdefg", scene.reads());
        }
    }

    @Test
    void segmentsThatHaveBecomeTooLongGoAgainInShorterOnes() {
        try (TcpScene scene = new TcpScene().accepted(syn().mss(1460))) {
            scene.writes(new byte[1460]).takeSent("segment");
            scene.receivesTooBig(1000, Segment.segment(".").seq(1).ack(1).payload(new byte[1460]));
            assertEquals(960, info(scene).sndMss());
            assertEquals(2, scene.sentCount(), scene::describe);
            scene.takeAllSent().receives(ack().seq(1).ack(1461)).sendsNothing();
        }
    }

    @Test
    void recoveryWorksAcrossTheWrapAround() {
        for (int isn : new int[] {-1, -500, -5000, -10_000, Integer.MAX_VALUE - 5000}) {
            try (TcpScene scene = new TcpScene().isns(isn, isn)) {
                scene.accepted(syn().mss(MSS).sackPermitted());
                tenUnderWay(scene);
                scene.receives(ack().seq(1).ack(1).sack(1001, 9001)).sends(zeros(1));
                scene.receives(ack().seq(1).ack(9001).sack()).sendsNothing();
                scene.mark().sendsAt(200, zeros(9001));
                scene.receives(ack().seq(1).ack(10_001)).after(10_000).sendsNothing();
            }
        }
    }
}
