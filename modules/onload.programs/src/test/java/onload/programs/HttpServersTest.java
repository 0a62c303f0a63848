package onload.programs;

import static onload.programs.Ground.HERE;
import static onload.programs.Ground.HERE_6;
import static onload.programs.Ground.PORT;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.Requirement;
import onload.testkit.linux.Program;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Servers of HTTP, asked by curl and wrk. */
@Timeout(180)
class HttpServersTest {
    private static final String AT = "http://%s:%d".formatted(HERE, PORT);
    private static final String AT_6 = "http://[%s]:%d".formatted(HERE_6, PORT);
    private static final int BIG = 3_000_000;
    private static final Pattern REQUESTS = Pattern.compile("([0-9]+) requests in ");

    @TempDir private Path folder;

    @BeforeEach
    void need() {
        Requirement.command("curl", "install the package curl");
    }

    @ParameterizedTest
    @CsvSource({
        "JdkHttpServer, tap",
        "JdkHttpServer, afxdp",
        "NettyServer, tap",
        "NettyServer, afxdp"
    })
    void curlGetsWhatItAsksFor(String server, String kind) throws IOException {
        try (Ground ground = Ground.of(kind)) {
            serveCurl(ground, server);
        }
    }

    @ParameterizedTest
    @Tag("long")
    @CsvSource({
        "JdkHttpServer, kernel",
        "JdkHttpServer, tap",
        "JdkHttpServer, afxdp",
        "NettyServer, kernel",
        "NettyServer, tap",
        "NettyServer, afxdp",
        "JettyServer, kernel",
        "JettyServer, tap",
        "JettyServer, afxdp",
        "TomcatServer nio, kernel",
        "TomcatServer nio, tap",
        "TomcatServer nio, afxdp",
        "TomcatServer nio2, kernel",
        "TomcatServer nio2, tap",
        "TomcatServer nio2, afxdp",
        "UndertowServer, kernel",
        "UndertowServer, tap",
        "UndertowServer, afxdp"
    })
    void curlAndWrkGetWhatTheyAskFor(String server, String kind) throws IOException {
        Requirement.command("wrk", "install the package wrk");
        try (Ground ground = Ground.of(kind)) {
            Program program = serveCurl(ground, server);
            String said = ground.far.run("wrk", "-t1", "-c32", "-d3s", "--latency", AT + "/hello");
            assertFalse(said.contains("Socket errors"), said);
            assertFalse(said.contains("Non-2xx"), said);
            Matcher requests = REQUESTS.matcher(said);
            assertTrue(requests.find() && Integer.parseInt(requests.group(1)) > 100, said);
            assertTrue(program.isAlive(), program::output);
        }
    }

    private Program serveCurl(Ground ground, String server) throws IOException {
        Program program = serve(ground, server);
        try {
            askAll(ground);
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "; the program says " + program.output(), e);
        }
        assertTrue(program.isAlive(), program::output);
        return program;
    }

    private static Program serve(Ground ground, String server) {
        String[] words = server.split(" ");
        // The wildcard of IPv6 takes both.
        List<String> arguments = new ArrayList<>(List.of("::", String.valueOf(PORT)));
        arguments.addAll(Arrays.asList(words).subList(1, words.length));
        return ground.serve(words[0], arguments.toArray(String[]::new));
    }

    private void askAll(Ground ground) throws IOException {
        // All on one connection.
        String said =
                ground.curl("-w", "%{http_code} %{num_connects}\n", AT + "/hello", AT + "/hello");
        assertEquals("hello\n200 1\nhello\n200 0\n", said);
        String none = folder.resolve("none").toString();
        assertEquals("404", ground.curl("-o", none, "-w", "%{http_code}", AT + "/none"));
        assertEquals("hello\n", ground.curl(AT_6 + "/hello"));

        Path file = folder.resolve("big");
        ground.curl("-o", file.toString(), AT + "/bytes/" + BIG);
        assertArrayEquals(Pages.bytes(BIG), Files.readAllBytes(file));
        String posted = ground.curl("--data-binary", "@" + file, AT + "/sum");
        assertEquals(Pages.sha256(Pages.bytes(BIG)), posted);

        ground.curl(
                "--no-progress-meter",
                "--parallel",
                "--parallel-immediate",
                "--parallel-max",
                "16",
                "-o",
                folder + "/many-#1",
                AT + "/bytes/100000?[1-32]");
        for (int i = 1; i <= 32; i++) {
            assertArrayEquals(
                    Pages.bytes(100_000), Files.readAllBytes(folder.resolve("many-" + i)));
        }
    }
}
