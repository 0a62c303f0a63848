package onload.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;

/**
 * A module of the house: its sources and the archives that were made of them.
 *
 * @param name name of its folder, and so of everything else
 * @param folder where it is
 * @param version version of the archives
 */
record BuiltModule(String name, Path folder, String version) {
    private static final String SERVICES = "META-INF/services/";

    Path sources() {
        return folder.resolve("src/main/java");
    }

    Path jar() {
        return archive("");
    }

    /** {@return an archive beside the jar, of the classifier {@code sources} or {@code javadoc}} */
    Path jar(String classifier) {
        return archive("-" + classifier);
    }

    private Path archive(String suffix) {
        return folder.resolve("target/" + name + "-" + version + suffix + ".jar");
    }

    PomFile pom() {
        return PomFile.read(folder.resolve("pom.xml"));
    }

    /** {@return the descriptor in the jar} */
    ModuleDescriptor descriptor() {
        return ModuleFinder.of(jar()).findAll().iterator().next().descriptor();
    }

    /** {@return the manifest of the jar} */
    Manifest manifest() {
        try (JarFile file = new JarFile(jar().toFile())) {
            return file.getManifest();
        } catch (IOException e) {
            throw new UncheckedIOException(jar() + " cannot be read", e);
        }
    }

    /** {@return the names of the providers in {@code META-INF/services} of the jar, by service} */
    Map<String, List<String>> services() {
        Map<String, List<String>> services = new TreeMap<>();
        try (JarFile file = new JarFile(jar().toFile())) {
            for (JarEntry entry : Collections.list(file.entries())) {
                String name = entry.getName();
                if (name.startsWith(SERVICES) && !entry.isDirectory()) {
                    byte[] bytes = file.getInputStream(entry).readAllBytes();
                    services.put(name.substring(SERVICES.length()), providers(bytes));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(jar() + " cannot be read", e);
        }
        return services;
    }

    private static List<String> providers(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8)
                .lines()
                .map(line -> line.replaceFirst("#.*", "").strip())
                .filter(line -> !line.isEmpty())
                .toList();
    }
}
