package onload.ip.fragment;

import onload.ip.support.AddressMap;

import java.util.Arrays;

/**
 * Who sent the datagrams that are in pieces, and how much of what is kept is whose: so that it is the greediest who
 * makes room, not whoever comes next. All in constant time, since it is asked most when somebody floods.
 *
 * <p>The datagrams of a source are a list by age, and the sources that have equally many datagrams are one too, by
 * how long they have had so many.
 */
final class Sources {
    /** There is no such source or datagram. */
    static final int NONE = -1;

    private final AddressMap map;
    private final long[] highs;
    private final long[] lows;
    private final int[] interfaces;
    private final int[] free;
    private int size;

    private final int[] datagrams;
    private final int[] buffers;
    private final int[] oldest;
    private final int[] newest;

    /** Of datagrams: whose they are, and the older and the younger one of the same source. */
    private final int[] sourceOf;

    private final int[] older;
    private final int[] younger;

    /** By number of datagrams: the first and the last source that has so many, and of each source its neighbours. */
    private final int[] firstWith;

    private final int[] lastWith;
    private final int[] before;
    private final int[] after;
    private int most;

    Sources(int maxDatagrams, long hashKey) {
        map = new AddressMap(maxDatagrams, hashKey);
        highs = new long[maxDatagrams];
        lows = new long[maxDatagrams];
        interfaces = new int[maxDatagrams];
        free = new int[maxDatagrams];
        for (int i = 0; i < maxDatagrams; i++) {
            free[i] = maxDatagrams - 1 - i;
        }
        datagrams = new int[maxDatagrams];
        buffers = new int[maxDatagrams];
        oldest = new int[maxDatagrams];
        newest = new int[maxDatagrams];
        sourceOf = new int[maxDatagrams];
        older = new int[maxDatagrams];
        younger = new int[maxDatagrams];
        firstWith = new int[maxDatagrams + 1];
        lastWith = new int[maxDatagrams + 1];
        Arrays.fill(firstWith, NONE);
        Arrays.fill(lastWith, NONE);
        before = new int[maxDatagrams];
        after = new int[maxDatagrams];
    }

    /** {@return the source with an address behind an interface, or {@link #NONE} if it has no datagrams} */
    int find(long high, long low, int interfaceIndex) {
        return map.find(high, low, interfaceIndex);
    }

    /** {@return the source of a datagram} */
    int of(int datagram) {
        return sourceOf[datagram];
    }

    /** {@return how many datagrams a source has, ≥ 1} */
    int datagrams(int source) {
        return datagrams[source];
    }

    /** {@return how many buffers the datagrams of a source hold} */
    int buffers(int source) {
        return buffers[source];
    }

    /** {@return the oldest datagram of a source} */
    int oldest(int source) {
        return oldest[source];
    }

    /**
     * {@return the source with the most datagrams, and of several the one that has had so many for the longest time;
     * {@link #NONE} if there is none}
     */
    int greediest() {
        return most == 0 ? NONE : firstWith[most];
    }

    /** Adds the youngest datagram of a source. */
    void enter(int datagram, long high, long low, int interfaceIndex) {
        int source = map.find(high, low, interfaceIndex);
        if (source == NONE) {
            source = open(high, low, interfaceIndex);
        } else {
            leaveRank(source);
        }
        datagrams[source]++;
        enterRank(source);
        sourceOf[datagram] = source;
        older[datagram] = newest[source];
        younger[datagram] = NONE;
        if (newest[source] == NONE) {
            oldest[source] = datagram;
        } else {
            younger[newest[source]] = datagram;
        }
        newest[source] = datagram;
    }

    /** Says that a datagram holds more buffers, or fewer. */
    void hold(int datagram, int more) {
        buffers[sourceOf[datagram]] += more;
    }

    /** Takes a datagram out, which holds no buffers any more, and its source if it was the last. */
    void leave(int datagram) {
        int source = sourceOf[datagram];
        if (older[datagram] == NONE) {
            oldest[source] = younger[datagram];
        } else {
            younger[older[datagram]] = younger[datagram];
        }
        if (younger[datagram] == NONE) {
            newest[source] = older[datagram];
        } else {
            older[younger[datagram]] = older[datagram];
        }
        leaveRank(source);
        if (--datagrams[source] == 0) {
            map.remove(highs[source], lows[source], interfaces[source]);
            free[free.length - size--] = source;
        } else {
            enterRank(source);
        }
        // The source has one less than before, so that the most is one less at the least.
        if (firstWith[most] == NONE) {
            most--;
        }
    }

    private int open(long high, long low, int interfaceIndex) {
        int source = free[free.length - ++size];
        map.add(high, low, interfaceIndex, source);
        highs[source] = high;
        lows[source] = low;
        interfaces[source] = interfaceIndex;
        datagrams[source] = 0;
        buffers[source] = 0;
        oldest[source] = NONE;
        newest[source] = NONE;
        return source;
    }

    private void enterRank(int source) {
        int rank = datagrams[source];
        before[source] = lastWith[rank];
        after[source] = NONE;
        if (lastWith[rank] == NONE) {
            firstWith[rank] = source;
        } else {
            after[lastWith[rank]] = source;
        }
        lastWith[rank] = source;
        most = Math.max(most, rank);
    }

    private void leaveRank(int source) {
        int rank = datagrams[source];
        if (before[source] == NONE) {
            firstWith[rank] = after[source];
        } else {
            after[before[source]] = after[source];
        }
        if (after[source] == NONE) {
            lastWith[rank] = before[source];
        } else {
            before[after[source]] = before[source];
        }
    }
}
