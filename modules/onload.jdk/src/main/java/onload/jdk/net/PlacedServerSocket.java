package onload.jdk.net;

import onload.jdk.internal.Accepted;
import onload.jdk.internal.Ending;
import onload.jdk.internal.Listeners;
import onload.jdk.internal.OptionBridge;
import onload.jdk.internal.Wildcards;
import onload.jdk.placement.Acceleration;
import onload.sockets.TcpServerSocket;
import onload.sockets.TcpSocket;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What stands behind a {@code java.net.ServerSocket}: a stack's listener, the kernel's, or at the wildcard
 * address those of all stacks and the kernel. It accepts into a {@link PlacedSocket}.
 *
 * <p>For any thread.
 */
public final class PlacedServerSocket extends PlacedSocketImpl {
    private enum State {
        NEW,
        CREATED,
        CLOSED
    }

    private final ReentrantLock acceptLock = new ReentrantLock();

    // Written under the state's lock. At most one of the two is there.
    private volatile State state = State.NEW;
    private volatile @Nullable Listeners listeners;
    private volatile @Nullable ServerSocket kernel;
    private volatile String reason = "it is not bound yet";
    private @Nullable InetSocketAddress wanted;

    /** Makes one that is not created yet, as {@code java.net.ServerSocket} wants it. */
    public PlacedServerSocket(Acceleration acceleration) {
        super(acceleration, true);
    }

    @Override
    public boolean isAccelerated() {
        Listeners all = listeners;
        return all != null && !all.stacks().isEmpty();
    }

    @Override
    public String whyNotAccelerated() {
        return isAccelerated() ? "" : reason;
    }

    @Override
    protected void create(boolean isStream) throws IOException {
        if (!isStream) {
            throw new IOException("Datagram socket creation not supported");
        }
        synchronized (stateLock) {
            if (state != State.NEW) {
                throw new IOException("Already created");
            }
            state = State.CREATED;
        }
    }

    // Binding.

    /** Notes the address: it is taken by {@link #listen}, which {@code java.net} calls next. */
    @Override
    protected void bind(InetAddress host, int port) throws IOException {
        synchronized (stateLock) {
            checkOpen();
            if (localport != 0) {
                throw new SocketException("Already bound");
            }
            wanted = new InetSocketAddress(host, port);
        }
    }

    @Override
    protected void listen(int backlog) throws IOException {
        synchronized (stateLock) {
            checkOpen();
            InetSocketAddress local = wanted;
            if (local == null) {
                throw new SocketException("Not bound");
            }
            if (localport != 0) {
                return;
            }
            if (isKernels(local.getAddress())) {
                localport = listenInKernel(local, backlog);
            } else {
                localport = listenInStacks(local, backlog);
            }
            address = local.getAddress();
        }
    }

    private boolean isKernels(InetAddress host) {
        List<?> stacks = acceleration.stacks();
        if (host.isAnyLocalAddress()) {
            reason = acceleration.trouble();
            return stacks.isEmpty();
        }
        reason = acceleration.toBind(host).reason();
        return !acceleration.toBind(host).isAccelerated();
    }

    private int listenInKernel(InetSocketAddress local, int backlog) throws IOException {
        ServerSocket server = new KernelServerSocket();
        try {
            options.apply(server::setOption);
            server.setSoTimeout(timeoutMs);
            server.bind(local, backlog);
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
        kernel = server;
        return server.getLocalPort();
    }

    private int listenInStacks(InetSocketAddress local, int backlog) throws IOException {
        Listeners all =
                Listeners.bind(
                        acceleration,
                        local,
                        backlog,
                        null,
                        new Listeners.Setup() {
                            @Override
                            public void apply(TcpServerSocket server) {
                                server.outlastInterrupts(true);
                                options.apply(server);
                            }

                            @Override
                            public void apply(ServerSocketChannel server) throws IOException {
                                options.apply(new OfChannel(server));
                            }
                        });
        listeners = all;
        InetSocketAddress taken = all.localAddress();
        return taken == null ? 0 : taken.getPort();
    }

    /** Sets what a channel has, too. */
    private record OfChannel(ServerSocketChannel server) implements KeptOptions.Setter {
        @Override
        public <T> void set(SocketOption<T> option, T value) throws IOException {
            if (server.supportedOptions().contains(option)) {
                server.setOption(option, value);
            }
        }
    }

    // Accepting.

    @Override
    protected void accept(SocketImpl accepted) throws IOException {
        if (!(accepted instanceof PlacedSocket socket)) {
            throw new IOException(
                    "%s cannot accept into %s; expected %s"
                            .formatted(getClass(), accepted.getClass(), PlacedSocket.class));
        }
        checkOpen();
        ServerSocket inside = kernel;
        Listeners all = listeners;
        if (inside != null) {
            socket.adopt(acceptKernel(inside), reason);
        } else if (all != null) {
            adopt(socket, acceptLocked(all));
        } else {
            throw new SocketException("Not bound");
        }
    }

    private static Socket acceptKernel(ServerSocket inside) throws IOException {
        try {
            return inside.accept();
        } catch (SocketException e) {
            throw KernelStreams.outside(inside.isClosed(), e);
        }
    }

    private void adopt(PlacedSocket socket, Accepted accepted) throws IOException {
        TcpSocket tcp = accepted.socket();
        SocketChannel channel = accepted.channel();
        if (tcp != null) {
            socket.adopt(tcp);
        } else if (channel != null) {
            socket.adopt(channel.socket(), "the peer came by the kernel, not by a stack's NIC");
        }
    }

    private Accepted acceptLocked(Listeners all) throws IOException {
        long leftNs = lock(acceptLock, timeoutMs);
        if (leftNs <= 0) {
            throw new SocketTimeoutException("Accept timed out");
        }
        @Nullable Accepted accepted;
        try {
            checkOpen();
            accepted = await(all, leftNs);
        } catch (ClosedChannelException e) {
            throw new SocketException(CLOSED, e);
        } finally {
            acceptLock.unlock();
        }
        if (accepted != null) {
            return accepted;
        }
        if (state != State.CLOSED && isGone(all)) {
            Ending.stay();
        }
        throw state == State.CLOSED || isGone(all)
                ? new SocketException(CLOSED)
                : new SocketTimeoutException("Accept timed out");
    }

    /** The stack was closed under its only listener. */
    private static boolean isGone(Listeners all) {
        return all.kernel() == null
                && all.stacks().stream().noneMatch(each -> each.server().isOpen());
    }

    /**
     * Waits for a connection. A platform thread that is interrupted meanwhile goes on, and has its interrupt status
     * again at the end.
     *
     * @return the connection; null if the time is over or the socket is closed
     * @throws InterruptedIOException if this is a virtual thread, and was interrupted
     */
    private @Nullable Accepted await(Listeners all, long timeoutNs) throws IOException {
        boolean isVirtual = Thread.currentThread().isVirtual();
        boolean wasInterrupted = false;
        long startNs = System.nanoTime();
        long leftNs = timeoutNs;
        try {
            while (true) {
                wasInterrupted |= !isVirtual && Thread.interrupted();
                Accepted accepted = isSingle(all) ? acceptSingle(all, leftNs) : all.accept(leftNs);
                if (accepted != null) {
                    return accepted;
                }
                if (isVirtual && Thread.currentThread().isInterrupted()) {
                    throw new InterruptedIOException();
                }
                if (timeoutNs != Long.MAX_VALUE) {
                    leftNs = timeoutNs - (System.nanoTime() - startNs);
                }
                if (leftNs <= 0 || state == State.CLOSED || isGone(all)) {
                    return null;
                }
            }
        } finally {
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static boolean isSingle(Listeners all) {
        return all.kernel() == null && all.stacks().size() == 1;
    }

    private static @Nullable Accepted acceptSingle(Listeners all, long timeoutNs) {
        Listeners.Of only = all.stacks().getFirst();
        TcpSocket socket = only.server().accept(timeoutNs);
        return socket == null ? null : new Accepted(only.stack(), socket, null);
    }

    // Ending.

    @Override
    protected void close() throws IOException {
        Listeners all;
        ServerSocket inside;
        synchronized (stateLock) {
            if (state == State.CLOSED) {
                return;
            }
            state = State.CLOSED;
            all = listeners;
            inside = kernel;
        }
        if (all != null) {
            all.close();
        }
        if (inside != null) {
            inside.close();
        }
    }

    @Override
    void checkOpen() throws SocketException {
        switch (state) {
            case NEW -> throw new SocketException("Socket not created");
            case CLOSED -> throw new SocketException(CLOSED);
            case CREATED -> {
                // It is open.
            }
        }
    }

    @Override
    InetAddress localAddress() {
        return localport == 0 ? Wildcards.ipv4() : address;
    }

    // Options.

    @Override
    <T> void set(SocketOption<T> option, T value) throws IOException {
        ServerSocket inside = kernel;
        if (inside != null) {
            inside.setOption(option, value);
        }
        options.keep(option, value);
        Listeners all = listeners;
        if (all != null) {
            all.stacks().forEach(each -> OptionBridge.set(each.server(), option, value));
            ServerSocketChannel channel = all.kernel();
            if (channel != null) {
                new OfChannel(channel).set(option, value);
            }
        }
    }

    @Override
    <T> T get(SocketOption<T> option) throws IOException {
        ServerSocket inside = kernel;
        return inside == null ? options.get(option) : inside.getOption(option);
    }

    @Override
    void timeout(int milliseconds) throws SocketException {
        ServerSocket inside = kernel;
        if (inside != null) {
            inside.setSoTimeout(milliseconds);
        }
    }

    @Override
    void outOfBandInline(boolean isInline) {
        // What is accepted has an option of its own.
    }

    @Override
    boolean outOfBandInline() {
        return false;
    }

    // What a server's socket does not do.

    @Override
    protected void connect(String host, int port) throws IOException {
        throw notConnected();
    }

    @Override
    protected void connect(InetAddress host, int port) throws IOException {
        throw notConnected();
    }

    @Override
    protected void connect(SocketAddress remote, int timeout) throws IOException {
        throw notConnected();
    }

    @Override
    protected InputStream getInputStream() throws IOException {
        throw notConnected();
    }

    @Override
    protected OutputStream getOutputStream() throws IOException {
        throw notConnected();
    }

    @Override
    protected int available() throws IOException {
        throw notConnected();
    }

    @Override
    protected void sendUrgentData(int data) throws IOException {
        throw notConnected();
    }

    private static SocketException notConnected() {
        return new SocketException("Not connected");
    }
}
