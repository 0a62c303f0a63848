package onload.ip.multicast;

import onload.ip.support.DeadlineHeap;
import onload.wire.IgmpGroupRecord;

import org.jspecify.annotations.Nullable;

/**
 * What a host reports in IGMPv3 and MLDv2: each change at once and some times more (RFC 3376, section 5.1; RFC 3810,
 * section 6.1), and its state when it is queried (sections 5.2; 6.2 and 6.3).
 *
 * <p>One timer repeats the changes of all groups of an interface, so that they share messages.
 */
final class FilterReports {
    /** Least time over which answers are spread: a query may ask for answers at once, which a host must not give. */
    private static final long MIN_RESPONSE_NS = 10_000_000L;

    private final Shared shared;
    private final MulticastOptions options;
    private final DeadlineHeap timers;
    private final ReportWriter writer;
    private final Querier querier;
    private final int changeTimer;
    private final int generalTimer;
    private final SourceSet selected;

    /**
     * Makes the reports of an interface.
     *
     * @param changeTimer the timer that repeats changes
     * @param generalTimer the timer that answers general queries
     */
    FilterReports(
            Shared shared,
            ReportWriter writer,
            Querier querier,
            int changeTimer,
            int generalTimer) {
        this.shared = shared;
        this.options = shared.options();
        this.timers = shared.timers();
        this.writer = writer;
        this.querier = querier;
        this.changeTimer = changeTimer;
        this.generalTimer = generalTimer;
        selected = new SourceSet(2 * options.sourcesPerFilter());
    }

    /**
     * Reports that a membership has changed. A change of mode is told by all that is so then; one of the list by the
     * sources in which the lists differ, which is the same for both modes, since what becomes of each is said when the
     * report is written.
     */
    void changed(Membership membership, FilterMode oldMode, SourceSet oldSources, long nowNs) {
        if (membership.mode != oldMode) {
            membership.modeReports = querier.robustness();
        } else {
            addMissing(membership.pending, membership.sources, oldSources);
            addMissing(membership.pending, oldSources, membership.sources);
            selected.reserve(membership.pending.sources().size());
        }
        if (!membership.isMember()) {
            timers.cancel(membership.slot);
            membership.queried.clear();
        }
        reportChange(membership, nowNs);
        if (membership.isPending() && timers.deadlineNs(changeTimer) == DeadlineHeap.NEVER) {
            scheduleChange(nowNs);
        }
    }

    private void addMissing(PendingSources pending, SourceSet from, SourceSet known) {
        for (int i = 0; i < from.size(); i++) {
            if (!known.contains(from.high(i), from.low(i))) {
                pending.add(from.high(i), from.low(i), querier.robustness());
            }
        }
    }

    private long retryTimeNs(long nowNs) {
        return shared.randomTimeNs(nowNs, options.unsolicitedReportIntervalNs());
    }

    private void scheduleChange(long nowNs) {
        timers.schedule(changeTimer, retryTimeNs(nowNs));
    }

    /** Repeats the changes of all groups of the interface that are still to be repeated. */
    void repeatChanges(@Nullable Membership first, long nowNs) {
        writer.flush(nowNs);
        boolean isPending = false;
        Membership next;
        for (Membership at = first; at != null; at = next) {
            next = at.next;
            if (at.isPending()) {
                boolean isReported = reportChange(at, nowNs);
                isPending |= at.isPending();
                shared.memberships().removeIfIdle(at);
                if (!isReported) {
                    isPending = true;
                    break;
                }
            }
        }
        writer.flush(nowNs);
        if (isPending) {
            scheduleChange(nowNs);
        }
    }

    /** Writes what is pending of a membership (the last table of RFC 3376, section 5.1), and counts it if it went. */
    private boolean reportChange(Membership membership, long nowNs) {
        boolean isWritten;
        if (membership.modeReports > 0) {
            int type =
                    membership.mode == FilterMode.INCLUDE
                            ? IgmpGroupRecord.CHANGE_TO_INCLUDE_MODE
                            : IgmpGroupRecord.CHANGE_TO_EXCLUDE_MODE;
            isWritten = writer.record(type, membership, membership.sources, nowNs);
        } else {
            isWritten =
                    reportPending(IgmpGroupRecord.ALLOW_NEW_SOURCES, true, membership, nowNs)
                            && reportPending(
                                    IgmpGroupRecord.BLOCK_OLD_SOURCES, false, membership, nowNs);
        }
        if (isWritten) {
            membership.modeReports = Math.max(0, membership.modeReports - 1);
            membership.pending.reported();
        }
        return isWritten;
    }

    private boolean reportPending(int type, boolean isWanted, Membership membership, long nowNs) {
        select(membership.pending.sources(), isWanted, membership);
        return selected.isEmpty() || writer.record(type, membership, selected, nowNs);
    }

    private void select(SourceSet from, boolean isWanted, Membership membership) {
        selected.clear();
        for (int i = 0; i < from.size(); i++) {
            if (membership.accepts(from.high(i), from.low(i)) == isWanted) {
                selected.append(from.high(i), from.low(i));
            }
        }
    }

    /** A general query: the rules 1 and 2 of RFC 3376, section 5.2. */
    void generalQuery(long maxResponseNs, long nowNs) {
        long atNs = responseTimeNs(maxResponseNs, nowNs);
        if (atNs < timers.deadlineNs(generalTimer)) {
            timers.schedule(generalTimer, atNs);
        }
    }

    /**
     * A query for one group: the rules 1, 3, 4 and 5 of RFC 3376, section 5.2.
     *
     * @param sources the sources that are asked for; empty if for all
     */
    void groupQuery(Membership membership, SourceSet sources, long maxResponseNs, long nowNs) {
        long atNs = responseTimeNs(maxResponseNs, nowNs);
        if (timers.deadlineNs(generalTimer) <= atNs) {
            return;
        }
        SourceSet queried = membership.queried;
        long pendingNs = timers.deadlineNs(membership.slot);
        if (pendingNs == DeadlineHeap.NEVER) {
            queried.set(sources);
        } else if (sources.isEmpty() || queried.isEmpty()) {
            queried.clear();
        } else {
            queried.addAll(sources);
            if (queried.size() > options.sourcesPerFilter()) {
                queried.clear();
            }
        }
        timers.schedule(membership.slot, Math.min(pendingNs, atNs));
    }

    private long responseTimeNs(long maxResponseNs, long nowNs) {
        return shared.randomTimeNs(nowNs, Math.max(maxResponseNs, MIN_RESPONSE_NS));
    }

    /** Answers a general query: what is so of every group (RFC 3376, section 5.2, expiry 1). */
    void answerGeneral(@Nullable Membership first, long nowNs) {
        writer.flush(nowNs);
        for (Membership at = first; at != null; at = at.next) {
            if (at.isReported && at.isMember()) {
                if (!writer.record(stateType(at), at, at.sources, nowNs)) {
                    timers.schedule(generalTimer, retryTimeNs(nowNs));
                    break;
                }
                at.queried.clear();
            }
        }
        writer.flush(nowNs);
    }

    /** Answers queries for one group: all that is so, or of the queried sources those that are wanted (expiry 2, 3). */
    void answerGroup(Membership membership, long nowNs) {
        if (!membership.isMember()) {
            return;
        }
        boolean isWritten = true;
        if (membership.queried.isEmpty()) {
            isWritten = writer.record(stateType(membership), membership, membership.sources, nowNs);
        } else {
            select(membership.queried, true, membership);
            if (!selected.isEmpty()) {
                isWritten =
                        writer.record(IgmpGroupRecord.MODE_IS_INCLUDE, membership, selected, nowNs);
            }
        }
        if (isWritten) {
            membership.queried.clear();
        } else {
            timers.schedule(membership.slot, retryTimeNs(nowNs));
        }
    }

    private static int stateType(Membership membership) {
        return membership.mode == FilterMode.INCLUDE
                ? IgmpGroupRecord.MODE_IS_INCLUDE
                : IgmpGroupRecord.MODE_IS_EXCLUDE;
    }
}
