package onload.interop;

import static onload.interop.Link.SECOND;

import onload.sockets.Stack;
import onload.sockets.TcpServerSocket;
import onload.sockets.TcpSocket;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A small server of HTTP/1.1 on a stack: GET and HEAD of what it was given, and POST, which answers the SHA-256 of what
 * it gets. Connections are kept until the client closes them.
 */
final class HttpServer implements AutoCloseable {
    private static final Pattern LENGTH = Pattern.compile("(?i)\r\nContent-Length: *([0-9]+)\r\n");
    private static final Pattern REQUEST = Pattern.compile("([A-Z]+) (/\\S*) HTTP/1\\.1\r\n");

    private final TcpServerSocket server;
    private final Map<String, byte[]> pages;
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    HttpServer(
            Stack stack,
            InetSocketAddress local,
            Map<String, byte[]> pages,
            ExecutorService threads) {
        this.pages = pages;
        server = stack.listen(local, 128);
        threads.execute(() -> accept(threads));
    }

    /** Takes requests with SYNs (RFC 7413). */
    void fastOpen(int queueLength) {
        server.fastOpen(queueLength);
    }

    /** How many connections were accepted. */
    int connections() {
        return connections.get();
    }

    /** What went wrong in one of its threads. */
    @Nullable Throwable failure() {
        return failure.get();
    }

    private void accept(ExecutorService threads) {
        while (server.isOpen()) {
            TcpSocket accepted = server.accept(60 * SECOND);
            if (accepted != null) {
                connections.incrementAndGet();
                threads.execute(() -> serve(accepted));
            }
        }
    }

    private void serve(TcpSocket socket) {
        try {
            String head = Exchange.head(socket);
            while (!head.isEmpty()) {
                answer(socket, head);
                head = Exchange.head(socket);
            }
            socket.close();
        } catch (RuntimeException | Error e) {
            failure.compareAndSet(null, e);
            socket.abort();
        }
    }

    private void answer(TcpSocket socket, String head) {
        Matcher request = REQUEST.matcher(head);
        if (!request.lookingAt()) {
            throw new AssertionError("no request: " + head);
        }
        byte[] page = pages.get(request.group(2).replaceFirst("\\?.*", ""));
        switch (request.group(1)) {
            case "GET" -> answer(socket, page, true);
            case "HEAD" -> answer(socket, page, false);
            case "POST" -> answer(socket, posted(socket, head), true);
            default -> throw new AssertionError("no method: " + head);
        }
    }

    private static byte[] posted(TcpSocket socket, String head) {
        Matcher length = LENGTH.matcher(head);
        if (!length.find()) {
            throw new AssertionError("no length: " + head);
        }
        if (head.contains("\r\nExpect: 100-continue\r\n")) {
            Exchange.send(socket, "HTTP/1.1 100 Continue\r\n\r\n");
        }
        byte[] body = Exchange.receive(socket, Integer.parseInt(length.group(1)));
        return Exchange.sha256(body).getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void answer(TcpSocket socket, byte @Nullable [] page, boolean isWhole) {
        if (page == null) {
            Exchange.send(socket, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
            return;
        }
        Exchange.send(
                socket, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n".formatted(page.length));
        if (isWhole) {
            Exchange.send(socket, page);
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
