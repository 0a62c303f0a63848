package onload.ip;

import onload.ip.address.AddressLink;
import onload.ip.address.AddressOrigin;
import onload.ip.address.AddressState;
import onload.ip.address.AddressTable;
import onload.ip.address.InterfaceAddress;
import onload.ip.counter.IpCounter;
import onload.ip.multicast.GroupMemberships;
import onload.ip.neighbor.Neighbor;
import onload.ip.neighbor.NeighborLink;
import onload.ip.route.PathMtuListener;
import onload.ip.route.Route;
import onload.ip.route.RouteOrigin;
import onload.ip.router.RouterLink;
import onload.nic.packet.PacketPool;
import onload.wire.IpAddress;
import onload.wire.Ipv6Address;

import org.jspecify.annotations.Nullable;

/**
 * What the state machines of the layer ask of it, passed on to who does it: neighbours are asked for, addresses
 * probed and announced, and what addresses and routers bring about (connected routes, solicited-node groups, parameters
 * of an interface) is done to the other parts.
 */
final class LinkAgent implements NeighborLink, AddressLink, RouterLink, PathMtuListener {
    private static final int HOST_PREFIX_LENGTH = 128;

    private final IpLayer layer;
    private final PacketPool pool;

    LinkAgent(IpLayer layer, PacketPool pool) {
        this.layer = layer;
        this.pool = pool;
    }

    private @Nullable IpInterface egress(int interfaceIndex) {
        IpInterface found = layer.interfaces.byIndex(interfaceIndex);
        return found == null || !found.isUp() || found.isLoopback() ? null : found;
    }

    // Neighbours.

    @Override
    public void solicit(Neighbor neighbor, boolean unicast, int pending, long nowNs) {
        IpInterface egress = egress(neighbor.interfaceIndex());
        if (egress == null) {
            return;
        }
        KernelMirror mirror = egress.mirror();
        if (mirror != null) {
            mirror.resolve(IpAddress.of(neighbor.high(), neighbor.low()), nowNs);
            return;
        }
        long mac = unicast ? neighbor.macAddress() : 0;
        if (neighbor.isIpv4()) {
            layer.arp.solicit(egress, (int) neighbor.low(), mac, pending);
        } else {
            layer.ndp.solicit(egress, neighbor.high(), neighbor.low(), mac, pending);
        }
    }

    @Override
    public void resolved(Neighbor neighbor, int packet, long nowNs) {
        IpInterface egress = egress(neighbor.interfaceIndex());
        if (egress == null) {
            layer.counters().increment(IpCounter.SEND_DROPPED_INTERFACE_DOWN);
            pool.release(packet);
        } else {
            layer.output.resolved(neighbor, egress, packet);
        }
    }

    @Override
    public void unreachable(Neighbor neighbor, int packet, long nowNs) {
        layer.icmp.unreachable(packet, neighbor.interfaceIndex(), nowNs);
        layer.routers.neighborUnreachable(
                neighbor.interfaceIndex(), neighbor.high(), neighbor.low());
        pool.release(packet);
    }

    // Addresses.

    @Override
    public void added(InterfaceAddress address, long nowNs) {
        if (!address.isIpv4() && !isOnLoopback(address)) {
            layer.groups
                    .memberships()
                    .join(
                            GroupMemberships.LAYER_SOCKET,
                            address.interfaceIndex(),
                            Ipv6Address.SOLICITED_NODE_HIGH,
                            Ipv6Address.solicitedNodeLow(address.high(), address.low()),
                            nowNs);
        }
        layer.changed();
    }

    private static boolean isOnLoopback(InterfaceAddress address) {
        return address.interfaceIndex() == Interfaces.LOOPBACK;
    }

    @Override
    public void probe(InterfaceAddress address, long nowNs) {
        IpInterface egress = egress(address.interfaceIndex());
        if (egress == null || egress.isShared()) {
            return;
        }
        if (address.isIpv4()) {
            layer.arp.probe(egress, (int) address.low());
        } else if (!egress.isIpv6Disabled()) {
            layer.ndp.probe(egress, address);
        }
    }

    @Override
    public void announce(InterfaceAddress address, long nowNs) {
        IpInterface egress = egress(address.interfaceIndex());
        if (egress == null || egress.isShared()) {
            return;
        }
        if (address.isIpv4()) {
            layer.arp.announce(egress, (int) address.low());
        } else if (!egress.isIpv6Disabled()) {
            layer.ndp.announce(egress, address);
        }
    }

    @Override
    public void stateChanged(InterfaceAddress address, AddressState before, long nowNs) {
        boolean isUsable = address.state().isUsable();
        if (isUsable != before.isUsable()) {
            if (isUsable) {
                connect(address);
            } else {
                disconnect(address);
            }
            boolean isLinkLocal = Ipv6Address.isLinkLocal(address.high(), address.low());
            if (isUsable && isLinkLocal) {
                layer.groups.memberships().linkLocalAddressReady(address.interfaceIndex(), nowNs);
            }
        }
        layer.changed();
    }

    @Override
    public void removed(InterfaceAddress address, long nowNs) {
        disconnect(address);
        if (!address.isIpv4() && !isOnLoopback(address) && !sharesSolicitedNode(address)) {
            layer.groups
                    .memberships()
                    .leave(
                            GroupMemberships.LAYER_SOCKET,
                            address.interfaceIndex(),
                            Ipv6Address.SOLICITED_NODE_HIGH,
                            Ipv6Address.solicitedNodeLow(address.high(), address.low()),
                            nowNs);
        }
        layer.changed();
    }

    @Override
    public void ipv6Disabled(int interfaceIndex, long nowNs) {
        IpInterface found = layer.interfaces.byIndex(interfaceIndex);
        if (found != null) {
            found.disableIpv6(true);
            layer.routers.interfaceDown(interfaceIndex);
            layer.changed();
        }
    }

    private boolean sharesSolicitedNode(InterfaceAddress address) {
        AddressTable addresses = layer.addresses;
        long group = Ipv6Address.solicitedNodeLow(address.high(), address.low());
        for (int i = 0; i < addresses.size(); i++) {
            InterfaceAddress other = addresses.get(i);
            if (other != address
                    && other.interfaceIndex() == address.interfaceIndex()
                    && !other.isIpv4()
                    && Ipv6Address.solicitedNodeLow(other.high(), other.low()) == group) {
                return true;
            }
        }
        return false;
    }

    /** The link of an address is reached directly; of IPv6 addresses that is said by routers, except fe80::/64. */
    private @Nullable Route connectedRoute(InterfaceAddress address) {
        if (isOnLoopback(address)) {
            return null;
        }
        boolean isHost = address.prefix().mappedLength() == HOST_PREFIX_LENGTH;
        boolean isLinkLocal = Ipv6Address.isLinkLocal(address.high(), address.low());
        boolean isAdvertised = address.origin() == AddressOrigin.AUTOCONFIGURED;
        if (isHost || (isAdvertised && !isLinkLocal)) {
            return null;
        }
        IpAddress source = address.isIpv4() ? address.address() : null;
        return new Route(
                address.prefix(),
                null,
                address.interfaceIndex(),
                0,
                source,
                0,
                RouteOrigin.CONNECTED);
    }

    private void connect(InterfaceAddress address) {
        Route route = connectedRoute(address);
        if (route != null && !layer.routes.isFull()) {
            layer.routes.add(route);
        }
    }

    private void disconnect(InterfaceAddress address) {
        Route route = connectedRoute(address);
        if (route == null || isConnectedByAnother(address, route)) {
            return;
        }
        layer.routes.remove(route);
    }

    private boolean isConnectedByAnother(InterfaceAddress address, Route route) {
        AddressTable addresses = layer.addresses;
        for (int i = 0; i < addresses.size(); i++) {
            InterfaceAddress other = addresses.get(i);
            if (other != address
                    && other.state().isUsable()
                    && route.equals(connectedRoute(other))) {
                return true;
            }
        }
        return false;
    }

    // Routers.

    @Override
    public void solicitRouters(int interfaceIndex, long nowNs) {
        IpInterface egress = egress(interfaceIndex);
        if (egress != null) {
            layer.ndp.solicitRouters(egress);
        }
    }

    @Override
    public void routeAdvertised(Route route) {
        if (layer.routes.isFull()) {
            layer.counters().increment(IpCounter.NDP_REFUSED_LIST_FULL);
        } else {
            layer.routes.add(route);
            layer.changed();
        }
    }

    @Override
    public void routeWithdrawn(Route route) {
        if (layer.routes.remove(route)) {
            layer.changed();
        }
    }

    @Override
    public boolean isFirstHop(
            int interfaceIndex, long high, long low, long routerHigh, long routerLow) {
        return layer.nextHops.isFirstHop(interfaceIndex, high, low, routerHigh, routerLow);
    }

    @Override
    public void hopLimitAdvertised(int interfaceIndex, int hopLimit) {
        IpInterface found = layer.interfaces.byIndex(interfaceIndex);
        if (found != null) {
            found.hopLimit(hopLimit);
            layer.changed();
        }
    }

    @Override
    public void mtuAdvertised(int interfaceIndex, int mtu) {
        IpInterface found = layer.interfaces.byIndex(interfaceIndex);
        if (found != null) {
            found.ipv6Mtu(mtu);
            layer.changed();
        }
    }

    @Override
    public void reachableTimeAdvertised(int interfaceIndex, long reachableTimeNs) {
        layer.neighbors.parameters(interfaceIndex, reachableTimeNs, 0);
    }

    @Override
    public void retransTimerAdvertised(int interfaceIndex, long retransTimerNs) {
        layer.neighbors.parameters(interfaceIndex, 0, retransTimerNs);
        layer.addresses.retransTimer(interfaceIndex, retransTimerNs);
    }

    @Override
    public void linkLayerAddressHeard(
            int interfaceIndex,
            long high,
            long low,
            long macAddress,
            boolean isRouter,
            long nowNs) {
        layer.neighbors.heard(interfaceIndex, high, low, macAddress, true, isRouter, nowNs);
    }

    // Paths.

    @Override
    public void changed(long high, long low) {
        layer.changed();
    }
}
