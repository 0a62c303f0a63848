package onload.tcp;

import org.agrona.collections.LongArrayQueue;
import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A port at which connections are accepted: made by {@link TcpEngine#listener}.
 *
 * <p>As on Linux there are two queues: half-open connections, which the peer has not confirmed, and established ones
 * that wait for {@link #accept}, as many as the backlog and one. While the second is full, new SYNs are dropped, and
 * confirmations too, so that the peers try again.
 *
 * <p>Belongs to the thread that has the stack's lock.
 */
public final class TcpListener {
    /** How long a reset takes a place in the queue of Fast Open, as on Linux. */
    private static final long RESET_COUNTS_NS = 60_000_000_000L;

    private final TcpEngine engine;
    private final TcpConnection prototype;
    private final Deque<TcpConnection> established = new ArrayDeque<>();

    LocalPorts.@Nullable Binding binding;
    boolean isV6Only;
    boolean isListening;
    boolean isReported;
    int halfOpen;
    long lastCookieNs = Long.MIN_VALUE;

    /** Connections that were opened by the data of a SYN and that no peer has confirmed. */
    int fastOpens;

    /** When such a connection was reset. */
    private final LongArrayQueue fastOpenResets = new LongArrayQueue(Long.MIN_VALUE);

    private int fastOpenQueue;
    private int backlog;
    private @Nullable Object attachment;

    TcpListener(TcpEngine engine, TcpConnection prototype) {
        this.engine = engine;
        this.prototype = prototype;
    }

    /**
     * Takes an address and a port.
     *
     * @param high high half of an address of this host; the unspecified IPv6 address (0, 0) is for all addresses of
     *     both IP versions, IPv4's for all of IPv4
     * @param low its low half
     * @param port 1 to 65535, or 0 for a free one
     * @return 0, {@link TcpConnection#ADDRESS_IN_USE}, {@link TcpConnection#ADDRESS_NOT_AVAILABLE}, {@link
     *     TcpConnection#NO_PORT} or {@link TcpConnection#INVALID_STATE}
     */
    public int bind(long high, long low, int port) {
        return engine.bind(this, high, low, port);
    }

    /** Takes no IPv4 connections at the unspecified IPv6 address; before {@link #bind}. */
    public void v6Only(boolean only) {
        isV6Only = only;
    }

    /**
     * Begins to accept connections, or changes the backlog.
     *
     * @param backlog established connections that may wait, and one more; below 0 is 0
     * @return 0, {@link TcpConnection#ADDRESS_IN_USE} if somebody else listens there, or {@link
     *     TcpConnection#INVALID_STATE} if there is no port
     */
    public int listen(int backlog) {
        this.backlog = Math.max(0, backlog);
        return engine.listen(this);
    }

    /**
     * {@return the connection that has waited longest, which is the caller's from now on; or null} What has happened to
     * it before was not reported: there may be data to read, or it may be over.
     */
    public @Nullable TcpConnection accept() {
        TcpConnection connection = established.poll();
        if (connection != null) {
            connection.listener = null;
        }
        return connection;
    }

    /** {@return how many established connections wait} */
    public int waiting() {
        return established.size();
    }

    /** {@return how many connections are half-open} */
    public int halfOpen() {
        return halfOpen;
    }

    /** Listens no more: connections that wait are reset, half-open ones forgotten. A second call does nothing. */
    public void close(long nowNs) {
        engine.close(this, nowNs);
    }

    /** {@return the local port, 0 if there is none} */
    public int port() {
        return binding == null ? 0 : binding.port;
    }

    /** {@return a connection that is never opened, whose options accepted connections begin with} */
    public TcpConnection prototype() {
        return prototype;
    }

    /** {@return whatever the layer above has attached} */
    public @Nullable Object attachment() {
        return attachment;
    }

    /** Attaches whatever the layer above knows the listener by. */
    public void attachment(@Nullable Object attachment) {
        this.attachment = attachment;
    }

    /**
     * Takes data with SYNs that bring a Fast Open cookie, and gives cookies to who asks for one (RFC 7413). Such
     * a connection is there to {@link #accept}, to be read and to be answered before the peer has confirmed that it
     * exists; a SYN that comes twice may, rarely, bring its data twice. It needs bit 2 of {@link TcpSetting#FAST_OPEN}.
     *
     * @param queueLength how many connections may be open in that way that no peer has confirmed; 0 for no Fast Open
     * @throws IllegalArgumentException if it is negative
     */
    public void fastOpen(int queueLength) {
        if (queueLength < 0) {
            throw new IllegalArgumentException(
                    "a queue of Fast Open cannot take %d connections; expected 0 or more"
                            .formatted(queueLength));
        }
        fastOpenQueue = queueLength;
    }

    /** {@return how many connections of Fast Open may be unconfirmed, 0 for no Fast Open} */
    public int fastOpenQueue() {
        return fastOpenQueue;
    }

    /**
     * {@return PendingFastOpenRequests} A connection that was reset counts for a minute more: else who has cookies of
     * others could open as many as resets come back (RFC 7413, section 5.1).
     */
    int pendingFastOpens(long nowNs) {
        while (!fastOpenResets.isEmpty() && nowNs - fastOpenResets.peekLong() >= RESET_COUNTS_NS) {
            fastOpenResets.pollLong();
        }
        return fastOpens + fastOpenResets.size();
    }

    /** A connection of Fast Open was reset before anybody confirmed it. */
    void fastOpenReset(long nowNs) {
        fastOpenResets.offerLong(nowNs);
    }

    int backlog() {
        return backlog;
    }

    /** As Linux counts: the backlog and one. */
    boolean isFull() {
        return established.size() > backlog;
    }

    void add(TcpConnection connection) {
        connection.listener = this;
        established.add(connection);
    }
}
