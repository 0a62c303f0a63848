package onload.ip.multicast;

import onload.ip.counter.IpCounter;
import onload.ip.counter.IpCounters;
import onload.ip.support.AddressMap;
import onload.ip.support.DeadlineHeap;
import onload.wire.Ipv4Address;
import onload.wire.Ipv6Address;

import org.jspecify.annotations.Nullable;

/** All memberships, found by interface and group. */
final class MembershipTable {
    private final MulticastOptions options;
    private final DeadlineHeap timers;
    private final IpCounters counters;
    private final AddressMap map;
    private final @Nullable Membership[] bySlot;
    private final int[] free;
    private int freeCount;

    /**
     * Makes an empty table.
     *
     * @param timers in which things 0 to {@link MulticastOptions#memberships} - 1 are those of the memberships
     */
    MembershipTable(MulticastOptions options, DeadlineHeap timers, IpCounters counters, long key) {
        this.options = options;
        this.timers = timers;
        this.counters = counters;
        int capacity = options.memberships();
        map = new AddressMap(capacity, key);
        bySlot = new Membership[capacity];
        free = new int[capacity];
        while (freeCount < capacity) {
            free[freeCount] = capacity - 1 - freeCount++;
        }
    }

    int size() {
        return map.size();
    }

    @Nullable Membership find(int interfaceIndex, long groupHigh, long groupLow) {
        int slot = map.find(groupHigh, groupLow, interfaceIndex);
        return slot == AddressMap.NONE ? null : bySlot[slot];
    }

    @Nullable Membership at(int slot) {
        return bySlot[slot];
    }

    /** Adds a membership that is not there yet, in the place of one that was left if need be; null if full. */
    @Nullable Membership add(MembershipProtocol protocol, long groupHigh, long groupLow) {
        if (freeCount == 0 && !evict()) {
            return null;
        }
        int slot = free[--freeCount];
        Membership added =
                new Membership(
                        slot,
                        protocol,
                        groupHigh,
                        groupLow,
                        isReported(groupHigh, groupLow),
                        2 * options.sourcesPerFilter());
        bySlot[slot] = added;
        map.add(groupHigh, groupLow, protocol.interfaceIndex(), slot);
        protocol.link(added);
        return added;
    }

    private boolean evict() {
        for (Membership candidate : bySlot) {
            if (candidate != null && candidate.firstFilter == null) {
                counters.increment(IpCounter.MULTICAST_LEAVES_CUT_SHORT);
                remove(candidate);
                return true;
            }
        }
        return false;
    }

    /** Removes a membership, of which nothing is told any more. */
    void remove(Membership membership) {
        timers.cancel(membership.slot);
        membership.protocol.unlink(membership);
        map.remove(membership.groupHigh, membership.groupLow, membership.interfaceIndex);
        bySlot[membership.slot] = null;
        free[freeCount++] = membership.slot;
    }

    /** Removes a membership if nothing speaks for keeping it. */
    void removeIfIdle(Membership membership) {
        if (membership.isIdle()) {
            remove(membership);
        }
    }

    /** Whether a group is that of all nodes, which every interface listens to and none reports. */
    static boolean isAllNodes(long groupHigh, long groupLow) {
        return Ipv6Address.isIpv4Mapped(groupHigh, groupLow)
                ? (int) groupLow == Ipv4Address.ALL_HOSTS
                : groupHigh == Ipv6Address.ALL_NODES_HIGH && groupLow == Ipv6Address.ALL_NODES_LOW;
    }

    /** RFC 3376, section 5; RFC 3810, section 6: not the groups of all nodes, nor what never leaves the host. */
    private boolean isReported(long groupHigh, long groupLow) {
        if (isAllNodes(groupHigh, groupLow)) {
            return false;
        }
        if (Ipv6Address.isIpv4Mapped(groupHigh, groupLow)) {
            boolean isLinkLocal = (int) groupLow >>> 8 == Ipv4Address.ALL_HOSTS >>> 8;
            return options.reportLinkLocalGroups() || !isLinkLocal;
        }
        return Ipv6Address.multicastScope(groupHigh, groupLow) > Ipv6Address.SCOPE_INTERFACE_LOCAL;
    }
}
