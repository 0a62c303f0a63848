package onload.tcp;

import onload.ip.claim.FlowClaim;
import onload.tcp.counter.TcpCounter;
import onload.tcp.flow.Flow;
import onload.tcp.handshake.ChallengeLimit;
import onload.tcp.handshake.SynCookies;
import onload.wire.SequenceNumber;
import onload.wire.TcpHeader;

import org.jspecify.annotations.Nullable;

/**
 * Segments for listeners and for half-open connections: LISTEN and SYN-RECEIVED of RFC 9293, sections 3.10.7.2 and
 * 3.10.7.4, and SYN cookies when there are too many of the latter (RFC 4987).
 */
final class ListenInput {
    private static final int DEFAULT_IPV4_MSS = 536;
    private static final int DEFAULT_IPV6_MSS = 1220;

    /** Of a connection without window scaling: what may still be under way of the one before. */
    private static final int LARGEST_WINDOW = 0xFFFF;

    /** After the last cookie that went out, for so long acknowledgments are looked at for cookies. */
    private static final long COOKIE_LIFE_NS = 130_000_000_000L;

    private final TcpContext context;
    private final StatelessSegments segments;
    private final PathMtu pathMtu;
    private final Opening opening;
    private final TcpEngine engine;
    private final FastOpenServer fastOpen;
    private final ExplicitCongestion explicitCongestion;
    private final Agreement agreed = new Agreement();
    private final int maxHalfOpen;
    private final int maxFlows;
    private final int retries;
    private final long initialRtoNs;
    private final long maxRtoNs;
    private final boolean cookies;
    private final boolean timestamps;
    private final boolean selective;
    private final boolean windowScaling;

    ListenInput(
            TcpContext context,
            StatelessSegments segments,
            PathMtu pathMtu,
            Opening opening,
            FastOpenServer fastOpen,
            ExplicitCongestion explicitCongestion,
            TcpEngine engine) {
        this.explicitCongestion = explicitCongestion;
        this.context = context;
        this.segments = segments;
        this.pathMtu = pathMtu;
        this.opening = opening;
        this.fastOpen = fastOpen;
        this.engine = engine;
        maxFlows = context.settings.number(TcpSetting.MAX_FLOWS);
        cookies = context.settings.isOn(TcpSetting.SYN_COOKIES);
        timestamps = context.settings.isOn(TcpSetting.TIMESTAMPS);
        selective = context.settings.isOn(TcpSetting.SELECTIVE_ACKNOWLEDGMENTS);
        windowScaling = context.settings.isOn(TcpSetting.WINDOW_SCALING);
        maxHalfOpen = context.settings.number(TcpSetting.MAX_SYN_BACKLOG);
        retries = context.settings.number(TcpSetting.SYN_ACK_RETRIES);
        initialRtoNs = context.settings.get(TcpSetting.INITIAL_RTO_NS);
        maxRtoNs = context.settings.get(TcpSetting.MAX_RTO_NS);
    }

    // LISTEN.

    /**
     * {@return the connection that the segment has established, by a cookie, or opened, by the one of Fast Open; it
     * goes on with the segment}
     */
    @Nullable TcpConnection listen(TcpListener listener, ArrivingSegment s, long nowNs) {
        if (s.is(TcpHeader.RST)) {
            context.counters.increment(TcpCounter.RECEIVE_DROPPED_RESET);
            return null;
        }
        if (s.is(TcpHeader.ACK)) {
            return fromCookie(listener, s, nowNs);
        }
        if (!s.is(TcpHeader.SYN) || s.is(TcpHeader.FIN)) {
            context.counters.increment(TcpCounter.RECEIVE_DROPPED_NO_SYN);
            return null;
        }
        return syn(listener, s, null, nowNs);
    }

    /** A SYN takes the place of a connection in TIME-WAIT, which has given way; the rest is as in LISTEN. */
    @Nullable TcpConnection succeed(
            TcpListener listener, TimeWait old, ArrivingSegment s, long nowNs) {
        return syn(listener, s, old, nowNs);
    }

    private @Nullable TcpConnection syn(
            TcpListener listener, ArrivingSegment s, @Nullable TimeWait old, long nowNs) {
        if (listener.isFull()) {
            context.counters.increment(TcpCounter.ACCEPT_QUEUE_FULL);
            return null;
        }
        boolean isFlooded =
                listener.halfOpen >= Math.min(maxHalfOpen, Math.max(listener.backlog(), 8))
                        || hasNoRoom();
        if (isFlooded && !cookies) {
            context.counters.increment(TcpCounter.SYN_QUEUE_FULL);
            return null;
        }
        if (!segments.turnTo(
                s.localHigh, s.localLow, s.remoteHigh, s.remoteLow, s.interfaceIndex, nowNs)) {
            context.counters.increment(TcpCounter.SEND_REFUSED);
            return null;
        }
        int own = pathMtu.advertised(segments.way(), listener.prototype().maximumSegmentSize);
        int peer =
                s.options.hasMaximumSegmentSize() ? s.options.maximumSegmentSize() : defaultMss(s);
        if (isFlooded) {
            sendCookie(listener, s, own, peer, nowNs);
            return null;
        }
        int iss = initialSequenceNumber(s, old, nowNs);
        EmbryonicConnection e =
                new EmbryonicConnection(
                        listener,
                        s,
                        iss,
                        own,
                        peer,
                        timestamps && s.options.hasTimestamps(),
                        selective && s.options.sackPermitted(),
                        windowScaling && s.options.hasWindowScale()
                                ? s.options.windowScale()
                                : StatelessSegments.NONE,
                        opening.scale(listener.prototype()),
                        timestampOffset(s));
        e.rcvWindow = window(listener.prototype());
        e.ecn = explicitCongestion.synAnswered(listener, s);
        int fast = fastOpen.examine(listener, s, nowNs);
        if (fast >= FastOpenServer.OPENS) {
            return openAtOnce(e, s, fast == FastOpenServer.OPENS_AND_GIVES_COOKIE, nowNs);
        }
        e.givesCookie = fast == FastOpenServer.GIVES_COOKIE;
        claim(e, listener);
        if (!context.flows.add(e)) {
            e.releaseClaim();
            context.counters.increment(TcpCounter.SYN_QUEUE_FULL);
            return null;
        }
        listener.halfOpen++;
        context.counters.increment(TcpCounter.PASSIVE_OPENS);
        sendSynAck(e, nowNs);
        return null;
    }

    /** {@return a connection in SYN-RECEIVED that has what a half-open one would have, which is never in the table} */
    private @Nullable TcpConnection openAtOnce(
            EmbryonicConnection e, ArrivingSegment s, boolean givesCookie, long nowNs) {
        agreed.of(e);
        TcpConnection c = engine.accepted(e.listener);
        claim(c, e.listener);
        if (!opening.acceptUnconfirmed(c, s, agreed, nowNs) || !context.flows.add(c)) {
            c.releaseClaim();
            context.counters.increment(TcpCounter.SYN_QUEUE_FULL);
            return null;
        }
        context.counters.increment(TcpCounter.PASSIVE_OPENS);
        fastOpen.opened(c, e.listener, givesCookie);
        engine.enqueue(e.listener, c);
        return c;
    }

    /** RFC 9293, MAY-2: beyond all that the connection before has used, which may have been faster than the clock. */
    private int initialSequenceNumber(ArrivingSegment s, @Nullable TimeWait old, long nowNs) {
        int ports = s.localPort << 16 | s.remotePort;
        int iss =
                context.sequenceNumbers.next(
                        s.localHigh, s.localLow, s.remoteHigh, s.remoteLow, ports, nowNs);
        return old != null && iss - old.sndNxt <= 0 ? old.sndNxt + LARGEST_WINDOW + 2 : iss;
    }

    private boolean hasNoRoom() {
        return context.flows.size() >= maxFlows;
    }

    private static int defaultMss(ArrivingSegment s) {
        return s.isIpv4 ? DEFAULT_IPV4_MSS : DEFAULT_IPV6_MSS;
    }

    private int timestampOffset(ArrivingSegment s) {
        return context.sequenceNumbers.timestampOffset(
                s.localHigh,
                s.localLow,
                s.remoteHigh,
                s.remoteLow,
                s.localPort << 16 | s.remotePort);
    }

    private void sendSynAck(EmbryonicConnection e, long nowNs) {
        long wait = Math.min(maxRtoNs, initialRtoNs << Math.min(e.retries, 20));
        e.deadlineNs = nowNs + wait;
        context.wheel.schedule(e, e.deadlineNs);
        if (!segments.turnTo(
                e.localHigh(),
                e.localLow(),
                e.remoteHigh(),
                e.remoteLow(),
                e.interfaceIndex,
                nowNs)) {
            return;
        }
        e.sentNs = nowNs;
        segments.synOptions(
                e.ownMss,
                e.peerScale == StatelessSegments.NONE ? StatelessSegments.NONE : e.rcvScale,
                e.hasSack);
        if (e.hasTimestamps) {
            segments.timestamps(
                    SegmentWriter.timestampClock(nowNs) + e.timestampOffset, e.tsRecent);
        }
        if (e.givesCookie && e.retries == 0) {
            fastOpen.giveCookie(e.localHigh(), e.localLow(), e.remoteHigh(), e.remoteLow(), nowNs);
        }
        int flags = ExplicitCongestion.synAckFlags(e.ecn);
        segments.codepoint(ExplicitCongestion.synCodepoint(e.ecn, flags));
        segments.send(
                e.localPort(),
                e.remotePort(),
                e.iss,
                e.irs + 1,
                TcpHeader.SYN | TcpHeader.ACK | flags,
                e.rcvWindow,
                SegmentChecksum.pseudoSum(
                        e.localHigh(), e.localLow(), e.remoteHigh(), e.remoteLow()),
                nowNs);
    }

    private static int window(TcpConnection prototype) {
        return Math.min(prototype.rcvBufferBytes, 0xFFFF);
    }

    // Half-open connections.

    /** The wheel has called. */
    void expired(EmbryonicConnection e, long nowNs) {
        if (e.deadlineNs > nowNs) {
            context.wheel.schedule(e, e.deadlineNs);
        } else if (e.retries >= retries) {
            context.counters.increment(TcpCounter.HALF_OPEN_TIMED_OUT);
            forget(e);
        } else {
            e.retries++;
            context.counters.increment(TcpCounter.RETRANSMISSIONS);
            sendSynAck(e, nowNs);
        }
    }

    /** A connection lives on when its listener closes: both hold the claim. */
    private static void claim(Flow flow, TcpListener listener) {
        LocalPorts.Binding binding = listener.binding;
        FlowClaim held = binding == null ? null : binding.claim;
        if (held != null) {
            flow.claim(held.retain());
        }
    }

    void forget(EmbryonicConnection e) {
        context.wheel.cancel(e);
        context.flows.remove(e);
        e.listener.halfOpen--;
    }

    /** {@return the connection that the segment has established; it goes on with the segment} */
    @Nullable TcpConnection halfOpen(EmbryonicConnection e, ArrivingSegment s, long nowNs) {
        if (s.is(TcpHeader.SYN) && !s.is(TcpHeader.ACK | TcpHeader.RST) && s.sequence == e.irs) {
            // The SYN-ACK was lost, or is late.
            again(e, s, nowNs);
            return null;
        }
        int rcvNxt = e.irs + 1;
        if (!isAcceptable(e, s, rcvNxt)) {
            context.counters.increment(TcpCounter.RECEIVE_DROPPED_OUTSIDE_WINDOW);
            if (!s.is(TcpHeader.RST)) {
                challenge(e, nowNs);
            }
            return null;
        }
        if (s.is(TcpHeader.RST)) {
            reset(e, s, rcvNxt, nowNs);
            return null;
        }
        if (s.is(TcpHeader.SYN)) {
            challenge(e, nowNs);
            return null;
        }
        if (!s.is(TcpHeader.ACK)) {
            context.counters.increment(TcpCounter.RECEIVE_DROPPED_NO_ACK);
            return null;
        }
        if (s.acknowledgment != e.iss + 1) {
            context.counters.increment(TcpCounter.RECEIVE_DROPPED_ACKNOWLEDGMENT);
            segments.reset(s, nowNs);
            return null;
        }
        return confirmed(e, s, nowNs);
    }

    private void again(EmbryonicConnection e, ArrivingSegment s, long nowNs) {
        e.ecn = ExplicitCongestion.synAgain(e.ecn, s);
        if (e.hasTimestamps && s.options.hasTimestamps()) {
            e.tsRecent = s.options.timestampValue();
        }
        if (ChallengeLimit.mayChallenge(e.challengedNs, nowNs)) {
            e.challengedNs = nowNs;
            sendSynAck(e, nowNs);
        }
    }

    private boolean isAcceptable(EmbryonicConnection e, ArrivingSegment s, int rcvNxt) {
        if (e.hasTimestamps
                && s.options.hasTimestamps()
                && !s.is(TcpHeader.RST)
                && s.options.timestampValue() - e.tsRecent < 0) {
            return false;
        }
        int window = window(e.listener.prototype());
        return SequenceNumber.inWindow(s.sequence, rcvNxt, window);
    }

    private void reset(EmbryonicConnection e, ArrivingSegment s, int rcvNxt, long nowNs) {
        if (s.sequence == rcvNxt) {
            // Back to LISTEN (RFC 9293, section 3.10.7.4, second step).
            context.counters.increment(TcpCounter.RESETS_RECEIVED);
            forget(e);
        } else {
            context.counters.increment(TcpCounter.RECEIVE_DROPPED_RESET);
            challenge(e, nowNs);
        }
    }

    private void challenge(EmbryonicConnection e, long nowNs) {
        if (!ChallengeLimit.mayChallenge(e.challengedNs, nowNs)
                || !context.challenges.take(nowNs)) {
            context.counters.increment(TcpCounter.CHALLENGES_SUPPRESSED);
            return;
        }
        e.challengedNs = nowNs;
        context.counters.increment(TcpCounter.CHALLENGES_SENT);
        segments.acknowledge(
                e,
                e.interfaceIndex,
                e.iss + 1,
                e.irs + 1,
                window(e.listener.prototype()),
                e.hasTimestamps,
                SegmentWriter.timestampClock(nowNs) + e.timestampOffset,
                e.tsRecent,
                nowNs);
    }

    private @Nullable TcpConnection confirmed(
            EmbryonicConnection e, ArrivingSegment s, long nowNs) {
        if (e.listener.isFull()) {
            // As on Linux: the peer believes to be connected; its data, or our next SYN-ACK, tries
            // again.
            context.counters.increment(TcpCounter.ACCEPT_QUEUE_FULL);
            return null;
        }
        agreed.of(e);
        TcpConnection c = engine.accepted(e.listener);
        if (!opening.accept(c, s, agreed, nowNs)) {
            context.counters.increment(TcpCounter.SEND_REFUSED);
            forget(e);
            return null;
        }
        context.wheel.cancel(e);
        context.flows.replace(e, c);
        e.listener.halfOpen--;
        engine.enqueue(e.listener, c);
        return c;
    }

    // Cookies.

    private void sendCookie(
            TcpListener listener, ArrivingSegment s, int own, int peerMss, long nowNs) {
        context.counters.increment(TcpCounter.COOKIES_SENT);
        listener.lastCookieNs = nowNs;
        int ports = s.localPort << 16 | s.remotePort;
        int cookie =
                context.cookies.make(
                        s.localHigh,
                        s.localLow,
                        s.remoteHigh,
                        s.remoteLow,
                        ports,
                        s.sequence,
                        peerMss,
                        nowNs);
        boolean hasTimestamps = timestamps && s.options.hasTimestamps();
        boolean scales = hasTimestamps && windowScaling && s.options.hasWindowScale();
        boolean hasSack = hasTimestamps && selective && s.options.sackPermitted();
        int ecn = hasTimestamps ? explicitCongestion.synAnswered(listener, s) : 0;
        int flags = ExplicitCongestion.synAckFlags(ecn);
        TcpConnection prototype = listener.prototype();
        segments.synOptions(
                own, scales ? opening.scale(prototype) : StatelessSegments.NONE, hasSack);
        if (hasTimestamps) {
            int timestamp = SegmentWriter.timestampClock(nowNs) + timestampOffset(s);
            int carrying =
                    SynCookies.timestampWith(
                            timestamp,
                            scales ? s.options.windowScale() : SynCookies.NO_SCALE,
                            hasSack,
                            ecn != 0);
            segments.timestamps(carrying, s.options.timestampValue());
        }
        segments.codepoint(ExplicitCongestion.synCodepoint(ecn, flags));
        segments.send(
                s.localPort,
                s.remotePort,
                cookie,
                s.sequence + 1,
                TcpHeader.SYN | TcpHeader.ACK | flags,
                window(prototype),
                SegmentChecksum.pseudoSum(s.localHigh, s.localLow, s.remoteHigh, s.remoteLow),
                nowNs);
    }

    private @Nullable TcpConnection fromCookie(
            TcpListener listener, ArrivingSegment s, long nowNs) {
        int mss = SynCookies.INVALID;
        int ports = s.localPort << 16 | s.remotePort;
        boolean mayBe =
                listener.lastCookieNs != Long.MIN_VALUE
                        && nowNs - listener.lastCookieNs < COOKIE_LIFE_NS
                        && !s.is(TcpHeader.SYN);
        if (mayBe) {
            mss =
                    context.cookies.check(
                            s.localHigh,
                            s.localLow,
                            s.remoteHigh,
                            s.remoteLow,
                            ports,
                            s.sequence - 1,
                            s.acknowledgment - 1,
                            nowNs);
        }
        if (mss < 0) {
            context.counters.increment(
                    mayBe ? TcpCounter.COOKIES_INVALID : TcpCounter.RECEIVE_DROPPED_NO_CONNECTION);
            segments.reset(s, nowNs);
            return null;
        }
        if (listener.isFull()) {
            context.counters.increment(TcpCounter.ACCEPT_QUEUE_FULL);
            return null;
        }
        context.counters.increment(TcpCounter.COOKIES_ACCEPTED);
        return establish(listener, s, mss, nowNs);
    }

    private @Nullable TcpConnection establish(
            TcpListener listener, ArrivingSegment s, int mss, long nowNs) {
        agreed.iss = s.acknowledgment - 1;
        agreed.irs = s.sequence - 1;
        agreed.peerMss = mss;
        agreed.rcvScale = opening.scale(listener.prototype());
        agreed.rcvWindow = window(listener.prototype());
        agreed.retries = 0;
        agreed.sentNs = Long.MIN_VALUE;
        agreed.timestampOffset = timestampOffset(s);
        agreed.hasTimestamps = s.options.hasTimestamps();
        agreed.tsRecent = agreed.hasTimestamps ? s.options.timestampValue() : 0;
        int echo = agreed.hasTimestamps ? s.options.timestampEchoReply() : 0;
        agreed.hasSack = agreed.hasTimestamps && SynCookies.sackPermittedOf(echo);
        boolean hasEcn = agreed.hasTimestamps && SynCookies.ecnOf(echo);
        agreed.ecn = hasEcn ? explicitCongestion.fromCookie(listener) : 0;
        int scale = agreed.hasTimestamps ? SynCookies.windowScaleOf(echo) : SynCookies.NO_SCALE;
        agreed.peerScale = scale == SynCookies.NO_SCALE ? StatelessSegments.NONE : scale;
        TcpConnection c = engine.accepted(listener);
        // There must be room before the connection is established: nothing would undo that.
        claim(c, listener);
        if (hasNoRoom() || !opening.accept(c, s, agreed, nowNs) || !context.flows.add(c)) {
            c.releaseClaim();
            context.counters.increment(TcpCounter.SYN_QUEUE_FULL);
            return null;
        }
        engine.enqueue(listener, c);
        return c;
    }
}
