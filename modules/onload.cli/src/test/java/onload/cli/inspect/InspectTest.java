package onload.cli.inspect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.cli.Captured;
import onload.cli.Onload;
import onload.cli.console.Console;
import onload.cli.console.ExitCodes;
import onload.jdk.OnloadSelectorProvider;
import onload.jdk.placement.Acceleration;
import onload.jdk.placement.AccelerationPlan;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Map;

@Timeout(60)
class InspectTest {
    private static final String NAME = "inspected" + ProcessHandle.current().pid();

    @TempDir Path folder;
    private final Captured captured = new Captured(false);
    private final Acceleration acceleration =
            Acceleration.of(
                    AccelerationPlan.parse(
                            "nic emulated:inspect address 192.0.2.1/24 option name="
                                    + NAME
                                    + " stack nic emulated:inspect address 192.0.2.2/24"),
                    Map.of());
    private final SelectorProvider provider = OnloadSelectorProvider.of(acceleration);

    private int run(String command) {
        return Onload.commandLine(captured.console).execute(command.split(" "));
    }

    @BeforeEach
    void open() {
        assertEquals(2, acceleration.stacks().size(), acceleration::trouble);
    }

    @AfterEach
    void close() {
        acceleration.close();
    }

    @Test
    void aStackIsShownWithOptionsCountersAndSocketsOfBothKinds() throws IOException {
        try (ServerSocketChannel server = provider.openServerSocketChannel();
                SocketChannel client = provider.openSocketChannel()) {
            server.bind(new InetSocketAddress(0));
            int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
            client.connect(new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), port));
            assertEquals(ExitCodes.FINE, run("stackdump " + NAME), captured.err());
            String text = captured.out();
            assertTrue(text.contains("stack " + NAME + ", process"), text);
            assertTrue(text.contains("address 192.0.2.1/24"), text);
            assertTrue(text.contains("name = " + NAME + " # program"), text);
            assertTrue(
                    text.contains("segments_received") || text.contains("SEGMENTS_RECEIVED"), text);
            assertTrue(
                    text.lines()
                            .anyMatch(line ->
                                    line.contains("tcp-listen") && line.contains("the kernel's")),
                    text);
        }
    }

    @Test
    void jsonHasTheSame() {
        assertEquals(ExitCodes.FINE, run("stackdump --json " + NAME), captured.err());
        assertEquals(1, captured.out().lines().count());
        assertTrue(captured.out().startsWith("[{\"name\":\"" + NAME + "\""), captured.out());
        assertTrue(captured.out().contains("\"kernelSockets\":["), captured.out());
    }

    @Test
    void watchingTellsWhatHasChanged() {
        assertEquals(ExitCodes.FINE, run("stackdump --watch --times 1 " + NAME), captured.err());
        assertFalse(captured.out().isEmpty());
    }

    @Test
    void framesAreShownInWordsOfTcpdumpAndWrittenForIt() throws IOException, InterruptedException {
        try (ServerSocketChannel server = provider.openServerSocketChannel()) {
            server.bind(new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 0));
            int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
            Thread talk = Thread.ofPlatform().daemon().start(() -> talk(server));
            assertEquals(ExitCodes.FINE, run("tcpdump -n " + NAME + " -c 3 tcp and port " + port));
            assertEquals(3, captured.out().lines().count(), captured.out());
            assertTrue(
                    captured.out()
                            .lines()
                            .allMatch(
                                    line -> line.contains("." + port) && line.contains("Flags [")),
                    captured.out());
            Path file = folder.resolve("frames.pcapng");
            assertEquals(ExitCodes.FINE, run("tcpdump -n " + NAME + " -c 5 -w " + file));
            try (var bytes = Files.newByteChannel(file)) {
                ByteBuffer start = ByteBuffer.allocate(4);
                bytes.read(start);
                assertEquals(0x0A0D0D0A, start.getInt(0));
                assertTrue(bytes.size() > 200);
            }
            talk.interrupt();
            talk.join();
        }
    }

    private void talk(ServerSocketChannel server) {
        while (!Thread.currentThread().isInterrupted()) {
            try (SocketChannel client = provider.openSocketChannel()) {
                client.connect(server.getLocalAddress());
                server.accept().close();
            } catch (IOException e) {
                return;
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tcpdump -c 0",
                "tcpdump -s many",
                "tcpdump host here",
                "tcpdump port 70000",
                "tcpdump fast",
                "stackdump --watch=-1",
                "stackdump --times 0",
                "stackdump a b",
            })
    void whatCannotBeMeantIsOneLineAndAUsageError(String command) {
        assertEquals(ExitCodes.USAGE, run(command), captured.err());
        assertEquals(1, captured.err().lines().count(), captured.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"stackdump nobody", "tcpdump -n nobody", "tcpdump -w /no/such/file"})
    void whatIsNotThereIsOneLineAndAFailure(String command) {
        assertEquals(ExitCodes.FAILED, run(command), captured.err());
        assertEquals(1, captured.err().lines().count(), captured.err());
    }

    @Test
    void aFileOfFramesIsItsOwnersAndHasTheTimeOfDay() throws IOException, InterruptedException {
        try (ServerSocketChannel server = provider.openServerSocketChannel()) {
            server.bind(new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 0));
            Thread talk = Thread.ofPlatform().daemon().start(() -> talk(server));
            Path file = folder.resolve("own.pcapng");
            assertEquals(
                    ExitCodes.FINE, run("tcpdump -n " + NAME + " -c 2 -w " + file), captured.err());
            assertEquals(
                    "rw-------",
                    PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
            try (InputStream in = Files.newInputStream(file)) {
                CapturedFrames frames = new CapturedFrames(in);
                int found = 0;
                while (frames.next()) {
                    if (frames.isFrame()) {
                        found++;
                        long secondsAgo =
                                Instant.now().getEpochSecond() - frames.timeNs() / 1_000_000_000L;
                        assertTrue(secondsAgo >= -5 && secondsAgo < 120, () -> secondsAgo + " s");
                    }
                }
                assertEquals(2, found);
            }
            talk.interrupt();
            talk.join();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcpdump -n ", "tcpdump -w - -n "})
    void whoeverStopsReadingEndsIt(String command) throws IOException, InterruptedException {
        OutputStream gone =
                new OutputStream() {
                    @Override
                    public void write(int value) throws IOException {
                        throw new IOException("broken pipe");
                    }
                };
        Console console = new Console(new PrintStream(gone, true), captured.console.err(), false);
        try (ServerSocketChannel server = provider.openServerSocketChannel()) {
            server.bind(new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 0));
            Thread talk = Thread.ofPlatform().daemon().start(() -> talk(server));
            Onload.commandLine(console).execute((command + NAME).split(" "));
            talk.interrupt();
            talk.join();
        }
    }

    @Test
    void aStackThatClosesEndsTheCapture() throws InterruptedException {
        Thread end =
                Thread.ofPlatform()
                        .daemon()
                        .start(() -> {
                            while (Thread.getAllStackTraces().keySet().stream()
                                    .noneMatch(each -> each.getName().equals("onload capture"))) {
                                Thread.onSpinWait();
                            }
                            acceleration.close();
                        });
        assertEquals(ExitCodes.FINE, run("tcpdump -n " + NAME), captured.err());
        end.join();
    }

    @Test
    void aNameMayFollowSeconds() {
        assertEquals(ExitCodes.FINE, run("stackdump --times 1 --watch=1 " + NAME), captured.err());
    }
}
