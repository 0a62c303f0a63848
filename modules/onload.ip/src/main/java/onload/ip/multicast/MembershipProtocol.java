package onload.ip.multicast;

import onload.ip.counter.IpCounter;
import onload.ip.support.DeadlineHeap;

import org.jspecify.annotations.Nullable;

/** IGMP or MLD on one interface: gives each event to the version that is to be spoken. */
final class MembershipProtocol {
    /** Timers of each. */
    static final int TIMERS = 4;

    private static final int CHANGE = 0;
    private static final int GENERAL = 1;
    private static final int FIRST_VERSION_PRESENT = 2;
    private static final int SECOND_VERSION_PRESENT = 3;

    private static final SourceSet NO_SOURCES = new SourceSet(0);

    private final int interfaceIndex;
    private final int timerBase;
    private final Shared shared;
    private final DeadlineHeap timers;
    private final ReportWriter writer;
    private final Querier querier;
    private final FilterReports filters;
    private final GroupReports groups;

    private @Nullable Membership first;
    private boolean isUp;

    /**
     * Makes the protocol of an interface that is down.
     *
     * @param timerBase the first of its {@link #TIMERS} timers
     */
    MembershipProtocol(int interfaceIndex, boolean isIpv6, int timerBase, Shared shared) {
        this.interfaceIndex = interfaceIndex;
        this.timerBase = timerBase;
        this.shared = shared;
        this.timers = shared.timers();
        writer = new ReportWriter(interfaceIndex, isIpv6, shared);
        MulticastOptions options = shared.options();
        querier =
                new Querier(
                        shared,
                        timerBase + FIRST_VERSION_PRESENT,
                        timerBase + SECOND_VERSION_PRESENT,
                        isIpv6 ? options.mldVersion() + 1 : options.igmpVersion());
        filters =
                new FilterReports(shared, writer, querier, timerBase + CHANGE, timerBase + GENERAL);
        groups = new GroupReports(shared, writer, querier);
    }

    int interfaceIndex() {
        return interfaceIndex;
    }

    boolean isUp() {
        return isUp;
    }

    @Nullable Membership first() {
        return first;
    }

    void link(Membership membership) {
        membership.next = first;
        if (first != null) {
            first.previous = membership;
        }
        first = membership;
    }

    void unlink(Membership membership) {
        if (membership.previous == null) {
            first = membership.next;
        } else {
            membership.previous.next = membership.next;
        }
        if (membership.next != null) {
            membership.next.previous = membership.previous;
        }
    }

    void up(int mtu, long nowNs) {
        writer.mtu(mtu);
        isUp = true;
        querier.begin(nowNs);
        announce(nowNs);
    }

    void down() {
        isUp = false;
        querier.forget();
        cancel();
    }

    /** Reports all that is listened to as if it were new. */
    void announce(long nowNs) {
        cancel();
        if (!isUp) {
            return;
        }
        for (Membership at = first; at != null; at = at.next) {
            if (at.isMember()) {
                changed(at, FilterMode.INCLUDE, NO_SOURCES, nowNs);
            }
        }
        writer.flush(nowNs);
    }

    /** Takes back all that is to be sent, as when the version to speak is another (RFC 3376, section 7.2.1). */
    private void cancel() {
        timers.cancel(timerBase + CHANGE);
        timers.cancel(timerBase + GENERAL);
        Membership next;
        for (Membership at = first; at != null; at = next) {
            next = at.next;
            timers.cancel(at.slot);
            at.modeReports = 0;
            at.pending.clear();
            at.queried.clear();
            at.unsolicitedReports = 0;
            at.isLastReporter = true;
            shared.memberships().removeIfIdle(at);
        }
    }

    /** What the interface listens to of a group is not what it was. */
    void changed(Membership membership, FilterMode oldMode, SourceSet oldSources, long nowNs) {
        if (!isUp || !membership.isReported) {
            return;
        }
        if (querier.version() == Querier.FULL_VERSION) {
            filters.changed(membership, oldMode, oldSources, nowNs);
            return;
        }
        boolean wasMember = oldMode == FilterMode.EXCLUDE || !oldSources.isEmpty();
        if (membership.isMember() && !wasMember) {
            groups.joined(membership, nowNs);
        } else if (wasMember && !membership.isMember()) {
            groups.left(membership, nowNs);
        }
    }

    /** Whether a query may be answered; if not, it is counted as dropped. */
    boolean allows(boolean isGeneral, long nowNs) {
        boolean isAllowed = querier.allows(isGeneral, nowNs);
        if (!isAllowed) {
            shared.counters().increment(IpCounter.MULTICAST_DROPPED_QUERY_LIMIT);
        }
        return isAllowed;
    }

    /** Learns from a query of the full version. */
    void heardFullQuerier(int robustness, int intervalSeconds) {
        querier.heardFull(robustness, intervalSeconds);
    }

    /** Learns from a query of an older version. */
    void heardOlderQuerier(int version, long maxResponseNs, long nowNs) {
        if (querier.heardOlder(version, maxResponseNs, nowNs)) {
            cancel();
        }
    }

    void generalQuery(long maxResponseNs, long nowNs) {
        boolean isFull = querier.version() == Querier.FULL_VERSION;
        for (Membership at = first; at != null; at = at.next) {
            if (at.isReported && at.isMember()) {
                if (isFull) {
                    filters.generalQuery(maxResponseNs, nowNs);
                    return;
                }
                groups.query(at, maxResponseNs, nowNs);
            }
        }
    }

    /**
     * A query for one group, which is listened to and reported.
     *
     * @param sources those that it asks for; empty if for all
     */
    void groupQuery(Membership membership, SourceSet sources, long maxResponseNs, long nowNs) {
        if (querier.version() == Querier.FULL_VERSION) {
            filters.groupQuery(membership, sources, maxResponseNs, nowNs);
        } else {
            groups.query(membership, maxResponseNs, nowNs);
        }
    }

    /** Another host has reported a group in an older version; answers whether that is of interest. */
    boolean reportHeard(Membership membership) {
        if (querier.version() == Querier.FULL_VERSION) {
            return false;
        }
        groups.heard(membership);
        return true;
    }

    /** The timer of a membership has expired. */
    void membershipTimer(Membership membership, long nowNs) {
        if (querier.version() == Querier.FULL_VERSION) {
            filters.answerGroup(membership, nowNs);
        } else {
            groups.report(membership, nowNs);
        }
    }

    /** One of the timers of this protocol has expired, counted from its first. */
    void timer(int which, long nowNs) {
        switch (which) {
            case CHANGE -> filters.repeatChanges(first, nowNs);
            case GENERAL -> filters.answerGeneral(first, nowNs);
            default -> {
                if (querier.update()) {
                    cancel();
                }
            }
        }
    }

    void flush(long nowNs) {
        writer.flush(nowNs);
    }
}
