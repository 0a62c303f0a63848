package onload.cli.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.cli.process.OnloadScript.Ended;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;

@Timeout(120)
class RunProcessTest {
    private static final String[] NIC = {"--nic", "emulated:x", "--address", "192.0.2.1/24"};

    @TempDir Path folder;
    private OnloadScript onload;

    @BeforeEach
    void findTheScript() {
        onload = new OnloadScript(folder);
    }

    @Test
    void theProgramHasTheEnvironmentOfAnAcceleratedOne() throws Exception {
        onload.variable("PATH", "/usr/bin:/bin").variable("JAVA_HOME", "");
        Ended ended =
                onload.onload(
                        with(
                                "--gateway",
                                "192.0.2.254",
                                "--profile",
                                "latency",
                                "-O",
                                "spin=7us",
                                "--stats",
                                "--",
                                "env"));
        List<String> lines = ended.output().lines().toList();
        String plan =
                "nic emulated:x address 192.0.2.1/24 gateway 192.0.2.254 profile latency option spin=7us";
        assertTrue(lines.contains("ONLOAD_RUN=" + plan), ended::output);
        assertTrue(lines.contains("ONLOAD_STATS=1"), ended::output);
        assertTrue(lines.contains("ONLOAD_HOME=" + onload.home()), ended::output);
        assertTrue(lines.contains("ONLOAD_JAVA=" + OnloadScript.java()), ended::output);
        assertTrue(lines.contains("JAVA_TOOL_OPTIONS=-javaagent:" + onload.agent()), ended::output);
        assertTrue(lines.contains("PATH=" + onload.home() + "/bin:/usr/bin:/bin"), ended::output);
        assertTrue(lines.contains("JAVA_HOME=" + System.getProperty("java.home")), ended::output);
        assertTrue(lines.stream().noneMatch(line -> line.startsWith("_ONLOAD_")), ended::output);
        assertEquals("", ended.errors());
    }

    @Test
    void whatTheJvmsOfProgramsWereToldStays() throws Exception {
        onload.variable("JAVA_TOOL_OPTIONS", "-Dfirst=1")
                .variable("JDK_JAVA_OPTIONS", "-Dsecond=2");
        Ended ended = onload.onload(with("--", "env"));
        String expected = "JAVA_TOOL_OPTIONS=-Dfirst=1 -javaagent:" + onload.agent() + "\n";
        assertTrue(ended.output().contains(expected), ended::output);
        assertTrue(ended.output().contains("JDK_JAVA_OPTIONS=-Dsecond=2\n"), ended::output);
        assertEquals("", ended.errors(), "the JVM of onload itself did not pick them up");
    }

    @Test
    void runWithinRunNamesTheAgentOnce() throws Exception {
        String script = onload.scriptPath().toString();
        Ended ended = onload.onload(with("--", script, "run", "--", "env"));
        assertTrue(
                ended.output().contains("JAVA_TOOL_OPTIONS=-javaagent:" + onload.agent() + "\n"),
                ended::output);
        assertTrue(ended.output().contains("ONLOAD_RUN=nic emulated:x address"), ended::output);
        assertTrue(ended.output().contains("\nPATH=" + onload.home() + "/bin:"), ended::output);
        assertTrue(
                !ended.output().contains(onload.home() + "/bin:" + onload.home()), ended::output);
    }

    @Test
    void argumentsAreHandedOnAsTheyAre() throws Exception {
        Ended ended =
                onload.onload(
                        with(
                                "--", "printf", "<%s>", "a  b", "", "*", "$HOME", "q\"'\\",
                                "line\n", "--nic", "-O", "@x", "--", "${y}", "--"));
        assertEquals(
                "<a  b><><*><$HOME><q\"'\\><line\n><--nic><-O><@x><--><${y}><-->", ended.output());
    }

    @Test
    void argumentsThatAreNoTextInTheLocaleAreHandedOnAsTheyAre() throws Exception {
        onload.variable("LC_ALL", "C");
        // The JVM of this test may not be able to say it either; a shell can.
        Ended ended = shell(" run -- printf '%s' \"$(printf '\\303\\244\\377')\"");
        assertEquals(0, ended.exitCode(), ended::errors);
        byte[] bytes = Files.readAllBytes(folder.resolve("stdout"));
        assertEquals(
                List.of((byte) 0xC3, (byte) 0xA4, (byte) 0xFF),
                List.of(bytes[0], bytes[1], bytes[2]));
    }

    @Test
    void theCommandNeedsNoDashesBeforeIt() throws Exception {
        assertEquals("--stats\n", onload.onload(with("echo", "--stats")).output());
        assertEquals("a -- b\n", onload.onload(with("echo", "a", "--", "b")).output());
    }

    @Test
    void theProcessIdAndTheExitCodeAreTheProgramsOwn() throws Exception {
        Ended ended = onload.onload(with("--", "sh", "-c", "echo $$; exit 42"));
        assertEquals(42, ended.exitCode());
        assertEquals(ended.pid() + "\n", ended.output());
    }

    @Test
    void aSignalIsTheProgramsOwn() throws Exception {
        Process process =
                onload.start(
                        List.of(
                                onload.scriptPath().toString(),
                                "run",
                                "--",
                                "sh",
                                "-c",
                                "trap 'echo got it; exit 5' TERM; echo ready; while :; do sleep 0.1; done"));
        try {
            awaitOutput("ready");
            process.destroy();
            assertTrue(process.waitFor(30, TimeUnit.SECONDS));
            assertEquals(5, process.exitValue());
            assertEquals("ready\ngot it\n", onload.said("stdout"));
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void filesThatItWasGivenAreTheProgramsToo() throws Exception {
        Ended ended = shell(" run -- cat /dev/fd/7 7<<< given");
        assertEquals("given\n", ended.output(), ended::errors);
    }

    @Test
    void theLimitOfOpenFilesStays() throws Exception {
        Ended ended = shell(" run -- sh -c 'ulimit -Sn'");
        assertEquals("333\n", ended.output());
    }

    @Test
    void aProgramThatIsNotThereIs127() throws Exception {
        Ended ended = onload.onload(with("--", "no-such-program"));
        assertEquals(127, ended.exitCode());
        assertEquals(
                "onload: there is no program no-such-program in PATH; check its name, or give its path\n",
                ended.errors());
    }

    @Test
    void aFileThatIsNoProgramIs126() throws Exception {
        Path file = Files.writeString(folder.resolve("notes.txt"), "no program");
        Ended ended = onload.onload(with("--", file.toString()));
        assertEquals(126, ended.exitCode());
        assertEquals(1, ended.errors().lines().count(), ended::errors);
    }

    @Test
    void whatCannotBeReadIsOneLineAnd2() throws Exception {
        assertRefused(
                2,
                "\"1.2.3\" is not an address",
                "--nic",
                "emulated",
                "--address",
                "1.2.3",
                "--",
                "true");
        assertRefused(2, "--gateway: ", "--nic", "emulated", "--gateway", "up", "--", "true");
        assertRefused(
                2, "did you mean \"spin\"?", "--nic", "emulated", "-O", "spinn=1us", "--", "true");
        assertRefused(2, "has no value", "--nic", "emulated", "-O", "spin", "--", "true");
        assertRefused(2, "blanks", "--nic", "emulated", "-O", "spin=1us nic x", "--", "true");
        assertRefused(
                2, "there is no profile", "--nic", "emulated", "--profile", "fast", "--", "true");
        assertRefused(2, "is not a NIC", "--nic", "emu lated", "--", "true");
        assertRefused(2, "no NIC for it", "-O", "spin=1us", "--", "true");
        assertRefused(2, "--nic", "--address", "192.0.2.1/24", "--", "true");
        assertRefused(2, "COMMAND", "--nic", "emulated");
        assertRefused(2, "did you mean --nic?", "--nik", "emulated", "--", "true");
    }

    @Test
    void aNicThatCannotBeUsedIsOneLineAnd1() throws Exception {
        assertRefused(1, "did you mean \"tap\"?", "--nic", "tapp:x", "--", "true");
        assertRefused(1, "there is no network device", "--nic", "afxdp:onload-none", "--", "true");
        assertRefused(1, "not available", "--nic", "emulated:x,delay=fast", "--", "true");
    }

    @Test
    void severalNicsHaveTheirOwnAddresses() throws Exception {
        Ended ended =
                onload.onload(
                        with(
                                "--address",
                                "2001:db8::1/64",
                                "--nic",
                                "emulated:y",
                                "--address",
                                "198.51.100.1/24",
                                "--",
                                "sh",
                                "-c",
                                "echo \"$ONLOAD_RUN\""));
        assertEquals(
                "nic emulated:x address 192.0.2.1/24 address 2001:db8::1/64 nic emulated:y address 198.51.100.1/24\n",
                ended.output(),
                ended::errors);
    }

    @Test
    void aProfileOfAFileIsFoundFromAnywhere() throws Exception {
        Path file = Files.writeString(folder.resolve("mine.profile"), "spin = 9us\n");
        Ended ended =
                onload.onload(
                        with(
                                "--profile",
                                "mine.profile",
                                "--",
                                "sh",
                                "-c",
                                "echo \"$ONLOAD_RUN\""));
        assertTrue(ended.output().endsWith(" profile " + file.toRealPath() + "\n"), ended::output);
    }

    @Test
    void withoutANicAllIsTheKernelsAndOneLineSaysSo() throws Exception {
        Ended ended = onload.onload("run", "--", "sh", "-c", "echo \"[$ONLOAD_RUN]\"");
        assertEquals("[]\n", ended.output());
        assertEquals(
                "onload: no NIC is named, so all sockets are the kernel's; see onload run --help\n",
                ended.errors());
    }

    @Test
    void aBareJavaIsThatOfOnload() throws Exception {
        Ended ended =
                onload.onload(
                        with(
                                "--",
                                "java",
                                "-cp",
                                OnloadScript.classes(),
                                Probe.class.getName(),
                                "192.0.2.1"));
        assertEquals(0, ended.exitCode(), ended::errors);
        assertTrue(ended.output().contains("OnloadServerSocketChannel 192.0.2.1\n"), ended::output);
    }

    @Test
    void aJavaHomeThatIsNewEnoughStaysAndAnOlderOneDoesNot() throws Exception {
        Path newer = jdk("newer", "26.0.1");
        Path older = jdk("older", "1.8.0_442");
        onload.variable("JAVA_HOME", newer.toString());
        assertTrue(onload.onload(with("--", "env")).output().contains("JAVA_HOME=" + newer + "\n"));
        onload.variable("JAVA_HOME", older.toString());
        String home = System.getProperty("java.home");
        assertTrue(onload.onload(with("--", "env")).output().contains("JAVA_HOME=" + home + "\n"));
    }

    @Test
    void theScriptWorksThroughLinksFromAnyFolder() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("a link"), onload.scriptPath());
        Path further = Files.createSymbolicLink(folder.resolve("ol"), Path.of("a link"));
        Ended ended = onload.script(further).onload("run", "--", "pwd");
        assertEquals(folder.toRealPath() + "\n", ended.output(), ended::errors);
        assertTrue(Files.exists(link));
    }

    @Test
    void aJavaThatIsTooOldIsNamed() throws Exception {
        Path old = jdk("old", "17.0.15").resolve("bin/java");
        onload.variable("ONLOAD_JAVA", old.toString());
        Ended ended = onload.onload("--version");
        assertEquals(1, ended.exitCode());
        assertEquals(
                "onload: ONLOAD_JAVA=%s is not a Java 25 or newer; name the bin/java of one, or unset it\n"
                        .formatted(old),
                ended.errors());
    }

    @Test
    void aDistributionThatWasCopiedWorksWhereverItIs() throws Exception {
        Path copy = folder.resolve("a copy");
        new ProcessBuilder("cp", "-r", onload.home().toString(), copy.toString()).start().waitFor();
        Ended ended =
                onload.script(copy.resolve("onload"))
                        .onload(
                                with(
                                        "--",
                                        "java",
                                        "-cp",
                                        OnloadScript.classes(),
                                        Probe.class.getName(),
                                        "192.0.2.1"));
        assertTrue(ended.output().contains("OnloadServerSocketChannel 192.0.2.1\n"), ended::errors);
    }

    /** In a shell that allows few files. */
    private Ended shell(String words) throws IOException, InterruptedException {
        String script = "ulimit -Sn 333; exec '" + onload.scriptPath() + "'" + words;
        return onload.run(List.of("bash", "-c", script));
    }

    private Path jdk(String name, String version) throws IOException {
        Path home = Files.createDirectories(folder.resolve(name));
        Files.createDirectories(home.resolve("bin"));
        Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
        Path java = Files.writeString(home.resolve("bin/java"), "#!/bin/sh\nexit 99\n");
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
        return home;
    }

    private void assertRefused(int exitCode, String part, String... options) throws Exception {
        String[] all = new String[options.length + 1];
        all[0] = "run";
        System.arraycopy(options, 0, all, 1, options.length);
        Ended ended = onload.onload(all);
        assertEquals(exitCode, ended.exitCode(), ended::errors);
        assertEquals(1, ended.errors().lines().count(), ended::errors);
        assertTrue(ended.errors().startsWith("onload: "), ended::errors);
        assertTrue(ended.errors().contains(part), () -> part + " is not in " + ended.errors());
        assertEquals("", ended.output());
    }

    private static String[] with(String... more) {
        String[] all = new String[1 + NIC.length + more.length];
        all[0] = "run";
        System.arraycopy(NIC, 0, all, 1, NIC.length);
        System.arraycopy(more, 0, all, 1 + NIC.length, more.length);
        return all;
    }

    private void awaitOutput(String text) throws IOException, InterruptedException {
        for (int i = 0; i < 3000 && !onload.said("stdout").contains(text); i++) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
        assertTrue(onload.said("stdout").contains(text), onload.said("stderr"));
    }
}
