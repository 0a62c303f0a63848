package onload.sockets.progress;

import org.jspecify.annotations.Nullable;

/**
 * How long the calling thread polls before it sleeps, where that differs from what its socket and stack say. A
 * thread that serves many sockets, or shares its core, knows better than they do.
 */
public final class Spinning {
    /** As the socket or the stack says. */
    public static final long UNSET = -1;

    /** Until there is something. */
    public static final long FOREVER = Long.MAX_VALUE;

    private static final ThreadLocal<@Nullable Long> OF_THREAD = new ThreadLocal<>();

    private Spinning() {}

    /**
     * Sets the budget of the calling thread, for all stacks.
     *
     * @param budgetNs ≥ 0; {@link #FOREVER}; or {@link #UNSET}
     * @throws IllegalArgumentException if it is something else
     */
    public static void ofThisThread(long budgetNs) {
        if (budgetNs < UNSET) {
            throw new IllegalArgumentException(
                    "a thread cannot poll for %d ns; expected 0 or more, or UNSET"
                            .formatted(budgetNs));
        }
        if (budgetNs == UNSET) {
            OF_THREAD.remove();
        } else {
            OF_THREAD.set(budgetNs);
        }
    }

    /** {@return the budget of the calling thread, or {@link #UNSET}} */
    public static long ofThisThread() {
        Long budget = OF_THREAD.get();
        return budget == null ? UNSET : budget;
    }

    /**
     * {@return the budget that holds: that of the thread, else of the socket, else of the stack} A virtual
     * thread that says nothing itself does not spin: it would keep its carrier from others.
     */
    static long budget(long ofSocketNs, long ofStackNs) {
        Long budget = OF_THREAD.get();
        if (budget != null) {
            return budget;
        }
        if (Thread.currentThread().isVirtual()) {
            return 0;
        }
        return ofSocketNs == UNSET ? ofStackNs : ofSocketNs;
    }
}
