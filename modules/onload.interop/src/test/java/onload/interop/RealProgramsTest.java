package onload.interop;

import static onload.interop.Link.SECOND;
import static onload.interop.Link.at;
import static onload.interop.Link.kernelAddress;
import static onload.interop.Link.stackAddress;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.sockets.Status;
import onload.sockets.TcpSocket;
import onload.sockets.UdpSocket;
import onload.testkit.base.Requirement;
import onload.testkit.linux.Program;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Programs that everybody has, at the kernel's end of the cable. */
@Timeout(60)
class RealProgramsTest {
    private static final int MEGABYTE = 1 << 20;

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @TempDir private Path folder;

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    // curl, to a server on the stack.

    @ParameterizedTest
    @CsvSource({"tap, 4", "tap, 6", "afxdp, 4", "afxdp, 6", "tap-jumbo, 6", "afxdp-jumbo, 4"})
    void curlFetchesAFileFromTheStack(String kind, int version) throws Exception {
        Requirement.command("curl", "install the package curl");
        byte[] page = Exchange.noise(5 * MEGABYTE + 1, 5);
        try (Link link = Link.quick(kind);
                HttpServer server = server(link, Map.of("/file", page))) {
            Path file = folder.resolve("file");
            String said = curl(link, "-o", file.toString(), url(version, "/file"));
            assertEquals("200 1\n", said);
            assertEquals(Exchange.sha256(page), Exchange.sha256(Files.readAllBytes(file)));
            assertNull(server.failure());
        }
    }

    @ParameterizedTest
    @CsvSource({"tap, 4", "afxdp, 6", "tap-jumbo, 6", "afxdp-jumbo, 4"})
    void curlPostsAFileToTheStack(String kind, int version) throws Exception {
        Requirement.command("curl", "install the package curl");
        byte[] posted = Exchange.noise(5 * MEGABYTE + 1, 6);
        try (Link link = Link.quick(kind);
                HttpServer server = server(link, Map.of())) {
            Path file = Files.write(folder.resolve("file"), posted);
            String said = curl(link, "--data-binary", "@" + file, url(version, "/"));
            assertEquals(Exchange.sha256(posted) + "200 1\n", said);
            assertNull(server.failure());
        }
    }

    @ParameterizedTest
    @CsvSource({"tap, 6", "afxdp, 4"})
    void curlKeepsItsConnectionForSeveralRequests(String kind, int version) throws Exception {
        Requirement.command("curl", "install the package curl");
        Map<String, byte[]> pages =
                Map.of(
                        "/a", new byte[0],
                        "/b", Exchange.noise(1, 1),
                        "/c", Exchange.noise(100_000, 2),
                        "/d", Exchange.noise(1460, 3));
        try (Link link = Link.quick(kind);
                HttpServer server = server(link, pages)) {
            String said =
                    curl(
                            link,
                            "-o",
                            folder + "/#1",
                            "http://%s/{a,b,c,d,a}".formatted(host(version)),
                            "-o",
                            folder + "/none",
                            url(version, "/none"));
            assertEquals("200 1\n200 0\n200 0\n200 0\n200 0\n404 0\n", said);
            for (Map.Entry<String, byte[]> page : pages.entrySet()) {
                assertArrayEquals(
                        page.getValue(), Files.readAllBytes(Path.of(folder + page.getKey())));
            }
            assertEquals(1, server.connections());
            assertNull(server.failure());
        }
    }

    @ParameterizedTest
    @CsvSource({"tap, 4", "afxdp, 6"})
    void curlAsksForTheHeadAlone(String kind, int version) throws Exception {
        Requirement.command("curl", "install the package curl");
        try (Link link = Link.quick(kind);
                HttpServer server = server(link, Map.of("/file", new byte[12_345]))) {
            String said = curl(link, "--head", url(version, "/file"));
            assertEquals("HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\n200 1\n", said);
            assertNull(server.failure());
        }
    }

    @ParameterizedTest
    @CsvSource({"tap, 4", "afxdp, 6"})
    void curlFetchesManyFilesAtOnce(String kind, int version) throws Exception {
        Requirement.command("curl", "install the package curl");
        byte[] page = Exchange.noise(MEGABYTE / 2 + 7, 5);
        try (Link link = Link.quick(kind);
                HttpServer server = server(link, Map.of("/1", page, "/2", page, "/3", page))) {
            String said =
                    curl(
                            link,
                            "--no-progress-meter",
                            "--parallel",
                            "--parallel-immediate",
                            "--parallel-max",
                            "32",
                            "-o",
                            folder + "/#1-#2",
                            "http://%s/{1,2,3}?[1-10]".formatted(host(version)));
            assertEquals(30, said.lines().filter(each -> each.startsWith("200")).count(), said);
            for (int i = 1; i <= 3; i++) {
                for (int j = 1; j <= 10; j++) {
                    assertArrayEquals(
                            page, Files.readAllBytes(folder.resolve("%d-%d".formatted(i, j))));
                }
            }
            assertNull(server.failure());
        }
    }

    private HttpServer server(Link link, Map<String, byte[]> pages) {
        return new HttpServer(link.stack, new InetSocketAddress("::", 80), pages, threads);
    }

    private static String host(int version) {
        return version == 4 ? stackAddress(4) : "[" + stackAddress(6) + "]";
    }

    private static String url(int version, String path) {
        return "http://" + host(version) + path;
    }

    /** What curl prints: what it was told to fetch, and then the status and whether it had to connect. */
    private static String curl(Link link, String... arguments) {
        String[] all =
                new String[] {
                    "curl",
                    "-sS",
                    "-q",
                    "--noproxy",
                    "*",
                    "--max-time",
                    "20",
                    "-w",
                    "%{http_code} %{num_connects}\n"
                };
        int own = all.length;
        all = Arrays.copyOf(all, own + arguments.length);
        System.arraycopy(arguments, 0, all, own, arguments.length);
        return link.far.run(all);
    }

    // nginx, for a client on the stack.

    @ParameterizedTest
    @CsvSource({"tap, 4", "tap, 6", "afxdp, 4", "afxdp, 6", "tap-jumbo, 6", "afxdp-jumbo, 4"})
    void nginxServesAFileToTheStack(String kind, int version) throws Exception {
        Requirement.command("nginx", "install the package nginx-light");
        byte[] page = Exchange.noise(20 * MEGABYTE, 8);
        try (Link link = Link.quick(kind);
                Program nginx = nginx(link, page)) {
            TcpSocket socket = link.stack.tcp();
            assertEquals(0, socket.connect(at(kernelAddress(version), 80), 5 * SECOND));
            Exchange.send(socket, "GET /file HTTP/1.1\r\nHost: a\r\n\r\n");
            String head = Exchange.head(socket);
            assertTrue(head.startsWith("HTTP/1.1 200 OK\r\n"), head);
            assertTrue(head.contains("\r\nContent-Length: " + page.length + "\r\n"), head);
            byte[] body = Exchange.receive(socket, page.length);
            assertEquals(Exchange.sha256(page), Exchange.sha256(body));
            // The connection is kept, and closed when the client wants that.
            Exchange.send(socket, "HEAD /file HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            assertTrue(Exchange.head(socket).startsWith("HTTP/1.1 200 OK\r\n"));
            assertEquals(0, Exchange.receive(socket, 1).length);
            socket.close();
            assertTrue(nginx.isAlive(), nginx::output);
        }
    }

    private Program nginx(Link link, byte[] page) throws Exception {
        Files.write(folder.resolve("file"), page);
        Path configuration =
                Files.writeString(
                        folder.resolve("nginx.conf"),
                        """
                        daemon off;
                        master_process off;
                        user root;
                        pid %1$s/nginx.pid;
                        error_log stderr notice;
                        events { worker_connections 64; }
                        http {
                            access_log off;
                            client_body_temp_path %1$s/body;
                            proxy_temp_path %1$s/proxy;
                            fastcgi_temp_path %1$s/fastcgi;
                            uwsgi_temp_path %1$s/uwsgi;
                            scgi_temp_path %1$s/scgi;
                            server {
                                listen 0.0.0.0:80;
                                listen [::]:80 ipv6only=on;
                                root %1$s;
                            }
                        }
                        """
                                .formatted(folder));
        Program nginx =
                link.far.start(
                        "nginx",
                        "-p",
                        folder + "/",
                        "-e",
                        "stderr",
                        "-c",
                        configuration.toString());
        nginx.awaitOutput("event method", 10);
        return nginx;
    }

    // socat, both ways.

    @ParameterizedTest
    @CsvSource({"tap, 4", "afxdp, 6", "tap-jumbo, 6", "afxdp-jumbo, 4"})
    void socatEchoesAStream(String kind, int version) throws Exception {
        Requirement.command("socat", "install the package socat");
        byte[] noise = Exchange.noise(MEGABYTE, 9);
        try (Link link = Link.quick(kind);
                Program socat =
                        link.far.start(
                                "socat",
                                "-d",
                                "-d",
                                "-t",
                                "10",
                                "TCP%d-LISTEN:7,fork,reuseaddr".formatted(version),
                                "EXEC:cat")) {
            socat.awaitOutput("listening on", 10);
            for (int i = 0; i < 3; i++) {
                TcpSocket socket = link.stack.tcp();
                assertEquals(0, socket.connect(at(kernelAddress(version), 7), 5 * SECOND));
                Future<?> sending =
                        threads.submit(() -> {
                            Exchange.send(socket, noise);
                            assertEquals(0, socket.shutdownOutput());
                        });
                assertArrayEquals(noise, Exchange.receive(socket, noise.length + 1));
                sending.get();
                socket.close();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"tap, 6", "afxdp, 4"})
    void socatEchoesDatagrams(String kind, int version) {
        Requirement.command("socat", "install the package socat");
        try (Link link = Link.quick(kind);
                Program socat =
                        link.far.start(
                                "socat",
                                "-d",
                                "-d",
                                "-b",
                                "65536",
                                "UDP%d-RECVFROM:7,fork".formatted(version),
                                "PIPE")) {
            socat.awaitOutput("receiving on", 10);
            UdpSocket socket = link.stack.udp();
            assertEquals(0, socket.connect(at(kernelAddress(version), 7)));
            UnsafeBuffer in = new UnsafeBuffer(new byte[65_507]);
            for (int length : new int[] {1, 17, 1472, 1473, 9000, 40_000}) {
                byte[] out = Exchange.noise(length, length);
                assertEquals(length, echoed(socket, out, in));
                assertArrayEquals(out, Arrays.copyOf(in.byteArray(), length));
            }
            socket.close();
        }
    }

    /** A datagram to a program that may not be there yet, until there is an answer. */
    private static int echoed(UdpSocket socket, byte[] out, UnsafeBuffer in) {
        int answer = Status.REFUSED;
        long endNs = System.nanoTime() + 10 * SECOND;
        while ((answer == Status.REFUSED || answer == Status.EXPIRED)
                && System.nanoTime() - endNs < 0) {
            int sent = socket.send(new UnsafeBuffer(out), 0, out.length);
            answer = sent < 0 ? sent : socket.receive(in, 0, 65_507, null, SECOND);
        }
        return answer;
    }

    // iperf3.

    @ParameterizedTest
    @CsvSource({"tap, 4, false", "afxdp, 6, true"})
    void iperf3MeasuresTheStack(String kind, int version, boolean isReverse) {
        Requirement.command("iperf3", "install the package iperf3");
        try (Link link = Link.quick(kind);
                Program iperf = link.far.start("iperf3", "-s", "-1", "-J")) {
            long bytes = new IperfClient(link.stack, kernelAddress(version)).run(isReverse);
            String said = iperf.awaitSuccess(10);
            Matcher sum =
                    Pattern.compile(
                                    "\"%s\":\\s*\\{[^}]*\"bytes\":\\s*([0-9]+)"
                                            .formatted(isReverse ? "sum_sent" : "sum_received"))
                            .matcher(said);
            assertTrue(sum.find(), said);
            long counted = Long.parseLong(sum.group(1));
            assertTrue(bytes > MEGABYTE, () -> "only " + bytes + " bytes in a second");
            if (isReverse) {
                assertTrue(bytes <= counted, () -> bytes + " of " + counted);
            } else {
                // What is on its way when the test ends is not counted.
                assertTrue(counted <= bytes && counted > bytes / 2, () -> counted + " of " + bytes);
            }
        }
    }
}
