package onload.testkit.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.counter.IpCounter;
import onload.nic.emulated.LinkSettings;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PingTest {
    private static final long SECOND_NS = 1_000_000_000L;

    private final IpNetwork network = new IpNetwork(1);
    private final IpHost one = network.addHost();
    private final IpHost other = network.addHost();

    @AfterEach
    void everyBufferIsHome() {
        network.close();
    }

    private void connectAndBringUp() {
        network.connect(one.nic(), other.nic(), LinkSettings.PERFECT);
        one.up().address("192.0.2.1/24").address("2001:db8::1/64");
        other.up().address("192.0.2.2/24").address("2001:db8::2/64");
        network.run(3 * SECOND_NS);
    }

    @Test
    void hostsFindEachOtherByArp() {
        connectAndBringUp();
        Ping ping = one.ping("192.0.2.2");
        assertTrue(
                ping.reaches(56, SECOND_NS),
                () -> one.ip().counters() + "\n" + other.ip().counters());
        assertEquals(64, ping.lastHopLimit());
        assertEquals(1, one.count(IpCounter.NEIGHBOR_SOLICITATIONS_SENT));
    }

    @Test
    void hostsFindEachOtherByNdp() {
        connectAndBringUp();
        Ping ping = one.ping("2001:db8::2");
        assertTrue(
                ping.reaches(56, SECOND_NS),
                () -> one.ip().counters() + "\n" + other.ip().counters());
        assertEquals(64, ping.lastHopLimit());
    }

    @Test
    void aHostReachesItself() {
        connectAndBringUp();
        assertTrue(one.ping("127.0.0.1").reaches(56, SECOND_NS));
        assertTrue(one.ping("192.0.2.1").reaches(56, SECOND_NS));
        assertTrue(one.ping("::1").reaches(56, SECOND_NS));
        assertTrue(one.ping("2001:db8::1").reaches(56, SECOND_NS));
    }

    @Test
    void longDatagramsGoInFragments() {
        connectAndBringUp();
        assertTrue(
                one.ping("192.0.2.2").reaches(65_507, SECOND_NS),
                () -> one.ip().counters() + "\n" + other.ip().counters());
        assertTrue(
                one.ping("2001:db8::2").reaches(65_507, SECOND_NS),
                () -> one.ip().counters() + "\n" + other.ip().counters());
    }

    @Test
    void theExampleOfTheReadmeHolds() {
        network.connect(one.nic(), other.nic(), LinkSettings.builder().loss(0.01).build());
        one.up().address("2001:db8::1/64");
        other.up().address("2001:db8::2/64");
        assertTrue(one.ping("2001:db8::2").reachesWithin(65_507, 20));
    }
}
