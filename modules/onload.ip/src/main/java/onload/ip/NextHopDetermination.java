package onload.ip;

import onload.ip.address.AddressTable;
import onload.ip.address.InterfaceAddress;
import onload.ip.counter.IpCounter;
import onload.ip.counter.IpCounters;
import onload.ip.neighbor.Neighbor;
import onload.ip.neighbor.NeighborCache;
import onload.ip.route.InterfaceStates;
import onload.ip.route.PathMtuCache;
import onload.ip.route.Route;
import onload.ip.route.RoutingTable;
import onload.ip.route.SourceAddressSelection;
import onload.wire.EtherType;
import onload.wire.InternetChecksum;
import onload.wire.IpAddress;
import onload.wire.Ipv4Address;
import onload.wire.Ipv4Header;
import onload.wire.Ipv6Address;
import onload.wire.Ipv6Header;
import onload.wire.MacAddress;

import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.util.Objects;
import java.util.function.IntFunction;

/**
 * Finds the way to a destination (RFC 1122, section 3.3.1; RFC 4861, section 5.2): whether it is this host, a
 * group or a neighbour, by which interface, from which source, over which next hop, and how long a packet may
 * be; and makes its headers ready.
 *
 * <p>This is the slow way of a sender: taken by the first packet and after something has changed.
 */
final class NextHopDetermination {
    private static final int GROUP_HOP_LIMIT = 1;

    private final IpCounters counters;
    private final Interfaces interfaces;
    private final AddressTable addresses;
    private final RoutingTable routes;
    private final SourceAddressSelection sources;
    private final PathMtuCache pathMtus;
    private final NeighborCache neighbors;
    private final int ipv4HopLimit;
    private final InterfaceStates states;
    private final IntFunction<InterfaceAddress> candidates;
    private final Neighbor local = Neighbor.fixed(Interfaces.LOOPBACK, 0);

    /** Where headers are put together. */
    private final UnsafeBuffer template = new UnsafeBuffer(new byte[Destination.TEMPLATE_LENGTH]);

    NextHopDetermination(
            IpCounters counters,
            Interfaces interfaces,
            AddressTable addresses,
            RoutingTable routes,
            SourceAddressSelection sources,
            PathMtuCache pathMtus,
            NeighborCache neighbors,
            int ipv4HopLimit) {
        this.counters = counters;
        this.interfaces = interfaces;
        this.addresses = addresses;
        this.routes = routes;
        this.sources = sources;
        this.pathMtus = pathMtus;
        this.neighbors = neighbors;
        this.ipv4HopLimit = ipv4HopLimit;
        this.states = new NeighborStates(interfaces, neighbors);
        this.candidates = addresses::get;
    }

    /**
     * {@return the interface that packets to this host itself come in by} It is the loopback, but for a link-local
     * address the interface whose it is, without which nobody knows it (RFC 4007, section 6).
     */
    IpInterface localArrival(Destination to) {
        IpInterface bound =
                Ipv6Address.isLinkLocal(to.high(), to.low())
                        ? interfaces.byIndex(to.boundInterface())
                        : null;
        return bound == null ? interfaces.loopback() : bound;
    }

    /** Every way that was found is to be found anew. */
    void invalidateAll() {
        local.invalidate();
        interfaces.forEach(each -> each.group().invalidate());
        neighbors.invalidateAll();
    }

    /**
     * Finds the way.
     *
     * <p>Afterwards the destination is ready if nobody has to be asked: it is this host or a group. Otherwise its
     * neighbour is known by address, and whether packets can go to it is the neighbour cache's word.
     *
     * @return 0; or {@link IpLayer#NO_ROUTE}, {@link IpLayer#NO_SOURCE}, {@link IpLayer#INTERFACE_DOWN} or {@link
     *     IpLayer#UNREACHABLE}, counted
     */
    int find(Destination to, long nowNs) {
        to.forget();
        to.ipHeaderLength = to.isIpv4() ? Ipv4Header.MIN_LENGTH : Ipv6Header.LENGTH;
        to.isGroup = false;
        if (isThisHost(to)) {
            return findLocal(to);
        }
        Route route = routes.lookup(to.high(), to.low(), to.boundInterface(), states);
        IpInterface egress = isNobody(to) ? null : egress(to, route);
        if (egress == null) {
            counters.increment(IpCounter.SEND_REFUSED_NO_ROUTE);
            return IpLayer.NO_ROUTE;
        }
        if (!egress.isUp() || (egress.isIpv6Disabled() && !to.isIpv4())) {
            counters.increment(IpCounter.SEND_REFUSED_INTERFACE_DOWN);
            return IpLayer.INTERFACE_DOWN;
        }
        IpAddress gateway = route == null ? null : route.gateway();
        to.nextHopHigh = gateway == null ? to.high() : gateway.high();
        to.nextHopLow = gateway == null ? to.low() : gateway.low();
        to.isLocal = false;
        to.egress = egress;
        to.port = egress.port();
        to.linkHeaderLength = egress.linkHeaderLength();
        if (!findSource(to, egress, route)) {
            counters.increment(IpCounter.SEND_REFUSED_NO_SOURCE);
            return IpLayer.NO_SOURCE;
        }
        to.isGroup = isGroup(to, egress);
        findMtu(to, egress, route);
        to.hopLimit = hopLimit(to, egress);
        return findNeighbor(to, egress, nowNs);
    }

    private boolean isThisHost(Destination to) {
        if (isLoopback(to.high(), to.low())) {
            return true;
        }
        InterfaceAddress own = addresses.find(to.high(), to.low(), to.boundInterface());
        return own != null && own.state().isUsable();
    }

    private int findLocal(Destination to) {
        IpInterface loopback = interfaces.loopback();
        if (!loopback.isUp()) {
            counters.increment(IpCounter.SEND_REFUSED_INTERFACE_DOWN);
            return IpLayer.INTERFACE_DOWN;
        }
        to.isLocal = true;
        to.egress = loopback;
        to.port = null;
        to.linkHeaderLength = 0;
        to.mtu = loopback.mtu();
        to.hopLimit = hopLimit(to, loopback);
        if (to.isSourceWanted()) {
            if (!isOwnSource(to, to.boundInterface())) {
                counters.increment(IpCounter.SEND_REFUSED_NO_SOURCE);
                return IpLayer.NO_SOURCE;
            }
            setSource(to, to.wantedSourceHigh(), to.wantedSourceLow());
        } else {
            setSource(to, to.high(), to.low());
        }
        to.neighbor = local;
        writeTemplate(to, 0);
        to.neighborVersion = local.version();
        return 0;
    }

    /** Groups and the limited broadcast go by the interface that the sender names, whatever routes say. */
    private @Nullable IpInterface egress(Destination to, @Nullable Route route) {
        if (route != null) {
            return interfaces.byIndex(route.interfaceIndex());
        }
        if (!isMulticast(to) && !isLimitedBroadcast(to)) {
            return null;
        }
        return to.boundInterface() == 0
                ? interfaces.onlyOneUp()
                : interfaces.byIndex(to.boundInterface());
    }

    private boolean findSource(Destination to, IpInterface egress, @Nullable Route route) {
        if (to.isSourceWanted()) {
            setSource(to, to.wantedSourceHigh(), to.wantedSourceLow());
            // RFC 1122, section 3.2.1.3 g; RFC 4291, section 2.5.3: a loopback address does not
            // leave the host.
            return isOwnSource(to, egress.index())
                    && !isLoopback(to.wantedSourceHigh(), to.wantedSourceLow());
        }
        IpAddress preferred = route == null ? null : route.source();
        if (preferred != null) {
            setSource(to, preferred.high(), preferred.low());
            return isOwn(preferred.high(), preferred.low(), egress.index());
        }
        InterfaceAddress selected =
                sources.select(
                        candidates,
                        addresses.size(),
                        to.high(),
                        to.low(),
                        to.nextHopHigh,
                        to.nextHopLow,
                        egress.index());
        if (selected == null) {
            return false;
        }
        setSource(to, selected.high(), selected.low());
        return true;
    }

    /** The unspecified address is one to send from as long as there is none, as a DHCP client does. */
    private boolean isOwnSource(Destination to, int interfaceIndex) {
        long high = to.wantedSourceHigh();
        long low = to.wantedSourceLow();
        if (Ipv6Address.isIpv4Mapped(high, low) != to.isIpv4()) {
            return false;
        }
        boolean isUnspecified = high == 0 && (low == 0 || low == Ipv6Address.mappedLow(0));
        return isUnspecified || isOwn(high, low, interfaceIndex) || isLoopback(high, low);
    }

    private static boolean isLoopback(long high, long low) {
        return Ipv6Address.isLoopback(high, low)
                || (Ipv6Address.isIpv4Mapped(high, low) && Ipv4Address.isLoopback((int) low));
    }

    /** A link-local address is one of its interface only (RFC 4007, section 6), any other one of the host. */
    private boolean isOwn(long high, long low, int interfaceIndex) {
        boolean isLinkLocal = Ipv6Address.isLinkLocal(high, low);
        int where = isLinkLocal ? interfaceIndex : AddressTable.ANY_INTERFACE;
        InterfaceAddress own = addresses.find(high, low, where);
        return own != null && own.state().isUsable();
    }

    private static void setSource(Destination to, long high, long low) {
        to.sourceHigh = high;
        to.sourceLow = low;
    }

    /** Nothing is ever sent to the unspecified address (RFC 1122, section 3.2.1.3 a; RFC 4291, section 2.5.2). */
    private static boolean isNobody(Destination to) {
        return to.isIpv4()
                ? Ipv4Address.isUnspecified((int) to.low())
                : Ipv6Address.isUnspecified(to.high(), to.low());
    }

    private static boolean isMulticast(Destination to) {
        return to.isIpv4()
                ? Ipv4Address.isMulticast((int) to.low())
                : Ipv6Address.isMulticast(to.high(), to.low());
    }

    private static boolean isLimitedBroadcast(Destination to) {
        return to.isIpv4() && Ipv4Address.isLimitedBroadcast((int) to.low());
    }

    private boolean isGroup(Destination to, IpInterface egress) {
        return isMulticast(to)
                || (to.isIpv4() && addresses.isBroadcast((int) to.low(), egress.index()));
    }

    private void findMtu(Destination to, IpInterface egress, @Nullable Route route) {
        int mtu = to.isIpv4() ? egress.mtu() : egress.ipv6Mtu();
        if (route != null && route.mtu() > 0) {
            mtu = Math.min(mtu, route.mtu());
        }
        FragmentPolicy policy = to.fragmentPolicy();
        if (policy == FragmentPolicy.WANT || policy == FragmentPolicy.FORBID || !to.isIpv4()) {
            int learnt = pathMtus.mtu(to.high(), to.low());
            if (learnt > 0 && policy != FragmentPolicy.PROBE) {
                mtu = Math.min(mtu, learnt);
            }
        }
        to.mtu = mtu;
    }

    private int hopLimit(Destination to, IpInterface egress) {
        if (to.wantedHopLimit() != Destination.DEFAULT_HOP_LIMIT) {
            return to.wantedHopLimit();
        }
        if (isMulticast(to)) {
            return GROUP_HOP_LIMIT;
        }
        return to.isIpv4() ? ipv4HopLimit : egress.hopLimit();
    }

    private int findNeighbor(Destination to, IpInterface egress, long nowNs) {
        if (to.isGroup) {
            to.neighbor = egress.group();
            writeTemplate(to, groupAddress(to));
            to.neighborVersion = to.neighbor.version();
            return 0;
        }
        Neighbor neighbor =
                neighbors.findOrCreate(egress.index(), to.nextHopHigh, to.nextHopLow, nowNs);
        if (neighbor == null) {
            counters.increment(IpCounter.SEND_REFUSED_UNREACHABLE);
            return IpLayer.UNREACHABLE;
        }
        to.neighbor = neighbor;
        writeTemplate(to, neighbor.macAddress());
        // One that is in use already need not be asked for by the first packet.
        to.neighborVersion =
                neighbor.state().isInUse() ? neighbor.version() : neighbor.version() - 1;
        return 0;
    }

    private static long groupAddress(Destination to) {
        if (!to.isIpv4()) {
            return MacAddress.ofIpv6Multicast(to.high(), to.low());
        }
        int address = (int) to.low();
        return Ipv4Address.isMulticast(address)
                ? MacAddress.ofIpv4Multicast(address)
                : MacAddress.BROADCAST;
    }

    /** The neighbour cache has said that packets can go: from now on they go the fast way. */
    void neighborIsReady(Destination to) {
        IpInterface egress = Objects.requireNonNull(to.egress);
        to.storeWords(template);
        writeLink(to, egress, to.neighbor.macAddress());
        to.loadWords(template);
        to.neighborVersion = to.neighbor.version();
    }

    /** {@return the Ethernet address that frames go to} */
    long linkAddress(Destination to) {
        return to.isGroup ? groupAddress(to) : to.neighbor.macAddress();
    }

    /**
     * {@return whether a router is the one that packets to a destination go to} A redirect is believed from that
     * one only (RFC 1122, section 3.2.2.2; RFC 4861, section 8.1).
     */
    boolean isFirstHop(int interfaceIndex, long high, long low, long routerHigh, long routerLow) {
        Route route = routes.lookup(high, low, interfaceIndex, states);
        IpAddress gateway = route == null ? null : route.gateway();
        return gateway != null && gateway.high() == routerHigh && gateway.low() == routerLow;
    }

    /** What routes ask about interfaces and routers. */
    private record NeighborStates(Interfaces interfaces, NeighborCache neighbors)
            implements InterfaceStates {
        @Override
        public boolean isUsable(int interfaceIndex) {
            return interfaces.isUsable(interfaceIndex);
        }

        /** RFC 4861, section 6.3.6: a router that is being asked for, or did not answer, is in doubt. */
        @Override
        public boolean isReachable(Route route) {
            IpAddress gateway = Objects.requireNonNull(route.gateway());
            Neighbor neighbor =
                    neighbors.find(route.interfaceIndex(), gateway.high(), gateway.low());
            return neighbor == null || !neighbor.isInDoubt();
        }
    }

    // The template.

    private void writeTemplate(Destination to, long macAddress) {
        template.setMemory(0, Destination.TEMPLATE_LENGTH, (byte) 0);
        int ip = Destination.TEMPLATE_LENGTH - to.ipHeaderLength;
        if (to.isIpv4()) {
            writeIpv4(to, ip);
        } else {
            Ipv6Header.write(
                    template,
                    ip,
                    to.sourceHigh,
                    to.sourceLow,
                    to.high(),
                    to.low(),
                    to.protocol(),
                    0,
                    0);
            to.base = Destination.firstWord(to.flowLabel());
        }
        IpInterface egress = Objects.requireNonNull(to.egress);
        if (!egress.isLoopback()) {
            writeLink(to, egress, macAddress);
        }
        to.loadWords(template);
    }

    private void writeIpv4(Destination to, int ip) {
        FragmentPolicy policy = to.fragmentPolicy();
        Ipv4Header.write(template, ip, (int) to.sourceLow, (int) to.low(), to.protocol(), 0, 0);
        // A path that is said to be narrower than is believed: routers on it cut what they must.
        boolean isNarrow = policy == FragmentPolicy.WANT && pathMtus.isNarrow(to.high(), to.low());
        to.dontFragment = policy != FragmentPolicy.ALLOW && !isNarrow;
        Ipv4Header.fragment(template, ip, to.dontFragment ? Ipv4Header.DONT_FRAGMENT : 0, 0);
        Ipv4Header.totalLength(template, ip, 0);
        Ipv4Header.checksum(template, ip, 0);
        to.base = InternetChecksum.sum(template, ip, Ipv4Header.MIN_LENGTH, 0);
    }

    private void writeLink(Destination to, IpInterface egress, long macAddress) {
        int start = Destination.TEMPLATE_LENGTH - to.ipHeaderLength - egress.linkHeaderLength();
        IpOutput.writeLinkHeader(
                template, start, egress, macAddress, to.isIpv4() ? EtherType.IPV4 : EtherType.IPV6);
    }
}
