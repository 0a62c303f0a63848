package onload.architecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.Location;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The repository: its modules as they stand in folders, in the parent pom and in {@code target}. */
final class House {
    /**
     * Folders of {@code modules} that are shipped as plain jars, and why: they are no modules, and no bundles. The
     * rules for classes hold for them too.
     */
    static final Map<String, String> PLAIN_JARS =
            Map.of(
                    "onload.agent",
                    "is loaded by the JVM on the class path, and by JVMs that know no modules");

    /** Folders of {@code modules} that nobody gets, and why. What is shipped has the packaging {@code bundle}. */
    static final Map<String, String> NOT_SHIPPED =
            Map.of(
                    "onload.style", "formats the sources",
                    "onload.architecture", "is this",
                    "onload.demo", "is any program, which the command runs to show what it does",
                    "onload.bench", "measures the others, as one program with everything inside",
                    "onload.interop", "lets stacks talk with the kernel and real programs",
                    "onload.programs", "has unmodified programs run on stacks",
                    "onload.stress", "lets threads race for what they share");

    private static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();

    private House() {}

    static Path root() {
        return ROOT;
    }

    static PomFile parentPom() {
        return PomFile.read(ROOT.resolve("pom.xml"));
    }

    /** {@return the names of all folders of {@code modules} that have a pom.xml} */
    static List<String> folders() {
        try (Stream<Path> folders = Files.list(ROOT.resolve("modules"))) {
            return folders.filter(folder -> Files.exists(folder.resolve("pom.xml")))
                    .map(folder -> folder.getFileName().toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("the folder modules cannot be listed", e);
        }
    }

    /** {@return all modules, shipped or not} */
    static List<BuiltModule> modules() {
        String version = parentPom().text("/project/version");
        return folders().stream()
                .map(name -> new BuiltModule(name, ROOT.resolve("modules").resolve(name), version))
                .toList();
    }

    /** {@return the modules that are shipped} */
    static List<BuiltModule> shipped() {
        return modules().stream()
                .filter(module -> module.pom().text("/project/packaging").equals("bundle"))
                .toList();
    }

    /** {@return the modules that are shipped as plain jars} */
    static List<BuiltModule> plainJars() {
        return modules().stream().filter(module -> PLAIN_JARS.containsKey(module.name())).toList();
    }

    /** {@return the classes in the jars of all shipped modules} */
    static JavaClasses classes() {
        return Classes.OF_THE_HOUSE;
    }

    /** Read once, and only by those who ask. */
    private static final class Classes {
        private static final JavaClasses OF_THE_HOUSE =
                new ClassFileImporter()
                        .importLocations(
                                Stream.concat(shipped().stream(), plainJars().stream())
                                        .map(Classes::location)
                                        .toList());

        private static Location location(BuiltModule module) {
            return Location.of(URI.create("jar:" + module.jar().toUri() + "!/"));
        }
    }
}
