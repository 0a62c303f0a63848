package onload.sockets.progress;

import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Something that threads wait for: a socket or a poller.
 *
 * <p>No wake-up is lost: a thread registers, and then looks whether it still has to wait; who makes something
 * ready does that first, and then looks who is registered. All these accesses are volatile. Being woken ends a
 * registration. One thread is the usual case and costs a field; others stand in a queue.
 */
public abstract class Waitable {
    private static final VarHandle WAITER;
    private static final VarHandle OTHERS;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            WAITER = lookup.findVarHandle(Waitable.class, "waiter", Thread.class);
            OTHERS = lookup.findVarHandle(Waitable.class, "others", Queue.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile @Nullable Thread waiter;
    private volatile @Nullable Queue<Thread> others;

    /** Makes one that nobody waits for. */
    protected Waitable() {}

    /**
     * {@return whether a thread that waits for something may go on} For any thread. What makes it ready is
     * written with volatile order.
     *
     * @param what what it waits for, in terms of the subclass
     */
    protected abstract boolean isReady(int what);

    /** {@return whether a thread is registered} */
    final boolean hasWaiters() {
        return waiter != null || others != null;
    }

    final void register(Thread thread) {
        Thread seen = waiter;
        if (seen == thread || (seen == null && WAITER.compareAndSet(this, null, thread))) {
            return;
        }
        Queue<Thread> queue = others;
        if (queue == null) {
            queue = new ConcurrentLinkedQueue<>();
            if (!OTHERS.compareAndSet(this, null, queue)) {
                queue = others;
            }
        }
        if (queue != null && !queue.contains(thread)) {
            queue.add(thread);
        }
    }

    final void deregister(Thread thread) {
        if (waiter != thread || !WAITER.compareAndSet(this, thread, null)) {
            Queue<Thread> queue = others;
            if (queue != null) {
                queue.remove(thread);
            }
        }
    }

    /** Ends all registrations, and gives the threads to be woken. */
    final void collect(Wakes wakes) {
        if (waiter != null) {
            Thread thread = (Thread) WAITER.getAndSet(this, null);
            if (thread != null) {
                wakes.add(thread);
            }
        }
        Queue<Thread> queue = others;
        if (queue != null) {
            for (Thread thread = queue.poll(); thread != null; thread = queue.poll()) {
                wakes.add(thread);
            }
        }
    }
}
