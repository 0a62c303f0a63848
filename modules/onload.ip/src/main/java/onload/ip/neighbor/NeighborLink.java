package onload.ip.neighbor;

/**
 * What the neighbour cache needs done on a link: implemented by the layer that sends. Called under the stack's lock,
 * from within methods of the cache; no method may throw.
 *
 * <p>The cache is whole at each call: an implementation may look up, create and {@linkplain NeighborCache#use use}
 * neighbours, and feed in news, also of the one that the call is about, since an error told to a transport may have
 * it send a packet. It must not {@linkplain NeighborCache#advance advance} or {@linkplain NeighborCache#close close}
 * the cache. Packets of one neighbour are handed over one by one, oldest first; one that is used in between
 * overtakes those that are still to come.
 */
public interface NeighborLink {
    /**
     * Asks for a neighbour: an ARP request, or a neighbour solicitation. The cache counts it and sees to the rate.
     *
     * @param neighbor whom to ask for
     * @param unicast whether to ask the Ethernet address that is known, rather than all on the link
     * @param pending the oldest packet that waits for it, from its IP header on, from whose source address to ask; or
     *     {@code PacketBuffers.NONE}. The reference stays with the cache
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

    /**
     * A neighbour did not answer and is {@link NeighborState#FAILED} now; told once, before its packets. If it is a
     * router, another should be tried (RFC 4861, section 6.3.6). Does nothing unless it is overridden.
     */
    default void failed(Neighbor neighbor, long nowNs) {}
}
