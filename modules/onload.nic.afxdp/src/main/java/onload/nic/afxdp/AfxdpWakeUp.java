package onload.nic.afxdp;

import onload.linux.event.ArmedWait;
import onload.nic.spi.WakeUp;

/**
 * Waits on an AF_XDP socket, which the kernel says to be readable for received frames only: while frames are being sent
 * the wait is short, so that their completion is seen, and what did not go out is tried again.
 *
 * <p>The owner of the interface says how short before anybody waits; that is a volatile write, and a late reader of it
 * waits once as long as before.
 */
final class AfxdpWakeUp implements WakeUp {
    /** There is nothing that the kernel would not say. */
    static final long NO_LIMIT = Long.MAX_VALUE;

    private final ArmedWait armed;
    private volatile long longestNs = NO_LIMIT;

    AfxdpWakeUp(ArmedWait armed) {
        this.armed = armed;
    }

    /** Says how long a wait may be before somebody has to look, in nanoseconds. */
    void longest(long nanoseconds) {
        longestNs = nanoseconds;
    }

    @Override
    public int fileDescriptor() {
        return armed.fileDescriptor();
    }

    @Override
    public boolean await(long timeoutNs) throws InterruptedException {
        long longest = longestNs;
        if (timeoutNs <= longest) {
            return armed.await(timeoutNs);
        }
        var _ = armed.await(longest);
        longestNs = NO_LIMIT;
        return true;
    }

    @Override
    public void signal() {
        armed.signal();
    }
}
