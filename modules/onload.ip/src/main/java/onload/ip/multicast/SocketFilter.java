package onload.ip.multicast;

import org.jspecify.annotations.Nullable;

/** What one socket wants of one group on one interface (RFC 3376, section 3.1). */
final class SocketFilter {
    final int slot;
    final long socket;
    final Membership membership;
    final SourceSet sources = new SourceSet(0);
    FilterMode mode = FilterMode.EXCLUDE;

    @Nullable SocketFilter nextOfMembership;
    @Nullable SocketFilter nextOfSocket;

    SocketFilter(int slot, long socket, Membership membership) {
        this.slot = slot;
        this.socket = socket;
        this.membership = membership;
    }

    boolean accepts(long sourceHigh, long sourceLow) {
        return (mode == FilterMode.INCLUDE) == sources.contains(sourceHigh, sourceLow);
    }
}
