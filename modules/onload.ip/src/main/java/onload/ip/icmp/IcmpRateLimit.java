package onload.ip.icmp;

import onload.ip.support.KeyedHash;
import onload.ip.support.TokenBucket;

import org.jspecify.annotations.Nullable;

import java.util.random.RandomGenerator;

/**
 * How many ICMP messages this host sends: errors over all destinations and to each one (RFC 1812, section 4.3.2.8;
 * RFC 4443, section 2.4 f), echo replies apart from them.
 *
 * <p>Destinations are told apart by a keyed hash into a fixed number of token buckets: nobody outside can choose an
 * address that shares another's bucket, and a flood from forged addresses costs no memory. It can empty all of them,
 * and then the limit over all still holds. A destination's bucket is asked first, so that who has emptied his own
 * takes nothing from the others.
 *
 * <p>A limit that all share tells an onlooker how many errors went to others, by which closed ports can be told from
 * open ones through a forged source (CVE-2020-25705). Therefore an error costs none, one or two tokens by chance,
 * one in the mean: the number that goes out says nothing exact, and over time the rate holds.
 *
 * <p>Single-threaded, under the lock of the stack. Nothing is allocated after construction.
 */
public final class IcmpRateLimit {
    /** An error costs 0 to one less than this many tokens: 1 in the mean. */
    private static final int COSTS = 3;

    private final RandomGenerator random;
    private final KeyedHash hash;
    private final @Nullable TokenBucket errors;
    private final TokenBucket[] destinations;
    private final @Nullable TokenBucket echoReplies;

    /**
     * Makes the limits, with all buckets full.
     *
     * @param options how much
     * @param hashKey random bits, by which destinations are told apart
     * @param random decides what an error costs
     */
    public IcmpRateLimit(IcmpOptions options, long hashKey, RandomGenerator random) {
        this.random = random;
        hash = new KeyedHash(hashKey);
        errors = bucket(options.errorsPerSecond(), options.errorBurst());
        destinations = new TokenBucket[options.destinations()];
        for (int i = 0; i < destinations.length; i++) {
            destinations[i] =
                    new TokenBucket(
                            options.destinationErrorsPerSecond(), options.destinationErrorBurst());
        }
        echoReplies = bucket(options.echoRepliesPerSecond(), options.echoBurst());
    }

    private static @Nullable TokenBucket bucket(int perSecond, int burst) {
        return perSecond == 0 ? null : new TokenBucket(perSecond, burst);
    }

    /**
     * {@return whether an error may be sent to a destination now; if so, it counts as sent} Asked last, after {@link
     * IcmpErrorRules}.
     *
     * @param high high half of the destination's address, IPv4 as IPv4-mapped
     * @param low low half
     * @param nowNs the time
     */
    public boolean mayError(long high, long low, long nowNs) {
        return errors != null
                && destinations[slot(high, low)].take(nowNs)
                && errors.take(nowNs, random.nextInt(COSTS));
    }

    /**
     * {@return whether an echo request may be answered now; if so, it counts as answered}
     *
     * @param nowNs the time
     */
    public boolean mayEcho(long nowNs) {
        return echoReplies != null && echoReplies.take(nowNs);
    }

    private int slot(long high, long low) {
        long x = hash.of(high, low, 0);
        // The upper bits are the best ones; scaled, they need no power of two.
        return (int) (((x >>> 32) * destinations.length) >>> 32);
    }
}
