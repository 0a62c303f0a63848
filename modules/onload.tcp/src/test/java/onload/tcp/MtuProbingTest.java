package onload.tcp;

import static onload.tcp.Segment.ack;
import static onload.tcp.Segment.numbered;
import static onload.tcp.Segment.syn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.tcp.counter.TcpCounter;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Path-MTU discovery by probes (RFC 4821): when segments get shorter, and when a longer one is tried. */
class MtuProbingTest {
    private static final int OFF = 0;
    private static final int DETECT = 1;
    private static final int ALWAYS = 2;
    private static final int BASE = 1024;
    private static final int MSS = 1460;

    /** Half-way between 1064 and 1500, without 40 bytes of headers. */
    private static final int FIRST_PROBE = 1242;

    private static TcpSettings setting(int mode) {
        return TcpSettings.DEFAULT.with(TcpSetting.MTU_PROBING, mode);
    }

    private static TcpScene scene(int mode) {
        return new TcpScene(setting(mode)).accepted(syn().mss(MSS).sackPermitted());
    }

    /** {@return the lengths of the segments that were sent, each of which has the right bytes} */
    private static List<Integer> lengths(TcpScene scene) {
        List<Integer> lengths = new ArrayList<>();
        while (scene.sentCount() > 0) {
            lengths.add(scene.takeMarked().payload.length);
        }
        return lengths;
    }

    /** Lengths of what goes by timeouts, which take so long altogether. */
    private static List<Integer> timeouts(TcpScene scene, int bytes, double millis) {
        scene.writes(numbered(1, bytes)).takeAllSent().after(millis);
        return lengths(scene);
    }

    private static TcpScene withoutSack(int mode) {
        return new TcpScene(setting(mode)).established();
    }

    // Going down.

    @Test
    void thirdTimeoutOfALongSegmentLeavesTheBaseSizeAndEachOtherHalves() {
        try (TcpScene scene = withoutSack(DETECT)) {
            assertEquals(
                    List.of(MSS, MSS, BASE, 512, 256, 128, 64, 48, 48),
                    timeouts(scene, MSS, 110_000),
                    scene::describe);
            assertEquals(6, scene.count(TcpCounter.BLACK_HOLES));
            assertEquals(48, scene.connection.maximumSegmentSize());
        }
    }

    @Test
    void whereSegmentsOfThatLengthHaveArrivedItTakesSevenTimeouts() {
        try (TcpScene scene = withoutSack(DETECT)) {
            scene.writes(numbered(1, MSS)).takeAllSent().receives(ack().seq(1).ack(1 + MSS));
            scene.writes(numbered(1 + MSS, MSS)).takeAllSent().after(110_000);
            // Congestion is more likely, and shorter segments would make it worse.
            assertEquals(List.of(MSS, MSS, MSS, MSS, MSS, MSS, BASE), lengths(scene).subList(0, 7));
        }
    }

    @Test
    void segmentsOfIpv6DoNotGetShorterThanTheBase() {
        try (TcpScene scene = new TcpScene(setting(DETECT), true)) {
            scene.accepted(syn().mss(1440));
            assertEquals(List.of(1440, 1440, BASE, BASE, BASE), timeouts(scene, 1440, 7000));
            assertEquals(1, scene.count(TcpCounter.BLACK_HOLES));
        }
    }

    @Test
    void withoutProbingSegmentsStayAsLong() {
        try (TcpScene scene = withoutSack(OFF)) {
            assertEquals(List.of(MSS, MSS, MSS, MSS, MSS), timeouts(scene, MSS, 7000));
            assertEquals(0, scene.count(TcpCounter.BLACK_HOLES));
        }
    }

    @Test
    void shortSegmentsThatNobodyAnswersAreNoBlackHole() {
        try (TcpScene scene = withoutSack(DETECT)) {
            assertEquals(List.of(400, 400, 400, 400, 400), timeouts(scene, 400, 7000));
            assertEquals(0, scene.count(TcpCounter.BLACK_HOLES));
            assertEquals(MSS, scene.connection.maximumSegmentSize());
        }
    }

    @Test
    void anAnswerBetweenTimeoutsCountsThemAnew() {
        try (TcpScene scene = withoutSack(DETECT).ignoreRest()) {
            scene.writes(numbered(1, 2 * MSS)).after(700).takeAllSent();
            scene.receives(ack().ack(1 + MSS)).after(700);
            assertEquals(0, scene.count(TcpCounter.BLACK_HOLES));
            assertEquals(MSS, scene.connection.maximumSegmentSize());
        }
    }

    @Test
    void allBytesGoAgainInShorterSegments() {
        try (TcpScene scene = withoutSack(DETECT)) {
            scene.writes(numbered(1, 3 * MSS)).after(1500).takeAllSent();
            assertEquals(BASE, scene.connection.maximumSegmentSize());
            int next = 1 + BASE;
            for (int round = 0; round < 10 && next <= 3 * MSS; round++) {
                scene.receives(ack().ack(next));
                while (scene.sentCount() > 0) {
                    byte[] payload = scene.takeMarked().payload;
                    assertTrue(payload.length <= BASE);
                    assertArrayEquals(numbered(next, payload.length), payload);
                    next += payload.length;
                }
            }
            scene.receives(ack().ack(1 + 3 * MSS));
            assertEquals(1 + 3 * MSS, next);
        }
    }

    // Going up.

    /** In full flight from the base size, so that the window has room for a probe. */
    private static TcpScene flying() {
        TcpScene scene = scene(ALWAYS);
        assertEquals(BASE, scene.connection.maximumSegmentSize());
        scene.writes(numbered(1, 60_000));
        assertEquals(10, lengths(scene).size());
        return scene.ignoreRest();
    }

    @Test
    void searchFromTheBeginningStartsAtTheBase() {
        try (TcpScene scene = scene(ALWAYS)) {
            scene.writes(numbered(1, 3000));
            assertEquals(List.of(BASE, BASE, 952), lengths(scene));
            scene.receives(ack().ack(3001));
        }
    }

    @Test
    void probeIsOneLongerSegmentOfTheBytesThatAreNext() {
        try (TcpScene scene = flying()) {
            scene.receives(ack().ack(1 + 4 * BASE));
            byte[] probe = scene.takeMarked().payload;
            assertArrayEquals(numbered(1 + 10 * BASE, FIRST_PROBE), probe);
            byte[] following = scene.takeMarked().payload;
            assertEquals(BASE, following.length + BASE - following.length);
            assertTrue(following.length <= BASE);
            assertArrayEquals(numbered(1 + 10 * BASE + FIRST_PROBE, following.length), following);
            assertTrue(lengths(scene).stream().allMatch(length -> length <= BASE));
            assertEquals(1, scene.count(TcpCounter.MTU_PROBES));
        }
    }

    @Test
    void probeThatArrivesMakesSegmentsAsLong() {
        try (TcpScene scene = flying()) {
            scene.receives(ack().ack(1 + 4 * BASE)).takeAllSent();
            scene.receives(ack().ack(1 + 10 * BASE));
            assertEquals(BASE, scene.connection.maximumSegmentSize());
            scene.takeAllSent().receives(ack().ack(1 + 10 * BASE + FIRST_PROBE));
            assertEquals(FIRST_PROBE, scene.connection.maximumSegmentSize());
            assertEquals(1, scene.count(TcpCounter.MTU_PROBES_ARRIVED));
        }
    }

    /** The probe is lost, and so many segments after it have arrived. */
    private static TcpScene probeLost(int arrived) {
        TcpScene scene = flying();
        scene.receives(ack().ack(1 + 4 * BASE)).takeAllSent();
        int probe = 1 + 10 * BASE;
        scene.receives(ack().ack(probe)).takeAllSent();
        int after = probe + FIRST_PROBE;
        scene.receives(ack().ack(probe).sack(after, after + arrived * BASE)).after(20);
        return scene;
    }

    @Test
    void probeThatIsLostGoesAgainInSegmentsOfTheOldSizeAndIsNoCongestion() {
        try (TcpScene scene = flying()) {
            scene.receives(ack().ack(1 + 4 * BASE)).takeAllSent();
            int probe = 1 + 10 * BASE;
            scene.receives(ack().ack(probe)).takeAllSent();
            int cwnd = scene.connection.congestionWindow();
            int after = probe + FIRST_PROBE;
            scene.receives(ack().ack(probe).sack(after, after + 3 * BASE)).after(20);
            assertTrue(isAmongSent(scene, numbered(probe, BASE)), scene::describe);
            assertEquals(probe + BASE, 1 + 11 * BASE);
            scene.receives(ack().ack(probe + BASE).sack(after, after + 3 * BASE));
            byte[] rest = numbered(probe + BASE, FIRST_PROBE - BASE);
            assertTrue(isAmongSent(scene, rest), scene::describe);
            assertTrue(scene.connection.congestionWindow() >= cwnd, scene::describe);
            assertEquals(0, scene.count(TcpCounter.FAST_RECOVERIES));
            assertEquals(1, scene.count(TcpCounter.MTU_PROBES_LOST));
            assertEquals(BASE, scene.connection.maximumSegmentSize());
        }
    }

    private static boolean isAmongSent(TcpScene scene, byte[] payload) {
        boolean is = false;
        while (scene.sentCount() > 0 && !is) {
            is = Arrays.equals(payload, scene.takeMarked().payload);
        }
        return is;
    }

    @Test
    void afterAProbeThatIsLostAShorterOneIsTried() {
        try (TcpScene scene = probeLost(4)) {
            scene.takeAllSent().receives(ack().ack(1 + 20 * BASE)).takeAllSent();
            int mss = scene.connection.maximumSegmentSize();
            for (int i = 0; scene.count(TcpCounter.MTU_PROBES) < 2 && i < 20; i++) {
                scene.receives(ack());
            }
            assertEquals(2, scene.count(TcpCounter.MTU_PROBES));
            int longest = lengths(scene).stream().mapToInt(Integer::intValue).max().orElse(0);
            assertTrue(longest > mss && longest < FIRST_PROBE, "longest " + longest);
        }
    }

    @Test
    void probeAndAnotherThatAreLostAreCongestion() {
        try (TcpScene scene = flying()) {
            scene.receives(ack().ack(1 + 4 * BASE)).takeAllSent();
            int probe = 1 + 10 * BASE;
            scene.receives(ack().ack(probe)).takeAllSent();
            int after = probe + FIRST_PROBE + BASE;
            scene.receives(ack().ack(probe).sack(after, after + 3 * BASE)).after(20);
            assertEquals(1, scene.count(TcpCounter.FAST_RECOVERIES));
            assertEquals(0, scene.count(TcpCounter.MTU_PROBES_LOST));
        }
    }

    @Test
    void probeThatATimeoutRepeatsSaysNothing() {
        try (TcpScene scene = flying()) {
            scene.receives(ack().ack(1 + 4 * BASE)).takeAllSent();
            scene.receives(ack().ack(1 + 10 * BASE)).takeAllSent().after(700);
            assertTrue(scene.count(TcpCounter.TIMEOUTS) > 0);
            scene.takeAllSent().receives(ack());
            assertEquals(BASE, scene.connection.maximumSegmentSize());
            assertEquals(0, scene.count(TcpCounter.MTU_PROBES_ARRIVED));
        }
    }

    @Test
    void noProbeWithoutRoomInTheWindowOfThePeer() {
        try (TcpScene scene = flying()) {
            for (int i = 2; i <= 20; i += 2) {
                scene.receives(ack().ack(1 + i * BASE / 2).window(5 * BASE));
            }
            assertEquals(0, scene.count(TcpCounter.MTU_PROBES));
        }
    }

    @Test
    void noProbeWithoutDataBehindIt() {
        try (TcpScene scene = scene(ALWAYS).ignoreRest()) {
            scene.writes(numbered(1, 13 * BASE));
            for (int i = 1; i <= 13; i++) {
                scene.receives(ack().ack(1 + i * BASE));
            }
            assertEquals(0, scene.count(TcpCounter.MTU_PROBES));
        }
    }

    @Test
    void noProbeWhileAnotherIsUnderWay() {
        try (TcpScene scene = flying()) {
            scene.receives(ack().ack(1 + 4 * BASE)).takeAllSent();
            for (int i = 5; i <= 10; i++) {
                scene.receives(ack().ack(1 + i * BASE));
                assertEquals(1, scene.count(TcpCounter.MTU_PROBES));
            }
        }
    }

    // With what routers say.

    @Test
    void reportAboutAProbeBoundsTheSearch() {
        try (TcpScene scene = flying()) {
            scene.receives(ack().ack(1 + 4 * BASE)).takeAllSent();
            int probe = 1 + 10 * BASE;
            byte[] payload = numbered(probe, FIRST_PROBE);
            scene.receivesTooBig(1100, Segment.segment(".").seq(probe).payload(payload));
            scene.receives(ack().ack(probe)).takeAllSent();
            int after = probe + FIRST_PROBE;
            scene.receives(ack().ack(probe).sack(after, after + 4 * BASE)).after(20);
            assertEquals(1, scene.count(TcpCounter.MTU_PROBES_LOST));
            assertEquals(0, scene.count(TcpCounter.FAST_RECOVERIES));
            for (int i = 1; i <= 40; i++) {
                scene.receives(ack());
            }
            assertEquals(2, scene.count(TcpCounter.MTU_PROBES), scene::describe);
            assertTrue(lengths(scene).stream().allMatch(length -> length <= 1060));
        }
    }

    @Test
    void reportBelowWhatWasFoundMakesSegmentsShorter() {
        try (TcpScene scene = flying()) {
            scene.receivesTooBig(800, Segment.segment(".").seq(1).payload(numbered(1, BASE)));
            assertEquals(760, scene.connection.maximumSegmentSize());
            assertTrue(lengths(scene).stream().allMatch(length -> length <= 760));
        }
    }
}
