package onload.nic.afxdp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.nic.packet.PacketPool;
import onload.nic.packet.PoolOptions;
import onload.nic.spi.NicEvents;
import onload.nic.spi.NicOptions;
import onload.nic.spi.VirtualInterface;
import onload.testkit.linux.Namespace;
import onload.testkit.linux.PacketSocket;
import onload.testkit.linux.Sandbox;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two queues of one device, each over a pool of its own, behind one program. */
@Timeout(60)
class AfxdpQueuesTest {
    private static final int FRAMES = 400;

    private final Sandbox sandbox = Sandbox.open();
    private final Namespace near = sandbox.namespace("near");
    private final Namespace far = sandbox.namespace("far");

    AfxdpQueuesTest() {
        near.sysctl("net.ipv6.conf.default.disable_ipv6", "1");
        far.sysctl("net.ipv6.conf.default.disable_ipv6", "1");
        near.run(
                "ip",
                "link",
                "add",
                "veth0",
                "index",
                "50",
                "numrxqueues",
                "2",
                "numtxqueues",
                "2",
                "type",
                "veth",
                "peer",
                "name",
                "veth1",
                "index",
                "51",
                "numrxqueues",
                "2",
                "numtxqueues",
                "2",
                "netns",
                far.name());
        near.run("ip", "link", "set", "veth0", "up");
        far.run("ip", "link", "set", "veth1", "up");
    }

    @AfterEach
    void close() {
        sandbox.close();
    }

    private static final class Counting implements NicEvents {
        final PacketPool pool = PacketPool.open(PoolOptions.of(1024));
        int received;

        @Override
        public void received(int packet) {
            received++;
            pool.release(packet);
        }

        @Override
        public void transmitted(int packet) {
            pool.release(packet);
        }
    }

    private VirtualInterface open(int queue, Counting counting) {
        return new AfxdpProvider()
                .open(
                        NicOptions.device("veth0").with("netns", near.name()).withQueue(queue),
                        counting.pool);
    }

    @Test
    void eachFrameComesByOneOfThem() {
        Counting first = new Counting();
        Counting second = new Counting();
        try (PacketSocket peer = far.call(() -> new PacketSocket("veth1"));
                VirtualInterface one = open(0, first);
                VirtualInterface other = open(1, second)) {
            assertEquals(2, one.capabilities().queues());
            assertEquals(one.macAddress(), other.macAddress());
            assertEquals(512, one.post(512));
            assertEquals(512, other.post(512));
            for (int i = 0; i < FRAMES; i++) {
                peer.send(datagram(one.macAddress(), i));
            }
            long deadline = System.nanoTime() + 10_000_000_000L;
            while (first.received + second.received < FRAMES && System.nanoTime() < deadline) {
                one.poll(System.nanoTime(), first, 64);
                other.poll(System.nanoTime(), second, 64);
            }
            assertEquals(FRAMES, first.received + second.received);
            assertTrue(
                    first.received > 0 && second.received > 0,
                    () -> first.received + " and " + second.received);
        }
        first.pool.close();
        second.pool.close();
    }

    @Test
    void oneThatIsClosedLeavesTheOtherItsFrames() {
        Counting first = new Counting();
        Counting second = new Counting();
        try (PacketSocket peer = far.call(() -> new PacketSocket("veth1"));
                VirtualInterface one = open(0, first)) {
            open(1, second).close();
            assertEquals(512, one.post(512));
            for (int i = 0; i < FRAMES; i++) {
                peer.send(datagram(one.macAddress(), i));
            }
            long deadline = System.nanoTime() + 10_000_000_000L;
            while (first.received == 0 && System.nanoTime() < deadline) {
                one.poll(System.nanoTime(), first, 64);
            }
            // The others went on to the kernel.
            assertTrue(first.received > 0);
        }
        first.pool.close();
        second.pool.close();
    }

    /** A datagram of IPv4 whose port, and so whose hash, is another for each number. */
    private static byte[] datagram(long destination, int number) {
        byte[] frame = new byte[60];
        for (int i = 0; i < 6; i++) {
            frame[i] = (byte) (destination >>> (40 - 8 * i));
        }
        frame[6] = 2;
        frame[12] = 8;
        frame[14] = 0x45;
        frame[17] = 46;
        frame[22] = 64;
        frame[23] = 17;
        frame[26] = (byte) 192;
        frame[30] = (byte) 192;
        frame[34] = (byte) (number >>> 8);
        frame[35] = (byte) number;
        frame[37] = 9;
        frame[39] = 26;
        return frame;
    }
}
