package onload.tcp;

import static onload.tcp.Segment.ack;
import static onload.tcp.Segment.data;
import static onload.tcp.Segment.fin;
import static onload.tcp.Segment.rst;
import static onload.tcp.Segment.syn;
import static onload.tcp.Segment.synAck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.tcp.counter.TcpCounter;

import org.junit.jupiter.api.Test;

/** Timestamps and PAWS (RFC 7323, sections 3 to 5). */
class TimestampsTest {
    private static final double DAY = 86_400_000;

    private static TcpScene established() {
        return established(1000);
    }

    private static TcpScene established(int peerTimestamp) {
        TcpScene scene = new TcpScene();
        scene.connected(synAck().mss(1460).timestamps(peerTimestamp, 0));
        return scene;
    }

    // Section 3.2.

    @Test
    void aSegmentWithoutTimestampsIsDroppedSilently() {
        try (TcpScene scene = established()) {
            scene.receives(data("abc").seq(1).ack(1).noTimestamps()).after(1000).sendsNothing();
            assertEquals(0, scene.connection.available());
            assertEquals(1, scene.count(TcpCounter.RECEIVE_DROPPED_NO_TIMESTAMP));
        }
    }

    @Test
    void aResetNeedsNoTimestamps() {
        try (TcpScene scene = established()) {
            scene.receives(rst().seq(1).noTimestamps());
            assertEquals(TcpConnection.RESET, scene.connection.error());
        }
    }

    @Test
    void ourClockTicksEveryMillisecond() {
        try (TcpScene scene = established()) {
            scene.after(1).writes("a").sends(data("a").timestamps(1, 1000));
            scene.after(57).ignoreRest();
            scene.takeAllSent().receives(ack().ack(2));
            scene.writes("b").sends(data("b").timestamps(58, 1058));
        }
    }

    // Section 4.3: which timestamp is echoed.

    @Test
    void theEchoIsThatOfTheSegmentThatIsNext() {
        try (TcpScene scene = established()) {
            scene.receives(data("abc").seq(1).ack(1).timestamps(1100, 0));
            scene.sends(ack().ack(4).timestamps(0, 1100));
            scene.reads();
        }
    }

    @Test
    void theEchoOfADelayedAcknowledgmentIsThatOfTheFirstSegment() {
        TcpSettings slow = TcpSettings.DEFAULT.with(TcpSetting.QUICK_ACKS, 0);
        try (TcpScene scene = new TcpScene(slow)) {
            scene.connected(synAck().mss(1460).timestamps(1000, 0));
            scene.writes("x").takeSent("x").receives(ack().ack(2).timestamps(1001, 0));
            scene.receives(data(1, 100).ack(2).timestamps(1002, 0)).sendsNothing();
            scene.receives(data(101, 100).ack(2).timestamps(1003, 0)).sendsNothing();
            scene.mark().sendsAt(40, ack().ack(201).timestamps(40, 1002));
            scene.reads();
        }
    }

    @Test
    void theEchoInAGapIsThatOfTheLastSegmentInOrder() {
        try (TcpScene scene = established()) {
            scene.receives(data(1, 10).ack(1).timestamps(1010, 0));
            scene.sends(ack().ack(11).timestamps(0, 1010));
            scene.receives(data(21, 10).ack(1).timestamps(1020, 0));
            scene.sends(ack().ack(11).timestamps(0, 1010));
        }
    }

    @Test
    void theEchoOfASegmentThatFillsAGapIsItsOwn() {
        try (TcpScene scene = established()) {
            scene.receives(data(11, 10).ack(1).timestamps(1020, 0));
            scene.sends(ack().ack(1).timestamps(0, 1000));
            scene.receives(data(1, 10).ack(1).timestamps(1015, 0));
            scene.sends(ack().ack(21).timestamps(0, 1015));
            scene.reads();
        }
    }

    // Section 5.3: PAWS.

    @Test
    void anOldTimestampIsDroppedAndAcknowledged() {
        try (TcpScene scene = established()) {
            scene.receives(data("abc").seq(1).ack(1).timestamps(999, 0));
            scene.sends(ack().seq(1).ack(1).timestamps(0, 1000));
            assertEquals(0, scene.connection.available());
            assertEquals(1, scene.count(TcpCounter.RECEIVE_DROPPED_OLD_TIMESTAMP));
        }
    }

    @Test
    void theSameTimestampIsNotOld() {
        try (TcpScene scene = established()) {
            scene.receives(data("abc").seq(1).ack(1).timestamps(1000, 0)).takeSent("ACK");
            assertEquals("abc", scene.reads());
        }
    }

    @Test
    void theTimestampHalfTheClockAheadIsNew() {
        try (TcpScene scene = established()) {
            scene.receives(data("abc").seq(1).ack(1).timestamps(Integer.MIN_VALUE + 999, 0));
            scene.takeSent("ACK");
            assertEquals("abc", scene.reads());
        }
    }

    @Test
    void theTimestampHalfTheClockAwayIsOld() {
        try (TcpScene scene = established()) {
            scene.receives(data("abc").seq(1).ack(1).timestamps(Integer.MIN_VALUE + 1000, 0));
            scene.sends(ack().ack(1).timestamps(0, 1000));
            assertEquals(0, scene.connection.available());
        }
    }

    @Test
    void theClockOfThePeerMayWrap() {
        try (TcpScene scene = established(-2)) {
            scene.receives(data("a").seq(1).ack(1).timestamps(-1, 0)).takeSent("ACK");
            scene.receives(data("b").seq(2).ack(1).timestamps(0, 0)).takeSent("ACK");
            scene.receives(data("c").seq(3).ack(1).timestamps(5, 0));
            scene.sends(ack().ack(4).timestamps(0, 5));
            scene.receives(data("d").seq(4).ack(1).timestamps(-1, 0));
            scene.sends(ack().ack(4).timestamps(0, 5));
            assertEquals("abc", scene.reads());
        }
    }

    @Test
    void aResetMayHaveAnOldTimestamp() {
        try (TcpScene scene = established()) {
            scene.receives(rst().seq(1).timestamps(1, 0));
            assertEquals(TcpConnection.RESET, scene.connection.error());
        }
    }

    @Test
    void anOldFinIsDropped() {
        try (TcpScene scene = established()) {
            scene.receives(fin().seq(1).ack(1).timestamps(1, 0)).sends(ack().ack(1));
            scene.is(TcpState.ESTABLISHED);
        }
    }

    @Test
    void anOldAcknowledgmentIsNotCounted() {
        try (TcpScene scene = established()) {
            scene.writes("abc").sends(data("abc"));
            scene.receives(ack().ack(4).timestamps(999, 0)).takeAllSent();
            assertEquals(3, scene.connection.unacknowledged());
        }
    }

    @Test
    void aSegmentOutsideTheWindowDoesNotSetTheTimestampToEcho() {
        try (TcpScene scene = established()) {
            scene.receives(data(200_000, 10).ack(1).timestamps(5000, 0));
            scene.sends(ack().ack(1).timestamps(0, 1000));
            scene.receives(data("a").seq(1).ack(1).timestamps(1001, 0));
            scene.sends(ack().ack(2).timestamps(0, 1001));
            scene.reads();
        }
    }

    @Test
    void anOldSegmentWithoutTextIsAnsweredTwiceInASecondAtMost() {
        try (TcpScene scene = established()) {
            for (int i = 0; i < 20; i++) {
                scene.receives(ack().seq(1).ack(1).timestamps(1, 0)).after(50);
            }
            assertEquals(2, scene.sentCount());
            scene.takeAllSent();
        }
    }

    // Section 5.5.

    @Test
    void afterTwentyFourDaysOfSilenceATimestampMayBeAnything() {
        try (TcpScene scene = established()) {
            scene.after(24 * DAY + 1);
            scene.receives(data("abc").seq(1).ack(1).timestamps(999, 0));
            scene.sends(ack().ack(4).timestamps((int) (24 * DAY + 1), 999));
            assertEquals("abc", scene.reads());
        }
    }

    @Test
    void afterLessATimestampMayNotBeOlder() {
        try (TcpScene scene = established()) {
            scene.after(23 * DAY);
            scene.receives(data("abc").seq(1).ack(1).timestamps(999, 0)).takeSent("ACK");
            assertEquals(0, scene.connection.available());
        }
    }

    @Test
    void ourClockMayWrap() {
        try (TcpScene scene = established()) {
            scene.after(25 * DAY).writes("a").takeSent("a");
            scene.after(50).receives(ack().ack(2));
            scene.after(25 * DAY).writes("b").takeSent("b");
            scene.after(50).receives(ack().ack(3));
            assertEquals(0, scene.connection.unacknowledged());
            assertTrue(scene.connection.srttNs < 100_000_000L);
        }
    }

    @Test
    void theRoundTripIsNotMeasuredByAnEchoOfTheFuture() {
        try (TcpScene scene = new TcpScene().accepted(syn().mss(1460).timestamps())) {
            scene.writes("a").takeSent("a").after(250).takeSent("a again");
            long before = scene.connection.srttNs;
            scene.receives(ack().ack(2).timestamps(2000, 100_000));
            assertEquals(before, scene.connection.srttNs);
        }
    }

    @Test
    void theRoundTripOfARetransmissionIsMeasuredByItsEcho() {
        try (TcpScene scene = new TcpScene().accepted(syn().mss(1460).timestamps())) {
            scene.writes("a").takeSent("a").after(250).takeSent("a again");
            scene.connection.srttNs = 0;
            // It is the first that is echoed.
            scene.receives(ack().ack(2).timestamps(2000, 1));
            assertEquals(249, scene.connection.srttNs / 1_000_000);
        }
    }
}
