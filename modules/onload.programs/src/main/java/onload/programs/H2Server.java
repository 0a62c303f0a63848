package onload.programs;

import org.h2.tools.Server;

/** H2 in server mode: ADDRESS PORT. */
public final class H2Server {
    private H2Server() {}

    public static void main(String[] arguments) throws Exception {
        System.setProperty("h2.bindAddress", arguments[0]);
        Server server =
                Server.createTcpServer("-tcpPort", arguments[1], "-tcpAllowOthers", "-ifNotExists");
        server.start();
        Say.ready(server.getPort());
        Say.serveForever();
    }
}
