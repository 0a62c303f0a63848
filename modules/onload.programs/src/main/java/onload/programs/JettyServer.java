package onload.programs;

import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;

import java.io.InputStream;
import java.nio.ByteBuffer;

/** Jetty's server: ADDRESS PORT. */
public final class JettyServer {
    private JettyServer() {}

    public static void main(String[] arguments) throws Exception {
        Server server = new Server();
        ServerConnector connector = new ServerConnector(server);
        connector.setHost(arguments[0]);
        connector.setPort(Integer.parseInt(arguments[1]));
        server.addConnector(connector);
        server.setHandler(new PageHandler());
        server.start();
        Say.ready(connector.getLocalPort());
        server.join();
    }

    private static final class PageHandler extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback)
                throws Exception {
            byte[] posted;
            try (InputStream in = Content.Source.asInputStream(request)) {
                posted = in.readAllBytes();
            }
            byte[] body =
                    Pages.answer(request.getMethod(), Request.getPathInContext(request), posted);
            response.setStatus(body == null ? 404 : 200);
            ByteBuffer content = body == null ? BufferUtil.EMPTY_BUFFER : ByteBuffer.wrap(body);
            response.getHeaders().put("Content-Length", content.remaining());
            response.write(true, content, callback);
            return true;
        }
    }
}
