package onload.stress.broken;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * A lock for whose holder items 0 to 29 can be left. Its fault: it is given up by a plain write, so an item that
 * is left at the last moment is forgotten.
 */
final class ForgetfulLock {
    private static final int LOCKED = 1 << 30;

    private final AtomicInteger word = new AtomicInteger();
    private final IntConsumer work;

    ForgetfulLock(IntConsumer work) {
        this.work = work;
    }

    boolean tryLock() {
        return word.compareAndSet(0, LOCKED);
    }

    /** {@return whether the caller has the lock now} Otherwise an item is left. */
    boolean lockOrLeave(int item) {
        while (true) {
            int seen = word.get();
            if (seen == 0) {
                if (tryLock()) {
                    return true;
                }
            } else if (word.compareAndSet(seen, seen | 1 << item)) {
                return false;
            }
        }
    }

    void unlock() {
        int seen = word.getAndSet(LOCKED) & ~LOCKED;
        while (seen != 0) {
            int item = Integer.numberOfTrailingZeros(seen);
            seen &= ~(1 << item);
            work.accept(item);
        }
        word.set(0);
    }
}
