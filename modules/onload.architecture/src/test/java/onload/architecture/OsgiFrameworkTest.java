package onload.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Stream;

/**
 * The bundles in a framework, as docs/osgi.md tells users to run them. The build runs this once with Felix on the
 * class path and once with Equinox, and without onload's own jars there: Felix would take a provider from them for
 * that of the bundle.
 */
@Timeout(60)
class OsgiFrameworkTest {
    private static final List<String> MEDIATOR =
            List.of(
                    "org.objectweb.asm",
                    "org.objectweb.asm.tree",
                    "org.objectweb.asm.tree.analysis",
                    "org.objectweb.asm.commons",
                    "org.objectweb.asm.util",
                    "org.apache.aries.spifly.dynamic.bundle");

    /** What our bundles import: jspecify all of them, slf4j the sockets, the others the test-kits. */
    private static final List<String> LIBRARIES =
            List.of(
                    "org.jspecify.jspecify",
                    "slf4j.api",
                    "slf4j.nop",
                    "junit-jupiter-api",
                    "junit-platform-commons",
                    "org.opentest4j",
                    "org.apiguardian.api");

    private static final String STAND_IN =
            """
            package stand.in;

            import onload.nic.packet.PacketPool;
            import onload.nic.spi.*;

            public class StandIn implements NicProvider {
                @Override public String name() { return "stand-in"; }
                @Override public String description() { return "nothing"; }
                @Override public Availability probe() { throw new UnsupportedOperationException(); }
                @Override public VirtualInterface open(NicOptions options, PacketPool pool) {
                    throw new UnsupportedOperationException();
                }
            }
            """;

    @TempDir Path folder;
    private Framework framework;

    @BeforeEach
    void startTheFramework() throws BundleException {
        FrameworkFactory factory =
                ServiceLoader.load(FrameworkFactory.class).findFirst().orElseThrow();
        framework =
                factory.newFramework(
                        Map.of(
                                Constants.FRAMEWORK_STORAGE,
                                folder.resolve("storage").toString(),
                                Constants.FRAMEWORK_BOOTDELEGATION,
                                "jdk.internal.misc"));
        framework.start();
    }

    @AfterEach
    void stopTheFramework() throws BundleException, InterruptedException {
        framework.stop();
        framework.waitForStop(30_000);
    }

    @Test
    void theFrameworkIsTheOneThatTheBuildMeans() {
        assertEquals(System.getProperty("onload.osgi.framework"), framework.getSymbolicName());
    }

    @Test
    void theDocumentNamesTheVersionsThatAreTested() throws IOException {
        String document = Files.readString(House.root().resolve("docs/osgi.md"));
        PomFile pom = PomFile.read(House.root().resolve("modules/onload.architecture/pom.xml"));
        for (String name : List.of("asm", "equinox", "felix", "spifly")) {
            String version = pom.text("/project/properties/" + name + ".version");
            assertTrue(document.contains(" " + version), name);
        }
        String agrona = House.parentPom().text("/project/properties/agrona.version");
        assertTrue(document.contains("Bundle-Version: " + agrona));
    }

    @Test
    void everyBundleResolvesAndStarts() throws Exception {
        startLibraries();
        List<Bundle> bundles = installHouse();
        for (Bundle bundle : bundles) {
            bundle.start();
            assertEquals(Bundle.ACTIVE, bundle.getState(), bundle.getSymbolicName());
        }
        assertEquals(House.shipped().size(), bundles.size());
    }

    @Test
    void packetMemoryWorksInABundle() throws Exception {
        startLibraries();
        installHouse();
        Class<?> hugePages = load("onload.nic.packet.HugePages");
        Method allocate =
                load("onload.nic.packet.PacketMemory").getMethod("allocate", long.class, hugePages);
        Object never = hugePages.getField("NEVER").get(null);
        try (AutoCloseable memory = (AutoCloseable) allocate.invoke(null, 4096L, never)) {
            assertEquals(4096, memory.getClass().getMethod("length").invoke(memory));
        }
    }

    @Test
    void providersAreFoundThroughTheMediator() throws Exception {
        startLibraries();
        for (Bundle bundle : installHouse()) {
            bundle.start();
        }
        Set<String> expected = new TreeSet<>();
        for (BuiltModule module : House.shipped()) {
            expected.addAll(
                    module.services().getOrDefault("onload.nic.spi.NicProvider", List.of()));
        }
        assertEquals(expected, providers());
        install(standIn()).start();
        expected.add("stand.in.StandIn");
        assertEquals(expected, providers());
    }

    @Test
    void withoutAMediatorTheUserOfAServiceSaysSo() throws Exception {
        installLibraries(wrappedAgrona());
        installHouse();
        BundleException refused =
                assertThrows(BundleException.class, () -> named("onload.nic").start());
        assertTrue(
                String.valueOf(refused.getMessage()).contains("osgi.serviceloader.processor"),
                refused::getMessage);
    }

    @Test
    void agronaAsItComesIsNotEnough() throws Exception {
        installLibraries(Libraries.jarOf(UnsafeBuffer.class));
        installHouse();
        BundleException refused =
                assertThrows(BundleException.class, () -> named("onload.wire").start());
        assertTrue(
                String.valueOf(refused.getMessage()).contains("org.agrona"), refused::getMessage);
    }

    /** The mediator first: it weaves the classes of bundles that start after it. */
    private void startLibraries() throws Exception {
        for (String library : MEDIATOR) {
            install(Libraries.bundle(library));
        }
        named("org.apache.aries.spifly.dynamic.bundle").start();
        installLibraries(wrappedAgrona());
    }

    private void installLibraries(Path agrona) throws BundleException {
        for (String library : LIBRARIES) {
            install(Libraries.bundle(library));
        }
        install(agrona);
    }

    private List<Bundle> installHouse() throws BundleException {
        List<Bundle> bundles = new ArrayList<>();
        for (BuiltModule module : House.shipped()) {
            bundles.add(install(module.jar()));
        }
        return bundles;
    }

    private Bundle install(Path jar) throws BundleException {
        return framework.getBundleContext().installBundle(jar.toUri().toString());
    }

    private Bundle named(String symbolicName) {
        for (Bundle bundle : framework.getBundleContext().getBundles()) {
            if (symbolicName.equals(bundle.getSymbolicName())) {
                return bundle;
            }
        }
        throw new AssertionError("the bundle " + symbolicName + " is not installed");
    }

    private Class<?> load(String type) throws ClassNotFoundException {
        return named("onload.nic").loadClass(type);
    }

    /** The names of the classes of the providers that {@code Nics} finds in its bundle. */
    private Set<String> providers() throws Exception {
        Class<?> nics = load("onload.nic.Nics");
        Object byContext = nics.getMethod("installed").invoke(null);
        Object byLoader =
                nics.getMethod("installed", ClassLoader.class).invoke(null, nics.getClassLoader());
        assertEquals(providersOf(byContext), providersOf(byLoader));
        return providersOf(byContext);
    }

    private static Set<String> providersOf(Object installed) throws Exception {
        Class<?> nics = installed.getClass();
        assertEquals(List.of(), nics.getMethod("failures").invoke(installed));
        Set<String> names = new TreeSet<>();
        for (Object provider : (List<?>) nics.getMethod("providers").invoke(installed)) {
            names.add(provider.getClass().getName());
        }
        return names;
    }

    private Path standIn() throws IOException {
        return new Fixture(folder)
                .source("stand.in.StandIn", STAND_IN)
                .options("--class-path", classPath())
                .resource("META-INF/services/onload.nic.spi.NicProvider", "stand.in.StandIn\n")
                .header("Bundle-ManifestVersion", "2")
                .header("Bundle-SymbolicName", "stand.in")
                .header("Import-Package", "onload.nic.packet,onload.nic.spi")
                .header(
                        "Require-Capability",
                        "osgi.extender;filter:=\"(osgi.extender=osgi.serviceloader.registrar)\"")
                .header(
                        "Provide-Capability",
                        "osgi.serviceloader;osgi.serviceloader=\"onload.nic.spi.NicProvider\"")
                .jar(folder.resolve("stand.in.jar"));
    }

    private static String classPath() {
        return Libraries.path(
                Stream.concat(
                        House.shipped().stream().map(BuiltModule::jar),
                        Stream.of(Libraries.jarOf(UnsafeBuffer.class))));
    }

    /** Agrona has no manifest for OSGi; this gives it the one that docs/osgi.md describes. */
    private Path wrappedAgrona() throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        Set<String> packages = new TreeSet<>();
        try (JarFile agrona = new JarFile(Libraries.jarOf(UnsafeBuffer.class).toFile())) {
            for (JarEntry entry : Collections.list(agrona.entries())) {
                String name = entry.getName();
                if (name.endsWith(".class")) {
                    files.put(name, agrona.getInputStream(entry).readAllBytes());
                    packages.add(name.substring(0, name.lastIndexOf('/')).replace('/', '.'));
                }
            }
        }
        Manifest manifest = new Manifest();
        Attributes headers = manifest.getMainAttributes();
        headers.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        headers.putValue("Bundle-ManifestVersion", "2");
        headers.putValue("Bundle-SymbolicName", "org.agrona");
        headers.putValue("Export-Package", String.join(",", packages));
        headers.putValue(
                "Import-Package",
                "javax.tools;resolution:=optional,jdk.internal.misc;resolution:=optional");
        Path jar = folder.resolve("agrona.jar");
        Fixture.write(jar, manifest, files, FileTime.fromMillis(0));
        return jar;
    }
}
