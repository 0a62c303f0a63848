package onload.cli.measure;

import onload.sockets.Socket;
import onload.sockets.Stack;
import onload.sockets.Status;
import onload.sockets.TcpServerSocket;
import onload.sockets.TcpSocket;
import onload.sockets.UdpSocket;
import onload.tcp.counter.TcpCounter;
import onload.udp.UdpMessage;

import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;

/** Conversations on a stack. How long its threads spin is the stack's option. */
final class StackGround implements Ground {
    private static final int BACKLOG = 128;

    private final Stack stack;
    private final boolean isTcp;
    private final long patienceNs;

    StackGround(Stack stack, boolean isTcp, long patienceNs) {
        this.stack = stack;
        this.isTcp = isTcp;
        this.patienceNs = patienceNs;
    }

    @Override
    public Server listen(InetSocketAddress local) throws IOException {
        return isTcp ? new TcpServer(stack, local) : new UdpServer(stack, local);
    }

    @Override
    public Conversation connect(InetSocketAddress remote) throws IOException {
        if (!isTcp) {
            UdpSocket socket = stack.udp();
            Status.check(socket.connect(remote), "connecting to " + remote);
            return new Datagrams(socket, patienceNs, false);
        }
        TcpSocket socket = stack.tcp();
        Status.check(socket.connect(remote, patienceNs), "connecting to " + remote);
        socket.set(onload.sockets.SocketOption.TCP_NODELAY, 1);
        return new Stream(socket, patienceNs);
    }

    @Override
    public String text() {
        return "onload";
    }

    @Override
    public long retransmissions() {
        return stack.tcpCounters().get(TcpCounter.RETRANSMISSIONS);
    }

    @Override
    public void close() {
        stack.close();
    }

    /** TCP connections that come. */
    private static final class TcpServer implements Server {
        private final TcpServerSocket server;

        TcpServer(Stack stack, InetSocketAddress local) throws IOException {
            server = stack.tcpServer();
            Status.check(server.bind(local), "listening at " + local);
            Status.check(server.listen(BACKLOG), "listening at " + local);
        }

        @Override
        public @Nullable Conversation next() {
            TcpSocket accepted = server.accept(Socket.FOREVER);
            if (accepted == null) {
                return null;
            }
            accepted.set(onload.sockets.SocketOption.TCP_NODELAY, 1);
            return new Stream(accepted, Socket.FOREVER);
        }

        @Override
        public InetSocketAddress address() throws IOException {
            return there(server.localAddress());
        }

        @Override
        public void close() {
            server.close();
        }
    }

    /** Datagrams of whoever sends. */
    private static final class UdpServer implements Server {
        private final UdpSocket socket;
        private final CountDownLatch closed = new CountDownLatch(1);
        private boolean isGiven;

        UdpServer(Stack stack, InetSocketAddress local) throws IOException {
            socket = stack.udp();
            Status.check(socket.bind(local), "receiving at " + local);
        }

        @Override
        public @Nullable Conversation next() throws IOException {
            if (!isGiven) {
                isGiven = true;
                return new Datagrams(socket, Socket.FOREVER, true);
            }
            Waiting.until(closed);
            return null;
        }

        @Override
        public InetSocketAddress address() throws IOException {
            return there(socket.localAddress());
        }

        @Override
        public void close() {
            closed.countDown();
            socket.close();
        }
    }

    private static InetSocketAddress there(@Nullable InetSocketAddress address) throws IOException {
        if (address == null) {
            throw new IOException("the server is closed");
        }
        return address;
    }

    /** A TCP connection. */
    private record Stream(TcpSocket socket, long patienceNs) implements Conversation {
        @Override
        public void send(UnsafeBuffer from, int length) throws IOException {
            int sent = socket.send(from, 0, length, Socket.FOREVER);
            if (sent != length) {
                throw Status.exception(sent < 0 ? sent : Status.CLOSED, "sending");
            }
        }

        @Override
        public int receive(UnsafeBuffer to, int offset, int length) throws IOException {
            int count = socket.receive(to, offset, length, patienceNs);
            return switch (count) {
                case Status.END_OF_STREAM, Status.CLOSED -> END;
                case Status.EXPIRED -> LATE;
                default -> Status.check(count, "receiving");
            };
        }

        @Override
        public void end() {
            socket.shutdownOutput();
        }

        @Override
        public void close() {
            socket.close();
        }
    }

    /** Datagrams with a peer: the one connected to, or whoever has sent last. */
    private static final class Datagrams implements Conversation {
        private final UdpSocket socket;
        private final long patienceNs;
        private final boolean isServer;
        private final UdpMessage message = new UdpMessage();

        Datagrams(UdpSocket socket, long patienceNs, boolean isServer) {
            this.socket = socket;
            this.patienceNs = patienceNs;
            this.isServer = isServer;
        }

        @Override
        public void send(UnsafeBuffer from, int length) throws IOException {
            while (true) {
                int sent =
                        isServer
                                ? socket.sendTo(
                                        from,
                                        0,
                                        length,
                                        message.sourceHigh(),
                                        message.sourceLow(),
                                        message.sourcePort())
                                : socket.send(from, 0, length);
                if (sent != Status.WOULD_BLOCK) {
                    Status.check(sent, "sending");
                    return;
                }
                Status.check(socket.awaitRoom(Socket.FOREVER), "sending");
            }
        }

        @Override
        public int receive(UnsafeBuffer to, int offset, int length) throws IOException {
            int count = socket.receive(to, offset, length, isServer ? message : null, patienceNs);
            return switch (count) {
                case Status.CLOSED -> END;
                case Status.EXPIRED -> LATE;
                default -> Status.check(count, "receiving");
            };
        }

        @Override
        public void end() {
            // Datagrams have no end.
        }

        @Override
        public void close() {
            socket.close();
        }
    }
}
