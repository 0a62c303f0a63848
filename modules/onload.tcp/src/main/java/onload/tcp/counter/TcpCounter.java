package onload.tcp.counter;

/** What a TCP engine counts. */
public enum TcpCounter {
    // Segments.

    /** Segments that came in. */
    SEGMENTS_RECEIVED,

    /** Segments that went out. */
    SEGMENTS_SENT,
}
