package onload.stress.model;

import onload.sockets.lock.LeftWork;
import onload.sockets.lock.StackLock;

import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.Validate;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A log to which all append, under a {@link StackLock} or by leaving what to append for its holder. Who reads
 * the log has the lock, and must find all that was appended before, in order, whether it was left or not. Two
 * items may be left at a time.
 */
@Param(name = "digit", gen = IntGen.class, conf = "1:9")
@Param(name = "flag", gen = IntGen.class, conf = "1:3")
public class LockModel implements LeftWork {
    private static final int MOST_OPERATIONS = 32;

    private final StackLock lock = new StackLock(this, 2);
    private final AtomicInteger items = new AtomicInteger();
    private final int[] digits = new int[MOST_OPERATIONS];
    private final int[] links = new int[MOST_OPERATIONS];

    // Guarded by the lock.
    private long log;
    private int flagsDone;

    /** Appends a digit, now or by the holder. */
    @Operation
    public void append(@Param(name = "digit") int digit) {
        int item = items.getAndIncrement();
        digits[item] = digit;
        int answer = lock.lockOrLeave(item);
        if (answer == StackLock.FULL) {
            lock.lock(0);
        }
        if (answer != StackLock.LEFT) {
            item(item);
            lock.unlock();
        }
    }

    /** Sets flags, now or by the holder. */
    @Operation
    public void set(@Param(name = "flag") int flags) {
        if (lock.lockOrSet(flags) == StackLock.HELD) {
            flags(flags);
            lock.unlock();
        }
    }

    /** {@return the log with the flags} Sleeps for the lock if need be. */
    @Operation
    public String read() {
        lock.lock(0);
        String read = log + " " + flagsDone;
        lock.unlock();
        return read;
    }

    /** {@return the log with the flags} Never sleeps. */
    @Operation
    public String spinAndRead() {
        while (!lock.tryLock()) {
            Thread.onSpinWait();
        }
        String read = log + " " + flagsDone;
        lock.unlock();
        return read;
    }

    /** At rest nothing is left, and the lock is free. */
    @Validate
    public void atRest() {
        if (lock.isLocked() || lock.itemsLeft() != 0) {
            throw new IllegalStateException("at rest: " + lock);
        }
    }

    @Override
    public void link(int item, int before) {
        links[item] = before;
    }

    @Override
    public int linked(int item) {
        return links[item];
    }

    @Override
    public void item(int item) {
        log = log * 10 + digits[item];
    }

    @Override
    public void flags(int flags) {
        flagsDone |= flags;
    }
}
