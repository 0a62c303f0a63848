package onload.demo;

import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.util.concurrent.Callable;

/**
 * Starts an HTTP server and its clients in one process, first those of the JDK, then those of Netty, and prints
 * what came of it: {@code Demo ADDRESS REQUESTS CLIENTS}. On the kernel's sockets, {@code Demo 127.0.0.1 10000 4}.
 */
public final class Demo {
    private static final int WARM_UP = 500;
    private static final long PROGRESS_MS = 200;

    private final String host;
    private final int requests;
    private final int clients;
    private final PrintStream out;

    Demo(String host, int requests, int clients, PrintStream out) {
        this.host = host;
        this.requests = requests;
        this.clients = clients;
        this.out = out;
    }

    /** Runs both, says {@code done}, and ends when its input does. */
    public static void main(String[] arguments) throws Exception {
        if (arguments.length != 3) {
            System.err.println(
                    "usage: Demo ADDRESS REQUESTS CLIENTS, such as Demo 127.0.0.1 10000 4");
            System.exit(2);
        }
        Demo demo =
                new Demo(
                        arguments[0],
                        Integer.parseInt(arguments[1]),
                        Integer.parseInt(arguments[2]),
                        System.out);
        demo.jdk();
        demo.netty();
        System.out.println("done");
        System.in.readAllBytes();
    }

    void jdk() throws Exception {
        try (JdkServer server = new JdkServer(new InetSocketAddress(host, 0))) {
            measure("jdk", () -> new JdkClient(server.address()));
        }
    }

    void netty() throws Exception {
        try (NettyServer server = new NettyServer(new InetSocketAddress(host, 0))) {
            measure("netty", () -> new NettyClient(server.address()));
        }
    }

    private void measure(String name, Callable<Client> opener) throws Exception {
        new Load(clients, Math.min(WARM_UP, requests)).run(name, opener);
        Load load = new Load(clients, requests);
        out.println("begin " + name);
        Thread progress =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                while (load.asked() < requests) {
                                    out.println("progress " + name + " " + load.asked());
                                    Thread.sleep(PROGRESS_MS);
                                }
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        });
        String result = load.run(name, opener);
        progress.join();
        out.println(result);
    }
}
