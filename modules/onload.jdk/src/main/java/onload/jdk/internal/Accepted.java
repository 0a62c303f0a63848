package onload.jdk.internal;

import onload.sockets.Stack;
import onload.sockets.TcpSocket;

import org.jspecify.annotations.Nullable;

import java.nio.channels.SocketChannel;

/**
 * A connection that was accepted: a stack's, or the kernel's.
 *
 * @param stack whose it is; null for the kernel
 * @param socket the stack's socket; null for the kernel
 * @param channel the kernel's channel, which waits; null for a stack
 */
public record Accepted(
        @Nullable Stack stack, @Nullable TcpSocket socket, @Nullable SocketChannel channel) {}
