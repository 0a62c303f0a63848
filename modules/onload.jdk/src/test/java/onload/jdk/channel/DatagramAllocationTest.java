package onload.jdk.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import onload.jdk.Ground;
import onload.jdk.World;
import onload.testkit.base.AllocatedBytes;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;

/** Accelerated datagrams cost no garbage once their addresses are known. */
@Timeout(60)
class DatagramAllocationTest {
    private static final int WARM_UPS = 20_000;
    private static final int RUNS = 2_000;

    private interface Step {
        void run() throws IOException;
    }

    /** What the JVM does once, late, on a busy machine is not the channel's. */
    private static long perRun(Step step) {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5 && least > 0; i++) {
            least = Math.min(least, AllocatedBytes.perRun(WARM_UPS, RUNS, () -> run(step)));
        }
        return least;
    }

    private static void run(Step step) {
        try {
            step.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void sendingAndReceivingAtAnAddress() throws IOException {
        try (World world = new World(Ground.STACK);
                DatagramChannel server = world.provider().openDatagramChannel();
                DatagramChannel client = world.provider().openDatagramChannel()) {
            server.bind(world.at(0));
            client.bind(new InetSocketAddress(InetAddress.ofLiteral("192.0.2.2"), 0));
            // A thread that sleeps may allocate where it queues.
            server.configureBlocking(false);
            client.configureBlocking(false);
            for (ByteBuffer buffer :
                    new ByteBuffer[] {ByteBuffer.allocateDirect(64), ByteBuffer.allocate(64)}) {
                SocketAddress to = server.getLocalAddress();
                assertEquals(0, perRun(() -> pingPong(client, server, buffer, to)));
            }
        }
    }

    private static void pingPong(
            DatagramChannel client, DatagramChannel server, ByteBuffer buffer, SocketAddress to)
            throws IOException {
        client.send(buffer.clear(), to);
        server.send(buffer.clear(), next(server, buffer.clear()));
        next(client, buffer.clear());
    }

    private static SocketAddress next(DatagramChannel channel, ByteBuffer buffer)
            throws IOException {
        SocketAddress from = channel.receive(buffer);
        while (from == null) {
            from = channel.receive(buffer);
        }
        return from;
    }

    @Test
    void sendingFromTheWildcardAndReceivingWhatAStackHas() throws IOException {
        try (World world = new World(Ground.STACK);
                DatagramChannel server = world.provider().openDatagramChannel();
                DatagramChannel client = world.provider().openDatagramChannel()) {
            server.bind(null);
            client.bind(null);
            server.configureBlocking(false);
            ByteBuffer buffer = ByteBuffer.allocateDirect(64);
            InetSocketAddress to = world.at(Datagram.port(server));
            assertEquals(
                    0,
                    perRun(() -> {
                        client.send(buffer.clear(), to);
                        next(server, buffer.clear());
                    }));
        }
    }

    @Test
    void connected() throws IOException {
        try (World world = new World(Ground.STACK);
                DatagramChannel server = world.provider().openDatagramChannel();
                DatagramChannel client = world.provider().openDatagramChannel()) {
            server.bind(world.at(0));
            client.connect(server.getLocalAddress());
            server.connect(client.getLocalAddress());
            ByteBuffer buffer = ByteBuffer.allocateDirect(64);
            ByteBuffer[] parts = {ByteBuffer.allocate(9), ByteBuffer.allocateDirect(9)};
            // A thread that sleeps may allocate where it queues.
            server.configureBlocking(false);
            assertEquals(
                    0,
                    perRun(() -> {
                        client.write(buffer.clear());
                        buffer.clear();
                        while (server.read(buffer) == 0) {
                            Thread.onSpinWait();
                        }
                        parts[0].clear();
                        parts[1].clear();
                        client.write(parts);
                        parts[0].clear();
                        parts[1].clear();
                        while (server.read(parts) == 0) {
                            Thread.onSpinWait();
                        }
                    }));
        }
    }

    @Test
    void lookingInVain() throws IOException {
        try (World world = new World(Ground.STACK);
                DatagramChannel both = world.provider().openDatagramChannel();
                DatagramChannel one = world.provider().openDatagramChannel()) {
            both.bind(null);
            one.bind(world.at(0));
            both.configureBlocking(false);
            one.configureBlocking(false);
            ByteBuffer buffer = ByteBuffer.allocateDirect(64);
            assertEquals(
                    0,
                    perRun(() -> {
                        assertNull(both.receive(buffer));
                        assertNull(one.receive(buffer));
                    }));
        }
    }
}
