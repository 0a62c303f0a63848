package onload.ip;

import onload.ip.support.KeyedHash;

import java.util.random.RandomGenerator;

/**
 * The identification of datagrams that may be fragmented: unique for a while to each pair of addresses and protocol
 * (RFC 6864, section 4.3), and not to be foretold by others (RFC 7739).
 *
 * <p>Pairs share counters by a keyed hash, and each step is random, so that nobody learns from a counter how much is
 * sent to others.
 */
final class Identifications {
    private static final int COUNTERS = 1024;
    private static final int MAX_STEP = 8;

    private final RandomGenerator random;
    private final KeyedHash hash;
    private final int[] counters = new int[COUNTERS];

    Identifications(RandomGenerator random) {
        this.random = random;
        this.hash = new KeyedHash(random.nextLong());
        for (int i = 0; i < COUNTERS; i++) {
            counters[i] = random.nextInt();
        }
    }

    /** {@return the next identification, 32 bits; IPv4 takes the lower 16} */
    int next(long sourceLow, long destinationHigh, long destinationLow, int protocol) {
        long x = hash.of(sourceLow ^ destinationHigh, destinationLow, protocol);
        int at = (int) (x >>> 32) & (COUNTERS - 1);
        counters[at] += 1 + random.nextInt(MAX_STEP);
        return counters[at];
    }
}
