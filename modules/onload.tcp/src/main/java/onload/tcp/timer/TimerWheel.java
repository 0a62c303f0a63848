package onload.tcp.timer;

import org.jspecify.annotations.Nullable;

/**
 * The times of very many entries, each of which has one or none: a hierarchical wheel whose answers are exact to the
 * nanosecond.
 *
 * <p>A level has 64 slots, each as wide as the level below. An entry is in the level of the highest digit, to base
 * 64, in which its tick differs from the wheel's; so there are levels for every time that a long can be, none is out
 * of reach, slots never wrap around, and all of a level is due before all of the next one. An entry moves down one or
 * more levels whenever the wheel comes to its slot, at most ten times in its life.
 *
 * <p>Scheduling is lazy: a time that is not earlier than the one that the wheel has changes nothing. The owner looks
 * at its own deadline when its entry expires and schedules it again; a timer pushed back with each segment costs one
 * comparison then.
 *
 * <p>Times are compared as plain numbers, from {@code Long.MIN_VALUE} to {@code Long.MAX_VALUE - 1}. Scheduling and
 * cancelling cost the same for any number of entries; {@link #nextDeadlineNs} after the earliest entry has gone looks
 * at all entries of the earliest slot. Single-threaded, under the stack lock. Allocates nothing after construction.
 */
public final class TimerWheel {
    /** No time: the entry is not scheduled, or nothing is. */
    public static final long NEVER = Long.MAX_VALUE;

    private static final int DIGIT_BITS = 6;
    private static final int SLOTS = 1 << DIGIT_BITS;

    /** Entries of a wide slot that are looked at to find the first. */
    private static final int MOST_LOOKED_AT = 16;

    private static final int SLOT_MASK = SLOTS - 1;

    private final int tickBits;

    /** Heads of lists: those of level 0, of level 1, …, and last the entries that are due. */
    private final @Nullable TimerEntry[] heads;

    /** The list of entries taken out of the slots by an advance, whose calls are still to come. */
    private final int due;

    /** A bit for each slot of a level that is not empty. */
    private final long[] occupied;

    /** A bit for each level that is not empty. */
    private int levels;

    /** The tick that the wheel has come to, as an unsigned number. */
    private long position;

    /** Not later than the earliest time; that itself if {@link #nextKnown}. */
    private long nextNs = NEVER;

    private boolean nextKnown = true;
    private boolean advancing;
    private int size;

    /**
     * Makes an empty wheel.
     *
     * @param resolutionNs how far apart times are that get slots of their own, ≥ 1, rounded down to a power of two;
     *     a matter of speed only
     * @param nowNs the time
     * @throws IllegalArgumentException if the resolution is less than 1
     */
    public TimerWheel(long resolutionNs, long nowNs) {
        if (resolutionNs < 1) {
            throw new IllegalArgumentException(
                    "resolution of " + resolutionNs + " ns: use one of at least 1 ns");
        }
        tickBits = Long.SIZE - 1 - Long.numberOfLeadingZeros(resolutionNs);
        int levelCount = (Long.SIZE - tickBits + DIGIT_BITS - 1) / DIGIT_BITS;
        due = levelCount * SLOTS;
        heads = new @Nullable TimerEntry[due + 1];
        occupied = new long[levelCount];
        position = tick(nowNs);
    }

    /** What to do with entries whose time has come. */
    @FunctionalInterface
    public interface Expiry {
        /**
         * The time of an entry has come. The entry is not scheduled any more; this may schedule and cancel any entry.
         *
         * @param entry whose time has come
         * @param nowNs the time given to {@link TimerWheel#advance}
         */
        void expired(TimerEntry entry, long nowNs);
    }

    /** {@return the number of entries that are scheduled} */
    public int size() {
        return size;
    }

    /**
     * Schedules an entry, unless it is scheduled at an earlier time or the same: then it stays as it is. To make it
     * later for sure, cancel it first.
     *
     * @param deadlineNs the time, which may be past; {@link #NEVER} changes nothing
     */
    public void schedule(TimerEntry entry, long deadlineNs) {
        if (entry.deadlineNs <= deadlineNs) {
            return;
        }
        int list = entry.list;
        entry.deadlineNs = deadlineNs;
        if (list == TimerEntry.NOWHERE) {
            size++;
            place(entry);
        } else if (list != due) {
            unlink(entry);
            place(entry);
        }
        if (deadlineNs <= nextNs) {
            nextNs = deadlineNs;
            nextKnown = true;
        }
    }

    /** Takes the time of an entry away, if it has one. */
    public void cancel(TimerEntry entry) {
        if (entry.list == TimerEntry.NOWHERE) {
            return;
        }
        if (entry.deadlineNs == nextNs) {
            nextKnown = false;
        }
        unlink(entry);
        entry.list = TimerEntry.NOWHERE;
        entry.deadlineNs = NEVER;
        size--;
    }

    /**
     * {@return the earliest time of all entries, or {@link #NEVER}} It is exact unless the next slot in which there are
     * any is a wide one with many entries; then it is when that slot begins, which is no later.
     */
    public long nextDeadlineNs() {
        return nextKnown ? nextNs : findNext();
    }

    /**
     * Calls the handler for each entry whose time is not later than now, in no particular order.
     *
     * <p>What the handler cancels is not called any more. What it schedules, even for a time that has passed, is
     * called by the next advance at the earliest, so that each entry is called once at most; {@link #nextDeadlineNs}
     * tells of it. When the handler throws, entries not yet called are left to the next advance.
     *
     * @param nowNs the time; earlier than before is harmless
     * @return the number of calls
     * @throws IllegalStateException if called by the handler
     */
    public int advance(long nowNs, Expiry handler) {
        long target = tick(nowNs);
        if (nowNs < nextNs && target == position) {
            return 0;
        }
        if (advancing) {
            throw new IllegalStateException(
                    "advance called while entries expire: schedule for now, and advance afterwards");
        }
        collect(nowNs, Long.compareUnsigned(target, position) < 0 ? position : target);
        if (nextNs <= nowNs) {
            // It was the beginning of a slot, perhaps, whose entries are all cancelled by now.
            nextKnown = false;
        }
        return heads[due] == null ? 0 : expire(nowNs, handler);
    }

    private int expire(long nowNs, Expiry handler) {
        advancing = true;
        try {
            int calls = 0;
            TimerEntry entry = heads[due];
            while (entry != null) {
                cancel(entry);
                calls++;
                handler.expired(entry, nowNs);
                entry = heads[due];
            }
            return calls;
        } finally {
            advancing = false;
        }
    }

    /** Moves the wheel on to a tick, and what is due by then to the list of those to be called. */
    private void collect(long nowNs, long target) {
        while (levels != 0) {
            int level = Integer.numberOfTrailingZeros(levels);
            int slot = Long.numberOfTrailingZeros(occupied[level]);
            long start = start(level, slot);
            if (Long.compareUnsigned(start, target) > 0) {
                break;
            }
            position = start;
            nextKnown = false;
            empty(level, slot, nowNs);
            if (level == 0 && start == target) {
                break; // what is left there is of this tick, but later
            }
        }
        position = target;
    }

    /** Moves the entries of a slot, to which the wheel has come, to where they belong now. */
    private void empty(int level, int slot, long nowNs) {
        int list = (level << DIGIT_BITS) + slot;
        TimerEntry entry = heads[list];
        heads[list] = null;
        vacate(list);
        while (entry != null) {
            TimerEntry next = entry.next;
            if (entry.deadlineNs <= nowNs) {
                link(entry, due);
            } else {
                place(entry);
            }
            entry = next;
        }
    }

    private void place(TimerEntry entry) {
        long tick = tick(entry.deadlineNs);
        if (Long.compareUnsigned(tick, position) < 0) {
            tick = position;
        }
        // "or 1" makes no difference to the level, and a number that has a highest bit
        int highestBit = Long.SIZE - 1 - Long.numberOfLeadingZeros((tick ^ position) | 1);
        int level = highestBit / DIGIT_BITS;
        int slot = (int) (tick >>> (level * DIGIT_BITS)) & SLOT_MASK;
        occupied[level] |= 1L << slot;
        levels |= 1 << level;
        link(entry, (level << DIGIT_BITS) + slot);
    }

    private void link(TimerEntry entry, int list) {
        TimerEntry head = heads[list];
        entry.list = list;
        entry.previous = null;
        entry.next = head;
        if (head != null) {
            head.previous = entry;
        }
        heads[list] = entry;
    }

    private void unlink(TimerEntry entry) {
        TimerEntry previous = entry.previous;
        TimerEntry next = entry.next;
        entry.previous = null;
        entry.next = null;
        if (next != null) {
            next.previous = previous;
        }
        if (previous != null) {
            previous.next = next;
            return;
        }
        heads[entry.list] = next;
        if (next == null && entry.list != due) {
            vacate(entry.list);
        }
    }

    private void vacate(int list) {
        int level = list >> DIGIT_BITS;
        occupied[level] &= ~(1L << (list & SLOT_MASK));
        if (occupied[level] == 0) {
            levels &= ~(1 << level);
        }
    }

    private long findNext() {
        long earliestNs = earliest(due, NEVER);
        if (levels != 0) {
            int level = Integer.numberOfTrailingZeros(levels);
            int slot = Long.numberOfTrailingZeros(occupied[level]);
            earliestNs = Math.min(earliestNs, earliestOrStart(level, slot));
        }
        nextNs = earliestNs;
        nextKnown = true;
        return earliestNs;
    }

    /**
     * The time of the first entry in a slot. A wide slot with many entries is not searched, since it would be
     * again each time that its first entry goes: that it begins is early enough to look at it.
     */
    private long earliestOrStart(int level, int slot) {
        long earliestNs = NEVER;
        int looked = 0;
        for (TimerEntry entry = heads[(level << DIGIT_BITS) + slot];
                entry != null;
                entry = entry.next) {
            if (level > 0 && ++looked > MOST_LOOKED_AT) {
                return start(level, slot) << tickBits ^ Long.MIN_VALUE;
            }
            earliestNs = Math.min(earliestNs, entry.deadlineNs);
        }
        return earliestNs;
    }

    private long earliest(int list, long limitNs) {
        long earliestNs = limitNs;
        for (TimerEntry entry = heads[list]; entry != null; entry = entry.next) {
            earliestNs = Math.min(earliestNs, entry.deadlineNs);
        }
        return earliestNs;
    }

    /** The first tick of a slot: the digits of the wheel's above the level, the slot, and zeros. */
    private long start(int level, int slot) {
        int shift = level * DIGIT_BITS;
        long above = position >>> shift >>> DIGIT_BITS << DIGIT_BITS;
        return (above | slot) << shift;
    }

    /** Unsigned, in the order of times. */
    private long tick(long timeNs) {
        return (timeNs ^ Long.MIN_VALUE) >>> tickBits;
    }
}
