package onload.tcp;

import static onload.tcp.Segment.ack;
import static onload.tcp.Segment.data;
import static onload.tcp.Segment.fin;
import static onload.tcp.Segment.numbered;
import static onload.tcp.Segment.rst;
import static onload.tcp.Segment.segment;
import static onload.tcp.Segment.syn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.tcp.counter.TcpCounter;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The receive window: its edges, when it opens and closes, and what the peer is told of it. */
class ReceiveWindowTest {
    private static final Segment PLAIN = syn().mss(1460);

    private static TcpScene withBuffer(int bytes, Segment syn) {
        TcpSettings settings =
                TcpSettings.DEFAULT
                        .with(TcpSetting.RECEIVE_BUFFER_BYTES, bytes)
                        .with(TcpSetting.MAX_RECEIVE_BUFFER_BYTES, bytes);
        return new TcpScene(settings).accepted(syn);
    }

    private static TcpScene withBuffer(int bytes) {
        return withBuffer(bytes, PLAIN);
    }

    /** Fills the window with segments of a size; answers how many bytes that took. */
    private static int fill(TcpScene scene, int size) {
        int next = 1;
        for (int room = scene.connection.rcvWnd(); room > 0; room = scene.connection.rcvWnd()) {
            int bytes = Math.min(size, room);
            scene.receives(data(next, bytes).ack(1));
            next += bytes;
            assertTrue(next < 1 << 24, "a window that never closes");
        }
        scene.after(500).takeAllSent();
        return next - 1;
    }

    // The edges (RFC 9293, section 3.10.7.4).

    @Test
    void theLastByteOfTheWindowIsTaken() {
        try (TcpScene scene = withBuffer(1000)) {
            scene.receives(data(1000, 1).ack(1)).sends(ack().ack(1));
            scene.receives(data(1, 999).ack(1)).sends(ack().ack(1001).window(0));
            assertArrayEquals(numbered(1, 1000), scene.readsBytes(1000));
            scene.takeAllSent();
        }
    }

    @Test
    void theByteAfterTheWindowIsNot() {
        try (TcpScene scene = withBuffer(1000)) {
            scene.receives(data(1001, 1).ack(1)).sends(ack().ack(1));
            scene.receives(data(1, 1000).ack(1)).sends(ack().ack(1001).window(0));
            scene.readsBytes(1000);
            scene.takeAllSent();
            assertEquals(1, scene.count(TcpCounter.RECEIVE_DROPPED_OUTSIDE_WINDOW));
        }
    }

    @Test
    void aSegmentIsCutAtTheRightEdge() {
        try (TcpScene scene = withBuffer(1000)) {
            scene.receives(data(1, 1400).ack(1)).sends(ack().ack(1001).window(0));
            assertArrayEquals(numbered(1, 1000), scene.readsBytes(2000));
            scene.takeAllSent();
        }
    }

    @Test
    void aFinBeyondTheRightEdgeIsCutWithTheText() {
        try (TcpScene scene = withBuffer(1000)) {
            scene.receives(fin().payload(numbered(1, 1400)).seq(1).ack(1));
            scene.sends(ack().ack(1001).window(0)).is(TcpState.ESTABLISHED);
            scene.readsBytes(2000);
            scene.takeAllSent();
        }
    }

    @Test
    void aFinRightAfterAFullWindowIsTaken() {
        try (TcpScene scene = withBuffer(1000)) {
            scene.receives(fin().payload(numbered(1, 1000)).seq(1).ack(1));
            scene.sends(ack().ack(1002).window(0)).is(TcpState.CLOSE_WAIT);
            assertArrayEquals(numbered(1, 1000), scene.readsBytes(2000));
            scene.writes("bye").sends(data("bye").seq(1).ack(1002));
        }
    }

    @Test
    void aSegmentIsCutAtTheLeftEdge() {
        try (TcpScene scene = withBuffer(1000)) {
            scene.receives(data(1, 100).ack(1)).sends(ack().ack(101));
            scene.receives(data(51, 100).ack(1)).sends(ack().ack(151));
            assertArrayEquals(numbered(1, 150), scene.readsBytes(2000));
        }
    }

    @Test
    void aSegmentIsCutAtBothEdges() {
        try (TcpScene scene = withBuffer(1000)) {
            scene.receives(data(1, 100).ack(1)).sends(ack().ack(101));
            scene.receives(data(51, 1400).ack(1)).sends(ack().ack(1001).window(0));
            assertArrayEquals(numbered(1, 1000), scene.readsBytes(2000));
            scene.takeAllSent();
        }
    }

    @Test
    void aSegmentWithoutTextMayStandAtTheLastNumberOfTheWindow() {
        try (TcpScene scene = withBuffer(1000)) {
            scene.writes("a").takeSent("a");
            scene.receives(ack().seq(1000).ack(2)).sendsNothing();
            assertEquals(0, scene.connection.unacknowledged());
        }
    }

    @Test
    void aSegmentWithoutTextAfterTheWindowIsAnsweredAndNotCounted() {
        try (TcpScene scene = withBuffer(1000)) {
            scene.writes("a").takeSent("a");
            scene.receives(ack().seq(1001).ack(2)).sends(ack().seq(2).ack(1));
            assertEquals(1, scene.connection.unacknowledged());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-10, -1, 0, 500, -500, Integer.MAX_VALUE - 500, Integer.MIN_VALUE})
    void theWindowMayLieAnywhere(int isn) {
        try (TcpScene scene = new TcpScene().isns(isn, isn)) {
            scene.listening(1).listener.prototype().receiveBuffer(1000);
            scene.accepted(PLAIN);
            scene.receives(data(1001, 1).ack(1)).sends(ack().ack(1));
            scene.receives(data(1000, 1).ack(1)).sends(ack().ack(1));
            scene.receives(data(1, 999).ack(1)).sends(ack().ack(1001).window(0));
            assertArrayEquals(numbered(1, 1000), scene.readsBytes(1000));
            scene.takeAllSent();
        }
    }

    @Test
    void theLargestWindowIsAGibibyteLessOnePart() {
        try (TcpScene scene = withBuffer(1 << 30, PLAIN.windowScale(0))) {
            scene.receives(data(1, 1).ack(1)).sends(ack().ack(2).window(0xFFFF));
            assertEquals(0xFFFF << 14, scene.connection.rcvWnd());
            int last = 2 + (0xFFFF << 14) - 1;
            scene.receives(data(last, 1).ack(1)).sends(ack().ack(2));
            assertEquals(1, scene.count(TcpCounter.OUT_OF_ORDER));
            scene.receives(data(last + 1, 1).ack(1)).sends(ack().ack(2));
            assertEquals(1, scene.count(TcpCounter.RECEIVE_DROPPED_OUTSIDE_WINDOW));
            assertEquals(1, scene.readsBytes(10).length);
        }
    }

    // A closed window (RFC 9293, section 3.8.6).

    @Test
    void aProbeOfAClosedWindowIsAnsweredWithNumberAndWindow() {
        try (TcpScene scene = withBuffer(1000)) {
            fill(scene, 500);
            scene.receives(data(1001, 1).ack(1)).sends(ack().seq(1).ack(1001).window(0));
            assertEquals(1, scene.count(TcpCounter.RECEIVE_DROPPED_WINDOW_CLOSED));
        }
    }

    @Test
    void acknowledgmentsCountWhileTheWindowIsClosed() {
        try (TcpScene scene = withBuffer(1000)) {
            fill(scene, 500);
            scene.writes("abc").takeSent("abc");
            scene.receives(ack().seq(1001).ack(4)).sendsNothing();
            assertEquals(0, scene.connection.unacknowledged());
        }
    }

    @Test
    void anAcknowledgmentWithTextCountsWhileTheWindowIsClosed() {
        try (TcpScene scene = withBuffer(1000)) {
            fill(scene, 500);
            scene.writes("abc").takeSent("abc");
            scene.receives(data(1001, 100).ack(4)).sends(ack().ack(1001).window(0));
            assertEquals(0, scene.connection.unacknowledged());
            assertEquals(1000, scene.connection.available());
        }
    }

    @Test
    void aResetCountsWhileTheWindowIsClosed() {
        try (TcpScene scene = withBuffer(1000)) {
            fill(scene, 500);
            scene.receives(rst().seq(1001));
            assertEquals(TcpConnection.RESET, scene.connection.error());
        }
    }

    @Test
    void urgentDataIsAnnouncedWhileTheWindowIsClosed() {
        try (TcpScene scene = withBuffer(1000)) {
            fill(scene, 500);
            scene.events();
            scene.receives(segment(".U").seq(1001).ack(1).payload("x").urgentPointer(1));
            scene.sends(ack().ack(1001));
            assertEquals(TcpEvents.URGENT, scene.events());
        }
    }

    // What is offered.

    @Test
    void theWindowGoesDownByWhatIsNotRead() {
        try (TcpScene scene = withBuffer(5000)) {
            scene.receives(data(1, 1000).ack(1)).sends(ack().ack(1001).window(4000));
            scene.receives(data(1001, 1000).ack(1)).sends(ack().ack(2001).window(3000));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10, 63, 100, 127, 128, 1000, 1460})
    void aScaledWindowClosesWhateverTheSizeOfSegments(int size) {
        TcpSettings settings =
                TcpSettings.DEFAULT
                        .with(TcpSetting.RECEIVE_BUFFER_BYTES, 5000)
                        .with(TcpSetting.MAX_RECEIVE_BUFFER_BYTES, 6 << 20);
        try (TcpScene scene = new TcpScene(settings).accepted(PLAIN.windowScale(7))) {
            assertTrue(fill(scene, size) <= 5000 + 128, scene::describe);
        }
    }

    @Test
    void theLargestScaleClosesTheWindowToo() {
        TcpSettings settings =
                TcpSettings.DEFAULT
                        .with(TcpSetting.RECEIVE_BUFFER_BYTES, 100_000)
                        .with(TcpSetting.MAX_RECEIVE_BUFFER_BYTES, 1 << 30);
        try (TcpScene scene = new TcpScene(settings).accepted(PLAIN.windowScale(7))) {
            assertTrue(fill(scene, 1460) <= 100_000 + (1 << 14), scene::describe);
        }
    }

    @Test
    void aBufferSmallerThanOnePartOfTheWindowFieldDoesNotStall() {
        TcpSettings settings =
                TcpSettings.DEFAULT.with(TcpSetting.MAX_RECEIVE_BUFFER_BYTES, 1 << 30);
        try (TcpScene scene = new TcpScene(settings).accepted(PLAIN.windowScale(7))) {
            scene.connection.receiveBuffer(5000);
            int next = 1;
            for (int i = 0; i < 200; i++) {
                assertTrue(scene.connection.rcvWnd() > 0, scene::describe);
                int bytes = Math.min(1460, scene.connection.rcvWnd());
                scene.receives(data(next, bytes).ack(1)).after(100);
                next += bytes;
                assertEquals(bytes, scene.readsBytes(100_000).length);
                scene.after(100);
            }
            scene.takeAllSent();
        }
    }

    @Test
    void theRightEdgeNeverGoesBackThoughTheBufferShrinks() {
        try (TcpScene scene = withBuffer(5000)) {
            scene.receives(data(1, 1000).ack(1)).sends(ack().ack(1001).window(4000));
            scene.connection.receiveBuffer(1000);
            scene.receives(data(1001, 1000).ack(1)).sends(ack().ack(2001).window(3000));
            scene.receives(data(2001, 1000).ack(1)).sends(ack().ack(3001).window(2000));
            scene.receives(data(3001, 1000).ack(1)).sends(ack().ack(4001).window(1000));
            scene.receives(data(4001, 1000).ack(1)).sends(ack().ack(5001).window(0));
            assertArrayEquals(numbered(1, 5000), scene.readsBytes(5000));
            scene.sends(ack().ack(5001).window(1000));
        }
    }

    @Test
    void theRightEdgeNeverGoesBackThoughTheBufferShrinksWhileConnecting() {
        try (TcpScene scene = new TcpScene().connects()) {
            scene.sends(syn().window(65535));
            scene.connection.receiveBuffer(1000);
            scene.receives(Segment.synAck().seq(0).ack(1).mss(1460));
            scene.sends(ack().seq(1).ack(1).window(65535));
            scene.receives(data(1401, 1400).ack(1)).sends(ack().ack(1));
            scene.receives(data(1, 1400).ack(1)).sends(ack().ack(2801));
            assertArrayEquals(numbered(1, 2800), scene.readsBytes(5000));
        }
    }

    @Test
    void theListenersOptionsMayChangeWhileAPeerIsHalfOpen() {
        try (TcpScene scene = new TcpScene().listening(1)) {
            scene.receives(syn().seq(0).mss(1460).windowScale(7));
            scene.sends(Segment.synAck().windowScale(7).window(65535));
            scene.listener.prototype().receiveBuffer(10_000);
            scene.receives(ack().seq(1).ack(1)).accepts();
            assertEquals(65535, scene.connection.rcvWnd());
            assertEquals(7, scene.connection.rcvScale);
        }
    }

    @Test
    void aLargerBufferIsOfferedWithTheNextAcknowledgment() {
        try (TcpScene scene = withBuffer(2000)) {
            scene.connection.receiveBuffer(20_000);
            scene.receives(data(1, 1000).ack(1)).sends(ack().ack(1001).window(19_000));
        }
    }

    // Receiver's silly-window avoidance (RFC 9293, section 3.8.6.2.2).

    @Test
    void readingByteByByteOpensAClosedWindowByAFullSegment() {
        try (TcpScene scene = withBuffer(20_000)) {
            fill(scene, 1460);
            for (int i = 0; i < 1459; i++) {
                scene.readsBytes(1);
            }
            scene.sendsNothing().readsBytes(1);
            scene.sends(ack().ack(20_001).window(1460));
            assertEquals(1, scene.count(TcpCounter.WINDOW_UPDATES));
        }
    }

    @Test
    void readingByteByByteOpensASmallBufferByHalf() {
        try (TcpScene scene = withBuffer(1000)) {
            fill(scene, 500);
            scene.readsBytes(499);
            scene.sendsNothing().readsBytes(1);
            scene.sends(ack().ack(1001).window(500));
        }
    }

    @Test
    void aScaledWindowOpensByAFullSegmentToo() {
        try (TcpScene scene = withBuffer(6 << 20, PLAIN.windowScale(7))) {
            scene.connection.receiveBuffer(20_000);
            fill(scene, 1460);
            int edge = scene.connection.rcvAdv;
            while (scene.sentCount() == 0) {
                scene.readsBytes(1);
            }
            int offered = scene.connection.rcvAdv - edge;
            assertTrue(offered >= 1460 - 127, () -> "opened by " + offered);
            int window = scene.connection.rcvWnd();
            assertTrue(window >= 1460, () -> "opened to " + window);
            scene.takeAllSent();
        }
    }

    @Test
    void aProbeOfAWindowThatIsOpenByLessIsToldThatItIsClosed() {
        try (TcpScene scene = withBuffer(20_000)) {
            fill(scene, 1460);
            scene.readsBytes(1000);
            scene.receives(data(20_001, 1).ack(1)).sends(ack().ack(20_001).window(0));
        }
    }

    @Test
    void readingWhileThePeerHasRoomSendsNoUpdate() {
        try (TcpScene scene = withBuffer(60_000)) {
            for (int i = 0; i < 10; i++) {
                scene.receives(data(1 + 1000 * i, 1000).ack(1)).takeAllSent();
                scene.readsBytes(1000);
                scene.sendsNothing();
            }
            assertEquals(0, scene.count(TcpCounter.WINDOW_UPDATES));
        }
    }

    @Test
    void readingOfAFullBufferSendsOneUpdate() {
        try (TcpScene scene = withBuffer(20_000)) {
            fill(scene, 1460);
            scene.readsBytes(20_000);
            scene.sends(ack().ack(20_001).window(20_000)).sendsNothing();
        }
    }

    @Test
    void nothingIsUpdatedAfterTheFin() {
        try (TcpScene scene = withBuffer(1000)) {
            scene.receives(data(1, 900).ack(1)).takeAllSent();
            scene.receives(fin().seq(901).ack(1)).takeAllSent();
            assertEquals(900, scene.readsBytes(1000).length);
            scene.sendsNothing();
        }
    }

    @Test
    void shuttingDownInputOpensTheWindow() {
        try (TcpScene scene = withBuffer(1000)) {
            fill(scene, 500);
            assertEquals(0, scene.connection.shutdownInput(scene.nowNs()));
            scene.settle().sends(ack().ack(1001).window(1000));
            scene.receives(data(1001, 500).ack(1)).takeAllSent();
            assertEquals(0, scene.connection.available());
            assertEquals(TcpConnection.END_OF_STREAM, scene.tryRead());
        }
    }

    // Auto-tuning.

    @Test
    void theBufferGrowsForAUserThatReadsAsFastAsItComes() {
        try (TcpScene scene = new TcpScene().accepted(PLAIN.windowScale(7).timestamps())) {
            int first = scene.connection.receiveBuffer();
            int next = 1;
            for (int i = 0; i < 400; i++) {
                scene.receives(data(next, 1400).ack(1)).after(1);
                scene.readsBytes(1400);
                next += 1400;
            }
            assertTrue(scene.connection.receiveBuffer() > first, scene::describe);
            assertTrue(scene.connection.rcvWnd() > first);
            scene.after(100).takeAllSent();
        }
    }

    @Test
    void theBufferDoesNotGrowBeyondTheLimit() {
        TcpSettings settings =
                TcpSettings.DEFAULT.with(TcpSetting.MAX_RECEIVE_BUFFER_BYTES, 200_000);
        try (TcpScene scene = new TcpScene(settings).accepted(PLAIN.windowScale(7))) {
            int next = 1;
            for (int i = 0; i < 1000; i++) {
                scene.receives(data(next, 1400).ack(1));
                scene.readsBytes(1400);
                next += 1400;
            }
            assertEquals(200_000, scene.connection.receiveBuffer());
            scene.after(100).takeAllSent();
        }
    }

    @Test
    void theBufferDoesNotGrowForAUserThatDoesNotRead() {
        try (TcpScene scene = new TcpScene().accepted(PLAIN.windowScale(7))) {
            int first = scene.connection.receiveBuffer();
            fill(scene, 1400);
            assertEquals(first, scene.connection.receiveBuffer());
        }
    }

    @Test
    void aBufferThatTheUserHasSetDoesNotGrow() {
        try (TcpScene scene = new TcpScene().accepted(PLAIN.windowScale(7))) {
            scene.connection.receiveBuffer(100_000);
            int next = 1;
            for (int i = 0; i < 400; i++) {
                scene.receives(data(next, 1400).ack(1));
                scene.readsBytes(1400);
                next += 1400;
            }
            assertEquals(100_000, scene.connection.receiveBuffer());
            scene.after(100).takeAllSent();
        }
    }
}
