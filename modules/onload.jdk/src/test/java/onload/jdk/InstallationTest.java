package onload.jdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.jdk.placement.AccelerationPlan;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Factories can be installed once in the life of a JVM: each test has one of its own. */
@Timeout(60)
class InstallationTest {
    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");
    private static final String PLAN =
            "nic emulated:installed address 192.0.2.1/24 option dump=off"
                    + " stack nic emulated:installed address 192.0.2.2/24 option dump=off";

    private static List<String> run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(JAVA.toString());
        for (String each : new String[] {"java.base/jdk.internal.misc", "java.base/sun.nio.ch"}) {
            command.add("--add-exports");
            command.add(each + "=ALL-UNNAMED");
        }
        command.add("-XX:+UseSerialGC");
        command.add("-XX:TieredStopAtLevel=1");
        command.add("-D" + AccelerationPlan.PROPERTY + "=" + PLAN);
        command.add("-cp");
        command.add(classPath());
        command.add(InstalledProgram.class.getName());
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().remove(AccelerationPlan.VARIABLE);
        Process process = builder.start();
        try {
            byte[] output = process.getInputStream().readAllBytes();
            assertTrue(process.waitFor(30, TimeUnit.SECONDS));
            return new String(output, StandardCharsets.UTF_8).lines().toList();
        } finally {
            process.destroyForcibly();
        }
    }

    /** Tests may run on the class path and on the module path. */
    private static String classPath() throws IOException {
        Set<String> all = new LinkedHashSet<>();
        all.add(root(InstalledProgram.class));
        all.add(root(Installation.class));
        for (String property : new String[] {"java.class.path", "jdk.module.path"}) {
            all.addAll(List.of(System.getProperty(property, "").split(File.pathSeparator)));
        }
        all.remove("");
        return String.join(File.pathSeparator, all);
    }

    private static String root(Class<?> type) throws IOException {
        String name = type.getName().replace('.', '/') + ".class";
        String url = String.valueOf(type.getResource(type.getSimpleName() + ".class"));
        if (url.startsWith("jar:")) {
            return Path.of(URI.create(url.substring(4, url.indexOf("!/")))).toString();
        }
        if (!url.startsWith("file:")) {
            throw new IOException(type + " is at " + url);
        }
        return Path.of(URI.create(url.substring(0, url.length() - name.length()))).toString();
    }

    @Test
    void everySocketOfAProgramIsPlaced() throws Exception {
        assertEquals(
                List.of(
                        "stream true true true",
                        "wildcard true true true",
                        "loopback true false false",
                        "datagram true",
                        "datagram at the wildcard true",
                        "datagram at loopback true",
                        "group 2 3"),
                run());
    }

    @Test
    void factoriesOfSomebodyElseAreAClearError() throws Exception {
        assertEquals(
                List.of(
                        "the socket factories of this JVM are somebody else's; expected none: install those of"
                                + " onload first, by its agent, or leave the others out"),
                run("taken"));
    }
}
