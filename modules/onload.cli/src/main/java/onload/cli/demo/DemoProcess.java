package onload.cli.demo;

import onload.cli.console.Console;
import onload.cli.console.Distribution;
import onload.cli.console.Refusal;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The JVM with the programs of the demonstration. It says what it does line by line, and stays until it is closed, so
 * that its stacks can be looked at.
 */
final class DemoProcess implements AutoCloseable {
    private static final Pattern CALLS = Pattern.compile("(?m)^sysc[rw]: ([0-9]+)");
    private static final int END_SECONDS = 10;

    private final Process process;
    private final List<DemoResult> results = new ArrayList<>();

    /**
     * Starts it.
     *
     * @param options of the JVM
     * @param plan stacks of the program; empty for none
     * @param arguments of the program
     * @throws Refusal if it cannot be started
     */
    DemoProcess(
            Distribution distribution, List<String> options, String plan, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(Distribution.java().toString()));
        command.addAll(options);
        command.addAll(List.of("-cp", distribution.demo() + "/*", "onload.demo.Demo"));
        command.addAll(arguments);
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().keySet().removeIf(name -> name.contains("ONLOAD_"));
        if (!plan.isEmpty()) {
            builder.environment().put("ONLOAD_RUN", plan);
            builder.environment().put("ONLOAD_HOME", distribution.home().toString());
        }
        try {
            process = builder.start();
        } catch (IOException e) {
            throw Refusal.failed(
                    "the programs of the demonstration cannot be started: " + e.getMessage());
        }
    }

    long pid() {
        return process.pid();
    }

    /**
     * Waits until it has done everything.
     *
     * @param what it is, for who looks on
     * @return what came of it
     * @throws Refusal if it ended before
     */
    List<DemoResult> finish(Console console, String what) {
        try {
            BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
            long before = -1;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.equals("done")) {
                    console.progressDone();
                    return results;
                } else if (line.startsWith("begin ")) {
                    before = calls();
                } else if (DemoResult.isOne(line)) {
                    long after = calls();
                    boolean isKnown = before >= 0 && after >= 0;
                    results.add(DemoResult.parse(line, isKnown ? after - before : -1));
                } else if (line.startsWith("progress ")) {
                    console.progress(
                            what + ": " + line.substring("progress ".length()) + " requests");
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a pipe of a process cannot be read", e);
        }
        throw Refusal.failed(
                "the programs of the demonstration ended %s before they were done; what they said stands above"
                        .formatted(what));
    }

    /** Reads and writes of the process so far, whatever they were for; of sockets, the JDK's are among them. */
    private long calls() {
        try {
            Matcher counts =
                    CALLS.matcher(Files.readString(Path.of("/proc/" + process.pid() + "/io")));
            return counts.results().mapToLong(count -> Long.parseLong(count.group(1))).sum();
        } catch (IOException e) {
            return -1;
        }
    }

    /** Lets it end, and sees to it that it does. */
    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            if (process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                return;
            }
        } catch (IOException e) {
            // It has ended already.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
    }
}
