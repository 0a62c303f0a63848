package onload.tcp.handshake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.AllocatedBytes;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.util.SplittableRandom;

/** Cookies that a server gives (RFC 7413, section 4.1.2). */
class FastOpenCookiesTest {
    private static final long STEP_NS = 1L << 43;
    private static final int AT = 3;

    private final FastOpenCookies cookies = new FastOpenCookies(new SplittableRandom(1));
    private final UnsafeBuffer made = new UnsafeBuffer(new byte[FastOpenCookies.LENGTH]);
    private final UnsafeBuffer option = new UnsafeBuffer(new byte[32]);

    private void make(long nowNs) {
        cookies.make(1, 2, 3, 4, made, nowNs);
        option.putBytes(AT, made, 0, FastOpenCookies.LENGTH);
    }

    private int check(long nowNs) {
        return cookies.check(1, 2, 3, 4, option, AT, FastOpenCookies.LENGTH, nowNs);
    }

    @Test
    void cookieIsGoodForItsStepAndAgingInTheNextWhateverTheTimeIs() {
        long[] times = {0, 5, -1, -STEP_NS, Long.MAX_VALUE - STEP_NS, Long.MAX_VALUE, 77 * STEP_NS};
        for (long madeNs : times) {
            make(madeNs);
            long begin = madeNs >> 43 << 43;
            assertEquals(FastOpenCookies.GOOD, check(madeNs), "made at " + madeNs);
            assertEquals(FastOpenCookies.GOOD, check(begin));
            assertEquals(FastOpenCookies.GOOD, check(begin + STEP_NS - 1));
            assertEquals(FastOpenCookies.AGING, check(begin + STEP_NS));
            assertEquals(FastOpenCookies.AGING, check(begin + 2 * STEP_NS - 1));
            assertEquals(FastOpenCookies.INVALID, check(begin + 2 * STEP_NS));
            assertEquals(FastOpenCookies.INVALID, check(begin - 1), "a cookie of the future");
        }
    }

    @Test
    void everyBitOfTheCookieCounts() {
        make(0);
        for (int bit = 0; bit < 8 * FastOpenCookies.LENGTH; bit++) {
            int at = AT + bit / 8;
            byte right = option.getByte(at);
            option.putByte(at, (byte) (right ^ 1 << bit % 8));
            assertEquals(FastOpenCookies.INVALID, check(0), "bit " + bit);
            option.putByte(at, right);
        }
        assertEquals(FastOpenCookies.GOOD, check(0));
    }

    @Test
    void cookieIsOfBothAddresses() {
        make(0);
        for (int i = 0; i < 4; i++) {
            long[] a = {1, 2, 3, 4};
            a[i] ^= 1L << 17;
            int answer =
                    cookies.check(a[0], a[1], a[2], a[3], option, AT, FastOpenCookies.LENGTH, 0);
            assertEquals(FastOpenCookies.INVALID, answer);
        }
    }

    @Test
    void otherLengthsAreInvalidThoughTheBytesAreRight() {
        make(0);
        for (int length = 0; length <= 16; length++) {
            int answer = cookies.check(1, 2, 3, 4, option, AT, length, 0);
            int expected =
                    length == FastOpenCookies.LENGTH
                            ? FastOpenCookies.GOOD
                            : FastOpenCookies.INVALID;
            assertEquals(expected, answer, "length " + length);
        }
    }

    @Test
    void cookiesOfAnotherSecretAreInvalid() {
        FastOpenCookies others = new FastOpenCookies(new SplittableRandom(2));
        others.make(1, 2, 3, 4, made, 0);
        option.putBytes(AT, made, 0, FastOpenCookies.LENGTH);
        assertEquals(FastOpenCookies.INVALID, check(0));
    }

    @Test
    void nothingIsAllocated() {
        int[] good = new int[1];
        long bytes =
                AllocatedBytes.perRun(
                        3,
                        10,
                        () -> {
                            for (int i = 0; i < 1000; i++) {
                                make(i);
                                good[0] += check(i);
                            }
                        });
        assertEquals(0, bytes);
        assertTrue(good[0] > 0);
    }
}
