package onload.jdk.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import onload.jdk.Ground;
import onload.jdk.World;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;

@Timeout(20)
class DatagramEchoTest {
    @ParameterizedTest
    @EnumSource
    void aDatagramIsAnsweredToWhereItCameFrom(Ground ground) throws IOException {
        try (World world = new World(ground);
                DatagramChannel server = world.provider().openDatagramChannel();
                DatagramChannel client = world.provider().openDatagramChannel()) {
            server.bind(world.at(0));
            assertEquals(
                    5,
                    client.send(
                            ByteBuffer.wrap("hello".getBytes(StandardCharsets.UTF_8)),
                            server.getLocalAddress()));
            ByteBuffer got = ByteBuffer.allocate(3);
            InetSocketAddress from = (InetSocketAddress) server.receive(got);
            assertEquals(3, got.position());
            assertEquals(((InetSocketAddress) client.getLocalAddress()).getPort(), from.getPort());
            server.send(ByteBuffer.wrap("bye".getBytes(StandardCharsets.UTF_8)), from);
            got.clear();
            assertEquals(server.getLocalAddress(), client.receive(got));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aConnectedChannelHearsItsPeerOnlyAndThatNobodyIsThere(Ground ground) throws Exception {
        try (World world = new World(ground);
                DatagramChannel client = world.provider().openDatagramChannel()) {
            try (DatagramChannel server = world.provider().openDatagramChannel()) {
                server.bind(world.at(0));
                client.connect(server.getLocalAddress());
                assertThrows(
                        AlreadyConnectedException.class,
                        () -> client.send(ByteBuffer.allocate(1), world.at(9)));
                client.write(ByteBuffer.allocate(7));
                ByteBuffer got = ByteBuffer.allocate(100);
                server.receive(got);
                assertEquals(7, got.position());
            }
            client.write(ByteBuffer.allocate(7));
            ByteBuffer got = ByteBuffer.allocate(100);
            assertThrows(PortUnreachableException.class, () -> client.read(got));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aChannelOnTheWildcardHearsEverybody(Ground ground) throws IOException {
        try (World world = new World(ground);
                Selector selector = world.provider().openSelector();
                DatagramChannel server = world.provider().openDatagramChannel();
                DatagramChannel client = world.provider().openDatagramChannel()) {
            server.bind(new InetSocketAddress(0));
            int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
            ByteBuffer got = ByteBuffer.allocate(100);
            for (InetSocketAddress to :
                    new InetSocketAddress[] {
                        world.at(port),
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                        world.at(port)
                    }) {
                client.send(ByteBuffer.allocate(9), to);
                got.clear();
                server.receive(got);
                assertEquals(9, got.position());
                server.configureBlocking(false);
                assertNull(server.receive(got));
                SelectionKey key = server.register(selector, SelectionKey.OP_READ);
                client.send(ByteBuffer.allocate(9), to);
                assertEquals(1, selector.select());
                got.clear();
                server.receive(got);
                assertEquals(9, got.position());
                key.cancel();
                selector.selectNow();
                selector.selectedKeys().clear();
                server.configureBlocking(true);
            }
        }
    }
}
