package onload.udp.counter;

import onload.nic.counter.Counters;

import org.agrona.concurrent.UnsafeBuffer;

/** The counters of UDP of one stack, written under the stack's lock and readable from any thread. */
public final class UdpCounters extends Counters<UdpCounter> {
    /** Bytes of the block: one {@code long} in the machine's byte order for each {@link UdpCounter}, in its order. */
    public static final int LENGTH = length(UdpCounter.values());

    /** Makes counters in memory of their own, all 0. */
    public UdpCounters() {
        super("UDP", UdpCounter.values());
    }

    /**
     * Counts in a given block of memory, going on from what it holds.
     *
     * @param block {@link #LENGTH} bytes or more, outside the heap, at an address that is a multiple of 8
     * @throws IllegalArgumentException if it is smaller or not aligned
     */
    public UdpCounters(UnsafeBuffer block) {
        super("UDP", UdpCounter.values(), block);
    }
}
