package onload.tcp;

/**
 * What the SYN and the SYN-ACK of a passive open have settled, from a half-open connection or a cookie. Layout only.
 */
final class Agreement {
    int iss;
    int irs;
    int peerMss;
    int peerScale;

    /** The shift of the own window. */
    byte rcvScale;

    /** The window that the SYN-ACK has offered, in bytes. */
    int rcvWindow;

    boolean hasTimestamps;
    boolean hasSack;

    /** Bits of {@link ExplicitCongestion}. */
    byte ecn;

    int timestampOffset;
    int tsRecent;
    int retries;

    /** When the SYN-ACK went, or Long.MIN_VALUE if nobody knows. */
    long sentNs;

    void of(EmbryonicConnection e) {
        iss = e.iss;
        irs = e.irs;
        peerMss = e.peerMss;
        peerScale = e.peerScale;
        rcvScale = e.rcvScale;
        rcvWindow = e.rcvWindow;
        hasTimestamps = e.hasTimestamps;
        hasSack = e.hasSack;
        ecn = e.ecn;
        timestampOffset = e.timestampOffset;
        tsRecent = e.tsRecent;
        retries = e.retries;
        sentNs = e.sentNs;
    }
}
