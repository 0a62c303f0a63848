package onload.tcp.congestion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.AllocatedBytes;
import onload.testkit.base.Property;
import onload.testkit.base.Randomness;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.Set;

/** What holds for every algorithm, whatever the network does and a peer pretends. */
class CongestionControlPropertiesTest {
    private static final int MOST = CongestionControl.MAX_WINDOW;

    static Set<String> names() {
        return CongestionControls.names();
    }

    private static int mss(Randomness random) {
        return random.flip() ? random.oneOf(536, 1220, 1460, 8940) : random.between(1, 65535);
    }

    /** Sizes of all magnitudes, and those at the ends. */
    private static int size(Randomness random) {
        return random.between(0, Integer.MAX_VALUE) >>> random.between(0, 30);
    }

    private static long duration(Randomness random) {
        return (random.anyLong() >>> 1) >>> random.between(0, 62);
    }

    private static DeliverySample sample(Randomness random, int mss, long nowNs) {
        DeliverySample sample = Samples.acknowledged(size(random), mss, random.flip(), 0);
        sample.nowNs = nowNs;
        sample.deliveredBytes = size(random);
        sample.lostBytes = random.chance(0.2) ? size(random) : 0;
        sample.priorInFlightBytes = size(random);
        sample.inFlightBytes = size(random);
        sample.isCongestionEchoed = random.chance(0.2);
        sample.isInRecovery = random.chance(0.2);
        sample.isRoundStart = random.chance(0.2);
        sample.rttNs = random.flip() ? duration(random) : 0;
        sample.srttNs = random.flip() ? duration(random) : 0;
        sample.minRttNs = random.flip() ? duration(random) : 0;
        sample.intervalBytes = size(random);
        sample.intervalNs = random.flip() ? duration(random) : 0;
        sample.intervalLostBytes = random.chance(0.2) ? size(random) : 0;
        sample.intervalInFlightBytes = size(random);
        sample.isApplicationLimited = random.flip();
        sample.priorDelivered = random.anyInt();
        sample.delivered = random.anyInt();
        return sample;
    }

    @ParameterizedTest
    @MethodSource("names")
    void windowsStayInTheirRangesThroughAnySequenceOfEvents(String name) {
        Property.forAll(
                1000,
                random -> {
                    int mss = mss(random);
                    CongestionControl control = CongestionControls.create(name);
                    control.start(CongestionControl.initialWindow(mss), mss);
                    long nowNs = random.anyLong();
                    for (int i = 0; i < 200; i++) {
                        int event = random.between(0, 9);
                        nowNs += random.flip() ? duration(random) : random.between(0, 100_000_000);
                        mss = happen(control, event, mss, nowNs, random);
                        assertInRange(control, mss, event);
                    }
                });
    }

    private static int happen(
            CongestionControl control, int event, int mss, long nowNs, Randomness random) {
        int size = size(random);
        switch (event) {
            case 0 -> control.lossDetected(size, mss, nowNs);
            case 1 -> control.recoveryEnded(size, mss, nowNs);
            case 2 -> control.timedOut(size, mss, random.flip(), nowNs);
            case 3 -> control.undo();
            case 4 ->
                    control.idle(
                            CongestionControl.initialWindow(mss),
                            random.anyLong(),
                            duration(random));
            case 5 -> {
                int after = mss(random);
                control.segmentSizeChanged(mss, after);
                return after;
            }
            case 6 -> control.congestionExperienced(size, mss, nowNs);
            default -> control.acknowledged(sample(random, mss, nowNs));
        }
        return mss;
    }

    private static void assertInRange(CongestionControl control, int mss, int event) {
        int cwnd = control.cwnd();
        int ssthresh = control.ssthresh();
        assertTrue(
                cwnd >= mss && cwnd <= MOST && ssthresh >= 2 * mss && ssthresh <= MOST,
                () -> "event %d, mss %d: %d, %d".formatted(event, mss, cwnd, ssthresh));
        assertTrue(control.pacingRate() >= 0, () -> "pacing " + control.pacingRate());
    }

    @ParameterizedTest
    @MethodSource("names")
    void timeoutLeavesOneSegment(String name) {
        Property.forAll(
                300,
                random -> {
                    int mss = mss(random);
                    CongestionControl control = CongestionControls.create(name);
                    control.start(Math.clamp(size(random), mss, MOST), mss);
                    control.timedOut(size(random), mss, true, random.anyLong());
                    assertEquals(mss, control.cwnd());
                });
    }

    @ParameterizedTest
    @MethodSource("names")
    void undoGivesBackWhatOneReductionTook(String name) {
        Property.forAll(
                300,
                random -> {
                    int mss = mss(random);
                    CongestionControl control = CongestionControls.create(name);
                    control.start(Math.clamp(size(random), 2 * mss, MOST), mss);
                    int cwnd = control.cwnd();
                    int ssthresh = control.ssthresh();
                    if (random.flip()) {
                        control.lossDetected(Math.min(cwnd, size(random)), mss, 0);
                    } else {
                        control.timedOut(Math.min(cwnd, size(random)), mss, true, 0);
                        control.timedOut(size(random), mss, false, 0);
                    }
                    control.undo();
                    assertEquals(cwnd, control.cwnd());
                    assertEquals(ssthresh, control.ssthresh());
                });
    }

    @ParameterizedTest
    @MethodSource("names")
    void undoWithoutAReductionDoesNothing(String name) {
        Property.forAll(
                300,
                random -> {
                    int mss = mss(random);
                    CongestionControl control = CongestionControls.create(name);
                    control.start(CongestionControl.initialWindow(mss), mss);
                    for (int i = 0; i < 20; i++) {
                        control.acknowledged(sample(random, mss, i * 1_000_000L));
                    }
                    int cwnd = control.cwnd();
                    int ssthresh = control.ssthresh();
                    control.undo();
                    assertEquals(cwnd, control.cwnd());
                    assertEquals(ssthresh, control.ssthresh());
                });
    }

    @ParameterizedTest
    @MethodSource("names")
    void nothingIsAllocatedWhateverHappens(String name) {
        CongestionControl control = CongestionControls.create(name);
        control.start(10_000, 1000);
        long[] nowNs = {0};
        long bytes =
                AllocatedBytes.perRun(
                        20_000,
                        1000,
                        () -> {
                            nowNs[0] += 1_000_000;
                            DeliverySample sample =
                                    Samples.acknowledged(2000, 1000, true, 50_000_000);
                            sample.nowNs = nowNs[0];
                            sample.isRoundStart = true;
                            sample.rttNs = 50_000_000;
                            sample.intervalBytes = 10_000;
                            sample.intervalNs = 50_000_000;
                            control.acknowledged(sample);
                            control.lossDetected(8000, 1000, nowNs[0]);
                            control.recoveryEnded(4000, 1000, nowNs[0]);
                            control.congestionExperienced(8000, 1000, nowNs[0]);
                            control.timedOut(4000, 1000, true, nowNs[0]);
                            control.undo();
                            control.idle(10_000, 2, 1);
                        });
        assertEquals(0, bytes);
    }
}
