package onload.ip;

import onload.ip.address.AddressTable;
import onload.ip.address.InterfaceAddress;
import onload.ip.counter.IpCounter;
import onload.ip.counter.IpCounters;
import onload.ip.neighbor.Neighbor;
import onload.ip.neighbor.NeighborCache;
import onload.ip.spi.IpDatagram;
import onload.ip.support.TokenBucket;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.wire.ArpPacket;
import onload.wire.Ipv4Address;
import onload.wire.Ipv4Header;
import onload.wire.Ipv6Address;
import onload.wire.MacAddress;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * ARP: answers who asks for this host, tells the neighbour cache what it hears, and the address table of conflicts
 * (RFC 826; RFC 1122, section 2.3.2; RFC 5227).
 */
final class ArpAgent {
    private final PacketPool pool;
    private final PacketBuffers buffers;
    private final UnsafeBuffer memory;
    private final IpCounters counters;
    private final AddressTable addresses;
    private final NeighborCache neighbors;
    private final ControlSender sender;
    private final TokenBucket replies;

    ArpAgent(
            PacketPool pool,
            IpCounters counters,
            AddressTable addresses,
            NeighborCache neighbors,
            ControlSender sender,
            int repliesPerSecond) {
        this.pool = pool;
        this.buffers = pool.buffers();
        this.memory = buffers.memory();
        this.counters = counters;
        this.addresses = addresses;
        this.neighbors = neighbors;
        this.sender = sender;
        this.replies = new TokenBucket(repliesPerSecond, Math.max(1, repliesPerSecond / 10));
    }

    /** Takes an ARP packet with its reference. */
    void received(IpInterface arrival, int packet, int linkCast, long nowNs) {
        int at = buffers.data(packet);
        if (ArpPacket.check(memory, at, buffers.length(packet)) < 0) {
            counters.increment(IpCounter.ARP_DROPPED_MALFORMED);
        } else {
            counters.increment(IpCounter.ARP_RECEIVED);
            read(arrival, at, linkCast, nowNs);
        }
        pool.release(packet);
    }

    private void read(IpInterface arrival, int at, int linkCast, long nowNs) {
        long mac = ArpPacket.senderHardwareAddress(memory, at);
        int from = ArpPacket.senderProtocolAddress(memory, at);
        int target = ArpPacket.targetProtocolAddress(memory, at);
        if (!isStation(mac) || !isHost(from, arrival)) {
            counters.increment(IpCounter.ARP_DROPPED_BAD_SENDER);
            return;
        }
        boolean isProbe = ArpPacket.isProbe(memory, at);
        boolean isConflict =
                addresses.arpSeen(
                        arrival.index(), mac, from, target, isProbe, arrival.macAddress(), nowNs);
        if (isConflict || mac == arrival.macAddress()) {
            return;
        }
        if (ArpPacket.operation(memory, at) == ArpPacket.REQUEST) {
            request(arrival, mac, from, target, nowNs);
        } else {
            reply(arrival, mac, from, target, linkCast, nowNs);
        }
    }

    private static boolean isStation(long mac) {
        return mac != 0 && !MacAddress.isMulticast(mac);
    }

    /** 0.0.0.0 is who has no address yet: it asks, and is not learnt. */
    private boolean isHost(int address, IpInterface arrival) {
        return address == 0
                || (!Ipv4Address.isThisNetwork(address)
                        && !Ipv4Address.isLoopback(address)
                        && !Ipv4Address.isMulticast(address)
                        && !Ipv4Address.isReserved(address)
                        && !addresses.isBroadcast(address, arrival.index()));
    }

    private void request(IpInterface arrival, long mac, int from, int target, long nowNs) {
        // RFC 1122, section 3.2.1.3 g: a loopback address does not appear outside of the host.
        boolean isForUs =
                !Ipv4Address.isLoopback(target)
                        && addresses.isOurs(
                                Ipv6Address.MAPPED_HIGH,
                                Ipv6Address.mappedLow(target),
                                arrival.index());
        boolean isProven = isProven(arrival, mac, from);
        boolean isKnown = learn(arrival, mac, from, isForUs, nowNs);
        if (!isForUs) {
            if (!isKnown) {
                counters.increment(IpCounter.ARP_DROPPED_NOT_FOR_US);
            }
            return;
        }
        if (!isProven && !replies.take(nowNs)) {
            counters.increment(IpCounter.ARP_DROPPED_REPLY_LIMIT);
            return;
        }
        sender.sendArp(arrival, mac, ArpPacket.REPLY, target, mac, from);
    }

    /** Neighbours in use that ask whether this host is still there are answered, however many strangers ask, too. */
    private boolean isProven(IpInterface arrival, long mac, int from) {
        Neighbor asker =
                neighbors.find(
                        arrival.index(), Ipv6Address.MAPPED_HIGH, Ipv6Address.mappedLow(from));
        return asker != null && asker.isProven() && asker.macAddress() == mac;
    }

    /** RFC 826: who is known is updated by whatever it says; who asks for this host is taken in. */
    private boolean learn(IpInterface arrival, long mac, int from, boolean create, long nowNs) {
        long low = Ipv6Address.mappedLow(from);
        boolean isOnLink =
                from != 0 && addresses.isOnLink(Ipv6Address.MAPPED_HIGH, low, arrival.index());
        return neighbors.heard(
                arrival.index(), Ipv6Address.MAPPED_HIGH, low, mac, create && isOnLink, nowNs);
    }

    private void reply(
            IpInterface arrival, long mac, int from, int target, int linkCast, long nowNs) {
        long low = Ipv6Address.mappedLow(from);
        boolean isAnswer = linkCast == IpDatagram.UNICAST && from != target;
        boolean isKnown =
                isAnswer
                        ? neighbors.answered(
                                arrival.index(), Ipv6Address.MAPPED_HIGH, low, mac, nowNs)
                        : neighbors.heard(
                                arrival.index(), Ipv6Address.MAPPED_HIGH, low, mac, false, nowNs);
        if (!isKnown) {
            counters.increment(IpCounter.ARP_DROPPED_NOT_FOR_US);
        }
    }

    /** Asks for a neighbour, from the address that a packet to it has, if that is one of the interface. */
    void solicit(IpInterface egress, int target, long macAddress, int pending) {
        int source = pending == PacketBuffers.NONE ? 0 : sourceOf(pending);
        if (!isOwn(source, egress)) {
            source = ownAddress(egress, target);
        }
        if (source == 0) {
            return;
        }
        long destination = macAddress == 0 ? MacAddress.BROADCAST : macAddress;
        sender.sendArp(egress, destination, ArpPacket.REQUEST, source, 0, target);
    }

    private int sourceOf(int packet) {
        return Ipv4Header.source(memory, buffers.data(packet));
    }

    private boolean isOwn(int address, IpInterface egress) {
        InterfaceAddress own =
                address == 0
                        ? null
                        : addresses.exact(
                                Ipv6Address.MAPPED_HIGH,
                                Ipv6Address.mappedLow(address),
                                egress.index());
        return own != null && own.state().isUsable();
    }

    /** The address of the interface whose prefix the target is in, or any. */
    private int ownAddress(IpInterface egress, int target) {
        int any = 0;
        for (int i = 0; i < addresses.size(); i++) {
            InterfaceAddress own = addresses.get(i);
            if (own.interfaceIndex() == egress.index() && own.isIpv4() && own.state().isUsable()) {
                int address = (int) own.low();
                if (own.prefix().contains(target)) {
                    return address;
                }
                any = any == 0 ? address : any;
            }
        }
        return any;
    }

    /** RFC 5227, section 1.1. */
    void probe(IpInterface egress, int address) {
        sender.sendArp(egress, MacAddress.BROADCAST, ArpPacket.REQUEST, 0, 0, address);
    }

    /** RFC 5227, section 2.3. */
    void announce(IpInterface egress, int address) {
        sender.sendArp(egress, MacAddress.BROADCAST, ArpPacket.REQUEST, address, 0, address);
    }
}
