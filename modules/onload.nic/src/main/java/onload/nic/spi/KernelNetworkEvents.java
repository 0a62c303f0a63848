package onload.nic.spi;

import onload.wire.CidrAddress;
import onload.wire.IpAddress;

/** Told of what a {@link KernelNetwork} knows. What is removed was added before. */
public interface KernelNetworkEvents {
    /** The interface has an address, which can be used. */
    void addressAdded(CidrAddress address);

    /** The interface has an address no more. */
    void addressRemoved(CidrAddress address);

    /** There is a way by the interface. */
    void routeAdded(KernelRoute route);

    /** A way is no more. */
    void routeRemoved(KernelRoute route);

    /**
     * The kernel has found something out about a neighbour.
     *
     * @param address of the neighbour
     * @param macAddress its Ethernet address, 48 bits; 0 if it is not known
     * @param state what the kernel knows of it
     */
    void neighbor(IpAddress address, long macAddress, KernelNeighborState state);
}
