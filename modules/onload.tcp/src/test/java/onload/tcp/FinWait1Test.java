package onload.tcp;

import static onload.tcp.Segment.ack;
import static onload.tcp.Segment.data;
import static onload.tcp.Segment.fin;
import static onload.tcp.Segment.rst;
import static onload.tcp.Segment.rstAck;
import static onload.tcp.Segment.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;

import onload.tcp.counter.TcpCounter;

import org.junit.jupiter.api.Test;

/** FIN-WAIT-1, beside what {@link SynchronizedStatesTest} has. */
class FinWait1Test {
    private static TcpScene finWait1() {
        return new TcpScene().inState(TcpState.FIN_WAIT_1);
    }

    /** The user has closed, and is gone. */
    private static TcpScene orphan() {
        TcpScene scene = new TcpScene().established();
        scene.closes().sends(fin().seq(1).ack(1)).mark();
        return scene;
    }

    @Test
    void acknowledgmentOfTheFinLeadsToFinWait2() {
        try (TcpScene scene = finWait1()) {
            scene.receives(ack().seq(1).ack(2)).is(TcpState.FIN_WAIT_2).sendsNothing();
        }
    }

    @Test
    void acknowledgmentOfTheTextBeforeTheFinDoesNot() {
        try (TcpScene scene = new TcpScene().established()) {
            scene.writes("abc").sends(data("abc").seq(1));
            scene.shutsDown().sends(fin().seq(4).ack(1));
            scene.receives(ack().seq(1).ack(4)).is(TcpState.FIN_WAIT_1);
            scene.receives(ack().seq(1).ack(5)).is(TcpState.FIN_WAIT_2);
        }
    }

    @Test
    void finLeadsToClosing() {
        try (TcpScene scene = finWait1()) {
            scene.receives(fin().seq(1).ack(1)).sends(ack().seq(2).ack(2)).is(TcpState.CLOSING);
            assertEquals(TcpEvents.END_OF_INPUT, scene.events());
        }
    }

    @Test
    void finThatAcknowledgesOursLeadsToTimeWait() {
        try (TcpScene scene = finWait1()) {
            scene.receives(fin().seq(1).ack(2)).sends(ack().seq(2).ack(2));
            scene.is(TcpState.TIME_WAIT);
            assertEquals(
                    TcpEvents.END_OF_INPUT | TcpEvents.CLOSED,
                    scene.events() & (TcpEvents.END_OF_INPUT | TcpEvents.CLOSED));
        }
    }

    @Test
    void textIsStillReceived() {
        try (TcpScene scene = finWait1()) {
            scene.receives(data("abc").seq(1).ack(1)).sends(ack().seq(2).ack(4));
            assertEquals("abc", scene.reads());
            scene.is(TcpState.FIN_WAIT_1);
        }
    }

    @Test
    void textWithFinThatAcknowledgesOursIsReadInTimeWait() {
        try (TcpScene scene = finWait1()) {
            scene.receives(segment("FP.").seq(1).ack(2).payload("abc"));
            scene.sends(ack().seq(2).ack(5)).is(TcpState.TIME_WAIT);
            assertEquals("abc", scene.reads());
            assertEquals(TcpConnection.END_OF_STREAM, scene.tryRead());
        }
    }

    @Test
    void finGoesAgain() {
        try (TcpScene scene = finWait1()) {
            scene.sendsAt(200, fin().seq(1).ack(1)).sendsAt(600, fin().seq(1).ack(1));
            scene.receives(ack().seq(1).ack(2)).after(100_000).sendsNothing();
        }
    }

    @Test
    void finWaitsForTheWindowWithTheTextBeforeIt() {
        try (TcpScene scene = new TcpScene().established()) {
            scene.receives(ack().seq(1).ack(1).window(2));
            scene.writes("abc");
            scene.shutsDown().takeAllSent().is(TcpState.FIN_WAIT_1);
            scene.receives(ack().seq(1).ack(1).window(100)).is(TcpState.FIN_WAIT_1);
            scene.ignoreRest().after(1000).receives(ack().seq(1).ack(5)).is(TcpState.FIN_WAIT_2);
        }
    }

    @Test
    void urgentDataIsReported() {
        try (TcpScene scene = finWait1()) {
            scene.receives(segment(".U").seq(1).ack(1).urgentPointer(5));
            assertEquals(TcpEvents.URGENT, scene.events());
        }
    }

    // Orphans.

    @Test
    void textForNobodyResetsThePeer() {
        try (TcpScene scene = orphan()) {
            scene.receives(data("abc").seq(1).ack(1)).sends(rstAck().seq(2).ack(1));
            assertEquals(1, scene.count(TcpCounter.RECEIVE_DROPPED_ORPHAN));
            assertEquals(0, scene.tcp.flows());
            assertEquals(0, scene.tcp.orphans());
            assertEquals(TcpEvents.CLOSED, scene.events());
            scene.receives(data("d").seq(4).ack(2)).sends(rst().seq(2));
        }
    }

    @Test
    void finOfThePeerEndsAnOrphan() {
        try (TcpScene scene = orphan()) {
            scene.receives(fin().seq(1).ack(2)).sends(ack().seq(2).ack(2));
            scene.is(TcpState.TIME_WAIT);
            assertEquals(0, scene.tcp.orphans());
            assertEquals(TcpEvents.CLOSED, scene.events());
        }
    }

    @Test
    void orphanGivesUpAfterItsRetries() {
        TcpSettings settings = TcpSettings.DEFAULT.with(TcpSetting.ORPHAN_RETRIES, 2);
        try (TcpScene scene = new TcpScene(settings).established()) {
            scene.closes().sends(fin().seq(1).ack(1)).mark();
            scene.sendsAt(200, fin().seq(1)).sendsAt(600, fin().seq(1));
            scene.after(799).is(TcpState.FIN_WAIT_1).after(1).is(TcpState.CLOSED).sendsNothing();
            assertEquals(0, scene.tcp.orphans());
            assertEquals(TcpEvents.CLOSED, scene.events());
        }
    }

    @Test
    void orphanThatIsResetIsGone() {
        try (TcpScene scene = orphan()) {
            scene.receives(rst().seq(1)).sendsNothing();
            assertEquals(0, scene.tcp.orphans());
            assertEquals(0, scene.tcp.flows());
            assertEquals(TcpEvents.CLOSED, scene.events());
        }
    }

    @Test
    void textAndFinGoAgainTogether() {
        try (TcpScene scene = new TcpScene().established()) {
            scene.receives(ack().seq(1).ack(1).window(0));
            scene.writes("abc").shutsDown();
            scene.receives(ack().seq(1).ack(1)).sends(segment("FP.").seq(1).payload("abc")).mark();
            scene.sendsAt(200, segment("FP.").seq(1).payload("abc"));
            scene.receives(ack().seq(1).ack(4)).is(TcpState.FIN_WAIT_1);
            scene.ignoreRest().after(1000).receives(ack().seq(1).ack(5)).is(TcpState.FIN_WAIT_2);
        }
    }

    @Test
    void finThatIsLostGoesAgainAfterItsTextIsAcknowledged() {
        try (TcpScene scene = new TcpScene().established()) {
            scene.writes("abc").sends(data("abc").seq(1));
            scene.shutsDown().sends(fin().seq(4)).mark();
            scene.receives(ack().seq(1).ack(4)).sendsNothing();
            scene.sendsAt(200, fin().seq(4).ack(1));
            scene.receives(ack().seq(1).ack(5)).is(TcpState.FIN_WAIT_2);
        }
    }

    @Test
    void orphanWhosePeerNeverOpensTheWindowIsResetInTheEnd() {
        try (TcpScene scene = new TcpScene().established()) {
            scene.receives(ack().seq(1).ack(1).window(0));
            scene.writes("abc").closes();
            for (int i = 0; i < 2000 && scene.tcp.orphans() > 0; i++) {
                scene.after(1000);
                if (scene.sentCount() > 0) {
                    scene.takeAllSent().receives(ack().seq(1).ack(1).window(0));
                }
            }
            scene.takeAllSent();
            assertEquals(0, scene.tcp.orphans());
            assertEquals(0, scene.tcp.flows());
        }
    }

    @Test
    void connectionWithAUserKeepsAskingAClosedWindow() {
        try (TcpScene scene = new TcpScene().established()) {
            scene.receives(ack().seq(1).ack(1).window(0));
            scene.writes("abc").shutsDown();
            for (int i = 0; i < 2000; i++) {
                scene.after(1000);
                if (scene.sentCount() > 0) {
                    scene.takeAllSent().receives(ack().seq(1).ack(1).window(0));
                }
            }
            scene.is(TcpState.FIN_WAIT_1);
            scene.receives(ack().seq(1).ack(1)).sends(segment("FP.").seq(1).payload("abc"));
            scene.receives(ack().seq(1).ack(5)).is(TcpState.FIN_WAIT_2);
        }
    }

    @Test
    void finToAClosedWindowGoesAndGoesAgainUntilItIsTaken() {
        try (TcpScene scene = new TcpScene().established()) {
            scene.receives(ack().seq(1).ack(1).window(0));
            scene.shutsDown().ignoreRest();
            for (int i = 0; i < 50; i++) {
                scene.after(125_000).takeAllSent();
                scene.receives(ack().seq(1).ack(1).window(0)).takeAllSent();
            }
            scene.is(TcpState.FIN_WAIT_1);
            scene.receives(ack().seq(1).ack(1)).after(125_000).sends(fin().seq(1));
            scene.receives(ack().seq(1).ack(2)).is(TcpState.FIN_WAIT_2);
        }
    }
}
