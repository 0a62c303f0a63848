package onload.jdk.net;

import onload.jdk.internal.KernelSockets;

import java.net.ServerSocket;

/** A server socket as the JDK would have made it without us; it accepts sockets of the JDK's own, too. */
final class KernelServerSocket extends ServerSocket {
    KernelServerSocket() {
        super(KernelSockets.socketImpl(true));
    }
}
