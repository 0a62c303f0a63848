package onload.jdk.net;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.channels.ClosedChannelException;

/**
 * The bytes of a connection of the kernel's: those of the socket inside. What ended that one ends the socket outside in
 * the same way.
 */
final class KernelStreams {
    private KernelStreams() {}

    static int read(Socket kernel, InputStream in, byte[] to, int offset, int length)
            throws IOException {
        try {
            return in.read(to, offset, length);
        } catch (SocketException | ClosedChannelException e) {
            throw outside(kernel, e);
        }
    }

    static void write(Socket kernel, OutputStream out, byte[] from, int offset, int length)
            throws IOException {
        try {
            out.write(from, offset, length);
        } catch (SocketException | ClosedChannelException e) {
            throw outside(kernel, e);
        }
    }

    /**
     * {@return what the socket outside is told} An interrupted virtual thread has closed the socket inside; told so,
     * {@code java.net} closes the one outside.
     */
    static IOException outside(Socket kernel, IOException thrown) {
        return outside(kernel.isClosed(), thrown);
    }

    static IOException outside(boolean isClosed, IOException thrown) {
        Thread thread = Thread.currentThread();
        if (isClosed && thread.isVirtual() && thread.isInterrupted()) {
            return new InterruptedIOException();
        }
        return isClosed ? new SocketException(PlacedSocketImpl.CLOSED) : thrown;
    }

    /** Closes as the JDK's own sockets do: the end of the stream comes first, unless a reset was asked for. */
    static void close(Socket kernel) throws IOException {
        if (kernel.getChannel() != null && !kernel.isClosed()) {
            try {
                if (kernel.getSoLinger() != 0 && !kernel.isOutputShutdown()) {
                    kernel.shutdownOutput();
                }
            } catch (IOException e) {
                // It has ended otherwise.
            }
        }
        kernel.close();
    }
}
