package onload.tcp;

import onload.ip.Destination;
import onload.ip.IpLayer;
import onload.ip.spi.IcmpError;
import onload.ip.spi.IpDatagram;
import onload.ip.spi.TransportProtocol;
import onload.tcp.congestion.CongestionControl;
import onload.tcp.congestion.CongestionControls;
import onload.tcp.counter.TcpCounter;
import onload.tcp.counter.TcpCounters;
import onload.tcp.flow.Flow;
import onload.wire.IpProtocol;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * TCP on an IP layer: takes the segments that come in, keeps the connections, and drives their timers.
 *
 * <p>It has no thread: {@code IpLayer.poll} brings segments, and {@link #advance} time. Belongs to the thread that has
 * the stack's lock.
 */
public final class TcpEngine {
    private final TcpContext context;

    /** Never opened: the options that every connection begins with. */
    private final TcpConnection defaults;

    private final PortSelection ports;
    private final Output output;
    private final Timers timers;
    private final PathMtu pathMtu;
    private final Opening opening;
    private final ListenInput listenInput;
    private final SynchronizedInput synchronizedInput;
    private final TimeWaitInput timeWaits;
    private final ErrorInput errors;
    private final Text text;
    private final Teardown teardown;
    private final UserCalls user;
    private final TimerExpiry expiry;
    private final StatelessSegments stateless;
    private final ArrivingSegment segment;
    private final TouchedConnections touched = new TouchedConnections();
    private final List<TcpListener> acceptable = new ArrayList<>();
    private final LocalPorts localPorts = new LocalPorts();
    private boolean isClosed;

    /**
     * Makes an engine that counts in memory of its own, and registers it with the IP layer.
     *
     * @param ip what it stands on, for the engine's life
     * @param settings how it is set
     * @param events whom it tells
     * @param random of what must not be foretold: sequence numbers, ports, keys
     * @param nowNs the time
     * @throws IllegalStateException if the layer has a TCP already
     */
    public TcpEngine(
            IpLayer ip,
            TcpSettings settings,
            TcpEvents events,
            RandomGenerator random,
            long nowNs) {
        this(ip, settings, events, random, new TcpCounters(), nowNs);
    }

    /** As the other, with counters of the caller's. */
    public TcpEngine(
            IpLayer ip,
            TcpSettings settings,
            TcpEvents events,
            RandomGenerator random,
            TcpCounters counters,
            long nowNs) {
        context = new TcpContext(ip, settings, events, random, counters, nowNs);
        segment = new ArrivingSegment(context.pool);
        SegmentWriter writer = new SegmentWriter(context);
        Scoreboard scoreboard = new Scoreboard(context);
        SendQueue sendQueue = new SendQueue(context, scoreboard);
        ReceiveQueue receiveQueue = new ReceiveQueue(context);
        timers = new Timers(context);
        stateless = new StatelessSegments(context);
        TailLossProbe tailLossProbe = new TailLossProbe(context);
        LossRecovery lossRecovery =
                new LossRecovery(context, scoreboard, new Rack(context, scoreboard), tailLossProbe);
        Pacer pacer = new Pacer(context);
        Retransmission retransmission =
                new Retransmission(context, sendQueue, writer, scoreboard, lossRecovery, pacer);
        pathMtu = new PathMtu(context, lossRecovery);
        MtuProbing mtuProbing = new MtuProbing(context, pathMtu);
        ExplicitCongestion explicitCongestion =
                new ExplicitCongestion(context, writer, lossRecovery);
        output =
                new Output(
                        context,
                        writer,
                        sendQueue,
                        scoreboard,
                        retransmission,
                        tailLossProbe,
                        pacer,
                        pathMtu,
                        mtuProbing,
                        timers);
        text = new Text(context, receiveQueue);
        timeWaits = new TimeWaitInput(context, stateless);
        teardown =
                new Teardown(
                        context,
                        sendQueue,
                        receiveQueue,
                        lossRecovery,
                        text,
                        writer,
                        timeWaits,
                        touched,
                        localPorts);
        FastOpenClient fastOpen = new FastOpenClient(context, sendQueue, stateless);
        FastOpenServer fastOpenServer = new FastOpenServer(context, stateless);
        opening =
                new Opening(
                        context,
                        stateless,
                        pathMtu,
                        mtuProbing,
                        timers,
                        teardown,
                        timeWaits,
                        touched,
                        fastOpen,
                        fastOpenServer,
                        explicitCongestion);
        listenInput =
                new ListenInput(
                        context,
                        stateless,
                        pathMtu,
                        opening,
                        fastOpenServer,
                        explicitCongestion,
                        this);
        Acknowledgments acknowledgments =
                new Acknowledgments(
                        context,
                        sendQueue,
                        lossRecovery,
                        tailLossProbe,
                        explicitCongestion,
                        timers);
        synchronizedInput =
                new SynchronizedInput(
                        context,
                        acknowledgments,
                        text,
                        teardown,
                        touched,
                        opening,
                        explicitCongestion);
        errors = new ErrorInput(context, teardown, touched, fastOpen);
        ReceiveTuning tuning = new ReceiveTuning(context);
        user =
                new UserCalls(
                        context,
                        sendQueue,
                        receiveQueue,
                        tuning,
                        output,
                        opening,
                        writer,
                        teardown);
        expiry =
                new TimerExpiry(
                        context,
                        output,
                        opening,
                        listenInput,
                        timeWaits,
                        lossRecovery,
                        tailLossProbe,
                        retransmission,
                        teardown,
                        writer,
                        timers,
                        touched,
                        mtuProbing);
        defaults = new TcpConnection(this);
        defaults.sndBufferBytes = settings.number(TcpSetting.SEND_BUFFER_BYTES);
        defaults.rcvBufferBytes = settings.number(TcpSetting.RECEIVE_BUFFER_BYTES);
        defaults.keepAliveIdleNs = settings.get(TcpSetting.KEEP_ALIVE_IDLE_NS);
        defaults.keepAliveIntervalNs = settings.get(TcpSetting.KEEP_ALIVE_INTERVAL_NS);
        defaults.keepAliveProbes = settings.number(TcpSetting.KEEP_ALIVE_PROBES);
        ports = new PortSelection(context, localPorts, opening);
        ip.register(new Transport());
    }

    // For the layer above.

    /** {@return a connection that is neither bound nor open} */
    public TcpConnection open() {
        TcpConnection c = new TcpConnection(this);
        c.inherit(defaults);
        return c;
    }

    /** {@return a listener that has no port yet} */
    public TcpListener listener() {
        return new TcpListener(this, open());
    }

    /** {@return the counters} */
    public TcpCounters counters() {
        return context.counters;
    }

    /** {@return the settings} */
    public TcpSettings settings() {
        return context.settings;
    }

    /** {@return all flows: connections, half-open ones and those in TIME-WAIT} */
    public int flows() {
        return context.flows.size();
    }

    /** {@return the flows that are in TIME-WAIT} */
    public int timeWaits() {
        return timeWaits.size();
    }

    /** {@return connections that their user has closed and that have not finished} */
    public int orphans() {
        return teardown.orphans();
    }

    /**
     * Does what is due by time; what it sends goes out with {@code IpLayer.flush} or the next poll.
     *
     * @return how many flows something was done for
     */
    public int advance(long nowNs) {
        int done = context.wheel.advance(nowNs, expiry) + touched.size();
        if (done > 0) {
            endBatch(nowNs);
        }
        return done;
    }

    /**
     * {@return when {@link #advance} has something to do, or {@link Long#MAX_VALUE}} It is {@link Long#MIN_VALUE}, at
     * once, when a call of the user's has ended a connection, which is to be reported.
     */
    public long nextDeadlineNs() {
        return touched.size() > 0 ? Long.MIN_VALUE : context.wheel.nextDeadlineNs();
    }

    /**
     * Ends the engine: connections are reset and all buffers go home. The IP layer must still be open. A second call
     * does nothing.
     */
    public void close(long nowNs) {
        if (isClosed) {
            return;
        }
        List<Flow> flows = new ArrayList<>();
        context.flows.forEach(flows::add);
        for (Flow flow : flows) {
            switch (flow) {
                case TcpConnection c -> teardown.abort(c, TcpConnection.ABORTED, nowNs);
                case EmbryonicConnection halfOpen -> listenInput.forget(halfOpen);
                case TimeWait old -> timeWaits.leave(old);
                default -> throw new IllegalStateException("no flow: " + flow);
            }
        }
        // What waits to be accepted may be over, and in no table, and have data that nobody has
        // read.
        localPorts.listeners().forEach(listener -> close(listener, nowNs));
        endBatch(nowNs);
        isClosed = true;
    }

    // For connections and listeners.

    UserCalls user() {
        return user;
    }

    String defaultCongestionControl() {
        return context.settings.congestionControl();
    }

    /** Another congestion control, also of a connection that is open: it starts from the present window. */
    void congestionControl(TcpConnection c, String name) {
        CongestionControl chosen = CongestionControls.create(name);
        CongestionControl before = c.congestion;
        if (before != null && before.cwnd() > 0) {
            chosen.startFrom(before, c.mss);
        }
        c.congestion = chosen;
    }

    int bind(TcpConnection c, long high, long low, int port) {
        if (!isNew(c) || c.wasBound || port < 0 || port > 0xFFFF) {
            return TcpConnection.INVALID_STATE;
        }
        return ports.bind(c, high, low, port);
    }

    /** {@return whether it was neither opened nor closed} */
    private static boolean isNew(TcpConnection c) {
        return c.state == TcpState.CLOSED && !c.wasOpen() && !c.isOrphan;
    }

    int bind(TcpListener listener, long high, long low, int port) {
        return listener.binding != null
                ? TcpConnection.INVALID_STATE
                : ports.bind(listener, high, low, port);
    }

    int listen(TcpListener listener) {
        LocalPorts.Binding binding = listener.binding;
        if (binding == null) {
            return TcpConnection.INVALID_STATE;
        }
        listener.isListening = true;
        return 0;
    }

    void close(TcpListener listener, long nowNs) {
        LocalPorts.Binding binding = listener.binding;
        if (binding == null) {
            return;
        }
        listener.isListening = false;
        localPorts.remove(binding);
        listener.binding = null;
        context.flows.forEach(flow -> {
            if (flow instanceof EmbryonicConnection e && e.listener == listener) {
                listenInput.forget(e);
            }
        });
        for (TcpConnection c = listener.accept(); c != null; c = listener.accept()) {
            user.abort(c, nowNs);
            c.events = 0;
        }
    }

    int connect(TcpConnection c, long high, long low, int port, long nowNs) {
        if (isClosed || !isNew(c) || port < 1 || port > 0xFFFF) {
            return TcpConnection.INVALID_STATE;
        }
        int way = opening.findWay(c, high, low, nowNs);
        if (way != 0) {
            return way;
        }
        Destination to = c.way();
        long localHigh = to.sourceHigh();
        long localLow = to.sourceLow();
        int local = ports.selectAndClaim(c, localHigh, localLow, high, low, port, nowNs);
        if (local < 0) {
            return local;
        }
        c.tuple(localHigh, localLow, local, high, low, port);
        c.pseudoSum = SegmentChecksum.pseudoSum(localHigh, localLow, high, low);
        if (!context.flows.add(c)) {
            c.releaseClaim();
            return TcpConnection.NO_MEMORY;
        }
        ensureCongestionControl(c);
        opening.begin(c, nowNs);
        return 0;
    }

    private void ensureCongestionControl(TcpConnection c) {
        if (c.congestion == null) {
            c.congestion = CongestionControls.create(context.settings.congestionControl());
        }
    }

    /** {@return a connection with the options of a listener} */
    TcpConnection accepted(TcpListener listener) {
        TcpConnection c = new TcpConnection(this);
        c.inherit(listener.prototype());
        CongestionControl chosen = listener.prototype().congestion;
        c.congestion =
                CongestionControls.create(
                        chosen == null ? context.settings.congestionControl() : chosen.name());
        return c;
    }

    /** A connection of a listener is established. */
    void enqueue(TcpListener listener, TcpConnection c) {
        listener.add(c);
        if (!listener.isReported) {
            listener.isReported = true;
            acceptable.add(listener);
        }
    }

    void keepAliveChanged(TcpConnection c, long nowNs) {
        if (c.keepsAlive && c.state.isSynchronized() && !c.isOrphan) {
            c.otherNs = Math.max(nowNs, c.lastReceivedNs + c.keepAliveIdleNs);
            timers.arm(c);
        }
    }

    void quickAck(TcpConnection c, long nowNs) {
        c.quickAcks = (byte) context.settings.number(TcpSetting.QUICK_ACKS);
        if (c.ackPending) {
            c.ackNow = true;
            output.run(c, nowNs);
        }
    }

    TcpInfo info(TcpConnection c, long nowNs) {
        CongestionControl congestion = c.congestion;
        Destination to = c.destination;
        return new TcpInfo(
                c.state(),
                condition(c),
                c.timeouts,
                c.probesSent,
                Math.max(c.backoff, c.probeBackoff),
                c.hasTimestamps,
                c.hasSack,
                c.peerScales,
                c.hasSynData,
                (c.ecn & ExplicitCongestion.SENDS) != 0,
                (c.ecn & ExplicitCongestion.SEEN) != 0,
                c.sndScale,
                c.rcvScale,
                timers.rto(c),
                c.mss,
                c.rcvMss,
                to == null ? 0 : pathMtu.advertised(to, c.maximumSegmentSize),
                c.flightSize(),
                c.sackedBytes,
                c.lostBytes,
                c.resentBytes,
                c.pathMtu,
                c.srttNs,
                c.rttvarNs,
                c.minRttNs,
                congestion == null ? 0 : congestion.ssthresh(),
                congestion == null ? 0 : LossRecovery.window(c, congestion),
                congestion == null ? context.settings.congestionControl() : congestion.name(),
                c.pacingRate,
                Integer.toUnsignedLong(c.delivered),
                c.sndWnd,
                c.rcvWnd(),
                c.rcvBufferBytes,
                c.sndBufferBytes,
                c.retransmissions,
                c.bytesAcknowledged,
                c.bytesReceived,
                c.segmentsSent,
                c.segmentsReceived,
                user.notSent(c),
                nowNs - c.lastReceivedNs);
    }

    /** {@return the name of Linux's for the condition of loss recovery} */
    private static String condition(TcpConnection c) {
        return switch (c.recovery) {
            case TcpConnection.FAST_RECOVERY -> "recovery";
            case TcpConnection.LOSS -> "loss";
            case TcpConnection.REDUCTION -> "cwr";
            default -> c.sackedBytes > 0 || c.duplicateAcks > 0 ? "disorder" : "open";
        };
    }

    /** {@return what a connection of a tuple begins with that opens at a time; for tests} */
    int initialSequenceNumber(
            long localHigh, long localLow, long remoteHigh, long remoteLow, int ports, long nowNs) {
        return context.sequenceNumbers.next(
                localHigh, localLow, remoteHigh, remoteLow, ports, nowNs);
    }

    // From the IP layer.

    /** What the IP layer sees of the engine. */
    private final class Transport implements TransportProtocol {
        @Override
        public int protocol() {
            return IpProtocol.TCP;
        }

        @Override
        public int received(int packet, IpDatagram datagram, long nowNs) {
            context.counters.increment(TcpCounter.SEGMENTS_RECEIVED);
            TcpCounter fault = segment.read(packet, datagram);
            if (fault != null) {
                context.counters.increment(fault);
            } else if (isClosed) {
                context.counters.increment(TcpCounter.RECEIVE_DROPPED_NO_CONNECTION);
            } else {
                arrives(segment, nowNs);
            }
            segment.release();
            return ACCEPTED;
        }

        @Override
        public boolean failed(IcmpError error, long nowNs) {
            return errors.process(error, nowNs);
        }

        @Override
        public void batchEnded(long nowNs) {
            endBatch(nowNs);
        }
    }

    /** SEGMENT ARRIVES (RFC 9293, section 3.10.7): one look-up says what the segment is for. */
    private void arrives(ArrivingSegment s, long nowNs) {
        Flow flow =
                context.flows.find(
                        s.localHigh,
                        s.localLow,
                        s.localPort,
                        s.remoteHigh,
                        s.remoteLow,
                        s.remotePort);
        if (flow instanceof TcpConnection c) {
            if (c.state == TcpState.SYN_SENT) {
                if (opening.synSent(c, s, nowNs)) {
                    synchronizedInput.afterSyn(c, s, nowNs);
                }
            } else {
                synchronizedInput.process(c, s, nowNs);
            }
            return;
        }
        if (flow instanceof TimeWait old) {
            TcpListener successor =
                    old.isSucceededBy(s)
                            ? localPorts.listener(s.localHigh, s.localLow, s.localPort)
                            : null;
            if (successor == null) {
                timeWaits.process(old, s, nowNs);
                return;
            }
            timeWaits.giveWay(old);
            goOn(listenInput.succeed(successor, old, s, nowNs), s, nowNs);
            return;
        }
        TcpConnection opened =
                flow instanceof EmbryonicConnection halfOpen
                        ? listenInput.halfOpen(halfOpen, s, nowNs)
                        : toListener(s, nowNs);
        goOn(opened, s, nowNs);
    }

    /** A connection that the segment has made goes on with it: the SYN of a Fast Open may have data. */
    private void goOn(@Nullable TcpConnection opened, ArrivingSegment s, long nowNs) {
        if (opened == null) {
            return;
        }
        if (opened.isFastOpened()) {
            synchronizedInput.afterSyn(opened, s, nowNs);
            opening.answerAtOnce(opened, nowNs);
        } else {
            synchronizedInput.process(opened, s, nowNs);
        }
    }

    private @Nullable TcpConnection toListener(ArrivingSegment s, long nowNs) {
        TcpListener listener = localPorts.listener(s.localHigh, s.localLow, s.localPort);
        if (listener == null) {
            context.counters.increment(TcpCounter.RECEIVE_DROPPED_NO_CONNECTION);
            stateless.reset(s, nowNs);
            return null;
        }
        return listenInput.listen(listener, s, nowNs);
    }

    /**
     * Everybody whom the batch touched is told once, and then sends once: what the user answers in between goes
     * with the acknowledgment.
     */
    private void endBatch(long nowNs) {
        for (int i = 0; i < acceptable.size(); i++) {
            TcpListener listener = acceptable.get(i);
            listener.isReported = false;
            if (listener.isListening) {
                context.events.acceptable(listener);
            }
        }
        acceptable.clear();
        for (int i = 0; i < touched.size(); i++) {
            report(touched.get(i));
        }
        for (int i = 0; i < touched.size(); i++) {
            TcpConnection c = touched.get(i);
            if (c.state != TcpState.CLOSED) {
                output.run(c, nowNs);
                text.detachIfDone(c);
            }
        }
        touched.clear();
    }

    private void report(TcpConnection c) {
        int what = c.events;
        c.events = 0;
        // What the user does to it from now on is news, to be reported in this batch.
        c.isTouched = false;
        if (c.isOrphan) {
            what &= TcpEvents.CLOSED;
        }
        // What happens before it is accepted is seen by who accepts it.
        if (what != 0 && c.listener == null) {
            context.events.changed(c, what);
        }
    }
}
