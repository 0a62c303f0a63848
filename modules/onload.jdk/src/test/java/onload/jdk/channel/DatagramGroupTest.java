package onload.jdk.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.jdk.Ground;
import onload.jdk.World;
import onload.jdk.placement.StackInterfaces;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.MembershipKey;

/** Groups: on loopback beside the JDK's own channels, and between two stacks. */
@Timeout(30)
@SuppressWarnings("try") // Closing early is what is tested.
class DatagramGroupTest {
    private static final InetAddress GROUP = InetAddress.ofLiteral("239.1.2.3");
    private static final InetAddress GROUP6 = InetAddress.ofLiteral("ff15::1:2:3");
    private static final InetAddress SOURCE = InetAddress.ofLiteral("192.0.2.7");

    private static NetworkInterface loopback() throws IOException {
        return NetworkInterface.getByName("lo");
    }

    /** The interface at which servers are. */
    private static NetworkInterface servers(World world) throws IOException {
        return world.ground() == Ground.STACK
                ? StackInterfaces.of(world.stacks().getFirst()).getFirst()
                : loopback();
    }

    private static NetworkInterface clients(World world) throws IOException {
        return world.ground() == Ground.STACK
                ? StackInterfaces.of(world.stacks().getLast()).getFirst()
                : loopback();
    }

    private static DatagramChannel ipv4(World world) throws IOException {
        return world.provider().openDatagramChannel(StandardProtocolFamily.INET);
    }

    @ParameterizedTest
    @EnumSource
    void whatCannotBeJoinedIsRefused(Ground ground) throws IOException {
        try (World world = new World(ground);
                DatagramChannel four = ipv4(world);
                DatagramChannel both = world.provider().openDatagramChannel()) {
            NetworkInterface on = servers(world);
            InetAddress other = world.host();
            assertThrows(IllegalArgumentException.class, () -> both.join(other, on));
            assertThrows(IllegalArgumentException.class, () -> four.join(GROUP6, on));
            assertThrows(NullPointerException.class, () -> four.join(GROUP, null));
            assertThrows(NullPointerException.class, () -> four.join(null, on));
            assertThrows(NullPointerException.class, () -> four.join(GROUP, on, null));
            assertThrows(IllegalArgumentException.class, () -> four.join(GROUP, on, GROUP));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> four.join(GROUP, on, InetAddress.ofLiteral("0.0.0.0")));
            assertThrows(IllegalArgumentException.class, () -> both.join(GROUP, on, world.host6()));
            four.close();
            assertThrows(ClosedChannelException.class, () -> four.join(GROUP, on));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aMembershipIsOneKey(Ground ground) throws IOException {
        try (World world = new World(ground);
                DatagramChannel channel = ipv4(world)) {
            NetworkInterface on = servers(world);
            MembershipKey key = channel.join(GROUP, on);
            assertTrue(key.isValid());
            assertEquals(GROUP, key.group());
            assertEquals(on, key.networkInterface());
            assertNull(key.sourceAddress());
            assertSame(channel, key.channel());
            assertSame(key, channel.join(GROUP, on));
            assertThrows(IllegalStateException.class, () -> channel.join(GROUP, on, SOURCE));
            key.drop();
            assertFalse(key.isValid());
            key.drop();
            MembershipKey ofSource = channel.join(GROUP, on, SOURCE);
            assertNotEquals(key, ofSource);
            assertSame(ofSource, channel.join(GROUP, on, SOURCE));
            assertEquals(SOURCE, ofSource.sourceAddress());
            assertThrows(IllegalStateException.class, () -> channel.join(GROUP, on));
            assertThrows(IllegalStateException.class, () -> ofSource.block(SOURCE));
            channel.close();
            assertFalse(ofSource.isValid());
            ofSource.drop();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSourceIsBlockedAndHeardAgain(Ground ground) throws IOException {
        try (World world = new World(ground);
                DatagramChannel channel = ipv4(world)) {
            MembershipKey key = channel.join(GROUP, servers(world));
            assertThrows(IllegalStateException.class, () -> key.unblock(SOURCE));
            assertThrows(IllegalArgumentException.class, () -> key.block(GROUP));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> key.block(InetAddress.ofLiteral("0.0.0.0")));
            assertThrows(IllegalArgumentException.class, () -> key.block(world.host6()));
            assertSame(key, key.block(SOURCE));
            assertSame(key, key.block(SOURCE));
            assertSame(key, key.unblock(SOURCE));
            assertThrows(IllegalStateException.class, () -> key.unblock(SOURCE));
            key.drop();
            assertThrows(IllegalStateException.class, () -> key.block(SOURCE));
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsSentToAGroupIsHeardWhileItIsJoined(Ground ground) throws IOException {
        try (World world = new World(ground);
                DatagramChannel receiver = ipv4(world);
                DatagramChannel stranger = ipv4(world);
                DatagramChannel sender = ipv4(world)) {
            sender.setOption(StandardSocketOptions.IP_MULTICAST_IF, clients(world));
            assertEquals(clients(world), sender.getOption(StandardSocketOptions.IP_MULTICAST_IF));
            receiver.bind(new InetSocketAddress(0));
            stranger.bind(new InetSocketAddress(0));
            InetSocketAddress to = new InetSocketAddress(GROUP, Datagram.port(receiver));
            MembershipKey key = receiver.join(GROUP, servers(world));
            sender.send(Datagram.of("joined"), to);
            assertEquals("joined", Datagram.text(receiver));
            key.drop();
            sender.send(Datagram.of("left"), to);
            sender.send(
                    Datagram.of("stranger"), new InetSocketAddress(GROUP, Datagram.port(stranger)));
            sender.send(Datagram.of("direct"), world.at(Datagram.port(receiver)));
            assertEquals("direct", Datagram.text(receiver));
            stranger.configureBlocking(false);
            assertNull(stranger.receive(ByteBuffer.allocate(9)));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aBlockedSourceIsNotHeard(Ground ground) throws IOException {
        try (World world = new World(ground);
                DatagramChannel receiver = ipv4(world);
                DatagramChannel sender = ipv4(world)) {
            sender.setOption(StandardSocketOptions.IP_MULTICAST_IF, clients(world));
            receiver.bind(new InetSocketAddress(0));
            InetSocketAddress to = new InetSocketAddress(GROUP, Datagram.port(receiver));
            MembershipKey key = receiver.join(GROUP, servers(world));
            sender.send(Datagram.of("before"), to);
            ByteBuffer room = ByteBuffer.allocate(9);
            InetAddress source = ((InetSocketAddress) receiver.receive(room)).getAddress();
            key.block(source);
            sender.send(Datagram.of("blocked"), to);
            sender.send(Datagram.of("direct"), world.at(Datagram.port(receiver)));
            assertEquals("direct", Datagram.text(receiver));
            key.unblock(source);
            sender.send(Datagram.of("again"), to);
            assertEquals("again", Datagram.text(receiver));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSourceThatWasJoinedIsHeardAndOthersAreNot(Ground ground) throws IOException {
        try (World world = new World(ground);
                DatagramChannel receiver = ipv4(world);
                DatagramChannel other = ipv4(world);
                DatagramChannel sender = ipv4(world)) {
            sender.setOption(StandardSocketOptions.IP_MULTICAST_IF, clients(world));
            sender.bind(new InetSocketAddress(0));
            receiver.bind(new InetSocketAddress(0));
            other.bind(new InetSocketAddress(0));
            sender.send(Datagram.of("who"), world.at(Datagram.port(receiver)));
            InetAddress source =
                    ((InetSocketAddress) receiver.receive(ByteBuffer.allocate(9))).getAddress();
            receiver.join(GROUP, servers(world), source);
            other.join(GROUP, servers(world), SOURCE);
            sender.send(
                    Datagram.of("source"), new InetSocketAddress(GROUP, Datagram.port(receiver)));
            assertEquals("source", Datagram.text(receiver));
            sender.send(Datagram.of("source"), new InetSocketAddress(GROUP, Datagram.port(other)));
            sender.send(Datagram.of("direct"), world.at(Datagram.port(other)));
            assertEquals("direct", Datagram.text(other));
        }
    }

    @ParameterizedTest
    @EnumSource
    void theSenderHearsItselfUnlessItSaysNo(Ground ground) throws IOException {
        try (World world = new World(ground);
                DatagramChannel channel = ipv4(world)) {
            NetworkInterface on = servers(world);
            channel.setOption(StandardSocketOptions.IP_MULTICAST_IF, on);
            channel.bind(new InetSocketAddress(0));
            channel.join(GROUP, on);
            InetSocketAddress to = new InetSocketAddress(GROUP, Datagram.port(channel));
            assertTrue(channel.getOption(StandardSocketOptions.IP_MULTICAST_LOOP));
            channel.send(Datagram.of("loop"), to);
            assertEquals("loop", Datagram.text(channel));
            if (ground == Ground.STACK) {
                channel.setOption(StandardSocketOptions.IP_MULTICAST_LOOP, false);
                channel.send(Datagram.of("no loop"), to);
                channel.configureBlocking(false);
                assertNull(channel.receive(ByteBuffer.allocate(9)));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aGroupIsJoinedBeforeThePortIsChosenAndCanBeBoundTo(Ground ground) throws IOException {
        try (World world = new World(ground);
                DatagramChannel receiver = ipv4(world);
                DatagramChannel sender = ipv4(world)) {
            receiver.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            receiver.join(GROUP, servers(world));
            receiver.bind(new InetSocketAddress(GROUP, 0));
            assertEquals(GROUP, ((InetSocketAddress) receiver.getLocalAddress()).getAddress());
            sender.setOption(StandardSocketOptions.IP_MULTICAST_IF, clients(world));
            sender.send(Datagram.of("direct"), world.at(Datagram.port(receiver)));
            sender.send(
                    Datagram.of("group"), new InetSocketAddress(GROUP, Datagram.port(receiver)));
            assertEquals("group", Datagram.text(receiver));
        }
    }

    /** The kernel has no route for it on loopback. */
    @ParameterizedTest
    @EnumSource(names = "STACK")
    void groupsOfIpv6AreHeard(Ground ground) throws IOException {
        try (World world = new World(ground);
                DatagramChannel receiver = world.provider().openDatagramChannel();
                DatagramChannel sender =
                        world.provider().openDatagramChannel(StandardProtocolFamily.INET6)) {
            sender.setOption(StandardSocketOptions.IP_MULTICAST_IF, clients(world));
            receiver.bind(null);
            receiver.join(GROUP6, servers(world));
            sender.send(Datagram.of("six"), new InetSocketAddress(GROUP6, Datagram.port(receiver)));
            assertEquals("six", Datagram.text(receiver));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSenderConnectsToAGroup(Ground ground) throws IOException {
        try (World world = new World(ground);
                DatagramChannel receiver = ipv4(world);
                DatagramChannel sender = ipv4(world)) {
            sender.setOption(StandardSocketOptions.IP_MULTICAST_IF, clients(world));
            receiver.bind(new InetSocketAddress(0));
            receiver.join(GROUP, servers(world));
            sender.connect(new InetSocketAddress(GROUP, Datagram.port(receiver)));
            assertEquals(9, sender.write(Datagram.of("connected")));
            assertEquals("connected", Datagram.text(receiver));
        }
    }

    @Test
    void whoHasJoinedOnLoopbackHearsTheKernelAndTheFirstStackThatItDoesNotKnow()
            throws IOException {
        try (World world = new World(Ground.STACK);
                DatagramChannel receiver = ipv4(world);
                DatagramChannel sender = ipv4(world)) {
            receiver.bind(new InetSocketAddress(0));
            receiver.join(GROUP, loopback());
            InetSocketAddress to = new InetSocketAddress(GROUP, Datagram.port(receiver));
            sender.setOption(
                    StandardSocketOptions.IP_MULTICAST_IF,
                    StackInterfaces.of(world.stacks().getLast()).getFirst());
            sender.send(Datagram.of("from afar"), to);
            assertEquals("from afar", Datagram.text(receiver));
            sender.setOption(StandardSocketOptions.IP_MULTICAST_IF, loopback());
            sender.send(Datagram.of("from here"), to);
            assertEquals("from here", Datagram.text(receiver));
            try (DatagramChannel kernels = ipv4(new World(Ground.KERNEL))) {
                kernels.setOption(StandardSocketOptions.IP_MULTICAST_IF, loopback());
                kernels.send(Datagram.of("kernel's"), to);
                assertEquals("kernel's", Datagram.text(receiver));
            }
        }
    }

    @Test
    void aStacksInterfaceLooksLikeOne() throws IOException {
        try (World world = new World(Ground.STACK)) {
            NetworkInterface first = servers(world);
            NetworkInterface second = clients(world);
            assertNotEquals(first, second);
            assertEquals(first, servers(world));
            assertEquals(first.hashCode(), servers(world).hashCode());
            assertTrue(first.inetAddresses().anyMatch(world.host()::equals));
            assertFalse(second.inetAddresses().anyMatch(world.host()::equals));
            assertNotNull(first.toString());
            assertTrue(first.getIndex() > 0);
            assertFalse(first.getSubInterfaces().hasMoreElements());
            assertTrue(first.getInterfaceAddresses().isEmpty());
            assertFalse(first.isVirtual());
        }
    }
}
