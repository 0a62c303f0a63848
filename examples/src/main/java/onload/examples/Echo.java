package onload.examples;

import onload.sockets.Stack;
import onload.sockets.Status;
import onload.sockets.TcpSocket;

import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Two stacks in one process: a server that echoes on one, a client on the other.
 *
 * <pre>
 * java … onload.examples.Echo [NIC of the server [NIC of the client]]
 * </pre>
 *
 * <p>A NIC is named as {@link onload.nic.NicSpec} says, such as {@code emulated:lan,delay=1ms}. Without
 * arguments both are on an emulated network inside the process.
 */
public final class Echo {
    private static final String DEFAULT_NIC = "emulated:echo";
    private static final InetSocketAddress SERVER = new InetSocketAddress("192.0.2.1", 7);
    private static final long TIMEOUT_NS = 5_000_000_000L;

    private Echo() {}

    /**
     * Sends three messages and prints what comes back.
     *
     * @param arguments names of NICs
     * @throws IOException if the server cannot be reached or a connection breaks
     */
    public static void main(String[] arguments) throws IOException {
        String serverNic = arguments.length > 0 ? arguments[0] : DEFAULT_NIC;
        String clientNic = arguments.length > 1 ? arguments[1] : serverNic;
        try (Stack serving = Stack.builder().nic(serverNic).address("192.0.2.1/24").open();
                EchoServer _ = EchoServer.start(serving, SERVER);
                Stack asking = Stack.builder().nic(clientNic).address("192.0.2.2/24").open();
                TcpSocket socket = asking.tcp()) {
            Status.check(socket.connect(SERVER, TIMEOUT_NS), "connecting to " + SERVER);
            System.out.println(
                    socket.localAddress() + " is connected to " + socket.remoteAddress());
            for (String message : List.of("one", "two", "three")) {
                System.out.println(message + " comes back as " + ask(socket, message));
            }
        }
    }

    private static String ask(TcpSocket socket, String message) throws IOException {
        UnsafeBuffer question = new UnsafeBuffer(message.getBytes(StandardCharsets.UTF_8));
        int length = question.capacity();
        Status.check(socket.send(question, 0, length, TIMEOUT_NS), "sending");
        UnsafeBuffer answer = new UnsafeBuffer(new byte[length]);
        // TCP keeps bytes in order and knows no messages: they may come in pieces.
        for (int done = 0; done < length; ) {
            int bytes = socket.receive(answer, done, length - done, TIMEOUT_NS);
            done += Status.check(bytes, "receiving");
        }
        return new String(answer.byteArray(), StandardCharsets.UTF_8);
    }
}
