package onload.nic.counter;

import org.agrona.UnsafeApi;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.Locale;

/**
 * 64-bit numbers that only grow, one for each constant of an enum, in a block of memory that may be shared with
 * another process.
 *
 * <p>Each counter has one writer at a time: the thread that owns what is counted. Any thread may read, and sees a
 * value that was true a moment ago (opaque access: whole values, no order among them).
 *
 * @param <E> what is counted; its order is the layout of the block
 */
public class Counters<E extends Enum<E>> {
    private final E[] names;
    private final String what;
    private final UnsafeBuffer block;
    private final byte @Nullable [] base;
    private final long address;

    /**
     * Makes counters in memory of their own, all 0.
     *
     * @param what whose counters they are, for error messages, such as {@code "a NIC"}
     * @param names all constants of the enum, in their order
     */
    public Counters(String what, E[] names) {
        // Not in an array: with compact object headers its first byte is not aligned to a long.
        this(what, names, new UnsafeBuffer(ByteBuffer.allocateDirect(length(names))));
    }

    /**
     * Counts in a given block of memory, going on from what it holds.
     *
     * @param what whose counters they are, for error messages
     * @param names all constants of the enum, in their order
     * @param block 8 bytes for each name or more, at an address that is a multiple of 8, so that every reader sees
     *     whole values; memory outside the heap, since that of an array is not so on every JVM
     * @throws IllegalArgumentException if it is smaller or not aligned
     */
    public Counters(String what, E[] names, UnsafeBuffer block) {
        if (block.capacity() < length(names)) {
            throw new IllegalArgumentException(
                    "the counters of %s do not fit %d bytes; expected %d"
                            .formatted(what, block.capacity(), length(names)));
        }
        if (block.addressOffset() % Long.BYTES != 0) {
            throw new IllegalArgumentException(
                    "the counters of %s cannot begin at 0x%x; expected a multiple of %d, outside the heap"
                            .formatted(what, block.addressOffset(), Long.BYTES));
        }
        this.names = names.clone();
        this.what = what;
        this.block = block;
        this.base = block.byteArray();
        this.address = block.addressOffset();
    }

    /**
     * {@return the bytes of a block} One {@code long} in the machine's byte order for each name.
     *
     * @param names all constants of the enum
     */
    public static int length(Enum<?>[] names) {
        return names.length * Long.BYTES;
    }

    /** Adds one. For the writer of the counter. */
    public final void increment(E counter) {
        add(counter, 1);
    }

    /** Adds a number ≥ 0. For the writer of the counter. */
    public final void add(E counter, long count) {
        // Not checked for bounds: the block was found to be long enough for every name when it was
        // given.
        long at = address + index(counter);
        UnsafeApi.putLongOpaque(base, at, UnsafeApi.getLong(base, at) + count);
    }

    /** {@return the value of a counter} From any thread. */
    public final long get(E counter) {
        return block.getLongOpaque(index(counter));
    }

    /** {@return whose counters they are} */
    public final String what() {
        return what;
    }

    /** {@return the counters that are not 0, as {@code name=value} with spaces between} */
    @Override
    public final String toString() {
        StringBuilder text = new StringBuilder();
        for (E counter : names) {
            long value = get(counter);
            if (value != 0) {
                text.append(text.isEmpty() ? "" : " ");
                text.append(counter.name().toLowerCase(Locale.ROOT)).append('=').append(value);
            }
        }
        return text.toString();
    }

    /** The order of the enum is the layout of the block, so that its ordinal is the place. */
    @SuppressWarnings("EnumOrdinal")
    private static int index(Enum<?> counter) {
        return counter.ordinal() * Long.BYTES;
    }
}
