package onload.tcp;

import onload.nic.packet.PacketBuffers;
import onload.tcp.recovery.ReorderingWindow;

/**
 * Finds losses by time: a segment is lost if one that was sent later has arrived, and more than the reordering
 * window has passed (RACK, RFC 8985, section 6). Works for retransmissions as for first transmissions.
 * Algorithm; the state is the connection's.
 */
final class Rack {
    /** DupThresh of RFC 5681: so many segments that have arrived mean a loss, as long as nothing came out of order. */
    private static final int DUPLICATE_THRESHOLD = 3;

    private final Scoreboard scoreboard;
    private final SegmentBuffers segments;

    Rack(TcpContext context, Scoreboard scoreboard) {
        this.scoreboard = scoreboard;
        segments = context.segments;
    }

    /** A segment has arrived, as is now known for the first time (section 6.2, step 2). */
    static void delivered(TcpConnection c, long sentNs, int end, boolean wasResent, long nowNs) {
        long rttNs = nowNs - sentNs;
        if (wasResent && rttNs < c.minRttNs) {
            // The answer is to an earlier transmission.
            return;
        }
        c.rackRttNs = rttNs;
        if (!c.hasRack || Scoreboard.isSentAfter(sentNs, end, c.rackSentNs, c.rackEnd)) {
            c.hasRack = true;
            c.rackSentNs = sentNs;
            c.rackEnd = end;
        }
    }

    /** The peer has reported a duplicate: what was sent again was only late (section 6.2, step 4). */
    static void duplicateReported(TcpConnection c) {
        if (c.reorderingRound - c.delivered > 0) {
            // Once in a round trip.
            return;
        }
        c.reorderingRound = c.delivered + Scoreboard.inFlight(c);
        c.reorderingMultiplier = (byte) Math.min(ReorderingWindow.MOST, c.reorderingMultiplier + 1);
        c.reorderingPersists = ReorderingWindow.RECOVERIES;
        c.hasReordering = true;
    }

    /** A recovery is over: after some without a duplicate the window is small again (section 6.2, step 4). */
    static void recoveryEnded(TcpConnection c) {
        if (c.reorderingPersists > 0 && --c.reorderingPersists == 0) {
            c.reorderingMultiplier = 1;
        }
    }

    private static long window(TcpConnection c, boolean isRecovering) {
        if (!c.hasReordering && (isRecovering || c.sackedBytes >= DUPLICATE_THRESHOLD * c.mss)) {
            return 0;
        }
        return ReorderingWindow.of(c.reorderingMultiplier, c.minRttNs, c.srttNs);
    }

    /**
     * Marks what is lost (section 6.2, step 5).
     *
     * @return when it is to be looked again, since segments were sent that may be only late; or Long.MAX_VALUE
     */
    long detect(TcpConnection c, RecoveryRecord record, long nowNs) {
        if (!c.hasRack) {
            return Long.MAX_VALUE;
        }
        long limitNs = c.rackRttNs + window(c, c.recovery != TcpConnection.OPEN);
        int packet = c.oldestSent;
        while (packet != PacketBuffers.NONE) {
            long sentNs = segments.sentNs(packet);
            if (!isArrivedAfter(c, packet, sentNs)) {
                break;
            }
            if (sentNs + limitNs - nowNs > 0) {
                return sentNs + limitNs;
            }
            int next = segments.following(packet);
            scoreboard.lost(c, record, packet);
            packet = next;
        }
        return Long.MAX_VALUE;
    }

    /**
     * {@return whether something has arrived that was sent after a packet} What goes at one time goes in the
     * order of its numbers, retransmissions first; but where a round trip takes no time at all, what was sent
     * again at the very time at which the other was sent went after it.
     */
    private boolean isArrivedAfter(TcpConnection c, int packet, long sentNs) {
        boolean isSameTime = sentNs == c.rackSentNs;
        return Scoreboard.isSentAfter(c.rackSentNs, c.rackEnd, sentNs, segments.end(packet))
                && !(isSameTime && c.rackRttNs == 0 && segments.transmissions(packet) > 1);
    }

    /** A timeout: the first is lost, and what RACK would call lost by now (section 6.3). */
    void timedOut(TcpConnection c, RecoveryRecord record, long nowNs) {
        if (c.sndHead != PacketBuffers.NONE && c.sndHead != c.sndUnsent) {
            scoreboard.lost(c, record, c.sndHead);
        }
        long limitNs =
                (c.hasRack ? c.rackRttNs : c.srttNs)
                        + ReorderingWindow.of(c.reorderingMultiplier, c.minRttNs, c.srttNs);
        int packet = c.oldestSent;
        while (packet != PacketBuffers.NONE && segments.sentNs(packet) + limitNs - nowNs <= 0) {
            int next = segments.following(packet);
            scoreboard.lost(c, record, packet);
            packet = next;
        }
    }

    /** All that is under way is lost. */
    void allLost(TcpConnection c, RecoveryRecord record) {
        for (int packet = c.oldestSent, next; packet != PacketBuffers.NONE; packet = next) {
            next = segments.following(packet);
            scoreboard.lost(c, record, packet);
        }
    }
}
