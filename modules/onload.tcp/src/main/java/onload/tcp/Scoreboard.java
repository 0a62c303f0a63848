package onload.tcp;

import onload.nic.packet.PacketBuffers;
import onload.tcp.congestion.DeliverySample;

/**
 * Keeps for each segment under way what became of it, and the sums over a connection: what the peer has, what is lost,
 * what was sent again. Segments in the network are in a list by the time of their last transmission, as RACK needs them
 * (RFC 8985, section 6.2, step 5). What arrives is measured: its rate (after the drafts of delivery-rate estimation),
 * and its round-trip time.
 *
 * <p>Algorithm; the state is in the packets and in the connection. Under the stack's lock.
 */
final class Scoreboard {
    /** As long as Linux keeps the smallest round-trip time. */
    private static final long MIN_RTT_LIFE_NS = 300_000_000_000L;

    private final SegmentBuffers segments;
    private final PacketBuffers buffers;

    /** What the acknowledgment at hand has brought. */
    final DeliverySample sample = new DeliverySample();

    /** Of the newest segment that the acknowledgment has delivered: when it was sent, and its end. */
    private long newestSentNs;

    private int newestEnd;
    private boolean hasNewest;

    /** Something has arrived that was sent once, before the last recovery began (RFC 5682). */
    private boolean hasOriginal;

    private long sendElapsedNs;
    private long priorNs;

    Scoreboard(TcpContext context) {
        segments = context.segments;
        buffers = context.buffers;
    }

    // Sums.

    /** {@return bytes in the network: sent, and neither arrived nor lost; with those that were sent again} */
    static int inFlight(TcpConnection c) {
        int sent = c.sndNxt - c.sndUna;
        int unseen = c.sackedBytes + c.lostBytes - c.resentBytes;
        if (c.duplicateAcks > 0 && !c.hasSack) {
            // Without SACK each duplicate says that a segment has left the network.
            unseen += c.duplicateAcks * c.mss;
        }
        return Math.max(0, sent - unseen);
    }

    // Sending.

    /** A packet of the queue has just been sent, for the first time or again. */
    void sent(TcpConnection c, int packet, long nowNs) {
        int fate = segments.fate(packet);
        int length = segments.length(packet);
        int inFlight = inFlight(c);
        if (inFlight == 0) {
            c.firstSentNs = nowNs;
            c.deliveredNs = nowNs;
        }
        boolean isAgain = segments.transmissions(packet) > 1;
        if (isAgain) {
            if ((fate & SegmentBuffers.RESENT) == 0) {
                c.resentBytes += length;
            }
            if ((fate & (SegmentBuffers.LOST | SegmentBuffers.RESENT)) == SegmentBuffers.LOST) {
                c.toResendBytes -= length;
            } else {
                unlink(c, packet);
            }
            fate |= SegmentBuffers.RESENT;
        }
        fate &= ~SegmentBuffers.APPLICATION_LIMITED;
        segments.fate(
                packet,
                c.applicationLimited == 0 ? fate : fate | SegmentBuffers.APPLICATION_LIMITED);
        segments.stamp(
                packet, c.deliveredNs, c.firstSentNs, c.delivered, c.lostTotal, inFlight + length);
        link(c, packet, c.newestSent);
    }

    /** Puts a packet into the list of those in the network, after another one. */
    private void link(TcpConnection c, int packet, int after) {
        int next = after == PacketBuffers.NONE ? c.oldestSent : segments.following(after);
        segments.previous(packet, after);
        segments.following(packet, next);
        if (after == PacketBuffers.NONE) {
            c.oldestSent = packet;
        } else {
            segments.following(after, packet);
        }
        if (next == PacketBuffers.NONE) {
            c.newestSent = packet;
        } else {
            segments.previous(next, packet);
        }
    }

    private void unlink(TcpConnection c, int packet) {
        int before = segments.previous(packet);
        int after = segments.following(packet);
        if (before == PacketBuffers.NONE) {
            c.oldestSent = after;
        } else {
            segments.following(before, after);
        }
        if (after == PacketBuffers.NONE) {
            c.newestSent = before;
        } else {
            segments.previous(after, before);
        }
    }

    /** {@return whether a packet that was sent is in the list} */
    private static boolean isListed(int fate) {
        return (fate & SegmentBuffers.SACKED) == 0
                && (fate & (SegmentBuffers.LOST | SegmentBuffers.RESENT)) != SegmentBuffers.LOST;
    }

    /** The rest of a packet that was sent was cut off into another one, to which the same has happened. */
    void split(TcpConnection c, int packet, int rest) {
        if (isListed(segments.fate(packet))) {
            link(c, rest, packet);
        }
    }

    // Arriving.

    /** An acknowledgment has come: what follows is what it says. */
    void begin(TcpConnection c, long nowNs) {
        sample.clear();
        sample.nowNs = nowNs;
        sample.mss = c.mss;
        sample.priorInFlightBytes = inFlight(c);
        hasNewest = false;
        hasOriginal = false;
    }

    /** {@return whether the acknowledgment tells of something that was sent once, before the last recovery began} */
    boolean hasOriginal() {
        return hasOriginal;
    }

    /** A packet that was sent is acknowledged, and about to leave the queue. */
    void acknowledged(TcpConnection c, int packet, long nowNs) {
        int fate = segments.fate(packet);
        int length = segments.length(packet);
        RecoveryRecord record = c.record;
        if ((fate & SegmentBuffers.SACKED) == 0) {
            arrived(c, packet, fate, length, nowNs);
            if (isListed(fate)) {
                unlink(c, packet);
            }
            if (record != null
                    && record.hasHighestSacked
                    && segments.end(packet) - record.highestSacked < 0
                    && segments.transmissions(packet) == 1) {
                // RFC 8985, section 6.2, step 3: it arrived after what was sent later.
                c.hasReordering = true;
            }
        }
        forget(c, fate, length);
        if (record != null) {
            if (record.sackHint == packet) {
                record.sackHint = PacketBuffers.NONE;
            }
            if (record.lostHint == packet) {
                record.lostHint = nextInQueue(c, packet);
            }
        }
    }

    private int nextInQueue(TcpConnection c, int packet) {
        int next = buffers.next(packet);
        return next == c.sndUnsent ? PacketBuffers.NONE : next;
    }

    /** Bytes at the front of a packet that was sent are acknowledged, and about to be cut off. */
    void trimmed(TcpConnection c, int packet, int bytes) {
        int fate = segments.fate(packet);
        if ((fate & SegmentBuffers.SACKED) == 0) {
            delivered(c, bytes);
        }
        forget(c, fate, bytes);
    }

    /** Takes bytes out of the sums that they are in. */
    private static void forget(TcpConnection c, int fate, int bytes) {
        if (fate == 0) {
            return;
        }
        if ((fate & SegmentBuffers.SACKED) != 0) {
            c.sackedBytes -= bytes;
        }
        if ((fate & SegmentBuffers.LOST) != 0) {
            c.lostBytes -= bytes;
            if ((fate & SegmentBuffers.RESENT) == 0) {
                c.toResendBytes -= bytes;
            }
        }
        if ((fate & SegmentBuffers.RESENT) != 0) {
            c.resentBytes -= bytes;
        }
    }

    /**
     * The peer says that it has a range of what is under way; the record's ranges have it already.
     *
     * @return bytes of packets that are newly known to have arrived
     */
    int sacked(TcpConnection c, RecoveryRecord record, int left, int right, long nowNs) {
        int packet = record.sackHint;
        if (packet == PacketBuffers.NONE || segments.sequence(packet) - left > 0) {
            packet = c.sndHead;
        }
        int bytes = 0;
        while (packet != PacketBuffers.NONE
                && packet != c.sndUnsent
                && segments.sequence(packet) - right < 0) {
            if (segments.end(packet) - left > 0) {
                bytes += sacked(c, record, packet, nowNs);
                record.sackHint = packet;
            }
            packet = buffers.next(packet);
        }
        return bytes;
    }

    private int sacked(TcpConnection c, RecoveryRecord record, int packet, long nowNs) {
        int fate = segments.fate(packet);
        int end = segments.end(packet);
        if ((fate & SegmentBuffers.SACKED) != 0
                || !record.ranges.covers(segments.sequence(packet), end)) {
            return 0;
        }
        int length = segments.length(packet);
        arrived(c, packet, fate, length, nowNs);
        if (isListed(fate)) {
            unlink(c, packet);
        }
        forget(c, fate, length);
        c.sackedBytes += length;
        // Nothing that has arrived is lost, or has to go again.
        segments.fate(packet, SegmentBuffers.SACKED);
        if (record.hasHighestSacked
                && end - record.highestSacked < 0
                && segments.transmissions(packet) == 1) {
            // RFC 8985, section 6.2, step 3: it was sent before what has come before it.
            c.hasReordering = true;
        }
        return length;
    }

    private static void delivered(TcpConnection c, int bytes) {
        c.delivered += bytes;
    }

    /** A packet has arrived, as is now known for the first time. */
    private void arrived(TcpConnection c, int packet, int fate, int length, long nowNs) {
        delivered(c, length);
        c.deliveredNs = nowNs;
        if (length > c.arrivedLength) {
            c.arrivedLength = length;
        }
        long sentNs = segments.sentNs(packet);
        int end = segments.end(packet);
        boolean wasResent = segments.transmissions(packet) > 1;
        hasOriginal |= !wasResent && end - c.recover <= 0;
        if (!hasNewest || isSentAfter(sentNs, end, newestSentNs, newestEnd)) {
            hasNewest = true;
            newestSentNs = sentNs;
            newestEnd = end;
            sendElapsedNs = sentNs - segments.firstSentNs(packet);
            priorNs = segments.deliveredNs(packet);
            sample.priorDelivered = segments.delivered(packet);
            sample.intervalLostBytes = segments.lost(packet);
            sample.intervalInFlightBytes = segments.inFlight(packet);
            sample.isApplicationLimited = (fate & SegmentBuffers.APPLICATION_LIMITED) != 0;
            c.firstSentNs = sentNs;
            if (!wasResent) {
                sample.rttNs = Math.max(1, nowNs - sentNs);
            }
        }
        Rack.delivered(c, sentNs, end, wasResent, nowNs);
    }

    /** RACK_sent_after of RFC 8985, section 6.2: of two that went at one time, the one with the higher end. */
    static boolean isSentAfter(long oneNs, int oneEnd, long otherNs, int otherEnd) {
        return oneNs - otherNs > 0 || (oneNs == otherNs && oneEnd - otherEnd > 0);
    }

    /** All is said that the acknowledgment says: completes the sample. */
    void end(TcpConnection c, int deliveredBefore, int lostBefore, long nowNs) {
        sample.delivered = c.delivered;
        sample.deliveredBytes = c.delivered - deliveredBefore;
        sample.lostBytes = c.lostTotal - lostBefore;
        sample.inFlightBytes = inFlight(c);
        sample.srttNs = c.srttNs;
        if (c.applicationLimited != 0 && c.delivered - c.applicationLimited > 0) {
            c.applicationLimited = 0;
        }
        if (sample.rttNs > 0 && isNewMinimum(c, sample.rttNs, nowNs)) {
            c.minRttNs = sample.rttNs;
            c.minRttSinceNs = nowNs;
        }
        sample.minRttNs = c.minRttNs;
        if (hasNewest) {
            rate(c);
        }
    }

    private static boolean isNewMinimum(TcpConnection c, long rttNs, long nowNs) {
        return c.minRttNs == 0 || rttNs <= c.minRttNs || nowNs - c.minRttSinceNs > MIN_RTT_LIFE_NS;
    }

    private void rate(TcpConnection c) {
        long ackElapsedNs = c.deliveredNs - priorNs;
        long intervalNs = Math.max(sendElapsedNs, ackElapsedNs);
        sample.intervalLostBytes = c.lostTotal - sample.intervalLostBytes;
        if (sample.priorDelivered - c.nextRound >= 0) {
            c.nextRound = c.delivered;
            sample.isRoundStart = true;
        }
        if (intervalNs >= c.minRttNs && intervalNs > 0) {
            sample.intervalNs = intervalNs;
            sample.intervalBytes = c.delivered - sample.priorDelivered;
        }
    }

    // Losing.

    /** A packet is lost, or its retransmission is. */
    void lost(TcpConnection c, RecoveryRecord record, int packet) {
        int fate = segments.fate(packet);
        if ((fate & SegmentBuffers.SACKED) != 0
                || (fate & (SegmentBuffers.LOST | SegmentBuffers.RESENT)) == SegmentBuffers.LOST) {
            return;
        }
        int length = segments.length(packet);
        unlink(c, packet);
        if ((fate & SegmentBuffers.RESENT) != 0) {
            c.resentBytes -= length;
        }
        if ((fate & SegmentBuffers.LOST) == 0) {
            c.lostBytes += length;
        }
        c.lostTotal += length;
        c.toResendBytes += length;
        segments.fate(packet, (fate | SegmentBuffers.LOST) & ~SegmentBuffers.RESENT);
        int hint = record.lostHint;
        if (hint == PacketBuffers.NONE || segments.sequence(packet) - segments.sequence(hint) < 0) {
            record.lostHint = packet;
        }
    }

    /** {@return the first packet that is lost and was not sent again since; or NONE} */
    int firstToResend(TcpConnection c, RecoveryRecord record) {
        if (c.toResendBytes <= 0) {
            return PacketBuffers.NONE;
        }
        int packet = record.lostHint;
        while (packet != PacketBuffers.NONE && !isToResend(packet)) {
            packet = nextInQueue(c, packet);
        }
        record.lostHint = packet;
        return packet;
    }

    private boolean isToResend(int packet) {
        return (segments.fate(packet) & (SegmentBuffers.LOST | SegmentBuffers.RESENT))
                == SegmentBuffers.LOST;
    }

    /** Nothing is lost, as it turns out: all of it is in the network again. */
    void unlose(TcpConnection c) {
        for (int packet = c.sndHead;
                packet != PacketBuffers.NONE && packet != c.sndUnsent && c.lostBytes > 0;
                packet = buffers.next(packet)) {
            int fate = segments.fate(packet);
            if ((fate & SegmentBuffers.LOST) != 0) {
                if ((fate & SegmentBuffers.RESENT) == 0) {
                    linkInOrder(c, packet);
                    c.toResendBytes -= segments.length(packet);
                }
                c.lostBytes -= segments.length(packet);
                segments.fate(packet, fate & ~SegmentBuffers.LOST);
            }
        }
    }

    /** Puts a packet back to where it was in the list, by the time that it was sent. */
    private void linkInOrder(TcpConnection c, int packet) {
        long sentNs = segments.sentNs(packet);
        int end = segments.end(packet);
        int after = c.newestSent;
        while (after != PacketBuffers.NONE
                && isSentAfter(segments.sentNs(after), segments.end(after), sentNs, end)) {
            after = segments.previous(after);
        }
        link(c, packet, after);
    }

    /** What the peer said that it has it does not have any more: all of that is lost (RFC 2018, section 8). */
    void renege(TcpConnection c, RecoveryRecord record) {
        record.ranges.reset();
        record.sackHint = PacketBuffers.NONE;
        record.hasHighestSacked = false;
        for (int packet = c.sndHead;
                packet != PacketBuffers.NONE && packet != c.sndUnsent && c.sackedBytes > 0;
                packet = buffers.next(packet)) {
            if (segments.is(packet, SegmentBuffers.SACKED)) {
                c.sackedBytes -= segments.length(packet);
                segments.fate(packet, 0);
                linkInOrder(c, packet);
            }
        }
    }

    /** The queue is gone, and all that was under way with it. */
    static void clear(TcpConnection c) {
        c.sackedBytes = 0;
        c.lostBytes = 0;
        c.resentBytes = 0;
        c.toResendBytes = 0;
        c.oldestSent = PacketBuffers.NONE;
        c.newestSent = PacketBuffers.NONE;
    }
}
