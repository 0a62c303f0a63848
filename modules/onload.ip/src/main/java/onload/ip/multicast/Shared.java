package onload.ip.multicast;

import onload.ip.counter.IpCounters;
import onload.ip.support.DeadlineHeap;
import onload.nic.packet.PacketPool;

import java.util.random.RandomGenerator;

/**
 * What all interfaces of a stack have in common.
 *
 * @param timers those of the memberships by slot, then those of the protocols
 */
record Shared(
        MulticastOptions options,
        DeadlineHeap timers,
        RandomGenerator random,
        MembershipTable memberships,
        PacketPool pool,
        MulticastLink link,
        IpCounters counters) {

    /** A time from just after now to an interval later. */
    long randomTimeNs(long nowNs, long intervalNs) {
        return nowNs + 1 + random.nextLong(intervalNs);
    }
}
