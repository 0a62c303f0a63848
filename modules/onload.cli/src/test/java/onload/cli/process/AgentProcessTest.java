package onload.cli.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.cli.process.OnloadScript.Ended;
import onload.testkit.base.Requirement;

import org.agrona.DirectBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

@Timeout(120)
class AgentProcessTest {
    private static final String PLAN = "nic emulated:x address 192.0.2.1/24";

    @TempDir Path folder;
    private OnloadScript onload;

    @BeforeEach
    void findTheAgent() {
        onload = new OnloadScript(folder);
    }

    @Test
    void aProgramOfTheClassPathIsOnAStackAndSeesNoneOfIt() throws Exception {
        Ended ended = probe(PLAN, "192.0.2.1", "127.0.0.1");
        assertEquals("", ended.errors());
        assertEquals(
                """
                provider onload.agent.AgentSelectorProvider
                onload.jdk not seen
                agrona not seen
                level null
                onload.jdk.channel.OnloadServerSocketChannel 192.0.2.1
                asynchronous 192.0.2.1
                onload.jdk.channel.OnloadServerSocketChannel 127.0.0.1
                asynchronous 127.0.0.1
                """,
                ended.output());
    }

    @Test
    void withoutAPlanAllIsTheKernelsAndWorks() throws Exception {
        Ended ended = probe("", "127.0.0.1");
        assertEquals("", ended.errors());
        assertTrue(ended.output().contains("OnloadServerSocketChannel 127.0.0.1\n"), ended::output);
    }

    @Test
    void aPlanThatCannotBeReadIsOneLineAndTheProgramDoesNotStart() throws Exception {
        Ended ended = probe("nic emulated:x adress 192.0.2.1/24", "192.0.2.1");
        assertEquals(1, ended.exitCode());
        assertEquals("", ended.output());
        assertEquals(1, ended.errors().lines().count(), ended::errors);
        assertTrue(
                ended.errors().startsWith("onload: \"adress\" is no word of a plan"),
                ended::errors);
    }

    @Test
    void theSystemPropertyIsAPlanToo() throws Exception {
        Ended ended =
                onload.agent(
                        OnloadScript.java(),
                        "-Donload.run=" + PLAN,
                        "-cp",
                        OnloadScript.classes(),
                        Probe.class.getName(),
                        "192.0.2.1");
        assertEquals(0, ended.exitCode(), ended::errors);
    }

    @Test
    void aProviderThatTheUserChoseStays() throws Exception {
        Ended ended =
                onload.agent(
                        OnloadScript.java(),
                        "-Djava.nio.channels.spi.SelectorProvider=sun.nio.ch.EPollSelectorProvider",
                        "-cp",
                        OnloadScript.classes(),
                        Probe.class.getName());
        assertTrue(
                ended.output().startsWith("provider sun.nio.ch.EPollSelectorProvider\n"),
                ended::output);
    }

    /** Another version of a library that onload has too, with the same package names, is the program's own. */
    @Test
    void theProgramsOwnLibrariesAreItsOwn() throws Exception {
        String agrona =
                DirectBuffer.class.getProtectionDomain().getCodeSource().getLocation().getPath();
        onload.variable("ONLOAD_RUN", PLAN);
        Ended ended =
                onload.agent(
                        OnloadScript.java(),
                        "-cp",
                        OnloadScript.classes() + ":" + agrona,
                        Probe.class.getName(),
                        "192.0.2.1");
        assertEquals(0, ended.exitCode(), ended::errors);
        assertTrue(ended.output().contains("agrona seen\n"), ended::output);
        assertTrue(ended.output().contains("onload.jdk not seen\n"), ended::output);
    }

    /** Modules of the same names in the boot layer, automatic ones among them. */
    @Test
    void aProgramOnTheModulePathMayHaveTheSameLibraries() throws Exception {
        Path program =
                module(
                        "requires org.agrona; requires jdk.jfr;",
                        "new org.agrona.ExpandableArrayBuffer()");
        Ended ended =
                asModule(
                        program,
                        onload.home().resolve("lib").toString(),
                        "--add-exports=java.base/jdk.internal.misc=org.agrona");
        assertEquals(0, ended.exitCode(), ended::errors);
        assertEquals("it runs\n", ended.output());
    }

    @Test
    void aProgramThatLeavesAModuleOfTheJdkOutIsToldWhatToAdd() throws Exception {
        Ended ended = asModule(module("", "0"), "", "--limit-modules=java.base,java.instrument");
        assertEquals(1, ended.exitCode());
        assertEquals(1, ended.errors().lines().count(), ended::errors);
        assertTrue(
                ended.errors().contains("add --add-modules jdk.jfr to its java command"),
                ended::errors);
        assertEquals("", ended.output());
    }

    @Test
    void underRunABareJavaAddsTheModuleItself() throws Exception {
        Path program = module("", "0");
        Ended ended =
                onload.onload(
                        "run",
                        "--nic",
                        "emulated:x",
                        "--address",
                        "192.0.2.1/24",
                        "--",
                        "java",
                        "--limit-modules=java.base,java.instrument",
                        "-p",
                        program.toString(),
                        "-m",
                        "program/program.Main");
        assertEquals("it runs\n", ended.output(), ended::errors);
    }

    @Test
    void aJavaThatIsTooOldSaysSoInOneLine() throws Exception {
        Optional<Path> old = olderJava();
        Requirement.that(old.isPresent(), "a Java older than 25 in /usr/lib/jvm", "install one");
        Path java = old.orElseThrow();
        onload.variable("ONLOAD_JAVA", "/the/new/java");
        Ended ended = onload.agent(java.toString(), "-version");
        assertEquals(1, ended.exitCode());
        assertEquals(1, ended.errors().lines().count(), ended::errors);
        assertTrue(
                ended.errors().startsWith("onload needs Java 25 or newer; this is Java "),
                ended::errors);
        assertTrue(ended.errors().contains(java.toRealPath().toString()), ended::errors);
        assertTrue(ended.errors().contains("use /the/new/java"), ended::errors);
    }

    @Test
    void anAgentWithoutItsLibrariesSaysSo() throws Exception {
        Path alone = Files.createDirectories(folder.resolve("somewhere"));
        Path agent = Files.copy(onload.agent(), alone.resolve("onload.agent.jar"));
        Ended ended = onload.run(List.of(OnloadScript.java(), "-javaagent:" + agent, "-version"));
        assertEquals(1, ended.exitCode());
        assertEquals(1, ended.errors().lines().count(), ended::errors);
        assertTrue(ended.errors().contains("has no folder"), ended::errors);
    }

    private Ended probe(String plan, String... addresses) throws Exception {
        onload.variable("ONLOAD_RUN", plan);
        String[] arguments = new String[3 + addresses.length];
        arguments[0] = "-cp";
        arguments[1] = OnloadScript.classes();
        arguments[2] = Probe.class.getName();
        System.arraycopy(addresses, 0, arguments, 3, addresses.length);
        return onload.agent(OnloadScript.java(), arguments);
    }

    private Ended asModule(Path program, String libraries, String option) throws Exception {
        onload.variable("ONLOAD_RUN", PLAN);
        return onload.agent(
                OnloadScript.java(),
                option,
                "-p",
                program + ":" + libraries,
                "-m",
                "program/program.Main");
    }

    private Path module(String requires, String expression) throws IOException {
        Path source = Files.createDirectories(folder.resolve("source/program"));
        Files.writeString(
                source.resolveSibling("module-info.java"),
                "module program { %s }".formatted(requires));
        Files.writeString(
                source.resolve("Main.java"),
                """
                package program;
                public class Main {
                    public static void main(String[] arguments) throws Exception {
                        Object something = %s;
                        java.nio.channels.ServerSocketChannel.open().close();
                        System.out.println("it runs");
                    }
                }
                """
                        .formatted(expression));
        Path classes = folder.resolve("module");
        ToolProvider compiler = ToolProvider.findFirst("javac").orElseThrow();
        int result =
                compiler.run(
                        System.out,
                        System.err,
                        "-d",
                        classes.toString(),
                        "-p",
                        onload.home().resolve("lib").toString(),
                        source.resolveSibling("module-info.java").toString(),
                        source.resolve("Main.java").toString());
        assertEquals(0, result);
        return classes;
    }

    private static Optional<Path> olderJava() throws IOException {
        Path folder = Path.of("/usr/lib/jvm");
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        try (Stream<Path> jdks = Files.list(folder)) {
            return jdks.filter(AgentProcessTest::isOlder)
                    .map(jdk -> jdk.resolve("bin/java"))
                    .filter(Files::isExecutable)
                    .sorted()
                    .findFirst();
        }
    }

    private static boolean isOlder(Path jdk) {
        try {
            String release = Files.readString(jdk.resolve("release"));
            return release.matches("(?s).*JAVA_VERSION=\"(1\\.8|9|1[0-9]|2[0-4])\\b.*");
        } catch (IOException e) {
            return false;
        }
    }
}
