package onload.programs;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Arrays;

/**
 * Datagrams of all sizes to an echo server: ADDRESS PORT, {@code socket}, {@code channel} or {@code multicast}.
 * One that is lost is sent again.
 */
public final class DatagramClient {
    private static final int[] SIZES = {1, 17, 1472, 1473, 9000, 40_000, 65_507};
    private static final int[] SMALL = {1, 17, 1400};
    private static final int TRIES = 10;
    private static final int PATIENCE_MS = 1000;

    private DatagramClient() {}

    public static void main(String[] arguments) throws Exception {
        InetSocketAddress remote =
                new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1]));
        switch (arguments[2]) {
            case "channel" -> byChannel(remote);
            case "multicast" -> {
                try (MulticastSocket socket = new MulticastSocket()) {
                    socket.setTimeToLive(1);
                    bySocket(socket, remote, SMALL);
                }
            }
            default -> {
                try (DatagramSocket socket = new DatagramSocket()) {
                    // Only what is not connected sends datagrams without a byte.
                    bySocket(socket, remote, new int[] {0});
                    bySocket(socket, remote, SIZES);
                }
                try (DatagramSocket socket = new DatagramSocket()) {
                    socket.connect(remote);
                    bySocket(socket, remote, SIZES);
                }
            }
        }
        Say.done();
    }

    private static void bySocket(DatagramSocket socket, InetSocketAddress remote, int[] sizes)
            throws IOException {
        socket.setSoTimeout(PATIENCE_MS);
        boolean isGroup = remote.getAddress().isMulticastAddress();
        for (int size : sizes) {
            byte[] out = Pages.bytes(size);
            DatagramPacket in = new DatagramPacket(new byte[65_535], 65_535);
            exchange(socket, new DatagramPacket(out, size, remote), in);
            Say.check(in.getLength() == size, size + " bytes come as " + in.getLength());
            Say.check(Arrays.equals(out, Arrays.copyOf(in.getData(), size)), "bytes are right");
            InetAddress from = in.getAddress();
            Say.check(isGroup || from.equals(remote.getAddress()), "they come from " + from);
        }
    }

    private static void exchange(DatagramSocket socket, DatagramPacket out, DatagramPacket in)
            throws IOException {
        for (int i = 1; ; i++) {
            try {
                socket.send(out);
                socket.receive(in);
                return;
            } catch (SocketTimeoutException e) {
                if (i == TRIES) {
                    throw e;
                }
            }
        }
    }

    private static void byChannel(InetSocketAddress remote) throws IOException {
        try (DatagramChannel channel = DatagramChannel.open();
                Selector selector = Selector.open()) {
            channel.configureBlocking(false);
            channel.connect(remote);
            channel.register(selector, SelectionKey.OP_READ);
            for (int size : SIZES) {
                byte[] out = Pages.bytes(size);
                ByteBuffer in = ByteBuffer.allocateDirect(65_535);
                int tries = 0;
                do {
                    Say.check(tries++ < TRIES, "an answer comes to " + size + " bytes");
                    Say.check(channel.write(ByteBuffer.wrap(out)) == size, "it goes as a whole");
                } while (selector.select(PATIENCE_MS) == 0);
                Say.check(channel.receive(in) != null, "what was selected is there");
                selector.selectedKeys().clear();
                byte[] back = new byte[size];
                in.flip().get(back);
                Say.check(Arrays.equals(out, back), "bytes are right");
            }
        }
    }
}
