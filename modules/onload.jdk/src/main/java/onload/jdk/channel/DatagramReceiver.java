package onload.jdk.channel;

import onload.jdk.internal.Ending;
import onload.sockets.Status;
import onload.sockets.UdpSocket;
import onload.udp.UdpMessage;
import onload.wire.IpAddress;

import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * What a datagram channel receives: what stacks have comes first, then what the kernel has. The address of the
 * sender is made anew only if it is another one than the last time.
 *
 * <p>For the channel, under its read lock.
 */
final class DatagramReceiver {
    private static final int NOTHING = -1;
    private static final int MOST_BYTES = 65_535;

    /** A source that one group is not heard from. */
    private record Blocked(IpAddress group, IpAddress source) {
        boolean isOf(UdpMessage message) {
            return message.sourceLow() == source.low()
                    && message.sourceHigh() == source.high()
                    && message.destinationLow() == group.low()
                    && message.destinationHigh() == group.high();
        }
    }

    private final OnloadDatagramChannel channel;
    private final Datagrams sockets;
    private final UnsafeBuffer view = new UnsafeBuffer();
    private final UdpMessage message = new UdpMessage();
    private @Nullable InetSocketAddress lastSender;
    private long senderHigh;
    private long senderLow;

    /** Replaced as a whole, by any thread. */
    private volatile List<Blocked> blocked = List.of();

    DatagramReceiver(OnloadDatagramChannel channel, Datagrams sockets) {
        this.channel = channel;
        this.sockets = sockets;
    }

    /**
     * Receives with a bound.
     *
     * @param timeoutNs longest wait; 0 does not wait
     * @return where the datagram is from; null if there was none in time
     */
    @Nullable SocketAddress receive(ByteBuffer to, long timeoutNs) throws IOException {
        if (timeoutNs > 0) {
            channel.checkInterrupt();
        }
        UdpSocket alone = sockets.only();
        if (alone != null) {
            return ofOne(alone, to, timeoutNs);
        }
        DatagramChannel kernel = sockets.kernel();
        if (kernel != null && kernel.isBlocking()) {
            if (timeoutNs == Long.MAX_VALUE) {
                return ofKernel(kernel, to);
            }
            sockets.kernelWaits(false);
        }
        return ofAll(to, timeoutNs);
    }

    private @Nullable SocketAddress ofOne(UdpSocket socket, ByteBuffer to, long timeoutNs)
            throws IOException {
        if (timeoutNs == 0 || timeoutNs == Long.MAX_VALUE) {
            return ofStack(socket, to, timeoutNs) == NOTHING ? null : sender();
        }
        long startNs = System.nanoTime();
        int count = ofStack(socket, to, timeoutNs);
        while (count == NOTHING) {
            long leftNs = timeoutNs - (System.nanoTime() - startNs);
            if (leftNs <= 0) {
                return null;
            }
            count = ofStack(socket, to, leftNs);
        }
        return sender();
    }

    private @Nullable SocketAddress ofAll(ByteBuffer to, long timeoutNs) throws IOException {
        long startNs = timeoutNs == Long.MAX_VALUE ? 0 : System.nanoTime();
        long leftNs = timeoutNs;
        boolean wasInterrupted = false;
        try {
            while (true) {
                SocketAddress from = now(to);
                if (from != null || leftNs <= 0) {
                    return from;
                }
                wasInterrupted |= channel.outlasts() && Thread.interrupted();
                channel.checkInterrupt();
                sockets.await(leftNs);
                channel.checkInterrupt();
                if (!channel.isOpen()) {
                    Ending.stay();
                    throw new AsynchronousCloseException();
                }
                if (timeoutNs != Long.MAX_VALUE) {
                    leftNs = timeoutNs - (System.nanoTime() - startNs);
                }
            }
        } finally {
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private @Nullable SocketAddress now(ByteBuffer to) throws IOException {
        if (!sockets.isKernelOnly()) {
            List<Datagrams.Of> stacks = sockets.stacks();
            for (int i = 0; i < stacks.size(); i++) {
                if (ofStack(stacks.get(i).socket(), to, 0) != NOTHING) {
                    return sender();
                }
            }
        }
        DatagramChannel kernel = sockets.kernel();
        return kernel == null ? null : ofKernel(kernel, to);
    }

    private @Nullable SocketAddress ofKernel(DatagramChannel kernel, ByteBuffer to)
            throws IOException {
        try {
            return kernel.receive(to);
        } catch (ClosedChannelException e) {
            channel.closeWith(kernel);
            throw e;
        }
    }

    /** Answers how many bytes, or that there was nothing in time. */
    private int ofStack(UdpSocket socket, ByteBuffer to, long timeoutNs) throws IOException {
        int room = to.remaining();
        view.wrap(to, to.position(), room);
        while (true) {
            int count = socket.receive(view, 0, room, message, timeoutNs);
            if (count >= 0) {
                if (isBlocked()) {
                    continue;
                }
                to.position(to.position() + count);
                return count;
            }
            if (count == Status.WOULD_BLOCK || count == Status.EXPIRED || isGone(count)) {
                return NOTHING;
            }
            throw channel.failed(count);
        }
    }

    /** The stack is closed, but the channel is not, and has others. */
    private boolean isGone(int status) {
        return status == Status.CLOSED && sockets.only() == null && channel.isOpen();
    }

    private InetSocketAddress sender() {
        InetSocketAddress known = lastSender;
        if (known == null
                || senderHigh != message.sourceHigh()
                || senderLow != message.sourceLow()
                || known.getPort() != message.sourcePort()) {
            senderHigh = message.sourceHigh();
            senderLow = message.sourceLow();
            InetAddress address = IpAddress.of(senderHigh, senderLow).toInetAddress();
            known = new InetSocketAddress(address, message.sourcePort());
            lastSender = known;
        }
        return known;
    }

    // As reading, from the peer.

    /** A buffer without room receives nothing, and takes nothing away, as with the JDK's. */
    int read(ByteBuffer to, long timeoutNs) throws IOException {
        int before = to.position();
        if (to.hasRemaining()) {
            receive(to, timeoutNs);
        }
        return to.position() - before;
    }

    long read(ByteBuffer[] to, int offset, int length, long timeoutNs) throws IOException {
        long room = 0;
        for (int i = offset; i < offset + length; i++) {
            Addresses.checkWritable(to[i]);
            room += to[i].remaining();
        }
        ByteBuffer together = Gathering.buffer((int) Math.min(MOST_BYTES, room));
        together.limit((int) Math.min(MOST_BYTES, room));
        int done = read(together, timeoutNs);
        together.flip();
        for (int i = offset; together.hasRemaining(); i++) {
            int step = Math.min(together.remaining(), to[i].remaining());
            together.limit(together.position() + step);
            to[i].put(together);
            together.limit(done);
        }
        return done;
    }

    // Sources that are not heard, at stacks, which only know those that are.

    synchronized void block(InetAddress group, InetAddress source) {
        List<Blocked> all = new ArrayList<>(blocked);
        all.add(new Blocked(IpAddress.of(group), IpAddress.of(source)));
        blocked = List.copyOf(all);
    }

    synchronized void unblock(InetAddress group, InetAddress source) {
        Blocked gone = new Blocked(IpAddress.of(group), IpAddress.of(source));
        List<Blocked> all = new ArrayList<>(blocked);
        all.remove(gone);
        blocked = List.copyOf(all);
    }

    private boolean isBlocked() {
        List<Blocked> all = blocked;
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).isOf(message)) {
                return true;
            }
        }
        return false;
    }
}
