package onload.nic.spi;

import onload.nic.counter.Counters;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * The counters of one interface.
 *
 * <p>The one writer is the thread that owns the interface, or for what the NIC does by itself, such as a wake-up,
 * whoever does it for the NIC. Any thread may read.
 */
public final class NicCounters extends Counters<NicCounter> {
    /** Bytes of the block: one {@code long} in the machine's byte order for each {@link NicCounter}, in its order. */
    public static final int LENGTH = length(NicCounter.values());

    /** Makes counters in memory of their own, all 0. */
    public NicCounters() {
        super("a NIC", NicCounter.values());
    }

    /**
     * Counts in a given block of memory, going on from what it holds.
     *
     * @param block {@link #LENGTH} bytes or more, at an address that is a multiple of 8, so that every reader sees
     *     whole values; memory outside the heap, since that of an array is not so on every JVM
     * @throws IllegalArgumentException if it is smaller or not aligned
     */
    public NicCounters(UnsafeBuffer block) {
        super("a NIC", NicCounter.values(), block);
    }
}
