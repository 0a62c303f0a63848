package onload.jdk.net;

import onload.jdk.internal.KernelSockets;

import java.net.Socket;
import java.net.SocketException;

/** A socket as the JDK would have made it without us, except that it knows no proxy. */
final class KernelSocket extends Socket {
    KernelSocket() throws SocketException {
        super(KernelSockets.socketImpl(false));
    }
}
