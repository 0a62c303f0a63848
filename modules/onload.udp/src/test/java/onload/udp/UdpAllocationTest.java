package onload.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import onload.ip.IpLayer;
import onload.ip.IpOptions;
import onload.nic.packet.HugePages;
import onload.nic.packet.PacketPool;
import onload.nic.packet.PoolOptions;
import onload.testkit.base.AllocatedBytes;
import onload.wire.IpAddress;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.util.SplittableRandom;

class UdpAllocationTest {
    private static final int PEERS = 50;

    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[64]);
    private final UdpMessage message = new UdpMessage();
    private int rounds;

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

    /** More peers than a socket keeps destinations, so that these change hands. */
    private void turn(IpLayer ip, UdpSocket server, UdpSocket client, long to) {
        client.sendTo(buffer, 0, 64, 0, to + rounds++ % PEERS, 53, null, 5);
        ip.poll(5, 8);
        if (server.receive(buffer, 0, 64, message) != 64) {
            throw new AssertionError("nothing came");
        }
    }
}
