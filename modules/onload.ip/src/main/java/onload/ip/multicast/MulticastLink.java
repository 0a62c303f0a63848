package onload.ip.multicast;

/**
 * What group membership needs of the layer that sends. Called under the stack's lock; no method may throw or call
 * back.
 */
public interface MulticastLink {
    /**
     * Sends an IGMP message: with TTL 1, the router alert option, and traffic class 0xC0 (RFC 3376, section 4).
     *
     * @param interfaceIndex the interface
     * @param packet the message, complete with checksum; the link owns its reference
     * @param destination the IPv4 group that it goes to
     */
    void sendIgmp(int interfaceIndex, int packet, int destination, long nowNs);

    /**
     * Sends an MLD message: with hop limit 1, the router alert option in a hop-by-hop header, and the
     * link-local address
     * of the interface, or the unspecified one if it has none yet, as its source (RFC 3810, section 5). The
     * link fills in the
     * checksum, which covers that source.
     *
     * @param interfaceIndex the interface
     * @param packet the message; the link owns its reference
     */
    void sendMld(
            int interfaceIndex, int packet, long destinationHigh, long destinationLow, long nowNs);

    /**
     * The interface begins or ceases to listen to a group, so that the NIC may filter.
     *
     * @param isMember whether it listens from now on
     */
    void membershipChanged(int interfaceIndex, long groupHigh, long groupLow, boolean isMember);
}
