package onload.ip;

import onload.ip.address.AddressTable;
import onload.ip.address.InterfaceAddress;
import onload.ip.counter.IpCounter;
import onload.ip.counter.IpCounters;
import onload.ip.multicast.GroupMemberships;
import onload.ip.multicast.MulticastLink;
import onload.ip.multicast.MulticastOptions;
import onload.ip.spi.IpDatagram;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.wire.EtherType;
import onload.wire.Icmpv6Message;
import onload.wire.InternetChecksum;
import onload.wire.IpProtocol;
import onload.wire.Ipv4Address;
import onload.wire.Ipv4Header;
import onload.wire.Ipv4Options;
import onload.wire.Ipv6Address;
import onload.wire.Ipv6Header;
import onload.wire.Ipv6Options;
import onload.wire.MacAddress;
import onload.wire.MldMessage;

import org.agrona.concurrent.UnsafeBuffer;

import java.util.random.RandomGenerator;

/** Takes group membership to the wire and back: IGMP in IPv4 packets, MLD in IPv6 ones, with what they must carry. */
final class GroupAgent implements MulticastLink {
    /** Internetwork control (RFC 3376, section 4). */
    private static final int TRAFFIC_CLASS = 0xC0;

    private static final int ROUTER_ALERT_HEADER_LENGTH = 8;

    /** The value of the router alert that says "MLD inside" (RFC 2711, section 2.1). */
    private static final int MLD_ROUTER_ALERT = 0;

    private final PacketPool pool;
    private final PacketBuffers buffers;
    private final UnsafeBuffer memory;
    private final IpCounters counters;
    private final Interfaces interfaces;
    private final AddressTable addresses;
    private final ControlSender sender;
    private final GroupMemberships memberships;

    GroupAgent(
            PacketPool pool,
            IpCounters counters,
            MulticastOptions options,
            RandomGenerator random,
            Interfaces interfaces,
            AddressTable addresses,
            ControlSender sender) {
        this.pool = pool;
        this.buffers = pool.buffers();
        this.memory = buffers.memory();
        this.counters = counters;
        this.interfaces = interfaces;
        this.addresses = addresses;
        this.sender = sender;
        this.memberships = new GroupMemberships(options, pool, random, this, counters);
    }

    GroupMemberships memberships() {
        return memberships;
    }

    /** Whether this host is among those that a packet to a group or broadcast is for. */
    boolean listens(Destination destination) {
        boolean isGroup =
                destination.isIpv4()
                        ? Ipv4Address.isMulticast((int) destination.low())
                        : Ipv6Address.isMulticast(destination.high(), destination.low());
        return !isGroup
                || memberships.isMember(
                        destination.interfaceIndex(), destination.high(), destination.low());
    }

    static boolean isMld(int type) {
        return type == MldMessage.QUERY
                || type == MldMessage.V1_REPORT
                || type == MldMessage.DONE
                || type == MldMessage.V2_REPORT;
    }

    /** Reads an IGMP message; the packet, whose data it is, stays the caller's. */
    void igmpReceived(int packet, IpDatagram datagram, long nowNs) {
        if (buffers.length(packet) != datagram.payloadLength()) {
            counters.increment(IpCounter.MULTICAST_DROPPED_INVALID);
            return;
        }
        memberships.igmpReceived(
                datagram.interfaceIndex(),
                datagram.sourceIpv4(),
                datagram.destinationIpv4(),
                datagram.hopLimit(),
                hasRouterAlert(datagram),
                memory,
                buffers.data(packet),
                datagram.payloadLength(),
                nowNs);
    }

    private boolean hasRouterAlert(IpDatagram datagram) {
        int end = datagram.headerIndex() + datagram.headerLength();
        int option = datagram.headerIndex() + Ipv4Header.MIN_LENGTH;
        for (option = Ipv4Options.first(memory, option, end);
                option < end;
                option = Ipv4Options.next(memory, option, end)) {
            if (Ipv4Options.type(memory, option) == Ipv4Options.ROUTER_ALERT) {
                return true;
            }
        }
        return false;
    }

    /** Reads an MLD message whose checksum is right; the packet, whose data it is, stays the caller's. */
    void mldReceived(int packet, IpDatagram datagram, long nowNs) {
        if (buffers.length(packet) != datagram.payloadLength()) {
            counters.increment(IpCounter.MULTICAST_DROPPED_INVALID);
            return;
        }
        memberships.mldReceived(
                datagram.interfaceIndex(),
                datagram.sourceHigh(),
                datagram.sourceLow(),
                datagram.hopLimit(),
                datagram.routerAlert() == MLD_ROUTER_ALERT,
                memory,
                buffers.data(packet),
                datagram.payloadLength(),
                nowNs);
    }

    @Override
    public void sendIgmp(int interfaceIndex, int packet, int destination, long nowNs) {
        IpInterface egress = interfaces.byIndex(interfaceIndex);
        if (egress == null || !egress.isUp()) {
            pool.release(packet);
            return;
        }
        int length = buffers.length(packet);
        int headerLength = Ipv4Header.MIN_LENGTH + Ipv4Options.ROUTER_ALERT_LENGTH;
        int ip = buffers.prepend(packet, headerLength);
        Ipv4Header.write(
                memory, ip, ipv4Source(interfaceIndex), destination, IpProtocol.IGMP, 1, length);
        Ipv4Header.headerLength(memory, ip, headerLength);
        Ipv4Header.totalLength(memory, ip, headerLength + length);
        Ipv4Header.trafficClass(memory, ip, TRAFFIC_CLASS);
        Ipv4Options.writeRouterAlert(memory, ip + Ipv4Header.MIN_LENGTH, 0);
        Ipv4Header.updateChecksum(memory, ip);
        sender.sendFrame(egress, packet, MacAddress.ofIpv4Multicast(destination), EtherType.IPV4);
    }

    /** RFC 3376, section 4.2.13: 0.0.0.0 as long as there is no address. */
    private int ipv4Source(int interfaceIndex) {
        for (int i = 0; i < addresses.size(); i++) {
            InterfaceAddress own = addresses.get(i);
            if (own.interfaceIndex() == interfaceIndex && own.isIpv4() && own.state().isUsable()) {
                return (int) own.low();
            }
        }
        return 0;
    }

    @Override
    public void sendMld(
            int interfaceIndex, int packet, long destinationHigh, long destinationLow, long nowNs) {
        IpInterface egress = interfaces.byIndex(interfaceIndex);
        if (egress == null || !egress.isUp() || egress.isIpv6Disabled()) {
            pool.release(packet);
            return;
        }
        InterfaceAddress source = addresses.linkLocal(interfaceIndex);
        long high = source == null ? Ipv6Address.ANY_HIGH : source.high();
        long low = source == null ? Ipv6Address.ANY_LOW : source.low();
        int length = buffers.length(packet);
        long pseudoHeader =
                InternetChecksum.pseudoHeader(
                        high, low, destinationHigh, destinationLow, IpProtocol.ICMPV6, length);
        Icmpv6Message.updateChecksum(memory, buffers.data(packet), length, pseudoHeader);
        int options = buffers.prepend(packet, ROUTER_ALERT_HEADER_LENGTH);
        Ipv6Options.write(memory, options, IpProtocol.ICMPV6, ROUTER_ALERT_HEADER_LENGTH);
        int end = Ipv6Options.writeRouterAlert(memory, options + Ipv6Options.OPTIONS_OFFSET, 0);
        Ipv6Options.writePadding(memory, end, options + ROUTER_ALERT_HEADER_LENGTH);
        int ip = buffers.prepend(packet, Ipv6Header.LENGTH);
        Ipv6Header.write(
                memory,
                ip,
                high,
                low,
                destinationHigh,
                destinationLow,
                IpProtocol.HOP_BY_HOP,
                1,
                length + ROUTER_ALERT_HEADER_LENGTH);
        sender.sendFrame(
                egress,
                packet,
                MacAddress.ofIpv6Multicast(destinationHigh, destinationLow),
                EtherType.IPV6);
    }

    /** No NIC filters groups yet: all that come are looked at here. */
    @Override
    public void membershipChanged(
            int interfaceIndex, long groupHigh, long groupLow, boolean isMember) {}
}
