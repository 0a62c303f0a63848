package onload.cli.process;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.spi.SelectorProvider;

/** A program that knows the JDK only: it opens a server channel on an address and says what it got. */
final class Probe {
    private Probe() {}

    public static void main(String[] arguments) throws Exception {
        System.out.println("provider " + SelectorProvider.provider().getClass().getName());
        System.out.println("onload.jdk " + isSeen("onload.jdk.Installation"));
        System.out.println("agrona " + isSeen("org.agrona.DirectBuffer"));
        System.out.println("level " + System.getProperty("org.slf4j.simpleLogger.defaultLogLevel"));
        for (String address : arguments) {
            InetAddress local = InetAddress.getByName(address);
            try (ServerSocketChannel channel = ServerSocketChannel.open()) {
                channel.bind(new InetSocketAddress(local, 0));
                System.out.println(channel.getClass().getName() + " " + local.getHostAddress());
            }
            try (AsynchronousServerSocketChannel channel = AsynchronousServerSocketChannel.open()) {
                channel.bind(new InetSocketAddress(local, 0));
                System.out.println("asynchronous " + local.getHostAddress());
            }
        }
    }

    private static String isSeen(String type) {
        try {
            Class.forName(type);
            return "seen";
        } catch (ClassNotFoundException e) {
            return "not seen";
        }
    }
}
