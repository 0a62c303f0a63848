package onload.programs;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One selector for all: ADDRESS PORT. It echoes streams and datagrams there, streams at a port of 127.0.0.1 and at a
 * Unix-domain socket, and what comes through a pipe is counted. When a client of each kind of its own was served, it is
 * ready for others.
 */
public final class MixedSelector {
    private static final int LOCAL_BYTES = 300_000;

    private final Selector selector;
    private final Pipe pipe = Pipe.open();
    private final AtomicInteger piped = new AtomicInteger();

    private MixedSelector(Selector selector) throws IOException {
        this.selector = selector;
    }

    public static void main(String[] arguments) throws Exception {
        InetSocketAddress local =
                new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1]));
        Path folder = Files.createTempDirectory("onload-mixed");
        UnixDomainSocketAddress unix = UnixDomainSocketAddress.of(folder.resolve("socket"));
        try (Selector selector = Selector.open()) {
            MixedSelector mixed = new MixedSelector(selector);
            mixed.listen(ServerSocketChannel.open(), local);
            mixed.datagrams(local);
            ServerSocketChannel loopback = ServerSocketChannel.open();
            mixed.listen(loopback, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            mixed.listen(ServerSocketChannel.open(StandardProtocolFamily.UNIX), unix);
            mixed.pipe.source().configureBlocking(false);
            mixed.pipe.source().register(selector, SelectionKey.OP_READ);
            SocketAddress atLoopback = loopback.getLocalAddress();
            Thread.ofPlatform()
                    .daemon()
                    .start(() -> mixed.clients(atLoopback, unix, local.getPort()));
            mixed.run();
        } finally {
            Files.deleteIfExists(unix.getPath());
            Files.delete(folder);
        }
    }

    private void listen(ServerSocketChannel server, SocketAddress local) throws IOException {
        server.bind(local).configureBlocking(false);
        server.register(selector, SelectionKey.OP_ACCEPT);
    }

    private void datagrams(InetSocketAddress local) throws IOException {
        DatagramChannel channel = DatagramChannel.open().bind(local);
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ);
    }

    /** The clients of this program itself. */
    private void clients(SocketAddress loopback, SocketAddress unix, int port) {
        try {
            echo(loopback);
            Say.line("loopback");
            echo(unix);
            Say.line("unix");
            ByteBuffer bytes = ByteBuffer.wrap(Pages.bytes(LOCAL_BYTES));
            while (bytes.hasRemaining()) {
                pipe.sink().write(bytes);
            }
            while (piped.get() < LOCAL_BYTES) {
                Thread.sleep(1);
            }
            Say.line("pipe");
            Say.ready(port);
        } catch (IOException | InterruptedException | RuntimeException e) {
            Say.line("broken: " + e);
        }
    }

    private static void echo(SocketAddress remote) throws IOException {
        byte[] bytes = Pages.bytes(LOCAL_BYTES);
        ByteBuffer in = ByteBuffer.allocate(LOCAL_BYTES);
        try (SocketChannel channel = SocketChannel.open(remote)) {
            for (int at = 0; at < LOCAL_BYTES; ) {
                int count = Math.min(LOCAL_BYTES - at, 10_000);
                ByteBuffer out = ByteBuffer.wrap(bytes, at, count);
                while (out.hasRemaining()) {
                    channel.write(out);
                }
                at += count;
                while (in.position() < at) {
                    Say.check(channel.read(in) >= 0, "all comes before the end");
                }
            }
        }
        Say.check(Arrays.equals(bytes, in.array()), "what went comes back");
    }

    private void run() throws IOException {
        while (selector.isOpen()) {
            selector.select(this::serve);
        }
    }

    private void serve(SelectionKey key) {
        try {
            if (key.channel() instanceof ServerSocketChannel server) {
                accept(server.accept());
            } else if (key.channel() instanceof DatagramChannel datagrams) {
                echo(datagrams);
            } else if (key.channel() instanceof Pipe.SourceChannel source) {
                ByteBuffer buffer = ByteBuffer.allocate(8192);
                piped.addAndGet(Math.max(0, source.read(buffer)));
            } else {
                ((Connection) key.attachment()).serve(key);
            }
        } catch (IOException e) {
            key.cancel();
            Say.line("broken: " + e);
        }
    }

    private void accept(@Nullable SocketChannel accepted) throws IOException {
        if (accepted != null) {
            accepted.configureBlocking(false);
            accepted.register(selector, SelectionKey.OP_READ, new Connection(accepted));
        }
    }

    private static void echo(DatagramChannel channel) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(65_507);
        SocketAddress from = channel.receive(buffer);
        if (from != null) {
            channel.send(buffer.flip(), from);
        }
    }

    /** A stream: reads while it has nothing to write, and the other way round. */
    private static final class Connection {
        private final SocketChannel channel;
        private final ByteBuffer buffer = ByteBuffer.allocate(8192);

        Connection(SocketChannel channel) {
            this.channel = channel;
        }

        void serve(SelectionKey key) throws IOException {
            if (key.isReadable()) {
                if (channel.read(buffer.clear()) < 0) {
                    channel.close();
                    return;
                }
                buffer.flip();
            }
            channel.write(buffer);
            key.interestOps(buffer.hasRemaining() ? SelectionKey.OP_WRITE : SelectionKey.OP_READ);
        }
    }
}
