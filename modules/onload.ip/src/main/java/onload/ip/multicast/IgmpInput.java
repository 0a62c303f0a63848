package onload.ip.multicast;

import onload.ip.counter.IpCounter;
import onload.ip.counter.IpCounters;
import onload.wire.IgmpMessage;
import onload.wire.Ipv4Address;
import onload.wire.Ipv6Address;
import onload.wire.Malformed;

import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/** Reads IGMP messages and refuses what is none (RFC 3376, sections 4, 7.1 and 9). */
final class IgmpInput {
    private static final long MILLISECOND_NS = 1_000_000L;

    private final MembershipTable memberships;
    private final IpCounters counters;
    private final int maxSources;

    /** The sources that a query asks for. */
    private final SourceSet queried;

    IgmpInput(MulticastOptions options, MembershipTable memberships, IpCounters counters) {
        this.memberships = memberships;
        this.counters = counters;
        maxSources = options.sourcesPerFilter();
        queried = new SourceSet(maxSources);
    }

    /** Takes a message of at least the type that begins at an index. */
    void received(
            MembershipProtocol protocol,
            int source,
            int destination,
            int timeToLive,
            boolean routerAlert,
            UnsafeBuffer memory,
            int index,
            int length,
            long nowNs) {
        int checked = IgmpMessage.check(memory, index, length);
        if (checked == Malformed.TYPE) {
            counters.increment(IpCounter.MULTICAST_DROPPED_IGNORED);
        } else if (checked < 0
                || timeToLive != 1
                || !isHost(source)
                || !isForThisHost(protocol, destination)
                || !IgmpMessage.isChecksumCorrect(memory, index, length)) {
            counters.increment(IpCounter.MULTICAST_DROPPED_INVALID);
        } else if (IgmpMessage.type(memory, index) == IgmpMessage.MEMBERSHIP_QUERY) {
            query(protocol, routerAlert, memory, index, length, nowNs);
        } else {
            report(protocol, source, destination, routerAlert, memory, index);
        }
    }

    /** A querier that is but a switch has no address: 0.0.0.0 (RFC 4541, section 2.1.1). */
    private static boolean isHost(int source) {
        return !Ipv4Address.isLoopback(source) && source >>> 29 != 7;
    }

    private boolean isForThisHost(MembershipProtocol protocol, int destination) {
        if (!Ipv4Address.isMulticast(destination)) {
            return destination >>> 28 != 0xF;
        }
        return destination == Ipv4Address.ALL_HOSTS || member(protocol, destination) != null;
    }

    private @Nullable Membership member(MembershipProtocol protocol, int group) {
        Membership found =
                memberships.find(
                        protocol.interfaceIndex(),
                        Ipv6Address.MAPPED_HIGH,
                        Ipv6Address.mappedLow(group));
        return found != null && found.isMember() ? found : null;
    }

    private void query(
            MembershipProtocol protocol,
            boolean routerAlert,
            UnsafeBuffer memory,
            int index,
            int length,
            long nowNs) {
        int version = IgmpMessage.queryVersion(memory, index, length);
        // RFC 1112, appendix I: the group of a query is to be ignored.
        int group = version == 1 ? 0 : IgmpMessage.group(memory, index);
        if ((version > 1 && !routerAlert) || (group != 0 && !Ipv4Address.isMulticast(group))) {
            counters.increment(IpCounter.MULTICAST_DROPPED_INVALID);
            return;
        }
        counters.increment(IpCounter.MULTICAST_QUERIES_RECEIVED);
        Membership member = group == 0 ? null : member(protocol, group);
        if (group != 0 && member == null) {
            return;
        }
        if (!protocol.allows(member == null, nowNs)) {
            return;
        }
        long maxResponseNs = IgmpMessage.maxResponseTimeMs(memory, index, version) * MILLISECOND_NS;
        learn(protocol, version, member == null, maxResponseNs, memory, index, nowNs);
        if (member == null) {
            protocol.generalQuery(maxResponseNs, nowNs);
        } else if (member.isReported) {
            readSources(version, memory, index);
            protocol.groupQuery(member, queried, maxResponseNs, nowNs);
        }
    }

    private static void learn(
            MembershipProtocol protocol,
            int version,
            boolean isGeneral,
            long maxResponseNs,
            UnsafeBuffer memory,
            int index,
            long nowNs) {
        if (version == Querier.FULL_VERSION) {
            protocol.heardFullQuerier(
                    IgmpMessage.querierRobustness(memory, index),
                    IgmpMessage.queryIntervalSeconds(memory, index));
        } else if (isGeneral) {
            protocol.heardOlderQuerier(version, maxResponseNs, nowNs);
        }
    }

    /** Reads the sources of a query; more than are remembered are answered with all that is so of the group. */
    private void readSources(int version, UnsafeBuffer memory, int index) {
        queried.clear();
        int count = version == Querier.FULL_VERSION ? IgmpMessage.sources(memory, index) : 0;
        if (count <= maxSources) {
            for (int i = 0; i < count; i++) {
                long low = Ipv6Address.mappedLow(IgmpMessage.source(memory, index, i));
                queried.add(Ipv6Address.MAPPED_HIGH, low);
            }
        }
    }

    /** A report goes to the group that it names (RFC 2236, section 9), and who has no address speaks for nobody. */
    private void report(
            MembershipProtocol protocol,
            int source,
            int destination,
            boolean routerAlert,
            UnsafeBuffer memory,
            int index) {
        int type = IgmpMessage.type(memory, index);
        boolean isSecond = type == IgmpMessage.V2_MEMBERSHIP_REPORT;
        if (!isSecond && type != IgmpMessage.V1_MEMBERSHIP_REPORT) {
            counters.increment(IpCounter.MULTICAST_DROPPED_IGNORED);
            return;
        }
        int group = IgmpMessage.group(memory, index);
        if (group != destination || source == Ipv4Address.ANY || (isSecond && !routerAlert)) {
            counters.increment(IpCounter.MULTICAST_DROPPED_INVALID);
            return;
        }
        Membership member = member(protocol, group);
        boolean isHeard = member != null && protocol.reportHeard(member);
        counters.increment(
                isHeard
                        ? IpCounter.MULTICAST_QUERIES_RECEIVED
                        : IpCounter.MULTICAST_DROPPED_IGNORED);
    }
}
