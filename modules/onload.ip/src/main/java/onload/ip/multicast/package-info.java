/**
 * Group membership: who in this host listens to which groups and sources, and telling the routers (IGMPv3, RFC 3376;
 * MLDv2, RFC 3810).
 *
 * <p>There are three layers of state, each made from the one before:
 *
 * <ol>
 *   <li>what every socket wants of a group on an interface: all sources but some, or some only;
 *   <li>what the interface therefore listens to, which is what packets are filtered by;
 *   <li>what of that the routers have not been told yet, or have asked for.
 * </ol>
 *
 * <p>The first changes by calls of sockets, and each change goes down through all three before the call returns: the
 * report is on its way, and only its repetition waits for a timer. Queries touch the third only: they set timers, never
 * more than one for the interface and one for each group, whatever comes in.
 *
 * <p>IGMP and MLD are one state machine: addresses are of 128 bits, IPv4 ones IPv4-mapped, and only what reads and
 * writes messages knows the difference. While a querier of an older version is heard, another, simpler state machine
 * reports groups without their sources.
 *
 * <h2>What is left to the layer</h2>
 *
 * <p>IP headers, the router alert option and the checksum of MLD, which covers the source address; the groups of all
 * nodes, which the NIC always has to let pass; to join solicited-node groups, once for each address by a number of its
 * own, and to leave them.
 *
 * <h2>Threads</h2>
 *
 * <p>Everything here is called under the stack's lock.
 */
@NullMarked
package onload.ip.multicast;

import org.jspecify.annotations.NullMarked;
