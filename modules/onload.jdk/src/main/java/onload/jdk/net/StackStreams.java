package onload.jdk.net;

import onload.jdk.internal.Ending;
import onload.jdk.internal.Failures;
import onload.sockets.Socket;
import onload.sockets.Status;
import onload.sockets.TcpSocket;

import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The bytes of a stack's connection, as streams of {@code java.net} have them. Reading and writing each have a lock, so
 * that one view on the program's array does for all threads and nothing is allocated.
 */
final class StackStreams {
    private static final byte[] NOTHING = {};
    private static final String READ_TIMED_OUT = "Read timed out";

    private final PlacedSocket owner;
    private final TcpSocket socket;
    private final ReentrantLock readLock = new ReentrantLock();
    private final ReentrantLock writeLock = new ReentrantLock();

    // For who has the lock.
    private final UnsafeBuffer readView = new UnsafeBuffer(NOTHING);
    private final UnsafeBuffer writeView = new UnsafeBuffer(NOTHING);

    /** The end was read: that is told also after the socket is closed, as ever. */
    private boolean hasEnded;

    private volatile boolean isInputShut;

    StackStreams(PlacedSocket owner, TcpSocket socket) {
        this.owner = owner;
        this.socket = socket;
    }

    /**
     * Reads some bytes, and waits for the first.
     *
     * @return how many; 0 only for a length of 0; −1 at the end
     * @throws SocketTimeoutException if the time is over
     * @throws InterruptedIOException if this is a virtual thread, and was interrupted
     */
    int read(byte[] to, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, to.length);
        if (length == 0) {
            return 0;
        }
        long leftNs = PlacedSocketImpl.lock(readLock, owner.timeoutMs);
        if (leftNs <= 0) {
            throw new SocketTimeoutException(READ_TIMED_OUT);
        }
        try {
            if (hasEnded) {
                return -1;
            }
            owner.checkConnected();
            return isInputShut ? -1 : receive(to, offset, length, leftNs);
        } finally {
            readLock.unlock();
        }
    }

    private int receive(byte[] to, int offset, int length, long timeoutNs) throws IOException {
        int count;
        readView.wrap(to, offset, length);
        try {
            count = socket.receive(readView, 0, length, timeoutNs);
        } finally {
            readView.wrap(NOTHING);
        }
        if (count > 0) {
            return count;
        }
        boolean isEnd = count == Status.END_OF_STREAM;
        // Closing sends the end of our stream first, and the peer may answer it with that of its
        // own.
        if (isInputShut ? isEnd || count == Status.CLOSED : isEnd && owner.isOpen()) {
            hasEnded = true;
            return -1;
        }
        throw failure(count, Failures.ofReceive(count));
    }

    /**
     * Writes all bytes, and waits for room.
     *
     * @throws InterruptedIOException if this is a virtual thread, and was interrupted
     */
    void write(byte[] from, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, from.length);
        if (length == 0) {
            return;
        }
        writeLock.lock();
        try {
            owner.checkConnected();
            send(from, offset, length);
        } finally {
            writeLock.unlock();
        }
    }

    private void send(byte[] from, int offset, int length) throws IOException {
        writeView.wrap(from, offset, length);
        try {
            int done = 0;
            while (done < length) {
                int count = socket.send(writeView, done, length - done, Socket.FOREVER);
                if (count < 0) {
                    throw failure(count, Failures.ofSend(count));
                }
                done += count;
            }
        } finally {
            writeView.wrap(NOTHING);
        }
    }

    /** The socket's own end comes before what it was told meanwhile. */
    private IOException failure(int status, IOException otherwise) {
        if (status == Status.INTERRUPTED) {
            return new InterruptedIOException();
        }
        if (!owner.isOpen()) {
            return new SocketException(PlacedSocketImpl.CLOSED);
        }
        if (status == Status.CLOSED) {
            Ending.stay();
        }
        return otherwise;
    }

    int available() {
        return isInputShut ? 0 : socket.available();
    }

    void shutdownInput() {
        if (!isInputShut) {
            isInputShut = true;
            var _ = socket.shutdownInput();
        }
    }

    void shutdownOutput() {
        var _ = socket.shutdownOutput();
    }

    /** Closes: the end of the stream comes before a reset, if unread data is the reason for that one. */
    void close() {
        if (socket.linger() != 0) {
            var _ = socket.shutdownOutput();
        }
        socket.close();
    }

    /**
     * Waits until a connection that was begun is established.
     *
     * @param timeoutMs longest wait, 0 for ever
     */
    void awaitConnected(int timeoutMs) throws IOException {
        long timeoutNs = timeoutMs == 0 ? Socket.FOREVER : TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        int answer = socket.awaitConnected(timeoutNs);
        switch (answer) {
            case 0 -> {
                // It is.
            }
            case Status.INTERRUPTED -> throw new SocketException("Closed by interrupt");
            case Status.CLOSED -> throw new SocketException(PlacedSocketImpl.CLOSED);
            default ->
                    throw owner.isOpen()
                            ? Failures.ofConnect(answer)
                            : new SocketException(PlacedSocketImpl.CLOSED);
        }
    }
}
