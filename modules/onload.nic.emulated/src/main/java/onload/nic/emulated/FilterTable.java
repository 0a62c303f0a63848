package onload.nic.emulated;

/**
 * The exact-match filters of a NIC: which queue a flow belongs to. Open addressing with linear probing, never more than
 * half full; a look-up makes no garbage.
 */
final class FilterTable {
    /** No queue: nobody claims the flow. */
    static final int NONE = -1;

    // An entry is six longs: those of the key, then the queue plus 1, which is 0 in an empty place.
    private static final int ENTRY_LENGTH = 6;
    private static final int LOCAL_LOW = 1;
    private static final int REMOTE_HIGH = 2;
    private static final int REMOTE_LOW = 3;
    private static final int PORTS = 4;
    private static final int QUEUE = 5;

    private static final int FIRST_PLACES = 16;

    private final FlowKey moved = new FlowKey();
    private long[] entries = new long[FIRST_PLACES * ENTRY_LENGTH];
    private int mask = FIRST_PLACES - 1;
    private int count;

    boolean isEmpty() {
        return count == 0;
    }

    /** {@return the queue that a flow belongs to, or {@link #NONE}} */
    int queue(FlowKey key) {
        return (int) entries[place(key) * ENTRY_LENGTH + QUEUE] - 1;
    }

    /** Gives a flow, which may not be there, to a queue. For a control path: the table may grow. */
    void add(FlowKey key, int queue) {
        if (count * 2 > mask) {
            grow();
        }
        put(place(key), key, queue + 1L);
        count++;
    }

    private void grow() {
        long[] old = entries;
        entries = new long[old.length * 2];
        mask = mask * 2 + 1;
        for (int entry = 0; entry < old.length; entry += ENTRY_LENGTH) {
            if (old[entry + QUEUE] != 0) {
                load(old, entry, moved);
                put(place(moved), moved, old[entry + QUEUE]);
            }
        }
    }

    /** Takes a flow out, if it is there. */
    void remove(FlowKey key) {
        int hole = place(key);
        if (isFree(hole)) {
            return;
        }
        count--;
        // Entries behind the hole move up if a look-up for them would now stop at it.
        int at = (hole + 1) & mask;
        while (!isFree(at)) {
            long queue = load(entries, at * ENTRY_LENGTH, moved);
            int home = moved.hash() & mask;
            if (((at - home) & mask) >= ((at - hole) & mask)) {
                put(hole, moved, queue);
                hole = at;
            }
            at = (at + 1) & mask;
        }
        entries[hole * ENTRY_LENGTH + QUEUE] = 0;
    }

    /** {@return where a flow is, or the free place where it would be} */
    private int place(FlowKey key) {
        int at = key.hash() & mask;
        while (!isFree(at) && !isAt(at, key)) {
            at = (at + 1) & mask;
        }
        return at;
    }

    private boolean isFree(int place) {
        return entries[place * ENTRY_LENGTH + QUEUE] == 0;
    }

    private boolean isAt(int place, FlowKey key) {
        int entry = place * ENTRY_LENGTH;
        return entries[entry + PORTS] == key.ports
                && entries[entry + REMOTE_LOW] == key.remoteLow
                && entries[entry + LOCAL_LOW] == key.localLow
                && entries[entry + REMOTE_HIGH] == key.remoteHigh
                && entries[entry] == key.localHigh;
    }

    private void put(int place, FlowKey key, long queue) {
        int entry = place * ENTRY_LENGTH;
        entries[entry] = key.localHigh;
        entries[entry + LOCAL_LOW] = key.localLow;
        entries[entry + REMOTE_HIGH] = key.remoteHigh;
        entries[entry + REMOTE_LOW] = key.remoteLow;
        entries[entry + PORTS] = key.ports;
        entries[entry + QUEUE] = queue;
    }

    private static long load(long[] from, int entry, FlowKey key) {
        key.localHigh = from[entry];
        key.localLow = from[entry + LOCAL_LOW];
        key.remoteHigh = from[entry + REMOTE_HIGH];
        key.remoteLow = from[entry + REMOTE_LOW];
        key.ports = from[entry + PORTS];
        return from[entry + QUEUE];
    }
}
