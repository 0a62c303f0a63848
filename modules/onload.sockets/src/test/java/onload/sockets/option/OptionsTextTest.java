package onload.sockets.option;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

class OptionsTextTest {
    private static final String WRITE = "onload.options.write";

    /** From the module's folder, where builds run tests, or from the root. */
    private static Path document() {
        Path root = Path.of("").toAbsolutePath();
        while (root != null && !Files.exists(root.resolve("docs/architecture.md"))) {
            root = root.getParent();
        }
        return java.util.Objects.requireNonNull(root, "no folder docs above")
                .resolve("docs/options.md");
    }

    @Test
    void theDocumentationIsThatOfTheTable() throws IOException {
        Path document = document();
        if (Boolean.getBoolean(WRITE)) {
            Files.writeString(document, OptionsText.markdown());
        }
        String there = Files.exists(document) ? Files.readString(document) : "";
        assertEquals(
                OptionsText.markdown(),
                there,
                () ->
                        "docs/options.md is not what the table of options says; write it anew by "
                                + "mvn verify -Donload.test.args=-D%s=true".formatted(WRITE));
    }

    @Test
    void everyOptionHasOneRowWithItsDefaultAndItsNamesInOnload() {
        for (StackOption option : StackOption.values()) {
            String start = "| `" + option.key() + "` |";
            String row = only(OptionsText.markdown(), start);
            assertEquals(6, row.chars().filter(letter -> letter == '|').count(), row);
            assertTrue(row.contains(option.doc()), row);
            assertTrue(row.contains(option.defaultText()), row);
            option.onload().forEach(variable -> assertTrue(row.contains(variable.name()), row));
        }
    }

    private static String only(String text, String start) {
        var lines = text.lines().filter(line -> line.startsWith(start)).toList();
        assertEquals(1, lines.size(), start);
        return lines.getFirst();
    }

    @Test
    void helpNamesEveryOptionOnceAndFitsATerminal() {
        for (StackOption option : StackOption.values()) {
            assertTrue(only(OptionsText.help(), "  " + option.key() + " ").contains(option.doc()));
        }
        for (OptionGroup group : OptionGroup.values()) {
            only(OptionsText.help(), group.title() + ":");
        }
        assertTrue(OptionsText.help().lines().allMatch(line -> line.length() <= 160));
    }
}
