package onload.programs;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.CompletionHandler;

/** Echo by asynchronous channels: ADDRESS PORT. */
public final class AsynchronousServer {
    private AsynchronousServer() {}

    public static void main(String[] arguments) throws Exception {
        AsynchronousServerSocketChannel server =
                AsynchronousServerSocketChannel.open()
                        .bind(new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1])));
        server.accept(
                server,
                new CompletionHandler<>() {
                    @Override
                    public void completed(
                            AsynchronousSocketChannel accepted,
                            AsynchronousServerSocketChannel acceptor) {
                        acceptor.accept(acceptor, this);
                        new Connection(accepted).read();
                    }

                    @Override
                    public void failed(Throwable thrown, AsynchronousServerSocketChannel acceptor) {
                        Say.line("broken: " + thrown);
                    }
                });
        Say.ready(((InetSocketAddress) server.getLocalAddress()).getPort());
        Say.serveForever();
    }

    /** What is read is written; then more is read. */
    private static final class Connection implements CompletionHandler<Integer, Boolean> {
        private final AsynchronousSocketChannel channel;
        private final ByteBuffer buffer = ByteBuffer.allocate(8192);

        Connection(AsynchronousSocketChannel channel) {
            this.channel = channel;
        }

        void read() {
            channel.read(buffer.clear(), true, this);
        }

        @Override
        public void completed(Integer count, Boolean isRead) {
            if (isRead && count < 0) {
                close();
            } else if (isRead) {
                channel.write(buffer.flip(), false, this);
            } else if (buffer.hasRemaining()) {
                channel.write(buffer, false, this);
            } else {
                read();
            }
        }

        @Override
        public void failed(Throwable thrown, Boolean isRead) {
            Say.line("broken: " + thrown);
            close();
        }

        private void close() {
            try {
                channel.close();
            } catch (java.io.IOException e) {
                Say.line("broken: " + e);
            }
        }
    }
}
