package onload.jdk.async;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;

/** A channel that does not wait, at the selector of its group: asks for one operation at a time of each kind. */
final class Registered {
    /** Told that operations may be possible now. */
    interface Waiting {
        void ready(int ops);
    }

    private final SelectableChannel channel;
    private final ChannelGroup group;
    private final Waiting waiting;
    private @Nullable SelectionKey key;

    Registered(SelectableChannel channel, ChannelGroup group, Waiting waiting) throws IOException {
        this.channel = channel;
        this.group = group;
        this.waiting = waiting;
        channel.configureBlocking(false);
    }

    /**
     * Asks to be told when an operation is possible.
     *
     * @throws ClosedChannelException if the channel is closed
     */
    void want(int op) throws ClosedChannelException {
        try {
            SelectionKey known;
            synchronized (this) {
                known = key;
                if (known == null) {
                    key = channel.register(group.selector(), op, this);
                    return;
                }
            }
            known.interestOpsOr(op);
        } catch (CancelledKeyException e) {
            throw new ClosedChannelException();
        }
    }

    /** From the selecting thread. */
    void ready(SelectionKey ready) {
        int ops;
        try {
            ops = ready.readyOps();
            ready.interestOpsAnd(~ops);
        } catch (CancelledKeyException e) {
            return; // Closing has told everybody.
        }
        waiting.ready(ops);
    }
}
