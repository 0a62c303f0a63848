package onload.sockets.dump;

/**
 * An entry of the socket table: a version, then words of 64 bits, so that the byte order of the file says everything.
 * Numbers of 32 bits share a word, the first named in its low half.
 */
final class SocketLayout {
    /** Bytes of an entry. */
    static final int LENGTH = 128;

    /** Words of an entry after its version. */
    static final int WORDS = LENGTH / Long.BYTES - 1;

    /** Byte 0: 1 + kind, and 0 for a free entry. Byte 1: 1 + state, 0 for none. Above: flags. */
    static final int KIND_STATE_FLAGS = 0;

    static final int LOCAL_HIGH = 1;
    static final int LOCAL_LOW = 2;
    static final int REMOTE_HIGH = 3;
    static final int REMOTE_LOW = 4;

    /** Local, remote. */
    static final int PORTS = 5;

    /** Bytes received and not read, bytes sent and not acknowledged. */
    static final int QUEUES = 6;

    /** Backlog, waiting. */
    static final int LISTENER = 7;

    static final int CONGESTION_WINDOW = 8;
    static final int SMOOTHED_ROUND_TRIP_NS = 9;
    static final int RETRANSMISSIONS = 10;
    static final int IN_BYTES = 11;
    static final int OUT_BYTES = 12;
    static final int DROPS = 13;

    static final int STATE_SHIFT = 8;
    static final long ACCELERATED = 1L << 16;

    private SocketLayout() {}
}
