package onload.jdk.channel;

import onload.jdk.internal.KernelSockets;
import onload.jdk.internal.OptionBridge;
import onload.sockets.Socket;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.NetworkChannel;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The options of a channel: kept from the time when there is no socket yet, and told to all that come to stand
 * behind it. Which there are, and what they are before anybody has set them, says a channel of the kernel that is
 * never used for anything else. For the channel, under its lock.
 */
final class Options {
    /** Channels that tell defaults. */
    enum Kind {
        STREAM,
        SERVER,
        DATAGRAM
    }

    /** Opened when the first option is asked for. */
    private static final class Templates {
        static final NetworkChannel STREAM = open(Kind.STREAM);
        static final NetworkChannel SERVER = open(Kind.SERVER);
        static final NetworkChannel DATAGRAM = open(Kind.DATAGRAM);

        private static NetworkChannel open(Kind kind) {
            try {
                return switch (kind) {
                    case STREAM -> KernelSockets.provider().openSocketChannel();
                    case SERVER -> KernelSockets.provider().openServerSocketChannel();
                    case DATAGRAM -> KernelSockets.provider().openDatagramChannel();
                };
            } catch (IOException e) {
                throw new IllegalStateException("the kernel gives no socket", e);
            }
        }
    }

    private final Kind kind;
    private final Map<SocketOption<?>, @Nullable Object> set = new LinkedHashMap<>();

    Options(Kind kind) {
        this.kind = kind;
    }

    private NetworkChannel template() {
        return switch (kind) {
            case STREAM -> Templates.STREAM;
            case SERVER -> Templates.SERVER;
            case DATAGRAM -> Templates.DATAGRAM;
        };
    }

    Set<SocketOption<?>> supported() {
        return template().supportedOptions();
    }

    /**
     * Takes a value, to be told to what comes.
     *
     * @throws UnsupportedOperationException if channels of the kind do not have the option
     * @throws IllegalArgumentException if it has no such value
     */
    <T> void keep(SocketOption<T> option, @Nullable T value) {
        check(option);
        if (value == null && !mayBeNull(option)) {
            throw new IllegalArgumentException("Invalid option value");
        }
        if (isBuffer(option) && value instanceof Integer bytes && bytes < 0) {
            throw new IllegalArgumentException("Invalid send/receive buffer size");
        }
        if (option.equals(StandardSocketOptions.IP_TOS)
                && value instanceof Integer tos
                && (tos < 0 || tos > 255)) {
            throw new IllegalArgumentException("Invalid IP_TOS value");
        }
        if (option.equals(StandardSocketOptions.IP_MULTICAST_TTL)
                && value instanceof Integer hops
                && (hops < 0 || hops > 255)) {
            throw new IllegalArgumentException("Invalid TTL/hop value");
        }
        set.put(option, value);
    }

    private static boolean mayBeNull(SocketOption<?> option) {
        return option.equals(StandardSocketOptions.SO_LINGER)
                || option.equals(StandardSocketOptions.IP_MULTICAST_IF);
    }

    private static boolean isBuffer(SocketOption<?> option) {
        return option.equals(StandardSocketOptions.SO_RCVBUF)
                || option.equals(StandardSocketOptions.SO_SNDBUF);
    }

    void check(SocketOption<?> option) {
        Objects.requireNonNull(option);
        if (!supported().contains(option)) {
            throw new UnsupportedOperationException("'" + option + "' not supported");
        }
    }

    /** {@return what was set; else what a fresh socket of the kernel has} */
    @SuppressWarnings("unchecked")
    <T> @Nullable T get(SocketOption<T> option) throws IOException {
        check(option);
        if (set.containsKey(option)) {
            return (T) set.get(option);
        }
        return template().getOption(option);
    }

    /** {@return what a stack's socket has; else as {@link #get(SocketOption)}} */
    <T> @Nullable T get(Socket socket, SocketOption<T> option) throws IOException {
        check(option);
        T value = OptionBridge.get(socket, option);
        return value == null ? get(option) : value;
    }

    /** Tells a stack's socket all that was set. */
    void apply(Socket socket) {
        set.forEach((option, value) -> OptionBridge.set(socket, option, value));
    }

    /** Tells a channel of the kernel all that was set. */
    void apply(NetworkChannel kernel) throws IOException {
        for (Map.Entry<SocketOption<?>, @Nullable Object> each : set.entrySet()) {
            apply(kernel, each.getKey(), each.getValue());
        }
    }

    @SuppressWarnings("unchecked")
    private static <T> void apply(
            NetworkChannel kernel, SocketOption<T> option, @Nullable Object value)
            throws IOException {
        kernel.setOption(option, (T) value);
    }
}
