package onload.testkit.script.run;

import onload.tcp.TcpConnection;
import onload.tcp.TcpListener;
import onload.tcp.TcpState;
import onload.testkit.script.language.Event;
import onload.testkit.script.language.Expression;
import onload.testkit.script.language.ScriptException;
import onload.wire.IpAddress;

import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The calls that a script makes, on connections of the engine, with the results that Linux gives. A call that
 * would wait answers so, and is made again when time has gone on.
 */
final class Calls {
    private static final int MSG_PEEK = 2;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int MSG_OOB = 1;
    private static final int MSG_FASTOPEN = 0x20000000;
    private static final int MSG_MORE = 0x8000;
    private static final Set<String> MAKES_DESCRIPTORS =
            Set.of("socket", "epoll_create", "epoll_create1", "poll");
    private static final int O_RDWR = 2;
    private static final int O_NONBLOCK = 2048;

    private final Machine machine;
    private final RunOptions options;
    private final Map<Integer, Descriptor> descriptors = new HashMap<>();
    private final SocketOptions socketOptions;
    private final Readiness readiness;

    /** Bytes that a blocking write has got rid of so far. */
    private long done;

    Calls(Machine machine, RunOptions options) {
        this.machine = machine;
        this.options = options;
        socketOptions = new SocketOptions(machine);
        readiness = new Readiness(descriptors, machine);
    }

    /** {@return the connection of the descriptor that was used last for one, or null} */
    @Nullable TcpConnection lastConnection() {
        return last == null ? null : last.connection;
    }

    private @Nullable Descriptor last;

    /** A new call begins. */
    void begin() {
        done = 0;
        readiness.begin();
    }

    /** {@return what a call answers now} */
    Answer call(Event.Call call, int line) {
        Arguments a = new Arguments(call, line);
        if (!MAKES_DESCRIPTORS.contains(call.name())
                && a.count() > 0
                && a.argument(0).number().isPresent()
                && !descriptors.containsKey((int) a.number(0))) {
            return Answer.error("EBADF");
        }
        return switch (call.name()) {
            case "socket" -> socket(a);
            case "bind" -> bind(a);
            case "listen" -> listen(a);
            case "accept", "accept4" -> accept(a);
            case "connect" -> connect(a);
            case "read", "recv", "recvfrom", "readv", "recvmsg" -> receive(a);
            case "write", "send", "sendto", "writev", "sendmsg", "sendfile" -> send(a);
            case "shutdown" -> shutdown(a);
            case "close" -> close(a);
            case "fcntl" -> control(a);
            case "ioctl" -> inputOutputControl(a);
            case "setsockopt" -> socketOptions.set(descriptor(a), a);
            case "getsockopt" -> socketOptions.get(descriptor(a), a);
            case "poll" -> readiness.poll(a);
            case "epoll_create", "epoll_create1" -> created(a, Descriptor.epoll());
            case "epoll_ctl" -> readiness.control(a);
            case "epoll_wait" -> readiness.await(a);
            default ->
                    throw new ScriptException(
                            line,
                            "the call %s is not known; expected one of the sockets API"
                                    .formatted(call.name()));
        };
    }

    private Descriptor descriptor(Arguments a) {
        int number = (int) a.number(0);
        Descriptor descriptor = descriptors.get(number);
        if (descriptor == null) {
            throw a.wrong(
                    "descriptor " + number + " is none; expected one that a call has returned");
        }
        if (descriptor.interests == null) {
            last = descriptor;
        }
        return descriptor;
    }

    private Answer created(Arguments a, Descriptor descriptor) {
        int number = (int) a.result().orElse(nextFree());
        if (number < 0 || descriptors.containsKey(number)) {
            throw a.wrong("a descriptor cannot be " + number + "; expected a number that none has");
        }
        descriptors.put(number, descriptor);
        return Answer.of(number);
    }

    private int nextFree() {
        int number = 3;
        while (descriptors.containsKey(number)) {
            number++;
        }
        return number;
    }

    private Answer socket(Arguments a) {
        long type = a.number(1);
        if ((type & 0xF) != 1) {
            throw a.wrong("sockets of type " + type + " are not run; expected SOCK_STREAM");
        }
        Descriptor descriptor = new Descriptor();
        descriptor.connection = machine.tcp.open();
        if (!options.congestionControl.isEmpty()) {
            String control = options.congestionControl;
            descriptor.settings.add(c -> c.congestionControl(control));
            descriptor.connection.congestionControl(control);
        }
        descriptor.isNonBlocking = (type & O_NONBLOCK) != 0;
        last = descriptor;
        return created(a, descriptor);
    }

    private Answer bind(Arguments a) {
        descriptor(a).isBound = true;
        return Answer.of(0);
    }

    private Answer listen(Arguments a) {
        Descriptor descriptor = descriptor(a);
        TcpListener listener = descriptor.listener;
        if (listener == null) {
            listener = machine.tcp.listener();
            for (var setting : descriptor.settings) {
                setting.accept(listener.prototype());
            }
            if (descriptor.values.containsKey("TCP_FASTOPEN")) {
                listener.fastOpen(descriptor.values.get("TCP_FASTOPEN").intValue());
            }
            int bound = listener.bind(0, 0, descriptor.isBound ? options.bindPort : 0);
            if (bound < 0) {
                return Answer.error(Errors.name(bound));
            }
            descriptor.listener = listener;
            descriptor.connection = null;
        }
        listener.listen((int) a.number(1));
        return Answer.of(0);
    }

    private Answer accept(Arguments a) {
        Descriptor descriptor = descriptor(a);
        if (descriptor.listener == null) {
            return Answer.error("EINVAL");
        }
        TcpConnection connection = descriptor.listener.accept();
        if (connection == null) {
            return descriptor.isNonBlocking ? Answer.error("EAGAIN") : Answer.BLOCKED;
        }
        Descriptor accepted = new Descriptor();
        accepted.connection = connection;
        accepted.isConnected = true;
        accepted.isNonBlocking = a.count() > 3 && (a.number(3) & O_NONBLOCK) != 0;
        last = accepted;
        return created(a, accepted);
    }

    private Answer connect(Arguments a) {
        Descriptor descriptor = descriptor(a);
        TcpConnection connection = connection(descriptor, a);
        if (descriptor.isConnecting) {
            return connecting(descriptor, connection);
        }
        if (descriptor.isConnected) {
            return Answer.error("EISCONN");
        }
        if (descriptor.isBound) {
            connection.bind(0, 0, options.bindPort);
        }
        Answer begun = begin(descriptor, connection);
        if (!begun.error().isEmpty() || !descriptor.isConnecting) {
            return begun;
        }
        return descriptor.isNonBlocking ? Answer.error("EINPROGRESS") : Answer.BLOCKED;
    }

    private Answer begin(Descriptor descriptor, TcpConnection connection) {
        IpAddress peer = IpAddress.parse(options.remote);
        int result =
                connection.connect(peer.high(), peer.low(), options.connectPort, machine.nowNs());
        machine.flush();
        if (result < 0) {
            return Answer.error(Errors.name(result));
        }
        descriptor.isConnecting = connection.state() == TcpState.SYN_SENT;
        // A connection that opens fast with a cookie waits for its first data.
        descriptor.isConnected = !descriptor.isConnecting;
        return Answer.of(0);
    }

    private static Answer connecting(Descriptor descriptor, TcpConnection connection) {
        if (connection.state() == TcpState.SYN_SENT
                || connection.state() == TcpState.SYN_RECEIVED) {
            return descriptor.isNonBlocking ? Answer.error("EALREADY") : Answer.BLOCKED;
        }
        descriptor.isConnecting = false;
        if (connection.error() != 0) {
            return Answer.error(Errors.name(connection.error()));
        }
        descriptor.isConnected = true;
        return Answer.of(0);
    }

    static TcpConnection connection(Descriptor descriptor, Arguments a) {
        TcpConnection connection = descriptor.connection;
        if (connection == null) {
            throw a.wrong("the descriptor is that of a listener; expected a connection");
        }
        return connection;
    }

    // Data.

    private Answer receive(Arguments a) {
        Descriptor descriptor = descriptor(a);
        TcpConnection connection = connection(descriptor, a);
        int length = Lengths.of(a);
        long flags = a.flags();
        UnsafeBuffer to = new UnsafeBuffer(new byte[Math.max(1, length)]);
        int got =
                (flags & MSG_PEEK) != 0
                        ? connection.peek(to, 0, length)
                        : connection.receive(to, 0, length, machine.nowNs());
        machine.flush();
        if (got >= 0) {
            return Answer.of(got);
        }
        if (got == TcpConnection.WOULD_BLOCK) {
            boolean isWaiting = !descriptor.isNonBlocking && (flags & MSG_DONTWAIT) == 0;
            return isWaiting ? Answer.BLOCKED : Answer.error("EAGAIN");
        }
        if (got == TcpConnection.END_OF_STREAM) {
            return Answer.of(0);
        }
        return error(descriptor, got);
    }

    /** An error is told once; after it a stream has ended. */
    private static Answer error(Descriptor descriptor, int code) {
        if (descriptor.pendingError == code) {
            return Answer.of(0);
        }
        descriptor.pendingError = code;
        return Answer.error(Errors.name(code));
    }

    private Answer send(Arguments a) {
        Descriptor descriptor = descriptor(a);
        TcpConnection connection = connection(descriptor, a);
        int length = Lengths.of(a);
        long flags = a.flags();
        if ((flags & MSG_FASTOPEN) != 0 && !descriptor.isConnected && !descriptor.isConnecting) {
            connection.fastOpen(true);
            Answer begun = begin(descriptor, connection);
            if (!begun.error().isEmpty()) {
                return begun;
            }
        }
        boolean wasCorked = connection.cork();
        if ((flags & MSG_MORE) != 0 && !wasCorked) {
            connection.cork(true, machine.nowNs());
        }
        Answer answer = send(descriptor, connection, length, flags);
        machine.flush();
        if ((flags & MSG_MORE) == 0 && wasCorked && !descriptor.values.containsKey("TCP_CORK")) {
            connection.cork(false, machine.nowNs());
            machine.flush();
        }
        return answer;
    }

    private Answer send(Descriptor descriptor, TcpConnection connection, int length, long flags) {
        boolean isWaiting = !descriptor.isNonBlocking && (flags & MSG_DONTWAIT) == 0;
        if ((flags & MSG_OOB) != 0 && length == 1) {
            int result = connection.sendUrgent((byte) 0, machine.nowNs());
            return result > 0 ? Answer.of(1) : error(descriptor, result, isWaiting);
        }
        UnsafeBuffer data = new UnsafeBuffer(new byte[Math.max(1, length)]);
        int left = (int) (length - done);
        int taken = connection.send(data, 0, left, machine.nowNs());
        if (taken >= 0) {
            done += taken;
            return done < length && isWaiting ? Answer.BLOCKED : Answer.of(done);
        }
        return error(descriptor, taken, isWaiting);
    }

    private Answer error(Descriptor descriptor, int code, boolean isWaiting) {
        if (code == TcpConnection.WOULD_BLOCK) {
            return isWaiting
                    ? Answer.BLOCKED
                    : descriptor.isConnecting && (done == 0)
                            ? Answer.error("EINPROGRESS")
                            : Answer.error("EAGAIN");
        }
        if (code == TcpConnection.CLOSED || descriptor.pendingError == code) {
            return Answer.error("EPIPE");
        }
        descriptor.pendingError = code;
        return Answer.error(Errors.name(code));
    }

    // The rest.

    private Answer shutdown(Arguments a) {
        TcpConnection connection = connection(descriptor(a), a);
        int how = (int) a.number(1);
        int result = 0;
        if (how != 1) {
            result = connection.shutdownInput(machine.nowNs());
        }
        if (how != 0) {
            result = Math.min(result, connection.shutdownOutput(machine.nowNs()));
        }
        machine.flush();
        return result == 0 ? Answer.of(0) : Answer.error("ENOTCONN");
    }

    private Answer close(Arguments a) {
        Descriptor descriptor = descriptor(a);
        descriptors.remove((int) a.number(0));
        if (descriptor.listener != null) {
            descriptor.listener.close(machine.nowNs());
        } else if (descriptor.connection != null) {
            descriptor.connection.close(machine.nowNs());
        }
        machine.flush();
        return Answer.of(0);
    }

    private Answer control(Arguments a) {
        Descriptor descriptor = descriptor(a);
        int command = (int) a.number(1);
        switch (command) {
            case 3 -> {
                return Answer.of(O_RDWR | (descriptor.isNonBlocking ? O_NONBLOCK : 0));
            }
            case 4 -> descriptor.isNonBlocking = (a.number(2) & O_NONBLOCK) != 0;
            case 1, 2 -> {
                return Answer.of(0);
            }
            default ->
                    throw a.wrong("fcntl " + command + " is not run; expected F_GETFL or F_SETFL");
        }
        return Answer.of(0);
    }

    private Answer inputOutputControl(Arguments a) {
        TcpConnection connection = connection(descriptor(a), a);
        long request = a.number(1);
        int value =
                switch ((int) request) {
                    case 0x541B -> connection.available();
                    case 0x5411 -> connection.unacknowledged();
                    case 0x894B -> connection.notSent();
                    default ->
                            throw a.wrong(
                                    "ioctl %d is not run; expected SIOCINQ, SIOCOUTQ or SIOCOUTQNSD"
                                            .formatted(request));
                };
        a.expectValue(2, value);
        return Answer.of(0);
    }

    /** How many bytes a call is about: the third argument, or the sum of a vector. */
    private static final class Lengths {
        private Lengths() {}

        static int of(Arguments a) {
            return switch (a.name()) {
                case "readv", "writev" -> vector(a, a.argument(1));
                case "recvmsg", "sendmsg" ->
                        a.argument(1) instanceof Expression.Structure message
                                        && message.fields().containsKey("msg_iov")
                                ? vector(a, message.fields().get("msg_iov"))
                                : missing(a);
                case "sendfile" -> (int) a.number(3);
                default -> (int) a.number(2);
            };
        }

        private static int missing(Arguments a) {
            throw a.wrong("the message has no msg_iov; expected {msg_iov(1)=[{..., 1000}]}");
        }

        private static int vector(Arguments a, @Nullable Expression vector) {
            if (!(vector instanceof Expression.Array parts)) {
                throw a.wrong("expected a vector such as [{..., 1000}]");
            }
            long sum = 0;
            for (Expression part : parts.elements()) {
                List<Expression> fields =
                        part instanceof Expression.Structure s
                                ? List.copyOf(s.fields().values())
                                : List.of();
                if (fields.isEmpty() || fields.getLast().number().isEmpty()) {
                    throw a.wrong("expected a part such as {..., 1000}, not " + part);
                }
                sum += fields.getLast().number().getAsLong();
            }
            return (int) sum;
        }
    }
}
