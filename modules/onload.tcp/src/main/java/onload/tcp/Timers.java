package onload.tcp;

import onload.tcp.recovery.RoundTripTime;

/**
 * The one deadline of each connection: the earliest of its timers, in the wheel. A timer that is put off costs nothing:
 * the wheel is left as it is, and when it calls, what is due is looked at and the rest goes in again.
 */
final class Timers {
    private static final int MAX_BACKOFF = 32;

    /** RFC 6298, rule 5.7: when a SYN had to go again, and nothing is known of the way. */
    private static final long RTO_AFTER_LOST_SYN_NS = 3_000_000_000L;

    private final TcpContext context;
    private final long minRtoNs;
    private final long maxRtoNs;
    private final long initialRtoNs;

    Timers(TcpContext context) {
        this.context = context;
        minRtoNs = context.settings.get(TcpSetting.MIN_RTO_NS);
        maxRtoNs = context.settings.get(TcpSetting.MAX_RTO_NS);
        initialRtoNs = context.settings.get(TcpSetting.INITIAL_RTO_NS);
    }

    /** Puts the earliest of the timers into the wheel. */
    void arm(TcpConnection c) {
        long next = Math.min(c.retransmitNs, Math.min(c.acknowledgeNs, c.otherNs));
        next = Math.min(next, c.tailNs);
        if (c.record != null) {
            next = Math.min(next, c.record.reorderingNs);
        }
        if (c.isPaced) {
            next = Math.min(next, c.paceNs);
        }
        if (next != Long.MAX_VALUE) {
            context.wheel.schedule(c, next);
        }
    }

    /** {@return the retransmission timeout, doubled as often as it ran out (RFC 6298, rule 5.5)} */
    long rto(TcpConnection c) {
        long base =
                c.srttNs == 0
                        ? c.wasSynLost
                                ? Math.max(initialRtoNs, RTO_AFTER_LOST_SYN_NS)
                                : initialRtoNs
                        : RoundTripTime.timeout(c.srttNs, c.rttvarNs, minRtoNs, maxRtoNs);
        int shift = Math.min(c.backoff, MAX_BACKOFF);
        return shift > 0 && base > maxRtoNs >> shift ? maxRtoNs : base << shift;
    }

    /**
     * Something is under way from now on, or still: when to send it again, or to give up (RFC 6298, rules 5.1, 5.3).
     */
    void await(TcpConnection c, long nowNs) {
        long next = nowNs + rto(c);
        c.retransmitNs =
                c.userTimeoutNs > 0 ? Math.min(next, c.unansweredSinceNs + c.userTimeoutNs) : next;
    }

    /**
     * {@return how long until a closed window is asked again, doubled with each question (RFC 9293, section 3.8.6.1)}
     */
    long probeInterval(TcpConnection c) {
        long base = rto(c);
        int shift = Math.min(c.probeBackoff, MAX_BACKOFF);
        return base > maxRtoNs >> shift ? maxRtoNs : base << shift;
    }

    /** One more question to a closed window; that may be asked for days, so that the count has an end. */
    static void probed(TcpConnection c) {
        if (c.probeBackoff < Byte.MAX_VALUE) {
            c.probeBackoff++;
        }
    }

    /** The timeout doubles from now on; a closed window may be asked for days, so that the count has an end. */
    static void backOff(TcpConnection c) {
        if (c.backoff < MAX_BACKOFF) {
            c.backoff++;
        }
    }

    /** A segment was answered after so long (RFC 6298, section 2). */
    void measured(TcpConnection c, long sampleNs) {
        long rttvarNs = RoundTripTime.variation(c.srttNs, c.rttvarNs, sampleNs);
        c.srttNs = RoundTripTime.smoothed(c.srttNs, c.rttvarNs, sampleNs);
        c.rttvarNs = rttvarNs;
        // Karn's algorithm: a timeout that was doubled stays so until there is a measurement; for
        // if it
        // was too short for the way, there would never be one.
        c.backoff = 0;
    }
}
