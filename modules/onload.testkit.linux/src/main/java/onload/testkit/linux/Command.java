package onload.testkit.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A program that runs to its end. */
final class Command {
    private static final long SECONDS = 30;

    private Command() {}

    static String run(String... command) {
        try {
            // A file takes any amount of output without a reader.
            Path output = Files.createTempFile("onload-command", ".out");
            try {
                return run(output, command);
            } finally {
                Files.delete(output);
            }
        } catch (IOException e) {
            throw new AssertionError(String.join(" ", command) + " cannot be run", e);
        }
    }

    private static String run(Path output, String... command) throws IOException {
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        process.getOutputStream().close();
        try {
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                throw failed("does not end within %d s".formatted(SECONDS), output, command);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed("was interrupted", output, command);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        if (process.exitValue() != 0) {
            throw failed("ends with " + process.exitValue(), output, command);
        }
        return Files.readString(output, StandardCharsets.UTF_8);
    }

    private static AssertionError failed(String how, Path output, String... command)
            throws IOException {
        return new AssertionError(
                "%s %s: %s"
                        .formatted(
                                String.join(" ", command),
                                how,
                                Files.readString(output, StandardCharsets.UTF_8).strip()));
    }
}
