package onload.interop;

import static onload.interop.Link.KERNEL;
import static onload.interop.Link.KERNEL_6;
import static onload.interop.Link.SECOND;
import static onload.interop.Link.STACK;
import static onload.interop.Link.STACK_6;
import static onload.interop.Link.at;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.sockets.Stack;
import onload.sockets.Status;
import onload.sockets.TcpServerSocket;
import onload.sockets.TcpSocket;
import onload.sockets.UdpSocket;
import onload.testkit.linux.Namespace;
import onload.testkit.linux.Sandbox;
import onload.udp.UdpMessage;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;

/** A stack and the kernel have one interface and one address: each has its flows, and neither disturbs the other. */
@Timeout(60)
class SharedInterfaceTest {
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Sandbox sandbox = Sandbox.open();
    private final Namespace near = sandbox.namespace("near");
    private final Namespace far = sandbox.namespace("far");

    @BeforeEach
    void join() {
        sandbox.join(near, "veth0", far, "veth1", 1500);
        far.fillChecksums("veth1");
        near.address("veth0", STACK + "/24");
        near.address("veth0", STACK_6 + "/64");
        far.address("veth1", KERNEL + "/24");
        far.address("veth1", KERNEL_6 + "/64");
    }

    @AfterEach
    void end() {
        threads.shutdownNow();
        sandbox.close();
    }

    private Stack stack() {
        // Addresses, routes and neighbours are the kernel's.
        return Stack.builder().nic("afxdp:veth0,share=on,netns=" + near.name()).open();
    }

    private static void await(BooleanSupplier condition, String what) throws InterruptedException {
        long deadline = System.nanoTime() + 20 * SECOND;
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, what);
            Thread.sleep(1);
        }
    }

    private static boolean has(Stack stack, String address) {
        return stack.addresses().stream()
                .anyMatch(each -> each.equals(at(address, 1).getAddress()));
    }

    @Test
    void theAddressesAreTheKernels() throws Exception {
        try (Stack stack = stack()) {
            await(() -> has(stack, STACK) && has(stack, STACK_6), "addresses that are there");
            near.address("veth0", "192.0.2.77/24");
            await(() -> has(stack, "192.0.2.77"), "an address that is added");
            near.run("ip", "address", "delete", "192.0.2.77/24", "dev", "veth0");
            await(() -> !has(stack, "192.0.2.77"), "an address that is removed");
            assertTrue(has(stack, STACK));
        }
    }

    @Test
    void theKernelStillAnswersPing() {
        try (Stack stack = stack()) {
            assertTrue(stack.isOpen());
            far.run("ping", "-c", "2", "-i", "0.01", "-W", "5", STACK);
            far.run("ping", "-c", "2", "-i", "0.01", "-W", "5", STACK_6);
            near.run("ping", "-c", "2", "-i", "0.01", "-W", "5", KERNEL);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {STACK, STACK_6})
    void bothListenAtOneAddress(String address) throws Exception {
        try (Stack stack = stack();
                ServerSocket theirs = near.call(() -> new ServerSocket(22))) {
            await(() -> has(stack, address), "the address");
            TcpServerSocket ours = stack.listen(at(address, 80), 8);
            for (int i = 0; i < 20; i++) {
                try (Socket toOurs = connected(address, 80);
                        Socket toTheirs = connected(address, 22);
                        Socket accepted = theirs.accept()) {
                    TcpSocket socket = ours.accept(5 * SECOND);
                    assertNotNull(socket);
                    toTheirs.getOutputStream().write(22);
                    toOurs.getOutputStream().write(80);
                    assertEquals(22, accepted.getInputStream().read());
                    UnsafeBuffer one = new UnsafeBuffer(new byte[1]);
                    assertEquals(1, socket.receive(one, 0, 1, 5 * SECOND));
                    assertEquals(80, one.getByte(0));
                    assertEquals(1, socket.send(one, 0, 1, SECOND));
                    assertEquals(80, toOurs.getInputStream().read());
                    socket.close();
                }
            }
        }
    }

    private Socket connected(String address, int port) throws IOException {
        return far.call(() -> {
            Socket socket = new Socket();
            socket.connect(at(address, port), 5000);
            return socket;
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {KERNEL, KERNEL_6})
    void bothConnectFromOneAddress(String address) throws Exception {
        try (Stack stack = stack();
                ServerSocket server = far.call(() -> new ServerSocket(9))) {
            await(() -> has(stack, address.equals(KERNEL) ? STACK : STACK_6), "the address");
            for (int i = 0; i < 20; i++) {
                TcpSocket ours = stack.tcp();
                assertEquals(0, ours.connect(at(address, 9), 5 * SECOND));
                try (Socket accepted = server.accept();
                        Socket theirs =
                                near.call(() -> {
                                    Socket socket = new Socket();
                                    socket.connect(at(address, 9), 5000);
                                    return socket;
                                });
                        Socket acceptedTheirs = server.accept()) {
                    theirs.getOutputStream().write(7);
                    assertEquals(7, acceptedTheirs.getInputStream().read());
                    accepted.getOutputStream().write(8);
                    UnsafeBuffer one = new UnsafeBuffer(new byte[1]);
                    assertEquals(1, ours.receive(one, 0, 1, 5 * SECOND));
                    assertEquals(8, one.getByte(0));
                }
                ours.close();
            }
        }
    }

    @Test
    void whatOneHasTheOtherCannotHave() throws Exception {
        try (Stack stack = stack();
                ServerSocket theirs = near.call(() -> new ServerSocket(22))) {
            await(() -> has(stack, STACK), "the address");
            assertTrue(theirs.isBound());
            TcpServerSocket ours = stack.tcpServer();
            assertEquals(Status.ADDRESS_IN_USE, ours.bind(at(STACK, 22)));
            assertEquals(0, ours.bind(at(STACK, 80)));
            assertEquals(
                    "in use",
                    near.call(() -> {
                        try (ServerSocket refused = new ServerSocket()) {
                            refused.bind(at(STACK, 80));
                            return "bound";
                        } catch (IOException e) {
                            return "in use";
                        }
                    }));
            ours.close();
            await(
                    () ->
                            near.call(() -> {
                                try (ServerSocket free = new ServerSocket()) {
                                    free.bind(at(STACK, 80));
                                    return true;
                                } catch (IOException e) {
                                    return false;
                                }
                            }),
                    "a port that was given back");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {STACK, "0.0.0.0", "::"})
    void datagramsComeToWhoIsBound(String bound) throws Exception {
        try (Stack stack = stack();
                DatagramSocket theirs = near.call(() -> new DatagramSocket(54));
                DatagramSocket sender = far.call(() -> new DatagramSocket())) {
            await(() -> has(stack, STACK), "the address");
            UdpSocket ours = stack.udp();
            assertEquals(0, ours.bind(at(bound, 53)));
            InetAddress to = InetAddress.getByName(STACK);
            sender.send(new DatagramPacket(new byte[] {53}, 1, to, 53));
            sender.send(new DatagramPacket(new byte[] {54}, 1, to, 54));
            UnsafeBuffer one = new UnsafeBuffer(new byte[1]);
            UdpMessage message = new UdpMessage();
            assertEquals(1, ours.receive(one, 0, 1, message, 5 * SECOND));
            assertEquals(53, one.getByte(0));
            DatagramPacket packet = new DatagramPacket(new byte[1], 1);
            theirs.setSoTimeout(5000);
            theirs.receive(packet);
            assertEquals(54, packet.getData()[0]);
            // And back: the neighbour is known by the kernel's word.
            assertEquals(
                    1,
                    ours.sendTo(
                            one,
                            0,
                            1,
                            message.sourceHigh(),
                            message.sourceLow(),
                            message.sourcePort()));
            sender.setSoTimeout(5000);
            sender.receive(packet);
            assertEquals(53, packet.getData()[0]);
            ours.close();
        }
    }

    @Test
    void aConnectionOutlivesItsListener() throws Exception {
        try (Stack stack = stack()) {
            await(() -> has(stack, STACK), "the address");
            TcpServerSocket ours = stack.listen(at(STACK, 80), 8);
            try (Socket theirs = connected(STACK, 80)) {
                TcpSocket socket = ours.accept(5 * SECOND);
                assertNotNull(socket);
                ours.close();
                theirs.getOutputStream().write(1);
                UnsafeBuffer one = new UnsafeBuffer(new byte[1]);
                assertEquals(1, socket.receive(one, 0, 1, 5 * SECOND));
                assertEquals(1, socket.send(one, 0, 1, SECOND));
                assertEquals(1, theirs.getInputStream().read());
                socket.close();
            }
        }
    }

    @Test
    void aNeighbourThatNobodyHasAskedForIsFoundByTheKernel() throws Exception {
        try (Stack stack = stack();
                ServerSocket server = far.call(() -> new ServerSocket(9))) {
            await(() -> has(stack, STACK), "the address");
            near.run("ip", "neighbor", "flush", "dev", "veth0");
            TcpSocket ours = stack.tcp();
            assertEquals(0, ours.connect(at(KERNEL, 9), 5 * SECOND));
            server.accept().close();
            ours.close();
        }
    }

    @Test
    void kernelTrafficGoesOnUndisturbed() throws Exception {
        try (Stack stack = stack();
                ServerSocket theirs = near.call(() -> new ServerSocket(22))) {
            await(() -> has(stack, STACK), "the address");
            TcpServerSocket ours = stack.listen(at(STACK, 80), 8);
            Future<Integer> kernels =
                    threads.submit(() -> {
                        try (Socket accepted = theirs.accept()) {
                            return accepted.getInputStream().readAllBytes().length;
                        }
                    });
            Future<Long> onloads =
                    threads.submit(() -> {
                        TcpSocket accepted = ours.accept(5 * SECOND);
                        UnsafeBuffer in = new UnsafeBuffer(new byte[1 << 16]);
                        long sum = 0;
                        int count;
                        while ((count = accepted.receive(in, 0, 1 << 16, 10 * SECOND)) > 0) {
                            sum += count;
                        }
                        accepted.close();
                        return sum;
                    });
            int bytes = 1 << 24;
            Future<?> one = threads.submit(() -> pour(22, bytes));
            Future<?> other = threads.submit(() -> pour(80, bytes));
            one.get();
            other.get();
            assertEquals(bytes, kernels.get());
            assertEquals(bytes, onloads.get());
        }
    }

    private Object pour(int port, int bytes) throws IOException {
        try (Socket socket = connected(STACK, port)) {
            byte[] block = new byte[1 << 16];
            for (int sent = 0; sent < bytes; sent += block.length) {
                socket.getOutputStream().write(block);
            }
            return bytes;
        }
    }
}
