package onload.nic.emulated;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.nic.packet.PacketBuffers;
import onload.nic.spi.EverythingFilter;
import onload.nic.spi.Filter;
import onload.nic.spi.FlowFilter;
import onload.nic.spi.LocalFilter;
import onload.nic.spi.NicCounter;
import onload.nic.spi.NicFeature;
import onload.nic.spi.VirtualInterface;
import onload.testkit.base.AllocatedBytes;
import onload.wire.IpAddress;
import onload.wire.IpProtocol;
import onload.wire.ToeplitzHash;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Several queues of one NIC: which frame goes to which. */
class SteeringTest {
    private static final int QUEUES = 4;
    private static final long NOW_NS = 5;
    private static final IpAddress LOCAL = IpAddress.parse("192.0.2.1");
    private static final IpAddress LOCAL6 = IpAddress.parse("2001:db8::1");
    private static final IpAddress REMOTE = IpAddress.parse("198.51.100.7");
    private static final IpAddress REMOTE6 = IpAddress.parse("2001:db8::7");

    private final EmulatedNetwork network = EmulatedNetwork.onVirtualTime(1);
    private final EmulatedNic nic =
            network.addNic(NicSettings.builder().queues(QUEUES).filters(8).build());
    private final EmulatedNic far = network.addNic(NicSettings.DEFAULT);
    private final Host peer;
    private final Host[] queues = new Host[QUEUES];

    SteeringTest() {
        network.connect(nic, far, LinkSettings.PERFECT);
        peer = new Host(far);
        for (int i = 0; i < QUEUES; i++) {
            queues[i] = new Host(nic, i, 1024).post();
        }
    }

    @AfterEach
    void close() {
        peer.close();
        for (Host queue : queues) {
            queue.close();
        }
        network.close();
    }

    private byte[] flow(int protocol, int remotePort, int localPort) {
        return Frames.flow(nic.macAddress(), protocol, REMOTE, remotePort, LOCAL, localPort);
    }

    /** {@return the queue at which a frame arrives, or -1} */
    private int queueOf(byte[] frame) {
        peer.send(NOW_NS, frame);
        peer.poll(NOW_NS);
        int found = -1;
        for (int i = 0; i < QUEUES; i++) {
            int before = queues[i].frames.size();
            queues[i].poll(NOW_NS);
            queues[i].post();
            if (queues[i].frames.size() > before) {
                assertEquals(-1, found, "at two queues");
                found = i;
            }
        }
        return found;
    }

    private int add(int queue, Filter filter) {
        return queues[queue].port.addFilter(filter);
    }

    private static FlowFilter flowFilter(int protocol, int localPort, int remotePort) {
        return new FlowFilter(protocol, LOCAL, localPort, REMOTE, remotePort);
    }

    // The hash.

    @Test
    void flowsAreSpreadEvenlyOverTheQueues() {
        int[] counts = new int[QUEUES];
        for (int port = 1024; port < 5024; port++) {
            counts[queueOf(flow(IpProtocol.TCP, port, 80))]++;
        }
        for (int count : counts) {
            assertEquals(1000, count, 150, Arrays.toString(counts));
        }
    }

    @Test
    void aFlowStaysAtItsQueueAndItsHashIsHandedUp() {
        ToeplitzHash toeplitz = new ToeplitzHash(ToeplitzHash.microsoftKey());
        for (int port = 1; port < 100; port++) {
            byte[] frame = flow(IpProtocol.UDP, port, 53);
            int queue = queueOf(frame);
            assertEquals(queue, queueOf(frame));
            Host host = queues[queue];
            assertNotEquals(0, host.flags.getLast() & PacketBuffers.HASHED);
            int expected = toeplitz.ipv4(REMOTE.ipv4(), LOCAL.ipv4(), port, 53);
            assertEquals(expected, host.hashes.getLast());
            assertEquals((expected & 127) % QUEUES, queue);
        }
    }

    @Test
    void ipv6IsSpreadToo() {
        boolean[] seen = new boolean[QUEUES];
        for (int port = 1; port < 100; port++) {
            seen[
                            queueOf(
                                    Frames.flow(
                                            nic.macAddress(),
                                            IpProtocol.TCP,
                                            REMOTE6,
                                            port,
                                            LOCAL6,
                                            80))] =
                    true;
        }
        assertArrayEquals(new boolean[] {true, true, true, true}, seen);
    }

    @Test
    void whatHasNoAddressesGoesToTheFirstQueueWithoutAHash() {
        assertEquals(0, queueOf(Frames.frame(nic.macAddress(), 1, 2, 60)));
        assertEquals(0, queues[0].flags.getLast() & PacketBuffers.HASHED);
    }

    @Test
    void theIndirectionTableSaysWhichQueuesGetFlows() {
        nic.indirection(2, 3);
        int[] counts = new int[QUEUES];
        for (int port = 1; port <= 400; port++) {
            counts[queueOf(flow(IpProtocol.TCP, port, 80))]++;
        }
        assertEquals(0, counts[0] + counts[1]);
        assertEquals(200, counts[2], 60);
        assertThrows(IllegalArgumentException.class, nic::indirection);
        assertThrows(IllegalArgumentException.class, () -> nic.indirection(QUEUES));
        assertThrows(IllegalArgumentException.class, () -> nic.indirection(new int[129]));
    }

    @Test
    void framesForAQueueThatIsNotOpenAreCountedByTheLowestThatIs() {
        queues[0].close();
        queues[2].close();
        for (int port = 1; port <= 400; port++) {
            peer.send(NOW_NS, flow(IpProtocol.TCP, port, 80));
            peer.poll(NOW_NS);
            for (Host host : List.of(queues[1], queues[3])) {
                host.poll(NOW_NS);
                host.post();
            }
        }
        int arrived = queues[1].frames.size() + queues[3].frames.size();
        long dropped = queues[1].count(NicCounter.RECEIVE_DROPPED_NO_QUEUE);
        assertEquals(400, arrived + dropped);
        assertEquals(200, (double) dropped, 60);
        assertEquals(0, queues[3].count(NicCounter.RECEIVE_DROPPED_NO_QUEUE));
        queues[0] = new Host(nic, 0, 1024);
        queues[2] = new Host(nic, 2, 1024);
    }

    @Test
    void withNoQueueOpenTheNicCounts() {
        for (Host host : queues) {
            host.port.close();
        }
        peer.send(NOW_NS, flow(IpProtocol.TCP, 1, 80));
        assertEquals(1, nic.count(NicCounter.RECEIVE_DROPPED_NO_QUEUE));
    }

    // Filters.

    @Test
    void aFlowFilterComesBeforeALocalOneAndThatBeforeEverythingAndThatBeforeTheHash() {
        byte[] frame = flow(IpProtocol.TCP, 1000, 80);
        int byHash = queueOf(frame);
        int everything = (byHash + 1) % QUEUES;
        int local = (byHash + 2) % QUEUES;
        int exact = (byHash + 3) % QUEUES;
        assertTrue(add(everything, new EverythingFilter()) >= 0);
        assertEquals(everything, queueOf(frame));
        int localId = add(local, new LocalFilter(IpProtocol.TCP, LOCAL, 80));
        assertEquals(local, queueOf(frame));
        int exactId = add(exact, flowFilter(IpProtocol.TCP, 80, 1000));
        assertEquals(exact, queueOf(frame));
        assertEquals(local, queueOf(flow(IpProtocol.TCP, 1001, 80)), "another flow");
        assertEquals(everything, queueOf(flow(IpProtocol.UDP, 1000, 80)), "another protocol");
        assertEquals(everything, queueOf(Frames.frame(nic.macAddress(), 1, 2, 60)));
        assertTrue(queues[exact].port.removeFilter(exactId));
        assertEquals(local, queueOf(frame));
        assertTrue(queues[local].port.removeFilter(localId));
        assertEquals(everything, queueOf(frame));
    }

    @Test
    void filtersOfBothIpVersionsAreKeptApart() {
        add(1, new LocalFilter(IpProtocol.UDP, LOCAL6, 53));
        add(2, new LocalFilter(IpProtocol.UDP, LOCAL, 53));
        assertEquals(
                1, queueOf(Frames.flow(nic.macAddress(), IpProtocol.UDP, REMOTE6, 9, LOCAL6, 53)));
        assertEquals(2, queueOf(flow(IpProtocol.UDP, 9, 53)));
    }

    @Test
    void aFlowThatIsTakenIsRefused() {
        assertTrue(add(1, flowFilter(IpProtocol.TCP, 80, 1)) >= 0);
        assertEquals(VirtualInterface.FILTER_TAKEN, add(2, flowFilter(IpProtocol.TCP, 80, 1)));
        assertEquals(VirtualInterface.FILTER_TAKEN, add(1, flowFilter(IpProtocol.TCP, 80, 1)));
        assertTrue(add(1, new EverythingFilter()) >= 0);
        assertEquals(VirtualInterface.FILTER_TAKEN, add(1, new EverythingFilter()));
    }

    @Test
    void aFullTableRefusesUntilOneIsGivenUp() {
        List<Integer> filters = new ArrayList<>();
        for (int i = 1; i <= 8; i++) {
            filters.add(add(1, flowFilter(IpProtocol.TCP, 80, i)));
        }
        assertEquals(VirtualInterface.FILTER_TABLE_FULL, add(2, flowFilter(IpProtocol.TCP, 80, 9)));
        assertTrue(queues[1].port.removeFilter(filters.getFirst()));
        assertFalse(queues[1].port.removeFilter(filters.getFirst()));
        assertTrue(add(2, flowFilter(IpProtocol.TCP, 80, 9)) >= 0);
    }

    @Test
    void aFilterIsGivenUpByItsOwnInterfaceOnly() {
        int filter = add(1, flowFilter(IpProtocol.TCP, 80, 1));
        assertFalse(queues[2].port.removeFilter(filter));
        assertEquals(1, queueOf(flow(IpProtocol.TCP, 1, 80)));
    }

    @Test
    void closingGivesAllFiltersUp() {
        add(1, flowFilter(IpProtocol.TCP, 80, 1));
        add(1, new EverythingFilter());
        queues[1].close();
        assertTrue(add(2, flowFilter(IpProtocol.TCP, 80, 1)) >= 0);
        assertTrue(add(2, new EverythingFilter()) >= 0);
        queues[1] = new Host(nic, 1, 1024);
    }

    @Test
    void aNicWithoutFiltersSaysSo() {
        EmulatedNic plain = network.addNic(NicSettings.builder().filters(0).build());
        try (Host host = new Host(plain)) {
            assertFalse(host.port.capabilities().has(NicFeature.FLOW_FILTERS));
            assertEquals(
                    VirtualInterface.FILTER_UNSUPPORTED,
                    host.port.addFilter(new EverythingFilter()));
        }
    }

    @Test
    void steeringMakesNoGarbage() {
        add(1, new LocalFilter(IpProtocol.TCP, LOCAL, 80));
        add(1, flowFilter(IpProtocol.TCP, 80, 1));
        Steering steering = new Steering(NicSettings.builder().queues(QUEUES).build());
        steering.add(new LocalFilter(IpProtocol.TCP, LOCAL, 80), 3);
        steering.add(flowFilter(IpProtocol.TCP, 80, 1), 3);
        byte[] frame = flow(IpProtocol.TCP, 77, 80);
        org.agrona.concurrent.UnsafeBuffer buffer = new org.agrona.concurrent.UnsafeBuffer(frame);
        int[] sum = new int[1];
        assertEquals(
                0,
                AllocatedBytes.perRun(
                        20_000, 10_000, () -> sum[0] += steering.queue(buffer, 0, frame.length)));
        assertEquals(3 * 50_000, sum[0]);
    }
}
