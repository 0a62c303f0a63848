package onload.architecture;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.Manifest;

/**
 * A header of an OSGi manifest: clauses between commas, each with names, attributes ({@code =}) and directives
 * ({@code :=}) between semicolons (OSGi Core, section 3.2.4).
 *
 * @param clauses the clauses, in their order
 */
record OsgiHeader(List<Clause> clauses) {
    /**
     * One clause.
     *
     * @param names paths such as packages or a namespace
     * @param parameters attributes by name, and directives by name with a colon at its end
     */
    record Clause(List<String> names, Map<String, String> parameters) {
        /** {@return an attribute, or a directive if the name ends in a colon; empty if there is none} */
        String parameter(String name) {
            return parameters.getOrDefault(name, "");
        }
    }

    /** {@return a header of a manifest; without clauses if it is missing} */
    static OsgiHeader of(Manifest manifest, String name) {
        String text = manifest.getMainAttributes().getValue(name);
        return parse(text == null ? "" : text);
    }

    static OsgiHeader parse(String text) {
        List<Clause> clauses = new ArrayList<>();
        for (String clause : split(text, ',')) {
            clauses.add(parseClause(clause));
        }
        return new OsgiHeader(List.copyOf(clauses));
    }

    private static Clause parseClause(String text) {
        List<String> names = new ArrayList<>();
        Map<String, String> parameters = new TreeMap<>();
        for (String part : split(text, ';')) {
            int equals = unquoted(part, '=', 0);
            if (equals < 0) {
                names.add(part);
                continue;
            }
            String value = part.substring(equals + 1).strip();
            if (value.startsWith("\"")) {
                value = value.substring(1, value.length() - 1);
            }
            String name = part.substring(0, equals).strip();
            boolean typed = name.indexOf(':') > 0 && !name.endsWith(":");
            parameters.put(typed ? name.substring(0, name.indexOf(':')) : name, value);
        }
        return new Clause(List.copyOf(names), Map.copyOf(parameters));
    }

    private static List<String> split(String text, char separator) {
        List<String> parts = new ArrayList<>();
        int from = 0;
        while (from <= text.length()) {
            int at = unquoted(text, separator, from);
            int to = at < 0 ? text.length() : at;
            String part = text.substring(from, to).strip();
            if (!part.isEmpty()) {
                parts.add(part);
            }
            from = to + 1;
        }
        return parts;
    }

    private static int unquoted(String text, char wanted, int from) {
        boolean quoted = false;
        for (int i = from; i < text.length(); i++) {
            if (text.charAt(i) == '"') {
                quoted = !quoted;
            } else if (text.charAt(i) == wanted && !quoted) {
                return i;
            }
        }
        return -1;
    }

    /** {@return the names of all clauses} */
    Set<String> names() {
        Set<String> names = new TreeSet<>();
        clauses.forEach(clause -> names.addAll(clause.names()));
        return names;
    }

    /** {@return the clauses of a name, such as those of a capability namespace} */
    List<Clause> clauses(String name) {
        return clauses.stream().filter(clause -> clause.names().contains(name)).toList();
    }
}
