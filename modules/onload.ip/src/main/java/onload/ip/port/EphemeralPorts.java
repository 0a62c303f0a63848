package onload.ip.port;

import java.util.random.RandomGenerator;

/**
 * Chooses ephemeral ports: the double-hash algorithm of RFC 6056, section 3.3.4, whose counters move on by random steps
 * (section 3.3.5), so that neither the port of one flow nor the number of flows shows from that of another.
 *
 * <p>The first candidate is an offset for the flow, a keyed hash of what the flow is told apart by, plus one of several
 * counters. Candidates follow upward, round the range, each once; the search ends after a bounded number of them.
 * Uniqueness is what the seam {@link FreePort} says: the port alone, or port and peer.
 *
 * <p>Belongs to the thread that has the stack's lock. Choosing allocates nothing.
 */
public final class EphemeralPorts {
    /** Answer: no port was free among those that were looked at. */
    public static final int NONE_FREE = -1;

    /** First port of the range by default, as on Linux. */
    public static final int DEFAULT_FIRST = 32768;

    /** Last port of the range by default. */
    public static final int DEFAULT_LAST = 60999;

    /** Most a counter moves on by at a time: RFC 6056's trade-off N of section 3.3.5, small so that reuse is late. */
    private static final int MAX_STEP = 64;

    private static final int COUNTERS = 256;
    private static final int MAX_PORT = 65535;

    private final RandomGenerator random;
    private final int[] counters = new int[COUNTERS];
    private int first = DEFAULT_FIRST;
    private int last = DEFAULT_LAST;

    /**
     * Makes one with the default range.
     *
     * @param random source of what others should not foretell
     */
    public EphemeralPorts(RandomGenerator random) {
        this.random = random;
        for (int i = 0; i < COUNTERS; i++) {
            counters[i] = random.nextInt();
        }
    }

    /**
     * Sets the range that ports are chosen from; those chosen before stay as they are.
     *
     * @param first 1 to {@code last}
     * @param last the last one that belongs to it, to 65535
     * @throws IllegalArgumentException if they are not in this order
     */
    public void range(int first, int last) {
        if (first < 1 || last < first || last > MAX_PORT) {
            throw new IllegalArgumentException(
                    "ephemeral ports cannot be from %d to %d; expected 1 ≤ first ≤ last ≤ 65535"
                            .formatted(first, last));
        }
        this.first = first;
        this.last = last;
    }

    /** {@return the first port of the range} */
    public int first() {
        return first;
    }

    /** {@return the last port of the range} */
    public int last() {
        return last;
    }

    /**
     * Chooses a port and looks at the whole range for it if it has to.
     *
     * @param hash of what the flow is told apart by (RFC 6056: addresses and the peer's port) under a secret
     *     key; random bits where there is nothing
     * @return the port; or {@link #NONE_FREE}
     */
    public int next(long hash, FreePort ports) {
        return next(hash, ports, last - first + 1);
    }

    /**
     * Chooses a port.
     *
     * @param hash of what the flow is told apart by under a secret key; random bits where there is nothing
     * @param most candidates to look at, ≥ 1
     * @return the port; or {@link #NONE_FREE}
     */
    public int next(long hash, FreePort ports, int most) {
        int count = last - first + 1;
        int index = (int) (hash >>> 32) & (COUNTERS - 1);
        counters[index] += 1 + random.nextInt(MAX_STEP);
        int offset = (int) ((hash & 0xFFFF_FFFFL) % count);
        int candidate = (int) ((offset + (counters[index] & 0xFFFF_FFFFL)) % count);
        for (int tried = Math.min(most, count); tried > 0; tried--) {
            if (ports.isFree(first + candidate)) {
                return first + candidate;
            }
            candidate++;
            if (candidate == count) {
                candidate = 0;
            }
        }
        return NONE_FREE;
    }
}
