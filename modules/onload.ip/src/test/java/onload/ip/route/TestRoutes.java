package onload.ip.route;

import onload.wire.IpAddress;
import onload.wire.IpPrefix;

import org.jspecify.annotations.Nullable;

import java.util.HashSet;
import java.util.Set;

/** Routes in short, and hosts whose interfaces and routers are up or down at will. */
final class TestRoutes {
    private TestRoutes() {}

    static Route onLink(String prefix, int interfaceIndex) {
        return Route.onLink(IpPrefix.parse(prefix), interfaceIndex);
    }

    static Route via(String prefix, String gateway, int interfaceIndex) {
        return via(prefix, gateway, interfaceIndex, 0);
    }

    static Route via(String prefix, String gateway, int interfaceIndex, int metric) {
        return via(prefix, gateway, interfaceIndex, metric, RouteOrigin.MANUAL);
    }

    static Route via(
            String prefix, String gateway, int interfaceIndex, int metric, RouteOrigin origin) {
        return new Route(
                IpPrefix.parse(prefix),
                IpAddress.parse(gateway),
                interfaceIndex,
                metric,
                null,
                0,
                origin);
    }

    static @Nullable Route lookup(RoutingTable table, String destination) {
        return lookup(table, destination, 0, InterfaceStates.ALL_USABLE);
    }

    static @Nullable Route lookup(
            RoutingTable table, String destination, int interfaceIndex, InterfaceStates states) {
        IpAddress address = IpAddress.parse(destination);
        return table.lookup(address.high(), address.low(), interfaceIndex, states);
    }

    /** Everything works but what is listed. */
    static final class Broken implements InterfaceStates {
        final Set<Integer> interfaces = new HashSet<>();
        final Set<String> routers = new HashSet<>();

        static Broken interfaces(Integer... interfaces) {
            Broken broken = new Broken();
            broken.interfaces.addAll(Set.of(interfaces));
            return broken;
        }

        static Broken routers(String... routers) {
            Broken broken = new Broken();
            broken.routers.addAll(Set.of(routers));
            return broken;
        }

        @Override
        public boolean isUsable(int interfaceIndex) {
            return !interfaces.contains(interfaceIndex);
        }

        @Override
        public boolean isReachable(Route route) {
            IpAddress gateway = route.gateway();
            if (gateway == null || !isUsable(route.interfaceIndex())) {
                throw new AssertionError("asked for the router of " + route);
            }
            return !routers.contains(gateway.toString());
        }
    }
}
