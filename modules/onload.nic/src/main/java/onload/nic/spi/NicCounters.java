package onload.nic.spi;

import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;

/**
 * The counters of one interface: 64-bit numbers that only grow, in a block of memory that may be shared with
 * another process.
 *
 * <p>Each counter has one writer at a time: the thread that owns the interface, or for what the NIC does by itself,
 * such as a wake-up, whoever does it for the NIC. Any thread may read, and sees a value that was true a moment ago
 * (opaque access: whole values, no order among them).
 */
public final class NicCounters {
    /** Bytes of the block: one {@code long} in the machine's byte order for each {@link NicCounter}, in its order. */
    public static final int LENGTH = NicCounter.values().length * Long.BYTES;

    private final UnsafeBuffer block;

    /** Makes counters in memory of their own, all 0. */
    public NicCounters() {
        // Not in an array: with compact object headers its first byte is not aligned to a long.
        this(new UnsafeBuffer(ByteBuffer.allocateDirect(LENGTH)));
    }

    /**
     * Counts in a given block of memory, going on from what it holds.
     *
     * @param block {@link #LENGTH} bytes or more, at an address that is a multiple of 8, so that every reader sees
     *     whole values; memory outside the heap, since that of an array is not so on every JVM
     * @throws IllegalArgumentException if it is smaller or not aligned
     */
    public NicCounters(UnsafeBuffer block) {
        if (block.capacity() < LENGTH) {
            throw new IllegalArgumentException(
                    "the counters of a NIC do not fit %d bytes; expected %d"
                            .formatted(block.capacity(), LENGTH));
        }
        if (block.addressOffset() % Long.BYTES != 0) {
            throw new IllegalArgumentException(
                    "the counters of a NIC cannot begin at 0x%x; expected a multiple of %d, outside the heap"
                            .formatted(block.addressOffset(), Long.BYTES));
        }
        this.block = block;
    }

    /** Adds one. For the writer of the counter. */
    public void increment(NicCounter counter) {
        add(counter, 1);
    }

    /** Adds a number ≥ 0. For the writer of the counter. */
    public void add(NicCounter counter, long count) {
        int index = index(counter);
        block.putLongOpaque(index, block.getLong(index) + count);
    }

    /** {@return the value of a counter} From any thread. */
    public long get(NicCounter counter) {
        return block.getLongOpaque(index(counter));
    }

    /** {@return the counters that are not 0, as {@code name=value} with spaces between} */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (NicCounter counter : NicCounter.values()) {
            long value = get(counter);
            if (value != 0) {
                text.append(text.isEmpty() ? "" : " ");
                text.append(counter.text()).append('=').append(value);
            }
        }
        return text.toString();
    }

    /** The order of the enum is the layout of the block, so that its ordinal is the place. */
    @SuppressWarnings("EnumOrdinal")
    private static int index(NicCounter counter) {
        return counter.ordinal() * Long.BYTES;
    }
}
