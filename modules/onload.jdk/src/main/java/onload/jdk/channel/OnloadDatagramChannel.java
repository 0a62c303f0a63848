package onload.jdk.channel;

import onload.jdk.Acceleration;
import onload.jdk.internal.Ending;
import onload.jdk.internal.Failures;
import onload.sockets.Readiness;
import onload.sockets.Socket;
import onload.sockets.SocketOption;
import onload.sockets.Status;
import onload.sockets.UdpSocket;
import onload.udp.UdpMessage;
import onload.wire.IpAddress;

import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.MembershipKey;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SelectionKey;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A datagram channel. Bound to the wildcard, or not bound at all, it is every stack's and the kernel's at one port: each
 * datagram goes by who reaches its destination, and comes from whoever has one, stacks first. Bound to an address, or
 * connected, it is that one's whose the address is.
 */
public final class OnloadDatagramChannel extends DatagramChannel implements Front, Accelerable {
    private static final int NOTHING = -1;

    private static final int MOST_BYTES = 65_535;

    private final @Nullable ProtocolFamily family;
    private final Acceleration acceleration;
    private final Behind behind = new Behind();
    private final Options options = new Options(Options.Kind.DATAGRAM);
    private final Datagrams sockets;
    private final ReentrantLock readLock = new ReentrantLock();
    private final ReentrantLock writeLock = new ReentrantLock();
    private final Object stateLock = new Object();
    private final List<OnloadMembershipKey> memberships = new ArrayList<>();
    private volatile @Nullable InetSocketAddress remote;

    /** The stack's socket that is connected; null if the kernel's is. */
    private volatile @Nullable UdpSocket connected;

    /** What IP_MULTICAST_IF says, and the stack's socket that it means; null for the kernel's. */
    private volatile @Nullable NetworkInterface groupInterface;

    private volatile @Nullable UdpSocket groupSocket;

    private @Nullable DatagramSocket adaptor;

    // The sender's: where the last datagram went, which the next is likely to do too.
    private final UnsafeBuffer sent = new UnsafeBuffer();
    private @Nullable InetSocketAddress lastTarget;
    private @Nullable UdpSocket lastSocket;
    private long lastHigh;
    private long lastLow;

    // The receiver's.
    private final UnsafeBuffer received = new UnsafeBuffer();
    private final UdpMessage message = new UdpMessage();
    private @Nullable InetSocketAddress lastSender;
    private long senderHigh;
    private long senderLow;

    OnloadDatagramChannel(
            SelectorProvider provider, Acceleration acceleration, @Nullable ProtocolFamily family) {
        super(provider);
        this.acceleration = acceleration;
        this.family = family;
        sockets = new Datagrams(acceleration, family, behind, options);
    }

    // What it is.

    @Override
    public boolean isAccelerated() {
        return remote == null ? !sockets.stacks().isEmpty() : connected != null;
    }

    @Override
    public String whyNotAccelerated() {
        if (isAccelerated()) {
            return "";
        }
        InetSocketAddress peer = remote;
        return peer == null
                ? sockets.reason()
                : acceleration.toConnect(peer.getAddress()).reason();
    }

    // Addresses.

    @Override
    public DatagramChannel bind(@Nullable SocketAddress local) throws IOException {
        readLock.lock();
        writeLock.lock();
        try {
            synchronized (stateLock) {
                checkOpen();
                if (sockets.isBound()) {
                    throw new AlreadyBoundException();
                }
                bindHeld(Addresses.toBind(local, family));
                return this;
            }
        } finally {
            writeLock.unlock();
            readLock.unlock();
        }
    }

    private void bindHeld(InetSocketAddress local) throws IOException {
        sockets.bind(local);
        restoreBlocking();
    }

    /** The kernel's channel alone waits as this one does; among others it never waits. */
    private void restoreBlocking() throws IOException {
        DatagramChannel kernel = sockets.kernel();
        if (kernel != null && sockets.isKernelOnly()) {
            kernel.configureBlocking(isBlocking());
        }
    }

    private void bindIfUnbound() throws IOException {
        if (!sockets.isBound()) {
            synchronized (stateLock) {
                checkOpen();
                if (!sockets.isBound()) {
                    bindHeld(Addresses.toBind(null, family));
                }
            }
        }
    }

    @Override
    public @Nullable SocketAddress getLocalAddress() throws IOException {
        synchronized (stateLock) {
            checkOpen();
            UdpSocket socket = connected;
            return socket == null ? sockets.localAddress() : socket.localAddress();
        }
    }

    @Override
    public @Nullable SocketAddress getRemoteAddress() throws IOException {
        synchronized (stateLock) {
            checkOpen();
            return remote;
        }
    }

    @Override
    public boolean isConnected() {
        return remote != null;
    }

    @Override
    public DatagramChannel connect(SocketAddress address) throws IOException {
        InetSocketAddress to = Addresses.toConnect(address, family);
        readLock.lock();
        writeLock.lock();
        try {
            synchronized (stateLock) {
                checkOpen();
                if (remote != null) {
                    throw new AlreadyConnectedException();
                }
                if (to.getPort() == 0) {
                    throw new SocketException("Can't connect to port 0");
                }
                bindIfUnbound();
                UdpSocket socket = socketFor(to);
                if (socket == null) {
                    kernel().connect(to);
                } else {
                    int answer = socket.connect(to);
                    if (answer != 0) {
                        throw Failures.ofConnect(answer);
                    }
                }
                connected = socket;
                remote = to;
                return this;
            }
        } finally {
            writeLock.unlock();
            readLock.unlock();
        }
    }

    @Override
    public DatagramChannel disconnect() throws IOException {
        readLock.lock();
        writeLock.lock();
        try {
            synchronized (stateLock) {
                if (remote != null && isOpen()) {
                    UdpSocket socket = connected;
                    if (socket == null) {
                        kernel().disconnect();
                    } else {
                        socket.disconnect();
                    }
                    connected = null;
                    remote = null;
                }
                return this;
            }
        } finally {
            writeLock.unlock();
            readLock.unlock();
        }
    }

    private DatagramChannel kernel() throws IOException {
        DatagramChannel kernel = sockets.kernel();
        if (kernel == null) {
            throw new SocketException("Network is unreachable");
        }
        return kernel;
    }

    /** {@return the stack's socket that reaches an address; null if it is for the kernel's} */
    private @Nullable UdpSocket socketFor(InetSocketAddress to) {
        if (sockets.kernel() == null && sockets.stacks().size() == 1) {
            return sockets.stacks().getFirst().socket();
        }
        if (sockets.stacks().isEmpty()) {
            return null;
        }
        if (to.getAddress().isMulticastAddress()) {
            return socketForGroup(to.getAddress());
        }
        Datagrams.Of found = sockets.of(acceleration.toConnect(to.getAddress()).stack());
        return found == null ? null : found.socket();
    }

    /** By the interface that was chosen for groups; else by a stack that has a route to the group. */
    private @Nullable UdpSocket socketForGroup(InetAddress group) {
        NetworkInterface chosen = groupInterface;
        if (chosen != null) {
            return groupSocket;
        }
        Datagrams.Of found = sockets.of(acceleration.toConnect(group).stack());
        return found == null ? null : found.socket();
    }

    // Sending.

    @Override
    public int send(ByteBuffer from, SocketAddress target) throws IOException {
        Objects.requireNonNull(from);
        InetSocketAddress to = Addresses.checked(target, family);
        writeLock.lock();
        try {
            checkOpen();
            InetSocketAddress peer = remote;
            if (peer != null) {
                if (!to.equals(peer)) {
                    throw new AlreadyConnectedException();
                }
                return sendConnected(from);
            }
            if (to.getPort() == 0) {
                throw new SocketException("Can't send to port 0");
            }
            bindIfUnbound();
            place(to);
            UdpSocket socket = lastSocket;
            return socket == null
                    ? sendKernel(from, to)
                    : sendStack(socket, from, false);
        } finally {
            writeLock.unlock();
        }
    }

    private void place(InetSocketAddress to) {
        if (!to.equals(lastTarget)) {
            IpAddress address = IpAddress.of(to.getAddress());
            lastHigh = address.high();
            lastLow = address.low();
            lastSocket = socketFor(to);
            lastTarget = to;
        }
    }

    private int sendKernel(ByteBuffer from, InetSocketAddress to) throws IOException {
        DatagramChannel kernel = kernel();
        try {
            return kernel.send(from, to);
        } catch (ClosedChannelException e) {
            closeWith(kernel);
            throw e;
        }
    }

    private int sendConnected(ByteBuffer from) throws IOException {
        UdpSocket socket = connected;
        if (socket != null) {
            return sendStack(socket, from, true);
        }
        DatagramChannel kernel = kernel();
        try {
            return kernel.write(from);
        } catch (ClosedChannelException e) {
            closeWith(kernel);
            throw e;
        }
    }

    private int sendStack(UdpSocket socket, ByteBuffer from, boolean isToPeer) throws IOException {
        boolean isWaiting = isBlocking();
        if (isWaiting) {
            checkInterrupt();
        }
        int length = from.remaining();
        sent.wrap(from, from.position(), length);
        while (true) {
            int answer = sendOnce(socket, length, isToPeer);
            if (answer >= 0) {
                from.position(from.position() + length);
                return length;
            }
            if (answer != Status.WOULD_BLOCK) {
                throw failed(answer);
            }
            if (!isWaiting) {
                return 0;
            }
            int waited = socket.awaitRoom(Long.MAX_VALUE);
            if (waited != 0) {
                throw failed(waited);
            }
        }
    }

    private int sendOnce(UdpSocket socket, int length, boolean isToPeer) {
        InetSocketAddress to = lastTarget;
        return isToPeer || to == null
                ? socket.send(sent, 0, length)
                : socket.sendTo(sent, 0, length, lastHigh, lastLow, to.getPort());
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        Objects.requireNonNull(from);
        writeLock.lock();
        try {
            checkConnected();
            return sendConnected(from);
        } finally {
            writeLock.unlock();
        }
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, from.length);
        writeLock.lock();
        try {
            checkConnected();
            long bytes = 0;
            for (int i = offset; i < offset + length; i++) {
                bytes += from[i].remaining();
            }
            if (bytes > MOST_BYTES) {
                throw new SocketException("Message too long");
            }
            ByteBuffer together = ByteBuffer.allocate((int) bytes);
            for (int i = offset; i < offset + length; i++) {
                together.put(from[i].duplicate());
            }
            int done = sendConnected(together.flip());
            if (done > 0 || bytes == 0) {
                for (int i = offset; i < offset + length; i++) {
                    from[i].position(from[i].limit());
                }
            }
            return done;
        } finally {
            writeLock.unlock();
        }
    }

    // Receiving.

    @Override
    public @Nullable SocketAddress receive(ByteBuffer to) throws IOException {
        return receive(to, isBlocking() ? Long.MAX_VALUE : 0);
    }

    /**
     * Receives with a bound.
     *
     * @param timeoutNs longest wait; 0 does not wait
     * @return where the datagram is from; null if there was none in time
     */
    @Nullable SocketAddress receive(ByteBuffer to, long timeoutNs) throws IOException {
        Addresses.checkWritable(to);
        readLock.lock();
        try {
            checkOpen();
            bindIfUnbound();
            return receiveHeld(to, timeoutNs);
        } finally {
            readLock.unlock();
        }
    }

    private @Nullable SocketAddress receiveHeld(ByteBuffer to, long timeoutNs) throws IOException {
        if (timeoutNs > 0) {
            checkInterrupt();
        }
        DatagramChannel kernel = sockets.kernel();
        if (kernel != null && sockets.isKernelOnly() && (timeoutNs == 0 || timeoutNs == Long.MAX_VALUE)) {
            return receiveKernel(kernel, to);
        }
        long startNs = timeoutNs == Long.MAX_VALUE ? 0 : System.nanoTime();
        long leftNs = timeoutNs;
        while (true) {
            SocketAddress from = receiveNow(to);
            if (from != null || leftNs <= 0) {
                return from;
            }
            if (!isOpen()) {
                Ending.stay();
                throw new AsynchronousCloseException();
            }
            checkInterrupt();
            await(leftNs);
            if (timeoutNs != Long.MAX_VALUE) {
                leftNs = timeoutNs - (System.nanoTime() - startNs);
            }
        }
    }

    private void await(long leftNs) throws IOException {
        DatagramChannel kernel = sockets.kernel();
        if (kernel != null && kernel.isBlocking()) {
            kernel.configureBlocking(false);
        }
        sockets.await(leftNs);
    }

    private @Nullable SocketAddress receiveKernel(DatagramChannel kernel, ByteBuffer to)
            throws IOException {
        try {
            return kernel.receive(to);
        } catch (ClosedChannelException e) {
            closeWith(kernel);
            throw e;
        }
    }

    private @Nullable SocketAddress receiveNow(ByteBuffer to) throws IOException {
        UdpSocket only = connected;
        if (only != null) {
            return receiveStack(only, to) == NOTHING ? null : remote;
        }
        if (remote == null) {
            for (Datagrams.Of each : sockets.stacks()) {
                if (receiveStack(each.socket(), to) != NOTHING) {
                    return sender();
                }
            }
        }
        DatagramChannel kernel = sockets.kernel();
        return kernel == null ? null : receiveKernel(kernel, to);
    }

    /** Answers how many bytes, or that there was nothing. */
    private int receiveStack(UdpSocket socket, ByteBuffer to) throws IOException {
        int room = to.remaining();
        received.wrap(to, to.position(), room);
        int count = socket.receive(received, 0, room, message);
        if (count >= 0) {
            to.position(to.position() + count);
            return count;
        }
        if (count == Status.WOULD_BLOCK || count == Status.END_OF_STREAM) {
            return NOTHING;
        }
        throw failed(count);
    }

    /** The address of the last datagram: made anew only if it is another one. */
    private InetSocketAddress sender() {
        InetSocketAddress known = lastSender;
        if (known == null
                || senderHigh != message.sourceHigh()
                || senderLow != message.sourceLow()
                || known.getPort() != message.sourcePort()) {
            senderHigh = message.sourceHigh();
            senderLow = message.sourceLow();
            known =
                    new InetSocketAddress(
                            IpAddress.of(senderHigh, senderLow).toInetAddress(),
                            message.sourcePort());
            lastSender = known;
        }
        return known;
    }

    @Override
    public int read(ByteBuffer to) throws IOException {
        Addresses.checkWritable(to);
        readLock.lock();
        try {
            checkConnected();
            int before = to.position();
            SocketAddress from = receiveHeld(to, isBlocking() ? Long.MAX_VALUE : 0);
            return from == null ? 0 : to.position() - before;
        } finally {
            readLock.unlock();
        }
    }

    @Override
    public long read(ByteBuffer[] to, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, to.length);
        int room = 0;
        for (int i = offset; i < offset + length; i++) {
            Addresses.checkWritable(to[i]);
            room = (int) Math.min(MOST_BYTES, (long) room + to[i].remaining());
        }
        readLock.lock();
        try {
            checkConnected();
            ByteBuffer together = ByteBuffer.allocate(room);
            if (receiveHeld(together, isBlocking() ? Long.MAX_VALUE : 0) == null) {
                return 0;
            }
            together.flip();
            long done = together.remaining();
            for (int i = offset; i < offset + length && together.hasRemaining(); i++) {
                int step = Math.min(together.remaining(), to[i].remaining());
                to[i].put(together.slice(together.position(), step));
                together.position(together.position() + step);
            }
            return done;
        } finally {
            readLock.unlock();
        }
    }

    // Groups.

    @Override
    public MembershipKey join(InetAddress group, NetworkInterface on) throws IOException {
        return joinAny(group, on, null);
    }

    @Override
    public MembershipKey join(InetAddress group, NetworkInterface on, InetAddress source)
            throws IOException {
        return joinAny(group, on, Objects.requireNonNull(source, "source address is null"));
    }

    private MembershipKey joinAny(
            InetAddress group, NetworkInterface on, @Nullable InetAddress source)
            throws IOException {
        Objects.requireNonNull(on);
        Groups.check(group, source, family);
        synchronized (stateLock) {
            checkOpen();
            for (OnloadMembershipKey key : memberships) {
                if (key.isFor(group, on, source)) {
                    return key;
                }
                if (key.isFor(group, on, key.sourceAddress())
                        && (source == null || key.sourceAddress() == null)) {
                    throw new IllegalStateException(
                            "group is joined already, with and without source");
                }
            }
            sockets.open();
            OnloadMembershipKey key = Groups.join(this, sockets, group, on, source);
            memberships.add(key);
            return key;
        }
    }

    void dropped(OnloadMembershipKey key) {
        synchronized (stateLock) {
            memberships.remove(key);
        }
    }

    private void chooseGroupInterface(@Nullable NetworkInterface chosen) throws IOException {
        UdpSocket found = null;
        if (chosen != null) {
            sockets.open();
            for (Datagrams.Of each : sockets.stacks()) {
                String name = Groups.interfaceOf(each.stack(), chosen).orElse(null);
                if (name != null && found == null) {
                    int number = each.stack().interfaceNumber(name);
                    each.socket().set(SocketOption.IP_MULTICAST_IF, number);
                    found = each.socket();
                }
            }
        }
        groupSocket = found;
        groupInterface = chosen;
        lastTarget = null;
    }

    // Options and modes.

    @Override
    public <T> DatagramChannel setOption(java.net.SocketOption<T> option, T value)
            throws IOException {
        options.check(Objects.requireNonNull(option));
        synchronized (stateLock) {
            checkOpen();
            if (option.equals(StandardSocketOptions.IP_MULTICAST_IF)) {
                if (value == null) {
                    throw new IllegalArgumentException("Cannot set IP_MULTICAST_IF to 'null'");
                }
                chooseGroupInterface((NetworkInterface) value);
            }
            options.keep(option, value);
            sockets.set(option, value);
            return this;
        }
    }

    @Override
    @SuppressWarnings("NullAway") // IP_MULTICAST_IF is null before it is set.
    public <T> T getOption(java.net.SocketOption<T> option) throws IOException {
        options.check(Objects.requireNonNull(option));
        synchronized (stateLock) {
            checkOpen();
            DatagramChannel kernel = sockets.kernel();
            return kernel == null ? options.get(option) : kernel.getOption(option);
        }
    }

    @Override
    public Set<java.net.SocketOption<?>> supportedOptions() {
        return options.supported();
    }

    @Override
    protected void implConfigureBlocking(boolean isBlocking) throws IOException {
        readLock.lock();
        writeLock.lock();
        try {
            synchronized (stateLock) {
                checkOpen();
                DatagramChannel kernel = sockets.kernel();
                if (kernel != null && sockets.isKernelOnly()) {
                    kernel.configureBlocking(isBlocking);
                }
            }
        } finally {
            writeLock.unlock();
            readLock.unlock();
        }
    }

    @Override
    public DatagramSocket socket() {
        synchronized (stateLock) {
            DatagramSocket known = adaptor;
            if (known == null) {
                known = DatagramSocketAdaptor.of(this);
                adaptor = known;
            }
            return known;
        }
    }

    // Ending.

    @Override
    protected void implCloseSelectableChannel() throws IOException {
        sockets.close();
    }

    private void closeWith(DatagramChannel kernel) throws IOException {
        if (!kernel.isOpen()) {
            close();
        }
    }

    private IOException failed(int status) throws IOException {
        if (status == Status.INTERRUPTED) {
            close();
            return new ClosedByInterruptException();
        }
        if (status == Status.CLOSED) {
            Ending.stay();
            return isOpen() ? new ClosedChannelException() : new AsynchronousCloseException();
        }
        return Failures.ofDatagram(status);
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

    private void checkConnected() throws ClosedChannelException {
        checkOpen();
        if (remote == null) {
            throw new NotYetConnectedException();
        }
    }

    // For selectors.

    @Override
    public Behind behind() {
        return behind;
    }

    @Override
    public int readinessFor(int interestOps) {
        int bits = (interestOps & SelectionKey.OP_READ) != 0 ? Readiness.READABLE : 0;
        return (interestOps & SelectionKey.OP_WRITE) != 0 ? bits | Readiness.WRITABLE : bits;
    }

    @Override
    public int readyOps(Socket socket, int readiness, int interestOps) {
        boolean hasFailed = (readiness & (Readiness.ERROR | Readiness.HANG_UP)) != 0;
        int ops = 0;
        if (hasFailed || (readiness & Readiness.READABLE) != 0) {
            ops |= SelectionKey.OP_READ;
        }
        if (hasFailed || (readiness & Readiness.WRITABLE) != 0) {
            ops |= SelectionKey.OP_WRITE;
        }
        return ops & interestOps;
    }
}
