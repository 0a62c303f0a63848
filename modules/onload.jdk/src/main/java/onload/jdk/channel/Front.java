package onload.jdk.channel;

import onload.sockets.Socket;

import java.nio.channels.Channel;

/** A channel of ours, before a socket that is chosen late. */
interface Front extends Channel {
    /** {@return what stands behind it} */
    Behind behind();

    /** {@return the bits of {@link onload.sockets.Readiness} that a stack's socket is asked for; 0 for nothing} */
    int readinessFor(int interestOps);

    /** {@return the operations that are ready, of those that are asked for} */
    int readyOps(Socket socket, int readiness, int interestOps);
}
