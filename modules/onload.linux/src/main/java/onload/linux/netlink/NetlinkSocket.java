package onload.linux.netlink;

import onload.linux.Descriptor;
import onload.linux.Errno;
import onload.linux.LinuxException;
import onload.linux.Struct;
import onload.linux.SystemCall;
import onload.linux.SystemCalls;

import org.agrona.concurrent.UnsafeBuffer;

/** A socket of the family {@code AF_NETLINK} for routes. Never blocks; one thread. */
final class NetlinkSocket implements AutoCloseable {
    private static final int AF_NETLINK = 16;

    /** {@code SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC}. */
    private static final int RAW = 3 | 0x800 | 0x8_0000;

    private static final int NETLINK_ROUTE = 0;
    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVBUF = 8;
    private static final int ADDRESS_LENGTH = 12;
    private static final int GROUPS = 8;

    /** The kernel makes parts of up to 32 KiB. */
    private static final int ROOM = 1 << 16;

    private final SystemCalls calls = new SystemCalls();
    private final Descriptor socket;
    private final Struct room = Struct.lasting(ROOM);

    /**
     * Opens one in the calling thread's namespace.
     *
     * @param groups of news, a bit each
     * @param receiveBytes room for news that nobody has read yet; 0 as the system has it
     */
    NetlinkSocket(int groups, int receiveBytes) {
        socket =
                Descriptor.checked(
                        calls.call(SystemCall.SOCKET, AF_NETLINK, RAW, NETLINK_ROUTE),
                        "socket(AF_NETLINK)");
        try (Struct argument = Struct.of(ADDRESS_LENGTH)) {
            if (receiveBytes > 0) {
                argument.bytes().putInt(0, receiveBytes);
                LinuxException.check(
                        calls.call(
                                SystemCall.SETSOCKOPT,
                                socket.number(),
                                SOL_SOCKET,
                                SO_RCVBUF,
                                argument.address(),
                                Integer.BYTES),
                        "setsockopt(SO_RCVBUF)");
                argument.bytes().putInt(0, 0);
            }
            argument.bytes().putShort(0, (short) AF_NETLINK);
            argument.bytes().putInt(GROUPS, groups);
            LinuxException.check(
                    calls.call(
                            SystemCall.BIND, socket.number(), argument.address(), ADDRESS_LENGTH),
                    "bind(AF_NETLINK)");
        } catch (RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /** {@return 0, or the error number negated} */
    int send(Struct request, int length) {
        long sent =
                calls.call(SystemCall.SENDTO, socket.number(), request.address(), length, 0, 0, 0);
        return (int) Math.min(0, sent);
    }

    /** {@return the bytes that were read; {@link Errno#EAGAIN} negated if there are none, or another error} */
    int receive() {
        // One call: that news were lost is said once, to whoever asks first.
        return (int)
                calls.call(SystemCall.RECVFROM, socket.number(), room.address(), ROOM, 0, 0, 0);
    }

    UnsafeBuffer received() {
        return room.bytes();
    }

    Descriptor descriptor() {
        return socket;
    }

    @Override
    public void close() {
        socket.close();
    }
}
