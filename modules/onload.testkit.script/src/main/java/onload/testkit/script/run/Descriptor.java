package onload.testkit.script.run;

import onload.tcp.TcpConnection;
import onload.tcp.TcpListener;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** What a number of the script stands for: a TCP socket, or an epoll instance. Layout. */
final class Descriptor {
    /** The connection; before listen and connect one that is not open. */
    @Nullable TcpConnection connection;

    @Nullable TcpListener listener;
    boolean isNonBlocking;
    boolean isBound;
    boolean isConnecting;

    /** connect has told of the end of the attempt. */
    boolean isConnected;

    int pendingError;
    boolean isReadShut;

    /** Of an epoll instance: what is asked of which descriptor. */
    @Nullable Map<Integer, long[]> interests;

    /** Options that were set, for the connections of a listener. */
    final List<Consumer<TcpConnection>> settings = new ArrayList<>();

    /** What was set, for those who ask. */
    final Map<String, Long> values = new HashMap<>();

    static Descriptor epoll() {
        Descriptor descriptor = new Descriptor();
        descriptor.interests = new HashMap<>();
        return descriptor;
    }
}
