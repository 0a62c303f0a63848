package onload.programs;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import javax.net.SocketFactory;
import javax.net.ssl.SSLSocket;

/**
 * java.net.Socket against an echo server: ADDRESS PORT, and KEYSTORE for TLS. It moves a megabyte both ways at once
 * in several threads, has a read time out, closes under a reader, and connects where nobody listens.
 */
public final class BlockingClient {
    private static final int CLIENTS = 5;

    private BlockingClient() {}

    public static void main(String[] arguments) throws Exception {
        InetSocketAddress remote =
                new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1]));
        SocketFactory factory =
                arguments.length > 2
                        ? Keys.context(arguments[2]).getSocketFactory()
                        : SocketFactory.getDefault();
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                all.add(
                        threads.submit(() -> {
                            echo(factory, remote, threads);
                            return 0;
                        }));
            }
            for (Future<?> each : all) {
                each.get();
            }
            Say.line("echoed");
            timeOut(factory, remote);
            Say.line("timed out");
            closeUnderReader(factory, remote, threads);
            Say.line("closed");
            refused(remote);
            Say.line("refused");
        }
        Say.done();
    }

    private static Socket connect(SocketFactory factory, InetSocketAddress remote)
            throws IOException {
        Socket socket = factory.createSocket();
        socket.setTcpNoDelay(true);
        socket.setKeepAlive(true);
        socket.connect(remote, 10_000);
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static void echo(
            SocketFactory factory, InetSocketAddress remote, ExecutorService threads)
            throws Exception {
        byte[] bytes = Pages.bytes(1_000_000);
        try (Socket socket = connect(factory, remote)) {
            Future<?> writing =
                    threads.submit(() -> {
                        OutputStream out = socket.getOutputStream();
                        out.write(bytes);
                        socket.shutdownOutput();
                        return 0;
                    });
            byte[] back = socket.getInputStream().readAllBytes();
            writing.get();
            Say.check(Arrays.equals(bytes, back), "what went comes back, and then the end");
        }
    }

    private static void timeOut(SocketFactory factory, InetSocketAddress remote)
            throws IOException {
        try (Socket socket = connect(factory, remote)) {
            socket.getOutputStream().write(1);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            Say.check(in.readByte() == 1, "the server answers");
            socket.setSoTimeout(50);
            try {
                in.readByte();
                throw new IllegalStateException("nothing was sent that could be read");
            } catch (SocketTimeoutException e) {
                socket.setSoTimeout(20_000);
            }
            socket.getOutputStream().write(2);
            Say.check(in.readByte() == 2, "after a time-out it goes on");
        }
    }

    private static void closeUnderReader(
            SocketFactory factory, InetSocketAddress remote, ExecutorService threads)
            throws Exception {
        Socket socket = connect(factory, remote);
        socket.getOutputStream().write(1);
        Say.check(socket.getInputStream().read() == 1, "the server answers");
        Future<String> reading =
                threads.submit(() -> {
                    try {
                        return "read " + socket.getInputStream().read();
                    } catch (SocketException e) {
                        return "closed";
                    }
                });
        Thread.sleep(50);
        socket.close();
        // One of TLS takes it for the end of the stream.
        String told =
                socket instanceof SSLSocket
                        ? reading.get().replace("read -1", "closed")
                        : reading.get();
        Say.check(told.equals("closed"), "a reader is told: " + told);
    }

    private static void refused(InetSocketAddress remote) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(remote.getAddress(), 1), 10_000);
            throw new IllegalStateException("nobody listens there");
        } catch (ConnectException e) {
            Say.check(String.valueOf(e.getMessage()).contains("refused"), e.toString());
        }
    }
}
