package onload.jdk.channel;

import onload.jdk.Acceleration;
import onload.jdk.Placement;
import onload.jdk.internal.Failures;
import onload.jdk.internal.KernelSockets;
import onload.jdk.internal.OptionBridge;
import onload.jdk.internal.Ready;
import onload.jdk.internal.Sources;
import onload.jdk.internal.Wildcards;
import onload.sockets.PollerKey;
import onload.sockets.Readiness;
import onload.sockets.Stack;
import onload.sockets.UdpSocket;

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
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.util.ArrayList;
import java.util.List;

/**
 * All that stands behind a datagram channel: of a channel that is bound to the wildcard a socket of each stack and the
 * kernel's at one port, else one of them. They are opened when the first is needed, and those that the local address
 * leaves out are closed when it is taken.
 *
 * <p>State machine of the channel, under its locks: one thread at a time binds, one receives, one sends.
 */
final class Datagrams implements Ready {
    /** A stack's socket. */
    record Of(Stack stack, UdpSocket socket) {}

    /** A free port of the kernel may be taken at a stack: another one is tried so often. */
    private static final int MOST_TRIES = 16;

    private final Acceleration acceleration;
    private final @Nullable ProtocolFamily family;
    private final Behind behind;
    private final Options options;
    private volatile List<Of> stacks = List.of();
    private volatile @Nullable DatagramChannel kernel;
    private volatile boolean isOpen;
    private volatile boolean isBound;
    private volatile String reason = "it is not bound yet";
    private @Nullable Sources sources;
    private volatile boolean isClosed;

    Datagrams(
            Acceleration acceleration,
            @Nullable ProtocolFamily family,
            Behind behind,
            Options options) {
        this.acceleration = acceleration;
        this.family = family;
        this.behind = behind;
        this.options = options;
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

    @Nullable Of of(@Nullable Stack stack) {
        for (Of each : stacks) {
            if (each.stack == stack) {
                return each;
            }
        }
        return null;
    }

    // Opening and binding.

    /** Opens one of each, not bound yet: a group can be joined before the port is chosen. */
    void open() throws IOException {
        if (isOpen) {
            return;
        }
        List<Of> opened = new ArrayList<>();
        DatagramChannel channel = KernelSockets.datagramChannel(family);
        try {
            options.apply(channel);
            for (Stack stack : acceleration.stacks()) {
                UdpSocket socket = udp(stack);
                opened.add(new Of(stack, socket));
                options.apply(socket);
            }
            if (!opened.isEmpty()) {
                channel.configureBlocking(false);
            }
        } catch (IOException | RuntimeException e) {
            channel.close();
            opened.forEach(each -> each.socket.close());
            throw e;
        }
        kernel = channel;
        stacks = List.copyOf(opened);
        isOpen = true;
        behind.add(channel);
        opened.forEach(each -> behind.add(each.stack, each.socket));
    }

    private static UdpSocket udp(Stack stack) throws SocketException {
        try {
            return stack.udp();
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
            Of only = of(placement.stack());
            if (only == null) {
                leaveStacks(List.of());
                reason = placement.reason();
                channel().bind(local);
            } else {
                check(only.socket.bind(local));
                leaveKernel();
                leaveStacks(List.of(only));
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
            } catch (BindException e) {
                if (local.getPort() != 0 || tries == MOST_TRIES) {
                    throw e;
                }
                reopen();
            }
        }
    }

    /** What was bound cannot be bound again. */
    private void reopen() throws IOException {
        close(false);
        isOpen = false;
        open();
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

    private void leaveStacks(List<Of> but) throws IOException {
        for (Of each : stacks) {
            if (!but.contains(each)) {
                each.socket.close();
            }
        }
        stacks = but;
        DatagramChannel channel = kernel;
        if (but.isEmpty() && channel != null) {
            // Nobody else is waited for: it waits as the channel does.
            channel.configureBlocking(true);
        }
    }

    /** Only the kernel's is left, and waits by itself if the channel does. */
    boolean isKernelOnly() {
        return isOpen && stacks.isEmpty();
    }

    @Nullable InetSocketAddress localAddress() throws IOException {
        if (!isBound) {
            return null;
        }
        DatagramChannel channel = kernel;
        if (channel != null) {
            return (InetSocketAddress) channel.getLocalAddress();
        }
        return stacks.isEmpty() ? null : stacks.getFirst().socket.localAddress();
    }

    // Options.

    <T> void set(SocketOption<T> option, T value) throws IOException {
        for (Of each : stacks) {
            OptionBridge.set(each.socket, option, value);
        }
        DatagramChannel channel = kernel;
        if (channel != null) {
            channel.setOption(option, value);
        }
    }

    // Waiting.

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
            for (Of each : stacks) {
                known.of(each.stack).poller().add(each.socket, Readiness.READABLE, this);
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

    @Override
    public void stackReady(PollerKey key, int readiness) {
        // Whoever waits looks for himself.
    }

    @Override
    public void kernelReady(SelectionKey key) {
        // Whoever waits looks for himself.
    }

    void close() throws IOException {
        isClosed = true;
        close(true);
    }

    private void close(boolean isFinal) throws IOException {
        Sources known;
        synchronized (this) {
            known = sources;
            sources = isFinal ? known : null;
        }
        if (known != null) {
            known.wake();
        }
        for (Of each : stacks) {
            each.socket.close();
        }
        DatagramChannel channel = kernel;
        if (channel != null) {
            if (!isFinal) {
                behind.remove(channel);
            }
            channel.close();
        }
        if (known != null) {
            known.close();
        }
    }
}
