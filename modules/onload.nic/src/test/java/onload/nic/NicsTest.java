package onload.nic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.nic.packet.HugePages;
import onload.nic.packet.PacketPool;
import onload.nic.packet.PoolOptions;
import onload.nic.plugin.NoProvider;
import onload.nic.plugin.OtherProvider;
import onload.nic.plugin.SoundProvider;
import onload.nic.plugin.ThrowingProvider;
import onload.nic.plugin.TwinProvider;
import onload.nic.spi.Availability;
import onload.nic.spi.NicProvider;
import onload.nic.spi.NicUnavailableException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.List;

class NicsTest {
    private static final String SERVICE = "META-INF/services/" + NicProvider.class.getName();
    private static final String SOUND = SoundProvider.class.getName();
    private static final String OTHER = OtherProvider.class.getName();
    private static final String TWIN = TwinProvider.class.getName();
    private static final String THROWING = ThrowingProvider.class.getName();

    @TempDir Path folder;

    @Test
    void providersOfAClassPathAreFoundAndSortedByName() throws IOException {
        try (URLClassLoader path = classPath(SOUND, OTHER)) {
            Nics nics = Nics.installed(path);
            assertEquals(List.of("other", "sound"), names(nics));
            assertEquals(List.of(), nics.failures());
            assertSame(path, nics.provider("sound").getClass().getClassLoader());
        }
    }

    @Test
    void theContextClassLoaderIsWhereInstalledProvidersAre() throws IOException {
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        try (URLClassLoader path = classPath(SOUND)) {
            Thread.currentThread().setContextClassLoader(path);
            assertEquals(List.of("sound"), names(Nics.installed()));
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    @Test
    void aNameThatNobodyHasIsAnsweredWithTheNearestAndAllThatThereAre() throws IOException {
        try (URLClassLoader path = classPath(SOUND, OTHER)) {
            Nics nics = Nics.installed(path);
            assertUnavailable(
                    "there is no NIC provider named \"soudn\", did you mean \"sound\"? expected one"
                            + " of other, sound",
                    () -> nics.provider("soudn"));
            assertUnavailable(
                    "there is no NIC provider named \"tap\"; expected one of other, sound",
                    () -> nics.provider("tap"));
        }
    }

    @Test
    void whereThereIsOneProviderOnlyItIsNamedAlone() {
        assertUnavailable(
                "there is no NIC provider named \"tap\"; expected sound",
                () -> Nics.of(new SoundProvider()).provider("tap"));
    }

    @Test
    void whereNoneIsInstalledTheAnswerSaysWhatToInstall() throws IOException {
        try (URLClassLoader path = classPath()) {
            assertUnavailable(
                    "there is no NIC provider named \"tap\"; none is installed; put one, such as"
                            + " onload.nic.emulated, on the module or class path",
                    () -> Nics.installed(path).provider("tap"));
        }
    }

    @Test
    void twoOfOneNameAreRefusedWithTheirClassesAndDoNotHideOthers() throws IOException {
        try (URLClassLoader path = classPath(TWIN, SOUND, OTHER)) {
            Nics nics = Nics.installed(path);
            assertUnavailable(
                    "there are 2 NIC providers named \"sound\": onload.nic.plugin.SoundProvider,"
                            + " onload.nic.plugin.TwinProvider; remove all but one from the module"
                            + " or class path",
                    () -> nics.provider("sound"));
            assertEquals("other", nics.provider("other").name());
            assertUnavailable(
                    "there is no NIC provider named \"x\"; expected one of other, sound",
                    () -> nics.provider("x"));
        }
    }

    @Test
    void aProviderThatIsMissingOrFailsDoesNotHideTheOthersAndIsNamed() throws IOException {
        try (URLClassLoader path = classPath("no.such.Provider", THROWING, SOUND)) {
            Nics nics = Nics.installed(path);
            assertEquals(List.of("sound"), names(nics));
            assertEquals(
                    List.of(
                            "Provider no.such.Provider not found",
                            "Provider onload.nic.plugin.ThrowingProvider could not be instantiated:"
                                    + " java.lang.IllegalStateException: no library"),
                    nics.failures());
            assertUnavailable(
                    "there is no NIC provider named \"x\"; expected sound; one could not be loaded:"
                            + " Provider no.such.Provider not found; one could not be loaded:"
                            + " Provider onload.nic.plugin.ThrowingProvider could not be"
                            + " instantiated: java.lang.IllegalStateException: no library",
                    () -> nics.provider("x"));
        }
    }

    @Test
    void aProviderForANewerJavaAndADamagedOneDoNotHideTheOthers() throws IOException {
        Path first = plugins("first", OTHER, TWIN, SOUND);
        change(first, OtherProvider.class, bytes -> bytes[7] = 99);
        change(first, TwinProvider.class, bytes -> Arrays.fill(bytes, 20, bytes.length, (byte) 7));
        try (URLClassLoader path = loader(first)) {
            Nics nics = Nics.installed(path);
            assertEquals(List.of("sound"), names(nics));
            assertEquals(2, nics.failures().size());
            assertTrue(
                    nics.failures()
                            .get(0)
                            .matches("java.lang.UnsupportedClassVersionError: .*Other.*"),
                    nics.failures().get(0));
            assertTrue(
                    nics.failures().get(1).startsWith("java.lang.ClassFormatError: "),
                    nics.failures().get(1));
        }
    }

    @Test
    void aListOfProvidersThatCannotBeReadDoesNotHideThoseOfAnotherArchive() throws IOException {
        Path first = plugins("first", "this is no name of a class");
        Path second = plugins("second", SOUND);
        try (URLClassLoader path = loader(first, second)) {
            Nics nics = Nics.installed(path);
            assertEquals(List.of("sound"), names(nics));
            assertEquals(1, nics.failures().size());
            assertTrue(nics.failures().getFirst().contains("first/META-INF/services"));
        }
    }

    @Test
    void aClassThatIsNoProviderDoesNotHideTheOthers() throws IOException {
        String noProvider = NoProvider.class.getName();
        try (URLClassLoader path = classPath("java.lang.String", noProvider, SOUND)) {
            Nics nics = Nics.installed(path);
            assertEquals(List.of("sound"), names(nics));
            assertEquals(List.of(noProvider + " not a subtype"), nics.failures());
        }
    }

    @Test
    void aLoaderThatFailsForEverIsGivenUp() {
        ClassLoader broken =
                new ClassLoader(null) {
                    @Override
                    public Enumeration<URL> getResources(String name) throws IOException {
                        throw new IOException("the archive is gone");
                    }
                };
        Nics nics = assertTimeoutPreemptively(Duration.ofSeconds(20), () -> Nics.installed(broken));
        assertEquals(List.of(), nics.providers());
        assertTrue(nics.failures().getFirst().endsWith("the archive is gone"));
    }

    @Test
    void aProviderWithoutAProperNameDoesNotHideTheOthers() {
        Nics nics =
                Nics.of(
                        new SoundProvider(),
                        named(() -> "Capital"),
                        named(() -> {
                            throw new IllegalStateException("forgotten");
                        }));
        assertEquals(List.of("sound"), names(nics));
        assertTrue(
                nics.failures()
                        .get(0)
                        .endsWith(
                                " has the name \"Capital\"; expected lower-case letters, digits and"
                                        + " hyphens"),
                nics.failures().get(0));
        assertTrue(
                nics.failures()
                        .get(1)
                        .endsWith(
                                " does not tell its name:"
                                        + " java.lang.IllegalStateException: forgotten"),
                nics.failures().get(1));
    }

    @Test
    void openingGivesTheProviderItsOptions() {
        assertEquals(
                "opened with NicOptions[device=lan, queue=2, settings={mtu=9000}]",
                openingFails(Nics.of(new SoundProvider()), "sound:lan/2,mtu=9000").getMessage());
    }

    @Test
    void aNicThatIsNotAvailableIsNotOpenedAndTheAnswerSaysWhyAndWhatToDo() {
        Nics nics =
                Nics.of(
                        probed(() ->
                                Availability.unavailable(
                                        "/dev/net/tun cannot be opened: permission denied",
                                        "run as root or grant CAP_NET_ADMIN")));
        assertEquals(
                "the NIC \"sound:tap0\" is not available: /dev/net/tun cannot be opened: permission"
                        + " denied; run as root or grant CAP_NET_ADMIN",
                openingFails(nics, "sound:tap0").getMessage());
    }

    @Test
    void aProviderThatFailsInsteadOfAnsweringIsNotAvailable() {
        UnsatisfiedLinkError fault = new UnsatisfiedLinkError("libc.so.7");
        NicUnavailableException error =
                openingFails(
                        Nics.of(
                                probed(() -> {
                                    throw fault;
                                })),
                        "sound");
        assertSame(fault, error.getCause());
        assertTrue(
                String.valueOf(error.getMessage())
                        .matches(
                                "the NIC \"sound\" is not available: its provider"
                                        + " onload.nic.NicsTest.* failed:"
                                        + " java.lang.UnsatisfiedLinkError: libc.so.7; .*"),
                error.getMessage());
    }

    @Test
    void aSpecificationOfANicThatIsNotThereIsAnsweredLikeItsName() {
        assertEquals(
                "there is no NIC provider named \"soun\", did you mean \"sound\"? expected sound",
                openingFails(Nics.of(new SoundProvider()), "soun:x").getMessage());
    }

    private static NicUnavailableException openingFails(Nics nics, String spec) {
        try (PacketPool pool = PacketPool.open(PoolOptions.of(1).withHugePages(HugePages.NEVER))) {
            return assertInstanceOf(
                    NicUnavailableException.class,
                    assertThrows(
                            RuntimeException.class, () -> nics.open(NicSpec.parse(spec), pool)));
        }
    }

    private interface Answer<T> {
        T get();
    }

    private static NicProvider named(Answer<String> name) {
        return new SoundProvider() {
            @Override
            public String name() {
                return name.get();
            }
        };
    }

    private static NicProvider probed(Answer<Availability> availability) {
        return new SoundProvider() {
            @Override
            public Availability probe() {
                return availability.get();
            }
        };
    }

    private static List<String> names(Nics nics) {
        return nics.providers().stream().map(NicProvider::name).toList();
    }

    private static void assertUnavailable(
            String message, org.junit.jupiter.api.function.Executable action) {
        assertEquals(message, assertThrows(NicUnavailableException.class, action).getMessage());
    }

    private URLClassLoader classPath(String... providers) throws IOException {
        return loader(plugins("plugins", providers));
    }

    /**
     * {@return a folder as of a class path, with the classes of the plug-ins and a list of
     * providers}
     */
    private Path plugins(String name, String... providers) throws IOException {
        Path root = folder.resolve(name);
        Path list = root.resolve(SERVICE);
        Files.createDirectories(list.getParent());
        Files.write(list, List.of(providers));
        for (Class<?> plugin :
                List.of(
                        SoundProvider.class,
                        OtherProvider.class,
                        TwinProvider.class,
                        ThrowingProvider.class,
                        NoProvider.class)) {
            Path file = classFile(root, plugin);
            Files.createDirectories(file.getParent());
            try (InputStream bytes = plugin.getResourceAsStream(file.getFileName().toString())) {
                Files.write(file, bytes.readAllBytes());
            }
        }
        return root;
    }

    private static Path classFile(Path root, Class<?> plugin) {
        return root.resolve(plugin.getName().replace('.', '/') + ".class");
    }

    private interface Change {
        void apply(byte[] bytes);
    }

    private static void change(Path root, Class<?> plugin, Change change) throws IOException {
        byte[] bytes = Files.readAllBytes(classFile(root, plugin));
        change.apply(bytes);
        Files.write(classFile(root, plugin), bytes);
    }

    /** A loader that has the plug-ins from the folders and not from where the tests are. */
    private static URLClassLoader loader(Path... folders) throws IOException {
        List<URL> urls = new ArrayList<>();
        for (Path folder : folders) {
            urls.add(folder.toUri().toURL());
        }
        ClassLoader withoutPlugins =
                new ClassLoader(NicsTest.class.getClassLoader()) {
                    @Override
                    protected Class<?> loadClass(String name, boolean resolve)
                            throws ClassNotFoundException {
                        if (name.startsWith("onload.nic.plugin.")) {
                            throw new ClassNotFoundException(name);
                        }
                        return super.loadClass(name, resolve);
                    }
                };
        return new URLClassLoader(urls.toArray(new URL[0]), withoutPlugins);
    }
}
