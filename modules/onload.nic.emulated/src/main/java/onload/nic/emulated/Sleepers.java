package onload.nic.emulated;

import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * The threads that wait for NICs of one network on the real clock.
 *
 * <p>While nobody polls, somebody must see to it that frames in flight arrive: one of the sleepers, the leader, wakes
 * up when the next one is due, lets it arrive, and sleeps on if it was not for him. The others sleep until they are
 * signalled. Whoever changes when the next frame is due, under the network's lock, tells the leader if that is sooner
 * than he planned; a leader that goes names another. So no frame waits for a thread that does not come, and one thread
 * wakes up per frame, not all.
 */
final class Sleepers {
    private final EmulatedNetwork network;
    private final NanoClock clock;

    // What follows belongs to the holder of the network's lock.
    private final List<EmulatedWakeUp> asleep = new ArrayList<>();
    private @Nullable EmulatedWakeUp leader;
    private long leaderWakesNs;
    private @Nullable Thread woken;

    Sleepers(EmulatedNetwork network, NanoClock clock) {
        this.network = network;
        this.clock = clock;
    }

    /** Waits as {@code WakeUp.await} does, for a wake-up that had no signal a moment ago. */
    boolean await(EmulatedWakeUp wakeUp, long timeoutNs) throws InterruptedException {
        long nowNs = clock.nanoTime();
        if (timeoutNs <= 0) {
            network.advance(nowNs);
            return wakeUp.take();
        }
        long deadlineNs = nowNs + timeoutNs < nowNs ? Long.MAX_VALUE : nowNs + timeoutNs;
        wakeUp.sleeper(Thread.currentThread());
        try {
            return sleep(wakeUp, nowNs, deadlineNs);
        } finally {
            leave(wakeUp);
        }
    }

    private boolean sleep(EmulatedWakeUp wakeUp, long startNs, long deadlineNs)
            throws InterruptedException {
        long nowNs = startNs;
        long untilNs = join(wakeUp, nowNs, deadlineNs);
        while (true) {
            if (wakeUp.take()) {
                return true;
            }
            if (nowNs >= deadlineNs) {
                return false;
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            // A signal or an alert from here on leaves a permit, with which this returns at once.
            LockSupport.parkNanos(wakeUp, untilNs - nowNs);
            if (wakeUp.take()) {
                return true;
            }
            nowNs = clock.nanoTime();
            untilNs = plan(wakeUp, nowNs, deadlineNs);
        }
    }

    private long join(EmulatedWakeUp wakeUp, long nowNs, long deadlineNs) {
        network.lock();
        try {
            asleep.add(wakeUp);
            return plan(wakeUp, nowNs, deadlineNs);
        } finally {
            network.unlock();
        }
    }

    /** Lets arrive what is due, and answers until when to sleep. */
    private long plan(EmulatedWakeUp wakeUp, long nowNs, long deadlineNs) {
        network.lock();
        try {
            network.pump(nowNs);
            if (leader == null) {
                leader = wakeUp;
            }
            if (leader != wakeUp) {
                return deadlineNs;
            }
            leaderWakesNs = Math.min(deadlineNs, network.inFlight().nextDueNs());
            return leaderWakesNs;
        } finally {
            network.unlock();
        }
    }

    private void leave(EmulatedWakeUp wakeUp) {
        network.lock();
        try {
            asleep.remove(wakeUp);
            wakeUp.sleeper(null);
            if (leader == wakeUp) {
                leader = asleep.isEmpty() ? null : asleep.getLast();
                if (leader != null) {
                    // It has not planned as a leader yet.
                    leaderWakesNs = Long.MIN_VALUE;
                    wake(leader.sleeper());
                }
            }
        } finally {
            network.unlock();
        }
    }

    /** Wakes the leader if a frame is due sooner than he planned. For the holder of the lock. */
    void alert(long nextDueNs) {
        if (leader != null && nextDueNs < leaderWakesNs) {
            leaderWakesNs = nextDueNs;
            wake(leader.sleeper());
        }
    }

    /**
     * Wakes a thread when the lock is given back: while it is held, the thread would wake up only to wait for
     * it. For the holder of the lock.
     */
    void wake(@Nullable Thread sleeper) {
        if (woken == null) {
            woken = sleeper;
        } else if (woken != sleeper) {
            LockSupport.unpark(sleeper);
        }
    }

    /** {@return who is to be woken now that the lock is given back; or null} For the holder of the lock. */
    @Nullable Thread takeWoken() {
        Thread taken = woken;
        woken = null;
        return taken;
    }
}
