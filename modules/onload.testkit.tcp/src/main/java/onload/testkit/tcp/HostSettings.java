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
 * @param asleepNs for how long it looks at nothing after it has looked, ≥ 0; as where interrupts are moderated, or
 *     the process is not scheduled
 */
public record HostSettings(
        TcpSettings tcp, int buffers, int ring, int mtu, boolean isIpv6, long asleepNs) {
    /** {@return the same of a host that is asleep for so long} */
    HostSettings asleep(long durationNs) {
        return new HostSettings(tcp, buffers, ring, mtu, isIpv6, durationNs);
    }
}
