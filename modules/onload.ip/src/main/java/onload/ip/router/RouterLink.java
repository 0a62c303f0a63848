package onload.ip.router;

import onload.ip.route.Route;

/**
 * What router discovery needs of the layer that sends and holds the routes and the parameters of an interface. Called
 * under the stack's lock; no method may throw or call back.
 */
public interface RouterLink {
    /**
     * Sends a router solicitation to all routers (RFC 4861, section 6.3.7), with the Ethernet address of the
     * interface as an option if it has a link-local address to send from, and from the unspecified address otherwise.
     * It is counted already.
     */
    void solicitRouters(int interfaceIndex, long nowNs);

    /**
     * There is a route, by an advertisement (default routes and prefixes on a link) or a redirect; its origin says
     * which.
     */
    void routeAdvertised(Route route);

    /** A route that was advertised is there no more. */
    void routeWithdrawn(Route route);

    /**
     * {@return whether packets for a destination go over a router at present}
     *
     * @param interfaceIndex the interface over which they go
     * @param high the upper half of the destination, IPv4 as IPv4-mapped
     * @param low its lower half
     * @param routerHigh the upper half of the router's address
     * @param routerLow its lower half
     */
    boolean isFirstHop(int interfaceIndex, long high, long low, long routerHigh, long routerLow);

    /** A router has said which hop limit packets should have, 1 to 255. Told when it has changed. */
    void hopLimitAdvertised(int interfaceIndex, int hopLimit);

    /**
     * A router has said how long IPv6 packets of the link may be, 1280 or more and no more than the link's own MTU.
     * Told when it has changed.
     */
    void mtuAdvertised(int interfaceIndex, int mtu);

    /**
     * A router has said how long a neighbour counts as reachable; the base of what is randomised. Told when it has
     * changed.
     */
    void reachableTimeAdvertised(int interfaceIndex, long reachableTimeNs);

    /** A router has said how long to wait between solicitations. Told when it has changed. */
    void retransTimerAdvertised(int interfaceIndex, long retransTimerNs);

    /**
     * A router has said its Ethernet address, in an advertisement, or that of the target of a redirect.
     *
     * @param isRouter whether the address is a router's for certain
     */
    void linkLayerAddressHeard(
            int interfaceIndex, long high, long low, long macAddress, boolean isRouter, long nowNs);
}
