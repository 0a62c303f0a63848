package onload.tcp;

import static onload.tcp.Segment.ack;
import static onload.tcp.Segment.data;
import static onload.tcp.Segment.fin;
import static onload.tcp.Segment.numbered;
import static onload.tcp.Segment.segment;
import static onload.tcp.Segment.syn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.tcp.counter.TcpCounter;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is sent when: the peer's window, probes, Nagle's algorithm, the cork, and the send buffer. */
class SendWindowTest {
    private static TcpScene established() {
        return new TcpScene().accepted(syn().mss(1000));
    }

    /** The peer offers so many bytes from now on. */
    private static TcpScene withWindow(int window) {
        TcpScene scene = established();
        scene.receives(ack().seq(1).ack(1).window(window));
        return scene;
    }

    private static Segment full(int seq) {
        return segment(".").seq(seq).payload(numbered(seq, 1000));
    }

    // The window.

    @Test
    void noMoreIsSentThanTheWindowTakes() {
        try (TcpScene scene = withWindow(2000)) {
            scene.writes(numbered(1, 3000)).sends(full(1), full(1001)).sendsNothing();
            scene.receives(ack().ack(1001).window(2000)).sends(data(2001, 1000));
        }
    }

    @Test
    void acknowledgmentsThatTakeTheWindowDownSendNothing() {
        try (TcpScene scene = withWindow(2000)) {
            scene.writes(numbered(1, 3000)).sends(full(1), full(1001));
            scene.receives(ack().ack(1001).window(1000)).sendsNothing();
        }
    }

    @Test
    void aWindowThatShrinksBelowWhatIsUnderWayIsBorne() {
        try (TcpScene scene = withWindow(3000)) {
            scene.writes(numbered(1, 5000)).sends(full(1), full(1001), full(2001));
            scene.receives(ack().ack(1001).window(500)).sendsNothing();
            scene.receives(ack().ack(3001).window(2000)).sends(full(3001), data(4001, 1000));
        }
    }

    /** Linux takes its window back when it is out of memory (since 6.5), and drops what goes beyond it (6.17). */
    @Test
    void whatIsSentAgainIsWithinAWindowThatHasShrunk() {
        try (TcpScene scene = withWindow(3000)) {
            scene.mark().writes(numbered(1, 5000)).sends(full(1), full(1001), full(2001));
            scene.receives(ack().seq(1).ack(1).window(500)).sendsNothing();
            scene.sendsAt(200, segment(".").seq(1).payload(numbered(1, 500)));
            scene.receives(ack().seq(1).ack(3001).window(3000)).takeAllSent();
            scene.receives(ack().seq(1).ack(5001).window(3000));
        }
    }

    /** A peer that takes nothing beyond its window (RFC 9293, section 3.10.7.4) would never get the news else. */
    @Test
    void acknowledgmentsAreWithinAWindowThatHasShrunk() {
        try (TcpScene scene = withWindow(3000)) {
            scene.writes(numbered(1, 5000)).sends(full(1), full(1001), full(2001));
            scene.receives(ack().seq(1).ack(1).window(500)).sendsNothing();
            scene.receives(data(1, 10).ack(1).window(500)).after(40);
            scene.sends(ack().seq(501).ack(11));
            scene.reads();
            scene.receives(ack().seq(11).ack(3001).window(3000)).takeAllSent();
            scene.receives(ack().seq(11).ack(5001).window(3000));
        }
    }

    @Test
    void anOldSegmentDoesNotChangeTheWindow() {
        try (TcpScene scene = withWindow(5000)) {
            scene.receives(data(1, 10).ack(1).window(3000)).takeSent("ACK");
            scene.receives(data(1, 10).ack(1).window(1)).takeSent("ACK");
            assertEquals(3000, scene.connection.sndWnd);
            scene.reads();
        }
    }

    /** The window of the segment before it would reach further by what this one acknowledges. */
    @Test
    void aSegmentThatFillsAHoleChangesTheWindowIfItAcknowledgesMore() {
        try (TcpScene scene = withWindow(2000)) {
            scene.writes(numbered(1, 3000)).sends(full(1), full(1001));
            scene.receives(data(11, 10).ack(1).window(2000)).takeSent("ACK");
            scene.receives(data(1, 10).ack(1001).window(1000));
            assertEquals(1000, scene.connection.sndWnd);
            scene.sends(ack().seq(2001).ack(21)).sendsNothing();
            scene.reads();
            scene.receives(ack().seq(21).ack(2001).window(2000)).takeAllSent();
            scene.receives(ack().seq(21).ack(3001).window(2000));
        }
    }

    @Test
    void aNewSegmentWithAnOldAcknowledgmentDoesNotChangeTheWindow() {
        try (TcpScene scene = withWindow(2000)) {
            scene.writes(numbered(1, 1000)).takeSent("data");
            scene.receives(ack().seq(1).ack(1001).window(1000));
            scene.receives(data(1, 10).ack(1).window(5000)).after(40).takeSent("ACK");
            assertEquals(1000, scene.connection.sndWnd);
            scene.reads();
        }
    }

    @Test
    void anAcknowledgmentOfWhatWasNotSentDoesNotChangeTheWindow() {
        try (TcpScene scene = withWindow(2000)) {
            scene.receives(ack().seq(1).ack(2).window(5000)).sends(ack().seq(1).ack(1));
            assertEquals(2000, scene.connection.sndWnd);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-10, -1, 0, -1500, Integer.MAX_VALUE - 1500, Integer.MIN_VALUE})
    void theWindowMayLieAnywhere(int isn) {
        try (TcpScene scene = new TcpScene().isns(isn, isn).accepted(syn().mss(1000))) {
            scene.receives(ack().seq(1).ack(1).window(2000));
            scene.writes(numbered(1, 4000)).sends(full(1), full(1001)).sendsNothing();
            scene.receives(ack().ack(2001).window(2000)).sends(full(2001), data(3001, 1000));
        }
    }

    // A closed window (RFC 9293, section 3.8.6.1).

    @Test
    void aClosedWindowIsProbedAtIntervalsThatDouble() {
        try (TcpScene scene = withWindow(0)) {
            scene.mark().writes(numbered(1, 1000)).sendsNothing();
            Segment probe = segment(".").seq(1).ack(1).payload(numbered(1, 1));
            Segment closed = ack().seq(1).ack(1).window(0);
            scene.sendsAt(200, probe).receives(closed);
            scene.sendsAt(600, probe).receives(closed);
            scene.sendsAt(1400, probe).receives(closed);
            scene.sendsAt(3000, probe).receives(closed);
            assertEquals(4, scene.count(TcpCounter.WINDOW_PROBES));
        }
    }

    @Test
    void aClosedWindowIsNoReasonToGiveUpWhileThePeerAnswers() {
        try (TcpScene scene = withWindow(0)) {
            scene.writes(numbered(1, 1000));
            for (int i = 0; i < 40; i++) {
                scene.after(121_000);
                assertTrue(scene.sentCount() >= 1, scene::describe);
                scene.takeAllSent().receives(ack().seq(1).ack(1).window(0));
            }
            scene.is(TcpState.ESTABLISHED);
        }
    }

    @Test
    void answersToProbesAreNoSignOfLoss() {
        try (TcpScene scene = withWindow(0)) {
            scene.writes(numbered(1, 1000));
            int cwnd = scene.connection.info(scene.nowNs()).cwnd();
            for (int i = 0; i < 6; i++) {
                scene.after(30_000).takeAllSent().receives(ack().seq(1).ack(1).window(0));
            }
            assertEquals(0, scene.count(TcpCounter.FAST_RECOVERIES));
            assertEquals(cwnd, scene.connection.info(scene.nowNs()).cwnd());
        }
    }

    @Test
    void aWindowThatOpensIsUsedAtOnce() {
        try (TcpScene scene = withWindow(0)) {
            scene.writes(numbered(1, 1500)).after(10).sendsNothing();
            scene.receives(ack().seq(1).ack(1).window(5000)).sends(full(1));
            scene.receives(ack().ack(1001)).sends(data(1001, 500));
        }
    }

    @Test
    void aByteThatAProbeBroughtIsNotSentAgain() {
        try (TcpScene scene = withWindow(0)) {
            scene.writes(numbered(1, 1000)).after(200).takeSent("probe");
            scene.receives(ack().seq(1).ack(2).window(5000)).sends(data(2, 999));
            scene.receives(ack().ack(1001));
            assertEquals(0, scene.connection.unacknowledged());
        }
    }

    @Test
    void whatIsWrittenWhileAProbeIsUnderWayFollows() {
        try (TcpScene scene = withWindow(0)) {
            scene.writes(numbered(1, 10)).after(200).takeSent("probe");
            scene.writes(numbered(11, 10)).sendsNothing();
            scene.receives(ack().seq(1).ack(2).window(5000)).sends(data(2, 19));
        }
    }

    @Test
    void bothSidesMayHaveClosedTheirWindows() {
        TcpSettings small =
                TcpSettings.DEFAULT
                        .with(TcpSetting.RECEIVE_BUFFER_BYTES, 1000)
                        .with(TcpSetting.MAX_RECEIVE_BUFFER_BYTES, 1000);
        try (TcpScene scene = new TcpScene(small).accepted(syn().mss(1000))) {
            scene.receives(data(1, 1000).ack(1).window(0)).sends(ack().ack(1001).window(0));
            scene.writes(numbered(1, 500)).sendsNothing();
            scene.mark().sendsAt(200, segment(".").seq(1).ack(1001).payload(numbered(1, 1)));
            scene.receives(segment(".").seq(1001).ack(1).window(0).payload("x"));
            scene.sends(ack().seq(1).ack(1001).window(0));
            assertEquals(1000, scene.readsBytes(1000).length);
            scene.sends(ack().seq(1).ack(1001).window(1000));
            scene.receives(ack().seq(1001).ack(1).window(1000)).sends(data(1, 500));
        }
    }

    @Test
    void aFinIsNotHeldBackByAClosedWindowForEver() {
        try (TcpScene scene = withWindow(0)) {
            scene.shutsDown().after(5000);
            assertTrue(scene.sentCount() > 0);
            scene.takeAllSent();
        }
    }

    // Sender's silly-window avoidance (RFC 9293, section 3.8.6.2.1).

    @Test
    void aSmallPartOfTheWindowIsNotUsed() {
        try (TcpScene scene = withWindow(1200)) {
            scene.writes(numbered(1, 3000)).sends(full(1)).sendsNothing();
        }
    }

    @Test
    void halfOfTheLargestWindowIsUsed() {
        try (TcpScene scene = new TcpScene()) {
            scene.listening(1).receives(syn().seq(0).mss(1000).window(600)).takeSent("SYN-ACK");
            scene.receives(ack().seq(1).ack(1).window(600)).accepts();
            scene.writes(numbered(1, 2000));
            scene.sends(segment(".").seq(1).payload(numbered(1, 600))).sendsNothing();
            scene.receives(ack().ack(601).window(299)).sendsNothing();
            scene.receives(ack().ack(601).window(300));
            scene.sends(segment(".").seq(601).payload(numbered(601, 300)));
        }
    }

    @Test
    void theRestOfTheWindowIsUsedAfterATimeout() {
        try (TcpScene scene = withWindow(500)) {
            scene.mark().writes(numbered(1, 3000)).sendsNothing();
            scene.sendsAt(200, segment(".").seq(1).payload(numbered(1, 500)));
            scene.receives(ack().ack(501).window(5000)).takeAllSent();
        }
    }

    // Nagle's algorithm (RFC 9293, section 3.7.4).

    @Test
    void theFirstSmallSegmentGoesAtOnce() {
        try (TcpScene scene = established()) {
            scene.writes("a").sends(data("a"));
        }
    }

    @Test
    void smallSegmentsWaitForASmallOneAndGoTogether() {
        try (TcpScene scene = established()) {
            scene.writes("a").sends(data("a"));
            scene.writes("b").writes("c").sendsNothing();
            scene.receives(ack().ack(2)).sends(data("bc").seq(2));
        }
    }

    @Test
    void aFullSegmentDoesNotWait() {
        try (TcpScene scene = established()) {
            scene.writes(numbered(1, 1)).sends(data(1, 1));
            scene.writes(numbered(2, 1500)).sends(full(2)).sendsNothing();
            scene.receives(ack().ack(1002)).sends(data(1002, 500));
        }
    }

    @Test
    void asMinshallHasItASmallSegmentDoesNotWaitForFullOnes() {
        try (TcpScene scene = established()) {
            scene.writes(numbered(1, 1500)).sends(full(1), data(1001, 500));
        }
    }

    @Test
    void withoutDelaySmallSegmentsGoAtOnce() {
        try (TcpScene scene = established()) {
            scene.connection.noDelay(true, scene.nowNs());
            scene.writes("a").writes("b").sends(data("a"), data("b"));
        }
    }

    @Test
    void turningTheDelayOffSendsWhatWaits() {
        try (TcpScene scene = established()) {
            scene.writes("a").takeSent("a").writes("b").sendsNothing();
            scene.connection.noDelay(true, scene.nowNs());
            scene.settle().sends(data("b"));
        }
    }

    @Test
    void aFinTakesWhatWaitsAlong() {
        try (TcpScene scene = established()) {
            scene.writes("a").takeSent("a").writes("b").sendsNothing().shutsDown();
            scene.sends(segment("FP.").seq(2).payload("b"));
        }
    }

    @Test
    void withoutDelaySmallSegmentsStillDoNotSlipThroughASillyWindow() {
        try (TcpScene scene = withWindow(1200)) {
            scene.connection.noDelay(true, scene.nowNs());
            scene.writes(numbered(1, 3000)).sends(full(1)).sendsNothing();
        }
    }

    // The cork.

    @Test
    void theCorkHoldsBackWhatIsNotFull() {
        try (TcpScene scene = established()) {
            scene.connection.cork(true, scene.nowNs());
            scene.writes(numbered(1, 600)).sendsNothing();
            scene.writes(numbered(601, 600)).sends(full(1)).sendsNothing();
            scene.connection.cork(false, scene.nowNs());
            scene.settle().sends(data(1001, 200));
        }
    }

    @Test
    void theCorkHoldsBackForTwoHundredMillisecondsAtMost() {
        try (TcpScene scene = established()) {
            scene.connection.cork(true, scene.nowNs());
            scene.mark().writes("a").sendsAt(200, data("a"));
            scene.receives(ack().ack(2)).mark().writes("b").sendsAt(200, data("b"));
        }
    }

    @Test
    void theCorkIsStrongerThanNoDelay() {
        try (TcpScene scene = established()) {
            scene.connection.noDelay(true, scene.nowNs());
            scene.connection.cork(true, scene.nowNs());
            scene.writes("a").sendsNothing();
            scene.connection.cork(false, scene.nowNs());
            scene.settle().sends(data("a"));
        }
    }

    @Test
    void theCorkDoesNotHoldBackAFin() {
        try (TcpScene scene = established()) {
            scene.connection.cork(true, scene.nowNs());
            scene.writes("a").shutsDown().sends(segment("FP.").payload("a"));
        }
    }

    @Test
    void theTimerOfTheCorkEndsNothingElse() {
        try (TcpScene scene = established()) {
            scene.connection.cork(true, scene.nowNs());
            scene.writes("a").closes().sends(segment("FP.").payload("a"));
            scene.receives(ack().ack(3)).after(1000);
            assertEquals(1, scene.tcp.flows());
            scene.is(TcpState.FIN_WAIT_2);
        }
    }

    // The send buffer and its events.

    @Test
    void noMoreIsTakenThanTheBufferHolds() {
        try (TcpScene scene = withWindow(0)) {
            scene.connection.sendBuffer(3000);
            assertEquals(3000, scene.connection.sendable());
            assertEquals(3000, scene.tryWrite(new byte[5000]));
            assertEquals(TcpConnection.WOULD_BLOCK, scene.tryWrite(new byte[1]));
            assertEquals(0, scene.connection.sendable());
            assertEquals(3000, scene.connection.notSent());
        }
    }

    @Test
    void writableIsReportedOnceAThirdIsFree() {
        try (TcpScene scene = established()) {
            scene.connection.sendBuffer(3000);
            assertEquals(3000, scene.tryWrite(new byte[5000]));
            scene.takeAllSent().events();
            scene.receives(ack().ack(1000));
            assertEquals(0, scene.events());
            scene.receives(ack().ack(1001));
            assertEquals(TcpEvents.WRITABLE, scene.events());
            scene.receives(ack().ack(2001));
            assertEquals(0, scene.events(), "once");
        }
    }

    @Test
    void writableIsNotReportedToWhoHasNotMissedIt() {
        try (TcpScene scene = established()) {
            scene.writes(new byte[2000]).takeAllSent().receives(ack().ack(2001));
            assertEquals(0, scene.events());
        }
    }

    @Test
    void writableWaitsUntilLittleIsLeftToSend() {
        try (TcpScene scene = withWindow(1000)) {
            scene.connection.sendBuffer(6000);
            scene.connection.notSentLowWater(1500);
            assertEquals(6000, scene.tryWrite(new byte[7000]));
            scene.takeAllSent().events();
            for (int acknowledged = 1001; acknowledged < 4000; acknowledged += 1000) {
                scene.receives(ack().ack(acknowledged).window(1000));
                assertEquals(0, scene.events() & TcpEvents.WRITABLE, scene::describe);
            }
            scene.receives(ack().ack(4001).window(1000));
            scene.receives(ack().ack(5001).window(1000));
            assertEquals(TcpEvents.WRITABLE, scene.events());
            scene.takeAllSent();
        }
    }

    @Test
    void aLowWaterOfZeroDoesNotStallTheUser() {
        try (TcpScene scene = established()) {
            scene.connection.sendBuffer(3000);
            scene.connection.notSentLowWater(0);
            assertEquals(3000, scene.tryWrite(new byte[5000]));
            scene.takeAllSent().events();
            scene.receives(ack().ack(3001));
            assertEquals(TcpEvents.WRITABLE, scene.events());
        }
    }

    @Test
    void manySmallWritesAreLimitedByPackets() {
        try (TcpScene scene = established()) {
            scene.connection.noDelay(true, scene.nowNs());
            scene.connection.sendBuffer(10_000);
            int count = 0;
            while (scene.tryWrite(new byte[1]) == 1 && count < 10_000) {
                count++;
            }
            scene.takeAllSent().events();
            assertTrue(scene.connection.sndQueuedPackets <= 32 + (10_000 >> 9), "packets");
            int sent = scene.connection.flightSize();
            scene.receives(ack().ack(1 + sent)).takeAllSent();
            int rest = scene.connection.unacknowledged();
            if (rest > 0) {
                scene.receives(ack().ack(1 + sent + rest));
            }
            assertEquals(TcpEvents.WRITABLE, scene.events());
        }
    }

    @Test
    void theBufferGrowsWithTheCongestionWindow() {
        TcpSettings settings = TcpSettings.DEFAULT.with(TcpSetting.SEND_BUFFER_BYTES, 20_000);
        try (TcpScene scene = new TcpScene(settings).accepted(syn().mss(1000).windowScale(7))) {
            scene.receives(ack().seq(1).ack(1).window(60_000));
            for (int round = 0; round < 8; round++) {
                scene.tryWrite(new byte[1 << 20]);
                scene.takeAllSent().after(10);
                scene.receives(ack().ack(scene.connection.sndNxt - scene.connection.iss));
            }
            TcpInfo info = scene.connection.info(scene.nowNs());
            assertTrue(scene.connection.sendBuffer() >= info.cwnd(), () -> info.toString());
            assertTrue(scene.connection.sendBuffer() > 40_000, () -> info.toString());
            scene.takeAllSent();
        }
    }

    @Test
    void aBufferThatTheUserHasSetDoesNotGrow() {
        try (TcpScene scene = new TcpScene().accepted(syn().mss(1000).windowScale(7))) {
            scene.connection.sendBuffer(20_000);
            scene.receives(ack().seq(1).ack(1).window(60_000));
            for (int round = 0; round < 8; round++) {
                scene.tryWrite(new byte[1 << 20]);
                scene.takeAllSent().after(10);
                scene.receives(ack().ack(scene.connection.sndNxt - scene.connection.iss));
            }
            assertEquals(20_000, scene.connection.sendBuffer());
            scene.takeAllSent();
        }
    }

    // Packets of the user's.

    private static int packet(TcpScene scene, int seq, int bytes) {
        PacketBuffers buffers = scene.pool.buffers();
        int packet = scene.pool.allocate(PacketPool.SEND);
        buffers.memory().putBytes(buffers.append(packet, bytes), numbered(seq, bytes));
        return packet;
    }

    private static int sendPacket(TcpScene scene, int packet) {
        int result = scene.connection.sendPacket(packet, scene.nowNs());
        scene.settle();
        return result;
    }

    @Test
    void aPacketIsSentAsItIs() {
        try (TcpScene scene = established()) {
            int packet = packet(scene, 1, 1000);
            int inUse = scene.pool.inUse(PacketPool.SEND);
            assertEquals(0, sendPacket(scene, packet));
            assertEquals(inUse, scene.pool.inUse(PacketPool.SEND));
            scene.sends(data(1, 1000));
            scene.receives(ack().ack(1001));
            assertEquals(inUse - 1, scene.pool.inUse(PacketPool.SEND));
        }
    }

    @Test
    void aPacketThatIsTooLongIsCut() {
        try (TcpScene scene = established()) {
            assertEquals(0, sendPacket(scene, packet(scene, 1, 1700)));
            scene.sends(full(1), data(1001, 700));
            scene.after(200).sends(full(1)).ignoreRest();
        }
    }

    @Test
    void anEmptyPacketGoesHome() {
        try (TcpScene scene = established()) {
            assertEquals(0, sendPacket(scene, packet(scene, 1, 0)));
            scene.sendsNothing();
        }
    }

    @Test
    void aPacketThatIsRefusedStaysTheUsers() {
        try (TcpScene scene = withWindow(0)) {
            scene.connection.sendBuffer(1024);
            scene.writes(new byte[1024]);
            int packet = packet(scene, 1, 10);
            assertEquals(TcpConnection.WOULD_BLOCK, sendPacket(scene, packet));
            scene.shutsDown();
            assertEquals(TcpConnection.CLOSED, sendPacket(scene, packet));
            scene.pool.release(packet);
            scene.takeAllSent();
        }
    }

    @Test
    void aPacketThatSomebodyElseReadsIsRefused() {
        try (TcpScene scene = established()) {
            int packet = packet(scene, 1, 10);
            scene.pool.retain(packet);
            assertThrows(IllegalArgumentException.class, () -> sendPacket(scene, packet));
            scene.pool.release(packet);
            scene.pool.release(packet);
        }
    }

    @Test
    void writesAndPacketsGoInOrder() {
        try (TcpScene scene = withWindow(0)) {
            scene.writes(numbered(1, 10));
            assertEquals(0, sendPacket(scene, packet(scene, 11, 10)));
            scene.writes(numbered(21, 10));
            scene.receives(ack().seq(1).ack(1).window(5000));
            byte[] stream = new byte[0];
            int sent = scene.connection.sndNxt - scene.connection.iss - 1;
            assertTrue(sent >= 10 && stream.length == 0);
            scene.takeAllSent();
            scene.receives(ack().ack(1 + sent)).takeAllSent();
            scene.receives(ack().ack(31));
            assertEquals(0, scene.connection.unacknowledged());
        }
    }

    // Half-closed.

    @Test
    void dataFlowsOnAfterThePeersFin() {
        try (TcpScene scene = established()) {
            scene.receives(fin().seq(1).ack(1)).sends(ack().ack(2));
            scene.writes(numbered(1, 3000)).sends(full(1), full(1001), data(2001, 1000));
            scene.receives(ack().seq(2).ack(3001)).sendsNothing();
            assertEquals(0, scene.connection.unacknowledged());
        }
    }

    @Test
    void dataComesInAfterOurFin() {
        try (TcpScene scene = established()) {
            scene.shutsDown().sends(fin().seq(1));
            scene.receives(data(1, 1000).ack(2)).sends(ack().seq(2).ack(1001));
            scene.receives(data(1001, 1000).ack(2)).sends(ack().seq(2).ack(2001));
            assertEquals(2000, scene.readsBytes(5000).length);
            assertEquals(TcpConnection.CLOSED, scene.tryWrite(new byte[1]));
            assertFalse(scene.connection.finReceived);
        }
    }
}
