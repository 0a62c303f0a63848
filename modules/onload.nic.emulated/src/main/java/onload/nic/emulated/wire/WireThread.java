package onload.nic.emulated.wire;

import onload.nic.spi.WakeUp;

import org.agrona.ErrorHandler;
import org.agrona.concurrent.NanoClock;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * Runs a {@link Wire} on the real clock, in a thread that spins, or that spins for a while after it had something to
 * do and then sleeps.
 *
 * <p>As long as it sleeps, each NIC has a doorman: a thread that waits for its wake-up, since nobody can wait for two
 * at once, and rouses the wire's thread. A frame then pays for two threads that wake up; comparisons spin.
 *
 * <p>The wire, its NICs and their pools belong to this thread from {@link #start} until {@link #close} has returned.
 * Start and close are for the one who made it.
 */
public final class WireThread implements AutoCloseable {
    /** Spins for ever: the least delay, for a processor of its own. */
    public static final long SPIN = Long.MAX_VALUE;

    /** How long {@link #close} waits for the threads to end: 10 s. */
    public static final long STOP_NS = TimeUnit.SECONDS.toNanos(10);

    /** A sleep is not worth beginning for less, nor would it end in time. */
    private static final long SHORTEST_SLEEP_NS = 100_000;

    /** What the thread wakes up before a frame is due, to spin for the rest. */
    private static final long EARLY_NS = 60_000;

    /** A sleep or wait is never longer, should a NIC fail to wake up. */
    private static final long LONGEST_SLEEP_NS = TimeUnit.SECONDS.toNanos(1);

    private final Wire wire;
    private final NanoClock clock;
    private final long spinNs;
    private final ErrorHandler errors;
    private final Thread thread;
    private final Thread leftDoorman;
    private final Thread rightDoorman;

    /** Set by a doorman before it unparks; what was set is seen by the sleeper that takes it. */
    private final AtomicBoolean isRoused = new AtomicBoolean();

    private volatile boolean isStopping;
    private boolean isStarted;

    /**
     * Makes a thread, which does not run yet.
     *
     * @param wire what to run
     * @param clock the clock of its delays, which goes by itself
     * @param spinNs how long in nanoseconds to spin after there was something to do, 0 or more; {@link #SPIN} for ever
     * @param errors told what ends the thread before it is closed
     * @throws IllegalArgumentException if {@code spinNs} is negative
     */
    public WireThread(Wire wire, NanoClock clock, long spinNs, ErrorHandler errors) {
        if (spinNs < 0) {
            throw new IllegalArgumentException(
                    "spinNs of a wire's thread cannot be %d; expected 0 or more".formatted(spinNs));
        }
        this.wire = wire;
        this.clock = clock;
        this.spinNs = spinNs;
        this.errors = errors;
        this.thread = thread("onload-wire", this::run);
        this.leftDoorman = thread("onload-wire-left", () -> await(wire.leftWakeUp()));
        this.rightDoorman = thread("onload-wire-right", () -> await(wire.rightWakeUp()));
    }

    private static Thread thread(String name, Runnable body) {
        return Thread.ofPlatform().name(name).daemon().unstarted(body);
    }

    /**
     * Starts it.
     *
     * @throws IllegalStateException if it was started or closed before
     */
    public void start() {
        if (isStarted || isStopping) {
            throw new IllegalStateException(
                    "the thread of a wire starts once, and not after it was closed; make another one");
        }
        isStarted = true;
        wire.clock(clock);
        thread.start();
        if (spinNs != SPIN) {
            leftDoorman.start();
            rightDoorman.start();
        }
    }

    /** {@return whether it runs: it was started, not closed, and did not fail} */
    public boolean isRunning() {
        return thread.isAlive();
    }

    private void run() {
        try {
            long workedNs = clock.nanoTime();
            while (!isStopping) {
                long nowNs = clock.nanoTime();
                if (wire.work(nowNs) > 0) {
                    workedNs = nowNs;
                } else {
                    idle(nowNs, workedNs);
                }
            }
        } catch (RuntimeException | Error failure) {
            errors.onError(failure);
        }
    }

    private void idle(long nowNs, long workedNs) {
        long dueNs = wire.nextDueNs();
        long sleepNs =
                dueNs == Long.MAX_VALUE
                        ? LONGEST_SLEEP_NS
                        : Math.min(dueNs - nowNs - EARLY_NS, LONGEST_SLEEP_NS);
        if (spinNs == SPIN
                || nowNs - workedNs < spinNs
                || sleepNs < SHORTEST_SLEEP_NS - EARLY_NS
                || !wire.prime()) {
            Thread.onSpinWait();
            return;
        }
        // Whoever rouses from here on leaves a permit, with which this returns at once.
        if (!isRoused.get()) {
            LockSupport.parkNanos(this, sleepNs);
        }
        isRoused.set(false);
    }

    private void await(WakeUp wakeUp) {
        try {
            while (!isStopping) {
                if (wakeUp.await(LONGEST_SLEEP_NS)) {
                    rouse();
                }
            }
        } catch (InterruptedException end) {
            // Nobody interrupts it but close.
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error failure) {
            if (!isStopping) {
                errors.onError(failure);
            }
        }
    }

    private void rouse() {
        isRoused.set(true);
        LockSupport.unpark(thread);
    }

    /**
     * Ends it, and waits until it has ended. The wire and its NICs are the caller's then. A second call does nothing
     * but wait for what did not end.
     *
     * @throws IllegalStateException if it does not end within {@link #STOP_NS}, or if the caller is interrupted before;
     *     the wire and the NICs must not be touched then
     */
    @Override
    public void close() {
        isStopping = true;
        if (!isStarted) {
            return;
        }
        rouse();
        leftDoorman.interrupt();
        rightDoorman.interrupt();
        long deadlineNs = clock.nanoTime() + STOP_NS;
        join(thread, deadlineNs);
        join(leftDoorman, deadlineNs);
        join(rightDoorman, deadlineNs);
    }

    private void join(Thread ending, long deadlineNs) {
        try {
            long leftMs = TimeUnit.NANOSECONDS.toMillis(deadlineNs - clock.nanoTime());
            if (ending.getState() == Thread.State.NEW
                    || ending.join(Duration.ofMillis(Math.max(1, leftMs)))) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new IllegalStateException(
                "the thread %s has not ended; its wire and NICs must not be touched"
                        .formatted(ending.getName()));
    }
}
