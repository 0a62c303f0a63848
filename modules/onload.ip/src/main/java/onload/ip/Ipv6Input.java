package onload.ip;

import onload.ip.address.AddressTable;
import onload.ip.address.InterfaceAddress;
import onload.ip.counter.IpCounter;
import onload.ip.counter.IpCounters;
import onload.ip.fragment.Reassembly;
import onload.ip.multicast.GroupMemberships;
import onload.ip.spi.IpDatagram;
import onload.ip.support.PacketChain;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.wire.Icmpv6Message;
import onload.wire.IpProtocol;
import onload.wire.Ipv6Address;
import onload.wire.Ipv6ExtensionHeaders;
import onload.wire.Ipv6Header;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * IPv6 packets that come in: every check of RFC 8200 and RFC 4291, the extension headers, then reassembly, then
 * delivery. As in {@link Ipv4Input} the last pair of addresses that was found right is remembered.
 */
final class Ipv6Input {
    private static final int DROPPED = -1;

    /** Offset of the fragment offset in a fragment header (RFC 8200, section 4.5). */
    private static final int FRAGMENT_OFFSET_FIELD = 2;

    private final PacketPool pool;
    private final PacketBuffers buffers;
    private final UnsafeBuffer memory;
    private final IpCounters counters;
    private final AddressTable addresses;
    private final GroupMemberships groups;
    private final Reassembly reassembly;
    private final Delivery delivery;
    private final IcmpReports reports;
    private final IpDatagram datagram = new IpDatagram();
    private final Ipv6ExtensionHeaders headers = new Ipv6ExtensionHeaders();

    private long goodSourceHigh;
    private long goodSourceLow;
    private long goodDestinationHigh;
    private long goodDestinationLow;
    private int goodInterface;

    Ipv6Input(
            PacketPool pool,
            IpCounters counters,
            AddressTable addresses,
            GroupMemberships groups,
            Reassembly reassembly,
            Delivery delivery,
            IcmpReports reports) {
        this.pool = pool;
        this.buffers = pool.buffers();
        this.memory = buffers.memory();
        this.counters = counters;
        this.addresses = addresses;
        this.groups = groups;
        this.reassembly = reassembly;
        this.delivery = delivery;
        this.reports = reports;
    }

    /** Addresses have changed: nothing is remembered. */
    void forget() {
        goodInterface = 0;
    }

    /**
     * Takes a packet that begins at its IP header, with its reference.
     *
     * @param linkCast how its frame was addressed, or {@link Loopback#LOCAL}
     */
    void received(IpInterface arrival, int packet, int linkCast, long nowNs) {
        counters.increment(IpCounter.IPV6_RECEIVED);
        int at = buffers.data(packet);
        int length = buffers.length(packet);
        int whole =
                buffers.continuation(packet) == PacketBuffers.NONE
                        ? length
                        : PacketChain.length(buffers, packet);
        if (Ipv6Header.check(memory, at, whole) < 0) {
            drop(packet, IpCounter.RECEIVE_DROPPED_MALFORMED);
            return;
        }
        if (length < Ipv6Header.LENGTH) {
            drop(packet, IpCounter.RECEIVE_DROPPED_SPLIT_HEADER);
            return;
        }
        int total = Ipv6Header.LENGTH + Ipv6Header.payloadLength(memory, at);
        if (total != whole) {
            PacketChain.trimTo(pool, packet, total);
        }
        int cast = cast(arrival, packet, at, linkCast);
        if (cast == DROPPED) {
            return;
        }
        datagram.ipv6Addresses(
                Ipv6Header.sourceHigh(memory, at),
                Ipv6Header.sourceLow(memory, at),
                Ipv6Header.destinationHigh(memory, at),
                Ipv6Header.destinationLow(memory, at));
        datagram.arrival(
                arrival.index(),
                cast,
                (buffers.flags(packet) & PacketBuffers.CHECKSUM_VERIFIED) != 0);
        datagram.fragmentHeader(false);
        upperLayer(arrival, packet, at, false, linkCast, nowNs);
    }

    /**
     * Goes through the extension headers.
     *
     * @param isWhole whether it was put together of fragments
     */
    private void upperLayer(
            IpInterface arrival, int packet, int at, boolean isWhole, int linkCast, long nowNs) {
        int protocol = Ipv6Header.nextHeader(memory, at);
        if (protocol == IpProtocol.TCP
                || protocol == IpProtocol.UDP
                || protocol == IpProtocol.ICMPV6) {
            datagram.extensions(Ipv6Header.NEXT_HEADER_OFFSET, IpDatagram.NO_ROUTER_ALERT);
            deliver(packet, at, Ipv6Header.LENGTH, protocol, linkCast, nowNs);
            return;
        }
        int extension = headers.parse(memory, at, buffers.length(packet));
        if (extension < 0) {
            problem(packet, at, linkCast, nowNs);
            return;
        }
        if (headers.fragmentHeaderOffset() != Ipv6ExtensionHeaders.NONE) {
            datagram.fragmentHeader(true);
        }
        if (headers.isFragment()) {
            if (isWhole) {
                // A fragment that is made of fragments: no host sends one, and they could go any
                // number deep.
                drop(packet, IpCounter.RECEIVE_DROPPED_MALFORMED);
            } else {
                reassemble(arrival, packet, at, linkCast, nowNs);
            }
            return;
        }
        datagram.extensions(headers.nextHeaderOffset() - at, headers.routerAlert());
        int headerLength = Ipv6Header.LENGTH + extension;
        deliver(packet, at, headerLength, headers.upperLayerProtocol(), linkCast, nowNs);
    }

    private void deliver(
            int packet, int at, int headerLength, int protocol, int linkCast, long nowNs) {
        describe(at, headerLength, protocol);
        if (protocol == IpProtocol.NO_NEXT_HEADER) {
            drop(packet, IpCounter.RECEIVE_DROPPED_NO_NEXT_HEADER);
            return;
        }
        delivery.deliver(packet, datagram, linkCast, nowNs);
    }

    private void describe(int at, int headerLength, int protocol) {
        datagram.header(
                at,
                headerLength,
                Ipv6Header.LENGTH + Ipv6Header.payloadLength(memory, at) - headerLength,
                protocol,
                Ipv6Header.trafficClass(memory, at),
                Ipv6Header.hopLimit(memory, at));
    }

    private void problem(int packet, int at, int linkCast, long nowNs) {
        counters.increment(IpCounter.RECEIVE_DROPPED_OPTIONS);
        int code = headers.problemCode();
        if (code != Ipv6ExtensionHeaders.NONE) {
            report(packet, at, code, headers.problemPointer(), linkCast, nowNs);
        }
        pool.release(packet);
    }

    private void reassemble(IpInterface arrival, int packet, int at, int linkCast, long nowNs) {
        int result =
                reassembly.ipv6(
                        packet,
                        headers.fragmentHeaderOffset(),
                        headers.fragmentNextHeaderOffset(),
                        arrival.index(),
                        nowNs);
        if (result == PacketBuffers.NONE) {
            return;
        }
        if (result < PacketBuffers.NONE) {
            report(packet, at, problemCode(result), problemPointer(result, at), linkCast, nowNs);
            pool.release(packet);
            return;
        }
        int start = buffers.data(result);
        datagram.arrival(
                arrival.index(),
                datagram.cast(),
                (buffers.flags(result) & PacketBuffers.CHECKSUM_VERIFIED) != 0);
        upperLayer(arrival, result, start, true, linkCast, nowNs);
    }

    /** RFC 8200, section 4.5: where a fragment is wrong, and with which code that is reported. */
    private static int problemCode(int problem) {
        return problem == Reassembly.PROBLEM_CHAIN
                ? Icmpv6Message.INCOMPLETE_HEADER_CHAIN
                : Icmpv6Message.ERRONEOUS_HEADER_FIELD;
    }

    private int problemPointer(int problem, int at) {
        return switch (problem) {
            case Reassembly.PROBLEM_LENGTH -> Ipv6Header.PAYLOAD_LENGTH_OFFSET;
            case Reassembly.PROBLEM_OFFSET ->
                    headers.fragmentHeaderOffset() + FRAGMENT_OFFSET_FIELD - at;
            default -> 0;
        };
    }

    private void report(int packet, int at, int code, int pointer, int linkCast, long nowNs) {
        describe(at, Ipv6Header.LENGTH, Ipv6Header.nextHeader(memory, at));
        reports.parameterProblem(packet, datagram, code, pointer, linkCast, nowNs);
    }

    private void drop(int packet, IpCounter reason) {
        counters.increment(reason);
        pool.release(packet);
    }

    private int dropped(int packet, IpCounter reason) {
        drop(packet, reason);
        return DROPPED;
    }

    // Addresses.

    private int cast(IpInterface arrival, int packet, int at, int linkCast) {
        long sourceHigh = Ipv6Header.sourceHigh(memory, at);
        long sourceLow = Ipv6Header.sourceLow(memory, at);
        long high = Ipv6Header.destinationHigh(memory, at);
        long low = Ipv6Header.destinationLow(memory, at);
        if (low == goodDestinationLow
                && sourceLow == goodSourceLow
                && high == goodDestinationHigh
                && sourceHigh == goodSourceHigh
                && arrival.index() == goodInterface
                && linkCast == IpDatagram.UNICAST) {
            return IpDatagram.UNICAST;
        }
        boolean isLocal = linkCast == Loopback.LOCAL;
        if (arrival.isIpv6Disabled() && !isLocal) {
            return dropped(packet, IpCounter.RECEIVE_DROPPED_NOT_FOR_US);
        }
        if (!isLocal && !isSourceRight(arrival, packet, sourceHigh, sourceLow, high, low)) {
            return DROPPED;
        }
        int cast = castOf(arrival, packet, sourceHigh, sourceLow, high, low, isLocal);
        if (cast == IpDatagram.UNICAST && !isLocal) {
            if (linkCast != IpDatagram.UNICAST) {
                return dropped(packet, IpCounter.RECEIVE_DROPPED_LINK_BROADCAST);
            }
            remember(arrival, sourceHigh, sourceLow, high, low);
        }
        return cast;
    }

    private void remember(
            IpInterface arrival, long sourceHigh, long sourceLow, long high, long low) {
        goodSourceHigh = sourceHigh;
        goodSourceLow = sourceLow;
        goodDestinationHigh = high;
        goodDestinationLow = low;
        goodInterface = arrival.index();
    }

    /** RFC 4291, sections 2.5.2, 2.5.3, 2.5.5.2 and 2.7: what may not be a source address on a link. */
    private boolean isSourceRight(
            IpInterface arrival, int packet, long sourceHigh, long sourceLow, long high, long low) {
        if (Ipv6Address.isIpv4Mapped(sourceHigh, sourceLow)
                || Ipv6Address.isIpv4Mapped(high, low)) {
            drop(packet, IpCounter.RECEIVE_DROPPED_MAPPED_ADDRESS);
            return false;
        }
        // RFC 4291, section 2.5.2: nobody yet is who asks for an address, or says its groups.
        boolean isNobody =
                Ipv6Address.isUnspecified(sourceHigh, sourceLow)
                        && !Ipv6Address.isMulticast(high, low);
        if (isNobody
                || Ipv6Address.isMulticast(sourceHigh, sourceLow)
                || Ipv6Address.isLoopback(sourceHigh, sourceLow)) {
            drop(packet, IpCounter.RECEIVE_DROPPED_MARTIAN_SOURCE);
            return false;
        }
        boolean isLinkLocal = Ipv6Address.isLinkLocal(sourceHigh, sourceLow);
        int zone = isLinkLocal ? arrival.index() : AddressTable.ANY_INTERFACE;
        InterfaceAddress own = addresses.find(sourceHigh, sourceLow, zone);
        if (own != null && own.state().isUsable()) {
            drop(packet, IpCounter.RECEIVE_DROPPED_OWN_SOURCE);
            return false;
        }
        return true;
    }

    private int castOf(
            IpInterface arrival,
            int packet,
            long sourceHigh,
            long sourceLow,
            long high,
            long low,
            boolean isLocal) {
        if (Ipv6Address.isMulticast(high, low)) {
            return multicast(arrival, packet, sourceHigh, sourceLow, high, low, isLocal);
        }
        if (isLocal && Ipv6Address.isLoopback(high, low)) {
            return IpDatagram.UNICAST;
        }
        if (Ipv6Address.isUnspecified(high, low) || Ipv6Address.isLoopback(high, low)) {
            return dropped(packet, IpCounter.RECEIVE_DROPPED_MARTIAN_DESTINATION);
        }
        boolean isAnywhere = isLocal && !Ipv6Address.isLinkLocal(high, low);
        int zone = isAnywhere ? AddressTable.ANY_INTERFACE : arrival.index();
        InterfaceAddress own = addresses.find(high, low, zone);
        if (own == null) {
            return dropped(packet, IpCounter.RECEIVE_DROPPED_NOT_FOR_US);
        }
        return own.state().isUsable()
                ? IpDatagram.UNICAST
                : dropped(packet, IpCounter.RECEIVE_DROPPED_TENTATIVE);
    }

    /** RFC 4291, section 2.7: scopes 0 and 1 do not come from a link. */
    private int multicast(
            IpInterface arrival,
            int packet,
            long sourceHigh,
            long sourceLow,
            long high,
            long low,
            boolean isLocal) {
        if (Ipv6Address.multicastScope(high, low) <= 1 && !isLocal) {
            return dropped(packet, IpCounter.RECEIVE_DROPPED_MARTIAN_DESTINATION);
        }
        return groups.accepts(arrival.index(), high, low, sourceHigh, sourceLow)
                ? IpDatagram.MULTICAST
                : dropped(packet, IpCounter.RECEIVE_DROPPED_NOT_A_MEMBER);
    }
}
