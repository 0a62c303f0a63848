package onload.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.IpOptions;
import onload.nic.emulated.LinkSettings;
import onload.nic.emulated.NicSettings;
import onload.testkit.ip.IpNetwork;
import onload.wire.IpAddress;

import org.junit.jupiter.api.Test;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;

/** What a connection costs in memory: what is stated is measured. */
class ConnectionFootprintTest {
    private static final int CACHE_LINE = 64;
    private static final int CONNECTIONS = 20_000;
    private static final long SECOND_NS = 1_000_000_000L;

    @Test
    void theHotPartOfAConnectionFitsItsCacheLines() throws ReflectiveOperationException {
        long end = 0;
        for (Class<?> type = TransmissionControlBlock.class;
                type != Object.class;
                type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers())) {
                    end = Math.max(end, offsetOf(field) + sizeOf(field.getType()));
                }
            }
        }
        assertTrue(end > 0);
        long lines = (end + CACHE_LINE - 1) / CACHE_LINE;
        assertTrue(
                lines <= TransmissionControlBlock.HOT_CACHE_LINES,
                "the hot part ends at byte " + end);
    }

    /** By reflection, since the class belongs to a module that tests do not ask for. */
    private static long offsetOf(Field field) throws ReflectiveOperationException {
        Class<?> type = Class.forName("sun.misc.Unsafe");
        Field instance = type.getDeclaredField("theUnsafe");
        instance.setAccessible(true);
        return (long)
                type.getMethod("objectFieldOffset", Field.class).invoke(instance.get(null), field);
    }

    private static int sizeOf(Class<?> type) {
        if (type == long.class || type == double.class) {
            return Long.BYTES;
        }
        if (type == byte.class || type == boolean.class) {
            return 1;
        }
        return type == short.class || type == char.class ? Short.BYTES : Integer.BYTES;
    }

    @Test
    void anIdleEstablishedConnectionCostsAtMostAKibibyteInAll() {
        try (IpNetwork network = new IpNetwork(1)) {
            TcpSettings settings =
                    TcpSettings.DEFAULT
                            .with(TcpSetting.FIRST_PORT, 1024)
                            .with(TcpSetting.LAST_PORT, 65535);
            TcpHost client = host(network, settings, "192.0.2.1/24");
            TcpHost server = host(network, settings, "192.0.2.2/24");
            network.connect(client.host.nic(), server.host.nic(), LinkSettings.PERFECT);
            client.host.up();
            server.host.up();
            TcpListener listener = server.tcp.listener();
            assertEquals(0, listener.bind(0, 0, 80));
            assertEquals(0, listener.listen(1000));
            List<TcpConnection> open = new ArrayList<>(2 * CONNECTIONS);
            connect(network, client, listener, open, 100);
            long before = usedBytes();
            connect(network, client, listener, open, CONNECTIONS);
            // What the test itself remembers of each.
            client.seen.clear();
            server.seen.clear();
            long each = (usedBytes() - before) / (2L * CONNECTIONS);
            assertEquals(2 * (CONNECTIONS + 100), client.tcp.flows() + server.tcp.flows());
            assertTrue(each > 200, each + " bytes: too few to be true");
            assertTrue(each <= 1024, each + " bytes for each connection");
        }
    }

    private static TcpHost host(IpNetwork network, TcpSettings settings, String address) {
        TcpHost host =
                new TcpHost(
                        network,
                        network.addHost(IpOptions.DEFAULT, NicSettings.DEFAULT),
                        settings,
                        1);
        host.host.up().address(address);
        return host;
    }

    private static void connect(
            IpNetwork network,
            TcpHost client,
            TcpListener listener,
            List<TcpConnection> open,
            int count) {
        IpAddress peer = IpAddress.parse("192.0.2.2");
        for (int i = 0; i < count; i++) {
            TcpConnection connection = client.tcp.open();
            assertEquals(0, connection.connect(peer.high(), peer.low(), 80, network.nowNs()));
            client.host.ip().flush(network.nowNs());
            assertTrue(network.runUntil(() -> listener.waiting() > 0, SECOND_NS));
            open.add(connection);
            TcpConnection accepted = listener.accept();
            assertTrue(accepted != null);
            open.add(accepted);
        }
    }

    private static long usedBytes() {
        Runtime runtime = Runtime.getRuntime();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 4; i++) {
            System.gc();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }
}
