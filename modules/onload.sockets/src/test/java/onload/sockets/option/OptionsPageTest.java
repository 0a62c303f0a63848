package onload.sockets.option;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

class OptionsPageTest {
    /** Set to write the page anew. */
    private static final String WRITE = "onload.options.write";

    @Test
    void thePageIsTheTable() throws IOException {
        Path page = root().resolve("docs/options.md");
        if (Boolean.getBoolean(WRITE)) {
            Files.writeString(page, OptionsText.markdown());
        }
        assertEquals(
                OptionsText.markdown(),
                Files.readString(page),
                "docs/options.md is not what the table says; -D" + WRITE + "=true writes it anew");
    }

    /** The tests of a module run in its folder. */
    private static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(folder.resolve("docs"))) {
            folder = folder.getParent();
        }
        return folder;
    }

    @Test
    void helpHasEveryOption() {
        for (StackOption option : StackOption.values()) {
            assertTrue(OptionsText.help().contains(option.optionName()), option.optionName());
        }
    }
}
