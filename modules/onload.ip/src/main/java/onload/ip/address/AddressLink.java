package onload.ip.address;

/**
 * What the address table needs of the layer that sends, and what it tells that layer. Called under the stack's lock;
 * no method may throw or call a method of the table that changes it.
 */
public interface AddressLink {
    /**
     * An address is in the table, still tentative. For IPv6 the layer now listens to the solicited-node group of the
     * address (RFC 4862, section 5.4.2); a report of that membership may wait for the first {@link #probe}.
     */
    void added(InterfaceAddress address, long nowNs);

    /**
     * Asks whether another host has an address: a neighbour solicitation from the unspecified address to the
     * solicited-node group, with {@link InterfaceAddress#nonce} as its nonce option (RFC 4862, section 5.4.2; RFC
     * 7527), or an ARP probe (RFC 5227, section 1.1).
     */
    void probe(InterfaceAddress address, long nowNs);

    /**
     * Says that this host has an address: an unsolicited neighbour advertisement without override to all routers (RFC
     * 9131, section 6.1), or an ARP announcement (RFC 5227, section 2.3).
     */
    void announce(InterfaceAddress address, long nowNs);

    /**
     * The state of an address has changed.
     *
     * @param before the state that it had
     */
    void stateChanged(InterfaceAddress address, AddressState before, long nowNs);

    /** An address is in the table no more: it was removed, or its lifetime is over. Its state is what it was last. */
    void removed(InterfaceAddress address, long nowNs);

    /**
     * The link-local address of an interface, made from its Ethernet address, is another host's too, which therefore
     * has the same Ethernet address: IPv6 is to cease on the interface until it comes up again (RFC 4862, section
     * 5.4.5).
     */
    void ipv6Disabled(int interfaceIndex, long nowNs);
}
