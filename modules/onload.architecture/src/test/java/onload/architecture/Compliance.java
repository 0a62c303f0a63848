package onload.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The tables of COMPLIANCE.md: a row for each requirement, with the tests that show that it is met. */
final class Compliance {
    private static final int CELLS = 5;
    private static final int MET = 3;
    private static final int TESTS = 4;
    private static final Pattern TEST = Pattern.compile("`([^`]*)`");

    /** Sources of test classes by their simple names. */
    private final Map<String, String> sources = new HashMap<>();

    /** Reads every test class below some folders. */
    Compliance(List<Path> folders) {
        for (Path folder : folders) {
            try (Stream<Path> files = Files.walk(folder)) {
                files.filter(file -> file.toString().endsWith(".java")).forEach(this::read);
            } catch (IOException e) {
                throw new UncheckedIOException("tests cannot be read in " + folder, e);
            }
        }
    }

    private void read(Path file) {
        String name = file.getFileName().toString();
        try {
            // Two rooms may have tests of one name.
            sources.merge(
                    name.substring(0, name.length() - ".java".length()),
                    Files.readString(file),
                    String::concat);
        } catch (IOException e) {
            throw new UncheckedIOException("a test cannot be read: " + file, e);
        }
    }

    /** {@return what is wrong with a file of tables, a sentence each} */
    List<String> violations(String markdown) {
        List<String> violations = new ArrayList<>();
        int number = 0;
        for (String line : markdown.lines().toList()) {
            number++;
            if (line.startsWith("|")
                    && !line.startsWith("|--")
                    && !line.startsWith("| Requirement")) {
                check("line " + number, line.split("\\|", -1), violations);
            }
        }
        return violations;
    }

    private void check(String where, String[] row, List<String> violations) {
        // What is before the first bar and behind the last one is empty.
        if (row.length != CELLS + 2) {
            violations.add(where + " has " + (row.length - 2) + " cells; expected " + CELLS);
            return;
        }
        String met = row[1 + MET].strip();
        String tests = row[1 + TESTS].strip();
        if (!met.startsWith("yes") && !met.startsWith("no") && !met.startsWith("above")) {
            violations.add(where + " says neither yes, no nor above");
        }
        if (met.startsWith("yes") && tests.isEmpty()) {
            violations.add(where + " is met, as it says, without a test");
        }
        if (met.equals("no")) {
            violations.add(where + " is not met and does not say why");
        }
        Matcher names = TEST.matcher(tests);
        while (names.find()) {
            if (!exists(names.group(1))) {
                violations.add(where + " names a test that is not there: " + names.group(1));
            }
        }
    }

    /** Whether a class, or a method of it, is there; nested classes may stand between. */
    private boolean exists(String name) {
        String[] parts = name.split("\\.");
        String source = sources.get(parts[0]);
        if (source == null) {
            return false;
        }
        String last = parts[parts.length - 1];
        return parts.length == 1
                || Pattern.compile("(void |class )" + Pattern.quote(last) + "\\b")
                        .matcher(source)
                        .find();
    }
}
