package onload.programs;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.apache.catalina.Context;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;

import java.io.IOException;
import java.nio.file.Files;

/** Tomcat, embedded: ADDRESS PORT, and nio or nio2, which are selectors or asynchronous channels. */
public final class TomcatServer {
    private TomcatServer() {}

    public static void main(String[] arguments) throws Exception {
        Tomcat tomcat = new Tomcat();
        String folder = Files.createTempDirectory("onload-tomcat").toString();
        tomcat.setBaseDir(folder);
        Connector connector =
                new Connector(
                        arguments[2].equals("nio2")
                                ? "org.apache.coyote.http11.Http11Nio2Protocol"
                                : "org.apache.coyote.http11.Http11NioProtocol");
        connector.setPort(Integer.parseInt(arguments[1]));
        connector.setProperty("address", arguments[0]);
        connector.setProperty("maxPostSize", "-1");
        connector.setThrowOnFailure(true);
        tomcat.setConnector(connector);
        Context context = tomcat.addContext("", folder);
        Tomcat.addServlet(context, "pages", new PageServlet());
        context.addServletMapping("/*", "pages");
        tomcat.start();
        Say.ready(connector.getLocalPort());
        tomcat.getServer().await();
    }

    private static final class PageServlet extends HttpServlet {
        private static final long serialVersionUID = 1;

        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response)
                throws IOException {
            byte[] body =
                    Pages.answer(
                            request.getMethod(),
                            request.getRequestURI(),
                            request.getInputStream().readAllBytes());
            if (body == null) {
                response.setStatus(404);
                return;
            }
            response.setContentLength(body.length);
            response.getOutputStream().write(body);
        }
    }
}
