package onload.jdk.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.jdk.Ground;
import onload.jdk.World;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;

@Timeout(20)
class EchoTest {
    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @EnumSource
    void aBlockingClientAndServerExchangeBytesAndSeeTheEnd(Ground ground) throws IOException {
        try (World world = new World(ground);
                ServerSocketChannel server = world.provider().openServerSocketChannel();
                SocketChannel client = world.provider().openSocketChannel()) {
            server.bind(world.at(0));
            assertTrue(client.connect(server.getLocalAddress()));
            try (SocketChannel accepted = server.accept()) {
                assertEquals(accepted.getRemoteAddress(), client.getLocalAddress());
                client.write(bytes("hello"));
                ByteBuffer got = ByteBuffer.allocate(16);
                assertEquals(5, accepted.read(got));
                client.shutdownOutput();
                assertEquals(-1, accepted.read(got));
                accepted.write(bytes("bye"));
                assertEquals(3, client.read(got));
            }
            assertEquals(-1, client.read(ByteBuffer.allocate(1)));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSelectorServesAConnectionFromItsConnectToItsEnd(Ground ground) throws IOException {
        try (World world = new World(ground);
                Selector selector = world.provider().openSelector();
                ServerSocketChannel server = world.provider().openServerSocketChannel();
                SocketChannel client = world.provider().openSocketChannel()) {
            server.bind(world.at(0));
            server.configureBlocking(false).register(selector, SelectionKey.OP_ACCEPT);
            client.configureBlocking(false);
            SelectionKey clientKey = client.register(selector, SelectionKey.OP_CONNECT);
            client.connect(server.getLocalAddress());
            int echoed = 0;
            boolean isEnd = false;
            while (!isEnd) {
                selector.select();
                Iterator<SelectionKey> keys = selector.selectedKeys().iterator();
                while (keys.hasNext()) {
                    SelectionKey key = keys.next();
                    keys.remove();
                    if (key.isAcceptable()) {
                        server.accept()
                                .configureBlocking(false)
                                .register(selector, SelectionKey.OP_READ);
                    } else if (key.isConnectable()) {
                        assertTrue(client.finishConnect());
                        client.write(bytes("hello"));
                        key.interestOps(SelectionKey.OP_READ);
                    } else if (key.isReadable()) {
                        ByteBuffer got = ByteBuffer.allocate(16);
                        SocketChannel channel = (SocketChannel) key.channel();
                        int count = channel.read(got);
                        if (key.equals(clientKey)) {
                            echoed += count;
                            channel.close();
                        } else if (count < 0) {
                            channel.close();
                            isEnd = true;
                        } else {
                            channel.write(got.flip());
                        }
                    }
                }
            }
            assertEquals(5, echoed);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aServerOnTheWildcardIsReachedOverEverything(Ground ground) throws IOException {
        try (World world = new World(ground);
                Selector selector = world.provider().openSelector();
                ServerSocketChannel server = world.provider().openServerSocketChannel()) {
            server.bind(new InetSocketAddress(0));
            int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
            for (InetSocketAddress to :
                    new InetSocketAddress[] {
                        world.at(port),
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                        world.at(port)
                    }) {
                server.configureBlocking(true);
                try (SocketChannel client = world.provider().openSocketChannel()) {
                    client.connect(to);
                    try (SocketChannel accepted = server.accept()) {
                        client.write(bytes("x"));
                        assertEquals(1, accepted.read(ByteBuffer.allocate(1)));
                    }
                }
                server.configureBlocking(false);
                SelectionKey key = server.register(selector, SelectionKey.OP_ACCEPT);
                try (SocketChannel client = world.provider().openSocketChannel()) {
                    client.connect(to);
                    assertEquals(1, selector.select());
                    server.accept().close();
                }
                key.cancel();
                selector.selectNow();
                selector.selectedKeys().clear();
            }
        }
    }

    /** As the JDK's own HTTP server does with what it has accepted. */
    @ParameterizedTest
    @EnumSource
    void aChannelWhoseKeyIsCancelledMayWaitAgainAtOnce(Ground ground) throws IOException {
        try (World world = new World(ground);
                Selector selector = world.provider().openSelector();
                ServerSocketChannel server = world.provider().openServerSocketChannel();
                SocketChannel client = world.provider().openSocketChannel()) {
            server.bind(world.at(0));
            client.connect(server.getLocalAddress());
            try (SocketChannel accepted = server.accept()) {
                for (int i = 0; i < 3; i++) {
                    accepted.configureBlocking(false);
                    SelectionKey key = accepted.register(selector, SelectionKey.OP_READ);
                    client.write(bytes("x"));
                    assertEquals(1, selector.select());
                    key.cancel();
                    accepted.configureBlocking(true);
                    assertEquals(1, accepted.read(ByteBuffer.allocate(16)));
                    selector.selectNow();
                    assertTrue(selector.keys().isEmpty());
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPipeWhoseKeyIsCancelledMayWaitAgainAtOnce(Ground ground) throws IOException {
        try (World world = new World(ground);
                Selector selector = world.provider().openSelector()) {
            Pipe pipe = world.provider().openPipe();
            try (Pipe.SourceChannel source = pipe.source();
                    Pipe.SinkChannel sink = pipe.sink()) {
                source.configureBlocking(false);
                SelectionKey key = source.register(selector, SelectionKey.OP_READ);
                sink.write(bytes("x"));
                assertEquals(1, selector.select());
                key.cancel();
                source.configureBlocking(true);
                assertEquals(1, source.read(ByteBuffer.allocate(16)));
            }
        }
    }

    /** The JDK's own HTTP server finds out by its next select what its selectNow has added. */
    @ParameterizedTest
    @EnumSource
    void aSelectEndsAtOnceWhileASelectedKeyIsReady(Ground ground) throws IOException {
        try (World world = new World(ground);
                Selector selector = world.provider().openSelector();
                ServerSocketChannel server = world.provider().openServerSocketChannel();
                SocketChannel client = world.provider().openSocketChannel()) {
            server.bind(world.at(0));
            client.connect(server.getLocalAddress());
            try (SocketChannel accepted = server.accept()) {
                accepted.configureBlocking(false);
                SelectionKey key = accepted.register(selector, SelectionKey.OP_READ);
                client.write(bytes("x"));
                assertEquals(1, selector.select());
                assertEquals(0, selector.selectNow());
                assertEquals(0, selector.select());
                assertEquals(0, selector.select(60_000));
                assertTrue(selector.selectedKeys().contains(key));
            }
        }
    }
}
