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

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** SYN-RECEIVED (RFC 9293, section 3.10.7.4), come to from LISTEN and by a simultaneous open. */
class SynReceivedTest {
    /** From LISTEN: the connection is half-open. */
    @Nested
    class Passive {
        private TcpScene halfOpen() {
            TcpScene scene = new TcpScene().inState(TcpState.LISTEN);
            scene.receives(syn().seq(0).mss(1460)).sends(synAck().seq(0).ack(1)).mark();
            return scene;
        }

        @Test
        void acknowledgmentEstablishes() {
            try (TcpScene scene = halfOpen()) {
                scene.receives(ack().seq(1).ack(1)).sendsNothing();
                scene.accepts();
                scene.is(TcpState.ESTABLISHED);
                assertEquals(0, scene.listener.halfOpen());
            }
        }

        @Test
        void dataWithTheAcknowledgmentIsTaken() {
            try (TcpScene scene = halfOpen()) {
                scene.receives(data("hello").seq(1).ack(1)).sends(ack().seq(1).ack(6));
                scene.accepts();
                assertEquals("hello", scene.reads());
            }
        }

        @Test
        void finWithTheAcknowledgmentIsTaken() {
            try (TcpScene scene = halfOpen()) {
                scene.receives(fin().seq(1).ack(1)).sends(ack().seq(1).ack(2));
                scene.accepts();
                scene.is(TcpState.CLOSE_WAIT);
            }
        }

        @Test
        void wrongAcknowledgmentIsReset() {
            try (TcpScene scene = halfOpen()) {
                for (int wrong : new int[] {0, 2, -1, Integer.MIN_VALUE}) {
                    scene.receives(ack().seq(1).ack(wrong)).sends(rst().seq(wrong));
                }
                assertEquals(1, scene.listener.halfOpen());
                assertEquals(0, scene.listener.waiting());
            }
        }

        @Test
        void resetReturnsToListen() {
            try (TcpScene scene = halfOpen()) {
                scene.receives(rst().seq(1)).sendsNothing();
                assertEquals(0, scene.listener.halfOpen());
                assertEquals(0, scene.tcp.flows());
            }
        }

        @Test
        void resetInTheWindowIsChallenged() {
            try (TcpScene scene = halfOpen()) {
                scene.receives(rst().seq(2)).sends(ack().seq(1).ack(1));
                assertEquals(1, scene.listener.halfOpen());
                assertEquals(1, scene.count(TcpCounter.CHALLENGES_SENT));
            }
        }

        @Test
        void resetOutsideTheWindowIsDropped() {
            try (TcpScene scene = halfOpen()) {
                scene.receives(rst().seq(0), rst().seq(70_000), rst().seq(-70_000)).sendsNothing();
                assertEquals(1, scene.listener.halfOpen());
            }
        }

        @Test
        void synThatComesAgainIsAnsweredAgainButNotInAFlood() {
            try (TcpScene scene = halfOpen()) {
                scene.receives(syn().seq(0).mss(1460)).sends(synAck().seq(0).ack(1).mss(1460));
                scene.receives(syn().seq(0).mss(1460), syn().seq(0).mss(1460)).sendsNothing();
            }
        }

        @Test
        void synInTheWindowIsChallenged() {
            try (TcpScene scene = halfOpen()) {
                scene.receives(segment("S").rawSeq(100).payload("x"));
                scene.sends(ack().seq(1).ack(1));
                assertEquals(1, scene.listener.halfOpen());
            }
        }

        @Test
        void segmentOutsideTheWindowIsAcknowledged() {
            try (TcpScene scene = halfOpen()) {
                scene.receives(ack().seq(100_000).ack(1)).sends(ack().seq(1).ack(1));
                assertEquals(0, scene.listener.waiting());
            }
        }

        @Test
        void segmentWithoutAckIsDropped() {
            try (TcpScene scene = halfOpen()) {
                scene.receives(segment("F").seq(1), segment("P").seq(1).payload("x"));
                scene.sendsNothing();
                assertEquals(1, scene.listener.halfOpen());
            }
        }

        @Test
        void synAckGoesAgainAtDoublingIntervalsAndIsForgotten() {
            try (TcpScene scene = halfOpen()) {
                for (int at : new int[] {1, 3, 7, 15, 31}) {
                    scene.sendsAt(1000 * at, synAck().seq(0).ack(1).mss(1460));
                }
                scene.after(32_000).sendsNothing();
                assertEquals(0, scene.tcp.flows());
                assertEquals(1, scene.count(TcpCounter.HALF_OPEN_TIMED_OUT));
                scene.receives(ack().seq(1).ack(1)).sends(rst().seq(1));
            }
        }

        @Test
        void oldTimestampIsAnsweredAndDropped() {
            try (TcpScene scene = new TcpScene().inState(TcpState.LISTEN)) {
                scene.receives(syn().seq(0).timestamps(1000, 0)).sends(synAck());
                scene.receives(ack().seq(1).ack(1).timestamps(999, 0));
                scene.sends(ack().seq(1).ack(1).timestamps());
                assertEquals(0, scene.listener.waiting());
            }
        }

        @Test
        void icmpErrorsDoNotEndIt() {
            try (TcpScene scene = halfOpen()) {
                scene.receivesIcmp(3, 3, synAck().seq(0)).receivesIcmp(3, 1, synAck().seq(0));
                assertEquals(1, scene.listener.halfOpen());
            }
        }
    }

    /** From SYN-SENT: both sides open at once (RFC 9293, section 3.5, figure 8). */
    @Nested
    class Simultaneous {
        private TcpScene simultaneous() {
            return new TcpScene().inState(TcpState.SYN_RECEIVED);
        }

        @Test
        void synAckOfThePeerEstablishes() {
            try (TcpScene scene = simultaneous()) {
                scene.receives(synAck().seq(0).ack(1).mss(1460)).is(TcpState.ESTABLISHED);
                scene.sends(ack().seq(1).ack(1));
                assertEquals(TcpEvents.CONNECTED | TcpEvents.WRITABLE, scene.events());
                scene.after(100_000).sendsNothing();
            }
        }

        @Test
        void acknowledgmentEstablishes() {
            try (TcpScene scene = simultaneous()) {
                scene.receives(ack().seq(1).ack(1)).is(TcpState.ESTABLISHED).sendsNothing();
                assertEquals(TcpEvents.CONNECTED | TcpEvents.WRITABLE, scene.events());
            }
        }

        @Test
        void dataWithTheAcknowledgmentIsTaken() {
            try (TcpScene scene = simultaneous()) {
                scene.receives(data("hello").seq(1).ack(1)).sends(ack().seq(1).ack(6));
                assertEquals("hello", scene.reads());
            }
        }

        @Test
        void wrongAcknowledgmentIsReset() {
            try (TcpScene scene = simultaneous()) {
                for (int wrong : new int[] {0, 2, -1}) {
                    scene.receives(ack().seq(1).ack(wrong)).sends(rst().seq(wrong));
                    scene.receives(synAck().seq(0).ack(wrong)).takeAllSent();
                }
                scene.is(TcpState.SYN_RECEIVED);
            }
        }

        @Test
        void synThatComesAgainIsAcknowledged() {
            try (TcpScene scene = simultaneous()) {
                scene.receives(syn().seq(0).mss(1460)).sends(ack().seq(1).ack(1));
                scene.is(TcpState.SYN_RECEIVED);
            }
        }

        @Test
        void segmentOutsideTheWindowIsAcknowledged() {
            try (TcpScene scene = simultaneous()) {
                scene.receives(ack().seq(100_000).ack(1)).sends(ack().seq(1).ack(1));
                scene.is(TcpState.SYN_RECEIVED);
            }
        }

        @Test
        void resetRefusesTheConnection() {
            try (TcpScene scene = simultaneous()) {
                scene.receives(rst().seq(1)).is(TcpState.CLOSED);
                assertEquals(TcpConnection.REFUSED, scene.connection.error());
            }
        }

        @Test
        void resetInTheWindowIsChallengedAndOutsideDropped() {
            try (TcpScene scene = simultaneous()) {
                scene.receives(rst().seq(0), rst().seq(70_000)).sendsNothing();
                scene.receives(rst().seq(2)).sends(ack().seq(1).ack(1));
                scene.is(TcpState.SYN_RECEIVED);
            }
        }

        @Test
        void synInTheWindowIsChallenged() {
            try (TcpScene scene = simultaneous()) {
                scene.receives(segment("S").rawSeq(100)).sends(ack().seq(1).ack(1));
                scene.is(TcpState.SYN_RECEIVED);
            }
        }

        @Test
        void synAckGoesAgain() {
            try (TcpScene scene = simultaneous()) {
                scene.sendsAt(1000, synAck().seq(0).ack(1)).sendsAt(3000, synAck().seq(0).ack(1));
                scene.receives(ack().seq(1).ack(1)).is(TcpState.ESTABLISHED);
            }
        }

        @Test
        void sendWouldBlock() {
            try (TcpScene scene = simultaneous()) {
                assertEquals(TcpConnection.WOULD_BLOCK, scene.tryWrite(new byte[1]));
                assertEquals(TcpConnection.WOULD_BLOCK, scene.tryRead());
            }
        }

        @Test
        void finWaitsUntilTheConnectionIsEstablished() {
            try (TcpScene scene = simultaneous()) {
                scene.shutsDown().sendsNothing();
                scene.sendsAt(1000, synAck().seq(0).ack(1));
                scene.receives(ack().seq(1).ack(1)).sends(fin().seq(1).ack(1));
                scene.is(TcpState.FIN_WAIT_1);
                scene.receives(ack().seq(1).ack(2)).is(TcpState.FIN_WAIT_2);
            }
        }

        @Test
        void closeFinishesWhenTheConnectionIsEstablished() {
            try (TcpScene scene = simultaneous()) {
                scene.closes().sendsNothing();
                scene.receives(ack().seq(1).ack(1)).sends(fin().seq(1).ack(1));
                scene.receives(fin().seq(1).ack(2)).sends(ack().seq(2).ack(2));
                scene.is(TcpState.TIME_WAIT);
                assertEquals(0, scene.tcp.orphans());
            }
        }

        @Test
        void abortResetsThePeer() {
            try (TcpScene scene = simultaneous()) {
                scene.aborts().sends(rstAck().seq(1).ack(1)).is(TcpState.CLOSED);
            }
        }

        @Test
        void hardErrorEndsIt() {
            try (TcpScene scene = simultaneous()) {
                scene.receivesIcmp(3, 3, synAck().seq(0)).is(TcpState.CLOSED);
                assertEquals(TcpConnection.REFUSED, scene.connection.error());
            }
        }
    }

    // A connection with itself is a simultaneous open in which all comes from one side.

    @Test
    void portThatConnectsToItselfIsEstablishedAndExchangesDataWithItself() {
        try (TcpScene scene = new TcpScene()) {
            TcpConnection c = scene.connection;
            IpAddress own = IpAddress.parse(scene.own);
            assertEquals(0, c.bind(own.high(), own.low(), 4000));
            assertEquals(0, c.connect(own.high(), own.low(), 4000, scene.nowNs()));
            scene.settle().is(TcpState.ESTABLISHED);
            scene.writes("echo");
            assertEquals("echo", scene.reads());
            scene.closes().after(1).sendsNothing();
            assertEquals(0, scene.tcp.orphans());
            scene.after(61_000);
            assertEquals(0, scene.tcp.flows());
        }
    }
}
