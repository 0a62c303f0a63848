package onload.nic.emulated;

import java.util.Locale;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Numbers that only grow, one for each constant of an enum. The network counts; any thread may read, and sees values
 * that were true a moment ago, each by itself.
 *
 * @param <E> what is counted
 */
public final class EmulatedCounters<E extends Enum<E>> {
    private final E[] names;
    private final AtomicLongArray values;

    /**
     * Makes counters, all 0.
     *
     * @param names all constants of the enum
     */
    EmulatedCounters(E[] names) {
        this.names = names;
        this.values = new AtomicLongArray(names.length);
    }

    /** Adds one. For the holder of the network's lock, as {@link #add}. */
    void increment(E counter) {
        add(counter, 1);
    }

    /** Adds a number ≥ 0. */
    @SuppressWarnings("EnumOrdinal")
    void add(E counter, long count) {
        int index = counter.ordinal();
        // One writer at a time, so that no atomic addition is needed; opaque for the readers.
        values.setOpaque(index, values.getPlain(index) + count);
    }

    /** {@return the value of a counter} From any thread. */
    @SuppressWarnings("EnumOrdinal")
    public long get(E counter) {
        return values.getOpaque(counter.ordinal());
    }

    /** {@return the counters that are not 0, as {@code name=value} with spaces between} */
    @Override
    public String toString() {
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
}
