/**
 * The neighbour cache: which Ethernet address a host on the link has, and whether it still gets what is sent, for IPv4
 * and IPv6 alike.
 *
 * <p>ARP has no states of its own; it is given those of RFC 4861, section 7.3. An ARP request is a solicitation, and a
 * reply an advertisement, of which {@link onload.ip.neighbor.NeighborCache#answered} knows by the state whether it was
 * asked for. A neighbour that is sent to is asked from time to time by unicast whether it is there, unless the layers
 * above say so anyway; that is how RFC 1122, section 2.3.2.1, would have ARP entries validated.
 *
 * <h2>A sender's path</h2>
 *
 * <p>A sender keeps a {@link onload.ip.neighbor.Neighbor}, its version and the header made for both. While the version
 * is the same it sends, and the cache is not in the way. When it is another one, the sender comes by {@link
 * onload.ip.neighbor.NeighborCache#findOrCreate} and {@link onload.ip.neighbor.NeighborCache#use}, which sends on,
 * queues, or refuses. So of a neighbour in steady use the cache sees one packet in each reachable time, which is what
 * sets the probing off.
 *
 * <h2>What is bounded</h2>
 *
 * <p>Neighbours, those being asked for, waiting packets of each and of all, and questions to all on a link in a
 * second. Who has to go when the cache is full depends on what it took to get in. Anybody on the link can have
 * an entry made by a spoofed solicitation, an entry confirmed by a spoofed advertisement, and one used by making this
 * host answer; and anybody at all, this host's own programs included, can have addresses asked for that are
 * nobody's. What cannot be made up from afar is the answer to a question of ours, or an acknowledgement of our data:
 * a neighbour with one of these is <em>proven</em>, and while it is in use it is never evicted. Of the others the
 * oldest goes first.
 *
 * <h2>Where the RFC leaves room, or contradicts itself</h2>
 *
 * <ul>
 *   <li>Section 7.2.5 and appendix C of RFC 4861 differ in three rows. The section is taken: an advertisement without
 *       link-layer address confirms, if it is solicited (a unicast probe may be answered so, 7.2.4); without one it
 *       does not touch an entry that is INCOMPLETE; and an unsolicited one with another address that does not
 *       override makes a REACHABLE entry STALE.
 *   <li>Unsolicited news replace the Ethernet address at once, also of a neighbour that is REACHABLE, as 7.2.3 and RFC
 *       826 have it: failing over to another station works by that. They leave it STALE, so that a lie is found out
 *       within some seconds of sending, if the station that it names does not answer. Only advertisements that do not
 *       override, and second answers of ARP, leave the address as it is.
 *   <li>A neighbour that did not answer is kept as FAILED for a moment instead of being deleted, so that senders
 *       are refused at once, and not after another three seconds. A neighbour that was there and ceased to answer
 *       is asked for anew with the next packet.
 * </ul>
 */
@NullMarked
package onload.ip.neighbor;

import org.jspecify.annotations.NullMarked;
