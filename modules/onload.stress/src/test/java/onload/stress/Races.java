package onload.stress;

import org.openjdk.jcstress.Main;
import org.openjdk.jcstress.infra.Status;
import org.openjdk.jcstress.infra.collectors.DiskReadCollector;
import org.openjdk.jcstress.infra.collectors.InProcessCollector;
import org.openjdk.jcstress.infra.collectors.TestResult;
import org.openjdk.jcstress.infra.runners.TestList;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs races by jcstress, in a JVM of its own that starts more, and reads what came out. */
final class Races {
    private static final String EXPORT = "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED";

    private final Form form;
    private final Path folder;

    /**
     * Prepares a run.
     *
     * @param folder where its log, results and report go; made, or emptied of results
     */
    Races(Form form, Path folder) {
        this.form = form;
        this.folder = folder.toAbsolutePath();
    }

    /**
     * Runs all races of a package.
     *
     * @return what is wrong with each, an empty text if nothing is; a race that was not run is wrong
     */
    Map<String, String> run(String packageName) throws Exception {
        Files.createDirectories(folder);
        for (Path results : results()) {
            Files.delete(results);
        }
        Path log = folder.resolve("log.txt");
        Process process =
                new ProcessBuilder(command(packageName))
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        try {
            if (!process.waitFor(form.of(10, 24 * 60), TimeUnit.MINUTES)) {
                throw new IllegalStateException(
                        "the races of %s hang; see %s".formatted(packageName, log));
            }
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        return verdicts(packageName, log);
    }

    private List<String> command(String packageName) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                EXPORT,
                                "-cp",
                                System.getProperty("java.class.path"),
                                Main.class.getName(),
                                "-t",
                                packageName.replace(".", "\\.") + "\\.",
                                "-r",
                                folder.resolve("report").toString()));
        if (form == Form.SHORT) {
            // One JVM for each race, as it is started without options, for half a second.
            command.addAll(List.of("-m", "sanity", "-f", "1", "-iters", "1", "-time", "500"));
            command.addAll(List.of("-sc", "false", "-af", "NONE", "-jvmArgs", EXPORT));
        } else {
            // All ways to compile, and options of the JVM that shake the compilers.
            command.addAll(List.of("-m", "quick", "-time", "1000", "-jvmArgsPrepend", EXPORT));
        }
        return command;
    }

    private List<Path> results() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".bin.gz")).toList();
        }
    }

    private Map<String, String> verdicts(String packageName, Path log) throws Exception {
        List<Path> files = results();
        if (files.size() != 1) {
            throw new IllegalStateException(
                    "jcstress left %d files of results; expected 1; see %s"
                            .formatted(files.size(), log));
        }
        InProcessCollector collector = new InProcessCollector();
        DiskReadCollector reader = new DiskReadCollector(files.getFirst().toString(), collector);
        reader.dump();
        reader.close();
        Map<String, String> verdicts = new TreeMap<>();
        for (String race : named(packageName)) {
            verdicts.put(race.substring(packageName.length() + 1), "was not run");
        }
        for (TestResult result : collector.getTestResults()) {
            String race = result.getName().substring(packageName.length() + 1);
            verdicts.merge(race, verdict(result), Races::worse);
        }
        return verdicts;
    }

    private static Collection<String> named(String packageName) {
        Collection<String> races = new TreeSet<>(TestList.tests());
        races.removeIf(race -> !race.startsWith(packageName + "."));
        return races;
    }

    private static String worse(String before, String now) {
        return before.isEmpty() || before.equals("was not run") ? now : before;
    }

    private static String verdict(TestResult result) {
        if (result.status() != Status.NORMAL) {
            return "%s: %s".formatted(result.status(), result.getMessages());
        }
        if (result.getTotalCount() == 0) {
            return "has no result";
        }
        return result.grading().isPassed ? "" : String.join("; ", result.grading().failureMessages);
    }
}
