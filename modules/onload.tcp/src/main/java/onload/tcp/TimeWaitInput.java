package onload.tcp;

import onload.tcp.counter.TcpCounter;
import onload.tcp.handshake.ChallengeLimit;
import onload.wire.TcpHeader;

/** Connections in TIME-WAIT: how they get there, what segments they answer, how they end (RFC 9293, RFC 1337). */
final class TimeWaitInput {
    private final TcpContext context;
    private final StatelessSegments stateless;
    private final long timeWaitNs;
    private final int limit;
    private int size;

    TimeWaitInput(TcpContext context, StatelessSegments stateless) {
        this.context = context;
        this.stateless = stateless;
        timeWaitNs = context.settings.get(TcpSetting.TIME_WAIT_NS);
        limit = context.settings.number(TcpSetting.MAX_TIME_WAIT);
    }

    /** {@return the connections in TIME-WAIT} */
    int size() {
        return size;
    }

    /** Puts the compact form of a connection in its place; or takes it away, if there are too many. */
    void enter(TcpConnection c, long nowNs) {
        if (size >= limit) {
            context.counters.increment(TcpCounter.TIME_WAIT_OVERFLOWS);
            context.flows.remove(c);
            return;
        }
        TimeWait compact = new TimeWait(c, nowNs, nowNs + timeWaitNs);
        context.flows.replace(c, compact);
        context.wheel.schedule(compact, compact.expiresNs);
        c.timeWait = compact;
        size++;
    }

    /** A new connection takes the place of an old one. */
    void giveWay(TimeWait old) {
        context.counters.increment(TcpCounter.TIME_WAIT_REUSED);
        leave(old);
    }

    /** A segment that does not begin a new connection. */
    void process(TimeWait old, ArrivingSegment s, long nowNs) {
        if (s.is(TcpHeader.RST)) {
            // RFC 1337, fix F1: a reset does not end TIME-WAIT.
            context.counters.increment(TcpCounter.RECEIVE_DROPPED_RESET);
            return;
        }
        boolean isFin = s.is(TcpHeader.FIN) && s.end() + 1 == old.rcvNxt;
        if (isFin) {
            // RFC 9293, section 3.10.7.4: a FIN that comes again begins the time anew.
            old.expiresNs = nowNs + timeWaitNs;
        }
        boolean isPlainAck = s.span() == 0;
        if (isPlainAck && s.sequence == old.rcvNxt) {
            return;
        }
        if (isFin || ChallengeLimit.mayChallenge(old.answeredNs, nowNs)) {
            old.answeredNs = nowNs;
            stateless.acknowledge(
                    old,
                    old.interfaceIndex,
                    old.sndNxt,
                    old.rcvNxt,
                    old.window,
                    old.hasTimestamps,
                    SegmentWriter.timestampClock(nowNs) + old.timestampOffset,
                    old.tsRecent,
                    nowNs);
        }
    }

    /** The wheel has called. */
    void expired(TimeWait old, long nowNs) {
        if (old.expiresNs > nowNs) {
            context.wheel.schedule(old, old.expiresNs);
        } else {
            leave(old);
        }
    }

    void leave(TimeWait old) {
        context.wheel.cancel(old);
        context.flows.remove(old);
        size--;
    }
}
