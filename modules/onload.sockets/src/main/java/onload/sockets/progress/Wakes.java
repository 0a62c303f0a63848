package onload.sockets.progress;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The threads that are to be woken when the lock is given up: waking one takes longer than all else that a poll
 * does, and the woken thread would only find the lock taken.
 *
 * <p>Collected by the holder of the stack's lock; taken by it before it gives the lock up, and woken afterwards,
 * when somebody else may be collecting. The array goes round, so that nothing is allocated.
 */
public final class Wakes {
    private static final int FIRST_SIZE = 16;

    private final AtomicReference<Thread @Nullable []> spare = new AtomicReference<>();
    private @Nullable Thread[] threads = new Thread[FIRST_SIZE];
    private int count;

    /** The thread that collects was made ready. */
    private boolean hasCollector;

    /** Makes an empty collection. */
    public Wakes() {}

    /** Adds all threads that wait for something. */
    public void of(Waitable waitable) {
        if (waitable.hasWaiters()) {
            waitable.collect(this);
        }
    }

    /** Adds a thread, unless it is the one that collects: that is awake, and about to look. */
    void add(Thread thread) {
        if (thread == Thread.currentThread()) {
            hasCollector = true;
            return;
        }
        if (count == threads.length) {
            threads = Arrays.copyOf(threads, 2 * count);
        }
        threads[count++] = thread;
    }

    /** {@return whether nobody was made ready, not even the thread that collects} */
    public boolean isEmpty() {
        return count == 0 && !hasCollector;
    }

    /** {@return how many there are} */
    public int count() {
        return count;
    }

    /** {@return the threads, null standing after the last one; or null if there are none} */
    @Nullable Thread @Nullable [] take() {
        hasCollector = false;
        if (count == 0) {
            return null;
        }
        @Nullable Thread[] taken = threads;
        @Nullable Thread[] other = spare.getAndSet(null);
        threads = other == null ? new Thread[taken.length] : other;
        count = 0;
        return taken;
    }

    /** Takes an array back that was taken, all null. */
    @SuppressWarnings(
            "NullAway") // The checker does not tell the array's own nullness from that of its
    // elements here.
    void giveBack(@Nullable Thread[] taken) {
        spare.setRelease(taken);
    }
}
