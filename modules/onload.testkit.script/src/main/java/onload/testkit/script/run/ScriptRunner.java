package onload.testkit.script.run;

import onload.testkit.script.language.Event;
import onload.testkit.script.language.EventTime;
import onload.testkit.script.language.Expression;
import onload.testkit.script.language.Packet;
import onload.testkit.script.language.Script;
import onload.testkit.script.language.ScriptException;

import org.jspecify.annotations.Nullable;

import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Runs a script, event by event, on virtual time. For one script; state machine. A failure is told by what {@link #run}
 * returns, never by an exception.
 */
public final class ScriptRunner {
    /** How long beyond its time a segment is waited for, so that it can be told how late it was. */
    private static final long LATE_NS = 3_000_000_000L;

    /** A call that has not returned. */
    private record Pending(Event.Call call, int line, long toNs) {}

    /** As packetdrill's default: 4 % of the time between two events. */
    private static final long TOLERANCE_PART = 25;

    private final Script script;
    private final RunOptions options;
    private final Machine machine;
    private final Peer peer;
    private final Calls calls;
    private final StringBuilder trace = new StringBuilder();

    /** A call that waits, while the script goes on. */
    private @Nullable Pending pending;

    private boolean isTrying;

    /** When the last event was, as the script has it. */
    private long lastNs;

    private ScriptRunner(Script script, Map<String, String> more) {
        this.script = script;
        options = new RunOptions(script, more);
        machine = new Machine(options);
        peer = new Peer(machine, options);
        machine.listener(segment -> {
            peer.seen(segment);
            trace.append("  %s > %s%n".formatted(seconds(segment.timeNs), segment));
        });
        calls = new Calls(machine, options);
    }

    /**
     * Runs a script.
     *
     * @param more options as those in its lines that begin with {@code --}, without that; they come first
     * @return what came of it
     */
    public static ScriptResult run(Script script, Map<String, String> more) {
        try {
            return new ScriptRunner(script, more).run();
        } catch (ScriptException e) {
            return new ScriptResult(script.name(), e.line(), String.valueOf(e.getMessage()), 0);
        }
    }

    /** {@return what comes of a script that is not read yet; one that cannot be read has failed} */
    public static ScriptResult run(
            String name, String text, Map<String, String> defines, Map<String, String> more) {
        try {
            return run(Script.parse(name, text, defines), more);
        } catch (ScriptException e) {
            return new ScriptResult(name, e.line(), String.valueOf(e.getMessage()), 0);
        }
    }

    private ScriptResult run() {
        int held = 0;
        int line = 1;
        try (machine) {
            for (Event event : script.events()) {
                line = event.line();
                event(event);
                held++;
            }
            finishPending();
            if (options.isStrictAtEnd && !machine.sent.isEmpty()) {
                throw new ScriptException(
                        line,
                        "a segment was sent that nobody expected: " + machine.sent.getFirst());
            }
        } catch (ScriptException e) {
            return new ScriptResult(
                    script.name(),
                    e.line(),
                    e.getMessage() + "\n" + trace.toString().stripTrailing(),
                    held);
        } catch (AssertionError | IllegalArgumentException e) {
            return new ScriptResult(script.name(), line, String.valueOf(e.getMessage()), held);
        }
        return new ScriptResult(script.name(), 0, "", held);
    }

    private void event(Event event) {
        EventTime time = event.time();
        long base = time.isRelative() ? lastNs : 0;
        long fromNs = base + time.fromNs();
        long toNs = base + time.toNs();
        if (time.kind() == EventTime.Kind.ANY) {
            fromNs = machine.timeNs();
            toNs = Long.MAX_VALUE / 2;
        } else if (fromNs < lastNs && !(event.action() instanceof Event.Leaves)) {
            throw new ScriptException(
                    event.line(),
                    "the event is at %s, before the one before it at %s"
                            .formatted(seconds(fromNs), seconds(lastNs)));
        }
        long gapNs = Math.max(0, fromNs - lastNs);
        lastNs = time.kind() == EventTime.Kind.ANY ? machine.timeNs() : fromNs;
        switch (event.action()) {
            case Event.Shell shell -> shell(shell, event.line());
            case Event.Arrives packet -> {
                goTo(fromNs);
                trace.append("  %s < line %d%n".formatted(seconds(fromNs), event.line()));
                peer.sends(packet.packet(), event.line(), calls.lastConnection());
            }
            case Event.Leaves packet -> {
                if (!(packet.packet() instanceof Packet.Tcp expected)) {
                    throw new ScriptException(
                            event.line(), "only TCP segments that go out can be expected");
                }
                leaves(expected, event, fromNs, toNs, gapNs);
            }
            case Event.Call call -> {
                finishPending();
                goTo(fromNs);
                call(call, event, toNs);
            }
            case Event.Assertions assertions -> {
                goTo(fromNs);
                assertions(assertions);
            }
        }
    }

    private void goTo(long timeNs) {
        machine.runUntil(timeNs, () -> stillPending(false));
    }

    /** Tries the call again that waits; answers what it is given. */
    private boolean stillPending(boolean answer) {
        Pending waiting = pending;
        if (waiting != null && !isTrying) {
            isTrying = true;
            Answer now = calls.call(waiting.call(), waiting.line());
            isTrying = false;
            if (!now.isBlocked()) {
                pending = null;
                returned(waiting, now);
            }
        }
        return answer;
    }

    private void returned(Pending waiting, Answer answer) {
        long off = machine.timeNs() - waiting.toNs();
        if (Math.abs(off) > options.toleranceNs) {
            throw new ScriptException(
                    waiting.line(),
                    "%s has returned %s at %s, expected at %s"
                            .formatted(
                                    waiting.call().name(),
                                    answer,
                                    seconds(machine.timeNs()),
                                    seconds(waiting.toNs())));
        }
        compare(waiting.call(), waiting.line(), answer);
    }

    private void finishPending() {
        Pending waiting = pending;
        if (waiting == null) {
            return;
        }
        machine.runUntil(
                waiting.toNs() + options.toleranceNs, () -> stillPending(false) || pending == null);
        if (pending != null) {
            throw new ScriptException(
                    waiting.line(),
                    "%s has not returned by %s"
                            .formatted(waiting.call().name(), seconds(waiting.toNs())));
        }
    }

    private void shell(Event.Shell shell, int line) {
        // Those at the beginning have set the host up; what comes later can only be refused or
        // empty.
        new Sysctl().run(shell.command(), line);
        boolean isLate = machine.timeNs() > 0;
        if (isLate) {
            throw new ScriptException(
                    line, "commands can only stand at the beginning, before anything has happened");
        }
    }

    // Segments that go out.

    private void leaves(Packet.Tcp expected, Event event, long fromNs, long toNs, long gapNs) {
        boolean isAny = event.time().kind() == EventTime.Kind.ANY;
        long tolerance =
                event.time().isWindow() ? 0 : Math.max(options.toleranceNs, gapNs / TOLERANCE_PART);
        long endNs = isAny ? machine.timeNs() + 600_000_000_000L : toNs + tolerance;
        LiveSegment first = next(endNs, event, expected);
        LiveSegment last = first;
        int length = first.length;
        while (!options.isStrict && length > 0 && length < expected.length()) {
            LiveSegment more = machine.sent.peek();
            if (more == null
                    || more.sequence != first.sequence + length
                    || length + more.length > expected.length()) {
                break;
            }
            last = machine.sent.remove();
            length += last.length;
        }
        String differences = new Comparison(peer).of(expected, first, last, length);
        if (!differences.isEmpty()) {
            throw new ScriptException(
                    event.line(),
                    "%s%n  sent at %s: %s".formatted(differences, seconds(first.timeNs), first));
        }
        long off = Math.max(fromNs - tolerance - first.timeNs, first.timeNs - endNs);
        if (!isAny && off > 0) {
            throw new ScriptException(
                    event.line(),
                    "it was sent at %s, expected at %s%n  sent: %s"
                            .formatted(seconds(first.timeNs), window(fromNs, toNs), first));
        }
        lastNs = isAny || event.time().isWindow() ? first.timeNs : lastNs;
    }

    private LiveSegment next(long endNs, Event event, Packet.Tcp expected) {
        machine.runUntil(
                Math.max(endNs, machine.timeNs()), () -> stillPending(!machine.sent.isEmpty()));
        if (machine.sent.isEmpty()) {
            machine.runUntil(endNs + LATE_NS, () -> !machine.sent.isEmpty());
            LiveSegment late = machine.sent.peek();
            throw new ScriptException(
                    event.line(),
                    "no segment was sent by %s, expected %s %d:%d(%d)%s"
                            .formatted(
                                    seconds(endNs),
                                    expected.flags(),
                                    expected.sequence(),
                                    expected.end(),
                                    expected.length(),
                                    late == null
                                            ? ""
                                            : "; the next was at %s: %s"
                                                    .formatted(seconds(late.timeNs), late)));
        }
        return machine.sent.remove();
    }

    private static String window(long fromNs, long toNs) {
        return fromNs == toNs ? seconds(fromNs) : seconds(fromNs) + " to " + seconds(toNs);
    }

    // Calls.

    private void call(Event.Call call, Event event, long toNs) {
        int line = event.line();
        calls.begin();
        Answer answer = calls.call(call, line);
        boolean isSpan = event.time().isSpan();
        if (answer.isBlocked() && !isSpan) {
            throw new ScriptException(
                    line,
                    "%s waits; expected an answer at once, or a time from ... to"
                            .formatted(call.name()));
        }
        Pending begun = new Pending(call, line, toNs);
        if (answer.isBlocked()) {
            pending = begun;
        } else if (isSpan) {
            returned(begun, answer);
        } else {
            compare(call, line, answer);
        }
    }

    private static void compare(Event.Call call, int line, Answer answer) {
        if (call.result() instanceof Expression.Anything) {
            return;
        }
        OptionalLong expected = call.result().number();
        if (expected.isEmpty()) {
            throw new ScriptException(line, "expected a number after =, not " + call.result());
        }
        String error = call.error() == null ? "" : call.error();
        boolean isSame = expected.getAsLong() == answer.value();
        if (isSame && (answer.value() != -1 || error.equals(answer.error()))) {
            return;
        }
        throw new ScriptException(
                line,
                "%s returns %s, expected %d%s"
                        .formatted(
                                call.name(),
                                answer,
                                expected.getAsLong(),
                                error.isEmpty() ? "" : " " + error));
    }

    // Assertions.

    private void assertions(Event.Assertions assertions) {
        InfoNames names = new InfoNames(calls.lastConnection(), machine.nowNs());
        for (Event.CodeLine line : assertions.code()) {
            for (String statement : line.text().split(";")) {
                String failure;
                try {
                    failure = new Python(names::value).run(statement.strip());
                } catch (IllegalArgumentException e) {
                    throw new ScriptException(line.line(), String.valueOf(e.getMessage()));
                }
                if (!failure.isEmpty()) {
                    throw new ScriptException(line.line(), failure);
                }
            }
        }
    }

    private static String seconds(long ns) {
        return String.format(Locale.ROOT, "%.6f", ns / 1e9);
    }
}
