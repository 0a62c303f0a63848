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

import onload.tcp.counter.TcpCounter;
import onload.wire.IpAddress;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** SYN-SENT (RFC 9293, section 3.10.7.3). */
class SynSentTest {
    private static final int UNREACHABLE = 3;

    private final UnsafeBuffer bytes = new UnsafeBuffer(new byte[4]);

    private static TcpScene synSent() {
        return new TcpScene().inState(TcpState.SYN_SENT);
    }

    // SEGMENT ARRIVES: ACK.

    @Test
    void acknowledgmentOfWhatWasNotSentIsReset() {
        try (TcpScene scene = synSent()) {
            for (int wrong : new int[] {0, 2, -1, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
                scene.receives(synAck().seq(0).ack(wrong)).sends(rst().seq(wrong));
                scene.receives(ack().seq(5).ack(wrong)).sends(rst().seq(wrong));
            }
            scene.is(TcpState.SYN_SENT);
        }
    }

    @Test
    void resetWithAWrongAcknowledgmentIsIgnored() {
        try (TcpScene scene = synSent()) {
            scene.receives(rstAck().seq(0).ack(0), rstAck().seq(0).ack(2)).sendsNothing();
            scene.is(TcpState.SYN_SENT);
        }
    }

    @Test
    void acknowledgmentWithoutSynIsDropped() {
        try (TcpScene scene = synSent()) {
            scene.receives(ack().seq(0).ack(1), data("x").seq(1).ack(1), fin().seq(1).ack(1));
            scene.is(TcpState.SYN_SENT).sendsNothing();
        }
    }

    // RST.

    @Test
    void resetRefusesTheConnection() {
        try (TcpScene scene = synSent()) {
            scene.receives(rstAck().rawSeq(0).ack(1)).sendsNothing();
            scene.is(TcpState.CLOSED);
            assertEquals(TcpConnection.REFUSED, scene.connection.error());
            assertEquals(TcpEvents.FAILED | TcpEvents.CLOSED, scene.events());
            assertEquals(TcpConnection.REFUSED, scene.tryRead());
            assertEquals(TcpConnection.REFUSED, scene.tryWrite(new byte[1]));
            assertEquals(0, scene.tcp.flows());
        }
    }

    @Test
    void resetWithoutAcknowledgmentIsIgnored() {
        try (TcpScene scene = synSent()) {
            scene.receives(rst().seq(0), rst().seq(1)).sendsNothing().is(TcpState.SYN_SENT);
        }
    }

    // SYN.

    @Test
    void synAckEstablishes() {
        try (TcpScene scene = synSent()) {
            scene.receives(synAck().seq(0).ack(1)).sends(ack().seq(1).ack(1).noOptions());
            scene.is(TcpState.ESTABLISHED);
            assertEquals(TcpEvents.CONNECTED | TcpEvents.WRITABLE, scene.events());
        }
    }

    @Test
    void synHasOurOptionsAndOnlyAgreedOnesRemain() {
        try (TcpScene scene = new TcpScene().connects()) {
            scene.sends(
                    syn().seq(0)
                            .rawAck(0)
                            .mss(1460)
                            .windowScale(7)
                            .sackPermitted()
                            .timestamps(0, 0));
            scene.receives(synAck().seq(0).ack(1).mss(1000).timestamps(500, 0));
            scene.sends(ack().seq(1).ack(1).timestamps(0, 500));
            TcpInfo info = scene.connection.info(scene.nowNs());
            assertEquals(0, info.sndScale());
            assertEquals(0, info.rcvScale());
            assertEquals(false, info.hasSack());
            assertEquals(true, info.hasTimestamps());
            assertEquals(1000 - 12, info.sndMss());
        }
    }

    @Test
    void synAckWithoutMssMeans536() {
        try (TcpScene scene = synSent()) {
            scene.receives(synAck().seq(0).ack(1)).sends(ack());
            assertEquals(536, scene.connection.maximumSegmentSize());
        }
    }

    @Test
    void synAckWithoutMssMeans1220OverIpv6() {
        try (TcpScene scene = new TcpScene(TcpSettings.DEFAULT, true).inState(TcpState.SYN_SENT)) {
            scene.receives(synAck().seq(0).ack(1)).sends(ack());
            assertEquals(1220, scene.connection.maximumSegmentSize());
        }
    }

    @Test
    void windowOfASynAckIsNotScaled() {
        try (TcpScene scene = synSent()) {
            scene.receives(synAck().seq(0).ack(1).windowScale(10).window(1000)).sends(ack());
            assertEquals(1000, scene.connection.info(scene.nowNs()).sndWnd());
        }
    }

    @Test
    void textInASynAckIsTaken() {
        try (TcpScene scene = synSent()) {
            scene.receives(synAck().seq(0).ack(1).payload("hello")).sends(ack().seq(1).ack(6));
            assertEquals("hello", scene.reads());
        }
    }

    @Test
    void finInASynAckIsTaken() {
        try (TcpScene scene = synSent()) {
            scene.receives(segment("SF.").seq(0).ack(1).payload("hello"));
            scene.sends(ack().seq(1).ack(7)).is(TcpState.CLOSE_WAIT);
            assertEquals("hello", scene.reads());
            assertEquals(TcpConnection.END_OF_STREAM, scene.tryRead());
        }
    }

    @Test
    void segmentWithoutSynAndAckIsDropped() {
        try (TcpScene scene = synSent()) {
            scene.receives(segment("").seq(0), segment("F").seq(0), segment("P").payload("x"));
            scene.sendsNothing().is(TcpState.SYN_SENT);
        }
    }

    @Test
    void synWithoutAckIsAnsweredBySynAck() {
        try (TcpScene scene = synSent()) {
            scene.receives(syn().seq(0).mss(1460).timestamps(9, 0));
            scene.sends(synAck().seq(0).ack(1).mss(1460).windowScale(-1).timestamps(0, 9));
            scene.is(TcpState.SYN_RECEIVED);
        }
    }

    // Time.

    @Test
    void synGoesAgainAtDoublingIntervalsUntilItTimesOut() {
        try (TcpScene scene = synSent()) {
            for (int at : new int[] {1, 3, 7, 15, 31, 63}) {
                scene.sendsAt(1000 * at, syn().seq(0).mss(1460));
            }
            scene.after(63_999).is(TcpState.SYN_SENT).after(1).is(TcpState.CLOSED).sendsNothing();
            assertEquals(TcpConnection.TIMED_OUT, scene.connection.error());
            assertEquals(TcpEvents.FAILED | TcpEvents.CLOSED, scene.events());
        }
    }

    @Test
    void synAckOfALaterSynEstablishes() {
        try (TcpScene scene = synSent()) {
            scene.sendsAt(1000, syn().seq(0)).after(10);
            scene.receives(synAck().seq(0).ack(1)).sends(ack().seq(1).ack(1));
            scene.after(100_000).sendsNothing();
        }
    }

    @Test
    void userTimeoutEndsTheAttempt() {
        try (TcpScene scene = synSent()) {
            scene.connection.userTimeout(5_000_000_000L);
            scene.sendsAt(1000, syn()).sendsAt(3000, syn());
            scene.after(1999).is(TcpState.SYN_SENT).after(1).is(TcpState.CLOSED);
            assertEquals(TcpConnection.TIMED_OUT, scene.connection.error());
        }
    }

    // User calls.

    @Test
    void sendAndReceiveWouldBlock() {
        try (TcpScene scene = synSent()) {
            assertEquals(TcpConnection.WOULD_BLOCK, scene.tryWrite(new byte[1]));
            assertEquals(TcpConnection.WOULD_BLOCK, scene.tryRead());
            assertEquals(
                    TcpConnection.WOULD_BLOCK,
                    scene.connection.sendUrgent((byte) 1, scene.nowNs()));
            assertEquals(0, scene.connection.sendable());
            scene.settle().sendsNothing();
        }
    }

    @Test
    void halfCloseIsRefused() {
        try (TcpScene scene = synSent()) {
            assertEquals(
                    TcpConnection.NOT_CONNECTED, scene.connection.shutdownOutput(scene.nowNs()));
            scene.is(TcpState.SYN_SENT).settle().sendsNothing();
        }
    }

    @Test
    void closeDeletesTheConnectionInSilence() {
        try (TcpScene scene = synSent()) {
            scene.closes().sendsNothing().is(TcpState.CLOSED);
            assertEquals(0, scene.tcp.flows());
            scene.receives(synAck().seq(0).ack(1)).sends(rst().seq(1));
            scene.after(200_000).sendsNothing();
        }
    }

    @Test
    void abortDeletesTheConnectionInSilence() {
        try (TcpScene scene = synSent()) {
            scene.aborts().sendsNothing().is(TcpState.CLOSED);
            assertEquals(TcpConnection.ABORTED, scene.connection.error());
            assertEquals(TcpConnection.ABORTED, scene.tryRead());
            assertEquals(0, scene.tcp.flows());
            assertEquals(TcpState.CLOSED, scene.connection.info(scene.nowNs()).state());
        }
    }

    @Test
    void statusSaysSynSent() {
        try (TcpScene scene = synSent()) {
            TcpInfo info = scene.connection.info(scene.nowNs());
            assertEquals(TcpState.SYN_SENT, info.state());
            assertEquals(1_000_000_000L, info.rtoNs());
        }
    }

    // ICMP (RFC 5927, RFC 1122).

    @Test
    void portUnreachableRefusesTheConnection() {
        try (TcpScene scene = synSent()) {
            scene.receivesIcmp(UNREACHABLE, 3, syn().seq(0)).is(TcpState.CLOSED);
            assertEquals(TcpConnection.REFUSED, scene.connection.error());
        }
    }

    @Test
    void protocolUnreachableRefusesTheConnection() {
        try (TcpScene scene = synSent()) {
            scene.receivesIcmp(UNREACHABLE, 2, syn().seq(0)).is(TcpState.CLOSED);
            assertEquals(TcpConnection.REFUSED, scene.connection.error());
        }
    }

    @Test
    void hostUnreachableIsRememberedAndReportedWhenItTimesOut() {
        try (TcpScene scene = synSent()) {
            scene.receivesIcmp(UNREACHABLE, 1, syn().seq(0)).is(TcpState.SYN_SENT);
            assertEquals(TcpConnection.UNREACHABLE, scene.connection.softError());
            scene.after(200_000).takeAllSent().is(TcpState.CLOSED);
            assertEquals(TcpConnection.UNREACHABLE, scene.connection.error());
        }
    }

    @Test
    void errorAboutAnotherSequenceNumberIsIgnored() {
        try (TcpScene scene = synSent()) {
            scene.receivesIcmp(UNREACHABLE, 3, syn().seq(1));
            scene.receivesIcmp(UNREACHABLE, 3, syn().seq(-1)).is(TcpState.SYN_SENT);
            assertEquals(2, scene.count(TcpCounter.ERRORS_IGNORED));
        }
    }

    @Test
    void sourceQuenchIsIgnored() {
        try (TcpScene scene = synSent()) {
            scene.receivesIcmp(4, 0, syn().seq(0)).is(TcpState.SYN_SENT).sendsNothing();
            assertEquals(0, scene.connection.softError());
        }
    }

    // Others.

    @Test
    void twoConnectionsToOnePeerHavePortsOfTheirOwn() {
        try (TcpScene scene = synSent()) {
            TcpConnection other = scene.tcp.open();
            IpAddress to = IpAddress.parse(scene.peer);
            assertEquals(0, other.connect(to.high(), to.low(), 5001, scene.nowNs()));
            scene.settle().sends(syn().port(5001));
            assertEquals(2, scene.tcp.flows());
            assertEquals(TcpConnection.WOULD_BLOCK, other.receive(bytes, 0, 4, scene.nowNs()));
        }
    }

    @Test
    void listenerOfTheSameEngineIsConnectedTo() {
        try (TcpScene scene = new TcpScene().listening(1)) {
            IpAddress own = IpAddress.parse(scene.own);
            TcpConnection client = scene.connection;
            assertEquals(0, client.connect(own.high(), own.low(), TcpScene.PORT, scene.nowNs()));
            scene.settle().is(TcpState.ESTABLISHED);
            scene.writes("hello");
            TcpConnection server = scene.accepts();
            assertEquals("hello", scene.reads());
            scene.writes("back").closes();
            scene.connection = client;
            assertEquals("back", scene.reads());
            assertEquals(TcpConnection.END_OF_STREAM, scene.tryRead());
            scene.closes().after(1000).sendsNothing();
            assertEquals(TcpState.TIME_WAIT, server.state());
            assertEquals(TcpState.CLOSED, client.state());
            assertEquals(0, scene.tcp.orphans());
        }
    }

    @Test
    void synThatTheNicRefusesGoesAgain() {
        try (TcpScene scene = new TcpScene()) {
            scene.nic.jam(true);
            scene.connects().sendsNothing();
            scene.nic.jam(false);
            scene.after(1000);
            assertEquals(true, scene.sentCount() > 0);
            scene.takeAllSent().receives(synAck().seq(0).ack(1)).sends(ack().seq(1).ack(1));
            scene.is(TcpState.ESTABLISHED);
        }
    }

    @Test
    void attemptThatTheUserHasGivenUpIsNotConnectedByALateSynAck() {
        try (TcpScene scene = synSent()) {
            scene.aborts();
            scene.receives(synAck().seq(0).ack(1)).sends(rst().seq(1));
            assertEquals(TcpState.CLOSED, scene.connection.state());
        }
    }
}
