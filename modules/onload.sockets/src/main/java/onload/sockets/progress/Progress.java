package onload.sockets.progress;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * Who drives a stack while threads wait.
 *
 * <p>A thread that waits <em>spins</em> first, as long as its budget says: it polls the NIC itself, so that no
 * wake-up and no other thread stands between a frame and its reader. Then it <em>sleeps</em>. One of those that
 * sleep is the <em>leader</em>: it arms the NIC and sleeps on that, until the next timer at most, and polls when
 * it wakes. So a frame for it costs one wake-up, not two. The others sleep until whoever polls has something for
 * them. While somebody spins there is no leader, and no NIC is armed.
 *
 * <p>When a leader has what it waited for, or the last spinner stops while others sleep, the {@link Standby} of
 * the stack leads until a thread of the program does again. It also looks, every {@code helper-bound}, whether
 * those who should poll still do.
 *
 * <p>Nothing is lost in between, by the same rule throughout: who changes something writes it with volatile
 * order and then looks whom it concerns; who is about to sleep says so with volatile order and then looks
 * whether it has changed.
 *
 * <p>For any thread, none of which may have the stack's lock, except where it says so.
 */
public final class Progress {
    /** Answer: what was waited for is there. */
    public static final int READY = 0;

    /** Answer: the time is over. */
    public static final int EXPIRED = 1;

    /** Answer: the thread was interrupted, and its interrupt status is still set. */
    public static final int INTERRUPTED = 2;

    /** A leader looks so often though nothing happens: for what no event tells, such as that a link has gone. */
    private static final long LONGEST_SLEEP_NS = 100_000_000L;

    /** On a stack without a helper a thread that sleeps looks so often whether it has to lead. */
    private static final long UNHELPED_SLEEP_NS = 1_000_000L;

    /**
     * Who spins lets others run so often, about every 100 µs. On a core of its own that is a system call that
     * does nothing; on one that it shares, perhaps with the very thread that it waits for, it saves the rest of
     * a time slice.
     */
    static final int TURNS_PER_YIELD = 1024;

    private final Driver driver;
    private final long spinNs;
    private final boolean isDedicated;
    private final AtomicInteger spinners = new AtomicInteger();
    private final AtomicInteger sleepers = new AtomicInteger();
    private final AtomicReference<@Nullable Thread> leader = new AtomicReference<>();
    private @Nullable Standby standby;

    /** The thread that went to sleep last while another one led was none that cannot lead. */
    private volatile boolean hasFollowers;

    /** Until when the leader sleeps; {@link Long#MIN_VALUE} while it does not. */
    private volatile long leaderWakesNs = Long.MIN_VALUE;

    /**
     * Makes the progress of a stack that only its threads drive.
     *
     * @param spinNs how long threads spin that say nothing else, ≥ 0
     * @param isDedicated whether another thread polls all the time, so that who spins only looks
     */
    public Progress(Driver driver, long spinNs, boolean isDedicated) {
        this.driver = driver;
        this.spinNs = spinNs;
        this.isDedicated = isDedicated;
    }

    /** Gives it a helper, before anybody waits. */
    public void standby(Standby helper) {
        standby = helper;
    }

    /** {@return the threads that spin} */
    public int spinners() {
        return spinners.get();
    }

    /** {@return the threads that sleep, those that were just woken included} */
    public int sleepers() {
        return sleepers.get();
    }

    /** {@return whether another thread polls all the time} */
    public boolean isDedicated() {
        return isDedicated;
    }

    /** {@return whether threads wait that would lead themselves the next time} */
    boolean hasFollowers() {
        return hasFollowers;
    }

    /** {@return whether somebody sleeps for the NIC, or is about to} */
    public boolean hasLeader() {
        return leader.get() != null;
    }

    // Waiting.

    /**
     * Waits until something is ready.
     *
     * @param what what, in terms of the waitable
     * @param timeoutNs longest wait, {@link Long#MAX_VALUE} for ever
     * @param socketSpinNs how long the waitable wants to be polled for, or {@link Spinning#UNSET}
     * @return {@link #READY}, {@link #EXPIRED} or {@link #INTERRUPTED}
     */
    public int await(Waitable waitable, int what, long timeoutNs, long socketSpinNs) {
        if (waitable.isReady(what)) {
            return READY;
        }
        long startNs = driver.nowNs();
        long deadlineNs = after(startNs, timeoutNs);
        long budgetNs = Spinning.budget(socketSpinNs, spinNs);
        if (budgetNs > 0) {
            int outcome = spin(waitable, what, Math.min(deadlineNs, after(startNs, budgetNs)));
            if (outcome != EXPIRED) {
                return outcome;
            }
        }
        return sleep(waitable, what, deadlineNs);
    }

    private static long after(long nowNs, long durationNs) {
        long sum = nowNs + durationNs;
        return durationNs > 0 && sum < nowNs ? Long.MAX_VALUE : sum;
    }

    @SuppressWarnings("ThreadPriorityCheck") // See TURNS_PER_YIELD.
    private int spin(Waitable waitable, int what, long untilNs) {
        Thread me = Thread.currentThread();
        spinners.getAndIncrement();
        int outcome = EXPIRED;
        int turns = 0;
        try {
            long nowNs;
            do {
                if ((++turns & TURNS_PER_YIELD - 1) == 0) {
                    Thread.yield();
                }
                boolean polled = !isDedicated && driver.tryPoll(Driver.APPLICATION);
                if (waitable.isReady(what)) {
                    outcome = READY;
                    return outcome;
                }
                if (me.isInterrupted()) {
                    outcome = INTERRUPTED;
                    return outcome;
                }
                if (polled) {
                    nowNs = driver.lastPollNs();
                } else {
                    Thread.onSpinWait();
                    nowNs = driver.nowNs();
                }
            } while (nowNs < untilNs);
            return outcome;
        } finally {
            if (spinners.decrementAndGet() == 0 && outcome != EXPIRED && sleepers.get() > 0) {
                requestCover();
            }
        }
    }

    private int sleep(Waitable waitable, int what, long deadlineNs) {
        Thread me = Thread.currentThread();
        boolean isLeader = false;
        sleepers.getAndIncrement();
        try {
            while (true) {
                waitable.register(me);
                if (waitable.isReady(what)) {
                    return READY;
                }
                if (me.isInterrupted()) {
                    return INTERRUPTED;
                }
                long nowNs = driver.nowNs();
                if (nowNs >= deadlineNs) {
                    return EXPIRED;
                }
                if (isLeader) {
                    sleepForNic(deadlineNs);
                    isLeader = spinners.get() == 0 || !abdicate();
                } else if (mayLead(me) && leader.compareAndSet(null, me)) {
                    // Whoever makes something ready from now on signals the NIC's wake-up; what was
                    // before is looked for once more.
                    isLeader = true;
                } else {
                    // The last to go to sleep says whether there is somebody for the helper to step
                    // down for.
                    hasFollowers = !me.isVirtual();
                    requestCoverIfUnled();
                    follow(waitable, what, until(deadlineNs, nowNs));
                }
            }
        } finally {
            waitable.deregister(me);
            sleepers.getAndDecrement();
            if (isLeader) {
                abdicate();
            } else if (sleepers.get() > 0) {
                requestCoverIfUnled();
            }
        }
    }

    /**
     * Sleeps while somebody else leads. Where nobody might, since only threads of the program drive the stack
     * and these may be virtual, it polls itself now and then.
     */
    private void follow(Waitable waitable, int what, long leftNs) {
        if (standby != null || isDedicated) {
            LockSupport.parkNanos(waitable, leftNs);
            return;
        }
        driver.tryPoll(Driver.APPLICATION);
        if (!waitable.isReady(what)) {
            LockSupport.parkNanos(waitable, Math.min(leftNs, UNHELPED_SLEEP_NS));
        }
    }

    /** How long it is until a deadline in the future; a clock may begin below 0. */
    private static long until(long deadlineNs, long nowNs) {
        long leftNs = deadlineNs - nowNs;
        return leftNs < 0 ? Long.MAX_VALUE : leftNs;
    }

    /** A virtual thread does not lead, since it might keep its carrier; nor does anybody while somebody polls. */
    private boolean mayLead(Thread thread) {
        return !isDedicated && !thread.isVirtual() && spinners.get() == 0;
    }

    /** Leads no more, and sees to it that somebody does if there is need; answers true. */
    private boolean abdicate() {
        leader.set(null);
        Standby helper = standby;
        if (helper != null) {
            if (spinners.get() == 0 && sleepers.get() > 0) {
                helper.cover();
            } else {
                helper.watch();
            }
        }
        return true;
    }

    private void requestCoverIfUnled() {
        if (!isDedicated && spinners.get() == 0) {
            requestCover();
        }
    }

    private void requestCover() {
        Standby helper = standby;
        if (helper != null && leader.get() == null) {
            helper.cover();
        }
    }

    // Leading.

    /** {@return whether the calling thread, a helper, leads from now on} */
    boolean tryLead() {
        return leader.compareAndSet(null, Thread.currentThread());
    }

    /** Gives up leading, for the helper; who sleeps and finds nobody leading looks after itself. */
    void resign() {
        leader.set(null);
    }

    /**
     * Sleeps once for the NIC and the next timer, and polls. For the leader.
     *
     * @param deadlineNs sleeps no longer than this
     * @return how many threads the poll woke
     */
    int sleepForNic(long deadlineNs) {
        int woken = driver.prime();
        if (woken != Driver.ARMED) {
            return woken;
        }
        long nowNs = driver.nowNs();
        long untilNs =
                Math.min(Math.min(deadlineNs, driver.nextDeadlineNs()), nowNs + LONGEST_SLEEP_NS);
        leaderWakesNs = untilNs;
        boolean isSignalled = false;
        if (driver.nextDeadlineNs() >= untilNs && nowNs < untilNs) {
            try {
                isSignalled = driver.wakeUp().await(untilNs - nowNs);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        leaderWakesNs = Long.MIN_VALUE;
        return driver.poll(isSignalled ? Driver.INTERRUPT : Driver.TIMER);
    }

    /** A timer is due earlier than before: wakes the leader if it sleeps for longer. After the lock was given up. */
    public void deadlineIs(long deadlineNs) {
        if (deadlineNs < leaderWakesNs) {
            driver.wakeUp().signal();
        }
    }

    // Waking.

    /**
     * Wakes threads that were collected. For a thread that has just given the lock up.
     *
     * @param taken from {@link #take}, or null for none
     */
    public void wake(@Nullable Thread @Nullable [] taken, Wakes from) {
        if (taken == null) {
            return;
        }
        for (int i = 0; i < taken.length; i++) {
            Thread thread = taken[i];
            if (thread == null) {
                break;
            }
            taken[i] = null;
            if (thread == leader.get()) {
                driver.wakeUp().signal();
            } else {
                LockSupport.unpark(thread);
            }
        }
        from.giveBack(taken);
    }

    /** Wakes all threads that wait for something, for a thread that does not have the lock. */
    public void wakeNow(Waitable waitable) {
        if (waitable.hasWaiters()) {
            Wakes now = new Wakes();
            waitable.collect(now);
            wake(now.take(), now);
        }
    }

    /**
     * {@return the threads that were collected, to be woken when the lock is given up; null for none} For the holder.
     */
    public static @Nullable Thread @Nullable [] take(Wakes wakes) {
        return wakes.take();
    }
}
