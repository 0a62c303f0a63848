package onload.interop;

import static onload.interop.Link.KERNEL;
import static onload.interop.Link.SECOND;
import static onload.interop.Link.STACK;
import static onload.interop.Link.at;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.nic.NicSpec;
import onload.nic.Nics;
import onload.nic.emulated.LinkSettings;
import onload.nic.emulated.wire.Wire;
import onload.nic.emulated.wire.WireSettings;
import onload.nic.emulated.wire.WireThread;
import onload.nic.packet.PacketPool;
import onload.nic.packet.PoolOptions;
import onload.nic.spi.VirtualInterface;
import onload.sockets.Stack;
import onload.sockets.Status;
import onload.sockets.TcpServerSocket;
import onload.sockets.TcpSocket;
import onload.testkit.linux.Namespace;
import onload.testkit.linux.Sandbox;

import org.agrona.concurrent.SystemNanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.CRC32C;

/**
 * A stack and the kernel, and two kernels, over a wire that delays, loses, reorders and duplicates: between two real
 * NICs, on the real clock.
 */
@Timeout(120)
class ImpairedLinkTest {
    private static final int BYTES = 1 << 21;
    private static final LinkSettings IMPAIRED =
            LinkSettings.builder()
                    .delayNs(2_000_000)
                    .loss(0.01)
                    .reorder(0.02, 1_000_000)
                    .duplicate(0.01)
                    .build();

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Throwable> faults = new ArrayList<>();
    private final Sandbox sandbox = Sandbox.open();

    @AfterEach
    void end() {
        threads.shutdownNow();
        sandbox.close();
        assertEquals(List.of(), faults);
    }

    /** A wire between two NICs, with all that it needs. */
    private final class Laid implements AutoCloseable {
        private final PacketPool leftPool = PacketPool.open(PoolOptions.of(8192));
        private final PacketPool rightPool = PacketPool.open(PoolOptions.of(8192));
        private final VirtualInterface left;
        private final VirtualInterface right;
        final Wire wire;
        private final WireThread thread;

        Laid(String leftNic, String rightNic) {
            left = Nics.installed().open(NicSpec.parse(leftNic), leftPool);
            right = Nics.installed().open(NicSpec.parse(rightNic), rightPool);
            wire = new Wire(left, right, WireSettings.of(IMPAIRED, 1));
            thread = new WireThread(wire, SystemNanoClock.INSTANCE, 1_000_000, faults::add);
            thread.start();
        }

        @Override
        public void close() {
            thread.close();
            wire.close();
            left.close();
            right.close();
            leftPool.close();
            rightPool.close();
        }
    }

    @Test
    void aStackAndTheKernelUnderstandEachOther() throws Exception {
        Namespace near = sandbox.namespace("near");
        Namespace middle = sandbox.namespace("middle");
        Namespace far = sandbox.namespace("far");
        near.sysctl("net.ipv6.conf.default.disable_ipv6", "1");
        middle.sysctl("net.ipv6.conf.default.disable_ipv6", "1");
        sandbox.join(near, "veth0", middle, "veth1", 1500);
        try (Laid laid =
                        new Laid(
                                "afxdp:veth1,netns=" + middle.name(),
                                "tap:tap0,promiscuous=on,netns=" + far.name());
                Stack stack =
                        Stack.builder()
                                .nic("afxdp:veth0,netns=" + near.name())
                                .address(STACK + "/24")
                                .open()) {
            far.address("tap0", KERNEL + "/24");
            toTheKernel(stack, far);
            toTheStack(stack, far);
            assertTrue(laid.wire.toLeft().framesInFlight() >= 0);
        }
    }

    private void toTheKernel(Stack stack, Namespace far) throws Exception {
        try (ServerSocket server = far.call(() -> new ServerSocket(9))) {
            Future<Long> sum = threads.submit(() -> sumOf(server));
            TcpSocket socket = stack.tcp();
            assertEquals(0, socket.connect(at(KERNEL, 9), 20 * SECOND));
            byte[] bytes = bytes();
            UnsafeBuffer buffer = new UnsafeBuffer(bytes);
            for (int done = 0; done < bytes.length; ) {
                int taken = socket.send(buffer, done, bytes.length - done, 20 * SECOND);
                assertTrue(taken > 0, () -> Status.text(taken));
                done += taken;
            }
            assertEquals(0, socket.shutdownOutput());
            assertEquals(crc(bytes), sum.get());
            socket.close();
        }
    }

    private void toTheStack(Stack stack, Namespace far) throws Exception {
        TcpServerSocket server = stack.listen(at(STACK, 9), 8);
        byte[] bytes = bytes();
        Future<?> sent = threads.submit(() -> pour(far, STACK, bytes));
        TcpSocket socket = server.accept(20 * SECOND);
        assertNotNull(socket);
        CRC32C sum = new CRC32C();
        byte[] block = new byte[1 << 16];
        int count;
        while ((count = socket.receive(new UnsafeBuffer(block), 0, block.length, 20 * SECOND))
                > 0) {
            sum.update(block, 0, count);
        }
        assertEquals(Status.END_OF_STREAM, count);
        sent.get();
        assertEquals(crc(bytes), sum.getValue());
        socket.close();
    }

    @Test
    void twoKernelsUnderstandEachOther() throws Exception {
        Namespace one = sandbox.namespace("one");
        Namespace other = sandbox.namespace("other");
        try (Laid laid =
                new Laid(
                        "tap:tap0,promiscuous=on,netns=" + one.name(),
                        "tap:tap0,promiscuous=on,netns=" + other.name())) {
            one.address("tap0", STACK + "/24");
            other.address("tap0", KERNEL + "/24");
            try (ServerSocket server = other.call(() -> new ServerSocket(9))) {
                Future<Long> sum = threads.submit(() -> sumOf(server));
                byte[] bytes = bytes();
                pour(one, KERNEL, bytes);
                assertEquals(crc(bytes), sum.get());
            }
            assertTrue(laid.wire.toRight().framesInFlight() >= 0);
        }
    }

    private static byte[] bytes() {
        byte[] bytes = new byte[BYTES];
        new SplittableRandom(1).nextBytes(bytes);
        return bytes;
    }

    private static long crc(byte[] bytes) {
        CRC32C sum = new CRC32C();
        sum.update(bytes);
        return sum.getValue();
    }

    private static Object pour(Namespace from, String address, byte[] bytes) {
        return from.call(() -> {
            try (Socket socket = new Socket()) {
                socket.connect(at(address, 9), 20_000);
                socket.getOutputStream().write(bytes);
                return socket;
            }
        });
    }

    private static long sumOf(ServerSocket server) throws IOException {
        try (Socket accepted = server.accept()) {
            return crc(accepted.getInputStream().readAllBytes());
        }
    }
}
