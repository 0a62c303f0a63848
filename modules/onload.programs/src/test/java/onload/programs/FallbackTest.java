package onload.programs;

import static onload.programs.Ground.HERE;
import static onload.programs.Ground.PORT;
import static onload.programs.Ground.START;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.Requirement;
import onload.testkit.linux.Program;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/** Programs whose sockets are not all of one kind. */
@Timeout(120)
class FallbackTest {
    private static final String URL = "http://%s:%d/bytes/1000".formatted(HERE, PORT);
    private static final String LOCAL_URL = "http://127.0.0.1:%d/bytes/1000".formatted(PORT);
    private static final String LOCAL_URL_6 = "http://[::1]:%d/bytes/1000".formatted(PORT);

    @ParameterizedTest
    @CsvSource({"kernel", "tap", "afxdp"})
    void oneServerIsReachedOverTheNicAndOverLoopback(String kind) {
        Requirement.command("curl", "install the package curl");
        try (Ground ground = Ground.of(kind);
                Program server = ground.serve("JdkHttpServer", "::", String.valueOf(PORT))) {
            int expected = Pages.bytes(1000).length;
            String[] size = {"-o", "/dev/null", "-w", "%{http_code} %{size_download}"};
            for (int i = 0; i < 3; i++) {
                assertEquals("200 " + expected, ground.curl(with(size, URL)), server::output);
                assertEquals(
                        "200 " + expected,
                        Ground.curl(ground.near, with(size, LOCAL_URL)),
                        server::output);
                assertEquals(
                        "200 " + expected,
                        Ground.curl(ground.near, with(size, LOCAL_URL_6)),
                        server::output);
            }
        }
    }

    private static String[] with(String[] words, String last) {
        String[] all = Arrays.copyOf(words, words.length + 1);
        all[words.length] = last;
        return all;
    }

    @ParameterizedTest
    @CsvSource({"kernel", "tap", "afxdp"})
    void oneSelectorServesAllKindsOfChannels(String kind) throws IOException {
        Requirement.command("socat", "install the package socat");
        try (Ground ground = Ground.of(kind);
                Program mixed = ground.serve("MixedSelector", HERE, String.valueOf(PORT))) {
            String said = mixed.output();
            for (String each : new String[] {"loopback\n", "unix\n", "pipe\n"}) {
                assertTrue(said.contains(each), said);
            }
            talk(ground, "TCP:%s:%d".formatted(HERE, PORT));
            talk(ground, "UDP:%s:%d".formatted(HERE, PORT));
            assertTrue(mixed.isAlive() && !mixed.output().contains("broken"), mixed::output);
        }
    }

    private static void talk(Ground ground, String where) throws IOException {
        try (Program socat = ground.far.start("socat", "-t", "0.2", "STDIO", where);
                OutputStream in = socat.input()) {
            for (int i = 0; i < 20; i++) {
                in.write(
                        "line %d%n"
                                .formatted(i)
                                .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
                in.flush();
                socat.awaitOutput("line %d%n".formatted(i), START);
            }
        }
    }
}
