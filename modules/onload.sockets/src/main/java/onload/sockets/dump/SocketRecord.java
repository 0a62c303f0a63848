package onload.sockets.dump;

import onload.tcp.TcpState;

import java.util.Arrays;

/**
 * What is to stand in the socket table of a {@link StackFile} about one socket. One record is filled again and
 * again, so that nothing is allocated: {@link #reset}, what is known, {@link StackFile#socket}.
 *
 * <p>Belongs to the holder of the stack lock. Numbers are written as they are; what is not said is 0.
 */
public final class SocketRecord {
    private final long[] words = new long[SocketLayout.WORDS];

    /** Makes a record about which nothing is said yet. */
    public SocketRecord() {
        reset(SocketKind.UNKNOWN);
    }

    /**
     * Forgets everything.
     *
     * @param kind what the next socket is
     * @return this
     */
    @SuppressWarnings("EnumOrdinal")
    public SocketRecord reset(SocketKind kind) {
        Arrays.fill(words, 0);
        // The kind in the table is never 0, which says that the entry is free.
        words[SocketLayout.KIND_STATE_FLAGS] = 1L + kind.ordinal();
        return this;
    }

    /**
     * Says the state, for TCP.
     *
     * @param state the state of the connection; that of a listener is LISTEN
     * @return this
     */
    @SuppressWarnings("EnumOrdinal")
    public SocketRecord state(TcpState state) {
        long others = words[SocketLayout.KIND_STATE_FLAGS] & ~(0xFFL << SocketLayout.STATE_SHIFT);
        // 0 is for a socket without a state.
        words[SocketLayout.KIND_STATE_FLAGS] =
                others | (1L + state.ordinal()) << SocketLayout.STATE_SHIFT;
        return this;
    }

    /**
     * Says who carries the socket.
     *
     * @param accelerated whether this stack does, and not the kernel
     * @return this
     */
    public SocketRecord accelerated(boolean accelerated) {
        long others = words[SocketLayout.KIND_STATE_FLAGS] & ~SocketLayout.ACCELERATED;
        words[SocketLayout.KIND_STATE_FLAGS] =
                accelerated ? others | SocketLayout.ACCELERATED : others;
        return this;
    }

    /**
     * Says the local end.
     *
     * @param high high half of the address, IPv4 as IPv4-mapped
     * @param low its low half
     * @param port 0 to 65535
     * @return this
     */
    public SocketRecord local(long high, long low, int port) {
        words[SocketLayout.LOCAL_HIGH] = high;
        words[SocketLayout.LOCAL_LOW] = low;
        return half(SocketLayout.PORTS, 0, port);
    }

    /**
     * Says the remote end.
     *
     * @param high high half of the address, IPv4 as IPv4-mapped
     * @param low its low half
     * @param port 0 to 65535
     * @return this
     */
    public SocketRecord remote(long high, long low, int port) {
        words[SocketLayout.REMOTE_HIGH] = high;
        words[SocketLayout.REMOTE_LOW] = low;
        return half(SocketLayout.PORTS, Integer.SIZE, port);
    }

    /**
     * Says what is queued.
     *
     * @param receiveBytes received and not read yet
     * @param sendBytes sent by the user and not acknowledged yet, or not on the wire
     * @return this
     */
    public SocketRecord queues(int receiveBytes, int sendBytes) {
        return half(SocketLayout.QUEUES, 0, receiveBytes)
                .half(SocketLayout.QUEUES, Integer.SIZE, sendBytes);
    }

    /**
     * Says what waits at a listener.
     *
     * @param backlog the most connections that may wait to be accepted
     * @param waiting how many do
     * @return this
     */
    public SocketRecord listener(int backlog, int waiting) {
        return half(SocketLayout.LISTENER, 0, backlog)
                .half(SocketLayout.LISTENER, Integer.SIZE, waiting);
    }

    /**
     * Says how the path is.
     *
     * @param congestionWindowBytes cwnd
     * @param smoothedRoundTripNs SRTT of RFC 6298, 0 before the first measurement
     * @param retransmissions segments that were sent again
     * @return this
     */
    public SocketRecord path(
            int congestionWindowBytes, long smoothedRoundTripNs, long retransmissions) {
        words[SocketLayout.CONGESTION_WINDOW] = congestionWindowBytes;
        words[SocketLayout.SMOOTHED_ROUND_TRIP_NS] = smoothedRoundTripNs;
        words[SocketLayout.RETRANSMISSIONS] = retransmissions;
        return this;
    }

    /**
     * Says what went through.
     *
     * @param inBytes bytes that the user was or will be given
     * @param outBytes bytes that the user sent
     * @param drops packets for this socket that were dropped, whatever the reason
     * @return this
     */
    public SocketRecord traffic(long inBytes, long outBytes, long drops) {
        words[SocketLayout.IN_BYTES] = inBytes;
        words[SocketLayout.OUT_BYTES] = outBytes;
        words[SocketLayout.DROPS] = drops;
        return this;
    }

    /** The words of the entry after its version, in the order of {@link SocketLayout}. */
    long word(int index) {
        return words[index];
    }

    private SocketRecord half(int word, int shift, int value) {
        long others = words[word] & ~(0xFFFF_FFFFL << shift);
        words[word] = others | (value & 0xFFFF_FFFFL) << shift;
        return this;
    }
}
