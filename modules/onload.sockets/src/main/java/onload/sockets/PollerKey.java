package onload.sockets;

import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** What a {@link Poller} knows of a socket that is registered with it. For any thread. */
public final class PollerKey {
    private static final int QUEUED = 1 << 31;
    private static final VarHandle PENDING;

    static {
        try {
            PENDING = MethodHandles.lookup().findVarHandle(PollerKey.class, "pending", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Poller poller;
    private final Socket socket;
    private final boolean isEdgeTriggered;
    private final @Nullable Object attachment;
    private volatile int interest;
    private volatile boolean isCancelled;

    /** What has happened since the poller looked, and QUEUED while the key stands in the poller's list. */
    @SuppressWarnings("unused") // by PENDING
    private volatile int pending;

    /** The key that was queued before this one; written before it is queued, read by the poller. */
    @Nullable PollerKey before;

    // The poller's own.

    boolean isListed;

    PollerKey(
            Poller poller,
            Socket socket,
            int interest,
            boolean isEdgeTriggered,
            @Nullable Object attachment) {
        this.poller = poller;
        this.socket = socket;
        this.interest = interest;
        this.isEdgeTriggered = isEdgeTriggered;
        this.attachment = attachment;
    }

    /** {@return the socket} */
    public Socket socket() {
        return socket;
    }

    /** {@return what the program gave with the registration} */
    public @Nullable Object attachment() {
        return attachment;
    }

    /** {@return what is asked for: bits of {@link Readiness}} */
    public int interest() {
        return interest;
    }

    /** Changes what is asked for, bits of {@link Readiness}; what is ready by then is told by the next poll. */
    public void interest(int bits) {
        interest = bits;
        poller.look(this);
    }

    /** {@return whether it still stands: neither cancelled nor its socket closed} */
    public boolean isValid() {
        return !isCancelled;
    }

    /** Ends the registration. What is under way in another thread may still be told once. */
    public void cancel() {
        if (!isCancelled) {
            isCancelled = true;
            poller.forget(this);
        }
    }

    Poller poller() {
        return poller;
    }

    boolean isEdgeTriggered() {
        return isEdgeTriggered;
    }

    /** Remembers what has happened, and queues the key if it is not queued; for any thread. */
    void signal(int bits) {
        int seen = (int) PENDING.getAndBitwiseOr(this, bits | QUEUED);
        if ((seen & QUEUED) == 0) {
            poller.queue(this);
        }
    }

    /** For the poller, which has taken the key off its list: answers what has happened. */
    int take() {
        return (int) PENDING.getAndSet(this, 0) & ~QUEUED;
    }
}
