package onload.stress.broken;

import org.jetbrains.lincheck.datastructures.Operation;

import java.util.concurrent.atomic.AtomicInteger;

/** A count to which all add one, under a {@link ForgetfulLock} or by leaving that for its holder. */
public class ForgetfulLockModel {
    private final ForgetfulLock lock = new ForgetfulLock(item -> count());
    private final AtomicInteger items = new AtomicInteger();
    private int count;

    private void count() {
        count++;
    }

    /** Adds one. */
    @Operation
    public void add() {
        if (lock.lockOrLeave(items.getAndIncrement())) {
            count();
            lock.unlock();
        }
    }

    /** {@return how many were added} */
    @Operation
    public int read() {
        while (!lock.tryLock()) {
            Thread.onSpinWait();
        }
        int read = count;
        lock.unlock();
        return read;
    }
}
