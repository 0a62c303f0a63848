package onload.tcp;

import onload.ip.Destination;
import onload.ip.FragmentPolicy;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.tcp.counter.TcpCounter;
import onload.tcp.flow.Flow;
import onload.wire.IpProtocol;
import onload.wire.Ipv6Address;
import onload.wire.TcpHeader;
import onload.wire.TcpOptions;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * Segments that no connection sends: resets for what belongs to none, SYN-ACKs of half-open connections and cookies,
 * acknowledgments from TIME-WAIT. They go by one destination that turns from peer to peer, so that a flood of SYNs
 * leaves nothing behind.
 */
final class StatelessSegments {
    /** No option of that kind. */
    static final int NONE = -1;

    private final TcpContext context;
    private final PacketPool pool;
    private final PacketBuffers buffers;
    private final UnsafeBuffer memory;
    private final Destination anywhere;
    private Destination way;

    // What a SYN-ACK says, and what every segment may carry.
    private int maximumSegmentSize = NONE;
    private int windowScale = NONE;
    private boolean sackPermitted;
    private boolean hasTimestamps;
    private int timestampValue;
    private int timestampEchoReply;
    private int cookieLength = NONE;
    private final UnsafeBuffer cookie = new UnsafeBuffer(new byte[TcpOptions.MAX_COOKIE_LENGTH]);

    // What a SYN brings of its user's.
    private int payloadIndex;
    private int payloadLength;
    private int codepoint;

    StatelessSegments(TcpContext context) {
        this.context = context;
        pool = context.pool;
        buffers = context.buffers;
        memory = context.memory;
        anywhere = context.ip.destination(0, 0, IpProtocol.TCP);
        anywhere.fragmentPolicy(FragmentPolicy.FORBID);
        way = anywhere;
    }

    /**
     * Turns to a peer: what follows goes there.
     *
     * @param interfaceIndex the interface that the peer's segment came by, for link-local peers
     * @return whether there is a way
     */
    boolean turnTo(
            long localHigh,
            long localLow,
            long remoteHigh,
            long remoteLow,
            int interfaceIndex,
            long nowNs) {
        anywhere.turnTo(remoteHigh, remoteLow, IpProtocol.TCP);
        anywhere.source(localHigh, localLow);
        boolean isScoped = Ipv6Address.isLinkLocal(remoteHigh, remoteLow);
        anywhere.bindTo(isScoped ? interfaceIndex : 0);
        turnTo(anywhere);
        return context.ip.prepare(anywhere, nowNs) == 0;
    }

    /** Turns to the peer of a connection, by its own way. */
    void turnTo(Destination way) {
        this.way = way;
        plain();
    }

    /** {@return the way that was turned to} */
    Destination way() {
        return way;
    }

    /** Takes all options off. */
    private void plain() {
        maximumSegmentSize = NONE;
        windowScale = NONE;
        sackPermitted = false;
        hasTimestamps = false;
        cookieLength = NONE;
        payloadLength = 0;
        codepoint = ExplicitCongestion.NOT_ECT;
    }

    /** Gives the next segment the options of a SYN. */
    void synOptions(int maximumSegmentSize, int windowScale, boolean sackPermitted) {
        this.maximumSegmentSize = maximumSegmentSize;
        this.windowScale = windowScale;
        this.sackPermitted = sackPermitted;
    }

    /** Gives the next segment timestamps. */
    void timestamps(int value, int echoReply) {
        hasTimestamps = true;
        timestampValue = value;
        timestampEchoReply = echoReply;
    }

    /** Gives the next segment a Fast Open cookie (RFC 7413). */
    void fastOpen(UnsafeBuffer from, int at, int length) {
        cookie.putBytes(0, from, at, length);
        cookieLength = length;
    }

    /** Gives the next segment a request for a Fast Open cookie. */
    void fastOpenRequest() {
        cookieLength = 0;
    }

    /** Gives the next segment a copy of bytes in packet memory as its data, no more than one buffer takes. */
    void payload(int index, int bytes) {
        payloadIndex = index;
        payloadLength = bytes;
    }

    /** Gives the next segment an ECN codepoint. */
    void codepoint(int codepoint) {
        this.codepoint = codepoint;
    }

    /** Sends a segment from one port to another; most have no data. */
    void send(
            int localPort,
            int remotePort,
            int sequence,
            int acknowledgment,
            int flags,
            int window,
            int pseudoSum,
            long nowNs) {
        int packet = pool.allocate(PacketPool.CONTROL);
        if (packet == PacketBuffers.NONE) {
            context.counters.increment(TcpCounter.SEND_FAILED_NO_BUFFER);
            return;
        }
        int length = TcpHeader.MIN_LENGTH + optionsLength();
        if (payloadLength > 0) {
            memory.putBytes(
                    buffers.append(packet, payloadLength), memory, payloadIndex, payloadLength);
        }
        int at = buffers.prepend(packet, length);
        TcpHeader.write(
                memory, at, localPort, remotePort, sequence, acknowledgment, length, flags, window);
        writeOptions(at + TcpHeader.OPTIONS_OFFSET);
        SegmentChecksum.fill(buffers, way, packet, at, length + payloadLength, pseudoSum);
        if (context.ip.send(packet, way, codepoint, nowNs) < 0) {
            context.counters.increment(TcpCounter.SEND_REFUSED);
            pool.release(packet);
            return;
        }
        context.counters.increment(TcpCounter.SEGMENTS_SENT);
    }

    /** {@return the bytes of all options of the next segment} */
    int optionsLength() {
        int length = maximumSegmentSize == NONE ? 0 : TcpOptions.MAXIMUM_SEGMENT_SIZE_LENGTH;
        length += windowScale == NONE ? 0 : TcpOptions.WINDOW_SCALE_LENGTH + 1;
        length += hasTimestamps ? TcpOptions.TIMESTAMPS_LENGTH + 2 : sackPermitted ? 4 : 0;
        length += cookieLength == NONE ? 0 : 2 + cookieLength + 3 & ~3;
        return length;
    }

    /** As Linux orders them: MSS, SACK permitted in the padding of timestamps, window scale. */
    private void writeOptions(int at) {
        int next = at;
        if (maximumSegmentSize != NONE) {
            next = TcpOptions.writeMaximumSegmentSize(memory, next, maximumSegmentSize);
        }
        if (sackPermitted || hasTimestamps) {
            if (!sackPermitted || !hasTimestamps) {
                next = noOperations(next);
            }
            if (sackPermitted) {
                next = TcpOptions.writeSackPermitted(memory, next);
            }
            if (hasTimestamps) {
                next = TcpOptions.writeTimestamps(memory, next, timestampValue, timestampEchoReply);
            }
        }
        if (windowScale != NONE) {
            next = TcpOptions.writeWindowScale(memory, next, windowScale);
        }
        if (cookieLength != NONE) {
            next = TcpOptions.writeFastOpen(memory, next, cookie, 0, cookieLength);
            TcpOptions.writePadding(memory, at, next);
        }
    }

    private int noOperations(int at) {
        memory.putByte(at, (byte) TcpOptions.NO_OPERATION);
        memory.putByte(at + 1, (byte) TcpOptions.NO_OPERATION);
        return at + 2;
    }

    /**
     * Answers a segment that belongs to no connection (RFC 9293, section 3.10.7.1): as if this end had sent
     * nothing that the peer waits for.
     */
    void reset(ArrivingSegment s, long nowNs) {
        if (s.is(TcpHeader.RST)) {
            return;
        }
        context.counters.increment(TcpCounter.RESETS_SENT);
        if (!turnTo(s.localHigh, s.localLow, s.remoteHigh, s.remoteLow, s.interfaceIndex, nowNs)) {
            context.counters.increment(TcpCounter.SEND_REFUSED);
            return;
        }
        boolean hasAck = s.is(TcpHeader.ACK);
        send(
                s.localPort,
                s.remotePort,
                hasAck ? s.acknowledgment : 0,
                hasAck ? 0 : s.sequence + s.span(),
                hasAck ? TcpHeader.RST : TcpHeader.RST | TcpHeader.ACK,
                0,
                SegmentChecksum.pseudoSum(s.localHigh, s.localLow, s.remoteHigh, s.remoteLow),
                nowNs);
    }

    /** Sends an acknowledgment for a flow that is no connection any more, or not yet. */
    void acknowledge(
            Flow flow,
            int interfaceIndex,
            int sequence,
            int acknowledgment,
            int window,
            boolean withTimestamps,
            int timestampValue,
            int timestampEchoReply,
            long nowNs) {
        if (!turnTo(
                flow.localHigh(),
                flow.localLow(),
                flow.remoteHigh(),
                flow.remoteLow(),
                interfaceIndex,
                nowNs)) {
            return;
        }
        if (withTimestamps) {
            timestamps(timestampValue, timestampEchoReply);
        }
        send(
                flow.localPort(),
                flow.remotePort(),
                sequence,
                acknowledgment,
                TcpHeader.ACK,
                window,
                SegmentChecksum.pseudoSum(
                        flow.localHigh(), flow.localLow(), flow.remoteHigh(), flow.remoteLow()),
                nowNs);
    }
}
