package onload.cli.packetdrill;

import onload.cli.console.Console;
import onload.cli.console.ExitCodes;
import onload.cli.console.Refusal;
import onload.testkit.script.run.ScriptResult;
import onload.testkit.script.run.ScriptRunner;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/** {@code onload packetdrill}: scripts against the stack. */
@Command(
        name = "packetdrill",
        description = {
            "Runs scripts in the packetdrill language against onload's TCP, on virtual time.",
            "",
            "A script says which calls a program makes, which packets come in, which have to go out, and when. A",
            "line for each script: ok, or the line of the script that did not hold, with what came instead."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  onload packetdrill close.pkt",
            "  onload packetdrill scripts/ --tolerance 1000 -D MSS=1000",
            "",
            "Exit codes: 0 all scripts hold, 1 one does not, 2 a usage error."
        })
public final class PacketDrill implements Callable<Integer> {
    @Parameters(
            arity = "1..*",
            paramLabel = "SCRIPT",
            description = "Files; of a folder all files in it and below whose names end in .pkt.")
    private List<Path> scripts = List.of();

    @Option(
            names = "-D",
            paramLabel = "NAME=VALUE",
            description = "What a name in the scripts stands for.")
    private Map<String, String> defines = Map.of();

    @Option(
            names = "--tolerance",
            paramLabel = "MICROSECONDS",
            description =
                    "How far packets may be from their times (default: 4000, or 4 %% of a gap).")
    private @Nullable Integer tolerance;

    @Option(
            names = "--strict-segments",
            description = "Segments are not summed up to those of the scripts.")
    private boolean isStrict;

    @Option(
            names = "--strict-end",
            description = "A script does not hold if a segment is left that it has not expected.")
    private boolean isStrictAtEnd;

    @Option(names = "--quiet", description = "Tells of the scripts that do not hold only.")
    private boolean isQuiet;

    private final Console console;

    /** Makes one that tells its results to a console. */
    public PacketDrill(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        List<Path> files = files();
        Map<String, String> more = new LinkedHashMap<>();
        Integer exact = tolerance;
        if (exact != null) {
            more.put("tolerance_usecs", exact.toString());
        }
        if (isStrict) {
            more.put("strict_segments", "");
        }
        if (isStrictAtEnd) {
            more.put("strict_end", "");
        }
        int failed = 0;
        for (Path file : files) {
            ScriptResult result = ScriptRunner.run(file.toString(), text(file), defines, more);
            failed += result.passed() ? 0 : 1;
            if (!result.passed() || !isQuiet) {
                console.out().println(result);
            }
        }
        if (files.size() > 1) {
            console.out()
                    .println(
                            "%d of %d scripts hold".formatted(files.size() - failed, files.size()));
        }
        return failed == 0 ? ExitCodes.FINE : ExitCodes.FAILED;
    }

    private List<Path> files() {
        List<Path> files = new ArrayList<>();
        for (Path script : scripts) {
            if (!Files.exists(script)) {
                throw Refusal.usage(
                        "there is no script \"%s\"; give the name of a file or a folder"
                                .formatted(script));
            }
            files.addAll(Files.isDirectory(script) ? within(script) : List.of(script));
        }
        if (files.isEmpty()) {
            throw Refusal.usage(
                    "there are no files whose names end in .pkt in %s; name a script"
                            .formatted(scripts));
        }
        return files;
    }

    private static List<Path> within(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(file -> file.toString().endsWith(".pkt")).sorted().toList();
        } catch (IOException e) {
            throw Refusal.failed("%s cannot be read: %s".formatted(folder, e.getMessage()));
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (MalformedInputException e) {
            throw Refusal.failed(
                    "%s is no text in UTF-8; a script in the packetdrill language is expected"
                            .formatted(file));
        } catch (IOException e) {
            throw Refusal.failed("%s cannot be read: %s".formatted(file, e.getMessage()));
        }
    }
}
