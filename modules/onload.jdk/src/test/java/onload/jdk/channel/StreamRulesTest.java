package onload.jdk.channel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.jdk.Ground;
import onload.jdk.World;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NoConnectionPendingException;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

@Timeout(20)
@SuppressWarnings("try") // Closing early is what is tested.
class StreamRulesTest {
    private static final SocketAddress OTHER_KIND = new SocketAddress() {};
    private static final ProtocolFamily NO_FAMILY = () -> "none";

    /** A server and a connection through it. */
    private static final class Pair implements AutoCloseable {
        final World world;
        final ServerSocketChannel server;
        final SocketChannel client;
        final SocketChannel accepted;

        Pair(Ground ground) throws IOException {
            world = new World(ground);
            server = world.provider().openServerSocketChannel();
            server.bind(world.at(0));
            client = world.provider().openSocketChannel();
            client.connect(server.getLocalAddress());
            accepted = server.accept();
        }

        @Override
        public void close() throws IOException {
            client.close();
            accepted.close();
            server.close();
            world.close();
        }
    }

    private static ByteBuffer one() {
        return ByteBuffer.allocate(1);
    }

    /** Begins a call in a thread of its own, and waits until that waits or is done. */
    private static <T> FutureTask<T> begin(Callable<T> call) throws InterruptedException {
        FutureTask<T> task = new FutureTask<>(call);
        Thread thread = Thread.ofPlatform().daemon().start(task);
        threads.set(thread);
        Thread.sleep(30);
        return task;
    }

    private static final ThreadLocal<Thread> threads = new ThreadLocal<>();

    private static Throwable failure(FutureTask<?> task) {
        Throwable cause = assertThrows(ExecutionException.class, task::get).getCause();
        assertNotNull(cause);
        return cause;
    }

    @ParameterizedTest
    @EnumSource
    void aFreshChannelIsNothingYet(Ground ground) throws IOException {
        try (World world = new World(ground);
                SocketChannel channel = world.provider().openSocketChannel();
                ServerSocketChannel server = world.provider().openServerSocketChannel()) {
            assertTrue(channel.isOpen());
            assertTrue(channel.isBlocking());
            assertFalse(channel.isConnected());
            assertFalse(channel.isConnectionPending());
            assertNull(channel.getLocalAddress());
            assertNull(channel.getRemoteAddress());
            assertNull(server.getLocalAddress());
            assertThrows(NotYetConnectedException.class, () -> channel.read(one()));
            assertThrows(NotYetConnectedException.class, () -> channel.write(one()));
            assertThrows(NotYetConnectedException.class, channel::shutdownInput);
            assertThrows(NotYetConnectedException.class, channel::shutdownOutput);
            assertThrows(NoConnectionPendingException.class, channel::finishConnect);
            assertThrows(NotYetBoundException.class, server::accept);
            assertSame(world.provider(), channel.provider());
            assertNotNull(channel.toString());
            assertNotNull(server.toString());
        }
    }

    @ParameterizedTest
    @EnumSource
    void addressesThatCannotBeMeantAreRefused(Ground ground) throws IOException {
        try (World world = new World(ground);
                SocketChannel channel = world.provider().openSocketChannel();
                SocketChannel ipv4 =
                        world.provider().openSocketChannel(StandardProtocolFamily.INET);
                ServerSocketChannel server = world.provider().openServerSocketChannel()) {
            InetSocketAddress unresolved = InetSocketAddress.createUnresolved("nowhere", 80);
            InetSocketAddress ipv6 =
                    new InetSocketAddress(InetAddress.ofLiteral("2001:db8::1"), 80);
            assertThrows(UnresolvedAddressException.class, () -> channel.connect(unresolved));
            assertThrows(UnresolvedAddressException.class, () -> channel.bind(unresolved));
            assertThrows(UnresolvedAddressException.class, () -> server.bind(unresolved));
            assertThrows(UnsupportedAddressTypeException.class, () -> channel.connect(OTHER_KIND));
            assertThrows(UnsupportedAddressTypeException.class, () -> channel.bind(OTHER_KIND));
            assertThrows(UnsupportedAddressTypeException.class, () -> server.bind(OTHER_KIND));
            assertThrows(UnsupportedAddressTypeException.class, () -> ipv4.connect(ipv6));
            assertThrows(UnsupportedAddressTypeException.class, () -> ipv4.bind(ipv6));
            assertThrows(
                    UnsupportedOperationException.class,
                    () -> world.provider().openSocketChannel(NO_FAMILY));
            assertThrows(
                    UnsupportedOperationException.class,
                    () -> world.provider().openServerSocketChannel(NO_FAMILY));
            assertTrue(channel.isOpen());
            BindException thrown =
                    assertThrows(
                            BindException.class,
                            () ->
                                    server.bind(
                                            new InetSocketAddress(
                                                    InetAddress.ofLiteral("198.51.100.7"), 0)));
            assertEquals("Cannot assign requested address", thrown.getMessage());
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsBoundOrConnectedIsNotSoAgain(Ground ground) throws IOException {
        try (Pair pair = new Pair(ground);
                ServerSocketChannel second = pair.world.provider().openServerSocketChannel();
                SocketChannel bound = pair.world.provider().openSocketChannel()) {
            assertThrows(
                    AlreadyConnectedException.class,
                    () -> pair.client.connect(pair.server.getLocalAddress()));
            assertThrows(AlreadyBoundException.class, () -> pair.client.bind(null));
            assertThrows(AlreadyBoundException.class, () -> pair.server.bind(null));
            assertEquals(
                    "Address already in use",
                    assertThrows(
                                    BindException.class,
                                    () -> second.bind(pair.server.getLocalAddress()))
                            .getMessage());
            bound.bind(null);
            int port = ((InetSocketAddress) bound.getLocalAddress()).getPort();
            assertTrue(port > 0);
            assertThrows(AlreadyBoundException.class, () -> bound.bind(null));
            bound.connect(pair.server.getLocalAddress());
            assertEquals(port, ((InetSocketAddress) bound.getLocalAddress()).getPort());
            try (SocketChannel seen = pair.server.accept()) {
                assertEquals(port, ((InetSocketAddress) seen.getRemoteAddress()).getPort());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aClosedChannelRefusesEverything(Ground ground) throws IOException {
        try (Pair pair = new Pair(ground)) {
            pair.client.close();
            pair.client.close();
            pair.server.close();
            assertFalse(pair.client.isOpen());
            assertThrows(ClosedChannelException.class, () -> pair.client.read(one()));
            assertThrows(ClosedChannelException.class, () -> pair.client.write(one()));
            assertThrows(ClosedChannelException.class, () -> pair.client.connect(pair.world.at(1)));
            assertThrows(ClosedChannelException.class, () -> pair.client.bind(null));
            assertThrows(ClosedChannelException.class, pair.client::getLocalAddress);
            assertThrows(ClosedChannelException.class, pair.client::getRemoteAddress);
            assertThrows(ClosedChannelException.class, pair.client::shutdownInput);
            assertThrows(ClosedChannelException.class, pair.client::finishConnect);
            assertThrows(ClosedChannelException.class, () -> pair.client.configureBlocking(false));
            assertThrows(
                    ClosedChannelException.class,
                    () -> pair.client.getOption(StandardSocketOptions.SO_RCVBUF));
            assertThrows(
                    ClosedChannelException.class,
                    () -> pair.client.setOption(StandardSocketOptions.TCP_NODELAY, true));
            assertThrows(ClosedChannelException.class, pair.server::accept);
            assertThrows(ClosedChannelException.class, pair.server::getLocalAddress);
            assertNotNull(pair.client.toString());
        }
    }

    @ParameterizedTest
    @EnumSource
    void argumentsAreCheckedBeforeAnythingHappens(Ground ground) throws IOException {
        try (Pair pair = new Pair(ground)) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> pair.client.read(ByteBuffer.allocate(1).asReadOnlyBuffer()));
            ByteBuffer[] two = {one(), one()};
            assertThrows(IndexOutOfBoundsException.class, () -> pair.client.read(two, 1, 2));
            assertThrows(IndexOutOfBoundsException.class, () -> pair.client.write(two, -1, 1));
            assertThrows(NullPointerException.class, () -> pair.client.write((ByteBuffer) null));
            pair.client.configureBlocking(false);
            assertEquals(0, pair.client.read(one()));
            assertEquals(0, pair.client.read(ByteBuffer.allocate(0)));
            assertEquals(0, pair.client.write(ByteBuffer.allocate(0)));
            assertEquals(0, pair.client.write(new ByteBuffer[0]));
        }
    }

    @ParameterizedTest
    @EnumSource
    void buffersAreScatteredAndGatheredInOrderAndMoveOn(Ground ground) throws IOException {
        try (Pair pair = new Pair(ground)) {
            ByteBuffer[] from = {
                ByteBuffer.wrap(new byte[] {9, 1, 2, 9}, 1, 2),
                ByteBuffer.allocateDirect(0),
                ByteBuffer.wrap(new byte[] {3, 4, 5}).asReadOnlyBuffer(),
            };
            assertEquals(5, pair.client.write(from));
            for (ByteBuffer each : from) {
                assertFalse(each.hasRemaining());
            }
            assertEquals(3, from[0].position());
            ByteBuffer[] to = {one(), ByteBuffer.allocate(0), ByteBuffer.allocateDirect(9)};
            long got = 0;
            while (got < 5) {
                got += pair.accepted.read(to);
            }
            assertEquals(1, to[0].get(0));
            byte[] rest = new byte[4];
            to[2].flip().get(rest);
            assertArrayEquals(new byte[] {2, 3, 4, 5}, rest);
        }
    }

    @ParameterizedTest
    @EnumSource
    void manyBytesThroughBuffersOfAllSizesArriveAsTheyWere(Ground ground) throws Exception {
        try (Pair pair = new Pair(ground)) {
            byte[] bytes = new byte[4 << 20];
            new Random(7).nextBytes(bytes);
            FutureTask<Void> writing =
                    begin(() -> {
                        Random random = new Random(8);
                        int at = 0;
                        while (at < bytes.length) {
                            ByteBuffer[] pieces = new ByteBuffer[1 + random.nextInt(20)];
                            int total = 0;
                            for (int i = 0; i < pieces.length; i++) {
                                int length =
                                        Math.min(
                                                random.nextInt(1 << random.nextInt(17)),
                                                bytes.length - at - total);
                                pieces[i] = ByteBuffer.wrap(bytes, at + total, length);
                                total += length;
                            }
                            assertEquals(total, pair.client.write(pieces));
                            at += total;
                        }
                        pair.client.shutdownOutput();
                        return null;
                    });
            ByteBuffer got = ByteBuffer.allocate(bytes.length + 1);
            Random random = new Random(9);
            int count = 0;
            while (count >= 0) {
                got.limit(Math.min(got.capacity(), got.position() + 1 + random.nextInt(100_000)));
                count = pair.accepted.read(got);
            }
            writing.get();
            assertEquals(ByteBuffer.wrap(bytes), got.flip());
        }
    }

    @ParameterizedTest
    @EnumSource
    void eachHalfEndsByItself(Ground ground) throws IOException {
        try (Pair pair = new Pair(ground)) {
            assertSame(pair.client, pair.client.shutdownOutput());
            pair.client.shutdownOutput();
            assertThrows(ClosedChannelException.class, () -> pair.client.write(one()));
            assertTrue(pair.client.isOpen());
            assertEquals(-1, pair.accepted.read(one()));
            pair.accepted.write(one());
            assertEquals(1, pair.client.read(one()));
            pair.client.shutdownInput();
            assertEquals(-1, pair.client.read(one()));
            assertTrue(pair.client.isConnected());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPeerThatResetsIsAConnectionReset(Ground ground) throws IOException {
        try (Pair pair = new Pair(ground)) {
            pair.accepted.setOption(StandardSocketOptions.SO_LINGER, 0);
            pair.accepted.close();
            SocketException thrown =
                    assertThrows(SocketException.class, () -> pair.client.read(one()));
            assertEquals("Connection reset", thrown.getMessage());
        }
    }

    @ParameterizedTest
    @EnumSource
    void nobodyThereIsConnectionRefusedAndTheChannelIsClosed(Ground ground) throws IOException {
        try (World world = new World(ground);
                SocketChannel channel = world.provider().openSocketChannel()) {
            ConnectException thrown =
                    assertThrows(ConnectException.class, () -> channel.connect(world.at(1)));
            assertEquals("Connection refused", thrown.getMessage());
            assertFalse(channel.isOpen());
        }
    }

    @ParameterizedTest
    @EnumSource
    void closingEndsCallsOfOtherThreads(Ground ground) throws Exception {
        try (Pair pair = new Pair(ground)) {
            FutureTask<Integer> reading = begin(() -> pair.client.read(one()));
            FutureTask<SocketChannel> accepting = begin(pair.server::accept);
            FutureTask<Object> writing =
                    begin(() -> {
                        while (true) {
                            pair.client.write(ByteBuffer.allocate(1 << 20));
                        }
                    });
            pair.client.close();
            pair.server.close();
            assertInstanceOf(AsynchronousCloseException.class, failure(reading));
            assertInstanceOf(AsynchronousCloseException.class, failure(accepting));
            assertInstanceOf(ClosedChannelException.class, failure(writing));
        }
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptClosesTheChannelThatAThreadWaitsIn(Ground ground) throws Exception {
        try (Pair pair = new Pair(ground)) {
            FutureTask<Integer> reading = begin(() -> pair.client.read(one()));
            threads.get().interrupt();
            assertInstanceOf(ClosedByInterruptException.class, failure(reading));
            assertFalse(pair.client.isOpen());
            FutureTask<SocketChannel> accepting = begin(pair.server::accept);
            threads.get().interrupt();
            assertInstanceOf(ClosedByInterruptException.class, failure(accepting));
            assertFalse(pair.server.isOpen());
            Thread.currentThread().interrupt();
            assertThrows(ClosedByInterruptException.class, () -> pair.accepted.read(one()));
            assertTrue(Thread.interrupted());
            assertFalse(pair.accepted.isOpen());
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyOptionIsWhatItWasSetToBeforeAndAfterItIsConnected(Ground ground) throws IOException {
        try (Pair pair = new Pair(ground);
                SocketChannel fresh = pair.world.provider().openSocketChannel()) {
            for (SocketChannel channel : new SocketChannel[] {fresh, pair.client}) {
                for (SocketOption<?> option : channel.supportedOptions()) {
                    setAndGet(channel, option);
                }
                assertThrows(
                        UnsupportedOperationException.class,
                        () -> channel.setOption(StandardSocketOptions.IP_MULTICAST_TTL, 1));
                assertThrows(NullPointerException.class, () -> channel.setOption(null, 1));
                assertThrows(
                        IllegalArgumentException.class,
                        () -> channel.setOption(StandardSocketOptions.SO_RCVBUF, -1));
            }
            assertTrue(fresh.supportedOptions().contains(StandardSocketOptions.TCP_NODELAY));
        }
    }

    private static <T> void setAndGet(SocketChannel channel, SocketOption<T> option)
            throws IOException {
        if (option.type() == Boolean.class
                && !option.equals(StandardSocketOptions.SO_REUSEADDR)
                && !option.name().equals("TCP_QUICKACK")) {
            for (Boolean value : new Boolean[] {true, false}) {
                channel.setOption(option, option.type().cast(value));
                assertEquals(value, channel.getOption(option), option::name);
            }
        } else {
            T value = channel.getOption(option);
            if (value instanceof Integer number
                    && !option.name().startsWith("SO_INCOMING")
                    && number >= 0) {
                channel.setOption(option, value);
                assertNotNull(channel.getOption(option), option::name);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aThousandVirtualThreadsWaitAtOnce(Ground ground) throws Exception {
        try (World world = new World(ground);
                ServerSocketChannel server = world.provider().openServerSocketChannel()) {
            server.bind(world.at(0), 1000);
            int many = ground == Ground.STACK ? 300 : 1000;
            Thread accepting =
                    Thread.ofVirtual()
                            .start(() -> {
                                for (int i = 0; i < many; i++) {
                                    serve(server);
                                }
                            });
            FutureTask<?>[] clients = new FutureTask<?>[many];
            for (int i = 0; i < many; i++) {
                clients[i] = new FutureTask<>(() -> ask(world, server));
                Thread.ofVirtual().start(clients[i]);
            }
            for (FutureTask<?> each : clients) {
                assertEquals(7, each.get());
            }
            accepting.join();
        }
    }

    private static int ask(World world, ServerSocketChannel server) throws IOException {
        try (SocketChannel channel = world.provider().openSocketChannel()) {
            channel.connect(server.getLocalAddress());
            channel.write(ByteBuffer.wrap(new byte[] {7}));
            ByteBuffer got = one();
            channel.read(got);
            return got.get(0);
        }
    }

    private static void serve(ServerSocketChannel server) {
        try {
            SocketChannel accepted = server.accept();
            Thread.ofVirtual()
                    .start(() -> {
                        try (accepted) {
                            ByteBuffer got = one();
                            accepted.read(got);
                            accepted.write(got.flip());
                        } catch (IOException e) {
                            throw new AssertionError(e);
                        }
                    });
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
