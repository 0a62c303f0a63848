package onload.sockets.counter;

import onload.nic.counter.Counters;

import org.agrona.concurrent.UnsafeBuffer;

/** The counters of one stack. */
public final class StackCounters extends Counters<StackCounter> {
    private static final StackCounter[] NAMES = StackCounter.values();

    /** Makes counters in memory of their own, all 0. */
    public StackCounters() {
        super("a stack", NAMES);
    }

    /**
     * Counts in a given block of memory.
     *
     * @param block 8 bytes for each counter, outside the heap
     */
    public StackCounters(UnsafeBuffer block) {
        super("a stack", NAMES, block);
    }
}
