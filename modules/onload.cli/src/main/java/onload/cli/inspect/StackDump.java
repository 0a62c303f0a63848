package onload.cli.inspect;

import onload.cli.console.Console;
import onload.cli.console.ExitCodes;
import onload.cli.console.Json;
import onload.cli.console.Refusal;
import onload.sockets.control.ControlServer;
import onload.sockets.dump.StackFiles;
import onload.sockets.dump.StackView;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/** {@code onload stackdump}: the stacks of this machine. */
@Command(
        name = "stackdump",
        description = {
            "Shows the stacks of this user's processes, and which of their sockets are the kernel's.",
            "",
            "How they are set and why, what they counted, and their sockets; of those that are the"
                    + " kernel's, the reason."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  onload stackdump                  all stacks",
            "  onload stackdump stack1           one, by name or by the id of its process",
            "  onload stackdump --watch          what has changed, every second, until it is interrupted",
            "  onload stackdump --watch=5 stack1 one of them, every five seconds",
            "  onload stackdump --json           for a program to read",
            "  onload stackdump --clean          removes what processes that have died left behind",
            "",
            "Exit codes: 0 fine, 1 there is no such stack, 2 a usage error."
        })
public final class StackDump implements Callable<Integer> {
    private static final long MS_PER_S = 1000;

    @Parameters(
            paramLabel = "STACK",
            arity = "0..1",
            description = "Name of a stack, or the id of its process; all if it is left out.")
    private @Nullable String wanted;

    @Option(names = "--all", description = "Counters that are 0, too.")
    private boolean isAll;

    @Option(names = "--json", description = "One line of JSON.")
    private boolean isJson;

    @Option(
            names = "--watch",
            paramLabel = "SECONDS",
            arity = "0..1",
            fallbackValue = "1",
            description =
                    "Counters that have changed, a second, again and again (every second, or so many).")
    private int watchSeconds;

    @Option(
            names = "--times",
            paramLabel = "NUMBER",
            description = "With --watch: ends after so many times.")
    private long times = Long.MAX_VALUE;

    @Option(names = "--clean", description = "Removes the files of processes that have died.")
    private boolean isCleaning;

    private final Console console;
    private final @Nullable Path given;

    /** Makes one that tells its result to a console. */
    public StackDump(Console console) {
        this(console, null);
    }

    /** Makes one that looks into a folder. */
    StackDump(Console console, @Nullable Path folder) {
        this.console = console;
        this.given = folder;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (watchSeconds < 0 || times < 1) {
            throw Refusal.usage("--watch and --times cannot be below 1; expected 1 or more");
        }
        try {
            Path folder = given == null ? StackFiles.folder() : given;
            if (isCleaning) {
                List<Path> removed = new ArrayList<>(StackFiles.removeDead(folder));
                removed.addAll(ControlServer.removeDead(folder));
                removed.forEach(path -> console.out().println("removed " + path.getFileName()));
                return ExitCodes.FINE;
            }
            if (watchSeconds > 0) {
                watch(folder);
            } else {
                print(folder);
            }
            return ExitCodes.FINE;
        } catch (IOException e) {
            throw Refusal.failed("stacks cannot be read: " + e.getMessage());
        }
    }

    private List<StackReport> read(Path folder) throws IOException {
        List<StackReport> reports = new ArrayList<>();
        try (StackView.Listing all = StackView.list(folder)) {
            all.skipped().forEach(line -> console.err().println("onload: " + line));
            for (StackView stack : all.stacks()) {
                if (isMeant(stack)) {
                    reports.add(StackReport.of(folder, stack));
                }
            }
        }
        if (reports.isEmpty() && wanted != null) {
            throw Refusal.failed(
                    "there is no stack \"%s\"; onload stackdump without a name lists all"
                            .formatted(wanted));
        }
        return reports;
    }

    private boolean isMeant(StackView stack) {
        return wanted == null
                || stack.name().equals(wanted)
                || Long.toString(stack.pid()).equals(wanted);
    }

    private void print(Path folder) throws IOException {
        List<StackReport> reports = read(folder);
        if (isJson) {
            console.out().println(Json.write(reports.stream().map(StackReport::map).toList()));
            return;
        }
        if (reports.isEmpty()) {
            console.err().println("onload: no process of this user has a stack");
        }
        reports.forEach(report -> console.out().print(report.text(isAll)));
    }

    private void watch(Path folder) throws IOException, InterruptedException {
        Map<String, Long> before = counters(read(folder));
        for (long i = 0; i < times; i++) {
            Thread.sleep(watchSeconds * MS_PER_S);
            Map<String, Long> now = counters(read(folder));
            Map<String, Object> changes = new java.util.TreeMap<>();
            now.forEach((name, value) -> {
                long change = value - before.getOrDefault(name, 0L);
                if (change != 0) {
                    changes.put(name, change / watchSeconds);
                }
            });
            if (isJson) {
                console.out().println(Json.write(changes));
            } else {
                console.out().println(changes.isEmpty() ? "(nothing)" : text(changes));
            }
            before.clear();
            before.putAll(now);
        }
    }

    private static String text(Map<String, Object> changes) {
        StringBuilder text = new StringBuilder();
        changes.forEach((name, rate) -> text.append("%-60s %14s/s%n".formatted(name, rate)));
        return text.toString();
    }

    private static Map<String, Long> counters(List<StackReport> reports) {
        Map<String, Long> all = new HashMap<>();
        for (StackReport report : reports) {
            report.counters()
                    .forEach((block, values) ->
                            values.forEach((name, value) ->
                                    all.put(report.name() + " " + block + " " + name, value)));
        }
        return all;
    }
}
