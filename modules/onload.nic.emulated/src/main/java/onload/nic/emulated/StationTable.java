package onload.nic.emulated;

import org.agrona.collections.Hashing;

import java.util.Arrays;

/**
 * Where a switch has seen stations: Ethernet addresses with a port and the time of the last frame from them. Open
 * addressing with linear probing, never more than half full; nothing is allocated. A station that was silent for the
 * ageing time is as if it had never been seen.
 */
final class StationTable {
    /** The station is not known. */
    static final int NONE = -1;

    /** What {@link #learn} did: nothing new. */
    static final int KNOWN = 0;

    /** What {@link #learn} did: a station more. */
    static final int LEARNED = 1;

    /** What {@link #learn} did: the station has moved to another port. */
    static final int MOVED = 2;

    /** What {@link #learn} did: nothing, since the table is full. */
    static final int FULL = 3;

    /** In a free place; no Ethernet address, since those have 48 bits. */
    private static final long FREE = -1;

    private final int limit;
    private final long ageingNs;
    private final int mask;
    private final long[] addresses;
    private final int[] ports;
    private final long[] seenNs;
    private int count;

    /** Before this time no station can have aged: what spares a full table a search with every frame. */
    private long nextSweepNs = Long.MIN_VALUE;

    /**
     * Makes an empty table.
     *
     * @param limit most stations, 1 to 2²⁰
     * @param ageingNs how long a silent one is remembered in nanoseconds
     */
    StationTable(int limit, long ageingNs) {
        this.limit = limit;
        this.ageingNs = ageingNs;
        int places = Integer.highestOneBit(limit) * 4;
        mask = places - 1;
        addresses = new long[places];
        ports = new int[places];
        seenNs = new long[places];
        Arrays.fill(addresses, FREE);
    }

    int count() {
        return count;
    }

    /** {@return the port of a station, or {@link #NONE}} */
    int port(long address, long nowNs) {
        int at = place(address);
        return addresses[at] == FREE || hasAged(at, nowNs) ? NONE : ports[at];
    }

    /** Notes a frame from a station, and answers what was new about it. */
    int learn(long address, int port, long nowNs) {
        int at = place(address);
        if (addresses[at] == FREE) {
            return add(address, port, nowNs);
        }
        int news = hasAged(at, nowNs) ? LEARNED : ports[at] == port ? KNOWN : MOVED;
        ports[at] = port;
        seenNs[at] = nowNs;
        return news;
    }

    private int add(long address, int port, long nowNs) {
        if (count == limit) {
            sweep(nowNs);
            if (count == limit) {
                return FULL;
            }
        }
        int at = place(address);
        addresses[at] = address;
        ports[at] = port;
        seenNs[at] = nowNs;
        count++;
        return LEARNED;
    }

    private boolean hasAged(int at, long nowNs) {
        return nowNs - seenNs[at] >= ageingNs;
    }

    private void sweep(long nowNs) {
        if (nowNs < nextSweepNs) {
            return;
        }
        long oldestNs = nowNs;
        for (int at = 0; at <= mask; at++) {
            // What remove moves into this place is looked at too.
            while (addresses[at] != FREE && hasAged(at, nowNs)) {
                remove(at);
            }
            if (addresses[at] != FREE) {
                oldestNs = Math.min(oldestNs, seenNs[at]);
            }
        }
        nextSweepNs = oldestNs + ageingNs;
    }

    /** Forgets all stations of a port, as when its link goes down. */
    void forget(int port) {
        for (int at = 0; at <= mask; at++) {
            while (addresses[at] != FREE && ports[at] == port) {
                remove(at);
            }
        }
    }

    private void remove(int place) {
        int hole = place;
        int at = (hole + 1) & mask;
        // Entries behind the hole move up if a look-up for them would now stop at it.
        while (addresses[at] != FREE) {
            if (((at - home(addresses[at])) & mask) >= ((at - hole) & mask)) {
                addresses[hole] = addresses[at];
                ports[hole] = ports[at];
                seenNs[hole] = seenNs[at];
                hole = at;
            }
            at = (at + 1) & mask;
        }
        addresses[hole] = FREE;
        count--;
    }

    /** {@return where a station is, or the free place where it would be} */
    private int place(long address) {
        int at = home(address);
        while (addresses[at] != FREE && addresses[at] != address) {
            at = (at + 1) & mask;
        }
        return at;
    }

    private int home(long address) {
        return Hashing.hash(address) & mask;
    }
}
