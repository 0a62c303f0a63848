package onload.linux.netlink;

import onload.wire.IpAddress;
import onload.wire.IpPrefix;

import org.jspecify.annotations.Nullable;

/**
 * A route of the kernel.
 *
 * @param destination whom it leads to
 * @param gateway the next hop; null if the destination is on the link
 * @param source the preferred source address; null if none is said
 * @param metric {@code RTA_PRIORITY}
 * @param mtu {@code RTAX_MTU} in bytes, 0 if it is not said
 */
public record InterfaceRoute(
        IpPrefix destination,
        @Nullable IpAddress gateway,
        @Nullable IpAddress source,
        int metric,
        int mtu) {}
