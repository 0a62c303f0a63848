package onload.tcp;

/**
 * What can be set of a TCP engine, with defaults and ranges: whole numbers, in units that the names say; switches are 1
 * for on and 0 for off. Defaults are those of Linux where it has the same setting.
 */
public enum TcpSetting {
    /** Connections at once, half-open ones and those in TIME-WAIT included. */
    MAX_FLOWS(1 << 20, 1, 1 << 26),

    /** Connections in TIME-WAIT at once; one more is forgotten at once. */
    MAX_TIME_WAIT(1 << 16, 0, 1 << 26),

    /** Connections that their user has closed, and that have still something to do; one more is reset. */
    MAX_ORPHANS(1 << 14, 0, 1 << 26),

    /** Half-open connections of a listener at most, whatever its backlog is. */
    MAX_SYN_BACKLOG(4096, 1, 1 << 24),

    /** Bytes that a connection takes from its user before they are acknowledged, at first. */
    SEND_BUFFER_BYTES(256 << 10, 1024, 1 << 30),

    /** Bytes up to which that grows with the window of a connection. */
    MAX_SEND_BUFFER_BYTES(4 << 20, 1024, 1 << 30),

    /** Bytes that a connection takes from the peer before its user has read them, at first. */
    RECEIVE_BUFFER_BYTES(128 << 10, 256, 1 << 30),

    /** Bytes up to which that grows when the user reads as fast as they come. */
    MAX_RECEIVE_BUFFER_BYTES(6 << 20, 256, 1 << 30),

    /** Switch: timestamps (RFC 7323). */
    TIMESTAMPS(1, 0, 1),

    /** Switch: window scale (RFC 7323). */
    WINDOW_SCALING(1, 0, 1),

    /** Switch: selective acknowledgments (RFC 2018). */
    SELECTIVE_ACKNOWLEDGMENTS(1, 0, 1),

    /** Explicit congestion notification (RFC 3168): 0 for none, 1 to ask peers for it, 2 only where a peer asks. */
    ECN(2, 0, 2),

    /**
     * Probing for the MTU of paths that swallow long packets silently (RFC 4821): 0 for none, 1 once that shows, 2 from
     * the beginning of each connection.
     */
    MTU_PROBING(1, 0, 2),

    /** Switch: SYN cookies when a listener has too many half-open connections (RFC 4987). */
    SYN_COOKIES(1, 0, 1),

    /**
     * Fast Open (RFC 7413), two bits: 1 for connections that this side opens and whose user asks for it, 2 for
     * listeners whose user asks for it.
     */
    FAST_OPEN(1, 0, 3),

    /** What the retransmission timeout adds to the round-trip time at least, as on Linux. */
    MIN_RTO_NS(200_000_000L, 1_000_000L, 60_000_000_000L),

    /** Largest retransmission timeout (RFC 6298, rule 2.5: 60 s or more). */
    MAX_RTO_NS(120_000_000_000L, 1_000_000_000L, 3_600_000_000_000L),

    /** Retransmission timeout before the round-trip time is known (RFC 6298, rule 2.1). */
    INITIAL_RTO_NS(1_000_000_000L, 1_000_000L, 60_000_000_000L),

    /** SYNs that are sent again before connecting fails. */
    SYN_RETRIES(6, 0, 127),

    /** SYN-ACKs that are sent again before a half-open connection is forgotten. */
    SYN_ACK_RETRIES(5, 0, 127),

    /** Times that a segment is sent again before the connection fails: R2 (RFC 9293, section 3.8.3). */
    RETRIES(15, 1, 127),

    /** The same for a connection that its user has closed. */
    ORPHAN_RETRIES(8, 0, 127),

    /** How long an acknowledgment waits for data to go with it (RFC 9293, MUST-40: below 500 ms). */
    DELAYED_ACK_NS(40_000_000L, 0, 499_999_999L),

    /** Segments that are acknowledged without delay when a connection is new. */
    QUICK_ACKS(16, 0, 127),

    /** Longest that a cork holds back a segment that is not full. */
    CORK_NS(200_000_000L, 0, 10_000_000_000L),

    /** How long a connection that its user has closed waits for the FIN of the peer. */
    FIN_WAIT_2_NS(60_000_000_000L, 1_000_000L, 86_400_000_000_000L),

    /** How long TIME-WAIT lasts. */
    TIME_WAIT_NS(60_000_000_000L, 1_000_000L, 86_400_000_000_000L),

    /** How long a connection with keep-alive is idle before the peer is asked. */
    KEEP_ALIVE_IDLE_NS(7_200_000_000_000L, 1_000_000L, 32_767_000_000_000L),

    /** How long after a question of keep-alive the next is asked. */
    KEEP_ALIVE_INTERVAL_NS(75_000_000_000L, 1_000_000L, 32_767_000_000_000L),

    /** Questions of keep-alive without an answer after which the connection fails. */
    KEEP_ALIVE_PROBES(9, 1, 127),

    /** First local port that is given out (RFC 6056). */
    FIRST_PORT(32768, 1, 65535),

    /** Last local port that is given out. */
    LAST_PORT(60999, 1, 65535),

    /** Segments in the initial window (RFC 6928). */
    INITIAL_WINDOW_SEGMENTS(10, 1, 100),

    /** Switch: after an idle time of more than a timeout the window is no more than the initial one (RFC 5681). */
    SLOW_START_AFTER_IDLE(1, 0, 1),

    /** Switch: tail loss probes (RFC 8985, section 7). */
    TAIL_LOSS_PROBES(1, 0, 1),

    /** Switch: segments are spread over the round trip also where the congestion control does not ask for it. */
    PACING(0, 0, 1),

    /** Challenge ACKs in a second, of all connections (RFC 5961, section 7). */
    CHALLENGE_ACKS_PER_SECOND(1000, 1, 1_000_000),

    /** Segments out of order that a connection keeps, as long as their buffers are within twice its receive buffer. */
    MAX_OUT_OF_ORDER_PACKETS(1 << 14, 1, 1 << 16);

    private final long defaultValue;
    private final long least;
    private final long most;

    TcpSetting(long defaultValue, long least, long most) {
        this.defaultValue = defaultValue;
        this.least = least;
        this.most = most;
    }

    /** {@return the value that it has if nobody says another} */
    public long defaultValue() {
        return defaultValue;
    }

    /** {@return the smallest value} */
    public long least() {
        return least;
    }

    /** {@return the largest value} */
    public long most() {
        return most;
    }
}
