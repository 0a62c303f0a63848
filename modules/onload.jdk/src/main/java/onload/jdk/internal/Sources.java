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
    /** A source, and the watch that stands for it while the thread waits at the first; null for the first. */
    private record Place(Source source, @Nullable Watch watch) {
        boolean mayPoll() {
            return watch == null || watch.mayPoll();
        }
    }

    private static final Place[] NONE = {};

    /** The stacks', then the kernel's. Replaced as a whole, under the lock. */
    private volatile Place[] places = NONE;

    /** Written by whoever wakes, before it looks where somebody waits; read by him after he has said where. */
    private volatile boolean isWoken;

    private volatile boolean isNudged;
    private volatile @Nullable Source waitingIn;
    private volatile boolean isClosed;

    /** Makes one without a source. */
    public Sources() {}

    /** {@return the source of a stack's sockets} */
    public StackSource of(Stack stack) {
        StackSource known = find(stack);
        return known == null ? add(stack) : known;
    }

    private @Nullable StackSource find(Stack stack) {
        for (Place each : places) {
            if (each.source instanceof StackSource known && known.stack() == stack) {
                return known;
            }
        }
        return null;
    }

    private synchronized StackSource add(Stack stack) {
        StackSource known = find(stack);
        if (known != null) {
            return known;
        }
        StackSource added = new StackSource(stack);
        List<Place> all = new ArrayList<>(List.of(places));
        int at = all.size();
        if (at > 0 && all.getLast().source instanceof KernelSource kernel) {
            at--;
            if (at == 0) {
                // It was the first, and is to be watched from now on.
                all.set(0, new Place(kernel, new Watch(kernel, this::nudge)));
            }
        }
        all.add(at, new Place(added, at == 0 ? null : new Watch(added, this::nudge)));
        places = all.toArray(Place[]::new);
        nudge();
        return added;
    }

    /** {@return the source of the kernel's sockets} */
    public KernelSource ofKernel() throws IOException {
        Place known = findKernel();
        return known == null ? addKernel() : (KernelSource) known.source;
    }

    private @Nullable Place findKernel() {
        Place[] all = places;
        return all.length > 0 && all[all.length - 1].source instanceof KernelSource
                ? all[all.length - 1]
                : null;
    }

    private synchronized KernelSource addKernel() throws IOException {
        Place known = findKernel();
        if (known != null) {
            return (KernelSource) known.source;
        }
        KernelSource added = new KernelSource();
        List<Place> all = new ArrayList<>(List.of(places));
        all.add(new Place(added, all.isEmpty() ? null : new Watch(added, this::nudge)));
        places = all.toArray(Place[]::new);
        nudge();
        return added;
    }

    /** {@return all places, at least one: a selector without a channel waits at the kernel} */
    private Place[] all() throws IOException {
        if (places.length == 0) {
            ofKernel();
        }
        return places;
    }

    /**
     * Tells what is ready now.
     *
     * @return how many were told
     */
    public int poll(Ready ready) throws IOException {
        return poll(places, 0, ready);
    }

    private static int poll(Place[] all, int from, Ready ready) throws IOException {
        int told = 0;
        for (int i = from; i < all.length; i++) {
            if (all[i].mayPoll()) {
                told += all[i].source.poll(ready);
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
        Place[] all = all();
        int told = armOthers(all, ready);
        if (told > 0) {
            return told;
        }
        Source first = all[0].source;
        if (first instanceof StackSource stack && !stack.isOpen()) {
            // Nothing happens there any more, and it does not wait either.
            remove(all[0]);
            return 0;
        }
        waitingIn = first;
        try {
            if (!isWoken && !isNudged && !isClosed) {
                told = first.await(ready, timeoutNs);
            }
        } finally {
            waitingIn = null;
            isNudged = false;
        }
        return told + poll(all, 1, ready);
    }

    private synchronized void remove(Place closed) {
        List<Place> all = new ArrayList<>(List.of(places));
        all.remove(closed);
        if (!all.isEmpty()) {
            Place first = all.getFirst();
            if (first.watch != null) {
                first.watch.disarm();
                first.watch.close();
                all.set(0, new Place(first.source, null));
            }
        }
        places = all.toArray(Place[]::new);
    }

    /** Before a watch is armed its source is polled: what is ready already is told, not watched. */
    private static int armOthers(Place[] all, Ready ready) throws IOException {
        for (int i = 1; i < all.length; i++) {
            Watch watch = all[i].watch;
            if (watch != null && watch.mayPoll()) {
                int told = all[i].source.poll(ready);
                if (told > 0) {
                    return told;
                }
                watch.arm();
            }
        }
        return 0;
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
        Place known = findKernel();
        if (known != null && (!known.mayPoll() || waitingIn == known.source)) {
            known.source.wake();
        }
    }

    /** Lets the kernel's selector forget keys that were cancelled. For the thread that polls. */
    public void forgetCancelled() throws IOException {
        Place known = findKernel();
        if (known != null) {
            if (known.watch != null) {
                known.watch.disarm();
            }
            ((KernelSource) known.source).selector().selectNow();
        }
    }

    /** Closes all sources: keys are forgotten, and channels that were closed before are ended. Who waits comes back. */
    @Override
    public void close() throws IOException {
        isClosed = true;
        wake();
        Place[] all = places;
        for (Place each : all) {
            if (each.watch != null) {
                each.watch.close();
            }
        }
        for (Place each : all) {
            each.source.close();
        }
    }
}
