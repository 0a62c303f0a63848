package onload.tcp.counter;

/** What a TCP engine counts. */
public enum TcpCounter {
    // Segments.

    /** Segments that came in. */
    SEGMENTS_RECEIVED,

    /** Segments that went out. */
    SEGMENTS_SENT,

    /** Segments that were sent again, SYNs among them. */
    RETRANSMISSIONS,

    /** Segments that were to be sent again while a NIC or a queue still had them; they were not. */
    RETRANSMISSIONS_HELD,

    /** Segments that the IP layer refused, such as for a full queue. They go again by a timer. */
    SEND_REFUSED,

    /** Segments that could not be made for want of a buffer. They go again by a timer. */
    SEND_FAILED_NO_BUFFER,

    /** Resets that went out. */
    RESETS_SENT,

    /** Resets that came in and ended a connection, or an attempt. */
    RESETS_RECEIVED,

    // Segments that came in and were dropped, one reason each.

    /** Too short, or with a data offset that cannot be. */
    RECEIVE_DROPPED_MALFORMED,

    /** The checksum is wrong. */
    RECEIVE_DROPPED_CHECKSUM,

    /**
     * The checksum is the pseudo-header's alone: the sender left the rest to a NIC, and none filled it in. So does a
     * Linux kernel at the other end of a virtual link, until {@code ethtool -K DEVICE tx off} there.
     */
    RECEIVE_DROPPED_CHECKSUM_UNFILLED,

    /** With an MD5 signature (RFC 2385), for which there is no key. */
    RECEIVE_DROPPED_MD5_UNEXPECTED,

    /** For a group or a broadcast address (RFC 9293, MUST-57). */
    RECEIVE_DROPPED_NOT_UNICAST,

    /** For nobody: answered with a reset. */
    RECEIVE_DROPPED_NO_CONNECTION,

    /** Before the window: received before. */
    RECEIVE_DROPPED_OLD,

    /** Beyond the window. */
    RECEIVE_DROPPED_OUTSIDE_WINDOW,

    /** Payload while the window is closed; what the header says counted. */
    RECEIVE_DROPPED_WINDOW_CLOSED,

    /** An older timestamp than the last: PAWS (RFC 7323, section 5). */
    RECEIVE_DROPPED_OLD_TIMESTAMP,

    /** No timestamp where both sides had agreed on them (RFC 7323, section 3.2). */
    RECEIVE_DROPPED_NO_TIMESTAMP,

    /** A reset that is not exactly the next in the sequence, or that nobody waits for (RFC 5961, section 3). */
    RECEIVE_DROPPED_RESET,

    /** No ACK bit where there has to be one. */
    RECEIVE_DROPPED_NO_ACK,

    /** No SYN bit where only a SYN makes sense. */
    RECEIVE_DROPPED_NO_SYN,

    /** An acknowledgment of what was never sent, or far too old (RFC 5961, section 5). */
    RECEIVE_DROPPED_ACKNOWLEDGMENT,

    /** Payload after the peer's own FIN. */
    RECEIVE_DROPPED_AFTER_FIN,

    /** Payload for a connection that its user has closed: answered with a reset. */
    RECEIVE_DROPPED_ORPHAN,

    /** Out of order or after what nobody has read, while packet buffers are nearly used up. */
    RECEIVE_DROPPED_PRESSURE,

    /** Out of order, while the connection has as many of these as it may. */
    RECEIVE_DROPPED_OUT_OF_ORDER_FULL,

    // What segments brought.

    /** Segments that came before one that should precede them. */
    OUT_OF_ORDER,

    /** Segments whose bytes had all or in part come before. */
    DUPLICATES_RECEIVED,

    /** Duplicates that the peer has reported by DSACK (RFC 2883). */
    DUPLICATES_REPORTED,

    /** SACK blocks that cannot be. */
    SACK_BLOCKS_INVALID,

    /** Duplicate acknowledgments (RFC 5681, section 2). */
    DUPLICATE_ACKNOWLEDGMENTS,

    /** ICMP errors that quote a segment under way. */
    ERRORS_RECEIVED,

    /** ICMP errors about what was not sent, or not lately (RFC 5927). */
    ERRORS_IGNORED,

    // Connections.

    /** Connections that this side asked for. */
    ACTIVE_OPENS,

    /** Connections that peers asked for, half-open at first. */
    PASSIVE_OPENS,

    /** Connections that were established. */
    ESTABLISHED,

    /** SYNs and confirmations that were dropped since as many connections wait to be accepted as may. */
    ACCEPT_QUEUE_FULL,

    /** SYNs that were dropped since there are as many half-open connections as may be. */
    SYN_QUEUE_FULL,

    /** Half-open connections that nobody confirmed. */
    HALF_OPEN_TIMED_OUT,

    /** SYN cookies that went out. */
    COOKIES_SENT,

    /** Connections established by cookies. */
    COOKIES_ACCEPTED,

    /** Acknowledgments that should have been cookies and were not. */
    COOKIES_INVALID,

    /** SYNs of this side that asked for a Fast Open cookie (RFC 7413). */
    FAST_OPEN_COOKIES_REQUESTED,

    /** Fast Open cookies that servers have given. */
    FAST_OPEN_COOKIES_RECEIVED,

    /** SYNs of this side that went with a Fast Open cookie and data. */
    FAST_OPEN_SYNS_SENT,

    /** SYNs of this side whose data, all or some, was acknowledged by the SYN-ACK. */
    FAST_OPEN_ACKNOWLEDGED,

    /** SYNs of this side whose data was not acknowledged by the SYN-ACK, and went again. */
    FAST_OPEN_NOT_ACKNOWLEDGED,

    /** SYNs of this side with a Fast Open option that nobody answered, and that went again without. */
    FAST_OPEN_FALLBACKS,

    /** Connections of this side that opened the ordinary way since Fast Open had failed there lately. */
    FAST_OPEN_AVOIDED,

    /** Fast Open cookies that listeners have given. */
    FAST_OPEN_COOKIES_SENT,

    /** SYNs with a Fast Open cookie that was not this host's, or too old: ordinary SYNs. */
    FAST_OPEN_COOKIES_INVALID,

    /** SYNs with a Fast Open cookie that is not good for long any more: the answer has another. */
    FAST_OPEN_COOKIES_AGING,

    /** Connections that a SYN with a good Fast Open cookie has opened at once. */
    FAST_OPEN_ACCEPTED,

    /** SYNs with a Fast Open option that were ordinary ones since as many were pending as may be. */
    FAST_OPEN_QUEUE_FULL,

    /** Connections that were not put into TIME-WAIT since there are too many there. */
    TIME_WAIT_OVERFLOWS,

    /** Connections in TIME-WAIT that gave way to a new one (RFC 6191). */
    TIME_WAIT_REUSED,

    /** Connections that failed since the peer did not answer. */
    TIMED_OUT,

    /** Connections that failed since an idle peer did not answer. */
    KEEP_ALIVE_TIMED_OUT,

    /** Closed connections whose peer did not close in time. */
    FIN_WAIT_2_TIMED_OUT,

    // Timers and windows.

    /** Retransmission timeouts. */
    TIMEOUTS,

    /** Times that a loss was found out by acknowledgments. */
    FAST_RECOVERIES,

    /** Times that the window was reduced since a router was congested (RFC 3168), or a probe had repaired a loss. */
    CONGESTION_REDUCTIONS,

    /** Reductions after losses that were none, taken back (RFC 3522, RFC 3708). */
    SPURIOUS_RECOVERIES,

    /** Timeouts that came too early, taken back (RFC 5682). */
    SPURIOUS_TIMEOUTS,

    /** Times that a peer did not have any more what it had acknowledged selectively (RFC 2018, section 8). */
    SACKS_RENEGED,

    /** Tail loss probes that went out (RFC 8985, section 7). */
    TAIL_LOSS_PROBES,

    /** Losses that such a probe has repaired. */
    TAIL_LOSSES_REPAIRED,

    /** Times that segments got shorter since longer ones were lost again and again (RFC 4821, section 7.7). */
    BLACK_HOLES,

    /** Longer segments that went out to find out whether they arrive (RFC 4821). */
    MTU_PROBES,

    /** Such segments that have arrived. */
    MTU_PROBES_ARRIVED,

    /** Such segments that were lost, which is no sign of congestion. */
    MTU_PROBES_LOST,

    /** Connections on which routers may mark what is sent (RFC 3168). */
    ECN_NEGOTIATED,

    /** Segments of text that a router had marked. */
    CE_RECEIVED,

    /** Acknowledgments with ECN-Echo, of what was in flight. */
    ECE_RECEIVED,

    /** Segments that told the peer that the window was reduced (RFC 3168, section 6.1.2). */
    CWR_SENT,

    /** Segments by which the peer has told that. */
    CWR_RECEIVED,

    /** Acknowledgments that went by the timer. */
    DELAYED_ACKS,

    /** Acknowledgments that went only to tell of a window. */
    WINDOW_UPDATES,

    /** Questions to closed windows. */
    WINDOW_PROBES,

    /** Questions to idle peers. */
    KEEP_ALIVES_SENT,

    /** Challenge acknowledgments (RFC 5961). */
    CHALLENGES_SENT,

    /** Challenge acknowledgments that a limit held back. */
    CHALLENGES_SUPPRESSED,

    /** Times that segments in flight had become too long for their path. */
    PATH_MTU_LOWERED,
}
