package onload.jdk.channel;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;

/** What the specification says of addresses and buffers that programs hand in. */
final class Addresses {
    private Addresses() {}

    /** {@return the address to bind to; the wildcard with a free port for null} */
    static InetSocketAddress toBind(
            @Nullable SocketAddress local, @Nullable ProtocolFamily family) {
        return local == null ? new InetSocketAddress(0) : checked(local, family);
    }

    /** {@return the address to connect to; this machine's own for the wildcard} */
    static InetSocketAddress toConnect(SocketAddress remote, @Nullable ProtocolFamily family)
            throws IOException {
        InetSocketAddress address = checked(remote, family);
        return address.getAddress().isAnyLocalAddress()
                ? new InetSocketAddress(InetAddress.getLocalHost(), address.getPort())
                : address;
    }

    /**
     * {@return an address as one that is resolved}
     *
     * @throws UnresolvedAddressException if it is not resolved
     * @throws UnsupportedAddressTypeException if it is of another kind or family
     */
    static InetSocketAddress checked(SocketAddress address, @Nullable ProtocolFamily family) {
        if (address == null) {
            throw new NullPointerException();
        }
        if (!(address instanceof InetSocketAddress internet)) {
            throw new UnsupportedAddressTypeException();
        }
        if (internet.isUnresolved()) {
            throw new UnresolvedAddressException();
        }
        if (family == StandardProtocolFamily.INET
                && !(internet.getAddress() instanceof Inet4Address)) {
            throw new UnsupportedAddressTypeException();
        }
        return internet;
    }

    static void checkWritable(ByteBuffer buffer) {
        if (buffer.isReadOnly()) {
            throw new IllegalArgumentException("Read-only buffer");
        }
    }
}
