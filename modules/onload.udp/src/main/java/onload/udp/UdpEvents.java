package onload.udp;

/** What UDP tells the layer above: once for each socket and batch. Called on the stack's thread; may not throw. */
@FunctionalInterface
public interface UdpEvents {
    /** A datagram came to a socket. */
    int READABLE = 1;

    /** A socket that was refused with {@link UdpSocket#WOULD_BLOCK} may try to send again. */
    int WRITABLE = 2;

    /** A socket has an error pending. */
    int ERROR = 4;

    /**
     * Something happened to a socket since the last batch ended.
     *
     * @param socket which is open
     * @param what constants of this interface, or-ed
     */
    void happened(UdpSocket socket, int what);
}
