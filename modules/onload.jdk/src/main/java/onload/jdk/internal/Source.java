package onload.jdk.internal;

import java.io.IOException;

/** Something that knows which of many sockets are ready: a stack, or the kernel. */
public sealed interface Source permits StackSource, KernelSource {
    /**
     * Tells what is ready now. For the thread that selects, while nobody waits here.
     *
     * @return how many were told
     */
    int poll(Ready ready) throws IOException;

    /**
     * Waits until something may be ready or {@link #wake} is called, and tells it or leaves it to the next poll.
     *
     * @param timeoutNs longest wait, above 0
     * @return how many were told
     */
    int await(Ready ready, long timeoutNs) throws IOException;

    /** Waits until something may be ready or {@link #wake} is called, and tells nothing. */
    void awaitOnly(long timeoutNs) throws IOException;

    /** Ends a wait, or the next one. For any thread. */
    void wake();

    /** Closes. */
    void close() throws IOException;
}
