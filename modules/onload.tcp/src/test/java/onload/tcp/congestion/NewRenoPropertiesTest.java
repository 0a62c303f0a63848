package onload.tcp.congestion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.Property;
import onload.testkit.base.Randomness;

import org.junit.jupiter.api.Test;

/** What holds whatever a peer acknowledges, loses, or pretends. */
class NewRenoPropertiesTest {
    private static final int MOST = CongestionControl.MAX_WINDOW;

    private static int mss(Randomness random) {
        return random.flip() ? random.oneOf(536, 1220, 1460, 8940) : random.between(1, 65535);
    }

    /** Sizes of all magnitudes, and those at the ends. */
    private static int size(Randomness random) {
        return random.between(0, Integer.MAX_VALUE) >>> random.between(0, 30);
    }

    private static NewReno avoiding(Randomness random, int mss) {
        NewReno reno = new NewReno();
        reno.start(MOST, mss);
        reno.lossDetected(size(random), mss, 0);
        assertEquals(reno.ssthresh(), reno.cwnd());
        return reno;
    }

    @Test
    void windowsStayInTheirRangesThroughAnySequenceOfEvents() {
        Property.forAll(
                2000,
                random -> {
                    int mss = mss(random);
                    NewReno reno = new NewReno();
                    reno.start(CongestionControl.initialWindow(mss), mss);
                    for (int i = 0; i < 200; i++) {
                        int event = random.between(0, 7);
                        mss = happen(reno, event, mss, random);
                        assertInRange(reno, mss, event);
                    }
                });
    }

    private static int happen(NewReno reno, int event, int mss, Randomness random) {
        int size = size(random);
        switch (event) {
            case 0 -> reno.lossDetected(size, mss, 0);
            case 1 -> reno.recoveryEnded(size, mss, 0);
            case 2 -> reno.timedOut(size, mss, random.flip(), 0);
            case 3 -> reno.undo();
            case 4 -> reno.idle(CongestionControl.initialWindow(mss), random.anyLong(), size);
            case 5 -> {
                int after = mss(random);
                reno.segmentSizeChanged(mss, after);
                return after;
            }
            default ->
                    reno.acknowledged(
                            Samples.acknowledged(size, mss, random.chance(0.9), random.anyLong()));
        }
        return mss;
    }

    private static void assertInRange(NewReno reno, int mss, int event) {
        int cwnd = reno.cwnd();
        int ssthresh = reno.ssthresh();
        assertTrue(
                cwnd >= mss && cwnd <= MOST && ssthresh >= 2 * mss && ssthresh <= MOST,
                () -> "event %d, mss %d: %d, %d".formatted(event, mss, cwnd, ssthresh));
    }

    @Test
    void avoidanceAddsASegmentInARoundTripAtMostWhateverThePiecesOfItsAcknowledgments() {
        Property.forAll(
                300,
                random -> {
                    int mss = mss(random);
                    NewReno reno = avoiding(random, mss);
                    for (int round = 0; round < 20; round++) {
                        int before = reno.cwnd();
                        acknowledgeInPieces(reno, before, mss, random);
                        int grown = reno.cwnd() - before;
                        assertTrue(grown >= 0 && grown <= mss, () -> "grown by " + grown);
                    }
                });
    }

    @Test
    void avoidanceDoesAddASegmentInARoundTripWhateverThePiecesOfItsAcknowledgments() {
        Property.forAll(
                300,
                random -> {
                    int mss = mss(random);
                    NewReno reno = avoiding(random, mss);
                    int before = reno.cwnd();
                    acknowledgeInPieces(reno, before, mss, random);
                    assertEquals(Math.min(MOST, before + mss), reno.cwnd());
                });
    }

    @Test
    void slowStartNeverAddsMoreThanIsAcknowledged() {
        Property.forAll(
                300,
                random -> {
                    int mss = mss(random);
                    NewReno reno = new NewReno();
                    reno.start(CongestionControl.initialWindow(mss), mss);
                    for (int round = 0; round < 10; round++) {
                        int before = reno.cwnd();
                        acknowledgeInPieces(reno, before, mss, random);
                        int grown = reno.cwnd() - before;
                        assertTrue(grown >= 0 && grown <= before, () -> "grown by " + grown);
                    }
                });
    }

    /** A few pieces, or many as in an attack by divided acknowledgments, then what remains. */
    private static void acknowledgeInPieces(NewReno reno, int total, int mss, Randomness random) {
        int left = total;
        int largest = random.flip() ? 1 : Math.max(1, size(random));
        for (int i = random.between(0, 2000); i > 0 && left > 0; i--) {
            int piece = Math.min(left, random.between(1, largest));
            reno.acknowledged(Samples.acknowledged(piece, mss, true, 0));
            left -= piece;
        }
        reno.acknowledged(Samples.acknowledged(left, mss, true, 0));
    }

    @Test
    void lossTimeoutAndIdleTimeNeverRaiseAWindowAboveTwoSegments() {
        Property.forAll(
                2000,
                random -> {
                    int mss = mss(random);
                    NewReno reno = new NewReno();
                    reno.start(Math.clamp(size(random), mss, MOST), mss);
                    for (int i = 0; i < 20; i++) {
                        int before = Math.max(reno.cwnd(), 2 * mss);
                        int event = random.oneOf(0, 2, 4);
                        happen(reno, event, mss, random);
                        int after = reno.cwnd();
                        assertTrue(after <= before, () -> "event %d: %d".formatted(event, after));
                    }
                });
    }

    @Test
    void undoGivesBackExactlyWhatOneReductionTook() {
        Property.forAll(
                2000,
                random -> {
                    int mss = mss(random);
                    NewReno reno = avoiding(random, mss);
                    int cwnd = reno.cwnd();
                    int ssthresh = reno.ssthresh();
                    int flight = Math.min(cwnd, size(random));
                    if (random.flip()) {
                        reno.lossDetected(flight, mss, 0);
                    } else {
                        reno.timedOut(flight, mss, true, 0);
                        reno.timedOut(size(random), mss, false, 0);
                    }
                    reno.undo();
                    assertEquals(cwnd, reno.cwnd());
                    assertEquals(ssthresh, reno.ssthresh());
                });
    }
}
