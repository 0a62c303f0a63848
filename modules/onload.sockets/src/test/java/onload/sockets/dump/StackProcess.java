package onload.sockets.dump;

import onload.nic.counter.Counters;
import onload.sockets.dump.StackFixture.Count;
import onload.tcp.TcpState;
import onload.wire.IpAddress;

import org.agrona.concurrent.UnsafeBuffer;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/** A process of its own that has the file of a stack, and writes to it until it is told to end, or killed. */
final class StackProcess implements Closeable {
    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

    private final Process process;
    private final Path file;

    private StackProcess(Process process, Path file) {
        this.process = process;
        this.file = file;
    }

    static StackProcess start(Path folder) throws IOException {
        Process process =
                new ProcessBuilder(
                                JAVA.toString(),
                                "--add-exports",
                                "java.base/jdk.internal.misc=ALL-UNNAMED",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                classPath(),
                                StackProcess.class.getName(),
                                folder.toString())
                        .redirectErrorStream(true)
                        .start();
        BufferedReader output =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String line = output.readLine();
        if (line == null || !line.startsWith("/")) {
            process.destroyForcibly();
            throw new IOException("the process has not begun: " + line);
        }
        return new StackProcess(process, Path.of(line));
    }

    /** By where classes are found and not by {@code java.class.path}: tests may run on the module path. */
    private static String classPath() throws IOException {
        Set<String> roots = new TreeSet<>();
        for (Class<?> type :
                new Class<?>[] {
                    StackProcess.class,
                    StackFile.class,
                    TcpState.class,
                    Counters.class,
                    IpAddress.class,
                    UnsafeBuffer.class
                }) {
            roots.add(root(type));
        }
        return String.join(System.getProperty("path.separator"), roots);
    }

    private static String root(Class<?> type) throws IOException {
        URL url = type.getResource(type.getSimpleName() + ".class");
        if (url == null) {
            throw new IOException(type + " is nowhere");
        }
        String inside = type.getName().replace('.', '/') + ".class";
        String root = url.toString().replace(inside, "").replaceFirst("^jar:", "");
        return Path.of(URI.create(root.replaceFirst("!/$", ""))).toString();
    }

    Path file() {
        return file;
    }

    long pid() {
        return process.pid();
    }

    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Ends it as a stack ends that is closed. */
    int end() throws IOException, InterruptedException {
        process.getOutputStream().close();
        return process.waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    /**
     * Writes sockets of which all numbers agree, and counters and texts, until the standard input ends.
     *
     * @param arguments the folder
     */
    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) throws IOException {
        try (StackFile file = StackFixture.create(Path.of(arguments[0]))) {
            Counters<Count> counters =
                    new Counters<>("a test", Count.values(), file.counters("first"));
            Agreeing agreeing = new Agreeing(file);
            agreeing.write(0);
            file.state("running");
            System.out.println(file.path().toAbsolutePath());
            Thread reader = Thread.ofPlatform().daemon().start(StackProcess::awaitEnd);
            for (long n = 1; reader.isAlive(); n++) {
                agreeing.write(n);
                counters.increment(Count.ONE);
                if (n % 64 == 0) {
                    file.values(String.valueOf(n % 10).repeat(1_000));
                }
            }
            file.state("closing");
        }
    }

    /** The standard input ends when the parent says so, and when it dies. */
    private static void awaitEnd() {
        try {
            System.in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
