package onload.nic.afxdp;

import onload.linux.netlink.InterfaceEvents;
import onload.linux.netlink.InterfaceMirror;
import onload.linux.netlink.InterfaceRoute;
import onload.nic.spi.KernelNeighborState;
import onload.nic.spi.KernelNetwork;
import onload.nic.spi.KernelNetworkEvents;
import onload.nic.spi.KernelRoute;
import onload.wire.CidrAddress;
import onload.wire.IpAddress;

/** What the kernel knows of the device, in the words of NICs. */
final class AfxdpKernelNetwork implements KernelNetwork, AutoCloseable {
    private final InterfaceMirror mirror;

    AfxdpKernelNetwork(InterfaceMirror mirror) {
        this.mirror = mirror;
    }

    @Override
    public int poll(KernelNetworkEvents events, int limit) {
        return mirror.poll(new Translation(events), limit);
    }

    @Override
    public void resolve(IpAddress address) {
        mirror.resolve(address);
    }

    @Override
    public void close() {
        mirror.close();
    }

    private record Translation(KernelNetworkEvents events) implements InterfaceEvents {
        @Override
        public void addressAdded(CidrAddress address) {
            events.addressAdded(address);
        }

        @Override
        public void addressRemoved(CidrAddress address) {
            events.addressRemoved(address);
        }

        @Override
        public void routeAdded(InterfaceRoute route) {
            events.routeAdded(translated(route));
        }

        @Override
        public void routeRemoved(InterfaceRoute route) {
            events.routeRemoved(translated(route));
        }

        private static KernelRoute translated(InterfaceRoute route) {
            return new KernelRoute(
                    route.destination(),
                    route.gateway(),
                    route.source(),
                    route.metric(),
                    route.mtu());
        }

        @Override
        public void neighbor(IpAddress address, long macAddress, int state) {
            events.neighbor(address, macAddress, translated(state));
        }

        private static KernelNeighborState translated(int state) {
            if ((state & InterfaceMirror.PERMANENT) != 0) {
                return KernelNeighborState.PERMANENT;
            }
            if ((state & InterfaceMirror.REACHABLE) != 0) {
                return KernelNeighborState.REACHABLE;
            }
            int known = InterfaceMirror.STALE | InterfaceMirror.DELAY | InterfaceMirror.PROBE;
            return (state & known) != 0 ? KernelNeighborState.STALE : KernelNeighborState.GONE;
        }
    }
}
