package onload.examples;

import java.io.File;
import java.io.IOException;
import java.lang.module.FindException;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Starts programs of this module in JVMs of their own, with what they need at run time and nothing else. */
final class Programs {
    /**
     * What Maven has for the run of a program, by the names of the modules; the rest of this JVM's path is for tests.
     */
    private static final Predicate<String> OF_PROGRAMS =
            Pattern.compile("onload\\..*|org\\.agrona|org\\.jspecify|org\\.slf4j(\\.nop)?")
                    .asMatchPredicate();

    private static final long TIMEOUT_SECONDS = 60;

    /**
     * How a program has ended.
     *
     * @param exitCode its exit code
     * @param output what it printed
     * @param errors what it printed on the standard error stream
     */
    record Outcome(int exitCode, List<String> output, List<String> errors) {}

    private final Path folder;

    /**
     * Makes a place to start programs from.
     *
     * @param folder for what they print
     */
    Programs(Path folder) {
        this.folder = folder;
    }

    /** Starts a program on the module path, as {@code docs/embedding.md} says. */
    Outcome onModulePath(Class<?> program, String... arguments)
            throws IOException, InterruptedException {
        return run(
                List.of(
                        "--module-path",
                        path(),
                        "--add-exports",
                        "java.base/jdk.internal.misc=org.agrona",
                        "--module",
                        "onload.examples/" + program.getName()),
                arguments);
    }

    /** Starts a program on the class path, as {@code docs/embedding.md} says. */
    Outcome onClassPath(Class<?> program, String... arguments)
            throws IOException, InterruptedException {
        return run(
                List.of(
                        "--class-path",
                        path(),
                        "--add-exports",
                        "java.base/jdk.internal.misc=ALL-UNNAMED",
                        program.getName()),
                arguments);
    }

    private Outcome run(List<String> options, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of(arguments));
        Path output = folder.resolve("output.txt");
        Path errors = folder.resolve("errors.txt");
        Process process =
                new ProcessBuilder(command)
                        .redirectOutput(output.toFile())
                        .redirectError(errors.toFile())
                        .start();
        if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
        return new Outcome(
                process.exitValue(), Files.readAllLines(output), Files.readAllLines(errors));
    }

    /** What a program needs may be on either path of this JVM: providers of NICs are named by no descriptor. */
    private static String path() {
        return Stream.of("jdk.module.path", "java.class.path")
                .map(System::getProperty)
                .filter(path -> path != null && !path.isEmpty())
                .flatMap(path -> Stream.of(path.split(Pattern.quote(File.pathSeparator), -1)))
                .distinct()
                .filter(entry -> !entry.isEmpty() && isOfPrograms(Path.of(entry)))
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static boolean isOfPrograms(Path entry) {
        try {
            return ModuleFinder.of(entry).findAll().stream()
                    .map(module -> module.descriptor().name())
                    .anyMatch(OF_PROGRAMS);
        } catch (FindException e) {
            // A jar that cannot be a module, which is none of ours.
            return false;
        }
    }
}
