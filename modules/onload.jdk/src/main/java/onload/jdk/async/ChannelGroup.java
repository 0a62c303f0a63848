package onload.jdk.async;

import onload.jdk.internal.Ending;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.channels.AsynchronousChannel;
import java.nio.channels.AsynchronousChannelGroup;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ShutdownChannelGroupException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * Channels that share a selector and the threads of their handlers. A thread of the group selects and does the
 * operations that have become possible; their handlers go to the executor.
 */
final class ChannelGroup extends AsynchronousChannelGroup {
    private static final Logger LOG = LoggerFactory.getLogger(ChannelGroup.class);

    /** Handlers that are called from within each other, no deeper than this, before one goes to another thread. */
    private static final int DEEPEST = 16;

    /** What a thread of a group is doing. */
    private static final class Within {
        final ChannelGroup group;
        int depth;

        Within(ChannelGroup group) {
            this.group = group;
        }
    }

    private static final ThreadLocal<@Nullable Within> WITHIN = new ThreadLocal<>();

    private final ExecutorService executor;
    private final Selector selector;
    private final CountDownLatch terminated = new CountDownLatch(1);
    private final Set<AsynchronousChannel> channels = new HashSet<>();
    private boolean isShutdown;
    private boolean isEnding;

    ChannelGroup(ChannelGroupProvider provider, ExecutorService executor, ThreadFactory factory)
            throws IOException {
        super(provider);
        this.executor = executor;
        selector = provider.channels().openSelector();
        factory.newThread(this::select).start();
    }

    Selector selector() {
        return selector;
    }

    // Members.

    /**
     * Adds a channel.
     *
     * @throws ShutdownChannelGroupException if the group takes no more
     */
    synchronized void add(AsynchronousChannel channel) {
        if (isShutdown) {
            throw new ShutdownChannelGroupException();
        }
        channels.add(channel);
    }

    void remove(AsynchronousChannel channel) {
        // Lets the selector forget its key, which ends what was closed.
        selector.wakeup();
        boolean isLast;
        synchronized (this) {
            channels.remove(channel);
            isLast = isShutdown && channels.isEmpty() && !isEnding;
            isEnding |= isLast;
        }
        if (isLast) {
            end();
        }
    }

    @Override
    public synchronized boolean isShutdown() {
        return isShutdown;
    }

    @Override
    public boolean isTerminated() {
        return terminated.getCount() == 0;
    }

    @Override
    public void shutdown() {
        boolean isLast;
        synchronized (this) {
            isShutdown = true;
            isLast = channels.isEmpty() && !isEnding;
            isEnding |= isLast;
        }
        if (isLast) {
            end();
        }
    }

    @Override
    public void shutdownNow() throws IOException {
        shutdown();
        List<AsynchronousChannel> open;
        synchronized (this) {
            open = new ArrayList<>(channels);
        }
        for (AsynchronousChannel each : open) {
            each.close();
        }
    }

    private void end() {
        try {
            selector.close();
        } catch (IOException e) {
            LOG.warn("the selector of a group of channels was not closed", e);
        }
        executor.shutdown();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        long startNs = System.nanoTime();
        long boundNs = unit.toNanos(timeout);
        if (!terminated.await(timeout, unit)) {
            return false;
        }
        return executor.awaitTermination(
                Math.max(0, boundNs - (System.nanoTime() - startNs)), TimeUnit.NANOSECONDS);
    }

    // Selecting.

    private void select() {
        try {
            while (selector.isOpen()) {
                selector.select(ChannelGroup::ready);
                // A handler's thread interrupts whom it likes; the selector is not for it.
                Thread.interrupted();
            }
        } catch (ClosedSelectorException e) {
            // The group has ended.
        } catch (IOException | RuntimeException e) {
            LOG.error("a group of channels cannot select any more", e);
        } finally {
            terminated.countDown();
        }
    }

    private static void ready(SelectionKey key) {
        if (key.isValid() && key.attachment() instanceof Registered registered) {
            registered.ready(key);
        }
    }

    // Handlers.

    /** Runs a handler: at once if this is a thread of the group and not too deep in handlers, else on another one. */
    void run(Runnable handler, boolean mayBeNow) {
        Ending.stay();
        Within within = WITHIN.get();
        if (mayBeNow && within != null && within.group == this && within.depth < DEEPEST) {
            within.depth++;
            try {
                handler.run();
            } finally {
                within.depth--;
            }
            return;
        }
        try {
            executor.execute(() -> runWithin(handler));
        } catch (RejectedExecutionException e) {
            // The executor was shut down under the group; what has happened is told nevertheless.
            new Thread(handler, "onload async").start();
        }
    }

    private void runWithin(Runnable handler) {
        Within before = WITHIN.get();
        WITHIN.set(new Within(this));
        try {
            handler.run();
        } finally {
            WITHIN.set(before);
        }
    }
}
