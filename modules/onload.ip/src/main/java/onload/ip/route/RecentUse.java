package onload.ip.route;

/**
 * Which of the slots 0 to {@code capacity - 1} are taken, and in which order they were used: a doubly linked list in
 * arrays, and a stack of those that are free. Every operation takes constant time; none allocates.
 */
final class RecentUse {
    /** No slot. */
    static final int NONE = -1;

    /** The ends of the list are kept as those of one slot more than there are. */
    private final int ring;

    private final int[] older;
    private final int[] newer;
    private final int[] free;
    private int freeCount;

    RecentUse(int capacity) {
        ring = capacity;
        older = new int[capacity + 1];
        newer = new int[capacity + 1];
        older[ring] = ring;
        newer[ring] = ring;
        free = new int[capacity];
        for (int slot = capacity - 1; slot >= 0; slot--) {
            free[freeCount++] = slot;
        }
    }

    boolean isFull() {
        return freeCount == 0;
    }

    /** Takes a free slot, which counts as used now. The caller has made sure that there is one. */
    int take() {
        int slot = free[--freeCount];
        link(slot);
        return slot;
    }

    /** Gives a slot back that was taken. */
    void release(int slot) {
        unlink(slot);
        free[freeCount++] = slot;
    }

    /** A slot that was taken is used now. */
    void touch(int slot) {
        if (older[ring] != slot) {
            unlink(slot);
            link(slot);
        }
    }

    /** The slot that was not used for the longest, or {@link #NONE}. */
    int oldest() {
        return newer[ring] == ring ? NONE : newer[ring];
    }

    private void link(int slot) {
        int newest = older[ring];
        older[slot] = newest;
        newer[slot] = ring;
        newer[newest] = slot;
        older[ring] = slot;
    }

    private void unlink(int slot) {
        newer[older[slot]] = newer[slot];
        older[newer[slot]] = older[slot];
    }
}
