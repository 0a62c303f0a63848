package onload.tcp.handshake;

import java.util.random.RandomGenerator;

/**
 * SYN cookies (RFC 4987, section 3.6): the initial sequence number of a SYN-ACK that is not remembered, from which the
 * acknowledgment of it can be known for what it is. It holds the time in steps of 2^36 ns (69 s), the nearest of eight
 * segment sizes, and a keyed hash of both with the tuple and the peer's initial sequence number. It is good in the step
 * that it was made in and in the next.
 *
 * <pre>
 *   31      27 26    24 23                            0
 *  +----------+--------+-------------------------------+
 *  |  minute  |  size  |  hash                         |
 *  +----------+--------+-------------------------------+
 * </pre>
 *
 * <p>The upper eight bits are masked by another hash. Who does not see the cookie cannot choose a time and a size that
 * are good now and only try hashes: of 2^32 guesses 16 hit, those of two steps and eight sizes. The secret stays for
 * the life of this object; the time in the hash is what makes old cookies worthless.
 *
 * <p>Window scale, SACK and ECN stand in the low six bits of the timestamp that goes with it, if the peer has
 * timestamps.
 */
public final class SynCookies {
    /** Answer: this is no cookie of ours. */
    public static final int INVALID = -1;

    /** Answer: it may have been one, too long ago. */
    public static final int EXPIRED = -2;

    /** There is no window scaling. */
    public static final int NO_SCALE = 15;

    private static final int STEP_SHIFT = 36;
    private static final int STEP_MASK = 0x1F;
    private static final int MOST_STEPS = 2;
    private static final int HASH_MASK = 0xFFFFFF;
    private static final int OPTION_BITS = 6;
    private static final int OPTION_MASK = (1 << OPTION_BITS) - 1;
    private static final int SACK_BIT = 0x10;
    private static final int ECN_BIT = 0x20;
    private static final int[] SIZES = {216, 536, 1220, 1300, 1400, 1440, 1460, 8940};

    private final SipHash hash;

    /**
     * Draws the secret.
     *
     * @param random a source that cannot be foretold
     */
    public SynCookies(RandomGenerator random) {
        hash = new SipHash(random);
    }

    /**
     * {@return a cookie}
     *
     * @param ports the local port in the upper half, the remote one in the lower
     * @param peerIss the sequence number of the SYN
     * @param mss the segment size that the peer asked for; the next smaller one of eight is kept
     */
    public int make(
            long localHigh,
            long localLow,
            long remoteHigh,
            long remoteLow,
            int ports,
            int peerIss,
            int mss,
            long nowNs) {
        int index = SIZES.length - 1;
        while (index > 0 && SIZES[index] > mss) {
            index--;
        }
        int head = step(nowNs) << 3 | index;
        return (head ^ maskOf(localHigh, localLow, remoteHigh, remoteLow, ports, peerIss)) << 24
                | hashOf(
                        localHigh, localLow, remoteHigh, remoteLow, ports, peerIss, head, nowNs, 0);
    }

    /**
     * {@return the segment size that a cookie holds; or {@link #INVALID} or {@link #EXPIRED}}
     *
     * @param ports the local port in the upper half, the remote one in the lower
     * @param peerIss the sequence number of the SYN, which is one less than that of its confirmation
     * @param cookie one less than the acknowledgment number
     */
    public int check(
            long localHigh,
            long localLow,
            long remoteHigh,
            long remoteLow,
            int ports,
            int peerIss,
            int cookie,
            long nowNs) {
        int head =
                cookie >>> 24 ^ maskOf(localHigh, localLow, remoteHigh, remoteLow, ports, peerIss);
        int age = step(nowNs) - (head >>> 3) & STEP_MASK;
        if (age >= MOST_STEPS) {
            return EXPIRED;
        }
        int expected =
                hashOf(
                        localHigh,
                        localLow,
                        remoteHigh,
                        remoteLow,
                        ports,
                        peerIss,
                        head,
                        nowNs,
                        age);
        return (cookie & HASH_MASK) == expected ? SIZES[head & 7] : INVALID;
    }

    /** Eight bits that nobody can know who has not seen a cookie of this tuple and sequence number. */
    private int maskOf(
            long localHigh,
            long localLow,
            long remoteHigh,
            long remoteLow,
            int ports,
            int peerIss) {
        long tail = (long) peerIss << 32 | (ports & 0xFFFFFFFFL);
        return (int) (hash.of(localHigh, localLow, remoteHigh, remoteLow, tail) >>> 56);
    }

    private static int step(long nowNs) {
        return (int) (nowNs >> STEP_SHIFT) & STEP_MASK;
    }

    /** The whole count of steps goes into the hash, so that a cookie is not valid again when the field wraps. */
    private int hashOf(
            long localHigh,
            long localLow,
            long remoteHigh,
            long remoteLow,
            int ports,
            int peerIss,
            int head,
            long nowNs,
            int age) {
        // Shifted back, so that it goes on where the time wraps.
        long steps = ((nowNs >> STEP_SHIFT) - age) << STEP_SHIFT;
        long first = hash.of(localHigh, localLow, remoteHigh, remoteLow, ports);
        return (int) hash.of(first, peerIss, head, steps, 0) & HASH_MASK;
    }

    /**
     * {@return a timestamp, no later than the given one, that holds what was agreed on in its low six bits}
     *
     * @param windowScale 0 to 14, or {@link #NO_SCALE}
     */
    public static int timestampWith(
            int timestamp, int windowScale, boolean sackPermitted, boolean hasEcn) {
        int bits = windowScale | (sackPermitted ? SACK_BIT : 0) | (hasEcn ? ECN_BIT : 0);
        int carrying = (timestamp & ~OPTION_MASK) | bits;
        return carrying - timestamp > 0 ? carrying - (1 << OPTION_BITS) : carrying;
    }

    /** {@return the window scale that an echoed timestamp holds, or {@link #NO_SCALE}} */
    public static int windowScaleOf(int echo) {
        return echo & 0xF;
    }

    /** {@return whether ECN was agreed on, as an echoed timestamp has it} */
    public static boolean ecnOf(int echo) {
        return (echo & ECN_BIT) != 0;
    }

    /** {@return whether SACK was permitted, as an echoed timestamp has it} */
    public static boolean sackPermittedOf(int echo) {
        return (echo & SACK_BIT) != 0;
    }
}
