package onload.jdk.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
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
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.IllegalSelectorException;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

@Timeout(20)
@SuppressWarnings("try") // Closing early is what is tested.
class SelectorRulesTest {
    /** A selector, a server and a connection through it, in blocking mode. */
    private static final class Pair implements AutoCloseable {
        final World world;
        final Selector selector;
        final ServerSocketChannel server;
        final SocketChannel client;
        final SocketChannel accepted;

        Pair(Ground ground) throws IOException {
            world = new World(ground);
            selector = world.provider().openSelector();
            server = world.provider().openServerSocketChannel();
            server.bind(world.at(0));
            client = world.provider().openSocketChannel();
            client.connect(server.getLocalAddress());
            accepted = server.accept();
        }

        SelectionKey register(SocketChannel channel, int ops) throws IOException {
            channel.configureBlocking(false);
            return channel.register(selector, ops);
        }

        /** Waits until something that was sent has arrived. */
        void selectUntilReady() throws IOException {
            while (selector.selectedKeys().isEmpty()) {
                selector.select();
            }
        }

        @Override
        public void close() throws IOException {
            selector.close();
            client.close();
            accepted.close();
            server.close();
            world.close();
        }
    }

    private static ByteBuffer one() {
        return ByteBuffer.allocate(1);
    }

    @ParameterizedTest
    @EnumSource
    void onlyNonBlockingOpenChannelsOfTheSameProviderAreTaken(Ground ground) throws IOException {
        try (Pair pair = new Pair(ground);
                World other = new World(ground == Ground.KERNEL ? Ground.FALLBACK : Ground.KERNEL);
                SocketChannel foreign = other.provider().openSocketChannel()) {
            assertThrows(
                    IllegalBlockingModeException.class,
                    () -> pair.client.register(pair.selector, SelectionKey.OP_READ));
            pair.client.configureBlocking(false);
            assertThrows(
                    IllegalArgumentException.class,
                    () -> pair.client.register(pair.selector, SelectionKey.OP_ACCEPT));
            foreign.configureBlocking(false);
            assertThrows(
                    IllegalSelectorException.class,
                    () -> foreign.register(pair.selector, SelectionKey.OP_READ));
            pair.client.close();
            assertThrows(
                    ClosedChannelException.class,
                    () -> pair.client.register(pair.selector, SelectionKey.OP_READ));
        }
    }

    @ParameterizedTest
    @EnumSource
    void registeringAgainChangesTheSameKey(Ground ground) throws IOException {
        try (Pair pair = new Pair(ground)) {
            SelectionKey key = pair.register(pair.client, SelectionKey.OP_READ);
            assertSame(key, pair.client.register(pair.selector, SelectionKey.OP_WRITE, "x"));
            assertEquals(SelectionKey.OP_WRITE, key.interestOps());
            assertEquals("x", key.attachment());
            assertSame(key, pair.client.keyFor(pair.selector));
            assertTrue(pair.client.isRegistered());
            assertSame(pair.client, key.channel());
            assertSame(pair.selector, key.selector());
            assertEquals(Set.of(key), new HashSet<>(pair.selector.keys()));
            assertThrows(IllegalArgumentException.class, () -> key.interestOps(1 << 9));
            assertThrows(
                    IllegalBlockingModeException.class, () -> pair.client.configureBlocking(true));
        }
    }

    @ParameterizedTest
    @EnumSource
    void keysCannotBeTakenOutOfTheKeysNorPutIntoTheSelected(Ground ground) throws IOException {
        try (Pair pair = new Pair(ground)) {
            SelectionKey key = pair.register(pair.client, SelectionKey.OP_WRITE);
            assertEquals(1, pair.selector.select());
            assertThrows(
                    UnsupportedOperationException.class, () -> pair.selector.keys().remove(key));
            assertThrows(
                    UnsupportedOperationException.class,
                    () -> pair.selector.selectedKeys().add(key));
            assertTrue(pair.selector.selectedKeys().remove(key));
            assertTrue(pair.selector.selectedKeys().isEmpty());
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsSelectedStaysAndCountsOnlyWhatIsNew(Ground ground) throws IOException {
        try (Pair pair = new Pair(ground)) {
            SelectionKey key =
                    pair.register(pair.client, SelectionKey.OP_READ | SelectionKey.OP_WRITE);
            assertEquals(1, pair.selector.select());
            assertEquals(SelectionKey.OP_WRITE, key.readyOps());
            assertEquals(0, pair.selector.selectNow());
            pair.accepted.write(one());
            int updates = 0;
            while ((key.readyOps() & SelectionKey.OP_READ) == 0) {
                updates += pair.selector.select();
            }
            assertEquals(1, updates);
            assertEquals(SelectionKey.OP_READ | SelectionKey.OP_WRITE, key.readyOps());
            // What has gone stays until the key is taken out.
            pair.client.read(one());
            assertEquals(0, pair.selector.selectNow());
            assertTrue(key.isReadable());
            pair.selector.selectedKeys().clear();
            assertEquals(1, pair.selector.selectNow());
            assertFalse(key.isReadable());
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsNotReadIsToldAgain(Ground ground) throws IOException {
        try (Pair pair = new Pair(ground)) {
            pair.register(pair.client, SelectionKey.OP_READ);
            pair.accepted.write(one());
            for (int i = 0; i < 3; i++) {
                assertEquals(1, pair.selector.select());
                pair.selector.selectedKeys().clear();
            }
            assertEquals(1, pair.client.read(one()));
            assertEquals(0, pair.selector.selectNow());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCancelledKeyGoesWithTheNextSelection(Ground ground) throws IOException {
        try (Pair pair = new Pair(ground)) {
            SelectionKey key = pair.register(pair.client, SelectionKey.OP_WRITE);
            pair.selector.select();
            key.cancel();
            assertFalse(key.isValid());
            assertThrows(CancelledKeyException.class, key::interestOps);
            assertThrows(CancelledKeyException.class, key::readyOps);
            assertThrows(CancelledKeyException.class, () -> key.interestOps(0));
            assertTrue(pair.selector.keys().contains(key));
            assertThrows(
                    CancelledKeyException.class,
                    () -> pair.client.register(pair.selector, SelectionKey.OP_READ));
            assertEquals(0, pair.selector.selectNow());
            assertTrue(pair.selector.keys().isEmpty());
            assertTrue(pair.selector.selectedKeys().isEmpty());
            assertNull(pair.client.keyFor(pair.selector));
            pair.client.configureBlocking(true);
            assertNotSame(key, pair.register(pair.client, SelectionKey.OP_WRITE));
            assertEquals(1, pair.selector.select());
        }
    }

    @ParameterizedTest
    @EnumSource
    void closingAChannelCancelsItsKey(Ground ground) throws IOException {
        try (Pair pair = new Pair(ground)) {
            SelectionKey key = pair.register(pair.client, SelectionKey.OP_READ);
            pair.client.close();
            assertFalse(key.isValid());
            assertEquals(0, pair.selector.selectNow());
            assertTrue(pair.selector.keys().isEmpty());
            assertEquals(-1, pair.accepted.read(one()));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aClosedSelectorRefusesEverythingAndHasCancelledItsKeys(Ground ground) throws IOException {
        try (Pair pair = new Pair(ground)) {
            SelectionKey key = pair.register(pair.client, SelectionKey.OP_READ);
            pair.selector.close();
            pair.selector.close();
            assertFalse(pair.selector.isOpen());
            assertFalse(key.isValid());
            assertThrows(ClosedSelectorException.class, pair.selector::select);
            assertThrows(ClosedSelectorException.class, pair.selector::selectNow);
            assertThrows(ClosedSelectorException.class, pair.selector::keys);
            assertThrows(ClosedSelectorException.class, pair.selector::selectedKeys);
            assertThrows(
                    ClosedSelectorException.class,
                    () -> pair.client.register(pair.selector, SelectionKey.OP_READ));
            pair.client.configureBlocking(true);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aWakeUpEndsTheNextSelectionOrTheOneUnderWayOnce(Ground ground) throws Exception {
        try (Pair pair = new Pair(ground)) {
            pair.register(pair.client, SelectionKey.OP_READ);
            pair.selector.wakeup();
            pair.selector.wakeup();
            assertEquals(0, pair.selector.select());
            Thread waking =
                    Thread.ofPlatform()
                            .start(() -> {
                                sleep(50);
                                pair.selector.wakeup();
                            });
            long startNs = System.nanoTime();
            assertEquals(0, pair.selector.select());
            assertTrue(System.nanoTime() - startNs > TimeUnit.MILLISECONDS.toNanos(20));
            waking.join();
        }
    }

    private static void sleep(long milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @ParameterizedTest
    @EnumSource
    void timeOutsAreNotShortAndNegativeOnesAreRefused(Ground ground) throws IOException {
        try (Pair pair = new Pair(ground)) {
            pair.register(pair.client, SelectionKey.OP_READ);
            long startNs = System.nanoTime();
            assertEquals(0, pair.selector.select(60));
            assertTrue(System.nanoTime() - startNs >= TimeUnit.MILLISECONDS.toNanos(59));
            assertThrows(IllegalArgumentException.class, () -> pair.selector.select(-1));
        }
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptEndsASelectionAndStays(Ground ground) throws IOException {
        try (Pair pair = new Pair(ground)) {
            pair.register(pair.client, SelectionKey.OP_READ);
            Thread.currentThread().interrupt();
            assertEquals(0, pair.selector.select());
            assertTrue(Thread.interrupted());
            assertTrue(pair.selector.isOpen());
            Thread me = Thread.currentThread();
            Thread.ofPlatform()
                    .start(() -> {
                        sleep(50);
                        me.interrupt();
                    });
            assertEquals(0, pair.selector.select());
            assertTrue(Thread.interrupted());
            assertTrue(pair.client.isOpen());
        }
    }

    @ParameterizedTest
    @EnumSource
    void closingEndsASelectionInAnotherThread(Ground ground) throws Exception {
        try (Pair pair = new Pair(ground)) {
            pair.register(pair.client, SelectionKey.OP_READ);
            Thread closing =
                    Thread.ofPlatform()
                            .start(() -> {
                                sleep(50);
                                try {
                                    pair.selector.close();
                                } catch (IOException e) {
                                    throw new AssertionError(e);
                                }
                            });
            try {
                assertEquals(0, pair.selector.select());
            } catch (ClosedSelectorException e) {
                // The JDK's own says so, if it is closed in the very moment.
            }
            closing.join();
            assertFalse(pair.selector.isOpen());
        }
    }

    @ParameterizedTest
    @EnumSource
    void interestThatChangesWhileSelectingIsSeen(Ground ground) throws Exception {
        try (Pair pair = new Pair(ground)) {
            SelectionKey key = pair.register(pair.client, 0);
            Thread changing =
                    Thread.ofPlatform()
                            .start(() -> {
                                sleep(50);
                                key.interestOps(SelectionKey.OP_WRITE);
                                pair.selector.wakeup();
                            });
            int selected = pair.selector.select();
            if (selected == 0) {
                selected = pair.selector.select();
            }
            assertEquals(1, selected);
            changing.join();
        }
    }

    @ParameterizedTest
    @EnumSource
    void whereNothingIsAskedForNothingIsToldThoughThePeerHasGone(Ground ground) throws IOException {
        try (Pair pair = new Pair(ground)) {
            pair.register(pair.client, 0);
            pair.accepted.close();
            assertEquals(0, pair.selector.select(100));
            pair.client.keyFor(pair.selector).interestOps(SelectionKey.OP_READ);
            assertEquals(1, pair.selector.select());
            assertEquals(-1, pair.client.read(one()));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aRefusedConnectionIsConnectableAndThenSaysSo(Ground ground) throws IOException {
        try (Pair pair = new Pair(ground);
                SocketChannel refused = pair.world.provider().openSocketChannel()) {
            SelectionKey key = pair.register(refused, SelectionKey.OP_CONNECT);
            try {
                refused.connect(pair.world.at(1));
            } catch (ConnectException e) {
                // Over loopback the kernel may know at once.
                assertEquals("Connection refused", e.getMessage());
                return;
            }
            assertEquals(1, pair.selector.select());
            assertTrue(key.isConnectable());
            ConnectException thrown = assertThrows(ConnectException.class, refused::finishConnect);
            assertEquals("Connection refused", thrown.getMessage());
            assertFalse(refused.isOpen());
            assertFalse(key.isValid());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aReaderThatMakesRoomMakesTheWriterReady(Ground ground) throws IOException {
        try (Pair pair = new Pair(ground)) {
            pair.client.configureBlocking(false);
            ByteBuffer many = ByteBuffer.allocate(1 << 20);
            long sent = 0;
            for (int idle = 0; idle < 20; ) {
                int count = pair.client.write(many.clear());
                sent += count;
                idle = count == 0 ? idle + 1 : 0;
                if (count == 0) {
                    sleep(5);
                }
            }
            pair.register(pair.client, SelectionKey.OP_WRITE);
            assertEquals(0, pair.selector.selectNow());
            long got = 0;
            while (got < sent) {
                got += pair.accepted.read(many.clear());
            }
            assertEquals(1, pair.selector.select());
            assertTrue(pair.client.write(many.clear()) > 0);
        }
    }

    @ParameterizedTest
    @EnumSource
    void socketsPipesAndUnixDomainChannelsAreInOneSelector(Ground ground) throws IOException {
        Path folder = Files.createTempDirectory("onload");
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("s"));
        try (Pair pair = new Pair(ground);
                ServerSocketChannel unix =
                        pair.world
                                .provider()
                                .openServerSocketChannel(StandardProtocolFamily.UNIX)) {
            Pipe pipe = pair.world.provider().openPipe();
            pipe.source().configureBlocking(false).register(pair.selector, SelectionKey.OP_READ);
            unix.bind(address)
                    .configureBlocking(false)
                    .register(pair.selector, SelectionKey.OP_ACCEPT);
            pair.register(pair.client, SelectionKey.OP_READ);
            for (int i = 0; i < 5; i++) {
                pipe.sink().write(one());
                pair.selectUntilReady();
                assertSame(pipe.source(), pair.selector.selectedKeys().iterator().next().channel());
                assertEquals(1, pipe.source().read(one()));
                pair.selector.selectedKeys().clear();
                pair.accepted.write(one());
                pair.selectUntilReady();
                assertSame(pair.client, pair.selector.selectedKeys().iterator().next().channel());
                assertEquals(1, pair.client.read(one()));
                pair.selector.selectedKeys().clear();
                try (SocketChannel peer =
                        pair.world.provider().openSocketChannel(StandardProtocolFamily.UNIX)) {
                    peer.connect(address);
                    pair.selectUntilReady();
                    assertSame(unix, pair.selector.selectedKeys().iterator().next().channel());
                    unix.accept().close();
                }
                pair.selector.selectedKeys().clear();
            }
            pipe.source().close();
            pipe.sink().close();
        } finally {
            Files.deleteIfExists(address.getPath());
            Files.deleteIfExists(folder);
        }
    }

    @ParameterizedTest
    @EnumSource
    void manyChannelsComeAndGoWithoutALeak(Ground ground) throws IOException {
        try (Pair pair = new Pair(ground)) {
            long before = descriptors();
            for (int i = 0; i < 300; i++) {
                try (SocketChannel client = pair.world.provider().openSocketChannel()) {
                    client.connect(pair.server.getLocalAddress());
                    try (SocketChannel accepted = pair.server.accept()) {
                        pair.register(client, SelectionKey.OP_WRITE);
                        pair.register(accepted, SelectionKey.OP_READ);
                        assertTrue(pair.selector.select() > 0);
                    }
                }
                pair.selector.selectNow();
            }
            assertTrue(pair.selector.keys().isEmpty());
            assertTrue(descriptors() <= before + 10, () -> before + " and then more descriptors");
            pair.world.acceleration().stacks().forEach(stack -> assertTrue(stack.sockets() < 10));
        }
    }

    private static long descriptors() {
        String[] names = Path.of("/proc/self/fd").toFile().list();
        return names == null ? 0 : names.length;
    }
}
