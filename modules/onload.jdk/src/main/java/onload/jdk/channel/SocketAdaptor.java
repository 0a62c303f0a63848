package onload.jdk.channel;

import java.net.Socket;

/** The {@code java.net.Socket} of a channel. */
final class SocketAdaptor extends Socket {
    private final OnloadSocketChannel channel;

    SocketAdaptor(OnloadSocketChannel channel) {
        this.channel = channel;
    }

    @Override
    public OnloadSocketChannel getChannel() {
        return channel;
    }
}
