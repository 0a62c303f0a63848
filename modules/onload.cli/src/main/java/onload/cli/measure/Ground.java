package onload.cli.measure;

import java.io.IOException;
import java.net.InetSocketAddress;

/** What conversations stand on: a stack, or the kernel. For any thread. */
interface Ground extends AutoCloseable {
    /** Where a server waits for conversations. */
    interface Server extends AutoCloseable {
        /**
         * {@return the next conversation; null when the server is closed} Of datagrams there is one, with
         * whoever sends.
         */
        @org.jspecify.annotations.Nullable
        Conversation next() throws IOException;

        /** {@return where it waits} */
        InetSocketAddress address() throws IOException;

        @Override
        void close() throws IOException;
    }

    /** {@return a server} */
    Server listen(InetSocketAddress local) throws IOException;

    /** {@return a conversation with a server} */
    Conversation connect(InetSocketAddress remote) throws IOException;

    /** {@return what it is, in words} */
    String text();

    /** {@return segments that were sent again; −1 if nobody knows} */
    long retransmissions();

    @Override
    void close();
}
