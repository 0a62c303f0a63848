package onload.jdk.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.jdk.Ground;
import onload.jdk.World;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.DatagramChannel;
import java.util.List;

/** Threads that wait for a datagram, and how that ends. */
@Timeout(60)
@SuppressWarnings("try") // Closing early is what is tested.
class DatagramEndTest {
    /** How a channel came to be what it is, each of which waits in its own way. */
    enum Way {
        WILDCARD,
        ADDRESS,
        LOOPBACK,
        CONNECTED,
        CONNECTED_TO_LOOPBACK,
        AGAIN
    }

    private static DatagramChannel channel(World world, Way way) throws IOException {
        DatagramChannel channel = world.provider().openDatagramChannel();
        switch (way) {
            case WILDCARD -> channel.bind(null);
            case ADDRESS -> channel.bind(world.at(0));
            case LOOPBACK ->
                    channel.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
            case CONNECTED -> channel.connect(world.at(9));
            case CONNECTED_TO_LOOPBACK ->
                    channel.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 9));
            case AGAIN -> channel.connect(world.at(9)).disconnect();
        }
        return channel;
    }

    private static List<Thread.Builder> threads() {
        return List.of(Thread.ofPlatform(), Thread.ofVirtual());
    }

    @ParameterizedTest
    @EnumSource
    void whoWaitsIsToldOfTheEnd(Ground ground) throws Exception {
        try (World world = new World(ground)) {
            for (Way way : Way.values()) {
                for (Thread.Builder thread : threads()) {
                    DatagramChannel channel = channel(world, way);
                    Datagram.Waiting waiting =
                            Datagram.waiting(thread, () -> channel.receive(ByteBuffer.allocate(9)));
                    channel.close();
                    assertInstanceOf(
                            AsynchronousCloseException.class, waiting.end(), way.toString());
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptClosesTheChannel(Ground ground) throws Exception {
        try (World world = new World(ground)) {
            for (Way way : Way.values()) {
                for (Thread.Builder builder : threads()) {
                    DatagramChannel channel = channel(world, way);
                    boolean[] isInterrupted = {false};
                    Datagram.Waiting waiting =
                            Datagram.waiting(
                                    builder,
                                    () -> {
                                        try {
                                            return channel.receive(ByteBuffer.allocate(9));
                                        } finally {
                                            isInterrupted[0] =
                                                    Thread.currentThread().isInterrupted();
                                        }
                                    });
                    waiting.thread().interrupt();
                    assertInstanceOf(
                            ClosedByInterruptException.class, waiting.end(), way.toString());
                    assertTrue(isInterrupted[0]);
                    assertFalse(channel.isOpen());
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoIsInterruptedBeforeDoesNotEvenBegin(Ground ground) throws Exception {
        try (World world = new World(ground)) {
            for (Way way : Way.values()) {
                DatagramChannel channel = channel(world, way);
                Thread.currentThread().interrupt();
                assertThrows(
                        ClosedByInterruptException.class,
                        () -> channel.receive(ByteBuffer.allocate(9)));
                assertTrue(Thread.interrupted());
                assertFalse(channel.isOpen());

                DatagramChannel sender = channel(world, way);
                boolean isConnected = sender.isConnected();
                Thread.currentThread().interrupt();
                assertThrows(
                        ClosedByInterruptException.class,
                        () -> {
                            if (isConnected) {
                                sender.write(ByteBuffer.allocate(1));
                            } else {
                                sender.send(
                                        ByteBuffer.allocate(1),
                                        way == Way.LOOPBACK
                                                ? new InetSocketAddress(
                                                        InetAddress.ofLiteral("127.0.0.1"), 9)
                                                : world.at(9));
                            }
                        });
                assertTrue(Thread.interrupted());
                assertFalse(sender.isOpen());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aChannelThatDoesNotWaitIsNotClosedByAnInterrupt(Ground ground) throws Exception {
        try (World world = new World(ground)) {
            for (Way way : Way.values()) {
                try (DatagramChannel channel = channel(world, way)) {
                    channel.configureBlocking(false);
                    Thread.currentThread().interrupt();
                    assertNull(channel.receive(ByteBuffer.allocate(9)));
                    assertTrue(Thread.interrupted());
                    assertTrue(channel.isOpen());
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoWaitsOnTheWildcardHearsTheStackAndLoopback(Ground ground) throws Exception {
        try (World world = new World(ground);
                DatagramChannel client = world.provider().openDatagramChannel()) {
            for (Thread.Builder thread : threads()) {
                try (DatagramChannel server = world.provider().openDatagramChannel()) {
                    server.bind(null);
                    int port = Datagram.port(server);
                    for (int i = 0; i < 20; i++) {
                        InetSocketAddress to =
                                i % 2 == 0
                                        ? world.at(port)
                                        : new InetSocketAddress(
                                                InetAddress.ofLiteral("127.0.0.1"), port);
                        Datagram.Waiting waiting =
                                Datagram.waiting(thread, () -> Datagram.text(server));
                        client.send(Datagram.of("number " + i), to);
                        assertEquals("number " + i, waiting.end());
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void blockingModeGoesToAndFro(Ground ground) throws Exception {
        try (World world = new World(ground);
                DatagramChannel client = world.provider().openDatagramChannel()) {
            for (Way way : List.of(Way.WILDCARD, Way.ADDRESS, Way.LOOPBACK, Way.AGAIN)) {
                try (DatagramChannel server = channel(world, way)) {
                    InetSocketAddress to =
                            way == Way.LOOPBACK
                                    ? (InetSocketAddress) server.getLocalAddress()
                                    : world.at(Datagram.port(server));
                    for (int i = 0; i < 3; i++) {
                        server.configureBlocking(false);
                        assertNull(server.receive(ByteBuffer.allocate(9)));
                        server.configureBlocking(true);
                        Datagram.Waiting waiting =
                                Datagram.waiting(Thread.ofPlatform(), () -> Datagram.text(server));
                        client.send(Datagram.of("turn " + i), to);
                        assertEquals("turn " + i, waiting.end());
                    }
                }
            }
        }
    }

    /** For adaptors; the JDK's channels have none. */
    @ParameterizedTest
    @CsvSource({
        "FALLBACK,WILDCARD",
        "FALLBACK,ADDRESS",
        "STACK,WILDCARD",
        "STACK,ADDRESS",
        "STACK,LOOPBACK"
    })
    void aTimeCanBeSaidAndLeavesTheChannelAsItWas(Ground ground, Way way) throws Exception {
        try (World world = new World(ground);
                OnloadDatagramChannel channel = (OnloadDatagramChannel) channel(world, way);
                DatagramChannel client = world.provider().openDatagramChannel()) {
            ByteBuffer room = ByteBuffer.allocate(9);
            long startNs = System.nanoTime();
            assertNull(channel.receive(room, 20_000_000));
            assertTrue(System.nanoTime() - startNs >= 20_000_000);
            assertNull(channel.receive(room, 0));
            InetSocketAddress to =
                    way == Way.LOOPBACK
                            ? (InetSocketAddress) channel.getLocalAddress()
                            : world.at(Datagram.port(channel));
            client.send(Datagram.of("timed"), to);
            assertNotNull(channel.receive(room, 10_000_000_000L));
            assertEquals("timed", Datagram.text(room));
            Datagram.Waiting waiting =
                    Datagram.waiting(Thread.ofPlatform(), () -> Datagram.text(channel));
            client.send(Datagram.of("untimed"), to);
            assertEquals("untimed", waiting.end());
            channel.configureBlocking(false);
            assertNull(channel.receive(room));
            channel.configureBlocking(true);
            Datagram.Waiting closed =
                    Datagram.waiting(Thread.ofPlatform(), () -> Datagram.text(channel));
            channel.close();
            assertInstanceOf(AsynchronousCloseException.class, closed.end());
        }
    }
}
