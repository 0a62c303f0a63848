package onload.bench;

import onload.nic.NicSpec;
import onload.nic.Nics;
import onload.nic.packet.PacketPool;
import onload.nic.packet.PoolOptions;
import onload.sockets.SocketOption;
import onload.sockets.Stack;
import onload.sockets.Status;
import onload.sockets.TcpServerSocket;
import onload.sockets.TcpSocket;
import onload.sockets.UdpSocket;
import onload.testkit.linux.Namespace;
import onload.testkit.linux.Sandbox;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Messages of 64 bytes there and back over a pair of virtual Ethernet devices between two namespaces: sockets of the
 * kernel at both ends, stacks of onload on AF_XDP at both ends, and AF_XDP alone, as the floor. In one run and
 * in turns, each thread bound to a processor of its own. Needs root.
 *
 * <pre>
 * java … onload.bench.RealNics [ping-pong] [bulk] [NAME=VALUE]…      # without names both
 * </pre>
 */
public final class RealNics {
    private static final long CONNECT_TIMEOUT_NS = 5_000_000_000L;
    private static final List<String> ALL = List.of("ping-pong", "bulk");
    private static final int PORT = 7;
    static final String ONE = "192.0.2.1";
    static final String OTHER = "192.0.2.2";

    private final RunLength length;
    private final Sandbox sandbox;
    private int cables;

    private RealNics(RunLength length, Sandbox sandbox) {
        this.length = length;
        this.sandbox = sandbox;
    }

    /**
     * Runs both protocols and prints their tables.
     *
     * @param arguments how long to run as {@link RunLength} reads it
     * @throws Exception if a benchmark fails
     */
    public static void main(String[] arguments) throws Exception {
        Locale.setDefault(Locale.ROOT);
        List<String> names = new ArrayList<>();
        List<String> settings = new ArrayList<>();
        for (String argument : arguments) {
            (ALL.contains(argument) ? names : settings).add(argument);
        }
        RunLength length = RunLength.of(settings);
        for (String name : names.isEmpty() ? ALL : names) {
            try (Sandbox sandbox = Sandbox.open()) {
                RealNics nics = new RealNics(length, sandbox);
                if (name.equals("bulk")) {
                    new RealNicsBulk(length, nics).run();
                } else {
                    nics.run();
                }
            }
        }
    }

    private void run() throws IOException {
        compare(
                "TCP",
                List.of(
                        raw(),
                        tcp("onload polling", "polled", "0", false),
                        tcp("onload spinning", "shared", "forever", true),
                        tcp("onload blocking", "shared", "0", true),
                        kernelTcp("kernel polling", false),
                        kernelTcp("kernel blocking", true)));
        compare(
                "UDP",
                List.of(
                        raw(),
                        udp("onload polling", "polled", "0", false),
                        udp("onload spinning", "shared", "forever", true),
                        udp("onload blocking", "shared", "0", true),
                        kernelUdp("kernel polling", false),
                        kernelUdp("kernel blocking", true)));
    }

    private void compare(String protocol, List<Lane> lanes) throws IOException {
        List<Lane> chosen = PingPong.measure(lanes, length);
        PingPong.print(protocol, chosen);
        for (String ours : List.of("onload polling", "onload spinning", "onload blocking")) {
            PingPong.ratio(chosen, ours, "raw AF_XDP");
            PingPong.ratio(chosen, ours, "kernel polling");
            PingPong.ratio(chosen, ours, "kernel blocking");
        }
        for (Lane lane : lanes) {
            lane.close();
        }
    }

    Cable cable() {
        return new Cable();
    }

    /** A pair of devices between two new namespaces. */
    final class Cable {
        final Namespace one;
        final Namespace other;
        final String oneDevice;
        final String otherDevice;

        Cable() {
            int number = cables++;
            one = sandbox.namespace("one");
            other = sandbox.namespace("other");
            oneDevice = "one" + number;
            otherDevice = "other" + number;
            // The kernel says nothing by itself where it is not measured.
            one.sysctl("net.ipv6.conf.default.disable_ipv6", "1");
            other.sysctl("net.ipv6.conf.default.disable_ipv6", "1");
            sandbox.join(one, oneDevice, other, otherDevice, 1500);
        }

        Cable withAddresses() {
            one.address(oneDevice, ONE + "/24");
            other.address(otherDevice, OTHER + "/24");
            return this;
        }

        String oneNic() {
            return "afxdp:%s,netns=%s".formatted(oneDevice, one.name());
        }

        String otherNic() {
            return "afxdp:%s,netns=%s".formatted(otherDevice, other.name());
        }
    }

    private Lane raw() {
        Cable cable = new Cable();
        RawEnd one = rawEnd(cable.oneNic());
        RawEnd other = rawEnd(cable.otherNic());
        one.peer(other);
        other.peer(one);
        return new Lane("raw AF_XDP", one, other).pinned(0, 1);
    }

    private static RawEnd rawEnd(String nic) {
        PacketPool pool = PacketPool.open(PoolOptions.of(4096));
        return new RawEnd(Nics.installed().open(NicSpec.parse(nic), pool), pool);
    }

    static Stack stack(String nic, String address, String drive, String spin) {
        return Stack.builder()
                .nic(nic)
                .address(address + "/24")
                .option("drive", drive)
                .option("spin", spin)
                .option("ipv6", "0")
                .open();
    }

    private Lane tcp(String name, String drive, String spin, boolean waits) throws IOException {
        Cable cable = new Cable();
        Stack one = stack(cable.oneNic(), ONE, drive, spin);
        Stack other = stack(cable.otherNic(), OTHER, drive, spin);
        TcpServerSocket server = other.listen(at(OTHER), 1);
        TcpSocket client = one.tcp();
        Status.check(client.connect(at(OTHER)), "connecting");
        long startNs = System.nanoTime();
        TcpSocket accepted = null;
        // Both stacks may be ones that nobody else drives: each call here drives its own.
        while ((client.connected() != 0 || accepted == null)
                && System.nanoTime() - startNs < CONNECT_TIMEOUT_NS) {
            accepted = accepted == null ? server.accept() : accepted;
        }
        if (accepted == null) {
            throw new IOException("no connection between two stacks");
        }
        client.set(SocketOption.TCP_NODELAY, 1);
        accepted.set(SocketOption.TCP_NODELAY, 1);
        return new Lane(name, End.of(client, waits), End.of(accepted, waits), one, other)
                .pinned(0, 1);
    }

    private Lane udp(String name, String drive, String spin, boolean waits) throws IOException {
        Cable cable = new Cable();
        Stack first = stack(cable.oneNic(), ONE, drive, spin);
        Stack second = stack(cable.otherNic(), OTHER, drive, spin);
        UdpSocket one = first.udp();
        UdpSocket other = second.udp();
        Status.check(one.bind(at(ONE)), "binding");
        Status.check(other.bind(at(OTHER)), "binding");
        Status.check(one.connect(at(OTHER)), "connecting");
        Status.check(other.connect(at(ONE)), "connecting");
        return new Lane(name, End.of(one, waits), End.of(other, waits), first, second).pinned(0, 1);
    }

    private Lane kernelTcp(String name, boolean waits) throws IOException {
        Cable cable = new Cable().withAddresses();
        try (ServerSocketChannel server = cable.other.call(ServerSocketChannel::open)) {
            server.bind(at(OTHER));
            SocketChannel client = cable.one.call(SocketChannel::open);
            client.connect(at(OTHER));
            SocketChannel accepted = server.accept();
            for (SocketChannel each : List.of(client, accepted)) {
                each.setOption(StandardSocketOptions.TCP_NODELAY, true);
                each.configureBlocking(waits);
            }
            return new Lane(name, End.of(client), End.of(accepted)).pinned(0, 1);
        }
    }

    private Lane kernelUdp(String name, boolean waits) throws IOException {
        Cable cable = new Cable().withAddresses();
        DatagramChannel one = cable.one.call(DatagramChannel::open).bind(at(ONE));
        DatagramChannel other = cable.other.call(DatagramChannel::open).bind(at(OTHER));
        one.connect(at(OTHER));
        other.connect(at(ONE));
        one.configureBlocking(waits);
        other.configureBlocking(waits);
        return new Lane(name, End.of(one), End.of(other)).pinned(0, 1);
    }

    static InetSocketAddress at(String address) {
        return new InetSocketAddress(address, PORT);
    }
}
