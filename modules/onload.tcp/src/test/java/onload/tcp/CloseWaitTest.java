package onload.tcp;

import static onload.tcp.Segment.ack;
import static onload.tcp.Segment.data;
import static onload.tcp.Segment.fin;
import static onload.tcp.Segment.rstAck;
import static onload.tcp.Segment.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** CLOSE-WAIT, beside what {@link SynchronizedStatesTest} has. */
class CloseWaitTest {
    private static TcpScene closeWait() {
        return new TcpScene().inState(TcpState.CLOSE_WAIT);
    }

    @Test
    void sendGoesOn() {
        try (TcpScene scene = closeWait()) {
            scene.writes("abc").sends(data("abc").seq(1).ack(2));
            scene.receives(ack().seq(2).ack(4));
            assertEquals(0, scene.connection.unacknowledged());
            scene.is(TcpState.CLOSE_WAIT);
        }
    }

    @Test
    void dataGoesAgain() {
        try (TcpScene scene = closeWait()) {
            scene.writes("abc").sends(data("abc").seq(1)).sendsAt(200, data("abc").seq(1).ack(2));
            scene.receives(ack().seq(2).ack(4));
        }
    }

    @Test
    void closeLeadsToLastAck() {
        try (TcpScene scene = closeWait()) {
            scene.closes().sends(fin().seq(1).ack(2)).is(TcpState.LAST_ACK);
            assertEquals(1, scene.tcp.orphans());
            scene.receives(ack().seq(2).ack(2)).is(TcpState.CLOSED);
            assertEquals(0, scene.tcp.orphans());
        }
    }

    @Test
    void closeSendsWhatIsQueuedFirst() {
        try (TcpScene scene = closeWait()) {
            scene.receives(ack().seq(2).ack(1).window(0));
            scene.writes("abc").closes().sendsNothing().is(TcpState.LAST_ACK);
            scene.receives(ack().seq(2).ack(1)).sends(segment("FP.").seq(1).ack(2).payload("abc"));
            scene.receives(ack().seq(2).ack(4)).is(TcpState.LAST_ACK);
            scene.receives(ack().seq(2).ack(5)).is(TcpState.CLOSED);
        }
    }

    @Test
    void closeWithUnreadDataResets() {
        try (TcpScene scene = new TcpScene().established()) {
            scene.receives(segment("FP.").seq(1).ack(1).payload("abc")).sends(ack().ack(5));
            scene.closes().sends(rstAck().seq(1).ack(5)).is(TcpState.CLOSED);
        }
    }

    @Test
    void abortBehindAClosedWindowTellsThePeerEvenAfterClose() {
        try (TcpScene scene = closeWait()) {
            scene.receives(ack().seq(2).ack(1).window(0));
            scene.writes("abc").shutsDown().is(TcpState.LAST_ACK).sendsNothing();
            scene.aborts().sends(rstAck().seq(1).ack(2));
        }
    }

    @Test
    void urgentDataAfterTheFinIsIgnored() {
        try (TcpScene scene = closeWait()) {
            scene.receives(segment(".U").seq(2).ack(1).urgentPointer(5)).sendsNothing();
            assertEquals(0, scene.events());
            assertEquals(-1, scene.connection.urgentMark());
        }
    }
}
