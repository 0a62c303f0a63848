package onload.jdk.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.jdk.Ground;
import onload.jdk.World;
import onload.sockets.progress.Spinning;
import onload.testkit.base.AllocatedBytes;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;

/** Where sockets of java.net go, and what that costs. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SocketPlacementTest {
    private static final Worlds WORLDS = new Worlds();

    @AfterAll
    static void closeWorlds() {
        WORLDS.close();
    }

    @Test
    void aSocketTellsThatItIsAStacks() throws IOException {
        try (Connected pair = new Connected(WORLDS.of(Ground.STACK), Maker.SOCKET)) {
            for (Socket each : new Socket[] {pair.client, pair.accepted}) {
                assertTrue(each.getOption(AccelerationOption.ACCELERATED));
                assertEquals("", each.getOption(AccelerationOption.WHY_NOT_ACCELERATED));
            }
            assertTrue(pair.server.getOption(AccelerationOption.ACCELERATED));
            assertThrows(
                    UnsupportedOperationException.class,
                    () -> pair.client.setOption(AccelerationOption.ACCELERATED, false));
        }
    }

    @Test
    void aSocketOfTheKernelsTellsWhy() throws IOException {
        try (Connected pair = new Connected(WORLDS.of(Ground.FALLBACK), Maker.SOCKET)) {
            assertFalse(pair.client.getOption(AccelerationOption.ACCELERATED));
            assertFalse(pair.server.getOption(AccelerationOption.ACCELERATED));
            for (Socket each : new Socket[] {pair.client, pair.accepted}) {
                assertEquals(
                        "loopback addresses are the kernel's",
                        each.getOption(AccelerationOption.WHY_NOT_ACCELERATED));
            }
        }
    }

    @Test
    void aSocketThatIsNotConnectedIsNobodysYet() throws IOException {
        World world = WORLDS.of(Ground.STACK);
        try (Socket socket = Maker.SOCKET.socket(world)) {
            assertFalse(socket.getOption(AccelerationOption.ACCELERATED));
            assertEquals(
                    "it is not connected yet",
                    socket.getOption(AccelerationOption.WHY_NOT_ACCELERATED));
            socket.bind(null);
            assertEquals(
                    "it is bound to the wildcard and not connected yet",
                    socket.getOption(AccelerationOption.WHY_NOT_ACCELERATED));
        }
    }

    @Test
    void aServerAtTheWildcardTellsOfEachConnectionWhoseItIs() throws IOException {
        World world = WORLDS.of(Ground.STACK);
        try (ServerSocket server = Maker.SOCKET.serverSocket(world)) {
            server.bind(new InetSocketAddress(0));
            assertTrue(server.getOption(AccelerationOption.ACCELERATED));
            for (InetSocketAddress to :
                    new InetSocketAddress[] {
                        world.at(server.getLocalPort()),
                        new InetSocketAddress(
                                InetAddress.ofLiteral("127.0.0.1"), server.getLocalPort())
                    }) {
                try (Socket client = Maker.SOCKET.socket(world)) {
                    client.connect(to);
                    boolean isOurs = !to.getAddress().isLoopbackAddress();
                    assertEquals(isOurs, client.getOption(AccelerationOption.ACCELERATED));
                    try (Socket accepted = server.accept()) {
                        assertEquals(isOurs, accepted.getOption(AccelerationOption.ACCELERATED));
                    }
                }
            }
        }
    }

    @Test
    void aServerOfOursAcceptsOnlyIntoOurs() throws IOException {
        World world = WORLDS.of(Ground.STACK);
        PlacedServerSocket server = new PlacedServerSocket(world.acceleration());
        server.create(true);
        server.bind(world.host(), 0);
        server.listen(1);
        assertThrows(
                IOException.class,
                () -> server.accept(new PlacedServerSocket(world.acceleration())));
        server.close();
        assertThrows(
                SocketException.class, () -> server.accept(new PlacedSocket(world.acceleration())));
    }

    /** What the JVM does once, late, on a busy machine is not the sockets'. */
    private static long leastPerRun(Runnable step) {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5 && least > 0; i++) {
            least = Math.min(least, AllocatedBytes.perRun(5_000, 1_000, step));
        }
        return least;
    }

    /** The stream that java.net puts before ours makes an array for a single byte. */
    @Test
    void readingAndWritingArraysAllocatesNothing() throws IOException {
        try (Connected pair = new Connected(WORLDS.of(Ground.STACK), Maker.SOCKET)) {
            OutputStream out = pair.client.getOutputStream();
            InputStream in = pair.accepted.getInputStream();
            byte[] bytes = new byte[200];
            pair.client.setTcpNoDelay(true);
            pair.accepted.setSoTimeout(10_000);
            Spinning.ofThisThread(Spinning.FOREVER);
            assertEquals(
                    0,
                    leastPerRun(() -> {
                        try {
                            out.write(bytes, 0, 100);
                            for (int left = 100; left > 0; ) {
                                left -= in.read(bytes, 7, left);
                            }
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    }));
        }
    }
}
