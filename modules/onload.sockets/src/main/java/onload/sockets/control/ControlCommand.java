package onload.sockets.control;

import java.io.IOException;
import java.nio.channels.SocketChannel;

/** Something that a process with stacks can be asked for. For any thread, several at a time. */
public interface ControlCommand {
    /** {@return the first word of a request for it} */
    String name();

    /**
     * Answers a request. What can be wrong is found out before {@link ControlServer#begin}, which says that all
     * is well.
     *
     * @param argument what follows the name in the request, which is anybody's; maybe empty
     * @param client where the answer goes; it is closed afterwards
     * @throws IllegalArgumentException if the argument cannot be read; the message is told the client
     * @throws IllegalStateException if it cannot be done now; the message is told the client
     * @throws IOException if the client has gone
     */
    void answer(String argument, SocketChannel client) throws IOException;
}
