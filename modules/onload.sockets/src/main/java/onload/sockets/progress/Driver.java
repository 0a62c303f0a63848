package onload.sockets.progress;

import onload.nic.spi.WakeUp;

/** The stack as those see it who drive it: implemented by the stack, called on any thread without its lock. */
public interface Driver {
    /** Who polls: a thread of the program that waits or found nothing. */
    int APPLICATION = 0;

    /** Who polls: a thread that was woken by the NIC. */
    int INTERRUPT = 1;

    /** Who polls: a thread that slept for the NIC until a timer. */
    int TIMER = 2;

    /** Who polls: the helper, for a thread that polls no more. */
    int COVER = 3;

    /** Who polls: the thread of a dedicated stack. */
    int DEDICATED = 4;

    /** {@return the time} */
    long nowNs();

    /**
     * Polls if nobody has the lock.
     *
     * @param who a constant of this interface
     * @return whether it polled
     */
    boolean tryPoll(int who);

    /**
     * Polls, waiting for the lock if need be.
     *
     * @param who a constant of this interface
     * @return how many threads it woke
     */
    int poll(int who);

    /** {@return the time of the last poll} Opaque: what was true a moment ago. */
    long lastPollNs();

    /** {@return how often threads of the program have polled} Opaque: what was true a moment ago. */
    long pollsOfProgram();

    /** Answer of {@link #prime}: the wake-ups are armed. */
    int ARMED = -1;

    /**
     * Arms the wake-ups of all NICs; or polls, if events have slipped in.
     *
     * @return {@link #ARMED}; or how many threads the poll woke, and nothing is armed
     */
    int prime();

    /**
     * {@return when the next timer is due, {@link Long#MAX_VALUE} for never} Volatile. It is right from {@link
     * #prime} on, as long as somebody is {@link Progress#hasLeader leader}.
     */
    long nextDeadlineNs();

    /** {@return what to sleep on: the wake-up of the first NIC, to which those of others are passed on} */
    WakeUp wakeUp();

    /** Something failed on a thread of the stack's own. */
    void fault(Throwable fault);
}
