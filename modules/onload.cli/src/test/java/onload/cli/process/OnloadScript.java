package onload.cli.process;

import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.Requirement;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The script {@code onload} and the distribution of this build, as processes. */
final class OnloadScript {
    private static final int SECONDS = 60;

    private final Path folder;
    private final Path root = root();
    private final Map<String, String> variables = new HashMap<>();
    private Path script = root.resolve("onload");

    /** How a process ended, and what it said. */
    record Ended(int exitCode, String output, String errors, long pid) {}

    /**
     * Finds it.
     *
     * @param folder where the processes work and write
     */
    OnloadScript(Path folder) {
        this.folder = folder;
        Requirement.that(
                Files.exists(agent()),
                "the distribution of onload",
                "run ./onload --version, or mvn -pl modules/onload.cli -am package, first");
    }

    private static Path root() {
        try {
            Path here =
                    Path.of(
                            OnloadScript.class
                                    .getProtectionDomain()
                                    .getCodeSource()
                                    .getLocation()
                                    .toURI());
            while (!Files.isRegularFile(here.resolve("onload"))) {
                here = here.getParent();
            }
            return here;
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    Path home() {
        return root.resolve("modules/onload.cli/target/onload");
    }

    Path agent() {
        return home().resolve("agent/onload.agent.jar");
    }

    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** {@return where the classes of these tests are, without any of onload's} */
    static String classes() {
        return OnloadScript.class.getProtectionDomain().getCodeSource().getLocation().getPath();
    }

    OnloadScript variable(String name, String value) {
        variables.put(name, value);
        return this;
    }

    /** Calls it by another name from now on. */
    OnloadScript script(Path path) {
        script = path;
        return this;
    }

    Path scriptPath() {
        return script;
    }

    /** Runs {@code onload}. */
    Ended onload(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(script.toString()));
        command.addAll(List.of(arguments));
        return run(command);
    }

    /** Runs {@code java} with the agent. */
    Ended agent(String java, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(java, "-javaagent:" + agent()));
        command.addAll(List.of(arguments));
        return run(command);
    }

    Ended run(List<String> command) throws IOException, InterruptedException {
        Process process = start(command);
        try {
            assertTrue(process.waitFor(SECONDS, TimeUnit.SECONDS), () -> command + " does not end");
        } finally {
            process.destroyForcibly();
        }
        return ended(process);
    }

    Process start(List<String> command) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectOutput(folder.resolve("stdout").toFile())
                        .redirectError(folder.resolve("stderr").toFile());
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(name -> name.contains("ONLOAD_") || name.startsWith("EF_"));
        environment.remove("JAVA_TOOL_OPTIONS");
        environment.put("ONLOAD_JAVA", java());
        environment.put("BUILD_ONLOAD", "no");
        environment.putAll(variables);
        environment.values().removeIf(String::isEmpty);
        return builder.start();
    }

    Ended ended(Process process) throws IOException {
        return new Ended(process.exitValue(), said("stdout"), said("stderr"), process.pid());
    }

    String said(String stream) throws IOException {
        return new String(Files.readAllBytes(folder.resolve(stream)), StandardCharsets.UTF_8);
    }
}
