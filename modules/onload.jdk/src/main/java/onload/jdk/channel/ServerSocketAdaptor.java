package onload.jdk.channel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;

/** The {@code java.net.ServerSocket} of a channel. */
final class ServerSocketAdaptor extends ServerSocket {
    private final OnloadServerSocketChannel channel;

    private ServerSocketAdaptor(OnloadServerSocketChannel channel) throws IOException {
        this.channel = channel;
    }

    static ServerSocketAdaptor of(OnloadServerSocketChannel channel) {
        try {
            return new ServerSocketAdaptor(channel);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public OnloadServerSocketChannel getChannel() {
        return channel;
    }
}
