package onload.jdk.internal;

import onload.sockets.Stack;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Waits for sockets of several stacks and of the kernel at once. The thread that waits does so at the first source,
 * which is a stack's if there is one; threads of their own {@link Watch watch} the others, but only while it sleeps.
 *
 * <p>One thread at a time polls and waits; sources are added, and it is woken, by any.
 */
public final class Sources implements AutoCloseable {
    private final List<Source> sources = new ArrayList<>();
    private final List<Watch> watches = new ArrayList<>();
    private @Nullable KernelSource kernel;

    /** Written by whoever wakes, before it looks where somebody waits; read by him after he has said where. */
    private volatile boolean isWoken;

    private volatile boolean isNudged;
    private volatile @Nullable Source waitingIn;
    private volatile boolean isClosed;

    /** Makes one without a source. */
    public Sources() {}

    /** {@return the source of a stack's sockets} */
    public synchronized StackSource of(Stack stack) {
        for (Source source : sources) {
            if (source instanceof StackSource known && known.stack() == stack) {
                return known;
            }
        }
        StackSource added = new StackSource(stack);
        int at = 0;
        while (at < sources.size() && sources.get(at) instanceof StackSource) {
            at++;
        }
        sources.add(at, added);
        if (at > 0) {
            watches.add(new Watch(added, this::nudge));
        } else if (kernel != null) {
            watches.add(new Watch(kernel, this::nudge));
        }
        nudge();
        return added;
    }

    /** {@return the source of the kernel's sockets} */
    public synchronized KernelSource ofKernel() throws IOException {
        KernelSource known = kernel;
        if (known == null) {
            known = new KernelSource();
            kernel = known;
            if (!sources.isEmpty()) {
                watches.add(new Watch(known, this::nudge));
            }
            sources.add(known);
            nudge();
        }
        return known;
    }

    private synchronized Source[] all() throws IOException {
        if (sources.isEmpty()) {
            ofKernel();
        }
        return sources.toArray(Source[]::new);
    }

    private synchronized @Nullable Watch watchOf(Source source) {
        for (Watch watch : watches) {
            if (watch.source() == source) {
                return watch;
            }
        }
        return null;
    }

    /**
     * Tells what is ready now.
     *
     * @return how many were told
     */
    public int poll(Ready ready) throws IOException {
        int told = 0;
        for (Source source : all()) {
            Watch watch = watchOf(source);
            if (watch == null || !watch.isArmed()) {
                told += source.poll(ready);
            }
        }
        return told;
    }

    /**
     * Waits until something is ready, and tells it.
     *
     * @param timeoutNs longest wait, above 0; {@link Long#MAX_VALUE} for ever
     * @return how many were told; 0 if the time is over, {@link #wake} was called, or the thread is interrupted; or for
     *     no reason
     */
    public int await(Ready ready, long timeoutNs) throws IOException {
        Source[] all = all();
        Source first = all[0];
        for (int i = 1; i < all.length; i++) {
            Watch watch = watchOf(all[i]);
            if (watch != null && !watch.isArmed()) {
                int told = all[i].poll(ready);
                if (told > 0) {
                    return told;
                }
                watch.arm();
            }
        }
        waitingIn = first;
        int told = 0;
        try {
            if (!isWoken && !isNudged && !isClosed) {
                told = first.await(ready, timeoutNs);
            }
        } finally {
            waitingIn = null;
            isNudged = false;
        }
        for (int i = 1; i < all.length; i++) {
            Watch watch = watchOf(all[i]);
            if (watch != null && !watch.isArmed()) {
                told += all[i].poll(ready);
            }
        }
        return told;
    }

    /** {@return whether {@link #wake} was called since the last time that this was asked} */
    public boolean takeWoken() {
        if (!isWoken) {
            return false;
        }
        isWoken = false;
        return true;
    }

    /** Ends a wait, or the next one. */
    public void wake() {
        isWoken = true;
        wakeWaiting();
    }

    /** Lets who waits look again. */
    private void nudge() {
        isNudged = true;
        wakeWaiting();
    }

    private void wakeWaiting() {
        Source source = waitingIn;
        if (source != null) {
            source.wake();
        }
    }

    /** Something has changed among the kernel's keys: who waits there looks at it. */
    public void kernelChanged() {
        KernelSource known;
        Watch watch;
        synchronized (this) {
            known = kernel;
            watch = known == null ? null : watchOf(known);
        }
        if (known != null && ((watch != null && watch.isArmed()) || waitingIn == known)) {
            known.wake();
        }
    }

    /** Lets the kernel's selector forget keys that were cancelled. For the thread that polls. */
    public void forgetCancelled() throws IOException {
        KernelSource known;
        Watch watch;
        synchronized (this) {
            known = kernel;
            watch = known == null ? null : watchOf(known);
        }
        if (known != null) {
            if (watch != null) {
                watch.disarm();
            }
            known.selector().selectNow();
        }
    }

    /** As {@link #forgetCancelled}, for a thread that does not poll: only if nobody waits at the kernel. */
    void forgetCancelledOrLeave() throws IOException {
        KernelSource known;
        synchronized (this) {
            known = kernel;
        }
        if (known != null) {
            // Closing the selector forgets all keys, and with them ends channels that were closed before.
            known.close();
        }
    }

    /** Closes all sources. Who waits comes back. */
    @Override
    public void close() throws IOException {
        isClosed = true;
        wake();
        List<Source> all;
        synchronized (this) {
            watches.forEach(Watch::close);
            all = List.copyOf(sources);
        }
        for (Source source : all) {
            source.close();
        }
    }
}
