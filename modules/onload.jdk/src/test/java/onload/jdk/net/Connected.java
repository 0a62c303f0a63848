package onload.jdk.net;

import onload.jdk.World;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** A client and the socket that the server has accepted for it. */
final class Connected implements AutoCloseable {
    final World world;
    final ServerSocket server;
    final Socket client;
    final Socket accepted;

    Connected(World world, Maker maker) throws IOException {
        this.world = world;
        server = maker.serverSocket(world);
        server.bind(world.at(0));
        client = maker.socket(world);
        client.connect(new InetSocketAddress(world.host(), server.getLocalPort()), 5_000);
        accepted = server.accept();
    }

    @Override
    public void close() throws IOException {
        client.close();
        accepted.close();
        server.close();
    }
}
