package onload.bench;

import onload.linux.thread.Affinity;
import onload.sockets.Stack;
import onload.sockets.Status;
import onload.sockets.TcpServerSocket;
import onload.sockets.TcpSocket;
import onload.sockets.UdpSocket;

import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * How much goes one way over a pair of virtual Ethernet devices: bytes of TCP, and datagrams of 64 bytes that
 * arrive. Each of the two threads is bound to a processor, and polls without waiting.
 */
final class RealNicsBulk {
    private static final int BLOCK = 1 << 16;
    private static final int DATAGRAM = 64;
    private static final long SECOND = 1_000_000_000L;

    private final RunLength length;
    private final RealNics cables;

    RealNicsBulk(RunLength length, RealNics cables) {
        this.length = length;
        this.cables = cables;
    }

    /** Takes what is sent. */
    @FunctionalInterface
    private interface Taking {
        /** {@return how much has come, 0 if nothing has} */
        int take() throws IOException;
    }

    /** One way: who sends, who receives, and what is closed afterwards. */
    private record Way(String name, Taking send, Taking receive, List<AutoCloseable> below) {}

    void run() throws Exception {
        List<Way> tcp = List.of(onloadTcp(), onloadToKernel(), kernelToOnload(), kernelTcp());
        measure("TCP one way, GB/s", tcp, 1e9);
        List<Way> udp = List.of(onloadUdp(), kernelUdp());
        measure("UDP one way, million datagrams of 64 bytes a second that arrive", udp, 1e6);
    }

    private void measure(String title, List<Way> ways, double unit) throws Exception {
        System.out.printf("%n%s%n%-18s %8s   %s%n", title, "", "median", "rounds");
        List<List<Double>> rates = new ArrayList<>();
        ways.forEach(_ -> rates.add(new ArrayList<>()));
        for (int round = -length.warmUps(); round < length.rounds(); round++) {
            for (int i = 0; i < ways.size(); i++) {
                double rate = rate(ways.get(i));
                if (round >= 0) {
                    rates.get(i).add(rate);
                }
            }
        }
        for (int i = 0; i < ways.size(); i++) {
            List<Double> sorted = rates.get(i).stream().sorted().toList();
            System.out.printf(
                    "%-18s %8.3f   %.3f – %.3f%n",
                    ways.get(i).name(),
                    sorted.get(sorted.size() / 2) / unit,
                    sorted.getFirst() / unit,
                    sorted.getLast() / unit);
        }
        for (Way way : ways) {
            for (AutoCloseable each : way.below()) {
                each.close();
            }
        }
    }

    /** {@return how much arrives in a second} */
    private double rate(Way way) throws Exception {
        Sender sender = new Sender(way.send());
        Thread thread = Thread.ofPlatform().name("sender").start(sender);
        Affinity.bind(1);
        long startNs = System.nanoTime();
        long taken = 0;
        long nowNs = startNs;
        while (nowNs - startNs < length.roundNs()) {
            taken += way.receive().take();
            nowNs = System.nanoTime();
        }
        sender.isOver = true;
        long quietNs = System.nanoTime();
        // What is under way does not count, and must not come in the next round.
        while (System.nanoTime() - quietNs < SECOND / 20 || thread.isAlive()) {
            if (way.receive().take() > 0) {
                quietNs = System.nanoTime();
            }
        }
        thread.join();
        if (sender.failure != null) {
            throw new IOException(way.name() + " has failed", sender.failure);
        }
        return taken * (double) SECOND / (nowNs - startNs);
    }

    private static final class Sender implements Runnable {
        private final Taking sending;
        volatile boolean isOver;
        volatile IOException failure;

        @SuppressWarnings("NullAway") // null while nothing has failed
        Sender(Taking sending) {
            this.sending = sending;
        }

        @Override
        public void run() {
            Affinity.bind(0);
            try {
                while (!isOver) {
                    sending.take();
                }
            } catch (IOException e) {
                failure = e;
            }
        }
    }

    // TCP.

    private Way onloadTcp() throws IOException {
        RealNics.Cable cable = cables.cable();
        Stack one = RealNics.stack(cable.oneNic(), RealNics.ONE, "polled", "0");
        Stack other = RealNics.stack(cable.otherNic(), RealNics.OTHER, "polled", "0");
        TcpServerSocket server = other.listen(RealNics.at(RealNics.OTHER), 1);
        TcpSocket client = one.tcp();
        Status.check(client.connect(RealNics.at(RealNics.OTHER)), "connecting");
        TcpSocket accepted = null;
        while (client.connected() != 0 || accepted == null) {
            accepted = accepted == null ? server.accept() : accepted;
        }
        return new Way(
                "onload to onload", sending(client), receiving(accepted), List.of(one, other));
    }

    private Way onloadToKernel() throws IOException {
        RealNics.Cable cable = cables.cable();
        Stack one = RealNics.stack(cable.oneNic(), RealNics.ONE, "polled", "0");
        cable.other.address(cable.otherDevice, RealNics.OTHER + "/24");
        cable.other.fillChecksums(cable.otherDevice);
        ServerSocketChannel server = cable.other.call(ServerSocketChannel::open);
        server.bind(RealNics.at(RealNics.OTHER));
        server.configureBlocking(false);
        TcpSocket client = one.tcp();
        Status.check(client.connect(RealNics.at(RealNics.OTHER)), "connecting");
        SocketChannel accepted = null;
        while (client.connected() != 0 || accepted == null) {
            accepted = accepted == null ? server.accept() : accepted;
        }
        server.close();
        accepted.configureBlocking(false);
        return new Way(
                "onload to kernel", sending(client), receiving(accepted), List.of(accepted, one));
    }

    private Way kernelToOnload() throws IOException {
        RealNics.Cable cable = cables.cable();
        Stack other = RealNics.stack(cable.otherNic(), RealNics.OTHER, "polled", "0");
        cable.one.address(cable.oneDevice, RealNics.ONE + "/24");
        cable.one.fillChecksums(cable.oneDevice);
        TcpServerSocket server = other.listen(RealNics.at(RealNics.OTHER), 1);
        SocketChannel client = cable.one.call(SocketChannel::open);
        client.configureBlocking(false);
        client.connect(RealNics.at(RealNics.OTHER));
        TcpSocket accepted = null;
        while (!client.finishConnect() || accepted == null) {
            accepted = accepted == null ? server.accept() : accepted;
        }
        return new Way(
                "kernel to onload", sending(client), receiving(accepted), List.of(client, other));
    }

    private Way kernelTcp() throws IOException {
        RealNics.Cable cable = cables.cable().withAddresses();
        try (ServerSocketChannel server = cable.other.call(ServerSocketChannel::open)) {
            server.bind(RealNics.at(RealNics.OTHER));
            SocketChannel client = cable.one.call(SocketChannel::open);
            client.connect(RealNics.at(RealNics.OTHER));
            SocketChannel accepted = server.accept();
            client.configureBlocking(false);
            accepted.configureBlocking(false);
            return new Way(
                    "kernel to kernel",
                    sending(client),
                    receiving(accepted),
                    List.of(client, accepted));
        }
    }

    private static Taking sending(TcpSocket socket) {
        UnsafeBuffer block = new UnsafeBuffer(ByteBuffer.allocateDirect(BLOCK));
        return () -> more(socket.send(block, 0, BLOCK));
    }

    private static Taking receiving(TcpSocket socket) {
        UnsafeBuffer block = new UnsafeBuffer(ByteBuffer.allocateDirect(BLOCK));
        return () -> more(socket.receive(block, 0, BLOCK));
    }

    private static int more(int result) throws IOException {
        if (result == Status.WOULD_BLOCK) {
            return 0;
        }
        return Status.check(result, "sending or receiving");
    }

    private static Taking sending(SocketChannel channel) {
        ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
        return () -> channel.write(block.clear());
    }

    private static Taking receiving(SocketChannel channel) {
        ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
        return () -> Math.max(0, channel.read(block.clear()));
    }

    // UDP.

    private Way onloadUdp() throws IOException {
        RealNics.Cable cable = cables.cable();
        Stack first = RealNics.stack(cable.oneNic(), RealNics.ONE, "polled", "0");
        Stack second = RealNics.stack(cable.otherNic(), RealNics.OTHER, "polled", "0");
        UdpSocket one = first.udp();
        UdpSocket other = second.udp();
        Status.check(one.bind(RealNics.at(RealNics.ONE)), "binding");
        Status.check(other.bind(RealNics.at(RealNics.OTHER)), "binding");
        Status.check(one.connect(RealNics.at(RealNics.OTHER)), "connecting");
        UnsafeBuffer out = new UnsafeBuffer(ByteBuffer.allocateDirect(DATAGRAM));
        UnsafeBuffer in = new UnsafeBuffer(ByteBuffer.allocateDirect(DATAGRAM));
        return new Way(
                "onload to onload",
                () -> one.send(out, 0, DATAGRAM),
                () -> other.receive(in, 0, DATAGRAM, null) == DATAGRAM ? 1 : 0,
                List.of(first, second));
    }

    private Way kernelUdp() throws IOException {
        RealNics.Cable cable = cables.cable().withAddresses();
        DatagramChannel one = cable.one.call(DatagramChannel::open);
        DatagramChannel other = cable.other.call(DatagramChannel::open);
        one.bind(RealNics.at(RealNics.ONE));
        other.setOption(StandardSocketOptions.SO_RCVBUF, 1 << 20);
        other.bind(RealNics.at(RealNics.OTHER));
        InetSocketAddress to = RealNics.at(RealNics.OTHER);
        one.connect(to);
        one.configureBlocking(false);
        other.configureBlocking(false);
        ByteBuffer out = ByteBuffer.allocateDirect(DATAGRAM);
        ByteBuffer in = ByteBuffer.allocateDirect(DATAGRAM);
        return new Way(
                "kernel to kernel",
                () -> one.write(out.clear()),
                () -> other.receive(in.clear()) == null ? 0 : 1,
                List.of(one, other));
    }
}
