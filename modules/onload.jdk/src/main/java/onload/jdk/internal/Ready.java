package onload.jdk.internal;

import onload.sockets.PollerKey;

import java.nio.channels.SelectionKey;

/** What {@link Source sources} tell. */
public interface Ready {
    /**
     * A socket of a stack is ready.
     *
     * @param key its key with the poller
     * @param readiness bits of {@link onload.sockets.Readiness}
     */
    void stackReady(PollerKey key, int readiness);

    /**
     * A channel of the kernel is ready.
     *
     * @param key its key with the JDK's own selector
     */
    void kernelReady(SelectionKey key);
}
