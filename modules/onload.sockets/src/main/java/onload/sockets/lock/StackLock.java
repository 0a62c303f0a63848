package onload.sockets.lock;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The lock of a stack, which is also a queue of work: a thread that does not get it leaves its work for the
 * holder, and goes on. Everything is one word:
 *
 * <pre>
 *   63      48 47     42  41    40     39     32 31             0
 *  +----------+---------+-----+------+---------+----------------+
 *  |          |  flags  | full|LOCKED|  count  |  last item + 1 |
 *  +----------+---------+-----+------+---------+----------------+
 *                  (and WAITING, bit 48)
 * </pre>
 *
 * <p>Items are numbers, such as packets; each remembers the one before it ({@link LeftWork#link}). That an item
 * is left, and that somebody holds the lock who will do it, is one compare-and-set: there is no moment at which
 * work is left and nobody knows. An item can only be left while the lock is held, and the lock can only be given
 * up when nothing is left; so whoever gets the lock finds that all that was left before is done, and items are
 * done in the order of these compare-and-sets. That keeps the order of a thread's work and of a socket's.
 *
 * <p>How many items are left is in the word too, so that the bound is exact. At the bound, and when a holder has
 * done others' work for {@value #MOST_ROUNDS} rounds, there is no leaving any more, and threads wait for the
 * lock: nobody works for others for ever. Flags have no such bound: a holder goes on as long as somebody sets
 * them while it does them.
 *
 * <p>Without contention {@link #tryLock} and {@link #unlock} are one compare-and-set each. Not reentrant. A
 * thread that holds it must not park. <em>Memory order</em>: all accesses to the word are volatile; what a
 * thread wrote before it left an item or gave the lock up is seen by whoever does the item or gets the lock.
 */
public final class StackLock extends LockWord {
    /** No item. */
    public static final int NO_ITEM = -1;

    /** Answer: the caller has the lock, and does its work itself. */
    public static final int HELD = 0;

    /** Answer: the holder will do it. */
    public static final int LEFT = 1;

    /** Answer: the holder has been left enough; wait for the lock by {@link #lock}. */
    public static final int FULL = 2;

    /** Flags that {@link #lockOrSet} takes: the lowest six bits. */
    public static final int FLAGS = 0x3F;

    /** The largest bound of items. */
    public static final int MOST_ITEMS = 255;

    /** Rounds of others' work after which a holder takes no more. */
    static final int MOST_ROUNDS = 8;

    private static final int COUNT_SHIFT = 32;
    private static final int FLAG_SHIFT = 42;
    private static final long ITEM_MASK = 0xFFFF_FFFFL;
    private static final long COUNT_ONE = 1L << COUNT_SHIFT;
    private static final long COUNT_MASK = 0xFFL << COUNT_SHIFT;
    private static final long LOCKED = 1L << 40;
    private static final long NO_MORE = 1L << 41;
    private static final long FLAG_MASK = (long) FLAGS << FLAG_SHIFT;
    private static final long WAITING = 1L << 48;
    private static final long LEFT_MASK = ITEM_MASK | COUNT_MASK | FLAG_MASK;

    private static final VarHandle WORD;

    static {
        try {
            WORD = MethodHandles.lookup().findVarHandle(LockWord.class, "word", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    // After the word, and read only.
    private final LeftWork work;
    private final WaitingThreads waiting = new WaitingThreads();
    private final long mostItems;

    /**
     * Makes a lock that nobody holds.
     *
     * @param work does what is left
     * @param mostItems items that may be left at a time, 0 to {@value #MOST_ITEMS}; 0 for none
     */
    public StackLock(LeftWork work, int mostItems) {
        if (mostItems < 0 || mostItems > MOST_ITEMS) {
            throw new IllegalArgumentException(
                    "a holder cannot be left %d items; expected 0 to %d"
                            .formatted(mostItems, MOST_ITEMS));
        }
        this.work = work;
        this.mostItems = (long) mostItems << COUNT_SHIFT;
    }

    /** {@return whether the caller has the lock now} It is not had while anybody has it, this thread included. */
    public boolean tryLock() {
        return word == 0 && WORD.compareAndSet(this, 0L, LOCKED);
    }

    /** {@return whether somebody has the lock} True a moment ago. */
    public boolean isLocked() {
        return (word & LOCKED) != 0;
    }

    /** {@return the items that are left now} True a moment ago. */
    public int itemsLeft() {
        return (int) ((word & COUNT_MASK) >>> COUNT_SHIFT);
    }

    /**
     * Waits for the lock: polls for it first, then sleeps. An interrupt does not end the waiting; it is there
     * afterwards.
     *
     * @param spins how often to look before the thread sleeps, ≥ 0
     * @return whether looking was not enough, and the thread slept or was about to
     */
    public boolean lock(int spins) {
        for (int i = 0; i <= spins; i++) {
            if (tryLock()) {
                return false;
            }
            Thread.onSpinWait();
        }
        waiting.waitFor(this);
        return true;
    }

    /**
     * Takes the lock, or leaves an item for the holder. The item may be linked to another whatever the answer
     * is: the holder may have gone, or may have been left enough, after that.
     *
     * @param item ≥ 0, and not left already
     * @return {@link #HELD}, {@link #LEFT} or {@link #FULL}
     */
    public int lockOrLeave(int item) {
        while (true) {
            long seen = word;
            if (seen == 0) {
                if (WORD.compareAndSet(this, 0L, LOCKED)) {
                    return HELD;
                }
            } else {
                if ((seen & COUNT_MASK) >= mostItems || (seen & NO_MORE) != 0) {
                    return FULL;
                }
                work.link(item, (int) (seen & ITEM_MASK) - 1);
                long left = ((seen & ~ITEM_MASK) + COUNT_ONE) | Integer.toUnsignedLong(item + 1);
                if (WORD.compareAndSet(this, seen, left)) {
                    return LEFT;
                }
            }
            Thread.onSpinWait();
        }
    }

    /**
     * Takes the lock, or sets flags for the holder. There is always room for a flag.
     *
     * @param flags of {@link #FLAGS}, not 0
     * @return {@link #HELD}, and the flags are not set; or {@link #LEFT}
     */
    public int lockOrSet(int flags) {
        long bits = (long) flags << FLAG_SHIFT;
        while (true) {
            long seen = word;
            if (seen == 0) {
                if (WORD.compareAndSet(this, 0L, LOCKED)) {
                    return HELD;
                }
            } else if (WORD.compareAndSet(this, seen, seen | bits)) {
                // Also if they were set already: reading alone would not show the holder what was
                // written before.
                return LEFT;
            }
            Thread.onSpinWait();
        }
    }

    /**
     * Gives the lock up, after all that was left is done. For the holder.
     *
     * @return rounds of others' work that were done, ≥ 0
     */
    public int unlock() {
        return WORD.compareAndSet(this, LOCKED, 0L) ? 0 : unlockWithWork();
    }

    private int unlockWithWork() {
        int rounds = 0;
        while (true) {
            long seen = word;
            if ((seen & LEFT_MASK) == 0) {
                if (WORD.compareAndSet(this, seen, 0L)) {
                    if ((seen & WAITING) != 0) {
                        waiting.wakeFirst();
                    }
                    return rounds;
                }
            } else {
                long kept = LOCKED | (seen & (WAITING | NO_MORE));
                if (rounds + 1 >= MOST_ROUNDS) {
                    kept |= NO_MORE;
                }
                if (WORD.compareAndSet(this, seen, kept)) {
                    rounds++;
                    doLeft(seen);
                }
            }
        }
    }

    private void doLeft(long left) {
        int flags = (int) ((left & FLAG_MASK) >>> FLAG_SHIFT);
        if (flags != 0) {
            work.flags(flags);
        }
        int last = (int) (left & ITEM_MASK) - 1;
        int first = NO_ITEM;
        while (last != NO_ITEM) {
            int before = work.linked(last);
            work.link(last, first);
            first = last;
            last = before;
        }
        while (first != NO_ITEM) {
            // Doing an item may give its memory to somebody else.
            int next = work.linked(first);
            work.item(first);
            first = next;
        }
    }

    /** {@return whether somebody has the lock, who will wake a thread that waits} Otherwise it is worth another try. */
    boolean setWaiting() {
        while (true) {
            long seen = word;
            if ((seen & LOCKED) == 0) {
                return false;
            }
            if ((seen & WAITING) != 0 || WORD.compareAndSet(this, seen, seen | WAITING)) {
                return true;
            }
        }
    }

    @Override
    public String toString() {
        long seen = word;
        return "StackLock[%s, %d left, flags 0x%x%s]"
                .formatted(
                        (seen & LOCKED) != 0 ? "locked" : "free",
                        (seen & COUNT_MASK) >>> COUNT_SHIFT,
                        (seen & FLAG_MASK) >>> FLAG_SHIFT,
                        (seen & WAITING) != 0 ? ", waiting" : "");
    }
}
