package onload.nic.emulated;

import java.util.Arrays;

/**
 * Every frame that is on a cable of one network, and which of them arrives next: the earliest, and of those that
 * arrive at one time the one that was sent first.
 *
 * <p>A cable that keeps the order of its frames is a ring; only the head of each ring stands in a heap, so that a busy
 * cable costs a comparison or two per frame and not a walk through a heap of frames. The few frames that overtake or
 * are overtaken stand in a heap of their own.
 */
final class FramesInFlight {
    /** The time of an arrival that never comes. */
    static final long NEVER = Long.MAX_VALUE;

    private static final int FIRST_CAPACITY = 16;

    private final LateFrames late = new LateFrames();
    private FrameQueue[] heap = new FrameQueue[FIRST_CAPACITY];
    private int queues;
    private long sequence;

    private long takenDueNs;
    private int takenFrame;
    private int takenLength;

    /** Adds a frame that arrives behind those of its queue: not before {@code dueNs} of any of them. */
    void add(FrameQueue queue, long dueNs, int frame, int length) {
        queue.add(dueNs, sequence++, frame, length);
        if (queue.heapIndex == FrameQueue.IN_NO_HEAP) {
            insert(queue);
        }
    }

    /** Adds a frame that arrives at any time. */
    void addLate(EmulatedLink link, long dueNs, int frame, int length) {
        late.add(link, dueNs, sequence++, frame, length);
    }

    /** {@return when the next frame arrives, or {@link #NEVER}} */
    long nextDueNs() {
        long dueNs = queues == 0 ? NEVER : heap[0].dueNs();
        return late.isEmpty() ? dueNs : Math.min(dueNs, late.dueNs());
    }

    /** {@return whether a frame has arrived by a time, be it the last that there is} */
    boolean isDue(long nowNs) {
        return (queues > 0 && heap[0].dueNs() <= nowNs)
                || (!late.isEmpty() && late.dueNs() <= nowNs);
    }

    /** {@return the link on which the next frame arrives, which is taken out; there must be one} */
    EmulatedLink take() {
        if (!late.isEmpty() && (queues == 0 || isLateFirst(heap[0]))) {
            return takeLate();
        }
        FrameQueue first = heap[0];
        takenDueNs = first.dueNs();
        takenFrame = first.frame();
        takenLength = first.length();
        first.removeFirst();
        if (first.isEmpty()) {
            removeAt(0);
        } else if (queues > 1) {
            siftDown(first, 0);
        }
        return first.link();
    }

    private boolean isLateFirst(FrameQueue first) {
        long dueNs = first.dueNs();
        return late.dueNs() < dueNs
                || (late.dueNs() == dueNs && late.sequence() < first.sequence());
    }

    private EmulatedLink takeLate() {
        takenDueNs = late.dueNs();
        takenFrame = late.frame();
        takenLength = late.length();
        EmulatedLink link = late.link();
        late.removeFirst();
        return link;
    }

    /** {@return when the frame that was taken last arrives} */
    long takenDueNs() {
        return takenDueNs;
    }

    /** {@return the frame that was taken last} */
    int takenFrame() {
        return takenFrame;
    }

    /** {@return the bytes of the frame that was taken last} */
    int takenLength() {
        return takenLength;
    }

    /**
     * Takes all frames of a link out and gives their slots back.
     *
     * @return how many there were
     */
    int cut(FrameQueue queue, FrameStore store) {
        int removed = late.cut(queue.link(), store) + queue.count();
        if (queue.heapIndex != FrameQueue.IN_NO_HEAP) {
            removeAt(queue.heapIndex);
        }
        while (!queue.isEmpty()) {
            store.release(queue.frame());
            queue.removeFirst();
        }
        return removed;
    }

    private void insert(FrameQueue queue) {
        if (queues == heap.length) {
            heap = Arrays.copyOf(heap, queues * 2);
        }
        siftUp(queue, queues++);
    }

    private void removeAt(int index) {
        heap[index].heapIndex = FrameQueue.IN_NO_HEAP;
        FrameQueue last = heap[--queues];
        if (index < queues) {
            siftDown(last, index);
            if (heap[index] == last) {
                siftUp(last, index);
            }
        }
    }

    private void siftUp(FrameQueue queue, int from) {
        int at = from;
        while (at > 0 && precedes(queue, heap[(at - 1) >>> 1])) {
            place(heap[(at - 1) >>> 1], at);
            at = (at - 1) >>> 1;
        }
        place(queue, at);
    }

    private void siftDown(FrameQueue queue, int from) {
        int at = from;
        while (true) {
            int child = 2 * at + 1;
            if (child >= queues) {
                break;
            }
            if (child + 1 < queues && precedes(heap[child + 1], heap[child])) {
                child++;
            }
            if (precedes(queue, heap[child])) {
                break;
            }
            place(heap[child], at);
            at = child;
        }
        place(queue, at);
    }

    private void place(FrameQueue queue, int at) {
        heap[at] = queue;
        queue.heapIndex = at;
    }

    private static boolean precedes(FrameQueue one, FrameQueue other) {
        long oneNs = one.dueNs();
        long otherNs = other.dueNs();
        return oneNs < otherNs || (oneNs == otherNs && one.sequence() < other.sequence());
    }
}
