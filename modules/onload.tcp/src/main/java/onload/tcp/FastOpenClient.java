package onload.tcp;

import onload.nic.packet.PacketBuffers;
import onload.tcp.counter.TcpCounter;
import onload.tcp.handshake.FastOpenCache;

import org.jspecify.annotations.Nullable;

/**
 * Fast Open of connections that this side opens (RFC 7413, sections 4.1.3 and 4.2): a SYN that asks for a cookie, or
 * brings one and with it what the user has sent; what the answer says of both; and how long servers and ways are left
 * alone that do not take it.
 *
 * <p>The SYN carries a copy. The data itself waits in the send queue as if it had never been sent, so that whatever the
 * SYN-ACK does not acknowledge goes with the first acknowledgment, and a plain SYN needs nothing undone.
 *
 * <p>Algorithm; the state is the connection's and the cache's. Under the stack's lock.
 */
final class FastOpenClient {
    /** Bit of {@link TcpSetting#FAST_OPEN}. */
    private static final int ON = 1;

    /** How long a SYN waits for the data that is to go with it; then it goes alone. */
    private static final long DEFERRAL_NS = 200_000_000L;

    /** RFC 7413, section 4.1.3: longer SYNs get into trouble on their way. */
    private static final int MOST_IPV4 = 1460;

    private static final int MOST_IPV6 = 1440;

    private final TcpContext context;
    private final SendQueue queue;
    private final StatelessSegments segments;
    private final boolean isOn;

    /** Exists from the first connection on that wants Fast Open. */
    private @Nullable FastOpenCache cache;

    FastOpenClient(TcpContext context, SendQueue queue, StatelessSegments segments) {
        this.context = context;
        this.queue = queue;
        this.segments = segments;
        isOn = (context.settings.number(TcpSetting.FAST_OPEN) & ON) != 0;
    }

    /**
     * A connection is about to send its first SYN: what goes with it?
     *
     * @return whether the SYN is to wait for data, since there is a cookie to go with it
     */
    boolean begin(TcpConnection c, long nowNs) {
        if (!isOn || !c.wantsFastOpen) {
            return false;
        }
        FastOpenCache.Entry way = find(c, c.remotePort());
        if (way != null && way.isAvoided(nowNs)) {
            context.counters.increment(TcpCounter.FAST_OPEN_AVOIDED);
            return false;
        }
        c.triesFastOpen = true;
        FastOpenCache.Entry server = find(c, FastOpenCache.ANY_PORT);
        if (server == null || server.cookieLength() == 0) {
            return false;
        }
        if (server.maximumSegmentSize() != 0) {
            int most = c.way().isIpv4() ? MOST_IPV4 : MOST_IPV6;
            c.peerMss = (char) Math.min(most, server.maximumSegmentSize());
        }
        c.retransmitNs = nowNs + DEFERRAL_NS;
        c.isSynDeferred = true;
        c.sendsEarly = true;
        return true;
    }

    /** The next segment is a SYN of this connection: the first of all has the option and data. */
    void complete(TcpConnection c, long nowNs) {
        if (!c.triesFastOpen) {
            return;
        }
        if (c.timeouts == 0) {
            first(c);
        } else if (c.timeouts == 1) {
            // No answer: the option or the data may be why (section 4.1.3.1).
            context.counters.increment(TcpCounter.FAST_OPEN_FALLBACKS);
            failed(c, nowNs);
        }
    }

    private void first(TcpConnection c) {
        FastOpenCache.Entry server = find(c, FastOpenCache.ANY_PORT);
        if (server == null || server.cookieLength() == 0) {
            segments.fastOpenRequest();
            context.counters.increment(TcpCounter.FAST_OPEN_COOKIES_REQUESTED);
            return;
        }
        segments.fastOpen(server.cookie(), 0, server.cookieLength());
        int head = c.sndHead;
        if (head == PacketBuffers.NONE) {
            return;
        }
        int options = segments.optionsLength();
        int room = Math.min(c.mss, c.mss + SegmentWriter.optionsOf(c) - options);
        int bytes = Math.min(room, context.segments.length(head));
        if (bytes <= 0) {
            return;
        }
        int from = context.segments.endIndex(head) - context.segments.length(head);
        segments.payload(from, bytes);
        c.synDataBytes = bytes;
        c.sndMax = c.sndNxt + bytes;
        context.counters.increment(TcpCounter.FAST_OPEN_SYNS_SENT);
    }

    /** A SYN-ACK has come; SND.UNA is still before it, and the peer's options are read. */
    void answered(TcpConnection c, ArrivingSegment s, long nowNs) {
        int acked = s.acknowledgment - c.sndNxt;
        acknowledged(c, s.acknowledgment, nowNs);
        if (!c.triesFastOpen) {
            // A cookie that nobody has asked for.
            return;
        }
        boolean brings = s.options.hasFastOpen() && s.options.cookieLength() > 0;
        learn(c, s, brings);
        if (acked > 0) {
            c.hasSynData = true;
            context.counters.increment(TcpCounter.FAST_OPEN_ACKNOWLEDGED);
        } else if (c.synDataBytes > 0) {
            context.counters.increment(TcpCounter.FAST_OPEN_NOT_ACKNOWLEDGED);
        }
        if (acked > 0 || brings) {
            FastOpenCache.Entry way = find(c, c.remotePort());
            if (way != null) {
                way.succeeded();
            }
        } else if (c.timeouts == 0) {
            failed(c, nowNs);
        }
    }

    private void learn(TcpConnection c, ArrivingSegment s, boolean brings) {
        FastOpenCache.Entry server = find(c, FastOpenCache.ANY_PORT);
        if (brings) {
            server = add(c, FastOpenCache.ANY_PORT);
            server.cookie(context.memory, s.options.cookieOffset(), s.options.cookieLength());
            context.counters.increment(TcpCounter.FAST_OPEN_COOKIES_RECEIVED);
        }
        if (server != null && s.options.hasMaximumSegmentSize()) {
            server.maximumSegmentSize(s.options.maximumSegmentSize());
        }
    }

    /** The SYN is acknowledged, and perhaps some of its data: what is not goes as if it had never been sent. */
    void acknowledged(TcpConnection c, int acknowledgment, long nowNs) {
        if (acknowledgment - c.sndNxt > 0) {
            c.bytesAcknowledged += acknowledgment - c.sndNxt;
            queue.acknowledged(c, acknowledgment, nowNs);
            c.sndNxt = acknowledgment;
        }
        c.sndUna = acknowledgment;
        c.sndMax = c.sndNxt;
        c.sndSmall = acknowledgment;
    }

    /** The attempt was refused, by a reset or by a host on the way. */
    void refused(TcpConnection c, long nowNs) {
        if (c.triesFastOpen && c.state == TcpState.SYN_SENT && c.timeouts == 0) {
            failed(c, nowNs);
        }
    }

    private void failed(TcpConnection c, long nowNs) {
        add(c, c.remotePort()).failed(nowNs);
    }

    private FastOpenCache.@Nullable Entry find(TcpConnection c, int port) {
        FastOpenCache known = cache;
        return known == null
                ? null
                : known.find(c.localHigh(), c.localLow(), c.remoteHigh(), c.remoteLow(), port);
    }

    private FastOpenCache.Entry add(TcpConnection c, int port) {
        FastOpenCache known = cache;
        if (known == null) {
            known = new FastOpenCache(context.random);
            cache = known;
        }
        return known.findOrAdd(c.localHigh(), c.localLow(), c.remoteHigh(), c.remoteLow(), port);
    }
}
