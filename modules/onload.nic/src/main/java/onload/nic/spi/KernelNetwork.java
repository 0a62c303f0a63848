package onload.nic.spi;

import onload.wire.IpAddress;

/**
 * What the kernel knows of an interface that it shares with the stack: addresses, routes and neighbours, which stay its
 * own to configure and to find out. It belongs to the thread that owns the interface, and ends with it.
 */
public interface KernelNetwork {
    /**
     * Tells what has changed since the last call; the first calls tell all that there is. If news were lost, what
     * differs from what was told is found out and told. It does not block.
     *
     * @param events told of each change
     * @param limit most messages of the kernel to read, ≥ 1; each may bring several changes
     * @return messages that were read; more may be waiting if it is {@code limit}
     */
    int poll(KernelNetworkEvents events, int limit);

    /**
     * Asks the kernel to find out the Ethernet address of a neighbour, or whether it is still there. The answer
     * comes as an event, if it comes.
     *
     * @param address on the link of the interface
     */
    void resolve(IpAddress address);
}
