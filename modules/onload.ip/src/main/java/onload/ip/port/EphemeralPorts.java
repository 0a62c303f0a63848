package onload.ip.port;

import onload.ip.support.KeyedHash;

import java.util.random.RandomGenerator;

/**
 * Local ports that nobody asked for by number: not to be foretold by others, and not soon used again for the same peer
 * (RFC 6056, algorithm 4: each peer has a place to begin under a secret, and one of many counters that go on from
 * there).
 *
 * <p>Belongs to the thread that has the stack's lock.
 */
public final class EphemeralPorts {
    /** Answer: no port is free. */
    public static final int NONE = -1;

    /** The first port of the usual range, that of Linux. */
    public static final int DEFAULT_FIRST = 32768;

    /** The last port of the usual range. */
    public static final int DEFAULT_LAST = 60999;

    private static final int COUNTERS = 256;

    private final int first;
    private final int count;
    private final KeyedHash offsets;
    private final KeyedHash places;
    private final int[] counters = new int[COUNTERS];

    /** Says whether a port may be taken; made once by its user, since a call must not allocate. */
    @FunctionalInterface
    public interface Availability {
        /** {@return whether nobody has the port, for what it is wanted} */
        boolean isFree(int port);
    }

    /**
     * Makes a selection.
     *
     * @param first the first port of the range, ≥ 1
     * @param last the last one, ≤ 65535
     * @param random of the secrets
     * @throws IllegalArgumentException if there is no port in the range
     */
    public EphemeralPorts(int first, int last, RandomGenerator random) {
        if (first < 1 || last > 0xFFFF || first > last) {
            throw new IllegalArgumentException(
                    "local ports cannot be from %d to %d; expected a range within 1 to 65535"
                            .formatted(first, last));
        }
        this.first = first;
        this.count = last - first + 1;
        offsets = new KeyedHash(random.nextLong());
        places = new KeyedHash(random.nextLong());
        for (int i = 0; i < COUNTERS; i++) {
            counters[i] = random.nextInt();
        }
    }

    /**
     * {@return a free port, or {@link #NONE}} All of the range are asked for at most.
     *
     * @param remoteHigh high half of the peer's address; all three 0 if there is no peer yet
     * @param remoteLow its low half
     * @param remotePort its port
     * @param availability who has which
     */
    public int select(long remoteHigh, long remoteLow, int remotePort, Availability availability) {
        int offset = (int) (offsets.of(remoteHigh, remoteLow, remotePort) >>> 33);
        int place = (int) (places.of(remoteHigh, remoteLow, remotePort) >>> 56);
        for (int i = 0; i < count; i++) {
            int step = counters[place]++;
            int port = first + Math.floorMod((long) offset + step, count);
            if (availability.isFree(port)) {
                return port;
            }
        }
        return NONE;
    }
}
