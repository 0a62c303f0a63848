package onload.tcp;

import static onload.tcp.Segment.ack;
import static onload.tcp.Segment.data;
import static onload.tcp.Segment.fin;
import static onload.tcp.Segment.numbered;
import static onload.tcp.Segment.rst;
import static onload.tcp.Segment.rstAck;
import static onload.tcp.Segment.segment;
import static onload.tcp.Segment.syn;
import static onload.tcp.Segment.synAck;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.tcp.counter.TcpCounter;

import org.junit.jupiter.api.Test;

/** ESTABLISHED (RFC 9293, section 3.10.7.4), beside what {@link SynchronizedStatesTest} has. */
class EstablishedTest {
    private static TcpScene established() {
        return new TcpScene().established();
    }

    private static TcpScene withBuffer(int bytes) {
        TcpSettings settings =
                TcpSettings.DEFAULT
                        .with(TcpSetting.RECEIVE_BUFFER_BYTES, bytes)
                        .with(TcpSetting.MAX_RECEIVE_BUFFER_BYTES, bytes);
        return new TcpScene(settings).established();
    }

    // The scene.

    @Test
    void everyStateIsReachedOverBothIpVersions() {
        for (TcpState state : TcpState.values()) {
            try (TcpScene scene = new TcpScene().inState(state)) {
                scene.sendsNothing();
            }
            try (TcpScene scene = new TcpScene(TcpSettings.DEFAULT, true).inState(state)) {
                scene.sendsNothing();
            }
        }
    }

    // Text.

    @Test
    void dataIsAcknowledgedAndRead() {
        try (TcpScene scene = established()) {
            scene.receives(data("hello").seq(1).ack(1)).sends(ack().seq(1).ack(6));
            assertEquals(TcpEvents.READABLE, scene.events());
            assertEquals("hello", scene.reads());
        }
    }

    @Test
    void dataIsAcknowledgedAndReadOverIpv6WithAllOptions() {
        try (TcpScene scene = new TcpScene(TcpSettings.DEFAULT, true)) {
            scene.connected(synAck().mss(1440).sackPermitted().timestamps().windowScale(7));
            scene.receives(data("hello").seq(1).ack(1)).sends(ack().seq(1).ack(6).timestamps());
            assertEquals("hello", scene.reads());
        }
    }

    @Test
    void segmentsOfABatchAreAcknowledgedOnce() {
        try (TcpScene scene = established()) {
            scene.receives(data("ab").seq(1), data("cd").seq(3), data("ef").seq(5));
            scene.sends(ack().ack(7));
            assertEquals("abcdef", scene.reads());
        }
    }

    @Test
    void overlappingTextIsTrimmedAtBothEnds() {
        try (TcpScene scene = withBuffer(1000)) {
            scene.receives(data(1, 600)).sends(ack().ack(601).window(400));
            scene.receives(data(500, 600).ack(1)).sends(ack().ack(1001).window(0));
            assertArrayEquals(numbered(1, 1000), scene.readsBytes(2000));
            scene.sends(ack().ack(1001).window(1000));
        }
    }

    @Test
    void segmentAroundTheWindowIsTrimmedToIt() {
        try (TcpScene scene = withBuffer(256)) {
            scene.receives(data(-100, 1000).ack(1)).sends(ack().ack(257).window(0));
            assertArrayEquals(numbered(1, 256), scene.readsBytes(2000));
            scene.sends(ack().ack(257).window(256));
        }
    }

    @Test
    void textOutOfOrderIsAcknowledgedAtOnceAndReadInOrder() {
        try (TcpScene scene = established()) {
            scene.receives(data(11, 10).ack(1)).sends(ack().ack(1));
            scene.receives(data(31, 10).ack(1)).sends(ack().ack(1));
            scene.receives(data(21, 10).ack(1)).sends(ack().ack(1));
            assertEquals(0, scene.connection.available());
            scene.receives(data(1, 10).ack(1)).sends(ack().ack(41));
            assertArrayEquals(numbered(1, 40), scene.readsBytes(100));
        }
    }

    @Test
    void textInAClosedWindowIsAcknowledgedAndDroppedButItsAcknowledgmentCounts() {
        try (TcpScene scene = withBuffer(256)) {
            scene.receives(data(1, 256)).sends(ack().ack(257).window(0));
            scene.writes("xyz").sends(data("xyz").seq(1).ack(257).window(0));
            scene.receives(data(257, 1).ack(4)).sends(ack().seq(4).ack(257).window(0));
            assertEquals(0, scene.connection.unacknowledged());
            assertEquals(256, scene.connection.available());
        }
    }

    @Test
    void resetWithAClosedWindowEndsIt() {
        try (TcpScene scene = withBuffer(256)) {
            scene.receives(data(1, 256)).sends(ack().ack(257).window(0));
            scene.receives(rst().seq(257)).is(TcpState.CLOSED);
        }
    }

    @Test
    void synWithAClosedWindowIsChallenged() {
        try (TcpScene scene = withBuffer(256)) {
            scene.receives(data(1, 256)).sends(ack().ack(257).window(0));
            scene.receives(syn().rawSeq(-10 + 257)).sends(ack().ack(257).window(0));
            scene.is(TcpState.ESTABLISHED);
        }
    }

    // FIN.

    @Test
    void finIsAcknowledgedAndEndsTheStreamAfterTheText() {
        try (TcpScene scene = established()) {
            scene.receives(segment("FP.").seq(1).ack(1).payload("bye")).sends(ack().ack(5));
            scene.is(TcpState.CLOSE_WAIT);
            assertEquals(TcpEvents.READABLE | TcpEvents.END_OF_INPUT, scene.events());
            assertEquals("bye", scene.reads());
            assertEquals(TcpConnection.END_OF_STREAM, scene.tryRead());
        }
    }

    @Test
    void finOutOfOrderWaitsForTheTextBeforeIt() {
        try (TcpScene scene = established()) {
            scene.receives(fin().seq(4).ack(1)).sends(ack().ack(1)).is(TcpState.ESTABLISHED);
            assertEquals(TcpConnection.WOULD_BLOCK, scene.tryRead());
            scene.receives(data("abc").seq(1)).sends(ack().ack(5)).is(TcpState.CLOSE_WAIT);
            assertEquals("abc", scene.reads());
        }
    }

    @Test
    void finOfWhichTheTextIsOldCounts() {
        try (TcpScene scene = established()) {
            scene.receives(data("abc").seq(1)).sends(ack().ack(4));
            scene.receives(segment("FP.").seq(1).ack(1).payload("abc")).sends(ack().ack(5));
            scene.is(TcpState.CLOSE_WAIT);
            assertEquals("abc", scene.reads());
        }
    }

    @Test
    void finBeyondTheWindowIsCutOffWithTheText() {
        try (TcpScene scene = withBuffer(256)) {
            scene.receives(segment("F.").seq(1).ack(1).payload(numbered(1, 300)));
            scene.sends(ack().ack(257).window(0)).is(TcpState.ESTABLISHED);
        }
    }

    @Test
    void finJustAfterTheWindowLeavesAWindowOfZero() {
        try (TcpScene scene = withBuffer(256)) {
            scene.receives(segment("F.").seq(1).ack(1).payload(numbered(1, 256)));
            scene.sends(ack().seq(1).ack(258).window(0)).is(TcpState.CLOSE_WAIT);
            scene.writes("a").sends(data("a").seq(1).ack(258).window(0));
            // Nothing is in a window of zero, and not everything.
            scene.receives(rst().seq(1_000_000)).sendsNothing().is(TcpState.CLOSE_WAIT);
            assertArrayEquals(numbered(1, 256), scene.readsBytes(300));
            scene.receives(ack().seq(258).ack(2));
        }
    }

    @Test
    void textAfterAFinThatWaitsIsDropped() {
        try (TcpScene scene = established()) {
            scene.receives(fin().seq(4).ack(1)).sends(ack().ack(1));
            scene.receives(data("zzz").seq(5).ack(1)).takeAllSent();
            scene.receives(data("abc").seq(1)).sends(ack().ack(5));
            assertEquals("abc", scene.reads());
            assertEquals(TcpConnection.END_OF_STREAM, scene.tryRead());
        }
    }

    // URG (RFC 9293, section 3.8.5; RFC 6093).

    @Test
    void urgentDataIsReportedAndReadInline() {
        try (TcpScene scene = established()) {
            scene.receives(segment("P.U").seq(1).ack(1).urgentPointer(3).payload("abcde"));
            scene.sends(ack().ack(6));
            assertEquals(TcpEvents.URGENT | TcpEvents.READABLE, scene.events());
            assertEquals(2, scene.connection.urgentMark());
            assertArrayEquals(new byte[] {'a', 'b'}, scene.readsBytes(2));
            assertEquals(0, scene.connection.urgentMark());
            assertEquals("cde", scene.reads());
            assertEquals(-1, scene.connection.urgentMark());
        }
    }

    @Test
    void urgentPointerAheadOfTheTextIsReportedBeforeTheTextComes() {
        try (TcpScene scene = established()) {
            scene.receives(segment(".U").seq(1).ack(1).urgentPointer(100));
            assertEquals(TcpEvents.URGENT, scene.events());
            assertEquals(99, scene.connection.urgentMark());
            scene.receives(segment(".U").seq(1).ack(1).urgentPointer(50));
            assertEquals(0, scene.events());
            assertEquals(99, scene.connection.urgentMark());
            scene.receives(segment(".U").seq(1).ack(1).urgentPointer(200));
            assertEquals(TcpEvents.URGENT, scene.events());
            assertEquals(199, scene.connection.urgentMark());
        }
    }

    @Test
    void urgentPointerToWhatWasReadIsIgnored() {
        try (TcpScene scene = established()) {
            scene.receives(data("abc").seq(1)).sends(ack().ack(4));
            scene.reads();
            scene.receives(segment(".U").seq(4).ack(1).urgentPointer(0));
            assertEquals(TcpEvents.READABLE, scene.events());
            assertEquals(-1, scene.connection.urgentMark());
        }
    }

    @Test
    void urgentPointerWithoutTheFlagIsIgnored() {
        try (TcpScene scene = established()) {
            scene.receives(segment("P.").seq(1).ack(1).payload("abc"));
            scene.sends(ack().ack(4));
            assertEquals(-1, scene.connection.urgentMark());
        }
    }

    @Test
    void urgentByteIsSentWithAPointerBehindIt() {
        try (TcpScene scene = established()) {
            scene.writes("abc").sends(data("abc").seq(1).urgentPointer(0));
            scene.receives(ack().seq(1).ack(4));
            assertEquals(1, scene.connection.sendUrgent((byte) '!', scene.nowNs()));
            scene.settle().sends(segment("P.U").seq(4).urgentPointer(1).payload("!"));
            scene.receives(ack().seq(1).ack(5));
            scene.writes("d").sends(data("d").seq(5).urgentPointer(0));
            scene.receives(ack().seq(1).ack(6));
        }
    }

    @Test
    void urgentByteBehindAClosedWindowIsAnnouncedByTheProbe() {
        try (TcpScene scene = established()) {
            scene.receives(ack().seq(1).ack(1).window(0));
            scene.writes("abc").sendsNothing().mark();
            assertEquals(1, scene.connection.sendUrgent((byte) '!', scene.nowNs()));
            scene.sendsAt(200, segment(".U").seq(1).urgentPointer(4).payload("a"));
        }
    }

    // ACK.

    @Test
    void acknowledgmentOfAPartLeavesTheRest() {
        try (TcpScene scene = established()) {
            scene.writes("abcdef").sends(data("abcdef").seq(1));
            scene.receives(ack().seq(1).ack(3));
            assertEquals(4, scene.connection.unacknowledged());
            scene.after(200).sends(data("cdef").seq(3));
            scene.receives(ack().seq(1).ack(7));
            assertEquals(0, scene.connection.unacknowledged());
        }
    }

    @Test
    void windowIsTakenOnlyFromSegmentsThatAreNotOlder() {
        try (TcpScene scene = established()) {
            scene.receives(data("ab").seq(1).ack(1)).sends(ack().ack(3));
            scene.receives(data("cd").seq(3).ack(1).window(100)).sends(ack().ack(5));
            scene.receives(data("abcde").seq(1).ack(1).window(9000)).sends(ack().ack(6));
            assertEquals(100, scene.connection.info(scene.nowNs()).sndWnd());
        }
    }

    @Test
    void retransmitsAfterTheTimeout() {
        try (TcpScene scene = new TcpScene().accepted(syn().mss(1000))) {
            scene.writes("abc").sendsAt(0, data("abc").seq(1).ack(1));
            scene.sendsAt(200, data("abc").seq(1).ack(1));
            scene.receives(ack().seq(1).ack(4)).after(10_000).sendsNothing();
        }
    }

    @Test
    void challengesAreLimitedForEachConnection() {
        try (TcpScene scene = established()) {
            scene.receives(rst().seq(100)).sends(ack().seq(1).ack(1));
            scene.after(499).receives(rst().seq(100)).sendsNothing();
            scene.after(1).receives(rst().seq(100)).sends(ack().seq(1).ack(1));
            assertEquals(1, scene.count(TcpCounter.CHALLENGES_SUPPRESSED));
        }
    }

    @Test
    void challengesAreLimitedForAllConnections() {
        TcpSettings settings = TcpSettings.DEFAULT.with(TcpSetting.CHALLENGE_ACKS_PER_SECOND, 4);
        try (TcpScene scene = new TcpScene(settings).listening(50)) {
            for (int port = 5000; port < 5030; port++) {
                scene.receives(syn().seq(0).port(port)).sends(synAck().port(port));
                scene.receives(ack().seq(1).ack(1).port(port));
            }
            for (int port = 5000; port < 5030; port++) {
                scene.receives(rst().seq(100).port(port));
            }
            int sent = scene.sentCount();
            assertTrue(sent >= 2 && sent <= 5, "" + sent);
            scene.takeAllSent();
        }
    }

    // User calls.

    @Test
    void closeSendsAFinAfterWhatIsQueued() {
        try (TcpScene scene = established()) {
            scene.receives(ack().seq(1).ack(1).window(0));
            scene.writes("abc");
            scene.closes().sendsNothing().is(TcpState.FIN_WAIT_1);
            scene.receives(ack().seq(1).ack(1)).sends(segment("FP.").seq(1).payload("abc"));
            scene.receives(ack().seq(1).ack(5)).is(TcpState.FIN_WAIT_2);
            assertEquals(1, scene.tcp.orphans());
        }
    }

    @Test
    void closeWithUnreadDataResets() {
        try (TcpScene scene = established()) {
            scene.receives(data("abc").seq(1)).sends(ack().ack(4));
            scene.closes().sends(rstAck().seq(1).ack(4)).is(TcpState.CLOSED);
            assertEquals(0, scene.tcp.flows());
            assertEquals(0, scene.tcp.orphans());
        }
    }

    @Test
    void closeBeyondTheMostOrphansResets() {
        TcpSettings settings = TcpSettings.DEFAULT.with(TcpSetting.MAX_ORPHANS, 0);
        try (TcpScene scene = new TcpScene(settings).established()) {
            scene.closes().sends(rstAck().seq(1).ack(1)).is(TcpState.CLOSED);
            assertEquals(0, scene.tcp.orphans());
        }
    }

    @Test
    void callsAfterCloseAreRefused() {
        try (TcpScene scene = established()) {
            scene.closes().sends(fin().seq(1).ack(1));
            assertEquals(TcpConnection.CLOSED, scene.tryRead());
            assertEquals(TcpConnection.CLOSED, scene.tryWrite(new byte[1]));
            scene.closes().sendsNothing();
        }
    }

    @Test
    void inputThatIsShutDownIsAcknowledgedAndDropped() {
        try (TcpScene scene = established()) {
            scene.receives(data("abc").seq(1)).sends(ack().ack(4));
            assertEquals(0, scene.connection.shutdownInput(scene.nowNs()));
            assertEquals(TcpConnection.END_OF_STREAM, scene.tryRead());
            scene.receives(data("def").seq(4)).sends(ack().ack(7));
            assertEquals(TcpConnection.END_OF_STREAM, scene.tryRead());
            scene.closes().sends(fin().seq(1).ack(7));
        }
    }

    @Test
    void sendOfNothingAnswersZero() {
        try (TcpScene scene = established()) {
            assertEquals(0, scene.tryWrite(new byte[0]));
            scene.sendsNothing();
        }
    }

    @Test
    void abortForgetsWhatIsQueued() {
        try (TcpScene scene = established()) {
            scene.writes("abc").sends(data("abc").seq(1));
            scene.receives(data("xyz").seq(1).ack(1)).sends(ack().ack(4));
            scene.aborts().sends(rstAck().seq(4).ack(4));
            assertEquals(0, scene.connection.available());
            assertEquals(0, scene.connection.unacknowledged());
            scene.receives(ack().seq(4).ack(4)).sends(rst().seq(4));
        }
    }

    // ICMP.

    @Test
    void softErrorIsForgottenWhenThePeerAnswersAgain() {
        try (TcpScene scene = established()) {
            scene.writes("a").sends(data("a").seq(1));
            scene.receivesIcmp(3, 1, data("a").seq(1));
            assertEquals(TcpConnection.UNREACHABLE, scene.connection.softError());
            scene.receives(ack().seq(1).ack(2));
            assertEquals(0, scene.connection.softError());
        }
    }

    @Test
    void errorAboutWhatIsNotUnderWayIsIgnored() {
        try (TcpScene scene = established()) {
            scene.writes("abc").sends(data("abc").seq(1));
            scene.receivesIcmp(3, 1, data("a").seq(4)).receivesIcmp(3, 1, data("a").seq(0));
            scene.receivesIcmp(3, 1, data("a").seq(Integer.MIN_VALUE));
            assertEquals(0, scene.connection.softError());
            assertEquals(3, scene.count(TcpCounter.ERRORS_IGNORED));
            scene.receives(ack().seq(1).ack(4));
        }
    }

    @Test
    void softErrorIsWhyItTimedOut() {
        try (TcpScene scene = established()) {
            scene.connection.userTimeout(3_000_000_000L);
            scene.writes("a").sends(data("a").seq(1));
            scene.receivesIcmp(3, 1, data("a").seq(1)).after(4000).takeAllSent();
            scene.is(TcpState.CLOSED);
            assertEquals(TcpConnection.UNREACHABLE, scene.connection.error());
        }
    }

    @Test
    void tooBigAboutWhatIsNotUnderWayChangesNothing() {
        try (TcpScene scene = established()) {
            scene.writes("abc").sends(data("abc").seq(1));
            scene.receivesTooBig(600, data("a").seq(1000));
            assertEquals(1460, scene.connection.maximumSegmentSize());
            scene.receives(ack().seq(1).ack(4));
        }
    }

    // Segments for others.

    @Test
    void segmentOfAnotherPortOrAddressIsReset() {
        try (TcpScene scene = established()) {
            scene.receives(ack().seq(1).rawAck(7).port(5001)).sends(rst().rawSeq(7).port(5001));
            scene.receives(data("x").seq(1).rawAck(9).from("192.0.2.3")).sends(rst().rawSeq(9));
            assertEquals(0, scene.connection.available());
        }
    }

    @Test
    void acknowledgmentsAtTheWrapAroundCount() {
        for (int isn : new int[] {-3, -1, 0, Integer.MAX_VALUE - 3, Integer.MIN_VALUE + 1}) {
            try (TcpScene scene = new TcpScene().isns(isn, isn).established()) {
                scene.writes("abcdef").sends(data("abcdef").seq(1).ack(1));
                scene.receives(data("uvwxyz").seq(1).ack(7)).after(40).sends(ack().seq(7).ack(7));
                assertEquals("uvwxyz", scene.reads());
                scene.closes().sends(fin().seq(7).ack(7));
                scene.receives(fin().seq(7).ack(8)).sends(ack().seq(8).ack(8));
                scene.is(TcpState.TIME_WAIT);
            }
        }
    }

    // Timestamps in the sequence check (RFC 7323, section 5.3).

    private static TcpScene withTimestamps() {
        return new TcpScene().accepted(syn().mss(1460).timestamps(1000, 0));
    }

    @Test
    void oldTimestampIsAcknowledgedAndDropped() {
        try (TcpScene scene = withTimestamps()) {
            scene.receives(data("abc").seq(1).timestamps(2000, 0)).sends(ack().ack(4));
            scene.receives(data("def").seq(4).timestamps(1999, 0)).sends(ack().ack(4));
            assertEquals("abc", scene.reads());
            assertEquals(1, scene.count(TcpCounter.RECEIVE_DROPPED_OLD_TIMESTAMP));
            scene.receives(data("def").seq(4).timestamps(2000, 0)).sends(ack().ack(7));
            assertEquals("def", scene.reads());
        }
    }

    @Test
    void segmentWithoutTimestampIsDroppedInSilence() {
        try (TcpScene scene = withTimestamps()) {
            scene.receives(data("abc").seq(1).ack(1).noTimestamps()).sendsNothing();
            assertEquals(1, scene.count(TcpCounter.RECEIVE_DROPPED_NO_TIMESTAMP));
        }
    }

    @Test
    void resetNeedsNoTimestampAndAnOldOneDoesNotHinderIt() {
        try (TcpScene scene = withTimestamps()) {
            scene.receives(rst().seq(1)).is(TcpState.CLOSED);
        }
        try (TcpScene scene = withTimestamps()) {
            scene.receives(rst().seq(1).timestamps(5, 0)).is(TcpState.CLOSED);
        }
    }

    @Test
    void timestampOfASegmentThatIsEarlyIsNotEchoed() {
        try (TcpScene scene = withTimestamps()) {
            scene.receives(data("def").seq(4).timestamps(1500, 0));
            scene.sends(ack().ack(1).timestamps(0, 1000));
            scene.receives(data("abc").seq(1).timestamps(1400, 0));
            scene.sends(ack().ack(7).timestamps(0, 1400));
        }
    }

    @Test
    void synIsChallengedThoughItsTimestampIsOldOrMissing() {
        try (TcpScene scene = withTimestamps()) {
            scene.receives(syn().rawSeq(500).timestamps(1, 0)).sends(ack().seq(1).ack(1));
            scene.after(1000).receives(syn().rawSeq(500).noTimestamps());
            scene.sends(ack().seq(1).ack(1)).is(TcpState.ESTABLISHED);
        }
    }

    @Test
    void floodOfOldTimestampsWithSynsIsAnsweredOnce() {
        try (TcpScene scene = withTimestamps()) {
            for (int i = 0; i < 20; i++) {
                scene.receives(syn().rawSeq(500).timestamps(1, 0));
            }
            assertEquals(1, scene.sentCount());
            scene.takeAllSent();
        }
    }

    @Test
    void christmasTreeIsAReset() {
        try (TcpScene scene = established()) {
            scene.receives(segment("FSRP.UEW").seq(1).ack(1).urgentPointer(1));
            scene.is(TcpState.CLOSED).sendsNothing();
        }
    }

    @Test
    void simultaneousCloseWithDataOnBothSidesLosesNothing() {
        try (TcpScene scene = established()) {
            scene.writes("abc").sends(data("abc").seq(1));
            scene.shutsDown().sends(fin().seq(4));
            scene.receives(segment("FP.").seq(1).ack(1).payload("xyz")).sends(ack().seq(5).ack(5));
            scene.is(TcpState.CLOSING);
            assertEquals("xyz", scene.reads());
            scene.receives(ack().seq(5).ack(5)).is(TcpState.TIME_WAIT);
        }
    }

    @Test
    void timestampOfASegmentThatIsRefusedIsNotTaken() {
        Segment[] forged = {
            data("x").seq(1).ack(1_000_000),
            segment("").seq(1),
            syn().rawSeq(-9),
            rst().seq(0).payload("12"),
        };
        for (Segment each : forged) {
            try (TcpScene scene = withTimestamps()) {
                scene.receives(each.timestamps(2_000_000_000, 0)).takeAllSent();
                scene.receives(data("abc").seq(1).ack(1).timestamps(1001, 0));
                scene.sends(ack().seq(1).ack(4).timestamps(0, 1001));
                assertEquals("abc", scene.reads());
            }
        }
    }

    @Test
    void peerThatHasForgottenTheConnectionFindsOutAndEndsIt() {
        try (TcpScene scene = withTimestamps()) {
            scene.writes("abc").sends(data("abc").seq(1).ack(1));
            scene.receives(syn().rawSeq(400_000_000).timestamps(5, 0));
            scene.sends(ack().seq(4).ack(1));
            scene.receives(rst().rawSeq(-10 + 1)).is(TcpState.CLOSED);
            assertEquals(TcpConnection.RESET, scene.connection.error());
        }
    }

    @Test
    void whatTheUserDoesItselfIsNotReportedAsAFailure() {
        try (TcpScene scene = established()) {
            TcpConnection c = scene.connection;
            scene.aborts().sends(rstAck());
            scene.receives(syn().seq(0).port(5001)).takeAllSent();
            assertEquals(0, scene.events(c) & ~TcpEvents.CLOSED);
        }
    }

    // No buffers, and a ring that takes nothing.

    @Test
    void finThatTheNicRefusesGoesLater() {
        try (TcpScene scene = established()) {
            scene.nic.jam(true);
            scene.shutsDown().is(TcpState.FIN_WAIT_1).sendsNothing();
            scene.after(50).nic.jam(false);
            scene.after(2000);
            assertTrue(scene.sentCount() > 0, scene::describe);
            scene.sends(fin().seq(1).ack(1)).ignoreRest();
            scene.receives(ack().seq(1).ack(2)).is(TcpState.FIN_WAIT_2);
        }
    }

    @Test
    void dataThatTheNicStillHoldsIsReleasedWhenTheConnectionIsReset() {
        try (TcpScene scene = established()) {
            scene.nic.hold(true);
            scene.writes("abc").sends(data("abc").seq(1));
            scene.receives(rst().seq(1)).is(TcpState.CLOSED);
            scene.nic.hold(false);
        }
    }

    @Test
    void dataThatTheNicStillHoldsIsReleasedWhenItIsAcknowledged() {
        try (TcpScene scene = established()) {
            scene.nic.hold(true);
            scene.writes("abc").sends(data("abc").seq(1));
            scene.receives(ack().seq(1).ack(4));
            assertEquals(0, scene.connection.unacknowledged());
            scene.nic.hold(false);
        }
    }
}
