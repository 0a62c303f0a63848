package onload.tcp.handshake;

import java.util.random.RandomGenerator;

/**
 * Where the sequence numbers and timestamps of a connection begin: not to be foretold by who does not see the
 * connection, and yet going up from one connection of a tuple to the next (RFC 6528; RFC 9293, section 3.4.1).
 *
 * <p>The secrets stay for the life of this object: with another one the numbers of a tuple would jump, and old segments
 * could be taken for new ones (RFC 6528, section 3). 128 bits under SipHash need not be changed for their age.
 */
public final class InitialSequenceNumbers {
    /** The clock of RFC 9293, MUST-8, goes up every four microseconds; shifting by 12 makes it 4.096. */
    private static final int CLOCK_SHIFT = 12;

    private final SipHash sequenceNumbers;
    private final SipHash timestamps;

    /**
     * Draws the secrets.
     *
     * @param random a source that cannot be foretold
     */
    public InitialSequenceNumbers(RandomGenerator random) {
        sequenceNumbers = new SipHash(random);
        timestamps = new SipHash(random);
    }

    /**
     * {@return an initial sequence number: M + F(tuple, secret)}
     *
     * @param ports the local port in the upper half, the remote one in the lower
     * @param nowNs the time
     */
    public int next(
            long localHigh, long localLow, long remoteHigh, long remoteLow, int ports, long nowNs) {
        return (int) (nowNs >> CLOCK_SHIFT)
                + (int) sequenceNumbers.of(localHigh, localLow, remoteHigh, remoteLow, ports);
    }

    /**
     * {@return what is added to the clock of timestamps for a tuple} The same each time, so that timestamps go up from
     * one connection to the next, and others learn nothing of the clock (RFC 7323, sections 5.4 and 7.1).
     *
     * @param ports the local port in the upper half, the remote one in the lower
     */
    public int timestampOffset(
            long localHigh, long localLow, long remoteHigh, long remoteLow, int ports) {
        return (int) timestamps.of(localHigh, localLow, remoteHigh, remoteLow, ports);
    }
}
