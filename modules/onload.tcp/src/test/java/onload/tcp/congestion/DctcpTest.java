package onload.tcp.congestion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class DctcpTest {
    private static final int MSS = 1000;

    private final Dctcp dctcp = new Dctcp();

    /** Acknowledges a window of ten segments, the first of which are marked, in avoidance. */
    private void window(int marked) {
        for (int i = 0; i < 10; i++) {
            DeliverySample sample = Samples.acknowledged(MSS, MSS, true, 100_000);
            sample.isRoundStart = i == 0;
            sample.isCongestionEchoed = i < marked;
            dctcp.acknowledged(sample);
        }
    }

    private void start() {
        dctcp.start(100 * MSS, MSS);
    }

    @Test
    void exactEchoesAreAskedFor() {
        assertTrue(dctcp.wantsExactEcn());
        assertTrue(dctcp.governsRecovery());
    }

    @Test
    void alphaIsOneAtFirst() {
        start();
        assertEquals(1, dctcp.alpha());
    }

    @Test
    void firstMarkHalvesTheWindow() {
        start();
        dctcp.congestionExperienced(100 * MSS, MSS, 0);
        assertEquals(50 * MSS, dctcp.cwnd());
        assertEquals(50 * MSS, dctcp.ssthresh());
    }

    @Test
    void alphaIsAnAverageOfWhatIsMarkedInEachWindow() {
        start();
        window(10);
        double expected = 1;
        for (int marked : new int[] {5, 0, 10, 3, 0, 0}) {
            window(marked);
            assertEquals(expected, dctcp.alpha(), 1e-4);
            expected += (marked / 10.0 - expected) / 16;
        }
    }

    @Test
    void alphaGoesDownToZeroWithoutMarks() {
        start();
        for (int i = 0; i < 1000; i++) {
            window(0);
        }
        assertEquals(0, dctcp.alpha());
        int cwnd = dctcp.cwnd();
        dctcp.congestionExperienced(cwnd, MSS, 0);
        assertEquals(cwnd, dctcp.cwnd());
    }

    @Test
    void windowIsCutByHalfOfAlpha() {
        start();
        for (int i = 0; i < 12; i++) {
            window(0);
        }
        double alpha = dctcp.alpha();
        int cwnd = dctcp.cwnd();
        dctcp.congestionExperienced(cwnd, MSS, 0);
        assertEquals(cwnd * (1 - alpha / 2), dctcp.cwnd(), 2);
    }

    @Test
    void marksAreCountedButTheWindowDoesNotGrowWhileAReductionIsAnswered() {
        dctcp.start(10 * MSS, MSS);
        window(0);
        dctcp.congestionExperienced(20 * MSS, MSS, 0);
        int cwnd = dctcp.cwnd();
        double alpha = dctcp.alpha();
        window(0);
        window(10);
        window(0);
        assertEquals(cwnd, dctcp.cwnd());
        assertEquals(alpha * 3375 / 4096 + 1.0 / 16, dctcp.alpha(), 1e-3);
        dctcp.recoveryEnded(cwnd, MSS, 0);
        window(0);
        window(0);
        assertTrue(dctcp.cwnd() > cwnd);
    }

    @Test
    void lossHalvesTheWindowWhateverAlphaIs() {
        start();
        for (int i = 0; i < 100; i++) {
            window(0);
        }
        dctcp.lossDetected(100 * MSS, MSS, 0);
        assertEquals(50 * MSS, dctcp.cwnd());
    }

    @Test
    void twoSegmentsRemain() {
        dctcp.start(2 * MSS, MSS);
        dctcp.congestionExperienced(2 * MSS, MSS, 0);
        assertEquals(2 * MSS, dctcp.cwnd());
        assertEquals(2 * MSS, dctcp.ssthresh());
    }
}
