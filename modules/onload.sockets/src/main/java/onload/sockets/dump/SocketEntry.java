package onload.sockets.dump;

import onload.wire.IpAddress;

/**
 * What the file of a stack says of one socket.
 *
 * @param slot which socket of the stack
 * @param isWhole whether all of it was written at once; else the writer was at it whenever the reader looked, or died
 *     while it was
 * @param kind what it is
 * @param state the state of TCP in lower case, such as {@code established}; empty where there is none
 * @param isAccelerated whether the stack carries it, and not the kernel
 * @param local the local address
 * @param localPort the local port
 * @param remote the remote address
 * @param remotePort the remote port
 * @param receiveQueueBytes received and not read yet
 * @param sendQueueBytes sent by the user and not acknowledged yet, or not on the wire
 * @param backlog the most connections that may wait at a listener
 * @param waiting how many do
 * @param congestionWindowBytes cwnd
 * @param smoothedRoundTripNs SRTT of RFC 6298, 0 before the first measurement
 * @param retransmissions segments that were sent again
 * @param inBytes bytes that the user was or will be given
 * @param outBytes bytes that the user sent
 * @param drops packets for this socket that were dropped
 */
public record SocketEntry(
        int slot,
        boolean isWhole,
        SocketKind kind,
        String state,
        boolean isAccelerated,
        IpAddress local,
        int localPort,
        IpAddress remote,
        int remotePort,
        int receiveQueueBytes,
        int sendQueueBytes,
        int backlog,
        int waiting,
        long congestionWindowBytes,
        long smoothedRoundTripNs,
        long retransmissions,
        long inBytes,
        long outBytes,
        long drops) {}
