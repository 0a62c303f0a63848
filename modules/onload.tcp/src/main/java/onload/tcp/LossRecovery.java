package onload.tcp;

import onload.nic.packet.PacketBuffers;
import onload.tcp.congestion.CongestionControl;
import onload.tcp.counter.TcpCounter;
import onload.tcp.recovery.SackScoreboard;
import onload.wire.TcpHeader;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;

/**
 * Finds out that segments are lost, and sends them again: by duplicate acknowledgments (RFC 5681, RFC 6582), by SACK
 * (RFC 6675) and after a timeout (RFC 6298).
 *
 * <p>A connection is in one of three conditions. OPEN: nothing is known to be lost. FAST_RECOVERY: something is, and
 * acknowledgments still come; it ends when all is acknowledged that had been sent when it began. LOSS: a timeout has
 * said so; all that is not acknowledged goes again, from a window of one segment.
 *
 * <p>Algorithm; the state is the connection's. Scoreboards are pooled: one is attached while there is something on it.
 */
final class LossRecovery {
    /** Duplicates that mean a loss (RFC 5681, section 3.2; DupThresh of RFC 6675). */
    private static final int DUPLICATE_THRESHOLD = 3;

    private static final int MAX_POOLED = 1024;

    private final TcpContext context;
    private final SegmentBuffers segments;
    private final SendQueue queue;
    private final SegmentWriter writer;
    private final Deque<SackScoreboard> spare = new ArrayDeque<>(MAX_POOLED);

    LossRecovery(TcpContext context, SendQueue queue, SegmentWriter writer) {
        this.context = context;
        this.segments = context.segments;
        this.queue = queue;
        this.writer = writer;
    }

    // What acknowledgments say.

    /**
     * Reads the SACK blocks of a segment.
     *
     * @return bytes that are newly known to have arrived
     */
    int selective(TcpConnection c, ArrivingSegment segment) {
        int blocks = segment.options.sackBlocks();
        if (blocks == 0 || !c.hasSack) {
            return 0;
        }
        int news = 0;
        for (int i = 0; i < blocks; i++) {
            int left = segment.options.sackLeftEdge(context.memory, i);
            int right = segment.options.sackRightEdge(context.memory, i);
            if (i == 0 && isDuplicateReport(c, segment, left, right)) {
                context.counters.increment(TcpCounter.DUPLICATES_REPORTED);
                continue;
            }
            int sacked = scoreboard(c).sacked(left, right, c.sndUna, c.sndMax);
            if (sacked < 0) {
                context.counters.increment(TcpCounter.SACK_BLOCKS_INVALID);
            } else {
                news += sacked;
            }
        }
        if (news == 0) {
            detachIfEmpty(c);
        }
        return news;
    }

    /** RFC 2883, section 4: the first block reports a duplicate if it is acknowledged, or inside the second. */
    private boolean isDuplicateReport(TcpConnection c, ArrivingSegment s, int left, int right) {
        if (right - s.acknowledgment <= 0 || left - c.sndUna < 0) {
            return true;
        }
        return s.options.sackBlocks() > 1
                && left - s.options.sackLeftEdge(context.memory, 1) >= 0
                && right - s.options.sackRightEdge(context.memory, 1) <= 0;
    }

    /**
     * {@return whether duplicates may be of what was sent before the last recovery ended} Without SACK those of its end
     * may come from retransmissions that were not needed, so that more than its end has to be acknowledged (RFC 6582,
     * section 3.2, step 2); with SACK they bring no news (RFC 6675, section 5.1).
     */
    private static boolean isOfLastRecovery(TcpConnection c) {
        int beyond = c.sndUna - c.recover;
        return c.hasSack ? beyond < 0 : beyond <= 0;
    }

    /** An acknowledgment has said again what was said before (RFC 5681, section 2), or SACK brought news. */
    void duplicate(TcpConnection c, long nowNs) {
        if (c.duplicateAcks <= c.flightSize() / c.mss) {
            // More than there are segments under way say nothing more.
            c.duplicateAcks++;
        }
        if (c.recovery == TcpConnection.OPEN && isLost(c)) {
            enterFastRecovery(c, nowNs);
        }
    }

    private boolean isLost(TcpConnection c) {
        return c.duplicateAcks >= DUPLICATE_THRESHOLD
                || (c.scoreboard != null && c.scoreboard.isLost(c.sndUna, c.mss));
    }

    private void enterFastRecovery(TcpConnection c, long nowNs) {
        if (c.hasRecovered && isOfLastRecovery(c)) {
            return;
        }
        context.counters.increment(TcpCounter.FAST_RECOVERIES);
        congestion(c).lossDetected(c.flightSize(), c.mss, nowNs);
        c.recovery = TcpConnection.FAST_RECOVERY;
        c.recover = c.sndMax;
        c.hasRecovered = true;
        c.mustRetransmit = true;
        if (c.hasSack) {
            scoreboard(c).recoveryStarted(c.sndUna, c.sndMax);
        }
    }

    /**
     * New data was acknowledged; SND.UNA is already the new one.
     *
     * @return whether the congestion window may grow by it
     */
    boolean acknowledged(TcpConnection c, int acked, long nowNs) {
        SackScoreboard scoreboard = c.scoreboard;
        if (scoreboard != null) {
            scoreboard.acknowledged(c.sndUna);
        }
        if (c.recovery == TcpConnection.OPEN) {
            c.duplicateAcks = 0;
            if (c.hasRecovered && c.sndUna - c.recover > 0) {
                // After 2^31 bytes more it would seem to be ahead.
                c.hasRecovered = false;
            }
            detachIfEmpty(c);
            return true;
        }
        if (c.sndUna - c.recover >= 0) {
            // RFC 6582, section 3.2, step 3: recovery itself says what the window is.
            boolean wasFast = c.recovery == TcpConnection.FAST_RECOVERY;
            leave(c, nowNs);
            return !wasFast;
        }
        if (c.recovery == TcpConnection.LOSS) {
            return true;
        }
        // RFC 6582, section 3.2, step 3: a partial acknowledgment; what is next is lost as well.
        if (!c.hasSack) {
            c.duplicateAcks = Math.max(0, c.duplicateAcks - Math.max(1, acked / c.mss) + 1);
            c.mustRetransmit = true;
        }
        return false;
    }

    private void leave(TcpConnection c, long nowNs) {
        if (c.recovery == TcpConnection.FAST_RECOVERY) {
            congestion(c).recoveryEnded(c.flightSize(), c.mss, nowNs);
        }
        c.recovery = TcpConnection.OPEN;
        c.mustRetransmit = false;
        c.duplicateAcks = 0;
        if (c.scoreboard != null) {
            c.scoreboard.recoveryEnded();
        }
        detachIfEmpty(c);
    }

    /** The retransmission timer has run out (RFC 6298, rules 5.4 to 5.6; RFC 6675, section 5.1). */
    void timedOut(TcpConnection c, long nowNs) {
        congestion(c).timedOut(c.flightSize(), c.mss, c.timeouts == 0, nowNs);
        lost(c);
    }

    /** Everything that is not acknowledged goes again, such as in smaller segments; no congestion is meant. */
    void lost(TcpConnection c) {
        c.recovery = TcpConnection.LOSS;
        c.recover = c.sndMax;
        c.hasRecovered = true;
        c.mustRetransmit = true;
        c.duplicateAcks = 0;
        scoreboard(c).markAllLost(c.sndUna, c.sndMax);
    }

    // Sending again.

    /** Sends again what is lost, as far as the congestion window lets it. */
    void retransmit(TcpConnection c, long nowNs) {
        SackScoreboard scoreboard = c.scoreboard;
        if (scoreboard == null) {
            if (c.mustRetransmit && resend(c, c.sndUna, nowNs) != 0) {
                c.mustRetransmit = false;
            }
            return;
        }
        int cwnd = congestion(c).cwnd();
        while (c.mustRetransmit || scoreboard.pipe(c.sndUna, c.sndMax, c.mss) + c.mss <= cwnd) {
            int from = c.sndUna;
            // The first of all goes whatever the peer has said of it (RFC 2018, section 8; RFC
            // 6675,
            // section 5, step 4.3).
            if (!c.mustRetransmit) {
                int rule = scoreboard.next(c.sndUna, c.sndMax, c.mss);
                if (rule == SackScoreboard.NOTHING
                        || (rule != SackScoreboard.RULE_1 && c.hasUnsent())) {
                    // Rule 2: new data before what may be lost.
                    break;
                }
                from = scoreboard.nextSequence();
            }
            int bytes = resend(c, from, nowNs);
            if (bytes == 0) {
                break;
            }
            c.mustRetransmit = false;
            scoreboard.retransmitted(from, from + bytes);
        }
    }

    /**
     * Sends the segment again that holds a sequence number.
     *
     * @return the numbers from there on that went; 0 if none did
     */
    private int resend(TcpConnection c, int sequence, long nowNs) {
        int packet = queue.find(c, sequence);
        if (packet == PacketBuffers.NONE || packet == c.sndUnsent) {
            return c.finSent && c.sndUna != c.sndMax ? resendFin(c, nowNs) : 0;
        }
        if (queue.isHeld(packet)) {
            // A NIC or a queue has not sent it yet, so that it is not lost; it must not be changed.
            context.counters.increment(TcpCounter.RETRANSMISSIONS_HELD);
            return 0;
        }
        int most = most(c, segments.sequence(packet));
        if (most <= 0) {
            return 0;
        }
        if (segments.length(packet) > most) {
            if (!queue.split(c, packet, most)) {
                return 0;
            }
            if (segments.end(packet) - sequence <= 0) {
                // It is in what was cut off.
                return resend(c, sequence, nowNs);
            }
        }
        int bytes = segments.length(packet);
        boolean isLast = packet == c.sndTail;
        boolean hasFin = isLast && c.finSent;
        int flags = TcpHeader.ACK | (isLast ? TcpHeader.PSH : 0) | (hasFin ? TcpHeader.FIN : 0);
        if (writer.data(c, packet, bytes, flags, nowNs) < 0) {
            return 0;
        }
        resent(c);
        return segments.end(packet) - sequence + (hasFin ? 1 : 0);
    }

    /**
     * {@return the bytes that may go from a sequence number on} A window that has shrunk holds for what is sent again,
     * too, since the peer drops what is beyond it; but for the first of all, which goes whatever the window is.
     */
    private static int most(TcpConnection c, int sequence) {
        int room = c.sndUna + c.sndWnd - sequence;
        return room > 0 || sequence - c.sndUna > 0 ? Math.min(room, c.mss) : c.mss;
    }

    private int resendFin(TcpConnection c, long nowNs) {
        if (writer.control(c, c.sndMax - 1, TcpHeader.FIN | TcpHeader.ACK, nowNs) < 0) {
            return 0;
        }
        resent(c);
        return 1;
    }

    private void resent(TcpConnection c) {
        c.retransmissions++;
        context.counters.increment(TcpCounter.RETRANSMISSIONS);
    }

    // Scoreboards.

    private SackScoreboard scoreboard(TcpConnection c) {
        SackScoreboard scoreboard = c.scoreboard;
        if (scoreboard == null) {
            scoreboard = spare.isEmpty() ? new SackScoreboard() : spare.pop();
            scoreboard.reset();
            c.scoreboard = scoreboard;
        }
        return scoreboard;
    }

    private void detachIfEmpty(TcpConnection c) {
        SackScoreboard scoreboard = c.scoreboard;
        if (scoreboard != null
                && c.recovery == TcpConnection.OPEN
                && scoreboard.sackedBytes() == 0) {
            detach(c, scoreboard);
        }
    }

    /** The connection is over. */
    void end(TcpConnection c) {
        if (c.scoreboard != null) {
            detach(c, c.scoreboard);
        }
        c.recovery = TcpConnection.OPEN;
    }

    private void detach(TcpConnection c, SackScoreboard scoreboard) {
        c.scoreboard = null;
        if (spare.size() < MAX_POOLED) {
            spare.push(scoreboard);
        }
    }

    private static CongestionControl congestion(TcpConnection c) {
        return Objects.requireNonNull(c.congestion);
    }

    /** {@return the scoreboard that a connection has, for those who tell of it} */
    static @Nullable SackScoreboard of(TcpConnection c) {
        return c.scoreboard;
    }
}
