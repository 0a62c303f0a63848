package onload.sockets;

import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Sockets that packets were read from which their readers keep: such packets do not come home with the number of
 * their socket, so the socket itself says that the holder should look what was read.
 *
 * <p>Any thread puts, the holder of the stack's lock takes. A socket is in at most once. <em>Memory order</em>:
 * a reader writes what it has read and then marks its socket, the holder takes the mark away and then looks;
 * both by atomic exchanges, so that one of them sees the other.
 */
final class ReadSockets {
    private static final VarHandle LAST;

    static {
        try {
            LAST = MethodHandles.lookup().findVarHandle(ReadSockets.class, "last", Socket.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile @Nullable Socket last;

    /** {@return whether there is none} True a moment ago. */
    boolean isEmpty() {
        return last == null;
    }

    /** Puts a socket in, unless it is in. */
    void put(Socket socket) {
        if (socket.markRead(true)) {
            return;
        }
        while (true) {
            Socket seen = last;
            socket.readBefore = seen;
            if (LAST.compareAndSet(this, seen, socket)) {
                return;
            }
            Thread.onSpinWait();
        }
    }

    /** Takes all out, and lets each account for what was read. For the holder. */
    void account() {
        Socket socket = last == null ? null : (Socket) LAST.getAndSet(this, null);
        while (socket != null) {
            // From here on it may be put in again.
            Socket before = socket.readBefore;
            socket.readBefore = null;
            socket.markRead(false);
            if (!socket.isClosed()) {
                socket.account();
            }
            socket = before;
        }
    }
}
