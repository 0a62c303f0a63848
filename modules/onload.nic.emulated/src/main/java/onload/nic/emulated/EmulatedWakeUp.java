package onload.nic.emulated;

import onload.nic.spi.WakeUp;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/** A signal, and the thread that waits for it. On virtual time nobody waits: the answer is what there is. */
final class EmulatedWakeUp implements WakeUp {
    private final @Nullable Sleepers sleepers;
    private final AtomicBoolean signalled = new AtomicBoolean();

    /** Set before its thread looks at the signal for the last time, so that none is lost in between. */
    private volatile @Nullable Thread sleeper;

    /**
     * Makes one without a signal.
     *
     * @param sleepers of the network; null on virtual time
     */
    EmulatedWakeUp(@Nullable Sleepers sleepers) {
        this.sleepers = sleepers;
    }

    @Override
    public int fileDescriptor() {
        return NO_FILE_DESCRIPTOR;
    }

    @Override
    public boolean await(long timeoutNs) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        if (take()) {
            return true;
        }
        return sleepers != null && sleepers.await(this, timeoutNs);
    }

    @Override
    public void signal() {
        if (!signalled.getAndSet(true)) {
            // Null is allowed, and does nothing.
            LockSupport.unpark(sleeper);
        }
    }

    /** As {@link #signal}, for the holder of the network's lock; wakes when that is given back. */
    void signalHeld() {
        if (!signalled.getAndSet(true) && sleepers != null) {
            sleepers.wake(sleeper);
        }
    }

    /** {@return whether there was a signal, which is gone now} */
    boolean take() {
        return signalled.get() && signalled.getAndSet(false);
    }

    void sleeper(@Nullable Thread thread) {
        sleeper = thread;
    }

    @Nullable Thread sleeper() {
        return sleeper;
    }
}
