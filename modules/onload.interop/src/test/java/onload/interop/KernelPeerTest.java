package onload.interop;

import static onload.interop.Link.SECOND;
import static onload.interop.Link.at;
import static onload.interop.Link.kernelAddress;
import static onload.interop.Link.stackAddress;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.sockets.Status;
import onload.sockets.TcpServerSocket;
import onload.sockets.TcpSocket;
import onload.sockets.UdpSocket;
import onload.udp.UdpMessage;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.CRC32C;

/** What a stack and the kernel say to each other, each way. */
@Timeout(120)
class KernelPeerTest {
    private static final boolean IS_LONG = "long".equals(System.getProperty("onload.interop"));
    private static final long GIGABYTE = 1L << 30;
    private static final long SOME = 1L << 26;

    /** A gigabyte over AF_XDP by IPv4 in each build, and over all in a long run. */
    private static long bulk(String kind, int version) {
        return IS_LONG || (kind.equals("afxdp") && version == 4) ? GIGABYTE : SOME;
    }

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    @ParameterizedTest
    @CsvSource({"tap, 4", "tap, 6", "afxdp, 4", "afxdp, 6", "tap-jumbo, 4", "afxdp-jumbo, 6"})
    void theKernelPingsTheStack(String kind, int version) {
        try (Link link = Link.of(kind)) {
            for (int length : new int[] {56, 1400, 4000, 60_000}) {
                link.far.run(
                        "ping",
                        "-c",
                        "3",
                        "-i",
                        "0.01",
                        "-W",
                        "5",
                        "-s",
                        String.valueOf(length),
                        stackAddress(version));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"tap, 4", "tap, 6", "afxdp, 4", "afxdp, 6", "tap-jumbo, 4", "afxdp-jumbo, 6"})
    void datagramsOfEveryLengthGoToTheKernelAndBack(String kind, int version) throws Exception {
        try (Link link = Link.of(kind);
                DatagramSocket echo = link.far.call(() -> new DatagramSocket(7))) {
            Future<?> echoing = threads.submit(() -> echo(echo));
            UdpSocket socket = link.stack.udp();
            assertEquals(0, socket.connect(at(kernelAddress(version), 7)));
            UnsafeBuffer out = new UnsafeBuffer(new byte[65_507]);
            UnsafeBuffer in = new UnsafeBuffer(new byte[65_507]);
            SplittableRandom random = new SplittableRandom(1);
            for (int length : new int[] {0, 1, 63, 1000, 1471, 1472, 1473, 8000, 20_000, 65_000}) {
                random.nextBytes(out.byteArray());
                assertEquals(length, socket.send(out, 0, length));
                assertEquals(length, socket.receive(in, 0, 65_507, null, 5 * SECOND));
                assertEquals(
                        crc(out.byteArray(), length), crc(in.byteArray(), length), "" + length);
            }
            echo.close();
            echoing.get();
        }
    }

    private static void echo(DatagramSocket socket) {
        byte[] bytes = new byte[65_507];
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(bytes, bytes.length);
                socket.receive(packet);
                socket.send(packet);
            }
        } catch (IOException e) {
            // The socket was closed.
        }
    }

    @ParameterizedTest
    @CsvSource({"tap, 4", "tap, 6", "afxdp, 4", "afxdp, 6", "tap-jumbo, 4", "afxdp-jumbo, 6"})
    void datagramsOfEveryLengthGoToTheStackAndBack(String kind, int version) throws Exception {
        try (Link link = Link.of(kind);
                DatagramSocket socket = link.far.call(() -> new DatagramSocket())) {
            UdpSocket echo = link.stack.udp();
            assertEquals(0, echo.bind(at(stackAddress(version), 7)));
            Future<?> echoing = threads.submit(() -> echo(echo));
            socket.setSoTimeout(5000);
            byte[] out = new byte[65_507];
            byte[] in = new byte[65_507];
            new SplittableRandom(1).nextBytes(out);
            InetAddress address = InetAddress.getByName(stackAddress(version));
            for (int length : new int[] {0, 1, 63, 1000, 1471, 1472, 1473, 8000, 20_000, 65_000}) {
                socket.send(new DatagramPacket(out, length, address, 7));
                DatagramPacket packet = new DatagramPacket(in, in.length);
                socket.receive(packet);
                assertEquals(length, packet.getLength());
                assertEquals(crc(out, length), crc(in, length));
            }
            echo.close();
            echoing.get();
        }
    }

    private static void echo(UdpSocket socket) {
        UnsafeBuffer bytes = new UnsafeBuffer(new byte[65_507]);
        UdpMessage message = new UdpMessage();
        int length;
        while ((length = socket.receive(bytes, 0, 65_507, message, 60 * SECOND)) >= 0) {
            socket.sendTo(
                    bytes,
                    0,
                    length,
                    message.sourceHigh(),
                    message.sourceLow(),
                    message.sourcePort());
        }
    }

    @ParameterizedTest
    @CsvSource({"tap, 4", "tap, 6", "afxdp, 4", "afxdp, 6", "tap-jumbo, 4", "afxdp-jumbo, 6"})
    void bulkGoesToTheKernelWhole(String kind, int version) throws Exception {
        try (Link link = Link.of(kind);
                ServerSocket server = link.far.call(() -> new ServerSocket(9))) {
            Future<Long> sum =
                    threads.submit(() -> {
                        try (Socket accepted = server.accept()) {
                            return sumOf(accepted, bulk(kind, version));
                        }
                    });
            TcpSocket socket = link.stack.tcp();
            assertEquals(0, socket.connect(at(kernelAddress(version), 9), 5 * SECOND));
            assertEquals(send(socket, bulk(kind, version)), sum.get());
            socket.close();
        }
    }

    @ParameterizedTest
    @CsvSource({"tap, 4", "tap, 6", "afxdp, 4", "afxdp, 6", "tap-jumbo, 4", "afxdp-jumbo, 6"})
    void bulkGoesToTheStackWhole(String kind, int version) throws Exception {
        try (Link link = Link.of(kind)) {
            TcpServerSocket server = link.stack.listen(at(stackAddress(version), 9), 8);
            Future<Long> sent =
                    threads.submit(() -> {
                        try (Socket socket = connected(link, version, 9)) {
                            return send(socket, bulk(kind, version));
                        }
                    });
            TcpSocket socket = Objects.requireNonNull(server.accept(10 * SECOND));
            long received = sumOf(socket, bulk(kind, version));
            assertEquals(sent.get(), received);
            socket.close();
        }
    }

    /** A socket of the kernel, which is made by its first call. */
    private static Socket connected(Link link, int version, int port) {
        return link.far.call(() -> {
            Socket socket = new Socket();
            socket.connect(at(stackAddress(version), port), 5000);
            return socket;
        });
    }

    private static long send(TcpSocket socket, long bytes) {
        byte[] block = new byte[1 << 16];
        SplittableRandom random = new SplittableRandom(7);
        CRC32C sum = new CRC32C();
        UnsafeBuffer buffer = new UnsafeBuffer(block);
        for (long sent = 0; sent < bytes; ) {
            random.nextBytes(block);
            sum.update(block);
            int done = 0;
            while (done < block.length) {
                int taken = socket.send(buffer, done, block.length - done, 20 * SECOND);
                assertTrue(taken > 0, () -> Status.text(taken) + " after some bytes");
                done += taken;
            }
            sent += block.length;
        }
        assertEquals(0, socket.shutdownOutput());
        return sum.getValue();
    }

    private static long send(Socket socket, long bytes) throws IOException {
        byte[] block = new byte[1 << 16];
        SplittableRandom random = new SplittableRandom(7);
        CRC32C sum = new CRC32C();
        for (long sent = 0; sent < bytes; sent += block.length) {
            random.nextBytes(block);
            sum.update(block);
            socket.getOutputStream().write(block);
        }
        socket.shutdownOutput();
        return sum.getValue();
    }

    private static long sumOf(Socket socket, long expected) throws IOException {
        byte[] block = new byte[1 << 16];
        CRC32C sum = new CRC32C();
        long bytes = 0;
        int count;
        while ((count = socket.getInputStream().read(block)) >= 0) {
            sum.update(block, 0, count);
            bytes += count;
        }
        assertEquals(expected, bytes);
        return sum.getValue();
    }

    private static long sumOf(TcpSocket socket, long expected) {
        byte[] block = new byte[1 << 16];
        UnsafeBuffer buffer = new UnsafeBuffer(block);
        CRC32C sum = new CRC32C();
        long bytes = 0;
        int count;
        while ((count = socket.receive(buffer, 0, block.length, 20 * SECOND)) > 0) {
            sum.update(block, 0, count);
            bytes += count;
        }
        assertEquals(Status.END_OF_STREAM, count);
        assertEquals(expected, bytes);
        return sum.getValue();
    }

    private static long crc(byte[] bytes, int length) {
        CRC32C sum = new CRC32C();
        sum.update(bytes, 0, length);
        return sum.getValue();
    }

    @ParameterizedTest
    @CsvSource({"tap, 4", "afxdp, 6"})
    void aHalfThatIsClosedLeavesTheOtherOpen(String kind, int version) throws Exception {
        try (Link link = Link.of(kind);
                ServerSocket server = link.far.call(() -> new ServerSocket(9))) {
            Future<Integer> answered =
                    threads.submit(() -> {
                        try (Socket accepted = server.accept()) {
                            int count = accepted.getInputStream().readAllBytes().length;
                            accepted.getOutputStream().write(new byte[count]);
                            return count;
                        }
                    });
            TcpSocket socket = link.stack.tcp();
            assertEquals(0, socket.connect(at(kernelAddress(version), 9), 5 * SECOND));
            UnsafeBuffer bytes = new UnsafeBuffer(new byte[5000]);
            assertEquals(5000, socket.send(bytes, 0, 5000, SECOND));
            assertEquals(0, socket.shutdownOutput());
            int received = 0;
            int count;
            while ((count = socket.receive(bytes, 0, 5000, 5 * SECOND)) > 0) {
                received += count;
            }
            assertEquals(Status.END_OF_STREAM, count);
            assertEquals(5000, received);
            assertEquals(5000, answered.get());
            socket.close();
        }
    }

    @ParameterizedTest
    @CsvSource({"tap, 4", "afxdp, 6"})
    void aResetIsAReset(String kind, int version) throws Exception {
        try (Link link = Link.of(kind);
                ServerSocket server = link.far.call(() -> new ServerSocket(9))) {
            TcpSocket socket = link.stack.tcp();
            assertEquals(0, socket.connect(at(kernelAddress(version), 9), 5 * SECOND));
            Socket accepted = server.accept();
            accepted.setSoLinger(true, 0);
            accepted.close();
            UnsafeBuffer bytes = new UnsafeBuffer(new byte[8]);
            assertEquals(Status.RESET, socket.receive(bytes, 0, 8, 5 * SECOND));
            socket.close();
            // Nobody listens there.
            TcpSocket refused = link.stack.tcp();
            assertEquals(
                    Status.REFUSED, refused.connect(at(kernelAddress(version), 10), 5 * SECOND));
            refused.close();
            // And the other way round.
            TcpServerSocket ours = link.stack.listen(at(stackAddress(version), 11), 8);
            try (Socket theirs = connected(link, version, 11)) {
                Objects.requireNonNull(ours.accept(5 * SECOND)).abort();
                IOException thrown =
                        assertThrows(IOException.class, () -> theirs.getInputStream().read());
                assertTrue(String.valueOf(thrown.getMessage()).contains("reset"));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"tap, 4", "afxdp, 4"})
    void thousandsOfConnectionsAreOpenAtOnce(String kind, int version) throws Exception {
        int connections = IS_LONG ? 10_000 : 2_000;
        try (Link link =
                        Link.of(
                                kind,
                                b -> b.option("packets", "16384").option("max-sockets", "20000"));
                ServerSocket server = link.far.call(() -> new ServerSocket(9, 4096))) {
            TcpSocket[] sockets = new TcpSocket[connections];
            Socket[] accepted = new Socket[connections];
            Future<?> accepting =
                    threads.submit(() -> {
                        for (int i = 0; i < connections; i++) {
                            accepted[i] = server.accept();
                            accepted[i].getOutputStream().write(i & 0x7f);
                        }
                        return null;
                    });
            for (int i = 0; i < connections; i++) {
                sockets[i] = link.stack.tcp();
                assertEquals(0, sockets[i].connect(at(kernelAddress(version), 9), 10 * SECOND));
            }
            accepting.get();
            UnsafeBuffer one = new UnsafeBuffer(new byte[1]);
            for (int i = 0; i < connections; i++) {
                assertEquals(1, sockets[i].receive(one, 0, 1, 10 * SECOND));
                assertEquals(1, sockets[i].send(one, 0, 1, SECOND));
            }
            byte[] values = new byte[connections];
            byte[] expected = new byte[connections];
            for (int i = 0; i < connections; i++) {
                values[i] = (byte) accepted[i].getInputStream().read();
                expected[i] = (byte) (i & 0x7f);
                accepted[i].close();
                sockets[i].close();
            }
            assertArrayEquals(expected, values);
        }
    }
}
