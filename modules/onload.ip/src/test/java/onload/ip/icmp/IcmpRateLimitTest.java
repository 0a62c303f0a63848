package onload.ip.icmp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.Property;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

class IcmpRateLimitTest {
    private static final long SECOND_NS = 1_000_000_000L;

    /** An error costs one token, always. */
    private static final RandomGenerator EVEN =
            new RandomGenerator() {
                @Override
                public long nextLong() {
                    throw new AssertionError("asked for more than a cost");
                }

                @Override
                public int nextInt(int bound) {
                    assertEquals(3, bound);
                    return 1;
                }
            };

    private static final IcmpOptions OPTIONS =
            IcmpOptions.DEFAULT.withErrors(100, 20).withDestinationErrors(10, 5, 256);

    @Test
    void oneDestinationGetsItsBurstAndNoMore() {
        IcmpRateLimit limit = new IcmpRateLimit(OPTIONS, 7, EVEN);
        assertEquals(5, errors(limit, 1, 100, 0));
    }

    @Test
    void allDestinationsTogetherGetTheBurstOfAll() {
        IcmpRateLimit limit = new IcmpRateLimit(OPTIONS, 7, EVEN);
        int sent = 0;
        for (int destination = 0; destination < 1000; destination++) {
            sent += errors(limit, destination, 1, 0);
        }
        assertEquals(20, sent);
    }

    @Test
    void aDestinationThatProvokesManyDoesNotUseUpWhatOthersAreOwed() {
        IcmpRateLimit limit = new IcmpRateLimit(OPTIONS, 7, EVEN);
        assertEquals(5, errors(limit, 1, 1_000_000, 0));
        assertEquals(3, errors(limit, 2, 3, 0));
    }

    @Test
    void tokensComeBackAtTheRateOfTheDestination() {
        IcmpRateLimit limit = new IcmpRateLimit(OPTIONS, 7, EVEN);
        errors(limit, 1, 5, 0);
        assertFalse(limit.mayError(0, 1, SECOND_NS / 10 - 1));
        assertTrue(limit.mayError(0, 1, SECOND_NS / 10));
        assertFalse(limit.mayError(0, 1, SECOND_NS / 10));
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MIN_VALUE / 2, -1, 0, Long.MAX_VALUE / 2})
    void theClockMayBeginAnywhere(long nowNs) {
        IcmpRateLimit limit = new IcmpRateLimit(OPTIONS, 7, EVEN);
        assertEquals(5, errors(limit, 1, 100, nowNs));
        assertEquals(5, errors(limit, 1, 100, nowNs + SECOND_NS));
        assertTrue(limit.mayEcho(nowNs));
    }

    @Test
    void thatAnErrorCostsNoneToTwoTokensDoesNotRaiseTheRate() {
        IcmpOptions options = OPTIONS.withErrors(100, 1).withDestinationErrors(1000, 1000, 1);
        IcmpRateLimit limit = new IcmpRateLimit(options, 7, new SplittableRandom(5));
        int sent = 0;
        for (long nowNs = 0; nowNs < 100 * SECOND_NS; nowNs += SECOND_NS / 1000) {
            sent += errors(limit, 1, 1, nowNs);
        }
        assertEquals(10_000, sent, 400);
    }

    @Test
    void theBurstThatIsSeenVariesSoThatOnlookersCannotCount() {
        IcmpOptions options = IcmpOptions.DEFAULT.withDestinationErrors(1000, 1000, 1);
        int[] seen = new int[256];
        for (int seed = 0; seed < 200; seed++) {
            seen[burst(new IcmpRateLimit(options, 7, new SplittableRandom(seed)))]++;
        }
        int different = 0;
        int most = 0;
        for (int count : seen) {
            different += count > 0 ? 1 : 0;
            most = Math.max(most, count);
        }
        assertTrue(different > 10, "bursts of " + different + " lengths only");
        assertTrue(most < 50, "one length of burst came " + most + " times of 200");
    }

    private static int burst(IcmpRateLimit limit) {
        int sent = 0;
        while (limit.mayError(0, 1, 0)) {
            sent++;
        }
        return sent;
    }

    @Test
    void whoSharesABucketDependsOnTheKey() {
        int partner = partner(1);
        int withOtherKeys = 0;
        for (long key = 2; key < 102; key++) {
            withOtherKeys += shares(key, partner) ? 1 : 0;
        }
        assertTrue(withOtherKeys < 10, withOtherKeys + " of 100 keys have the same collision");
    }

    /** An address that shares the bucket of the address 0 with a key. */
    private static int partner(long key) {
        int address = 1;
        while (!shares(key, address)) {
            address++;
        }
        return address;
    }

    private static boolean shares(long key, int address) {
        IcmpRateLimit limit = new IcmpRateLimit(OPTIONS, key, EVEN);
        errors(limit, 0, 5, 0);
        return !limit.mayError(0, address, 0);
    }

    @Test
    void neighboringAddressesSpreadOverTheBuckets() {
        Property.forAll(
                20,
                random -> {
                    IcmpOptions options =
                            OPTIONS.withErrors(1000, 100_000).withDestinationErrors(1, 1, 256);
                    IcmpRateLimit limit = new IcmpRateLimit(options, random.anyLong(), EVEN);
                    long high = random.anyLong();
                    int buckets = 0;
                    for (int i = 0; i < 256; i++) {
                        buckets += limit.mayError(high, i, 0) ? 1 : 0;
                    }
                    // By chance 63 of 100 buckets are hit, give or take two.
                    assertEquals(162, buckets, 40);
                });
    }

    @Test
    void anyNumberOfDestinationsFromOneOnWorks() {
        for (int destinations : new int[] {1, 2, 3, 255, 65_536}) {
            IcmpOptions options = OPTIONS.withDestinationErrors(10, 5, destinations);
            IcmpRateLimit limit = new IcmpRateLimit(options, -1, EVEN);
            for (long low = -50; low < 50; low++) {
                limit.mayError(low * 0x1234_5678_9ABCL, low, 0);
            }
        }
    }

    @Test
    void echoRepliesHaveALimitOfTheirOwn() {
        IcmpRateLimit limit = new IcmpRateLimit(OPTIONS.withEchoReplies(10, 3), 7, EVEN);
        errors(limit, 1, 100, 0);
        int sent = 0;
        for (int i = 0; i < 100; i++) {
            sent += limit.mayEcho(0) ? 1 : 0;
        }
        assertEquals(3, sent);
        assertTrue(limit.mayError(0, 2, 0));
        assertFalse(limit.mayEcho(SECOND_NS / 10 - 1));
        assertTrue(limit.mayEcho(SECOND_NS / 10));
    }

    @Test
    void aRateOfNoErrorsSendsNone() {
        IcmpRateLimit limit = new IcmpRateLimit(OPTIONS.withErrors(0, 1), 7, EVEN);
        assertEquals(0, errors(limit, 1, 10, 0));
        assertEquals(0, errors(limit, 1, 10, 1000 * SECOND_NS));
        assertTrue(limit.mayEcho(0));
    }

    @Test
    void aRateOfNoEchoRepliesAnswersNone() {
        IcmpRateLimit limit = new IcmpRateLimit(OPTIONS.withEchoReplies(0, 1), 7, EVEN);
        assertFalse(limit.mayEcho(0));
        assertFalse(limit.mayEcho(1000 * SECOND_NS));
    }

    private static int errors(IcmpRateLimit limit, long low, int attempts, long nowNs) {
        int sent = 0;
        for (int i = 0; i < attempts; i++) {
            sent += limit.mayError(0, low, nowNs) ? 1 : 0;
        }
        return sent;
    }
}
