package onload.sockets;

import onload.sockets.progress.Progress;
import onload.sockets.progress.Waitable;

import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tells which of many sockets of one stack are ready, in time that grows with those that are, not with those
 * that there are.
 *
 * <pre>
 * poller.add(socket, Readiness.READABLE, connection);
 * while (running) {
 *     poller.poll((ready, bits) -> serve(ready.attachment()), 64, Socket.FOREVER);
 * }
 * </pre>
 *
 * <p><strong>Level-triggered</strong>, by {@link #add}: a socket is told at every poll for as long as it is
 * ready. <strong>Edge-triggered</strong>, by {@link #addEdge}: it is told once for each time that something has
 * happened; who does not read until there is nothing left waits for the next event. Either way at most once per poll.
 *
 * <p>One thread at a time calls {@link #poll}; all else, and the sockets, are for any thread meanwhile.
 */
public final class Poller extends Waitable implements AutoCloseable {
    /** What a poller tells. */
    @FunctionalInterface
    public interface Ready {
        /**
         * A socket is ready. May use it, and add and cancel keys; may not poll.
         *
         * @param key its key
         * @param readiness bits of {@link Readiness}: what was asked for, and what is always told
         */
        void ready(PollerKey key, int readiness);
    }

    private static final VarHandle LAST;
    private static final VarHandle POLLING;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            LAST = lookup.findVarHandle(Poller.class, "last", PollerKey.class);
            POLLING = lookup.findVarHandle(Poller.class, "isPolling", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final StackCore core;
    private final Set<PollerKey> keys = ConcurrentHashMap.newKeySet();
    private volatile @Nullable PollerKey last;
    private volatile boolean isWoken;
    private volatile boolean isClosed;

    @SuppressWarnings("unused") // by POLLING
    private volatile boolean isPolling;

    // Belongs to the thread that polls.

    /**
     * Keys that were taken off the list, first in first out, and level-triggered ones that were ready the last time.
     */
    private final ArrayDeque<PollerKey> listed = new ArrayDeque<>();

    Poller(StackCore core) {
        this.core = core;
        core.pollers.add(this);
    }

    /**
     * Registers a socket, level-triggered.
     *
     * @param interest bits of {@link Readiness}
     * @param attachment whatever the program knows the registration by
     * @return its key; one that is not valid if the socket or the poller is closed
     * @throws IllegalArgumentException if the socket is of another stack
     */
    public PollerKey add(Socket socket, int interest, @Nullable Object attachment) {
        return add(new PollerKey(this, socket, interest, false, attachment));
    }

    /** Registers a socket, edge-triggered; else as {@link #add}. What it is ready for already counts as an event. */
    public PollerKey addEdge(Socket socket, int interest, @Nullable Object attachment) {
        return add(new PollerKey(this, socket, interest, true, attachment));
    }

    private PollerKey add(PollerKey key) {
        Socket socket = key.socket();
        if (socket.core != core) {
            throw new IllegalArgumentException(
                    "%s is of another stack; expected a socket of the poller's own"
                            .formatted(socket));
        }
        keys.add(key);
        core.enter();
        boolean isAdded;
        try {
            isAdded = !isClosed && !core.isClosed() && socket.add(key);
        } finally {
            core.leave();
        }
        if (isAdded) {
            look(key);
        } else {
            key.cancel();
        }
        return key;
    }

    /** {@return the sockets that are registered} */
    public int size() {
        return keys.size();
    }

    /**
     * Tells which sockets are ready; if none is, the NIC is polled, and then it waits.
     *
     * @param ready is told of each
     * @param most sockets to tell of, ≥ 1; others come first the next time
     * @param timeoutNs longest wait, 0 or less for none
     * @return how many were told, 0 if the time was over or {@link #wakeUp} was called; {@link Status#CLOSED};
     *     or {@link Status#INTERRUPTED}, with the interrupt status set and the poller open
     * @throws IllegalStateException if another thread polls
     */
    public int poll(Ready ready, int most, long timeoutNs) {
        if (!POLLING.compareAndSet(this, false, true)) {
            throw new IllegalStateException(
                    "another thread polls this poller; expected one at a time");
        }
        try {
            int told = tell(ready, most);
            if (told != 0 || isWoken()) {
                return told;
            }
            core.pollOnDemand();
            told = tell(ready, most);
            return told != 0 || timeoutNs <= 0 ? told : waitAndTell(ready, most, timeoutNs);
        } finally {
            POLLING.setRelease(this, false);
        }
    }

    private int waitAndTell(Ready ready, int most, long timeoutNs) {
        long startNs = timeoutNs == Socket.FOREVER ? 0 : core.nowNs();
        while (true) {
            long leftNs =
                    timeoutNs == Socket.FOREVER ? timeoutNs : timeoutNs - (core.nowNs() - startNs);
            int waited = core.progress().await(this, 0, Math.max(1, leftNs), -1);
            int told = tell(ready, most);
            if (told != 0 || isWoken()) {
                return told;
            }
            if (waited == Progress.INTERRUPTED) {
                return Status.INTERRUPTED;
            }
            if (waited == Progress.EXPIRED || (leftNs <= 0 && timeoutNs != Socket.FOREVER)) {
                return 0;
            }
        }
    }

    private boolean isWoken() {
        boolean wasWoken = isWoken;
        if (wasWoken) {
            isWoken = false;
        }
        return wasWoken;
    }

    private int tell(Ready ready, int most) {
        if (isClosed || core.isClosed()) {
            return Status.CLOSED;
        }
        takeQueued();
        int told = 0;
        for (int left = listed.size(); left > 0 && told < most; left--) {
            PollerKey key = listed.removeFirst();
            int bits = readiness(key);
            if (bits == 0) {
                key.isListed = false;
                continue;
            }
            if (key.isEdgeTriggered()) {
                key.isListed = false;
            } else {
                listed.addLast(key);
            }
            told++;
            ready.ready(key, bits);
        }
        return told;
    }

    private static int readiness(PollerKey key) {
        int happened = key.isEdgeTriggered() ? key.take() : ~0;
        if (!key.isValid()) {
            return 0;
        }
        return key.socket().readiness() & happened & (key.interest() | Readiness.ALWAYS);
    }

    /** Moves what was queued to the list, in the order in which it was queued. */
    private void takeQueued() {
        if (last == null) {
            return;
        }
        PollerKey key = (PollerKey) LAST.getAndSet(this, null);
        PollerKey first = null;
        while (key != null) {
            PollerKey before = key.before;
            key.before = first;
            first = key;
            key = before;
        }
        while (first != null) {
            PollerKey next = first.before;
            first.before = null;
            if (!first.isEdgeTriggered()) {
                // From here on it can be queued again; the list has it once.
                first.take();
            }
            if (!first.isListed) {
                first.isListed = true;
                listed.addLast(first);
            }
            first = next;
        }
    }

    /** Ends a poll that waits, or the next one, with 0. */
    public void wakeUp() {
        isWoken = true;
        wakeNow();
    }

    /**
     * Forgets all sockets, and ends a poll that waits. The sockets stay open. A second call does nothing. A
     * stack that closes closes its pollers.
     */
    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            core.pollers.remove(this);
            keys.forEach(PollerKey::cancel);
            wakeNow();
        }
    }

    // From keys, on any thread.

    void queue(PollerKey key) {
        while (true) {
            PollerKey seen = last;
            key.before = seen;
            if (LAST.compareAndSet(this, seen, key)) {
                return;
            }
            Thread.onSpinWait();
        }
    }

    /** Lets the poller look at a socket whether something happens to it or not. */
    void look(PollerKey key) {
        key.signal(~(1 << 31));
        wakeNow();
    }

    void forget(PollerKey key) {
        keys.remove(key);
        if (!key.socket().isClosed()) {
            core.enter();
            try {
                key.socket().remove(key);
            } finally {
                core.leave();
            }
        }
    }

    private void wakeNow() {
        core.progress().wakeNow(this);
    }

    @Override
    protected boolean isReady(int what) {
        return last != null || isWoken || isClosed;
    }
}
