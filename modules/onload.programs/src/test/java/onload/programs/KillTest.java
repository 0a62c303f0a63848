package onload.programs;

import static onload.programs.Ground.HERE;
import static onload.programs.Ground.PORT;
import static onload.programs.Ground.START;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.Requirement;
import onload.testkit.linux.Program;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A program is killed in the middle, and nothing of it stays on the machine. */
@Timeout(120)
class KillTest {
    private static final String AT = "http://%s:%d".formatted(HERE, PORT);

    @TempDir private Path folder;

    @ParameterizedTest
    @CsvSource({"tap", "afxdp"})
    void afterKillTheMachineIsClean(String kind) throws IOException {
        Requirement.command("curl", "install the package curl");
        try (Ground ground = Ground.of(kind)) {
            Program server = ground.serve("JdkHttpServer", HERE, String.valueOf(PORT));
            Program curl =
                    ground.far.start(
                            "curl",
                            "-sS",
                            "--limit-rate",
                            "50M",
                            "--max-time",
                            "60",
                            "-o",
                            folder.resolve("endless").toString(),
                            AT + "/endless");
            await("a megabyte has come", () -> size("endless") > 1 << 20);
            Set<Path> dead = stacksOf(server);
            assertEquals(1, dead.size(), dead::toString);
            assertEquals(kind.equals("afxdp"), hasProgram(ground));

            server.kill();
            assertEquals(137, server.awaitExit(10), server::output);
            await("the program is off the device", () -> !hasProgram(ground));
            if (kind.equals("tap")) {
                await("nobody is at the device", () -> hasNoCarrier(ground));
            }
            copyOften(dead.iterator().next());
            try (Program next = ground.serve("JdkHttpServer", HERE, String.valueOf(PORT))) {
                assertEquals(Set.of(), stacksOf(server));
                curl.close();
                assertEquals("hello\n", ground.curl(AT + "/hello"));
                terminate(next);
                await("the program is off the device again", () -> !hasProgram(ground));
                assertEquals(Set.of(), stacksOf(next));
            }
        }
    }

    @Test
    void aTapDeviceThatTheProgramHasMadeGoesWithIt() {
        try (Ground ground = Ground.of("tap")) {
            String[] command =
                    Launch.onload(
                                    "tap:tap7",
                                    List.of("198.51.100.1/24"),
                                    Launch.java("JdkHttpServer", "::", String.valueOf(PORT)))
                            .toArray(String[]::new);
            Program server = ground.far.start(command);
            server.awaitOutput("ready ", START);
            ground.far.address("tap7", "198.51.100.2/24");
            assertEquals("hello\n", ground.curl("http://198.51.100.1:%d/hello".formatted(PORT)));
            server.kill();
            await("the device is gone", () -> !ground.far.run("ip", "link").contains("tap7"));
        }
    }

    private long size(String name) {
        return folder.resolve(name).toFile().length();
    }

    private static boolean hasProgram(Ground ground) {
        return ground.near.run("ip", "-d", "link").contains("xdp");
    }

    private static boolean hasNoCarrier(Ground ground) {
        return ground.far.run("ip", "link", "show", ground.farDevice()).contains("NO-CARRIER");
    }

    /** The files of a program's stacks. */
    private static Set<Path> stacksOf(Program program) throws IOException {
        Path folder = Path.of("/dev/shm/onload-" + System.getProperty("user.name"));
        if (!Files.isDirectory(folder)) {
            return Set.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            String begin = program.pid() + "-";
            return files.filter(file -> file.getFileName().toString().startsWith(begin))
                    .collect(Collectors.toSet());
        }
    }

    /** Files of the dead are kept to be looked at, until there are more than 32. */
    private static void copyOften(Path file) throws IOException {
        for (int i = 0; i < 33; i++) {
            String name = file.getFileName().toString().replace(".stack", "-%d.stack".formatted(i));
            Files.copy(file, file.resolveSibling(name));
        }
    }

    /** Ends a program as a person would. */
    private static void terminate(Program program) {
        assertTrue(ProcessHandle.of(program.pid()).orElseThrow().destroy());
        assertEquals(143, program.awaitExit(20), program::output);
    }

    private static void await(String what, BooleanSupplier condition) {
        long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() - endNs < 0, () -> "not within 20 s: " + what);
            LockSupport.parkNanos(5_000_000);
        }
    }
}
