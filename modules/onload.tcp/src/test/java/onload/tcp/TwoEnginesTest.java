package onload.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.IpOptions;
import onload.nic.emulated.LinkSettings;
import onload.nic.emulated.NicSettings;
import onload.testkit.ip.IpNetwork;
import onload.wire.IpAddress;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** Two engines on a cable: they open, exchange, and close. */
class TwoEnginesTest {
    private static final long SECOND_NS = 1_000_000_000L;

    @Test
    void connectSendAndClose() {
        try (IpNetwork network = new IpNetwork(1)) {
            TcpHost one =
                    new TcpHost(
                            network,
                            network.addHost(IpOptions.DEFAULT, NicSettings.DEFAULT),
                            TcpSettings.DEFAULT,
                            1);
            TcpHost other =
                    new TcpHost(
                            network,
                            network.addHost(IpOptions.DEFAULT, NicSettings.DEFAULT),
                            TcpSettings.DEFAULT,
                            2);
            network.connect(
                    one.host.nic(),
                    other.host.nic(),
                    LinkSettings.builder().delayNs(1_000_000).build());
            one.host.up().address("192.0.2.1/24");
            other.host.up().address("192.0.2.2/24");
            TcpListener listener = other.tcp.listener();
            assertEquals(0, listener.bind(0, 0, 80));
            assertEquals(0, listener.listen(5));
            TcpConnection client = one.tcp.open();
            IpAddress peer = IpAddress.parse("192.0.2.2");
            assertEquals(0, client.connect(peer.high(), peer.low(), 80, network.nowNs()));
            one.host.ip().flush(network.nowNs());
            assertTrue(
                    network.runUntil(() -> client.state() == TcpState.ESTABLISHED, 10 * SECOND_NS));
            assertTrue(network.runUntil(() -> listener.waiting() == 1, SECOND_NS));
            TcpConnection server = listener.accept();
            assertNotNull(server);
            UnsafeBuffer data = new UnsafeBuffer(new byte[100_000]);
            for (int i = 0; i < data.capacity(); i++) {
                data.putByte(i, (byte) (i * 7));
            }
            assertEquals(100_000, client.send(data, 0, data.capacity(), network.nowNs()));
            one.host.ip().flush(network.nowNs());
            assertTrue(
                    network.runUntil(() -> server.available() == 100_000, 10 * SECOND_NS),
                    () ->
                            one.tcp.counters()
                                    + "\n"
                                    + other.tcp.counters()
                                    + "\n"
                                    + client.info(network.nowNs()));
            UnsafeBuffer got = new UnsafeBuffer(new byte[100_000]);
            assertEquals(100_000, server.receive(got, 0, 100_000, network.nowNs()));
            assertEquals(data, got);
            client.close(network.nowNs());
            one.host.ip().flush(network.nowNs());
            assertTrue(network.runUntil(() -> server.state() == TcpState.CLOSE_WAIT, SECOND_NS));
            server.close(network.nowNs());
            other.host.ip().flush(network.nowNs());
            assertTrue(network.runUntil(() -> other.tcp.flows() == 0, SECOND_NS));
            assertTrue(network.runUntil(() -> one.tcp.flows() == 0, 100 * SECOND_NS));
        }
    }
}
