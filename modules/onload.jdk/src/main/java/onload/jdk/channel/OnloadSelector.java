package onload.jdk.channel;

import onload.jdk.internal.Ready;
import onload.jdk.internal.Sources;
import onload.sockets.Poller;
import onload.sockets.PollerKey;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.IllegalSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A selector of channels whose sockets are stacks' and the kernel's. A selection costs what is ready, not what is
 * registered; while only a stack's sockets are ready the kernel is not asked.
 */
final class OnloadSelector extends AbstractSelector implements Ready, Poller.Ready {
    private static final long NS_PER_MS = 1_000_000L;

    private final Sources sources = new Sources();
    private final Set<SelectionKey> keys = ConcurrentHashMap.newKeySet();
    private final Set<SelectionKey> publicKeys = Collections.unmodifiableSet(keys);
    private final SelectedKeys selectedKeys = new SelectedKeys();

    /** The selecting thread's. */
    private int updated;

    /**
     * The selecting thread's: whether a key is ready, be it that it was selected before and nothing has changed. Then
     * selecting ends, as the JDK's does; its HTTP server counts on that for keys that come up in its selectNow.
     */
    private boolean isAnyReady;

    private boolean isSelecting;

    OnloadSelector(SelectorProvider provider) {
        super(provider);
    }

    Sources sources() {
        return sources;
    }

    // Keys.

    @Override
    public Set<SelectionKey> keys() {
        checkOpen();
        return publicKeys;
    }

    @Override
    public Set<SelectionKey> selectedKeys() {
        checkOpen();
        return selectedKeys;
    }

    private void checkOpen() {
        if (!isOpen()) {
            throw new ClosedSelectorException();
        }
    }

    @Override
    protected SelectionKey register(
            AbstractSelectableChannel channel, int ops, @Nullable Object attachment) {
        if (!(channel instanceof Front front) || !provider().equals(channel.provider())) {
            throw new IllegalSelectorException();
        }
        checkOpen();
        OnloadSelectionKey key = new OnloadSelectionKey(channel, front, this, ops);
        key.attach(attachment);
        keys.add(key);
        front.behind().register(key);
        if (!isOpen()) {
            // It may have been closed before it saw the key. Cancelling takes a lock that is not
            // for here.
            keys.remove(key);
            key.release();
            throw new ClosedSelectorException();
        }
        return key;
    }

    // Selecting.

    @Override
    public int selectNow() throws IOException {
        return lockAndSelect(0);
    }

    @Override
    public int select(long timeoutMs) throws IOException {
        if (timeoutMs < 0) {
            throw new IllegalArgumentException(
                    "cannot select for %d ms; expected 0, for ever, or more".formatted(timeoutMs));
        }
        return lockAndSelect(
                timeoutMs == 0 || timeoutMs > Long.MAX_VALUE / NS_PER_MS
                        ? Long.MAX_VALUE
                        : timeoutMs * NS_PER_MS);
    }

    @Override
    public int select() throws IOException {
        return lockAndSelect(Long.MAX_VALUE);
    }

    private int lockAndSelect(long timeoutNs) throws IOException {
        synchronized (this) {
            checkOpen();
            if (isSelecting) {
                throw new IllegalStateException("this thread selects already");
            }
            isSelecting = true;
            try {
                synchronized (selectedKeys) {
                    return doSelect(timeoutNs);
                }
            } finally {
                isSelecting = false;
            }
        }
    }

    private int doSelect(long timeoutNs) throws IOException {
        updated = 0;
        isAnyReady = false;
        forgetCancelled();
        sources.poll(this);
        if (timeoutNs == 0 || isAnyReady) {
            sources.takeWoken();
        } else {
            await(timeoutNs);
        }
        forgetCancelled();
        return updated;
    }

    private void await(long timeoutNs) throws IOException {
        long startNs = timeoutNs == Long.MAX_VALUE ? 0 : System.nanoTime();
        long leftNs = timeoutNs;
        try {
            begin();
            while (!sources.takeWoken() && isOpen() && leftNs > 0) {
                sources.await(this, leftNs);
                if (isAnyReady || Thread.currentThread().isInterrupted()) {
                    sources.takeWoken();
                    return;
                }
                // Something that is told and changes nothing may be of a key that was cancelled.
                forgetCancelled();
                if (timeoutNs != Long.MAX_VALUE) {
                    leftNs = timeoutNs - (System.nanoTime() - startNs);
                }
            }
        } finally {
            end();
        }
    }

    private void forgetCancelled() throws IOException {
        Set<SelectionKey> cancelled = cancelledKeys();
        List<SelectionKey> forgotten;
        synchronized (cancelled) {
            if (cancelled.isEmpty()) {
                return;
            }
            forgotten = List.copyOf(cancelled);
            cancelled.clear();
        }
        boolean isKernels = false;
        for (SelectionKey each : forgotten) {
            isKernels |= forget((OnloadSelectionKey) each);
        }
        if (isKernels && isOpen()) {
            sources.forgetCancelled();
        }
    }

    private boolean forget(OnloadSelectionKey key) {
        keys.remove(key);
        selectedKeys.removeKey(key);
        boolean isKernels = key.release();
        deregister(key);
        return isKernels;
    }

    // From sources, while selecting.

    @Override
    public void ready(PollerKey key, int readiness) {
        stackReady(key, readiness);
    }

    @Override
    public void stackReady(PollerKey key, int readiness) {
        if (key.attachment() instanceof OnloadSelectionKey ours && ours.isValid()) {
            update(ours, ours.front().readyOps(key.socket(), readiness, ours.interest()));
        }
    }

    @Override
    public void kernelReady(SelectionKey key) {
        if (key.attachment() instanceof OnloadSelectionKey ours && ours.isValid()) {
            update(ours, key.readyOps() & ours.interest());
        }
    }

    private void update(OnloadSelectionKey key, int ops) {
        if (ops == 0) {
            return;
        }
        isAnyReady = true;
        if (selectedKeys.addKey(key)) {
            key.readyOps = ops;
            updated++;
        } else if ((ops & ~key.readyOps) != 0) {
            key.readyOps |= ops;
            updated++;
        }
    }

    // Ending.

    @Override
    public Selector wakeup() {
        sources.wake();
        return this;
    }

    @Override
    protected void implCloseSelector() throws IOException {
        wakeup();
        synchronized (this) {
            synchronized (selectedKeys) {
                for (SelectionKey key : keys) {
                    key.cancel();
                }
                forgetCancelled();
                selectedKeys.clear();
                keys.clear();
                sources.close();
            }
        }
    }
}
