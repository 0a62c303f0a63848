package onload.tcp;

import static onload.tcp.Segment.ack;
import static onload.tcp.Segment.fin;
import static onload.tcp.Segment.rst;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** LAST-ACK, beside what {@link SynchronizedStatesTest} has. */
class LastAckTest {
    private static TcpScene lastAck() {
        return new TcpScene().inState(TcpState.LAST_ACK);
    }

    @Test
    void acknowledgmentOfTheFinEndsIt() {
        try (TcpScene scene = lastAck()) {
            scene.receives(ack().seq(2).ack(2)).is(TcpState.CLOSED).sendsNothing();
            assertEquals(0, scene.tcp.flows());
            assertEquals(0, scene.connection.error());
            assertEquals(TcpEvents.CLOSED, scene.events());
            assertEquals(TcpConnection.END_OF_STREAM, scene.tryRead());
            assertEquals(TcpConnection.CLOSED, scene.tryWrite(new byte[1]));
        }
    }

    @Test
    void otherAcknowledgmentsDoNot() {
        try (TcpScene scene = lastAck()) {
            scene.receives(ack().seq(2).ack(1)).is(TcpState.LAST_ACK).sendsNothing();
        }
    }

    @Test
    void finGoesAgainUntilItTimesOut() {
        TcpSettings settings = TcpSettings.DEFAULT.with(TcpSetting.RETRIES, 2);
        try (TcpScene scene = new TcpScene(settings).inState(TcpState.LAST_ACK)) {
            scene.sendsAt(200, fin().seq(1).ack(2)).sendsAt(600, fin().seq(1).ack(2));
            scene.after(800).is(TcpState.CLOSED).sendsNothing();
            assertEquals(TcpConnection.TIMED_OUT, scene.connection.error());
        }
    }

    @Test
    void segmentsAfterTheEndAreReset() {
        try (TcpScene scene = lastAck()) {
            scene.receives(ack().seq(2).ack(2));
            scene.receives(fin().seq(1).ack(2)).sends(rst().seq(2));
        }
    }

    @Test
    void closeLetsItFinish() {
        try (TcpScene scene = lastAck()) {
            scene.closes().sendsNothing();
            assertEquals(1, scene.tcp.orphans());
            scene.receives(ack().seq(2).ack(2));
            assertEquals(0, scene.tcp.orphans());
            assertEquals(0, scene.tcp.flows());
        }
    }
}
