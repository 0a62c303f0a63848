package onload.sockets;

/** What a {@link Poller} tells of a socket: bits, or-ed. */
public final class Readiness {
    /** There is something to receive or to accept, or the end of the stream. */
    public static final int READABLE = 1;

    /** There is room to send; a connection that was being made is established. */
    public static final int WRITABLE = 2;

    /** The socket has failed; told whether asked for or not. */
    public static final int ERROR = 4;

    /** Both directions have ended; told whether asked for or not. */
    public static final int HANG_UP = 8;

    /** The peer sends no more, though it may still receive. */
    public static final int READ_HANG_UP = 16;

    /** What is told whether asked for or not. */
    static final int ALWAYS = ERROR | HANG_UP;

    private Readiness() {}
}
