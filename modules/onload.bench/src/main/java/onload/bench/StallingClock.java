package onload.bench;

import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

import java.util.concurrent.locks.LockSupport;

/**
 * The JVM's clock, in which one thread can be made to stand still. A stack reads its clock while it holds its
 * lock: so does whoever stalls here, and everybody else finds out what a holder costs them that the operating
 * system has taken off its core.
 */
final class StallingClock implements NanoClock {
    private static final long LOOK_NS = 50_000;

    private volatile @Nullable Thread victim;
    private volatile boolean isStalled;

    @Override
    public long nanoTime() {
        if (victim == Thread.currentThread()) {
            stall();
        }
        return System.nanoTime();
    }

    private void stall() {
        isStalled = true;
        while (victim == Thread.currentThread()) {
            LockSupport.parkNanos(this, LOOK_NS);
        }
        isStalled = false;
    }

    /** Lets a thread stand still the next time that it reads the time. */
    void stall(Thread thread) {
        victim = thread;
    }

    /** Waits until it does; answers false if it ended without. */
    boolean awaitStall(Thread thread) {
        while (!isStalled && thread.isAlive()) {
            Thread.onSpinWait();
        }
        return isStalled;
    }

    /** Lets it go on. */
    void resume() {
        victim = null;
    }
}
