package onload.tcp;

import static onload.tcp.Segment.ack;
import static onload.tcp.Segment.data;
import static onload.tcp.Segment.fin;
import static onload.tcp.Segment.rstAck;
import static onload.tcp.Segment.syn;
import static onload.tcp.Segment.synAck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.tcp.counter.TcpCounter;

import org.junit.jupiter.api.Test;

/** Every timer (RFC 9293, sections 3.8.1 to 3.8.6; RFC 6298), at exact times. */
class TimersTest {
    private static final long SECOND_NS = 1_000_000_000L;

    private static TcpScene established() {
        return new TcpScene().established();
    }

    // SYN and SYN-ACK.

    @Test
    void aSynGoesAgainAfterASecondThenTwoAndSoOnUntilItFails() {
        TcpSettings settings = TcpSettings.DEFAULT.with(TcpSetting.SYN_RETRIES, 3);
        try (TcpScene scene = new TcpScene(settings).mark().connects()) {
            scene.mark().sends(syn().seq(0));
            scene.sendsAt(1000, syn().seq(0));
            scene.sendsAt(3000, syn().seq(0));
            scene.sendsAt(7000, syn().seq(0));
            scene.after(7999).sendsNothing().is(TcpState.SYN_SENT);
            scene.after(2).sendsNothing().is(TcpState.CLOSED);
            assertEquals(TcpConnection.TIMED_OUT, scene.connection.error());
            assertTrue((scene.events() & (TcpEvents.FAILED | TcpEvents.CLOSED)) != 0);
        }
    }

    @Test
    void aSynAckGoesAgainUntilTheHalfOpenConnectionIsForgotten() {
        TcpSettings settings = TcpSettings.DEFAULT.with(TcpSetting.SYN_ACK_RETRIES, 2);
        try (TcpScene scene = new TcpScene(settings).listening(5)) {
            scene.mark().receives(syn().seq(0)).sends(synAck().seq(0).ack(1));
            scene.sendsAt(1000, synAck().seq(0).ack(1));
            scene.sendsAt(3000, synAck().seq(0).ack(1));
            scene.after(4001).sendsNothing();
            assertEquals(0, scene.tcp.flows());
            assertEquals(0, scene.listener.halfOpen());
            assertEquals(1, scene.count(TcpCounter.HALF_OPEN_TIMED_OUT));
        }
    }

    @Test
    void afterASynThatWasLostTheInitialWindowIsOneSegment() {
        try (TcpScene scene = new TcpScene().connects()) {
            scene.sends(syn().seq(0)).after(3000).sends(syn().seq(0), syn().seq(0));
            scene.receives(synAck().seq(0).ack(1).mss(1000)).sends(ack().seq(1).ack(1));
            assertEquals(1000, scene.connection.info(scene.nowNs()).cwnd());
        }
    }

    // Retransmission.

    @Test
    void theTimeoutDoublesWithEachRetransmission() {
        try (TcpScene scene = established()) {
            scene.mark().writes("abc").sends(data("abc").seq(1).ack(1));
            double at = 200;
            double next = 400;
            for (int i = 0; i < 6; i++, at += next, next *= 2) {
                scene.sendsAt(at, data("abc").seq(1).ack(1));
            }
            assertEquals(6, scene.connection.info(scene.nowNs()).retransmits());
        }
    }

    @Test
    void theTimeoutIsNeverMoreThanTheLargest() {
        TcpSettings settings = TcpSettings.DEFAULT.with(TcpSetting.MAX_RTO_NS, SECOND_NS);
        try (TcpScene scene = new TcpScene(settings).established()) {
            scene.mark().writes("abc").sends(data("abc").seq(1).ack(1));
            for (int at : new int[] {200, 600, 1400, 2400, 3400, 4400}) {
                scene.sendsAt(at, data("abc").seq(1).ack(1));
            }
        }
    }

    @Test
    void afterAsManyTimeoutsAsMayBeTheConnectionFails() {
        TcpSettings settings = TcpSettings.DEFAULT.with(TcpSetting.RETRIES, 2);
        try (TcpScene scene = new TcpScene(settings).established()) {
            scene.mark().writes("abc").sends(data("abc").seq(1).ack(1));
            scene.sendsAt(200, data("abc").seq(1).ack(1));
            scene.sendsAt(600, data("abc").seq(1).ack(1));
            scene.after(801).sendsNothing().is(TcpState.CLOSED);
            assertEquals(TcpConnection.TIMED_OUT, scene.connection.error());
            assertEquals(TcpConnection.TIMED_OUT, scene.tryWrite(new byte[1]));
        }
    }

    @Test
    void anAcknowledgmentOfNewDataBeginsTheTimeAnewAndAMeasurementEndsTheDoubling() {
        try (TcpScene scene = established()) {
            scene.connection.noDelay(true, scene.nowNs());
            scene.mark().writes("abc").sends(data("abc").seq(1).ack(1));
            scene.writes("def").sends(data("def").seq(4).ack(1));
            scene.sendsAt(200, Segment.segment(".").payload("abc").seq(1).ack(1));
            scene.mark().receives(ack().seq(1).ack(4)).sends(data("def").seq(4).ack(1));
            // Doubled until there is a measurement (Karn).
            scene.sendsAt(400, data("def").seq(4).ack(1));
            scene.receives(ack().seq(1).ack(7));
            scene.mark().writes("ghi").sends(data("ghi").seq(7).ack(1));
            scene.after(100).receives(ack().seq(1).ack(10));
            assertEquals(0, scene.connection.info(scene.nowNs()).backoff());
        }
    }

    @Test
    void aWayThatBecomesSlowerThanTheTimeoutIsMeasuredAllTheSame() {
        TcpSettings settings = TcpSettings.DEFAULT.with(TcpSetting.MIN_RTO_NS, 1_000_000);
        try (TcpScene scene = new TcpScene(settings).established()) {
            int seq = 1;
            for (int i = 0; i < 10; i++) {
                scene.writes("x").after(500).takeAllSent().receives(ack().seq(1).ack(++seq));
            }
            assertEquals(500e6, (double) scene.connection.info(scene.nowNs()).srttNs(), 400e6);
        }
    }

    @Test
    void whatIsAcknowledgedIsNotSentAgain() {
        try (TcpScene scene = established()) {
            scene.writes("abc").sends(data("abc").seq(1).ack(1));
            scene.receives(ack().seq(1).ack(4)).after(100_000).sendsNothing();
            assertEquals(Long.MAX_VALUE, scene.tcp.nextDeadlineNs());
        }
    }

    @Test
    void theTimeoutFollowsTheRoundTripTime() {
        try (TcpScene scene = established()) {
            scene.writes("abc").sends(data("abc").seq(1).ack(1));
            // Acknowledged after 80 ms, again and again.
            for (int i = 0; i < 40; i++) {
                int seq = 1 + 3 * i;
                scene.after(80).takeAllSent().receives(ack().seq(1).ack(seq + 3));
                scene.writes("abc").takeAllSent();
            }
            TcpInfo info = scene.connection.info(scene.nowNs());
            assertEquals(80e6, (double) info.srttNs(), 5e6);
            assertTrue(info.rtoNs() >= info.srttNs() + 1_000_000, info::toString);
            assertTrue(info.rtoNs() < info.srttNs() + 250_000_000, info::toString);
        }
    }

    @Test
    void aSegmentThatWasSentTwiceSaysNothingOfTheRoundTripTime() {
        try (TcpScene scene = established()) {
            long before = scene.connection.info(scene.nowNs()).srttNs();
            scene.mark().writes("abc").sends(data("abc").seq(1).ack(1));
            scene.sendsAt(200, data("abc").seq(1).ack(1));
            scene.after(100).receives(ack().seq(1).ack(4));
            assertEquals(before, scene.connection.info(scene.nowNs()).srttNs());
        }
    }

    @Test
    void whatHasWaitedForARetransmissionSaysNothingOfTheRoundTripTime() {
        try (TcpScene scene =
                LongWay.tenUnderWay(LongWay.withoutProbes(), LongWay.withSack(), 10)) {
            // The blocks for the second to the seventh are lost on their way.
            scene.after(100).receives(LongWay.acked(1, 7001, 10_001)).takeAllSent();
            long before = scene.connection.info(scene.nowNs()).srttNs();
            scene.after(100).receives(LongWay.acked(10_001));
            assertEquals(before, scene.connection.info(scene.nowNs()).srttNs());
        }
    }

    @Test
    void whatThePeerHasSaidThatItHasSaysNothingOfTheRoundTripTime() {
        try (TcpScene scene =
                LongWay.tenUnderWay(LongWay.withoutProbes(), LongWay.withSack(), 10)) {
            scene.after(100).receives(LongWay.acked(1, 2001, 3001)).sendsNothing();
            // The first two were late, and only they say how long they took.
            scene.after(20).receives(LongWay.acked(3001));
            assertEquals(102_500_000, scene.connection.info(scene.nowNs()).srttNs());
            scene.ignoreRest();
        }
    }

    @Test
    void aFinGoesAgain() {
        try (TcpScene scene = established()) {
            scene.mark().shutsDown().sends(fin().seq(1).ack(1));
            scene.sendsAt(200, fin().seq(1).ack(1));
            scene.sendsAt(600, fin().seq(1).ack(1));
            scene.receives(ack().seq(1).ack(2))
                    .is(TcpState.FIN_WAIT_2)
                    .after(60_000)
                    .sendsNothing();
        }
    }

    // The user timeout.

    @Test
    void dataThatIsNotAcknowledgedForTheUserTimeoutEndsTheConnectionAtThatTime() {
        try (TcpScene scene = established()) {
            scene.connection.userTimeout(SECOND_NS);
            scene.mark().writes("abc").sends(data("abc").seq(1).ack(1));
            scene.sendsAt(200, data("abc").seq(1).ack(1));
            scene.sendsAt(600, data("abc").seq(1).ack(1));
            scene.after(399).is(TcpState.ESTABLISHED);
            scene.after(2).sendsNothing().is(TcpState.CLOSED);
            assertEquals(TcpConnection.TIMED_OUT, scene.connection.error());
        }
    }

    @Test
    void aUserTimeoutShorterThanTheFirstTimeoutEndsTheConnectionAtThatTime() {
        try (TcpScene scene = established()) {
            scene.connection.userTimeout(SECOND_NS / 10);
            scene.mark().writes("abc").sends(data("abc").seq(1).ack(1));
            scene.after(99).is(TcpState.ESTABLISHED);
            scene.after(2).sendsNothing().is(TcpState.CLOSED);
            assertEquals(TcpConnection.TIMED_OUT, scene.connection.error());
        }
    }

    @Test
    void aUserTimeoutCountsInPlaceOfTheRetries() {
        TcpSettings settings = TcpSettings.DEFAULT.with(TcpSetting.RETRIES, 1);
        try (TcpScene scene = new TcpScene(settings).established()) {
            scene.connection.userTimeout(10 * SECOND_NS);
            scene.writes("abc").after(9000).takeAllSent().is(TcpState.ESTABLISHED);
            scene.after(1001).takeAllSent().is(TcpState.CLOSED);
            assertEquals(TcpConnection.TIMED_OUT, scene.connection.error());
        }
    }

    @Test
    void whatACallOfTheUserEndsIsReportedByTheNextAdvance() {
        try (TcpScene scene = established()) {
            assertEquals(Long.MAX_VALUE, scene.tcp.nextDeadlineNs());
            scene.connection.abort(scene.nowNs());
            assertEquals(Long.MIN_VALUE, scene.tcp.nextDeadlineNs());
            assertEquals(1, scene.tcp.advance(scene.nowNs()));
            assertEquals(TcpEvents.CLOSED, scene.events());
            assertEquals(Long.MAX_VALUE, scene.tcp.nextDeadlineNs());
            scene.settle().sends(rstAck().seq(1).ack(1));
        }
    }

    // Window probes.

    @Test
    void aClosedWindowIsAskedAtDoublingIntervalsAndForAsLongAsThePeerAnswers() {
        try (TcpScene scene = new TcpScene().accepted(syn().mss(1000))) {
            scene.receives(ack().seq(1).ack(1).window(0));
            scene.mark().writes("hello").sendsNothing();
            double at = 200;
            double interval = 400;
            for (int i = 0; i < 20; i++) {
                scene.sendsAt(at, Segment.segment(".").seq(1).ack(1).payload("h"));
                scene.receives(ack().seq(1).ack(1).window(0)).sendsNothing();
                at += interval;
                interval = Math.min(2 * interval, 120_000);
            }
            scene.is(TcpState.ESTABLISHED);
            assertEquals(20, scene.count(TcpCounter.WINDOW_PROBES));
            scene.receives(ack().seq(1).ack(1).window(1000)).sends(data("hello").seq(1).ack(1));
        }
    }

    @Test
    void theByteOfAProbeThatThePeerTakesIsNotSentAgain() {
        try (TcpScene scene = new TcpScene().accepted(syn().mss(1000))) {
            scene.receives(ack().seq(1).ack(1).window(0));
            scene.mark().writes("hello").sendsNothing();
            scene.after(200).takeSent("probe");
            scene.receives(ack().seq(1).ack(2).window(1000)).sends(data("ello").seq(2).ack(1));
        }
    }

    @Test
    void aClosedWindowWhosePeerIsSilentEndsTheConnection() {
        TcpSettings settings = TcpSettings.DEFAULT.with(TcpSetting.RETRIES, 3);
        try (TcpScene scene = new TcpScene(settings).established()) {
            scene.receives(ack().seq(1).ack(1).window(0));
            scene.writes("hello").after(200 + 400 + 800 + 1600 + 1).takeAllSent();
            scene.is(TcpState.CLOSED);
            assertEquals(TcpConnection.TIMED_OUT, scene.connection.error());
        }
    }

    // Acknowledgments.

    @Test
    void anAcknowledgmentWaitsFortyMillisecondsForSomethingToGoWith() {
        TcpSettings settings = TcpSettings.DEFAULT.with(TcpSetting.QUICK_ACKS, 0);
        try (TcpScene scene = new TcpScene(settings).established()) {
            scene.mark().receives(data("hello").seq(1).ack(1)).sendsNothing();
            scene.sendsAt(40, ack().seq(1).ack(6));
            assertEquals(1, scene.count(TcpCounter.DELAYED_ACKS));
            scene.mark().receives(data("again").seq(6).ack(1)).after(39).sendsNothing();
            scene.writes("answer").sends(data("answer").seq(1).ack(11));
            scene.receives(ack().seq(11).ack(7)).after(1000).sendsNothing();
        }
    }

    @Test
    void everySecondFullSegmentIsAcknowledgedAtOnce() {
        TcpSettings settings = TcpSettings.DEFAULT.with(TcpSetting.QUICK_ACKS, 0);
        try (TcpScene scene = new TcpScene(settings).established()) {
            scene.receives(data(1, 1460).ack(1)).sendsNothing();
            scene.receives(data(1461, 1460).ack(1)).sends(ack().seq(1).ack(2921));
            scene.receives(data(2921, 1460).ack(1)).sendsNothing();
            scene.receives(data(4381, 1460).ack(1)).sends(ack().seq(1).ack(5841));
        }
    }

    @Test
    void theFirstSegmentsAreAcknowledgedAtOnce() {
        TcpSettings settings = TcpSettings.DEFAULT.with(TcpSetting.QUICK_ACKS, 3);
        try (TcpScene scene = new TcpScene(settings).established()) {
            scene.receives(data("a").seq(1).ack(1)).sends(ack().seq(1).ack(2));
            scene.receives(data("b").seq(2).ack(1)).sends(ack().seq(1).ack(3));
            scene.receives(data("c").seq(3).ack(1)).sends(ack().seq(1).ack(4));
            scene.mark().receives(data("d").seq(4).ack(1)).sendsNothing();
            scene.sendsAt(40, ack().seq(1).ack(5));
        }
    }

    @Test
    void whoHasSentSomethingAcknowledgesShortSegmentsWithWhatFollows() {
        try (TcpScene scene = established()) {
            scene.writes("ask").sends(data("ask").seq(1).ack(1));
            scene.mark().receives(data("answer").seq(1).ack(4)).sendsNothing();
            scene.sendsAt(40, ack().seq(4).ack(7));
        }
    }

    // Keep-alive.

    @Test
    void anIdlePeerIsAskedAndAnAnswerBeginsTheTimeAnew() {
        try (TcpScene scene = established()) {
            scene.connection.keepAlive(true, SECOND_NS, SECOND_NS / 10, 3, scene.nowNs());
            scene.mark();
            scene.sendsAt(1000, ack().seq(0).ack(1));
            scene.receives(ack().seq(1).ack(1)).sendsNothing();
            scene.sendsAt(2000, ack().seq(0).ack(1));
            scene.receives(ack().seq(1).ack(1));
            assertEquals(2, scene.count(TcpCounter.KEEP_ALIVES_SENT));
        }
    }

    @Test
    void anIdlePeerThatDoesNotAnswerIsResetAndTheConnectionFails() {
        try (TcpScene scene = established()) {
            scene.connection.keepAlive(true, SECOND_NS, SECOND_NS / 10, 3, scene.nowNs());
            scene.mark();
            scene.sendsAt(1000, ack().seq(0).ack(1));
            scene.sendsAt(1100, ack().seq(0).ack(1));
            scene.sendsAt(1200, ack().seq(0).ack(1));
            scene.sendsAt(1300, rstAck().seq(1).ack(1));
            scene.is(TcpState.CLOSED);
            assertEquals(TcpConnection.TIMED_OUT, scene.connection.error());
        }
    }

    @Test
    void withoutKeepAliveAnIdleConnectionHasNoTimer() {
        try (TcpScene scene = established()) {
            scene.after(86_400_000).sendsNothing().is(TcpState.ESTABLISHED);
            assertEquals(Long.MAX_VALUE, scene.tcp.nextDeadlineNs());
        }
    }

    // The cork.

    @Test
    void aCorkHoldsASmallSegmentForTwoHundredMilliseconds() {
        try (TcpScene scene = established()) {
            scene.connection.cork(true, scene.nowNs());
            scene.mark().writes("abc").sendsNothing();
            scene.after(100).writes("def").sendsNothing();
            scene.sendsAt(200, data("abcdef").seq(1).ack(1));
        }
    }

    @Test
    void takingTheCorkOffSendsWhatItHeld() {
        try (TcpScene scene = established()) {
            scene.connection.cork(true, scene.nowNs());
            scene.writes("abc").sendsNothing();
            scene.connection.cork(false, scene.nowNs());
            scene.settle().sends(data("abc").seq(1).ack(1));
        }
    }

    // Nagle.

    @Test
    void aSmallSegmentWaitsForTheOneThatIsUnderWay() {
        try (TcpScene scene = established()) {
            scene.writes("a").sends(data("a").seq(1).ack(1));
            scene.writes("b").writes("c").sendsNothing();
            scene.receives(ack().seq(1).ack(2)).sends(data("bc").seq(2).ack(1));
        }
    }

    @Test
    void withNoDelaySmallSegmentsGoAtOnce() {
        try (TcpScene scene = established()) {
            scene.connection.noDelay(true, scene.nowNs());
            scene.writes("a").sends(data("a").seq(1).ack(1));
            scene.writes("b").sends(data("b").seq(2).ack(1));
        }
    }
}
