package onload.linux.netlink;

import onload.wire.CidrAddress;
import onload.wire.IpAddress;

/** Told by an {@link InterfaceMirror} of what is and what changes. What is removed was added before. */
public interface InterfaceEvents {
    /** The interface has an address that can be used: detection of duplicates is over. */
    void addressAdded(CidrAddress address);

    /** The interface has an address no more. */
    void addressRemoved(CidrAddress address);

    /** There is a route by the interface, in the main table. */
    void routeAdded(InterfaceRoute route);

    /** A route is no more. */
    void routeRemoved(InterfaceRoute route);

    /**
     * Something was found out about a neighbour.
     *
     * @param address of the neighbour
     * @param macAddress its Ethernet address, 48 bits; 0 if it is not known
     * @param state bits of {@code NUD_…} as {@link InterfaceMirror} has them; 0 if it is forgotten
     */
    void neighbor(IpAddress address, long macAddress, int state);
}
