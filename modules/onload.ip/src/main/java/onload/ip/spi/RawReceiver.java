package onload.ip.spi;

/**
 * Looks on at the datagrams of one IP protocol: for tools such as a ping. Whatever else is done with the datagram is
 * done as well.
 */
public interface RawReceiver {
    /**
     * A datagram of the protocol for this host, before its transport has it. No method may throw.
     *
     * @param packet its buffer, whose data begins at the header of the upper layer; it stays the IP layer's: whoever
     *     wants bytes later copies them
     * @param datagram where it is from and to; valid within this call only
     * @param nowNs the time
     */
    void seen(int packet, IpDatagram datagram, long nowNs);

    /**
     * An ICMP error about a datagram of the protocol that this host may have sent.
     *
     * @return whether the receiver knows the quoted datagram for its own, as {@link TransportProtocol#failed}
     */
    default boolean failed(IcmpError error, long nowNs) {
        return false;
    }
}
