package onload.jdk.async;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.CompletionHandler;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.ReadPendingException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.nio.channels.WritePendingException;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** A stream whose operations complete later. */
final class AsynchronousStream extends AsynchronousSocketChannel {
    private final ChannelGroup group;
    private final SocketChannel channel;
    private final Direction connecting;
    private final Direction reading;
    private final Direction writing;

    AsynchronousStream(ChannelGroupProvider provider, ChannelGroup group, SocketChannel channel)
            throws IOException {
        super(provider);
        this.group = group;
        this.channel = channel;
        Registered registered;
        try {
            registered = new Registered(channel, group, this::ready);
            group.add(this);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
        connecting = new Direction(this, registered, SelectionKey.OP_CONNECT, true);
        reading = new Direction(this, registered, SelectionKey.OP_READ, false);
        writing = new Direction(this, registered, SelectionKey.OP_WRITE, false);
    }

    private void ready(int ops) {
        if ((ops & SelectionKey.OP_CONNECT) != 0) {
            connecting.ready();
        }
        if ((ops & SelectionKey.OP_READ) != 0) {
            reading.ready();
        }
        if ((ops & SelectionKey.OP_WRITE) != 0) {
            writing.ready();
        }
    }

    // Connecting.

    @Override
    public <A> void connect(
            SocketAddress remote,
            @Nullable A attachment,
            CompletionHandler<Void, ? super A> handler) {
        Objects.requireNonNull(handler, "'handler' is null");
        connect(remote, new Operation<>(group, this, done(handler), attachment));
    }

    /** A result of nothing is told as null; within it is something, since null says that there is none yet. */
    private static <A> CompletionHandler<Boolean, A> done(
            CompletionHandler<Void, ? super A> handler) {
        return new CompletionHandler<>() {
            @Override
            @SuppressWarnings("NullAway") // There is no other Void.
            public void completed(Boolean isDone, A attachment) {
                handler.completed(null, attachment);
            }

            @Override
            public void failed(Throwable cause, A attachment) {
                handler.failed(cause, attachment);
            }
        };
    }

    @Override
    public Future<Void> connect(SocketAddress remote) {
        Operation<Boolean> operation = new Operation<>(group, this, null, null);
        connect(remote, operation);
        return new Nothing(operation);
    }

    private void connect(SocketAddress remote, Operation<Boolean> operation) {
        check(remote);
        if (channel.isConnected()) {
            throw new AlreadyConnectedException();
        }
        Direction.Attempt<Boolean> attempt =
                () -> {
                    boolean isDone =
                            channel.isConnectionPending()
                                    ? channel.finishConnect()
                                    : channel.connect(remote);
                    return isDone ? Boolean.TRUE : null;
                };
        if (!connecting.begin(operation, attempt, 0)) {
            throw new ConnectionPendingException();
        }
    }

    private void check(SocketAddress remote) {
        if (isOpen()) {
            if (!(remote instanceof InetSocketAddress internet)) {
                throw new UnsupportedAddressTypeException();
            }
            if (internet.isUnresolved()) {
                throw new UnresolvedAddressException();
            }
        }
    }

    // Reading.

    @Override
    public <A> void read(
            ByteBuffer to,
            long timeout,
            TimeUnit unit,
            @Nullable A attachment,
            CompletionHandler<Integer, ? super A> handler) {
        Objects.requireNonNull(handler, "'handler' is null");
        read(to, unit.toNanos(timeout), new Operation<>(group, this, handler, attachment));
    }

    @Override
    public Future<Integer> read(ByteBuffer to) {
        Operation<Integer> operation = new Operation<>(group, this, null, null);
        read(to, 0, operation);
        return operation;
    }

    private void read(ByteBuffer to, long timeoutNs, Operation<Integer> operation) {
        checkWritable(to);
        checkConnected();
        boolean isBegun =
                reading.begin(
                        operation,
                        () -> {
                            if (!to.hasRemaining()) {
                                return 0;
                            }
                            int count = channel.read(to);
                            return count == 0 ? null : count;
                        },
                        timeoutNs);
        if (!isBegun) {
            throw new ReadPendingException();
        }
    }

    @Override
    public <A> void read(
            ByteBuffer[] to,
            int offset,
            int length,
            long timeout,
            TimeUnit unit,
            @Nullable A attachment,
            CompletionHandler<Long, ? super A> handler) {
        Objects.requireNonNull(handler, "'handler' is null");
        Objects.checkFromIndexSize(offset, length, to.length);
        long room = 0;
        for (int i = offset; i < offset + length; i++) {
            checkWritable(to[i]);
            room += to[i].remaining();
        }
        checkConnected();
        boolean hasRoom = room > 0;
        Direction.Attempt<Long> attempt =
                () -> {
                    long count = hasRoom ? channel.read(to, offset, length) : 0;
                    return hasRoom && count == 0 ? null : Long.valueOf(count);
                };
        Operation<Long> operation = new Operation<>(group, this, handler, attachment);
        if (!reading.begin(operation, attempt, unit.toNanos(timeout))) {
            throw new ReadPendingException();
        }
    }

    private static void checkWritable(ByteBuffer buffer) {
        if (buffer.isReadOnly()) {
            throw new IllegalArgumentException("Read-only buffer");
        }
    }

    // Writing.

    @Override
    public <A> void write(
            ByteBuffer from,
            long timeout,
            TimeUnit unit,
            @Nullable A attachment,
            CompletionHandler<Integer, ? super A> handler) {
        Objects.requireNonNull(handler, "'handler' is null");
        write(from, unit.toNanos(timeout), new Operation<>(group, this, handler, attachment));
    }

    @Override
    public Future<Integer> write(ByteBuffer from) {
        Operation<Integer> operation = new Operation<>(group, this, null, null);
        write(from, 0, operation);
        return operation;
    }

    private void write(ByteBuffer from, long timeoutNs, Operation<Integer> operation) {
        Objects.requireNonNull(from);
        checkConnected();
        boolean isBegun =
                writing.begin(
                        operation,
                        () -> {
                            boolean hasBytes = from.hasRemaining();
                            int count = channel.write(from);
                            return hasBytes && count == 0 ? null : Integer.valueOf(count);
                        },
                        timeoutNs);
        if (!isBegun) {
            throw new WritePendingException();
        }
    }

    @Override
    public <A> void write(
            ByteBuffer[] from,
            int offset,
            int length,
            long timeout,
            TimeUnit unit,
            @Nullable A attachment,
            CompletionHandler<Long, ? super A> handler) {
        Objects.requireNonNull(handler, "'handler' is null");
        Objects.checkFromIndexSize(offset, length, from.length);
        checkConnected();
        Direction.Attempt<Long> attempt =
                () -> {
                    long bytes = 0;
                    for (int i = offset; i < offset + length; i++) {
                        bytes += from[i].remaining();
                    }
                    long count = channel.write(from, offset, length);
                    return bytes > 0 && count == 0 ? null : Long.valueOf(count);
                };
        Operation<Long> operation = new Operation<>(group, this, handler, attachment);
        if (!writing.begin(operation, attempt, unit.toNanos(timeout))) {
            throw new WritePendingException();
        }
    }

    private void checkConnected() {
        // One that is closed in between is not connected either, and the operation says which it
        // is.
        if (isOpen() && !channel.isConnected() && isOpen()) {
            throw new NotYetConnectedException();
        }
    }

    // The rest.

    @Override
    public AsynchronousSocketChannel bind(@Nullable SocketAddress local) throws IOException {
        if (connecting.isUnderWay()) {
            throw new ConnectionPendingException();
        }
        channel.bind(local);
        return this;
    }

    @Override
    public <T> AsynchronousSocketChannel setOption(SocketOption<T> option, T value)
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
    public AsynchronousSocketChannel shutdownInput() throws IOException {
        channel.shutdownInput();
        return this;
    }

    @Override
    public AsynchronousSocketChannel shutdownOutput() throws IOException {
        channel.shutdownOutput();
        return this;
    }

    @Override
    public @Nullable SocketAddress getLocalAddress() throws IOException {
        checkOpen();
        return channel.getLocalAddress();
    }

    @Override
    public @Nullable SocketAddress getRemoteAddress() throws IOException {
        checkOpen();
        return channel.getRemoteAddress();
    }

    private void checkOpen() throws ClosedChannelException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public void close() throws IOException {
        channel.close();
        group.remove(this);
        connecting.close();
        reading.close();
        writing.close();
    }

    @Override
    public String toString() {
        return "asynchronous " + channel;
    }
}
