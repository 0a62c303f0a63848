package onload.sockets.progress;

import onload.nic.spi.WakeUp;

/**
 * Waits for a NIC that is not the first of its stack, and passes its signals on to the first one's wake-up.
 * State machine; its duty cycle is its thread.
 */
public final class WakeUpRelay implements Runnable {
    private final WakeUp from;
    private final WakeUp to;
    private final Thread thread;
    private volatile boolean isClosed;

    /**
     * Makes one that is not started.
     *
     * @param from the NIC's wake-up
     * @param to the first NIC's
     * @param threadName name of its thread
     */
    public WakeUpRelay(WakeUp from, WakeUp to, String threadName) {
        this.from = from;
        this.to = to;
        thread = Thread.ofPlatform().daemon().name(threadName).unstarted(this);
    }

    /** Starts its thread. */
    public void start() {
        thread.start();
    }

    /** Ends its thread, and waits until it has ended. */
    public void close() {
        isClosed = true;
        from.signal();
        Joining.join(thread);
    }

    @Override
    public void run() {
        while (!isClosed) {
            try {
                if (from.await(Long.MAX_VALUE)) {
                    to.signal();
                }
            } catch (InterruptedException e) {
                // Nobody but this class knows the thread; it ends by close().
            }
        }
    }
}
