package onload.jdk;

import static java.nio.charset.StandardCharsets.UTF_8;

import onload.jdk.net.AccelerationOption;
import onload.jdk.placement.StackInterfaces;
import onload.sockets.Stack;

import java.io.IOException;
import java.io.InputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;

/** A program of java.net in a JVM with our factories: it writes what its sockets are, and what they have got. */
final class InstalledProgram {
    private static final InetAddress OURS = InetAddress.ofLiteral("192.0.2.1");
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    private InstalledProgram() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments.length > 0) {
            installAfterSomebodyElse();
            return;
        }
        Installation.installSocketFactories();
        Installation.installSocketFactories();
        Installation.acceleration().stacks().forEach(InstalledProgram::awaitAddresses);
        stream("stream", new ServerSocket(0, 5, OURS), OURS);
        stream("wildcard", new ServerSocket(0), OURS);
        stream("loopback", new ServerSocket(0), LOOPBACK);
        datagram("datagram", new DatagramSocket(0, OURS), OURS);
        datagram("datagram at the wildcard", new DatagramSocket(), OURS);
        datagram("datagram at loopback", new MulticastSocket(0), LOOPBACK);
        group();
        Installation.end();
    }

    @SuppressWarnings("deprecation")
    private static void installAfterSomebodyElse() throws IOException {
        Socket.setSocketImplFactory(() -> {
            throw new IllegalStateException("nobody opens a socket here");
        });
        try {
            Installation.installSocketFactories();
        } catch (IllegalStateException e) {
            say(String.valueOf(e.getMessage()));
        }
    }

    private static void awaitAddresses(Stack stack) {
        if (!stack.awaitAddresses(5_000_000_000L)) {
            throw new IllegalStateException("the stack's addresses are not ready");
        }
    }

    @SuppressWarnings("SystemOut")
    private static void say(String line) {
        System.out.println(line);
    }

    private static void stream(String name, ServerSocket listening, InetAddress host)
            throws IOException {
        try (ServerSocket server = listening;
                Socket client = new Socket(host, server.getLocalPort());
                Socket accepted = server.accept()) {
            client.setTcpNoDelay(true);
            client.getOutputStream().write(name.getBytes(UTF_8));
            client.shutdownOutput();
            InputStream in = accepted.getInputStream();
            say(
                    "%s %s %s %s"
                            .formatted(
                                    new String(in.readAllBytes(), UTF_8),
                                    server.getOption(AccelerationOption.ACCELERATED),
                                    client.getOption(AccelerationOption.ACCELERATED),
                                    accepted.getOption(AccelerationOption.ACCELERATED)));
        }
    }

    private static void datagram(String name, DatagramSocket receiving, InetAddress host)
            throws IOException {
        try (DatagramSocket server = receiving;
                DatagramSocket client = new DatagramSocket()) {
            server.setSoTimeout(5_000);
            byte[] bytes = name.getBytes(UTF_8);
            client.send(new DatagramPacket(bytes, bytes.length, host, server.getLocalPort()));
            DatagramPacket got = new DatagramPacket(new byte[100], 100);
            server.receive(got);
            say(
                    "%s %s"
                            .formatted(
                                    new String(got.getData(), 0, got.getLength(), UTF_8),
                                    server.getOption(AccelerationOption.ACCELERATED)));
        }
    }

    /** Both ends are members at the wire that the stacks have between them. */
    private static void group() throws IOException {
        InetAddress group = InetAddress.ofLiteral("239.7.7.7");
        NetworkInterface wire =
                StackInterfaces.of(Installation.acceleration().stacks().getFirst()).getFirst();
        try (MulticastSocket member = new MulticastSocket(0);
                MulticastSocket sender = new MulticastSocket()) {
            member.setSoTimeout(5_000);
            member.joinGroup(new InetSocketAddress(group, 0), wire);
            sender.setNetworkInterface(wire);
            sender.setTimeToLive(3);
            sender.send(new DatagramPacket(new byte[] {1, 2}, 2, group, member.getLocalPort()));
            DatagramPacket got = new DatagramPacket(new byte[100], 100);
            member.receive(got);
            say("group " + got.getLength() + " " + sender.getTimeToLive());
        }
    }
}
