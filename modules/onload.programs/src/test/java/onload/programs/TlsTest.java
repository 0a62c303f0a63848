package onload.programs;

import static onload.programs.Ground.HERE;
import static onload.programs.Ground.PORT;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import onload.testkit.base.Requirement;
import onload.testkit.linux.Program;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Servers of TLS by SSLSocket and by SSLEngine, asked by openssl and curl. */
@Tag("long")
@Timeout(180)
class TlsTest {
    @TempDir private Path folder;

    @ParameterizedTest
    @CsvSource({"kernel", "tap", "afxdp"})
    void opensslTalksToAnSslServerSocket(String kind) throws IOException {
        String port = String.valueOf(PORT);
        Path pem = Key.pem();
        try (Ground ground = Ground.of(kind)) {
            Program server =
                    ground.serve("BlockingServer", HERE, port, "platform", Key.pkcs12().toString());
            Program client =
                    ground.far.start(
                            "openssl",
                            "s_client",
                            "-connect",
                            HERE + ":" + PORT,
                            "-CAfile",
                            pem.toString(),
                            "-verify_return_error",
                            "-verify_ip",
                            HERE,
                            "-brief");
            client.awaitOutput("Verification: OK", 20);
            for (int i = 0; i < 10; i++) {
                String line = "line " + i + "\n";
                client.input().write(line.getBytes(StandardCharsets.US_ASCII));
                client.input().flush();
                client.awaitOutput(line, 10);
            }
            client.input().close();
            client.awaitExit(10);
            assertEquals("", server.output().replaceFirst("(?s).*ready [0-9]+\n", ""));
        }
    }

    @ParameterizedTest
    @CsvSource({"kernel", "tap", "afxdp"})
    void curlTalksToAnSslEngine(String kind) throws IOException {
        Requirement.command("curl", "install the package curl");
        String at = "https://%s:%d".formatted(HERE, PORT);
        String pem = Key.pem().toString();
        byte[] big = Pages.bytes(2_000_000);
        try (Ground ground = Ground.of(kind)) {
            ground.serve("JdkHttpServer", HERE, String.valueOf(PORT), Key.pkcs12().toString());
            assertEquals("hello\n", ground.curl("--cacert", pem, at + "/hello"));
            Path file = folder.resolve("big");
            ground.curl("--cacert", pem, "-o", file.toString(), at + "/bytes/" + big.length);
            assertArrayEquals(big, Files.readAllBytes(file));
            assertEquals(
                    Pages.sha256(big),
                    ground.curl("--cacert", pem, "--data-binary", "@" + file, at + "/sum"));
        }
    }
}
