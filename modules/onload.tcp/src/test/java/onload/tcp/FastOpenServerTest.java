package onload.tcp;

import static onload.tcp.Segment.ack;
import static onload.tcp.Segment.data;
import static onload.tcp.Segment.fin;
import static onload.tcp.Segment.rst;
import static onload.tcp.Segment.rstAck;
import static onload.tcp.Segment.segment;
import static onload.tcp.Segment.syn;
import static onload.tcp.Segment.synAck;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.tcp.counter.TcpCounter;
import onload.tcp.handshake.FastOpenCookies;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Fast Open of connections that peers open (RFC 7413, sections 4.1.2, 4.2 and 5.1). */
class FastOpenServerTest {
    private static final TcpSettings BOTH = TcpSettings.DEFAULT.with(TcpSetting.FAST_OPEN, 3);

    /** Two steps of the cookies' clock: 4 h 53 min. */
    private static final double TWO_STEPS_MS = 2 * (double) (1L << 43) / 1e6;

    private static TcpScene listening(TcpSettings settings, boolean isIpv6, int queue) {
        TcpScene scene = new TcpScene(settings, isIpv6).listening(5);
        scene.listener.fastOpen(queue);
        return scene;
    }

    /** A listener of which the peer has a cookie. */
    private static TcpScene known(int queue) {
        return known(BOTH, false, queue);
    }

    private static TcpScene known(TcpSettings settings, boolean isIpv6, int queue) {
        TcpScene scene = listening(settings, isIpv6, queue);
        scene.receives(syn().seq(0).mss(1460).fastOpen().port(4999))
                .sends(synAck().seq(0).ack(1).anyCookie());
        scene.receives(rst().seq(1).port(4999)).sendsNothing();
        assertEquals(0, scene.tcp.flows());
        return scene.mark();
    }

    /** As {@link #known}, and a connection that a SYN with "hello" has opened. */
    private static TcpScene opened() {
        TcpScene scene = known(5);
        scene.receives(hello(scene)).sends(synAck().seq(0).ack(6).noFastOpen());
        scene.accepts();
        return scene.mark();
    }

    private static Segment hello(TcpScene scene) {
        return syn().seq(0).mss(1460).fastOpen(scene.lastCookie).payload("hello");
    }

    // Cookies.

    @Test
    void requestIsAnsweredByACookieOfEightBytesAndAnOrdinaryHandshake() {
        try (TcpScene scene = listening(BOTH, false, 5)) {
            scene.receives(syn().seq(0).mss(1460).fastOpen())
                    .sends(synAck().seq(0).ack(1).mss(1460).anyCookie());
            assertEquals(FastOpenCookies.LENGTH, scene.lastCookie.length);
            scene.receives(ack().seq(1).ack(1)).sendsNothing();
            scene.accepts();
            scene.is(TcpState.ESTABLISHED);
            assertEquals(1, scene.count(TcpCounter.FAST_OPEN_COOKIES_SENT));
            assertFalse(scene.connection.info(scene.nowNs()).hasSynData());
        }
    }

    @Test
    void dataOfASynThatAsksForACookieIsNotTaken() {
        try (TcpScene scene = listening(BOTH, false, 5)) {
            scene.receives(syn().seq(0).mss(1460).fastOpen().payload("hello"))
                    .sends(synAck().seq(0).ack(1).anyCookie());
            assertEquals(1, scene.listener.halfOpen());
        }
    }

    @Test
    void cookieIsTheSameForAllPortsOfAPeerAndAnotherForAnotherPeer() {
        try (TcpScene scene = listening(BOTH, false, 5)) {
            scene.receives(syn().seq(0).fastOpen()).takeSent("SYN-ACK");
            byte[] first = scene.lastCookie;
            scene.receives(syn().seq(0).fastOpen().port(5001)).takeSent("SYN-ACK");
            assertArrayEquals(first, scene.lastCookie);
            scene.receives(syn().seq(0).fastOpen().port(5002).from("192.0.2.77"))
                    .takeSent("SYN-ACK");
            assertFalse(Arrays.equals(first, scene.lastCookie));
        }
    }

    @Test
    void cookieOfAnotherPeerIsInvalid() {
        try (TcpScene scene = known(5)) {
            scene.receives(hello(scene).from("192.0.2.77"))
                    .sends(synAck().seq(0).ack(1).anyCookie());
            assertEquals(1, scene.count(TcpCounter.FAST_OPEN_COOKIES_INVALID));
            assertEquals(0, scene.listener.waiting());
        }
    }

    @Test
    void invalidCookieGetsAnOrdinaryHandshakeAndANewCookie() {
        try (TcpScene scene = known(5)) {
            byte[] good = scene.lastCookie.clone();
            for (int bit = 0; bit < 64; bit += 7) {
                byte[] bad = good.clone();
                bad[bit / 8] ^= (byte) (1 << bit % 8);
                int port = 6000 + bit;
                scene.receives(syn().seq(0).fastOpen(bad).payload("hello").port(port))
                        .sends(synAck().seq(0).ack(1).fastOpen(good).port(port));
                scene.receives(rst().seq(1).port(port)).sendsNothing();
            }
            assertEquals(10, scene.count(TcpCounter.FAST_OPEN_COOKIES_INVALID));
            assertEquals(0, scene.count(TcpCounter.FAST_OPEN_ACCEPTED));
        }
    }

    @Test
    void cookiesOfOtherLengthsAreInvalid() {
        try (TcpScene scene = known(5)) {
            byte[] good = scene.lastCookie;
            for (int length : new int[] {4, 6, 10, 16}) {
                byte[] other = Arrays.copyOf(good, length);
                scene.receives(syn().seq(0).fastOpen(other).payload("x").port(6000 + length))
                        .sends(synAck().seq(0).ack(1).fastOpen(good));
            }
        }
    }

    @Test
    void optionOfAnImpossibleLengthIsIgnored() {
        try (TcpScene scene = listening(BOTH, false, 5)) {
            int port = 6000;
            for (int bytes : new int[] {2, 5, 7, 18}) {
                int[] option = new int[2 + bytes];
                option[0] = 34;
                option[1] = 2 + bytes;
                scene.receives(syn().seq(0).options(option).payload("x").port(++port))
                        .sends(synAck().seq(0).ack(1).noFastOpen());
            }
            assertEquals(0, scene.count(TcpCounter.FAST_OPEN_COOKIES_SENT));
        }
    }

    @Test
    void optionOfASegmentWithoutSynIsIgnored() {
        try (TcpScene scene = known(5)) {
            scene.receives(syn().seq(0).mss(1460)).sends(synAck().seq(0).ack(1).noFastOpen());
            scene.receives(data("hello").seq(1).ack(1).fastOpen(scene.lastCookie))
                    .sends(ack().seq(1).ack(6).noFastOpen());
            scene.accepts();
            assertEquals(0, scene.count(TcpCounter.FAST_OPEN_ACCEPTED));
        }
    }

    @Test
    void cookieOfTheStepBeforeIsGoodAndTheAnswerBringsAYoungerOne() {
        try (TcpScene scene = known(5)) {
            byte[] old = scene.lastCookie;
            scene.after(TWO_STEPS_MS / 2);
            scene.receives(hello(scene)).sends(synAck().seq(0).ack(6).anyCookie());
            assertFalse(Arrays.equals(old, scene.lastCookie));
            assertEquals(1, scene.count(TcpCounter.FAST_OPEN_COOKIES_AGING));
            assertEquals(1, scene.count(TcpCounter.FAST_OPEN_ACCEPTED));
            scene.receives(syn().seq(0).port(5001).fastOpen(scene.lastCookie).payload("again"))
                    .sends(synAck().ack(6).noFastOpen());
        }
    }

    @Test
    void cookieExpiresAfterTwoSteps() {
        try (TcpScene scene = known(5)) {
            scene.after(TWO_STEPS_MS);
            scene.receives(hello(scene)).sends(synAck().seq(0).ack(1).anyCookie());
            assertEquals(1, scene.count(TcpCounter.FAST_OPEN_COOKIES_INVALID));
        }
    }

    // Off by default.

    @Test
    void optionIsIgnoredUnlessTheUserHasTurnedFastOpenOn() {
        try (TcpScene scene = listening(BOTH, false, 0)) {
            scene.receives(syn().seq(0).fastOpen()).sends(synAck().seq(0).ack(1).noFastOpen());
        }
    }

    @Test
    void optionIsIgnoredIfTheEngineHasFastOpenForClientsOnly() {
        try (TcpScene scene = listening(TcpSettings.DEFAULT, false, 5)) {
            scene.receives(syn().seq(0).fastOpen()).sends(synAck().seq(0).ack(1).noFastOpen());
        }
    }

    @Test
    void queueOfNegativeLengthIsRefused() {
        try (TcpScene scene = new TcpScene(BOTH)) {
            assertEquals(
                    "a queue of Fast Open cannot take -1 connections; expected 0 or more",
                    assertThrows(IllegalArgumentException.class, () -> scene.listener.fastOpen(-1))
                            .getMessage());
        }
    }

    // SYNs with data.

    @Test
    void synWithAGoodCookieOpensAtOnceAndItsDataIsAcknowledgedAndRead() {
        try (TcpScene scene = known(5)) {
            scene.receives(hello(scene))
                    .sends(synAck().seq(0).ack(6).mss(1460).noFastOpen())
                    .sendsNothing();
            assertEquals(1, scene.timesAcceptable());
            scene.accepts();
            scene.is(TcpState.SYN_RECEIVED);
            assertEquals("hello", scene.reads());
            scene.receives(ack().seq(6).ack(1)).sendsNothing();
            scene.is(TcpState.ESTABLISHED);
            assertEquals(1, scene.count(TcpCounter.FAST_OPEN_ACCEPTED));
            assertEquals(1, scene.count(TcpCounter.ESTABLISHED));
            assertTrue(scene.connection.info(scene.nowNs()).hasSynData());
            assertEquals(5, scene.connection.bytesReceived());
        }
    }

    @Test
    void synWithAGoodCookieOpensAtOnceOverIpv6() {
        try (TcpScene scene = known(BOTH, true, 5)) {
            scene.receives(hello(scene)).sends(synAck().seq(0).ack(6));
            scene.accepts();
            assertEquals("hello", scene.reads());
        }
    }

    @Test
    void optionsAreAgreedOnAsInAnyHandshake() {
        try (TcpScene scene = known(5)) {
            scene.receives(hello(scene).windowScale(7).sackPermitted().timestamps())
                    .sends(synAck().ack(6).windowScale(7).sackPermitted().timestamps(0, 1000));
            scene.receives(ack().seq(6).ack(1).window(100));
            scene.accepts();
            TcpInfo info = scene.connection.info(scene.nowNs());
            assertEquals(7, info.sndScale());
            assertTrue(info.hasSack() && info.hasTimestamps());
            assertEquals(100 << 7, info.sndWnd());
        }
    }

    @Test
    void synWithAGoodCookieAndNoDataOpensAtOnceSoThatTheServerCanSpeakFirst() {
        try (TcpScene scene = known(5)) {
            scene.receives(syn().seq(0).mss(1460).fastOpen(scene.lastCookie))
                    .sends(synAck().seq(0).ack(1));
            scene.accepts();
            scene.writes("welcome").sends(data("welcome").seq(1).ack(1));
            scene.receives(ack().seq(1).ack(8));
            assertFalse(scene.connection.info(scene.nowNs()).hasSynData());
        }
    }

    @Test
    void answerGoesBeforeThePeerHasConfirmed() {
        try (TcpScene scene = opened()) {
            assertEquals(0, scene.connection.sendState());
            scene.writes("world").sends(data("world").seq(1).ack(6));
            scene.is(TcpState.SYN_RECEIVED);
            scene.receives(ack().seq(6).ack(6)).sendsNothing();
            scene.is(TcpState.ESTABLISHED);
            assertEquals(0, scene.connection.unacknowledged());
            scene.after(5000).sendsNothing();
        }
    }

    @Test
    void answerGivenWhileTheSynIsReportedFollowsTheSynAckAtOnce() {
        try (TcpScene scene = known(5)) {
            scene.receives(hello(scene));
            scene.accepts();
            scene.writes("world");
            scene.sendsAt(0, synAck().seq(0).ack(6), data("world").seq(1).ack(6));
        }
    }

    @Test
    void initialWindowHoldsBeforeThePeerHasConfirmed() {
        try (TcpScene scene = opened()) {
            scene.writes(Segment.numbered(1, 30_000));
            int full = 0;
            for (; scene.sentCount() > 0; full++) {
                scene.sends(
                        segment(".")
                                .seq(1 + full * 1460)
                                .payload(Segment.numbered(1 + full * 1460, 1460)));
            }
            assertTrue(full >= 9 && full <= 10, full + " segments");
        }
    }

    @Test
    void peersWindowHoldsBeforeThePeerHasConfirmed() {
        try (TcpScene scene = known(5)) {
            scene.receives(hello(scene).window(1000)).takeSent("SYN-ACK");
            scene.accepts();
            scene.writes(Segment.numbered(1, 3000));
            scene.sends(segment(".").seq(1).payload(Segment.numbered(1, 999))).sendsNothing();
            scene.ignoreRest();
        }
    }

    @Test
    void dataThatFollowsWithTheAcknowledgmentIsRead() {
        try (TcpScene scene = opened()) {
            scene.receives(data(" world").seq(6).ack(1)).sends(ack().seq(1).ack(12));
            scene.is(TcpState.ESTABLISHED);
            assertEquals("hello world", scene.reads());
        }
    }

    @Test
    void finThatFollowsWithTheAcknowledgmentEndsTheStream() {
        try (TcpScene scene = opened()) {
            scene.receives(fin().seq(6).ack(1)).sends(ack().seq(1).ack(7));
            scene.is(TcpState.CLOSE_WAIT);
            assertEquals("hello", scene.reads());
            assertEquals(TcpConnection.END_OF_STREAM, scene.tryRead());
        }
    }

    @Test
    void acknowledgmentOfWhatWasNotSentIsReset() {
        try (TcpScene scene = opened()) {
            scene.receives(ack().seq(6).ack(2)).sends(rst().seq(2));
            scene.receives(ack().seq(6).ack(0)).sends(rst().seq(0));
            scene.is(TcpState.SYN_RECEIVED);
        }
    }

    @Test
    void closeAfterTheAnswerSendsAFinBeforeThePeerHasConfirmed() {
        try (TcpScene scene = opened()) {
            assertEquals("hello", scene.reads());
            scene.writes("world").sends(data("world").seq(1).ack(6));
            scene.closes().sends(fin().seq(6).ack(6));
            scene.receives(ack().seq(6).ack(7)).sendsNothing();
            scene.is(TcpState.FIN_WAIT_2);
            scene.receives(fin().seq(6).ack(7)).sends(ack().seq(7).ack(7));
        }
    }

    @Test
    void closeWithUnreadDataResets() {
        try (TcpScene scene = opened()) {
            scene.closes().sends(rstAck().seq(1).ack(6));
            assertEquals(0, scene.tcp.flows());
            assertEquals(0, scene.listener.pendingFastOpens(scene.nowNs()));
        }
    }

    @Test
    void userThatIsToldOfTheConnectionIsNotToldAgainWhenItIsConfirmed() {
        try (TcpScene scene = opened()) {
            assertEquals("hello", scene.reads());
            scene.events();
            scene.receives(ack().seq(6).ack(1));
            assertEquals(0, scene.events());
        }
    }

    // Loss and repetition.

    @Test
    void synAckThatIsNotAnsweredGoesAgainWithNeitherDataNorOption() {
        try (TcpScene scene = known(5)) {
            scene.after(TWO_STEPS_MS / 2);
            scene.receives(hello(scene)).sends(synAck().seq(0).ack(6).anyCookie()).mark();
            scene.accepts();
            scene.writes("world").sends(data("world").seq(1).ack(6));
            scene.sendsAt(1000, synAck().seq(0).ack(6).noFastOpen());
            scene.sendsAt(3000, synAck().seq(0).ack(6).noFastOpen());
            scene.receives(ack().seq(6).ack(1));
            scene.is(TcpState.ESTABLISHED);
            // What was sent before the handshake was over is waited for from now on.
            scene.mark().sendsAt(3000, data("world").seq(1).ack(6));
            scene.ignoreRest();
        }
    }

    @Test
    void synAckOfACookieRequestGoesAgainWithoutTheOption() {
        try (TcpScene scene = listening(BOTH, false, 5)) {
            scene.receives(syn().seq(0).mss(1460).fastOpen()).mark();
            scene.sends(synAck().seq(0).ack(1).anyCookie());
            scene.sendsAt(1000, synAck().seq(0).ack(1).noFastOpen());
        }
    }

    @Test
    void connectionThatNobodyConfirmsTimesOutAndLeavesTheQueue() {
        try (TcpScene scene = opened()) {
            for (double at : new double[] {1000, 3000, 7000, 15_000, 31_000}) {
                scene.sendsAt(at, synAck().seq(0).ack(6));
            }
            scene.after(40_000).sendsNothing();
            assertEquals(TcpConnection.TIMED_OUT, scene.connection.error());
            assertEquals(0, scene.listener.pendingFastOpens(scene.nowNs()));
            assertEquals(0, scene.tcp.flows());
            assertEquals("hello", scene.reads());
        }
    }

    @Test
    void synThatComesAgainIsAnsweredBySynAckAndItsDataIsReadOnce() {
        try (TcpScene scene = opened()) {
            scene.after(600).receives(hello(scene)).sends(synAck().seq(0).ack(6));
            assertEquals("hello", scene.reads());
            assertEquals(1, scene.count(TcpCounter.FAST_OPEN_ACCEPTED));
            assertEquals(1, scene.count(TcpCounter.DUPLICATES_RECEIVED));
            // The timer goes on as if nothing had happened.
            scene.sendsAt(1000, synAck().seq(0).ack(6));
        }
    }

    @Test
    void plainSynThatComesAgainIsAnsweredBySynAckOfTheData() {
        try (TcpScene scene = opened()) {
            scene.after(600).receives(syn().seq(0).mss(1460)).sends(synAck().seq(0).ack(6));
            scene.receives(ack().seq(6).ack(1)).sendsNothing();
            scene.is(TcpState.ESTABLISHED);
        }
    }

    @Test
    void synThatAsksForExplicitCongestionNotificationIsAnsweredAndOneThatComesAgainWithoutIsNot() {
        try (TcpScene scene = known(5)) {
            Segment asks =
                    segment("SEW").seq(0).mss(1460).fastOpen(scene.lastCookie).payload("hello");
            scene.receives(asks).sends(segment("S.E").seq(0).ack(6));
            scene.after(600).receives(syn().seq(0).mss(1460)).sends(synAck().seq(0).ack(6));
        }
    }

    @Test
    void synsThatComeAgainInAFloodAreAnsweredAtARate() {
        try (TcpScene scene = opened()) {
            for (int i = 0; i < 100; i++) {
                scene.receives(hello(scene));
            }
            assertTrue(scene.sentCount() <= 1, scene.sentCount() + " SYN-ACKs");
            scene.takeAllSent();
        }
    }

    @Test
    void synThatComesAgainOnceEstablishedIsChallenged() {
        try (TcpScene scene = opened()) {
            scene.receives(ack().seq(6).ack(1)).after(1000);
            scene.receives(hello(scene)).sends(ack().seq(1).ack(6));
            assertEquals("hello", scene.reads());
        }
    }

    @Test
    void otherSynForTheConnectionIsChallenged() {
        try (TcpScene scene = opened()) {
            scene.receives(syn().rawSeq(scene.connection.irs + 77).payload("x"))
                    .sends(ack().seq(1).ack(6));
            scene.is(TcpState.SYN_RECEIVED);
        }
    }

    // The queue.

    @Test
    void beyondTheQueueSynsAreOrdinaryOnesWithoutTheOption() {
        try (TcpScene scene = known(2)) {
            for (int port = 6001; port <= 6002; port++) {
                scene.receives(hello(scene).port(port)).sends(synAck().seq(0).ack(6).port(port));
            }
            scene.receives(hello(scene).port(6003))
                    .sends(synAck().seq(0).ack(1).noFastOpen().port(6003));
            scene.receives(syn().seq(0).fastOpen().port(6004))
                    .sends(synAck().seq(0).ack(1).noFastOpen().port(6004));
            assertEquals(2, scene.count(TcpCounter.FAST_OPEN_QUEUE_FULL));
            // One confirms, and there is a place.
            scene.receives(ack().seq(6).ack(1).port(6001));
            scene.receives(hello(scene).port(6005)).sends(synAck().seq(0).ack(6).port(6005));
        }
    }

    @Test
    void resetOfAnUnconfirmedConnectionTakesAPlaceForAMinute() {
        try (TcpScene scene = known(1)) {
            scene.receives(hello(scene)).sends(synAck().seq(0).ack(6));
            scene.accepts();
            scene.receives(rst().seq(6)).sendsNothing();
            assertEquals(TcpConnection.RESET, scene.connection.error());
            assertEquals(0, scene.tcp.flows());
            scene.receives(hello(scene).port(6001)).sends(synAck().seq(0).ack(1).port(6001));
            scene.receives(rst().seq(1).port(6001));
            scene.after(59_900);
            scene.receives(hello(scene).port(6002)).sends(synAck().seq(0).ack(1).port(6002));
            scene.receives(rst().seq(1).port(6002));
            scene.after(200);
            scene.receives(hello(scene).port(6003)).sends(synAck().seq(0).ack(6).port(6003));
        }
    }

    @Test
    void resetOfAConfirmedConnectionTakesNoPlace() {
        try (TcpScene scene = known(1)) {
            scene.receives(hello(scene)).sends(synAck().seq(0).ack(6));
            scene.receives(ack().seq(6).ack(1), rst().seq(6)).sendsNothing();
            assertEquals(0, scene.listener.pendingFastOpens(scene.nowNs()));
        }
    }

    @Test
    void resetElsewhereInTheWindowIsChallenged() {
        try (TcpScene scene = opened()) {
            scene.receives(rst().seq(7)).sends(ack().seq(1).ack(6));
            scene.is(TcpState.SYN_RECEIVED);
            assertEquals(1, scene.listener.pendingFastOpens(scene.nowNs()));
        }
    }

    @Test
    void icmpErrorEndsAnUnconfirmedConnectionThatCountsAsReset() {
        try (TcpScene scene = opened()) {
            scene.receivesIcmp(3, 3, synAck().seq(0).ack(6)).sendsNothing();
            assertEquals(0, scene.tcp.flows());
            assertEquals(1, scene.listener.pendingFastOpens(scene.nowNs()));
        }
    }

    @Test
    void inAFloodOfSynsFastOpenGivesWayToSynCookies() {
        TcpSettings settings = BOTH.with(TcpSetting.MAX_SYN_BACKLOG, 2);
        try (TcpScene scene = known(settings, false, 5)) {
            List<Segment> flood = new ArrayList<>();
            for (int port = 6001; port <= 6002; port++) {
                flood.add(syn().seq(0).port(port));
            }
            scene.receives(flood.toArray(Segment[]::new)).takeAllSent();
            scene.receives(hello(scene)).sends(synAck().ack(1).noFastOpen());
            assertEquals(1, scene.count(TcpCounter.COOKIES_SENT));
            scene.receives(data("hello").seq(1).ack(1)).sends(ack().seq(1).ack(6));
            scene.accepts();
            assertEquals("hello", scene.reads());
        }
    }

    @Test
    void fullAcceptQueueDropsTheSyn() {
        try (TcpScene scene = new TcpScene(BOTH).listening(0)) {
            scene.listener.fastOpen(5);
            scene.receives(syn().seq(0).fastOpen().port(6000)).takeSent("SYN-ACK");
            scene.receives(rst().seq(1).port(6000));
            scene.receives(hello(scene).port(6001)).takeSent("SYN-ACK");
            scene.receives(hello(scene).port(6002)).sendsNothing();
            assertEquals(1, scene.count(TcpCounter.ACCEPT_QUEUE_FULL));
        }
    }

    @Test
    void listenerThatClosesResetsUnconfirmedConnections() {
        try (TcpScene scene = known(5)) {
            scene.receives(hello(scene)).takeSent("SYN-ACK");
            scene.listener.close(scene.nowNs());
            scene.settle().sends(rstAck().seq(1).ack(6));
            assertEquals(0, scene.tcp.flows());
            assertNull(scene.listener.accept());
        }
    }

    @Test
    void engineThatClosesSendsWhatNobodyHasAcceptedHomeThoughItIsOver() {
        try (TcpScene scene = known(5)) {
            scene.receives(hello(scene)).after(100_000).takeAllSent();
            assertEquals(0, scene.tcp.flows());
            assertEquals(1, scene.listener.waiting());
        }
    }

    @Test
    void synWithACookieSucceedsAConnectionInTimeWait() {
        try (TcpScene scene = opened()) {
            scene.receives(ack().seq(6).ack(1));
            assertEquals("hello", scene.reads());
            scene.closes().sends(fin().seq(1).ack(6));
            scene.receives(fin().seq(6).ack(2)).sends(ack().seq(2).ack(7));
            assertEquals(1, scene.tcp.timeWaits());
            scene.isns(-10, 1_000_000);
            scene.receives(hello(scene)).sends(synAck().seq(0).ack(6));
            scene.accepts();
            assertEquals("hello", scene.reads());
            assertEquals(0, scene.tcp.timeWaits());
        }
    }

    @Test
    void dataBeyondTheWindowOfTheListenerIsNotAcknowledged() {
        try (TcpScene scene = known(5)) {
            scene.listener.prototype().receiveBuffer(300);
            scene.receives(hello(scene).payload(Segment.numbered(1, 500)))
                    .sends(synAck().seq(0).ack(301).window(0));
            scene.accepts();
            assertEquals(300, scene.reads().length());
            scene.ignoreRest();
        }
    }
}
