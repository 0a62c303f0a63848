package onload.jdk.async;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.channels.AsynchronousChannel;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.InterruptedByTimeoutException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * One kind of operation of a channel, of which one at a time is under way: reading, writing, connecting or accepting.
 * After one that was given up half-way the direction is dead, since nobody knows what has become of its bytes.
 *
 * <p>For any thread. What is under way belongs to whoever takes it: the thread that began it, the selecting thread, the
 * timer, a future's owner, or who closes.
 */
final class Direction {
    /** What is tried: answers null if it cannot be done now. */
    interface Attempt<V> {
        @Nullable V attempt() throws IOException;
    }

    /** An operation and what is tried for it; one is only itself. */
    private static final class UnderWay<V> {
        final Operation<V> operation;
        final Attempt<V> attempt;

        UnderWay(Operation<V> operation, Attempt<V> attempt) {
            this.operation = operation;
            this.attempt = attempt;
        }
    }

    private static final ScheduledThreadPoolExecutor TIMERS = timers();

    private final AsynchronousChannel channel;
    private final Registered registered;
    private final int op;
    private final boolean isFatal;
    private @Nullable UnderWay<?> underWay;
    private boolean isDead;
    private boolean isClosed;

    /**
     * Makes one.
     *
     * @param op how the selector calls it
     * @param isFatal whether the channel is closed when it fails or is given up
     */
    Direction(AsynchronousChannel channel, Registered registered, int op, boolean isFatal) {
        this.channel = channel;
        this.registered = registered;
        this.op = op;
        this.isFatal = isFatal;
    }

    private static ScheduledThreadPoolExecutor timers() {
        ScheduledThreadPoolExecutor timers =
                new ScheduledThreadPoolExecutor(
                        1, Thread.ofPlatform().daemon().name("onload async timer").factory());
        timers.setRemoveOnCancelPolicy(true);
        return timers;
    }

    /**
     * Begins an operation.
     *
     * @param timeoutNs longest time, 0 for no end
     * @return whether it was begun; not if there is one under way
     * @throws IllegalStateException if one was given up before
     */
    <V> boolean begin(Operation<V> operation, Attempt<V> attempt, long timeoutNs) {
        UnderWay<V> begun = new UnderWay<>(operation, attempt);
        boolean isOver;
        synchronized (this) {
            if (isDead) {
                throw new IllegalStateException(
                        "not allowed any more, since an operation was cancelled or out of time");
            }
            if (underWay != null) {
                return false;
            }
            // Who closes looks for what is under way after he has said so.
            underWay = isClosed ? null : begun;
            isOver = isClosed;
        }
        if (isOver) {
            if (operation.take()) {
                operation.fail(new ClosedChannelException(), true);
            }
            return true;
        }
        operation.whenGivenUp(isToClose -> giveUp(begun, isToClose));
        if (!attempt(begun, true) && timeoutNs > 0) {
            operation.timer(TIMERS.schedule(() -> expire(begun), timeoutNs, TimeUnit.NANOSECONDS));
        }
        return true;
    }

    synchronized boolean isUnderWay() {
        return underWay != null;
    }

    /** The selector says that it may be possible now. */
    void ready() {
        UnderWay<?> waiting;
        synchronized (this) {
            waiting = underWay;
        }
        if (waiting != null) {
            attempt(waiting, false);
        }
    }

    /**
     * Tries, and asks the selector if it cannot be done now; answers whether it is over. One thread at a time
     * tries: the one that began it, before the selector knows of it, or the selecting one.
     */
    private <V> boolean attempt(UnderWay<V> trying, boolean mayBeNow) {
        Operation<V> operation = trying.operation;
        if (operation.isOver()) {
            return true;
        }
        V result;
        try {
            result = trying.attempt.attempt();
            if (result == null) {
                registered.want(op);
                return false;
            }
        } catch (IOException | RuntimeException e) {
            if (operation.take()) {
                clear(trying, false);
                closeIf(isFatal);
                operation.fail(told(e, mayBeNow), mayBeNow);
            }
            return true;
        }
        // What a handler throws is not this operation's: it goes to whoever called.
        if (operation.take()) {
            clear(trying, false);
            operation.complete(result, mayBeNow);
        } else if (result instanceof Channel unwanted) {
            closeUnwanted(unwanted);
        }
        return true;
    }

    /** Accepted for somebody who has given up meanwhile. */
    private static void closeUnwanted(Channel accepted) {
        try {
            accepted.close();
        } catch (IOException e) {
            // Nobody knows of it.
        }
    }

    private static Throwable told(Exception e, boolean isFirst) {
        return e instanceof ClosedChannelException && !isFirst
                ? new AsynchronousCloseException()
                : e;
    }

    private synchronized void clear(UnderWay<?> over, boolean isGivenUp) {
        if (underWay == over) {
            underWay = null;
        }
        isDead |= isGivenUp;
    }

    private <V> void expire(UnderWay<V> late) {
        if (late.operation.take()) {
            clear(late, true);
            late.operation.fail(new InterruptedByTimeoutException(), false);
        }
    }

    private void giveUp(UnderWay<?> cancelled, boolean isToClose) {
        clear(cancelled, true);
        closeIf(isToClose || isFatal);
    }

    private void closeIf(boolean isToClose) {
        if (isToClose) {
            try {
                channel.close();
            } catch (IOException e) {
                // It is closed as far as it can be.
            }
        }
    }

    /** The channel is closed: what is under way ends with that. */
    void close() {
        UnderWay<?> open;
        synchronized (this) {
            isClosed = true;
            open = underWay;
            underWay = null;
        }
        if (open != null && open.operation.take()) {
            open.operation.fail(new AsynchronousCloseException(), false);
        }
    }
}
