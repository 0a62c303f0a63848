package onload.programs;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;

/**
 * Echo by java.net.ServerSocket with a thread for each connection: ADDRESS PORT, {@code platform} or {@code virtual}
 * threads, and KEYSTORE for TLS.
 */
public final class BlockingServer {
    private BlockingServer() {}

    public static void main(String[] arguments) throws Exception {
        int port = Integer.parseInt(arguments[1]);
        InetAddress address = InetAddress.getByName(arguments[0]);
        try (ServerSocket server =
                arguments.length > 3
                        ? Keys.context(arguments[3])
                                .getServerSocketFactory()
                                .createServerSocket(port, 128, address)
                        : new ServerSocket(port, 4096, address)) {
            server.setSoTimeout(1);
            try {
                server.accept();
                throw new IllegalStateException("nobody has connected yet");
            } catch (SocketTimeoutException e) {
                server.setSoTimeout(0);
            }
            Say.ready(server.getLocalPort());
            while (true) {
                Socket socket = server.accept();
                Thread.Builder threads =
                        arguments[2].equals("virtual") ? Thread.ofVirtual() : Thread.ofPlatform();
                threads.start(() -> echo(socket));
            }
        }
    }

    private static void echo(Socket socket) {
        try (socket) {
            socket.setSoTimeout(60_000);
            InputStream in = socket.getInputStream();
            OutputStream out = socket.getOutputStream();
            byte[] bytes = new byte[8192];
            for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
                out.write(bytes, 0, count);
            }
        } catch (IOException e) {
            Say.line("broken: " + e);
        }
    }
}
