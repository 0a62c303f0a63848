package onload.programs;

import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpServerExchange;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** Undertow, which is XNIO: ADDRESS PORT. */
public final class UndertowServer {
    private UndertowServer() {}

    public static void main(String[] arguments) throws Exception {
        Undertow server =
                Undertow.builder()
                        .addHttpListener(Integer.parseInt(arguments[1]), arguments[0])
                        .setIoThreads(2)
                        .setWorkerThreads(8)
                        .setServerOption(UndertowOptions.MAX_ENTITY_SIZE, -1L)
                        .setHandler(UndertowServer::receive)
                        .build();
        server.start();
        Say.ready(((InetSocketAddress) server.getListenerInfo().getFirst().getAddress()).getPort());
        Say.serveForever();
    }

    private static void receive(HttpServerExchange exchange) {
        exchange.getRequestReceiver().receiveFullBytes(UndertowServer::answer);
    }

    private static void answer(HttpServerExchange exchange, byte[] posted) {
        byte[] body =
                Pages.answer(
                        exchange.getRequestMethod().toString(), exchange.getRequestPath(), posted);
        if (body == null) {
            exchange.setStatusCode(404);
            exchange.endExchange();
        } else {
            exchange.getResponseSender().send(ByteBuffer.wrap(body));
        }
    }
}
