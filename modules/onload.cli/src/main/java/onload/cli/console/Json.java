package onload.cli.console;

import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Writes JSON (RFC 8259): maps, in their order, lists, numbers, booleans, null, and everything else as a text.
 * For control paths.
 */
public final class Json {
    private static final int FIRST_PRINTABLE = 0x20;

    private Json() {}

    /** {@return a value as one line of JSON} A number that JSON has not, such as infinity, is null. */
    public static String write(@org.jspecify.annotations.Nullable Object value) {
        StringBuilder text = new StringBuilder();
        write(value, text);
        return text.toString();
    }

    private static void write(@org.jspecify.annotations.Nullable Object value, StringBuilder text) {
        switch (value) {
            case null -> text.append("null");
            case Double number when !Double.isFinite(number) -> text.append("null");
            case Number number -> text.append(number);
            case Boolean truth -> text.append(truth);
            case Map<?, ?> map -> object(map, text);
            case List<?> list -> array(list, text);
            default -> string(value.toString(), text);
        }
    }

    private static void object(Map<?, ?> map, StringBuilder text) {
        text.append('{');
        for (Iterator<? extends Map.Entry<?, ?>> it = map.entrySet().iterator(); it.hasNext(); ) {
            Map.Entry<?, ?> entry = it.next();
            string(String.valueOf(entry.getKey()), text);
            text.append(':');
            write(entry.getValue(), text);
            text.append(it.hasNext() ? "," : "");
        }
        text.append('}');
    }

    private static void array(List<?> list, StringBuilder text) {
        text.append('[');
        for (Iterator<?> it = list.iterator(); it.hasNext(); ) {
            write(it.next(), text);
            text.append(it.hasNext() ? "," : "");
        }
        text.append(']');
    }

    private static void string(String value, StringBuilder text) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                default -> {
                    if (c < FIRST_PRINTABLE || Character.isSurrogate(c)) {
                        text.append("\\u%04x".formatted((int) c));
                    } else {
                        text.append(c);
                    }
                }
            }
        }
        text.append('"');
    }
}
