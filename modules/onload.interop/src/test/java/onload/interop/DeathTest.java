package onload.interop;

import static onload.interop.Link.KERNEL;
import static onload.interop.Link.SECOND;
import static onload.interop.Link.STACK;
import static onload.interop.Link.at;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.nic.spi.NicUnavailableException;
import onload.sockets.Stack;
import onload.sockets.Status;
import onload.sockets.TcpSocket;
import onload.testkit.base.Requirement;
import onload.testkit.linux.Namespace;
import onload.testkit.linux.Program;
import onload.testkit.linux.Sandbox;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * A process dies with a stack in it, while frames go both ways: by a signal that it cannot see, and by one that ends a
 * JVM in good order. Then the kernel has everything back, and the next one can have it.
 */
@Timeout(60)
class DeathTest {
    private static final int SIGKILL = 137;
    private static final int SIGTERM = 143;
    private static final int PORT = 9;

    private Sandbox sandbox;
    private Namespace near;
    private Namespace far;

    @BeforeEach
    void begin() {
        sandbox = Sandbox.open();
        near = sandbox.namespace("near");
        far = sandbox.namespace("far");
    }

    @AfterEach
    void end() {
        sandbox.close();
    }

    private void cable() {
        near.sysctl("net.ipv6.conf.default.disable_ipv6", "1");
        sandbox.join(near, "veth0", far, "veth1", 1500);
        far.fillChecksums("veth1");
        far.address("veth1", KERNEL + "/24");
    }

    @ParameterizedTest
    @CsvSource({"true, share=off", "false, share=off", "true, share=on"})
    void theKernelHasItsDeviceBack(boolean isKilled, String share) throws Exception {
        Requirement.command("ping", "install the package iputils-ping");
        cable();
        boolean isShared = share.equals("share=on");
        if (isShared) {
            near.address("veth0", STACK + "/24");
        }
        String nic = "afxdp:veth0,%s,netns=%s".formatted(share, near.name());
        try (ServerSocket sink = sink();
                Program victim = victim(nic)) {
            victim.awaitOutput("READY", 20);
            assertTrue(hasProgram(), () -> near.run("ip", "-d", "link", "show", "veth0"));
            Throwable thrown = assertThrows(NicUnavailableException.class, () -> stack(nic));
            String message = String.valueOf(thrown.getMessage());
            assertTrue(message.contains("veth0") && message.contains("EBUSY"), message);

            end(victim, isKilled);
            await("the program is off the device", () -> !hasProgram());
            if (!isShared) {
                near.address("veth0", STACK + "/24");
            }
            near.run("ping", "-c", "1", "-W", "5", KERNEL);
            far.run("ping", "-c", "1", "-W", "5", STACK);

            try (Stack next = stack(nic)) {
                talks(next, sink);
            }
            await("the program is off the device again", () -> !hasProgram());
        }
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void aTapDeviceGoesWithItsStack(boolean isKilled) throws Exception {
        String nic = "tap:tap0,netns=" + far.name();
        try (ServerSocket sink = sink();
                Program victim = victim(nic)) {
            victim.awaitOutput("OPEN", 20);
            far.address("tap0", KERNEL + "/24");
            victim.awaitOutput("READY", 20);
            Throwable thrown = assertThrows(NicUnavailableException.class, () -> stack(nic));
            String message = String.valueOf(thrown.getMessage());
            assertTrue(message.contains("tap0") && message.contains("EBUSY"), message);

            end(victim, isKilled);
            await("the device is gone", () -> !far.run("ip", "link").contains("tap0"));
            try (Stack next = stack(nic)) {
                far.address("tap0", KERNEL + "/24");
                talks(next, sink);
            }
            assertFalse(far.run("ip", "link").contains("tap0"));
        }
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void aTapDeviceThatPersistsIsThereForTheNextStack(boolean isKilled) throws Exception {
        String nic = "tap:tap0,persist=on,netns=" + far.name();
        try (ServerSocket sink = sink();
                Program victim = victim(nic)) {
            victim.awaitOutput("OPEN", 20);
            far.address("tap0", KERNEL + "/24");
            victim.awaitOutput("READY", 20);
            end(victim, isKilled);
            await(
                    "the link is down",
                    () -> far.run("ip", "link", "show", "tap0").contains("NO-CARRIER"));
            try (Stack next = stack(nic)) {
                talks(next, sink);
            }
            assertTrue(far.run("ip", "link").contains("tap0"));
        }
    }

    /** Accepts connections in the far namespace and drops what comes, but for the first byte, which goes back. */
    private ServerSocket sink() {
        ServerSocket server = far.call(() -> new ServerSocket(PORT));
        Thread.ofPlatform()
                .daemon()
                .start(() -> {
                    try {
                        while (true) {
                            Socket accepted = server.accept();
                            Thread.ofPlatform().daemon().start(() -> sink(accepted));
                        }
                    } catch (IOException e) {
                        // The server was closed.
                    }
                });
        return server;
    }

    private static void sink(Socket accepted) {
        try (accepted) {
            accepted.getOutputStream().write(accepted.getInputStream().read());
            byte[] bytes = new byte[1 << 16];
            while (accepted.getInputStream().read(bytes) >= 0) {
                // More.
            }
        } catch (IOException e) {
            // The peer has died.
        }
    }

    private Program victim(String nic) {
        return far.start(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-exports",
                "java.base/jdk.internal.misc=ALL-UNNAMED",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path")),
                Victim.class.getName(),
                nic,
                KERNEL,
                String.valueOf(PORT));
    }

    private static void end(Program victim, boolean isKilled) {
        if (isKilled) {
            victim.kill();
        } else {
            assertTrue(ProcessHandle.of(victim.pid()).orElseThrow().destroy());
        }
        assertEquals(isKilled ? SIGKILL : SIGTERM, victim.awaitExit(10), victim::output);
    }

    private boolean hasProgram() {
        return near.run("ip", "-d", "link", "show", "veth0").contains("xdp");
    }

    private static Stack stack(String nic) {
        return Stack.builder().nic(nic).address(STACK + "/24").option("dump", "off").open();
    }

    private static void talks(Stack stack, ServerSocket sink) {
        TcpSocket socket = stack.tcp();
        int answer = socket.connect(at(KERNEL, sink.getLocalPort()), 10 * SECOND);
        assertEquals(0, answer, () -> Status.text(answer));
        UnsafeBuffer one = new UnsafeBuffer(new byte[] {77});
        assertEquals(1, socket.send(one, 0, 1, SECOND));
        one.putByte(0, (byte) 0);
        assertEquals(1, socket.receive(one, 0, 1, 5 * SECOND));
        assertEquals(77, one.getByte(0));
        socket.close();
    }

    private static void await(String what, BooleanSupplier condition) {
        long endNs = System.nanoTime() + 10 * SECOND;
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() - endNs < 0, () -> "not within 10 s: " + what);
            LockSupport.parkNanos(5_000_000);
        }
    }
}
