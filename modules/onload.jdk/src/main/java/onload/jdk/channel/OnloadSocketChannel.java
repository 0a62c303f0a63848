package onload.jdk.channel;

import onload.jdk.internal.Ending;
import onload.jdk.internal.Failures;
import onload.jdk.internal.FreePorts;
import onload.jdk.internal.KernelSockets;
import onload.jdk.internal.OptionBridge;
import onload.jdk.internal.Wildcards;
import onload.jdk.placement.Acceleration;
import onload.jdk.placement.ListedSocket;
import onload.jdk.placement.Placement;
import onload.sockets.Readiness;
import onload.sockets.Socket;
import onload.sockets.Stack;
import onload.sockets.Status;
import onload.sockets.TcpSocket;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.NoConnectionPendingException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A stream channel that becomes a stack's socket or the kernel's when it is bound to an address of one, or connected.
 * Bound to the wildcard it is the kernel's, which gives it its port, until it connects.
 *
 * <p>Reading and writing each have a lock of their own, as the specification asks; the state has a third.
 */
public final class OnloadSocketChannel extends SocketChannel implements Front, ListedSocket {
    private static final long NS_PER_MS = 1_000_000L;
    private static final int GATHER_BYTES = 64 << 10;
    private static final int CONNECT_OPS_WHILE_PENDING = Readiness.WRITABLE;

    private enum State {
        UNCONNECTED,
        PENDING,
        CONNECTED,
        CLOSED
    }

    private final Acceleration acceleration;
    private final @Nullable ProtocolFamily family;
    private final Behind behind = new Behind();
    private final Options options = new Options(Options.Kind.STREAM);
    private final ReentrantLock readLock = new ReentrantLock();
    private final ReentrantLock writeLock = new ReentrantLock();
    private final Object stateLock = new Object();

    // Written under the state's lock. At most one of the two is there once it is connected.
    private volatile State state = State.UNCONNECTED;
    private volatile @Nullable TcpSocket tcp;
    private volatile @Nullable SocketChannel kernel;
    private volatile String reason = "it is not connected yet";
    private @Nullable InetSocketAddress wanted;
    private volatile @Nullable InetSocketAddress remote;
    private volatile boolean isInputShut;
    private volatile boolean isOutputShut;
    private volatile @Nullable InetSocketAddress lastLocal;
    private volatile boolean isOutOfBandInline;
    private java.net.@Nullable Socket adaptor;

    /** Makes one that is neither bound nor connected. */
    OnloadSocketChannel(
            SelectorProvider provider, Acceleration acceleration, @Nullable ProtocolFamily family)
            throws IOException {
        super(provider);
        this.acceleration = acceleration;
        this.family = family;
        if (family == StandardProtocolFamily.UNIX) {
            becomeKernels(
                    KernelSockets.provider().openSocketChannel(family),
                    "it is a Unix-domain socket");
        }
    }

    /** Makes one of an accepted connection of a stack. */
    OnloadSocketChannel(
            SelectorProvider provider, Acceleration acceleration, Stack stack, TcpSocket accepted) {
        super(provider);
        this.acceleration = acceleration;
        family = null;
        tcp = accepted;
        remote = accepted.remoteAddress();
        reason = "";
        state = State.CONNECTED;
        behind.add(stack, accepted);
    }

    /** Makes one of an accepted connection of the kernel. */
    OnloadSocketChannel(
            SelectorProvider provider,
            Acceleration acceleration,
            SocketChannel accepted,
            String reason) {
        super(provider);
        this.acceleration = acceleration;
        family = null;
        kernel = accepted;
        this.reason = reason;
        state = State.CONNECTED;
        behind.add(accepted);
        acceleration.passedOver(this);
    }

    // What it is.

    @Override
    public boolean isAccelerated() {
        return tcp != null;
    }

    @Override
    public @Nullable SocketAddress local() throws IOException {
        return getLocalAddress();
    }

    @Override
    public @Nullable SocketAddress remote() throws IOException {
        return getRemoteAddress();
    }

    @Override
    public String kind() {
        return family == StandardProtocolFamily.UNIX ? "unix" : "tcp";
    }

    @Override
    public String whyNotAccelerated() {
        return isAccelerated() ? "" : reason;
    }

    /** {@return the stack's socket; null if it is not a stack's} */
    @Nullable TcpSocket tcp() {
        return tcp;
    }

    /** {@return the kernel's channel; null if it is not the kernel's} */
    @Nullable SocketChannel kernel() {
        return kernel;
    }

    private void becomeKernels(SocketChannel channel, String why) throws IOException {
        try {
            options.apply(channel);
            if (isOutOfBandInline) {
                channel.socket().setOOBInline(true);
            }
            channel.configureBlocking(isBlocking());
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
        kernel = channel;
        reason = why;
        behind.add(channel);
        acceleration.passedOver(this);
    }

    private void becomeStacks(Stack stack, TcpSocket socket) {
        options.apply(socket);
        tcp = socket;
        reason = "";
        behind.add(stack, socket);
    }

    private SocketChannel openKernel() throws IOException {
        return family == null
                ? KernelSockets.provider().openSocketChannel()
                : KernelSockets.provider().openSocketChannel(family);
    }

    private static TcpSocket openTcp(Stack stack) throws IOException {
        try {
            return stack.tcp();
        } catch (IllegalStateException e) {
            throw new SocketException(e.getMessage(), e);
        }
    }

    // Addresses.

    @Override
    public SocketChannel bind(@Nullable SocketAddress local) throws IOException {
        synchronized (stateLock) {
            checkOpen();
            if (state == State.PENDING) {
                throw new ConnectionPendingException();
            }
            if (tcp != null || isKernelBound()) {
                throw new AlreadyBoundException();
            }
            SocketChannel known = kernel;
            if (known != null) {
                known.bind(local);
                return this;
            }
            InetSocketAddress address = Addresses.toBind(local, family);
            Placement placement =
                    address.getAddress().isAnyLocalAddress()
                            ? Placement.kernel("it is bound to the wildcard and not connected yet")
                            : acceleration.toBind(address.getAddress());
            Stack stack = placement.stack();
            if (stack == null) {
                bindKernel(address, placement.reason());
            } else {
                bindStack(stack, address);
            }
            wanted = address;
            return this;
        }
    }

    private boolean isKernelBound() throws IOException {
        SocketChannel known = kernel;
        return known != null
                && known.getLocalAddress() != null
                && family != StandardProtocolFamily.UNIX;
    }

    private void bindKernel(InetSocketAddress address, String why) throws IOException {
        SocketChannel channel = openKernel();
        try {
            options.apply(channel);
            channel.bind(address);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
        becomeKernels(channel, why);
    }

    private void bindStack(Stack stack, InetSocketAddress address) throws IOException {
        TcpSocket socket = openTcp(stack);
        int answer = FreePorts.bind(socket, address);
        if (answer != 0) {
            socket.close();
            throw Failures.ofBind(answer);
        }
        becomeStacks(stack, socket);
    }

    @Override
    public @Nullable SocketAddress getLocalAddress() throws IOException {
        synchronized (stateLock) {
            checkOpen();
            TcpSocket socket = tcp;
            if (socket != null) {
                return socket.localAddress();
            }
            SocketChannel channel = kernel;
            return channel == null ? null : channel.getLocalAddress();
        }
    }

    @Override
    public @Nullable SocketAddress getRemoteAddress() throws IOException {
        synchronized (stateLock) {
            checkOpen();
            if (state != State.CONNECTED && family != StandardProtocolFamily.UNIX) {
                return null;
            }
            TcpSocket socket = tcp;
            if (socket != null) {
                return remote;
            }
            SocketChannel channel = kernel;
            return channel == null ? null : channel.getRemoteAddress();
        }
    }

    // Connecting.

    @Override
    public boolean connect(SocketAddress address) throws IOException {
        return connect(address, Long.MAX_VALUE, isBlocking());
    }

    /**
     * Connects as {@link #connect(SocketAddress)} in blocking mode, with a bound.
     *
     * @param timeoutNs longest wait
     * @throws SocketTimeoutException if the time is over; the channel is closed then
     */
    void connect(SocketAddress address, long timeoutNs) throws IOException {
        connect(address, timeoutNs, true);
    }

    private boolean connect(SocketAddress address, long timeoutNs, boolean isWaiting)
            throws IOException {
        checkOpen();
        if (family == StandardProtocolFamily.UNIX) {
            return connectKernel(Objects.requireNonNull(kernel), address, timeoutNs, isWaiting);
        }
        InetSocketAddress to = Addresses.toConnect(address, family);
        readLock.lock();
        writeLock.lock();
        try {
            TcpSocket socket;
            SocketChannel channel;
            synchronized (stateLock) {
                checkOpen();
                if (state == State.CONNECTED) {
                    throw new AlreadyConnectedException();
                }
                if (state == State.PENDING) {
                    throw new ConnectionPendingException();
                }
                place(to);
                socket = tcp;
                channel = kernel;
            }
            if (socket != null) {
                return connectStack(socket, to, timeoutNs, isWaiting);
            }
            return connectKernel(Objects.requireNonNull(channel), to, timeoutNs, isWaiting);
        } finally {
            writeLock.unlock();
            readLock.unlock();
        }
    }

    /** Chooses between stack and kernel, unless being bound has done so. */
    private void place(InetSocketAddress to) throws IOException {
        InetSocketAddress bound = wanted;
        if (bound != null && !bound.getAddress().isAnyLocalAddress()) {
            return;
        }
        Placement placement = acceleration.toConnect(to.getAddress());
        Stack stack = placement.stack();
        if (stack == null) {
            reason = placement.reason();
            if (kernel == null) {
                becomeKernels(openKernel(), placement.reason());
            }
            return;
        }
        int port = leaveKernel();
        TcpSocket socket = openTcp(stack);
        if (port != 0) {
            InetAddress any = Wildcards.like(to.getAddress());
            int answer = socket.bind(new InetSocketAddress(any, port));
            if (answer != 0) {
                socket.close();
                throw Failures.ofBind(answer);
            }
        }
        becomeStacks(stack, socket);
    }

    /** Gives the kernel's channel up, which was bound to the wildcard; answers the port that it had, or 0. */
    private int leaveKernel() throws IOException {
        SocketChannel channel = kernel;
        if (channel == null) {
            return 0;
        }
        InetSocketAddress local = (InetSocketAddress) channel.getLocalAddress();
        behind.remove(channel);
        kernel = null;
        channel.close();
        return local == null ? 0 : local.getPort();
    }

    private boolean connectStack(
            TcpSocket socket, InetSocketAddress to, long timeoutNs, boolean isWaiting)
            throws IOException {
        if (isWaiting) {
            checkInterrupt();
        }
        int begun = socket.connect(to);
        if (begun != 0) {
            throw failedToConnect(begun);
        }
        synchronized (stateLock) {
            checkOpen();
            state = State.PENDING;
            remote = to;
        }
        behind.changed();
        if (!isWaiting) {
            return false;
        }
        finish(socket, timeoutNs);
        return true;
    }

    private boolean connectKernel(
            SocketChannel channel, SocketAddress to, long timeoutNs, boolean isWaiting)
            throws IOException {
        try {
            boolean isConnected;
            if (isWaiting && timeoutNs != Long.MAX_VALUE) {
                channel.socket().connect(to, (int) Math.max(1, timeoutNs / 1_000_000));
                isConnected = true;
            } else {
                isConnected = channel.connect(to);
            }
            synchronized (stateLock) {
                if (state != State.CLOSED) {
                    state = isConnected ? State.CONNECTED : State.PENDING;
                }
            }
            return isConnected;
        } catch (IOException e) {
            closeWith(channel);
            throw e;
        }
    }

    @Override
    public boolean isConnectionPending() {
        return state == State.PENDING;
    }

    @Override
    public boolean isConnected() {
        return state == State.CONNECTED;
    }

    @Override
    public boolean finishConnect() throws IOException {
        checkOpen();
        if (state == State.CONNECTED) {
            return true;
        }
        if (state != State.PENDING) {
            throw new NoConnectionPendingException();
        }
        SocketChannel channel = kernel;
        if (channel != null) {
            return finishKernel(channel);
        }
        TcpSocket socket = Objects.requireNonNull(tcp);
        if (isBlocking()) {
            finish(socket, Long.MAX_VALUE);
            return true;
        }
        int answer = socket.connected();
        if (answer == Status.WOULD_BLOCK) {
            return false;
        }
        connected(answer);
        return true;
    }

    private boolean finishKernel(SocketChannel channel) throws IOException {
        try {
            boolean isConnected = channel.finishConnect();
            synchronized (stateLock) {
                if (isConnected && state == State.PENDING) {
                    state = State.CONNECTED;
                }
            }
            return isConnected;
        } catch (IOException e) {
            closeWith(channel);
            throw e;
        }
    }

    private void finish(TcpSocket socket, long timeoutNs) throws IOException {
        int answer = socket.awaitConnected(timeoutNs);
        if (answer == Status.EXPIRED) {
            close();
            throw new SocketTimeoutException("Connect timed out");
        }
        if (answer == Status.INTERRUPTED || answer == Status.CLOSED) {
            throw endOf(answer);
        }
        connected(answer);
    }

    /** A connection is made, or is not: answers nothing, or closes and throws. */
    private void connected(int answer) throws IOException {
        if (answer != 0) {
            if (!isOpen()) {
                throw new AsynchronousCloseException();
            }
            throw failedToConnect(answer);
        }
        synchronized (stateLock) {
            if (state == State.CLOSED) {
                throw new AsynchronousCloseException();
            }
            state = State.CONNECTED;
        }
        behind.changed();
    }

    private IOException failedToConnect(int answer) throws IOException {
        close();
        return Failures.ofConnect(answer);
    }

    // Reading.

    @Override
    public int read(ByteBuffer to) throws IOException {
        Addresses.checkWritable(to);
        readLock.lock();
        try {
            TcpSocket socket = checkConnected();
            if (socket == null) {
                return readKernel(to);
            }
            return receive(socket, to, isBlocking() ? Long.MAX_VALUE : 0);
        } finally {
            readLock.unlock();
        }
    }

    private int readKernel(ByteBuffer to) throws IOException {
        SocketChannel channel = Objects.requireNonNull(kernel);
        try {
            return channel.read(to);
        } catch (ClosedChannelException e) {
            closeWith(channel);
            throw e;
        }
    }

    /**
     * Reads from a stack's socket, with a bound.
     *
     * @return bytes, 0 if there are none now, or −1
     */
    int receive(TcpSocket socket, ByteBuffer to, long timeoutNs) throws IOException {
        if (isInputShut) {
            return -1;
        }
        if (timeoutNs > 0) {
            checkInterrupt();
        }
        int count = socket.receive(to, timeoutNs);
        if (count >= 0) {
            return count;
        }
        return switch (count) {
            case Status.WOULD_BLOCK -> 0;
            case Status.END_OF_STREAM -> -1;
            case Status.CLOSED, Status.INTERRUPTED -> throw endOf(count);
            default -> throw Failures.ofReceive(count);
        };
    }

    @Override
    public long read(ByteBuffer[] to, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, to.length);
        for (int i = offset; i < offset + length; i++) {
            Addresses.checkWritable(to[i]);
        }
        readLock.lock();
        try {
            TcpSocket socket = checkConnected();
            if (socket == null) {
                return Objects.requireNonNull(kernel).read(to, offset, length);
            }
            long done = 0;
            for (int i = offset; i < offset + length; i++) {
                if (!to[i].hasRemaining()) {
                    continue;
                }
                // Only the first bytes are waited for.
                int count = receive(socket, to[i], done == 0 && isBlocking() ? Long.MAX_VALUE : 0);
                if (count <= 0) {
                    return done == 0 ? count : done;
                }
                done += count;
                if (to[i].hasRemaining()) {
                    break;
                }
            }
            return done;
        } finally {
            readLock.unlock();
        }
    }

    // Writing.

    @Override
    public int write(ByteBuffer from) throws IOException {
        Objects.requireNonNull(from);
        writeLock.lock();
        try {
            TcpSocket socket = checkConnected();
            if (socket == null) {
                return writeKernel(from);
            }
            return send(socket, from);
        } finally {
            writeLock.unlock();
        }
    }

    private int writeKernel(ByteBuffer from) throws IOException {
        SocketChannel channel = Objects.requireNonNull(kernel);
        try {
            return channel.write(from);
        } catch (ClosedChannelException e) {
            if (!isOutputShut) {
                closeWith(channel);
            }
            throw e;
        }
    }

    private int send(TcpSocket socket, ByteBuffer from) throws IOException {
        if (isOutputShut) {
            throw new ClosedChannelException();
        }
        boolean isWaiting = isBlocking();
        if (isWaiting) {
            checkInterrupt();
        }
        if (!from.hasRemaining()) {
            return 0;
        }
        int count = socket.send(from, isWaiting ? Long.MAX_VALUE : 0);
        if (count >= 0) {
            return count;
        }
        return switch (count) {
            case Status.WOULD_BLOCK -> 0;
            case Status.CLOSED, Status.INTERRUPTED -> throw endOf(count);
            default -> throw Failures.ofSend(count);
        };
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, from.length);
        writeLock.lock();
        try {
            TcpSocket socket = checkConnected();
            if (socket == null) {
                return Objects.requireNonNull(kernel).write(from, offset, length);
            }
            return length == 1 ? send(socket, from[offset]) : gather(socket, from, offset, length);
        } finally {
            writeLock.unlock();
        }
    }

    /** Small buffers go together, so that they share segments. */
    private long gather(TcpSocket socket, ByteBuffer[] from, int offset, int length)
            throws IOException {
        long done = 0;
        int at = offset;
        while (at < offset + length) {
            int end = at;
            long bytes = 0;
            while (end < offset + length && bytes + from[end].remaining() <= GATHER_BYTES) {
                bytes += from[end++].remaining();
            }
            long sent;
            long expected;
            if (end - at <= 1) {
                expected = from[at].remaining();
                sent = send(socket, from[at]);
                end = at + 1;
            } else {
                expected = bytes;
                sent = sendTogether(socket, from, at, end, (int) bytes);
            }
            done += sent;
            if (sent < expected) {
                return done;
            }
            at = end;
        }
        return done;
    }

    private long sendTogether(TcpSocket socket, ByteBuffer[] from, int at, int end, int bytes)
            throws IOException {
        ByteBuffer together = Gathering.buffer(bytes);
        for (int i = at; i < end; i++) {
            together.put(from[i].duplicate());
        }
        together.flip();
        int sent = send(socket, together);
        int left = sent;
        for (int i = at; i < end && left > 0; i++) {
            int step = Math.min(left, from[i].remaining());
            from[i].position(from[i].position() + step);
            left -= step;
        }
        return sent;
    }

    // Ending.

    @Override
    public SocketChannel shutdownInput() throws IOException {
        synchronized (stateLock) {
            checkConnectedState();
            if (!isInputShut) {
                TcpSocket socket = tcp;
                if (socket != null) {
                    socket.shutdownInput();
                } else {
                    Objects.requireNonNull(kernel).shutdownInput();
                }
                isInputShut = true;
            }
            return this;
        }
    }

    @Override
    public SocketChannel shutdownOutput() throws IOException {
        synchronized (stateLock) {
            checkConnectedState();
            if (!isOutputShut) {
                TcpSocket socket = tcp;
                if (socket != null) {
                    socket.shutdownOutput();
                } else {
                    Objects.requireNonNull(kernel).shutdownOutput();
                }
                isOutputShut = true;
            }
            return this;
        }
    }

    @Override
    protected void implCloseSelectableChannel() throws IOException {
        TcpSocket socket;
        SocketChannel channel;
        synchronized (stateLock) {
            state = State.CLOSED;
            socket = tcp;
            channel = kernel;
        }
        if (socket != null) {
            lastLocal = socket.localAddress();
            socket.close();
        }
        if (channel != null) {
            channel.close();
        }
    }

    /** The kernel's channel was closed by what it met; so is this one. */
    private void closeWith(SocketChannel channel) throws IOException {
        if (!channel.isOpen()) {
            close();
        }
    }

    /** {@return why a call ended, after the channel was closed: by this thread's interrupt, or by another one} */
    private IOException endOf(int status) throws IOException {
        Ending.stay();
        boolean wasOpen = isOpen();
        if (status == Status.INTERRUPTED) {
            close();
            return new ClosedByInterruptException();
        }
        if (wasOpen && !isOutputShut) {
            // The stack was closed under it.
            close();
        }
        return wasOpen ? new ClosedChannelException() : new AsynchronousCloseException();
    }

    private void checkInterrupt() throws IOException {
        if (Thread.currentThread().isInterrupted()) {
            close();
            throw new ClosedByInterruptException();
        }
    }

    private void checkOpen() throws ClosedChannelException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
    }

    private void checkConnectedState() throws ClosedChannelException {
        checkOpen();
        if (state != State.CONNECTED) {
            throw new NotYetConnectedException();
        }
    }

    /** {@return the stack's socket; null if it is the kernel's} */
    private @Nullable TcpSocket checkConnected() throws ClosedChannelException {
        checkConnectedState();
        return tcp;
    }

    // Options and modes.

    @Override
    public <T> SocketChannel setOption(SocketOption<T> option, T value) throws IOException {
        Objects.requireNonNull(option);
        synchronized (stateLock) {
            if (family == StandardProtocolFamily.UNIX) {
                Objects.requireNonNull(kernel).setOption(option, value);
                return this;
            }
            options.check(option);
            checkOpen();
            options.keep(option, value);
            TcpSocket socket = tcp;
            SocketChannel channel = kernel;
            if (socket != null) {
                OptionBridge.set(socket, option, value);
            } else if (channel != null) {
                channel.setOption(option, value);
            }
            return this;
        }
    }

    @Override
    @SuppressWarnings("NullAway") // SO_LINGER may be null, as the interface's own Javadoc says.
    public <T> T getOption(SocketOption<T> option) throws IOException {
        Objects.requireNonNull(option);
        synchronized (stateLock) {
            SocketChannel channel = kernel;
            if (channel != null) {
                checkOpen();
                return channel.getOption(option);
            }
            options.check(option);
            checkOpen();
            TcpSocket socket = tcp;
            if (socket != null && !option.equals(StandardSocketOptions.SO_REUSEADDR)) {
                return options.get(socket, option);
            }
            return options.get(option);
        }
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        SocketChannel channel = kernel;
        return channel == null ? options.supported() : channel.supportedOptions();
    }

    @Override
    protected void implConfigureBlocking(boolean isBlocking) throws IOException {
        readLock.lock();
        writeLock.lock();
        try {
            synchronized (stateLock) {
                checkOpen();
                SocketChannel channel = kernel;
                if (channel != null) {
                    behind.dropCancelled(channel);
                    channel.configureBlocking(isBlocking);
                }
            }
        } finally {
            writeLock.unlock();
            readLock.unlock();
        }
    }

    @Override
    public java.net.Socket socket() {
        synchronized (stateLock) {
            java.net.@Nullable Socket known = adaptor;
            if (known == null) {
                if (family == StandardProtocolFamily.UNIX) {
                    throw new UnsupportedOperationException("Not supported");
                }
                known = SocketAdaptor.of(this);
                adaptor = known;
            }
            return known;
        }
    }

    // For the adaptor.

    boolean isInputShut() {
        return isInputShut;
    }

    boolean isOutputShut() {
        return isOutputShut;
    }

    /** {@return the local address, of a closed channel the last one; null if there never was one} */
    @Nullable InetSocketAddress knownLocal() {
        TcpSocket socket = tcp;
        SocketChannel channel = kernel;
        if (channel != null) {
            return (InetSocketAddress) channel.socket().getLocalSocketAddress();
        }
        InetSocketAddress last = lastLocal;
        return socket == null || last != null ? last : socket.localAddress();
    }

    /** {@return the peer's address, of a closed channel the last one; null if there never was one} */
    @Nullable InetSocketAddress knownRemote() {
        SocketChannel channel = kernel;
        return channel == null
                ? remote
                : (InetSocketAddress) channel.socket().getRemoteSocketAddress();
    }

    /**
     * Reads some bytes, and waits for the first.
     *
     * @param timeoutMs longest wait, 0 for ever
     * @return how many, or −1 at the end
     * @throws SocketTimeoutException if the time is over
     */
    int readWaiting(byte[] to, int offset, int length, int timeoutMs) throws IOException {
        readLock.lock();
        try {
            TcpSocket socket = checkConnected();
            checkBlocking();
            if (isInputShut) {
                return -1;
            }
            if (socket != null) {
                long timeoutNs = timeoutMs == 0 ? Long.MAX_VALUE : timeoutMs * NS_PER_MS;
                return receive(socket, ByteBuffer.wrap(to, offset, length), timeoutNs);
            }
            SocketChannel channel = Objects.requireNonNull(kernel);
            try {
                java.net.Socket timed = channel.socket();
                timed.setSoTimeout(timeoutMs);
                return timed.getInputStream().read(to, offset, length);
            } finally {
                closeWith(channel);
            }
        } finally {
            readLock.unlock();
        }
    }

    /** Writes all bytes, and waits for room. */
    void writeWaiting(byte[] from, int offset, int length) throws IOException {
        ByteBuffer left = ByteBuffer.wrap(from, offset, length);
        writeLock.lock();
        try {
            TcpSocket socket = checkConnected();
            checkBlocking();
            while (left.hasRemaining()) {
                var _ = socket == null ? writeKernel(left) : send(socket, left);
            }
        } finally {
            writeLock.unlock();
        }
    }

    /** Writes a byte of urgent data; a stack has it in the stream. Answers 0 if there is no room. */
    int writeUrgent(byte data) throws IOException {
        writeLock.lock();
        try {
            TcpSocket socket = checkConnected();
            if (socket != null) {
                return send(socket, ByteBuffer.wrap(new byte[] {data}));
            }
            Objects.requireNonNull(kernel).socket().sendUrgentData(data);
            return 1;
        } finally {
            writeLock.unlock();
        }
    }

    /** {@return the bytes that can be read without waiting} */
    int available() throws IOException {
        TcpSocket socket = checkConnected();
        if (isInputShut) {
            return 0;
        }
        return socket == null
                ? Objects.requireNonNull(kernel).socket().getInputStream().available()
                : socket.available();
    }

    /** Says whether the kernel is to leave urgent data in the stream, as stacks always do. */
    void outOfBandInline(boolean isInline) throws SocketException {
        synchronized (stateLock) {
            SocketChannel channel = kernel;
            if (!isOpen()) {
                throw new SocketException("Socket is closed");
            }
            if (channel != null) {
                channel.socket().setOOBInline(isInline);
            }
            isOutOfBandInline = isInline;
        }
    }

    /** {@return what was said last} */
    boolean outOfBandInline() throws SocketException {
        if (!isOpen()) {
            throw new SocketException("Socket is closed");
        }
        return isOutOfBandInline;
    }

    private void checkBlocking() {
        if (!isBlocking()) {
            throw new IllegalBlockingModeException();
        }
    }

    // For selectors.

    @Override
    @SuppressWarnings("exports") // For selectors of this package.
    public Behind behind() {
        return behind;
    }

    @Override
    public int readinessFor(int interestOps) {
        if (state == State.PENDING) {
            return (interestOps & SelectionKey.OP_CONNECT) != 0 ? CONNECT_OPS_WHILE_PENDING : 0;
        }
        int bits = (interestOps & SelectionKey.OP_READ) != 0 ? Readiness.READABLE : 0;
        return (interestOps & SelectionKey.OP_WRITE) != 0 ? bits | Readiness.WRITABLE : bits;
    }

    @Override
    public int readyOps(Socket socket, int readiness, int interestOps) {
        boolean hasEnded = (readiness & (Readiness.ERROR | Readiness.HANG_UP)) != 0;
        if (state == State.PENDING) {
            boolean isReady = hasEnded || (readiness & Readiness.WRITABLE) != 0;
            return isReady ? interestOps & SelectionKey.OP_CONNECT : 0;
        }
        int ops = 0;
        if (hasEnded || (readiness & Readiness.READABLE) != 0) {
            ops |= SelectionKey.OP_READ;
        }
        if (hasEnded || (readiness & Readiness.WRITABLE) != 0) {
            ops |= SelectionKey.OP_WRITE;
        }
        return ops & interestOps;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(getClass().getName()).append('[');
        if (!isOpen()) {
            return text.append("closed]").toString();
        }
        text.append(
                switch (state) {
                    case UNCONNECTED -> "unconnected";
                    case PENDING -> "connection-pending";
                    default -> "connected";
                });
        try {
            SocketAddress local = getLocalAddress();
            if (local != null) {
                text.append(" local=").append(local);
            }
            SocketAddress peer = getRemoteAddress();
            if (peer != null) {
                text.append(" remote=").append(peer);
            }
        } catch (IOException e) {
            // It was closed meanwhile.
        }
        return text.append(isAccelerated() ? " accelerated]" : "]").toString();
    }
}
