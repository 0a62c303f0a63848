package onload.tcp.congestion;

/**
 * What BBR knows of the round-trip time without queues (draft-ietf-ccwg-bbr, section 5.3.4 and 5.5.7): the smallest of
 * ten seconds, and when to look for it again. Also how far acknowledgments come in batches (section 5.5.9).
 */
final class BbrRoundTrip {
    private static final long MIN_RTT_FILTER_NS = 10_000_000_000L;
    private static final long PROBE_RTT_INTERVAL_NS = 5_000_000_000L;
    private static final double NS_PER_SECOND = 1e9;

    /** BBR.ExtraAckedFilterLen is ten rounds, kept as two halves. */
    private static final int HALF_FILTER_ROUNDS = 5;

    /** BBR.min_rtt, 0 while unknown. */
    long minRttNs;

    private long minRttStampNs;
    private long probeRttMinNs;
    private long probeRttStampNs;

    /** BBR.probe_rtt_expired. */
    boolean isExpired;

    private long extraSinceNs;
    private long extraDelivered;
    private int extraNow;
    private int extraBefore;
    private byte extraRounds;
    private boolean hasExtra;

    void start() {
        minRttNs = 0;
        probeRttMinNs = 0;
        isExpired = false;
        hasExtra = false;
        extraNow = 0;
        extraBefore = 0;
        extraRounds = 0;
    }

    /** BBRUpdateMinRTT. */
    void acknowledged(DeliverySample sample) {
        long nowNs = sample.nowNs;
        isExpired = probeRttMinNs != 0 && nowNs - probeRttStampNs > PROBE_RTT_INTERVAL_NS;
        if (sample.rttNs <= 0) {
            isExpired = false;
            return;
        }
        if (probeRttMinNs == 0 || sample.rttNs < probeRttMinNs || isExpired) {
            probeRttMinNs = sample.rttNs;
            probeRttStampNs = nowNs;
        }
        if (minRttNs == 0
                || probeRttMinNs <= minRttNs
                || nowNs - minRttStampNs > MIN_RTT_FILTER_NS) {
            minRttNs = probeRttMinNs;
            minRttStampNs = probeRttStampNs;
        }
    }

    /** It was looked for: the next time is five seconds later. */
    void probed(long nowNs) {
        probeRttStampNs = nowNs;
    }

    /** BBR.extra_acked: bytes that acknowledgments have been ahead of the bandwidth. */
    int extraAcked() {
        return Math.max(extraNow, extraBefore);
    }

    /** After idle time nothing was ahead. */
    void idle() {
        hasExtra = false;
    }

    /** BBRUpdateACKAggregation. */
    void aggregate(DeliverySample sample, BbrBandwidth bandwidth, int cwnd, boolean isFull) {
        if (bandwidth.isRoundStart && ++extraRounds >= (isFull ? HALF_FILTER_ROUNDS : 1)) {
            extraRounds = 0;
            extraBefore = extraNow;
            extraNow = 0;
        }
        double expected =
                hasExtra ? bandwidth.bw() * ((sample.nowNs - extraSinceNs) / NS_PER_SECOND) : 0;
        if (!hasExtra || extraDelivered <= expected) {
            hasExtra = true;
            extraSinceNs = sample.nowNs;
            extraDelivered = 0;
            expected = 0;
        }
        extraDelivered += sample.deliveredBytes;
        extraNow = (int) Math.max(extraNow, Math.min(cwnd, extraDelivered - expected));
    }
}
