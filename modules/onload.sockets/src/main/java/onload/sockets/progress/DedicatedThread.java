package onload.sockets.progress;

/**
 * The thread of a dedicated stack: it polls all the time, so that nobody else has to. State machine; its duty
 * cycle is its thread.
 */
public final class DedicatedThread implements Runnable {
    private final Driver driver;
    private final Thread thread;
    private volatile boolean isClosed;

    /**
     * Makes one that is not started.
     *
     * @param threadName name of its thread
     */
    public DedicatedThread(Driver driver, String threadName) {
        this.driver = driver;
        thread = Thread.ofPlatform().daemon().name(threadName).unstarted(this);
    }

    /** Starts its thread. */
    public void start() {
        thread.start();
    }

    /** Ends its thread, and waits until it has ended. Not for the holder of the stack's lock. */
    public void close() {
        isClosed = true;
        if (Thread.currentThread() != thread) {
            Joining.join(thread);
        }
    }

    @Override
    @SuppressWarnings("ThreadPriorityCheck") // See TURNS_PER_YIELD.
    public void run() {
        int turns = 0;
        while (!isClosed) {
            try {
                if ((++turns & Progress.TURNS_PER_YIELD - 1) == 0) {
                    Thread.yield();
                }
                if (!driver.tryPoll(Driver.DEDICATED)) {
                    Thread.onSpinWait();
                }
            } catch (RuntimeException | Error e) {
                driver.fault(e);
            }
        }
    }
}
