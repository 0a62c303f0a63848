package onload.ip.fragment;

/** Told of what becomes of datagrams in pieces: implemented by the layer that can report it to their senders. */
public interface ReassemblyEvents {
    /**
     * The rest of a datagram did not come in time, though its first fragment did (RFC 1122, section 3.3.2; RFC 8200,
     * section 4.5): the sender is owed an ICMP error. Called within {@code advance}; must not throw.
     *
     * @param packet the first fragment, whose data begins at its IP header; it is the reassembly's and released
     *     after this call
     * @param interfaceIndex the interface that it came in by
     * @param nowNs the time
     */
    void timedOut(int packet, int interfaceIndex, long nowNs);
}
