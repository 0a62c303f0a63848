package onload.ip.support;

import java.util.Arrays;

/**
 * Finds the slot of what is keyed by an address and a number, such as a neighbour by its address and interface:
 * open addressing with linear probing, half empty at most, keyed so that nobody outside can aim at a bucket.
 *
 * <p>IPv4 addresses are keyed as IPv4-mapped ones. The slots themselves, 0 to {@code capacity - 1}, belong to the
 * caller. Allocates nothing after construction.
 */
public final class AddressMap {
    /** There is no such key. */
    public static final int NONE = -1;

    private static final int EMPTY = -1;

    private final long[] highs;
    private final long[] lows;
    private final int[] scopes;
    private final int[] slots;
    private final int mask;
    private final KeyedHash hash;
    private int size;

    /**
     * Makes an empty map.
     *
     * @param capacity most entries, ≥ 1
     * @param key random bits, so that nobody outside can foretell who collides with whom
     */
    public AddressMap(int capacity, long key) {
        int length = Integer.highestOneBit(Math.max(2, capacity) * 2 - 1) << 1;
        highs = new long[length];
        lows = new long[length];
        scopes = new int[length];
        slots = new int[length];
        Arrays.fill(slots, EMPTY);
        mask = length - 1;
        hash = new KeyedHash(key);
    }

    /** {@return the number of entries} */
    public int size() {
        return size;
    }

    /**
     * {@return the slot of a key, or {@link #NONE}}
     *
     * @param scope the number that is part of the key, such as an interface's
     */
    public int find(long high, long low, int scope) {
        int at = bucket(high, low, scope);
        while (slots[at] != EMPTY) {
            if (lows[at] == low && highs[at] == high && scopes[at] == scope) {
                return slots[at];
            }
            at = (at + 1) & mask;
        }
        return NONE;
    }

    /**
     * Adds a key that is not there yet. The caller keeps the number of entries within the capacity.
     *
     * @param slot ≥ 0
     */
    public void add(long high, long low, int scope, int slot) {
        int at = bucket(high, low, scope);
        while (slots[at] != EMPTY) {
            at = (at + 1) & mask;
        }
        highs[at] = high;
        lows[at] = low;
        scopes[at] = scope;
        slots[at] = slot;
        size++;
    }

    /** {@return the slot that the key had, which it has no more; {@link #NONE} if it was not there} */
    public int remove(long high, long low, int scope) {
        int at = bucket(high, low, scope);
        while (slots[at] != EMPTY) {
            if (lows[at] == low && highs[at] == high && scopes[at] == scope) {
                int slot = slots[at];
                close(at);
                size--;
                return slot;
            }
            at = (at + 1) & mask;
        }
        return NONE;
    }

    /** Moves up whoever would not be found any more over the gap, so that no grave is left behind. */
    private void close(int gap) {
        int hole = gap;
        int at = (hole + 1) & mask;
        while (slots[at] != EMPTY) {
            int home = bucket(highs[at], lows[at], scopes[at]);
            if (((at - home) & mask) >= ((at - hole) & mask)) {
                highs[hole] = highs[at];
                lows[hole] = lows[at];
                scopes[hole] = scopes[at];
                slots[hole] = slots[at];
                hole = at;
            }
            at = (at + 1) & mask;
        }
        slots[hole] = EMPTY;
    }

    private int bucket(long high, long low, int scope) {
        long x = hash.of(high, low, scope);
        return (int) (x ^ (x >>> 32)) & mask;
    }
}
