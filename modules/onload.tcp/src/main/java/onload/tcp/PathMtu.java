package onload.tcp;

import onload.ip.Destination;
import onload.tcp.congestion.CongestionControl;
import onload.tcp.counter.TcpCounter;
import onload.wire.TcpHeader;

/**
 * How long the segments of a connection may be: what the peer takes, what the path takes (RFC 9293, section 3.7.5; RFC
 * 8201, section 5.4), what one buffer holds.
 */
final class PathMtu {
    /** As in Linux: a peer that asks for less would have us send headers alone. */
    private static final int LEAST_MSS = 48;

    /** What the smallest IPv4 path takes: an MTU of 68 bytes. */
    private static final int LEAST_PATH = 28;

    private static final int TIMESTAMPS_LENGTH = 12;

    private final TcpContext context;
    private final LossRecovery lossRecovery;
    private final int capacity;

    PathMtu(TcpContext context, LossRecovery lossRecovery) {
        this.context = context;
        this.lossRecovery = lossRecovery;
        this.capacity = context.buffers.dataCapacity();
    }

    /** {@return what this host puts into the MSS option of a SYN: MMS_R, for what the interface takes} */
    int advertised(Destination to, int limit) {
        int most = Math.max(LEAST_MSS, to.mtu() - to.ipHeaderLength() - TcpHeader.MIN_LENGTH);
        return limit == 0 ? most : Math.min(limit, most);
    }

    /** Works out the segment size of a connection that has just learnt the peer's. */
    void begin(TcpConnection c) {
        c.pathMtu = c.way().mtu();
        c.mss = segmentSize(c);
    }

    private int segmentSize(TcpConnection c) {
        return Math.min(most(c), MtuProbing.limit(c, headers(c)));
    }

    /** {@return bytes of a packet that are no payload: headers, and options that all segments carry} */
    int headers(TcpConnection c) {
        return c.way().ipHeaderLength()
                + TcpHeader.MIN_LENGTH
                + (c.hasTimestamps ? TIMESTAMPS_LENGTH : 0);
    }

    /** {@return the most payload of a segment as far as both ends and the IP layer know} */
    int most(TcpConnection c) {
        Destination to = c.way();
        int path = to.mtu() - to.ipHeaderLength() - TcpHeader.MIN_LENGTH;
        int most = Math.min(Math.max(LEAST_PATH, path), Math.max(LEAST_MSS, c.peerMss));
        if (c.maximumSegmentSize != 0) {
            most = Math.min(most, c.maximumSegmentSize);
        }
        return Math.min(capacity, most - (c.hasTimestamps ? TIMESTAMPS_LENGTH : 0));
    }

    /** Looks whether the path has another MTU than it had. */
    void check(TcpConnection c, long nowNs) {
        if (c.pathIsInDoubt) {
            // A report has come: what the IP layer made of it is known when the way is asked for.
            c.pathIsInDoubt = false;
            context.ip.prepare(c.way(), nowNs);
        }
        int mtu = c.way().mtu();
        if (c.pathMtu != mtu) {
            MtuProbing.changed(c, c.pathMtu, mtu, most(c) + headers(c));
            c.pathMtu = mtu;
            changed(c);
        }
    }

    /** Takes over what was found out about the path otherwise; nothing that is under way goes again for it. */
    void resize(TcpConnection c) {
        int before = c.mss;
        c.mss = segmentSize(c);
        CongestionControl congestion = c.congestion;
        if (c.mss != before && congestion != null && congestion.cwnd() > 0) {
            congestion.segmentSizeChanged(before, c.mss);
        }
    }

    private void changed(TcpConnection c) {
        int before = c.mss;
        resize(c);
        if (c.mss < before && c.flightSize() > 0) {
            // RFC 8201, section 5.4: what was too long goes again, though nothing is congested.
            context.counters.increment(TcpCounter.PATH_MTU_LOWERED);
            lossRecovery.lost(c);
        }
    }
}
