package onload.ip.router;

import onload.ip.address.AddressTable;
import onload.ip.address.InterfaceAddress;
import onload.ip.counter.IpCounter;
import onload.ip.counter.IpCounters;
import onload.ip.route.Route;
import onload.ip.route.RouteOrigin;
import onload.wire.IpAddress;
import onload.wire.IpPrefix;
import onload.wire.Ipv6Address;
import onload.wire.MacAddress;
import onload.wire.NdpMessage;
import onload.wire.NdpOptions;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * Takes from router advertisements what they say (RFC 4861, section 6.3.4): the router itself, parameters, prefixes,
 * DNS servers. What is taken is within bounds that keep the host reachable.
 */
final class Advertisements {
    /** The smallest MTU of an IPv6 link (RFC 8200, section 5). */
    static final int MINIMUM_MTU = 1280;

    /** What is believed of times; a router must not say more than an hour for the first (RFC 4861, section 6.2.1). */
    static final long MAXIMUM_REACHABLE_TIME_MS = 3_600_000;

    static final long MAXIMUM_RETRANS_TIMER_MS = 60_000;

    /** Less would have this host ask for its neighbours all the time. */
    static final long MINIMUM_TIME_MS = 100;

    private static final long NS_PER_MS = 1_000_000L;

    /** No lifetime of a router is for ever (RFC 4861, section 4.2). */
    private static final long NO_FOREVER = -1;

    private final RouterOptions options;
    private final AddressTable addresses;
    private final RouterLink link;
    private final IpCounters counters;
    private final Autoconfiguration autoconfiguration;
    private final Redirects redirects;

    Advertisements(
            RouterOptions options,
            AddressTable addresses,
            RouterLink link,
            IpCounters counters,
            Redirects redirects) {
        this.options = options;
        this.addresses = addresses;
        this.link = link;
        this.counters = counters;
        this.redirects = redirects;
        this.autoconfiguration =
                new Autoconfiguration(addresses, options.maximumAddresses(), counters);
    }

    /**
     * Takes an advertisement that is valid.
     *
     * @param message index of the message
     * @param optionsAt index of its first option
     * @param end index after the last
     */
    void take(
            RouterInterface on,
            long high,
            long low,
            UnsafeBuffer memory,
            int message,
            int optionsAt,
            int end,
            long nowNs) {
        router(
                on,
                high,
                low,
                NdpMessage.routerLifetimeSeconds(memory, message),
                NdpMessage.routerPreference(memory, message),
                nowNs);
        hopLimit(on, NdpMessage.currentHopLimit(memory, message));
        reachableTime(on, NdpMessage.reachableTimeMs(memory, message));
        retransTimer(on, NdpMessage.retransTimerMs(memory, message));
        int at = NdpOptions.first(memory, optionsAt, end);
        while (at < end) {
            option(on, high, low, memory, at, nowNs);
            at = NdpOptions.next(memory, at, end);
        }
    }

    private void option(
            RouterInterface on, long high, long low, UnsafeBuffer memory, int at, long nowNs) {
        switch (NdpOptions.type(memory, at)) {
            case NdpOptions.SOURCE_LINK_LAYER_ADDRESS -> {
                long macAddress = NdpOptions.linkLayerAddress(memory, at);
                if (isStation(macAddress)) {
                    link.linkLayerAddressHeard(
                            on.interfaceIndex, high, low, macAddress, true, nowNs);
                }
            }
            case NdpOptions.PREFIX_INFORMATION -> prefix(on, memory, at, nowNs);
            case NdpOptions.MTU -> mtu(on, NdpOptions.mtu(memory, at));
            case NdpOptions.RECURSIVE_DNS_SERVERS -> servers(on, memory, at, nowNs);
            default -> {
                // Options that are not known are passed over (RFC 4861, section 6.1.2).
            }
        }
    }

    static boolean isStation(long macAddress) {
        return macAddress != 0 && !MacAddress.isMulticast(macAddress);
    }

    private void router(
            RouterInterface on, long high, long low, int seconds, int preference, long nowNs) {
        int at = on.routers.find(high, low, 0);
        if (seconds == 0) {
            if (at != ExpiringList.NONE) {
                withdrawRouter(on, at);
            }
            return;
        }
        on.solicitation.answered();
        long untilNs = ExpiringList.end(nowNs, seconds, NO_FOREVER);
        if (at == ExpiringList.NONE) {
            addRouter(on, high, low, preference, untilNs);
            return;
        }
        on.routers.until(at, untilNs);
        Route before = on.routers.route(at);
        if (before != null && before.metric() != metric(preference)) {
            Route route = defaultRoute(on, high, low, preference);
            on.routers.route(at, route);
            link.routeAdvertised(route);
            link.routeWithdrawn(before);
        }
    }

    private void addRouter(RouterInterface on, long high, long low, int preference, long untilNs) {
        if (on.routers.isFull()) {
            counters.increment(IpCounter.NDP_REFUSED_LIST_FULL);
            return;
        }
        Route route = defaultRoute(on, high, low, preference);
        on.routers.add(high, low, 0, untilNs, route);
        link.routeAdvertised(route);
    }

    private Route defaultRoute(RouterInterface on, long high, long low, int preference) {
        return new Route(
                IpPrefix.IPV6_ALL,
                IpAddress.of(high, low),
                on.interfaceIndex,
                metric(preference),
                null,
                0,
                RouteOrigin.ADVERTISED);
    }

    private int metric(int preference) {
        return options.metric() - preference * RouterOptions.PREFERENCE_STEP;
    }

    /** RFC 4861, section 6.3.5: whoever went over the router finds another first hop. */
    void withdrawRouter(RouterInterface on, int at) {
        long high = on.routers.high(at);
        long low = on.routers.low(at);
        Route route = on.routers.remove(at);
        if (route != null) {
            link.routeWithdrawn(route);
        }
        redirects.withdrawVia(on.interfaceIndex, high, low);
    }

    void withdrawPrefix(RouterInterface on, int at) {
        Route route = on.prefixes.remove(at);
        if (route != null) {
            link.routeWithdrawn(route);
        }
    }

    private void hopLimit(RouterInterface on, int hopLimit) {
        if (hopLimit >= options.minimumHopLimit() && hopLimit != on.hopLimit) {
            on.hopLimit = hopLimit;
            link.hopLimitAdvertised(on.interfaceIndex, hopLimit);
        }
    }

    private void reachableTime(RouterInterface on, long milliseconds) {
        long ns = milliseconds * NS_PER_MS;
        if (milliseconds >= MINIMUM_TIME_MS
                && milliseconds <= MAXIMUM_REACHABLE_TIME_MS
                && ns != on.reachableTimeNs) {
            on.reachableTimeNs = ns;
            link.reachableTimeAdvertised(on.interfaceIndex, ns);
        }
    }

    private void retransTimer(RouterInterface on, long milliseconds) {
        long ns = milliseconds * NS_PER_MS;
        if (milliseconds >= MINIMUM_TIME_MS
                && milliseconds <= MAXIMUM_RETRANS_TIMER_MS
                && ns != on.retransTimerNs) {
            on.retransTimerNs = ns;
            addresses.retransTimer(on.interfaceIndex, ns);
            link.retransTimerAdvertised(on.interfaceIndex, ns);
        }
    }

    private void mtu(RouterInterface on, long bytes) {
        if (bytes >= MINIMUM_MTU && bytes <= on.linkMtu && bytes != on.mtu) {
            on.mtu = (int) bytes;
            link.mtuAdvertised(on.interfaceIndex, on.mtu);
        }
    }

    private void prefix(RouterInterface on, UnsafeBuffer memory, int at, long nowNs) {
        int length = NdpOptions.prefixLength(memory, at);
        long high = NdpOptions.prefixHigh(memory, at) & Ipv6Address.maskHigh(length);
        long low = NdpOptions.prefixLow(memory, at) & Ipv6Address.maskLow(length);
        if (Ipv6Address.isLinkLocal(high, low) || Ipv6Address.isMulticast(high, low)) {
            return;
        }
        int flags = NdpOptions.prefixFlags(memory, at);
        long validSeconds = NdpOptions.validLifetimeSeconds(memory, at);
        if ((flags & NdpOptions.ON_LINK) != 0) {
            long untilNs = ExpiringList.end(nowNs, validSeconds, NdpOptions.INFINITE_SECONDS);
            onLink(on, high, low, length, validSeconds == 0, untilNs);
        }
        if ((flags & NdpOptions.AUTONOMOUS) != 0 && on.autoconfigure) {
            long preferredSeconds = NdpOptions.preferredLifetimeSeconds(memory, at);
            autoconfiguration.prefixAdvertised(
                    on, high, length, lifetime(preferredSeconds), lifetime(validSeconds), nowNs);
        }
    }

    private static long lifetime(long seconds) {
        return seconds == NdpOptions.INFINITE_SECONDS
                ? InterfaceAddress.FOREVER_NS
                : seconds * 1_000_000_000L;
    }

    /**
     * A prefix of length 0 is not believed, which would make everybody a neighbour; nor one among the IPv4-mapped and
     * other special addresses.
     */
    private void onLink(
            RouterInterface on, long high, long low, int length, boolean over, long untilNs) {
        if (length == 0 || high == 0) {
            return;
        }
        int at = on.prefixes.find(high, low, length);
        if (at != ExpiringList.NONE) {
            if (over) {
                withdrawPrefix(on, at);
            } else {
                on.prefixes.until(at, untilNs);
            }
        } else if (!over) {
            addPrefix(on, high, low, length, untilNs);
        }
    }

    private void addPrefix(RouterInterface on, long high, long low, int length, long untilNs) {
        if (on.prefixes.isFull()) {
            counters.increment(IpCounter.NDP_REFUSED_LIST_FULL);
            return;
        }
        Route route =
                new Route(
                        IpPrefix.of(IpAddress.of(high, low), length),
                        null,
                        on.interfaceIndex,
                        0,
                        null,
                        0,
                        RouteOrigin.ADVERTISED);
        on.prefixes.add(high, low, length, untilNs, route);
        link.routeAdvertised(route);
    }

    /** RFC 8106, section 6.2: in a full list the one that ends first makes room. */
    private void servers(RouterInterface on, UnsafeBuffer memory, int option, long nowNs) {
        long seconds = NdpOptions.serverLifetimeSeconds(memory, option);
        long untilNs = ExpiringList.end(nowNs, seconds, NdpOptions.INFINITE_SECONDS);
        int count = NdpOptions.servers(memory, option);
        for (int i = 0; i < count; i++) {
            long high = NdpOptions.serverHigh(memory, option, i);
            long low = NdpOptions.serverLow(memory, option, i);
            int at = on.servers.find(high, low, 0);
            if (seconds == 0) {
                if (at != ExpiringList.NONE) {
                    on.servers.remove(at);
                }
            } else if (at != ExpiringList.NONE) {
                on.servers.until(at, untilNs);
            } else if (isServer(high, low)) {
                addServer(on, high, low, untilNs);
            }
        }
    }

    private static void addServer(RouterInterface on, long high, long low, long untilNs) {
        if (on.servers.isFull()) {
            on.servers.remove(on.servers.soonest());
        }
        on.servers.add(high, low, 0, untilNs, null);
    }

    private static boolean isServer(long high, long low) {
        return high != 0 && !Ipv6Address.isMulticast(high, low);
    }
}
