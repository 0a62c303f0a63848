package onload.ip.route;

/**
 * What a look-up among routes asks about the state of the host: which interfaces can be used now, and which routers
 * answer. Called under the stack's lock in the middle of a look-up; no method may throw, allocate or change routes,
 * and answers must not change between two calls of one look-up.
 */
@FunctionalInterface
public interface InterfaceStates {
    /** Every interface can be used, and every router answers. */
    InterfaceStates ALL_USABLE = interfaceIndex -> true;

    /**
     * {@return whether packets can be sent by an interface: it is there, it is up and it has a carrier}
     *
     * @param interfaceIndex the interface, ≥ 1
     */
    boolean isUsable(int interfaceIndex);

    /**
     * {@return whether the router of a route can be reached, as far as is known} False only where that is in doubt for
     * a reason: its neighbour cache entry is INCOMPLETE or its probes go unanswered (RFC 4861, section 6.3.6), or it
     * is a dead gateway (RFC 1122, section 3.3.1.4). A router of which nothing is known yet counts as reachable: it
     * is asked for as soon as it is used.
     *
     * @param route a route with a gateway, on an interface that is usable
     */
    default boolean isReachable(Route route) {
        return true;
    }
}
