package onload.testkit.ip;

/** What stands on a host's IP layer and has timers of its own, such as a transport: driven along with the host. */
public interface Driven {
    /** {@return whether there was anything to do at that time, which is done} */
    boolean advance(long nowNs);

    /** {@return when there is something to do, or {@link Long#MAX_VALUE}} */
    long nextDeadlineNs();

    /** Ends it, while the host is still open. */
    void close(long nowNs);
}
