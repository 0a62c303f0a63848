package onload.ip.multicast;

import onload.ip.counter.IpCounter;
import onload.ip.counter.IpCounters;
import onload.wire.Icmpv6Message;
import onload.wire.Ipv6Address;
import onload.wire.Malformed;
import onload.wire.MldMessage;

import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/** Reads MLD messages and refuses what is none (RFC 3810, sections 5.1.14, 6.2 and 8.1). */
final class MldInput {
    private static final long MILLISECOND_NS = 1_000_000L;

    private final MembershipTable memberships;
    private final IpCounters counters;
    private final int maxSources;

    /** The sources that a query asks for. */
    private final SourceSet queried;

    MldInput(MulticastOptions options, MembershipTable memberships, IpCounters counters) {
        this.memberships = memberships;
        this.counters = counters;
        maxSources = options.sourcesPerFilter();
        queried = new SourceSet(maxSources);
    }

    void received(
            MembershipProtocol protocol,
            long sourceHigh,
            long sourceLow,
            int hopLimit,
            boolean routerAlert,
            UnsafeBuffer memory,
            int index,
            int length,
            long nowNs) {
        int checked = MldMessage.check(memory, index, length);
        if (checked == Malformed.TYPE) {
            counters.increment(IpCounter.MULTICAST_DROPPED_IGNORED);
            return;
        }
        if (checked < 0
                || hopLimit != 1
                || !routerAlert
                || !Ipv6Address.isLinkLocal(sourceHigh, sourceLow)) {
            counters.increment(IpCounter.MULTICAST_DROPPED_INVALID);
            return;
        }
        switch (Icmpv6Message.type(memory, index)) {
            case MldMessage.QUERY -> query(protocol, memory, index, length, nowNs);
            case MldMessage.V1_REPORT -> report(protocol, memory, index);
            default -> counters.increment(IpCounter.MULTICAST_DROPPED_IGNORED);
        }
    }

    private @Nullable Membership member(
            MembershipProtocol protocol, long groupHigh, long groupLow) {
        Membership found = memberships.find(protocol.interfaceIndex(), groupHigh, groupLow);
        return found != null && found.isMember() ? found : null;
    }

    private void query(
            MembershipProtocol protocol, UnsafeBuffer memory, int index, int length, long nowNs) {
        long groupHigh = MldMessage.groupHigh(memory, index);
        long groupLow = MldMessage.groupLow(memory, index);
        boolean isGeneral = Ipv6Address.isUnspecified(groupHigh, groupLow);
        if (!isGeneral && !Ipv6Address.isMulticast(groupHigh, groupLow)) {
            counters.increment(IpCounter.MULTICAST_DROPPED_INVALID);
            return;
        }
        counters.increment(IpCounter.MULTICAST_QUERIES_RECEIVED);
        Membership member = isGeneral ? null : member(protocol, groupHigh, groupLow);
        int version = MldMessage.queryVersion(length);
        // A query of MLDv1 tells the version also if it is for a group of others.
        if (!isGeneral && member == null && version > 1) {
            return;
        }
        if (!protocol.allows(isGeneral, nowNs)) {
            return;
        }
        long maxResponseNs = MldMessage.maxResponseDelayMs(memory, index, version) * MILLISECOND_NS;
        if (version == 1) {
            protocol.heardOlderQuerier(Querier.SECOND_VERSION, maxResponseNs, nowNs);
        } else {
            protocol.heardFullQuerier(
                    MldMessage.querierRobustness(memory, index),
                    MldMessage.queryIntervalSeconds(memory, index));
        }
        if (isGeneral) {
            protocol.generalQuery(maxResponseNs, nowNs);
        } else if (member != null && member.isReported) {
            readSources(version, memory, index);
            protocol.groupQuery(member, queried, maxResponseNs, nowNs);
        }
    }

    /** Reads the sources of a query; more than are remembered are answered with all that is so of the group. */
    private void readSources(int version, UnsafeBuffer memory, int index) {
        queried.clear();
        int count = version == 1 ? 0 : MldMessage.sources(memory, index);
        if (count <= maxSources) {
            for (int i = 0; i < count; i++) {
                queried.add(
                        MldMessage.sourceHigh(memory, index, i),
                        MldMessage.sourceLow(memory, index, i));
            }
        }
    }

    private void report(MembershipProtocol protocol, UnsafeBuffer memory, int index) {
        Membership member =
                member(
                        protocol,
                        MldMessage.groupHigh(memory, index),
                        MldMessage.groupLow(memory, index));
        boolean isHeard = member != null && protocol.reportHeard(member);
        counters.increment(
                isHeard
                        ? IpCounter.MULTICAST_QUERIES_RECEIVED
                        : IpCounter.MULTICAST_DROPPED_IGNORED);
    }
}
