package onload.ip.router;

import onload.ip.address.InterfaceAddress;
import onload.ip.route.Route;

import org.jspecify.annotations.Nullable;

/**
 * A short list of addresses with a number each, such as a prefix's length, that are true until a time; and the route
 * that follows from each, if any. In the order in which they came. Allocates nothing after construction.
 */
final class ExpiringList {
    static final int NONE = -1;
    static final long NEVER = Long.MAX_VALUE;

    private static final long NS_PER_SECOND = 1_000_000_000L;

    private final long[] highs;
    private final long[] lows;
    private final int[] numbers;
    private final long[] untilNs;
    private final @Nullable Route[] routes;
    private int size;
    private long nextNs = NEVER;

    ExpiringList(int capacity) {
        highs = new long[capacity];
        lows = new long[capacity];
        numbers = new int[capacity];
        untilNs = new long[capacity];
        routes = new Route[capacity];
    }

    /** {@return the end of a lifetime as routers say it, in seconds of which all ones are for ever} */
    static long end(long nowNs, long seconds, long foreverSeconds) {
        return seconds == foreverSeconds ? NEVER : after(nowNs, seconds * NS_PER_SECOND);
    }

    /** {@return the time after a delay ≥ 0, or {@link #NEVER} if it is beyond what a long holds} */
    static long after(long nowNs, long delayNs) {
        long sum = nowNs + delayNs;
        return delayNs == InterfaceAddress.FOREVER_NS || sum < nowNs ? NEVER : sum;
    }

    int size() {
        return size;
    }

    boolean isFull() {
        return size == highs.length;
    }

    /** {@return the place of what has an address and a number, or {@link #NONE}} */
    int find(long high, long low, int number) {
        for (int i = 0; i < size; i++) {
            if (lows[i] == low && highs[i] == high && numbers[i] == number) {
                return i;
            }
        }
        return NONE;
    }

    long high(int at) {
        return highs[at];
    }

    long low(int at) {
        return lows[at];
    }

    int number(int at) {
        return numbers[at];
    }

    long untilNs(int at) {
        return untilNs[at];
    }

    @Nullable Route route(int at) {
        return routes[at];
    }

    /** Adds one at the end, when there is room. */
    void add(long high, long low, int number, long untilNs, @Nullable Route route) {
        highs[size] = high;
        lows[size] = low;
        numbers[size] = number;
        routes[size] = route;
        size++;
        until(size - 1, untilNs);
    }

    /** Moves an end. */
    void until(int at, long untilNs) {
        this.untilNs[at] = untilNs;
        renew();
    }

    /** Puts another route in the place of one. */
    void route(int at, Route route) {
        routes[at] = route;
    }

    /** {@return the route that one had, which is there no more} */
    @Nullable Route remove(int at) {
        Route route = routes[at];
        int after = size - at - 1;
        System.arraycopy(highs, at + 1, highs, at, after);
        System.arraycopy(lows, at + 1, lows, at, after);
        System.arraycopy(numbers, at + 1, numbers, at, after);
        System.arraycopy(untilNs, at + 1, untilNs, at, after);
        System.arraycopy(routes, at + 1, routes, at, after);
        routes[--size] = null;
        renew();
        return route;
    }

    /** {@return the place of the one that ends first, of which there is one at least} */
    int soonest() {
        int soonest = 0;
        for (int i = 1; i < size; i++) {
            if (untilNs[i] < untilNs[soonest]) {
                soonest = i;
            }
        }
        return soonest;
    }

    /** {@return the place of one that is over, or {@link #NONE}} */
    int expired(long nowNs) {
        return nextNs == NEVER || nextNs > nowNs ? NONE : soonest();
    }

    /** {@return when the next one is over, or {@link #NEVER}} */
    long nextDeadlineNs() {
        return nextNs;
    }

    private void renew() {
        nextNs = NEVER;
        for (int i = 0; i < size; i++) {
            nextNs = Math.min(nextNs, untilNs[i]);
        }
    }
}
