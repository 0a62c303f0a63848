package onload.tcp;

import static onload.tcp.Segment.ack;
import static onload.tcp.Segment.fin;
import static onload.tcp.Segment.rst;
import static onload.tcp.Segment.rstAck;
import static onload.tcp.Segment.segment;
import static onload.tcp.Segment.syn;
import static onload.tcp.Segment.synAck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import onload.tcp.counter.TcpCounter;
import onload.wire.IpAddress;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** CLOSED (RFC 9293, section 3.10.7.1), and the user's calls without a connection. */
class ClosedTest {
    private final UnsafeBuffer bytes = new UnsafeBuffer(new byte[4]);

    @Test
    void synIsResetWithAnAcknowledgmentOfItself() {
        try (TcpScene scene = new TcpScene()) {
            scene.receives(syn().seq(0).mss(1460));
            scene.sends(rstAck().rawSeq(0).ack(1).window(0).noOptions());
            assertEquals(1, scene.count(TcpCounter.RECEIVE_DROPPED_NO_CONNECTION));
        }
    }

    @Test
    void resetAcknowledgesTextAndFin() {
        try (TcpScene scene = new TcpScene()) {
            scene.receives(segment("F").seq(7).payload("abc"));
            scene.sends(rstAck().rawSeq(0).ack(11));
        }
    }

    @Test
    void segmentWithAckIsResetAtItsAcknowledgment() {
        try (TcpScene scene = new TcpScene()) {
            scene.receives(ack().seq(1).rawAck(-5).payload("abc"));
            scene.sends(rst().rawSeq(-5).rawAck(0).window(0));
        }
    }

    @Test
    void finAndSynAckAreResetAtTheirAcknowledgment() {
        try (TcpScene scene = new TcpScene()) {
            scene.receives(fin().seq(1).rawAck(77), synAck().seq(0).rawAck(78));
            scene.sends(rst().rawSeq(77), rst().rawSeq(78));
        }
    }

    @Test
    void resetIsNeverAnswered() {
        try (TcpScene scene = new TcpScene()) {
            scene.receives(
                    rst().seq(1),
                    rstAck().seq(1).rawAck(5),
                    segment("SR").seq(1),
                    segment("FSRPUE").seq(1));
            scene.sendsNothing();
        }
    }

    @Test
    void segmentWithoutFlagsIsReset() {
        try (TcpScene scene = new TcpScene()) {
            scene.receives(segment("").seq(1)).sends(rstAck().rawSeq(0).ack(1));
        }
    }

    @Test
    void resetGoesOverIpv6() {
        try (TcpScene scene = new TcpScene(TcpSettings.DEFAULT, true)) {
            scene.receives(syn().seq(0)).sends(rstAck().rawSeq(0).ack(1));
        }
    }

    @Test
    void segmentWithWrongChecksumIsDroppedInSilence() {
        try (TcpScene scene = new TcpScene()) {
            scene.receives(syn().seq(0).wrongChecksum()).sendsNothing();
            assertEquals(1, scene.count(TcpCounter.RECEIVE_DROPPED_CHECKSUM));
        }
    }

    @Test
    void callsWithoutAConnectionAreRefused() {
        try (TcpScene scene = new TcpScene()) {
            TcpConnection c = scene.tcp.open();
            long now = scene.nowNs();
            assertEquals(TcpConnection.NOT_CONNECTED, c.send(bytes, 0, 4, now));
            assertEquals(TcpConnection.NOT_CONNECTED, c.sendUrgent((byte) 1, now));
            assertEquals(TcpConnection.NOT_CONNECTED, c.receive(bytes, 0, 4, now));
            assertEquals(TcpConnection.NOT_CONNECTED, c.peek(bytes, 0, 4));
            assertEquals(TcpConnection.NOT_CONNECTED, c.receivePacket(now));
            assertEquals(TcpConnection.NOT_CONNECTED, c.shutdownOutput(now));
            assertEquals(TcpConnection.NOT_CONNECTED, c.shutdownInput(now));
            assertEquals(0, c.sendable());
            assertEquals(0, c.available());
            assertEquals(-1, c.urgentMark());
            assertEquals(TcpState.CLOSED, c.info(now).state());
            c.abort(now);
            c.close(now);
            c.close(now);
            assertEquals(TcpState.CLOSED, c.state());
            assertEquals(0, c.error());
            scene.settle().sendsNothing();
        }
    }

    @Test
    void connectAfterCloseOrWithABadPortIsRefused() {
        try (TcpScene scene = new TcpScene()) {
            IpAddress to = IpAddress.parse(scene.peer);
            TcpConnection c = scene.tcp.open();
            for (int port : new int[] {0, -1, 65_536}) {
                assertEquals(
                        TcpConnection.INVALID_STATE,
                        c.connect(to.high(), to.low(), port, scene.nowNs()));
            }
            assertEquals(0, scene.tcp.flows());
        }
    }

    @Test
    void connectToAGroupIsRefused() {
        try (TcpScene scene = new TcpScene()) {
            for (String group : new String[] {"224.0.0.1", "239.1.2.3", "255.255.255.255"}) {
                IpAddress to = IpAddress.parse(group);
                TcpConnection c = scene.tcp.open();
                int answer = c.connect(to.high(), to.low(), 80, scene.nowNs());
                assertEquals(TcpConnection.UNREACHABLE, answer, group);
            }
            scene.settle().sendsNothing();
        }
    }

    @Test
    void connectTwiceIsRefusedAndChangesNothing() {
        try (TcpScene scene = new TcpScene().inState(TcpState.SYN_SENT)) {
            IpAddress to = IpAddress.parse(scene.peer);
            assertEquals(
                    TcpConnection.INVALID_STATE,
                    scene.connection.connect(to.high(), to.low(), 81, scene.nowNs()));
            scene.is(TcpState.SYN_SENT).settle().sendsNothing();
        }
    }

    @Test
    void connectionWhoseTupleExistsIsRefused() {
        try (TcpScene scene = new TcpScene().connected(synAck().mss(1460))) {
            scene.connection = scene.tcp.open();
            TcpConnection other = scene.connection;
            // The port is bound by the first.
            assertEquals(TcpConnection.ADDRESS_IN_USE, other.bind(0, 0, TcpScene.OWN_PORT));
        }
    }

    @Test
    void acceptWithoutConnectionsAnswersNull() {
        try (TcpScene scene = new TcpScene().listening(5)) {
            assertNull(scene.listener.accept());
        }
    }
}
