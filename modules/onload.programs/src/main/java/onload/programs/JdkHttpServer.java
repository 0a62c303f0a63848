package onload.programs;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;

/** The JDK's own server of HTTP: ADDRESS PORT, and KEYSTORE for HTTPS, which is SSLEngine over channels. */
public final class JdkHttpServer {
    private JdkHttpServer() {}

    public static void main(String[] arguments) throws Exception {
        InetSocketAddress local =
                new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1]));
        HttpServer server;
        if (arguments.length > 2) {
            HttpsServer https = HttpsServer.create(local, 128);
            https.setHttpsConfigurator(new HttpsConfigurator(Keys.context(arguments[2])));
            server = https;
        } else {
            server = HttpServer.create(local, 128);
        }
        server.createContext("/", JdkHttpServer::serve);
        server.createContext("/endless", JdkHttpServer::serveEndlessly);
        server.setExecutor(Executors.newCachedThreadPool());
        server.start();
        Say.ready(server.getAddress().getPort());
    }

    private static void serve(HttpExchange exchange) throws IOException {
        try (exchange;
                InputStream in = exchange.getRequestBody()) {
            byte[] body =
                    Pages.answer(
                            exchange.getRequestMethod(),
                            exchange.getRequestURI().getPath(),
                            in.readAllBytes());
            if (body == null) {
                exchange.sendResponseHeaders(404, -1);
            } else {
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            }
        }
    }

    private static void serveEndlessly(HttpExchange exchange) throws IOException {
        exchange.sendResponseHeaders(200, 0);
        byte[] bytes = Pages.bytes(100_000);
        try (OutputStream out = exchange.getResponseBody()) {
            while (true) {
                out.write(bytes);
            }
        }
    }
}
