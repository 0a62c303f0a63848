package onload.testkit.script;

import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.script.run.ScriptResult;
import onload.testkit.script.run.ScriptRunner;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** Every script of ours holds. */
class ScriptsTest {
    @TestFactory
    List<DynamicTest> everyScriptHolds() throws IOException, URISyntaxException {
        URL folder = Objects.requireNonNull(ScriptsTest.class.getResource("setup"));
        Path root = Objects.requireNonNull(Path.of(folder.toURI()).getParent());
        try (Stream<Path> files = Files.walk(root)) {
            List<DynamicTest> tests =
                    files.filter(file -> file.toString().endsWith(".pkt"))
                            .sorted()
                            .map(file -> test(root, file))
                            .toList();
            assertTrue(tests.size() > 3, "too few scripts: " + tests.size());
            return tests;
        }
    }

    private static DynamicTest test(Path root, Path file) {
        String name = root.relativize(file).toString();
        return DynamicTest.dynamicTest(
                name,
                () -> {
                    ScriptResult result =
                            ScriptRunner.run(name, Files.readString(file), Map.of(), Map.of());
                    assertTrue(result.passed(), result::toString);
                });
    }
}
