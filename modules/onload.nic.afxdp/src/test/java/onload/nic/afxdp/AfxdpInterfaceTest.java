package onload.nic.afxdp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.nic.spi.NicCounter;
import onload.nic.spi.NicEvents;
import onload.nic.spi.NicOptions;
import onload.nic.spi.VirtualInterface;
import onload.testkit.PacketPools;
import onload.testkit.linux.Namespace;
import onload.testkit.linux.PacketSocket;
import onload.testkit.linux.Sandbox;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/** What an interface does when it is treated badly, and whether its counters tell the truth. */
@Timeout(60)
class AfxdpInterfaceTest {
    private static final int BUFFERS = 256;

    @RegisterExtension final PacketPools pools = new PacketPools();

    private final Sandbox sandbox = Sandbox.open();
    private final Namespace near = sandbox.namespace("near");
    private final Namespace far = sandbox.namespace("far");
    private PacketPool pool;
    private PacketSocket peer;

    @BeforeEach
    void join() {
        for (Namespace each : new Namespace[] {near, far}) {
            each.sysctl("net.ipv6.conf.default.disable_ipv6", "1");
        }
        sandbox.join(near, "veth0", far, "veth1", 1500);
        pool = pools.open(BUFFERS);
        peer = far.call(() -> new PacketSocket("veth1"));
    }

    @AfterEach
    void remove() {
        peer.close();
        sandbox.close();
    }

    private VirtualInterface open(String... settings) {
        NicOptions options =
                NicOptions.device("veth0")
                        .with("netns", near.name())
                        .with("ring", "8")
                        .with("statistics-interval", "1us");
        for (int i = 0; i < settings.length; i += 2) {
            options = options.with(settings[i], settings[i + 1]);
        }
        return new AfxdpProvider().open(options, pool);
    }

    private int frame(int length, int number) {
        int packet = pool.allocate(PacketPool.SEND);
        int at = pool.buffers().append(packet, length);
        pool.buffers().memory().putBytes(at, bytes(length, number));
        return packet;
    }

    private static byte[] bytes(int length, int number) {
        byte[] frame = new byte[length];
        for (int i = 0; i < length; i++) {
            frame[i] = (byte) (number * 31 + i * 7);
        }
        for (int i = 0; i < Math.min(6, length); i++) {
            frame[i] = (byte) 0xff;
        }
        if (length >= 14) {
            frame[12] = (byte) 0x88;
            frame[13] = (byte) 0xb5;
        }
        if (length >= 18) {
            frame[14] = (byte) (number >> 24);
            frame[15] = (byte) (number >> 16);
            frame[16] = (byte) (number >> 8);
            frame[17] = (byte) number;
        }
        return frame;
    }

    /** Takes events, and gives all buffers back. */
    private final class Taking implements NicEvents {
        int received;
        int transmitted;
        int links;

        @Override
        public void received(int packet) {
            received++;
            pool.release(packet);
        }

        @Override
        public void transmitted(int packet) {
            transmitted++;
            pool.release(packet);
        }

        @Override
        public void linkChanged(boolean up) {
            links++;
        }
    }

    private void pollFor(VirtualInterface nic, Taking events, long milliseconds) {
        for (int i = 0; i < milliseconds; i++) {
            nic.poll(System.nanoTime(), events, 64);
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Test
    void theDoorbellAfterClosingIsHarmless() {
        VirtualInterface nic = open();
        assertEquals(0, nic.transmit(frame(64, 1)));
        nic.close();
        nic.ring(System.nanoTime());
        assertEquals(0, nic.counters().get(NicCounter.DOORBELLS));
        assertEquals(0, nic.counters().get(NicCounter.TRANSMITTED_FRAMES));
        assertEquals(1, nic.counters().get(NicCounter.TRANSMIT_DROPPED_CLOSED));
    }

    @Test
    void everyMethodAfterClosingIsHarmless() {
        VirtualInterface nic = open();
        nic.post(4);
        nic.transmit(frame(64, 1));
        nic.ring(System.nanoTime());
        nic.close();
        nic.close();
        int packet = frame(64, 2);
        assertEquals(VirtualInterface.CLOSED, nic.transmit(packet));
        pool.release(packet);
        nic.ring(0);
        assertEquals(0, nic.post(8));
        assertEquals(0, nic.poll(0, new Taking(), 8));
        assertFalse(nic.prime());
        assertFalse(nic.isLinkUp());
        assertFalse(nic.removeFilter(0));
    }

    @Test
    void aFrameThatFindsNoBufferIsCountedOnceAndByItsReason() {
        try (VirtualInterface nic = open()) {
            Taking events = new Taking();
            for (int i = 0; i < 5; i++) {
                peer.send(bytes(100, i));
            }
            pollFor(nic, events, 100);
            assertEquals(0, events.received);
            assertEquals(0, nic.counters().get(NicCounter.RECEIVE_DROPPED_TOO_LONG));
            assertEquals(5, nic.counters().get(NicCounter.RECEIVE_DROPPED_NO_BUFFER));
        }
    }

    @Test
    void anEmptyBufferWithinAChainIsLeftOutOnTheWire() {
        near.run("ip", "link", "set", "veth0", "mtu", "9000");
        far.run("ip", "link", "set", "veth1", "mtu", "9000");
        try (VirtualInterface nic = open()) {
            Taking events = new Taking();
            PacketBuffers buffers = pool.buffers();
            int first = frame(100, 7);
            int empty = pool.allocate(PacketPool.SEND);
            int second = frame(50, 8);
            int last = pool.allocate(PacketPool.SEND);
            buffers.continuation(first, empty);
            buffers.continuation(empty, second);
            buffers.continuation(second, last);
            buffers.frameLength(first, 150);
            assertEquals(0, nic.transmit(first));
            nic.ring(System.nanoTime());
            pollFor(nic, events, 50);
            assertEquals(1, events.transmitted);
            byte[] frame = peer.receive();
            assertEquals(150, frame == null ? -1 : frame.length);
        }
    }

    @Test
    void aLinkThatIsGoneIsDownAndNoException() {
        try (VirtualInterface nic = open()) {
            assertTrue(nic.isLinkUp());
            near.run("ip", "link", "delete", "veth0");
            assertFalse(assertDoesNotThrow(nic::isLinkUp));
            Taking events = new Taking();
            nic.post(8);
            nic.transmit(frame(64, 1));
            nic.ring(System.nanoTime());
            pollFor(nic, events, 5);
            assertEquals(1, events.links);
        }
    }

    @Test
    void framesThatADownLinkDropsAreCounted() {
        try (VirtualInterface nic = open()) {
            far.run("ip", "link", "set", "veth1", "down");
            Taking events = new Taking();
            // The kernel says so a moment later.
            for (int i = 0; i < 5_000 && nic.isLinkUp(); i++) {
                pollFor(nic, events, 1);
            }
            assertFalse(nic.isLinkUp());
            for (int i = 0; i < 5; i++) {
                assertEquals(0, nic.transmit(frame(64, i)));
            }
            nic.ring(System.nanoTime());
            pollFor(nic, events, 20);
            assertEquals(5, events.transmitted);
            assertEquals(5, nic.counters().get(NicCounter.TRANSMIT_DROPPED_LINK_DOWN));
            assertEquals(0, nic.counters().get(NicCounter.TRANSMITTED_FRAMES));
        }
    }

    @Test
    void framesThatTheKernelDidNotTakeGoOutWhileTheirOwnerSleeps() throws InterruptedException {
        try (VirtualInterface nic = open()) {
            near.run("ip", "link", "set", "veth0", "down");
            Taking events = new Taking();
            assertEquals(0, nic.transmit(frame(64, 1)));
            nic.ring(System.nanoTime());
            Thread other =
                    Thread.ofPlatform()
                            .start(() -> {
                                LockSupport.parkNanos(50_000_000);
                                near.run("ip", "link", "set", "veth0", "up");
                            });
            long deadline = System.nanoTime() + 20_000_000_000L;
            while (events.transmitted == 0 && System.nanoTime() < deadline) {
                nic.poll(System.nanoTime(), events, 8);
                if (events.transmitted == 0 && nic.prime()) {
                    var _ = nic.wakeUp().await(30_000_000_000L);
                }
            }
            other.join();
            assertEquals(1, events.transmitted);
        }
    }

    @Test
    void aPacketThatIsQueuedTwiceComesBackTwice() {
        try (VirtualInterface nic = open()) {
            int packet = frame(64, 3);
            pool.retain(packet);
            assertEquals(0, nic.transmit(packet));
            assertEquals(0, nic.transmit(packet));
            nic.ring(System.nanoTime());
            Taking events = new Taking();
            pollFor(nic, events, 20);
            assertEquals(2, events.transmitted);
            assertEquals(2, nic.counters().get(NicCounter.TRANSMITTED_FRAMES));
        }
    }

    @Test
    void nothingIsWrittenIntoABufferThatCameHomeWhileSomebodyWaited() throws Exception {
        for (int round = 0; round < 30; round++) {
            VirtualInterface nic = open();
            nic.post(8);
            nic.prime();
            Thread waiter =
                    Thread.ofPlatform()
                            .start(() -> {
                                try {
                                    nic.wakeUp().await(30_000_000_000L);
                                } catch (InterruptedException e) {
                                    Thread.currentThread().interrupt();
                                }
                            });
            while (waiter.getState() == Thread.State.NEW) {
                Thread.onSpinWait();
            }
            LockSupport.parkNanos(2_000_000);
            nic.close();
            // All buffers are home: whoever takes them now has them alone.
            int[] mine = new int[8];
            for (int i = 0; i < mine.length; i++) {
                mine[i] = frame(1000, 0);
            }
            for (int i = 0; i < 8; i++) {
                peer.send(bytes(1000, i + 1));
            }
            LockSupport.parkNanos(1_000_000);
            for (int packet : mine) {
                byte[] now = new byte[1000];
                pool.buffers().memory().getBytes(pool.buffers().data(packet), now);
                assertArrayEquals(bytes(1000, 0), now);
                pool.release(packet);
            }
            waiter.join();
        }
    }

    @Test
    void theQueueIsFreeAtOnceAfterClosingWhileSomebodyWaited() throws Exception {
        for (int round = 0; round < 20; round++) {
            VirtualInterface nic = open();
            nic.prime();
            Thread waiter =
                    Thread.ofPlatform()
                            .start(() -> {
                                try {
                                    nic.wakeUp().await(30_000_000_000L);
                                } catch (InterruptedException e) {
                                    Thread.currentThread().interrupt();
                                }
                            });
            LockSupport.parkNanos(1_000_000);
            nic.close();
            assertEquals(0, sockets(), "sockets of AF_XDP that are still there");
            waiter.join();
        }
    }

    private int sockets() {
        return near.call(() -> {
            try (var lines = Files.lines(Path.of("/proc/thread-self/net/protocols"))) {
                return lines.filter(each -> each.startsWith("XDP"))
                        .mapToInt(each -> Integer.parseInt(each.trim().split("\\s+")[2]))
                        .sum();
            }
        });
    }

    @Test
    void aHundredThousandFramesThroughRingsOfEightArriveWholeAndInOrder() {
        int total = 100_000;
        try (VirtualInterface nic = open()) {
            int[] next = new int[1];
            int[] done = new int[1];
            NicEvents events =
                    new NicEvents() {
                        @Override
                        public void received(int packet) {
                            int length = pool.buffers().length(packet);
                            byte[] frame = new byte[length];
                            pool.buffers().memory().getBytes(pool.buffers().data(packet), frame);
                            assertArrayEquals(bytes(60 + next[0] % 1000, next[0]), frame);
                            next[0]++;
                            pool.release(packet);
                        }

                        @Override
                        public void transmitted(int packet) {
                            done[0]++;
                            pool.release(packet);
                        }

                        @Override
                        public void linkChanged(boolean up) {}
                    };
            int sent = 0;
            long deadline = System.nanoTime() + 40_000_000_000L;
            while (next[0] < total && System.nanoTime() < deadline) {
                nic.post(8);
                for (int i = 0; i < 8 && sent < total && sent - next[0] < 8; i++, sent++) {
                    peer.send(bytes(60 + sent % 1000, sent));
                }
                nic.poll(System.nanoTime(), events, 3);
            }
            assertEquals(total, next[0]);
            int given = 0;
            int seen = 0;
            while (done[0] < total && System.nanoTime() < deadline) {
                while (given < total && given - done[0] < 8) {
                    int packet = frame(60 + given % 1000, given);
                    if (nic.transmit(packet) != 0) {
                        pool.release(packet);
                        break;
                    }
                    given++;
                }
                nic.ring(System.nanoTime());
                nic.poll(System.nanoTime(), events, 5);
                byte[] frame;
                while ((frame = peer.receive()) != null) {
                    assertArrayEquals(bytes(60 + seen % 1000, seen), frame);
                    seen++;
                }
            }
            assertEquals(total, done[0]);
            assertEquals(total, nic.counters().get(NicCounter.TRANSMITTED_FRAMES));
            assertEquals(total, nic.counters().get(NicCounter.RECEIVED_FRAMES));
        }
    }
}
