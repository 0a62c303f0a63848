package onload.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.cli.console.ExitCodes;
import onload.cli.console.Refusal;

import org.junit.jupiter.api.Test;

import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;

class OnloadTest {
    private final Captured captured = new Captured();
    private final CommandLine line = Onload.commandLine(captured.console);

    /** A command that somebody adds. */
    @Command(name = "added")
    static final class Added implements Callable<Integer> {
        private final RuntimeException fault;

        Added(RuntimeException fault) {
            this.fault = fault;
        }

        @Override
        public Integer call() {
            throw fault;
        }
    }

    @Test
    void everyCommandHasHelpThatSaysWhatItDoes() {
        assertFalse(line.getSubcommands().isEmpty());
        line.getSubcommands()
                .forEach((name, command) -> {
                    assertTrue(
                            command.getCommandSpec().usageMessage().description().length > 0, name);
                    assertTrue(command.getCommandSpec().optionsMap().containsKey("--help"), name);
                    String help = command.getUsageMessage(CommandLine.Help.Ansi.OFF);
                    assertTrue(help.lines().allMatch(text -> text.length() <= 120), name);
                });
    }

    @Test
    void theHelpOfAllNamesEveryCommandAndTheExitCodes() {
        String help = line.getUsageMessage(CommandLine.Help.Ansi.OFF);
        line.getSubcommands()
                .keySet()
                .forEach(name -> assertTrue(help.contains("  " + name), name));
        assertTrue(help.contains("Exit codes: 0"), help);
        // What is cut off in the list of commands is a sentence that does not end.
        line.getSubcommands()
                .forEach((name, command) -> {
                    String first = command.getCommandSpec().usageMessage().description()[0];
                    assertTrue(first.endsWith("."), () -> name + ": " + first);
                });
    }

    @Test
    void aWordThatIsNoCommandIsOneLineWithTheNearest() {
        assertEquals(ExitCodes.USAGE, line.execute("docter"));
        assertEquals(1, captured.err().lines().count(), captured.err());
        assertTrue(captured.err().contains("did you mean doctor"), captured.err());
        assertTrue(captured.err().contains("see onload --help"), captured.err());
    }

    @Test
    void anOptionThatIsNoneIsOneLineWithTheHelpOfItsCommand() {
        assertEquals(ExitCodes.USAGE, line.execute("doctor", "--jsn"));
        assertEquals(1, captured.err().lines().count(), captured.err());
        assertTrue(captured.err().contains("see onload doctor --help"), captured.err());
    }

    @Test
    void aRefusalIsOneLineAndItsExitCode() {
        line.addSubcommand(new Added(Refusal.of(126, "that cannot be; do this")));
        assertEquals(126, line.execute("added"));
        assertEquals("\r\033[Konload: that cannot be; do this\n", captured.err());
    }

    @Test
    void everyCommandTellsTheVersion() {
        StringWriter out = new StringWriter();
        line.setOut(new PrintWriter(out));
        assertEquals(ExitCodes.FINE, line.execute("--version"));
        assertEquals(ExitCodes.FINE, line.execute("run", "--version"));
        assertEquals(4, out.toString().lines().count(), out::toString);
        assertTrue(out.toString().startsWith("onload "), out::toString);
    }

    @Test
    void theScriptOfCompletionIsOneThatBashReads() throws Exception {
        String script = AutoComplete.bash("onload", line);
        Path file = Files.createTempFile("onload", ".bash");
        try {
            Files.writeString(file, script);
            Process process =
                    new ProcessBuilder(
                                    "bash", "-c", "source %s && complete -p onload".formatted(file))
                            .redirectErrorStream(true)
                            .start();
            String said =
                    new String(
                            process.getInputStream().readAllBytes(),
                            java.nio.charset.StandardCharsets.UTF_8);
            assertEquals(0, process.waitFor(), said);
            assertTrue(said.contains("_complete_onload"), said);
        } finally {
            Files.delete(file);
        }
    }
}
