package onload.jdk.internal;

import onload.jdk.placement.Acceleration;
import onload.jdk.placement.Placement;
import onload.sockets.PollerKey;
import onload.sockets.Readiness;
import onload.sockets.Stack;
import onload.sockets.TcpServerSocket;
import onload.sockets.TcpSocket;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * All that stands behind one port at which connections are accepted: a stack's listener, the kernel's, or for the
 * wildcard address those of all stacks and the kernel's together. The kernel's never waits by itself if there are
 * others.
 *
 * <p>For any thread; one at a time waits.
 */
public final class Listeners implements Ready, AutoCloseable {
    /** Told each listener before it is bound. */
    public interface Setup {
        /** Sets what was asked for on a stack's listener. */
        void apply(TcpServerSocket server) throws IOException;

        /** Sets what was asked for on the kernel's listener. */
        void apply(ServerSocketChannel server) throws IOException;
    }

    /** A stack's listener. */
    public record Of(Stack stack, TcpServerSocket server) {}

    /** A free port of the kernel may be taken at a stack: another one is tried so often. */
    private static final int MOST_TRIES = 16;

    private static final int DEFAULT_BACKLOG = 50;

    private final List<Of> stacks = new ArrayList<>();
    private @Nullable ServerSocketChannel kernel;
    private String reason = "";
    private @Nullable Sources sources;
    private volatile boolean isClosed;

    private Listeners() {}

    /**
     * {@return listeners at an address}
     *
     * @param local where; the wildcard for all addresses, port 0 for a free one
     * @param backlog connections that may wait; below 1 for the default
     * @param family the version of IP that the wildcard is for; null for both
     * @throws BindException if the address or port cannot be had
     */
    public static Listeners bind(
            Acceleration acceleration,
            InetSocketAddress local,
            int backlog,
            @Nullable ProtocolFamily family,
            Setup setup)
            throws IOException {
        int waiting = backlog < 1 ? DEFAULT_BACKLOG : backlog;
        if (!local.getAddress().isAnyLocalAddress()) {
            return bindOne(acceleration, local, waiting, family, setup);
        }
        for (int tries = 1; ; tries++) {
            Listeners all = new Listeners();
            try {
                all.bindAll(acceleration, local, waiting, family, setup);
                return all;
            } catch (BindException e) {
                all.close();
                if (local.getPort() != 0 || tries == MOST_TRIES) {
                    throw e;
                }
            } catch (IOException | RuntimeException e) {
                all.close();
                throw e;
            }
        }
    }

    private static Listeners bindOne(
            Acceleration acceleration,
            InetSocketAddress local,
            int backlog,
            @Nullable ProtocolFamily family,
            Setup setup)
            throws IOException {
        Listeners one = new Listeners();
        Placement placement = acceleration.toBind(local.getAddress());
        Stack stack = placement.stack();
        try {
            if (stack == null) {
                one.reason = placement.reason();
                one.bindKernel(local, backlog, family, setup, false);
            } else {
                one.bindStack(stack, local, backlog, setup);
            }
            return one;
        } catch (IOException | RuntimeException e) {
            one.close();
            throw e;
        }
    }

    private void bindAll(
            Acceleration acceleration,
            InetSocketAddress local,
            int backlog,
            @Nullable ProtocolFamily family,
            Setup setup)
            throws IOException {
        List<Stack> all = acceleration.stacks();
        reason = acceleration.trouble();
        boolean isShared = all.stream().anyMatch(Stack::isShared);
        ServerSocketChannel server = bindKernel(local, backlog, family, setup, isShared);
        int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
        InetAddress any =
                family == StandardProtocolFamily.INET ? Wildcards.ipv4() : Wildcards.ipv6();
        for (Stack stack : all) {
            bindStack(stack, new InetSocketAddress(any, port), backlog, setup);
        }
        if (!all.isEmpty()) {
            server.configureBlocking(false);
        }
    }

    private ServerSocketChannel bindKernel(
            InetSocketAddress local,
            int backlog,
            @Nullable ProtocolFamily family,
            Setup setup,
            boolean isShared)
            throws IOException {
        ServerSocketChannel server =
                family == null
                        ? KernelSockets.provider().openServerSocketChannel()
                        : KernelSockets.provider().openServerSocketChannel(family);
        kernel = server;
        setup.apply(server);
        if (isShared) {
            // The stack's claim of the port in the kernel has it too.
            server.setOption(StandardSocketOptions.SO_REUSEPORT, true);
        }
        server.bind(local, backlog);
        return server;
    }

    private void bindStack(Stack stack, InetSocketAddress local, int backlog, Setup setup)
            throws IOException {
        TcpServerSocket server;
        try {
            server = stack.tcpServer();
        } catch (IllegalStateException e) {
            throw new SocketException(e.getMessage(), e);
        }
        stacks.add(new Of(stack, server));
        setup.apply(server);
        int answer = server.bind(local);
        if (answer == 0) {
            answer = server.listen(backlog);
        }
        if (answer != 0) {
            throw Failures.ofBind(answer);
        }
    }

    // What they are.

    /** {@return those of stacks} */
    public List<Of> stacks() {
        return stacks;
    }

    /** {@return the kernel's; null if there is none} */
    public @Nullable ServerSocketChannel kernel() {
        return kernel;
    }

    /** {@return why there is none of a stack; empty if there is one} */
    public String reason() {
        return stacks.isEmpty() ? reason : "";
    }

    /** {@return the address, null after closing} */
    public @Nullable InetSocketAddress localAddress() throws IOException {
        ServerSocketChannel server = kernel;
        return server == null
                ? stacks.getFirst().server().localAddress()
                : (InetSocketAddress) server.getLocalAddress();
    }

    // Accepting.

    /**
     * {@return a connection that was waiting; null if there is none} Does not wait, unless only the kernel's is there.
     */
    public @Nullable Accepted accept() throws IOException {
        for (Of each : stacks) {
            TcpSocket socket = each.server().accept();
            if (socket != null) {
                return new Accepted(each.stack(), socket, null);
            }
        }
        ServerSocketChannel server = kernel;
        if (server == null || isClosed) {
            return null;
        }
        SocketChannel channel = server.accept();
        return channel == null ? null : new Accepted(null, null, channel);
    }

    /**
     * Accepts, and waits until there is a connection.
     *
     * @param timeoutNs longest wait; 0 or less does not wait
     * @return the connection; null if the time is over, the thread is interrupted, or they are closed
     */
    public @Nullable Accepted accept(long timeoutNs) throws IOException {
        long startNs = timeoutNs == Long.MAX_VALUE ? 0 : System.nanoTime();
        long leftNs = timeoutNs;
        setKernelNonBlocking();
        while (true) {
            Accepted accepted = accept();
            if (accepted != null || leftNs <= 0 || isClosed) {
                return accepted;
            }
            if (Thread.currentThread().isInterrupted()) {
                return null;
            }
            waiting().await(this, leftNs);
            if (timeoutNs != Long.MAX_VALUE) {
                leftNs = timeoutNs - (System.nanoTime() - startNs);
            }
        }
    }

    private void setKernelNonBlocking() throws IOException {
        ServerSocketChannel server = kernel;
        if (server != null && server.isBlocking()) {
            server.configureBlocking(false);
        }
    }

    private synchronized Sources waiting() throws IOException {
        Sources known = sources;
        if (known == null) {
            known = new Sources();
            sources = known;
            for (Of each : stacks) {
                known.of(each.stack()).poller().add(each.server(), Readiness.READABLE, this);
            }
            ServerSocketChannel server = kernel;
            if (server != null && server.isOpen()) {
                server.register(known.ofKernel().selector(), SelectionKey.OP_ACCEPT, this);
            }
            if (isClosed) {
                known.wake();
            }
        }
        return known;
    }

    @Override
    public void stackReady(PollerKey key, int readiness) {
        // Whoever waits looks for himself.
    }

    @Override
    public void kernelReady(SelectionKey key) {
        // Whoever waits looks for himself.
    }

    /** Closes all. Who waits comes back with nothing. */
    @Override
    public void close() throws IOException {
        isClosed = true;
        Sources known;
        synchronized (this) {
            known = sources;
        }
        if (known != null) {
            known.wake();
        }
        for (Of each : stacks) {
            each.server().close();
        }
        ServerSocketChannel server = kernel;
        if (server != null) {
            server.close();
        }
        if (known != null) {
            known.close();
        }
    }
}
