package onload.jdk.async;

import org.jspecify.annotations.Nullable;

import java.nio.channels.AsynchronousChannel;
import java.nio.channels.CompletionHandler;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An operation that is under way: completed, failed, cancelled or out of time, exactly one of these, whichever comes
 * first. It has a handler, or is the future that the program was given.
 *
 * @param <V> what it comes to
 */
final class Operation<V> implements Future<V> {
    /** Told that an operation was given up before it was done. */
    interface GivenUp {
        void givenUp(boolean isToClose);
    }

    private final ChannelGroup group;
    private final AsynchronousChannel channel;
    private final @Nullable CompletionHandler<V, @Nullable Object> handler;
    private final @Nullable Object attachment;
    private final CompletableFuture<V> future = new CompletableFuture<>();
    private final AtomicBoolean isOver = new AtomicBoolean();
    private volatile GivenUp givenUp = isToClose -> {};
    private volatile @Nullable Future<?> timer;

    @SuppressWarnings("unchecked")
    <A> Operation(
            ChannelGroup group,
            AsynchronousChannel channel,
            @Nullable CompletionHandler<V, ? super A> handler,
            @Nullable A attachment) {
        this.group = group;
        this.channel = channel;
        this.handler = (CompletionHandler<V, @Nullable Object>) handler;
        this.attachment = attachment;
    }

    void whenGivenUp(GivenUp told) {
        givenUp = told;
    }

    void timer(Future<?> running) {
        timer = running;
        if (isOver.get()) {
            running.cancel(false);
        }
    }

    boolean isOver() {
        return isOver.get();
    }

    /** {@return whether it is the caller's to say how it ends} */
    boolean take() {
        if (!isOver.compareAndSet(false, true)) {
            return false;
        }
        Future<?> running = timer;
        if (running != null) {
            running.cancel(false);
        }
        return true;
    }

    /** Ends it, after {@link #take}. */
    void complete(V result, boolean mayBeNow) {
        CompletionHandler<V, @Nullable Object> told = handler;
        if (told == null) {
            future.complete(result);
        } else {
            group.run(() -> told.completed(result, attachment), mayBeNow);
        }
    }

    /** Ends it, after {@link #take}. */
    void fail(Throwable cause, boolean mayBeNow) {
        CompletionHandler<V, @Nullable Object> told = handler;
        if (told == null) {
            future.completeExceptionally(cause);
        } else {
            group.run(() -> told.failed(cause, attachment), mayBeNow);
        }
    }

    // The future.

    @Override
    public boolean cancel(boolean isToClose) {
        if (!take()) {
            return false;
        }
        future.cancel(false);
        givenUp.givenUp(isToClose);
        return true;
    }

    @Override
    public boolean isCancelled() {
        return future.isCancelled();
    }

    @Override
    public boolean isDone() {
        return future.isDone();
    }

    @Override
    public V get() throws InterruptedException, ExecutionException {
        try {
            return future.get();
        } catch (CancellationException e) {
            throw cancelled();
        }
    }

    @Override
    public V get(long timeout, TimeUnit unit)
            throws InterruptedException, ExecutionException, TimeoutException {
        try {
            return future.get(timeout, unit);
        } catch (CancellationException e) {
            throw cancelled();
        }
    }

    private static CancellationException cancelled() {
        return new CancellationException();
    }

    @Override
    public String toString() {
        return "operation of " + channel + (isDone() ? ", done" : ", under way");
    }
}
