package onload.testkit.script.run;

import onload.tcp.TcpConnection;

/** The names of Linux for what connections answer. */
final class Errors {
    private Errors() {}

    static String name(int code) {
        return switch (code) {
            case TcpConnection.WOULD_BLOCK -> "EAGAIN";
            case TcpConnection.NOT_CONNECTED -> "ENOTCONN";
            case TcpConnection.CLOSED -> "EPIPE";
            case TcpConnection.RESET -> "ECONNRESET";
            case TcpConnection.REFUSED -> "ECONNREFUSED";
            case TcpConnection.TIMED_OUT -> "ETIMEDOUT";
            case TcpConnection.UNREACHABLE -> "EHOSTUNREACH";
            case TcpConnection.ADDRESS_IN_USE -> "EADDRINUSE";
            case TcpConnection.ADDRESS_NOT_AVAILABLE, TcpConnection.NO_PORT -> "EADDRNOTAVAIL";
            case TcpConnection.NO_MEMORY -> "ENOMEM";
            case TcpConnection.ABORTED -> "ECONNABORTED";
            default -> "EINVAL";
        };
    }

    /** {@return the number that SO_ERROR has for it on Linux} */
    static int number(int code) {
        return switch (code) {
            case 0 -> 0;
            case TcpConnection.RESET -> 104;
            case TcpConnection.REFUSED -> 111;
            case TcpConnection.TIMED_OUT -> 110;
            case TcpConnection.UNREACHABLE -> 113;
            case TcpConnection.ABORTED -> 103;
            default -> 22;
        };
    }
}
