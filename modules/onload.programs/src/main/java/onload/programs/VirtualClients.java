package onload.programs;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Virtual threads with a connection each, all open at once, half by java.net.Socket and half by blocking channels:
 * ADDRESS PORT COUNT of an echo server.
 */
public final class VirtualClients {
    private static final int ROUNDS = 3;

    private VirtualClients() {}

    public static void main(String[] arguments) throws Exception {
        InetSocketAddress remote =
                new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1]));
        int count = Integer.parseInt(arguments[2]);
        AtomicInteger good = new AtomicInteger();
        CountDownLatch connected = new CountDownLatch(count);
        // As many may be connecting as a server has room for in its queue.
        Semaphore connecting = new Semaphore(100);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < count; i++) {
                int number = i;
                threads.execute(() -> {
                    try {
                        talk(remote, number, connecting, connected);
                        good.incrementAndGet();
                    } catch (IOException | InterruptedException | RuntimeException e) {
                        Say.line("client " + number + ": " + e);
                        connected.countDown();
                    }
                });
            }
        }
        Say.line("good " + good.get());
        Say.check(good.get() == count, "all clients were served");
        Say.done();
    }

    private static void talk(
            InetSocketAddress remote, int number, Semaphore connecting, CountDownLatch connected)
            throws IOException, InterruptedException {
        connecting.acquire();
        if (number % 2 == 0) {
            try (Socket socket = new Socket()) {
                try {
                    socket.connect(remote, 30_000);
                } finally {
                    connecting.release();
                }
                connected.countDown();
                connected.await();
                talk(socket, number);
            }
        } else {
            try (SocketChannel channel = SocketChannel.open()) {
                try {
                    channel.connect(remote);
                } finally {
                    connecting.release();
                }
                connected.countDown();
                connected.await();
                talk(channel, number);
            }
        }
    }

    private static void talk(Socket socket, int number) throws IOException {
        socket.setSoTimeout(60_000);
        DataOutputStream out = new DataOutputStream(socket.getOutputStream());
        DataInputStream in = new DataInputStream(socket.getInputStream());
        for (int i = 0; i < ROUNDS; i++) {
            out.writeInt(number + i);
            Say.check(in.readInt() == number + i, "the number comes back");
        }
    }

    private static void talk(SocketChannel channel, int number) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(Integer.BYTES);
        for (int i = 0; i < ROUNDS; i++) {
            buffer.clear().putInt(number + i).flip();
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            buffer.clear();
            while (buffer.hasRemaining()) {
                Say.check(channel.read(buffer) >= 0, "the number comes before the end");
            }
            Say.check(buffer.flip().getInt() == number + i, "the number comes back");
        }
    }
}
