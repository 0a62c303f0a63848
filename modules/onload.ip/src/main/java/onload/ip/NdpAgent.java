package onload.ip;

import onload.ip.address.AddressTable;
import onload.ip.address.InterfaceAddress;
import onload.ip.counter.IpCounter;
import onload.ip.counter.IpCounters;
import onload.ip.neighbor.Neighbor;
import onload.ip.neighbor.NeighborCache;
import onload.ip.router.RouterDiscovery;
import onload.ip.spi.IpDatagram;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.wire.Icmpv6Message;
import onload.wire.Ipv6Address;
import onload.wire.Ipv6Header;
import onload.wire.NdpMessage;
import onload.wire.NdpOptions;

import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * NDP: answers who asks for this host, and tells the neighbour cache, the address table and router discovery what
 * others say, once it is valid (RFC 4861, sections 6.1, 7.1 and 8.1; RFC 4862).
 */
final class NdpAgent {
    /** Type of the nonce option (RFC 3971, section 5.3.2), whose 6 bytes stand where an Ethernet address does. */
    private static final int NONCE = 14;

    private final PacketBuffers buffers;
    private final UnsafeBuffer memory;
    private final IpCounters counters;
    private final AddressTable addresses;
    private final NeighborCache neighbors;
    private final RouterDiscovery routers;
    private final ControlSender sender;

    // The options of the message at hand.
    private long linkLayerAddress;
    private long nonce;

    NdpAgent(
            PacketPool pool,
            IpCounters counters,
            AddressTable addresses,
            NeighborCache neighbors,
            RouterDiscovery routers,
            ControlSender sender) {
        this.buffers = pool.buffers();
        this.memory = buffers.memory();
        this.counters = counters;
        this.addresses = addresses;
        this.neighbors = neighbors;
        this.routers = routers;
        this.sender = sender;
    }

    static boolean isNdp(int type) {
        return type >= NdpMessage.ROUTER_SOLICITATION && type <= NdpMessage.REDIRECT;
    }

    /**
     * Reads a message whose checksum is right; the packet stays the caller's.
     *
     * @param packet whose data is the message
     */
    void received(IpInterface arrival, int packet, IpDatagram datagram, long nowNs) {
        int at = buffers.data(packet);
        int length = buffers.length(packet);
        if (!isValid(at, length, datagram)) {
            counters.increment(IpCounter.NDP_DROPPED_INVALID);
            return;
        }
        switch (Icmpv6Message.type(memory, at)) {
            case NdpMessage.NEIGHBOR_SOLICITATION ->
                    solicitation(arrival, at, length, datagram, nowNs);
            case NdpMessage.NEIGHBOR_ADVERTISEMENT ->
                    advertisement(arrival, at, length, datagram, nowNs);
            case NdpMessage.ROUTER_ADVERTISEMENT ->
                    routers.advertisementReceived(
                            arrival.index(),
                            datagram.sourceHigh(),
                            datagram.sourceLow(),
                            datagram.hopLimit(),
                            memory,
                            at,
                            length,
                            nowNs);
            case NdpMessage.REDIRECT ->
                    routers.redirectReceived(
                            arrival.index(),
                            datagram.sourceHigh(),
                            datagram.sourceLow(),
                            datagram.hopLimit(),
                            memory,
                            at,
                            length,
                            nowNs);
            // RFC 4861, section 6.2.6: a host discards router solicitations.
            default -> counters.increment(IpCounter.ICMP_DROPPED_UNKNOWN_TYPE);
        }
    }

    /**
     * What all messages have in common: they cross no router, come in no fragments, where switches could not look into
     * them (RFC 6980, section 5), and have options that can be walked over. Without
     * that check the walk may not end.
     */
    private boolean isValid(int at, int length, IpDatagram datagram) {
        if (datagram.hopLimit() != ControlSender.LINK_HOP_LIMIT
                || datagram.hadFragmentHeader()
                || length != datagram.payloadLength()) {
            return false;
        }
        int header = NdpMessage.check(memory, at, length);
        return header >= 0
                && Icmpv6Message.code(memory, at) == 0
                && NdpOptions.check(memory, at + header, length - header) >= 0;
    }

    /** Reads the one kind of link-layer address that a message may have, and the nonce. */
    private void readOptions(int at, int headerLength, int length, int kind) {
        linkLayerAddress = Neighbor.NO_ADDRESS;
        nonce = AddressTable.NO_NONCE;
        int end = at + length;
        int option = NdpOptions.first(memory, at + headerLength, end);
        while (option < end) {
            int type = NdpOptions.type(memory, option);
            if (NdpOptions.length(memory, option) == NdpOptions.LINK_LAYER_ADDRESS_LENGTH) {
                if (type == kind) {
                    linkLayerAddress = NdpOptions.linkLayerAddress(memory, option);
                } else if (type == NONCE) {
                    nonce = NdpOptions.linkLayerAddress(memory, option);
                }
            }
            option = NdpOptions.next(memory, option, end);
        }
    }

    private static boolean isUnspecified(IpDatagram datagram) {
        return Ipv6Address.isUnspecified(datagram.sourceHigh(), datagram.sourceLow());
    }

    // Solicitations, RFC 4861, sections 7.1.1, 7.2.3 and 7.2.4.

    private void solicitation(
            IpInterface arrival, int at, int length, IpDatagram datagram, long nowNs) {
        long high = NdpMessage.targetHigh(memory, at);
        long low = NdpMessage.targetLow(memory, at);
        readOptions(
                at,
                NdpMessage.NEIGHBOR_SOLICITATION_LENGTH,
                length,
                NdpOptions.SOURCE_LINK_LAYER_ADDRESS);
        boolean fromUnspecified = isUnspecified(datagram);
        boolean isAllowedFromUnspecified =
                Ipv6Address.isSolicitedNode(datagram.destinationHigh(), datagram.destinationLow())
                        && linkLayerAddress == Neighbor.NO_ADDRESS;
        if (Ipv6Address.isMulticast(high, low) || (fromUnspecified && !isAllowedFromUnspecified)) {
            counters.increment(IpCounter.NDP_DROPPED_INVALID);
            return;
        }
        boolean isUnused =
                addresses.neighborSolicited(
                        arrival.index(), high, low, fromUnspecified, nonce, nowNs);
        InterfaceAddress own = addresses.exact(high, low, arrival.index());
        if (isUnused || own == null || !own.state().isUsable()) {
            return;
        }
        if (!fromUnspecified && linkLayerAddress != Neighbor.NO_ADDRESS) {
            neighbors.heard(
                    arrival.index(),
                    datagram.sourceHigh(),
                    datagram.sourceLow(),
                    linkLayerAddress,
                    true,
                    nowNs);
        }
        answer(arrival, own, datagram, fromUnspecified);
    }

    /** The answer goes to the Ethernet address that the asker says; if it says none, to the one that is known. */
    private void answer(
            IpInterface arrival, InterfaceAddress own, IpDatagram datagram, boolean toAll) {
        long mac = 0;
        if (!toAll) {
            Neighbor asker =
                    neighbors.find(arrival.index(), datagram.sourceHigh(), datagram.sourceLow());
            if (asker == null || !asker.state().isUsable()) {
                counters.increment(IpCounter.ICMP_DROPPED_NOT_SENT);
                return;
            }
            mac = asker.macAddress();
        }
        int flags = NdpMessage.OVERRIDE | (toAll ? 0 : NdpMessage.SOLICITED);
        advertise(
                arrival,
                own,
                flags,
                toAll ? Ipv6Address.ALL_NODES_HIGH : datagram.sourceHigh(),
                toAll ? Ipv6Address.ALL_NODES_LOW : datagram.sourceLow(),
                mac);
    }

    private void advertise(
            IpInterface egress, InterfaceAddress own, int flags, long high, long low, long mac) {
        int packet =
                sender.allocate(
                        NdpMessage.NEIGHBOR_ADVERTISEMENT_LENGTH
                                + NdpOptions.LINK_LAYER_ADDRESS_LENGTH);
        if (packet == PacketBuffers.NONE) {
            return;
        }
        int at = sender.index(packet);
        NdpMessage.writeNeighborAdvertisement(memory, at, flags, own.high(), own.low());
        NdpOptions.writeLinkLayerAddress(
                memory,
                at + NdpMessage.NEIGHBOR_ADVERTISEMENT_LENGTH,
                NdpOptions.TARGET_LINK_LAYER_ADDRESS,
                egress.macAddress());
        sender.sendIcmpv6(egress, packet, own.high(), own.low(), high, low, mac);
    }

    /** An unsolicited advertisement to all nodes (RFC 4861, section 7.2.6), which may correct older ones. */
    void announce(IpInterface egress, InterfaceAddress own) {
        advertise(egress, own, 0, Ipv6Address.ALL_NODES_HIGH, Ipv6Address.ALL_NODES_LOW, 0);
    }

    // Advertisements, RFC 4861, sections 7.1.2 and 7.2.5.

    private void advertisement(
            IpInterface arrival, int at, int length, IpDatagram datagram, long nowNs) {
        long high = NdpMessage.targetHigh(memory, at);
        long low = NdpMessage.targetLow(memory, at);
        int flags = NdpMessage.neighborFlags(memory, at);
        boolean solicited = (flags & NdpMessage.SOLICITED) != 0;
        boolean toGroup =
                Ipv6Address.isMulticast(datagram.destinationHigh(), datagram.destinationLow());
        if (Ipv6Address.isMulticast(high, low) || (toGroup && solicited)) {
            counters.increment(IpCounter.NDP_DROPPED_INVALID);
            return;
        }
        if (addresses.neighborAdvertised(arrival.index(), high, low, nowNs)) {
            return;
        }
        readOptions(
                at,
                NdpMessage.NEIGHBOR_ADVERTISEMENT_LENGTH,
                length,
                NdpOptions.TARGET_LINK_LAYER_ADDRESS);
        boolean isRouterNoMore =
                neighbors.confirmed(
                        arrival.index(),
                        high,
                        low,
                        linkLayerAddress,
                        solicited,
                        (flags & NdpMessage.OVERRIDE) != 0,
                        (flags & NdpMessage.ROUTER) != 0,
                        nowNs);
        if (isRouterNoMore) {
            routers.routerLost(arrival.index(), high, low);
        }
    }

    // Asking.

    /** Asks for a neighbour, from the address that a packet to it has, if that is one of the interface. */
    void solicit(IpInterface egress, long high, long low, long macAddress, int pending) {
        InterfaceAddress source = pending == PacketBuffers.NONE ? null : sourceOf(egress, pending);
        if (source == null) {
            source = addresses.linkLocal(egress.index());
        }
        if (source == null) {
            return;
        }
        int packet =
                sender.allocate(
                        NdpMessage.NEIGHBOR_SOLICITATION_LENGTH
                                + NdpOptions.LINK_LAYER_ADDRESS_LENGTH);
        if (packet == PacketBuffers.NONE) {
            return;
        }
        int at = sender.index(packet);
        NdpMessage.writeNeighborSolicitation(memory, at, high, low);
        NdpOptions.writeLinkLayerAddress(
                memory,
                at + NdpMessage.NEIGHBOR_SOLICITATION_LENGTH,
                NdpOptions.SOURCE_LINK_LAYER_ADDRESS,
                egress.macAddress());
        boolean unicast = macAddress != 0;
        sender.sendIcmpv6(
                egress,
                packet,
                source.high(),
                source.low(),
                unicast ? high : Ipv6Address.SOLICITED_NODE_HIGH,
                unicast ? low : Ipv6Address.solicitedNodeLow(high, low),
                macAddress);
    }

    private @Nullable InterfaceAddress sourceOf(IpInterface egress, int packet) {
        int at = buffers.data(packet);
        InterfaceAddress own =
                addresses.exact(
                        Ipv6Header.sourceHigh(memory, at),
                        Ipv6Header.sourceLow(memory, at),
                        egress.index());
        return own != null && own.state().isUsable() ? own : null;
    }

    /** Duplicate address detection (RFC 4862, section 5.4.2), with a nonce (RFC 7527). */
    void probe(IpInterface egress, InterfaceAddress tentative) {
        int packet =
                sender.allocate(
                        NdpMessage.NEIGHBOR_SOLICITATION_LENGTH
                                + NdpOptions.LINK_LAYER_ADDRESS_LENGTH);
        if (packet == PacketBuffers.NONE) {
            return;
        }
        int at = sender.index(packet);
        NdpMessage.writeNeighborSolicitation(memory, at, tentative.high(), tentative.low());
        NdpOptions.writeLinkLayerAddress(
                memory, at + NdpMessage.NEIGHBOR_SOLICITATION_LENGTH, NONCE, tentative.nonce());
        sender.sendIcmpv6(
                egress,
                packet,
                Ipv6Address.ANY_HIGH,
                Ipv6Address.ANY_LOW,
                Ipv6Address.SOLICITED_NODE_HIGH,
                Ipv6Address.solicitedNodeLow(tentative.high(), tentative.low()),
                0);
    }

    /** RFC 4861, section 6.3.7. */
    void solicitRouters(IpInterface egress) {
        InterfaceAddress source = addresses.linkLocal(egress.index());
        int options = source == null ? 0 : NdpOptions.LINK_LAYER_ADDRESS_LENGTH;
        int packet = sender.allocate(NdpMessage.ROUTER_SOLICITATION_LENGTH + options);
        if (packet == PacketBuffers.NONE) {
            return;
        }
        int at = sender.index(packet);
        NdpMessage.writeRouterSolicitation(memory, at);
        if (source != null) {
            NdpOptions.writeLinkLayerAddress(
                    memory,
                    at + NdpMessage.ROUTER_SOLICITATION_LENGTH,
                    NdpOptions.SOURCE_LINK_LAYER_ADDRESS,
                    egress.macAddress());
        }
        sender.sendIcmpv6(
                egress,
                packet,
                source == null ? Ipv6Address.ANY_HIGH : source.high(),
                source == null ? Ipv6Address.ANY_LOW : source.low(),
                Ipv6Address.ALL_ROUTERS_HIGH,
                Ipv6Address.ALL_ROUTERS_LOW,
                0);
    }
}
