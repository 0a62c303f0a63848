package onload.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/** Whether an archive says when and where it was built; one that is reproducible does not. */
final class Archives {
    private static final List<String> BUILDERS =
            List.of(
                    "Created-By",
                    "Built-By",
                    "Build-Jdk",
                    "Build-Jdk-Spec",
                    "Bnd-LastModified",
                    "Tool");

    private Archives() {}

    /**
     * {@return what in an archive depends on the build, a sentence each}
     *
     * @param jar the archive
     * @param time what every entry carries
     * @param folder path of the repository, which nothing may contain
     */
    static List<String> violations(Path jar, LocalDateTime time, String folder) {
        List<String> violations = new ArrayList<>();
        try (JarFile file = new JarFile(jar.toFile())) {
            for (JarEntry entry : Collections.list(file.entries())) {
                if (!entry.getTimeLocal().equals(time)) {
                    violations.add(entry.getName() + " is of " + entry.getTimeLocal());
                }
                byte[] bytes = file.getInputStream(entry).readAllBytes();
                if (new String(bytes, StandardCharsets.ISO_8859_1).contains(folder)) {
                    violations.add(entry.getName() + " names the folder of the build");
                }
            }
            for (String header : BUILDERS) {
                if (file.getManifest().getMainAttributes().getValue(header) != null) {
                    violations.add("the manifest has the header " + header);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(jar + " cannot be read", e);
        }
        return violations.stream().map(text -> jar.getFileName() + ": " + text).toList();
    }
}
