package onload.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.agrona.concurrent.UnsafeBuffer;

import java.util.SplittableRandom;

/**
 * One side of a conversation: sends bytes that its seed says, reads those that the other side's seed says, in
 * pieces and with pauses of its own, and closes when both are done.
 */
final class Stream {
    private static final int CHUNK = 16 << 10;

    final TcpConnection connection;
    private final SplittableRandom random;
    private final UnsafeBuffer chunk = new UnsafeBuffer(new byte[CHUNK]);
    private final int salt;
    private final int otherSalt;
    private final int toSend;
    private final int toReceive;
    private final int largestPiece;
    private final long longestPauseNs;
    private int sent;
    private int received;
    private long sendsAtNs;
    private long readsAtNs;
    private boolean ended;
    private boolean isClosed;

    Stream(
            TcpConnection connection,
            SplittableRandom random,
            int salt,
            int otherSalt,
            int toSend,
            int toReceive,
            int largestPiece,
            long longestPauseNs) {
        this.connection = connection;
        this.random = random;
        this.salt = salt;
        this.otherSalt = otherSalt;
        this.toSend = toSend;
        this.toReceive = toReceive;
        this.largestPiece = largestPiece;
        this.longestPauseNs = longestPauseNs;
    }

    private static byte at(int salt, int index) {
        int x = (index + salt) * 0x9E37_79B1;
        return (byte) (x >>> 24 ^ x >>> 9);
    }

    /** {@return whether anything was done} */
    boolean step(long nowNs) {
        boolean hasSent = send(nowNs);
        return read(nowNs) || hasSent;
    }

    private boolean send(long nowNs) {
        if (sent == toSend || nowNs < sendsAtNs || connection.sendState() != 0) {
            return finish(nowNs);
        }
        int bytes = Math.min(toSend - sent, 1 + random.nextInt(largestPiece));
        for (int i = 0; i < bytes; i++) {
            chunk.putByte(i, at(salt, sent + i));
        }
        int taken = connection.send(chunk, 0, bytes, nowNs);
        if (taken <= 0) {
            assertEquals(TcpConnection.WOULD_BLOCK, taken, () -> "send of " + connection);
            return false;
        }
        sent += taken;
        sendsAtNs = nowNs + pause();
        return true;
    }

    private boolean finish(long nowNs) {
        if (sent < toSend || connection.finQueued || !connection.state().canSend()) {
            return false;
        }
        assertEquals(0, connection.shutdownOutput(nowNs));
        return true;
    }

    private boolean read(long nowNs) {
        if (nowNs < readsAtNs || ended) {
            return close(nowNs);
        }
        int wanted = 1 + random.nextInt(largestPiece);
        int got = connection.receive(chunk, 0, wanted, nowNs);
        if (got == TcpConnection.WOULD_BLOCK || got == TcpConnection.NOT_CONNECTED) {
            return false;
        }
        if (got == TcpConnection.END_OF_STREAM) {
            assertEquals(toReceive, received, () -> "end of the stream of " + connection);
            ended = true;
            return true;
        }
        if (got < 0) {
            throw new AssertionError(connection + " answers " + got);
        }
        for (int i = 0; i < got; i++) {
            if (chunk.getByte(i) != at(otherSalt, received + i)) {
                throw new AssertionError("byte " + (received + i) + " of " + connection);
            }
        }
        received += got;
        readsAtNs = nowNs + pause();
        return true;
    }

    private boolean close(long nowNs) {
        if (!ended || isClosed || !connection.finQueued) {
            return false;
        }
        isClosed = true;
        connection.close(nowNs);
        return true;
    }

    private long pause() {
        return longestPauseNs == 0 || random.nextInt(4) != 0
                ? 0
                : (long) (random.nextDouble() * longestPauseNs);
    }

    /** {@return when it acts by itself, or Long.MAX_VALUE} */
    long nextNs(long nowNs) {
        long next = Long.MAX_VALUE;
        if (sendsAtNs > nowNs) {
            next = sendsAtNs;
        }
        if (readsAtNs > nowNs) {
            next = Math.min(next, readsAtNs);
        }
        return next;
    }

    boolean isDone() {
        return isClosed;
    }

    @Override
    public String toString() {
        return "%s sent %d of %d, received %d of %d"
                .formatted(connection, sent, toSend, received, toReceive);
    }
}
