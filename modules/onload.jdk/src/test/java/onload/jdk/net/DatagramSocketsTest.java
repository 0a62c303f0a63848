package onload.jdk.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.jdk.Ground;
import onload.jdk.World;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.PortUnreachableException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.util.Arrays;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;

/** What datagram sockets of java.net do, those of channels and those of their own, on every ground. */
@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DatagramSocketsTest {
    private static final Worlds WORLDS = new Worlds();

    @AfterAll
    static void closeWorlds() {
        WORLDS.close();
    }

    static Stream<Arguments> everywhere() {
        return Arrays.stream(Ground.values())
                .flatMap(ground -> Arrays.stream(Maker.values()).map(m -> Arguments.of(ground, m)));
    }

    /** Closes it, whether it is closed or not. */
    private record Closing(DatagramSocket socket) implements AutoCloseable {
        @Override
        public void close() {
            socket.close();
        }
    }

    /** One at the servers' address, another one that is not bound. */
    private static final class Two implements AutoCloseable {
        final World world;
        final DatagramSocket server;
        final DatagramSocket client;

        Two(Ground ground, Maker maker) throws IOException {
            world = WORLDS.of(ground);
            server = maker.datagramSocket(world);
            server.bind(world.at(0));
            client = maker.datagramSocket(world);
            server.setSoTimeout(10_000);
            client.setSoTimeout(10_000);
        }

        DatagramPacket to(byte... bytes) {
            return new DatagramPacket(
                    bytes,
                    bytes.length,
                    new InetSocketAddress(world.host(), server.getLocalPort()));
        }

        @Override
        public void close() {
            server.close();
            client.close();
        }
    }

    private static void assertText(String expected, Exception thrown) {
        assertEquals(expected, thrown.getMessage());
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void aFreshSocketIsNothing(Ground ground, Maker maker) throws IOException {
        try (Closing closing = new Closing(maker.datagramSocket(WORLDS.of(ground)))) {
            DatagramSocket socket = closing.socket;
            assertFalse(socket.isBound());
            assertFalse(socket.isConnected());
            assertFalse(socket.isClosed());
            assertEquals(-1, socket.getPort());
            assertEquals(0, socket.getLocalPort());
            assertNull(socket.getInetAddress());
            assertNull(socket.getRemoteSocketAddress());
            assertNull(socket.getLocalSocketAddress());
            assertTrue(socket.getLocalAddress().isAnyLocalAddress());
            socket.close();
            assertTrue(socket.isClosed());
            assertEquals(-1, socket.getLocalPort());
            assertNull(socket.getLocalAddress());
            assertThrows(SocketException.class, socket::getSoTimeout);
            assertThrows(SocketException.class, socket::getReceiveBufferSize);
        }
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void datagramsGoThereAndBack(Ground ground, Maker maker) throws IOException {
        try (Two two = new Two(ground, maker)) {
            two.client.send(two.to((byte) 1, (byte) 2, (byte) 3));
            assertTrue(two.client.getLocalPort() > 0);
            DatagramPacket got = new DatagramPacket(new byte[100], 10, 50);
            two.server.receive(got);
            assertEquals(3, got.getLength());
            assertEquals(10, got.getOffset());
            assertArrayEquals(new byte[] {0, 1, 2, 3, 0}, Arrays.copyOfRange(got.getData(), 9, 14));
            assertEquals(two.client.getLocalPort(), got.getPort());
            two.server.send(got);
            DatagramPacket back = new DatagramPacket(new byte[2], 2);
            two.client.receive(back);
            assertEquals(2, back.getLength());
            assertArrayEquals(new byte[] {1, 2}, back.getData());
            assertEquals(
                    new InetSocketAddress(two.world.host(), two.server.getLocalPort()),
                    back.getSocketAddress());
        }
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void onePacketIsReceivedIntoAgainWithAllItsRoom(Ground ground, Maker maker) throws IOException {
        try (Two two = new Two(ground, maker)) {
            DatagramPacket got = new DatagramPacket(new byte[100], 60);
            for (int length : new int[] {1, 30, 0, 60, 80}) {
                two.client.send(two.to(new byte[length]));
                two.server.receive(got);
                assertEquals(Math.min(60, length), got.getLength());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void aReceiveTimesOutAndTheNextOneGetsTheDatagram(Ground ground, Maker maker)
            throws IOException {
        try (Two two = new Two(ground, maker)) {
            two.server.setSoTimeout(30);
            assertEquals(30, two.server.getSoTimeout());
            DatagramPacket got = new DatagramPacket(new byte[10], 10);
            long startNs = System.nanoTime();
            assertText(
                    "Receive timed out",
                    assertThrows(SocketTimeoutException.class, () -> two.server.receive(got)));
            assertTrue(System.nanoTime() - startNs >= 29_000_000);
            two.server.setSoTimeout(10_000);
            two.client.send(two.to((byte) 7));
            two.server.receive(got);
            two.server.setSoTimeout(0);
            two.client.send(two.to((byte) 8));
            two.server.receive(got);
            assertEquals(8, got.getData()[0]);
            assertThrows(IllegalArgumentException.class, () -> two.server.setSoTimeout(-1));
        }
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void aSocketAtTheWildcardHearsEverybodyAndAnswers(Ground ground, Maker maker)
            throws IOException {
        World world = WORLDS.of(ground);
        try (DatagramSocket server = maker.datagramSocket(world)) {
            server.bind(null);
            server.setSoTimeout(10_000);
            assertTrue(server.getLocalAddress().isAnyLocalAddress());
            for (InetAddress host :
                    new InetAddress[] {
                        world.host(), InetAddress.ofLiteral("127.0.0.1"), world.host()
                    }) {
                try (DatagramSocket client = maker.datagramSocket(world)) {
                    client.setSoTimeout(10_000);
                    client.connect(host, server.getLocalPort());
                    client.send(new DatagramPacket(new byte[] {4}, 1));
                    DatagramPacket got = new DatagramPacket(new byte[9], 9);
                    server.receive(got);
                    assertEquals(client.getLocalPort(), got.getPort());
                    server.send(got);
                    client.receive(got);
                    assertEquals(4, got.getData()[0]);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void aConnectedSocketHasOnePeerUntilItGetsAnother(Ground ground, Maker maker)
            throws IOException {
        try (Two two = new Two(ground, maker);
                DatagramSocket other = maker.datagramSocket(two.world)) {
            other.bind(two.world.at(0));
            other.setSoTimeout(10_000);
            InetSocketAddress peer =
                    new InetSocketAddress(two.world.host(), two.server.getLocalPort());
            two.client.connect(peer);
            assertTrue(two.client.isConnected());
            assertEquals(peer, two.client.getRemoteSocketAddress());
            assertEquals(peer.getPort(), two.client.getPort());
            DatagramPacket unaddressed = new DatagramPacket(new byte[] {6}, 1);
            two.client.send(unaddressed);
            assertEquals(peer, unaddressed.getSocketAddress());
            DatagramPacket elsewhere =
                    new DatagramPacket(new byte[1], 1, two.world.at(other.getLocalPort()));
            assertThrows(IllegalArgumentException.class, () -> two.client.send(elsewhere));
            two.client.connect(two.world.host(), other.getLocalPort());
            two.client.send(elsewhere);
            other.receive(elsewhere);
            assertEquals(two.client.getLocalPort(), elsewhere.getPort());
            two.client.disconnect();
            assertFalse(two.client.isConnected());
            two.client.send(two.to((byte) 5));
            DatagramPacket got = new DatagramPacket(new byte[9], 9);
            two.server.receive(got);
            two.server.receive(got);
            assertEquals(5, got.getData()[0]);
        }
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void aPortWithoutReceiverIsToldToWhoIsConnected(Ground ground, Maker maker) throws IOException {
        try (Two two = new Two(ground, maker)) {
            two.client.connect(two.world.host(), two.server.getLocalPort());
            two.server.close();
            two.client.send(new DatagramPacket(new byte[1], 1));
            assertThrows(
                    PortUnreachableException.class,
                    () -> two.client.receive(new DatagramPacket(new byte[1], 1)));
        }
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void whatCannotBeSentIsRefused(Ground ground, Maker maker) throws IOException {
        try (Two two = new Two(ground, maker);
                DatagramSocket second = maker.datagramSocket(two.world)) {
            assertThrows(
                    SocketException.class,
                    () -> two.client.send(new DatagramPacket(new byte[1], 1, two.world.at(0))));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> two.client.send(new DatagramPacket(new byte[1], 1)));
            assertThrows(IOException.class, () -> two.client.send(two.to(new byte[65_530])));
            assertThrows(
                    BindException.class,
                    () -> second.bind(two.world.at(two.server.getLocalPort())));
        }
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void closingEndsAReceiveOfAnotherThread(Ground ground, Maker maker) throws Exception {
        World world = WORLDS.of(ground);
        for (InetSocketAddress at :
                new InetSocketAddress[] {world.at(0), new InetSocketAddress(0)}) {
            for (int timeout : new int[] {0, 10_000}) {
                DatagramSocket socket = maker.datagramSocket(world);
                socket.bind(at);
                socket.setSoTimeout(timeout);
                FutureTask<Void> receiving =
                        new FutureTask<>(() -> {
                            socket.receive(new DatagramPacket(new byte[1], 1));
                            return null;
                        });
                Thread.ofPlatform().daemon().start(receiving);
                Thread.sleep(10);
                socket.close();
                Throwable end = assertThrows(ExecutionException.class, receiving::get).getCause();
                assertText("Socket closed", assertInstanceOf(SocketException.class, end));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void optionsAreWhatWasSet(Ground ground, Maker maker) throws IOException {
        try (Two two = new Two(ground, maker)) {
            for (DatagramSocket each : new DatagramSocket[] {two.server, two.client}) {
                each.setBroadcast(true);
                assertTrue(each.getBroadcast());
                each.setReceiveBufferSize(50_000);
                assertEquals(50_000, each.getReceiveBufferSize());
                each.setSendBufferSize(60_000);
                assertEquals(60_000, each.getSendBufferSize());
                each.setTrafficClass(0x10);
                assertEquals(0x10, each.getTrafficClass());
                each.setOption(StandardSocketOptions.IP_MULTICAST_TTL, 5);
                assertEquals(5, each.getOption(StandardSocketOptions.IP_MULTICAST_TTL));
                each.setOption(StandardSocketOptions.IP_MULTICAST_LOOP, false);
                assertFalse(each.getOption(StandardSocketOptions.IP_MULTICAST_LOOP));
                assertNull(each.getOption(StandardSocketOptions.IP_MULTICAST_IF));
                assertThrows(
                        UnsupportedOperationException.class,
                        () -> each.getOption(StandardSocketOptions.TCP_NODELAY));
                assertThrows(IllegalArgumentException.class, () -> each.setReceiveBufferSize(0));
            }
            two.client.setReuseAddress(true);
            assertTrue(two.client.getReuseAddress());
            assertFalse(two.server.getReuseAddress());
        }
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void aGroupIsJoinedAndLeft(Ground ground, Maker maker) throws IOException {
        InetSocketAddress group = new InetSocketAddress(InetAddress.ofLiteral("239.1.2.3"), 0);
        NetworkInterface loopback = NetworkInterface.getByName("lo");
        World world = WORLDS.of(ground);
        try (DatagramSocket member = maker.datagramSocket(world);
                DatagramSocket sender = maker.datagramSocket(world)) {
            member.bind(null);
            member.setSoTimeout(10_000);
            assertThrows(
                    SocketException.class,
                    () ->
                            member.joinGroup(
                                    new InetSocketAddress(InetAddress.ofLiteral("10.0.0.1"), 0),
                                    loopback));
            member.joinGroup(group, loopback);
            assertThrows(SocketException.class, () -> member.joinGroup(group, loopback));
            sender.setOption(StandardSocketOptions.IP_MULTICAST_IF, loopback);
            sender.send(
                    new DatagramPacket(
                            new byte[] {9},
                            1,
                            new InetSocketAddress(group.getAddress(), member.getLocalPort())));
            DatagramPacket got = new DatagramPacket(new byte[9], 9);
            member.receive(got);
            assertEquals(9, got.getData()[0]);
            member.leaveGroup(group, loopback);
            assertThrows(SocketException.class, () -> member.leaveGroup(group, loopback));
        }
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptOfAPlatformThreadLeavesASocketOfItsOwnAlone(Ground ground) throws Exception {
        World world = WORLDS.of(ground);
        for (InetSocketAddress at :
                new InetSocketAddress[] {world.at(0), new InetSocketAddress(0)}) {
            for (int timeout : new int[] {0, 10_000}) {
                try (DatagramSocket server = Maker.SOCKET.datagramSocket(world);
                        DatagramSocket client = Maker.SOCKET.datagramSocket(world)) {
                    server.bind(at);
                    server.setSoTimeout(timeout);
                    FutureTask<Boolean> receiving =
                            new FutureTask<>(() -> {
                                server.receive(new DatagramPacket(new byte[1], 1));
                                return Thread.currentThread().isInterrupted();
                            });
                    Thread receiver = Thread.ofPlatform().start(receiving);
                    for (int i = 0; i < 5; i++) {
                        receiver.interrupt();
                        Thread.sleep(2);
                    }
                    assertFalse(receiving.isDone());
                    client.send(
                            new DatagramPacket(new byte[1], 1, world.at(server.getLocalPort())));
                    assertTrue(receiving.get());
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptOfAVirtualThreadClosesASocketOfItsOwn(Ground ground) throws Exception {
        World world = WORLDS.of(ground);
        for (InetSocketAddress at :
                new InetSocketAddress[] {world.at(0), new InetSocketAddress(0)}) {
            try (DatagramSocket server = Maker.SOCKET.datagramSocket(world)) {
                server.bind(at);
                FutureTask<Void> receiving =
                        new FutureTask<>(() -> {
                            server.receive(new DatagramPacket(new byte[1], 1));
                            return null;
                        });
                Thread.ofVirtual().start(receiving).interrupt();
                Throwable end = assertThrows(ExecutionException.class, receiving::get).getCause();
                assertText("Closed by interrupt", assertInstanceOf(SocketException.class, end));
                assertThrows(
                        SocketException.class,
                        () -> server.receive(new DatagramPacket(new byte[1], 1)));
            }
        }
    }
}
