package onload.sockets;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The options of sockets, by the names and in the units of Linux (socket(7), ip(7), ipv6(7), tcp(7), udp(7)).
 * Switches are 1 and 0.
 *
 * <p>Those that are not honoured are here too, so that whoever asks for one is told why, and what to do instead.
 */
public enum SocketOption {
    // SOL_SOCKET.

    /** Switch: an idle peer is asked whether it is still there. */
    SO_KEEPALIVE(Kinds.STREAMS, 0, 1),

    /** Bytes that the socket takes from its user before they are acknowledged; the size does not adapt any more. */
    SO_SNDBUF(Kinds.ALL, 1, Integer.MAX_VALUE),

    /** Bytes that the socket takes from the peer before its user has read them; the size does not adapt any more. */
    SO_RCVBUF(Kinds.ALL, 1, Integer.MAX_VALUE),

    /** Seconds that closing waits for data to be acknowledged; 0 resets the connection; −1 does not wait. */
    SO_LINGER(Kinds.STREAMS, -1, 65_535),

    /**
     * Switch, 1 only for TCP, whose ports can be taken while old connections are still there: shares address and port.
     */
    SO_REUSEADDR(Kinds.ALL, 0, 1),

    /** Switch: shares address and port, each socket its part of the flows. */
    SO_REUSEPORT(Kinds.DATAGRAMS, 0, 1),

    /** Switch: permits to send to broadcast addresses. */
    SO_BROADCAST(Kinds.DATAGRAMS, 0, 1),

    /** Microseconds that calls which wait poll before they sleep; −1 for what the stack says. */
    SO_BUSY_POLL(Kinds.ALL, -1, 1_000_000_000),

    /** Number of the interface to send and receive by; 0 for any. {@link Stack#interfaceNumber} tells it. */
    SO_BINDTODEVICE(Kinds.ENDS, 0, Integer.MAX_VALUE),

    /** Switch, 1 only: urgent data stays in the stream, where it is. */
    SO_OOBINLINE(Kinds.STREAMS, 1, 1),

    /** Read only: 1 if the socket listens. */
    SO_ACCEPTCONN(Kinds.ALL, 1, 0),

    /** Refused: a time-out is given with each call. */
    SO_RCVTIMEO("a time-out is given with each call that waits"),

    /** Refused: a time-out is given with each call. */
    SO_SNDTIMEO("a time-out is given with each call that waits"),

    /** Refused. */
    SO_RCVLOWAT("a socket is readable with its first byte"),

    /** Refused, as by Linux. */
    SO_SNDLOWAT("use TCP_NOTSENT_LOWAT"),

    /** Refused. */
    SO_DONTROUTE("bind to an interface instead"),

    /** Refused. */
    SO_PRIORITY("frames of a stack leave in one queue"),

    /** Refused. */
    SO_MARK("packets of a stack do not pass the kernel's rules, which would read a mark"),

    /** Refused. */
    SO_TIMESTAMP("the time of arrival is in every UdpMessage"),

    /** Refused. */
    SO_TIMESTAMPNS("the time of arrival is in every UdpMessage"),

    /** Refused. */
    SO_TIMESTAMPING("the NIC's time, if it takes it, is in every UdpMessage"),

    /** Refused. */
    SO_ZEROCOPY("use sendPacket and receivePacket"),

    /** Refused. */
    SO_MAX_PACING_RATE("there is no pacing yet"),

    /** Refused. */
    SO_TXTIME("there is no queue that sends by time"),

    /** Refused. */
    SO_ATTACH_FILTER("a stack runs no programs on packets"),

    /** Refused. */
    SO_ATTACH_BPF("a stack runs no programs on packets"),

    /** Refused. */
    SO_INCOMING_CPU("the NIC's queue is chosen with the stack"),

    /** Refused. */
    SO_PEEK_OFF("peek always begins with the first byte"),

    /** Refused. */
    SO_RXQ_OVFL("UdpSocket.dropped counts them"),

    /** Refused. */
    SO_NO_CHECK("datagrams always have a checksum"),

    /** Refused. */
    SO_DEBUG("capture the stack's frames instead"),

    // IPPROTO_IP and IPPROTO_IPV6.

    /** DSCP and ECN of what is sent, 0 to 255; IPV6_TCLASS is the same. */
    IP_TOS(Kinds.ALL, 0, 255),

    /** Hop limit of what is sent, 1 to 255; −1 for the default. IPV6_UNICAST_HOPS is the same. */
    IP_TTL(Kinds.ALL, -1, 255),

    /** DSCP and ECN of what is sent, 0 to 255. */
    IPV6_TCLASS(Kinds.ALL, 0, 255),

    /** Hop limit of what is sent, 1 to 255; −1 for the default. */
    IPV6_UNICAST_HOPS(Kinds.ALL, -1, 255),

    /** Switch: takes IPv6 only; before the socket is bound. */
    IPV6_V6ONLY(Kinds.BOUND, 0, 1),

    /** What becomes of datagrams that are too long for the path: 0 anybody cuts, 1 cut here, 2 and 3 refused. */
    IP_MTU_DISCOVER(Kinds.DATAGRAMS, 0, 3),

    /** Number of the interface to send to groups by; 0 for that of the route. */
    IP_MULTICAST_IF(Kinds.DATAGRAMS, 0, Integer.MAX_VALUE),

    /** Hop limit of what is sent to groups, 0 to 255; −1 for the default, 1. */
    IP_MULTICAST_TTL(Kinds.DATAGRAMS, -1, 255),

    /** Switch: receivers of this stack get what is sent to groups, too. */
    IP_MULTICAST_LOOP(Kinds.DATAGRAMS, 0, 1),

    /** Switch: datagrams of groups that other sockets have joined are taken, too. */
    IP_MULTICAST_ALL(Kinds.DATAGRAMS, 0, 1),

    /** Refused. */
    IP_ADD_MEMBERSHIP("use UdpSocket.join"),

    /** Refused. */
    IP_DROP_MEMBERSHIP("use UdpSocket.leave"),

    /** Refused. */
    IP_ADD_SOURCE_MEMBERSHIP("use UdpSocket.join"),

    /** Refused. */
    IP_DROP_SOURCE_MEMBERSHIP("use UdpSocket.leave"),

    /** Refused. */
    IP_PKTINFO("addresses and interface are in every UdpMessage"),

    /** Refused. */
    IP_RECVTOS("it is in every UdpMessage"),

    /** Refused. */
    IP_RECVTTL("it is in every UdpMessage"),

    /** Refused. */
    IP_RECVERR("there is no queue of errors; the last one is the answer of the next call"),

    /** Refused. */
    IP_OPTIONS("packets are sent without options"),

    /** Refused. */
    IP_TRANSPARENT("a socket has an address of its stack"),

    /** Refused. */
    IP_FREEBIND("a socket has an address of its stack"),

    // IPPROTO_TCP.

    /** Switch: small segments are sent at once. */
    TCP_NODELAY(Kinds.STREAMS, 0, 1),

    /** Switch: segments that are not full are held back, for 200 ms at most. */
    TCP_CORK(Kinds.CONNECTIONS, 0, 1),

    /** Most bytes of a segment, 88 to 65495, before the connection opens; 0 for what the path takes. */
    TCP_MAXSEG(Kinds.STREAMS, 0, 65_495),

    /** Seconds that a connection is idle before the peer is asked. */
    TCP_KEEPIDLE(Kinds.STREAMS, 1, 32_767),

    /** Seconds between questions. */
    TCP_KEEPINTVL(Kinds.STREAMS, 1, 32_767),

    /** Questions without an answer after which the connection fails. */
    TCP_KEEPCNT(Kinds.STREAMS, 1, 127),

    /** Milliseconds that data may stay without acknowledgment; 0 for what retransmissions limit. */
    TCP_USER_TIMEOUT(Kinds.STREAMS, 0, Integer.MAX_VALUE),

    /** Switch: acknowledgments are not delayed for a while; 0 is taken and does nothing, as it wears off by itself. */
    TCP_QUICKACK(Kinds.CONNECTIONS, 0, 1),

    /** Bytes that were not sent yet, below which the socket is writable; 0 for any. */
    TCP_NOTSENT_LOWAT(Kinds.STREAMS, 0, Integer.MAX_VALUE),

    /**
     * Connections of Fast Open (RFC 7413) that may wait for their peers to confirm them; 0 for no Fast Open. The
     * stack's option tcp.fast-open has to have 2.
     */
    TCP_FASTOPEN(Kinds.LISTENERS, 0, Integer.MAX_VALUE),

    /**
     * Switch: opens fast where there is a cookie (RFC 7413). Connecting is done at once then, and what is sent
     * first goes with the SYN; the peer may, rarely, get it twice. Before the socket connects.
     */
    TCP_FASTOPEN_CONNECT(Kinds.CONNECTIONS, 0, 1),

    /** Refused. */
    TCP_CONGESTION("use TcpSocket.congestionControl"),

    /** Refused. */
    TCP_INFO("use TcpSocket.info"),

    /** Refused. */
    TCP_SYNCNT("use the stack's option tcp.syn-retries"),

    /** Refused. */
    TCP_LINGER2("use the stack's option tcp.fin-wait-2"),

    /** Refused. */
    TCP_DEFER_ACCEPT("connections are accepted when they are established"),

    /** Refused. */
    TCP_WINDOW_CLAMP("use SO_RCVBUF"),

    /** Refused. */
    TCP_FASTOPEN_KEY(
            "each stack has a key of its own; what a cookie was made with changes by itself"),

    /** Refused. */
    TCP_FASTOPEN_NO_COOKIE("without a cookie anybody could send data under the address of another"),

    /** Refused. */
    TCP_MD5SIG("TCP-MD5 is not supported; use TLS or IPsec"),

    /** Refused. */
    TCP_MD5SIG_EXT("TCP-MD5 is not supported; use TLS or IPsec"),

    /** Refused. */
    TCP_AO_ADD_KEY("TCP-AO is not supported; use TLS or IPsec"),

    /** Refused. */
    TCP_AO_DEL_KEY("TCP-AO is not supported; use TLS or IPsec"),

    /** Refused. */
    TCP_AO_INFO("TCP-AO is not supported; use TLS or IPsec"),

    /** Refused. */
    TCP_AO_GET_KEYS("TCP-AO is not supported; use TLS or IPsec"),

    /** Refused. */
    TCP_AO_REPAIR("TCP-AO is not supported; use TLS or IPsec"),

    /** Refused. */
    TCP_REPAIR("connections cannot be moved"),

    /** Refused. */
    TCP_ULP("there is nothing between TCP and its user");

    /** What a socket is. */
    enum Kind {
        CONNECTION,
        LISTENER,
        DATAGRAM
    }

    /** Sets of kinds. */
    private enum Kinds {
        ALL(Kind.CONNECTION, Kind.LISTENER, Kind.DATAGRAM),
        STREAMS(Kind.CONNECTION, Kind.LISTENER),
        CONNECTIONS(Kind.CONNECTION),
        LISTENERS(Kind.LISTENER),
        DATAGRAMS(Kind.DATAGRAM),
        ENDS(Kind.CONNECTION, Kind.DATAGRAM),
        BOUND(Kind.LISTENER, Kind.DATAGRAM),
        NONE();

        @SuppressWarnings("ImmutableEnumChecker")
        private final List<Kind> kinds;

        Kinds(Kind... kinds) {
            this.kinds = List.of(kinds);
        }
    }

    private final Kinds kinds;
    private final long least;
    private final long most;
    private final String whyNot;

    SocketOption(Kinds kinds, long least, long most) {
        this.kinds = kinds;
        this.least = least;
        this.most = most;
        whyNot = "";
    }

    SocketOption(String whyNot) {
        kinds = Kinds.NONE;
        least = 1;
        most = 0;
        this.whyNot = whyNot;
    }

    /** {@return why it is not honoured, and what to do instead; empty if it is} */
    public String whyNot() {
        return whyNot;
    }

    /** {@return whether it can only be read} */
    public boolean isReadOnly() {
        return whyNot.isEmpty() && least > most;
    }

    /** {@return the smallest value} */
    public long least() {
        return least;
    }

    /** {@return the largest value} */
    public long most() {
        return most;
    }

    /** {@return whether sockets of a kind have it} */
    boolean isOf(Kind kind) {
        return kinds.kinds.contains(kind);
    }

    /**
     * Refuses what cannot be.
     *
     * @throws UnsupportedOperationException if it is not honoured, or not by such sockets
     */
    void checkKind(Kind kind) {
        if (!whyNot.isEmpty()) {
            throw new UnsupportedOperationException(
                    "the socket option %s is not supported: %s".formatted(name(), whyNot));
        }
        if (!isOf(kind)) {
            throw new UnsupportedOperationException(
                    "a %s has no socket option %s; it is for a %s"
                            .formatted(
                                    text(kind),
                                    name(),
                                    String.join(
                                            " or a ",
                                            kinds.kinds.stream()
                                                    .map(SocketOption::text)
                                                    .toList())));
        }
    }

    /**
     * Refuses what cannot be.
     *
     * @throws IllegalArgumentException if the value is out of range
     */
    void checkValue(long value) {
        if (isReadOnly()) {
            throw new UnsupportedOperationException(
                    "the socket option %s can only be read".formatted(name()));
        }
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    "%s cannot be %d; expected %s"
                            .formatted(
                                    name(),
                                    value,
                                    least == most ? Long.toString(least) : least + " to " + most));
        }
    }

    private static String text(Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT) + " socket";
    }

    /** {@return those that are honoured} */
    public static Set<SocketOption> honoured() {
        EnumSet<SocketOption> all = EnumSet.allOf(SocketOption.class);
        all.removeIf(option -> !option.whyNot.isEmpty());
        return all;
    }

    /** {@return those that are refused} */
    public static Set<SocketOption> refused() {
        EnumSet<SocketOption> all = EnumSet.noneOf(SocketOption.class);
        all.addAll(Arrays.asList(values()));
        all.removeAll(honoured());
        return all;
    }
}
