package onload.tcp.handshake;

import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteOrder;
import java.util.random.RandomGenerator;

/**
 * The cookies that a server gives to clients, by which their addresses are known to be theirs when they send data with
 * a SYN (RFC 7413, section 4.1.2): eight bytes of a keyed hash of both addresses and of the time in steps of 2^43 ns
 * (2 h 26 min). A cookie is good in the step that it was made in and in the next: as if the key were changed with each
 * step and the one before still taken. Nothing is kept of a client.
 *
 * <p>The secret stays for the life of this object; the time in the hash is what makes old cookies worthless. Making one
 * takes one hash and checking takes two, whatever the answer is.
 */
public final class FastOpenCookies {
    /** Bytes of a cookie. */
    public static final int LENGTH = Long.BYTES;

    /** Answer: this is no cookie of ours, or too old. */
    public static final int INVALID = 0;

    /** Answer: it is good, but not for long any more. */
    public static final int AGING = 1;

    /** Answer: it is good. */
    public static final int GOOD = 2;

    private static final int STEP_SHIFT = 43;

    private final SipHash hash;

    /**
     * Draws the secret.
     *
     * @param random a source that cannot be foretold
     */
    public FastOpenCookies(RandomGenerator random) {
        hash = new SipHash(random);
    }

    /**
     * Writes a cookie.
     *
     * @param to takes {@link #LENGTH} bytes from its beginning
     */
    public void make(
            long localHigh,
            long localLow,
            long remoteHigh,
            long remoteLow,
            UnsafeBuffer to,
            long nowNs) {
        long cookie = of(localHigh, localLow, remoteHigh, remoteLow, nowNs >> STEP_SHIFT);
        to.putLong(0, cookie, ByteOrder.BIG_ENDIAN);
    }

    /**
     * {@return {@link #GOOD}, {@link #AGING} or {@link #INVALID}}
     *
     * @param in holds the cookie
     * @param at where it begins
     * @param length its bytes
     */
    public int check(
            long localHigh,
            long localLow,
            long remoteHigh,
            long remoteLow,
            UnsafeBuffer in,
            int at,
            int length,
            long nowNs) {
        if (length != LENGTH) {
            return INVALID;
        }
        long cookie = in.getLong(at, ByteOrder.BIG_ENDIAN);
        long step = nowNs >> STEP_SHIFT;
        long current = of(localHigh, localLow, remoteHigh, remoteLow, step) ^ cookie;
        long previous = of(localHigh, localLow, remoteHigh, remoteLow, step - 1) ^ cookie;
        return current == 0 ? GOOD : previous == 0 ? AGING : INVALID;
    }

    private long of(long localHigh, long localLow, long remoteHigh, long remoteLow, long step) {
        // Shifted back, so that it goes on where the time wraps.
        return hash.of(localHigh, localLow, remoteHigh, remoteLow, step << STEP_SHIFT);
    }
}
