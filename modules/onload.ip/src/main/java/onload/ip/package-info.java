/**
 * The IP layer of one stack: IPv4 and IPv6 side by side, between NICs below and transports above.
 *
 * <p>A stack has one {@link onload.ip.IpLayer}. It is given NICs and addresses, polled with the time, and closed; it is
 * nobody's thread and reads no clock. Packets go up through a port, which sorts frames, and an input for each version,
 * which checks headers and puts fragments together, to whichever {@link onload.ip.spi.TransportProtocol} has
 * registered for the protocol. They go down by a {@link onload.ip.Destination}, which a sender keeps for each
 * peer: the way there, with the headers ready-made, which one comparison for each packet finds still right or not.
 *
 * <p>What makes a link work is done by agents: ARP and NDP, ICMP, IGMP and MLD. They turn packets into news for the
 * state machines of the rooms beside this one (neighbours, addresses, routers, groups, fragments, path MTUs), and the
 * wishes of these into packets. A state machine never sees a NIC, and this package holds no protocol state of its own.
 *
 * <p>All of it belongs to the thread that has the stack's lock. Nothing here allocates for a packet, throws because of
 * what is in one, or holds more than its options allow.
 */
@NullMarked
package onload.ip;

import org.jspecify.annotations.NullMarked;
