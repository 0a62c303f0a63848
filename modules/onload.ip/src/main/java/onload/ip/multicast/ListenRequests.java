package onload.ip.multicast;

import onload.ip.counter.IpCounter;
import onload.ip.counter.IpCounters;
import onload.wire.Ipv4Address;
import onload.wire.Ipv6Address;

import org.jspecify.annotations.Nullable;

/**
 * What sockets ask for (RFC 3376, section 2; RFC 3810, section 3): keeps their filters, merges them into what the
 * interface listens to, and has each change of that reported. The methods are those of {@link GroupMemberships}, where
 * they are described.
 */
final class ListenRequests {
    private final MulticastOptions options;
    private final MulticastLink link;
    private final IpCounters counters;
    private final MembershipTable memberships;
    private final ProtocolTable protocols;
    private final SocketFilters filters;
    private final SourceSet requested = new SourceSet(0);

    /** Takes the merged sources; then it is exchanged with those of the membership. */
    private SourceSet merged = new SourceSet(0);

    ListenRequests(Shared shared, ProtocolTable protocols) {
        options = shared.options();
        link = shared.link();
        counters = shared.counters();
        memberships = shared.memberships();
        this.protocols = protocols;
        filters = new SocketFilters(options.socketFilters(), shared.random().nextLong());
    }

    /** The filters of all sockets. */
    int size() {
        return filters.size();
    }

    int listen(
            long socket,
            int interfaceIndex,
            long groupHigh,
            long groupLow,
            FilterMode mode,
            long[] sources,
            int count,
            long nowNs) {
        requireCount(count, sources);
        if (!isGroup(interfaceIndex, groupHigh, groupLow)) {
            return GroupMemberships.NOT_A_GROUP;
        }
        requested.clear();
        for (int i = 0; i < count; i++) {
            if (!isSource(groupHigh, groupLow, sources[2 * i], sources[2 * i + 1])) {
                return GroupMemberships.INVALID;
            }
            requested.add(sources[2 * i], sources[2 * i + 1]);
        }
        if (requested.size() > options.sourcesPerFilter()) {
            return refusedFull();
        }
        if (mode == FilterMode.INCLUDE && requested.isEmpty()) {
            leave(socket, interfaceIndex, groupHigh, groupLow, nowNs);
            return 0;
        }
        return setFilter(socket, interfaceIndex, groupHigh, groupLow, mode, nowNs);
    }

    int join(long socket, int interfaceIndex, long groupHigh, long groupLow, long nowNs) {
        if (!isGroup(interfaceIndex, groupHigh, groupLow)) {
            return GroupMemberships.NOT_A_GROUP;
        }
        if (find(socket, interfaceIndex, groupHigh, groupLow) != null) {
            return GroupMemberships.IN_USE;
        }
        requested.clear();
        return setFilter(socket, interfaceIndex, groupHigh, groupLow, FilterMode.EXCLUDE, nowNs);
    }

    int leave(long socket, int interfaceIndex, long groupHigh, long groupLow, long nowNs) {
        if (!isGroup(interfaceIndex, groupHigh, groupLow)) {
            return GroupMemberships.NOT_A_GROUP;
        }
        SocketFilter filter = find(socket, interfaceIndex, groupHigh, groupLow);
        if (filter == null) {
            return GroupMemberships.NOT_AVAILABLE;
        }
        filters.remove(filter);
        changed(filter.membership, nowNs);
        protocols.flush(nowNs);
        return 0;
    }

    int leaveAll(long socket, long nowNs) {
        int left = 0;
        SocketFilter filter = filters.first(socket);
        while (filter != null) {
            filters.remove(filter);
            changed(filter.membership, nowNs);
            left++;
            filter = filters.first(socket);
        }
        protocols.flush(nowNs);
        return left;
    }

    int addSource(
            long socket,
            int interfaceIndex,
            long groupHigh,
            long groupLow,
            long sourceHigh,
            long sourceLow,
            long nowNs) {
        if (!isGroup(interfaceIndex, groupHigh, groupLow)) {
            return GroupMemberships.NOT_A_GROUP;
        }
        if (!isSource(groupHigh, groupLow, sourceHigh, sourceLow)) {
            return GroupMemberships.INVALID;
        }
        SocketFilter filter = find(socket, interfaceIndex, groupHigh, groupLow);
        if (filter == null || (filter.mode == FilterMode.EXCLUDE && filter.sources.isEmpty())) {
            requested.clear();
            requested.add(sourceHigh, sourceLow);
            return setFilter(
                    socket, interfaceIndex, groupHigh, groupLow, FilterMode.INCLUDE, nowNs);
        }
        return filter.mode == FilterMode.INCLUDE
                ? addTo(filter, sourceHigh, sourceLow, nowNs)
                : GroupMemberships.INVALID;
    }

    int dropSource(
            long socket,
            int interfaceIndex,
            long groupHigh,
            long groupLow,
            long sourceHigh,
            long sourceLow,
            long nowNs) {
        if (!isGroup(interfaceIndex, groupHigh, groupLow)) {
            return GroupMemberships.NOT_A_GROUP;
        }
        SocketFilter filter = find(socket, interfaceIndex, groupHigh, groupLow);
        if (filter == null || (filter.mode == FilterMode.EXCLUDE && !filter.sources.isEmpty())) {
            return GroupMemberships.INVALID;
        }
        if (!filter.sources.contains(sourceHigh, sourceLow)) {
            return GroupMemberships.NOT_AVAILABLE;
        }
        return filter.sources.size() == 1
                ? leave(socket, interfaceIndex, groupHigh, groupLow, nowNs)
                : removeFrom(filter, sourceHigh, sourceLow, nowNs);
    }

    int blockSource(
            long socket,
            int interfaceIndex,
            long groupHigh,
            long groupLow,
            long sourceHigh,
            long sourceLow,
            long nowNs) {
        if (!isGroup(interfaceIndex, groupHigh, groupLow)) {
            return GroupMemberships.NOT_A_GROUP;
        }
        SocketFilter filter = find(socket, interfaceIndex, groupHigh, groupLow);
        if (filter == null
                || filter.mode == FilterMode.INCLUDE
                || !isSource(groupHigh, groupLow, sourceHigh, sourceLow)) {
            return GroupMemberships.INVALID;
        }
        return addTo(filter, sourceHigh, sourceLow, nowNs);
    }

    int unblockSource(
            long socket,
            int interfaceIndex,
            long groupHigh,
            long groupLow,
            long sourceHigh,
            long sourceLow,
            long nowNs) {
        if (!isGroup(interfaceIndex, groupHigh, groupLow)) {
            return GroupMemberships.NOT_A_GROUP;
        }
        SocketFilter filter = find(socket, interfaceIndex, groupHigh, groupLow);
        if (filter == null || filter.mode == FilterMode.INCLUDE) {
            return GroupMemberships.INVALID;
        }
        return removeFrom(filter, sourceHigh, sourceLow, nowNs);
    }

    private static void requireCount(int count, long[] sources) {
        if (count < 0 || count > sources.length / 2) {
            throw new IllegalArgumentException(
                    "%d sources cannot be in an array of %d; expected 0 to half its length"
                            .formatted(count, sources.length));
        }
    }

    private static boolean isGroup(int interfaceIndex, long groupHigh, long groupLow) {
        GroupMemberships.requireInterface(interfaceIndex);
        return Ipv6Address.isIpv4Mapped(groupHigh, groupLow)
                ? Ipv4Address.isMulticast((int) groupLow)
                : Ipv6Address.isMulticast(groupHigh, groupLow);
    }

    /** Whether an address may be that of one host of the same IP version as a group. */
    private static boolean isSource(long groupHigh, long groupLow, long high, long low) {
        boolean isIpv4 = Ipv6Address.isIpv4Mapped(high, low);
        if (isIpv4 != Ipv6Address.isIpv4Mapped(groupHigh, groupLow)) {
            return false;
        }
        return isIpv4
                ? (int) low != Ipv4Address.ANY && (int) low >>> 29 != 7
                : !Ipv6Address.isUnspecified(high, low) && !Ipv6Address.isMulticast(high, low);
    }

    @Nullable SocketFilter find(long socket, int interfaceIndex, long groupHigh, long groupLow) {
        Membership membership = memberships.find(interfaceIndex, groupHigh, groupLow);
        return membership == null ? null : filters.find(socket, membership);
    }

    int refusedFull() {
        counters.increment(IpCounter.MULTICAST_REFUSED_FULL);
        return GroupMemberships.FULL;
    }

    /** Sets the filter of a socket to a mode and the sources that are requested. */
    private int setFilter(
            long socket,
            int interfaceIndex,
            long groupHigh,
            long groupLow,
            FilterMode mode,
            long nowNs) {
        SocketFilter filter = find(socket, interfaceIndex, groupHigh, groupLow);
        if (filter == null) {
            filter = add(socket, interfaceIndex, groupHigh, groupLow);
        }
        if (filter == null) {
            return refusedFull();
        }
        filter.mode = mode;
        filter.sources.set(requested);
        return updated(filter, nowNs);
    }

    private @Nullable SocketFilter add(
            long socket, int interfaceIndex, long groupHigh, long groupLow) {
        if (filters.isFull()) {
            return null;
        }
        MembershipProtocol protocol =
                protocols.findOrAdd(interfaceIndex, !Ipv6Address.isIpv4Mapped(groupHigh, groupLow));
        if (protocol == null) {
            return null;
        }
        Membership membership = memberships.find(interfaceIndex, groupHigh, groupLow);
        if (membership == null) {
            membership = memberships.add(protocol, groupHigh, groupLow);
        }
        return membership == null ? null : filters.add(socket, membership);
    }

    private int addTo(SocketFilter filter, long sourceHigh, long sourceLow, long nowNs) {
        if (filter.sources.contains(sourceHigh, sourceLow)) {
            return GroupMemberships.NOT_AVAILABLE;
        }
        if (filter.sources.size() >= options.sourcesPerFilter()) {
            return refusedFull();
        }
        filter.sources.add(sourceHigh, sourceLow);
        return updated(filter, nowNs);
    }

    private int removeFrom(SocketFilter filter, long sourceHigh, long sourceLow, long nowNs) {
        return filter.sources.remove(sourceHigh, sourceLow)
                ? updated(filter, nowNs)
                : GroupMemberships.NOT_AVAILABLE;
    }

    private int updated(SocketFilter filter, long nowNs) {
        changed(filter.membership, nowNs);
        protocols.flush(nowNs);
        return 0;
    }

    /** Merges the filters of the sockets anew, and says so if what the interface listens to is another. */
    private void changed(Membership membership, long nowNs) {
        boolean wasMember = membership.isMember();
        FilterMode oldMode = membership.mode;
        SourceSet oldSources = membership.sources;
        FilterMode mode = membership.merge(merged);
        if (mode != oldMode || !merged.isSame(oldSources)) {
            membership.mode = mode;
            membership.sources = merged;
            merged = oldSources;
            if (wasMember != membership.isMember()) {
                tellLink(membership);
            }
            membership.protocol.changed(membership, oldMode, oldSources, nowNs);
        }
        memberships.removeIfIdle(membership);
    }

    private void tellLink(Membership membership) {
        if (!MembershipTable.isAllNodes(membership.groupHigh, membership.groupLow)) {
            link.membershipChanged(
                    membership.interfaceIndex,
                    membership.groupHigh,
                    membership.groupLow,
                    membership.isMember());
        }
    }

    /** Has all sockets leave all groups on an interface that is down. */
    void removeAll(@Nullable MembershipProtocol protocol) {
        Membership membership = protocol == null ? null : protocol.first();
        while (membership != null) {
            Membership next = membership.next;
            while (membership.firstFilter != null) {
                filters.remove(membership.firstFilter);
            }
            changed(membership, 0);
            membership = next;
        }
    }
}
