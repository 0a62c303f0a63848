package onload.ip.counter;

import java.util.Locale;

/**
 * What the IP layer counts. Every packet that is not delivered or not sent is in exactly one of the counters whose
 * name has {@code DROPPED} or {@code REFUSED} in it: dropped is gone, refused is still the caller's.
 */
public enum IpCounter {
    // Frames.

    /** Frames dropped on receive: their header is malformed. */
    FRAME_DROPPED_MALFORMED,
    /** Frames dropped on receive: addressed to another station. */
    FRAME_DROPPED_OTHER_STATION,
    /** Frames dropped on receive: their source is a group address, which no station has. */
    FRAME_DROPPED_GROUP_SOURCE,
    /** Frames dropped on receive: of a VLAN without an interface. */
    FRAME_DROPPED_UNKNOWN_VLAN,
    /** Frames dropped on receive: of an EtherType that nobody takes. */
    FRAME_DROPPED_UNKNOWN_TYPE,
    /** Frames dropped on receive: the interface is administratively down. */
    FRAME_DROPPED_INTERFACE_DOWN,

    // ARP.

    /** ARP packets received that are well-formed. */
    ARP_RECEIVED,
    /** ARP packets sent. */
    ARP_SENT,
    /** ARP packets dropped: malformed. */
    ARP_DROPPED_MALFORMED,
    /** ARP packets dropped: the sender has an Ethernet or IPv4 address that no host may have. */
    ARP_DROPPED_BAD_SENDER,
    /** ARP packets dropped: neither for an address of this host nor from a neighbour that it knows. */
    ARP_DROPPED_NOT_FOR_US,
    /** ARP replies that were not sent, to keep their rate within its limit. */
    ARP_DROPPED_REPLY_LIMIT,

    // Addresses of this host.

    /** Conflicts seen: another host uses an address of this one (RFC 5227, RFC 4862). */
    ADDRESS_CONFLICTS,
    /** Addresses given up, or not taken, because of a conflict. */
    ADDRESS_DUPLICATES,
    /** Addresses configured from router advertisements. */
    ADDRESS_AUTOCONFIGURED,
    /** Prefixes advertised that were not used for an address: the table is full, or their length does not fit. */
    ADDRESS_AUTOCONFIGURATION_REFUSED,

    // Neighbours.

    /** Solicitations sent, ARP requests among them. */
    NEIGHBOR_SOLICITATIONS_SENT,
    /** Solicitations to all on a link that were not sent, to keep their rate within its limit. */
    NEIGHBOR_SOLICITATIONS_SUPPRESSED,
    /** Neighbours that did not answer. */
    NEIGHBOR_UNREACHABLE,
    /** Neighbours evicted because the cache was full. */
    NEIGHBOR_EVICTED,
    /** Neighbours not taken in because the cache was full of those that must stay. */
    NEIGHBOR_REFUSED_CACHE_FULL,
    /** Addresses and routes of the kernel that were not taken in: there was no room, or no host has such. */
    MIRROR_REFUSED,
    /** News of neighbours that was not believed: unsolicited, without override, or for a fixed entry. */
    NEIGHBOR_NEWS_IGNORED,
    /** Packets dropped: too many wait for one unresolved neighbour, or for all. */
    NEIGHBOR_DROPPED_QUEUE_FULL,
    /** Packets dropped: their neighbour did not answer. */
    NEIGHBOR_DROPPED_UNREACHABLE,
    /** Packets dropped: the neighbour they waited for was removed, or its interface went down. */
    NEIGHBOR_DROPPED_REMOVED,

    // NDP.

    /** NDP messages dropped: malformed, not from this link, or what RFC 4861 has silently discarded. */
    NDP_DROPPED_INVALID,
    /** Router advertisements dropped: this host does not listen to them. */
    NDP_DROPPED_NOT_ACCEPTED,
    /** Router advertisements taken. */
    NDP_ROUTER_ADVERTISEMENTS,
    /** Router solicitations sent. */
    NDP_ROUTER_SOLICITATIONS_SENT,
    /** Routers, prefixes or routes not taken because their list was full. */
    NDP_REFUSED_LIST_FULL,
    /** Redirects followed. */
    REDIRECTS_FOLLOWED,
    /** Redirects ignored: not from the first hop, to no neighbour, or not listened to. */
    REDIRECTS_IGNORED,

    // Receive, both versions.

    /** IPv4 packets received, before any check. */
    IPV4_RECEIVED,
    /** IPv6 packets received, before any check. */
    IPV6_RECEIVED,
    /** Datagrams taken by transports, ICMP and raw receivers, reassembled ones once. */
    DELIVERED,
    /** Packets dropped: their header is malformed, or longer than what came. */
    RECEIVE_DROPPED_MALFORMED,
    /** Packets dropped: the IPv4 header checksum is wrong. */
    RECEIVE_DROPPED_HEADER_CHECKSUM,
    /** Packets dropped: options or extension headers are malformed or too many. */
    RECEIVE_DROPPED_OPTIONS,
    /** Packets dropped: an IPv4 source route, which this host neither follows nor ends (RFC 7126). */
    RECEIVE_DROPPED_SOURCE_ROUTE,
    /** Packets dropped: their source is no address that a host may have here. */
    RECEIVE_DROPPED_MARTIAN_SOURCE,
    /** Packets dropped: their destination is not one that may be on a link. */
    RECEIVE_DROPPED_MARTIAN_DESTINATION,
    /** Packets dropped: they say that they are from this host. */
    RECEIVE_DROPPED_OWN_SOURCE,
    /** Packets dropped: not for an address of this host. */
    RECEIVE_DROPPED_NOT_FOR_US,
    /** Packets dropped: for a group that nobody here listens to, or from a source that nobody asked for. */
    RECEIVE_DROPPED_NOT_A_MEMBER,
    /** Packets dropped: for one host, in a frame for many (RFC 1122, section 3.3.6). */
    RECEIVE_DROPPED_LINK_BROADCAST,
    /** Packets dropped: for an upper layer that there is none of. */
    RECEIVE_DROPPED_UNKNOWN_PROTOCOL,
    /** Datagrams dropped: no transport has the port. */
    RECEIVE_DROPPED_NO_PORT,
    /** Packets dropped: their upper-layer header is not in the first buffer. */
    RECEIVE_DROPPED_SPLIT_HEADER,
    /** Packets dropped: no upper layer follows (RFC 8200, section 4.7). */
    RECEIVE_DROPPED_NO_NEXT_HEADER,
    /** Packets dropped: an address that is still tentative. */
    RECEIVE_DROPPED_TENTATIVE,
    /** Packets dropped: an IPv4-mapped address on the wire. */
    RECEIVE_DROPPED_MAPPED_ADDRESS,

    // Fragments.

    /** Fragments received. */
    FRAGMENTS_RECEIVED,
    /** Datagrams put together again. */
    REASSEMBLED,
    /** Fragments dropped: length or offset cannot be. */
    FRAGMENT_DROPPED_MALFORMED,
    /** Fragments dropped with the datagram that they overlapped with (RFC 5722). */
    FRAGMENT_DROPPED_OVERLAP,
    /** Fragments dropped: their datagram would be longer than an IP packet can be. */
    FRAGMENT_DROPPED_TOO_LONG,
    /** Fragments dropped: smaller than any link makes them, or the upper-layer header is cut. */
    FRAGMENT_DROPPED_TINY,
    /** Fragments dropped: their datagram has too many. */
    FRAGMENT_DROPPED_TOO_MANY,
    /** Fragments dropped: another of the same datagram contradicts it in its ECN field or on where it ends. */
    FRAGMENT_DROPPED_CONTRADICTION,
    /** Fragments dropped with a datagram that others had to make room for. */
    FRAGMENT_DROPPED_EVICTED,
    /** Fragments dropped: the rest did not come in time. */
    FRAGMENT_DROPPED_TIMEOUT,
    /** Fragments dropped: no buffer, or the interface went away. */
    FRAGMENT_DROPPED_NO_BUFFER,
    /** Fragments dropped: another with the same range was there. */
    FRAGMENT_DROPPED_DUPLICATE,
    /** Fragments sent. */
    FRAGMENTS_SENT,
    /** Datagrams sent as fragments. */
    FRAGMENTED,

    // ICMP.

    /** ICMP messages received that are well-formed. */
    ICMP_RECEIVED,
    /** ICMP messages dropped: malformed. */
    ICMP_DROPPED_MALFORMED,
    /** ICMP messages dropped: the checksum is wrong. */
    ICMP_DROPPED_CHECKSUM,
    /** ICMP messages dropped: of a type that a host does not answer. */
    ICMP_DROPPED_UNKNOWN_TYPE,
    /** Echo requests dropped: to a broadcast or multicast address, or more than their limit. */
    ICMP_DROPPED_ECHO_LIMIT,
    /** ICMP replies or errors that were not sent for want of a buffer or a route. */
    ICMP_DROPPED_NOT_SENT,
    /** Echo requests answered. */
    ICMP_ECHO_REPLIES_SENT,
    /** ICMP errors received and handed to the transport that sent what they quote. */
    ICMP_ERRORS_DELIVERED,
    /** ICMP errors dropped: what they quote was not sent by this host, or cannot be read. */
    ICMP_DROPPED_BAD_QUOTE,
    /** ICMP errors dropped: no transport knows what they quote. */
    ICMP_DROPPED_NO_OWNER,
    /** ICMP errors sent. */
    ICMP_ERRORS_SENT,
    /** ICMP errors that were not sent, to keep their rate within its limit. */
    ICMP_ERRORS_SUPPRESSED_LIMIT,
    /** ICMP errors that were not sent because of what would have caused them (RFC 1122, 3.2.2; RFC 4443, 2.4 e). */
    ICMP_ERRORS_SUPPRESSED_FORBIDDEN,

    // Path MTU.

    /** Reports of a smaller path MTU that were believed. */
    PATH_MTU_LOWERED,
    /** Reports of a path MTU that were not: not smaller, or below what the version allows. */
    PATH_MTU_IGNORED,
    /** Path MTUs forgotten, to try larger ones again. */
    PATH_MTU_AGED,
    /** Path MTUs forgotten because the table was full. */
    PATH_MTU_EVICTED,

    // Multicast.

    /** IGMP and MLD messages received that are well-formed. */
    MULTICAST_QUERIES_RECEIVED,
    /** IGMP and MLD messages sent. */
    MULTICAST_REPORTS_SENT,
    /** IGMP and MLD messages dropped: malformed, or not from this link. */
    MULTICAST_DROPPED_INVALID,
    /** IGMP and MLD messages dropped: what a host does not read. */
    MULTICAST_DROPPED_IGNORED,
    /** Queries dropped: more than a host needs to answer. */
    MULTICAST_DROPPED_QUERY_LIMIT,
    /** Reports that were not sent for want of a buffer. */
    MULTICAST_DROPPED_NO_BUFFER,
    /** Groups that were left and whose last reports were given up to make room for others. */
    MULTICAST_LEAVES_CUT_SHORT,
    /** Memberships refused because a table was full. */
    MULTICAST_REFUSED_FULL,

    // Send.

    /** Packets handed to a NIC, fragments each. */
    SENT,
    /** Packets delivered within the stack. */
    LOOPED_BACK,
    /** Packets refused: there is no route. */
    SEND_REFUSED_NO_ROUTE,
    /** Packets refused: there is no source address to send from. */
    SEND_REFUSED_NO_SOURCE,
    /** Packets refused: longer than the path MTU, and not to be fragmented. */
    SEND_REFUSED_TOO_LONG,
    /** Packets refused: no head-room, or no buffer for fragments. */
    SEND_REFUSED_NO_BUFFER,
    /** Packets refused: the queue before the NIC is full. */
    SEND_REFUSED_QUEUE_FULL,
    /** Packets refused: the interface is down. */
    SEND_REFUSED_INTERFACE_DOWN,
    /** Packets refused: the neighbour does not answer, and asking again has to wait. */
    SEND_REFUSED_UNREACHABLE,
    /** Packets dropped after they were accepted: the interface went down. */
    SEND_DROPPED_INTERFACE_DOWN,
    /** Packets dropped after they were accepted: the queue before the NIC was full. */
    SEND_DROPPED_QUEUE_FULL,
    /** Packets for this host itself dropped: no buffer for the copy. */
    LOOPBACK_DROPPED_NO_BUFFER;

    /** {@return the name as people read it, such as {@code ipv4_received}} */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
