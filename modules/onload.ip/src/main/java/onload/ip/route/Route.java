package onload.ip.route;

import onload.wire.IpAddress;
import onload.wire.IpPrefix;

import org.jspecify.annotations.Nullable;

/**
 * A way to a prefix.
 *
 * @param destination whom it leads to; a prefix of length 0 makes it a default route
 * @param gateway the router that is the next hop, on the link of the interface; null if the destination itself is on
 *     that link
 * @param interfaceIndex the interface, ≥ 1
 * @param metric of several routes to one prefix the one with the smallest metric is taken, ≥ 0
 * @param source the address to send from unless the sender chose one; null to have it selected
 * @param mtu the longest packet on it in bytes, or 0 for that of the interface
 * @param origin who made it
 */
public record Route(
        IpPrefix destination,
        @Nullable IpAddress gateway,
        int interfaceIndex,
        int metric,
        @Nullable IpAddress source,
        int mtu,
        RouteOrigin origin) {

    /**
     * Checks that the parts fit together.
     *
     * @throws IllegalArgumentException if versions differ, or a number is out of its range
     */
    public Route {
        if (gateway != null && gateway.isIpv4() != destination.isIpv4()) {
            throw new IllegalArgumentException(
                    "the route to %s cannot have the gateway %s; expected an address of the same IP version"
                            .formatted(destination, gateway));
        }
        if (source != null && source.isIpv4() != destination.isIpv4()) {
            throw new IllegalArgumentException(
                    "the route to %s cannot have the source %s; expected an address of the same IP version"
                            .formatted(destination, source));
        }
        if (interfaceIndex < 1 || metric < 0 || mtu < 0) {
            throw new IllegalArgumentException(
                    "the route to %s cannot have interface %d, metric %d and MTU %d; expected 1, 0 and 0 or more"
                            .formatted(destination, interfaceIndex, metric, mtu));
        }
    }

    /** {@return the route to a prefix whose hosts are on the link of an interface} */
    public static Route onLink(IpPrefix destination, int interfaceIndex) {
        return new Route(destination, null, interfaceIndex, 0, null, 0, RouteOrigin.MANUAL);
    }

    /** {@return the route to a prefix over a router} */
    public static Route via(IpPrefix destination, IpAddress gateway, int interfaceIndex) {
        return new Route(destination, gateway, interfaceIndex, 0, null, 0, RouteOrigin.MANUAL);
    }
}
