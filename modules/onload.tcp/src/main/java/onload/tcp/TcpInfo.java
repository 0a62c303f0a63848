package onload.tcp;

/**
 * What is known of a connection at one time: the fields of Linux's {@code tcp_info}, as far as this engine has them.
 * Bytes, nanoseconds, counts.
 *
 * @param state the state
 * @param recovery {@code open}, {@code disorder}, {@code cwr}, {@code recovery} or {@code loss}, as Linux's
 *     congestion-avoidance states
 * @param retransmits timeouts since the last acknowledgment of new data
 * @param probes unanswered window probes or questions of keep-alive
 * @param backoff how often the retransmission timeout was doubled
 * @param hasTimestamps whether both sides use timestamps
 * @param hasSack whether both sides use SACK
 * @param hasWindowScale whether both sides scale windows
 * @param hasSynData whether the SYN brought data that the SYN-ACK acknowledged (TCPI_OPT_SYN_DATA)
 * @param hasEcn whether routers may mark what is sent (RFC 3168)
 * @param hasEcnSeen whether something has come that a router might have marked
 * @param sndScale the shift of the peer's windows
 * @param rcvScale the shift of this side's windows
 * @param rtoNs the retransmission timeout
 * @param sndMss the most payload of a segment that is sent
 * @param rcvMss the largest segment that has come
 * @param advertisedMss what this side's SYN said
 * @param unackedBytes sent and not acknowledged
 * @param sackedBytes of these, what the peer has selectively acknowledged
 * @param lostBytes of these, what is lost
 * @param resentBytes sent again and not acknowledged
 * @param pathMtu the MTU of the path
 * @param srttNs the smoothed round-trip time, 0 if none was measured
 * @param rttvarNs its variation
 * @param minRttNs the smallest round-trip time of late, 0 if none was measured
 * @param ssthresh the slow-start threshold
 * @param cwnd the congestion window
 * @param congestionControl the name of the congestion control
 * @param pacingRate bytes per second, 0 for no limit
 * @param deliveredBytes that have arrived, by acknowledgment or selectively; wraps around after 2^32
 * @param sndWnd the peer's window
 * @param rcvWnd the window that the peer was told
 * @param rcvSpace the receive buffer
 * @param sndBuffer the send buffer
 * @param totalRetransmissions segments that were sent again
 * @param bytesAcked acknowledged by the peer
 * @param bytesReceived received in order
 * @param segmentsOut segments sent
 * @param segmentsIn segments received
 * @param notSentBytes queued and not sent yet
 * @param lastReceivedNs time since the last segment came
 */
public record TcpInfo(
        TcpState state,
        String recovery,
        int retransmits,
        int probes,
        int backoff,
        boolean hasTimestamps,
        boolean hasSack,
        boolean hasWindowScale,
        boolean hasSynData,
        boolean hasEcn,
        boolean hasEcnSeen,
        int sndScale,
        int rcvScale,
        long rtoNs,
        int sndMss,
        int rcvMss,
        int advertisedMss,
        int unackedBytes,
        int sackedBytes,
        int lostBytes,
        int resentBytes,
        int pathMtu,
        long srttNs,
        long rttvarNs,
        long minRttNs,
        int ssthresh,
        int cwnd,
        String congestionControl,
        long pacingRate,
        long deliveredBytes,
        int sndWnd,
        int rcvWnd,
        int rcvSpace,
        int sndBuffer,
        int totalRetransmissions,
        long bytesAcked,
        long bytesReceived,
        long segmentsOut,
        long segmentsIn,
        int notSentBytes,
        long lastReceivedNs) {}
