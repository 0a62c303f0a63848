package onload.tcp;

import static onload.tcp.Segment.ack;
import static onload.tcp.Segment.data;
import static onload.tcp.Segment.fin;
import static onload.tcp.Segment.rst;
import static onload.tcp.Segment.rstAck;
import static onload.tcp.Segment.segment;
import static onload.tcp.Segment.syn;
import static onload.tcp.Segment.synAck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import onload.tcp.counter.TcpCounter;
import onload.wire.IpAddress;

import org.junit.jupiter.api.Test;

/** LISTEN (RFC 9293, section 3.10.7.2): SYNs, the backlog as on Linux, SYN cookies. */
class ListenTest {
    private static TcpScene listening() {
        return new TcpScene().inState(TcpState.LISTEN);
    }

    // SEGMENT ARRIVES.

    @Test
    void resetIsIgnored() {
        try (TcpScene scene = listening()) {
            scene.receives(rst().seq(0), rstAck().seq(0).rawAck(1)).sendsNothing();
            assertEquals(0, scene.tcp.flows());
        }
    }

    @Test
    void acknowledgmentIsReset() {
        try (TcpScene scene = listening()) {
            scene.receives(ack().seq(1).rawAck(99)).sends(rst().rawSeq(99));
            assertEquals(0, scene.tcp.flows());
        }
    }

    @Test
    void synAckIsReset() {
        try (TcpScene scene = listening()) {
            scene.receives(synAck().seq(0).rawAck(99)).sends(rst().rawSeq(99));
            assertEquals(0, scene.tcp.flows());
        }
    }

    @Test
    void segmentWithNeitherSynNorAckNorRstIsDropped() {
        try (TcpScene scene = listening()) {
            scene.receives(
                    segment("").seq(1).payload("x"), segment("F").seq(1), segment("P").seq(1));
            scene.sendsNothing();
            assertEquals(0, scene.tcp.flows());
        }
    }

    @Test
    void synIsAnsweredBySynAck() {
        try (TcpScene scene = listening()) {
            scene.receives(syn().seq(0).mss(1460));
            scene.sends(synAck().seq(0).ack(1).mss(1460).noTimestamps());
            assertEquals(1, scene.listener.halfOpen());
            assertEquals(0, scene.listener.waiting());
            assertNull(scene.listener.accept());
        }
    }

    @Test
    void optionsAreAnsweredOnlyIfThePeerHasThem() {
        try (TcpScene scene = listening()) {
            scene.receives(syn().seq(0).mss(1400).windowScale(3).sackPermitted().timestamps(77, 0));
            scene.sends(
                    synAck().seq(0)
                            .ack(1)
                            .mss(1460)
                            .windowScale(7)
                            .sackPermitted()
                            .timestamps(0, 77));
            scene.receives(syn().seq(0).port(5001));
            scene.sends(synAck().port(5001).windowScale(-1).noTimestamps());
        }
    }

    @Test
    void textInASynIsNotAcknowledged() {
        try (TcpScene scene = listening()) {
            scene.receives(syn().seq(0).payload("early")).sends(synAck().seq(0).ack(1));
            scene.receives(ack().seq(1).ack(1));
            scene.accepts();
            scene.sendsNothing();
            scene.receives(data("early").seq(1).ack(1)).sends(ack().seq(1).ack(6));
            assertEquals("early", scene.reads());
        }
    }

    @Test
    void synWithFinIsDropped() {
        try (TcpScene scene = listening()) {
            scene.receives(segment("SF").seq(0)).sendsNothing();
            assertEquals(0, scene.tcp.flows());
        }
    }

    @Test
    void synWithEceAndCwrIsTaken() {
        try (TcpScene scene = listening()) {
            scene.receives(segment("SEW").seq(0)).sends(segment("S.E").seq(0).ack(1));
        }
    }

    @Test
    void synWithUnknownAndBrokenOptionsIsTaken() {
        try (TcpScene scene = listening()) {
            scene.receives(syn().seq(0).options(2, 4, 2, 0, 99, 4, 1, 2, 254, 0));
            scene.sends(synAck().seq(0).ack(1));
        }
    }

    @Test
    void initialSequenceNumbersOfTwoPeersDiffer() {
        try (TcpScene scene = listening()) {
            scene.receives(syn().seq(0));
            int first = scene.tcp.initialSequenceNumber(1, 2, 3, 4, 5, scene.nowNs());
            int other = scene.tcp.initialSequenceNumber(1, 2, 3, 4, 6, scene.nowNs());
            int later = scene.tcp.initialSequenceNumber(1, 2, 3, 4, 5, scene.nowNs() + 4_096_000);
            assertNotEquals(first, other);
            assertEquals(1000, later - first);
            scene.ignoreRest();
        }
    }

    // User calls.

    @Test
    void closedListenerResetsSyns() {
        try (TcpScene scene = listening()) {
            scene.listener.close(scene.nowNs());
            scene.listener.close(scene.nowNs());
            assertEquals(0, scene.listener.port());
            scene.receives(syn().seq(0)).sends(rstAck().rawSeq(0).ack(1));
        }
    }

    @Test
    void closingForgetsHalfOpenAndResetsWaitingConnections() {
        try (TcpScene scene = listening()) {
            scene.receives(syn().seq(0), syn().seq(0).port(5001), syn().seq(0).port(5002));
            scene.sends(synAck(), synAck().port(5001), synAck().port(5002));
            scene.receives(ack().seq(1).ack(1));
            assertEquals(1, scene.listener.waiting());
            assertEquals(2, scene.listener.halfOpen());
            scene.listener.close(scene.nowNs());
            scene.settle().sends(rstAck().seq(1).ack(1));
            assertEquals(0, scene.tcp.flows());
            assertEquals(0, scene.listener.halfOpen());
            scene.receives(ack().seq(1).ack(1).port(5001)).sends(rst().seq(1).port(5001));
        }
    }

    @Test
    void boundButNotListeningPortResetsSyns() {
        try (TcpScene scene = new TcpScene()) {
            assertEquals(0, scene.listener.bind(0, 0, TcpScene.PORT));
            scene.receives(syn().seq(0)).sends(rstAck().rawSeq(0).ack(1));
            scene.listener.close(scene.nowNs());
        }
    }

    @Test
    void secondListenerOfAPortIsRefused() {
        try (TcpScene scene = listening()) {
            TcpListener other = scene.tcp.listener();
            assertEquals(TcpConnection.ADDRESS_IN_USE, other.bind(0, 0, TcpScene.PORT));
            assertEquals(TcpConnection.INVALID_STATE, other.listen(1));
        }
    }

    // Backlog.

    @Test
    void acceptQueueTakesBacklogAndOne() {
        try (TcpScene scene = new TcpScene().listening(1)) {
            for (int port = 5000; port < 5003; port++) {
                scene.receives(syn().seq(0).port(port));
                if (port < 5002) {
                    scene.sends(synAck().port(port));
                    scene.receives(ack().seq(1).ack(1).port(port));
                }
            }
            // Full: the third SYN was dropped.
            scene.sendsNothing();
            assertEquals(2, scene.listener.waiting());
            assertEquals(1, scene.count(TcpCounter.ACCEPT_QUEUE_FULL));
            scene.accepts();
            scene.receives(syn().seq(0).port(5002)).sends(synAck().port(5002));
        }
    }

    @Test
    void confirmationIsDroppedWhileTheQueueIsFullAndSynAckGoesAgain() {
        try (TcpScene scene = new TcpScene().listening(0)) {
            scene.receives(syn().seq(0), syn().seq(0).port(5001));
            scene.sends(synAck(), synAck().port(5001)).mark();
            scene.receives(ack().seq(1).ack(1), ack().seq(1).ack(1).port(5001));
            assertEquals(1, scene.listener.waiting());
            scene.sendsNothing();
            scene.sendsAt(1000, synAck().seq(0).ack(1).port(5001));
            scene.accepts();
            scene.receives(ack().seq(1).ack(1).port(5001));
            assertEquals(1, scene.listener.waiting());
            assertNotNull(scene.listener.accept());
        }
    }

    @Test
    void dataConfirmsWhenThereIsRoomAgain() {
        try (TcpScene scene = new TcpScene().listening(0)) {
            scene.receives(syn().seq(0), syn().seq(0).port(5001));
            scene.sends(synAck(), synAck().port(5001));
            scene.receives(ack().seq(1).ack(1), ack().seq(1).ack(1).port(5001));
            scene.accepts();
            scene.receives(data("hi").seq(1).ack(1).port(5001));
            scene.sends(ack().seq(1).ack(3).port(5001));
            scene.accepts();
            assertEquals("hi", scene.reads());
        }
    }

    @Test
    void listenerIsReportedOnceForABatch() {
        try (TcpScene scene = listening()) {
            scene.receives(syn().seq(0), syn().seq(0).port(5001));
            scene.sends(synAck(), synAck().port(5001));
            scene.receives(ack().seq(1).ack(1), ack().seq(1).ack(1).port(5001));
            assertEquals(1, scene.timesAcceptable());
            assertEquals(2, scene.listener.waiting());
        }
    }

    @Test
    void connectionThatIsResetBeforeItIsAcceptedIsAcceptedBroken() {
        try (TcpScene scene = listening()) {
            scene.receives(syn().seq(0)).sends(synAck());
            scene.receives(ack().seq(1).ack(1)).receives(rst().seq(1));
            scene.accepts();
            assertEquals(TcpConnection.RESET, scene.tryRead());
            assertEquals(TcpConnection.RESET, scene.connection.error());
            scene.is(TcpState.CLOSED);
        }
    }

    @Test
    void finAndDataBeforeAcceptAreKept() {
        try (TcpScene scene = listening()) {
            scene.receives(syn().seq(0)).sends(synAck());
            scene.receives(ack().seq(1).ack(1), data("bye").seq(1).ack(1), fin().seq(4).ack(1));
            scene.sends(ack().seq(1).ack(5));
            scene.accepts();
            assertEquals("bye", scene.reads());
            assertEquals(TcpConnection.END_OF_STREAM, scene.tryRead());
            scene.is(TcpState.CLOSE_WAIT);
        }
    }

    @Test
    void acceptedConnectionsHaveTheListenersOptions() {
        try (TcpScene scene = listening()) {
            scene.listener.prototype().noDelay(true, scene.nowNs());
            scene.listener.prototype().receiveBuffer(5000);
            scene.receives(syn().seq(0)).sends(synAck().window(5000));
            scene.receives(ack().seq(1).ack(1));
            scene.accepts();
            assertEquals(true, scene.connection.noDelay());
            assertEquals(5000, scene.connection.receiveBuffer());
        }
    }

    // SYN cookies (RFC 4987).

    private static TcpScene flooded() {
        TcpScene scene =
                new TcpScene(TcpSettings.DEFAULT.with(TcpSetting.MAX_SYN_BACKLOG, 1)).listening(5);
        scene.receives(syn().seq(0).port(4999)).sends(synAck().port(4999));
        return scene;
    }

    @Test
    void cookieGoesWhenThereAreTooManyHalfOpenConnectionsAndEstablishes() {
        try (TcpScene scene = flooded()) {
            scene.receives(syn().seq(0).mss(1460)).sends(synAck().seq(0).ack(1).mss(1460));
            assertEquals(1, scene.tcp.flows());
            assertEquals(1, scene.count(TcpCounter.COOKIES_SENT));
            scene.receives(data("abc").seq(1).ack(1)).sends(ack().seq(1).ack(4));
            scene.accepts();
            assertEquals("abc", scene.reads());
            scene.writes("xyz").sends(data("xyz").seq(1).ack(4));
            scene.receives(ack().seq(4).ack(4));
        }
    }

    @Test
    void cookieKeepsScaleAndSackInTheTimestamp() {
        try (TcpScene scene = flooded()) {
            scene.receives(syn().seq(0).mss(1460).windowScale(5).sackPermitted().timestamps());
            scene.sends(synAck().mss(1460).windowScale(7).sackPermitted().timestamps());
            scene.receives(ack().seq(1).ack(1).window(100));
            TcpInfo info = scene.accepts().info(scene.nowNs());
            assertEquals(5, info.sndScale());
            assertEquals(true, info.hasSack());
            assertEquals(true, info.hasTimestamps());
            assertEquals(3200, info.sndWnd());
        }
    }

    @Test
    void forgedCookieIsReset() {
        try (TcpScene scene = flooded()) {
            scene.receives(syn().seq(0)).sends(synAck());
            scene.receives(ack().seq(1).ack(2)).sends(rst().seq(2));
            assertEquals(1, scene.count(TcpCounter.COOKIES_INVALID));
            assertEquals(1, scene.tcp.flows());
        }
    }

    @Test
    void cookieOfAnotherSequenceNumberIsReset() {
        try (TcpScene scene = flooded()) {
            scene.receives(syn().seq(0)).sends(synAck());
            scene.receives(ack().seq(100_000_000).ack(1)).sends(rst().seq(1));
            assertEquals(1, scene.tcp.flows());
        }
    }

    @Test
    void oldCookieIsReset() {
        try (TcpScene scene = flooded()) {
            scene.receives(syn().seq(0)).sends(synAck());
            scene.after(300_000).takeAllSent();
            scene.receives(ack().seq(1).ack(1)).sends(rst().seq(1));
        }
    }

    @Test
    void synIsDroppedIfThereAreNoCookies() {
        TcpSettings settings =
                TcpSettings.DEFAULT
                        .with(TcpSetting.MAX_SYN_BACKLOG, 1)
                        .with(TcpSetting.SYN_COOKIES, 0);
        try (TcpScene scene = new TcpScene(settings).listening(5)) {
            scene.receives(syn().seq(0)).sends(synAck());
            scene.receives(syn().seq(0).port(5001)).sendsNothing();
            assertEquals(1, scene.count(TcpCounter.SYN_QUEUE_FULL));
        }
    }

    @Test
    void cookieEstablishesNothingWhenThereIsNoRoomForAConnection() {
        TcpSettings settings = TcpSettings.DEFAULT.with(TcpSetting.MAX_FLOWS, 1);
        try (TcpScene scene = new TcpScene(settings).established()) {
            scene.receives(syn().seq(0).port(5001)).sends(synAck().port(5001));
            scene.receives(ack().seq(1).ack(1).port(5001));
            assertEquals(1, scene.tcp.flows());
            assertEquals(0, scene.listener.waiting());
            assertEquals(1, scene.count(TcpCounter.ESTABLISHED));
            scene.after(10_000).sendsNothing();
        }
    }

    // Addresses.

    @Test
    void synFromOurOwnAddressOnTheWireIsDropped() {
        try (TcpScene scene = listening()) {
            scene.receives(syn().seq(0).from(scene.own).port(TcpScene.PORT)).sendsNothing();
            assertEquals(0, scene.tcp.flows());
        }
    }

    @Test
    void listenerOfAnAddressIsBeforeThatOfAll() {
        try (TcpScene scene = listening()) {
            IpAddress own = IpAddress.parse(scene.own);
            TcpListener other = scene.tcp.listener();
            assertEquals(
                    TcpConnection.ADDRESS_IN_USE, other.bind(own.high(), own.low(), TcpScene.PORT));
            assertEquals(0, other.bind(own.high(), own.low(), 81));
            assertEquals(0, other.listen(1));
            scene.receives(syn().seq(0).localPort(81)).sends(synAck().localPort(81));
            assertEquals(1, other.halfOpen());
            other.close(scene.nowNs());
        }
    }

    @Test
    void addressThatIsNotOursCannotBeBound() {
        try (TcpScene scene = listening()) {
            IpAddress peer = IpAddress.parse(scene.peer);
            TcpListener other = scene.tcp.listener();
            assertEquals(
                    TcpConnection.ADDRESS_NOT_AVAILABLE, other.bind(peer.high(), peer.low(), 81));
            assertEquals(
                    TcpConnection.ADDRESS_NOT_AVAILABLE,
                    scene.connection.bind(peer.high(), peer.low(), 81));
            assertEquals(TcpConnection.INVALID_STATE, other.bind(0, 0, 65_536));
            assertEquals(TcpConnection.INVALID_STATE, other.bind(0, 0, -1));
        }
    }

    @Test
    void listenerOfIpv6OnlyTakesNoIpv4() {
        try (TcpScene scene = new TcpScene()) {
            scene.listener.v6Only(true);
            assertEquals(0, scene.listener.bind(0, 0, TcpScene.PORT));
            assertEquals(0, scene.listener.listen(1));
            scene.receives(syn().seq(0)).sends(rstAck().rawSeq(0).ack(1));
        }
    }

    @Test
    void portIsFreeForANewListenerWhileOldConnectionsGoOn() {
        try (TcpScene scene = new TcpScene().established()) {
            scene.listener.close(scene.nowNs());
            TcpListener other = scene.tcp.listener();
            assertEquals(0, other.bind(0, 0, TcpScene.PORT));
            assertEquals(0, other.listen(1));
            scene.receives(data("abc").seq(1).ack(1)).sends(ack().seq(1).ack(4));
            scene.receives(syn().seq(0).port(5001)).sends(synAck().port(5001));
        }
    }

    @Test
    void portZeroIsChosen() {
        try (TcpScene scene = new TcpScene()) {
            assertEquals(0, scene.listener.bind(0, 0, 0));
            int port = scene.listener.port();
            assertEquals(true, port >= 32_768 && port <= 60_999, "" + port);
        }
    }

    @Test
    void connectIsRefusedWhenThereIsNoRoomAndPossibleLater() {
        TcpSettings settings = TcpSettings.DEFAULT.with(TcpSetting.MAX_FLOWS, 1);
        try (TcpScene scene = new TcpScene(settings).established()) {
            IpAddress to = IpAddress.parse(scene.peer);
            TcpConnection c = scene.tcp.open();
            assertEquals(
                    TcpConnection.NO_MEMORY, c.connect(to.high(), to.low(), 5001, scene.nowNs()));
            assertEquals(TcpState.CLOSED, c.state());
            scene.aborts().sends(rstAck());
            assertEquals(0, c.connect(to.high(), to.low(), 5001, scene.nowNs()));
            scene.settle().sends(syn().port(5001));
        }
    }

    @Test
    void halfOpenConnectionSurvivesASynAckThatCouldNotBeSent() {
        try (TcpScene scene = listening()) {
            scene.nic.jam(true);
            scene.receives(syn().seq(0)).sendsNothing();
            scene.nic.jam(false);
            scene.after(1000);
            assertEquals(true, scene.sentCount() > 0);
            scene.sends(synAck().seq(0).ack(1)).takeAllSent();
            scene.receives(ack().seq(1).ack(1));
            scene.accepts();
        }
    }

    @Test
    void listenerMayListenAgainWithAnotherBacklog() {
        try (TcpScene scene = new TcpScene().listening(0)) {
            scene.receives(syn().seq(0)).sends(synAck());
            scene.receives(ack().seq(1).ack(1));
            scene.receives(syn().seq(0).port(5001)).sendsNothing();
            assertEquals(0, scene.listener.listen(3));
            scene.receives(syn().seq(0).port(5001)).sends(synAck().port(5001));
        }
    }

    @Test
    void negativeBacklogIsZero() {
        try (TcpScene scene = new TcpScene().listening(-5)) {
            scene.receives(syn().seq(0)).sends(synAck());
            scene.receives(ack().seq(1).ack(1));
            assertEquals(1, scene.listener.waiting());
            scene.receives(syn().seq(0).port(5001)).sendsNothing();
        }
    }
}
