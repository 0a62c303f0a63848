package onload.tcp;

import static onload.tcp.Segment.ack;
import static onload.tcp.Segment.rst;
import static onload.tcp.Segment.rstAck;
import static onload.tcp.Segment.segment;
import static onload.tcp.Segment.syn;
import static onload.tcp.Segment.synAck;

import static org.junit.jupiter.api.Assertions.assertEquals;

import onload.tcp.counter.TcpCounter;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is the same in all synchronized states but TIME-WAIT (RFC 9293, section 3.10.7.4; RFC 5961). */
class SynchronizedStatesTest {
    private static final int WINDOW = 65_535;

    /** The next sequence number of the peer. */
    private static int theirs(TcpState state) {
        return switch (state) {
            case CLOSE_WAIT, CLOSING, LAST_ACK, TIME_WAIT -> 2;
            default -> 1;
        };
    }

    /** Our next sequence number. */
    private static int ours(TcpState state) {
        return switch (state) {
            case FIN_WAIT_1, FIN_WAIT_2, CLOSING, LAST_ACK, TIME_WAIT -> 2;
            default -> 1;
        };
    }

    /** What of ours the peer has acknowledged. */
    private static int una(TcpState state) {
        return state == TcpState.FIN_WAIT_2 ? 2 : 1;
    }

    private static TcpScene in(TcpState state) {
        return new TcpScene().inState(state);
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "ESTABLISHED",
                "FIN_WAIT_1",
                "FIN_WAIT_2",
                "CLOSE_WAIT",
                "CLOSING",
                "LAST_ACK"
            })
    void segmentBeyondTheWindowIsAcknowledgedAndDropped(TcpState state) {
        try (TcpScene scene = in(state)) {
            int next = theirs(state);
            scene.receives(segment("P.").seq(next + WINDOW).payload("x").ack(una(state)));
            scene.sends(ack().seq(ours(state)).ack(next)).is(state);
            assertEquals(1, scene.count(TcpCounter.RECEIVE_DROPPED_OUTSIDE_WINDOW));
            assertEquals(0, scene.connection.available());
            scene.ignoreRest();
        }
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "ESTABLISHED",
                "FIN_WAIT_1",
                "FIN_WAIT_2",
                "CLOSE_WAIT",
                "CLOSING",
                "LAST_ACK"
            })
    void segmentBeforeTheWindowIsAcknowledgedAndDropped(TcpState state) {
        try (TcpScene scene = in(state)) {
            int next = theirs(state);
            scene.receives(segment("P.").seq(next - 5).payload("old").ack(una(state)));
            scene.sends(ack().seq(ours(state)).ack(next)).is(state);
            scene.receives(segment("P.").seq(next - 1_000_000).payload("old").ack(una(state)));
            scene.sends(ack().seq(ours(state)).ack(next)).is(state);
            scene.receives(segment("P.").seq(Integer.MIN_VALUE + next).payload("x").ack(1));
            scene.sends(ack().seq(ours(state)).ack(next)).is(state);
            assertEquals(0, scene.connection.available());
            scene.ignoreRest();
        }
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "ESTABLISHED",
                "FIN_WAIT_1",
                "FIN_WAIT_2",
                "CLOSE_WAIT",
                "CLOSING",
                "LAST_ACK"
            })
    void resetAtTheNextSequenceNumberEndsIt(TcpState state) {
        try (TcpScene scene = in(state)) {
            scene.receives(rst().seq(theirs(state))).sendsNothing().is(TcpState.CLOSED);
            assertEquals(TcpConnection.RESET, scene.connection.error());
            assertEquals(0, scene.tcp.flows());
            assertEquals(
                    TcpEvents.FAILED | TcpEvents.CLOSED,
                    scene.events() & (TcpEvents.FAILED | TcpEvents.CLOSED));
            assertEquals(TcpConnection.RESET, scene.tryRead());
            assertEquals(TcpConnection.RESET, scene.tryWrite(new byte[1]));
            assertEquals(TcpConnection.RESET, scene.connection.shutdownOutput(scene.nowNs()));
            scene.after(200_000).sendsNothing();
        }
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "ESTABLISHED",
                "FIN_WAIT_1",
                "FIN_WAIT_2",
                "CLOSE_WAIT",
                "CLOSING",
                "LAST_ACK"
            })
    void resetWithAnyAcknowledgmentEndsIt(TcpState state) {
        try (TcpScene scene = in(state)) {
            scene.receives(rstAck().seq(theirs(state)).ack(1_000_000)).is(TcpState.CLOSED);
        }
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "ESTABLISHED",
                "FIN_WAIT_1",
                "FIN_WAIT_2",
                "CLOSE_WAIT",
                "CLOSING",
                "LAST_ACK"
            })
    void resetElsewhereInTheWindowIsChallenged(TcpState state) {
        try (TcpScene scene = in(state)) {
            int next = theirs(state);
            scene.receives(rst().seq(next + 1)).sends(ack().seq(ours(state)).ack(next)).is(state);
            assertEquals(1, scene.count(TcpCounter.CHALLENGES_SENT));
            scene.ignoreRest().after(500);
            scene.takeAllSent();
            scene.receives(rst().seq(next + WINDOW - 1)).sends(ack().ack(next)).is(state);
        }
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "ESTABLISHED",
                "FIN_WAIT_1",
                "FIN_WAIT_2",
                "CLOSE_WAIT",
                "CLOSING",
                "LAST_ACK"
            })
    void resetOutsideTheWindowIsDroppedInSilence(TcpState state) {
        try (TcpScene scene = in(state)) {
            int next = theirs(state);
            scene.receives(
                    rst().seq(next - 1),
                    rst().seq(next + WINDOW),
                    rst().seq(next + Integer.MIN_VALUE));
            scene.sendsNothing().is(state);
            assertEquals(3, scene.count(TcpCounter.RECEIVE_DROPPED_RESET));
        }
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "ESTABLISHED",
                "FIN_WAIT_1",
                "FIN_WAIT_2",
                "CLOSE_WAIT",
                "CLOSING",
                "LAST_ACK"
            })
    void synIsChallengedWhateverItsSequenceNumber(TcpState state) {
        for (int at : new int[] {0, 1, 2, 100, WINDOW, 1_000_000, Integer.MIN_VALUE}) {
            try (TcpScene scene = in(state)) {
                int irs = -10;
                scene.receives(syn().rawSeq(irs + at));
                scene.sends(ack().seq(ours(state)).ack(theirs(state))).is(state);
                scene.ignoreRest();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "ESTABLISHED",
                "FIN_WAIT_1",
                "FIN_WAIT_2",
                "CLOSE_WAIT",
                "CLOSING",
                "LAST_ACK"
            })
    void synAckIsChallenged(TcpState state) {
        try (TcpScene scene = in(state)) {
            scene.receives(synAck().seq(0).ack(una(state)));
            scene.sends(ack().seq(ours(state)).ack(theirs(state))).is(state);
            scene.ignoreRest();
        }
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "ESTABLISHED",
                "FIN_WAIT_1",
                "FIN_WAIT_2",
                "CLOSE_WAIT",
                "CLOSING",
                "LAST_ACK"
            })
    void synsAreNotChallengedInAFlood(TcpState state) {
        try (TcpScene scene = in(state)) {
            for (int i = 0; i < 50; i++) {
                scene.receives(syn().rawSeq(i * 97_000_000));
            }
            assertEquals(1, scene.sentCount());
            assertEquals(49, scene.count(TcpCounter.CHALLENGES_SUPPRESSED));
            scene.is(state).takeAllSent();
        }
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "ESTABLISHED",
                "FIN_WAIT_1",
                "FIN_WAIT_2",
                "CLOSE_WAIT",
                "CLOSING",
                "LAST_ACK"
            })
    void segmentWithoutAckIsDropped(TcpState state) {
        try (TcpScene scene = in(state)) {
            scene.receives(
                    segment("").seq(theirs(state)).payload("x"), segment("F").seq(theirs(state)));
            scene.sendsNothing().is(state);
            assertEquals(2, scene.count(TcpCounter.RECEIVE_DROPPED_NO_ACK));
        }
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "ESTABLISHED",
                "FIN_WAIT_1",
                "FIN_WAIT_2",
                "CLOSE_WAIT",
                "CLOSING",
                "LAST_ACK"
            })
    void acknowledgmentOfWhatWasNotSentIsChallenged(TcpState state) {
        try (TcpScene scene = in(state)) {
            scene.receives(segment("P.").seq(theirs(state)).ack(ours(state) + 1).payload("x"));
            scene.sends(ack().seq(ours(state)).ack(theirs(state))).is(state);
            assertEquals(0, scene.connection.available());
            scene.receives(segment("F.").seq(theirs(state)).ack(ours(state) + 1)).is(state);
            scene.ignoreRest();
        }
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "ESTABLISHED",
                "FIN_WAIT_1",
                "FIN_WAIT_2",
                "CLOSE_WAIT",
                "CLOSING",
                "LAST_ACK"
            })
    void acknowledgmentOlderThanAnyWindowIsChallenged(TcpState state) {
        try (TcpScene scene = in(state)) {
            scene.receives(ack().seq(theirs(state)).ack(una(state) - WINDOW - 1));
            scene.sends(ack().seq(ours(state)).ack(theirs(state))).is(state);
            scene.ignoreRest();
        }
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "ESTABLISHED",
                "FIN_WAIT_1",
                "FIN_WAIT_2",
                "CLOSE_WAIT",
                "CLOSING",
                "LAST_ACK"
            })
    void oldAcknowledgmentInTheWindowIsIgnoredInSilence(TcpState state) {
        try (TcpScene scene = in(state)) {
            scene.receives(ack().seq(theirs(state)).ack(una(state) - WINDOW).window(7));
            scene.sendsNothing().is(state);
            assertEquals(WINDOW, scene.connection.info(scene.nowNs()).sndWnd());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"ESTABLISHED", "FIN_WAIT_1", "FIN_WAIT_2", "CLOSE_WAIT"})
    void abortResetsThePeerAtTheNextSequenceNumber(TcpState state) {
        try (TcpScene scene = in(state)) {
            scene.aborts().sends(rstAck().seq(ours(state)).ack(theirs(state)));
            scene.is(TcpState.CLOSED);
            assertEquals(TcpConnection.ABORTED, scene.tryRead());
            assertEquals(TcpConnection.ABORTED, scene.tryWrite(new byte[1]));
            assertEquals(0, scene.tcp.flows());
            scene.aborts().closes().after(200_000).sendsNothing();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"CLOSING", "LAST_ACK"})
    void abortIsSilentWhenBothSidesHaveClosed(TcpState state) {
        try (TcpScene scene = in(state)) {
            scene.aborts().sendsNothing().is(TcpState.CLOSED);
            assertEquals(0, scene.tcp.flows());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"ESTABLISHED", "FIN_WAIT_1", "FIN_WAIT_2", "CLOSE_WAIT"})
    void lingerOfZeroMakesCloseAnAbort(TcpState state) {
        try (TcpScene scene = in(state)) {
            scene.connection.linger(0);
            scene.closes().sends(rstAck().seq(ours(state)).ack(theirs(state)));
            scene.is(TcpState.CLOSED);
            assertEquals(0, scene.tcp.flows());
            assertEquals(0, scene.tcp.orphans());
        }
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "ESTABLISHED",
                "FIN_WAIT_1",
                "FIN_WAIT_2",
                "CLOSE_WAIT",
                "CLOSING",
                "LAST_ACK"
            })
    void statusSaysTheState(TcpState state) {
        try (TcpScene scene = in(state)) {
            assertEquals(state, scene.connection.info(scene.nowNs()).state());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"FIN_WAIT_1", "FIN_WAIT_2", "CLOSING", "LAST_ACK", "TIME_WAIT"})
    void sendAfterCloseIsRefusedAndASecondHalfCloseDoesNothing(TcpState state) {
        try (TcpScene scene = in(state)) {
            assertEquals(TcpConnection.CLOSED, scene.tryWrite(new byte[1]));
            assertEquals(
                    TcpConnection.CLOSED, scene.connection.sendUrgent((byte) 1, scene.nowNs()));
            assertEquals(0, scene.connection.sendable());
            assertEquals(0, scene.connection.shutdownOutput(scene.nowNs()));
            scene.settle().sendsNothing().is(state);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"ESTABLISHED", "FIN_WAIT_1", "FIN_WAIT_2"})
    void receiveWouldBlockWhileThePeerMaySend(TcpState state) {
        try (TcpScene scene = in(state)) {
            assertEquals(TcpConnection.WOULD_BLOCK, scene.tryRead());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"CLOSE_WAIT", "CLOSING", "LAST_ACK", "TIME_WAIT"})
    void receiveAnswersTheEndOfTheStreamWhenThePeerHasClosed(TcpState state) {
        try (TcpScene scene = in(state)) {
            assertEquals(TcpConnection.END_OF_STREAM, scene.tryRead());
            assertEquals(TcpConnection.END_OF_STREAM, scene.tryRead());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"CLOSE_WAIT", "CLOSING", "LAST_ACK"})
    void textAfterTheFinIsIgnored(TcpState state) {
        try (TcpScene scene = in(state)) {
            scene.receives(segment("P.").seq(2).ack(1).payload("more")).is(state);
            assertEquals(0, scene.connection.available());
            scene.ignoreRest();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"CLOSE_WAIT", "CLOSING", "LAST_ACK"})
    void finThatComesAgainIsAcknowledgedAgain(TcpState state) {
        try (TcpScene scene = in(state)) {
            scene.receives(segment("F.").seq(1).ack(1)).sends(ack().seq(ours(state)).ack(2));
            scene.is(state).receives(segment("F.").seq(1).ack(1)).sends(ack().ack(2));
            scene.ignoreRest();
        }
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "ESTABLISHED",
                "FIN_WAIT_1",
                "FIN_WAIT_2",
                "CLOSE_WAIT",
                "CLOSING",
                "LAST_ACK"
            })
    void hardIcmpErrorsDoNotEndIt(TcpState state) {
        try (TcpScene scene = in(state)) {
            for (int code : new int[] {0, 1, 2, 3, 9, 10, 13}) {
                scene.receivesIcmp(3, code, ack().seq(una(state)));
            }
            scene.is(state).sendsNothing();
            assertEquals(0, scene.connection.error());
        }
    }
}
