package onload.sockets.lock;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * The threads that sleep until a {@link StackLock} is free.
 *
 * <p>No wake-up is lost: a thread stands in the queue before it sets WAITING, and only sleeps if that bit is set
 * in a word that is locked; whoever gives the lock up with that bit set wakes the first of the queue. The bit
 * goes with the lock, so a thread that gets it sets the bit again if others are left in the queue, and a thread
 * that was overtaken sets it itself.
 */
final class WaitingThreads {
    private final Queue<Thread> queue = new ConcurrentLinkedQueue<>();

    /** Sleeps until the calling thread has the lock. */
    void waitFor(StackLock lock) {
        Thread me = Thread.currentThread();
        boolean isInterrupted = false;
        queue.add(me);
        while (!lock.tryLock()) {
            if (lock.setWaiting()) {
                LockSupport.park(lock);
                // Cleared, since a thread with an interrupt pending does not park.
                isInterrupted |= Thread.interrupted();
            }
        }
        queue.remove(me);
        if (!queue.isEmpty()) {
            lock.setWaiting();
        }
        if (isInterrupted) {
            me.interrupt();
        }
    }

    /** Wakes the thread that has waited longest, if there is one. */
    void wakeFirst() {
        Thread first = queue.peek();
        if (first != null) {
            LockSupport.unpark(first);
        }
    }
}
