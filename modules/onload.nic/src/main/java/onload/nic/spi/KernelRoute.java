package onload.nic.spi;

import onload.wire.IpAddress;
import onload.wire.IpPrefix;

import org.jspecify.annotations.Nullable;

/**
 * A way of the kernel by an interface.
 *
 * @param destination whom it leads to
 * @param gateway the router that is the next hop; null if the destination is on the link
 * @param source the address to send from; null to have it selected
 * @param metric of several routes to one prefix the one with the smallest is taken, ≥ 0
 * @param mtu the longest packet on it in bytes; 0 for that of the interface
 */
public record KernelRoute(
        IpPrefix destination,
        @Nullable IpAddress gateway,
        @Nullable IpAddress source,
        int metric,
        int mtu) {}
