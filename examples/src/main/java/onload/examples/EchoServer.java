package onload.examples;

import onload.sockets.Poller;
import onload.sockets.PollerKey;
import onload.sockets.Readiness;
import onload.sockets.Socket;
import onload.sockets.Stack;
import onload.sockets.Status;
import onload.sockets.TcpServerSocket;
import onload.sockets.TcpSocket;

import org.agrona.concurrent.UnsafeBuffer;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** Sends back what it receives: one thread, one poller, any number of connections. */
final class EchoServer implements AutoCloseable {
    private static final int BACKLOG = 16;
    private static final int MOST_READY = 64;
    private static final int BUFFER_BYTES = 16 << 10;

    private final TcpServerSocket server;
    private final Poller poller;
    private final Thread thread;
    private final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(BUFFER_BYTES));

    private EchoServer(TcpServerSocket server, Poller poller) {
        this.server = server;
        this.poller = poller;
        thread = Thread.ofPlatform().name("echo").unstarted(this::run);
    }

    /**
     * {@return a server that runs}
     *
     * @param stack where it listens
     * @param local at which address and port
     */
    static EchoServer start(Stack stack, InetSocketAddress local) {
        EchoServer echo = new EchoServer(stack.listen(local, BACKLOG), stack.poller());
        echo.poller.add(echo.server, Readiness.READABLE, null);
        echo.thread.start();
        return echo;
    }

    private void run() {
        int told = 0;
        while (told >= 0) {
            told = poller.poll(this::serve, MOST_READY, Socket.FOREVER);
        }
    }

    private void serve(PollerKey key, int readiness) {
        switch (key.socket()) {
            case TcpServerSocket listening -> accept(listening);
            case TcpSocket connection -> echo(connection);
            default -> throw new IllegalStateException(key.socket() + " was never added");
        }
    }

    private void accept(TcpServerSocket listening) {
        TcpSocket connection = listening.accept();
        if (connection != null) {
            poller.add(connection, Readiness.READABLE, null);
        }
    }

    /** The poller tells of a socket for as long as there is something to read: one read at a time will do. */
    private void echo(TcpSocket connection) {
        int bytes = connection.receive(buffer, 0, BUFFER_BYTES);
        if (bytes == Status.WOULD_BLOCK) {
            return;
        }
        // A server for more than a demonstration would not wait here for a client that does not
        // read.
        if (bytes < 0 || connection.send(buffer, 0, bytes, Socket.FOREVER) < bytes) {
            connection.close();
        }
    }

    /** Ends the thread. What it has accepted is closed with the stack. */
    @Override
    public void close() {
        poller.close();
        server.close();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
