package onload.programs;

import onload.testkit.base.Requirement;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A self-signed key of both ends of the cable, made once for all tests. */
final class Key {
    private static final Path FOLDER = Path.of("target", "keys").toAbsolutePath();

    private Key() {}

    /** {@return a file of PKCS 12 with the key and its certificate; the password is {@code changeit}} */
    static Path pkcs12() {
        Path file = FOLDER.resolve("key.p12");
        if (!Files.exists(file)) {
            Path fresh = FOLDER.resolve("key-%d.p12".formatted(ProcessHandle.current().pid()));
            run(
                    Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                    "-genkeypair",
                    "-alias",
                    "onload",
                    "-keyalg",
                    "EC",
                    "-dname",
                    "CN=onload",
                    "-ext",
                    "san=ip:%s,ip:%s".formatted(Ground.HERE, Ground.THERE),
                    "-validity",
                    "3650",
                    "-storetype",
                    "PKCS12",
                    "-storepass",
                    "changeit",
                    "-keystore",
                    fresh.toString());
            fresh.toFile().renameTo(file.toFile());
        }
        return file;
    }

    /** {@return a file with the key and its certificate as text} */
    static Path pem() {
        Requirement.command("openssl", "install the package openssl");
        Path file = FOLDER.resolve("key.pem");
        if (!Files.exists(file)) {
            run(
                    "openssl",
                    "pkcs12",
                    "-in",
                    pkcs12().toString(),
                    "-passin",
                    "pass:changeit",
                    "-nodes",
                    "-out",
                    file.toString());
        }
        return file;
    }

    private static void run(String... command) {
        try {
            Files.createDirectories(FOLDER);
            Process process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new AssertionError(String.join(" ", command) + " fails");
            }
        } catch (IOException e) {
            throw new AssertionError(String.join(" ", command) + " cannot be run", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }
}
