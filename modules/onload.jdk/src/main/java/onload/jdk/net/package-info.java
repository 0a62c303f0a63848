/**
 * Sockets of {@code java.net} on stacks: implementations of {@code SocketImpl} and {@code DatagramSocketImpl}, and the
 * factories that make the JDK use them for every {@code Socket}, {@code ServerSocket}, {@code DatagramSocket}
 * and {@code MulticastSocket}. {@link onload.jdk.Installation#installSocketFactories} installs them, once in the
 * life of a JVM, which is how often the JDK permits it.
 *
 * <p>A socket is placed as a channel is, when it is bound or connected: see {@link
 * onload.jdk.placement.Acceleration}. What is the kernel's is a socket of the JDK's own inside, so that
 * time-outs, interrupts and the texts of exceptions are the JDK's by themselves. What is a stack's behaves the
 * same: it waits with the time-out that was set; another thread that closes it ends the wait ({@code
 * SocketException}, "Socket closed"); an interrupt of a platform thread does not, and one of a virtual thread
 * closes the socket. Until it is placed it has the options that were set, and those of a fresh socket of the kernel.
 *
 * <p>A server at the wildcard address accepts what comes by any stack and by the kernel. Its connections of the kernel
 * are channels inside, so that one thread can wait for all; an interrupt of a thread that waits in one of those closes
 * it. {@link onload.jdk.net.AccelerationOption} asks a socket what it has become.
 *
 * <p>Urgent data goes in the stream, where stacks leave it, too. A socket that is made for a proxy is the JDK's
 * own; the property {@code socksProxyHost} is not asked by those that are made without one, since the JDK itself
 * does so only where no factory is installed.
 */
@NullMarked
package onload.jdk.net;

import org.jspecify.annotations.NullMarked;
