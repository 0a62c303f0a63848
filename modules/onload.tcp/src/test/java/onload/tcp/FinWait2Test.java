package onload.tcp;

import static onload.tcp.Segment.ack;
import static onload.tcp.Segment.data;
import static onload.tcp.Segment.fin;
import static onload.tcp.Segment.rst;
import static onload.tcp.Segment.rstAck;

import static org.junit.jupiter.api.Assertions.assertEquals;

import onload.tcp.counter.TcpCounter;

import org.junit.jupiter.api.Test;

/** FIN-WAIT-2, beside what {@link SynchronizedStatesTest} has. */
class FinWait2Test {
    private static TcpScene finWait2() {
        return new TcpScene().inState(TcpState.FIN_WAIT_2);
    }

    @Test
    void finLeadsToTimeWait() {
        try (TcpScene scene = finWait2()) {
            scene.receives(fin().seq(1).ack(2)).sends(ack().seq(2).ack(2).window(65_535));
            scene.is(TcpState.TIME_WAIT);
            assertEquals(TcpEvents.END_OF_INPUT | TcpEvents.CLOSED, scene.events());
            assertEquals(1, scene.tcp.timeWaits());
        }
    }

    @Test
    void finWithTimestampsIsAcknowledgedWithTimestamps() {
        try (TcpScene scene =
                new TcpScene().connected(Segment.synAck().mss(1460).timestamps(500, 0))) {
            scene.shutsDown().sends(fin().seq(1).ack(1));
            scene.receives(ack().seq(1).ack(2).timestamps(501, 0)).after(7);
            scene.receives(fin().seq(1).ack(2).timestamps(502, 0));
            scene.sends(ack().seq(2).ack(2).timestamps(7, 502));
        }
    }

    @Test
    void textIsReceivedWithoutEnd() {
        try (TcpScene scene = finWait2()) {
            scene.receives(data("abc").seq(1).ack(2)).sends(ack().seq(2).ack(4));
            assertEquals("abc", scene.reads());
            // Half-closed: there is no limit for a connection that has a user.
            scene.after(100_000_000).sendsNothing().is(TcpState.FIN_WAIT_2);
            scene.receives(data("def").seq(4).ack(2)).sends(ack().seq(2).ack(7));
            assertEquals("def", scene.reads());
        }
    }

    @Test
    void finOutOfOrderWaits() {
        try (TcpScene scene = finWait2()) {
            scene.receives(fin().seq(4).ack(2)).sends(ack().seq(2).ack(1)).is(TcpState.FIN_WAIT_2);
            scene.receives(data("abc").seq(1).ack(2)).sends(ack().seq(2).ack(5));
            scene.is(TcpState.TIME_WAIT);
            assertEquals("abc", scene.reads());
        }
    }

    @Test
    void orphanIsForgottenAfterItsTime() {
        try (TcpScene scene = finWait2()) {
            scene.closes().sendsNothing();
            scene.after(59_999).is(TcpState.FIN_WAIT_2).after(1).is(TcpState.CLOSED);
            assertEquals(1, scene.count(TcpCounter.FIN_WAIT_2_TIMED_OUT));
            assertEquals(0, scene.tcp.orphans());
            assertEquals(TcpEvents.CLOSED, scene.events());
            scene.sendsNothing().receives(fin().seq(1).ack(2)).sends(rst().seq(2));
        }
    }

    @Test
    void orphanThatComesFromFinWait1IsForgottenAfterItsTimeToo() {
        try (TcpScene scene = new TcpScene().established()) {
            scene.closes().sends(fin().seq(1).ack(1));
            scene.receives(ack().seq(1).ack(2)).after(59_999).is(TcpState.FIN_WAIT_2);
            scene.after(1).is(TcpState.CLOSED).sendsNothing();
        }
    }

    @Test
    void textForNobodyResetsThePeer() {
        try (TcpScene scene = finWait2()) {
            scene.closes().receives(data("abc").seq(1).ack(2)).sends(rstAck().seq(2).ack(1));
            assertEquals(0, scene.tcp.flows());
        }
    }

    @Test
    void closeWithUnreadDataResets() {
        try (TcpScene scene = finWait2()) {
            scene.receives(data("abc").seq(1).ack(2)).sends(ack().seq(2).ack(4));
            scene.closes().sends(rstAck().seq(2).ack(4)).is(TcpState.CLOSED);
            assertEquals(0, scene.tcp.orphans());
        }
    }
}
