package onload.nic.emulated;

import java.util.Arrays;

/**
 * The frames on one direction of a cable that arrive in the order in which they were sent: a ring with their times of
 * arrival, which never fall from one to the next.
 */
final class FrameQueue {
    /** Place in a heap of a queue that is in none. */
    static final int IN_NO_HEAP = -1;

    private static final int FIRST_CAPACITY = 64;

    // An entry is four longs: time of arrival, sequence number, frame, length.
    private static final int ENTRY_SHIFT = 2;
    private static final int SEQUENCE = 1;
    private static final int FRAME = 2;
    private static final int LENGTH = 3;

    private final EmulatedLink link;
    private long[] entries = new long[FIRST_CAPACITY << ENTRY_SHIFT];
    private int head;
    private int count;

    /** Where this queue is in the heap of {@link FramesInFlight}, which alone reads and writes it. */
    int heapIndex = IN_NO_HEAP;

    FrameQueue(EmulatedLink link) {
        this.link = link;
    }

    EmulatedLink link() {
        return link;
    }

    boolean isEmpty() {
        return count == 0;
    }

    int count() {
        return count;
    }

    void add(long dueNs, long sequence, int frame, int length) {
        if (count << ENTRY_SHIFT == entries.length) {
            grow();
        }
        int entry = (head + (count << ENTRY_SHIFT)) & (entries.length - 1);
        entries[entry] = dueNs;
        entries[entry + SEQUENCE] = sequence;
        entries[entry + FRAME] = frame;
        entries[entry + LENGTH] = length;
        count++;
    }

    private void grow() {
        long[] more = Arrays.copyOf(entries, entries.length * 2);
        // What had wrapped around goes behind the rest.
        System.arraycopy(entries, 0, more, entries.length, head);
        entries = more;
    }

    /** {@return the time of arrival of the first frame; there must be one, as for the rest} */
    long dueNs() {
        return entries[head];
    }

    long sequence() {
        return entries[head + SEQUENCE];
    }

    int frame() {
        return (int) entries[head + FRAME];
    }

    int length() {
        return (int) entries[head + LENGTH];
    }

    void removeFirst() {
        head = (head + (1 << ENTRY_SHIFT)) & (entries.length - 1);
        count--;
    }
}
