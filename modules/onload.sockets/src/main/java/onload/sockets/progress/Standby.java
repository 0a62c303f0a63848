package onload.sockets.progress;

import java.util.concurrent.locks.LockSupport;

/**
 * The thread of a shared stack that drives it while no thread of the program does: it leads if nobody else does,
 * and otherwise looks every {@code helper-bound} whether somebody has polled since. If another thread has led
 * for long, it sleeps until that one stops.
 *
 * <p>State machine; its duty cycle is its thread.
 */
public final class Standby implements Runnable {
    /** After so many looks at a leader that is there the helper trusts it. */
    private static final int LOOKS = 20;

    private final Driver driver;
    private final Progress progress;
    private final long boundNs;
    private final Thread thread;
    private volatile boolean isClosed;
    private volatile boolean isWanted;
    private volatile boolean isDeep;

    /**
     * Makes a helper that is not started.
     *
     * @param boundNs after so long without a poll it takes over, > 0
     * @param threadName name of its thread
     */
    public Standby(Driver driver, Progress progress, long boundNs, String threadName) {
        this.driver = driver;
        this.progress = progress;
        this.boundNs = boundNs;
        thread = Thread.ofPlatform().daemon().name(threadName).unstarted(this);
    }

    /** Starts its thread. */
    public void start() {
        thread.start();
    }

    /** Ends its thread, and waits until it has ended. Not for the holder of the stack's lock. */
    public void close() {
        isClosed = true;
        LockSupport.unpark(thread);
        driver.wakeUp().signal();
        if (Thread.currentThread() != thread) {
            Joining.join(thread);
        }
    }

    /** Leads as soon as it can: the one who did is gone, and others sleep. For any thread. */
    void cover() {
        // It may be wanted since a time when somebody else then led; if it sleeps deep, it has
        // forgotten that.
        if (!isWanted || isDeep) {
            isWanted = true;
            LockSupport.unpark(thread);
        }
    }

    /** Looks again: the one who led is gone. For any thread. */
    void watch() {
        if (isDeep) {
            LockSupport.unpark(thread);
        }
    }

    @Override
    public void run() {
        int looks = 0;
        while (!isClosed) {
            try {
                if (isNeeded()) {
                    lead();
                    looks = 0;
                } else if (progress.hasLeader()) {
                    looks++;
                } else {
                    looks = 0;
                }
                rest(looks);
            } catch (RuntimeException | Error e) {
                driver.fault(e);
                LockSupport.parkNanos(this, boundNs);
            }
        }
    }

    private boolean isNeeded() {
        if (progress.hasLeader()) {
            return false;
        }
        boolean isSilent = driver.nowNs() - driver.lastPollNs() >= boundNs;
        return isSilent || (isWanted && progress.spinners() == 0);
    }

    /** Leads until a thread of the program polls, or is woken and leaves nobody asleep. */
    private void lead() {
        isWanted = false;
        if (!progress.tryLead()) {
            return;
        }
        int woken = 0;
        try {
            driver.poll(Driver.COVER);
            boolean isAlone = true;
            while (isAlone && !isClosed) {
                long polls = driver.pollsOfProgram();
                woken = progress.sleepForNic(Long.MAX_VALUE);
                boolean isPolled = driver.pollsOfProgram() != polls;
                boolean areAllAwake =
                        woken > 0 && progress.sleepers() <= woken && progress.hasFollowers();
                isAlone = !isPolled && !areAllAwake;
            }
        } finally {
            progress.resign();
        }
        // Who went to sleep meanwhile, and found the helper leading, did not lead itself. Those who
        // were just woken may still
        // count as asleep.
        isWanted |= woken > 0 && progress.sleepers() > woken && progress.spinners() == 0;
    }

    private void rest(int looks) {
        if (isClosed || (isWanted && !progress.hasLeader() && progress.spinners() == 0)) {
            return;
        }
        if (looks <= LOOKS) {
            LockSupport.parkNanos(this, boundNs);
            return;
        }
        isDeep = true;
        if (progress.hasLeader() && !isClosed) {
            LockSupport.park(this);
        }
        isDeep = false;
    }
}
