package onload.testkit.script.language;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/** The constants of the sockets API that scripts use, with Linux's values. */
public final class Constants {
    private static final Map<String, Long> VALUES = new HashMap<>();

    static {
        of("AF_UNSPEC", 0, "AF_INET", 2, "PF_INET", 2, "AF_INET6", 10, "PF_INET6", 10);
        of("SOCK_STREAM", 1, "SOCK_DGRAM", 2, "SOCK_NONBLOCK", 2048, "SOCK_CLOEXEC", 0x80000);
        of("IPPROTO_IP", 0, "IPPROTO_TCP", 6, "IPPROTO_UDP", 17, "IPPROTO_IPV6", 41);
        of("SOL_SOCKET", 1, "SOL_IP", 0, "SOL_TCP", 6, "SOL_UDP", 17, "SOL_IPV6", 41);
        of("SO_REUSEADDR", 2, "SO_ERROR", 4, "SO_BROADCAST", 6, "SO_SNDBUF", 7, "SO_RCVBUF", 8);
        of("SO_KEEPALIVE", 9, "SO_LINGER", 13, "SO_REUSEPORT", 15, "SO_RCVLOWAT", 18);
        of("SO_RCVTIMEO", 20, "SO_SNDTIMEO", 21, "SO_ACCEPTCONN", 30, "SO_SNDBUFFORCE", 32);
        of("SO_RCVBUFFORCE", 33, "SO_MARK", 36, "SO_MAX_PACING_RATE", 47, "SO_ZEROCOPY", 60);
        of("TCP_NODELAY", 1, "TCP_MAXSEG", 2, "TCP_CORK", 3, "TCP_KEEPIDLE", 4);
        of("TCP_KEEPINTVL", 5, "TCP_KEEPCNT", 6, "TCP_SYNCNT", 7, "TCP_LINGER2", 8);
        of("TCP_DEFER_ACCEPT", 9, "TCP_WINDOW_CLAMP", 10, "TCP_INFO", 11, "TCP_QUICKACK", 12);
        of("TCP_CONGESTION", 13, "TCP_MD5SIG", 14, "TCP_USER_TIMEOUT", 18, "TCP_REPAIR", 19);
        of("TCP_FASTOPEN", 23, "TCP_TIMESTAMP", 24, "TCP_NOTSENT_LOWAT", 25);
        of("TCP_FASTOPEN_CONNECT", 30, "TCP_FASTOPEN_NO_COOKIE", 34, "TCP_INQ", 36);
        of("TCP_CM_INQ", 36, "TCP_TX_DELAY", 37);
        of("IP_TOS", 1, "IP_TTL", 2, "IP_RECVERR", 11, "IP_MTU_DISCOVER", 10, "IP_MTU", 14);
        of("IP_FREEBIND", 15, "IP_PMTUDISC_DONT", 0, "IP_PMTUDISC_WANT", 1);
        of("IP_PMTUDISC_DO", 2, "IP_PMTUDISC_PROBE", 3, "IPV6_V6ONLY", 26, "IPV6_TCLASS", 67);
        of("F_GETFD", 1, "F_SETFD", 2, "F_GETFL", 3, "F_SETFL", 4, "FD_CLOEXEC", 1);
        of("O_RDONLY", 0, "O_WRONLY", 1, "O_RDWR", 2, "O_NONBLOCK", 2048);
        of("SHUT_RD", 0, "SHUT_WR", 1, "SHUT_RDWR", 2, "INADDR_ANY", 0);
        of("MSG_OOB", 1, "MSG_PEEK", 2, "MSG_DONTROUTE", 4, "MSG_CTRUNC", 8, "MSG_TRUNC", 0x20);
        of("MSG_DONTWAIT", 0x40, "MSG_EOR", 0x80, "MSG_WAITALL", 0x100, "MSG_NOSIGNAL", 0x4000);
        of("MSG_MORE", 0x8000, "MSG_ZEROCOPY", 0x4000000, "MSG_FASTOPEN", 0x20000000);
        of("MSG_ERRQUEUE", 0x2000, "MSG_SYN", 0x400);
        of("POLLIN", 1, "POLLPRI", 2, "POLLOUT", 4, "POLLERR", 8, "POLLHUP", 16, "POLLNVAL", 32);
        of("POLLRDNORM", 64, "POLLWRNORM", 256, "POLLRDHUP", 0x2000);
        of("EPOLLIN", 1, "EPOLLPRI", 2, "EPOLLOUT", 4, "EPOLLERR", 8, "EPOLLHUP", 16);
        of("EPOLLRDHUP", 0x2000, "EPOLLET", 1L << 31, "EPOLLONESHOT", 1L << 30);
        of("EPOLL_CTL_ADD", 1, "EPOLL_CTL_DEL", 2, "EPOLL_CTL_MOD", 3, "EPOLL_CLOEXEC", 0x80000);
        of("SIOCINQ", 0x541B, "FIONREAD", 0x541B, "SIOCOUTQ", 0x5411, "SIOCOUTQNSD", 0x894B);
        of("TCP_ESTABLISHED", 1, "TCP_SYN_SENT", 2, "TCP_SYN_RECV", 3, "TCP_FIN_WAIT1", 4);
        of("TCP_FIN_WAIT2", 5, "TCP_TIME_WAIT", 6, "TCP_CLOSE", 7, "TCP_CLOSE_WAIT", 8);
        of("TCP_LAST_ACK", 9, "TCP_LISTEN", 10, "TCP_CLOSING", 11);
        of("TCP_CA_Open", 0, "TCP_CA_Disorder", 1, "TCP_CA_CWR", 2, "TCP_CA_Recovery", 3);
        of("TCP_CA_Loss", 4, "TCPI_OPT_TIMESTAMPS", 1, "TCPI_OPT_SACK", 2, "TCPI_OPT_WSCALE", 4);
        of("TCPI_OPT_ECN", 8, "TCPI_OPT_ECN_SEEN", 16, "TCPI_OPT_SYN_DATA", 32);
        of("IPTOS_LOWDELAY", 0x10, "IPTOS_THROUGHPUT", 8, "IPTOS_RELIABILITY", 4);
        of("INT_MAX", Integer.MAX_VALUE);
    }

    private Constants() {}

    private static void of(Object... pairs) {
        for (int i = 0; i < pairs.length; i += 2) {
            VALUES.put((String) pairs[i], ((java.lang.Number) pairs[i + 1]).longValue());
        }
    }

    /** {@return the value of a constant, if there is one of that name} */
    public static OptionalLong value(String name) {
        Long value = VALUES.get(name);
        return value == null ? OptionalLong.empty() : OptionalLong.of(value);
    }
}
