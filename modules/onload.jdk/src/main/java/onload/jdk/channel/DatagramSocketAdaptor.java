package onload.jdk.channel;

import java.net.DatagramSocket;

/** The {@code java.net.DatagramSocket} of a channel. */
final class DatagramSocketAdaptor {
    private DatagramSocketAdaptor() {}

    static DatagramSocket of(OnloadDatagramChannel channel) {
        throw new UnsupportedOperationException("use the channel: " + channel);
    }
}
