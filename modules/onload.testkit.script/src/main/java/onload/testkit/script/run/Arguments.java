package onload.testkit.script.run;

import onload.testkit.script.language.Event;
import onload.testkit.script.language.Expression;
import onload.testkit.script.language.ScriptException;

import java.util.Optional;
import java.util.OptionalLong;

/** The arguments of a call at a line, and what it is said to give back through them. */
final class Arguments {
    private final Event.Call call;
    private final int line;

    Arguments(Event.Call call, int line) {
        this.call = call;
        this.line = line;
    }

    String name() {
        return call.name();
    }

    int count() {
        return call.arguments().size();
    }

    Expression argument(int index) {
        if (index >= call.arguments().size()) {
            throw wrong(
                    "%s has %d arguments; expected more than %d"
                            .formatted(call.name(), call.arguments().size(), index));
        }
        return call.arguments().get(index);
    }

    long number(int index) {
        Expression argument = argument(index);
        return argument.number()
                .orElseThrow(() ->
                        wrong(
                                "argument %d of %s is %s; expected a number or a constant that is known"
                                        .formatted(index + 1, call.name(), argument)));
    }

    /** {@return the flags of a call that sends or receives} */
    long flags() {
        int index =
                switch (call.name()) {
                    case "recv", "recvfrom", "send", "sendto" -> 3;
                    case "recvmsg", "sendmsg" -> 2;
                    default -> Integer.MAX_VALUE;
                };
        return index < count() ? number(index) : 0;
    }

    /** {@return what the call is said to return, if it is a number} */
    OptionalLong result() {
        return call.result().number();
    }

    Optional<String> text(int index) {
        return argument(index) instanceof Expression.Text text
                ? Optional.of(text.text())
                : argument(index) instanceof Expression.Array array
                                && array.elements().size() == 1
                                && array.elements().getFirst() instanceof Expression.Text inner
                        ? Optional.of(inner.text())
                        : Optional.empty();
    }

    /** The call gives back a number in an argument: it has to be the one that is said, if one is. */
    void expectValue(int index, long value) {
        Expression argument = argument(index);
        if (argument instanceof Expression.Anything) {
            return;
        }
        if (number(index) != value) {
            throw wrong("%s gives %d back; expected %s".formatted(call.name(), value, argument));
        }
    }

    ScriptException wrong(String message) {
        return new ScriptException(line, message);
    }
}
