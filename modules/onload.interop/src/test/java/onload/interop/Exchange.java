package onload.interop;

import static onload.interop.Link.SECOND;
import static onload.interop.Link.at;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.sockets.Stack;
import onload.sockets.Status;
import onload.sockets.TcpSocket;

import org.agrona.concurrent.UnsafeBuffer;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/** Bytes over a TCP socket of a stack, each call bounded. */
final class Exchange {
    private static final long LONGEST = 20 * SECOND;
    private static final long PAUSE_NS = 5_000_000;

    private Exchange() {}

    /** Bytes that no program can guess. */
    static byte[] noise(int length, long seed) {
        byte[] bytes = new byte[length];
        new SplittableRandom(seed).nextBytes(bytes);
        return bytes;
    }

    static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(digest().digest(bytes));
    }

    static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    /** A connection to a program that has just been started, and may not listen yet. */
    static TcpSocket connected(Stack stack, String address, int port) {
        long endNs = System.nanoTime() + 10 * SECOND;
        while (true) {
            TcpSocket socket = stack.tcp();
            int answer = socket.connect(at(address, port), 5 * SECOND);
            if (answer == 0) {
                return socket;
            }
            socket.close();
            assertEquals(Status.REFUSED, answer, () -> Status.text(answer));
            assertTrue(System.nanoTime() - endNs < 0, "nobody listens at port " + port);
            LockSupport.parkNanos(PAUSE_NS);
        }
    }

    static void send(TcpSocket socket, String text) {
        send(socket, text.getBytes(StandardCharsets.ISO_8859_1));
    }

    static void send(TcpSocket socket, byte[] bytes) {
        UnsafeBuffer buffer = new UnsafeBuffer(bytes);
        int done = 0;
        while (done < bytes.length) {
            int at = done;
            int taken = socket.send(buffer, done, bytes.length - done, LONGEST);
            assertTrue(taken > 0, () -> Status.text(taken) + " after " + at + " bytes");
            done += taken;
        }
    }

    /** As many bytes, or those before the end of the stream. */
    static byte[] receive(TcpSocket socket, int length) {
        byte[] bytes = new byte[length];
        UnsafeBuffer buffer = new UnsafeBuffer(bytes);
        int done = 0;
        while (done < length) {
            int at = done;
            int count = socket.receive(buffer, done, length - done, LONGEST);
            if (count == Status.END_OF_STREAM) {
                return Arrays.copyOf(bytes, done);
            }
            assertTrue(count > 0, () -> Status.text(count) + " after " + at + " bytes");
            done += count;
        }
        return bytes;
    }

    /** What comes up to and with an empty line; empty if the stream ends before anything comes. */
    static String head(TcpSocket socket) {
        StringBuilder head = new StringBuilder();
        while (head.length() < 8 || head.indexOf("\r\n\r\n", head.length() - 4) < 0) {
            byte[] one = receive(socket, 1);
            if (one.length == 0) {
                return head.toString();
            }
            head.append((char) (one[0] & 0xff));
            assertTrue(head.length() < 8192, "a head without an end");
        }
        return head.toString();
    }
}
