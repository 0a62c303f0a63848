package onload.ip.spi;

/**
 * A protocol above IP, such as TCP: implemented by the layer above, called by the IP layer within a poll, on its
 * thread. No method may throw or block.
 */
public interface TransportProtocol {
    /** Answer of {@link #received}: the packet is taken, and its reference with it. */
    int ACCEPTED = 0;

    /**
     * Answer of {@link #received}: nobody has the port. The IP layer still owns the packet, and answers with the ICMP
     * error where that is allowed (RFC 1122, section 3.2.2.1; RFC 4443, section 3.1).
     */
    int NO_PORT = -1;

    /** {@return the IP protocol number, 1 to 255} */
    int protocol();

    /**
     * A datagram for this host.
     *
     * <p>The packet's data begins at the transport header and ends with the datagram; padding of the link is gone. It
     * may be a chain, of which the first buffer holds all bytes up to the {@link IpDatagram#CONTIGUOUS}th, or
     * to the end;
     * its frame length is then the datagram's payload. The IP header is still in the buffer before the data,
     * as {@link
     * IpDatagram#headerIndex} says. Of a datagram for a group or a broadcast one copy is handed over; a
     * transport with
     * several receivers retains it.
     *
     * @param packet its buffer
     * @param datagram where it is from and to; valid within this call only
     * @param nowNs the time
     * @return {@link #ACCEPTED} and then the transport owns the reference; or {@link #NO_PORT}
     */
    int received(int packet, IpDatagram datagram, long nowNs);

    /**
     * An ICMP error, or one that this host found by itself, about a datagram of this protocol from an address of this
     * host. The quotation may be forged by whoever can guess it: the transport checks that it has sent such a
     * datagram
     * lately (RFC 5927), which the IP layer cannot know.
     *
     * @param error valid within this call only
     * @param nowNs the time
     * @return whether the quoted datagram is one that this transport has sent; only then is a report of a
     *     smaller path
     *     MTU believed
     */
    boolean failed(IcmpError error, long nowNs);

    /**
     * The packets of a batch have all been handed over, and errors that time brought. What they said of paths and
     * neighbours is known to whoever asks for a destination's way from now on.
     */
    default void batchEnded(long nowNs) {}
}
