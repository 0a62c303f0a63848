package onload.testkit.script.run;

import onload.tcp.TcpConnection;
import onload.testkit.script.language.Expression;

import java.util.function.Consumer;

/**
 * {@code setsockopt} and {@code getsockopt}: options of Linux on connections of the engine; others are refused by name.
 */
final class SocketOptions {
    private static final int SOL_SOCKET = 1;
    private static final int SOL_TCP = 6;
    private static final long NS_PER_SECOND = 1_000_000_000L;
    private static final long NS_PER_MS = 1_000_000L;

    private final Machine machine;

    SocketOptions(Machine machine) {
        this.machine = machine;
    }

    private static String name(long level, long option, Arguments a) {
        String name =
                switch ((int) level) {
                    case SOL_SOCKET ->
                            switch ((int) option) {
                                case 2 -> "SO_REUSEADDR";
                                case 4 -> "SO_ERROR";
                                case 7 -> "SO_SNDBUF";
                                case 8 -> "SO_RCVBUF";
                                case 9 -> "SO_KEEPALIVE";
                                case 13 -> "SO_LINGER";
                                case 15 -> "SO_REUSEPORT";
                                case 60 -> "SO_ZEROCOPY";
                                default -> "";
                            };
                    case SOL_TCP -> tcp((int) option);
                    case 0 ->
                            switch ((int) option) {
                                case 1 -> "IP_TOS";
                                case 2 -> "IP_TTL";
                                case 10 -> "IP_MTU_DISCOVER";
                                case 11 -> "IP_RECVERR";
                                case 15 -> "IP_FREEBIND";
                                default -> "";
                            };
                    case 41 -> option == 26 ? "IPV6_V6ONLY" : option == 67 ? "IPV6_TCLASS" : "";
                    default -> "";
                };
        if (name.isEmpty()) {
            throw a.wrong(
                    "option %d of level %d is not run; expected one of SO_, TCP_ or IP_ that is known"
                            .formatted(option, level));
        }
        return name;
    }

    private static String tcp(int option) {
        return switch (option) {
            case 1 -> "TCP_NODELAY";
            case 2 -> "TCP_MAXSEG";
            case 3 -> "TCP_CORK";
            case 4 -> "TCP_KEEPIDLE";
            case 5 -> "TCP_KEEPINTVL";
            case 6 -> "TCP_KEEPCNT";
            case 8 -> "TCP_LINGER2";
            case 9 -> "TCP_DEFER_ACCEPT";
            case 11 -> "TCP_INFO";
            case 12 -> "TCP_QUICKACK";
            case 13 -> "TCP_CONGESTION";
            case 18 -> "TCP_USER_TIMEOUT";
            case 23 -> "TCP_FASTOPEN";
            case 25 -> "TCP_NOTSENT_LOWAT";
            case 30 -> "TCP_FASTOPEN_CONNECT";
            default -> "";
        };
    }

    Answer set(Descriptor descriptor, Arguments a) {
        String name = name(a.number(1), a.number(2), a);
        if (name.equals("TCP_CONGESTION")) {
            return congestion(descriptor, a);
        }
        if (name.equals("SO_LINGER")) {
            return linger(descriptor, a);
        }
        long value = a.number(3);
        descriptor.values.put(name, value);
        if (name.equals("TCP_FASTOPEN") && descriptor.listener != null) {
            descriptor.listener.fastOpen((int) value);
        }
        apply(descriptor, setting(name, value, descriptor, a));
        machine.flush();
        if (name.equals("TCP_CORK") && value == 0) {
            descriptor.values.remove(name);
        }
        return Answer.of(0);
    }

    private static void apply(Descriptor descriptor, Consumer<TcpConnection> setting) {
        descriptor.settings.add(setting);
        if (descriptor.connection != null) {
            setting.accept(descriptor.connection);
        } else if (descriptor.listener != null) {
            setting.accept(descriptor.listener.prototype());
        }
    }

    private Consumer<TcpConnection> setting(
            String name, long value, Descriptor descriptor, Arguments a) {
        return switch (name) {
            case "TCP_NODELAY" -> c -> c.noDelay(value != 0, machine.nowNs());
            case "TCP_CORK" -> c -> c.cork(value != 0, machine.nowNs());
            case "TCP_MAXSEG" -> c -> c.maximumSegmentSize((int) value);
            case "SO_SNDBUF" -> c -> c.sendBuffer((int) Math.min(2 * value, 1 << 30));
            case "SO_RCVBUF" -> c -> c.receiveBuffer((int) Math.min(2 * value, 1 << 30));
            case "TCP_USER_TIMEOUT" -> c -> c.userTimeout(value * NS_PER_MS);
            case "TCP_NOTSENT_LOWAT" -> c -> c.notSentLowWater((int) value);
            case "TCP_QUICKACK" ->
                    c -> {
                        if (value != 0) {
                            c.quickAck(machine.nowNs());
                        }
                    };
            case "TCP_FASTOPEN_CONNECT" -> c -> c.fastOpen(value != 0);
            case "SO_KEEPALIVE", "TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT" ->
                    c -> keepAlive(descriptor, c);
            case "SO_REUSEADDR",
                    "SO_REUSEPORT",
                    "IP_FREEBIND",
                    "TCP_FASTOPEN",
                    "IPV6_V6ONLY",
                    "IP_MTU_DISCOVER",
                    "SO_ZEROCOPY" ->
                    c -> {};
            case "IP_TOS", "IPV6_TCLASS" ->
                    c -> {
                        if (c.state() != onload.tcp.TcpState.CLOSED) {
                            c.trafficClass((int) value);
                        }
                    };
            default ->
                    throw a.wrong(
                            "%s cannot be set here; this stack has no such option".formatted(name));
        };
    }

    private void keepAlive(Descriptor descriptor, TcpConnection c) {
        c.keepAlive(
                descriptor.values.getOrDefault("SO_KEEPALIVE", 0L) != 0,
                descriptor.values.getOrDefault("TCP_KEEPIDLE", 7200L) * NS_PER_SECOND,
                descriptor.values.getOrDefault("TCP_KEEPINTVL", 75L) * NS_PER_SECOND,
                descriptor.values.getOrDefault("TCP_KEEPCNT", 9L).intValue(),
                machine.nowNs());
    }

    private static Answer congestion(Descriptor descriptor, Arguments a) {
        String name =
                a.text(3)
                        .orElseThrow(
                                () -> a.wrong("expected the name of a congestion control, quoted"));
        try {
            apply(descriptor, c -> c.congestionControl(name));
        } catch (IllegalArgumentException e) {
            return Answer.error("ENOENT");
        }
        return Answer.of(0);
    }

    private static Answer linger(Descriptor descriptor, Arguments a) {
        if (!(a.argument(3) instanceof Expression.Structure fields)) {
            throw a.wrong("expected {onoff=1, linger=0}, not " + a.argument(3));
        }
        long on = field(fields, "onoff", "l_onoff", a);
        long seconds = field(fields, "linger", "l_linger", a);
        apply(descriptor, c -> c.linger(on == 0 ? -1 : seconds * NS_PER_SECOND));
        return Answer.of(0);
    }

    private static long field(Expression.Structure fields, String name, String other, Arguments a) {
        Expression found = fields.fields().getOrDefault(name, fields.fields().get(other));
        if (found == null || found.number().isEmpty()) {
            throw a.wrong("expected {onoff=1, linger=0}, not " + fields);
        }
        return found.number().getAsLong();
    }

    Answer get(Descriptor descriptor, Arguments a) {
        String name = name(a.number(1), a.number(2), a);
        if (name.equals("TCP_INFO")) {
            return Answer.of(0);
        }
        TcpConnection c = Calls.connection(descriptor, a);
        if (name.equals("TCP_CONGESTION")) {
            String control = c.info(machine.nowNs()).congestionControl();
            a.text(3)
                    .ifPresent(expected -> {
                        if (!expected.equals(control)) {
                            throw a.wrong("TCP_CONGESTION is " + control);
                        }
                    });
            return Answer.of(0);
        }
        a.expectValue(3, value(name, descriptor, c, a));
        return Answer.of(0);
    }

    private long value(String name, Descriptor descriptor, TcpConnection c, Arguments a) {
        return switch (name) {
            case "SO_ERROR" -> error(descriptor, c);
            case "TCP_MAXSEG" -> c.info(machine.nowNs()).sndMss();
            case "TCP_NODELAY" -> c.noDelay() ? 1 : 0;
            case "TCP_CORK" -> c.cork() ? 1 : 0;
            case "SO_SNDBUF" -> c.sendBuffer();
            case "SO_RCVBUF" -> c.receiveBuffer();
            case "SO_KEEPALIVE" -> c.keepAlive() ? 1 : 0;
            case "TCP_USER_TIMEOUT" -> c.userTimeout() / NS_PER_MS;
            default -> {
                Long set = descriptor.values.get(name);
                if (set == null) {
                    throw a.wrong(name + " cannot be asked for here");
                }
                yield set;
            }
        };
    }

    /** SO_ERROR tells an error once. */
    private static long error(Descriptor descriptor, TcpConnection c) {
        int error = c.error() != 0 ? c.error() : c.softError();
        if (error == descriptor.pendingError) {
            return 0;
        }
        descriptor.pendingError = error;
        return Errors.number(error);
    }
}
