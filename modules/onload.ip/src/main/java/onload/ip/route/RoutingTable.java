package onload.ip.route;

import onload.wire.IpPrefix;
import onload.wire.Ipv6Address;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/**
 * The routes of this host, both versions of IP in one table.
 *
 * <p>Of the routes that match a destination, the one with the longest prefix is taken (RFC 1812, section 5.2.4.3;
 * RFC 4191, section 3.2), among those the one with the smallest metric, then that of the interface with the smallest
 * number, then the one that was added first. Routes of interfaces that are not usable are passed over, as if they were
 * not there.
 *
 * <p><b>Routers that do not answer</b> are passed over as well while another will do (RFC 4861, section 6.3.6; RFC
 * 1122, section 3.3.1.5): the next route to the same prefix, whatever its metric. A shorter prefix stands in only for
 * routes that routers have told of, {@link RouteOrigin#ADVERTISED} (RFC 4191, section 3.2, hosts of type C) and {@link
 * RouteOrigin#REDIRECTED}; a route that a person made is never left for a less specific one, which may well lead out
 * of a private network. If none of them answers, they are taken in turn, one look-up after the other, so that each is
 * asked for.
 *
 * <p><b>IPv6 link-local and multicast destinations</b> ({@code fe80::/10}, {@code ff00::/8}) are on the link: routes
 * with a gateway do not match them, and they mean nothing without an interface (RFC 4007, section 6). If none is given
 * and exactly one usable interface has routes that match, that is taken; if there are several, there is no route.
 *
 * <p>A look-up is a binary search among the distinct prefixes, and then a climb from the nearest one over those that
 * enclose it; it allocates nothing. A change costs a few copies, and the next look-up one pass over the table, so that
 * it suits some hundred or thousand routes and changes that are rare beside look-ups.
 *
 * <p>Single-threaded: used under the stack's lock.
 */
public final class RoutingTable {
    /** The order of look-ups: enclosing prefixes first, and the better of two routes to the same prefix. */
    private static final Comparator<Route> BY_PREFIX =
            Comparator.comparing((Route route) -> route.destination().network())
                    .thenComparingInt(route -> route.destination().mappedLength())
                    .thenComparingInt(Route::metric)
                    .thenComparingInt(Route::interfaceIndex);

    /** Of IPv4, whose addresses are IPv4-mapped here, no route encloses this prefix. */
    private static final int MAPPED_BITS = 96;

    private final int capacity;

    /** In the order {@link #BY_PREFIX}, equal ones in the order in which they were added. */
    private final ArrayList<Route> routes;

    private final PrefixIndex index;

    private boolean indexed = true;
    private long version;
    private int turn;

    /**
     * Makes an empty table.
     *
     * @param capacity most routes, ≥ 1
     * @throws IllegalArgumentException if the capacity is less
     */
    public RoutingTable(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException(
                    "a routing table cannot have room for %d routes; expected 1 or more"
                            .formatted(capacity));
        }
        this.capacity = capacity;
        routes = new ArrayList<>(capacity);
        index = new PrefixIndex(capacity);
    }

    /** {@return the number of routes} */
    public int size() {
        return routes.size();
    }

    /**
     * {@return whether there is no room for another route} Whoever adds routes because of packets asks before, counts
     * what it does not add, and keeps a limit of its own below the capacity, so that what comes off the wire cannot
     * shut out what a person configures.
     */
    public boolean isFull() {
        return routes.size() == capacity;
    }

    /**
     * {@return a number that is another one after each change of the table} What was looked up before is to be looked
     * up again then. The states of interfaces and routers do not change it.
     */
    public long version() {
        return version;
    }

    /**
     * Adds a route. Several routes to one prefix may be there, even of the same metric; they differ in some part.
     *
     * @return false if an equal route is there already
     * @throws IllegalStateException if the table is full; see {@link #isFull}
     */
    public boolean add(Route route) {
        int end = endOf(route);
        if (find(route, end) >= 0) {
            return false;
        }
        if (isFull()) {
            throw new IllegalStateException(
                    "the route to %s does not fit a table that holds %d already; expected fewer, remove some or"
                                    .formatted(route.destination(), capacity)
                            + " configure a larger table");
        }
        routes.add(end, route);
        changed();
        return true;
    }

    /** {@return whether the route was there, and is no more} */
    public boolean remove(Route route) {
        int at = find(route, endOf(route));
        if (at < 0) {
            return false;
        }
        routes.remove(at);
        changed();
        return true;
    }

    /**
     * Removes all routes of which something holds, such as those of an interface that is gone or those of one origin.
     *
     * @param condition what holds of them; it must not change the table. If it throws, the table is as it was
     * @return how many there were
     */
    public int removeIf(Predicate<? super Route> condition) {
        int before = routes.size();
        if (routes.removeIf(condition)) {
            changed();
        }
        return before - routes.size();
    }

    /** {@return whether an equal route is there} */
    public boolean contains(Route route) {
        return find(route, endOf(route)) >= 0;
    }

    /**
     * {@return all routes, in the order in which {@code ip route} and then {@code ip -6 route} show them}: IPv4 by
     * network, of one network the longest prefix first; then IPv6, each prefix after those that it encloses, so that
     * the default routes are last. A copy.
     */
    public List<Route> routes() {
        return routes.stream().sorted(DisplayOrder.INSTANCE).toList();
    }

    /**
     * {@return the route to a destination, or null if there is none}
     *
     * <p>Which host the packet is sent to on the link is for the caller to say: for an IPv4 group or broadcast address
     * that is the destination itself, also if the route has a gateway.
     *
     * @param high upper half of the destination, an IPv4 address as IPv4-mapped
     * @param low lower half
     * @param interfaceIndex the interface that it has to be, ≥ 1; 0 for any
     * @param states which interfaces are usable and which routers answer
     */
    public @Nullable Route lookup(long high, long low, int interfaceIndex, InterfaceStates states) {
        if (!indexed) {
            rebuild();
        }
        int longest = index.longest(high, low);
        if (Ipv6Address.isLinkLocal(high, low) || Ipv6Address.isMulticast(high, low)) {
            return onLink(longest, interfaceIndex, states);
        }
        int minimumLength = Ipv6Address.isIpv4Mapped(high, low) ? MAPPED_BITS : 0;
        return anywhere(longest, minimumLength, interfaceIndex, states);
    }

    private @Nullable Route onLink(int longest, int interfaceIndex, InterfaceStates states) {
        Route found = null;
        for (int node = longest; node != PrefixIndex.NONE; node = index.enclosing(node)) {
            for (int i = index.first(node); i < index.end(node); i++) {
                Route route = routes.get(i);
                if (route.gateway() != null || !fits(route, interfaceIndex, states)) {
                    continue;
                }
                if (found == null) {
                    found = route;
                } else if (found.interfaceIndex() != route.interfaceIndex()) {
                    return null;
                }
            }
        }
        return found;
    }

    private @Nullable Route anywhere(
            int longest, int minimumLength, int interfaceIndex, InterfaceStates states) {
        int passedOver = 0;
        boolean stay = false;
        for (int node = longest;
                !stay && index.isAtLeast(node, minimumLength);
                node = index.enclosing(node)) {
            for (int i = index.first(node); i < index.end(node); i++) {
                Route route = routes.get(i);
                if (!fits(route, interfaceIndex, states)) {
                    continue;
                }
                if (route.gateway() == null || states.isReachable(route)) {
                    return route;
                }
                stay |= !isHearsay(route);
                passedOver++;
            }
        }
        return passedOver == 0 ? null : inTurn(longest, passedOver, interfaceIndex, states);
    }

    /** Takes one of the routes that were passed over, which are the first ones that fit. */
    private @Nullable Route inTurn(
            int longest, int passedOver, int interfaceIndex, InterfaceStates states) {
        int left = passedOver == 1 ? 0 : Integer.remainderUnsigned(turn++, passedOver);
        for (int node = longest; node != PrefixIndex.NONE; node = index.enclosing(node)) {
            for (int i = index.first(node); i < index.end(node); i++) {
                Route route = routes.get(i);
                if (fits(route, interfaceIndex, states) && left-- == 0) {
                    return route;
                }
            }
        }
        return null;
    }

    private static boolean fits(Route route, int interfaceIndex, InterfaceStates states) {
        return (interfaceIndex == 0 || interfaceIndex == route.interfaceIndex())
                && states.isUsable(route.interfaceIndex());
    }

    /** Whether routers have told of it, so that what others of them tell will do as well. */
    private static boolean isHearsay(Route route) {
        return route.origin() == RouteOrigin.ADVERTISED || route.origin() == RouteOrigin.REDIRECTED;
    }

    /** The place after all routes that are before a route or in one place with it. */
    private int endOf(Route route) {
        int from = 0;
        int to = routes.size();
        while (from < to) {
            int middle = (from + to) >>> 1;
            if (BY_PREFIX.compare(routes.get(middle), route) <= 0) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from;
    }

    private int find(Route route, int end) {
        for (int i = end - 1; i >= 0 && BY_PREFIX.compare(routes.get(i), route) == 0; i--) {
            if (routes.get(i).equals(route)) {
                return i;
            }
        }
        return -1;
    }

    private void changed() {
        version++;
        indexed = false;
    }

    private void rebuild() {
        index.clear();
        IpPrefix last = null;
        for (int i = 0; i < routes.size(); i++) {
            IpPrefix prefix = routes.get(i).destination();
            if (!prefix.equals(last)) {
                index.append(prefix, i);
                last = prefix;
            }
        }
        index.close(routes.size());
        indexed = true;
    }
}
