package onload.jdk.internal;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A thread that waits for a source while the selecting thread waits for another one, and nudges it. It stays where it
 * is while the other source has events: so a selector whose sockets are a stack's and the kernel's makes no call of the
 * kernel while only the stack has something.
 *
 * <p>States: idle, armed (the thread waits, and nobody else may poll the source), fired (it has seen something, and the
 * source is the selecting thread's again), closed. Only the selecting thread arms; only this thread fires.
 */
final class Watch implements Runnable {
    private static final int IDLE = 0;
    private static final int ARMED = 1;
    private static final int FIRED = 2;
    private static final int CLOSED = 3;
    private static final long LONGEST_DISARM_NS = 5_000_000_000L;
    private static final long LOOK_NS = 20_000L;

    private final Source source;
    private final Runnable nudge;
    private final AtomicInteger state = new AtomicInteger();
    private Thread thread;

    @SuppressWarnings("ThreadPriorityCheck")
    Watch(Source source, Runnable nudge) {
        this.source = source;
        this.nudge = nudge;
        thread = new Thread(this, "onload watch");
        thread.setDaemon(true);
    }

    Source source() {
        return source;
    }

    boolean isArmed() {
        return state.get() == ARMED;
    }

    /**
     * {@return whether the selecting thread may poll the source} Once closed nobody may: the thread may still
     * wait there.
     */
    boolean mayPoll() {
        int seen = state.get();
        return seen == IDLE || seen == FIRED;
    }

    /** For the selecting thread, which does not poll the source from here on until it has fired. */
    void arm() {
        int seen = state.get();
        if ((seen == IDLE || seen == FIRED) && state.compareAndSet(seen, ARMED)) {
            if (thread.getState() == Thread.State.NEW) {
                thread.start();
            } else {
                LockSupport.unpark(thread);
            }
        }
    }

    /** For the selecting thread: the source is its own again when this returns. */
    void disarm() {
        long startNs = System.nanoTime();
        while (isArmed()) {
            source.wake();
            LockSupport.parkNanos(this, LOOK_NS);
            if (System.nanoTime() - startNs > LONGEST_DISARM_NS) {
                throw new IllegalStateException("a thread that watches sockets does not come back");
            }
        }
    }

    void close() {
        state.set(CLOSED);
        source.wake();
        LockSupport.unpark(thread);
    }

    @Override
    public void run() {
        while (true) {
            int seen = state.get();
            if (seen == CLOSED) {
                return;
            }
            if (seen != ARMED) {
                LockSupport.park(this);
                continue;
            }
            try {
                source.awaitOnly(Long.MAX_VALUE);
            } catch (IOException e) {
                // The selecting thread meets it too, and is the one to say so.
            }
            if (state.compareAndSet(ARMED, FIRED)) {
                nudge.run();
            }
        }
    }
}
