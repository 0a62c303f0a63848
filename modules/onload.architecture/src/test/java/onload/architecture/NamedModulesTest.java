package onload.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.HdrHistogram.Histogram;
import org.agrona.concurrent.UnsafeBuffer;
import org.apiguardian.api.API;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.commons.JUnitException;
import org.opentest4j.AssertionFailedError;
import org.slf4j.Logger;

import picocli.CommandLine;

import java.io.IOException;
import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.lang.module.ResolutionException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

@Timeout(60)
class NamedModulesTest {
    private static final String NIC_PROVIDER = "onload.nic.spi.NicProvider";
    private static final String PROBE = "onload.architecture.probe";

    @TempDir Path folder;

    @Test
    void everyJarIsANamedModule() {
        for (BuiltModule module : House.shipped()) {
            assertFalse(module.descriptor().isAutomatic(), module.name());
            assertEquals(module.name(), module.descriptor().name());
        }
    }

    @Test
    void theModulesResolveTogether() {
        Configuration configuration = resolve(modulePath().toList(), names());
        Set<String> resolved =
                configuration.modules().stream()
                        .map(module -> module.name())
                        .collect(Collectors.toSet());
        assertTrue(resolved.containsAll(names()), resolved::toString);
    }

    @Test
    void aModuleWithoutWhatItRequiresDoesNotResolve() {
        List<Path> withoutWire =
                modulePath().filter(jar -> !jar.toString().contains("onload.wire")).toList();
        try {
            resolve(withoutWire, List.of("onload.nic"));
        } catch (java.lang.module.FindException e) {
            assertTrue(String.valueOf(e.getMessage()).contains("onload.wire"));
            return;
        }
        throw new AssertionError("onload.nic resolves without onload.wire");
    }

    @Test
    void twoModulesWithOnePackageDoNotResolve() {
        Path twin =
                new Fixture(folder)
                        .source("module-info", "module onload.twin { exports onload.wire; }")
                        .source("onload.wire.Twin", "package onload.wire; public class Twin {}")
                        .options("--module-path", folder.toString())
                        .jar(folder.resolve("jars/twin.jar"));
        List<Path> jars = Stream.concat(modulePath(), Stream.of(twin)).toList();
        try {
            resolve(jars, List.of("onload.nic", "onload.twin"));
        } catch (ResolutionException e) {
            assertTrue(String.valueOf(e.getMessage()).contains("onload.wire"));
            return;
        }
        throw new AssertionError("two modules with the package onload.wire resolve");
    }

    @Test
    void aProgramOnTheModulePathStartsAndFindsTheNics() throws Exception {
        String libraries = Libraries.path(modulePath());
        Path program =
                new Fixture(folder)
                        .source(
                                "module-info",
                                "module %s { requires onload.nic; }".formatted(PROBE))
                        .source(PROBE + ".Probe", PROBE_SOURCE)
                        .options("--module-path", libraries)
                        .jar(folder.resolve("jars/probe.jar"));
        List<String> expected = new ArrayList<>(names());
        for (BuiltModule module : House.shipped()) {
            module.services()
                    .getOrDefault(NIC_PROVIDER, List.of())
                    .forEach(provider -> expected.add("provider " + provider));
        }
        assertEquals(new TreeSet<>(expected), new TreeSet<>(run(libraries, program)));
    }

    private static final String PROBE_SOURCE =
            """
            package onload.architecture.probe;

            public class Probe {
                public static void main(String[] names) {
                    for (String name : names) {
                        Module module = ModuleLayer.boot().findModule(name).orElseThrow();
                        if (!module.getDescriptor().isAutomatic()) {
                            System.out.println(module.getName());
                        }
                    }
                    onload.nic.Nics nics = onload.nic.Nics.installed();
                    nics.failures().forEach(System.out::println);
                    nics.providers().forEach(
                            nic -> System.out.println("provider " + nic.getClass().getName()));
                }
            }
            """;

    private List<String> run(String libraries, Path program)
            throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--add-exports=java.base/jdk.internal.misc=org.agrona",
                                "--module-path="
                                        + Libraries.path(Stream.of(program))
                                        + ":"
                                        + libraries,
                                "--add-modules=ALL-MODULE-PATH",
                                "--module=" + PROBE + "/" + PROBE + ".Probe"));
        command.addAll(names());
        Path output = folder.resolve("output.txt");
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        return Files.readAllLines(output);
    }

    private static List<String> names() {
        return House.shipped().stream().map(BuiltModule::name).toList();
    }

    private static Stream<Path> modulePath() {
        Stream<Path> libraries =
                Stream.of(
                                UnsafeBuffer.class,
                                NullMarked.class,
                                Test.class,
                                JUnitException.class,
                                AssertionFailedError.class,
                                API.class,
                                Logger.class,
                                CommandLine.class,
                                Histogram.class)
                        .map(Libraries::jarOf);
        return Stream.concat(House.shipped().stream().map(BuiltModule::jar), libraries);
    }

    private static Configuration resolve(Collection<Path> jars, Collection<String> roots) {
        return Configuration.resolve(
                ModuleFinder.of(jars.toArray(Path[]::new)),
                List.of(ModuleLayer.boot().configuration()),
                ModuleFinder.ofSystem(),
                roots);
    }
}
