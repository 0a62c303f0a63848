package onload.tcp;

import static onload.tcp.Segment.ack;
import static onload.tcp.Segment.data;
import static onload.tcp.Segment.fin;
import static onload.tcp.Segment.numbered;
import static onload.tcp.Segment.segment;
import static onload.tcp.Segment.syn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.tcp.counter.TcpCounter;
import onload.wire.TcpHeader;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** ECN on a connection (RFC 3168, sections 6.1.2 to 6.1.6): what is marked, what is echoed, who slows down. */
class EcnTest {
    /** With figures that are round. */
    private static final TcpSettings RENO = TcpSettings.DEFAULT.withCongestionControl("newreno");

    private static final int MSS = 1460;
    private static final int ECT_1 = 1;
    private static final int ECT_0 = 2;
    private static final int CE = 3;

    private static TcpScene agreed() {
        return new TcpScene(RENO).accepted(segment("SEW").mss(MSS));
    }

    private static TcpScene agreedWithSack() {
        return new TcpScene(RENO).accepted(segment("SEW").mss(MSS).sackPermitted());
    }

    private static void assertMarked(TcpScene scene, String flags, int codepoint) {
        Segment sent = scene.takeMarked();
        String is = Segment.flagNames(sent.flags & (TcpHeader.ECE | TcpHeader.CWR));
        assertEquals("[" + flags + "]", is, scene::describe);
        assertEquals(codepoint, sent.trafficClass, scene::describe);
    }

    /** Segments in the initial window, all of them may be marked. */
    private static TcpScene inFlight(TcpScene scene, int segments) {
        scene.writes(numbered(1, segments * MSS));
        for (int i = 0; i < segments; i++) {
            assertMarked(scene, "", ECT_0);
        }
        return scene;
    }

    @Nested
    class Sender {
        @Test
        void newDataMayBeMarked() {
            try (TcpScene scene = agreed()) {
                scene.writes("x").sends(data("x").seq(1).trafficClass(ECT_0)).ignoreRest();
            }
        }

        @Test
        void acknowledgmentsMayNotBeMarked() {
            try (TcpScene scene = agreed()) {
                scene.receives(data("abc").seq(1)).sends(ack().ack(4).trafficClass(0));
            }
        }

        @Test
        void finAndResetMayNotBeMarked() {
            try (TcpScene scene = agreed()) {
                scene.shutsDown().sends(fin().seq(1).trafficClass(0));
                scene.aborts().sends(segment("R.").trafficClass(0));
            }
        }

        @Test
        void finWithDataMayBeMarked() {
            try (TcpScene scene = agreed()) {
                scene.connection.cork(true, scene.nowNs());
                scene.writes("x")
                        .shutsDown()
                        .sends(segment("FP.").payload("x").trafficClass(ECT_0));
                scene.ignoreRest();
            }
        }

        @Test
        void whatGoesAgainAfterATimeoutMayNotBeMarked() {
            try (TcpScene scene = agreed()) {
                scene.writes("x").sends(data("x").trafficClass(ECT_0)).ignoreRest();
                scene.after(1000);
                scene.sends(data("x").seq(1).trafficClass(0));
            }
        }

        @Test
        void whatGoesAgainByFastRetransmitMayNotBeMarkedAndNewDataMay() {
            try (TcpScene scene = inFlight(agreedWithSack(), 8).ignoreRest()) {
                scene.receives(ack().ack(1).sack(1 + MSS, 1 + 5 * MSS));
                scene.after(50);
                Segment again = scene.takeMarked();
                assertEquals(0, again.trafficClass, scene::describe);
                assertTrue(java.util.Arrays.equals(numbered(1, MSS), again.payload));
                scene.receives(ack().ack(1 + 8 * MSS));
                scene.takeAllSent().writes("new");
                scene.sends(segment("P.W").payload("new").trafficClass(ECT_0));
            }
        }

        @Test
        void windowProbesMayNotBeMarked() {
            try (TcpScene scene = agreed()) {
                scene.receives(ack().ack(1).window(0)).writes("xy").ignoreRest();
                scene.after(1000);
                scene.sends(segment(".").seq(1).payload("x").trafficClass(0));
            }
        }

        @Test
        void keepAlivesMayNotBeMarked() {
            try (TcpScene scene = agreed()) {
                scene.connection.keepAlive(true, 1_000_000_000L, 1_000_000_000L, 3, scene.nowNs());
                scene.after(1000).sends(ack().seq(0).trafficClass(0)).ignoreRest();
            }
        }

        @Test
        void nothingIsMarkedOrEchoedWithoutAnAgreement() {
            try (TcpScene scene = new TcpScene().accepted(syn().mss(MSS))) {
                scene.writes("x").sends(data("x").trafficClass(0));
                int cwnd = scene.connection.congestionWindow();
                scene.receives(segment(".E").ack(2));
                assertTrue(scene.connection.congestionWindow() >= cwnd);
                scene.receives(data("y").trafficClass(CE)).after(40).sends(ack().ack(2));
                assertEquals(0, scene.count(TcpCounter.ECE_RECEIVED));
                assertEquals(0, scene.count(TcpCounter.CE_RECEIVED));
            }
        }

        @Test
        void echoReducesTheWindowWithoutSendingAgain() {
            try (TcpScene scene = inFlight(agreed(), 10)) {
                scene.receives(segment(".E").ack(1 + MSS));
                scene.receives(ack().ack(1 + 10 * MSS));
                assertEquals(5 * MSS, scene.connection.info(scene.nowNs()).ssthresh());
                assertTrue(scene.connection.congestionWindow() <= 5 * MSS, scene::describe);
                assertEquals(0, scene.connection.retransmissions());
                assertEquals(1, scene.count(TcpCounter.CONGESTION_REDUCTIONS));
                scene.sendsNothing();
            }
        }

        @Test
        void firstNewDataAfterAReductionSaysSoAndNothingElse() {
            try (TcpScene scene = inFlight(agreed(), 10)) {
                scene.receives(segment(".E").ack(1 + 10 * MSS));
                scene.writes(numbered(1 + 10 * MSS, 2 * MSS));
                assertMarked(scene, "W", ECT_0);
                assertMarked(scene, "", ECT_0);
                assertEquals(1, scene.count(TcpCounter.CWR_SENT));
                scene.receives(ack().ack(1 + 12 * MSS));
            }
        }

        @Test
        void acknowledgmentsDoNotSayThatTheWindowWasReduced() {
            try (TcpScene scene = inFlight(agreed(), 4)) {
                scene.receives(segment(".E").ack(1 + 4 * MSS));
                scene.receives(data("abc").seq(1)).after(40);
                scene.sends(ack().ack(4).trafficClass(0));
                scene.writes("x").sends(segment("P.W").payload("x").trafficClass(ECT_0));
                scene.receives(ack().ack(2 + 4 * MSS));
            }
        }

        @Test
        void echoesOfOneWindowReduceOnce() {
            try (TcpScene scene = inFlight(agreed(), 10)) {
                for (int i = 1; i <= 10; i++) {
                    scene.receives(segment(".E").ack(1 + i * MSS));
                }
                assertEquals(10, scene.count(TcpCounter.ECE_RECEIVED));
                assertEquals(1, scene.count(TcpCounter.CONGESTION_REDUCTIONS));
                assertEquals(5 * MSS, scene.connection.info(scene.nowNs()).ssthresh());
            }
        }

        @Test
        void echoOfTheNextWindowReducesAgain() {
            try (TcpScene scene = inFlight(agreed(), 10)) {
                scene.receives(segment(".E").ack(1 + 10 * MSS));
                scene.writes(numbered(1 + 10 * MSS, 2 * MSS));
                assertMarked(scene, "W", ECT_0);
                assertMarked(scene, "", ECT_0);
                scene.receives(segment(".E").ack(1 + 11 * MSS));
                assertEquals(2, scene.count(TcpCounter.CONGESTION_REDUCTIONS));
                scene.receives(ack().ack(1 + 12 * MSS));
                scene.writes("x").sends(segment("P.W").payload("x"));
                scene.receives(ack().ack(2 + 12 * MSS));
            }
        }

        @Test
        void echoOnADuplicateAcknowledgmentReduces() {
            try (TcpScene scene = inFlight(agreed(), 10)) {
                scene.receives(segment(".E").ack(1));
                assertEquals(1, scene.count(TcpCounter.CONGESTION_REDUCTIONS));
                scene.receives(ack().ack(1 + 10 * MSS));
            }
        }

        @Test
        void echoWithDataReduces() {
            try (TcpScene scene = inFlight(agreed(), 10)) {
                scene.receives(segment("P.E").seq(1).payload("abc").ack(1 + MSS));
                scene.takeAllSent();
                assertEquals(1, scene.count(TcpCounter.CONGESTION_REDUCTIONS));
                assertEquals("abc", scene.reads());
                scene.receives(ack().ack(1 + 10 * MSS));
            }
        }

        @Test
        void echoWhileNothingIsInFlightIsIgnored() {
            try (TcpScene scene = agreed()) {
                scene.receives(segment(".E").ack(1));
                assertEquals(0, scene.count(TcpCounter.ECE_RECEIVED));
                assertEquals(0, scene.count(TcpCounter.CONGESTION_REDUCTIONS));
                scene.writes("x").sends(data("x")).receives(ack().ack(2));
            }
        }

        @Test
        void echoOnAnOldAcknowledgmentOrOneOfWhatWasNotSentIsIgnored() {
            try (TcpScene scene = inFlight(agreed(), 4)) {
                scene.receives(ack().ack(1 + 2 * MSS));
                scene.receives(segment(".E").ack(1 + MSS));
                scene.receives(segment(".E").ack(1 + 9 * MSS)).takeAllSent();
                assertEquals(0, scene.count(TcpCounter.ECE_RECEIVED));
                assertEquals(0, scene.count(TcpCounter.CONGESTION_REDUCTIONS));
                scene.receives(ack().ack(1 + 4 * MSS));
            }
        }

        @Test
        void echoDuringRecoveryReducesNothingMore() {
            try (TcpScene scene = inFlight(agreedWithSack(), 10).ignoreRest()) {
                scene.receives(ack().ack(1).sack(1 + MSS, 1 + 5 * MSS)).after(50);
                assertEquals(1, scene.count(TcpCounter.FAST_RECOVERIES));
                int ssthresh = scene.connection.info(scene.nowNs()).ssthresh();
                scene.receives(segment(".E").ack(1).sack(1 + MSS, 1 + 6 * MSS));
                assertEquals(ssthresh, scene.connection.info(scene.nowNs()).ssthresh());
                assertEquals(0, scene.count(TcpCounter.CONGESTION_REDUCTIONS));
            }
        }

        @Test
        void afterATimeoutTheFirstNewDataSaysThatTheWindowWasReduced() {
            try (TcpScene scene = agreed()) {
                scene.writes("x").sends(data("x")).after(1500).takeAllSent();
                scene.receives(ack().ack(2));
                scene.writes("y").sends(segment("P.W").payload("y").trafficClass(ECT_0));
                scene.receives(ack().ack(3));
            }
        }

        @Test
        void whatWasRefusedSaysItWhenItGoes() {
            try (TcpScene scene = inFlight(agreed(), 2)) {
                scene.receives(segment(".E").ack(1 + 2 * MSS));
                scene.nic.jam(true);
                scene.writes("x").after(1).sendsNothing();
                scene.nic.jam(false);
                scene.after(2000).sends(segment("P.W").payload("x").trafficClass(ECT_0));
                assertEquals(1, scene.count(TcpCounter.CWR_SENT));
                scene.receives(ack().ack(2 + 2 * MSS)).ignoreRest();
            }
        }
    }

    @Nested
    class Receiver {
        @Test
        void markIsEchoedOnEveryAcknowledgmentUntilThePeerHasReduced() {
            try (TcpScene scene = agreed()) {
                scene.receives(data("a").seq(1).trafficClass(CE)).sends(segment(".E").ack(2));
                scene.receives(data("b").trafficClass(ECT_0)).sends(segment(".E").ack(3));
                scene.receives(data("c").trafficClass(ECT_0)).sends(segment(".E").ack(4));
                scene.receives(segment("P.W").payload("d").trafficClass(ECT_0));
                scene.sends(ack().ack(5));
                scene.receives(data("e").trafficClass(ECT_0)).sends(ack().ack(6));
                assertEquals("abcde", scene.reads());
                assertEquals(1, scene.count(TcpCounter.CE_RECEIVED));
                assertEquals(1, scene.count(TcpCounter.CWR_RECEIVED));
            }
        }

        @Test
        void whatMayBeMarkedAndIsNotIsNotEchoed() {
            try (TcpScene scene = agreed()) {
                scene.receives(data("a").trafficClass(ECT_0)).sends(ack().ack(2));
                scene.receives(data("b").trafficClass(ECT_1)).sends(ack().ack(3));
                scene.receives(data("c").trafficClass(0)).sends(ack().ack(4));
            }
        }

        @Test
        void dataCarriesTheEchoToo() {
            try (TcpScene scene = agreed()) {
                scene.receives(data("a").seq(1).trafficClass(CE)).takeAllSent();
                scene.writes("x").sends(segment("P.E").payload("x").trafficClass(ECT_0));
                scene.receives(ack().ack(2));
            }
        }

        @Test
        void markOnTheSegmentThatSaysThatThePeerHasReducedIsEchoedAnew() {
            try (TcpScene scene = agreed()) {
                scene.receives(data("a").seq(1).trafficClass(CE)).sends(segment(".E").ack(2));
                scene.receives(segment("P.W").payload("b").trafficClass(CE));
                scene.sends(segment(".E").ack(3));
                scene.receives(data("c").trafficClass(ECT_0)).sends(segment(".E").ack(4));
            }
        }

        @Test
        void reductionWithoutAMarkIsNoHarm() {
            try (TcpScene scene = agreed()) {
                scene.receives(segment("P.W").seq(1).payload("a").trafficClass(ECT_0));
                scene.sends(ack().ack(2));
            }
        }

        @Test
        void reductionSaidWithoutDataDoesNotEndTheEcho() {
            try (TcpScene scene = agreed()) {
                scene.receives(data("a").seq(1).trafficClass(CE)).sends(segment(".E").ack(2));
                scene.receives(segment(".W")).sendsNothing();
                scene.receives(data("b").trafficClass(ECT_0)).sends(segment(".E").ack(3));
            }
        }

        @Test
        void markOnASegmentOutOfOrderIsEchoed() {
            try (TcpScene scene = agreed()) {
                scene.receives(data("b").seq(2).trafficClass(CE)).sends(segment(".E").ack(1));
                scene.receives(data("a").seq(1).trafficClass(ECT_0)).sends(segment(".E").ack(3));
            }
        }

        @Test
        void markOnASegmentOutsideTheWindowIsIgnored() {
            try (TcpScene scene = agreed()) {
                scene.receives(data("abc").seq(1)).takeAllSent();
                scene.receives(data("ab").seq(1).trafficClass(CE)).sends(ack().ack(4));
                scene.receives(data("x").seq(1_000_000).trafficClass(CE)).sends(ack().ack(4));
                assertEquals(0, scene.count(TcpCounter.CE_RECEIVED));
            }
        }

        @Test
        void markOnAnAcknowledgmentIsIgnored() {
            try (TcpScene scene = agreed()) {
                scene.receives(ack().ack(1).trafficClass(CE));
                scene.receives(data("a").seq(1)).sends(ack().ack(2));
                assertEquals(0, scene.count(TcpCounter.CE_RECEIVED));
            }
        }

        @Test
        void markOnTextThatComesWithTheConfirmationIsEchoed() {
            try (TcpScene scene = new TcpScene().listening(5)) {
                scene.receives(segment("SEW").seq(0).mss(MSS)).sends(segment("S.E"));
                scene.receives(data("a").seq(1).ack(1).trafficClass(CE));
                scene.sends(segment(".E").ack(2));
                scene.accepts();
            }
        }

        @Test
        void echoIsInTheAcknowledgmentOfAFinAndNotInAReset() {
            try (TcpScene scene = agreed()) {
                scene.receives(data("a").seq(1).trafficClass(CE)).sends(segment(".E").ack(2));
                scene.receives(fin().seq(2)).sends(segment(".E").ack(3));
                scene.aborts().sends(segment("R."));
            }
        }

        @Test
        void markedSegmentsAreAcknowledgedWithoutDelay() {
            try (TcpScene scene = agreed()) {
                scene.connection.quickAcks = 0;
                scene.writes("x").takeAllSent().receives(ack().ack(2));
                scene.receives(data(1, MSS).trafficClass(CE)).sends(segment(".E").ack(1 + MSS));
            }
        }
    }
}
