package onload.ip.route;

import onload.wire.IpPrefix;
import onload.wire.Ipv6Address;

/**
 * Finds the longest of some prefixes that contains an address: the prefixes in the order of their first addresses,
 * enclosing ones before those that they enclose, and for each the nearest one that encloses it.
 *
 * <p>Every prefix that contains an address encloses the last prefix that begins at or before the address, or is that
 * one, since of two prefixes one encloses the other or they have nothing in common. So one binary search and a climb
 * find them all, the longest first.
 *
 * <p>Each prefix, here a node, has a range of routes. Addresses are of 128 bits, IPv4 as IPv4-mapped. Allocates nothing
 * after construction.
 */
final class PrefixIndex {
    /** No node. */
    static final int NONE = -1;

    private final long[] highs;
    private final long[] lows;
    private final int[] lengths;
    private final int[] enclosing;
    private final int[] firsts;
    private int size;

    PrefixIndex(int capacity) {
        highs = new long[capacity];
        lows = new long[capacity];
        lengths = new int[capacity];
        enclosing = new int[capacity];
        firsts = new int[capacity + 1];
    }

    void clear() {
        size = 0;
    }

    /** Adds a prefix, which in the order comes after all that are there; {@code first} is its first route. */
    void append(IpPrefix prefix, int first) {
        long high = prefix.network().high();
        long low = prefix.network().low();
        int node = size++;
        highs[node] = high;
        lows[node] = low;
        lengths[node] = prefix.mappedLength();
        firsts[node] = first;
        enclosing[node] = containing(node - 1, high, low);
    }

    /** Ends the last range of routes. */
    void close(int end) {
        firsts[size] = end;
    }

    /** The longest prefix that contains an address, or {@link #NONE}. */
    int longest(long high, long low) {
        int from = 0;
        int to = size;
        while (from < to) {
            int middle = (from + to) >>> 1;
            if (isAtOrBefore(middle, high, low)) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return containing(from - 1, high, low);
    }

    /** The next shorter prefix that contains all of a node's, or {@link #NONE}. */
    int enclosing(int node) {
        return enclosing[node];
    }

    /** Whether it is a node, and its prefix so many bits long or longer. */
    boolean isAtLeast(int node, int length) {
        return node != NONE && lengths[node] >= length;
    }

    int first(int node) {
        return firsts[node];
    }

    int end(int node) {
        return firsts[node + 1];
    }

    private boolean isAtOrBefore(int node, long high, long low) {
        return highs[node] == high
                ? Long.compareUnsigned(lows[node], low) <= 0
                : Long.compareUnsigned(highs[node], high) < 0;
    }

    /** Climbs from a node to the first one that contains an address. */
    private int containing(int start, long high, long low) {
        int node = start;
        while (node != NONE && !contains(node, high, low)) {
            node = enclosing[node];
        }
        return node;
    }

    private boolean contains(int node, long high, long low) {
        int length = lengths[node];
        return (((high ^ highs[node]) & Ipv6Address.maskHigh(length))
                        | ((low ^ lows[node]) & Ipv6Address.maskLow(length)))
                == 0;
    }
}
