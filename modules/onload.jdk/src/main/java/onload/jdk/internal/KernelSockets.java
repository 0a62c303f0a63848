package onload.jdk.internal;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.ProtocolFamily;
import java.net.SocketImpl;
import java.nio.channels.DatagramChannel;
import java.nio.channels.spi.SelectorProvider;

/**
 * The sockets of the JDK itself, once our providers stand before them. They are in {@code sun.nio.ch}, which {@code
 * java.base} has to export to this module: the agent sees to it, and so does {@code --add-exports
 * java.base/sun.nio.ch=onload.jdk} (or {@code ALL-UNNAMED} on the class path).
 *
 * <p>For any thread.
 */
public final class KernelSockets {
    /** Found when it is needed first, so that a failure says what to do. */
    private static final class Holder {
        static final SelectorProvider PROVIDER =
                (SelectorProvider) call("sun.nio.ch.DefaultSelectorProvider", "get");
    }

    private KernelSockets() {}

    /**
     * {@return the JDK's own provider of channels}
     *
     * @throws IllegalStateException if it cannot be reached; the message says what to do
     */
    public static SelectorProvider provider() {
        try {
            return Holder.PROVIDER;
        } catch (ExceptionInInitializerError | NoClassDefFoundError e) {
            throw unreachable(e);
        }
    }

    /** {@return a datagram channel that an interrupt of a waiting thread does not close, for java.net} */
    public static DatagramChannel uninterruptibleDatagramChannel() throws IOException {
        try {
            return (DatagramChannel)
                    Class.forName("sun.nio.ch.SelectorProviderImpl")
                            .getMethod("openUninterruptibleDatagramChannel")
                            .invoke(provider());
        } catch (InvocationTargetException e) {
            throw thrown(e);
        } catch (ReflectiveOperationException e) {
            throw unreachable(e);
        }
    }

    /** {@return a datagram channel of a family; of both if it is null} */
    public static DatagramChannel datagramChannel(@Nullable ProtocolFamily family)
            throws IOException {
        return family == null
                ? provider().openDatagramChannel()
                : provider().openDatagramChannel(family);
    }

    /**
     * {@return the JDK's implementation of java.net.Socket or ServerSocket, not created yet}
     *
     * @param isServer for ServerSocket
     */
    public static SocketImpl socketImpl(boolean isServer) {
        try {
            return Class.forName("sun.nio.ch.NioSocketImpl")
                    .asSubclass(SocketImpl.class)
                    .getConstructor(boolean.class)
                    .newInstance(isServer);
        } catch (ReflectiveOperationException e) {
            throw unreachable(e);
        }
    }

    private static Object call(String type, String method) {
        try {
            return Class.forName(type).getMethod(method).invoke(null);
        } catch (ReflectiveOperationException e) {
            throw unreachable(e);
        }
    }

    private static IOException thrown(InvocationTargetException e) {
        return e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
    }

    private static IllegalStateException unreachable(Throwable cause) {
        Module module = KernelSockets.class.getModule();
        String to = module.isNamed() ? module.getName() : "ALL-UNNAMED";
        return new IllegalStateException(
                "the JDK's own sockets cannot be reached; start Java with the agent of onload, or with"
                        + " --add-exports java.base/sun.nio.ch="
                        + to,
                cause);
    }
}
