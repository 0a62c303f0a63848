package onload.ip.neighbor;

import onload.wire.IpAddress;

/**
 * A neighbour as people see it: a copy that does not change.
 *
 * @param interfaceIndex the interface, ≥ 1
 * @param address its address
 * @param macAddress its Ethernet address, or {@link Neighbor#NO_ADDRESS}
 * @param state its state
 * @param isRouter whether it has said to be a router
 * @param waiting packets that wait for its Ethernet address
 */
public record NeighborEntry(
        int interfaceIndex,
        IpAddress address,
        long macAddress,
        NeighborState state,
        boolean isRouter,
        int waiting) {}
