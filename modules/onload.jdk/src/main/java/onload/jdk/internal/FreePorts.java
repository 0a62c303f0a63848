package onload.jdk.internal;

import onload.sockets.Status;
import onload.sockets.TcpSocket;

import java.net.InetSocketAddress;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports for sockets that are bound before they connect. A stack chooses a free one when it connects, as then it knows
 * the peer; a program of the JDK may ask for it before.
 */
public final class FreePorts {
    // The ephemeral ports of Linux.
    private static final int FIRST = 32_768;
    private static final int COUNT = 28_232;
    private static final int MOST_TRIES = 64;

    private FreePorts() {}

    /**
     * Binds to an address.
     *
     * @param local with a port, or 0 for a free one
     * @return as {@link TcpSocket#bind}
     */
    public static int bind(TcpSocket socket, InetSocketAddress local) {
        if (local.getPort() != 0) {
            return socket.bind(local);
        }
        int answer = Status.NO_PORT;
        for (int i = 0; i < MOST_TRIES; i++) {
            int port = FIRST + ThreadLocalRandom.current().nextInt(COUNT);
            answer = socket.bind(new InetSocketAddress(local.getAddress(), port));
            if (answer != Status.ADDRESS_IN_USE) {
                return answer;
            }
        }
        return answer;
    }
}
