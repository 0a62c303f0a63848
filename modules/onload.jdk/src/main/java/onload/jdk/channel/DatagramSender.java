package onload.jdk.channel;

import onload.jdk.internal.KernelSockets;
import onload.jdk.placement.Acceleration;
import onload.sockets.Status;
import onload.sockets.UdpSocket;
import onload.wire.IpAddress;

import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;

/**
 * What a datagram channel sends: each datagram by the stack that reaches its destination, else by the kernel. Where the
 * last one went is remembered, as the next is likely to go there too: then nothing is looked up and nothing allocated.
 *
 * <p>For the channel, under its write lock.
 */
final class DatagramSender {
    private static final int MOST_BYTES = 65_535;

    /** A channel that is closed does not wake a selector. */
    private static final long LOOK_MS = 50;

    private final OnloadDatagramChannel channel;
    private final Datagrams sockets;
    private final Acceleration acceleration;
    private final UnsafeBuffer view = new UnsafeBuffer();
    private volatile @Nullable InetSocketAddress lastTarget;
    private @Nullable UdpSocket lastSocket;
    private long lastHigh;
    private long lastLow;

    DatagramSender(OnloadDatagramChannel channel, Datagrams sockets, Acceleration acceleration) {
        this.channel = channel;
        this.sockets = sockets;
        this.acceleration = acceleration;
    }

    // Where.

    /** {@return the stack's socket that reaches an address; null if it is for the kernel's} */
    @Nullable UdpSocket socketFor(InetSocketAddress to) {
        UdpSocket alone = sockets.only();
        if (alone != null || sockets.stacks().isEmpty()) {
            return alone;
        }
        InetAddress address = to.getAddress();
        if (address.isMulticastAddress() && channel.groupInterface() != null) {
            return channel.groupSocket();
        }
        Datagrams.Of found = sockets.of(acceleration.toConnect(address).stack());
        return found == null ? null : found.socket();
    }

    /** Something that decides where datagrams go has changed. For any thread. */
    void forget() {
        lastTarget = null;
    }

    private void place(InetSocketAddress to) {
        if (!isLast(to)) {
            IpAddress address = IpAddress.of(to.getAddress());
            lastHigh = address.high();
            lastLow = address.low();
            lastSocket = socketFor(to);
            lastTarget = to;
        }
    }

    /** Equal addresses of a link may be of different links. */
    private boolean isLast(InetSocketAddress to) {
        return to.equals(lastTarget) && !to.getAddress().isLinkLocalAddress();
    }

    // Sending.

    int sendTo(ByteBuffer from, InetSocketAddress to) throws IOException {
        place(to);
        UdpSocket socket = lastSocket;
        return socket == null ? kernel(from, to) : stack(socket, from, to.getPort());
    }

    int sendToPeer(ByteBuffer from) throws IOException {
        if (!from.hasRemaining()) {
            return 0; // As the JDK's: only send() sends datagrams without data.
        }
        UdpSocket socket = sockets.only();
        return socket == null ? kernel(from, null) : stack(socket, from, 0);
    }

    long sendToPeer(ByteBuffer[] from, int offset, int length) throws IOException {
        long bytes = 0;
        for (int i = offset; i < offset + length; i++) {
            bytes += from[i].remaining();
        }
        if (bytes > MOST_BYTES) {
            throw tooLong();
        }
        ByteBuffer together = Gathering.buffer((int) bytes);
        for (int i = offset; i < offset + length; i++) {
            int position = from[i].position();
            together.put(from[i]);
            from[i].position(position);
        }
        int done = sendToPeer(together.flip());
        for (int i = offset, left = done; left > 0; i++) {
            int step = Math.min(left, from[i].remaining());
            from[i].position(from[i].position() + step);
            left -= step;
        }
        return done;
    }

    /** Port 0 for the peer. */
    private int stack(UdpSocket socket, ByteBuffer from, int port) throws IOException {
        boolean isWaiting = channel.isBlocking();
        if (isWaiting) {
            channel.checkInterrupt();
        }
        int length = from.remaining();
        view.wrap(from, from.position(), length);
        while (true) {
            int answer =
                    port == 0
                            ? socket.send(view, 0, length)
                            : socket.sendTo(view, 0, length, lastHigh, lastLow, port);
            if (answer >= 0) {
                from.position(from.position() + length);
                return length;
            }
            if (answer != Status.WOULD_BLOCK) {
                forget();
                throw port == 0 && answer == Status.TOO_LONG ? tooLong() : channel.failed(answer);
            }
            if (!isWaiting) {
                return 0;
            }
            int waited = socket.awaitRoom(Long.MAX_VALUE);
            if (waited != 0) {
                throw channel.failed(waited);
            }
        }
    }

    /** To the peer it is no SocketException, with the JDK's neither. */
    private static IOException tooLong() {
        return new IOException("Message too long");
    }

    private int kernel(ByteBuffer from, @Nullable InetSocketAddress to) throws IOException {
        DatagramChannel kernel = sockets.kernel();
        if (kernel == null) {
            throw new SocketException("Network is unreachable");
        }
        boolean isWaiting = channel.isBlocking() && !kernel.isBlocking();
        if (isWaiting) {
            channel.checkInterrupt();
        }
        int length = from.remaining();
        try {
            while (true) {
                int done = to == null ? kernel.write(from) : kernel.send(from, to);
                if (done > 0 || length == 0 || !isWaiting) {
                    return done;
                }
                awaitRoom(kernel);
            }
        } catch (ClosedChannelException e) {
            channel.closeWith(kernel);
            throw e;
        }
    }

    /** The kernel's queue is full, which is rare: datagrams of loopback do not wait. */
    private void awaitRoom(DatagramChannel kernel) throws IOException {
        try (Selector selector = KernelSockets.provider().openSelector()) {
            kernel.register(selector, SelectionKey.OP_WRITE);
            selector.select(LOOK_MS);
        }
        channel.checkInterrupt();
        if (!channel.isOpen()) {
            throw new AsynchronousCloseException();
        }
    }
}
