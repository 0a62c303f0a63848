package onload.nic.emulated;

import java.util.Arrays;

/**
 * The frames of a whole network that do not arrive in the order in which they were sent: a binary heap by time of
 * arrival, and of the order of sending among equals.
 */
final class LateFrames {
    private static final int FIRST_CAPACITY = 64;

    private long[] dueNs = new long[FIRST_CAPACITY];
    private long[] sequence = new long[FIRST_CAPACITY];
    private int[] frame = new int[FIRST_CAPACITY];
    private int[] length = new int[FIRST_CAPACITY];
    private EmulatedLink[] link = new EmulatedLink[FIRST_CAPACITY];
    private int count;

    boolean isEmpty() {
        return count == 0;
    }

    /** {@return when the first one arrives; there must be one, as for the rest} */
    long dueNs() {
        return dueNs[0];
    }

    long sequence() {
        return sequence[0];
    }

    int frame() {
        return frame[0];
    }

    int length() {
        return length[0];
    }

    EmulatedLink link() {
        return link[0];
    }

    void add(EmulatedLink onLink, long due, long order, int aFrame, int itsLength) {
        if (count == dueNs.length) {
            grow();
        }
        int at = count++;
        while (at > 0 && precedes(due, order, (at - 1) >>> 1)) {
            move((at - 1) >>> 1, at);
            at = (at - 1) >>> 1;
        }
        set(at, onLink, due, order, aFrame, itsLength);
    }

    void removeFirst() {
        count--;
        if (count > 0) {
            siftDown(0, count);
        }
    }

    /** Puts what is at {@code from} in the place {@code hole} or deeper. */
    private void siftDown(int hole, int from) {
        int at = hole;
        long due = dueNs[from];
        long order = sequence[from];
        while (true) {
            int child = 2 * at + 1;
            if (child >= count) {
                break;
            }
            if (child + 1 < count && precedes(dueNs[child + 1], sequence[child + 1], child)) {
                child++;
            }
            if (precedes(due, order, child)) {
                break;
            }
            move(child, at);
            at = child;
        }
        move(from, at);
    }

    /**
     * Removes the frames of one link and gives their slots back.
     *
     * @return how many there were
     */
    int cut(EmulatedLink cut, FrameStore store) {
        int kept = 0;
        for (int at = 0; at < count; at++) {
            if (link[at] == cut) {
                store.release(frame[at]);
            } else {
                move(at, kept++);
            }
        }
        int removed = count - kept;
        count = kept;
        for (int at = count / 2 - 1; at >= 0; at--) {
            sink(at);
        }
        return removed;
    }

    private void sink(int at) {
        if (count == dueNs.length) {
            grow();
        }
        // The place behind the last holds what sinks while the others move up.
        move(at, count);
        siftDown(at, count);
    }

    private boolean precedes(long due, long order, int other) {
        return due < dueNs[other] || (due == dueNs[other] && order < sequence[other]);
    }

    private void move(int from, int to) {
        set(to, link[from], dueNs[from], sequence[from], frame[from], length[from]);
    }

    private void set(int at, EmulatedLink onLink, long due, long order, int aFrame, int itsLength) {
        link[at] = onLink;
        dueNs[at] = due;
        sequence[at] = order;
        frame[at] = aFrame;
        length[at] = itsLength;
    }

    private void grow() {
        int capacity = count * 2;
        dueNs = Arrays.copyOf(dueNs, capacity);
        sequence = Arrays.copyOf(sequence, capacity);
        frame = Arrays.copyOf(frame, capacity);
        length = Arrays.copyOf(length, capacity);
        link = Arrays.copyOf(link, capacity);
    }
}
