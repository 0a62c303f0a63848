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
import onload.wire.Ipv4Address;
import onload.wire.Ipv4Header;
import onload.wire.Ipv4Options;
import onload.wire.Ipv6Address;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * IPv4 packets that come in: every check of RFC 791 and RFC 1122, section 3.2.1, then reassembly, then delivery.
 *
 * <p>Most packets have the peers of the one before. Whether an address may be a source here, and whether it is one of
 * ours, is therefore remembered for the last one of each, until addresses change.
 */
final class Ipv4Input {
    private static final int DROPPED = -1;

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

    private int goodSource;
    private int goodDestination;
    private int goodInterface;

    Ipv4Input(
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
        goodSource = 0;
        goodDestination = 0;
        goodInterface = 0;
    }

    /**
     * Takes a packet that begins at its IP header, with its reference.
     *
     * @param linkCast how its frame was addressed, or {@link Loopback#LOCAL}
     */
    void received(IpInterface arrival, int packet, int linkCast, long nowNs) {
        counters.increment(IpCounter.IPV4_RECEIVED);
        int at = buffers.data(packet);
        int length = buffers.length(packet);
        int whole =
                buffers.continuation(packet) == PacketBuffers.NONE
                        ? length
                        : PacketChain.length(buffers, packet);
        int headerLength = Ipv4Header.check(memory, at, whole);
        if (headerLength < 0 || headerLength > length) {
            drop(
                    packet,
                    headerLength < 0
                            ? IpCounter.RECEIVE_DROPPED_MALFORMED
                            : IpCounter.RECEIVE_DROPPED_SPLIT_HEADER);
            return;
        }
        boolean isVerified = (buffers.flags(packet) & PacketBuffers.CHECKSUM_VERIFIED) != 0;
        if (!isVerified && !Ipv4Header.isChecksumCorrect(memory, at)) {
            drop(packet, IpCounter.RECEIVE_DROPPED_HEADER_CHECKSUM);
            return;
        }
        int total = Ipv4Header.totalLength(memory, at);
        if (total != whole) {
            PacketChain.trimTo(pool, packet, total);
        }
        int cast = cast(arrival, packet, at, linkCast);
        if (cast == DROPPED) {
            return;
        }
        datagram.ipv4Addresses(Ipv4Header.source(memory, at), Ipv4Header.destination(memory, at));
        datagram.arrival(arrival.index(), cast, isVerified);
        if (headerLength != Ipv4Header.MIN_LENGTH
                && !areOptionsRight(packet, at, headerLength, linkCast, nowNs)) {
            return;
        }
        if (Ipv4Header.isFragment(memory, at)) {
            reassemble(arrival, packet, linkCast, nowNs);
        } else {
            deliver(packet, at, headerLength, total, linkCast, nowNs);
        }
    }

    private void deliver(
            int packet, int at, int headerLength, int total, int linkCast, long nowNs) {
        datagram.header(
                at,
                headerLength,
                total - headerLength,
                Ipv4Header.protocol(memory, at),
                Ipv4Header.trafficClass(memory, at),
                Ipv4Header.timeToLive(memory, at));
        delivery.deliver(packet, datagram, linkCast, nowNs);
    }

    private void reassemble(IpInterface arrival, int packet, int linkCast, long nowNs) {
        int whole = reassembly.ipv4(packet, arrival.index(), nowNs);
        if (whole == PacketBuffers.NONE) {
            return;
        }
        int at = buffers.data(whole);
        datagram.arrival(
                arrival.index(),
                datagram.cast(),
                (buffers.flags(whole) & PacketBuffers.CHECKSUM_VERIFIED) != 0);
        deliver(
                whole,
                at,
                Ipv4Header.headerLength(memory, at),
                Ipv4Header.totalLength(memory, at),
                linkCast,
                nowNs);
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
        int source = Ipv4Header.source(memory, at);
        int destination = Ipv4Header.destination(memory, at);
        if (source == goodSource
                && destination == goodDestination
                && arrival.index() == goodInterface
                && linkCast == IpDatagram.UNICAST) {
            return IpDatagram.UNICAST;
        }
        boolean isLocal = linkCast == Loopback.LOCAL;
        if (!isLocal && !isSourceRight(arrival, packet, source, destination)) {
            return DROPPED;
        }
        int cast = castOf(arrival, packet, source, destination, isLocal);
        if (cast == IpDatagram.UNICAST && !isLocal) {
            if (linkCast != IpDatagram.UNICAST) {
                return dropped(packet, IpCounter.RECEIVE_DROPPED_LINK_BROADCAST);
            }
            goodSource = source;
            goodDestination = destination;
            goodInterface = arrival.index();
        }
        return cast;
    }

    /** RFC 1122, section 3.2.1.3: what may not be a source address. */
    private boolean isSourceRight(IpInterface arrival, int packet, int source, int destination) {
        if (Ipv4Address.isMulticast(source)
                || Ipv4Address.isReserved(source)
                || Ipv4Address.isLoopback(source)
                || isImpossibleThisNetwork(source, destination)
                || (source != 0 && addresses.isBroadcast(source, arrival.index()))) {
            drop(packet, IpCounter.RECEIVE_DROPPED_MARTIAN_SOURCE);
            return false;
        }
        InterfaceAddress own = addresses.find(0, Ipv6Address.mappedLow(source), 0);
        if (own != null && own.state().isUsable()) {
            drop(packet, IpCounter.RECEIVE_DROPPED_OWN_SOURCE);
            return false;
        }
        return true;
    }

    /** Who has no address yet sends from 0.0.0.0 to all or to a group (RFC 1122, section 3.2.1.3 a). */
    private static boolean isImpossibleThisNetwork(int source, int destination) {
        return Ipv4Address.isThisNetwork(source)
                && !(source == 0
                        && (Ipv4Address.isLimitedBroadcast(destination)
                                || Ipv4Address.isMulticast(destination)));
    }

    private int castOf(
            IpInterface arrival, int packet, int source, int destination, boolean isLocal) {
        long low = Ipv6Address.mappedLow(destination);
        if (Ipv4Address.isMulticast(destination)) {
            return groups.accepts(arrival.index(), 0, low, 0, Ipv6Address.mappedLow(source))
                    ? IpDatagram.MULTICAST
                    : dropped(packet, IpCounter.RECEIVE_DROPPED_NOT_A_MEMBER);
        }
        if (addresses.isBroadcast(destination, arrival.index())) {
            return IpDatagram.BROADCAST;
        }
        if (isLocal && Ipv4Address.isLoopback(destination)) {
            return IpDatagram.UNICAST;
        }
        if (Ipv4Address.isLoopback(destination)
                || Ipv4Address.isThisNetwork(destination)
                || Ipv4Address.isReserved(destination)) {
            return dropped(packet, IpCounter.RECEIVE_DROPPED_MARTIAN_DESTINATION);
        }
        InterfaceAddress own = addresses.find(0, low, isLocal ? 0 : arrival.index());
        if (own == null) {
            return dropped(packet, IpCounter.RECEIVE_DROPPED_NOT_FOR_US);
        }
        return own.state().isUsable()
                ? IpDatagram.UNICAST
                : dropped(packet, IpCounter.RECEIVE_DROPPED_TENTATIVE);
    }

    // Options.

    /**
     * Options are checked and otherwise passed over: a host need not record routes or times (RFC 1122, section
     * 3.2.1.8), and source routes are dropped as nearly everywhere (RFC 7126, section 4.3).
     */
    private boolean areOptionsRight(
            int packet, int at, int headerLength, int linkCast, long nowNs) {
        int first = at + Ipv4Header.MIN_LENGTH;
        int length = headerLength - Ipv4Header.MIN_LENGTH;
        int problem = Ipv4Options.problem(memory, first, length);
        if (problem != Ipv4Options.NONE) {
            counters.increment(IpCounter.RECEIVE_DROPPED_OPTIONS);
            datagramOf(at, headerLength);
            reports.parameterProblem(packet, datagram, problem - at, linkCast, nowNs);
            pool.release(packet);
            return false;
        }
        int end = at + headerLength;
        for (int option = Ipv4Options.first(memory, first, end);
                option < end;
                option = Ipv4Options.next(memory, option, end)) {
            if (Ipv4Options.isSourceRoute(memory, option)) {
                drop(packet, IpCounter.RECEIVE_DROPPED_SOURCE_ROUTE);
                return false;
            }
        }
        return true;
    }

    private void datagramOf(int at, int headerLength) {
        datagram.header(
                at,
                headerLength,
                Ipv4Header.totalLength(memory, at) - headerLength,
                Ipv4Header.protocol(memory, at),
                Ipv4Header.trafficClass(memory, at),
                Ipv4Header.timeToLive(memory, at));
    }
}
