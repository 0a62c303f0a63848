package onload.jdk.channel;

import onload.jdk.internal.Failures;
import onload.jdk.internal.KernelSockets;
import onload.jdk.internal.OptionBridge;
import onload.jdk.internal.Ready;
import onload.jdk.internal.Sources;
import onload.jdk.internal.Wildcards;
import onload.jdk.placement.Acceleration;
import onload.jdk.placement.Placement;
import onload.sockets.Poller;
import onload.sockets.PollerKey;
import onload.sockets.Readiness;
import onload.sockets.Stack;
import onload.sockets.UdpSocket;

import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.util.ArrayList;
import java.util.List;

/**
 * All that stands behind a datagram channel: of a channel that is bound to the wildcard a socket of each stack and the
 * kernel's at one port, else one of them. They are opened when the first is needed, and those that the local address
 * leaves out are closed when it is taken.
 *
 * <p>While the channel is connected the others keep the port and hear nobody: they are connected to themselves, so that
 * what comes to them is refused as by the kernel, and disconnecting restores them.
 *
 * <p>For the channel, under its locks: one thread at a time binds and connects, while nobody sends or receives.
 */
final class Datagrams implements Ready, Poller.Ready {
    /** A stack's socket. */
    record Of(Stack stack, UdpSocket socket) {}

    /** Told when all sockets were replaced by new ones, to which nobody has said anything but options. */
    interface Replaced {
        void replaced() throws IOException;
    }

    /** A free port of the kernel may be taken at a stack: another one is tried so often. */
    private static final int MOST_TRIES = 16;

    /** More than a queue holds; a flood does not end. */
    private static final int MOST_DRAINED = 1 << 16;

    private static final UnsafeBuffer NOTHING = new UnsafeBuffer(new byte[0]);

    private final Acceleration acceleration;
    private final @Nullable ProtocolFamily family;
    private final Behind behind;
    private final Options options;
    private final Replaced replaced;
    private final boolean isOutlasting;
    private volatile List<Of> stacks = List.of();
    private volatile @Nullable DatagramChannel kernel;
    private volatile boolean isOpen;
    private volatile boolean isBound;
    private volatile String reason = "it is not bound yet";

    /** The stack's socket that alone hears somebody. */
    private volatile @Nullable UdpSocket only;

    /** Whether the kernel's socket alone hears somebody. */
    private volatile boolean isKernelOnly;

    private @Nullable Sources sources;
    private volatile boolean isClosed;

    Datagrams(
            Acceleration acceleration,
            @Nullable ProtocolFamily family,
            Behind behind,
            Options options,
            Replaced replaced,
            boolean isOutlasting) {
        this.acceleration = acceleration;
        this.family = family;
        this.behind = behind;
        this.options = options;
        this.replaced = replaced;
        this.isOutlasting = isOutlasting;
    }

    // What they are.

    List<Of> stacks() {
        return stacks;
    }

    @Nullable DatagramChannel kernel() {
        return kernel;
    }

    boolean isBound() {
        return isBound;
    }

    String reason() {
        return stacks.isEmpty() ? reason : "";
    }

    /** {@return the stack's socket that alone hears somebody; null if others do} */
    @Nullable UdpSocket only() {
        return only;
    }

    /** {@return whether only the kernel's hears somebody, and waits by itself if the channel does} */
    boolean isKernelOnly() {
        return isKernelOnly;
    }

    @Nullable Of of(@Nullable Stack stack) {
        for (Of each : stacks) {
            if (each.stack == stack) {
                return each;
            }
        }
        return null;
    }

    @Nullable InetSocketAddress localAddress() throws IOException {
        if (!isBound) {
            return null;
        }
        UdpSocket alone = only;
        DatagramChannel channel = kernel;
        if (alone != null) {
            return alone.localAddress();
        }
        return channel == null ? null : (InetSocketAddress) channel.getLocalAddress();
    }

    // Opening and binding.

    /** Opens one of each, not bound yet: a group can be joined before the port is chosen. */
    void open() throws IOException {
        if (isOpen) {
            return;
        }
        if (isClosed) {
            throw new ClosedChannelException();
        }
        List<Of> opened = new ArrayList<>();
        DatagramChannel channel =
                isOutlasting
                        ? KernelSockets.uninterruptibleDatagramChannel()
                        : KernelSockets.datagramChannel(family);
        try {
            options.apply(channel);
            for (Stack stack : acceleration.stacks()) {
                UdpSocket socket = udp(stack);
                opened.add(new Of(stack, socket));
                socket.outlastInterrupts(isOutlasting);
                options.apply(socket);
            }
            channel.configureBlocking(false);
        } catch (IOException | RuntimeException e) {
            channel.close();
            opened.forEach(each -> each.socket.close());
            throw e;
        }
        kernel = channel;
        stacks = List.copyOf(opened);
        isOpen = true;
        isKernelOnly = opened.isEmpty();
        behind.add(channel);
        opened.forEach(each -> behind.add(each.stack, each.socket));
    }

    private static UdpSocket udp(Stack stack) throws SocketException {
        try {
            UdpSocket socket = stack.udp();
            // The JDK's are so: what others have joined is not theirs.
            socket.set(onload.sockets.SocketOption.IP_MULTICAST_ALL, 0);
            return socket;
        } catch (IllegalStateException e) {
            throw new SocketException(e.getMessage(), e);
        }
    }

    /** Takes an address; the wildcard or a group for all, port 0 for one that is free everywhere. */
    void bind(InetSocketAddress local) throws IOException {
        open();
        InetAddress address = local.getAddress();
        if (address.isAnyLocalAddress() || address.isMulticastAddress()) {
            bindAll(local);
            reason = acceleration.trouble();
        } else {
            Placement placement = acceleration.toBind(address);
            Of one = of(placement.stack());
            if (one == null) {
                channel().bind(local);
                leaveStacks(List.of());
                reason = placement.reason();
                isKernelOnly = true;
            } else {
                check(one.socket.bind(local));
                leaveKernel();
                leaveStacks(List.of(one));
                only = one.socket;
            }
        }
        isBound = true;
    }

    private DatagramChannel channel() throws IOException {
        DatagramChannel channel = kernel;
        if (channel == null) {
            throw new SocketException("Socket closed");
        }
        return channel;
    }

    private static void check(int answer) throws SocketException {
        if (answer != 0) {
            throw Failures.ofBind(answer);
        }
    }

    private void bindAll(InetSocketAddress local) throws IOException {
        for (int tries = 1; ; tries++) {
            DatagramChannel channel = channel();
            if (stacks.stream().anyMatch(each -> each.stack.isShared())) {
                // The stack's claim of the port in the kernel has it too.
                channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
            }
            channel.bind(local);
            int port = ((InetSocketAddress) channel.getLocalAddress()).getPort();
            try {
                for (Of each : stacks) {
                    check(each.socket.bind(new InetSocketAddress(ofStacks(local), port)));
                }
                return;
            } catch (SocketException e) {
                // What was bound cannot be bound again.
                reopen();
                if (!(e instanceof BindException) || local.getPort() != 0 || tries == MOST_TRIES) {
                    throw e;
                }
            }
        }
    }

    private void reopen() throws IOException {
        leaveKernel();
        leaveStacks(List.of());
        isOpen = false;
        open();
        replaced.replaced();
    }

    private InetAddress ofStacks(InetSocketAddress local) {
        if (local.getAddress().isMulticastAddress()) {
            return local.getAddress();
        }
        return family == StandardProtocolFamily.INET ? Wildcards.ipv4() : Wildcards.ipv6();
    }

    private void leaveKernel() throws IOException {
        DatagramChannel channel = kernel;
        if (channel != null) {
            kernel = null;
            behind.remove(channel);
            channel.close();
        }
    }

    private void leaveStacks(List<Of> but) {
        for (Of each : stacks) {
            if (!but.contains(each)) {
                behind.remove(each.socket);
                each.socket.close();
            }
        }
        stacks = but;
    }

    // Connecting.

    /** The channel is connected by one, null for the kernel's: the others hear nobody any more. */
    void narrow(@Nullable UdpSocket peers) throws IOException {
        DatagramChannel channel = kernel;
        forgetSources();
        for (Of each : stacks) {
            if (each.socket != peers) {
                behind.remove(each.socket);
                deafen(each);
            }
        }
        if (peers != null && channel != null) {
            behind.remove(channel);
            deafen(channel);
        }
        only = peers;
        isKernelOnly = peers == null;
    }

    private static void deafen(Of each) {
        InetSocketAddress local = each.socket.localAddress();
        if (local != null) {
            for (InetAddress own : each.stack.addresses()) {
                if (each.socket.connect(new InetSocketAddress(own, local.getPort())) == 0) {
                    break;
                }
            }
        }
        drain(each.socket);
    }

    private static void deafen(DatagramChannel channel) throws IOException {
        int port = ((InetSocketAddress) channel.getLocalAddress()).getPort();
        try {
            channel.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
        } catch (SocketException e) {
            // Bound to a group it cannot; nobody looks at what it hears.
        }
    }

    /** Drops what was received. */
    static void drain(UdpSocket socket) {
        for (int i = 0; i < MOST_DRAINED; i++) {
            if (socket.receive(NOTHING, 0, 0, null) < 0) {
                return;
            }
        }
    }

    /** The channel is connected no more, and its own socket neither: the others hear again. */
    void widen() throws IOException {
        forgetSources();
        DatagramChannel channel = kernel;
        UdpSocket peers = only;
        if (channel != null && !stacks.isEmpty()) {
            channel.configureBlocking(false);
        }
        for (Of each : stacks) {
            if (each.socket != peers) {
                drain(each.socket);
                each.socket.disconnect();
                behind.add(each.stack, each.socket);
            }
        }
        if (peers != null && channel != null) {
            channel.disconnect();
            behind.add(channel);
        }
        only = channel == null ? peers : null;
        isKernelOnly = stacks.isEmpty();
    }

    // Options.

    <T> void set(SocketOption<T> option, T value) throws IOException {
        DatagramChannel channel = kernel;
        if (channel != null) {
            channel.setOption(option, value);
        }
        for (Of each : stacks) {
            OptionBridge.set(each.socket, option, value);
        }
    }

    @Nullable <T> T get(SocketOption<T> option) throws IOException {
        DatagramChannel channel = kernel;
        if (channel != null) {
            return channel.getOption(option);
        }
        return stacks.isEmpty()
                ? options.get(option)
                : options.get(stacks.getFirst().socket, option);
    }

    // Waiting.

    /** The kernel's waits by itself, if it is the only one, or never. While nobody sends or receives. */
    void kernelWaits(boolean isWaiting) throws IOException {
        DatagramChannel channel = kernel;
        if (channel != null && isKernelOnly && channel.isBlocking() != isWaiting) {
            if (isWaiting) {
                forgetSources();
                behind.dropCancelled(channel);
            }
            channel.configureBlocking(isWaiting);
        }
    }

    /**
     * Waits until one of them may have something.
     *
     * @param timeoutNs longest wait, above 0
     */
    void await(long timeoutNs) throws IOException {
        waiting().await(this, timeoutNs);
    }

    private synchronized Sources waiting() throws IOException {
        Sources known = sources;
        if (known == null) {
            known = new Sources();
            sources = known;
            if (!isKernelOnly) {
                for (Of each : stacks) {
                    known.of(each.stack).poller().add(each.socket, Readiness.READABLE, this);
                }
            }
            DatagramChannel channel = kernel;
            if (channel != null && channel.isOpen()) {
                channel.register(known.ofKernel().selector(), SelectionKey.OP_READ, this);
            }
            if (isClosed) {
                known.wake();
            }
        }
        return known;
    }

    private void forgetSources() throws IOException {
        Sources known;
        synchronized (this) {
            known = sources;
            sources = null;
        }
        if (known != null) {
            known.close();
        }
    }

    @Override
    public void ready(PollerKey key, int readiness) {
        // Whoever waits looks for himself.
    }

    @Override
    public void stackReady(PollerKey key, int readiness) {
        // Whoever waits looks for himself.
    }

    @Override
    public void kernelReady(SelectionKey key) {
        // Whoever waits looks for himself.
    }

    /** Closes all. Who waits comes back. */
    void close() throws IOException {
        isClosed = true;
        Sources known;
        synchronized (this) {
            known = sources;
        }
        if (known != null) {
            known.wake();
        }
        for (Of each : stacks) {
            each.socket.close();
        }
        DatagramChannel channel = kernel;
        if (channel != null) {
            channel.close();
        }
        if (known != null) {
            known.close();
        }
    }
}
