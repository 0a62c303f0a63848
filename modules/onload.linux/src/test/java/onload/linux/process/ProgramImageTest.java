package onload.linux.process;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.linux.Errno;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

@Timeout(60)
class ProgramImageTest {
    private static final List<byte[]> NOTHING = List.of();

    @TempDir Path folder;

    /** What a process has said and how it ended. */
    private record Ended(int exitCode, String output, long pid) {}

    @Test
    void theProgramHasTheProcessIdTheArgumentsAndTheEnvironment() throws Exception {
        Ended ended =
                become(Map.of(), "sh", "-c", "echo $$ \"$HELLO\" \"$1\" \"$2\"", "sh", "a  b", "");
        assertEquals(ended.pid() + " there a  b \n", ended.output());
        assertEquals(0, ended.exitCode());
    }

    @Test
    void bytesThatAreNoTextInTheLocaleSurvive() throws Exception {
        Map<String, String> locale = Map.of("LC_ALL", "C");
        Ended ended = become(locale, "printf", "%s", "größer €");
        assertEquals("größer €", ended.output());
    }

    @Test
    void itsExitCodeIsThatOfTheProcess() throws Exception {
        assertEquals(7, become(Map.of(), "sh", "-c", "exit 7").exitCode());
    }

    /** The JVM's threads hold SIGQUIT back, and children inherit that. */
    @Test
    void noSignalIsHeldBack() throws Exception {
        Ended ended = become(Map.of(), "grep", "^SigBlk:", "/proc/self/status");
        assertEquals("SigBlk:\t0000000000000000\n", ended.output());
    }

    @Test
    void filesOfTheJvmAreNotInherited() throws Exception {
        Ended ended = become(Map.of(), "ls", "/proc/self/fd");
        assertEquals("0\n1\n2\n3\n", ended.output(), "3 is the folder that is listed");
    }

    @Test
    void aProgramThatIsNotThereIsAnError() throws Exception {
        assertEquals(100 + Errno.ENOENT, become(Map.of(), "no-such-program").exitCode());
        assertEquals(100 + Errno.ENOENT, become(Map.of(), "/no/such/program").exitCode());
    }

    @Test
    void aFileThatMayNotBeExecutedIsAnErrorEvenIfLaterFoldersHaveNone() throws Exception {
        Path file = Files.writeString(folder.resolve("onload-secret"), "echo");
        assertEquals(100 + Errno.EACCES, become(Map.of(), file.toString()).exitCode());
        Map<String, String> path = Map.of("PATH", folder + ":/usr/bin:/bin");
        assertEquals(100 + Errno.EACCES, become(path, "onload-secret").exitCode());
    }

    @Test
    void aScriptWithoutAFirstLineIsTheShells() throws Exception {
        Path file = Files.writeString(folder.resolve("script"), "echo \"got $1\"\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertEquals("got it\n", become(Map.of(), file.toString(), "it").output());
    }

    @Test
    void aNameIsLookedForInTheFoldersOfThePath() {
        assertEquals(List.of("/one/x", "./x", "two/x"), candidates("x", "A=b", "PATH=/one::two"));
        assertEquals(List.of("./x"), candidates("x", "PATH="));
        assertEquals(List.of("/usr/bin/x", "/bin/x"), candidates("x", "XPATH=/one", "PATHX=/one"));
        assertEquals(List.of("./x"), candidates("./x", "PATH=/one"));
    }

    @Test
    void aProgramHasAName() {
        assertThrows(IllegalArgumentException.class, () -> new ProgramImage(NOTHING, NOTHING));
        List<byte[]> empty = List.of(new byte[0]);
        assertThrows(IllegalArgumentException.class, () -> new ProgramImage(empty, NOTHING));
    }

    @Test
    void textsEndWithAZeroByteEach() {
        List<byte[]> texts = ProcessText.split(new byte[] {'a', 0, 0, 'b', 'c', 0, 'd'});
        assertEquals(4, texts.size());
        assertArrayEquals(new byte[] {'a'}, texts.get(0));
        assertArrayEquals(new byte[0], texts.get(1));
        assertArrayEquals(new byte[] {'b', 'c'}, texts.get(2));
        assertArrayEquals(new byte[] {'d'}, texts.get(3));
        assertTrue(ProcessText.split(new byte[0]).isEmpty());
    }

    private static List<String> candidates(String name, String... environment) {
        List<byte[]> variables = new ArrayList<>();
        for (String variable : environment) {
            variables.add(variable.getBytes(StandardCharsets.UTF_8));
        }
        byte[] program = name.getBytes(StandardCharsets.UTF_8);
        return new ProgramImage(List.of(program), variables)
                .candidates().stream()
                        .map(file -> new String(file, StandardCharsets.UTF_8))
                        .toList();
    }

    /** Through a shell: a Java process could not start another with bytes that are no text in its locale. */
    private Ended become(Map<String, String> variables, String... program)
            throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--add-exports",
                                "java.base/jdk.internal.misc=ALL-UNNAMED",
                                "--enable-native-access=ALL-UNNAMED",
                                "-Xshare:auto",
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                classPath(),
                                Becoming.class.getName()));
        command.addAll(List.of(program));
        Path output = folder.resolve("output");
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile());
        builder.environment().putAll(variables);
        Process process = builder.start();
        try {
            assertTrue(process.waitFor(40, TimeUnit.SECONDS));
        } finally {
            process.destroyForcibly();
        }
        return new Ended(process.exitValue(), Files.readString(output), process.pid());
    }

    private static String classPath() {
        List<String> parts = new ArrayList<>();
        for (Class<?> type :
                List.of(
                        Becoming.class,
                        ProgramImage.class,
                        onload.wire.IpAddress.class,
                        org.agrona.DirectBuffer.class)) {
            parts.add(type.getProtectionDomain().getCodeSource().getLocation().getPath());
        }
        return String.join(":", parts);
    }
}
