package onload.tcp;

import onload.ip.Destination;
import onload.ip.FragmentPolicy;
import onload.ip.IpLayer;
import onload.tcp.congestion.CongestionControl;
import onload.tcp.counter.TcpCounter;
import onload.tcp.flow.Flow;
import onload.wire.IpProtocol;
import onload.wire.Ipv6Address;
import onload.wire.SequenceNumber;
import onload.wire.TcpHeader;
import onload.wire.TcpOptions;

import java.util.Objects;

/**
 * How connections open: SYNs of this side and of the peer (RFC 9293, sections 3.5, 3.10.1 and 3.10.7.3), and what both
 * agree on in them.
 */
final class Opening {
    private static final int DEFAULT_IPV4_MSS = 536;
    private static final int DEFAULT_IPV6_MSS = 1220;

    /** As in Linux: a connection in TIME-WAIT gives way to one of this side after a second. */
    private static final long REUSE_NS = 1_000_000_000L;

    private final TcpContext context;
    private final StatelessSegments segments;
    private final PathMtu pathMtu;
    private final MtuProbing mtuProbing;
    private final Timers timers;
    private final Teardown teardown;
    private final TimeWaitInput timeWaits;
    private final TouchedConnections touched;
    private final FastOpenClient fastOpen;
    private final FastOpenServer fastOpenServer;
    private final ExplicitCongestion explicitCongestion;
    private final byte quickAcks;
    private final int initialWindow;
    private final int maxReceiveBuffer;
    private final boolean timestamps;
    private final boolean selective;
    private final boolean windowScaling;

    Opening(
            TcpContext context,
            StatelessSegments segments,
            PathMtu pathMtu,
            MtuProbing mtuProbing,
            Timers timers,
            Teardown teardown,
            TimeWaitInput timeWaits,
            TouchedConnections touched,
            FastOpenClient fastOpen,
            FastOpenServer fastOpenServer,
            ExplicitCongestion explicitCongestion) {
        this.context = context;
        this.segments = segments;
        this.pathMtu = pathMtu;
        this.mtuProbing = mtuProbing;
        this.timers = timers;
        this.teardown = teardown;
        this.timeWaits = timeWaits;
        this.touched = touched;
        this.fastOpen = fastOpen;
        this.fastOpenServer = fastOpenServer;
        this.explicitCongestion = explicitCongestion;
        quickAcks = (byte) context.settings.number(TcpSetting.QUICK_ACKS);
        maxReceiveBuffer = context.settings.number(TcpSetting.MAX_RECEIVE_BUFFER_BYTES);
        timestamps = context.settings.isOn(TcpSetting.TIMESTAMPS);
        selective = context.settings.isOn(TcpSetting.SELECTIVE_ACKNOWLEDGMENTS);
        windowScaling = context.settings.isOn(TcpSetting.WINDOW_SCALING);
        initialWindow = context.settings.number(TcpSetting.INITIAL_WINDOW_SEGMENTS);
    }

    // Active.

    /** {@return 0 if there is a way to the peer; otherwise why not} The connection's way is set. */
    int findWay(TcpConnection c, long high, long low, long nowNs) {
        Destination to = context.ip.destination(high, low, IpProtocol.TCP);
        to.fragmentPolicy(FragmentPolicy.FORBID);
        to.bindTo(c.boundInterface);
        if (!LocalPorts.isUnspecified(c.localHigh(), c.localLow())) {
            to.source(c.localHigh(), c.localLow());
        }
        return takeWay(c, to, nowNs);
    }

    private int takeWay(TcpConnection c, Destination to, long nowNs) {
        int result = context.ip.prepare(to, nowNs);
        if (result != 0) {
            return result == IpLayer.NO_SOURCE
                    ? TcpConnection.ADDRESS_NOT_AVAILABLE
                    : TcpConnection.UNREACHABLE;
        }
        if (to.isGroup()) {
            // RFC 9293, section 3.9.2.3: a group cannot be connected to.
            return TcpConnection.UNREACHABLE;
        }
        c.destination = to;
        return 0;
    }

    /**
     * {@return whether nobody has the tuple} A connection in TIME-WAIT makes room if its peer can tell the two apart by
     * timestamps.
     */
    boolean isFree(
            long localHigh,
            long localLow,
            int localPort,
            long remoteHigh,
            long remoteLow,
            int remotePort,
            long nowNs) {
        Flow flow =
                context.flows.find(
                        localHigh, localLow, localPort, remoteHigh, remoteLow, remotePort);
        if (flow instanceof TimeWait old && old.hasTimestamps && nowNs - old.sinceNs >= REUSE_NS) {
            context.counters.increment(TcpCounter.TIME_WAIT_REUSED);
            timeWaits.leave(old);
            return true;
        }
        return flow == null;
    }

    /** Sends the first SYN, or lets it wait for data; the tuple is set and is in the table. */
    void begin(TcpConnection c, long nowNs) {
        c.iss =
                context.sequenceNumbers.next(
                        c.localHigh(),
                        c.localLow(),
                        c.remoteHigh(),
                        c.remoteLow(),
                        c.localPort() << 16 | c.remotePort(),
                        nowNs);
        c.timestampOffset = timestampOffset(c);
        c.sndUna = c.iss;
        c.sndNxt = c.iss + 1;
        c.sndMax = c.sndNxt;
        c.sndSmall = c.iss;
        c.hasTimestamps = timestamps;
        c.hasSack = selective;
        c.rcvScale = scale(c);
        explicitCongestion.open(c);
        c.state = TcpState.SYN_SENT;
        c.wasOpened = true;
        c.peerMss = (char) defaultMss(c);
        context.counters.increment(TcpCounter.ACTIVE_OPENS);
        boolean waits = fastOpen.begin(c, nowNs);
        pathMtu.begin(c);
        if (waits) {
            timers.arm(c);
        } else {
            c.unansweredSinceNs = nowNs;
            sendSyn(c, nowNs);
        }
    }

    /** Sends the first SYN of a connection whose SYN has waited for data. */
    void sendDeferredSyn(TcpConnection c, long nowNs) {
        c.isSynDeferred = false;
        c.unansweredSinceNs = nowNs;
        sendSyn(c, nowNs);
    }

    int timestampOffset(Flow flow) {
        return context.sequenceNumbers.timestampOffset(
                flow.localHigh(),
                flow.localLow(),
                flow.remoteHigh(),
                flow.remoteLow(),
                flow.localPort() << 16 | flow.remotePort());
    }

    private static int defaultMss(TcpConnection c) {
        // RFC 9293, MUST-15.
        return c.way().isIpv4() ? DEFAULT_IPV4_MSS : DEFAULT_IPV6_MSS;
    }

    /** {@return the shift with which the largest receive buffer fits the window field (RFC 7323, section 2.3)} */
    byte scale(TcpConnection c) {
        int most =
                c.tunesReceiveBuffer
                        ? Math.max(c.rcvBufferBytes, maxReceiveBuffer)
                        : c.rcvBufferBytes;
        int shift = 0;
        while (shift < TcpOptions.MAX_WINDOW_SCALE && most >>> shift > 0xFFFF) {
            shift++;
        }
        return windowScaling ? (byte) shift : 0;
    }

    /** Sends a SYN, or a SYN-ACK in a simultaneous open, and waits for the answer. */
    void sendSyn(TcpConnection c, long nowNs) {
        boolean isAnswer = c.state == TcpState.SYN_RECEIVED;
        c.retransmitNs = nowNs + timers.rto(c);
        segments.turnTo(c.way());
        segments.synOptions(
                pathMtu.advertised(c.way(), c.maximumSegmentSize),
                windowScaling && (!isAnswer || c.peerScales) ? c.rcvScale : StatelessSegments.NONE,
                c.hasSack);
        if (c.hasTimestamps) {
            segments.timestamps(SegmentWriter.timestamp(c, nowNs), isAnswer ? c.tsRecent : 0);
        }
        if (isAnswer) {
            fastOpenServer.complete(c, nowNs);
        } else {
            fastOpen.complete(c, nowNs);
        }
        int free = Math.max(0, c.rcvBufferBytes - c.rcvQueuedBytes);
        int window = Math.min(Math.max(c.rcvWnd(), free), 0xFFFF);
        if (c.rcvNxt + window - c.rcvAdv > 0) {
            c.rcvAdv = c.rcvNxt + window;
        }
        int flags = ExplicitCongestion.synFlags(c, isAnswer);
        segments.codepoint(ExplicitCongestion.synCodepoint(c.ecn, flags));
        c.rcvAcked = c.rcvNxt;
        c.segmentsSent++;
        segments.send(
                c.localPort(),
                c.remotePort(),
                c.iss,
                isAnswer ? c.rcvNxt : 0,
                flags | (isAnswer ? TcpHeader.SYN | TcpHeader.ACK : TcpHeader.SYN),
                window,
                c.pseudoSum,
                nowNs);
        timers.arm(c);
    }

    /**
     * A segment in SYN-SENT (RFC 9293, section 3.10.7.3).
     *
     * @return whether the connection is established now, so that what else is in the segment counts
     */
    boolean synSent(TcpConnection c, ArrivingSegment s, long nowNs) {
        c.segmentsReceived++;
        boolean hasAck = s.is(TcpHeader.ACK);
        if (hasAck
                && !SequenceNumber.isAcceptableAcknowledgment(
                        s.acknowledgment, c.sndUna, c.sndMax)) {
            context.counters.increment(TcpCounter.RECEIVE_DROPPED_ACKNOWLEDGMENT);
            segments.reset(s, nowNs);
            return false;
        }
        if (s.is(TcpHeader.RST)) {
            if (hasAck) {
                context.counters.increment(TcpCounter.RESETS_RECEIVED);
                fastOpen.refused(c, nowNs);
                teardown.broken(c, TcpConnection.REFUSED);
            } else {
                context.counters.increment(TcpCounter.RECEIVE_DROPPED_RESET);
            }
            return false;
        }
        if (!s.is(TcpHeader.SYN)) {
            context.counters.increment(TcpCounter.RECEIVE_DROPPED_NO_SYN);
            return false;
        }
        c.lastReceivedNs = nowNs;
        synReceived(c, s, nowNs);
        if (!hasAck) {
            // Simultaneous open (RFC 9293, section 3.5, figure 7).
            c.state = TcpState.SYN_RECEIVED;
            sendSyn(c, nowNs);
            return false;
        }
        fastOpen.answered(c, s, nowNs);
        if (c.timeouts == 0) {
            timers.measured(c, nowNs - c.unansweredSinceNs);
        }
        established(c, s, nowNs);
        c.ackNow = true;
        return true;
    }

    /** Takes over what the peer's SYN says. */
    private void synReceived(TcpConnection c, ArrivingSegment s, long nowNs) {
        // What the SYN has offered is not taken back if the buffer is smaller now.
        int offered = c.rcvWnd();
        c.irs = s.sequence;
        c.rcvNxt = s.sequence + 1;
        c.rcvAcked = c.rcvNxt;
        c.rcvAdv = c.rcvNxt + offered;
        c.hasTimestamps &= s.options.hasTimestamps();
        c.hasSack &= s.options.sackPermitted();
        if (c.hasTimestamps) {
            c.tsRecent = s.options.timestampValue();
            c.tsRecentNs = nowNs;
        }
        c.peerScales = s.options.hasWindowScale() && windowScaling;
        c.sndScale = c.peerScales ? (byte) s.options.windowScale() : 0;
        if (!c.peerScales) {
            c.rcvScale = 0;
        }
        if (s.options.hasMaximumSegmentSize()) {
            c.peerMss = (char) s.options.maximumSegmentSize();
        }
        ExplicitCongestion.synReceived(c, s);
        pathMtu.begin(c);
        // RFC 7323, section 2.2: the window of a SYN is never scaled.
        c.sndWnd = s.window;
        c.maxSndWnd = Math.max(c.maxSndWnd, s.window);
        c.sndWl1 = s.sequence;
        c.sndWl2 = s.acknowledgment;
    }

    /** {@return whether a segment in SYN-RECEIVED confirms the SYN of this side (section 3.10.7.4, fifth step)} */
    boolean isConfirmed(TcpConnection c, ArrivingSegment s, long nowNs) {
        if (!SequenceNumber.isAcceptableAcknowledgment(s.acknowledgment, c.sndUna, c.sndMax)) {
            context.counters.increment(TcpCounter.RECEIVE_DROPPED_ACKNOWLEDGMENT);
            segments.reset(s, nowNs);
            return false;
        }
        if (c.isPassive) {
            confirmed(c, s, nowNs);
        } else {
            fastOpen.acknowledged(c, s.acknowledgment, nowNs);
            established(c, s, nowNs);
        }
        return true;
    }

    /** The peer has confirmed a connection of Fast Open, in which data may be under way. */
    private void confirmed(TcpConnection c, ArrivingSegment s, long nowNs) {
        c.fastOpenEnded();
        c.sndUna = c.iss + 1;
        if (c.timeouts == 0) {
            timers.measured(c, nowNs - c.unansweredSinceNs);
        }
        int events = c.events;
        established(c, s, nowNs);
        // Its user has had it since the SYN, and could send.
        c.events = events;
        if (c.flightSize() > 0) {
            timers.await(c, nowNs);
        }
    }

    /** Sends the SYN-ACK of a connection that a SYN has opened at once, with the data that came with that. */
    void answerAtOnce(TcpConnection c, long nowNs) {
        c.segmentsReceived++;
        c.hasSynData = c.rcvNxt != c.irs + 1;
        sendSyn(c, nowNs);
        c.ackNow = false;
        c.ackPending = false;
        c.acknowledgeNs = Long.MAX_VALUE;
        touched.add(c);
    }

    /** The SYN has come again of a connection that it has opened at once. */
    void synAgain(TcpConnection c, ArrivingSegment s, long nowNs) {
        c.ecn = ExplicitCongestion.synAgain(c.ecn, s);
        if (fastOpenServer.isAnsweredAgain(c, s, nowNs)) {
            long deadlineNs = c.retransmitNs;
            sendSyn(c, nowNs);
            c.retransmitNs = deadlineNs;
        }
    }

    /** ESTABLISHED, from whichever side. */
    void established(TcpConnection c, ArrivingSegment s, long nowNs) {
        c.state = c.finQueued ? TcpState.FIN_WAIT_1 : TcpState.ESTABLISHED;
        c.retransmitNs = Long.MAX_VALUE;
        mtuProbing.established(c, nowNs);
        // RFC 6928, section 2: a SYN that was lost leaves one segment to begin with.
        int window = c.timeouts > 1 ? c.mss : CongestionControl.initialWindow(initialWindow, c.mss);
        Objects.requireNonNull(c.congestion).start(window, c.mss);
        c.unansweredSinceNs = nowNs;
        c.wasSynLost = c.timeouts > 0;
        c.timeouts = 0;
        c.backoff = 0;
        c.rcvMss = Math.min(c.mss, DEFAULT_IPV4_MSS);
        c.quickAcks = quickAcks;
        c.lastReceivedNs = nowNs;
        int field = s.is(TcpHeader.SYN) ? s.window : s.window << c.sndScale;
        c.sndWnd = field;
        c.maxSndWnd = Math.max(c.maxSndWnd, field);
        c.sndWl1 = s.sequence;
        c.sndWl2 = s.acknowledgment;
        c.events |= TcpEvents.CONNECTED | TcpEvents.WRITABLE;
        touched.add(c);
        context.counters.increment(TcpCounter.ESTABLISHED);
        explicitCongestion.established(c);
        if (c.keepsAlive) {
            c.otherNs = nowNs + c.keepAliveIdleNs;
        }
    }

    // Passive.

    /** Gives a connection that a peer has confirmed its variables; answers whether there is a way to the peer. */
    boolean accept(TcpConnection c, ArrivingSegment s, Agreement agreed, long nowNs) {
        if (!adopt(c, s, agreed, nowNs)) {
            return false;
        }
        if (agreed.sentNs != Long.MIN_VALUE && agreed.retries == 0) {
            timers.measured(c, Math.max(0, nowNs - agreed.sentNs));
        }
        established(c, s, nowNs);
        return true;
    }

    /**
     * Gives a connection that a SYN opens at once its variables (RFC 7413); answers whether there is a way to the peer.
     * It is in SYN-RECEIVED, and its SYN-ACK has not gone.
     */
    boolean acceptUnconfirmed(TcpConnection c, ArrivingSegment s, Agreement agreed, long nowNs) {
        if (!adopt(c, s, agreed, nowNs)) {
            return false;
        }
        c.state = TcpState.SYN_RECEIVED;
        c.sndUna = agreed.iss;
        c.sndWnd = s.window;
        c.maxSndWnd = s.window;
        c.sndWl1 = s.sequence;
        c.sndWl2 = agreed.iss;
        c.rcvMss = Math.min(c.mss, DEFAULT_IPV4_MSS);
        c.quickAcks = quickAcks;
        c.lastReceivedNs = nowNs;
        c.unansweredSinceNs = nowNs;
        // RFC 7413, section 4.2.2: the initial window of RFC 5681.
        int window = CongestionControl.initialWindow(initialWindow, c.mss);
        Objects.requireNonNull(c.congestion).start(window, c.mss);
        return true;
    }

    private boolean adopt(TcpConnection c, ArrivingSegment s, Agreement agreed, long nowNs) {
        c.tuple(s.localHigh, s.localLow, s.localPort, s.remoteHigh, s.remoteLow, s.remotePort);
        c.boundInterface =
                Ipv6Address.isLinkLocal(s.remoteHigh, s.remoteLow) ? s.interfaceIndex : 0;
        // The way by which the peer was answered before, most likely.
        segments.turnTo(
                s.localHigh, s.localLow, s.remoteHigh, s.remoteLow, c.boundInterface, nowNs);
        if (takeWay(c, context.ip.destination(segments.way()), nowNs) != 0) {
            return false;
        }
        c.pseudoSum = SegmentChecksum.pseudoSum(s.localHigh, s.localLow, s.remoteHigh, s.remoteLow);
        c.isPassive = true;
        c.wasOpened = true;
        c.iss = agreed.iss;
        c.irs = agreed.irs;
        c.sndUna = agreed.iss + 1;
        c.sndNxt = c.sndUna;
        c.sndMax = c.sndUna;
        c.sndSmall = c.iss;
        c.rcvNxt = agreed.irs + 1;
        c.rcvAcked = c.rcvNxt;
        c.rcvAdv = c.rcvNxt + agreed.rcvWindow;
        c.timestampOffset = agreed.timestampOffset;
        c.hasTimestamps = agreed.hasTimestamps;
        c.hasSack = agreed.hasSack;
        c.ecn = agreed.ecn;
        c.tsRecent = agreed.tsRecent;
        c.tsRecentNs = nowNs;
        c.peerScales = agreed.peerScale != StatelessSegments.NONE;
        c.sndScale = c.peerScales ? (byte) agreed.peerScale : 0;
        c.rcvScale = c.peerScales ? agreed.rcvScale : 0;
        c.peerMss = (char) agreed.peerMss;
        c.timeouts = agreed.retries;
        pathMtu.begin(c);
        return true;
    }
}
