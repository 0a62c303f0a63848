package onload.testkit.tcp;

import onload.tcp.TcpSettings;

/**
 * What a host of a simulation is like.
 *
 * @param tcp how its engine is set
 * @param buffers packet buffers of its pool
 * @param ring places in either ring of its NIC
 * @param mtu of its interface in bytes
 * @param isIpv6 whether its address is one of IPv6
 */
public record HostSettings(TcpSettings tcp, int buffers, int ring, int mtu, boolean isIpv6) {}
