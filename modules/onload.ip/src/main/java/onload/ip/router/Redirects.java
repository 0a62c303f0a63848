package onload.ip.router;

import onload.ip.address.AddressTable;
import onload.ip.counter.IpCounter;
import onload.ip.counter.IpCounters;
import onload.ip.route.Route;
import onload.ip.route.RouteOrigin;
import onload.wire.IpAddress;
import onload.wire.IpPrefix;
import onload.wire.Ipv4Address;
import onload.wire.Ipv6Address;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * The destinations for which a router has named a better first hop (RFC 4861, section 8.3; RFC 1122, section 3.2.2.2):
 * a route to each, for a while. When there are too many the oldest goes.
 */
final class Redirects {
    private static final int IPV4_HOST_LENGTH = 32;
    private static final int IPV6_HOST_LENGTH = 128;

    private final RouterOptions options;
    private final AddressTable addresses;
    private final RouterLink link;
    private final IpCounters counters;

    /** By destination, whose number is the interface. */
    private final ExpiringList list;

    Redirects(RouterOptions options, AddressTable addresses, RouterLink link, IpCounters counters) {
        this.options = options;
        this.addresses = addresses;
        this.link = link;
        this.counters = counters;
        this.list = new ExpiringList(options.maximumRedirects());
    }

    /**
     * A redirect of IPv6 that is valid as far as can be seen from the packet.
     *
     * @return whether it is followed
     */
    boolean ipv6(
            int interfaceIndex,
            long routerHigh,
            long routerLow,
            long high,
            long low,
            long targetHigh,
            long targetLow,
            long nowNs) {
        boolean sensible =
                options.acceptRedirects()
                        && isIpv6Host(high, low)
                        && (targetHigh != routerHigh || targetLow != routerLow);
        return follow(
                sensible,
                interfaceIndex,
                routerHigh,
                routerLow,
                high,
                low,
                targetHigh,
                targetLow,
                nowNs);
    }

    /**
     * A redirect of IPv4.
     *
     * @return whether it is followed
     */
    boolean ipv4(int interfaceIndex, int router, int destination, int gateway, long nowNs) {
        boolean sensible =
                options.acceptIpv4Redirects()
                        && isIpv4Host(destination, interfaceIndex)
                        && isIpv4Host(gateway, interfaceIndex)
                        && gateway != router
                        && addresses.isOnLink(
                                Ipv6Address.MAPPED_HIGH,
                                Ipv6Address.mappedLow(gateway),
                                interfaceIndex);
        return follow(
                sensible,
                interfaceIndex,
                Ipv6Address.MAPPED_HIGH,
                Ipv6Address.mappedLow(router),
                Ipv6Address.MAPPED_HIGH,
                Ipv6Address.mappedLow(destination),
                Ipv6Address.MAPPED_HIGH,
                Ipv6Address.mappedLow(gateway),
                nowNs);
    }

    private static boolean isIpv6Host(long high, long low) {
        return !Ipv6Address.isUnspecified(high, low)
                && !Ipv6Address.isLoopback(high, low)
                && !Ipv6Address.isIpv4Mapped(high, low);
    }

    private boolean isIpv4Host(int ipv4, int interfaceIndex) {
        return !Ipv4Address.isMulticast(ipv4)
                && !Ipv4Address.isThisNetwork(ipv4)
                && !Ipv4Address.isLoopback(ipv4)
                && !addresses.isBroadcast(ipv4, interfaceIndex);
    }

    /** Nobody may lead packets to this host itself, nor its own packets away; and only the first hop may lead. */
    private boolean follow(
            boolean sensible,
            int interfaceIndex,
            long routerHigh,
            long routerLow,
            long high,
            long low,
            long targetHigh,
            long targetLow,
            long nowNs) {
        if (!sensible
                || addresses.find(high, low, AddressTable.ANY_INTERFACE) != null
                || addresses.find(targetHigh, targetLow, interfaceIndex) != null
                || !link.isFirstHop(interfaceIndex, high, low, routerHigh, routerLow)) {
            counters.increment(IpCounter.REDIRECTS_IGNORED);
            return false;
        }
        counters.increment(IpCounter.REDIRECTS_FOLLOWED);
        boolean onLink = targetHigh == high && targetLow == low;
        IpAddress gateway = onLink ? null : IpAddress.of(targetHigh, targetLow);
        put(interfaceIndex, IpAddress.of(high, low), gateway, nowNs);
        return true;
    }

    private void put(
            int interfaceIndex, IpAddress destination, @Nullable IpAddress gateway, long nowNs) {
        int before = list.find(destination.high(), destination.low(), interfaceIndex);
        if (before != ExpiringList.NONE) {
            withdraw(before);
        } else if (list.isFull()) {
            withdraw(list.soonest());
        }
        int length = destination.isIpv4() ? IPV4_HOST_LENGTH : IPV6_HOST_LENGTH;
        Route route =
                new Route(
                        IpPrefix.of(destination, length),
                        gateway,
                        interfaceIndex,
                        0,
                        null,
                        0,
                        RouteOrigin.REDIRECTED);
        long untilNs = ExpiringList.after(nowNs, options.redirectLifetimeNs());
        list.add(destination.high(), destination.low(), interfaceIndex, untilNs, route);
        link.routeAdvertised(route);
    }

    private void withdraw(int at) {
        Route route = list.remove(at);
        if (route != null) {
            link.routeWithdrawn(route);
        }
    }

    /** Withdraws those that lead over a gateway, or to a destination that is on the link and has its address. */
    void withdrawVia(int interfaceIndex, long high, long low) {
        for (int i = list.size() - 1; i >= 0; i--) {
            if (list.number(i) == interfaceIndex && leadsTo(i, high, low)) {
                withdraw(i);
            }
        }
    }

    private boolean leadsTo(int at, long high, long low) {
        Route route = list.route(at);
        IpAddress gateway = route == null ? null : route.gateway();
        return gateway == null
                ? list.high(at) == high && list.low(at) == low
                : gateway.high() == high && gateway.low() == low;
    }

    void withdrawAll(int interfaceIndex) {
        for (int i = list.size() - 1; i >= 0; i--) {
            if (list.number(i) == interfaceIndex) {
                withdraw(i);
            }
        }
    }

    List<Route> list() {
        List<Route> routes = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            Route route = list.route(i);
            if (route != null) {
                routes.add(route);
            }
        }
        return routes;
    }

    long nextDeadlineNs() {
        return list.nextDeadlineNs();
    }

    void advance(long nowNs) {
        int at;
        while ((at = list.expired(nowNs)) != ExpiringList.NONE) {
            withdraw(at);
        }
    }
}
