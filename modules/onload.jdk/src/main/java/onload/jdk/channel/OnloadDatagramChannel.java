package onload.jdk.channel;

import onload.jdk.internal.Ending;
import onload.jdk.internal.Failures;
import onload.jdk.internal.Wildcards;
import onload.jdk.placement.Acceleration;
import onload.jdk.placement.ListedSocket;
import onload.sockets.Readiness;
import onload.sockets.Socket;
import onload.sockets.SocketOption;
import onload.sockets.Status;
import onload.sockets.UdpSocket;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
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
 * A datagram channel. Bound to the wildcard or to a group, or not bound at all, it is every stack's and the kernel's at
 * one port: each datagram goes by who reaches its destination, and comes from whoever has one, stacks first.
 * Bound to an address, or connected, it is that one's whose the address is.
 *
 * <p>A group is joined where the {@link NetworkInterface} is: at the stack whose interface has its name or an
 * address of it, else at the kernel. Interfaces that only a stack has, such as emulated ones, have a {@link
 * NetworkInterface} by {@link onload.jdk.placement.StackInterfaces}; for programs that do not know of that,
 * joining on the kernel's loopback interface joins at the first of them, too. What is sent to a group goes by
 * the interface that {@link StandardSocketOptions#IP_MULTICAST_IF} names, loopback being the kernel's alone; if
 * it was never set, by the first stack that has a route to the group, else by the kernel.
 */
public final class OnloadDatagramChannel extends DatagramChannel implements Front, ListedSocket {
    private final @Nullable ProtocolFamily family;
    private final Acceleration acceleration;
    private final boolean isOutlasting;
    private final Behind behind = new Behind();
    private final Options options = new Options(Options.Kind.DATAGRAM);
    private final Datagrams sockets;
    private final DatagramSender sender;
    private final DatagramReceiver receiver;

    // A thread takes them in this order.
    private final ReentrantLock readLock = new ReentrantLock();
    private final ReentrantLock writeLock = new ReentrantLock();
    private final Object stateLock = new Object();

    private final List<OnloadMembershipKey> memberships = new ArrayList<>();
    private volatile @Nullable InetSocketAddress remote;

    /** What IP_MULTICAST_IF says, and the stack's socket that it means; null for the kernel's. */
    private volatile @Nullable NetworkInterface groupInterface;

    private volatile @Nullable UdpSocket groupSocket;

    private @Nullable DatagramSocket adaptor;

    OnloadDatagramChannel(
            SelectorProvider provider, Acceleration acceleration, @Nullable ProtocolFamily family) {
        this(provider, acceleration, family, false);
    }

    /**
     * Makes one.
     *
     * @param isOutlasting whether an interrupt of a platform thread leaves it alone, as java.net has it
     */
    OnloadDatagramChannel(
            SelectorProvider provider,
            Acceleration acceleration,
            @Nullable ProtocolFamily family,
            boolean isOutlasting) {
        super(provider);
        this.isOutlasting = isOutlasting;
        this.acceleration = acceleration;
        this.family = family;
        sockets = new Datagrams(acceleration, family, behind, options, this::rejoin, isOutlasting);
        sender = new DatagramSender(this, sockets, acceleration);
        receiver = new DatagramReceiver(this, sockets);
    }

    // What it is.

    @Override
    public boolean isAccelerated() {
        return remote == null ? !sockets.stacks().isEmpty() : sockets.only() != null;
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
        return "udp";
    }

    @Override
    public String whyNotAccelerated() {
        if (isAccelerated()) {
            return "";
        }
        InetSocketAddress peer = remote;
        return peer == null || sockets.stacks().isEmpty()
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
                bindHeld(local);
                return this;
            }
        } finally {
            writeLock.unlock();
            readLock.unlock();
        }
    }

    private void bindHeld(@Nullable SocketAddress local) throws IOException {
        boolean isIpv4 = local == null && family == StandardProtocolFamily.INET;
        sockets.bind(
                isIpv4
                        ? new InetSocketAddress(Wildcards.ipv4(), 0)
                        : Addresses.toBind(local, family));
        sender.forget();
        sockets.kernelWaits(isBlocking());
        if (sockets.kernel() != null) {
            acceleration.passedOver(this);
        }
    }

    private void bindIfUnbound() throws IOException {
        if (!sockets.isBound()) {
            synchronized (stateLock) {
                checkOpen();
                if (!sockets.isBound()) {
                    bindHeld(null);
                }
            }
        }
    }

    @Override
    public @Nullable SocketAddress getLocalAddress() throws IOException {
        synchronized (stateLock) {
            checkOpen();
            return sockets.localAddress();
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
        return remote != null && isOpen();
    }

    @Override
    public DatagramChannel connect(SocketAddress address) throws IOException {
        InetSocketAddress to = Addresses.checked(address, family);
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
                connectHeld(to);
                return this;
            }
        } finally {
            writeLock.unlock();
            readLock.unlock();
        }
    }

    private void connectHeld(InetSocketAddress to) throws IOException {
        UdpSocket socket = sender.socketFor(to);
        DatagramChannel kernel = sockets.kernel();
        if (socket != null) {
            int answer = socket.connect(to);
            if (answer != 0) {
                throw Failures.ofDatagram(answer);
            }
            // What had come from others before is not for a connected channel.
            Datagrams.drain(socket);
        } else if (kernel != null) {
            kernel.connect(to);
        } else {
            throw new SocketException("Network is unreachable");
        }
        sockets.narrow(socket);
        remote = to;
        sender.forget();
        sockets.kernelWaits(isBlocking());
    }

    @Override
    public DatagramChannel disconnect() throws IOException {
        readLock.lock();
        writeLock.lock();
        try {
            synchronized (stateLock) {
                if (remote == null || !isOpen()) {
                    return this;
                }
                UdpSocket socket = sockets.only();
                DatagramChannel kernel = sockets.kernel();
                if (socket != null) {
                    socket.disconnect();
                } else if (kernel != null) {
                    kernel.disconnect();
                }
                sockets.widen();
                remote = null;
                sender.forget();
                sockets.kernelWaits(isBlocking());
                return this;
            }
        } finally {
            writeLock.unlock();
            readLock.unlock();
        }
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
                return sender.sendToPeer(from);
            }
            bindIfUnbound();
            if (to.getPort() == 0) {
                throw new SocketException("Can't send to port 0");
            }
            return sender.sendTo(from, to);
        } finally {
            writeLock.unlock();
        }
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        Objects.requireNonNull(from);
        writeLock.lock();
        try {
            checkConnected();
            return sender.sendToPeer(from);
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
            return sender.sendToPeer(from, offset, length);
        } finally {
            writeLock.unlock();
        }
    }

    // Receiving.

    @Override
    public @Nullable SocketAddress receive(ByteBuffer to) throws IOException {
        Addresses.checkWritable(to);
        readLock.lock();
        try {
            checkOpen();
            bindIfUnbound();
            return receiver.receive(to, timeoutNs());
        } finally {
            readLock.unlock();
        }
    }

    /**
     * Receives with a bound, whether the channel is blocking or not.
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
            return receiver.receive(to, timeoutNs);
        } finally {
            readLock.unlock();
        }
    }

    private long timeoutNs() {
        return isBlocking() ? Long.MAX_VALUE : 0;
    }

    @Override
    public int read(ByteBuffer to) throws IOException {
        Objects.requireNonNull(to);
        readLock.lock();
        try {
            checkConnected();
            Addresses.checkWritable(to);
            return receiver.read(to, timeoutNs());
        } finally {
            readLock.unlock();
        }
    }

    @Override
    public long read(ByteBuffer[] to, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, to.length);
        readLock.lock();
        try {
            checkConnected();
            return receiver.read(to, offset, length, timeoutNs());
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
        return joinAny(group, on, Objects.requireNonNull(source));
    }

    private MembershipKey joinAny(
            InetAddress group, NetworkInterface on, @Nullable InetAddress source)
            throws IOException {
        Groups.check(group, source, family);
        synchronized (stateLock) {
            checkOpen();
            MembershipKey known = membership(group, on, source);
            if (known != null) {
                return known;
            }
            sockets.open();
            OnloadMembershipKey key =
                    new OnloadMembershipKey(
                            this, group, on, source, Groups.join(sockets, group, on, source));
            memberships.add(key);
            return key;
        }
    }

    /**
     * {@return the membership that there is; null if there is none}
     *
     * @throws IllegalStateException if there is one of the other kind, with or without a source
     */
    @Nullable MembershipKey membership(
            InetAddress group, NetworkInterface on, @Nullable InetAddress source) {
        synchronized (stateLock) {
            for (OnloadMembershipKey key : memberships) {
                if (key.isOf(group, on)) {
                    InetAddress from = key.sourceAddress();
                    if (Objects.equals(source, from)) {
                        return key;
                    }
                    if (source == null || from == null) {
                        throw new IllegalStateException(
                                from == null
                                        ? "Already a member to receive all packets"
                                        : "Already have source-specific membership");
                    }
                }
            }
            return null;
        }
    }

    void dropped(OnloadMembershipKey key) {
        synchronized (stateLock) {
            memberships.remove(key);
        }
    }

    void block(InetAddress group, InetAddress source) {
        receiver.block(group, source);
    }

    void unblock(InetAddress group, InetAddress source) {
        receiver.unblock(group, source);
    }

    /** The sockets are others, as a port was not free everywhere. */
    private void rejoin() throws IOException {
        for (OnloadMembershipKey key : memberships) {
            key.rejoin(sockets);
        }
        NetworkInterface chosen = groupInterface;
        if (chosen != null) {
            chooseGroupInterface(chosen);
        }
    }

    private void chooseGroupInterface(NetworkInterface chosen) throws IOException {
        UdpSocket found = null;
        for (Groups.At each : Groups.sendingAt(sockets, chosen)) {
            for (Datagrams.Of of : sockets.stacks()) {
                if (of.socket() == each.socket()) {
                    int number = of.stack().interfaceNumber(each.interfaceName());
                    each.socket().set(SocketOption.IP_MULTICAST_IF, number);
                    found = each.socket();
                }
            }
        }
        DatagramChannel kernel = sockets.kernel();
        if (kernel != null && (found == null || Groups.isOfKernel(chosen))) {
            kernel.setOption(StandardSocketOptions.IP_MULTICAST_IF, chosen);
        }
        groupSocket = found;
        groupInterface = chosen;
        sender.forget();
    }

    @Nullable NetworkInterface groupInterface() {
        return groupInterface;
    }

    @Nullable UdpSocket groupSocket() {
        return groupSocket;
    }

    // Options and modes.

    @Override
    public <T> DatagramChannel setOption(java.net.SocketOption<T> option, T value)
            throws IOException {
        options.check(Objects.requireNonNull(option));
        if (!option.type().isInstance(value)) {
            throw new IllegalArgumentException("Invalid value '" + value + "'");
        }
        synchronized (stateLock) {
            checkOpen();
            // What is read back then is what the kernel makes of it.
            sockets.open();
            if (option.equals(StandardSocketOptions.IP_MULTICAST_IF)) {
                chooseGroupInterface((NetworkInterface) value);
            } else {
                options.keep(option, value);
                sockets.set(option, value);
            }
            return this;
        }
    }

    @Override
    @SuppressWarnings("NullAway") // IP_MULTICAST_IF is null before it is set.
    public <T> T getOption(java.net.SocketOption<T> option) throws IOException {
        options.check(Objects.requireNonNull(option));
        synchronized (stateLock) {
            checkOpen();
            NetworkInterface chosen = groupInterface;
            return option.equals(StandardSocketOptions.IP_MULTICAST_IF) && chosen != null
                    ? option.type().cast(chosen)
                    : sockets.get(option);
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
                sockets.kernelWaits(isBlocking);
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
        synchronized (stateLock) {
            sockets.close();
            memberships.clear();
        }
    }

    void closeWith(DatagramChannel kernel) throws IOException {
        if (!kernel.isOpen()) {
            close();
        }
    }

    IOException failed(int status) throws IOException {
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

    void checkInterrupt() throws IOException {
        if (Thread.currentThread().isInterrupted() && !outlasts()) {
            close();
            throw new ClosedByInterruptException();
        }
    }

    /** {@return whether an interrupt of this thread leaves the channel alone} */
    boolean outlasts() {
        return isOutlasting && !Thread.currentThread().isVirtual();
    }

    // For the adaptor.

    boolean isOutlasting() {
        return isOutlasting;
    }

    /** {@return the peer, of a closed channel the last one; null if there is none} */
    @Nullable InetSocketAddress knownRemote() {
        return remote;
    }

    Acceleration acceleration() {
        return acceleration;
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

    /** A channel that is not bound can send: what stands behind it is opened with the first question. */
    @Override
    @SuppressWarnings("exports") // For selectors of this package.
    public Behind behind() {
        synchronized (stateLock) {
            if (isOpen()) {
                try {
                    sockets.open();
                } catch (IOException e) {
                    // Binding says so.
                }
            }
        }
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
