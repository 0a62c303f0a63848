package onload.tcp;

import onload.nic.packet.PacketBuffers;
import onload.tcp.counter.TcpCounter;

/**
 * Packetization layer path-MTU discovery (RFC 4821), for paths on which nobody says that packets are too long, with
 * Linux's rules: segments that are lost again and again get so short that they pass anywhere, and from there a search
 * goes up, by segments of new data that are longer than the others. One of these that is lost is no sign of
 * congestion.
 *
 * <p>Algorithm; the state is {@link MtuSearch}, which only connections have that search. Under the stack's lock.
 */
final class MtuProbing {
    /** The payload that passes anywhere: the initial search_low of RFC 4821, section 7.2. */
    static final int BASE_MSS = 1024;

    /** What fits the packets that every host takes (RFC 791, section 3.1), of 576 bytes. */
    static final int SAFE_MSS = 512;

    /** The shortest that segments get. */
    static final int FLOOR_MSS = 48;

    /** So many timeouts in a row mean a black hole (RFC 4821, section 7.7). */
    static final int TIMEOUTS = 3;

    /**
     * So many where segments of that length have arrived on this connection: then it is more likely that the path is
     * congested, and shorter segments would only make that worse; but paths change.
     */
    static final int TIMEOUTS_WHERE_IT_ARRIVED = 7;

    private static final int DETECTS = 1;
    private static final int ALWAYS = 2;

    /** When the ends of the search are so near to each other, it is over. */
    private static final int NEAR = 8;

    /** The search begins again after so long (RFC 4821, section 7.3), since paths change. */
    private static final long AGAIN_NS = 600_000_000_000L;

    /** Segments that the congestion window must have room for, so that a lost probe is repaired without a timeout. */
    private static final int WINDOW_SEGMENTS = 11;

    /** Segments after the probe that tell of its loss. */
    private static final int FOLLOWING_SEGMENTS = 4;

    private final TcpContext context;
    private final SegmentBuffers segments;
    private final PathMtu pathMtu;
    private final int mode;

    MtuProbing(TcpContext context, PathMtu pathMtu) {
        this.context = context;
        this.pathMtu = pathMtu;
        segments = context.segments;
        mode = context.settings.number(TcpSetting.MTU_PROBING);
    }

    // Going down.

    /** The connection is established. */
    void established(TcpConnection c, long nowNs) {
        if (mode == ALWAYS && c.mtuSearch == null) {
            begin(c, BASE_MSS, nowNs);
        }
    }

    private void begin(TcpConnection c, int mss, long nowNs) {
        MtuSearch search = c.mtuSearch == null ? new MtuSearch() : c.mtuSearch;
        int headers = pathMtu.headers(c);
        search.high = pathMtu.most(c) + headers;
        search.low = Math.min(mss + headers, search.high);
        search.probe = 0;
        search.sinceNs = nowNs;
        c.mtuSearch = search;
        pathMtu.resize(c);
    }

    /**
     * The retransmission timer has run out, and the timeout is not counted yet. If what goes again is longer than what
     * passes anywhere, it may be too long: from now on segments are shorter than it is (RFC 4821, section 7.7). Those
     * of IPv6 do not get shorter than the base, since every link takes that; and short ones that nobody answers say
     * that the peer is away.
     */
    void timedOut(TcpConnection c, long nowNs) {
        if (mode < DETECTS || c.timeouts + 1 < TIMEOUTS || c.sndHead == PacketBuffers.NONE) {
            return;
        }
        int lost = Math.min(c.mss, segments.length(c.sndHead));
        if (lost <= c.arrivedLength && c.timeouts + 1 < TIMEOUTS_WHERE_IT_ARRIVED) {
            return;
        }
        int mss = Math.max(c.way().isIpv4() ? FLOOR_MSS : BASE_MSS, shorter(c, lost));
        if (mss < lost) {
            context.counters.increment(TcpCounter.BLACK_HOLES);
            c.arrivedLength = 0;
            begin(c, mss, nowNs);
        }
    }

    private static int shorter(TcpConnection c, int lost) {
        if (lost > SAFE_MSS) {
            return lost > BASE_MSS ? BASE_MSS : SAFE_MSS;
        }
        return lost == c.mss ? lost / 2 : lost;
    }

    // Going up.

    /** {@return the payload of a probe that is to go now, longer than other segments; or 0} */
    int wanted(TcpConnection c, int window, int flight, long nowNs) {
        MtuSearch search = c.mtuSearch;
        if (search == null
                || search.probe != 0
                || c.recovery != TcpConnection.OPEN
                || c.record != null
                || isOver(c, search, nowNs)) {
            return 0;
        }
        int bytes = (search.low + search.high + 1) / 2 - pathMtu.headers(c);
        int needed = bytes + FOLLOWING_SEGMENTS * c.mss;
        int unsent = c.sndQueuedBytes - (c.sndNxt - c.sndUna);
        boolean hasRoom =
                unsent >= needed
                        && c.sndUna + c.sndWnd - c.sndNxt >= needed
                        && window >= WINDOW_SEGMENTS * c.mss
                        && flight + bytes + c.mss <= window;
        return hasRoom ? bytes : 0;
    }

    private boolean isOver(TcpConnection c, MtuSearch search, long nowNs) {
        if (search.high - search.low >= NEAR) {
            return false;
        }
        if (nowNs - search.sinceNs < AGAIN_NS) {
            return true;
        }
        search.high = pathMtu.most(c) + pathMtu.headers(c);
        search.sinceNs = nowNs;
        return search.high - search.low < NEAR;
    }

    /** The first bytes of what was not sent have gone as a probe. */
    void sent(TcpConnection c, int sequence, int bytes) {
        MtuSearch search = c.mtuSearch;
        if (search != null) {
            context.counters.increment(TcpCounter.MTU_PROBES);
            search.probe = bytes + pathMtu.headers(c);
            search.probeStart = sequence;
            search.probeEnd = sequence + bytes;
        }
    }

    /** Looks what has become of the probe; before anything is sent again. */
    void look(TcpConnection c) {
        MtuSearch search = c.mtuSearch;
        if (search == null || search.probe == 0) {
            return;
        }
        if (c.sndUna - search.probeEnd >= 0) {
            context.counters.increment(TcpCounter.MTU_PROBES_ARRIVED);
            search.low = Math.max(search.low, search.probe);
            search.high = Math.max(search.high, search.low);
            search.probe = 0;
            pathMtu.resize(c);
        } else if (isRepeated(c, search)) {
            // Its bytes go again in segments that are shorter: that they arrive says nothing.
            search.probe = 0;
        }
    }

    private static boolean isRepeated(TcpConnection c, MtuSearch search) {
        return c.recovery == TcpConnection.LOSS
                || c.recovery == TcpConnection.FAST_RECOVERY
                || (c.hasTailProbe && c.isTailProbeAgain && search.probeEnd == c.sndMax);
    }

    /**
     * Something is known to be lost, and nothing has followed from it yet.
     *
     * @return whether it is the probe and nothing else: it was too long, and no congestion is meant (RFC 4821, section
     *     7.6.2)
     */
    static boolean isLost(TcpConnection c) {
        MtuSearch search = c.mtuSearch;
        if (search == null || search.probe == 0 || c.sndUna != search.probeStart) {
            return false;
        }
        int bytes = search.probeEnd - search.probeStart;
        if (c.hasSack && c.lostBytes != bytes) {
            return false;
        }
        search.high = Math.max(search.low, Math.min(search.high, search.probe - 1));
        search.probe = 0;
        return true;
    }

    /** {@return what a segment may have by what was found out, without options that all segments carry} */
    static int limit(TcpConnection c, int headers) {
        MtuSearch search = c.mtuSearch;
        return search == null ? Integer.MAX_VALUE : Math.max(1, search.low - headers);
    }

    /** The network has said another MTU than it had before. */
    static void changed(TcpConnection c, int before, int now, int most) {
        MtuSearch search = c.mtuSearch;
        if (search == null) {
            return;
        }
        search.high = now > before ? most : Math.min(search.high, most);
        search.low = Math.min(search.low, search.high);
    }
}
