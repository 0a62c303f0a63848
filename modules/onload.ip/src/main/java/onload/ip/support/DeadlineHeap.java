package onload.ip.support;

import java.util.Arrays;

/**
 * The deadlines of a fixed number of things, each of which has one or none: a binary heap that knows the place of
 * each, so that a deadline can be moved.
 *
 * <p>Exact, unlike a wheel, which suits tables of some hundred entries whose deadlines are seconds away and are moved
 * rarely. Allocates nothing after construction.
 */
public final class DeadlineHeap {
    /** No deadline. */
    public static final long NEVER = Long.MAX_VALUE;

    /** Nothing is due. */
    public static final int NONE = -1;

    private final long[] deadlineNs;
    private final int[] heap;
    private final int[] place;
    private int size;

    /** Of the top of the heap: read at every poll, which is far more often than it changes. */
    private long nextDeadlineNs = NEVER;

    /**
     * Makes a heap without deadlines.
     *
     * @param capacity things are 0 to {@code capacity - 1}
     */
    public DeadlineHeap(int capacity) {
        deadlineNs = new long[capacity];
        heap = new int[capacity];
        place = new int[capacity];
        Arrays.fill(deadlineNs, NEVER);
        Arrays.fill(place, NONE);
    }

    /** {@return the deadline of a thing, or {@link #NEVER}} */
    public long deadlineNs(int thing) {
        return deadlineNs[thing];
    }

    /** {@return the earliest deadline, or {@link #NEVER}} */
    public long nextDeadlineNs() {
        return nextDeadlineNs;
    }

    /** Sets the deadline of a thing, or moves it; {@link #NEVER} takes it away. */
    public void schedule(int thing, long deadlineNs) {
        if (deadlineNs == NEVER) {
            cancel(thing);
            return;
        }
        this.deadlineNs[thing] = deadlineNs;
        if (place[thing] == NONE) {
            place[thing] = size;
            heap[size++] = thing;
        }
        down(up(place[thing]));
        nextDeadlineNs = this.deadlineNs[heap[0]];
    }

    /** Takes the deadline of a thing away, if it has one. */
    public void cancel(int thing) {
        int at = place[thing];
        if (at == NONE) {
            return;
        }
        deadlineNs[thing] = NEVER;
        place[thing] = NONE;
        int last = heap[--size];
        if (last != thing) {
            heap[at] = last;
            place[last] = at;
            down(up(at));
        }
        nextDeadlineNs = size == 0 ? NEVER : deadlineNs[heap[0]];
    }

    /**
     * Takes the thing with the earliest deadline, if that has come; its deadline is taken away.
     *
     * @return the thing, or {@link #NONE}
     */
    public int poll(long nowNs) {
        if (size == 0 || deadlineNs[heap[0]] > nowNs) {
            return NONE;
        }
        int thing = heap[0];
        cancel(thing);
        return thing;
    }

    private int up(int at) {
        int thing = heap[at];
        int child = at;
        while (child > 0) {
            int parent = (child - 1) >> 1;
            if (deadlineNs[heap[parent]] <= deadlineNs[thing]) {
                break;
            }
            put(heap[parent], child);
            child = parent;
        }
        put(thing, child);
        return child;
    }

    private void down(int at) {
        int thing = heap[at];
        int parent = at;
        int child = 2 * parent + 1;
        while (child < size) {
            if (child + 1 < size && deadlineNs[heap[child + 1]] < deadlineNs[heap[child]]) {
                child++;
            }
            if (deadlineNs[thing] <= deadlineNs[heap[child]]) {
                break;
            }
            put(heap[child], parent);
            parent = child;
            child = 2 * parent + 1;
        }
        put(thing, parent);
    }

    private void put(int thing, int at) {
        heap[at] = thing;
        place[thing] = at;
    }
}
