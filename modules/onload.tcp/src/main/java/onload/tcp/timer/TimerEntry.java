package onload.tcp.timer;

import org.jspecify.annotations.Nullable;

/**
 * Superclass of what has one time in a {@link TimerWheel}, so that a wheel needs no object of its own for it.
 *
 * <p>An entry belongs to one wheel at most. It costs two references, a long and an int.
 */
public abstract class TimerEntry {
    /** Where an entry is that is not scheduled. */
    static final int NOWHERE = -1;

    @Nullable TimerEntry previous;
    @Nullable TimerEntry next;

    /** Exact; {@link TimerWheel#NEVER} exactly while not scheduled. */
    long deadlineNs = TimerWheel.NEVER;

    /** The list of the wheel that it is in. */
    int list = NOWHERE;

    /** Makes an entry that is not scheduled. */
    protected TimerEntry() {}

    /** {@return whether a wheel has a time for this entry} */
    public final boolean isScheduled() {
        return deadlineNs != TimerWheel.NEVER;
    }

    /** {@return the time that the wheel has for this entry, or {@link TimerWheel#NEVER}} */
    public final long scheduledNs() {
        return deadlineNs;
    }
}
