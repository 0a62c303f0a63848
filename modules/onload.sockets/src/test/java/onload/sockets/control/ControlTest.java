package onload.sockets.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.nic.Nics;
import onload.nic.emulated.EmulatedNicProvider;
import onload.sockets.Stack;
import onload.sockets.UdpSocket;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

@Timeout(30)
@SuppressWarnings("try") // Closing early is what is tested.
class ControlTest {
    @TempDir Path folder;

    private Path path() {
        return ControlServer.path(folder, ProcessHandle.current().pid());
    }

    private static Stack stack() {
        return Stack.builder()
                .nics(Nics.of(new EmulatedNicProvider()))
                .nic("emulated:control")
                .address("192.0.2.1/24")
                .name("watched")
                .option("dump", "off")
                .open();
    }

    @Test
    void framesOfARunningStackComeAsPcapng() throws IOException {
        try (Stack stack = stack();
                ControlServer server =
                        ControlServer.open(
                                folder, List.of(new CaptureCommand(() -> List.of(stack))));
                SocketChannel client = ControlClient.ask(path(), "capture stack=watched snap=96");
                UdpSocket socket = stack.udp()) {
            ByteBuffer got = ByteBuffer.allocate(1 << 16);
            while (!new String(got.array(), 0, got.position(), StandardCharsets.ISO_8859_1)
                    .contains("from the stack")) {
                UnsafeBuffer text =
                        new UnsafeBuffer("from the stack".getBytes(StandardCharsets.UTF_8));
                socket.sendTo(
                        text,
                        0,
                        text.capacity(),
                        new InetSocketAddress(InetAddress.ofLiteral("192.0.2.255"), 9));
                socket.set(onload.sockets.SocketOption.SO_BROADCAST, 1);
                assertTrue(client.read(got) > 0);
            }
            assertEquals(0x0A0D0D0A, got.getInt(0));
            assertTrue(Files.exists(path()));
            server.close();
            assertFalse(Files.exists(path()));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "capture stack=other",
                "capture snap=x",
                "capture snap=0",
                "capture faster",
                "dance",
                "",
            })
    void whatCannotBeDoneIsRefusedInOneLineThatSaysWhy(String request) throws IOException {
        try (Stack stack = stack();
                ControlServer server =
                        ControlServer.open(
                                folder, List.of(new CaptureCommand(() -> List.of(stack))))) {
            assertTrue(Files.exists(path()), server::toString);
            String message =
                    String.valueOf(
                            assertThrows(
                                            IllegalStateException.class,
                                            () -> ControlClient.ask(path(), request).close())
                                    .getMessage());
            assertEquals(1, message.lines().count(), message);
            assertTrue(message.length() > 20, message);
        }
    }

    @Test
    void aRequestWithoutEndIsCutAndManyClientsAreRefused() throws IOException {
        try (ControlServer server = ControlServer.open(folder, List.of())) {
            assertThrows(
                    IllegalStateException.class,
                    () -> ControlClient.ask(path(), "x".repeat(100_000)).close());
            List<SocketChannel> silent = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                silent.add(SocketChannel.open(java.net.UnixDomainSocketAddress.of(path())));
            }
            String message =
                    String.valueOf(
                            assertThrows(
                                            IllegalStateException.class,
                                            () -> {
                                                for (int i = 0; i < 50; i++) {
                                                    ControlClient.ask(path(), "dance").close();
                                                }
                                            })
                                    .getMessage());
            assertTrue(message.contains("too many") || message.contains("dance"), message);
            for (SocketChannel each : silent) {
                each.close();
            }
            assertTrue(Files.exists(path()), server::toString);
        }
    }

    @Test
    void whatADeadProcessLeftIsRemovedAndWhatALivingOneHasStays() throws IOException {
        Path dead = Files.createFile(ControlServer.path(folder, Integer.MAX_VALUE));
        Path alive =
                Files.createFile(
                        ControlServer.path(
                                folder, ProcessHandle.current().parent().orElseThrow().pid()));
        Path other = Files.createFile(folder.resolve("notes.control"));
        ControlServer.open(folder, List.of()).close();
        assertFalse(Files.exists(dead));
        assertTrue(Files.exists(alive));
        assertTrue(Files.exists(other));
    }

    @Test
    void nobodyAtThePathIsAnError() {
        assertThrows(IOException.class, () -> ControlClient.ask(path(), "capture").close());
    }

    @Test
    void aProcessThatIsStoppedIsAnErrorAndNotAWait() throws IOException {
        try (ServerSocketChannel silent = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            silent.bind(UnixDomainSocketAddress.of(path()));
            String message =
                    String.valueOf(
                            assertThrows(
                                            IOException.class,
                                            () ->
                                                    ControlClient.ask(
                                                                    path(),
                                                                    "capture",
                                                                    Duration.ofMillis(50))
                                                            .close())
                                    .getMessage());
            assertTrue(message.contains("does not answer"), message);
        }
    }

    @Test
    void aSecondCaptureIsToldWhyNotAndTheFirstGoesOn() throws IOException {
        try (Stack stack = stack();
                ControlServer server =
                        ControlServer.open(
                                folder, List.of(new CaptureCommand(() -> List.of(stack))));
                SocketChannel first = ControlClient.ask(path(), "capture")) {
            // The section header follows the attachment.
            assertEquals(1, first.read(ByteBuffer.allocate(1)));
            String message =
                    String.valueOf(
                            assertThrows(
                                            IllegalStateException.class,
                                            () -> ControlClient.ask(path(), "capture").close())
                                    .getMessage());
            assertTrue(message.contains("captured already"), message);
            assertTrue(Files.exists(path()), server::toString);
            assertTrue(first.read(ByteBuffer.allocate(1)) > 0);
        }
    }

    @Test
    void aCommandThatFailsCostsItsClientOnly() throws IOException {
        ControlCommand failing =
                command(
                        "fail",
                        _ -> {
                            throw new UncheckedIOException(new IOException("no"));
                        });
        ControlCommand sound = command("well", ControlServer::begin);
        try (ControlServer server = ControlServer.open(folder, List.of(failing, sound))) {
            for (int i = 0; i < 20; i++) {
                assertThrows(IOException.class, () -> ControlClient.ask(path(), "fail").close());
            }
            ControlClient.ask(path(), "well").close();
            assertTrue(Files.exists(path()), server::toString);
        }
    }

    private interface Answer {
        void to(SocketChannel client) throws IOException;
    }

    private static ControlCommand command(String name, Answer answer) {
        return new ControlCommand() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public void answer(String argument, SocketChannel client) throws IOException {
                answer.to(client);
            }
        };
    }

    @Test
    void whatTheDeadLeftIsNamedWhenItIsRemoved() throws IOException {
        Path dead = Files.createFile(ControlServer.path(folder, Integer.MAX_VALUE));
        assertEquals(List.of(dead), ControlServer.removeDead(folder));
        assertEquals(List.of(), ControlServer.removeDead(folder));
    }
}
