package onload.tcp.congestion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each algorithm at work, on a link whose rate, delay, queue and losses are known. */
class BottleneckTest {
    private static final long SECOND_NS = 1_000_000_000L;
    private static final long MS_NS = 1_000_000L;
    private static final long RATE = 12_500_000;
    private static final long BDP = RATE / 20;

    private static Bottleneck link(double queueInBdp) {
        return new Bottleneck(RATE, 50 * MS_NS, (long) (BDP * queueInBdp));
    }

    private static double share(Bottleneck.Flow flow, long ns) {
        return flow.goodput(ns) / RATE;
    }

    @ParameterizedTest
    @ValueSource(strings = {"cubic", "newreno", "bbr", "dctcp"})
    void aloneItFillsACleanLink(String name) {
        Bottleneck link = link(1);
        Bottleneck.Flow flow = link.add(name);
        link.run(3 * SECOND_NS);
        flow.goodput(1);
        link.run(20 * SECOND_NS);
        double share = share(flow, 20 * SECOND_NS);
        assertTrue(share > 0.95, name + ": " + share + " " + flow.control.cwnd());
        assertEquals(0, flow.timeouts, name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cubic", "newreno", "dctcp", "bbr"})
    void twoShareWithoutOneOfThemStarving(String name) {
        Bottleneck link = link(1);
        Bottleneck.Flow one = link.add(name);
        link.run(5 * SECOND_NS);
        Bottleneck.Flow two = link.add(name);
        link.run(30 * SECOND_NS);
        one.goodput(1);
        two.goodput(1);
        link.run(60 * SECOND_NS);
        double a = share(one, 60 * SECOND_NS);
        double b = share(two, 60 * SECOND_NS);
        // Jain's index.
        double fairness = (a + b) * (a + b) / (2 * (a * a + b * b));
        assertTrue(a + b > 0.9 && fairness > 0.9, name + ": " + a + " " + b);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cubic", "newreno", "dctcp"})
    void randomLossesLeaveTheWindowOfTheSquareRootFormula(String name) {
        Bottleneck link = link(1);
        link.loss = 0.01;
        Bottleneck.Flow flow = link.add(name);
        link.run(60 * SECOND_NS);
        double window = flow.goodput(60 * SECOND_NS) * 0.05 / Bottleneck.MSS;
        double formula = Math.sqrt(1.5 / 0.01);
        assertTrue(window > 0.85 * formula && window < 2 * formula, name + ": " + window);
    }

    @Test
    void bbrGoesOnAtRandomLossesOfAThousandth() {
        Bottleneck link = link(1);
        link.loss = 0.001;
        Bottleneck.Flow flow = link.add("bbr");
        link.run(30 * SECOND_NS);
        double share = share(flow, 30 * SECOND_NS);
        assertTrue(share > 0.7, "" + share);
    }

    @Test
    void bbrKeepsTheQueueShortWhereLossesAreFarAway() {
        Bottleneck link = link(10);
        Bottleneck.Flow flow = link.add("bbr");
        link.run(5 * SECOND_NS);
        link.queueingNs();
        link.run(20 * SECOND_NS);
        double waiting = link.queueingNs();
        assertTrue(waiting < 10 * MS_NS, waiting + " ns");
        assertEquals(0, flow.lost);
    }

    @Test
    void cubicLeavesSlowStartBeforeItLosesAnythingOfALongQueue() {
        // A round trip that grew is seen when there is four times too much already, and five rounds
        // of a quarter more follow.
        Bottleneck link = link(16);
        Bottleneck.Flow flow = link.add("cubic");
        link.run(5 * SECOND_NS);
        assertEquals(0, flow.lost);
        assertTrue(flow.control.ssthresh() < CongestionControl.MAX_WINDOW);
    }

    @Test
    void markedCubicLosesNothing() {
        Bottleneck link = link(4);
        link.markBytes = BDP / 2;
        Bottleneck.Flow flow = link.add("cubic");
        link.run(20 * SECOND_NS);
        double share = share(flow, 20 * SECOND_NS);
        assertEquals(0, flow.lost);
        assertTrue(share > 0.9, "" + share);
    }

    @Test
    void dctcpHoldsTheQueueWhereItIsMarked() {
        // 10 Gbit/s, 100 µs, marks from 65 segments on.
        Bottleneck link = new Bottleneck(1_250_000_000L, 100_000, 1_000_000);
        link.markBytes = 65_000;
        Bottleneck.Flow flow = link.add("dctcp");
        link.run(SECOND_NS / 10);
        flow.goodput(1);
        link.queueingNs();
        link.run(SECOND_NS / 2);
        double share = flow.goodput(SECOND_NS / 2) / 1_250_000_000L;
        double backlog = link.queueingNs() * 1.25;
        assertTrue(share > 0.95, "share " + share);
        assertTrue(backlog < 90_000, "backlog " + backlog);
        assertEquals(0, flow.lost);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cubic", "newreno", "dctcp", "bbr"})
    void linkThatBreaksAndComesBackIsFilledAgain(String name) {
        Bottleneck link = link(1);
        Bottleneck.Flow flow = link.add(name);
        link.run(3 * SECOND_NS);
        link.loss = 1;
        link.run(5 * SECOND_NS);
        assertTrue(flow.timeouts > 0);
        link.loss = 0;
        link.run(3 * SECOND_NS);
        flow.goodput(1);
        link.run(20 * SECOND_NS);
        double share = share(flow, 20 * SECOND_NS);
        assertTrue(share > 0.85, name + ": " + share + " " + flow.control.cwnd());
    }
}
