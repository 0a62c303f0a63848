package onload.jdk.net;

import onload.jdk.internal.OptionBridge;
import onload.sockets.Socket;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The options of a socket: kept from the time when there is none yet, and told to all that come to stand behind it.
 * Which there are, and what they are before anybody has set them, says a socket of the JDK's own that is never used for
 * anything else. For the socket, under its lock.
 */
final class KeptOptions {
    private static final int MOST_TOS = 255;

    /** Sets an option somewhere. */
    interface Setter {
        <T> void set(SocketOption<T> option, T value) throws IOException;
    }

    /** Made when the first option is asked for. */
    private interface Template {
        <T> T get(SocketOption<T> option) throws IOException;

        Set<SocketOption<?>> supported();
    }

    private static final class OfSockets implements Template {
        static final OfSockets TEMPLATE = new OfSockets();

        private final KernelSocket socket;

        private OfSockets() {
            try {
                socket = new KernelSocket();
            } catch (SocketException e) {
                throw new IllegalStateException("the kernel gives no socket", e);
            }
        }

        @Override
        public <T> T get(SocketOption<T> option) throws IOException {
            return socket.getOption(option);
        }

        @Override
        public Set<SocketOption<?>> supported() {
            return socket.supportedOptions();
        }
    }

    private static final class OfServers implements Template {
        static final OfServers TEMPLATE = new OfServers();

        private final KernelServerSocket socket = new KernelServerSocket();

        @Override
        public <T> T get(SocketOption<T> option) throws IOException {
            return socket.getOption(option);
        }

        @Override
        public Set<SocketOption<?>> supported() {
            return socket.supportedOptions();
        }
    }

    private final boolean isServer;
    private final Map<SocketOption<?>, Object> set = new LinkedHashMap<>();

    KeptOptions(boolean isServer) {
        this.isServer = isServer;
    }

    private Template template() {
        return isServer ? OfServers.TEMPLATE : OfSockets.TEMPLATE;
    }

    Set<SocketOption<?>> supported() {
        return template().supported();
    }

    /**
     * Refuses what such sockets do not have.
     *
     * @throws UnsupportedOperationException if there is no such option
     */
    void check(SocketOption<?> option) {
        Objects.requireNonNull(option);
        if (!supported().contains(option)) {
            throw new UnsupportedOperationException("'" + option + "' not supported");
        }
    }

    /**
     * Takes a value, to be told to what comes.
     *
     * @throws UnsupportedOperationException if there is no such option
     * @throws IllegalArgumentException if it has no such value
     */
    <T> void keep(SocketOption<T> option, T value) {
        check(option);
        if (!option.type().isInstance(value)) {
            throw new IllegalArgumentException("Invalid value '" + value + "'");
        }
        if ((option.equals(StandardSocketOptions.SO_RCVBUF)
                        || option.equals(StandardSocketOptions.SO_SNDBUF))
                && (Integer) value < 0) {
            throw new IllegalArgumentException("Invalid send/receive buffer size");
        }
        if (option.equals(StandardSocketOptions.IP_TOS)
                && ((Integer) value < 0 || (Integer) value > MOST_TOS)) {
            throw new IllegalArgumentException("Invalid IP_TOS value");
        }
        set.put(option, value);
    }

    /** {@return what was set; else what a fresh socket of the kernel has} */
    <T> T get(SocketOption<T> option) throws IOException {
        check(option);
        Object value = set.get(option);
        return value == null ? template().get(option) : option.type().cast(value);
    }

    /** {@return what a stack's socket has; else as {@link #get(SocketOption)}} */
    <T> T get(Socket socket, SocketOption<T> option) throws IOException {
        check(option);
        // A stack has no other way, but a program wants to see what it has set.
        @Nullable T value =
                option.equals(StandardSocketOptions.SO_REUSEADDR)
                        ? null
                        : OptionBridge.get(socket, option);
        return value == null ? get(option) : value;
    }

    /** Tells a stack's socket all that was set. */
    void apply(Socket socket) {
        set.forEach((option, value) -> OptionBridge.set(socket, option, value));
    }

    /** Tells somebody else all that was set. */
    void apply(Setter setter) throws IOException {
        for (Map.Entry<SocketOption<?>, Object> each : set.entrySet()) {
            apply(setter, each.getKey(), each.getValue());
        }
    }

    private static <T> void apply(Setter setter, SocketOption<T> option, Object value)
            throws IOException {
        setter.set(option, option.type().cast(value));
    }
}
