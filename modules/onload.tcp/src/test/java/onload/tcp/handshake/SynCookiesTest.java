package onload.tcp.handshake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.Property;

import org.junit.jupiter.api.Test;

import java.util.SplittableRandom;

class SynCookiesTest {
    private static final long STEP_NS = 1L << 36;

    private final SynCookies cookies = new SynCookies(new SplittableRandom(1));

    private int make(int mss, long nowNs) {
        return cookies.make(1, 2, 3, 4, 5, 6, mss, nowNs);
    }

    private int check(int cookie, long nowNs) {
        return cookies.check(1, 2, 3, 4, 5, 6, cookie, nowNs);
    }

    @Test
    void aCookieHoldsTheLargestSizeThatIsNotAboveThePeers() {
        assertEquals(536, check(make(536, 0), 0));
        assertEquals(536, check(make(1219, 0), 0));
        assertEquals(1220, check(make(1220, 0), 0));
        assertEquals(1460, check(make(1460, 0), 0));
        assertEquals(1460, check(make(8939, 0), 0));
        assertEquals(8940, check(make(65535, 0), 0));
        assertEquals(216, check(make(0, 0), 0));
    }

    @Test
    void aCookieIsGoodForAStepAndNoLongerThanTwo() {
        int cookie = make(1460, 0);
        assertEquals(1460, check(cookie, 2 * STEP_NS - 1));
        assertEquals(SynCookies.EXPIRED, check(cookie, 2 * STEP_NS));
        assertEquals(SynCookies.EXPIRED, check(cookie, 31 * STEP_NS));
    }

    @Test
    void aCookieIsNotGoodAgainWhenItsTimeFieldHasWrapped() {
        int cookie = make(1460, 0);
        assertEquals(SynCookies.INVALID, check(cookie, 32 * STEP_NS));
        assertEquals(SynCookies.INVALID, check(cookie, 33 * STEP_NS));
    }

    @Test
    void aCookieOfTheFutureIsNone() {
        assertTrue(check(make(1460, STEP_NS), 0) < 0);
    }

    @Test
    void cookiesWorkWhereTheTimeIsNegativeOrWraps() {
        assertEquals(1460, check(make(1460, -1), 0));
        assertEquals(1460, check(make(1460, Long.MIN_VALUE), Long.MIN_VALUE + STEP_NS));
        assertEquals(1460, check(make(1460, Long.MAX_VALUE), Long.MIN_VALUE));
    }

    @Test
    void noPartOfTheTupleCanBeAnother() {
        int cookie = make(1460, 0);
        assertTrue(cookies.check(9, 2, 3, 4, 5, 6, cookie, 0) < 0);
        assertTrue(cookies.check(1, 9, 3, 4, 5, 6, cookie, 0) < 0);
        assertTrue(cookies.check(1, 2, 9, 4, 5, 6, cookie, 0) < 0);
        assertTrue(cookies.check(1, 2, 3, 9, 5, 6, cookie, 0) < 0);
        assertTrue(cookies.check(1, 2, 3, 4, 9, 6, cookie, 0) < 0);
        assertTrue(cookies.check(1, 2, 3, 4, 5, 9, cookie, 0) < 0);
        SynCookies others = new SynCookies(new SplittableRandom(2));
        assertTrue(others.check(1, 2, 3, 4, 5, 6, cookie, 0) < 0);
    }

    @Test
    void noBitOfACookieCanBeChanged() {
        int cookie = make(1460, 0);
        for (int bit = 0; bit < 32; bit++) {
            assertTrue(check(cookie ^ 1 << bit, 0) < 0, "bit " + bit);
        }
    }

    @Test
    void guessesFail() {
        SplittableRandom random = new SplittableRandom(3);
        int hits = 0;
        for (int i = 0; i < 100_000; i++) {
            hits += check(random.nextInt(), 0) >= 0 ? 1 : 0;
        }
        // One of 2^24 hits in two of 32 steps.
        assertEquals(0, hits);
    }

    @Test
    void twoPeersGetDifferentCookies() {
        assertNotEquals(make(1460, 0), cookies.make(1, 2, 3, 7, 5, 6, 1460, 0));
    }

    @Test
    void aTimestampCarriesEachScaleAndSack() {
        for (int scale = 0; scale <= SynCookies.NO_SCALE; scale++) {
            for (int timestamp : new int[] {0, 1, -1, 12345, Integer.MAX_VALUE, 1 << 31}) {
                int with = SynCookies.timestampWith(timestamp, scale, true, false);
                int without = SynCookies.timestampWith(timestamp, scale, false, false);
                assertEquals(scale, SynCookies.windowScaleOf(with));
                assertEquals(scale, SynCookies.windowScaleOf(without));
                assertTrue(SynCookies.sackPermittedOf(with));
                assertTrue(!SynCookies.sackPermittedOf(without));
            }
        }
    }

    @Test
    void aTimestampCarriesEcnBesideTheOthers() {
        for (int timestamp : new int[] {0, 1, -1, 12345, Integer.MAX_VALUE, 1 << 31}) {
            int with = SynCookies.timestampWith(timestamp, 14, false, true);
            int without = SynCookies.timestampWith(timestamp, 14, true, false);
            assertTrue(SynCookies.ecnOf(with));
            assertTrue(!SynCookies.ecnOf(without));
            assertEquals(14, SynCookies.windowScaleOf(with));
            assertTrue(!SynCookies.sackPermittedOf(with));
        }
    }

    @Test
    void aTimestampThatCarriesIsNeverLaterAndSixtyFourEarlierAtMost() {
        Property.forAll(
                1000,
                random -> {
                    int timestamp = (int) random.anyLong();
                    int scale = (int) (random.anyLong() & 0xF);
                    int back = timestamp - SynCookies.timestampWith(timestamp, scale, true, false);
                    assertTrue(back >= 0 && back < 64, () -> "back by " + back);
                });
    }
}
