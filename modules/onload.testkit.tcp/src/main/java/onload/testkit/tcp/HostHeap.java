package onload.testkit.tcp;

import java.util.Arrays;

/** The hosts of a network by the times at which they have something to do: a heap whose hosts know their places. */
final class HostHeap {
    private SimulatedHost[] heap = new SimulatedHost[16];
    private int size;

    /** {@return the earliest time, or {@link Long#MAX_VALUE}} */
    long firstNs() {
        return size == 0 ? Long.MAX_VALUE : heap[0].deadlineNs;
    }

    /** {@return the host of that time; there must be one} */
    SimulatedHost first() {
        return heap[0];
    }

    /** Gives a host another time. */
    void place(SimulatedHost host, long deadlineNs) {
        if (host.heapIndex < 0) {
            if (size == heap.length) {
                heap = Arrays.copyOf(heap, size * 2);
            }
            host.heapIndex = size;
            heap[size++] = host;
            host.deadlineNs = deadlineNs;
            up(host);
            return;
        }
        long before = host.deadlineNs;
        host.deadlineNs = deadlineNs;
        if (deadlineNs < before) {
            up(host);
        } else if (deadlineNs > before) {
            down(host);
        }
    }

    private void up(SimulatedHost host) {
        int at = host.heapIndex;
        while (at > 0 && heap[(at - 1) >>> 1].deadlineNs > host.deadlineNs) {
            put(heap[(at - 1) >>> 1], at);
            at = (at - 1) >>> 1;
        }
        put(host, at);
    }

    private void down(SimulatedHost host) {
        int at = host.heapIndex;
        for (int child = 2 * at + 1; child < size; child = 2 * at + 1) {
            if (child + 1 < size && heap[child + 1].deadlineNs < heap[child].deadlineNs) {
                child++;
            }
            if (heap[child].deadlineNs >= host.deadlineNs) {
                break;
            }
            put(heap[child], at);
            at = child;
        }
        put(host, at);
    }

    private void put(SimulatedHost host, int at) {
        heap[at] = host;
        host.heapIndex = at;
    }
}
