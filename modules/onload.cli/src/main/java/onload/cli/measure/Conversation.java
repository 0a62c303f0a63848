package onload.cli.measure;

import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;

/** One end of a connection, or of datagrams to and from one peer. Belongs to one thread; closed by any. */
interface Conversation extends AutoCloseable {
    /** What is answered when the peer sends no more. */
    int END = -1;

    /** What is answered when nothing came in time. */
    int LATE = -2;

    /**
     * Sends bytes from the beginning of a buffer, all of them; as one datagram if these are datagrams.
     *
     * @throws IOException if the peer cannot be reached any more
     */
    void send(UnsafeBuffer from, int length) throws IOException;

    /**
     * Receives what is there, and waits until there is something.
     *
     * @param to takes it
     * @param offset where
     * @param length most bytes
     * @return how many; {@link #END} or {@link #LATE}
     * @throws IOException if the peer cannot be reached any more
     */
    int receive(UnsafeBuffer to, int offset, int length) throws IOException;

    /**
     * Has receive answer {@link #LATE} by itself also where it would wait in the kernel without end; or no more, as
     * in the beginning. Only for what is not measured, since it polls.
     */
    default void polls(boolean isPolling) throws IOException {
        // Who has a time-out of its own is never without one.
    }

    /** Says that no more is sent, which datagrams cannot. */
    void end() throws IOException;

    @Override
    void close() throws IOException;
}
