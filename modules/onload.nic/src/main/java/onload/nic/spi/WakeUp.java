package onload.nic.spi;

/**
 * What a thread waits on for a NIC while nobody polls it.
 *
 * <p>A signal is kept until somebody waits: {@link #await} after {@link #signal} returns at once, and several signals
 * are one. All methods may be called from any thread; one thread waits at a time.
 */
public interface WakeUp {
    /** There is no file descriptor. */
    int NO_FILE_DESCRIPTOR = -1;

    /**
     * {@return a file descriptor that becomes readable with the signal, for a caller that waits for several things
     * with poll(2); or {@link #NO_FILE_DESCRIPTOR}} That caller takes the signal by {@link #await} with 0 afterwards;
     * until then the descriptor may stay readable. It may also be readable without a signal, for an event that nobody
     * armed the wake-up for.
     */
    int fileDescriptor();

    /**
     * Waits until there is a signal, and takes it.
     *
     * @param timeoutNs longest wait in nanoseconds; 0 or less does not wait
     * @return whether there was a signal
     * @throws InterruptedException if the thread was interrupted
     */
    boolean await(long timeoutNs) throws InterruptedException;

    /** Wakes whoever waits, or the next one to wait; for a new timer, or to end the waiting. */
    void signal();
}
