package onload.tcp;

import static onload.tcp.Segment.ack;
import static onload.tcp.Segment.fin;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** CLOSING, beside what {@link SynchronizedStatesTest} has. */
class ClosingTest {
    private static TcpScene closing() {
        return new TcpScene().inState(TcpState.CLOSING);
    }

    @Test
    void acknowledgmentOfTheFinLeadsToTimeWait() {
        try (TcpScene scene = closing()) {
            scene.receives(ack().seq(2).ack(2)).is(TcpState.TIME_WAIT).sendsNothing();
            assertEquals(TcpEvents.CLOSED, scene.events());
            assertEquals(1, scene.tcp.timeWaits());
        }
    }

    @Test
    void otherAcknowledgmentsDoNot() {
        try (TcpScene scene = closing()) {
            scene.receives(ack().seq(2).ack(1)).is(TcpState.CLOSING).sendsNothing();
        }
    }

    @Test
    void finGoesAgain() {
        try (TcpScene scene = closing()) {
            scene.sendsAt(200, fin().seq(1).ack(2)).sendsAt(600, fin().seq(1).ack(2));
            scene.receives(ack().seq(2).ack(2)).is(TcpState.TIME_WAIT);
        }
    }

    @Test
    void finThatComesAgainAndAcknowledgesOursIsAcknowledged() {
        try (TcpScene scene = closing()) {
            // The sequence number is old, so that its acknowledgment does not count.
            scene.receives(fin().seq(1).ack(2)).sends(ack().seq(2).ack(2)).is(TcpState.CLOSING);
            scene.receives(ack().seq(2).ack(2)).is(TcpState.TIME_WAIT);
        }
    }

    @Test
    void closeLetsItFinish() {
        try (TcpScene scene = closing()) {
            scene.closes().sendsNothing().is(TcpState.CLOSING);
            scene.receives(ack().seq(2).ack(2)).is(TcpState.TIME_WAIT);
            assertEquals(0, scene.tcp.orphans());
        }
    }
}
