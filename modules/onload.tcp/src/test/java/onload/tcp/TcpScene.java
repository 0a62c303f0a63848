package onload.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.IpInterface;
import onload.ip.IpLayer;
import onload.ip.IpOptions;
import onload.nic.packet.HugePages;
import onload.nic.packet.PacketPool;
import onload.nic.packet.PoolOptions;
import onload.tcp.counter.TcpCounter;
import onload.testkit.Frames;
import onload.testkit.TcpSegmentBuilder;
import onload.testkit.ip.IcmpMessages;
import onload.testkit.ip.IpPackets;
import onload.wire.ArpPacket;
import onload.wire.CidrAddress;
import onload.wire.EtherType;
import onload.wire.EthernetHeader;
import onload.wire.Icmpv6Message;
import onload.wire.InternetChecksum;
import onload.wire.IpAddress;
import onload.wire.IpProtocol;
import onload.wire.Ipv4Header;
import onload.wire.Ipv6Header;
import onload.wire.MacAddress;
import onload.wire.NdpMessage;
import onload.wire.TcpHeader;
import onload.wire.TcpOptions;
import onload.wire.text.FrameText;

import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * One TCP engine on an IP layer on a NIC whose wire the test holds, on virtual time: segments are injected and segments
 * are expected, at times that are exact.
 *
 * <pre>
 * try (TcpScene scene = new TcpScene().established()) {
 *     scene.receives(data("hello").seq(1).ack(1));
 *     scene.sends(ack().seq(1).ack(6));
 *     assertEquals("hello", scene.reads());
 * }
 * </pre>
 *
 * <p>Initial sequence numbers of both sides are ten before they wrap around, unless {@link #isns} says others. The peer
 * answers ARP and NDP by itself, which is not seen. What is sent and not expected fails the test when the scene closes,
 * and so do wrong checksums, and buffers that are not home.
 */
final class TcpScene implements AutoCloseable, TcpEvents {
    static final int PORT = 80;
    static final int PEER_PORT = 5000;

    /** The port of a connection that connects. */
    static final int OWN_PORT = 40_000;

    private static final long NS_PER_MS = 1_000_000L;
    private static final long OWN_MAC = MacAddress.parse("02:00:00:00:00:01");
    private static final long PEER_MAC = MacAddress.parse("02:00:00:00:00:02");
    private static final byte[] NONE = {};
    private static final int MAX_ROUNDS = 100_000;
    private static final int BATCH = 64;

    final PacketPool pool;
    final WireNic nic;
    final IpLayer ip;
    final TcpEngine tcp;
    final boolean isIpv6;
    final String own;
    final String peer;

    /** The connection that {@link #established}, {@link #connects} and {@link #accepts} make. */
    TcpConnection connection;

    /** The listener that {@link #listening} makes. */
    TcpListener listener;

    private final Deque<Sent> sent = new ArrayDeque<>();
    private final List<String> trace = new ArrayList<>();
    private final Map<Integer, Ends> ends = new HashMap<>();
    private final Map<TcpConnection, Integer> seen = new HashMap<>();
    private final Deque<TcpListener> acceptable = new ArrayDeque<>();
    private int ownIsn = -10;
    private int peerIsn = -10;
    private int ownPort = PORT;
    private long nowNs = 123_456_789L;
    private long markNs;
    private boolean ignoresRest;

    /** What is done to a connection before it connects. */
    Consumer<TcpConnection> beforeConnect = which -> {};

    /** What the user does when something is reported. */
    Consumer<TcpConnection> onChange = which -> {};

    /** What {@link #connects} asks for. */
    boolean opensFast;

    /** The last Fast Open cookie that was sent. */
    byte[] lastCookie = NONE;

    private boolean isAbandoned;

    /** What one pair of ports has come to: numbers that others are relative to. */
    private static final class Ends {
        int iss;
        int irs;
        boolean hasIss;
        int peerNext;
        int acknowledged;
        int timestampBase;
        int lastTimestamp;
        boolean hasTimestamps;
        long timestampNs;
    }

    /** A segment that was sent. */
    private static final class Sent {
        final long atNs;
        final byte[] frame;

        Sent(long atNs, byte[] frame) {
            this.atNs = atNs;
            this.frame = frame;
        }
    }

    TcpScene() {
        this(TcpSettings.DEFAULT);
    }

    TcpScene(TcpSettings settings) {
        this(settings, false, 1500);
    }

    TcpScene(TcpSettings settings, boolean isIpv6) {
        this(settings, isIpv6, 1500);
    }

    TcpScene(TcpSettings settings, boolean isIpv6, int mtu) {
        this(settings, isIpv6, mtu, 2048);
    }

    TcpScene(TcpSettings settings, boolean isIpv6, int mtu, int buffers) {
        this.isIpv6 = isIpv6;
        own = isIpv6 ? "2001:db8::1" : "192.0.2.1";
        peer = isIpv6 ? "2001:db8::2" : "192.0.2.2";
        pool =
                PacketPool.open(
                        PoolOptions.of(buffers)
                                .withHugePages(HugePages.NEVER)
                                .withAccounting(true));
        nic = new WireNic(pool, OWN_MAC, mtu);
        ip = new IpLayer(IpOptions.DEFAULT, pool, new SplittableRandom(1), nowNs);
        IpInterface nic0 = ip.addInterface("nic0", nic);
        ip.up(nic0, nowNs);
        ip.addAddress(nic0, CidrAddress.parse(own + (isIpv6 ? "/64" : "/24")), nowNs);
        tcp = new TcpEngine(ip, settings, this, new SplittableRandom(2), nowNs);
        connection = tcp.open();
        listener = tcp.listener();
        after(10_000);
        trace.clear();
        markNs = nowNs;
    }

    // Openings.

    /** Chooses the initial sequence numbers of what opens from now on. */
    TcpScene isns(int own, int peer) {
        ownIsn = own;
        peerIsn = peer;
        return this;
    }

    /** Listens at {@link #PORT}. */
    TcpScene listening(int backlog) {
        ownPort = PORT;
        listener = tcp.listener();
        assertEquals(0, listener.bind(0, 0, PORT));
        assertEquals(0, listener.listen(backlog));
        goToIsn(PORT, PEER_PORT);
        return this;
    }

    /** Connects from {@link #OWN_PORT} to {@link #PEER_PORT}: the SYN is there to be expected. */
    TcpScene connects() {
        goToIsn(OWN_PORT, PEER_PORT);
        return connectsNow();
    }

    /** As {@link #connects}, but no time passes, so that the initial sequence number is not the one that was chosen. */
    TcpScene connectsNow() {
        ownPort = OWN_PORT;
        connection = tcp.open();
        connection.fastOpen(opensFast);
        beforeConnect.accept(connection);
        ends(PEER_PORT);
        IpAddress to = IpAddress.parse(peer);
        IpAddress any = IpAddress.parse(isIpv6 ? "::" : "0.0.0.0");
        assertEquals(0, connection.bind(any.high(), any.low(), OWN_PORT));
        assertEquals(0, connection.connect(to.high(), to.low(), PEER_PORT, nowNs));
        settle();
        return this;
    }

    /** As {@link #accepted}, with an MSS of 1460 and no other options. */
    TcpScene established() {
        return accepted(Segment.syn().mss(1460));
    }

    /** A connection that the peer has opened, with a SYN with these options. */
    TcpScene accepted(Segment syn) {
        if (listener.port() == 0) {
            listening(5);
        }
        receives(syn.seq(0));
        takeSent("SYN-ACK");
        receives(Segment.ack().seq(1).ack(1));
        accepts();
        return begun();
    }

    /** Takes a connection from the listener. */
    TcpConnection accepts() {
        TcpConnection accepted = listener.accept();
        assertNotNull(accepted, () -> "nothing to accept\n" + describe());
        connection = Objects.requireNonNull(accepted);
        seen.remove(connection);
        return connection;
    }

    /** A connection that this side has opened, which the peer answers with a SYN-ACK with these options. */
    TcpScene connected(Segment synAck) {
        connects();
        takeSent("SYN");
        receives(synAck.seq(0).ack(1));
        sends(Segment.ack().seq(1).ack(1));
        seen.remove(connection);
        return begun();
    }

    private TcpScene begun() {
        assertEquals(TcpState.ESTABLISHED, connection.state(), this::describe);
        sendsNothing();
        mark();
        return this;
    }

    /**
     * A connection in a state that it has reached without data: in both directions the next sequence number is 1, or 2
     * where there was a FIN.
     */
    TcpScene inState(TcpState state) {
        switch (state) {
            case CLOSED -> connection = tcp.open();
            case LISTEN -> listening(5);
            case SYN_SENT -> {
                connects();
                sends(Segment.syn().seq(0));
            }
            case SYN_RECEIVED -> {
                inState(TcpState.SYN_SENT);
                receives(Segment.syn().seq(0).mss(1460));
                sends(Segment.synAck().seq(0).ack(1));
            }
            case ESTABLISHED -> established();
            case FIN_WAIT_1 -> {
                established();
                assertEquals(0, connection.shutdownOutput(nowNs));
                settle();
                sends(Segment.fin().seq(1).ack(1));
            }
            case FIN_WAIT_2 -> {
                inState(TcpState.FIN_WAIT_1);
                receives(Segment.ack().seq(1).ack(2));
            }
            case CLOSE_WAIT -> {
                established();
                receives(Segment.fin().seq(1).ack(1));
                sends(Segment.ack().seq(1).ack(2));
            }
            case CLOSING -> {
                inState(TcpState.FIN_WAIT_1);
                receives(Segment.fin().seq(1).ack(1));
                sends(Segment.ack().seq(2).ack(2));
            }
            case LAST_ACK -> {
                inState(TcpState.CLOSE_WAIT);
                assertEquals(0, connection.shutdownOutput(nowNs));
                settle();
                sends(Segment.fin().seq(1).ack(2));
            }
            case TIME_WAIT -> {
                inState(TcpState.FIN_WAIT_2);
                receives(Segment.fin().seq(1).ack(2));
                sends(Segment.ack().seq(2).ack(2));
            }
        }
        if (state != TcpState.LISTEN) {
            assertEquals(state, connection.state(), this::describe);
            seen.remove(connection);
        }
        mark();
        return this;
    }

    /** Lets the time come at which the initial sequence number of a tuple is the one that was chosen. */
    private void goToIsn(int local, int remote) {
        IpAddress from = IpAddress.parse(own);
        IpAddress to = IpAddress.parse(peer);
        int now =
                tcp.initialSequenceNumber(
                        from.high(), from.low(), to.high(), to.low(), local << 16 | remote, nowNs);
        long ticks = Integer.toUnsignedLong(ownIsn - now);
        nowNs += ticks << 12;
        settle();
        mark();
    }

    // The peer.

    /** Segments come in, in one batch. */
    TcpScene receives(Segment... segments) {
        for (Segment each : segments) {
            byte[] frame = frame(each);
            note("<", frame);
            nic.inject(frame);
        }
        settle();
        return this;
    }

    /** An ICMP error comes in, about a segment of ours as the test says it. */
    TcpScene receivesIcmp(int type, int code, Segment about) {
        return receivesIcmp(IcmpMessages.error(type, code, packetOfOurs(about)));
    }

    /** The report comes in that a segment of ours is too long. */
    TcpScene receivesTooBig(int mtu, Segment about) {
        return receivesIcmp(IcmpMessages.tooBig(mtu, packetOfOurs(about)));
    }

    private TcpScene receivesIcmp(byte[] message) {
        byte[] frame =
                IpPackets.frame(
                        PEER_MAC, OWN_MAC, IpPackets.icmp(peer, own, isIpv6 ? 255 : 64, message));
        note("<", frame);
        nic.inject(frame);
        settle();
        return this;
    }

    private byte[] packetOfOurs(Segment s) {
        int port = s.port == null ? PEER_PORT : s.port;
        Ends e = ends(port);
        int local = s.localPort == null ? ownPort : s.localPort;
        byte[] frame =
                Frames.tcp(own, local, peer, port)
                        .sequenceNumber(sequenceOf(s, e.iss, e.acknowledged))
                        .ack(e.peerNext)
                        .flags(s.flags)
                        .payload(s.payload)
                        .build();
        return Arrays.copyOfRange(frame, EthernetHeader.LENGTH, frame.length);
    }

    /** {@return the frame of a segment of the peer's} */
    byte[] frame(Segment s) {
        int port = s.port == null ? PEER_PORT : s.port;
        Ends e = ends(port);
        if (s.is(TcpHeader.SYN) && s.rawSeq == null) {
            e.irs = peerIsn;
            e.peerNext = peerIsn;
        }
        int seq = sequenceOf(s, e.irs, e.peerNext);
        int ack = s.rawAck != null ? s.rawAck : s.ack != null ? e.iss + s.ack : e.acknowledged;
        boolean hasAck = s.is(TcpHeader.ACK) || s.ack != null || s.rawAck != null;
        TcpSegmentBuilder frame =
                Frames.tcp(
                                s.from == null ? peer : s.from,
                                port,
                                own,
                                s.localPort == null ? ownPort : s.localPort)
                        .ethernet(PEER_MAC, OWN_MAC)
                        .sequenceNumber(seq)
                        .window(s.window == null ? 65535 : s.window)
                        .payload(s.payload);
        if (hasAck) {
            frame.ack(ack);
        }
        if (s.urgentPointer != null) {
            frame.urgent(s.urgentPointer);
        }
        if (s.hasWrongChecksum) {
            frame.wrongTransportChecksum();
        }
        if (s.trafficClass != null) {
            frame.trafficClass(s.trafficClass);
        }
        options(frame.flags(s.flags), s, e);
        if (seq + s.span() - e.peerNext > 0) {
            e.peerNext = seq + s.span();
        }
        return frame.build();
    }

    private static int sequenceOf(Segment s, int isn, int usual) {
        return s.rawSeq != null ? s.rawSeq : s.seq != null ? isn + s.seq : usual;
    }

    private void options(TcpSegmentBuilder frame, Segment s, Ends e) {
        if (s.rawOptions != null) {
            frame.options(s.rawOptions);
        }
        if (s.mss != null) {
            frame.maximumSegmentSize(s.mss);
        }
        if (s.windowScale != null) {
            frame.windowScale(s.windowScale);
        }
        if (s.sackPermitted) {
            frame.sackPermitted();
        }
        boolean isUsual = e.hasTimestamps && !s.is(TcpHeader.SYN | TcpHeader.RST);
        if (s.withTimestamps || (isUsual && !s.withoutTimestamps)) {
            if (s.is(TcpHeader.SYN)) {
                e.hasTimestamps = true;
                e.timestampNs = nowNs;
            }
            int value = s.timestamp == null ? peerTimestamp(e) : s.timestamp;
            int echo = s.echo == null ? e.lastTimestamp : e.timestampBase + s.echo;
            frame.timestamps(value, s.is(TcpHeader.ACK) ? echo : 0);
        }
        if (s.cookie != null) {
            frame.fastOpen(s.cookie);
        }
        if (s.sack != null && s.sack.length > 0) {
            int[] edges = s.sack.clone();
            for (int i = 0; i < edges.length; i++) {
                edges[i] += e.iss;
            }
            frame.sack(edges);
        }
    }

    /** The peer's clock ticks every millisecond, and its SYN has 1000. */
    private int peerTimestamp(Ends e) {
        return 1000 + (int) ((nowNs - e.timestampNs) / NS_PER_MS);
    }

    private Ends ends(int port) {
        return ends.computeIfAbsent(
                port,
                p -> {
                    Ends e = new Ends();
                    e.irs = peerIsn;
                    e.peerNext = peerIsn + 1;
                    return e;
                });
    }

    // Time.

    long nowNs() {
        return nowNs;
    }

    /** {@link #sendsAt} counts from now. */
    TcpScene mark() {
        markNs = nowNs;
        return this;
    }

    /** Time goes on, from deadline to deadline. */
    TcpScene after(double millis) {
        runTo(nowNs + Math.round(millis * NS_PER_MS));
        return this;
    }

    private void runTo(long endNs) {
        settle();
        int rounds = 0;
        long next = Math.min(ip.nextDeadlineNs(), tcp.nextDeadlineNs());
        while (next <= endNs) {
            nowNs = Math.max(nowNs, next);
            settle();
            next = Math.min(ip.nextDeadlineNs(), tcp.nextDeadlineNs());
            assertTrue(++rounds < MAX_ROUNDS, "deadlines that do not move on");
        }
        nowNs = Math.max(nowNs, endNs);
        settle();
    }

    /** Polls until nothing is left to be done now. */
    TcpScene settle() {
        int rounds = 0;
        do {
            tcp.advance(nowNs);
            ip.poll(nowNs, BATCH);
            ip.flush(nowNs);
            listen();
            assertTrue(++rounds < MAX_ROUNDS, "an engine that does not come to rest");
        } while (nic.hasEvents() || ip.nextDeadlineNs() <= nowNs || tcp.nextDeadlineNs() <= nowNs);
        return this;
    }

    private void listen() {
        for (byte[] frame = nic.takeFrame(); frame.length > 0; frame = nic.takeFrame()) {
            UnsafeBuffer bytes = new UnsafeBuffer(frame);
            int type = EthernetHeader.etherType(bytes, 0, EthernetHeader.LENGTH);
            if (type == EtherType.ARP) {
                answerArp(bytes);
            } else if (protocol(bytes, type) == IpProtocol.TCP) {
                learn(bytes);
                note(">", frame);
                assertWellFormed(bytes);
                sent.add(new Sent(nowNs, frame));
            } else if (type == EtherType.IPV6) {
                answerNdp(bytes);
            }
        }
    }

    private static int protocol(UnsafeBuffer frame, int type) {
        return type == EtherType.IPV4
                ? Ipv4Header.protocol(frame, EthernetHeader.LENGTH)
                : Ipv6Header.nextHeader(frame, EthernetHeader.LENGTH);
    }

    private void answerArp(UnsafeBuffer frame) {
        int at = EthernetHeader.LENGTH;
        String target = IpAddress.of(ArpPacket.targetProtocolAddress(frame, at)).toString();
        boolean isQuestion = ArpPacket.operation(frame, at) == ArpPacket.REQUEST;
        if (isQuestion && !target.equals(own) && !target.endsWith(".254")) {
            nic.inject(
                    Frames.arpReply(
                            MacAddress.toString(PEER_MAC),
                            target,
                            MacAddress.toString(OWN_MAC),
                            own));
        }
    }

    private void answerNdp(UnsafeBuffer frame) {
        int at = EthernetHeader.LENGTH + Ipv6Header.LENGTH;
        if (protocol(frame, EtherType.IPV6) != IpProtocol.ICMPV6
                || Icmpv6Message.type(frame, at) != NdpMessage.NEIGHBOR_SOLICITATION) {
            return;
        }
        IpAddress asker =
                IpAddress.of(
                        Ipv6Header.sourceHigh(frame, EthernetHeader.LENGTH),
                        Ipv6Header.sourceLow(frame, EthernetHeader.LENGTH));
        IpAddress target =
                IpAddress.of(NdpMessage.targetHigh(frame, at), NdpMessage.targetLow(frame, at));
        if (target.equals(IpAddress.parse(peer)) && !asker.isUnspecified()) {
            byte[] message =
                    IcmpMessages.neighborAdvertisement(
                            target, PEER_MAC, NdpMessage.SOLICITED | NdpMessage.OVERRIDE);
            nic.inject(
                    IpPackets.frame(
                            PEER_MAC, OWN_MAC, IpPackets.icmp(target, asker, 255, message)));
        }
    }

    private void learn(UnsafeBuffer frame) {
        int at = tcpIndex(frame);
        Ends e = ends(TcpHeader.destinationPort(frame, at));
        int flags = TcpHeader.flags(frame, at);
        int seq = TcpHeader.sequenceNumber(frame, at);
        int headerLength = TcpHeader.headerLength(frame, at);
        TcpOptions options = new TcpOptions();
        options.parse(frame, at, headerLength);
        if ((flags & TcpHeader.SYN) != 0) {
            if (!e.hasIss || e.iss != seq) {
                e.timestampBase = options.timestampValue();
            }
            e.iss = seq;
            e.hasIss = true;
            e.acknowledged = seq + 1;
        }
        if (options.hasTimestamps()) {
            e.lastTimestamp = options.timestampValue();
        }
        if (options.hasFastOpen() && options.cookieLength() > 0) {
            lastCookie = cookie(options, frame);
        }
        int end = seq + ipPayloadLength(frame) - headerLength;
        end += Integer.bitCount(flags & (TcpHeader.SYN | TcpHeader.FIN));
        if ((flags & TcpHeader.RST) == 0 && end - e.acknowledged > 0) {
            e.acknowledged = end;
        }
    }

    /** Whatever is sent has a right checksum, options that can be read, and flags that go together. */
    private void assertWellFormed(UnsafeBuffer frame) {
        int at = tcpIndex(frame);
        assertEquals(0, InternetChecksum.fold(sum(frame, at)), () -> "checksum\n" + describe());
        int headerLength = TcpHeader.check(frame, at, ipPayloadLength(frame));
        assertTrue(headerLength >= TcpHeader.MIN_LENGTH, () -> "header\n" + describe());
        int parsed = new TcpOptions().parse(frame, at, headerLength);
        assertTrue(parsed >= 0, () -> "options\n" + describe());
        String flags = Segment.flagNames(TcpHeader.flags(frame, at));
        boolean isUsual = flags.matches("\\[(S(EW)?|S\\.E?|R|R\\.|F?P?\\.U?E?W?)\\]");
        assertTrue(isUsual, () -> "flags " + flags + "\n" + describe());
    }

    private int tcpIndex(UnsafeBuffer frame) {
        return EthernetHeader.LENGTH
                + (isIpv6
                        ? Ipv6Header.LENGTH
                        : Ipv4Header.headerLength(frame, EthernetHeader.LENGTH));
    }

    private int ipPayloadLength(UnsafeBuffer frame) {
        int at = EthernetHeader.LENGTH;
        return isIpv6
                ? Ipv6Header.payloadLength(frame, at)
                : Ipv4Header.totalLength(frame, at) - Ipv4Header.headerLength(frame, at);
    }

    // Expectations.

    /** The next segment that was sent is this, whenever it was. */
    TcpScene sends(Segment... expected) {
        for (Segment each : expected) {
            Sent next = sent.poll();
            if (next == null) {
                throw failure("sends nothing", each, NONE);
            }
            compare(each, next.frame);
        }
        return this;
    }

    /** The next segment that is sent is this, and goes exactly so long after {@link #mark}. */
    TcpScene sendsAt(double millis, Segment... expected) {
        long atNs = markNs + Math.round(millis * NS_PER_MS);
        runTo(Math.max(nowNs, atNs));
        for (Segment each : expected) {
            Sent next = sent.poll();
            if (next == null) {
                throw failure("sends nothing by " + millis + " ms", each, NONE);
            }
            compare(each, next.frame);
            if (next.atNs != atNs) {
                String times =
                        "at " + (next.atNs - markNs) / 1e6 + " ms instead of " + millis + " ms";
                throw failure(times, each, next.frame);
            }
        }
        return this;
    }

    /** Nothing was sent that was not expected before. */
    TcpScene sendsNothing() {
        Sent next = sent.peek();
        if (next != null) {
            throw failure("sends something", null, next.frame);
        }
        return this;
    }

    /** {@return how many segments wait to be expected} */
    int sentCount() {
        return sent.size();
    }

    /** Takes the next segment that was sent, whatever it is. */
    TcpScene takeSent(String what) {
        assertNotNull(sent.poll(), () -> "sends no " + what + "\n" + describe());
        return this;
    }

    /** {@return the next segment that was sent, as far as ECN has to do with it: flags, codepoint, payload} */
    Segment takeMarked() {
        Sent next = sent.poll();
        if (next == null) {
            throw failure("sends nothing", null, NONE);
        }
        UnsafeBuffer frame = new UnsafeBuffer(next.frame);
        int at = tcpIndex(frame);
        int from = at + TcpHeader.headerLength(frame, at);
        byte[] payload = new byte[ipPayloadLength(frame) - from + at];
        frame.getBytes(from, payload);
        return Segment.segment(
                        Segment.flagNames(TcpHeader.flags(frame, at)).replaceAll("[\\[\\]]", ""))
                .payload(payload)
                .trafficClass(trafficClass(frame));
    }

    /** Takes all that was sent, whatever it is. */
    TcpScene takeAllSent() {
        sent.clear();
        return this;
    }

    /** What is sent from now on need not be expected. */
    TcpScene ignoreRest() {
        ignoresRest = true;
        return this;
    }

    private void compare(Segment expected, byte[] frame) {
        UnsafeBuffer bytes = new UnsafeBuffer(frame);
        String difference = difference(expected, bytes);
        if (!difference.isEmpty()) {
            throw failure(difference, expected, frame);
        }
    }

    private String difference(Segment x, UnsafeBuffer frame) {
        int at = tcpIndex(frame);
        int port = TcpHeader.destinationPort(frame, at);
        Ends e = ends(port);
        int flags = TcpHeader.flags(frame, at);
        int headerLength = TcpHeader.headerLength(frame, at);
        TcpOptions options = new TcpOptions();
        int parsed = options.parse(frame, at, headerLength);
        byte[] payload = new byte[ipPayloadLength(frame) - headerLength];
        frame.getBytes(at + headerLength, payload);
        Differences d = new Differences();
        d.compare("checksum", 0, InternetChecksum.fold(sum(frame, at)));
        d.compare("options", true, parsed >= 0);
        d.compare("peer port", x.port, port);
        d.compare("own port", x.localPort, TcpHeader.sourcePort(frame, at));
        d.compare("flags", Segment.flagNames(x.flags), Segment.flagNames(flags));
        int seq = TcpHeader.sequenceNumber(frame, at);
        int ack = TcpHeader.acknowledgmentNumber(frame, at);
        d.compare("seq", x.seq, seq - e.iss);
        d.compare("raw seq", x.rawSeq, seq);
        d.compare("ack", x.ack, ack - e.irs);
        d.compare("raw ack", x.rawAck, ack);
        d.compare("window", x.window, TcpHeader.window(frame, at));
        d.compare("urgent pointer", x.urgentPointer, TcpHeader.urgentPointer(frame, at));
        compareOptions(d, x, e, options, frame);
        d.compare("no options", x.withoutOptions ? TcpHeader.MIN_LENGTH : null, headerLength);
        d.compare("traffic class", x.trafficClass, trafficClass(frame));
        d.compare("length", x.payload.length, payload.length);
        d.compare("payload", Arrays.hashCode(x.payload), Arrays.hashCode(payload));
        return d.text;
    }

    private int trafficClass(UnsafeBuffer frame) {
        return isIpv6
                ? Ipv6Header.trafficClass(frame, EthernetHeader.LENGTH)
                : Ipv4Header.trafficClass(frame, EthernetHeader.LENGTH);
    }

    private static void compareOptions(
            Differences d, Segment x, Ends e, TcpOptions options, UnsafeBuffer frame) {
        d.compare("mss", x.mss, options.hasMaximumSegmentSize() ? options.maximumSegmentSize() : 0);
        d.compare("wscale", x.windowScale, options.hasWindowScale() ? options.windowScale() : -1);
        d.compare("sackOK", x.sackPermitted ? true : null, options.sackPermitted());
        d.compare("has TS", x.withTimestamps ? true : null, options.hasTimestamps());
        d.compare("has TS", x.withoutTimestamps ? false : null, options.hasTimestamps());
        d.compare("TS val", x.timestamp, options.timestampValue() - e.timestampBase);
        d.compare("TS ecr", x.echo, options.timestampEchoReply());
        String hex = HexFormat.of().formatHex(cookie(options, frame));
        d.compare("tfo", x.cookie == null ? null : HexFormat.of().formatHex(x.cookie), hex);
        boolean asks = x.cookie != null || x.withAnyCookie;
        d.compare("has tfo", asks ? true : null, options.hasFastOpen());
        d.compare("has tfo", x.withoutFastOpen ? false : null, options.hasFastOpen());
        d.compare("has a cookie", x.withAnyCookie ? true : null, !hex.isEmpty());
        if (x.sack != null) {
            int[] edges = new int[2 * options.sackBlocks()];
            for (int i = 0; i < options.sackBlocks(); i++) {
                edges[2 * i] = options.sackLeftEdge(frame, i) - e.irs;
                edges[2 * i + 1] = options.sackRightEdge(frame, i) - e.irs;
            }
            d.compare("sack", Arrays.toString(x.sack), Arrays.toString(edges));
        }
    }

    private static byte[] cookie(TcpOptions options, UnsafeBuffer frame) {
        byte[] bytes = new byte[options.hasFastOpen() ? options.cookieLength() : 0];
        frame.getBytes(options.cookieOffset(), bytes);
        return bytes;
    }

    private long sum(UnsafeBuffer frame, int at) {
        int length = ipPayloadLength(frame);
        long pseudoHeader =
                isIpv6
                        ? Ipv6Header.pseudoHeader(
                                frame, EthernetHeader.LENGTH, IpProtocol.TCP, length)
                        : Ipv4Header.pseudoHeader(frame, EthernetHeader.LENGTH);
        return InternetChecksum.sum(frame, at, length, pseudoHeader);
    }

    /** The first thing that is not as expected. */
    private static final class Differences {
        private String text = "";

        /** Nothing is expected if it is null. */
        void compare(String what, @Nullable Object expected, Object actual) {
            if (text.isEmpty() && expected != null && !expected.equals(actual)) {
                text = what + " is " + actual + ", expected " + expected;
            }
        }
    }

    private AssertionError failure(String what, @Nullable Segment expected, byte[] actual) {
        isAbandoned = true;
        return new AssertionError(
                "%s%n  expected %s%n  actual   %s%n%s"
                        .formatted(
                                what,
                                expected == null ? "nothing" : expected,
                                actual.length == 0 ? "nothing" : relative(actual),
                                describe()));
    }

    /** {@return the connection and all that was on the wire, with times since the mark} */
    String describe() {
        StringBuilder text = new StringBuilder("%s%n".formatted(connection));
        trace.forEach(line -> text.append("    ").append(line).append('\n'));
        return text.append("  at ").append((nowNs - markNs) / 1e6).append(" ms").toString();
    }

    private void note(String direction, byte[] frame) {
        trace.add("%12.6f %s %s".formatted(nowNs / 1e9, direction, relative(frame)));
    }

    private String relative(byte[] bytes) {
        UnsafeBuffer frame = new UnsafeBuffer(bytes);
        String text = FrameText.of(frame, 0, bytes.length);
        int type = EthernetHeader.etherType(frame, 0, EthernetHeader.LENGTH);
        if (protocol(frame, type) != IpProtocol.TCP) {
            return text;
        }
        int at = tcpIndex(frame);
        boolean isOurs = EthernetHeader.source(frame, 0) == OWN_MAC;
        int port = isOurs ? TcpHeader.destinationPort(frame, at) : TcpHeader.sourcePort(frame, at);
        Ends e = ends(port);
        int seq = TcpHeader.sequenceNumber(frame, at) - (isOurs ? e.iss : e.irs);
        int ack = TcpHeader.acknowledgmentNumber(frame, at) - (isOurs ? e.irs : e.iss);
        return "seq " + seq + " ack " + ack + ": " + text;
    }

    // The user.

    /** The user sends; all of it is taken. */
    TcpScene writes(String text) {
        return writes(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** The user sends; all of it is taken. */
    TcpScene writes(byte[] bytes) {
        assertEquals(bytes.length, tryWrite(bytes), this::describe);
        return this;
    }

    /** {@return what the connection answers to a send} */
    int tryWrite(byte[] bytes) {
        int answer = connection.send(new UnsafeBuffer(bytes), 0, bytes.length, nowNs);
        settle();
        return answer;
    }

    /** {@return all that can be read, as text} */
    String reads() {
        return new String(readsBytes(1 << 24), StandardCharsets.ISO_8859_1);
    }

    /** {@return what can be read, so many bytes at most} */
    byte[] readsBytes(int most) {
        byte[] bytes = new byte[Math.min(most, connection.available())];
        int got = connection.receive(new UnsafeBuffer(bytes), 0, bytes.length, nowNs);
        assertEquals(bytes.length, Math.max(0, got), this::describe);
        settle();
        return bytes;
    }

    /** {@return what the connection answers to a receive of one byte, which is not shown} */
    int tryRead() {
        int answer = connection.receive(new UnsafeBuffer(new byte[1]), 0, 1, nowNs);
        settle();
        return answer;
    }

    /** The user sends no more. */
    TcpScene shutsDown() {
        assertEquals(0, connection.shutdownOutput(nowNs));
        return settle();
    }

    /** The user closes. */
    TcpScene closes() {
        connection.close(nowNs);
        return settle();
    }

    /** The user aborts. */
    TcpScene aborts() {
        connection.abort(nowNs);
        return settle();
    }

    /** The connection is in a state. */
    TcpScene is(TcpState state) {
        assertEquals(state, connection.state(), this::describe);
        return this;
    }

    /** {@return what was reported of the connection since it was asked last, or since it was established} */
    int events() {
        Integer what = seen.remove(connection);
        return what == null ? 0 : what;
    }

    /** {@return what was reported of a connection since it was asked last} */
    int events(TcpConnection of) {
        Integer what = seen.remove(of);
        return what == null ? 0 : what;
    }

    /** {@return the sequence number of the last SYN or SYN-ACK to {@link #PEER_PORT}} */
    int connectionIss() {
        return ends(PEER_PORT).iss;
    }

    /** {@return how often the listener was reported} */
    int timesAcceptable() {
        return acceptable.size();
    }

    long count(TcpCounter counter) {
        return tcp.counters().get(counter);
    }

    @Override
    public void changed(TcpConnection which, int what) {
        seen.merge(which, what, (one, other) -> one | other);
        onChange.accept(which);
    }

    @Override
    public void acceptable(TcpListener which) {
        acceptable.add(which);
    }

    // The end.

    @Override
    public void close() {
        try {
            if (!ignoresRest && !isAbandoned) {
                sendsNothing();
            }
        } finally {
            nic.jam(false);
            nic.hold(false);
            settle();
            connection.close(nowNs);
            tcp.close(nowNs);
            settle();
            assertEquals(0, tcp.flows(), "flows are left");
            assertEquals(0, tcp.orphans(), "orphans are left");
            ip.close();
            String outstanding = pool.outstanding();
            long badReleases = pool.badReleases();
            pool.close();
            if (!isAbandoned) {
                assertEquals("", outstanding, this::describe);
                assertEquals(0, badReleases, "buffers were released twice");
            }
        }
    }
}
