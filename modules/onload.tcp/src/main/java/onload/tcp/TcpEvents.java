package onload.tcp;

/**
 * What becomes of connections and listeners: implemented by the layer above, called by the engine on its thread.
 *
 * <p>At the end of each batch of segments, and of each {@link TcpEngine#advance}, a connection that something happened
 * to is reported once, with all that happened. What the layer above does itself in a call is not reported back to it.
 * In these methods connections and listeners may be used as at any time; no method may throw or block.
 */
public interface TcpEvents {
    /** There is data to read. */
    int READABLE = 1;

    /** There is room to send, after there was none. */
    int WRITABLE = 2;

    /** The connection that was asked for is established. */
    int CONNECTED = 4;

    /** The peer sends no more; what it sent may still be there to be read. */
    int END_OF_INPUT = 8;

    /** The connection broke: {@link TcpConnection#error} says why. Nothing more can be sent or will come. */
    int FAILED = 16;

    /** The connection is over: both sides have finished, or it broke. The last that is reported. */
    int CLOSED = 32;

    /** The peer has announced urgent data (RFC 9293, section 3.8.5). */
    int URGENT = 64;

    /**
     * Something happened to a connection.
     *
     * @param connection it
     * @param what constants of this interface, or-ed
     */
    void changed(TcpConnection connection, int what);

    /** A listener has a connection to {@link TcpListener#accept}, which it had not before. */
    void acceptable(TcpListener listener);
}
