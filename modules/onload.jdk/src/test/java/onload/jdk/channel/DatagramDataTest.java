package onload.jdk.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
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
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.List;

/** What is in datagrams, and what of them arrives: the JDK's own channels do the same. */
@Timeout(30)
@SuppressWarnings("try") // Closing early is what is tested.
class DatagramDataTest {
    private static final int MOST_BYTES = 65_507;

    @ParameterizedTest
    @EnumSource
    void whatIsSentIsBetweenPositionAndLimitOfAnyBuffer(Ground ground) throws IOException {
        try (World world = new World(ground);
                DatagramChannel server = world.provider().openDatagramChannel();
                DatagramChannel client = world.provider().openDatagramChannel()) {
            server.bind(world.at(0));
            ByteBuffer whole = Datagram.of("0123456789");
            ByteBuffer direct = ByteBuffer.allocateDirect(10).put(whole.duplicate()).flip();
            for (ByteBuffer each :
                    List.of(
                            whole.duplicate(),
                            direct.duplicate(),
                            whole.asReadOnlyBuffer(),
                            direct.asReadOnlyBuffer(),
                            whole.slice(0, 9),
                            direct.slice(0, 9))) {
                each.position(3).limit(7);
                assertEquals(4, client.send(each, server.getLocalAddress()));
                assertEquals(7, each.position());
                assertEquals("3456", Datagram.text(server));
                ByteBuffer part = each.slice(3, 2);
                assertEquals(2, client.send(part, server.getLocalAddress()));
                assertEquals(2, part.position());
                assertEquals("34", Datagram.text(server));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsReceivedGoesBetweenPositionAndLimitAndTheRestIsGone(Ground ground)
            throws IOException {
        try (World world = new World(ground);
                DatagramChannel server = world.provider().openDatagramChannel();
                DatagramChannel client = world.provider().openDatagramChannel()) {
            server.bind(world.at(0));
            for (ByteBuffer room :
                    List.of(
                            ByteBuffer.allocate(10),
                            ByteBuffer.allocateDirect(10),
                            ByteBuffer.allocate(20).slice(5, 10),
                            ByteBuffer.allocateDirect(20).slice(5, 10))) {
                room.position(2).limit(6);
                client.send(Datagram.of("abcdefgh"), server.getLocalAddress());
                client.send(Datagram.of("next"), server.getLocalAddress());
                assertNotNull(server.receive(room));
                assertEquals(6, room.position());
                assertEquals("\0\0abcd", Datagram.text(room));
                assertEquals("next", Datagram.text(server));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aDatagramWithoutDataIsOne(Ground ground) throws IOException {
        try (World world = new World(ground);
                DatagramChannel server = world.provider().openDatagramChannel();
                DatagramChannel client = world.provider().openDatagramChannel()) {
            server.bind(world.at(0));
            assertEquals(0, client.send(ByteBuffer.allocate(0), server.getLocalAddress()));
            ByteBuffer room = ByteBuffer.allocate(9);
            assertNotNull(server.receive(room));
            assertEquals(0, room.position());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aConnectedChannelSendsNothingOfNothing(Ground ground) throws IOException {
        try (World world = new World(ground);
                DatagramChannel server = world.provider().openDatagramChannel();
                DatagramChannel client = world.provider().openDatagramChannel()) {
            server.bind(world.at(0));
            client.connect(server.getLocalAddress());
            ByteBuffer none = ByteBuffer.allocate(0);
            assertEquals(0, client.write(none));
            assertEquals(0, client.send(none, server.getLocalAddress()));
            assertEquals(0, client.write(new ByteBuffer[] {none, none}));
            client.write(Datagram.of("some"));
            assertEquals("some", Datagram.text(server));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aBufferWithoutRoomReceivesADatagramAndReadsNone(Ground ground) throws IOException {
        try (World world = new World(ground);
                DatagramChannel server = world.provider().openDatagramChannel();
                DatagramChannel client = world.provider().openDatagramChannel()) {
            ByteBuffer none = ByteBuffer.allocate(0);
            client.bind(world.at(0));
            server.bind(world.at(0));
            client.connect(server.getLocalAddress());
            server.connect(client.getLocalAddress());
            client.write(Datagram.of("one"));
            client.write(Datagram.of("two"));
            assertEquals(0, server.read(none));
            assertEquals(0, server.read(new ByteBuffer[] {none}));
            assertEquals(client.getLocalAddress(), server.receive(none));
            assertEquals("two", Datagram.text(server));
        }
    }

    @ParameterizedTest
    @EnumSource
    void severalBuffersAreOneDatagram(Ground ground) throws IOException {
        try (World world = new World(ground);
                DatagramChannel server = world.provider().openDatagramChannel();
                DatagramChannel client = world.provider().openDatagramChannel()) {
            client.bind(world.at(0));
            server.bind(world.at(0));
            client.connect(server.getLocalAddress());
            server.connect(client.getLocalAddress());
            ByteBuffer[] parts = {
                Datagram.of("left"), Datagram.of("ab"), ByteBuffer.allocate(0), Datagram.of("cdef")
            };
            parts[3].limit(3);
            assertEquals(5, client.write(parts, 1, 3));
            assertEquals(0, parts[0].position());
            assertEquals(2, parts[1].position());
            assertEquals(3, parts[3].position());

            ByteBuffer[] rooms = {
                ByteBuffer.allocate(1), ByteBuffer.allocateDirect(3), ByteBuffer.allocate(9)
            };
            assertEquals(5, server.read(rooms));
            assertEquals("a", Datagram.text(rooms[0]));
            assertEquals("bcd", Datagram.text(rooms[1]));
            assertEquals("e", Datagram.text(rooms[2]));

            client.write(new ByteBuffer[] {Datagram.of("abcdef"), Datagram.of("ghi")});
            for (ByteBuffer each : rooms) {
                each.clear();
            }
            assertEquals(4, server.read(rooms, 0, 2));
            assertEquals("a", Datagram.text(rooms[0]));
            assertEquals("bcd", Datagram.text(rooms[1]));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> server.read(new ByteBuffer[] {rooms[0].asReadOnlyBuffer()}));
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsTooLongIsRefusedAndTheLongestArrives(Ground ground) throws IOException {
        try (World world = new World(ground);
                DatagramChannel server = world.provider().openDatagramChannel();
                DatagramChannel client = world.provider().openDatagramChannel()) {
            server.bind(world.at(0));
            ByteBuffer tooLong = ByteBuffer.allocate(MOST_BYTES + 1);
            assertThrows(
                    SocketException.class, () -> client.send(tooLong, server.getLocalAddress()));
            assertEquals(0, tooLong.position());
            ByteBuffer longest = ByteBuffer.allocateDirect(MOST_BYTES);
            for (int i = 0; i < MOST_BYTES; i++) {
                longest.put(i, (byte) (i * 31));
            }
            assertEquals(MOST_BYTES, client.send(longest.duplicate(), server.getLocalAddress()));
            ByteBuffer room = ByteBuffer.allocate(MOST_BYTES + 9);
            server.receive(room);
            assertEquals(longest, room.flip());

            client.connect(server.getLocalAddress());
            assertThrows(IOException.class, () -> client.write(tooLong));
            ByteBuffer[] parts = {ByteBuffer.allocate(MOST_BYTES), ByteBuffer.allocate(1)};
            assertThrows(IOException.class, () -> client.write(parts));
            assertEquals(0, parts[0].position());
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatDoesNotWaitFindsNothing(Ground ground) throws IOException {
        try (World world = new World(ground);
                DatagramChannel channel = world.provider().openDatagramChannel()) {
            channel.configureBlocking(false);
            ByteBuffer room = ByteBuffer.allocate(9);
            assertNull(channel.receive(room));
            assertNotNull(channel.getLocalAddress(), "receiving has bound it");
            channel.connect(world.at(9));
            assertNull(channel.receive(room));
            assertEquals(0, channel.read(room));
            assertEquals(0, channel.read(new ByteBuffer[] {room, room}));
            assertEquals(0, room.position());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPeerThatIsNotThereIsToldOnceByEachWay(Ground ground) throws IOException {
        try (World world = new World(ground);
                DatagramChannel gone = world.provider().openDatagramChannel();
                DatagramChannel client = world.provider().openDatagramChannel()) {
            gone.bind(world.at(0));
            SocketAddress at = gone.getLocalAddress();
            gone.close();
            client.connect(at);
            ByteBuffer room = ByteBuffer.allocate(9);
            client.write(ByteBuffer.allocate(1));
            assertThrows(PortUnreachableException.class, () -> client.receive(room));
            client.write(ByteBuffer.allocate(1));
            assertThrows(
                    PortUnreachableException.class, () -> client.read(new ByteBuffer[] {room}));
            client.configureBlocking(false);
            assertEquals(0, client.read(room));
            assertTrue(client.isOpen());
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoIsNotConnectedIsNotToldThatNobodyIsThere(Ground ground) throws IOException {
        try (World world = new World(ground);
                DatagramChannel gone = world.provider().openDatagramChannel();
                DatagramChannel client = world.provider().openDatagramChannel()) {
            gone.bind(world.at(0));
            SocketAddress at = gone.getLocalAddress();
            gone.close();
            client.configureBlocking(false);
            for (int i = 0; i < 5; i++) {
                assertEquals(1, client.send(ByteBuffer.allocate(1), at));
                assertNull(client.receive(ByteBuffer.allocate(9)));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void itSpeaksIpv6(Ground ground) throws IOException {
        try (World world = new World(ground);
                DatagramChannel server =
                        world.provider().openDatagramChannel(StandardProtocolFamily.INET6);
                DatagramChannel client = world.provider().openDatagramChannel()) {
            server.bind(new InetSocketAddress(world.host6(), 0));
            client.send(Datagram.of("six"), server.getLocalAddress());
            ByteBuffer room = ByteBuffer.allocate(9);
            InetSocketAddress from = (InetSocketAddress) server.receive(room);
            assertInstanceOf(Inet6Address.class, from.getAddress());
            assertEquals("six", Datagram.text(room));
            server.connect(from);
            server.write(Datagram.of("back"));
            assertEquals("back", Datagram.text(client));
            client.connect(server.getLocalAddress());
            client.write(Datagram.of("connected"));
            assertEquals("connected", Datagram.text(server));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSenderOfIpv4HasAnAddressOfIpv4AtAChannelOfBoth(Ground ground) throws IOException {
        try (World world = new World(ground);
                DatagramChannel server =
                        world.provider().openDatagramChannel(StandardProtocolFamily.INET6);
                DatagramChannel client =
                        world.provider().openDatagramChannel(StandardProtocolFamily.INET)) {
            server.bind(null);
            client.send(Datagram.of("four"), world.at(Datagram.port(server)));
            ByteBuffer room = ByteBuffer.allocate(9);
            InetSocketAddress from = (InetSocketAddress) server.receive(room);
            assertEquals(4, from.getAddress().getAddress().length);
            client.send(Datagram.of("same"), world.at(Datagram.port(server)));
            room.clear();
            assertEquals(from, server.receive(room));
        }
    }

    @ParameterizedTest
    @EnumSource
    void manyDatagramsArriveInOrderAndWhole(Ground ground) throws IOException {
        try (World world = new World(ground);
                DatagramChannel server = world.provider().openDatagramChannel();
                DatagramChannel client = world.provider().openDatagramChannel()) {
            server.bind(world.at(0));
            ByteBuffer room = ByteBuffer.allocate(2000);
            for (int i = 0; i < 2000; i++) {
                ByteBuffer sent = ByteBuffer.allocate(i % 1900 + 4).putInt(i).rewind();
                client.send(sent, server.getLocalAddress());
                if (i % 10 == 9) {
                    for (int j = i - 9; j <= i; j++) {
                        room.clear();
                        server.receive(room);
                        room.flip();
                        assertEquals(j % 1900 + 4, room.remaining());
                        assertEquals(j, room.getInt());
                    }
                }
            }
        }
    }
}
