package onload.cli.measure;

import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CountDownLatch;

/**
 * Conversations on the kernel's sockets, as the JDK has them. They wait in the kernel, or spin if they are told
 * to, which is what makes them comparable to a stack that spins.
 */
final class KernelGround implements Ground {
    private final boolean isTcp;
    private final boolean isSpinning;
    private final long patienceNs;

    KernelGround(boolean isTcp, boolean isSpinning, long patienceNs) {
        this.isTcp = isTcp;
        this.isSpinning = isSpinning;
        this.patienceNs = patienceNs;
    }

    @Override
    public Server listen(InetSocketAddress local) throws IOException {
        return isTcp ? new TcpServer(local) : new UdpServer(local);
    }

    @Override
    public Conversation connect(InetSocketAddress remote) throws IOException {
        if (isTcp) {
            return stream(SocketChannel.open(remote), patienceNs);
        }
        DatagramChannel channel = DatagramChannel.open().connect(remote);
        channel.configureBlocking(!isSpinning);
        return new Datagrams(channel, patienceNs, false);
    }

    private Conversation stream(SocketChannel channel, long patience) throws IOException {
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.configureBlocking(!isSpinning);
        return new Stream(channel, patience);
    }

    @Override
    public String text() {
        return "the kernel";
    }

    @Override
    public long retransmissions() {
        return -1;
    }

    @Override
    public void close() {
        // The kernel stays.
    }

    /** TCP connections that come. */
    private final class TcpServer implements Server {
        private final ServerSocketChannel server;

        TcpServer(InetSocketAddress local) throws IOException {
            server = ServerSocketChannel.open().bind(local);
        }

        @Override
        public @Nullable Conversation next() throws IOException {
            try {
                return stream(server.accept(), Long.MAX_VALUE);
            } catch (ClosedChannelException e) {
                return null;
            }
        }

        @Override
        public InetSocketAddress address() throws IOException {
            return (InetSocketAddress) server.getLocalAddress();
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    /** Datagrams of whoever sends. */
    private final class UdpServer implements Server {
        private final DatagramChannel channel;
        private final CountDownLatch closed = new CountDownLatch(1);
        private boolean isGiven;

        UdpServer(InetSocketAddress local) throws IOException {
            channel = DatagramChannel.open().bind(local);
            channel.configureBlocking(!isSpinning);
        }

        @Override
        public @Nullable Conversation next() throws IOException {
            if (!isGiven) {
                isGiven = true;
                return new Datagrams(channel, Long.MAX_VALUE, true);
            }
            Waiting.until(closed);
            return null;
        }

        @Override
        public InetSocketAddress address() throws IOException {
            return (InetSocketAddress) channel.getLocalAddress();
        }

        @Override
        public void close() throws IOException {
            closed.countDown();
            channel.close();
        }
    }

    /** A view of a buffer of ours for channels; kept, since a measured loop does not allocate. */
    private static ByteBuffer view(UnsafeBuffer buffer) {
        ByteBuffer whole = buffer.byteBuffer();
        if (whole == null) {
            throw new IllegalArgumentException("expected a buffer over a ByteBuffer");
        }
        return whole;
    }

    /** A TCP connection. */
    private record Stream(SocketChannel channel, long patienceNs) implements Conversation {
        @Override
        public void send(UnsafeBuffer from, int length) throws IOException {
            ByteBuffer bytes = view(from).clear().limit(length);
            while (bytes.hasRemaining()) {
                if (channel.write(bytes) == 0) {
                    Thread.onSpinWait();
                }
            }
        }

        @Override
        public int receive(UnsafeBuffer to, int offset, int length) throws IOException {
            ByteBuffer bytes = view(to).clear().limit(offset + length).position(offset);
            try {
                int count = channel.read(bytes);
                long startNs = count == 0 ? System.nanoTime() : 0;
                while (count == 0) {
                    if (System.nanoTime() - startNs > patienceNs) {
                        return LATE;
                    }
                    Thread.onSpinWait();
                    count = channel.read(bytes);
                }
                return count;
            } catch (AsynchronousCloseException e) {
                return END;
            }
        }

        @Override
        public void end() throws IOException {
            channel.shutdownOutput();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    /** Datagrams with a peer: the one connected to, or whoever has sent last. */
    private static final class Datagrams implements Conversation {
        private final DatagramChannel channel;
        private final long patienceNs;
        private final boolean isServer;
        private final boolean isWaiting;
        private @Nullable SocketAddress peer;

        Datagrams(DatagramChannel channel, long patienceNs, boolean isServer) {
            this.channel = channel;
            this.patienceNs = patienceNs;
            this.isServer = isServer;
            isWaiting = channel.isBlocking();
        }

        @Override
        public void polls(boolean isPolling) throws IOException {
            channel.configureBlocking(isWaiting && !isPolling);
        }

        @Override
        public void send(UnsafeBuffer from, int length) throws IOException {
            ByteBuffer bytes = view(from).clear().limit(length);
            SocketAddress to = peer;
            while (sendOnce(bytes, to) == 0 && length > 0) {
                Thread.onSpinWait();
            }
        }

        private int sendOnce(ByteBuffer bytes, @Nullable SocketAddress to) throws IOException {
            return isServer && to != null ? channel.send(bytes, to) : channel.write(bytes);
        }

        @Override
        public int receive(UnsafeBuffer to, int offset, int length) throws IOException {
            ByteBuffer bytes = view(to).clear().limit(offset + length).position(offset);
            try {
                if (channel.isBlocking() && !isServer) {
                    return receiveInTime(bytes);
                }
                long startNs = 0;
                while (!receiveOnce(bytes)) {
                    long nowNs = System.nanoTime();
                    startNs = startNs == 0 ? nowNs : startNs;
                    if (nowNs - startNs > patienceNs) {
                        return LATE;
                    }
                    Thread.onSpinWait();
                }
                return bytes.position() - offset;
            } catch (ClosedChannelException e) {
                return END;
            }
        }

        /** Waits in the kernel. Who gives a lost datagram up closes the channel, which costs nothing while none is. */
        private int receiveInTime(ByteBuffer bytes) throws IOException {
            int before = bytes.position();
            return channel.read(bytes) < 0 ? END : bytes.position() - before;
        }

        private boolean receiveOnce(ByteBuffer bytes) throws IOException {
            if (!isServer) {
                return channel.read(bytes) > 0;
            }
            SocketAddress from = channel.receive(bytes);
            if (from == null) {
                return false;
            }
            peer = from;
            return true;
        }

        @Override
        public void end() {
            // Datagrams have no end.
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
