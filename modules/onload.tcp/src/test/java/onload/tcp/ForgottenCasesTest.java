package onload.tcp;

import static onload.tcp.Segment.ack;
import static onload.tcp.Segment.data;
import static onload.tcp.Segment.fin;
import static onload.tcp.Segment.numbered;
import static onload.tcp.Segment.segment;
import static onload.tcp.Segment.syn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.tcp.counter.TcpCounter;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

/** Cases that are rare on a network in good order: full tables, peers that take back, no buffers, tiny paths. */
class ForgottenCasesTest {
    @Test
    void tinySegmentsDoNotFillMoreThanTheReceiveBuffer() {
        TcpSettings settings = TcpSettings.DEFAULT.with(TcpSetting.RECEIVE_BUFFER_BYTES, 2048);
        try (TcpScene scene = new TcpScene(settings).accepted(syn().mss(1460).windowScale(7))) {
            for (int i = 0; i < 200; i++) {
                scene.receives(data(1 + 100 * i, 100).ack(1)).after(50).takeAllSent();
            }
            assertTrue(
                    scene.connection.available() <= 2048 + 2 * 128,
                    () -> scene.connection.available() + " bytes");
        }
    }

    @Test
    void lastSegmentsOfASimultaneousCloseInOneBatchAreAcknowledged() {
        try (TcpScene scene = new TcpScene().established()) {
            scene.closes().sends(fin().seq(1).ack(1));
            scene.receives(fin().seq(1).ack(1), ack().seq(2).ack(2)).is(TcpState.TIME_WAIT);
            scene.sends(ack().seq(2).ack(2));
        }
    }

    @Test
    void timeoutForgetsWhatAPeerThatTakesBackHasSaid() {
        try (TcpScene scene = new TcpScene().accepted(syn().mss(1460).sackPermitted())) {
            scene.writes(numbered(1, 6 * 1460)).takeAllSent();
            scene.receives(ack().seq(1).ack(1).sack(1461, 4381)).takeAllSent();
            scene.after(300).takeAllSent();
            // It has the first, and has thrown the next two away.
            scene.receives(ack().seq(1).ack(1461)).takeAllSent();
            scene.after(1000);
            scene.sends(segment(".").seq(1461).payload(numbered(1461, 1460))).ignoreRest();
        }
    }

    @Test
    void userWhomNoBufferWasThereForIsToldWhenThereIs() {
        try (TcpScene scene = new TcpScene(TcpSettings.DEFAULT, false, 1500, 256).established()) {
            List<Integer> all = new ArrayList<>();
            for (int kind : new int[] {PacketPool.SEND, PacketPool.CONTROL}) {
                for (int packet = scene.pool.allocate(kind);
                        packet != PacketBuffers.NONE;
                        packet = scene.pool.allocate(kind)) {
                    all.add(packet);
                }
            }
            assertEquals(TcpConnection.WOULD_BLOCK, scene.tryWrite(new byte[] {1}));
            scene.events();
            scene.after(1000);
            assertEquals(0, scene.events() & TcpEvents.WRITABLE);
            all.forEach(scene.pool::release);
            scene.after(1000);
            assertEquals(TcpEvents.WRITABLE, scene.events() & TcpEvents.WRITABLE);
            scene.writes("a").sends(data("a").seq(1));
            scene.receives(ack().seq(1).ack(2));
        }
    }

    @Test
    void segmentsFitTheSmallestPath() {
        try (TcpScene scene = new TcpScene(TcpSettings.DEFAULT, false, 68).established()) {
            scene.writes(numbered(1, 56));
            scene.sends(segment(".").seq(1).payload(numbered(1, 28)), data(29, 28));
            scene.receives(ack().seq(1).ack(57));
        }
    }

    @Test
    void closedConnectionIsNotOpened() {
        try (TcpScene scene = new TcpScene()) {
            TcpConnection c = scene.tcp.open();
            c.close(scene.nowNs());
            assertEquals(TcpConnection.INVALID_STATE, c.connect(0, 1, 80, scene.nowNs()));
            assertEquals(TcpConnection.INVALID_STATE, c.bind(0, 0, 80));
            assertEquals(0, scene.tcp.orphans());
        }
    }

    @Test
    void segmentSizeThatLeavesNoRoomIsRefused() {
        try (TcpScene scene = new TcpScene()) {
            TcpConnection c = scene.tcp.open();
            assertThrows(IllegalArgumentException.class, () -> c.maximumSegmentSize(12));
            assertThrows(IllegalArgumentException.class, () -> c.maximumSegmentSize(65_496));
            c.maximumSegmentSize(88);
            c.maximumSegmentSize(0);
        }
    }

    @Test
    void portOutOfRangeIsRefusedAndLeavesNothing() {
        try (TcpScene scene = new TcpScene()) {
            assertEquals(TcpConnection.INVALID_STATE, scene.tcp.open().bind(0, 0, 65_536));
            assertEquals(TcpConnection.INVALID_STATE, scene.tcp.open().bind(0, 0, -1));
        }
    }

    @Test
    void connectionThatIsClosedWhileOthersAreReportedIsReportedAsClosed() {
        try (TcpScene scene = new TcpScene().established()) {
            TcpConnection first = scene.connection;
            scene.receives(syn().port(5001).mss(1460).seq(0)).takeSent("SYN-ACK");
            scene.receives(ack().port(5001).seq(1).ack(1));
            TcpConnection second = scene.accepts();
            scene.events(first);
            scene.onChange =
                    which -> {
                        if (which == second) {
                            // It has data that nobody has read, and was reported before.
                            first.close(scene.nowNs());
                        }
                    };
            scene.receives(data("a").seq(1).ack(1), data("b").port(5001).seq(1).ack(1));
            scene.takeAllSent();
            assertEquals(TcpState.CLOSED, first.state());
            assertEquals(TcpEvents.READABLE | TcpEvents.CLOSED, scene.events(first));
            assertEquals(TcpEvents.READABLE, scene.events(second));
        }
    }

    @Test
    void connectionThatClosesItselfWhenItIsReportedIsReportedAsClosed() {
        try (TcpScene scene = new TcpScene().established()) {
            scene.events();
            scene.onChange = which -> which.close(scene.nowNs());
            scene.receives(data("a").seq(1).ack(1)).takeAllSent();
            assertEquals(TcpState.CLOSED, scene.connection.state());
            assertEquals(TcpEvents.READABLE | TcpEvents.CLOSED, scene.events());
        }
    }

    @Test
    void userWhoOpensAndClosesInReportsIsServed() {
        try (TcpScene scene = new TcpScene().established()) {
            TcpConnection c = scene.connection;
            scene.onChange =
                    which -> {
                        if (which.available() > 0) {
                            scene.listener.close(scene.nowNs());
                            scene.listening(1);
                            which.receive(new UnsafeBuffer(new byte[9]), 0, 9, scene.nowNs());
                            which.send(new UnsafeBuffer(new byte[] {'x'}), 0, 1, scene.nowNs());
                            which.close(scene.nowNs());
                        }
                    };
            scene.receives(data("a").seq(1).ack(1));
            scene.takeAllSent().is(TcpState.FIN_WAIT_1);
            scene.receives(ack().seq(2).ack(3)).is(TcpState.FIN_WAIT_2);
            scene.receives(fin().seq(2).ack(3)).takeAllSent();
            assertEquals(TcpState.TIME_WAIT, c.state());
            assertEquals(TcpEvents.CLOSED, scene.events(c) & TcpEvents.CLOSED);
        }
    }

    @Test
    void answersToWindowProbesAreNoDuplicateAcknowledgments() {
        try (TcpScene scene = new TcpScene().established()) {
            scene.receives(ack().seq(1).ack(1).window(0));
            scene.writes(numbered(1, 1460));
            for (int i = 0; i < 5; i++) {
                scene.after(200 << i).takeAllSent();
                scene.receives(ack().seq(1).ack(1).window(0));
            }
            assertEquals(0, scene.count(TcpCounter.FAST_RECOVERIES));
            scene.receives(ack().seq(1).ack(1).window(10_000)).sends(data(1, 1460));
            scene.receives(ack().seq(1).ack(1461).window(10_000));
        }
    }

    @Test
    void userWhoDoesNotReadHoldsNoBuffersOfAPoolThatIsNearlyEmpty() {
        try (TcpScene scene = new TcpScene(TcpSettings.DEFAULT, false, 1500, 256).established()) {
            scene.receives(data(1, 1000).ack(1)).sends(ack().ack(1001));
            List<Integer> all = new ArrayList<>();
            while (scene.pool.pressure() != PacketPool.CRITICAL) {
                all.add(scene.pool.allocate(PacketPool.CONTROL));
            }
            scene.receives(data(1001, 1000).ack(1)).takeAllSent();
            assertEquals(1, scene.count(TcpCounter.RECEIVE_DROPPED_PRESSURE));
            assertArrayEquals(numbered(1, 1000), scene.readsBytes(5000));
            // Who reads goes on.
            scene.receives(data(1001, 1000).ack(1)).takeAllSent();
            assertArrayEquals(numbered(1001, 1000), scene.readsBytes(5000));
            all.forEach(scene.pool::release);
        }
    }

    @Test
    void lowWaterOfNothingIsNoLimit() {
        try (TcpScene scene = new TcpScene().established()) {
            TcpConnection c = scene.connection;
            c.sendBuffer(2048);
            c.notSentLowWater(0);
            assertEquals(2048, scene.tryWrite(new byte[3000]));
            scene.takeAllSent().events();
            scene.receives(ack().seq(1).ack(2049));
            assertEquals(TcpEvents.WRITABLE, scene.events());
        }
    }

    @Test
    void windowIsScaledAsTheSynAckSaidWhateverTheListenerIsSetToAfterwards() {
        try (TcpScene scene = new TcpScene().listening(5)) {
            scene.receives(syn().mss(1460).windowScale(7).seq(0));
            scene.takeSent("a SYN-ACK with a scale of 7");
            scene.listener.prototype().receiveBuffer(4096);
            scene.receives(ack().seq(1).ack(1));
            scene.accepts();
            assertEquals(7, scene.connection.info(scene.nowNs()).rcvScale());
        }
    }

    @Test
    void piecesOfASegmentThatWasSentBeforeTellNothingOfTheRoundTripTime() {
        try (TcpScene scene = new TcpScene().established()) {
            scene.writes(numbered(1, 1460)).takeAllSent();
            long srttNs = scene.connection.info(scene.nowNs()).srttNs();
            scene.after(50).receivesTooBig(600, data(1, 1460)).takeAllSent();
            assertTrue(scene.count(TcpCounter.RETRANSMISSIONS) >= 2, scene::describe);
            scene.after(1).receives(ack().seq(1).ack(1461));
            assertEquals(srttNs, scene.connection.info(scene.nowNs()).srttNs());
        }
    }
}
