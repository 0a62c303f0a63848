package onload.ip.multicast;

/**
 * A set of addresses, sorted as unsigned numbers, so that a packet's source is found by halving and sets are combined
 * in one pass. Grows on control paths; whoever adds on others reserves before.
 */
final class SourceSet {
    private long[] addresses;
    private int size;

    /**
     * Makes an empty set.
     *
     * @param capacity addresses that it takes without growing
     */
    SourceSet(int capacity) {
        addresses = new long[2 * capacity];
    }

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    long high(int index) {
        return addresses[2 * index];
    }

    long low(int index) {
        return addresses[2 * index + 1];
    }

    void clear() {
        size = 0;
    }

    /** Sees to it that so many addresses fit without growing. */
    void reserve(int capacity) {
        if (2 * capacity > addresses.length) {
            long[] larger = new long[Math.max(2 * capacity, 2 * addresses.length)];
            System.arraycopy(addresses, 0, larger, 0, 2 * size);
            addresses = larger;
        }
    }

    boolean contains(long high, long low) {
        return find(high, low) >= 0;
    }

    /** The index of an address; or, if it is not there, the complement of the one where it belongs. */
    int find(long high, long low) {
        int from = 0;
        int to = size - 1;
        while (from <= to) {
            int middle = (from + to) >>> 1;
            int order = compare(addresses[2 * middle], addresses[2 * middle + 1], high, low);
            if (order == 0) {
                return middle;
            }
            if (order < 0) {
                from = middle + 1;
            } else {
                to = middle - 1;
            }
        }
        return ~from;
    }

    /** Adds an address; answers its index, or the complement of it if it was there. */
    int add(long high, long low) {
        int found = find(high, low);
        if (found >= 0) {
            return ~found;
        }
        int at = ~found;
        reserve(size + 1);
        System.arraycopy(addresses, 2 * at, addresses, 2 * at + 2, 2 * (size - at));
        put(at, high, low);
        size++;
        return at;
    }

    /** Adds an address that is greater than all others. */
    void append(long high, long low) {
        reserve(size + 1);
        put(size++, high, low);
    }

    /** Takes an address away; answers whether it was there. */
    boolean remove(long high, long low) {
        int at = find(high, low);
        if (at < 0) {
            return false;
        }
        size--;
        System.arraycopy(addresses, 2 * at + 2, addresses, 2 * at, 2 * (size - at));
        return true;
    }

    void set(SourceSet other) {
        reserve(other.size);
        System.arraycopy(other.addresses, 0, addresses, 0, 2 * other.size);
        size = other.size;
    }

    boolean isSame(SourceSet other) {
        if (size != other.size) {
            return false;
        }
        for (int i = 0; i < 2 * size; i++) {
            if (addresses[i] != other.addresses[i]) {
                return false;
            }
        }
        return true;
    }

    /** Becomes the union of both: counts what is new, and merges from the end, in place. */
    void addAll(SourceSet other) {
        int fresh = 0;
        for (int i = 0; i < other.size; i++) {
            fresh += contains(other.high(i), other.low(i)) ? 0 : 1;
        }
        reserve(size + fresh);
        int mine = size - 1;
        int theirs = other.size - 1;
        size += fresh;
        for (int to = size - 1; theirs >= 0; to--) {
            int order =
                    mine < 0
                            ? -1
                            : compare(high(mine), low(mine), other.high(theirs), other.low(theirs));
            if (order > 0) {
                put(to, high(mine), low(mine));
            } else {
                put(to, other.high(theirs), other.low(theirs));
                theirs--;
            }
            mine -= order >= 0 ? 1 : 0;
        }
    }

    /** Becomes what is in both. */
    void retainAll(SourceSet other) {
        keep(other, true);
    }

    /** Becomes what is in this one only. */
    void removeAll(SourceSet other) {
        keep(other, false);
    }

    private void keep(SourceSet other, boolean ifThere) {
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (other.contains(high(i), low(i)) == ifThere) {
                put(kept++, high(i), low(i));
            }
        }
        size = kept;
    }

    /** Keeps the first few, of which one was copied from a later place by {@link #copy}. */
    void truncate(int count) {
        size = count;
    }

    /** Copies an address to a place before it. */
    void copy(int from, int to) {
        put(to, high(from), low(from));
    }

    private void put(int index, long high, long low) {
        addresses[2 * index] = high;
        addresses[2 * index + 1] = low;
    }

    private static int compare(long high, long low, long otherHigh, long otherLow) {
        return high != otherHigh
                ? Long.compareUnsigned(high, otherHigh)
                : Long.compareUnsigned(low, otherLow);
    }
}
