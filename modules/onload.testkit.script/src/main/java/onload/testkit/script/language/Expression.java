package onload.testkit.script.language;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/** An argument of a call, or what it returns, as the script has it. */
public sealed interface Expression {
    /** {@code ...}: whatever it is. */
    record Anything() implements Expression {
        @Override
        public String toString() {
            return "...";
        }
    }

    /** A number, or constants that were worked out. */
    record Quantity(long value) implements Expression {
        @Override
        public String toString() {
            return Long.toString(value);
        }
    }

    /** A name that is no constant that is known. */
    record Name(String name) implements Expression {
        @Override
        public String toString() {
            return name;
        }
    }

    /** Text in quotation marks. */
    record Text(String text) implements Expression {
        @Override
        public String toString() {
            return '"' + text + '"';
        }
    }

    /** {@code [a, b]}. */
    record Array(List<Expression> elements) implements Expression {
        @Override
        public String toString() {
            return elements.toString();
        }
    }

    /** <code>{a=1, b=2}</code>; elements without a name have their place as name. */
    record Structure(Map<String, Expression> fields) implements Expression {
        @Override
        public String toString() {
            return fields.entrySet().stream()
                    .map(field -> field.getKey() + "=" + field.getValue())
                    .collect(Collectors.joining(", ", "{", "}"));
        }
    }

    /** {@code name(a, b)} as an argument, such as of an address. */
    record Call(String name, List<Expression> arguments) implements Expression {
        @Override
        public String toString() {
            return name + arguments;
        }
    }

    /** {@return the number that this is; of an array of one, that one} */
    default OptionalLong number() {
        return switch (this) {
            case Quantity n -> OptionalLong.of(n.value);
            case Array a when a.elements.size() == 1 -> a.elements.getFirst().number();
            default -> OptionalLong.empty();
        };
    }
}
