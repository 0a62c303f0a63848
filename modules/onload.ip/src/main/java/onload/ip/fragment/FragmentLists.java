package onload.ip.fragment;

import onload.nic.packet.PacketBuffers;

/**
 * The fragments of each datagram, in the order of their offsets, none over another: one word for each, side by side,
 * so that the place of one is found by halving without looking into the packets.
 *
 * <p>One that follows all others goes to the end at once. Any other is a binary search and a move of at most 8 bytes
 * for each fragment that comes after it, which for the usual limit of 128 is less than reading one packet's header.
 */
final class FragmentLists {
    /** Answer of {@link #insert}: it is in the list. */
    static final int INSERTED = 0;

    /** Answer of {@link #insert}: the same range is there already. */
    static final int DUPLICATE = -1;

    /** Answer of {@link #insert}: bytes of it are there already. */
    static final int OVERLAP = -2;

    /** Answer of {@link #insert}: the datagram would have two ends, or bytes beyond its end. */
    static final int CONTRADICTION = -3;

    /** Answer of {@link #insert}: there are too many. */
    static final int FULL = -4;

    private static final int UNKNOWN = -1;

    private final int maxFragments;

    /** Offset, 16 bits; length, 16 bits; packet, 32 bits. */
    private final long[] entries;

    private final int[] sizes;

    /** Bytes that are there. */
    private final int[] bytes;

    /** Where the last fragment ends, or {@link #UNKNOWN}. */
    private final int[] totals;

    FragmentLists(int datagrams, int maxFragments) {
        this.maxFragments = maxFragments;
        entries = new long[datagrams * maxFragments];
        sizes = new int[datagrams];
        bytes = new int[datagrams];
        totals = new int[datagrams];
        for (int datagram = 0; datagram < datagrams; datagram++) {
            clear(datagram);
        }
    }

    /** Makes a list empty. */
    void clear(int datagram) {
        sizes[datagram] = 0;
        bytes[datagram] = 0;
        totals[datagram] = UNKNOWN;
    }

    /** {@return the number of fragments} */
    int size(int datagram) {
        return sizes[datagram];
    }

    /** {@return a fragment, by its place in the order of offsets} */
    int packet(int datagram, int place) {
        return (int) entries[datagram * maxFragments + place];
    }

    /** {@return the fragment with the offset 0, or {@link PacketBuffers#NONE} if it is not there} */
    int first(int datagram) {
        return sizes[datagram] > 0 && offset(datagram * maxFragments) == 0
                ? packet(datagram, 0)
                : PacketBuffers.NONE;
    }

    /** {@return the bytes of the datagram's payload; valid if {@link #isComplete}} */
    int total(int datagram) {
        return totals[datagram];
    }

    /** {@return whether all fragments are there} As none is over another, their lengths say it. */
    boolean isComplete(int datagram) {
        return bytes[datagram] == totals[datagram];
    }

    /**
     * Adds a fragment.
     *
     * @param offset where it begins, 0 to 65,528
     * @param length its bytes, 1 to 65,535
     * @param isLast whether no more fragments follow it
     * @param packet the fragment
     * @return {@link #INSERTED}; or why not, then nothing is changed
     */
    int insert(int datagram, int offset, int length, boolean isLast, int packet) {
        int start = datagram * maxFragments;
        int end = start + sizes[datagram];
        int at = place(start, end, offset);
        int total = totals[datagram];
        if (at < end && offset(at) == offset && length(at) == length) {
            return isLast == (total == offset + length) ? DUPLICATE : CONTRADICTION;
        }
        boolean overLower = at > start && offset(at - 1) + length(at - 1) > offset;
        boolean overHigher = at < end && offset(at) < offset + length;
        if (overLower || overHigher) {
            return OVERLAP;
        }
        if (isLast ? total != UNKNOWN || at < end : total != UNKNOWN && at == end) {
            return CONTRADICTION;
        }
        if (end == start + maxFragments) {
            return FULL;
        }
        System.arraycopy(entries, at, entries, at + 1, end - at);
        entries[at] = (long) offset << 48 | (long) length << 32 | (packet & 0xFFFF_FFFFL);
        sizes[datagram]++;
        bytes[datagram] += length;
        if (isLast) {
            totals[datagram] = offset + length;
        }
        return INSERTED;
    }

    /** {@return the index of the first entry with this offset or a higher one} */
    private int place(int start, int end, int offset) {
        if (start == end || offset(end - 1) < offset) {
            return end;
        }
        int low = start;
        int high = end - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (offset(middle) < offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private int offset(int index) {
        return (int) (entries[index] >>> 48);
    }

    private int length(int index) {
        return (int) (entries[index] >>> 32) & 0xFFFF;
    }
}
