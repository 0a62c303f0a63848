package onload.tcp.congestion;

/**
 * What one acknowledgment has told of the way to the peer: how much has arrived, how much is lost, how fast it
 * went. The rate is measured as Linux and the drafts of delivery-rate estimation do: between the moment at which
 * the newest segment was sent that this acknowledgment says has arrived, and now.
 *
 * <p>Layout. The engine has one and fills it for each acknowledgment; a congestion control reads it during the call and
 * keeps no reference. Bytes and nanoseconds; sums of the connection are 32 bits wide, wrap around, and are compared by
 * their difference.
 */
public final class DeliverySample {
    /** The time. */
    public long nowNs;

    /** SMSS of RFC 5681, ≥ 1. */
    public int mss;

    /** Bytes by which SND.UNA has gone on. */
    public int acknowledgedBytes;

    /** Bytes that are newly known to have arrived, by acknowledgment or selectively. */
    public int deliveredBytes;

    /** Bytes that have become known to be lost since the sample before. */
    public int lostBytes;

    /** Bytes in the network before this acknowledgment: sent, and neither arrived nor lost. */
    public int priorInFlightBytes;

    /** Bytes in the network now. */
    public int inFlightBytes;

    /** The congestion window was what held the sender back: one that is not used does not grow (RFC 7661). */
    public boolean isLimited;

    /** The segment had ECN-Echo set (RFC 3168, section 6.1.2). */
    public boolean isCongestionEchoed;

    /** Something is known to be lost, and recovery goes on. */
    public boolean isInRecovery;

    /** A round trip has passed since the last sample of which this was so: all that was then in flight is answered. */
    public boolean isRoundStart;

    /** The round-trip time of the newest segment that this answers and that was sent once; 0 if there is none. */
    public long rttNs;

    /** The smoothed round-trip time, 0 if unknown (RFC 6298). */
    public long srttNs;

    /** The smallest round-trip time of late, 0 if unknown. */
    public long minRttNs;

    /** Bytes that arrived in {@link #intervalNs}; 0 if there is no measurement. */
    public int intervalBytes;

    /** Over how long {@link #intervalBytes} arrived: the longer of the times that sending and answering took. */
    public long intervalNs;

    /** Bytes that were lost since the segment was sent that the measurement begins with. */
    public int intervalLostBytes;

    /** Bytes that were in the network when that segment was sent, itself included. */
    public int intervalInFlightBytes;

    /** The sender had too little to send in this time, so that the rate is what it asked for at most. */
    public boolean isApplicationLimited;

    /** The sum of bytes delivered when the segment was sent that the measurement begins with. */
    public int priorDelivered;

    /** The sum of bytes delivered, now. */
    public int delivered;

    /** Makes one of zeros. */
    public DeliverySample() {}

    /** Sets everything to zero. */
    public void clear() {
        nowNs = 0;
        mss = 1;
        acknowledgedBytes = 0;
        deliveredBytes = 0;
        lostBytes = 0;
        priorInFlightBytes = 0;
        inFlightBytes = 0;
        isLimited = false;
        isCongestionEchoed = false;
        isInRecovery = false;
        isRoundStart = false;
        rttNs = 0;
        srttNs = 0;
        minRttNs = 0;
        intervalBytes = 0;
        intervalNs = 0;
        intervalLostBytes = 0;
        intervalInFlightBytes = 0;
        isApplicationLimited = false;
        priorDelivered = 0;
        delivered = 0;
    }
}
