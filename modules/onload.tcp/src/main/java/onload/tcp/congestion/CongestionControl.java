package onload.tcp.congestion;

/**
 * How much a connection may have in flight: the seam of congestion control algorithms. One object for each connection;
 * it knows neither connections nor segments. All sizes are bytes, times nanoseconds; {@code mss} is SMSS of RFC 5681,
 * section 2, at least 1.
 *
 * <p>Once started, what every algorithm promises whatever it is told: mss ≤ cwnd ≤ {@link #MAX_WINDOW} and
 * 2 mss ≤ ssthresh ≤ {@link #MAX_WINDOW}. Sizes that it is told are 0 to {@link Integer#MAX_VALUE}.
 *
 * <p>Belongs to the thread of its connection, under the stack lock.
 */
public abstract class CongestionControl {
    /** A window or threshold is never more than this. */
    public static final int MAX_WINDOW = 1 << 30;

    private static final int INITIAL_SEGMENTS = 10;
    private static final int INITIAL_SEGMENT_BYTES = 1460;

    /** The congestion window (RFC 5681, section 2). */
    protected int cwnd;

    /** The slow start threshold (RFC 5681, section 2). */
    protected int ssthresh = MAX_WINDOW;

    /** Makes one that has not started. */
    protected CongestionControl() {}

    /** {@return the initial window in bytes: min(10 mss, max(2 mss, 14600)) (RFC 6928, section 2)} */
    public static int initialWindow(int mss) {
        return initialWindow(INITIAL_SEGMENTS, mss);
    }

    /**
     * {@return the initial window in bytes by the rule of RFC 6928, section 2, for another number of segments}
     *
     * @param segments how many segments of an Ethernet it holds, ≥ 1
     * @param mss the sender's segment size, ≥ 1
     */
    public static int initialWindow(int segments, int mss) {
        long most = Math.max(2L * mss, (long) segments * INITIAL_SEGMENT_BYTES);
        return (int) Math.min(Math.min((long) segments * mss, most), MAX_WINDOW);
    }

    /** {@return the congestion window in bytes} */
    public final int cwnd() {
        return cwnd;
    }

    /** {@return the slow start threshold in bytes} */
    public final int ssthresh() {
        return ssthresh;
    }

    /** {@return the name that users choose it by} */
    public abstract String name();

    /**
     * The connection is established.
     *
     * @param initialWindow bytes, mss to {@link #MAX_WINDOW}; see {@link #initialWindow(int)}
     * @param mss the sender's segment size
     */
    public abstract void start(int initialWindow, int mss);

    /**
     * The user has chosen this one while another one was at work: it starts from the window of that.
     *
     * @param before the other one, which has started
     * @param mss the sender's segment size
     */
    public final void startFrom(CongestionControl before, int mss) {
        start(Math.max(before.cwnd, mss), mss);
        ssthresh = Math.max(before.ssthresh, 2 * mss);
    }

    /**
     * An acknowledgment has said that something arrived. While recovery by acknowledgments goes on this is told
     * only to an algorithm that {@link #governsRecovery}.
     *
     * @param sample what it says, valid during the call
     */
    public abstract void acknowledged(DeliverySample sample);

    /**
     * A loss was found out by acknowledgments; recovery begins (RFC 5681, section 3.2; RFC 6675, section 5). The window
     * goes down to ssthresh by proportional rate reduction (RFC 6937), which is the engine's, unless this algorithm
     * {@link #governsRecovery}.
     *
     * @param flightSize bytes between what is acknowledged and what was sent
     */
    public abstract void lossDetected(int flightSize, int mss, long nowNs);

    /**
     * The peer has echoed that a router was congested, for the first time in this window (RFC 3168, section 6.1.2): as
     * after a loss, but nothing has to be sent again. {@link #recoveryEnded} follows when the window is acknowledged.
     *
     * @param flightSize bytes between what is acknowledged and what was sent
     */
    public void congestionExperienced(int flightSize, int mss, long nowNs) {
        lossDetected(flightSize, mss, nowNs);
    }

    /**
     * All that was sent when recovery began is acknowledged (RFC 6582, section 3.2, step 3).
     *
     * @param flightSize bytes that are still between what is acknowledged and what was sent
     */
    public abstract void recoveryEnded(int flightSize, int mss, long nowNs);

    /**
     * The retransmission timer has run out (RFC 5681, section 3.1).
     *
     * @param flightSize bytes between what is acknowledged and what was sent
     * @param isFirst whether it is the first time for what is lost
     */
    public abstract void timedOut(int flightSize, int mss, boolean isFirst, long nowNs);

    /**
     * The last reduction was for nothing: what was before it holds again, and windows that have grown since stay.
     * Without a reduction since the last call, start, idle time or change of segment sizes this does nothing.
     */
    public abstract void undo();

    /**
     * Nothing was sent for some time, nothing is in flight, and something will be sent now (RFC 5681, section 4.1).
     *
     * @param initialWindow bytes, mss to {@link #MAX_WINDOW}; the restart window is no larger
     * @param idleNs how long
     * @param rtoNs the retransmission timeout; {@link Long#MAX_VALUE} if the window is to survive
     */
    public abstract void idle(int initialWindow, long idleNs, long rtoNs);

    /**
     * Segments are of another size from now on, such as of another path MTU.
     *
     * @param before SMSS until now
     * @param after SMSS from now on
     */
    public abstract void segmentSizeChanged(int before, int after);

    /**
     * {@return whether the algorithm says by itself how much may be in flight during recovery, so that the
     * engine does not reduce the window by PRR and tells of all acknowledgments}
     */
    public boolean governsRecovery() {
        return false;
    }

    /**
     * {@return how fast to send, in bytes per second, so that bursts are spread; 0 for as fast as the window
     * lets it} The engine paces by the timer wheel.
     */
    public long pacingRate() {
        return 0;
    }

    /**
     * {@return whether the peer is to echo exactly what was marked (RFC 8257, section 3.2)} ECN is then asked
     * for in any case, and this side echoes exactly as well.
     */
    public boolean wantsExactEcn() {
        return false;
    }
}
