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
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.tcp.counter.TcpCounter;
import onload.wire.IpAddress;

import org.junit.jupiter.api.Test;

/** TIME-WAIT (RFC 9293, section 3.10.7.4; RFC 1337; RFC 6191). */
class TimeWaitTest {
    private static TcpScene timeWait() {
        return new TcpScene().inState(TcpState.TIME_WAIT);
    }

    /** One that this side has opened and closed, with timestamps or without. */
    private static TcpScene activeTimeWait(boolean withTimestamps) {
        TcpScene scene = new TcpScene();
        scene.connected(withTimestamps ? synAck().mss(1460).timestamps() : synAck().mss(1460));
        scene.closes().sends(fin().seq(1).ack(1));
        scene.receives(fin().seq(1).ack(2)).sends(ack().seq(2).ack(2)).is(TcpState.TIME_WAIT);
        return scene;
    }

    @Test
    void lastsForItsTime() {
        try (TcpScene scene = timeWait()) {
            scene.after(59_999).is(TcpState.TIME_WAIT).after(1).is(TcpState.CLOSED).sendsNothing();
            assertEquals(0, scene.tcp.flows());
            assertEquals(0, scene.tcp.timeWaits());
        }
    }

    @Test
    void finThatComesAgainIsAcknowledgedAndBeginsTheTimeAnew() {
        try (TcpScene scene = timeWait()) {
            scene.after(30_000).receives(fin().seq(1).ack(2)).sends(ack().seq(2).ack(2));
            scene.receives(fin().seq(1).ack(2)).sends(ack().seq(2).ack(2));
            scene.after(59_999).is(TcpState.TIME_WAIT).after(1).is(TcpState.CLOSED);
        }
    }

    @Test
    void resetDoesNotEndIt() {
        try (TcpScene scene = timeWait()) {
            scene.receives(rst().seq(2), rst().seq(1), rstAck().seq(2).ack(2), rst().seq(100));
            scene.sendsNothing().is(TcpState.TIME_WAIT);
        }
    }

    @Test
    void oldTextIsAcknowledgedButNotInAFlood() {
        try (TcpScene scene = timeWait()) {
            scene.receives(data("old").seq(-20).ack(1)).sends(ack().seq(2).ack(2));
            for (int i = 0; i < 20; i++) {
                scene.receives(data("old").seq(-20).ack(1));
            }
            scene.sendsNothing().is(TcpState.TIME_WAIT);
        }
    }

    @Test
    void plainAcknowledgmentIsNotAnswered() {
        try (TcpScene scene = timeWait()) {
            scene.receives(ack().seq(2).ack(2), ack().seq(2).ack(1)).sendsNothing();
        }
    }

    @Test
    void oldSynIsAcknowledged() {
        try (TcpScene scene = timeWait()) {
            scene.receives(syn().rawSeq(-10)).sends(ack().seq(2).ack(2)).is(TcpState.TIME_WAIT);
        }
    }

    @Test
    void newerSynBeginsANewConnectionBeyondTheOldSequenceNumbers() {
        try (TcpScene scene = timeWait()) {
            scene.isns(0, 1000).receives(syn().mss(1460)).sends(synAck().seq(0).ack(1));
            assertEquals(1, scene.count(TcpCounter.TIME_WAIT_REUSED));
            assertEquals(0, scene.tcp.timeWaits());
            scene.receives(ack().seq(1).ack(1));
            scene.accepts();
            scene.is(TcpState.ESTABLISHED);
        }
    }

    @Test
    void sequenceNumbersOfTheNewConnectionAreBeyondThoseOfAFastOldOne() {
        try (TcpScene scene =
                new TcpScene(TcpSettings.DEFAULT.with(TcpSetting.TIMESTAMPS, 0)).established()) {
            // More than the clock of initial sequence numbers counts in the same time.
            for (int i = 0; i < 100; i++) {
                scene.writes(new byte[1000]).takeAllSent();
                scene.receives(ack().seq(1).ack(1 + 1000 * (i + 1))).takeAllSent();
            }
            scene.closes().sends(fin().seq(100_001).ack(1));
            scene.receives(fin().seq(1).ack(100_002)).sends(ack().seq(100_002).ack(2));
            int last = -10 + 100_002;
            scene.isns(0, 1000).receives(syn().mss(1460));
            int iss = scene.connectionIss();
            assertTrue(iss - last > 0, () -> iss + " is not after " + last);
            scene.ignoreRest();
        }
    }

    @Test
    void newerSynForAPortThatNobodyListensAtDoesNotEndIt() {
        try (TcpScene scene = activeTimeWait(false)) {
            scene.isns(0, 1000).receives(syn().mss(1460));
            assertEquals(1, scene.sentCount());
            scene.takeAllSent().is(TcpState.TIME_WAIT);
            assertEquals(1, scene.tcp.timeWaits());
        }
    }

    @Test
    void synWithANewerTimestampSucceedsThoughItsSequenceNumberIsOld() {
        try (TcpScene scene = new TcpScene().accepted(syn().mss(1460).timestamps(1000, 0))) {
            scene.shutsDown().sends(fin().seq(1));
            scene.receives(fin().seq(1).ack(2)).sends(ack()).is(TcpState.TIME_WAIT);
            scene.isns(0, -1_000_000).receives(syn().timestamps(2000, 0));
            scene.sends(synAck().ack(1).timestamps());
        }
    }

    @Test
    void synWithAnOlderTimestampIsAcknowledgedThoughItsSequenceNumberIsNew() {
        try (TcpScene scene = new TcpScene().accepted(syn().mss(1460).timestamps(1000, 0))) {
            scene.shutsDown().sends(fin().seq(1));
            scene.receives(fin().seq(1).ack(2)).sends(ack()).is(TcpState.TIME_WAIT);
            scene.receives(syn().rawSeq(1_000_000).timestamps(900, 0));
            scene.sends(ack().seq(2)).is(TcpState.TIME_WAIT);
        }
    }

    @Test
    void synAckAndSynWithFinDoNotSucceed() {
        try (TcpScene scene = timeWait()) {
            scene.receives(segment("S.").rawSeq(5000).ack(2)).sends(ack().seq(2).ack(2));
            scene.receives(segment("SF").rawSeq(5000)).sendsNothing().is(TcpState.TIME_WAIT);
        }
    }

    @Test
    void connectingAgainIsRefusedWithoutTimestamps() {
        try (TcpScene scene = activeTimeWait(false)) {
            assertEquals(TcpConnection.ADDRESS_IN_USE, connectAgain(scene.after(2000)));
            assertEquals(1, scene.tcp.timeWaits());
        }
    }

    @Test
    void connectingAgainWithTimestampsIsPossibleAfterASecond() {
        try (TcpScene scene = activeTimeWait(true)) {
            assertEquals(TcpConnection.ADDRESS_IN_USE, connectAgain(scene));
            assertEquals(0, connectAgain(scene.after(1000)));
            scene.settle().sends(syn().timestamps());
            assertEquals(0, scene.tcp.timeWaits());
        }
    }

    private static int connectAgain(TcpScene scene) {
        IpAddress to = IpAddress.parse(scene.peer);
        TcpConnection c = scene.tcp.open();
        assertEquals(0, c.bind(0, 0, TcpScene.OWN_PORT));
        int answer = c.connect(to.high(), to.low(), TcpScene.PEER_PORT, scene.nowNs());
        if (answer != 0) {
            c.close(scene.nowNs());
        }
        return answer;
    }

    @Test
    void oneTooManyIsForgottenAtOnce() {
        TcpSettings settings = TcpSettings.DEFAULT.with(TcpSetting.MAX_TIME_WAIT, 0);
        try (TcpScene scene = new TcpScene(settings).inState(TcpState.FIN_WAIT_2)) {
            scene.receives(fin().seq(1).ack(2)).sends(ack().seq(2).ack(2)).is(TcpState.CLOSED);
            assertEquals(1, scene.count(TcpCounter.TIME_WAIT_OVERFLOWS));
            assertEquals(0, scene.tcp.flows());
        }
    }

    @Test
    void whatCameBeforeCanBeReadAndCloseDoesNothingMore() {
        try (TcpScene scene = new TcpScene().inState(TcpState.FIN_WAIT_2)) {
            scene.receives(segment("FP.").seq(1).ack(2).payload("abc")).sends(ack().ack(5));
            scene.is(TcpState.TIME_WAIT);
            assertEquals("abc", scene.reads());
            assertEquals(TcpConnection.END_OF_STREAM, scene.tryRead());
            scene.closes().aborts().sendsNothing().is(TcpState.TIME_WAIT);
        }
    }

    @Test
    void icmpErrorsAreIgnored() {
        try (TcpScene scene = timeWait()) {
            scene.receivesIcmp(3, 3, fin().seq(1)).is(TcpState.TIME_WAIT).sendsNothing();
        }
    }
}
