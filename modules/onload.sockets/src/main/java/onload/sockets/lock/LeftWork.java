package onload.sockets.lock;

/**
 * What the holder of a {@link StackLock} does for those who did not get it: implemented by the stack, called on
 * the thread of the holder while it has the lock. No method may throw.
 */
public interface LeftWork {
    /**
     * Remembers in an item which one was left before it. Called without the lock, by the thread that leaves the
     * item, once or more, also if it is not left in the end.
     *
     * @param item left by {@link StackLock#lockOrLeave}
     * @param before the item that was left before it, or {@link StackLock#NO_ITEM}
     */
    void link(int item, int before);

    /** {@return what {@link #link} was told of an item} */
    int linked(int item);

    /** Does an item that was left. Items come in the order in which they were left. */
    void item(int item);

    /**
     * Does what flags ask for.
     *
     * @param flags one or more of those that were given to {@link StackLock#lockOrSet}, or-ed
     */
    void flags(int flags);
}
