package onload.jdk.async;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.jdk.Ground;
import onload.jdk.World;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AcceptPendingException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.AsynchronousChannelGroup;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.CompletionHandler;
import java.nio.channels.InterruptedByTimeoutException;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.ReadPendingException;
import java.nio.channels.ShutdownChannelGroupException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

@Timeout(20)
class AsynchronousStreamTest {
    /** A world with an asynchronous group, a server and a connection through it. */
    private static final class Pair implements AutoCloseable {
        final World world;
        final AsynchronousChannelProvider provider;
        final AsynchronousChannelGroup group;
        final AsynchronousServerSocketChannel server;
        final AsynchronousSocketChannel client;
        @Nullable AsynchronousSocketChannel accepted;

        Pair(Ground ground) throws Exception {
            world = new World(ground);
            provider =
                    ground == Ground.KERNEL ? kernels() : ChannelGroupProvider.of(world.provider());
            group = provider.openAsynchronousChannelGroup(2, Executors.defaultThreadFactory());
            server = provider.openAsynchronousServerSocketChannel(group);
            server.bind(world.at(0));
            client = provider.openAsynchronousSocketChannel(group);
        }

        AsynchronousSocketChannel accepted() {
            return Objects.requireNonNull(accepted);
        }

        private static AsynchronousChannelProvider kernels() throws ReflectiveOperationException {
            return Objects.requireNonNull(
                    (AsynchronousChannelProvider)
                            Class.forName("sun.nio.ch.DefaultAsynchronousChannelProvider")
                                    .getMethod("create")
                                    .invoke(null));
        }

        Pair connected() throws Exception {
            Future<AsynchronousSocketChannel> coming = server.accept();
            client.connect(server.getLocalAddress()).get();
            accepted = coming.get();
            return this;
        }

        @Override
        public void close() throws IOException {
            group.shutdownNow();
            try {
                assertTrue(group.awaitTermination(10, TimeUnit.SECONDS));
            } catch (InterruptedException e) {
                throw new AssertionError("nobody interrupts a test", e);
            }
            world.close();
        }
    }

    /** A handler that is a future of what it was told. */
    private static final class Told<V> extends CompletableFuture<V>
            implements CompletionHandler<V, Object> {
        @Override
        public void completed(V result, Object attachment) {
            complete(result);
        }

        @Override
        public void failed(Throwable cause, Object attachment) {
            completeExceptionally(cause);
        }

        Throwable failure() throws InterruptedException {
            return Objects.requireNonNull(
                    assertThrows(ExecutionException.class, this::get).getCause());
        }
    }

    @ParameterizedTest
    @EnumSource
    void bytesGoBothWaysAndTheEndIsSeen(Ground ground) throws Exception {
        try (Pair pair = new Pair(ground).connected()) {
            assertEquals(5, pair.client.write(ByteBuffer.allocate(5)).get());
            ByteBuffer got = ByteBuffer.allocate(3);
            assertEquals(3, pair.accepted().read(got).get());
            assertEquals(2, pair.accepted().read(got.clear()).get());
            Told<Integer> told = new Told<>();
            pair.client.read(got.clear(), null, told);
            assertFalse(told.isDone());
            assertThrows(
                    ReadPendingException.class, () -> pair.client.read(ByteBuffer.allocate(1)));
            pair.accepted().write(ByteBuffer.allocate(2)).get();
            assertEquals(2, told.get());
            pair.accepted().close();
            assertEquals(-1, pair.client.read(got.clear()).get());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aLongWriteArrivesWholeAtASlowReader(Ground ground) throws Exception {
        try (Pair pair = new Pair(ground).connected()) {
            byte[] bytes = new byte[3 << 20];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) (i * 31 + (i >> 12));
            }
            ByteBuffer left = ByteBuffer.wrap(bytes);
            Told<Integer> done = new Told<>();
            pair.client.write(
                    left,
                    null,
                    new CompletionHandler<Integer, Object>() {
                        @Override
                        public void completed(Integer count, Object attachment) {
                            if (left.hasRemaining()) {
                                pair.client.write(left, null, this);
                            } else {
                                done.complete(0);
                            }
                        }

                        @Override
                        public void failed(Throwable cause, Object attachment) {
                            done.completeExceptionally(cause);
                        }
                    });
            ByteBuffer got = ByteBuffer.allocate(bytes.length);
            while (got.hasRemaining()) {
                assertTrue(pair.accepted().read(got).get() > 0);
            }
            done.get();
            assertEquals(ByteBuffer.wrap(bytes), got.flip());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aReadOutOfTimeFailsAndLeavesTheDirectionDead(Ground ground) throws Exception {
        try (Pair pair = new Pair(ground).connected()) {
            Told<Integer> told = new Told<>();
            pair.client.read(ByteBuffer.allocate(1), 20, TimeUnit.MILLISECONDS, null, told);
            assertInstanceOf(InterruptedByTimeoutException.class, told.failure());
            assertThrows(
                    IllegalStateException.class, () -> pair.client.read(ByteBuffer.allocate(1)));
            assertEquals(1, pair.client.write(ByteBuffer.allocate(1)).get());
        }
    }

    @ParameterizedTest
    @EnumSource
    void closingEndsWhatIsUnderWayOnce(Ground ground) throws Exception {
        try (Pair pair = new Pair(ground).connected()) {
            AtomicInteger calls = new AtomicInteger();
            Told<Integer> told = new Told<>();
            pair.client.read(
                    ByteBuffer.allocate(1),
                    null,
                    new CompletionHandler<Integer, Object>() {
                        @Override
                        public void completed(Integer result, Object attachment) {
                            calls.incrementAndGet();
                            told.complete(result);
                        }

                        @Override
                        public void failed(Throwable cause, Object attachment) {
                            calls.incrementAndGet();
                            told.completeExceptionally(cause);
                        }
                    });
            Told<AsynchronousSocketChannel> accepting = new Told<>();
            pair.server.accept(null, accepting);
            pair.client.close();
            pair.server.close();
            assertInstanceOf(AsynchronousCloseException.class, told.failure());
            assertInstanceOf(AsynchronousCloseException.class, accepting.failure());
            assertEquals(1, calls.get());
            Told<Integer> late = new Told<>();
            pair.client.read(ByteBuffer.allocate(1), null, late);
            assertInstanceOf(ClosedChannelException.class, late.failure());
        }
    }

    @ParameterizedTest
    @EnumSource
    void statesAreTheSpecifications(Ground ground) throws Exception {
        try (Pair pair = new Pair(ground);
                AsynchronousServerSocketChannel unbound =
                        pair.provider.openAsynchronousServerSocketChannel(pair.group)) {
            assertThrows(NotYetBoundException.class, unbound::accept);
            assertThrows(
                    NotYetConnectedException.class, () -> pair.client.read(ByteBuffer.allocate(1)));
            assertThrows(
                    UnresolvedAddressException.class,
                    () -> pair.client.connect(InetSocketAddress.createUnresolved("nowhere", 1)));
            assertFalse(pair.server.accept().isDone());
            assertThrows(AcceptPendingException.class, pair.server::accept);
            pair.client.connect(pair.server.getLocalAddress()).get();
            assertThrows(
                    AlreadyConnectedException.class,
                    () -> pair.client.connect(pair.server.getLocalAddress()));
            assertEquals(pair.server.getLocalAddress(), pair.client.getRemoteAddress());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aRefusedConnectionFailsAndClosesTheChannel(Ground ground) throws Exception {
        try (Pair pair = new Pair(ground)) {
            Told<Void> told = new Told<>();
            pair.client.connect(pair.world.at(1), null, told);
            assertInstanceOf(ConnectException.class, told.failure());
            assertEquals("Connection refused", told.failure().getMessage());
            assertFalse(pair.client.isOpen());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCancelledReadLeavesTheDirectionDead(Ground ground) throws Exception {
        try (Pair pair = new Pair(ground).connected()) {
            Future<Integer> read = pair.client.read(ByteBuffer.allocate(1));
            assertTrue(read.cancel(false));
            assertTrue(read.isCancelled());
            assertThrows(CancellationException.class, read::get);
            assertThrows(
                    IllegalStateException.class, () -> pair.client.read(ByteBuffer.allocate(1)));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aGroupThatIsShutDownTakesNoMoreAndEndsWithItsLastChannel(Ground ground) throws Exception {
        try (Pair pair = new Pair(ground).connected()) {
            pair.group.shutdown();
            assertTrue(pair.group.isShutdown());
            assertThrows(
                    ShutdownChannelGroupException.class,
                    () -> pair.provider.openAsynchronousSocketChannel(pair.group));
            assertFalse(pair.group.isTerminated());
            pair.client.close();
            pair.accepted().close();
            pair.server.close();
            assertTrue(pair.group.awaitTermination(10, TimeUnit.SECONDS));
        }
    }

    @ParameterizedTest
    @EnumSource
    void handlersThatCallTheNextOperationForEverDoNotOverflowTheStack(Ground ground)
            throws Exception {
        try (Pair pair = new Pair(ground).connected()) {
            int many = 20_000;
            Told<Integer> told = new Told<>();
            pair.client.write(
                    ByteBuffer.allocate(0),
                    0,
                    new CompletionHandler<Integer, Integer>() {
                        @Override
                        public void completed(Integer result, Integer count) {
                            if (count == many) {
                                told.complete(count);
                            } else {
                                pair.client.write(ByteBuffer.allocate(0), count + 1, this);
                            }
                        }

                        @Override
                        public void failed(Throwable cause, Integer count) {
                            told.completeExceptionally(cause);
                        }
                    });
            assertEquals(many, told.get());
        }
    }

    @ParameterizedTest
    @EnumSource
    void buffersAreScatteredAndGathered(Ground ground) throws Exception {
        try (Pair pair = new Pair(ground).connected()) {
            ByteBuffer[] from = {
                ByteBuffer.wrap(new byte[] {1, 2}), ByteBuffer.wrap(new byte[] {3})
            };
            Told<Long> written = new Told<>();
            pair.client.write(from, 0, 2, 0, TimeUnit.SECONDS, null, written);
            assertEquals(3, written.get());
            ByteBuffer[] to = {ByteBuffer.allocate(1), ByteBuffer.allocate(5)};
            Told<Long> read = new Told<>();
            pair.accepted().read(to, 0, 2, 0, TimeUnit.SECONDS, null, read);
            assertEquals(3, read.get());
            assertEquals(1, to[0].get(0));
            assertEquals(3, to[1].get(1));
            assertThrows(
                    IndexOutOfBoundsException.class,
                    () -> pair.accepted().read(to, 1, 2, 0, TimeUnit.SECONDS, null, read));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aHandlerThatWaitsHoldsUpNobodyElse(Ground ground) throws Exception {
        try (Pair pair = new Pair(ground).connected()) {
            CompletableFuture<Integer> entered = new CompletableFuture<>();
            CompletableFuture<Integer> release = new CompletableFuture<>();
            pair.client.write(
                    ByteBuffer.allocate(1),
                    null,
                    new CompletionHandler<Integer, Object>() {
                        @Override
                        public void completed(Integer result, Object attachment) {
                            entered.complete(result);
                            release.join();
                        }

                        @Override
                        public void failed(Throwable cause, Object attachment) {}
                    });
            assertEquals(1, entered.get());
            assertEquals(1, pair.accepted().read(ByteBuffer.allocate(9)).get());
            Told<Integer> told = new Told<>();
            pair.accepted().read(ByteBuffer.allocate(9), null, told);
            pair.client.write(ByteBuffer.allocate(4)).get();
            assertEquals(4, told.get());
            release.complete(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatAHandlerThrowsGoesToWhoeverCalledIt(Ground ground) throws Exception {
        try (Pair pair = new Pair(ground).connected()) {
            Told<String> thrown = new Told<>();
            CompletionHandler<Integer, Object> throwing =
                    new CompletionHandler<>() {
                        @Override
                        public void completed(Integer result, Object attachment) {
                            throw new IllegalStateException("mine");
                        }

                        @Override
                        public void failed(Throwable cause, Object attachment) {}
                    };
            pair.client.write(
                    ByteBuffer.allocate(0),
                    null,
                    new CompletionHandler<Integer, Object>() {
                        @Override
                        public void completed(Integer result, Object attachment) {
                            try {
                                pair.client.write(ByteBuffer.allocate(0), null, throwing);
                                thrown.complete("nothing");
                            } catch (IllegalStateException e) {
                                thrown.complete(String.valueOf(e.getMessage()));
                            }
                        }

                        @Override
                        public void failed(Throwable cause, Object attachment) {}
                    });
            assertEquals("mine", thrown.get());
        }
    }
}
