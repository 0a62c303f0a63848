package onload.testkit.script.run;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * As much of Python as assertions use: {@code assert} with comparisons, {@code and}, {@code or}, {@code not},
 * arithmetic and parentheses, over names and numbers. Whatever else there is, is an error that names it.
 */
final class Python {
    private static final Pattern WORD =
            Pattern.compile(
                    "\\s*(?:(0[xX][0-9a-fA-F]+|\\d+(?:\\.\\d+)?)|([A-Za-z_]\\w*)"
                            + "|(==|!=|<=|>=|//|<<|>>|[-+*/%<>()&|,]))");

    private final ToDoubleFunction<String> names;
    private final List<String> words = new ArrayList<>();
    private int at;

    Python(ToDoubleFunction<String> names) {
        this.names = names;
    }

    /**
     * Runs a line.
     *
     * @return an empty text; or why the assertion does not hold
     * @throws IllegalArgumentException if it is not understood
     */
    String run(String line) {
        if (line.startsWith("print")) {
            return "";
        }
        if (!line.matches("assert\\b.*")) {
            throw new IllegalArgumentException(
                    "\"%s\" is not understood; expected assert and a comparison".formatted(line));
        }
        String code = line.substring("assert".length());
        split(code.replaceFirst(",\\s*(['\"]|str\\().*$", ""));
        double value = either();
        if (takeIf(",")) {
            // What follows is shown to people.
            either();
        }
        if (at != words.size()) {
            throw unexpected("the end of the line");
        }
        return value != 0 ? "" : "%s does not hold: %s".formatted(code.strip(), values());
    }

    private String values() {
        List<String> values = new ArrayList<>();
        for (String word : words) {
            boolean isName =
                    word.matches("[A-Za-z_]\\w*") && !word.matches("and|or|not|True|False");
            String text =
                    isName ? "%s is %s".formatted(word, number(names.applyAsDouble(word))) : "";
            if (isName && !values.contains(text)) {
                values.add(text);
            }
        }
        return String.join(", ", values);
    }

    private static String number(double value) {
        return value == Math.rint(value) ? String.valueOf((long) value) : String.valueOf(value);
    }

    private void split(String code) {
        words.clear();
        at = 0;
        Matcher matcher = WORD.matcher(code);
        int end = 0;
        while (end < code.stripTrailing().length()) {
            if (!matcher.find(end) || matcher.start() != end) {
                throw new IllegalArgumentException(
                        "\"%s\" is not understood".formatted(code.substring(end).strip()));
            }
            words.add(matcher.group().strip());
            end = matcher.end();
        }
    }

    private boolean takeIf(String word) {
        if (at < words.size() && words.get(at).equals(word)) {
            at++;
            return true;
        }
        return false;
    }

    private IllegalArgumentException unexpected(String expected) {
        return new IllegalArgumentException(
                "expected %s, not %s"
                        .formatted(
                                expected,
                                at < words.size() ? "\"" + words.get(at) + "\"" : "the end"));
    }

    private double either() {
        double value = both();
        while (takeIf("or")) {
            double other = both();
            value = value != 0 ? value : other;
        }
        return value;
    }

    private double both() {
        double value = negated();
        while (takeIf("and")) {
            double other = negated();
            value = value == 0 ? value : other;
        }
        return value;
    }

    private double negated() {
        return takeIf("not") ? truth(negated() == 0) : comparison();
    }

    private static double truth(boolean is) {
        return is ? 1 : 0;
    }

    private double comparison() {
        double left = sum();
        boolean holds = true;
        boolean isCompared = false;
        while (at < words.size() && words.get(at).matches("==|!=|<=|>=|<|>")) {
            String sign = words.get(at++);
            double right = sum();
            holds &=
                    switch (sign) {
                        case "==" -> left == right;
                        case "!=" -> left != right;
                        case "<=" -> left <= right;
                        case ">=" -> left >= right;
                        case "<" -> left < right;
                        default -> left > right;
                    };
            left = right;
            isCompared = true;
        }
        return isCompared ? truth(holds) : left;
    }

    private double sum() {
        double value = product();
        while (true) {
            if (takeIf("+")) {
                value += product();
            } else if (takeIf("-")) {
                value -= product();
            } else if (takeIf("&")) {
                value = (long) value & (long) product();
            } else if (takeIf("|")) {
                value = (long) value | (long) product();
            } else {
                return value;
            }
        }
    }

    private double product() {
        double value = one();
        while (true) {
            if (takeIf("*")) {
                value *= one();
            } else if (takeIf("//")) {
                value = Math.floor(value / divisor());
            } else if (takeIf("/")) {
                value /= divisor();
            } else if (takeIf("%")) {
                value %= divisor();
            } else if (takeIf("<<")) {
                value = (long) value << (int) one();
            } else if (takeIf(">>")) {
                value = (long) value >> (int) one();
            } else {
                return value;
            }
        }
    }

    private double divisor() {
        double divisor = one();
        if (divisor == 0) {
            throw new IllegalArgumentException("division by zero");
        }
        return divisor;
    }

    private double one() {
        if (takeIf("-")) {
            return -one();
        }
        if (takeIf("(")) {
            double value = either();
            if (!takeIf(")")) {
                throw unexpected(")");
            }
            return value;
        }
        if (at >= words.size()) {
            throw unexpected("a value");
        }
        String word = words.get(at++);
        if (word.startsWith("0x") || word.startsWith("0X")) {
            return Long.parseLong(word.substring(2), 16);
        }
        if (Character.isDigit(word.charAt(0))) {
            return Double.parseDouble(word);
        }
        if (word.equals("True") || word.equals("False")) {
            return truth(word.equals("True"));
        }
        if (word.equals("abs") || word.equals("min") || word.equals("max")) {
            return function(word);
        }
        if (!Character.isLetter(word.charAt(0)) && word.charAt(0) != '_') {
            at--;
            throw unexpected("a value");
        }
        return names.applyAsDouble(word);
    }

    private double function(String name) {
        if (!takeIf("(")) {
            throw unexpected("( after " + name);
        }
        double value = either();
        while (takeIf(",")) {
            double other = either();
            value = name.equals("min") ? Math.min(value, other) : Math.max(value, other);
        }
        if (!takeIf(")")) {
            throw unexpected(")");
        }
        return name.equals("abs") ? Math.abs(value) : value;
    }
}
