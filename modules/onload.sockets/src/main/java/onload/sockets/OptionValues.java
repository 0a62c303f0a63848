package onload.sockets;

import onload.ip.FragmentPolicy;
import onload.sockets.SocketOption.Kind;
import onload.sockets.progress.Spinning;
import onload.tcp.TcpConnection;
import onload.tcp.TcpSetting;
import onload.tcp.TcpSettings;

import org.jspecify.annotations.Nullable;

import java.util.EnumMap;
import java.util.Map;

/**
 * The options of one socket: sets them where they take effect, and remembers what was set.
 *
 * <p>Belongs to the holder of the stack's lock.
 */
final class OptionValues {
    private static final long SECOND_NS = 1_000_000_000L;
    private static final long MILLISECOND_NS = 1_000_000L;
    private static final long MICROSECOND_NS = 1_000L;

    /** In the order of Linux: IP_PMTUDISC_DONT, WANT, DO, PROBE. */
    private static final FragmentPolicy[] POLICIES = {
        FragmentPolicy.ALLOW, FragmentPolicy.WANT, FragmentPolicy.FORBID, FragmentPolicy.PROBE
    };

    private final Socket socket;
    private final Kind kind;

    /** What was set; null while nothing was, as for most sockets. */
    private @Nullable Map<SocketOption, Long> values;

    OptionValues(Socket socket, Kind kind) {
        this.socket = socket;
        this.kind = kind;
    }

    /**
     * What a listener was told holds for the connections that it accepts; the engine has given them its own
     * share of that.
     */
    void inherit(OptionValues from, TcpConnection connection) {
        Map<SocketOption, Long> set = from.values;
        if (set != null) {
            values = new EnumMap<>(set);
            setIfThere(set, SocketOption.SO_LINGER);
            setIfThere(set, SocketOption.SO_BUSY_POLL);
            connected(connection);
        }
    }

    private void setIfThere(Map<SocketOption, Long> set, SocketOption option) {
        Long value = set.get(option);
        if (value != null) {
            setTcp(option, value);
        }
    }

    void set(SocketOption option, long value) {
        option.checkKind(kind);
        option.checkValue(value);
        if (socket instanceof UdpSocket udp) {
            setUdp(udp.udp(), option, value);
        } else {
            setTcp(option, value);
        }
        Map<SocketOption, Long> map = values;
        if (map == null) {
            map = new EnumMap<>(SocketOption.class);
            values = map;
        }
        map.put(same(option), value);
    }

    /** Two names for one thing. */
    private static SocketOption same(SocketOption option) {
        return switch (option) {
            case IPV6_TCLASS -> SocketOption.IP_TOS;
            case IPV6_UNICAST_HOPS -> SocketOption.IP_TTL;
            default -> option;
        };
    }

    long get(SocketOption option) {
        option.checkKind(kind);
        if (option == SocketOption.SO_ACCEPTCONN) {
            return socket instanceof TcpServerSocket server && server.isListening() ? 1 : 0;
        }
        if (socket instanceof TcpSocket tcp) {
            switch (option) {
                case SO_SNDBUF -> {
                    return tcp.connection().sendBuffer();
                }
                case SO_RCVBUF -> {
                    return tcp.connection().receiveBuffer();
                }
                case TCP_MAXSEG -> {
                    return tcp.connection().maximumSegmentSize();
                }
                default -> {
                    // As it was set.
                }
            }
        }
        Map<SocketOption, Long> map = values;
        Long value = map == null ? null : map.get(same(option));
        return value == null ? otherwise(same(option)) : value;
    }

    private long otherwise(SocketOption option) {
        TcpSettings settings = socket.core.tcp().settings();
        return switch (option) {
            case SO_SNDBUF -> settings.get(TcpSetting.SEND_BUFFER_BYTES);
            case SO_RCVBUF ->
                    kind == Kind.DATAGRAM
                            ? socket.core.udpReceiveBytes()
                            : settings.get(TcpSetting.RECEIVE_BUFFER_BYTES);
            case SO_REUSEADDR -> kind == Kind.DATAGRAM ? 0 : 1;
            case SO_LINGER, SO_BUSY_POLL, IP_TTL, IP_MULTICAST_TTL -> -1;
            case SO_OOBINLINE, IP_MTU_DISCOVER, IP_MULTICAST_LOOP, IP_MULTICAST_ALL -> 1;
            case TCP_KEEPIDLE -> settings.get(TcpSetting.KEEP_ALIVE_IDLE_NS) / SECOND_NS;
            case TCP_KEEPINTVL -> settings.get(TcpSetting.KEEP_ALIVE_INTERVAL_NS) / SECOND_NS;
            case TCP_KEEPCNT -> settings.get(TcpSetting.KEEP_ALIVE_PROBES);
            default -> 0;
        };
    }

    private void setTcp(SocketOption option, long value) {
        TcpConnection connection =
                socket instanceof TcpSocket tcp
                        ? tcp.connection()
                        : ((TcpServerSocket) socket).listener().prototype();
        long nowNs = socket.core.nowNs;
        switch (option) {
            case SO_KEEPALIVE -> keepAlive(connection, option, value);
            case TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT -> keepAlive(connection, option, value);
            case SO_SNDBUF -> connection.sendBuffer((int) value);
            case SO_RCVBUF -> connection.receiveBuffer((int) value);
            case SO_LINGER -> {
                if (socket instanceof TcpSocket tcp) {
                    tcp.linger(value < 0 ? -1 : value * SECOND_NS);
                }
            }
            case SO_REUSEADDR -> {
                if (value == 0) {
                    throw new IllegalArgumentException(
                            "SO_REUSEADDR of TCP cannot be 0; expected 1: ports can be taken while old"
                                    + " connections are there");
                }
            }
            case SO_BUSY_POLL -> busyPoll(value);
            case SO_BINDTODEVICE -> connection.bindTo((int) value);
            case IP_TOS, IPV6_TCLASS, IP_TTL, IPV6_UNICAST_HOPS -> {
                if (socket instanceof TcpSocket tcp && tcp.remoteHeld() != null) {
                    header(connection, option, value);
                }
            }
            case IPV6_V6ONLY -> ((TcpServerSocket) socket).listener().v6Only(value == 1);
            case TCP_NODELAY -> connection.noDelay(value == 1, nowNs);
            case TCP_CORK -> connection.cork(value == 1, nowNs);
            case TCP_MAXSEG -> connection.maximumSegmentSize((int) value);
            case TCP_USER_TIMEOUT -> connection.userTimeout(value * MILLISECOND_NS);
            case TCP_QUICKACK -> {
                if (value == 1) {
                    connection.quickAck(nowNs);
                }
            }
            case TCP_FASTOPEN -> ((TcpServerSocket) socket).listener().fastOpen((int) value);
            case TCP_FASTOPEN_CONNECT -> connection.fastOpen(value == 1);
            case TCP_NOTSENT_LOWAT -> connection.notSentLowWater((int) value);
            default -> {
                // SO_OOBINLINE: as it always is.
            }
        }
    }

    /** A connection has got its peer: what could not be set before takes effect. */
    void connected(TcpConnection connection) {
        Map<SocketOption, Long> map = values;
        if (map != null) {
            map.forEach((option, value) -> header(connection, option, value));
        }
    }

    private static void header(TcpConnection connection, SocketOption option, long value) {
        switch (option) {
            case IP_TOS, IPV6_TCLASS -> connection.trafficClass((int) value);
            case IP_TTL, IPV6_UNICAST_HOPS -> {
                if (value > 0) {
                    connection.hopLimit((int) value);
                }
            }
            default -> {
                // Not of the IP header.
            }
        }
    }

    private void keepAlive(TcpConnection connection, SocketOption changed, long value) {
        connection.keepAlive(
                one(SocketOption.SO_KEEPALIVE, changed, value) == 1,
                one(SocketOption.TCP_KEEPIDLE, changed, value) * SECOND_NS,
                one(SocketOption.TCP_KEEPINTVL, changed, value) * SECOND_NS,
                (int) one(SocketOption.TCP_KEEPCNT, changed, value),
                socket.core.nowNs);
    }

    private long one(SocketOption wanted, SocketOption changed, long value) {
        return wanted == changed ? value : get(wanted);
    }

    private void busyPoll(long microseconds) {
        socket.spin(microseconds < 0 ? Spinning.UNSET : microseconds * MICROSECOND_NS);
    }

    private void setUdp(onload.udp.UdpSocket udp, SocketOption option, long value) {
        int number = (int) value;
        switch (option) {
            case SO_RCVBUF -> udp.receiveQueueBytes(number);
            case SO_REUSEADDR -> udp.reuseAddress(value == 1);
            case SO_REUSEPORT -> udp.reusePort(value == 1);
            case SO_BROADCAST -> udp.broadcast(value == 1);
            case SO_BUSY_POLL -> busyPoll(value);
            case SO_BINDTODEVICE -> udp.bindToInterface(number);
            case IP_TOS, IPV6_TCLASS -> udp.trafficClass(number);
            case IP_TTL, IPV6_UNICAST_HOPS -> udp.hopLimit(number);
            case IPV6_V6ONLY -> udp.v6Only(value == 1);
            case IP_MTU_DISCOVER -> udp.fragmentPolicy(POLICIES[number]);
            case IP_MULTICAST_IF -> udp.multicastInterface(number);
            case IP_MULTICAST_TTL -> udp.multicastHopLimit(number);
            case IP_MULTICAST_LOOP -> udp.multicastLoopback(value == 1);
            case IP_MULTICAST_ALL -> udp.multicastAll(value == 1);
            default -> {
                // SO_SNDBUF: datagrams do not wait in the socket, whatever room there is.
            }
        }
    }
}
