package onload.ip.support;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.Property;

import org.junit.jupiter.api.Test;

class TokenBucketTest {
    private static final long SECOND_NS = 1_000_000_000L;

    @Test
    void aFullBucketHoldsItsBurst() {
        TokenBucket bucket = new TokenBucket(10, 5);
        for (int i = 0; i < 5; i++) {
            assertTrue(bucket.take(0));
        }
        assertFalse(bucket.take(0));
    }

    @Test
    void oneTokenFlowsInEachInterval() {
        TokenBucket bucket = new TokenBucket(10, 1);
        assertTrue(bucket.take(0));
        assertFalse(bucket.take(SECOND_NS / 10 - 1));
        assertTrue(bucket.take(SECOND_NS / 10));
    }

    @Test
    void refusalsCostNothing() {
        TokenBucket bucket = new TokenBucket(10, 1);
        assertTrue(bucket.take(0));
        for (int i = 0; i < 1_000_000; i++) {
            assertFalse(bucket.take(1));
        }
        assertTrue(bucket.take(SECOND_NS / 10));
    }

    @Test
    void timeMayBeginAnywhere() {
        for (long startNs : new long[] {Long.MIN_VALUE / 2, -1, 0, Long.MAX_VALUE / 2}) {
            TokenBucket bucket = new TokenBucket(1, 2);
            assertTrue(bucket.take(startNs));
            assertTrue(bucket.take(startNs));
            assertFalse(bucket.take(startNs));
            assertTrue(bucket.take(startNs + SECOND_NS));
        }
    }

    @Test
    void overTimeNoMoreThanTheRateIsTaken() {
        Property.forAll(
                200,
                random -> {
                    int rate = random.between(1, 1000);
                    int burst = random.between(1, 50);
                    TokenBucket bucket = new TokenBucket(rate, burst);
                    long nowNs = random.between(-1000, 1000);
                    long endNs = nowNs + 3 * SECOND_NS;
                    long taken = 0;
                    while (nowNs < endNs) {
                        taken += bucket.take(nowNs) ? 1 : 0;
                        nowNs += random.between(1, 2_000_000);
                    }
                    assertTrue(taken <= 3L * rate + burst + 1, "taken " + taken);
                });
    }

    @Test
    void ratesThatCannotBeAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new TokenBucket(0, 1));
        assertThrows(IllegalArgumentException.class, () -> new TokenBucket(1, 0));
        assertThrows(IllegalArgumentException.class, () -> new TokenBucket(1_000_000_001, 1));
    }
}
