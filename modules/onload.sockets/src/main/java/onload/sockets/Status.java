package onload.sockets;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;

/**
 * What calls of sockets answer when it is not a count: negative numbers, the same for all kinds of socket.
 * Nothing is allocated and nothing is thrown on the data path; who wants an exception asks for it by {@link
 * #exception}.
 */
public final class Status {
    /** Nothing can be done now (EAGAIN). */
    public static final int WOULD_BLOCK = -1;

    /** The peer has closed, and all that it sent is read. */
    public static final int END_OF_STREAM = -2;

    /** There is no connection or peer (ENOTCONN, EDESTADDRREQ). */
    public static final int NOT_CONNECTED = -3;

    /**
     * This side has closed, or shut that direction down; also if another thread did while this one waited
     * (EPIPE, EBADF).
     */
    public static final int CLOSED = -4;

    /** The peer has reset the connection (ECONNRESET). */
    public static final int RESET = -5;

    /** Nobody is at the port of the peer (ECONNREFUSED). */
    public static final int REFUSED = -6;

    /** The peer did not answer for too long (ETIMEDOUT). */
    public static final int TIMED_OUT = -7;

    /** There is no way to the peer (ENETUNREACH, EHOSTUNREACH). */
    public static final int UNREACHABLE = -8;

    /** Somebody else has the address and port (EADDRINUSE). */
    public static final int ADDRESS_IN_USE = -9;

    /** The address is none of this stack (EADDRNOTAVAIL). */
    public static final int ADDRESS_NOT_AVAILABLE = -10;

    /** No local port is free (EADDRNOTAVAIL, EAGAIN). */
    public static final int NO_PORT = -11;

    /** There is no memory for it: packets, or connections (ENOBUFS). */
    public static final int NO_MEMORY = -12;

    /** This cannot be done in this state, such as connecting twice (EINVAL, EISCONN). */
    public static final int INVALID_STATE = -13;

    /** This side has aborted the connection (ECONNABORTED). */
    public static final int ABORTED = -14;

    /** The time that a call may wait is over. */
    public static final int EXPIRED = -15;

    /** The calling thread was interrupted: its interrupt status is set, and the socket is closed. */
    public static final int INTERRUPTED = -16;

    /** The datagram is too long (EMSGSIZE). */
    public static final int TOO_LONG = -17;

    /** The interface is down (ENETDOWN). */
    public static final int INTERFACE_DOWN = -18;

    /** It is not permitted, such as a broadcast without the option (EACCES). */
    public static final int NOT_PERMITTED = -19;

    /** The peer does not have the protocol, or did not understand (ENOPROTOOPT, EPROTO). */
    public static final int PROTOCOL_ERROR = -20;

    /** An address of this IP version does not go with the socket (EAFNOSUPPORT). */
    public static final int WRONG_VERSION = -21;

    /** An argument is none that can be meant (EINVAL). */
    public static final int INVALID_ARGUMENT = -22;

    private static final String[] NAMES = {
        "would block",
        "end of stream",
        "not connected",
        "closed",
        "connection reset by peer",
        "connection refused",
        "connection timed out",
        "network or host is unreachable",
        "address already in use",
        "cannot assign requested address",
        "no local port is free",
        "no buffer space available",
        "not possible in this state",
        "connection aborted",
        "the time to wait is over",
        "interrupted",
        "datagram too long",
        "network interface is down",
        "permission denied",
        "protocol error",
        "address of an IP version that the socket does not have",
        "invalid argument",
    };

    private Status() {}

    /**
     * {@return what an answer means, in words}
     *
     * @param status a constant of this class
     * @throws IllegalArgumentException if it is none
     */
    public static String text(int status) {
        if (status >= 0 || -status > NAMES.length) {
            throw new IllegalArgumentException(
                    "%d is no status; expected -1 to -%d".formatted(status, NAMES.length));
        }
        return NAMES[-status - 1];
    }

    /**
     * {@return the exception that java.net and java.nio have for an answer}
     *
     * @param status a constant of this class
     * @param doing what was tried, such as {@code "connecting to 192.0.2.1:80"}
     */
    public static IOException exception(int status, String doing) {
        String text = doing + ": " + text(status);
        return switch (status) {
            case CLOSED -> new ClosedChannelException();
            case INTERRUPTED -> new ClosedByInterruptException();
            case REFUSED, TIMED_OUT -> new ConnectException(text);
            case UNREACHABLE -> new NoRouteToHostException(text);
            case ADDRESS_IN_USE, ADDRESS_NOT_AVAILABLE, NO_PORT -> new BindException(text);
            case EXPIRED -> new SocketTimeoutException(text);
            default -> new SocketException(text);
        };
    }

    /**
     * {@return a count as it is}
     *
     * @param result a count or a constant of this class
     * @param doing what was tried
     * @throws IOException what {@link #exception} says, if it is no count
     */
    public static int check(int result, String doing) throws IOException {
        if (result < 0) {
            throw exception(result, doing);
        }
        return result;
    }

    /** {@return the status for an answer of UDP's engine} */
    static int ofUdp(int answer) {
        return switch (answer) {
            case onload.udp.UdpSocket.NO_ROUTE, onload.udp.UdpSocket.UNREACHABLE -> UNREACHABLE;
            case onload.udp.UdpSocket.NO_SOURCE -> ADDRESS_NOT_AVAILABLE;
            case onload.udp.UdpSocket.TOO_LONG -> TOO_LONG;
            case onload.udp.UdpSocket.WOULD_BLOCK -> WOULD_BLOCK;
            case onload.udp.UdpSocket.NO_BUFFER -> NO_MEMORY;
            case onload.udp.UdpSocket.INTERFACE_DOWN -> INTERFACE_DOWN;
            case onload.udp.UdpSocket.CLOSED -> CLOSED;
            case onload.udp.UdpSocket.NOT_CONNECTED -> NOT_CONNECTED;
            case onload.udp.UdpSocket.IN_USE -> ADDRESS_IN_USE;
            case onload.udp.UdpSocket.NO_FREE_PORT -> NO_PORT;
            case onload.udp.UdpSocket.NOT_PERMITTED, onload.udp.UdpSocket.PROHIBITED ->
                    NOT_PERMITTED;
            case onload.udp.UdpSocket.REFUSED -> REFUSED;
            case onload.udp.UdpSocket.PROTOCOL_ERROR -> PROTOCOL_ERROR;
            case onload.udp.UdpSocket.WRONG_VERSION -> WRONG_VERSION;
            case onload.udp.UdpSocket.INVALID -> INVALID_ARGUMENT;
            default -> answer;
        };
    }
}
