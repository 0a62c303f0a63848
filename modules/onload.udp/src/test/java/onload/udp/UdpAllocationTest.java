package onload.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import onload.ip.IpInterface;
import onload.ip.IpLayer;
import onload.ip.IpOptions;
import onload.nic.emulated.EmulatedNetwork;
import onload.nic.emulated.EmulatedNic;
import onload.nic.emulated.LinkSettings;
import onload.nic.emulated.NicSettings;
import onload.nic.packet.HugePages;
import onload.nic.packet.PacketPool;
import onload.nic.packet.PoolOptions;
import onload.testkit.base.AllocatedBytes;
import onload.wire.CidrAddress;
import onload.wire.IpAddress;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.util.SplittableRandom;

class UdpAllocationTest {
    private static final int PEERS = 50;
    private static final long QUARTER_NS = 250_000_000L;
    private static final int QUARTERS = 30;

    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[3000]);
    private final UdpMessage message = new UdpMessage();
    private int rounds;
    private long nowNs = 5;

    @Test
    void sendingToManyPeersAndReceivingAllocatesNothing() {
        PoolOptions options =
                PoolOptions.of(256).withHugePages(HugePages.NEVER).withAccounting(false);
        try (PacketPool pool = PacketPool.open(options);
                IpLayer ip = new IpLayer(IpOptions.DEFAULT, pool, new SplittableRandom(1), 5)) {
            UdpEngine udp =
                    new UdpEngine(
                            ip,
                            UdpSettings.DEFAULT,
                            (socket, what) -> {},
                            new SplittableRandom(2),
                            5);
            UdpSocket server = udp.open();
            assertEquals(0, server.bind(0, 0, 53));
            UdpSocket client = udp.open();
            long to = IpAddress.parse("127.0.0.1").low();
            assertEquals(0, AllocatedBytes.perRun(5000, 3000, () -> turn(ip, server, client, to)));
            server.close(5);
            client.close(5);
        }
    }

    @Test
    void theWayOverTheWireAllocatesNothing() {
        try (EmulatedNetwork network = EmulatedNetwork.onVirtualTime(1);
                Host one = new Host(network, 1);
                Host two = new Host(network, 2)) {
            network.connect(one.nic, two.nic, LinkSettings.PERFECT);
            one.begin(two);
            two.begin(one);
            assertEquals(0, two.socket.bind(0, 0, 53));
            for (int i = 0; i < QUARTERS; i++) {
                nowNs += QUARTER_NS;
                pollBoth(one, two);
            }
            assertEquals(0, AllocatedBytes.perRun(5000, 3000, () -> exchange(one, two, 64)));
            assertEquals(0, AllocatedBytes.perRun(5000, 3000, () -> exchange(one, two, 3000)));
        }
    }

    /** There and back by both versions, in fragments if it is long. */
    private void exchange(Host one, Host two, int length) {
        for (IpAddress to : two.addresses) {
            one.socket.sendTo(buffer, 0, length, to.high(), to.low(), 53, null, nowNs);
            pollBoth(one, two);
            two.socket.receive(buffer, 0, length, message);
            two.socket.sendTo(
                    buffer,
                    0,
                    length,
                    message.sourceHigh(),
                    message.sourceLow(),
                    message.sourcePort(),
                    null,
                    nowNs);
            pollBoth(one, two);
            if (one.socket.receive(buffer, 0, length, message) != length) {
                throw new AssertionError("nothing came");
            }
        }
    }

    private void pollBoth(Host one, Host two) {
        one.ip.flush(nowNs);
        two.ip.flush(nowNs);
        two.ip.poll(nowNs, 64);
        one.ip.poll(nowNs, 64);
    }

    /** A host without accounting of buffers, which allocates. */
    private static final class Host implements AutoCloseable {
        final PacketPool pool =
                PacketPool.open(
                        PoolOptions.of(1024).withHugePages(HugePages.NEVER).withAccounting(false));
        final EmulatedNic nic;
        final IpLayer ip;
        final IpInterface nic0;
        final UdpSocket socket;
        final IpAddress[] addresses;

        Host(EmulatedNetwork network, int number) {
            nic = network.addNic(NicSettings.DEFAULT);
            ip = new IpLayer(IpOptions.DEFAULT, pool, new SplittableRandom(number), 5);
            nic0 = ip.addInterface("nic0", nic.open(0, pool));
            addresses =
                    new IpAddress[] {
                        IpAddress.parse("192.0.2." + number), IpAddress.parse("2001:db8::" + number)
                    };
            UdpEngine udp =
                    new UdpEngine(
                            ip,
                            UdpSettings.DEFAULT,
                            (socket, what) -> {},
                            new SplittableRandom(number),
                            5);
            socket = udp.open();
        }

        void begin(Host other) {
            ip.up(nic0, 5);
            ip.addAddress(nic0, CidrAddress.parse(addresses[0] + "/24"), 5);
            ip.addAddress(nic0, CidrAddress.parse(addresses[1] + "/64"), 5);
            for (IpAddress each : other.addresses) {
                ip.neighbors()
                        .fix(nic0.index(), each.high(), each.low(), other.nic.macAddress(), 5);
            }
        }

        @Override
        public void close() {
            socket.close(5);
            ip.close();
            assertEquals(pool.capacity(), pool.available());
            pool.close();
        }
    }

    /** More peers than a socket keeps destinations, so that these change hands. */
    private void turn(IpLayer ip, UdpSocket server, UdpSocket client, long to) {
        client.sendTo(buffer, 0, 64, 0, to + rounds++ % PEERS, 53, null, 5);
        ip.poll(5, 8);
        if (server.receive(buffer, 0, 64, message) != 64) {
            throw new AssertionError("nothing came");
        }
    }
}
