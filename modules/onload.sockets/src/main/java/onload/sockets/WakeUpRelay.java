package onload.sockets;

import onload.nic.spi.WakeUp;

/** Waits for a NIC that is not the first of its stack, and passes its signals on to the first one's wake-up. */
final class WakeUpRelay implements Runnable {
    private final WakeUp from;
    private final WakeUp to;
    private final Thread thread;
    private volatile boolean isClosed;

    WakeUpRelay(WakeUp from, WakeUp to, String threadName) {
        this.from = from;
        this.to = to;
        thread = Thread.ofPlatform().daemon().name(threadName).unstarted(this);
    }

    void start() {
        thread.start();
    }

    void close() {
        isClosed = true;
        from.signal();
        boolean isInterrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                isInterrupted = true;
            }
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
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
