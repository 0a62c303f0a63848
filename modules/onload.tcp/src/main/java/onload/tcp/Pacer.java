package onload.tcp;

import onload.tcp.congestion.CongestionControl;

/**
 * Spreads what a connection sends over the round trip, where its congestion control says how fast, or where
 * pacing is on for all: after each segment the next may go when the rate lets it. A sender that was late, or
 * idle, may catch up by a small burst. Waits by the timer wheel. Algorithm; the state is the connection's.
 */
final class Pacer {
    /** What may be caught up. */
    private static final long BURST_NS = 1_000_000L;

    private static final long NS_PER_SECOND = 1_000_000_000L;

    private final boolean isForAll;

    Pacer(TcpContext context) {
        isForAll = context.settings.isOn(TcpSetting.PACING);
    }

    /** {@return whether the next segment may go now} If not, the connection waits for the timer. */
    boolean mayGo(TcpConnection c, CongestionControl congestion, long nowNs) {
        c.pacingRate = rate(c, congestion);
        if (c.pacingRate == 0 || c.paceNs - nowNs <= 0) {
            return true;
        }
        c.isPaced = true;
        return false;
    }

    /** As Linux: twice the window in a round trip while it doubles, and a fifth more than it later. */
    private long rate(TcpConnection c, CongestionControl congestion) {
        long chosen = congestion.pacingRate();
        if (chosen != 0 || !isForAll || c.srttNs == 0) {
            return chosen;
        }
        long percent = congestion.cwnd() < congestion.ssthresh() / 2 ? 200 : 120;
        return Math.max(c.mss, congestion.cwnd() * percent / 100 * NS_PER_SECOND / c.srttNs);
    }

    /** Bytes have gone. */
    void sent(TcpConnection c, int bytes, long nowNs) {
        if (c.pacingRate == 0) {
            return;
        }
        long begin = c.paceNs - (nowNs - BURST_NS) > 0 ? c.paceNs : nowNs - BURST_NS;
        c.paceNs = begin + bytes * NS_PER_SECOND / c.pacingRate;
    }
}
