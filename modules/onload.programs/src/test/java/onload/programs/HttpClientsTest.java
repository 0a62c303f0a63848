package onload.programs;

import static onload.programs.Ground.START;
import static onload.programs.Ground.THERE;
import static onload.programs.Ground.THERE_6;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
import java.util.Collections;
import java.util.List;

/** Clients of HTTP and HTTPS, which ask nginx. */
@Timeout(180)
class HttpClientsTest {
    private static final byte[] PAGE = Pages.bytes(500_001);

    @TempDir private Path folder;

    @BeforeEach
    void need() {
        Requirement.command("nginx", "install the package nginx-light");
    }

    @ParameterizedTest
    @CsvSource({"tap", "afxdp"})
    void jdkHttpClientGetsWhatNginxServes(String kind) throws IOException {
        ask("JdkHttpClient", kind, "http://%s/page".formatted(THERE));
    }

    @ParameterizedTest
    @Tag("long")
    @CsvSource({
        "JdkHttpClient, kernel",
        "JdkHttpClient, tap",
        "JdkHttpClient, afxdp",
        "UrlClient, kernel",
        "UrlClient, tap",
        "UrlClient, afxdp"
    })
    void clientsGetWhatNginxServes(String client, String kind) throws IOException {
        ask(client, kind, "http://%s/page".formatted(THERE));
        ask(client, kind, "http://[%s]/page".formatted(THERE_6));
        ask(client, kind, "https://%s/page".formatted(THERE), Key.pkcs12().toString());
    }

    private void ask(String client, String kind, String url, String... key) throws IOException {
        int count = 20;
        try (Ground ground = Ground.of(kind);
                Program nginx = nginx(ground)) {
            String[] arguments = {url, String.valueOf(count)};
            if (key.length == 1) {
                arguments = new String[] {arguments[0], arguments[1], key[0]};
            }
            String said = ground.start(client, arguments).awaitSuccess(START);
            String expected = "200 " + Pages.sha256(PAGE);
            List<String> answers = said.lines().filter(line -> line.startsWith("200 ")).toList();
            // This one asks as often again, all at once.
            int all = client.equals("JdkHttpClient") ? 2 * count : count;
            assertEquals(Collections.nCopies(all, expected), answers, said);
            assertTrue(said.contains("done"), said);
            assertTrue(nginx.isAlive(), nginx::output);
        }
    }

    private Program nginx(Ground ground) throws IOException {
        Files.write(folder.resolve("page"), PAGE);
        Path configuration =
                Files.writeString(
                        folder.resolve("nginx.conf"),
                        """
                        daemon off;
                        master_process off;
                        user root;
                        pid %1$s/nginx.pid;
                        error_log stderr notice;
                        events { worker_connections 256; }
                        http {
                            access_log off;
                            client_body_temp_path %1$s/body;
                            proxy_temp_path %1$s/proxy;
                            fastcgi_temp_path %1$s/fastcgi;
                            uwsgi_temp_path %1$s/uwsgi;
                            scgi_temp_path %1$s/scgi;
                            server {
                                listen 0.0.0.0:80;
                                listen [::]:80 ipv6only=on;
                                listen 0.0.0.0:443 ssl;
                                ssl_certificate %2$s;
                                ssl_certificate_key %2$s;
                                root %1$s;
                            }
                        }
                        """
                                .formatted(folder, Key.pem()));
        Program nginx =
                ground.far.start(
                        "nginx",
                        "-p",
                        folder + "/",
                        "-e",
                        "stderr",
                        "-c",
                        configuration.toString());
        nginx.awaitOutput("event method", 10);
        return nginx;
    }
}
