package onload.testkit.script.run;

import onload.tcp.TcpConnection;
import onload.tcp.TcpListener;
import onload.tcp.TcpState;
import onload.testkit.script.language.Expression;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** {@code poll} and the calls of epoll. */
final class Readiness {
    private static final int IN = 1;
    private static final int OUT = 4;
    private static final int ERR = 8;
    private static final int HUP = 16;
    private static final int RDHUP = 0x2000;
    private static final int CTL_DEL = 2;

    private final Map<Integer, Descriptor> descriptors;
    private final Machine machine;
    private long beginNs;

    Readiness(Map<Integer, Descriptor> descriptors, Machine machine) {
        this.descriptors = descriptors;
        this.machine = machine;
    }

    /** A new call begins. */
    void begin() {
        beginNs = machine.nowNs();
    }

    /** {@return whether a call with such a time-out waits still: 0 never waits, and less than 0 for ever} */
    private boolean goesOnWaiting(long timeoutMs) {
        if (timeoutMs < 0) {
            return true;
        }
        long endNs = beginNs + timeoutMs * 1_000_000L;
        if (machine.nowNs() >= endNs) {
            return false;
        }
        machine.stopAt(endNs);
        return true;
    }

    private static int state(Descriptor descriptor) {
        TcpListener listener = descriptor.listener;
        if (listener != null) {
            return listener.waiting() > 0 ? IN : 0;
        }
        TcpConnection c = descriptor.connection;
        if (c == null) {
            return 0;
        }
        TcpState state = c.state();
        if (state == TcpState.SYN_SENT) {
            return 0;
        }
        if (state == TcpState.CLOSED) {
            return c.error() != 0 ? IN | OUT | ERR | HUP | RDHUP : OUT | HUP;
        }
        int events = 0;
        int answer = c.receiveState();
        if (c.available() > 0 || answer == TcpConnection.END_OF_STREAM) {
            events |= IN;
        }
        if (answer == TcpConnection.END_OF_STREAM) {
            events |= RDHUP;
        }
        if (c.sendState() != 0 || c.sendable() >= c.sendBuffer() / 3) {
            events |= OUT;
        }
        boolean isOver =
                state == TcpState.CLOSING
                        || state == TcpState.LAST_ACK
                        || state == TcpState.TIME_WAIT;
        return isOver ? events | HUP : events;
    }

    Answer poll(Arguments a) {
        if (!(a.argument(0) instanceof Expression.Array all)) {
            throw a.wrong("expected descriptors such as [{fd=3, events=POLLIN, revents=POLLIN}]");
        }
        int ready = 0;
        List<String> wrong = new ArrayList<>();
        for (Expression each : all.elements()) {
            if (!(each instanceof Expression.Structure entry)) {
                throw a.wrong("expected {fd=3, events=POLLIN, revents=POLLIN}, not " + each);
            }
            Descriptor descriptor = descriptors.get((int) field(entry, "fd", a));
            if (descriptor == null) {
                throw a.wrong("there is no descriptor " + entry.fields().get("fd"));
            }
            long events = field(entry, "events", a);
            long got = state(descriptor) & (events | ERR | HUP);
            ready += got != 0 ? 1 : 0;
            Expression expected = entry.fields().get("revents");
            OptionalLong number = expected == null ? OptionalLong.empty() : expected.number();
            if (number.isPresent() && number.getAsLong() != got) {
                wrong.add("revents of %s are %d".formatted(entry, got));
            }
        }
        if (ready == 0 && goesOnWaiting(a.number(2))) {
            return Answer.BLOCKED;
        }
        if (!wrong.isEmpty()) {
            throw a.wrong(String.join(", ", wrong));
        }
        return Answer.of(ready);
    }

    private static long field(Expression.Structure entry, String name, Arguments a) {
        Expression field = entry.fields().get(name);
        if (field == null || field.number().isEmpty()) {
            throw a.wrong("expected %s=… in %s".formatted(name, entry));
        }
        return field.number().getAsLong();
    }

    private Map<Integer, long[]> interests(Arguments a) {
        Descriptor epoll = descriptors.get((int) a.number(0));
        if (epoll == null || epoll.interests == null) {
            throw a.wrong("descriptor %d is no epoll instance".formatted(a.number(0)));
        }
        return epoll.interests;
    }

    Answer control(Arguments a) {
        Map<Integer, long[]> interests = interests(a);
        int which = (int) a.number(2);
        if (a.number(1) == CTL_DEL) {
            interests.remove(which);
            return Answer.of(0);
        }
        if (!(a.argument(3) instanceof Expression.Structure event)) {
            throw a.wrong("expected {events=EPOLLIN, fd=4}, not " + a.argument(3));
        }
        if (!descriptors.containsKey(which)) {
            return Answer.error("EBADF");
        }
        interests.put(which, new long[] {field(event, "events", a), 0});
        return Answer.of(0);
    }

    Answer await(Arguments a) {
        int ready = 0;
        long last = 0;
        for (Map.Entry<Integer, long[]> each : interests(a).entrySet()) {
            Descriptor descriptor = descriptors.get(each.getKey());
            if (descriptor != null) {
                long got = state(descriptor) & (each.getValue()[0] | ERR | HUP);
                boolean isEdge = (each.getValue()[0] & 1L << 31) != 0;
                boolean isNews = !isEdge || (got & ~each.getValue()[1]) != 0;
                if (got != 0 && isNews) {
                    ready++;
                    last = got;
                }
                each.getValue()[1] = got;
            }
        }
        if (ready == 0 && goesOnWaiting(a.number(3))) {
            return Answer.BLOCKED;
        }
        if (ready == 1
                && a.argument(1) instanceof Expression.Structure expected
                && expected.fields().get("events") != null
                && expected.fields().get("events").number().orElse(last) != last) {
            throw a.wrong("events are %d; expected %s".formatted(last, expected));
        }
        return Answer.of(ready);
    }
}
