package onload.jdk.async;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.AcceptPendingException;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.CompletionHandler;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Future;

/** A port at which connections are accepted later. */
final class AsynchronousServer extends AsynchronousServerSocketChannel {
    private final ChannelGroupProvider provider;
    private final ChannelGroup group;
    private final ServerSocketChannel channel;
    private final Direction accepting;

    AsynchronousServer(
            ChannelGroupProvider provider, ChannelGroup group, ServerSocketChannel channel)
            throws IOException {
        super(provider);
        this.provider = provider;
        this.group = group;
        this.channel = channel;
        try {
            Registered registered = new Registered(channel, group, ops -> ready());
            accepting = new Direction(this, registered, SelectionKey.OP_ACCEPT, false);
            group.add(this);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private void ready() {
        accepting.ready();
    }

    // Accepting.

    @Override
    public <A> void accept(
            @Nullable A attachment,
            CompletionHandler<AsynchronousSocketChannel, ? super A> handler) {
        Objects.requireNonNull(handler, "'handler' is null");
        accept(new Operation<>(group, this, handler, attachment));
    }

    @Override
    public Future<AsynchronousSocketChannel> accept() {
        Operation<AsynchronousSocketChannel> operation = new Operation<>(group, this, null, null);
        accept(operation);
        return operation;
    }

    private void accept(Operation<AsynchronousSocketChannel> operation) {
        try {
            if (isOpen() && channel.getLocalAddress() == null) {
                throw new NotYetBoundException();
            }
        } catch (IOException e) {
            // Closed in between: the operation says so.
        }
        if (!accepting.begin(operation, this::acceptNow, 0)) {
            throw new AcceptPendingException();
        }
    }

    private @Nullable AsynchronousSocketChannel acceptNow() throws IOException {
        SocketChannel accepted = channel.accept();
        return accepted == null ? null : new AsynchronousStream(provider, group, accepted);
    }

    // The rest.

    @Override
    public AsynchronousServerSocketChannel bind(@Nullable SocketAddress local, int backlog)
            throws IOException {
        channel.bind(local, backlog);
        return this;
    }

    @Override
    public <T> AsynchronousServerSocketChannel setOption(SocketOption<T> option, T value)
            throws IOException {
        channel.setOption(option, value);
        return this;
    }

    @Override
    public <T> T getOption(SocketOption<T> option) throws IOException {
        return channel.getOption(option);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return channel.supportedOptions();
    }

    @Override
    public @Nullable SocketAddress getLocalAddress() throws IOException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
        return channel.getLocalAddress();
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public void close() throws IOException {
        channel.close();
        group.remove(this);
        accepting.close();
    }

    @Override
    public String toString() {
        return "asynchronous " + channel;
    }
}
