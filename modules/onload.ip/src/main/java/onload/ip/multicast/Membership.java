package onload.ip.multicast;

import org.jspecify.annotations.Nullable;

/**
 * What one interface listens to of one group (RFC 3376, section 3.2), and what of it is still to be told. One whose
 * mode is to include and that has no sources is none: it is there until its last reports are sent.
 */
final class Membership {
    final int slot;
    final int interfaceIndex;
    final long groupHigh;
    final long groupLow;
    final MembershipProtocol protocol;

    /** Whether routers are told of this group at all. */
    final boolean isReported;

    FilterMode mode = FilterMode.INCLUDE;
    SourceSet sources = new SourceSet(0);

    /** The filters that this one is made of. */
    @Nullable SocketFilter firstFilter;

    /** IGMPv3 and MLDv2: reports still to be sent that say the filter mode (RFC 3376, section 5.1). */
    int modeReports;

    /** IGMPv3 and MLDv2: sources whose change is still to be reported. */
    final PendingSources pending = new PendingSources();

    /** IGMPv3 and MLDv2: the sources that the queries asked for that are to be answered; empty if for all. */
    final SourceSet queried;

    /** Older versions: reports still to be sent without being asked. */
    int unsolicitedReports;

    /** Older versions: whether this host was the last to report the group, as far as it knows (RFC 2236, section 3). */
    boolean isLastReporter = true;

    @Nullable Membership next;
    @Nullable Membership previous;

    Membership(
            int slot,
            MembershipProtocol protocol,
            long groupHigh,
            long groupLow,
            boolean isReported,
            int queriedSources) {
        this.slot = slot;
        this.protocol = protocol;
        this.interfaceIndex = protocol.interfaceIndex();
        this.groupHigh = groupHigh;
        this.groupLow = groupLow;
        this.isReported = isReported;
        this.queried = new SourceSet(isReported ? queriedSources : 0);
    }

    boolean accepts(long sourceHigh, long sourceLow) {
        return (mode == FilterMode.INCLUDE) == sources.contains(sourceHigh, sourceLow);
    }

    /** Whether anything is listened to. */
    boolean isMember() {
        return mode == FilterMode.EXCLUDE || !sources.isEmpty();
    }

    /** Whether a change is still to be reported. */
    boolean isPending() {
        return modeReports > 0 || !pending.isEmpty();
    }

    /** Whether nothing speaks for keeping it. */
    boolean isIdle() {
        return firstFilter == null && !isMember() && !isPending();
    }

    /**
     * Merges the filters of the sockets (RFC 3376, section 3.2): if one excludes, what all of those that do exclude and
     * none includes is excluded; else, what any includes is included.
     *
     * @param into is given the sources
     * @return the mode
     */
    FilterMode merge(SourceSet into) {
        if (!intersectExcluded(into)) {
            into.clear();
            for (SocketFilter at = firstFilter; at != null; at = at.nextOfMembership) {
                into.addAll(at.sources);
            }
            return FilterMode.INCLUDE;
        }
        for (SocketFilter at = firstFilter;
                at != null && !into.isEmpty();
                at = at.nextOfMembership) {
            if (at.mode == FilterMode.INCLUDE) {
                into.removeAll(at.sources);
            }
        }
        return FilterMode.EXCLUDE;
    }

    private boolean intersectExcluded(SourceSet into) {
        boolean found = false;
        for (SocketFilter at = firstFilter; at != null; at = at.nextOfMembership) {
            if (at.mode == FilterMode.EXCLUDE) {
                if (found) {
                    into.retainAll(at.sources);
                } else {
                    into.set(at.sources);
                }
                found = true;
                if (into.isEmpty()) {
                    break;
                }
            }
        }
        return found;
    }
}
