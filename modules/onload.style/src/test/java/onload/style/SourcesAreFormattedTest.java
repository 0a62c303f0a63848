package onload.style;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.fail;

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.JavaFormatterOptions.Style;
import com.google.googlejavaformat.java.RemoveUnusedImports;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Holds every Java source against google-java-format in AOSP style.
 *
 * <p>A test and not a Maven plugin, because a plugin runs on Maven's own JVM, which may be older than
 * the language of the sources; tests run on the JDK that compiles them.
 */
class SourcesAreFormattedTest {
    private static final String APPLY =
            "mvn -q -pl modules/onload.style test -Donload.format=apply";

    /** The formatter keeps code within 100 columns and leaves comments alone; this is for those. */
    private static final int LONGEST_LINE = 120;

    private static final Formatter FORMATTER =
            new Formatter(
                    JavaFormatterOptions.builder().style(Style.AOSP).formatJavadoc(false).build());

    @Test
    void everySourceIsAsTheFormatterWritesIt() throws IOException {
        boolean apply = "apply".equals(System.getProperty("onload.format"));
        List<Path> wrong = new ArrayList<>();
        List<Path> sources = sources();
        assertFalse(
                sources.isEmpty(), "no sources were found; is this run in modules/onload.style?");
        for (Path source : sources) {
            String text = Files.readString(source);
            String formatted = formatted(source, text);
            if (!formatted.equals(text)) {
                wrong.add(source);
                if (apply) {
                    Files.writeString(source, formatted);
                }
            }
        }
        if (!apply && !wrong.isEmpty()) {
            fail("not formatted: " + wrong + "\nto format them: " + APPLY);
        }
    }

    @Test
    void noLineIsLongerThanAPersonReads() throws IOException {
        List<String> wrong = new ArrayList<>();
        for (Path source : sources()) {
            List<String> lines = Files.readAllLines(source);
            for (int i = 0; i < lines.size(); i++) {
                if (lines.get(i).length() > LONGEST_LINE) {
                    wrong.add(source + ":" + (i + 1));
                }
            }
        }
        assertEquals(List.of(), wrong, "lines of more than " + LONGEST_LINE + " characters");
    }

    private static String formatted(Path source, String text) {
        try {
            return FORMATTER.formatSource(
                    ImportOrderer.reorderImports(
                            RemoveUnusedImports.removeUnusedImports(text), Style.AOSP));
        } catch (FormatterException e) {
            throw new AssertionError(source + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static List<Path> sources() throws IOException {
        Path modules = Path.of("..").toRealPath();
        List<Path> sources = new ArrayList<>();
        for (Path folder : List.of(modules, modules.resolveSibling("examples"))) {
            if (!Files.isDirectory(folder)) {
                continue;
            }
            try (Stream<Path> files = Files.walk(folder)) {
                files.filter(file -> file.toString().endsWith(".java"))
                        .filter(file -> !file.toString().contains("/target/"))
                        .sorted()
                        .forEach(sources::add);
            }
        }
        return sources;
    }
}
