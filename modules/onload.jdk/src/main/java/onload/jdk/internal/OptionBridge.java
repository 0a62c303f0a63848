package onload.jdk.internal;

import onload.sockets.SocketOption;

import org.jspecify.annotations.Nullable;

import java.util.Map;

/**
 * Options of java.net on the sockets of a stack. They go by their names, so that those of {@code jdk.net} need no
 * module of their own.
 */
public final class OptionBridge {
    private static final Map<String, SocketOption> BY_NAME =
            Map.ofEntries(
                    Map.entry("SO_SNDBUF", SocketOption.SO_SNDBUF),
                    Map.entry("SO_RCVBUF", SocketOption.SO_RCVBUF),
                    Map.entry("SO_KEEPALIVE", SocketOption.SO_KEEPALIVE),
                    Map.entry("SO_REUSEADDR", SocketOption.SO_REUSEADDR),
                    Map.entry("SO_REUSEPORT", SocketOption.SO_REUSEPORT),
                    Map.entry("SO_BROADCAST", SocketOption.SO_BROADCAST),
                    Map.entry("SO_LINGER", SocketOption.SO_LINGER),
                    Map.entry("TCP_NODELAY", SocketOption.TCP_NODELAY),
                    Map.entry("TCP_QUICKACK", SocketOption.TCP_QUICKACK),
                    Map.entry("TCP_KEEPIDLE", SocketOption.TCP_KEEPIDLE),
                    Map.entry("TCP_KEEPINTERVAL", SocketOption.TCP_KEEPINTVL),
                    Map.entry("TCP_KEEPCOUNT", SocketOption.TCP_KEEPCNT),
                    Map.entry("IP_TOS", SocketOption.IP_TOS),
                    Map.entry("IP_MULTICAST_TTL", SocketOption.IP_MULTICAST_TTL),
                    Map.entry("IP_MULTICAST_LOOP", SocketOption.IP_MULTICAST_LOOP));

    /** Every value of Linux is one here, in kinds of sockets that do not have the option, too. */
    private static final String DONT_FRAGMENT = "IP_DONTFRAGMENT";

    private static final int NEVER_CUT = 2;

    private OptionBridge() {}

    /**
     * Sets an option of a stack's socket, as far as the stack has it: an option that only tunes does nothing where
     * there is nothing to tune.
     *
     * @param value an Integer, a Boolean, or null for what switches lingering off
     * @return whether it is honoured
     */
    public static boolean set(
            onload.sockets.Socket socket, java.net.SocketOption<?> option, @Nullable Object value) {
        SocketOption ours = ours(option);
        if (ours == null) {
            return false;
        }
        try {
            socket.set(ours, number(ours, option, value));
            return true;
        } catch (UnsupportedOperationException | IllegalArgumentException e) {
            return false;
        }
    }

    private static @Nullable SocketOption ours(java.net.SocketOption<?> option) {
        return option.name().equals(DONT_FRAGMENT)
                ? SocketOption.IP_MTU_DISCOVER
                : BY_NAME.get(option.name());
    }

    private static long number(
            SocketOption ours, java.net.SocketOption<?> option, @Nullable Object value) {
        if (value instanceof Boolean isOn) {
            if (option.name().equals(DONT_FRAGMENT)) {
                return isOn ? NEVER_CUT : 0;
            }
            return isOn ? 1 : 0;
        }
        long number = value instanceof Integer integer ? integer : -1;
        return Math.max(ours.least(), Math.min(ours.most(), number));
    }

    /** {@return the value of an option of a stack's socket; null if the stack does not have it} */
    public static <T> @Nullable T get(
            onload.sockets.Socket socket, java.net.SocketOption<T> option) {
        SocketOption ours = ours(option);
        if (ours == null) {
            return null;
        }
        long number;
        try {
            number = socket.get(ours);
        } catch (UnsupportedOperationException e) {
            return null;
        }
        if (option.type() == Boolean.class) {
            boolean isOn = option.name().equals(DONT_FRAGMENT) ? number == NEVER_CUT : number != 0;
            return option.type().cast(isOn);
        }
        return option.type() == Integer.class ? option.type().cast((int) number) : null;
    }
}
