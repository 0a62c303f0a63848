package onload.ip.counter;

import onload.nic.counter.Counters;

import org.agrona.concurrent.UnsafeBuffer;

/** The counters of the IP layer of one stack, written under the stack's lock and readable from any thread. */
public final class IpCounters extends Counters<IpCounter> {
    /** Bytes of the block: one {@code long} in the machine's byte order for each {@link IpCounter}, in its order. */
    public static final int LENGTH = length(IpCounter.values());

    /** Makes counters in memory of their own, all 0. */
    public IpCounters() {
        super("an IP layer", IpCounter.values());
    }

    /**
     * Counts in a given block of memory, going on from what it holds.
     *
     * @param block {@link #LENGTH} bytes or more, outside the heap, at an address that is a multiple of 8
     * @throws IllegalArgumentException if it is smaller or not aligned
     */
    public IpCounters(UnsafeBuffer block) {
        super("an IP layer", IpCounter.values(), block);
    }
}
