package onload.jdk.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.jdk.Ground;
import onload.jdk.World;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;

/** States and exceptions of the specification: the JDK's own channels do the same. */
@Timeout(30)
@SuppressWarnings("try") // Closing early is what is tested.
class DatagramStateTest {
    private static final ByteBuffer[] ONE = {ByteBuffer.allocate(1)};

    @ParameterizedTest
    @EnumSource
    void itIsBoundOnce(Ground ground) throws IOException {
        try (World world = new World(ground);
                DatagramChannel channel = world.provider().openDatagramChannel()) {
            assertNull(channel.getLocalAddress());
            channel.bind(world.at(0));
            assertEquals(
                    world.host(), ((InetSocketAddress) channel.getLocalAddress()).getAddress());
            assertThrows(AlreadyBoundException.class, () -> channel.bind(null));
            assertThrows(AlreadyBoundException.class, () -> channel.bind(world.at(0)));
        }
    }

    @ParameterizedTest
    @EnumSource
    void anAddressOfAnotherKindIsRefused(Ground ground) throws IOException {
        SocketAddress unresolved = InetSocketAddress.createUnresolved("nowhere.invalid", 9);
        SocketAddress unix = UnixDomainSocketAddress.of("/nowhere");
        try (World world = new World(ground);
                DatagramChannel channel = world.provider().openDatagramChannel()) {
            assertThrows(UnresolvedAddressException.class, () -> channel.bind(unresolved));
            assertThrows(UnresolvedAddressException.class, () -> channel.connect(unresolved));
            assertThrows(
                    UnresolvedAddressException.class,
                    () -> channel.send(ByteBuffer.allocate(1), unresolved));
            assertThrows(UnsupportedAddressTypeException.class, () -> channel.bind(unix));
            assertThrows(UnsupportedAddressTypeException.class, () -> channel.connect(unix));
            assertThrows(
                    UnsupportedAddressTypeException.class,
                    () -> channel.send(ByteBuffer.allocate(1), unix));
            assertThrows(NullPointerException.class, () -> channel.connect(null));
            assertThrows(
                    NullPointerException.class, () -> channel.send(ByteBuffer.allocate(1), null));
            assertThrows(NullPointerException.class, () -> channel.send(null, world.at(9)));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aChannelOfIpv4TakesNoIpv6(Ground ground) throws IOException {
        InetSocketAddress six = new InetSocketAddress(InetAddress.ofLiteral("::1"), 9);
        try (World world = new World(ground);
                DatagramChannel channel =
                        world.provider().openDatagramChannel(StandardProtocolFamily.INET)) {
            assertThrows(UnsupportedAddressTypeException.class, () -> channel.bind(six));
            assertThrows(UnsupportedAddressTypeException.class, () -> channel.connect(six));
            assertThrows(
                    UnsupportedAddressTypeException.class,
                    () -> channel.send(ByteBuffer.allocate(1), six));
            channel.bind(null);
            assertEquals(
                    InetAddress.ofLiteral("0.0.0.0"),
                    ((InetSocketAddress) channel.getLocalAddress()).getAddress());
        }
    }

    @ParameterizedTest
    @EnumSource
    void theWildcardIsToldAsTheKernelTellsIt(Ground ground) throws IOException {
        try (World world = new World(ground);
                DatagramChannel both = world.provider().openDatagramChannel();
                DatagramChannel six =
                        world.provider().openDatagramChannel(StandardProtocolFamily.INET6)) {
            both.bind(new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), 0));
            six.bind(null);
            assertEquals(
                    InetAddress.ofLiteral("::"),
                    ((InetSocketAddress) both.getLocalAddress()).getAddress());
            assertEquals(
                    InetAddress.ofLiteral("::"),
                    ((InetSocketAddress) six.getLocalAddress()).getAddress());
        }
    }

    @ParameterizedTest
    @EnumSource
    void nobodyHasPort0(Ground ground) throws IOException {
        try (World world = new World(ground);
                DatagramChannel channel = world.provider().openDatagramChannel()) {
            assertEquals(
                    "Can't connect to port 0",
                    assertThrows(SocketException.class, () -> channel.connect(world.at(0)))
                            .getMessage());
            assertEquals(
                    "Can't send to port 0",
                    assertThrows(
                                    SocketException.class,
                                    () -> channel.send(ByteBuffer.allocate(1), world.at(0)))
                            .getMessage());
            assertNotNull(channel.getLocalAddress());
            assertFalse(channel.isConnected());
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsNotConnectedDoesNotReadOrWrite(Ground ground) throws IOException {
        ByteBuffer fixed = ByteBuffer.allocate(1).asReadOnlyBuffer();
        try (World world = new World(ground);
                DatagramChannel channel = world.provider().openDatagramChannel()) {
            assertThrows(NotYetConnectedException.class, () -> channel.read(ONE[0]));
            assertThrows(NotYetConnectedException.class, () -> channel.read(fixed));
            assertThrows(NotYetConnectedException.class, () -> channel.read(ONE));
            assertThrows(NotYetConnectedException.class, () -> channel.read(ONE, 0, 1));
            assertThrows(NotYetConnectedException.class, () -> channel.write(ONE[0]));
            assertThrows(NotYetConnectedException.class, () -> channel.write(ONE));
            assertThrows(NotYetConnectedException.class, () -> channel.write(ONE, 0, 1));
            assertThrows(NullPointerException.class, () -> channel.read((ByteBuffer) null));
            assertThrows(NullPointerException.class, () -> channel.write((ByteBuffer) null));
            assertThrows(IndexOutOfBoundsException.class, () -> channel.write(ONE, 0, 2));
            assertThrows(IndexOutOfBoundsException.class, () -> channel.read(ONE, 2, 0));
            assertThrows(IllegalArgumentException.class, () -> channel.receive(fixed));
            assertThrows(NullPointerException.class, () -> channel.receive(null));
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsConnectedIsNotConnectedAgain(Ground ground) throws IOException {
        ByteBuffer fixed = ByteBuffer.allocate(1).asReadOnlyBuffer();
        try (World world = new World(ground);
                DatagramChannel channel = world.provider().openDatagramChannel()) {
            assertEquals(channel, channel.disconnect());
            channel.connect(world.at(9));
            assertTrue(channel.isConnected());
            assertEquals(world.at(9), channel.getRemoteAddress());
            assertThrows(AlreadyConnectedException.class, () -> channel.connect(world.at(9)));
            assertThrows(AlreadyConnectedException.class, () -> channel.connect(world.at(0)));
            assertThrows(AlreadyConnectedException.class, () -> channel.send(ONE[0], world.at(10)));
            assertThrows(IllegalArgumentException.class, () -> channel.read(fixed));
            assertThrows(AlreadyBoundException.class, () -> channel.bind(null));
            channel.disconnect();
            assertFalse(channel.isConnected());
            assertNull(channel.getRemoteAddress());
            channel.connect(world.at(10));
            channel.close();
            assertFalse(channel.isConnected());
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsClosedSaysSo(Ground ground) throws IOException {
        try (World world = new World(ground)) {
            for (boolean isBound : new boolean[] {false, true}) {
                DatagramChannel channel = world.provider().openDatagramChannel();
                if (isBound) {
                    channel.bind(null);
                }
                channel.close();
                channel.close();
                assertFalse(channel.isOpen());
                assertClosed(() -> channel.bind(null));
                assertClosed(() -> channel.bind(UnixDomainSocketAddress.of("/nowhere")));
                assertClosed(() -> channel.connect(world.at(9)));
                assertClosed(channel::getLocalAddress);
                assertClosed(channel::getRemoteAddress);
                assertClosed(() -> channel.receive(ByteBuffer.allocate(1)));
                assertClosed(() -> channel.send(ByteBuffer.allocate(1), world.at(9)));
                assertClosed(() -> channel.read(ByteBuffer.allocate(1).asReadOnlyBuffer()));
                assertClosed(() -> channel.write(ByteBuffer.allocate(1)));
                assertClosed(() -> channel.read(ONE));
                assertClosed(() -> channel.write(ONE));
                assertClosed(() -> channel.setOption(StandardSocketOptions.SO_RCVBUF, 9));
                assertClosed(() -> channel.getOption(StandardSocketOptions.SO_RCVBUF));
                assertClosed(() -> channel.configureBlocking(false));
                assertEquals(channel, channel.disconnect());
            }
        }
    }

    private static void assertClosed(Datagram.Doing doing) {
        assertThrows(ClosedChannelException.class, doing::run);
    }

    @ParameterizedTest
    @EnumSource
    void aPortThatIsTakenIsRefusedAndAnotherCanBeTried(Ground ground) throws IOException {
        try (World world = new World(ground);
                DatagramChannel first = world.provider().openDatagramChannel();
                DatagramChannel second = world.provider().openDatagramChannel();
                DatagramChannel third = world.provider().openDatagramChannel()) {
            first.bind(world.at(0));
            int port = Datagram.port(first);
            assertThrows(BindException.class, () -> second.bind(world.at(port)));
            assertNull(second.getLocalAddress());
            assertThrows(BindException.class, () -> second.bind(new InetSocketAddress(port)));
            second.bind(new InetSocketAddress(0));
            // An address of nobody.
            assertThrows(
                    BindException.class,
                    () ->
                            third.bind(
                                    new InetSocketAddress(
                                            InetAddress.ofLiteral("198.51.100.9"), 0)));
            third.bind(world.at(0));
            second.send(Datagram.of("here"), third.getLocalAddress());
            assertEquals("here", Datagram.text(third));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aChannelOnAPortThatAStackHasTriesAgainWhereItIsFree(Ground ground) throws IOException {
        try (World world = new World(ground);
                DatagramChannel first = world.provider().openDatagramChannel();
                DatagramChannel second = world.provider().openDatagramChannel()) {
            first.bind(world.at(0));
            assertThrows(
                    BindException.class,
                    () -> second.bind(new InetSocketAddress(Datagram.port(first))));
            first.close();
            second.bind(null);
            try (DatagramChannel client = world.provider().openDatagramChannel()) {
                client.send(Datagram.of("again"), world.at(Datagram.port(second)));
                assertEquals("again", Datagram.text(second));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aConnectedChannelHearsItsPeerAndOthersAgainOnceItIsDisconnected(Ground ground)
            throws IOException {
        try (World world = new World(ground);
                DatagramChannel channel = world.provider().openDatagramChannel();
                DatagramChannel peer = world.provider().openDatagramChannel();
                DatagramChannel other = world.provider().openDatagramChannel()) {
            peer.bind(world.at(0));
            channel.bind(null);
            InetSocketAddress before = (InetSocketAddress) channel.getLocalAddress();
            other.bind(null);
            peer.send(Datagram.of("before"), reach(world, channel));
            // What was sent later has arrived, so that has, too.
            peer.send(Datagram.of("after"), reach(world, other));
            assertEquals("after", Datagram.text(other));
            channel.connect(peer.getLocalAddress());
            assertEquals(peer.getLocalAddress(), channel.getRemoteAddress());
            assertFalse(
                    ((InetSocketAddress) channel.getLocalAddress())
                            .getAddress()
                            .isAnyLocalAddress());
            assertEquals(before.getPort(), Datagram.port(channel));
            channel.configureBlocking(false);
            assertNull(channel.receive(ByteBuffer.allocate(9)), "it was flushed");
            channel.configureBlocking(true);

            InetSocketAddress at = (InetSocketAddress) channel.getLocalAddress();
            other.send(Datagram.of("other"), at);
            peer.send(Datagram.of("peer"), at);
            assertEquals("peer", Datagram.text(channel));
            assertEquals(1, channel.write(ByteBuffer.allocate(1)));
            assertEquals(1, channel.send(ByteBuffer.allocate(1), peer.getLocalAddress()));

            channel.disconnect();
            assertEquals(before, channel.getLocalAddress());
            other.send(Datagram.of("again"), reach(world, channel));
            assertEquals("again", Datagram.text(channel));
        }
    }

    /** Where a peer at the server's address reaches a channel on the wildcard. */
    private static InetSocketAddress reach(World world, DatagramChannel channel)
            throws IOException {
        String host = world.ground() == Ground.STACK ? "192.0.2.2" : "127.0.0.1";
        return new InetSocketAddress(host, Datagram.port(channel));
    }

    @ParameterizedTest
    @EnumSource
    void itConnectsToOneAfterTheOther(Ground ground) throws IOException {
        try (World world = new World(ground);
                DatagramChannel channel = world.provider().openDatagramChannel();
                DatagramChannel near = world.provider().openDatagramChannel();
                DatagramChannel far = world.provider().openDatagramChannel()) {
            near.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
            far.bind(world.at(0));
            for (int i = 0; i < 3; i++) {
                for (DatagramChannel each : new DatagramChannel[] {near, far}) {
                    channel.connect(each.getLocalAddress());
                    channel.write(Datagram.of("to " + i));
                    ByteBuffer room = ByteBuffer.allocate(100);
                    SocketAddress from = each.receive(room);
                    assertEquals("to " + i, Datagram.text(room));
                    assertEquals(channel.getLocalAddress(), from);
                    each.send(Datagram.of("back " + i), from);
                    room.clear();
                    assertEquals(6, channel.read(room));
                    assertEquals("back " + i, Datagram.text(room));
                    channel.disconnect();
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void itConnectsToTheWildcardWhichIsThisMachine(Ground ground) throws IOException {
        try (World world = new World(ground);
                DatagramChannel channel = world.provider().openDatagramChannel()) {
            InetSocketAddress any = new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), 9);
            channel.connect(any);
            assertEquals(any, channel.getRemoteAddress());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSelectorKnowsAChannelThatIsNotBound(Ground ground) throws IOException {
        try (World world = new World(ground);
                Selector selector = world.provider().openSelector();
                DatagramChannel channel = world.provider().openDatagramChannel()) {
            assertEquals(SelectionKey.OP_READ | SelectionKey.OP_WRITE, channel.validOps());
            assertThrows(
                    IllegalBlockingModeException.class,
                    () -> channel.register(selector, SelectionKey.OP_READ));
            channel.configureBlocking(false);
            assertThrows(
                    IllegalArgumentException.class,
                    () -> channel.register(selector, SelectionKey.OP_CONNECT));
            SelectionKey key =
                    channel.register(selector, SelectionKey.OP_WRITE | SelectionKey.OP_READ);
            assertEquals(1, selector.select(5_000));
            assertEquals(SelectionKey.OP_WRITE, key.readyOps());
            selector.selectedKeys().clear();
            channel.bind(world.at(0));
            key.interestOps(SelectionKey.OP_READ);
            assertEquals(0, selector.selectNow());
            try (DatagramChannel client = world.provider().openDatagramChannel()) {
                client.send(ByteBuffer.allocate(3), channel.getLocalAddress());
                assertEquals(1, selector.select(5_000));
                assertTrue(key.isReadable());
            }
            channel.close();
            assertFalse(key.isValid());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSelectorIsQuietWhereAConnectedChannelDoesNotHear(Ground ground) throws IOException {
        try (World world = new World(ground);
                Selector selector = world.provider().openSelector();
                DatagramChannel channel = world.provider().openDatagramChannel();
                DatagramChannel peer = world.provider().openDatagramChannel();
                DatagramChannel other = world.provider().openDatagramChannel()) {
            peer.bind(world.at(0));
            channel.bind(null);
            channel.configureBlocking(false);
            SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
            channel.connect(peer.getLocalAddress());
            int port = Datagram.port(channel);
            other.send(
                    ByteBuffer.allocate(1),
                    new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
            other.send(ByteBuffer.allocate(1), reach(world, channel));
            assertEquals(0, selector.select(50));
            peer.send(Datagram.of("peer"), channel.getLocalAddress());
            assertEquals(1, selector.select(5_000));
            assertEquals("peer", Datagram.text(channel));
            channel.disconnect();
            selector.selectedKeys().clear();
            assertEquals(0, selector.selectNow());
            other.send(
                    Datagram.of("loop"),
                    new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
            assertEquals(1, selector.select(5_000));
            assertTrue(key.isReadable());
            assertEquals("loop", Datagram.text(channel));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aChannelWhoseKeyIsCancelledMayWaitAgainAtOnce(Ground ground) throws IOException {
        try (World world = new World(ground);
                Selector selector = world.provider().openSelector();
                DatagramChannel client = world.provider().openDatagramChannel()) {
            for (InetSocketAddress local :
                    new InetSocketAddress[] {
                        world.at(0), new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0)
                    }) {
                try (DatagramChannel server = world.provider().openDatagramChannel()) {
                    server.bind(local);
                    for (int i = 0; i < 3; i++) {
                        server.configureBlocking(false);
                        SelectionKey key = server.register(selector, SelectionKey.OP_READ);
                        client.send(Datagram.of("waits"), server.getLocalAddress());
                        assertEquals(1, selector.select(5_000));
                        key.cancel();
                        server.configureBlocking(true);
                        assertEquals("waits", Datagram.text(server));
                        selector.selectNow();
                        assertTrue(selector.keys().isEmpty());
                    }
                }
            }
        }
    }
}
