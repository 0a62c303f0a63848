package onload.jdk.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.jdk.Ground;
import onload.jdk.World;
import onload.jdk.internal.KernelSockets;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.Set;

/** Options, before and after the channel has an address. */
@Timeout(30)
class DatagramOptionTest {
    private static final Set<SocketOption<Boolean>> SWITCHES =
            Set.of(
                    StandardSocketOptions.SO_REUSEADDR,
                    StandardSocketOptions.SO_REUSEPORT,
                    StandardSocketOptions.SO_BROADCAST,
                    StandardSocketOptions.IP_MULTICAST_LOOP);

    @ParameterizedTest
    @EnumSource
    void optionsAndDefaultsAreTheJdks(Ground ground) throws IOException {
        try (World world = new World(ground);
                DatagramChannel jdks = KernelSockets.provider().openDatagramChannel();
                DatagramChannel channel = world.provider().openDatagramChannel()) {
            assertEquals(jdks.supportedOptions(), channel.supportedOptions());
            for (SocketOption<?> option : channel.supportedOptions()) {
                assertEquals(jdks.getOption(option), channel.getOption(option), option.name());
            }
            jdks.bind(null);
            channel.bind(null);
            for (SocketOption<?> option : channel.supportedOptions()) {
                assertEquals(jdks.getOption(option), channel.getOption(option), option.name());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsSetIsReadBackBeforeAndAfterBinding(Ground ground) throws IOException {
        try (World world = new World(ground)) {
            for (InetSocketAddress local :
                    new InetSocketAddress[] {
                        null,
                        world.at(0),
                        new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0)
                    }) {
                for (boolean isBefore : new boolean[] {true, false}) {
                    try (DatagramChannel channel = world.provider().openDatagramChannel()) {
                        if (!isBefore) {
                            channel.bind(local);
                        }
                        setAll(channel);
                        if (isBefore) {
                            readAll(channel);
                            channel.bind(local);
                        }
                        readAll(channel);
                    }
                }
            }
        }
    }

    private static void setAll(DatagramChannel channel) throws IOException {
        for (SocketOption<Boolean> each : SWITCHES) {
            channel.setOption(each, true);
        }
        channel.setOption(StandardSocketOptions.IP_MULTICAST_TTL, 7);
        channel.setOption(StandardSocketOptions.IP_TOS, 0x28);
        channel.setOption(StandardSocketOptions.SO_RCVBUF, 65_536);
        channel.setOption(StandardSocketOptions.SO_SNDBUF, 65_536);
    }

    private static void readAll(DatagramChannel channel) throws IOException {
        for (SocketOption<Boolean> each : SWITCHES) {
            assertTrue(channel.getOption(each), each.name());
        }
        assertEquals(7, channel.getOption(StandardSocketOptions.IP_MULTICAST_TTL));
        assertEquals(0x28, channel.getOption(StandardSocketOptions.IP_TOS));
        assertEquals(65_536, channel.getOption(StandardSocketOptions.SO_RCVBUF));
        assertEquals(65_536, channel.getOption(StandardSocketOptions.SO_SNDBUF));
        assertNull(channel.getOption(StandardSocketOptions.IP_MULTICAST_IF));
    }

    /** As Aeron asks how large a buffer may be. */
    @ParameterizedTest
    @EnumSource
    void theLargestBufferIsReadBackAsTheKernelHasIt(Ground ground) throws IOException {
        SelectorProvider jdks = KernelSockets.provider();
        try (World world = new World(ground);
                DatagramChannel channel = world.provider().openDatagramChannel();
                DatagramChannel other = jdks.openDatagramChannel()) {
            for (SocketOption<Integer> each :
                    Set.of(StandardSocketOptions.SO_RCVBUF, StandardSocketOptions.SO_SNDBUF)) {
                channel.setOption(each, Integer.MAX_VALUE);
                other.setOption(each, Integer.MAX_VALUE);
                assertEquals(other.getOption(each), channel.getOption(each));
            }
            channel.bind(world.at(0));
            assertTrue(channel.getOption(StandardSocketOptions.SO_RCVBUF) >= 65_536);
            channel.setOption(StandardSocketOptions.SO_RCVBUF, Integer.MAX_VALUE);
            assertTrue(channel.getOption(StandardSocketOptions.SO_RCVBUF) >= 65_536);
        }
    }

    @ParameterizedTest
    @EnumSource
    @SuppressWarnings({"unchecked", "rawtypes"})
    void whatIsNoValueIsRefusedAndForgotten(Ground ground) throws IOException {
        try (World world = new World(ground)) {
            for (boolean isBound : new boolean[] {false, true}) {
                try (DatagramChannel channel = world.provider().openDatagramChannel()) {
                    if (isBound) {
                        channel.bind(world.at(0));
                    }
                    refuse(channel, StandardSocketOptions.SO_RCVBUF, -1);
                    refuse(channel, StandardSocketOptions.SO_SNDBUF, -1);
                    refuse(channel, StandardSocketOptions.IP_TOS, 256);
                    refuse(channel, StandardSocketOptions.IP_TOS, -1);
                    refuse(channel, StandardSocketOptions.IP_MULTICAST_TTL, 256);
                    refuse(channel, StandardSocketOptions.IP_MULTICAST_TTL, -1);
                    refuse(channel, StandardSocketOptions.IP_MULTICAST_TTL, null);
                    refuse(channel, StandardSocketOptions.IP_MULTICAST_IF, null);
                    refuse(channel, (SocketOption) StandardSocketOptions.SO_BROADCAST, "yes");
                    assertThrows(
                            UnsupportedOperationException.class,
                            () -> channel.setOption(StandardSocketOptions.TCP_NODELAY, true));
                    assertThrows(
                            UnsupportedOperationException.class,
                            () -> channel.getOption(StandardSocketOptions.SO_LINGER));
                    assertThrows(NullPointerException.class, () -> channel.setOption(null, 1));
                    assertThrows(NullPointerException.class, () -> channel.getOption(null));
                    if (!isBound) {
                        channel.bind(null);
                    }
                }
            }
        }
    }

    @SuppressWarnings("NullAway") // null is what a program gets wrong.
    private static <T> void refuse(
            DatagramChannel channel, SocketOption<T> option, @Nullable T value) {
        assertThrows(
                IllegalArgumentException.class,
                () -> channel.setOption(option, value),
                option::name);
    }

    @ParameterizedTest
    @EnumSource
    void onePortIsSharedByThoseThatAllSaySo(Ground ground) throws IOException {
        try (World world = new World(ground);
                DatagramChannel first = world.provider().openDatagramChannel();
                DatagramChannel second = world.provider().openDatagramChannel()) {
            first.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            second.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            first.bind(null);
            second.bind(new InetSocketAddress(Datagram.port(first)));
            assertEquals(Datagram.port(first), Datagram.port(second));
        }
    }

    @ParameterizedTest
    @EnumSource
    void broadcastingHasToBeAllowed(Ground ground) throws IOException {
        String all = ground == Ground.STACK ? "192.0.2.255" : "127.255.255.255";
        try (World world = new World(ground);
                DatagramChannel channel = world.provider().openDatagramChannel()) {
            assertFalse(channel.getOption(StandardSocketOptions.SO_BROADCAST));
            InetSocketAddress to = new InetSocketAddress(all, 9);
            assertThrows(IOException.class, () -> channel.send(ByteBuffer.allocate(1), to));
            channel.setOption(StandardSocketOptions.SO_BROADCAST, true);
            assertEquals(1, channel.send(ByteBuffer.allocate(1), to));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aBroadcastIsHeardOnTheWildcard(Ground ground) throws IOException {
        String all = ground == Ground.STACK ? "192.0.2.255" : "127.255.255.255";
        try (World world = new World(ground);
                DatagramChannel server = world.provider().openDatagramChannel();
                DatagramChannel client = world.provider().openDatagramChannel()) {
            server.bind(new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), 0));
            client.setOption(StandardSocketOptions.SO_BROADCAST, true);
            client.send(
                    Datagram.of("everybody"), new InetSocketAddress(all, Datagram.port(server)));
            assertEquals("everybody", Datagram.text(server));
        }
    }
}
