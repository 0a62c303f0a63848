package onload.programs;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;

/**
 * Echo of datagrams: ADDRESS PORT, {@code socket} or {@code channel}, or {@code multicast} GROUP, which joins the group
 * and answers the sender.
 */
public final class DatagramServer {
    private static final int LONGEST = 65_507;

    private DatagramServer() {}

    public static void main(String[] arguments) throws Exception {
        int port = Integer.parseInt(arguments[1]);
        InetAddress address = InetAddress.getByName(arguments[0]);
        switch (arguments[2]) {
            case "channel" -> echoByChannel(new InetSocketAddress(address, port));
            case "multicast" -> {
                MulticastSocket socket = new MulticastSocket(port);
                socket.joinGroup(
                        new InetSocketAddress(InetAddress.getByName(arguments[3]), port), null);
                echo(socket);
            }
            default -> echo(new DatagramSocket(port, address));
        }
    }

    private static void echo(DatagramSocket socket) throws IOException {
        try (socket) {
            Say.ready(socket.getLocalPort());
            DatagramPacket packet = new DatagramPacket(new byte[LONGEST], LONGEST);
            while (true) {
                packet.setLength(LONGEST);
                socket.receive(packet);
                socket.send(packet);
            }
        }
    }

    private static void echoByChannel(InetSocketAddress local) throws IOException {
        try (DatagramChannel channel = DatagramChannel.open().bind(local)) {
            Say.ready(local.getPort());
            ByteBuffer buffer = ByteBuffer.allocateDirect(LONGEST);
            while (true) {
                buffer.clear();
                SocketAddress from = channel.receive(buffer);
                channel.send(buffer.flip(), from);
            }
        }
    }
}
