package onload.bench;

import onload.sockets.SocketOption;
import onload.sockets.Status;
import onload.sockets.TcpServerSocket;
import onload.sockets.TcpSocket;
import onload.sockets.UdpSocket;

import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;

/**
 * Messages of 64 bytes there and back between two threads: two stacks of onload on an emulated cable, and the
 * kernel's loopback by java.nio, in one run and in turns, so that what else happens on the machine happens to all.
 *
 * <ul>
 *   <li><em>blocking</em>: calls that wait, and sleep at once when there is nothing ({@code spin=0}; channels
 * that block)
 *   <li><em>spinning</em>: calls that wait, and poll until there is something ({@code spin=forever})
 *   <li><em>polling</em>: calls that do not wait, in a loop, each thread on a stack of its own that nobody else
 * drives ({@code drive=polled}; channels that do not block)
 * </ul>
 *
 * <p>What spins needs a core for each of the two threads.
 */
final class PingPong {
    private static final long CONNECT_TIMEOUT_NS = 5_000_000_000L;
    private static final int PORT = 7;

    private final RunLength length;

    PingPong(RunLength length) {
        this.length = length;
    }

    /** Runs both protocols and prints their tables. */
    void run() throws IOException {
        compare(
                "TCP",
                List.of(
                        tcp("onload blocking", "shared", "0", true),
                        kernelTcp("kernel blocking", true),
                        tcp("onload spinning", "shared", "forever", true),
                        tcp("onload polling", "polled", "0", false),
                        kernelTcp("kernel polling", false)));
        compare(
                "UDP",
                List.of(
                        udp("onload blocking", "shared", "0", true),
                        kernelUdp("kernel blocking", true),
                        udp("onload spinning", "shared", "forever", true),
                        udp("onload polling", "polled", "0", false),
                        kernelUdp("kernel polling", false)));
    }

    private void compare(String protocol, List<Lane> lanes) throws IOException {
        List<Lane> chosen = measure(lanes, length);
        print(protocol, chosen);
        ratio(chosen, "onload blocking", "kernel blocking");
        ratio(chosen, "onload spinning", "kernel polling");
        ratio(chosen, "onload polling", "kernel polling");
        for (Lane lane : lanes) {
            lane.close();
        }
    }

    /** {@return those of the lanes that were chosen, after all their rounds, which take turns} */
    static List<Lane> measure(List<Lane> lanes, RunLength length) throws IOException {
        List<Lane> chosen =
                lanes.stream().filter(lane -> lane.name().contains(length.lanes())).toList();
        for (int round = -length.warmUps(); round < length.rounds(); round++) {
            for (Lane lane : chosen) {
                lane.round(length.roundNs(), round >= 0);
            }
        }
        return chosen;
    }

    // What is measured.

    private static Lane tcp(String name, String drive, String spin, boolean waits)
            throws IOException {
        StackPair pair = StackPair.open(b -> b.option("drive", drive).option("spin", spin));
        TcpServerSocket server = pair.other.listen(StackPair.atOther(PORT), 1);
        TcpSocket client = pair.one.tcp();
        Status.check(client.connect(StackPair.atOther(PORT)), "connecting");
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
        return new Lane(name, End.of(client, waits), End.of(accepted, waits), pair);
    }

    private static Lane udp(String name, String drive, String spin, boolean waits)
            throws IOException {
        StackPair pair = StackPair.open(b -> b.option("drive", drive).option("spin", spin));
        UdpSocket one = pair.one.udp();
        UdpSocket other = pair.other.udp();
        Status.check(one.bind(StackPair.atOne(PORT)), "binding");
        Status.check(other.bind(StackPair.atOther(PORT)), "binding");
        Status.check(one.connect(StackPair.atOther(PORT)), "connecting");
        Status.check(other.connect(StackPair.atOne(PORT)), "connecting");
        return new Lane(name, End.of(one, waits), End.of(other, waits), pair);
    }

    private static Lane kernelTcp(String name, boolean waits) throws IOException {
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(loopback());
            SocketChannel client = SocketChannel.open(server.getLocalAddress());
            SocketChannel accepted = server.accept();
            for (SocketChannel each : List.of(client, accepted)) {
                each.setOption(StandardSocketOptions.TCP_NODELAY, true);
                each.configureBlocking(waits);
            }
            return new Lane(name, End.of(client), End.of(accepted));
        }
    }

    private static Lane kernelUdp(String name, boolean waits) throws IOException {
        DatagramChannel one = DatagramChannel.open().bind(loopback());
        DatagramChannel other = DatagramChannel.open().bind(loopback());
        one.connect(other.getLocalAddress());
        other.connect(one.getLocalAddress());
        one.configureBlocking(waits);
        other.configureBlocking(waits);
        return new Lane(name, End.of(one), End.of(other));
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    // What is printed.

    static void print(String protocol, List<Lane> lanes) {
        System.out.printf("%n%s ping-pong, %d bytes, round trips in ns%n", protocol, End.LENGTH);
        System.out.printf(
                "%-18s %10s %9s %9s %9s %10s   %s%n",
                "", "count", "p50", "p99", "p99.9", "max", "p50 of the rounds");
        for (Lane lane : lanes) {
            Histogram all = lane.all();
            System.out.printf(
                    "%-18s %10d %9d %9d %9d %10d   %d – %d%n",
                    lane.name(),
                    all.getTotalCount(),
                    all.getValueAtPercentile(50),
                    all.getValueAtPercentile(99),
                    all.getValueAtPercentile(99.9),
                    all.getMaxValue(),
                    lane.medians().getFirst(),
                    lane.medians().getLast());
        }
    }

    static void ratio(List<Lane> lanes, String ours, String theirs) {
        Histogram one = find(lanes, ours);
        Histogram other = find(lanes, theirs);
        if (one == null || other == null) {
            return;
        }
        System.out.printf("%s / %s:", ours, theirs);
        for (double percentile : List.of(50.0, 99.0, 99.9)) {
            System.out.printf(
                    "  p%s %.2f",
                    percentile == 99.9 ? "99.9" : String.valueOf((int) percentile),
                    (double) one.getValueAtPercentile(percentile)
                            / other.getValueAtPercentile(percentile));
        }
        System.out.println();
    }

    private static @Nullable Histogram find(List<Lane> lanes, String name) {
        for (Lane lane : lanes) {
            if (lane.name().equals(name)) {
                return lane.all();
            }
        }
        return null;
    }
}
