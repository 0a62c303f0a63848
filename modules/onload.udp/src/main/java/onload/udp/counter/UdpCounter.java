package onload.udp.counter;

/**
 * What UDP counts. A datagram that is not delivered or not sent is in exactly one of the counters whose name has {@code
 * DROPPED} or {@code REFUSED} in it: dropped is gone, refused is still the caller's.
 */
public enum UdpCounter {
    /** Datagrams handed up by the IP layer. */
    RECEIVED,
    /** Places in receive queues that datagrams took; one for a group may take several. */
    QUEUED,
    /** Datagrams dropped on receive: shorter than the header, or with a length that is not theirs. */
    DROPPED_MALFORMED,
    /** Datagrams dropped on receive: wrong checksum. */
    DROPPED_CHECKSUM,
    /**
     * Datagrams dropped on receive: the checksum is the pseudo-header's alone, since the sender left the rest to a NIC
     * and none filled it in. So does a Linux kernel at the other end of a virtual link, until {@code ethtool -K DEVICE
     * tx off} there.
     */
    DROPPED_CHECKSUM_UNFILLED,
    /** Datagrams dropped on receive: IPv6 without a checksum, for a socket that does not allow it (RFC 8200, 8.1). */
    DROPPED_NO_CHECKSUM,
    /** Datagrams dropped on receive: nobody has the port. */
    DROPPED_NO_PORT,
    /** Places not taken: the receive queue of the socket is full. */
    DROPPED_SOCKET_FULL,
    /** Places not taken: all receive queues together hold what they may. */
    DROPPED_ALL_FULL,
    /** Places not taken: the packet pool is nearly empty, and the socket has datagrams waiting. */
    DROPPED_PRESSURE,
    /** Datagrams that waited in a receive queue when it was closed. */
    DROPPED_CLOSED,
    /** Datagrams that were cut since the receiver's buffer was shorter. */
    TRUNCATED,
    /** Datagrams sent. */
    SENT,
    /** Datagrams refused: no buffer. */
    REFUSED_NO_BUFFER,
    /** Datagrams refused: longer than UDP, or the path, allows. */
    REFUSED_TOO_LONG,
    /** Datagrams refused: to a broadcast address, without permission. */
    REFUSED_BROADCAST,
    /** Datagrams refused by the IP layer for another reason. */
    REFUSED_BY_IP,
    /** ICMP errors about a datagram of a socket that is there. */
    ERRORS_RECEIVED,
    /** ICMP errors dropped: no socket has sent such a datagram. */
    ERRORS_DROPPED_NO_SOCKET,
    /** Ephemeral ports that could not be chosen, since none was free. */
    NO_EPHEMERAL_PORT,
    /** Sockets that could not be opened: there are as many as there may be. */
    REFUSED_SOCKETS
}
