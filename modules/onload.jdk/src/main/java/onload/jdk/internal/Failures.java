package onload.jdk.internal;

import onload.sockets.Status;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.SocketException;
import java.net.SocketTimeoutException;

/** What a stack answers, as the exceptions that the JDK's own sockets throw, with their texts: programs read them. */
public final class Failures {
    private Failures() {}

    /** {@return the exception for a connection that was not made} */
    public static IOException ofConnect(int status) {
        return switch (status) {
            case Status.REFUSED -> new ConnectException("Connection refused");
            case Status.TIMED_OUT -> new ConnectException("Connection timed out");
            case Status.UNREACHABLE -> new NoRouteToHostException("No route to host");
            case Status.RESET -> new SocketException("Connection reset");
            case Status.EXPIRED -> new SocketTimeoutException("Connect timed out");
            case Status.ADDRESS_IN_USE, Status.ADDRESS_NOT_AVAILABLE, Status.NO_PORT ->
                    ofBind(status);
            default -> new SocketException(capital(Status.text(status)));
        };
    }

    /** {@return the exception for an address that was not taken} */
    public static SocketException ofBind(int status) {
        return switch (status) {
            case Status.ADDRESS_IN_USE -> new BindException("Address already in use");
            case Status.ADDRESS_NOT_AVAILABLE ->
                    new BindException("Cannot assign requested address");
            case Status.NO_PORT -> new BindException("Address already in use: no port is free");
            case Status.NOT_PERMITTED -> new BindException("Permission denied");
            default -> new SocketException(capital(Status.text(status)));
        };
    }

    /** {@return the exception for bytes that were not received} */
    public static IOException ofReceive(int status) {
        return switch (status) {
            case Status.RESET -> new SocketException("Connection reset");
            case Status.REFUSED -> new ConnectException("Connection refused");
            case Status.TIMED_OUT -> new SocketException("Connection timed out");
            case Status.UNREACHABLE -> new NoRouteToHostException("No route to host");
            case Status.CLOSED -> new SocketException("Socket closed");
            case Status.NOT_CONNECTED -> new SocketException("Socket is not connected");
            case Status.EXPIRED -> new SocketTimeoutException("Read timed out");
            default -> new SocketException(capital(Status.text(status)));
        };
    }

    /** {@return the exception for bytes that were not sent} */
    public static IOException ofSend(int status) {
        return switch (status) {
            case Status.RESET, Status.CLOSED -> new SocketException("Broken pipe");
            default -> ofReceive(status);
        };
    }

    /** {@return the exception for a datagram that was not sent or received} */
    public static IOException ofDatagram(int status) {
        return switch (status) {
            case Status.REFUSED -> new PortUnreachableException();
            case Status.TOO_LONG -> new SocketException("Message too long");
            case Status.NOT_PERMITTED -> new SocketException("Permission denied");
            case Status.UNREACHABLE -> new NoRouteToHostException("No route to host");
            case Status.INTERFACE_DOWN -> new SocketException("Network is down");
            case Status.NO_MEMORY -> new SocketException("No buffer space available");
            case Status.EXPIRED -> new SocketTimeoutException("Receive timed out");
            default -> new SocketException(capital(Status.text(status)));
        };
    }

    private static String capital(String text) {
        return text.isEmpty() ? text : Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }
}
