package onload.linux.device;

import onload.linux.Descriptor;
import onload.linux.Errno;
import onload.linux.LinuxException;
import onload.linux.Struct;
import onload.linux.SystemCall;
import onload.linux.SystemCalls;
import onload.wire.IpAddress;

import java.nio.ByteOrder;
import java.util.Optional;

/**
 * A port that the kernel gives to nobody else, since a socket of its own is bound to it that nobody uses; only
 * sockets of the same user with SO_REUSEPORT may have it too. {@code struct
 * sockaddr_in} and {@code sockaddr_in6} of include/uapi/linux/in.h and in6.h.
 */
public final class PortReservation implements AutoCloseable {
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int SOCK_STREAM = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int SOCK_CLOEXEC = 0x8_0000;
    private static final int LONGEST_ADDRESS = 28;
    private static final int IPV4_LENGTH = 16;
    private static final int IPPROTO_IPV6 = 41;
    private static final int IPV6_V6ONLY = 26;
    private static final int SOL_SOCKET = 1;

    /** include/uapi/asm-generic/socket.h, since Linux 3.9. */
    private static final int SO_REUSEPORT = 15;

    /** include/uapi/asm-generic/socket.h, since Linux 5.0. */
    private static final int SO_BINDTOIFINDEX = 62;

    /** The kernel does not ask whether there is such a device. */
    private static final int DEVICE_OF_NOBODY = Integer.MAX_VALUE;

    private final Descriptor socket;

    private PortReservation(Descriptor socket) {
        this.socket = socket;
    }

    /**
     * Reserves a port in the calling thread's namespace.
     *
     * @param isTcp TCP or UDP
     * @param address local address; an unspecified one is all of its version
     * @param port 1 to 65535
     * @return the reservation; empty if somebody has the port
     * @throws LinuxException if the kernel refuses for another reason
     */
    public static Optional<PortReservation> reserve(boolean isTcp, IpAddress address, int port) {
        SystemCalls calls = new SystemCalls();
        int family = address.isIpv4() ? AF_INET : AF_INET6;
        int type = (isTcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC;
        Descriptor socket =
                Descriptor.checked(calls.call(SystemCall.SOCKET, family, type, 0), "socket");
        try (Struct argument = Struct.of(LONGEST_ADDRESS)) {
            // Not for the other version, which is reserved by itself. But for a socket of the same
            // user that says so
            // too: that of a server which takes what comes by the stack here, and by loopback
            // there.
            set(calls, socket, argument, SOL_SOCKET, SO_REUSEPORT, 1);
            if (!isTcp && address.isUnspecified()) {
                // A socket of UDP is given datagrams even if nobody reads them, before that of the
                // server. From this
                // device none come; and the port is taken for sockets that name no device.
                set(calls, socket, argument, SOL_SOCKET, SO_BINDTOIFINDEX, DEVICE_OF_NOBODY);
            }
            if (family == AF_INET6) {
                set(calls, socket, argument, IPPROTO_IPV6, IPV6_V6ONLY, 1);
            }
            write(argument, family, address, port);
            long bound =
                    calls.call(
                            SystemCall.BIND,
                            socket.number(),
                            argument.address(),
                            family == AF_INET ? IPV4_LENGTH : LONGEST_ADDRESS);
            if (bound == -Errno.EADDRINUSE) {
                socket.close();
                return Optional.empty();
            }
            LinuxException.check(bound, "bind(%s, port %d)".formatted(address, port));
            return Optional.of(new PortReservation(socket));
        } catch (RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private static void set(
            SystemCalls calls,
            Descriptor socket,
            Struct argument,
            int level,
            int option,
            int value) {
        argument.bytes().putInt(0, value);
        LinuxException.check(
                calls.call(
                        SystemCall.SETSOCKOPT,
                        socket.number(),
                        level,
                        option,
                        argument.address(),
                        Integer.BYTES),
                "setsockopt(%d, %d)".formatted(level, option));
    }

    private static void write(Struct argument, int family, IpAddress address, int port) {
        argument.bytes().putInt(0, 0);
        argument.bytes().putShort(0, (short) family);
        argument.bytes().putShort(2, (short) port, ByteOrder.BIG_ENDIAN);
        if (family == AF_INET) {
            argument.bytes().putInt(4, address.ipv4(), ByteOrder.BIG_ENDIAN);
        } else {
            argument.bytes().putLong(8, address.high(), ByteOrder.BIG_ENDIAN);
            argument.bytes().putLong(16, address.low(), ByteOrder.BIG_ENDIAN);
        }
    }

    /** Gives the port back. A second call does nothing. */
    @Override
    public void close() {
        socket.close();
    }
}
