package onload.ip.multicast;

import onload.ip.support.DeadlineHeap;

/**
 * What a host reports while a querier of an older version is there: groups without their sources, by IGMPv1 (RFC 1112,
 * appendix I), IGMPv2 (RFC 2236, sections 3 and 6) or MLDv1 (RFC 2710, sections 4 and 5). A report that another host
 * sends is as good as one's own.
 */
final class GroupReports {
    private final Shared shared;
    private final DeadlineHeap timers;
    private final ReportWriter writer;
    private final Querier querier;

    GroupReports(Shared shared, ReportWriter writer, Querier querier) {
        this.shared = shared;
        this.timers = shared.timers();
        this.writer = writer;
        this.querier = querier;
    }

    /** A group was joined: it is reported at once, and again in case that is lost. */
    void joined(Membership membership, long nowNs) {
        membership.unsolicitedReports = shared.options().robustness();
        report(membership, nowNs);
    }

    /** A group was left: routers are told, unless another host was the last to report it. */
    void left(Membership membership, long nowNs) {
        timers.cancel(membership.slot);
        membership.unsolicitedReports = 0;
        if (membership.isLastReporter && querier.version() == Querier.SECOND_VERSION) {
            writer.leave(membership.groupHigh, membership.groupLow, nowNs);
        }
    }

    /** A query: a report is due within the time that it allows, unless one is due that soon anyway. */
    void query(Membership membership, long maxResponseNs, long nowNs) {
        long pendingNs = timers.deadlineNs(membership.slot);
        if (pendingNs == DeadlineHeap.NEVER || maxResponseNs < pendingNs - nowNs) {
            timers.schedule(
                    membership.slot,
                    maxResponseNs == 0 ? nowNs : shared.randomTimeNs(nowNs, maxResponseNs));
        }
    }

    /** Another host has reported the group, so that this one need not. */
    void heard(Membership membership) {
        if (timers.deadlineNs(membership.slot) != DeadlineHeap.NEVER) {
            timers.cancel(membership.slot);
            membership.unsolicitedReports = 0;
            membership.isLastReporter = false;
        }
    }

    /** Reports a group; without a buffer it is tried again. */
    void report(Membership membership, long nowNs) {
        boolean isSent =
                writer.report(querier.version(), membership.groupHigh, membership.groupLow, nowNs);
        if (isSent) {
            membership.isLastReporter = true;
            membership.unsolicitedReports = Math.max(0, membership.unsolicitedReports - 1);
        }
        if (!isSent || membership.unsolicitedReports > 0) {
            timers.schedule(
                    membership.slot,
                    shared.randomTimeNs(
                            nowNs, shared.options().olderUnsolicitedReportIntervalNs()));
        }
    }
}
