package onload.tcp.congestion;

/**
 * How much a connection may have in flight: the seam of congestion control algorithms. One object for each connection;
 * it knows neither connections nor segments. All sizes are bytes, times nanoseconds.
 *
 * <p>Belongs to the thread of its connection.
 */
public abstract class CongestionControl {
    /** A window or threshold is never more than this. */
    public static final int MAX_WINDOW = 1 << 30;

    /** The congestion window (RFC 5681, section 2). */
    protected int cwnd;

    /** The slow start threshold (RFC 5681, section 2). */
    protected int ssthresh = MAX_WINDOW;

    /** Makes one that has not started. */
    protected CongestionControl() {}

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
     * @param initialWindow bytes (RFC 6928)
     * @param mss the sender's segment size
     */
    public abstract void start(int initialWindow, int mss);

    /**
     * New data was acknowledged, while nothing is known to be lost, or after a timeout.
     *
     * @param bytes how much, in one acknowledgment or those of a batch
     * @param isLimited whether the window was what held the sender back; one that is not used does not grow
     * @param srttNs the smoothed round-trip time, 0 if unknown
     */
    public abstract void acknowledged(
            int bytes, int mss, boolean isLimited, long srttNs, long nowNs);

    /**
     * A loss was found out by acknowledgments; recovery begins.
     *
     * @param flightSize bytes between what is acknowledged and what was sent
     */
    public abstract void lossDetected(int flightSize, int mss, long nowNs);

    /** All that was sent when recovery began is acknowledged. */
    public abstract void recoveryEnded(int flightSize, int mss, long nowNs);

    /**
     * The retransmission timer has run out.
     *
     * @param isFirst whether it is the first time for what is lost
     */
    public abstract void timedOut(int flightSize, int mss, boolean isFirst, long nowNs);

    /** The last reduction was for nothing: what was before it holds again. */
    public abstract void undo();

    /**
     * Nothing was sent for some time (RFC 5681, section 4.1).
     *
     * @param idleNs how long
     * @param rtoNs the retransmission timeout
     */
    public abstract void idle(int initialWindow, long idleNs, long rtoNs);

    /** Segments are of another size from now on. */
    public abstract void segmentSizeChanged(int before, int after);
}
