package onload.jdk.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import static java.nio.charset.StandardCharsets.UTF_8;

import onload.jdk.Ground;
import onload.jdk.World;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;

/** What sockets of java.net do, those of channels and those of their own, on every ground. */
@Timeout(value = 10, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SocketsTest {
    private static final Worlds WORLDS = new Worlds();

    @AfterAll
    static void closeWorlds() {
        WORLDS.close();
    }

    static Stream<Arguments> everywhere() {
        return Arrays.stream(Ground.values())
                .flatMap(ground -> Arrays.stream(Maker.values()).map(m -> Arguments.of(ground, m)));
    }

    private static <T> FutureTask<T> start(Callable<T> call) {
        FutureTask<T> task = new FutureTask<>(call);
        Thread.ofPlatform().daemon().start(task);
        return task;
    }

    private static IOException thrown(FutureTask<?> task) {
        Throwable cause = assertThrows(ExecutionException.class, task::get).getCause();
        return assertInstanceOf(IOException.class, cause);
    }

    private static void assertText(@Nullable String expected, Exception thrown) {
        assertEquals(expected, thrown.getMessage());
    }

    // States.

    @ParameterizedTest
    @MethodSource("everywhere")
    void aFreshSocketIsNothing(Ground ground, Maker maker) throws IOException {
        World world = WORLDS.of(ground);
        try (Socket socket = maker.socket(world)) {
            assertFalse(socket.isBound());
            assertFalse(socket.isConnected());
            assertFalse(socket.isClosed());
            assertEquals(0, socket.getPort());
            assertEquals(-1, socket.getLocalPort());
            assertNull(socket.getInetAddress());
            assertTrue(socket.getLocalAddress().isAnyLocalAddress());
            assertNull(socket.getRemoteSocketAddress());
            assertNull(socket.getLocalSocketAddress());
            assertEquals("Socket[unconnected]", socket.toString());
            assertText(
                    "Socket is not connected",
                    assertThrows(SocketException.class, socket::getInputStream));
            assertText(
                    "Socket is not connected",
                    assertThrows(SocketException.class, socket::getOutputStream));
            assertThrows(SocketException.class, socket::shutdownInput);
            assertThrows(SocketException.class, socket::shutdownOutput);
        }
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void aConnectedSocketKnowsBothEnds(Ground ground, Maker maker) throws IOException {
        try (Connected pair = new Connected(WORLDS.of(ground), maker)) {
            Socket client = pair.client;
            assertTrue(client.isBound());
            assertTrue(client.isConnected());
            assertTrue(pair.accepted.isConnected());
            assertTrue(pair.accepted.isBound());
            assertEquals(pair.server.getLocalPort(), client.getPort());
            assertEquals(pair.world.host(), client.getInetAddress());
            assertEquals(client.getLocalSocketAddress(), pair.accepted.getRemoteSocketAddress());
            assertEquals(client.getRemoteSocketAddress(), pair.accepted.getLocalSocketAddress());
            assertEquals(client.getLocalPort(), pair.accepted.getPort());
            assertEquals(client.getLocalAddress(), pair.accepted.getInetAddress());
            assertEquals(
                    "Socket[addr="
                            + client.getInetAddress()
                            + ",port="
                            + client.getPort()
                            + ",localport="
                            + client.getLocalPort()
                            + "]",
                    client.toString());
            assertText(
                    "Already connected",
                    assertThrows(
                            SocketException.class,
                            () -> client.connect(client.getRemoteSocketAddress())));
        }
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void aClosedSocketSaysSo(Ground ground, Maker maker) throws IOException {
        try (Connected pair = new Connected(WORLDS.of(ground), maker)) {
            Socket client = pair.client;
            int port = client.getPort();
            InputStream in = client.getInputStream();
            OutputStream out = client.getOutputStream();
            client.close();
            client.close();
            assertTrue(client.isClosed());
            assertTrue(client.isBound());
            assertEquals(port, client.getPort());
            assertEquals(pair.accepted.getPort(), client.getLocalPort());
            assertThrows(IOException.class, () -> in.read());
            assertThrows(IOException.class, () -> out.write(1));
            for (Callable<?> each :
                    new Callable<?>[] {
                        client::getInputStream,
                        client::getOutputStream,
                        client::getTcpNoDelay,
                        client::getSoTimeout,
                        client::getSoLinger,
                        client::getSendBufferSize,
                        client::getOOBInline,
                    }) {
                assertText("Socket is closed", assertThrows(SocketException.class, each::call));
            }
        }
    }

    // Bytes.

    @ParameterizedTest
    @MethodSource("everywhere")
    void readsOfManySizesGetTheBytesInOrder(Ground ground, Maker maker) throws Exception {
        byte[] sent = new byte[300_000];
        new Random(7).nextBytes(sent);
        try (Connected pair = new Connected(WORLDS.of(ground), maker)) {
            FutureTask<Void> writing =
                    start(() -> {
                        OutputStream out = pair.client.getOutputStream();
                        int at = 0;
                        for (int size = 1; at < sent.length; size = size * 3 % 40_009 + 1) {
                            int length = Math.min(size, sent.length - at);
                            out.write(sent, at, length);
                            at += length;
                        }
                        pair.client.shutdownOutput();
                        return null;
                    });
            InputStream in = pair.accepted.getInputStream();
            ByteArrayOutputStream got = new ByteArrayOutputStream();
            got.write(in.read());
            byte[] some = new byte[70_000];
            for (int size = 1; got.size() < 100_000; size = size * 5 % 60_013 + 1) {
                got.write(some, 3, in.read(some, 3, size));
            }
            int skipped = got.size();
            in.skipNBytes(1000);
            got.write(sent, skipped, 1000);
            got.write(in.readNBytes(5000));
            in.transferTo(got);
            assertArrayEquals(sent, got.toByteArray());
            assertEquals(-1, in.read());
            assertEquals(-1, in.read(some));
            assertEquals(0, in.read(some, 0, 0));
            assertEquals(0, in.available());
            writing.get();
        }
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void badRangesAreRefused(Ground ground, Maker maker) throws IOException {
        try (Connected pair = new Connected(WORLDS.of(ground), maker)) {
            InputStream in = pair.client.getInputStream();
            OutputStream out = pair.client.getOutputStream();
            byte[] four = new byte[4];
            assertThrows(IndexOutOfBoundsException.class, () -> in.read(four, 1, 4));
            assertThrows(IndexOutOfBoundsException.class, () -> in.read(four, -1, 1));
            assertThrows(IndexOutOfBoundsException.class, () -> out.write(four, 3, 2));
            assertThrows(NullPointerException.class, () -> in.read(null, 0, 1));
            out.write(four, 0, 0);
        }
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void availableTellsWhatHasCome(Ground ground, Maker maker) throws IOException {
        try (Connected pair = new Connected(WORLDS.of(ground), maker)) {
            InputStream in = pair.accepted.getInputStream();
            assertEquals(0, in.available());
            pair.client.getOutputStream().write(new byte[10]);
            while (in.available() < 10) {
                Thread.onSpinWait();
            }
            assertEquals(3, in.read(new byte[3]));
            assertEquals(7, in.available());
        }
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void urgentDataGoesInTheStreamOfWhoWantsItThere(Ground ground, Maker maker) throws IOException {
        try (Connected pair = new Connected(WORLDS.of(ground), maker)) {
            pair.accepted.setOOBInline(true);
            assertTrue(pair.accepted.getOOBInline());
            assertFalse(pair.client.getOOBInline());
            pair.client.getOutputStream().write('a');
            pair.client.sendUrgentData('b');
            pair.client.getOutputStream().write('c');
            assertEquals("abc", new String(pair.accepted.getInputStream().readNBytes(3), UTF_8));
        }
    }

    // Time-outs.

    @ParameterizedTest
    @MethodSource("everywhere")
    void aReadTimesOutAndTheNextOneGetsTheBytes(Ground ground, Maker maker) throws IOException {
        try (Connected pair = new Connected(WORLDS.of(ground), maker)) {
            InputStream in = pair.client.getInputStream();
            pair.client.setSoTimeout(30);
            assertEquals(30, pair.client.getSoTimeout());
            long startNs = System.nanoTime();
            SocketTimeoutException over =
                    assertThrows(SocketTimeoutException.class, () -> in.read());
            assertText("Read timed out", over);
            assertTrue(System.nanoTime() - startNs >= 29_000_000);
            pair.accepted.getOutputStream().write(5);
            pair.client.setSoTimeout(5_000);
            assertEquals(5, in.read());
        }
    }

    /** As drivers of databases poll for notifications. */
    @ParameterizedTest
    @MethodSource("everywhere")
    void pollingByAMillisecondLosesNothing(Ground ground, Maker maker) throws Exception {
        try (Connected pair = new Connected(WORLDS.of(ground), maker)) {
            FutureTask<Void> writing =
                    start(() -> {
                        OutputStream out = pair.accepted.getOutputStream();
                        for (int i = 0; i < 200; i++) {
                            out.write(i);
                            if (i % 10 == 0) {
                                Thread.sleep(2);
                            }
                        }
                        return null;
                    });
            InputStream in = pair.client.getInputStream();
            pair.client.setSoTimeout(1);
            int expected = 0;
            while (expected < 200) {
                try {
                    assertEquals(expected, in.read());
                    expected++;
                } catch (SocketTimeoutException e) {
                    // The next one.
                }
            }
            writing.get();
        }
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void anAcceptTimesOutAndTheNextOneAccepts(Ground ground, Maker maker) throws IOException {
        World world = WORLDS.of(ground);
        try (ServerSocket server = maker.serverSocket(world);
                Socket client = maker.socket(world)) {
            server.bind(world.at(0));
            server.setSoTimeout(30);
            assertEquals(30, server.getSoTimeout());
            assertText(
                    "Accept timed out", assertThrows(SocketTimeoutException.class, server::accept));
            client.connect(new InetSocketAddress(world.host(), server.getLocalPort()));
            server.setSoTimeout(5_000);
            server.accept().close();
        }
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void aServerAtTheWildcardTimesOutAndAcceptsFromEverywhere(Ground ground, Maker maker)
            throws IOException {
        World world = WORLDS.of(ground);
        try (ServerSocket server = maker.serverSocket(world)) {
            server.bind(new InetSocketAddress(0));
            server.setSoTimeout(30);
            assertText(
                    "Accept timed out", assertThrows(SocketTimeoutException.class, server::accept));
            server.setSoTimeout(5_000);
            for (InetAddress host :
                    new InetAddress[] {
                        world.host(), InetAddress.ofLiteral("127.0.0.1"), world.host()
                    }) {
                try (Socket client = maker.socket(world)) {
                    client.connect(new InetSocketAddress(host, server.getLocalPort()));
                    try (Socket accepted = server.accept()) {
                        client.getOutputStream().write(9);
                        assertEquals(9, accepted.getInputStream().read());
                        client.shutdownOutput();
                        assertEquals(-1, accepted.getInputStream().read());
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void negativeTimeOutsAreRefused(Ground ground, Maker maker) throws IOException {
        World world = WORLDS.of(ground);
        try (Socket socket = maker.socket(world);
                ServerSocket server = maker.serverSocket(world)) {
            assertThrows(IllegalArgumentException.class, () -> socket.setSoTimeout(-1));
            assertThrows(IllegalArgumentException.class, () -> server.setSoTimeout(-1));
            assertThrows(IllegalArgumentException.class, () -> socket.connect(world.at(1), -1));
            assertThrows(IllegalArgumentException.class, () -> socket.connect(null));
            assertThrows(IllegalArgumentException.class, () -> socket.setReceiveBufferSize(0));
            assertThrows(IllegalArgumentException.class, () -> socket.setSendBufferSize(0));
            assertThrows(IllegalArgumentException.class, () -> server.setReceiveBufferSize(0));
        }
    }

    // Failures.

    @ParameterizedTest
    @MethodSource("everywhere")
    void aPortWithoutServerRefusesAndTheSocketIsClosed(Ground ground, Maker maker)
            throws IOException {
        World world = WORLDS.of(ground);
        for (int timeout : new int[] {0, 5_000}) {
            ServerSocket server = maker.serverSocket(world);
            server.bind(world.at(0));
            InetSocketAddress nobody = new InetSocketAddress(world.host(), server.getLocalPort());
            server.close();
            try (Socket socket = maker.socket(world)) {
                assertText(
                        "Connection refused",
                        assertThrows(
                                ConnectException.class, () -> socket.connect(nobody, timeout)));
                assertTrue(socket.isClosed());
                assertText(
                        "Socket is closed",
                        assertThrows(SocketException.class, () -> socket.setTcpNoDelay(true)));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void anUnresolvedAddressIsAnUnknownHost(Ground ground, Maker maker) throws IOException {
        World world = WORLDS.of(ground);
        try (Socket socket = maker.socket(world)) {
            assertThrows(
                    UnknownHostException.class,
                    () -> socket.connect(InetSocketAddress.createUnresolved("nobody.invalid", 1)));
            assertTrue(socket.isClosed());
        }
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void aPortThatIsTakenCannotBeBound(Ground ground, Maker maker) throws IOException {
        World world = WORLDS.of(ground);
        try (ServerSocket first = maker.serverSocket(world);
                ServerSocket second = maker.serverSocket(world)) {
            first.bind(world.at(0));
            InetSocketAddress same = new InetSocketAddress(world.host(), first.getLocalPort());
            assertThrows(BindException.class, () -> second.bind(same));
            assertFalse(second.isBound());
            assertText(
                    "Already bound", assertThrows(SocketException.class, () -> first.bind(same)));
        }
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void anAddressOfSomebodyElseCannotBeBound(Ground ground, Maker maker) throws IOException {
        World world = WORLDS.of(ground);
        try (Socket socket = maker.socket(world);
                ServerSocket server = maker.serverSocket(world)) {
            InetSocketAddress other =
                    new InetSocketAddress(InetAddress.ofLiteral("198.51.100.77"), 0);
            assertThrows(BindException.class, () -> socket.bind(other));
            assertThrows(BindException.class, () -> server.bind(other));
        }
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void aClientThatIsBoundConnectsFromThere(Ground ground, Maker maker) throws IOException {
        World world = WORLDS.of(ground);
        try (ServerSocket server = maker.serverSocket(world);
                Socket client = maker.socket(world);
                Socket wild = maker.socket(world)) {
            server.bind(world.at(0));
            String local = ground == Ground.STACK ? "192.0.2.2" : "127.0.0.1";
            client.bind(new InetSocketAddress(local, 0));
            int port = client.getLocalPort();
            assertTrue(port > 0);
            assertEquals(InetAddress.ofLiteral(local), client.getLocalAddress());
            assertThrows(SocketException.class, () -> client.bind(null));
            client.connect(new InetSocketAddress(world.host(), server.getLocalPort()));
            Socket accepted = server.accept();
            assertEquals(new InetSocketAddress(local, port), accepted.getRemoteSocketAddress());
            accepted.close();
            wild.bind(null);
            int wildPort = wild.getLocalPort();
            assertTrue(wildPort > 0);
            assertTrue(wild.getLocalAddress().isAnyLocalAddress());
            wild.connect(new InetSocketAddress(world.host(), server.getLocalPort()));
            Socket next = server.accept();
            assertEquals(wildPort, next.getPort());
            assertEquals(wildPort, wild.getLocalPort());
            next.close();
        }
    }

    // Half-closing and resets.

    @ParameterizedTest
    @MethodSource("everywhere")
    void halvesCloseOneByOne(Ground ground, Maker maker) throws IOException {
        try (Connected pair = new Connected(WORLDS.of(ground), maker)) {
            InputStream clientIn = pair.client.getInputStream();
            OutputStream clientOut = pair.client.getOutputStream();
            pair.client.shutdownOutput();
            assertTrue(pair.client.isOutputShutdown());
            assertFalse(pair.client.isInputShutdown());
            assertThrows(IOException.class, () -> clientOut.write(1));
            assertText(
                    "Socket output is shutdown",
                    assertThrows(SocketException.class, pair.client::getOutputStream));
            assertEquals(-1, pair.accepted.getInputStream().read());
            pair.accepted.getOutputStream().write(3);
            assertEquals(3, clientIn.read());
            pair.client.shutdownInput();
            assertTrue(pair.client.isInputShutdown());
            assertEquals(-1, clientIn.read());
            assertEquals(0, clientIn.available());
            assertText(
                    "Socket input is shutdown",
                    assertThrows(SocketException.class, pair.client::getInputStream));
            assertFalse(pair.client.isClosed());
        }
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void lingeringForNoTimeResetsThePeerWhoIsToldEveryTime(Ground ground, Maker maker)
            throws IOException {
        try (Connected pair = new Connected(WORLDS.of(ground), maker)) {
            pair.client.setSoLinger(true, 0);
            assertEquals(0, pair.client.getSoLinger());
            InputStream in = pair.accepted.getInputStream();
            pair.client.close();
            for (int i = 0; i < 3; i++) {
                assertText(
                        "Connection reset", assertThrows(SocketException.class, () -> in.read()));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void aReaderSeesTheEndWhenItsOwnHalfIsClosedByAnotherThread(Ground ground, Maker maker)
            throws Exception {
        try (Connected pair = new Connected(WORLDS.of(ground), maker)) {
            InputStream in = pair.client.getInputStream();
            FutureTask<Integer> reading = start(in::read);
            awaitBlocked(reading);
            pair.client.shutdownInput();
            assertEquals(-1, reading.get());
        }
    }

    /** Long enough for most; that a call waits cannot be seen from outside. */
    private static void awaitBlocked(FutureTask<?> task) throws InterruptedException {
        Thread.sleep(20);
        assertFalse(task.isDone());
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void closingEndsAllCallsOfOtherThreads(Ground ground, Maker maker) throws Exception {
        try (Connected pair = new Connected(WORLDS.of(ground), maker)) {
            InputStream in = pair.client.getInputStream();
            OutputStream out = pair.client.getOutputStream();
            FutureTask<Integer> first = start(in::read);
            FutureTask<Integer> second = start(in::read);
            FutureTask<Void> writing =
                    start(() -> {
                        byte[] many = new byte[1 << 20];
                        while (true) {
                            out.write(many);
                        }
                    });
            FutureTask<Socket> accepting = start(pair.server::accept);
            awaitBlocked(first);
            awaitBlocked(writing);
            pair.client.close();
            pair.server.close();
            @Nullable String text = maker == Maker.SOCKET ? "Socket closed" : null;
            assertText(text, thrown(first));
            thrown(second);
            thrown(writing);
            assertText(text, thrown(accepting));
        }
    }

    // Options.

    @ParameterizedTest
    @MethodSource("everywhere")
    void optionsAreKeptFromBeforeTheConnection(Ground ground, Maker maker) throws IOException {
        World world = WORLDS.of(ground);
        try (ServerSocket server = maker.serverSocket(world);
                Socket client = maker.socket(world)) {
            assertFalse(client.getTcpNoDelay());
            assertFalse(client.getKeepAlive());
            assertEquals(-1, client.getSoLinger());
            assertFalse(client.getReuseAddress());
            assertTrue(server.getReuseAddress());
            client.setTcpNoDelay(true);
            client.setKeepAlive(true);
            client.setSoLinger(true, 7);
            client.setReuseAddress(true);
            client.setReceiveBufferSize(50_000);
            client.setSendBufferSize(60_000);
            client.setTrafficClass(0x10);
            client.setPerformancePreferences(1, 2, 3);
            server.setReceiveBufferSize(70_000);
            server.setReuseAddress(true);
            server.setPerformancePreferences(1, 2, 3);
            server.bind(world.at(0));
            for (int i = 0; i < 2; i++) {
                assertTrue(client.getTcpNoDelay());
                assertTrue(client.getKeepAlive());
                assertEquals(7, client.getSoLinger());
                assertTrue(client.getReuseAddress());
                assertEquals(50_000, client.getReceiveBufferSize());
                assertEquals(60_000, client.getSendBufferSize());
                if (ground == Ground.STACK || i == 0) {
                    assertEquals(0x10, client.getTrafficClass());
                }
                if (i == 0) {
                    client.connect(
                            new InetSocketAddress(world.host(), server.getLocalPort()), 5_000);
                }
            }
            client.setSoLinger(false, 0);
            assertEquals(-1, client.getSoLinger());
            assertEquals(70_000, server.getReceiveBufferSize());
            assertTrue(server.getReuseAddress());
        }
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void optionsByNameAreThoseOfTheKernel(Ground ground, Maker maker) throws IOException {
        World kernel = WORLDS.of(Ground.KERNEL);
        try (Socket model = maker.socket(kernel);
                ServerSocket serverModel = maker.serverSocket(kernel);
                Connected pair = new Connected(WORLDS.of(ground), maker)) {
            assertEquals(model.supportedOptions(), pair.client.supportedOptions());
            assertEquals(model.supportedOptions(), pair.accepted.supportedOptions());
            assertEquals(serverModel.supportedOptions(), pair.server.supportedOptions());
            pair.client.setOption(StandardSocketOptions.TCP_NODELAY, true);
            assertTrue(pair.client.getOption(StandardSocketOptions.TCP_NODELAY));
            pair.accepted.setOption(StandardSocketOptions.SO_LINGER, 3);
            assertEquals(3, pair.accepted.getOption(StandardSocketOptions.SO_LINGER));
            assertThrows(
                    UnsupportedOperationException.class,
                    () -> pair.client.setOption(StandardSocketOptions.IP_MULTICAST_TTL, 1));
            assertThrows(
                    UnsupportedOperationException.class,
                    () -> pair.server.getOption(StandardSocketOptions.TCP_NODELAY));
            for (java.net.SocketOption<?> each : pair.client.supportedOptions()) {
                if (!each.name().equals("SO_INCOMING_NAPI_ID")) {
                    pair.client.getOption(each);
                }
            }
        }
    }

    /** The peer's own end may come between the end of ours and the close. */
    @ParameterizedTest
    @MethodSource("everywhere")
    void aReaderWhoseSocketIsClosedIsToldSoThoughThePeerClosesToo(Ground ground, Maker maker)
            throws Exception {
        for (int i = 0; i < 10; i++) {
            try (Connected pair = new Connected(WORLDS.of(ground), maker)) {
                FutureTask<Integer> reading = start(() -> pair.client.getInputStream().read());
                FutureTask<Integer> peer =
                        start(() -> {
                            int read = pair.accepted.getInputStream().read();
                            pair.accepted.close();
                            return read;
                        });
                awaitBlocked(reading);
                pair.client.close();
                assertEquals(-1, peer.get());
                IOException told = thrown(reading);
                assertTrue(
                        told instanceof SocketException || told instanceof ClosedChannelException,
                        told::toString);
            }
        }
    }
}
