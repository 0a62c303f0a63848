package onload.tcp;

import static onload.tcp.Segment.ack;
import static onload.tcp.Segment.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.tcp.counter.TcpCounter;

import org.junit.jupiter.api.Test;

/** What a connection remembers of numbers that are more than 2^31 behind, or counts for hours. */
class WrapAroundTest {
    private static final long HOUR_NS = 3_600_000_000_000L;

    /** As if full segments alone had been sent and acknowledged for so many bytes. */
    private static void skip(TcpScene scene, int bytes) {
        TcpConnection c = scene.connection;
        assertTrue(c.isIdle());
        c.sndSmall -= bytes;
        c.recover -= bytes;
    }

    @Test
    void smallSegmentThatWasAcknowledgedLongAgoHoldsNothingBack() {
        try (TcpScene scene = new TcpScene().established()) {
            scene.writes("abc").sends(data("abc").seq(1));
            scene.receives(ack().seq(1).ack(4));
            for (int i = 0; i < 3; i++) {
                // 3 GiB in all, by full segments that are acknowledged.
                skip(scene, 1 << 30);
                byte[] full = Segment.numbered(1, 1460);
                scene.writes(full).takeSent("a full segment");
                scene.receives(ack().seq(1).ack(4 + (i + 1) * 1460));
            }
            scene.writes("abc").sends(data("abc").seq(4 + 3 * 1460));
            scene.receives(ack().seq(1).ack(7 + 3 * 1460));
        }
    }

    @Test
    void windowProbesStayFarApartHoweverLongTheWindowIsClosed() {
        try (TcpScene scene = new TcpScene().established()) {
            scene.receives(ack().seq(1).ack(1).window(0));
            scene.writes("abc");
            long lastNs = scene.nowNs();
            long until = scene.nowNs() + 10 * HOUR_NS;
            int probes = 0;
            while (scene.nowNs() < until) {
                scene.after(200_000);
                assertTrue(scene.sentCount() <= 10, () -> scene.sentCount() + " probes");
                probes += scene.sentCount();
                scene.takeAllSent();
                scene.receives(ack().seq(1).ack(1).window(0)).takeAllSent();
            }
            assertTrue(probes > 250, "" + probes);
            assertTrue(lastNs < scene.nowNs());
            scene.is(TcpState.ESTABLISHED);
        }
    }

    @Test
    void fastRecoveryWorksLongAfterTheLastOne() {
        try (TcpScene scene = new TcpScene().established()) {
            lose(scene, 1);
            assertEquals(1, scene.count(TcpCounter.FAST_RECOVERIES));
            int at = 1 + 6 * 1460;
            for (int i = 0; i < 3; i++) {
                skip(scene, 1 << 30);
                scene.writes(Segment.numbered(1, 1460)).takeAllSent();
                at += 1460;
                scene.receives(ack().seq(1).ack(at));
            }
            lose(scene, at);
            assertEquals(2, scene.count(TcpCounter.FAST_RECOVERIES));
        }
    }

    private static void lose(TcpScene scene, int at) {
        scene.writes(Segment.numbered(1, 6 * 1460)).takeAllSent();
        for (int i = 0; i < 3; i++) {
            scene.receives(ack().seq(1).ack(at));
        }
        scene.takeAllSent();
        scene.receives(ack().seq(1).ack(at + 6 * 1460)).takeAllSent();
    }
}
