package onload.ip.neighbor;

/**
 * What the neighbour cache needs done on a link: implemented by the layer that sends. Called under the stack's
 * lock; no
 * method may throw, and none calls back into the cache except as it says.
 */
public interface NeighborLink {
    /**
     * Asks for a neighbour: an ARP request, or a neighbour solicitation.
     *
     * @param neighbor whom to ask for
     * @param unicast whether to ask the Ethernet address that is known, rather than all on the link
     * @param pending the oldest packet that waits for it, from its IP header on, from whose source address to ask; or
     *     {@code PacketBuffers.NONE}
     * @param nowNs the time
     */
    void solicit(Neighbor neighbor, boolean unicast, int pending, long nowNs);

    /**
     * The Ethernet address has become known: a packet that waited for it may go.
     *
     * @param packet what was queued, with its reference
     */
    void resolved(Neighbor neighbor, int packet, long nowNs);

    /**
     * The neighbour did not answer: a packet that waited for it cannot go. It was counted; the link may report it to
     * who sent it.
     *
     * @param packet what was queued, with its reference, which the link releases
     */
    void unreachable(Neighbor neighbor, int packet, long nowNs);
}
