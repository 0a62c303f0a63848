package onload.sockets;

import onload.sockets.counter.StackCounter;
import onload.tcp.TcpConnection;
import onload.tcp.TcpListener;
import onload.wire.IpAddress;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;

/** A port at which TCP connections are accepted: made by {@link Stack#tcpServer}. */
public final class TcpServerSocket extends Socket {
    private final TcpListener listener;

    /** Connections that wait to be accepted. Written by the holder. */
    private volatile int waiting;

    // Held.
    private boolean isListening;
    private int backlog;
    private @Nullable IpAddress bound;

    TcpServerSocket(StackCore core, int number, TcpListener listener) {
        super(core, number, SocketOption.Kind.LISTENER);
        this.listener = listener;
        listener.attachment(this);
    }

    /**
     * Takes an address and port.
     *
     * @param local an address of this stack, or a wildcard: that of IPv6 is for both versions; port 0 for a free one
     * @return 0, {@link Status#ADDRESS_IN_USE}, {@link Status#ADDRESS_NOT_AVAILABLE}, {@link Status#NO_PORT}, {@link
     *     Status#INVALID_STATE} or {@link Status#CLOSED}
     * @throws IllegalArgumentException if the address is not resolved
     */
    public int bind(InetSocketAddress local) {
        IpAddress address = of(local);
        core.enter();
        try {
            if (isClosed()) {
                return Status.CLOSED;
            }
            int answer = listener.bind(address.high(), address.low(), local.getPort());
            if (answer == 0) {
                bound = address;
            }
            return answer;
        } finally {
            core.leave();
        }
    }

    /**
     * Begins to accept connections, or changes the backlog.
     *
     * @param backlog established connections that may wait; below 1 is 1
     * @return 0, {@link Status#INVALID_STATE} if there is no port, {@link Status#ADDRESS_IN_USE} or {@link
     *     Status#CLOSED}
     */
    public int listen(int backlog) {
        core.enter();
        try {
            if (isClosed()) {
                return Status.CLOSED;
            }
            int answer = listener.listen(Math.max(1, backlog));
            if (answer == 0) {
                isListening = true;
                this.backlog = Math.max(1, backlog);
                core.publisher().changed(this);
            }
            return answer;
        } finally {
            core.leave();
        }
    }

    /**
     * Takes data with SYNs that bring a cookie of Fast Open (TCP_FASTOPEN; RFC 7413): such a connection is there to be
     * accepted, read and answered at once. The stack's option {@code tcp.fast-open} has to have 2.
     *
     * @param queueLength how many may wait for their peers to confirm them, ≥ 0; 0 for no Fast Open
     */
    public void fastOpen(int queueLength) {
        set(SocketOption.TCP_FASTOPEN, queueLength);
    }

    /**
     * {@return a connection that was waiting; or null if there is none, or the socket is closed} Does not wait;
     * polls once.
     */
    public @Nullable TcpSocket accept() {
        if (waiting == 0 && !core.pollOnDemand()) {
            return null;
        }
        return waiting == 0 ? null : acceptNow();
    }

    /**
     * Accepts a connection, and waits until there is one.
     *
     * @param timeoutNs longest wait; 0 or less does not wait
     * @return the connection; or null if the time is over, the thread was interrupted, or the socket is or was
     *     closed: {@link #isOpen} tells
     */
    public @Nullable TcpSocket accept(long timeoutNs) {
        long startNs = timeoutNs == FOREVER || timeoutNs <= 0 ? 0 : core.nowNs();
        TcpSocket accepted = accept();
        while (accepted == null && timeoutNs > 0 && isOpen()) {
            if (await(TO_RECEIVE, left(timeoutNs, startNs)) != 0) {
                return acceptNow();
            }
            accepted = acceptNow();
        }
        return accepted;
    }

    private @Nullable TcpSocket acceptNow() {
        core.enter();
        try {
            if (isClosed()) {
                return null;
            }
            TcpConnection connection = listener.accept();
            waiting = listener.waiting();
            return connection == null ? null : adopt(connection);
        } finally {
            core.flushAndLeave();
        }
    }

    private @Nullable TcpSocket adopt(TcpConnection connection) {
        int number = core.isClosing() ? SocketTable.NONE : core.sockets.reserve();
        if (number == SocketTable.NONE) {
            core.counters.increment(StackCounter.SOCKETS_REFUSED);
            connection.abort(core.nowNs);
            connection.close(core.nowNs);
            return null;
        }
        TcpSocket socket = new TcpSocket(core, number, connection);
        core.opened(socket);
        socket.options().inherit(options(), connection);
        socket.adopt();
        return socket;
    }

    /** {@return how many connections wait to be accepted} True a moment ago. */
    public int waiting() {
        return waiting;
    }

    /** {@return the local port, 0 if there is none} */
    public int port() {
        core.enter();
        try {
            return listener.port();
        } finally {
            core.leave();
        }
    }

    /** Held: there are connections to accept. */
    void arrived() {
        waiting = listener.waiting();
        ready(Readiness.READABLE);
    }

    int backlog() {
        return backlog;
    }

    long boundHigh() {
        return bound == null ? 0 : bound.high();
    }

    long boundLow() {
        return bound == null ? 0 : bound.low();
    }

    TcpListener listener() {
        return listener;
    }

    @Override
    public int readiness() {
        return waiting > 0 ? Readiness.READABLE : 0;
    }

    @Override
    protected boolean isReady(int what) {
        return waiting > 0 || isClosed();
    }

    /** Closes: connections that wait are reset. */
    @Override
    public void close() {
        if (beginClosing()) {
            core.enter();
            try {
                abortHeld();
            } finally {
                core.flushAndLeave();
            }
        }
    }

    @Override
    void abortHeld() {
        listener.close(core.nowNs);
        listener.attachment(null);
        waiting = 0;
        closedHeld();
    }

    @Override
    boolean sendLeft(int packet) {
        throw new IllegalStateException("nothing is sent by a listener");
    }

    @Override
    void account() {
        // Nothing is read from a listener.
    }

    @Override
    @Nullable InetSocketAddress localHeld() {
        IpAddress address = bound;
        return address == null || listener.port() == 0
                ? null
                : address(address.high(), address.low(), listener.port());
    }

    @Override
    @Nullable InetSocketAddress remoteHeld() {
        return null;
    }

    /** Held: answers whether it listens. */
    boolean isListening() {
        return isListening;
    }
}
