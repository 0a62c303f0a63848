package onload.bench;

import onload.sockets.Socket;
import onload.sockets.Status;
import onload.sockets.TcpSocket;
import onload.sockets.UdpSocket;

import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;

/** One end of a conversation in messages of {@value #LENGTH} bytes. Belongs to one thread. */
abstract class End implements AutoCloseable {
    static final int LENGTH = 64;

    final ByteBuffer bytes = ByteBuffer.allocateDirect(LENGTH);
    final UnsafeBuffer message = new UnsafeBuffer(bytes);

    /** Sends the message. */
    abstract void send() throws IOException;

    /** Waits until the message is what has come. */
    abstract void receive() throws IOException;

    @Override
    public abstract void close() throws IOException;

    /** {@return an end over TCP of onload} What does not wait polls instead: each call without a time-out does. */
    static End of(TcpSocket socket, boolean waits) {
        return new OfTcpSocket(socket, waits);
    }

    /** {@return an end over UDP of onload} */
    static End of(UdpSocket socket, boolean waits) {
        return new OfUdpSocket(socket, waits);
    }

    /** {@return an end over TCP of the kernel, which waits if the channel blocks} */
    static End of(SocketChannel channel) {
        return new OfSocketChannel(channel);
    }

    /** {@return an end over UDP of the kernel, which waits if the channel blocks} */
    static End of(DatagramChannel channel) {
        return new OfDatagramChannel(channel);
    }

    private static final class OfTcpSocket extends End {
        private final TcpSocket socket;
        private final boolean waits;

        OfTcpSocket(TcpSocket socket, boolean waits) {
            this.socket = socket;
            this.waits = waits;
        }

        @Override
        void send() throws IOException {
            if (socket.send(message, 0, LENGTH) != LENGTH) {
                throw new IOException("one message does not fit into the send buffer");
            }
        }

        @Override
        void receive() throws IOException {
            int done = 0;
            while (done < LENGTH) {
                int count =
                        waits
                                ? socket.receive(message, done, LENGTH - done, Socket.FOREVER)
                                : socket.receive(message, done, LENGTH - done);
                if (count > 0) {
                    done += count;
                } else if (count != Status.WOULD_BLOCK) {
                    throw Status.exception(count, "receiving");
                } else {
                    Thread.onSpinWait();
                }
            }
        }

        @Override
        public void close() {
            socket.close();
        }
    }

    private static final class OfUdpSocket extends End {
        private final UdpSocket socket;
        private final boolean waits;

        OfUdpSocket(UdpSocket socket, boolean waits) {
            this.socket = socket;
            this.waits = waits;
        }

        @Override
        void send() throws IOException {
            Status.check(socket.send(message, 0, LENGTH), "sending");
        }

        @Override
        void receive() throws IOException {
            int count =
                    waits
                            ? socket.receive(message, 0, LENGTH, null, Socket.FOREVER)
                            : socket.receive(message, 0, LENGTH, null);
            while (count == Status.WOULD_BLOCK) {
                Thread.onSpinWait();
                count = socket.receive(message, 0, LENGTH, null);
            }
            Status.check(count, "receiving");
        }

        @Override
        public void close() {
            socket.close();
        }
    }

    private static final class OfSocketChannel extends End {
        private final SocketChannel channel;

        OfSocketChannel(SocketChannel channel) {
            this.channel = channel;
        }

        @Override
        void send() throws IOException {
            bytes.clear();
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }

        @Override
        void receive() throws IOException {
            bytes.clear();
            while (bytes.hasRemaining()) {
                if (channel.read(bytes) < 0) {
                    throw new IOException("the peer has gone");
                }
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    private static final class OfDatagramChannel extends End {
        private final DatagramChannel channel;

        OfDatagramChannel(DatagramChannel channel) {
            this.channel = channel;
        }

        @Override
        void send() throws IOException {
            bytes.clear();
            channel.write(bytes);
        }

        @Override
        void receive() throws IOException {
            bytes.clear();
            while (bytes.hasRemaining()) {
                channel.read(bytes);
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
