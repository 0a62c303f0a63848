package onload.testkit.script.language;

import onload.testkit.script.language.Lexer.Kind;
import onload.testkit.script.language.Lexer.Token;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the events of a script from its words. Algorithm. */
final class Parser {
    private static final double NS_PER_SECOND = 1e9;

    private final String name;
    private final Words words;
    private final Map<String, String> options = new LinkedHashMap<>();

    Parser(String name, String text, Map<String, String> defines) {
        this.name = name;
        words = new Words(new Lexer(text).tokens(), defines);
    }

    Script script() {
        List<Event> events = new ArrayList<>();
        int previousLine = 0;
        while (words.peek().kind() != Kind.END) {
            Token first = words.peek();
            if (first.kind() == Kind.OPTION) {
                option(words.take());
            } else if (first.kind() == Kind.SHELL && first.line() != previousLine) {
                words.take();
                events.add(
                        new Event(
                                first.line(),
                                new EventTime(EventTime.Kind.RELATIVE, 0, 0),
                                new Event.Shell(first.text().strip())));
            } else {
                events.add(event());
            }
            previousLine = first.line();
        }
        return new Script(name, options, events);
    }

    private void option(Token token) {
        String[] parts = token.text().split("=", 2);
        options.put(parts[0].strip(), parts.length == 2 ? parts[1].strip() : "");
    }

    private Event event() {
        int line = words.peek().line();
        EventTime time = time();
        Event.Action action = action();
        if (time.isSpan() && !(action instanceof Event.Call)) {
            throw new ScriptException(
                    line, "a time from ... to is that of a call that blocks; expected a call");
        }
        return new Event(line, time, action);
    }

    // Times.

    private EventTime time() {
        if (words.takeIf("*")) {
            return new EventTime(EventTime.Kind.ANY, 0, 0);
        }
        boolean isRelative = words.takeIf("+");
        long from = seconds();
        if (words.takeIf("~")) {
            boolean isEndRelative = words.takeIf("+");
            if (isRelative != isEndRelative) {
                throw words.unexpected("both ends of a window with +, or none");
            }
            return window(
                    isRelative ? EventTime.Kind.RELATIVE_WINDOW : EventTime.Kind.ABSOLUTE_WINDOW,
                    from,
                    seconds());
        }
        if (words.takeIf("...")) {
            boolean isEndRelative = words.takeIf("+");
            long to = seconds();
            if (isEndRelative && !isRelative) {
                throw words.unexpected("an absolute end of an absolute time");
            }
            return window(
                    isRelative ? EventTime.Kind.RELATIVE_SPAN : EventTime.Kind.ABSOLUTE_SPAN,
                    from,
                    to);
        }
        return new EventTime(
                isRelative ? EventTime.Kind.RELATIVE : EventTime.Kind.ABSOLUTE, from, from);
    }

    private EventTime window(EventTime.Kind kind, long from, long to) {
        if (to < from) {
            throw words.unexpected("an end that is not before the beginning");
        }
        return new EventTime(kind, from, to);
    }

    private long seconds() {
        Token token = words.peek();
        if (token.kind() != Kind.NUMBER) {
            throw words.unexpected("a time in seconds, such as +0.1");
        }
        words.take();
        try {
            return Math.round(Double.parseDouble(token.text()) * NS_PER_SECOND);
        } catch (NumberFormatException e) {
            throw new ScriptException(
                    token.line(), token + " is no time; expected seconds, such as 0.25");
        }
    }

    // What happens.

    private Event.Action action() {
        Token first = words.peek();
        if (words.takeIf("<")) {
            return new Event.Arrives(new PacketParser(words).packet(true));
        }
        if (words.takeIf(">")) {
            return new Event.Leaves(new PacketParser(words).packet(false));
        }
        return switch (first.kind()) {
            case CODE -> assertions(words.take());
            case SHELL -> new Event.Shell(words.take().text().strip());
            case NAME -> call();
            default -> throw words.unexpected("a call, <, >, %{ or a command after the time");
        };
    }

    private static Event.Assertions assertions(Token token) {
        List<Event.CodeLine> lines = new ArrayList<>();
        int number = token.line();
        for (String text : token.text().split("\n", -1)) {
            int comment = text.indexOf('#');
            String code = (comment < 0 ? text : text.substring(0, comment)).strip();
            if (!code.isEmpty()) {
                lines.add(new Event.CodeLine(number, code));
            }
            number++;
        }
        return new Event.Assertions(lines);
    }

    private Event.Call call() {
        String function = words.take().text();
        words.expect("(");
        List<Expression> arguments = expressions(")");
        words.expect("=");
        Expression result = expression();
        String error = null;
        Token next = words.peek();
        boolean isError = next.kind() == Kind.NAME && next.text().matches("E[A-Z0-9]+");
        if (isError) {
            error = words.take().text();
        }
        if (words.peek().is("(")) {
            remark();
        }
        return new Event.Call(function, arguments, result, error);
    }

    /** What stands in parentheses after a result explains it to people. */
    private void remark() {
        words.expect("(");
        while (!words.peek().is(")")) {
            if (words.peek().kind() == Kind.END) {
                throw words.unexpected(")");
            }
            words.take();
        }
        words.expect(")");
    }

    // Expressions.

    private List<Expression> expressions(String end) {
        List<Expression> all = new ArrayList<>();
        if (words.takeIf(end)) {
            return all;
        }
        do {
            all.add(expression());
        } while (words.takeIf(","));
        words.expect(end);
        return all;
    }

    private Expression expression() {
        Expression first = primary();
        if (!words.peek().is("|")) {
            return first;
        }
        long value = bits(first);
        while (words.takeIf("|")) {
            value |= bits(primary());
        }
        return new Expression.Quantity(value);
    }

    private long bits(Expression expression) {
        return expression
                .number()
                .orElseThrow(() -> words.unexpected("numbers or known constants around |"));
    }

    private Expression primary() {
        if (words.takeIf("...")) {
            return new Expression.Anything();
        }
        if (words.takeIf("[")) {
            return new Expression.Array(expressions("]"));
        }
        if (words.takeIf("{")) {
            return structure();
        }
        if (words.takeIf("-")) {
            return new Expression.Quantity(-words.number());
        }
        if (words.takeIf("(")) {
            Expression inner = expression();
            words.expect(")");
            return inner;
        }
        Token token = words.peek();
        return switch (token.kind()) {
            case TEXT -> new Expression.Text(words.take().text());
            case NUMBER -> number(token);
            case NAME -> named(words.take());
            default -> throw words.unexpected("an argument");
        };
    }

    /** A number; one with several points is an address. */
    private Expression number(Token token) {
        if (token.text().indexOf('.') >= 0) {
            return new Expression.Text(words.take().text());
        }
        return new Expression.Quantity(words.number());
    }

    private Expression named(Token token) {
        if (words.takeIf("(")) {
            return new Expression.Call(token.text(), expressions(")"));
        }
        return Constants.value(token.text()).isPresent()
                ? new Expression.Quantity(Constants.value(token.text()).getAsLong())
                : new Expression.Name(token.text());
    }

    private Expression structure() {
        Map<String, Expression> fields = new LinkedHashMap<>();
        while (!words.peek().is("}")) {
            Token first = words.peek();
            String field = String.valueOf(fields.size());
            if (first.kind() == Kind.NAME && words.isFieldAhead()) {
                field = words.take().text();
                if (words.peek().is("(")) {
                    remark();
                }
                words.expect("=");
            }
            fields.put(field, expression());
            if (!words.takeIf(",")) {
                break;
            }
        }
        words.expect("}");
        return new Expression.Structure(fields);
    }
}
