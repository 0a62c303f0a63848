package onload.jdk.channel;

import onload.jdk.internal.Accepted;
import onload.jdk.internal.Ending;
import onload.jdk.internal.KernelSockets;
import onload.jdk.internal.Listeners;
import onload.jdk.internal.OptionBridge;
import onload.jdk.placement.Acceleration;
import onload.jdk.placement.ListedSocket;
import onload.sockets.Readiness;
import onload.sockets.Socket;
import onload.sockets.Stack;
import onload.sockets.TcpServerSocket;
import onload.sockets.TcpSocket;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A channel at which connections are accepted: at a stack's address the stack's, at the wildcard those of all stacks
 * and of the kernel, else the kernel's.
 */
public final class OnloadServerSocketChannel extends ServerSocketChannel
        implements Front, ListedSocket {
    private static final long NS_PER_MS = 1_000_000L;

    private final Acceleration acceleration;
    private final @Nullable ProtocolFamily family;
    private final Behind behind = new Behind();
    private final Options options = new Options(Options.Kind.SERVER);
    private final ReentrantLock acceptLock = new ReentrantLock();
    private final Object stateLock = new Object();

    /** Written under the state's lock, once. */
    private volatile @Nullable Listeners listeners;

    private volatile @Nullable InetSocketAddress boundTo;

    /** A Unix-domain channel from the beginning. */
    private final @Nullable ServerSocketChannel unix;

    private @Nullable ServerSocket adaptor;

    OnloadServerSocketChannel(
            SelectorProvider provider, Acceleration acceleration, @Nullable ProtocolFamily family)
            throws IOException {
        super(provider);
        this.acceleration = acceleration;
        this.family = family;
        unix =
                family == StandardProtocolFamily.UNIX
                        ? KernelSockets.provider().openServerSocketChannel(family)
                        : null;
        if (unix != null) {
            behind.add(unix);
            acceleration.passedOver(this);
        }
    }

    // What it is.

    @Override
    public boolean isAccelerated() {
        Listeners all = listeners;
        return all != null && !all.stacks().isEmpty();
    }

    @Override
    public @Nullable SocketAddress local() throws IOException {
        return getLocalAddress();
    }

    @Override
    public String kind() {
        return unix == null ? "tcp-listen" : "unix";
    }

    @Override
    public String whyNotAccelerated() {
        if (unix != null) {
            return "it is a Unix-domain socket";
        }
        Listeners all = listeners;
        return all == null ? "it is not bound yet" : all.reason();
    }

    // Binding.

    @Override
    public ServerSocketChannel bind(@Nullable SocketAddress local, int backlog) throws IOException {
        synchronized (stateLock) {
            checkOpen();
            if (unix != null) {
                unix.bind(local, backlog);
                return this;
            }
            if (listeners != null) {
                throw new AlreadyBoundException();
            }
            InetSocketAddress address = Addresses.toBind(local, family);
            Listeners bound =
                    Listeners.bind(
                            acceleration,
                            address,
                            backlog,
                            family,
                            new Listeners.Setup() {
                                @Override
                                public void apply(TcpServerSocket server) {
                                    options.apply(server);
                                }

                                @Override
                                public void apply(ServerSocketChannel server) throws IOException {
                                    options.apply(server);
                                }
                            });
            listeners = bound;
            boundTo = bound.localAddress();
            ServerSocketChannel kernel = bound.kernel();
            if (kernel != null) {
                if (bound.stacks().isEmpty()) {
                    kernel.configureBlocking(isBlocking());
                }
                behind.add(kernel);
                acceleration.passedOver(this);
            }
            bound.stacks().forEach(each -> behind.add(each.stack(), each.server()));
            return this;
        }
    }

    @Override
    public @Nullable SocketAddress getLocalAddress() throws IOException {
        synchronized (stateLock) {
            checkOpen();
            if (unix != null) {
                return unix.getLocalAddress();
            }
            Listeners all = listeners;
            return all == null ? null : all.localAddress();
        }
    }

    // Accepting.

    @Override
    public @Nullable SocketChannel accept() throws IOException {
        return accept(isBlocking() ? Long.MAX_VALUE : 0);
    }

    /**
     * Accepts with a bound.
     *
     * @param timeoutNs longest wait; 0 does not wait
     * @return the connection; null if the time is over
     */
    @Nullable SocketChannel accept(long timeoutNs) throws IOException {
        acceptLock.lock();
        try {
            checkOpen();
            if (unix != null) {
                return ofKernel(unix.accept(), "it is a Unix-domain socket");
            }
            Listeners all = listeners;
            if (all == null) {
                throw new NotYetBoundException();
            }
            if (timeoutNs > 0) {
                checkInterrupt();
            }
            return of(all, accept(all, timeoutNs));
        } finally {
            acceptLock.unlock();
        }
    }

    private @Nullable Accepted accept(Listeners all, long timeoutNs) throws IOException {
        ServerSocketChannel kernel = all.kernel();
        try {
            if (timeoutNs == 0) {
                return all.accept();
            }
            if (kernel == null && all.stacks().size() == 1) {
                return acceptStack(all.stacks().getFirst(), timeoutNs);
            }
            return kernel != null && all.stacks().isEmpty()
                    ? acceptKernel(kernel, timeoutNs)
                    : all.accept(timeoutNs);
        } catch (ClosedChannelException e) {
            if (isOpen()) {
                close();
            }
            throw e;
        }
    }

    private static @Nullable Accepted acceptKernel(ServerSocketChannel kernel, long timeoutNs)
            throws IOException {
        if (timeoutNs == Long.MAX_VALUE) {
            return new Accepted(null, null, kernel.accept());
        }
        ServerSocket timed = kernel.socket();
        timed.setSoTimeout((int) Math.max(1, Math.min(Integer.MAX_VALUE, timeoutNs / NS_PER_MS)));
        try {
            return new Accepted(null, null, timed.accept().getChannel());
        } catch (SocketTimeoutException e) {
            return null;
        }
    }

    private static @Nullable Accepted acceptStack(Listeners.Of only, long timeoutNs) {
        TcpSocket socket = only.server().accept(timeoutNs);
        return socket == null ? null : new Accepted(only.stack(), socket, null);
    }

    private @Nullable SocketChannel of(Listeners all, @Nullable Accepted accepted)
            throws IOException {
        if (accepted == null) {
            Ending.stay();
            checkInterrupt();
            if (!isOpen()) {
                throw new AsynchronousCloseException();
            }
            return null;
        }
        Stack stack = accepted.stack();
        TcpSocket socket = accepted.socket();
        if (stack != null && socket != null) {
            return new OnloadSocketChannel(provider(), acceleration, stack, socket);
        }
        String reason =
                all.stacks().isEmpty()
                        ? all.reason()
                        : "the peer came by the kernel, not by a stack's NIC";
        return ofKernel(accepted.channel(), reason);
    }

    private @Nullable SocketChannel ofKernel(@Nullable SocketChannel channel, String reason) {
        return channel == null
                ? null
                : new OnloadSocketChannel(provider(), acceleration, channel, reason);
    }

    private void checkInterrupt() throws IOException {
        if (isBlocking() && Thread.currentThread().isInterrupted()) {
            close();
            throw new ClosedByInterruptException();
        }
    }

    private void checkOpen() throws ClosedChannelException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
    }

    // Options and modes.

    @Override
    public <T> ServerSocketChannel setOption(SocketOption<T> option, T value) throws IOException {
        Objects.requireNonNull(option);
        synchronized (stateLock) {
            if (unix != null) {
                unix.setOption(option, value);
                return this;
            }
            options.check(option);
            checkOpen();
            options.keep(option, value);
            Listeners all = listeners;
            if (all != null) {
                all.stacks().forEach(each -> OptionBridge.set(each.server(), option, value));
                ServerSocketChannel kernel = all.kernel();
                if (kernel != null) {
                    kernel.setOption(option, value);
                }
            }
            return this;
        }
    }

    @Override
    @SuppressWarnings("NullAway") // Values may be null where the option's Javadoc says so.
    public <T> T getOption(SocketOption<T> option) throws IOException {
        Objects.requireNonNull(option);
        synchronized (stateLock) {
            if (unix != null) {
                return unix.getOption(option);
            }
            options.check(option);
            checkOpen();
            Listeners all = listeners;
            ServerSocketChannel kernel = all == null ? null : all.kernel();
            return kernel == null ? options.get(option) : kernel.getOption(option);
        }
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return unix == null ? options.supported() : unix.supportedOptions();
    }

    @Override
    protected void implConfigureBlocking(boolean isBlocking) throws IOException {
        acceptLock.lock();
        try {
            synchronized (stateLock) {
                if (unix != null) {
                    behind.dropCancelled(unix);
                    unix.configureBlocking(isBlocking);
                }
                Listeners all = listeners;
                ServerSocketChannel kernel = all == null ? null : all.kernel();
                if (all != null && kernel != null && all.stacks().isEmpty()) {
                    behind.dropCancelled(kernel);
                    kernel.configureBlocking(isBlocking);
                }
            }
        } finally {
            acceptLock.unlock();
        }
    }

    @Override
    protected void implCloseSelectableChannel() throws IOException {
        Listeners all;
        synchronized (stateLock) {
            all = listeners;
        }
        if (all != null) {
            all.close();
        }
        if (unix != null) {
            unix.close();
        }
    }

    @Override
    public ServerSocket socket() {
        synchronized (stateLock) {
            ServerSocket known = adaptor;
            if (known == null) {
                if (unix != null) {
                    throw new UnsupportedOperationException("Not supported");
                }
                known = ServerSocketAdaptor.of(this);
                adaptor = known;
            }
            return known;
        }
    }

    /** {@return the address that it is bound to, or was; null if it never was} */
    @Nullable InetSocketAddress boundTo() {
        return boundTo;
    }

    // For selectors.

    @Override
    @SuppressWarnings("exports") // For selectors of this package.
    public Behind behind() {
        return behind;
    }

    @Override
    public int readinessFor(int interestOps) {
        return (interestOps & SelectionKey.OP_ACCEPT) != 0 ? Readiness.READABLE : 0;
    }

    @Override
    public int readyOps(Socket socket, int readiness, int interestOps) {
        return interestOps & SelectionKey.OP_ACCEPT;
    }

    @Override
    public String toString() {
        try {
            SocketAddress local = isOpen() ? getLocalAddress() : null;
            return getClass().getName()
                    + '['
                    + (isOpen() ? local == null ? "unbound" : local : "closed")
                    + ']';
        } catch (IOException e) {
            return getClass().getName() + "[closed]";
        }
    }
}
