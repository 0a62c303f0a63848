package onload.ip.router;

/**
 * What router discovery needs of the layer that sends and holds the parameters of an interface. Called under the
 * stack's lock; no method may throw or call back.
 */
public interface RouterLink {
    /**
     * Sends a router solicitation to all routers (RFC 4861, section 6.3.7), with the Ethernet address of the
     * interface as an
     * option if it has a link-local address to send from.
     */
    void solicitRouters(int interfaceIndex, long nowNs);

    /** A router has said which hop limit packets should have, 1 to 255. */
    void hopLimitAdvertised(int interfaceIndex, int hopLimit);

    /** A router has said how long IPv6 packets of the link may be, 1280 or more and no more than the link's own MTU. */
    void mtuAdvertised(int interfaceIndex, int mtu);

    /** A router has said how long a neighbour counts as reachable, 1 ms or more; the base of what is randomised. */
    void reachableTimeAdvertised(int interfaceIndex, long reachableTimeNs);

    /** A router has said how long to wait between solicitations, 1 ms or more. */
    void retransTimerAdvertised(int interfaceIndex, long retransTimerNs);

    /**
     * A router has said its Ethernet address, in an advertisement or about the target of a redirect.
     *
     * @param isRouter whether the address is a router's for certain
     */
    void linkLayerAddressHeard(
            int interfaceIndex, long high, long low, long macAddress, boolean isRouter, long nowNs);
}
