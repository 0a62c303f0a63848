package onload.jdk.channel;

import java.io.IOException;
import java.net.SocketException;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;

/** What a channel throws, as what the {@code java.net} socket of that channel throws. */
final class Translation {
    private Translation() {}

    /**
     * {@return an exception of a call that declares {@code IOException}: one of those stays as it is}
     *
     * @throws RuntimeException what has no other meaning for sockets
     */
    static IOException of(Exception thrown) {
        return thrown instanceof IOException same ? same : socketException(thrown);
    }

    /**
     * {@return an exception of a call that declares {@code SocketException} only}
     *
     * @throws RuntimeException what has no other meaning for sockets
     */
    static SocketException socketException(Exception thrown) {
        if (thrown instanceof SocketException same) {
            return same;
        }
        String text =
                switch (thrown) {
                    case ClosedChannelException e -> "Socket is closed";
                    case NotYetConnectedException e -> "Socket is not connected";
                    case AlreadyBoundException e -> "Already bound";
                    case AlreadyConnectedException e -> "Already connected";
                    case NotYetBoundException e -> "Socket is not bound yet";
                    case UnsupportedAddressTypeException e -> "Unsupported address type";
                    case UnresolvedAddressException e -> "Unresolved address";
                    case RuntimeException e -> throw e;
                    default -> thrown.getMessage();
                };
        return new SocketException(text, thrown);
    }
}
