package onload.ip.route;

import onload.ip.counter.IpCounter;
import onload.ip.counter.IpCounters;
import onload.ip.support.AddressMap;
import onload.ip.support.DeadlineHeap;
import onload.wire.Ipv6Address;

/**
 * The path MTUs that were learnt from Packet Too Big and Fragmentation Needed messages, by destination (RFC 1191 for
 * IPv4, RFC 8201 for IPv6).
 *
 * <p>A report can only lower what is known, never raise it. What was learnt ages, so that larger packets are tried
 * again: a lifetime after it was last lowered, and not before 5 minutes have gone by since the last report of any
 * path MTU that may be (RFC 8201, section 4).
 *
 * <p>Reports may be forged. Whether one quotes a packet that this host has sent is for others to check before; here
 * they can do no worse than bring a destination to the minimum of its version, in a bounded number of steps. The table
 * is bounded; when it is full, the destination goes that was not asked for the longest.
 *
 * <p>Single-threaded: used under the stack's lock. Allocates nothing after construction.
 */
public final class PathMtuCache {
    /** Nothing was learnt: the path takes what the link takes, as far as is known. */
    public static final int NONE = -1;

    /** The smallest path MTU of IPv6 (RFC 8200, section 5). */
    public static final int MINIMUM_IPV6_MTU = 1280;

    /** RFC 1191, section 7.1: the MTUs that links have, for routers that do not say theirs. */
    private static final int[] PLATEAUS = {
        65_535,
        32_000,
        17_914,
        8166,
        4352,
        2002,
        1492,
        1006,
        508,
        296,
        PathMtuOptions.LEAST_IPV4_MTU
    };

    private final PathMtuOptions options;
    private final IpCounters counters;
    private final PathMtuListener listener;
    private final AddressMap slots;
    private final DeadlineHeap deadlines;
    private final RecentUse use;
    private final long[] highs;
    private final long[] lows;
    private final int[] mtus;
    private final int[] reductions;
    private final boolean[] narrow;

    /**
     * Makes an empty cache.
     *
     * @param options how many, how small and for how long
     * @param counters where what happens is counted
     * @param hashKey random bits, so that nobody outside can foretell which destinations collide
     * @param listener hears of every change, whoever made it
     */
    public PathMtuCache(
            PathMtuOptions options, IpCounters counters, long hashKey, PathMtuListener listener) {
        this.options = options;
        this.counters = counters;
        this.listener = listener;
        int capacity = options.capacity();
        slots = new AddressMap(capacity, hashKey);
        deadlines = new DeadlineHeap(capacity);
        use = new RecentUse(capacity);
        highs = new long[capacity];
        lows = new long[capacity];
        mtus = new int[capacity];
        reductions = new int[capacity];
        narrow = new boolean[capacity];
    }

    /** {@return the number of destinations of which something was learnt} */
    public int size() {
        return slots.size();
    }

    /**
     * {@return the path MTU that was learnt of a destination, in bytes, or {@link #NONE}} The MTU of the link or the
     * route may be smaller by now, and holds then. A destination that is asked for stays longer when the table is full.
     *
     * @param high upper half of the destination, an IPv4 address as IPv4-mapped
     * @param low lower half
     */
    public int mtu(long high, long low) {
        int slot = slots.find(high, low, 0);
        if (slot == AddressMap.NONE) {
            return NONE;
        }
        use.touch(slot);
        return mtus[slot];
    }

    /**
     * {@return whether the path to an IPv4 destination takes less than {@link PathMtuOptions#minimumIpv4Mtu}} Packets
     * to it must then be such as routers may fragment (without DF), whatever was asked for, or do not arrive.
     */
    public boolean isNarrow(long high, long low) {
        int slot = slots.find(high, low, 0);
        return slot != AddressMap.NONE && narrow[slot];
    }

    /**
     * Takes a report of a packet that was too long, from whoever checked that this host has sent it.
     *
     * @param high upper half of the destination of that packet, an IPv4 address as IPv4-mapped
     * @param low lower half
     * @param reportedMtu the MTU of the link that it did not fit, as the message says; for IPv4 0 if it does not (RFC
     *     1191, section 5), which is then guessed from {@code originalLength}
     * @param currentMtu how long packets to the destination may be as of now, in bytes: the smallest of the MTUs of
     *     the link, the route and the path
     * @param originalLength the length of the packet that was too long, with its IP header, as the message quotes it;
     *     0 if unknown
     * @param nowNs the time
     * @return whether the path MTU is another one now, of which the listener has heard already
     */
    public boolean report(
            long high, long low, long reportedMtu, int currentMtu, int originalLength, long nowNs) {
        boolean ipv4 = Ipv6Address.isIpv4Mapped(high, low);
        long reported = ipv4 && reportedMtu == 0 ? plateauBelow(originalLength) : reportedMtu;
        if (!isPossible(ipv4, reported, originalLength)) {
            counters.increment(IpCounter.PATH_MTU_IGNORED);
            return false;
        }
        int slot = slots.find(high, low, 0);
        int known = slot == AddressMap.NONE ? currentMtu : Math.min(currentMtu, mtus[slot]);
        int minimum = ipv4 ? options.minimumIpv4Mtu() : MINIMUM_IPV6_MTU;
        boolean nowNarrow = reported < minimum;
        boolean wasNarrow = slot != AddressMap.NONE && narrow[slot];
        if (reported >= known || (minimum >= known && (!nowNarrow || wasNarrow))) {
            keepAWhile(slot, nowNs);
            counters.increment(IpCounter.PATH_MTU_IGNORED);
            return false;
        }
        int lowered = Math.min(known, (int) Math.max(reported, minimum));
        learn(
                slot == AddressMap.NONE ? admit(high, low) : slot,
                lowered,
                minimum,
                nowNarrow,
                nowNs);
        listener.changed(high, low);
        return true;
    }

    /**
     * Forgets what was learnt of a destination, such as because its route is another one now.
     *
     * @return whether something was learnt of it
     */
    public boolean forget(long high, long low) {
        int slot = slots.find(high, low, 0);
        if (slot == AddressMap.NONE) {
            return false;
        }
        drop(slot);
        return true;
    }

    /** Forgets everything. */
    public void forgetAll() {
        while (use.oldest() != RecentUse.NONE) {
            drop(use.oldest());
        }
    }

    /** {@return when to {@link #advance}, or {@link Long#MAX_VALUE}} */
    public long nextDeadlineNs() {
        return deadlines.nextDeadlineNs();
    }

    /** Forgets what has aged. */
    public void advance(long nowNs) {
        int slot = deadlines.poll(nowNs);
        while (slot != DeadlineHeap.NONE) {
            counters.increment(IpCounter.PATH_MTU_AGED);
            drop(slot);
            slot = deadlines.poll(nowNs);
        }
    }

    /**
     * Whether a report may be true. One of IPv6 below 1280 has to be discarded (RFC 8201, section 4), an MTU of IPv4
     * below 68 is none, and a packet that fits was not too long.
     */
    private static boolean isPossible(boolean ipv4, long reported, int originalLength) {
        return reported >= (ipv4 ? PathMtuOptions.LEAST_IPV4_MTU : MINIMUM_IPV6_MTU)
                && (originalLength <= 0 || reported < originalLength);
    }

    /** RFC 1191, section 5: the next plateau, 0 if there is none. */
    private static int plateauBelow(int length) {
        for (int plateau : PLATEAUS) {
            if (plateau < length) {
                return plateau;
            }
        }
        return 0;
    }

    /** The path has been too narrow for a packet just now, so that a larger MTU is not tried too soon. */
    private void keepAWhile(int slot, long nowNs) {
        if (slot != AddressMap.NONE) {
            long atLeastNs = after(nowNs, PathMtuOptions.SHORTEST_LIFETIME_NS);
            deadlines.schedule(slot, Math.max(deadlines.deadlineNs(slot), atLeastNs));
        }
    }

    private void learn(int slot, int mtu, int minimum, boolean nowNarrow, long nowNs) {
        boolean last = ++reductions[slot] >= options.maxReductions();
        mtus[slot] = last ? Math.min(mtu, minimum) : mtu;
        narrow[slot] |= nowNarrow;
        deadlines.schedule(slot, after(nowNs, options.lifetimeNs()));
        use.touch(slot);
        counters.increment(IpCounter.PATH_MTU_LOWERED);
    }

    /** Gives a destination a slot, at the cost of another one if it has to be. */
    private int admit(long high, long low) {
        if (use.isFull()) {
            counters.increment(IpCounter.PATH_MTU_EVICTED);
            drop(use.oldest());
        }
        int slot = use.take();
        slots.add(high, low, 0, slot);
        highs[slot] = high;
        lows[slot] = low;
        reductions[slot] = 0;
        narrow[slot] = false;
        return slot;
    }

    private void drop(int slot) {
        slots.remove(highs[slot], lows[slot], 0);
        deadlines.cancel(slot);
        use.release(slot);
        listener.changed(highs[slot], lows[slot]);
    }

    private static long after(long nowNs, long durationNs) {
        long deadlineNs = nowNs + durationNs;
        return durationNs == PathMtuOptions.FOREVER_NS || deadlineNs < nowNs
                ? DeadlineHeap.NEVER
                : deadlineNs;
    }
}
