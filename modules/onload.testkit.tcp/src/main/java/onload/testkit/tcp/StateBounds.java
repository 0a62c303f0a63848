package onload.testkit.tcp;

import onload.tcp.TcpConnection;
import onload.tcp.TcpInfo;
import onload.tcp.TcpSetting;
import onload.tcp.TcpSettings;
import onload.tcp.TcpState;
import onload.tcp.congestion.CongestionControl;

/** The bounds that RFCs set to a congestion window, a threshold and a retransmission timeout. */
final class StateBounds {
    private final long minRtoNs;
    private final long maxRtoNs;
    private final int initialSegments;
    private long inspections;

    StateBounds(TcpSettings settings) {
        minRtoNs = settings.get(TcpSetting.MIN_RTO_NS);
        maxRtoNs = settings.get(TcpSetting.MAX_RTO_NS);
        initialSegments = (int) settings.get(TcpSetting.INITIAL_WINDOW_SEGMENTS);
    }

    /**
     * Looks at a connection.
     *
     * @param isNew whether nothing of what it sent can have been acknowledged
     */
    void check(TcpConnection connection, boolean isNew, long nowNs) {
        if (connection.state() == TcpState.CLOSED) {
            return;
        }
        inspections++;
        TcpInfo info = connection.info(nowNs);
        int cwnd = info.cwnd();
        int mss = info.sndMss();
        // Proportional rate reduction lets out bytes one by one (RFC 6937, section 3).
        boolean isReduced = info.recovery().equals("recovery") || info.recovery().equals("cwr");
        int least = isReduced ? 0 : mss;
        if (cwnd < least || cwnd > CongestionControl.MAX_WINDOW) {
            throw violation(
                    "cwnd is at least one SMSS and at most 2^30 (RFC 5681, section 3.1)",
                    "cwnd is %d with an SMSS of %d in %s".formatted(cwnd, mss, connection),
                    nowNs);
        }
        if (info.ssthresh() < 2 * mss) {
            throw violation(
                    "ssthresh is at least 2 SMSS (RFC 5681, equation 4)",
                    "ssthresh is %d with an SMSS of %d in %s"
                            .formatted(info.ssthresh(), mss, connection),
                    nowNs);
        }
        if (isNew && cwnd > CongestionControl.initialWindow(initialSegments, mss)) {
            throw violation(
                    "the initial window is that of RFC 6928",
                    "cwnd is %d with an SMSS of %d in %s, which is new"
                            .formatted(cwnd, mss, connection),
                    nowNs);
        }
        if (info.rtoNs() < minRtoNs || info.rtoNs() > maxRtoNs) {
            throw violation(
                    "RTO is between its limits (RFC 6298, rules 2.4 and 2.5)",
                    "RTO is %d ns in %s".formatted(info.rtoNs(), connection),
                    nowNs);
        }
    }

    private static Violation violation(String invariant, String found, long nowNs) {
        return new Violation(invariant, found, nowNs);
    }

    /** {@return how often a connection was looked at} */
    long inspections() {
        return inspections;
    }
}
