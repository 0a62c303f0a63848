package onload.ip;

import onload.ip.address.AddressOrigin;
import onload.ip.address.InterfaceAddress;
import onload.ip.counter.IpCounter;
import onload.ip.neighbor.NeighborState;
import onload.ip.route.Route;
import onload.ip.route.RouteOrigin;
import onload.nic.spi.KernelNeighborState;
import onload.nic.spi.KernelNetwork;
import onload.nic.spi.KernelNetworkEvents;
import onload.nic.spi.KernelRoute;
import onload.wire.CidrAddress;
import onload.wire.IpAddress;

/**
 * Follows the kernel's addresses, routes and neighbours of an interface that is shared with it, and has the kernel find
 * neighbours out. State machine with a duty cycle: often while an answer is awaited, else now and then.
 */
final class KernelMirror implements KernelNetworkEvents {
    /** Most messages of the kernel for one look. */
    private static final int BATCH = 256;

    /** Between two looks while the kernel is asked for a neighbour, in nanoseconds. */
    private static final long EAGER_NS = 100_000;

    /** How long an answer is awaited eagerly: an answer on a link comes within this, or it is one of three. */
    private static final long EAGER_FOR_NS = 20_000_000;

    /** Between two looks otherwise. */
    private static final long IDLE_NS = 50_000_000;

    private final IpLayer layer;
    private final IpInterface shared;
    private final KernelNetwork kernel;
    private long nextNs = Long.MIN_VALUE;
    private long eagerUntilNs = Long.MIN_VALUE;
    private long nowNs;

    KernelMirror(IpLayer layer, IpInterface shared, KernelNetwork kernel) {
        this.layer = layer;
        this.shared = shared;
        this.kernel = kernel;
    }

    /** {@return when to look next; {@link Long#MIN_VALUE} at first} */
    long nextDeadlineNs() {
        return nextNs;
    }

    /** Looks, if it is time. */
    void advance(long time) {
        if (time < nextNs) {
            return;
        }
        nowNs = time;
        int read = kernel.poll(this, BATCH);
        if (read == BATCH) {
            nextNs = time;
        } else {
            nextNs = time + (time < eagerUntilNs ? EAGER_NS : IDLE_NS);
        }
    }

    /** Has the kernel ask for a neighbour. */
    void resolve(IpAddress neighbor, long time) {
        kernel.resolve(neighbor);
        eagerUntilNs = time + EAGER_FOR_NS;
        nextNs = Math.min(nextNs, time + EAGER_NS);
    }

    @Override
    public void addressAdded(CidrAddress address) {
        if (!layer.options().ipv6() && !address.address().isIpv4()) {
            return;
        }
        try {
            var _ = layer.addresses().add(shared.index(), address, AddressOrigin.MIRRORED, nowNs);
        } catch (IllegalArgumentException | IllegalStateException e) {
            // One that a host cannot have here, or one too many: the kernel's alone.
            layer.counters().increment(IpCounter.MIRROR_REFUSED);
        }
    }

    @Override
    public void addressRemoved(CidrAddress address) {
        IpAddress ip = address.address();
        InterfaceAddress found = layer.addresses().exact(ip.high(), ip.low(), shared.index());
        if (found != null && found.origin() == AddressOrigin.MIRRORED) {
            layer.addresses().remove(found, nowNs);
        }
    }

    @Override
    public void routeAdded(KernelRoute route) {
        try {
            layer.addRoute(mirrored(route));
        } catch (IllegalArgumentException | IllegalStateException e) {
            layer.counters().increment(IpCounter.MIRROR_REFUSED);
        }
    }

    @Override
    public void routeRemoved(KernelRoute route) {
        try {
            layer.removeRoute(mirrored(route));
        } catch (IllegalArgumentException e) {
            layer.counters().increment(IpCounter.MIRROR_REFUSED);
        }
    }

    private Route mirrored(KernelRoute route) {
        return new Route(
                route.destination(),
                route.gateway(),
                shared.index(),
                route.metric(),
                route.source(),
                route.mtu(),
                RouteOrigin.MIRRORED);
    }

    @Override
    public void neighbor(IpAddress address, long macAddress, KernelNeighborState state) {
        NeighborState heard =
                switch (state) {
                    // Whether it is still there is for the kernel to doubt: it says when it is
                    // gone.
                    case REACHABLE, STALE -> NeighborState.REACHABLE;
                    case PERMANENT -> NeighborState.PERMANENT;
                    case GONE -> NeighborState.FAILED;
                };
        layer.neighbors()
                .mirrored(shared.index(), address.high(), address.low(), macAddress, heard, nowNs);
    }
}
