package onload.cli.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.cli.process.OnloadScript.Ended;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;

@Timeout(180)
class DemoProcessTest {
    @TempDir Path folder;

    @Test
    void unmodifiedProgramsTalkOverTwoStacks() throws Exception {
        Ended ended = new OnloadScript(folder).onload("demo", "--requests", "300", "--loss", "2%");
        assertEquals(0, ended.exitCode(), ended::errors);
        assertEquals("", ended.errors(), "nobody looks on, so there is no progress");
        List<String> lines = ended.output().lines().toList();
        assertEquals(
                2,
                lines.stream()
                        .filter(line -> line.startsWith("  jdk          300      0"))
                        .count());
        assertEquals(
                2,
                lines.stream()
                        .filter(line -> line.startsWith("  netty        300      0"))
                        .count());
        assertTrue(count(lines, "of these, sent again") > 0, ended::output);
        assertEquals(0, count(lines, "faults of the stack"), ended::output);
        assertTrue(ended.output().contains(" were not made."), ended::output);
    }

    @Test
    void aWireThatCannotBeIsOneLine() throws Exception {
        Ended ended = new OnloadScript(folder).onload("demo", "--loss", "300%");
        assertEquals(2, ended.exitCode());
        assertEquals(1, ended.errors().lines().count(), ended::errors);
        assertEquals("", ended.output());
    }

    /** {@return what both stacks counted together} */
    private static long count(List<String> lines, String name) {
        String row =
                lines.stream()
                        .filter(line -> line.startsWith("  " + name))
                        .findFirst()
                        .orElseThrow();
        String[] words = row.strip().split(" +");
        return Long.parseLong(words[words.length - 2]) + Long.parseLong(words[words.length - 1]);
    }
}
