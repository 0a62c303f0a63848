package onload.sockets;

import static onload.sockets.TwoStacks.OTHER;
import static onload.sockets.TwoStacks.at;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;

import onload.sockets.TwoStacks.MovedClock;
import onload.sockets.dump.SocketEntry;
import onload.sockets.dump.StackView;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

@Timeout(60)
class ExhibitsTest {
    private static final long MILLISECOND = 1_000_000;

    private final MovedClock clock = new MovedClock();

    private static Path file(Path folder, String containing) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(each -> each.toString().contains(containing))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private TwoStacks open(Path folder) {
        int[] number = new int[1];
        return TwoStacks.onVirtualTime(
                clock,
                b ->
                        b.option("dump-folder", folder.toString())
                                .name("shown" + number[0]++)
                                .option("spin", "7us"));
    }

    @Test
    void socketsCountersAndOptionsCanBeReadWhileTheStackRuns(@TempDir Path folder)
            throws IOException {
        try (TwoStacks stacks = open(folder)) {
            TcpServerSocket server = stacks.other.listen(at(OTHER, 80), 4);
            TcpSocket client = stacks.one.tcp();
            client.connect(at(OTHER, 80));
            stacks.run(clock, 10 * MILLISECOND);
            TcpSocket peer = Objects.requireNonNull(server.accept());
            client.send(new UnsafeBuffer(new byte[100]), 0, 100);
            UdpSocket udp = stacks.other.udp();
            udp.bind(at(OTHER, 53));
            stacks.run(clock, 100 * MILLISECOND);
            try (StackView view = StackView.open(file(folder, "shown1"))) {
                assertTrue(view.isAlive());
                assertEquals("shown1", view.name());
                assertEquals("running", view.state());
                assertTrue(view.text().contains("spin = 7us"), view.text());
                assertTrue(view.text().contains("address 192.0.2.2/24"), view.text());
                List<SocketEntry> sockets = view.sockets();
                assertEquals(3, sockets.size());
                SocketEntry connection =
                        sockets.stream()
                                .filter(each -> each.remotePort() != 0)
                                .findFirst()
                                .orElseThrow();
                assertEquals("established", connection.state());
                assertEquals(100, connection.receiveQueueBytes());
                assertEquals(
                        Objects.requireNonNull(peer.remoteAddress()).getPort(),
                        connection.remotePort());
                long accepts =
                        Objects.requireNonNull(
                                Objects.requireNonNull(view.counters().get("stack"))
                                        .get("accepts"));
                assertEquals(1, accepts);
                assertTrue(
                        Objects.requireNonNull(
                                        Objects.requireNonNull(view.counters().get("nic0"))
                                                .get("received_frames"))
                                > 0);
                udp.close();
                assertEquals(2, view.sockets().size());
            }
            stacks.one.close(0);
            stacks.other.close(0);
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(0, files.count());
        }
    }

    @Test
    void connectionsAreEventsOfTheFlightRecorder(@TempDir Path folder) throws IOException {
        Path dump = folder.resolve("recording.jfr");
        try (TwoStacks stacks = open(folder);
                Recording recording = new Recording()) {
            for (String each : List.of("Connect", "Accept", "Close")) {
                recording.enable("onload." + each).withoutThreshold();
            }
            recording.start();
            TcpServerSocket server = stacks.other.listen(at(OTHER, 80), 4);
            TcpSocket client = stacks.one.tcp();
            client.connect(at(OTHER, 80));
            stacks.run(clock, 10 * MILLISECOND);
            Objects.requireNonNull(server.accept()).close();
            recording.stop();
            recording.dump(dump);
            stacks.one.close(0);
            stacks.other.close(0);
        }
        List<String> names =
                RecordingFile.readAllEvents(dump).stream()
                        .map(each -> each.getEventType().getName())
                        .filter(each -> !each.equals("onload.Drop"))
                        .sorted()
                        .toList();
        assertEquals(List.of("onload.Accept", "onload.Close", "onload.Connect"), names);
    }

    @Test
    void aStackWithoutAFolderRunsAllTheSame(@TempDir Path folder) {
        try (TwoStacks stacks = open(folder.resolve("missing"))) {
            assertEquals(0, stacks.one.udp().bind(at(TwoStacks.ONE, 53)));
            stacks.one.close(0);
            stacks.other.close(0);
        }
    }

    @Test
    void withoutADumpThereIsNoFile(@TempDir Path folder) throws IOException {
        try (TwoStacks stacks =
                TwoStacks.onVirtualTime(
                        clock,
                        b -> b.option("dump-folder", folder.toString()).option("dump", "off"))) {
            try (Stream<Path> files = Files.list(folder)) {
                assertEquals(0, files.count());
            }
            stacks.one.close(0);
            stacks.other.close(0);
        }
    }
}
