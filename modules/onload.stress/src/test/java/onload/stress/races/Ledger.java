package onload.stress.races;

import onload.sockets.lock.LeftWork;
import onload.sockets.lock.StackLock;

/** A lock, and what it guards: which items were done, in which order. All of it in plain fields. */
public class Ledger implements LeftWork {
    /** Items are 0 to this - 1. */
    static final int ITEMS = 8;

    /** The lock. */
    protected final StackLock lock;

    /** Items that were done, in this order: item + 1 is a decimal digit. */
    protected int done;

    /** How many items had a payload that whoever did them saw. */
    protected int payloadsSeen;

    /** All flags that were done. */
    protected int flagsDone;

    /** How often flags were done. */
    protected int flagCalls;

    private final int[] links = new int[ITEMS];
    private final int[] payloads = new int[ITEMS];

    /** Makes one whose lock is free. */
    protected Ledger(int mostItems) {
        lock = new StackLock(this, mostItems);
    }

    /** Takes the lock, which nobody has yet. */
    protected final void hold() {
        if (!lock.tryLock()) {
            throw new AssertionError("somebody has the lock of a fresh object");
        }
    }

    /** {@return the answer of the lock} Does an item, now or by leaving it, as a socket would. */
    protected final int doOrLeave(int item) {
        payloads[item] = 1;
        int answer = lock.lockOrLeave(item);
        if (answer == StackLock.FULL) {
            lock.lock(0);
        }
        if (answer != StackLock.LEFT) {
            item(item);
            lock.unlock();
        }
        return answer;
    }

    /** {@return the answer of the lock} Does flags, now or by setting them. */
    protected final int doOrSet(int flags) {
        int answer = lock.lockOrSet(flags);
        if (answer == StackLock.HELD) {
            flags(flags);
            lock.unlock();
        }
        return answer;
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
        done = done * 10 + item + 1;
        payloadsSeen += payloads[item];
    }

    @Override
    public void flags(int flags) {
        flagsDone |= flags;
        flagCalls++;
    }
}
