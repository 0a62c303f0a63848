package onload.tcp;

import static onload.tcp.LongWay.MSS;
import static onload.tcp.LongWay.acked;
import static onload.tcp.LongWay.info;
import static onload.tcp.LongWay.withSack;
import static onload.tcp.LongWay.withoutProbes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Segments that are spread over the round trip. */
class PacingTest {
    private static final TcpSettings PACED = withoutProbes().with(TcpSetting.PACING, 1);

    @Test
    void theInitialWindowIsSpreadOverHalfARoundTrip() {
        try (TcpScene scene = LongWay.accepted(PACED, withSack())) {
            scene.writes(new byte[10 * MSS]);
            int first = scene.sentCount();
            assertTrue(first >= 1 && first <= 2, first + " at once");
            scene.after(25);
            assertTrue(Math.abs(scene.sentCount() - 5) <= 1, scene.sentCount() + " after 25 ms");
            scene.after(26);
            assertEquals(10, scene.sentCount());
            scene.ignoreRest();
        }
    }

    @Test
    void nothingIsHeldBackForEver() {
        try (TcpScene scene = LongWay.accepted(PACED, withSack())) {
            scene.writes(new byte[40 * MSS]);
            int acked = 1;
            for (int i = 0; i < 100 && acked < 40 * MSS; i++) {
                scene.after(10);
                acked += scene.sentCount() * MSS;
                scene.takeAllSent().receives(acked(acked));
            }
            assertEquals(40 * MSS, info(scene).bytesAcked());
            scene.ignoreRest();
        }
    }

    @Test
    void withoutItTheWindowGoesAtOnce() {
        try (TcpScene scene = LongWay.accepted(withoutProbes(), withSack())) {
            scene.writes(new byte[10 * MSS]);
            assertEquals(10, scene.sentCount());
            scene.ignoreRest();
        }
    }
}
