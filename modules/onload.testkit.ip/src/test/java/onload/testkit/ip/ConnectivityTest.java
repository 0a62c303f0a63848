package onload.testkit.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.IpInterface;
import onload.ip.IpLayer;
import onload.ip.IpOptions;
import onload.ip.counter.IpCounter;
import onload.ip.fragment.ReassemblyOptions;
import onload.ip.neighbor.NeighborOptions;
import onload.nic.emulated.EmulatedSwitch;
import onload.nic.emulated.LinkSettings;
import onload.nic.emulated.NicSettings;
import onload.nic.spi.NicFeature;
import onload.wire.CidrAddress;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectivityTest {
    private static final long SECOND_NS = 1_000_000_000L;
    private static final NicSettings JUMBO = NicSettings.builder().mtu(9000).build();

    private final IpNetwork network = new IpNetwork(2);

    @AfterEach
    void everyBufferIsHome() {
        network.close();
    }

    private static String counters(IpHost... hosts) {
        StringBuilder text = new StringBuilder();
        for (IpHost host : hosts) {
            text.append('\n').append(host.ip().counters());
        }
        return text.toString();
    }

    private void up(IpHost one, IpHost other) {
        one.up().address("192.0.2.1/24").address("2001:db8::1/64");
        other.up().address("192.0.2.2/24").address("2001:db8::2/64");
        network.run(3 * SECOND_NS);
    }

    /** Every length that is on an edge, both ways. */
    private void pingAllLengths(IpHost one, IpHost other, boolean ipv6) {
        for (int length : new int[] {0, 1, 56, 1472, 1473, 8972, 65_507}) {
            pingBothWays(one, "192.0.2.1", other, "192.0.2.2", length);
            if (ipv6) {
                pingBothWays(one, "2001:db8::1", other, "2001:db8::2", length);
            }
        }
    }

    private void pingBothWays(IpHost one, String ones, IpHost other, String others, int length) {
        try (Ping there = one.ping(others);
                Ping back = other.ping(ones)) {
            assertTrue(
                    there.reaches(length, SECOND_NS),
                    () -> "%s with %d bytes: %s".formatted(others, length, counters(one, other)));
            assertTrue(
                    back.reaches(length, SECOND_NS),
                    () -> "%s with %d bytes: %s".formatted(ones, length, counters(one, other)));
            assertEquals(0, there.damaged() + back.damaged());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "576, 576",
        "576, 1280",
        "576, 1500",
        "576, 9000",
        "1280, 576",
        "1280, 1280",
        "1280, 1500",
        "1280, 9000",
        "1500, 576",
        "1500, 1280",
        "1500, 1500",
        "1500, 9000",
        "9000, 576",
        "9000, 1280",
        "9000, 1500",
        "9000, 9000"
    })
    void everyLengthGoesBetweenHostsOfAnyTwoMtus(int mtu, int otherMtu) {
        IpHost one = network.addHost(IpOptions.DEFAULT, JUMBO);
        IpHost other = network.addHost(IpOptions.DEFAULT, JUMBO);
        network.connect(one.nic(), other.nic(), LinkSettings.PERFECT);
        one.mtu(mtu);
        other.mtu(otherMtu);
        up(one, other);
        pingBothWays(one, "192.0.2.1", other, "192.0.2.2", 0);
        pingAllLengths(one, other, mtu >= 1280 && otherMtu >= 1280);
    }

    @ParameterizedTest
    @CsvSource({"68, 68", "68, 576", "68, 1500", "1500, 68", "9000, 68"})
    void theSmallestLinkTakesWhatFitsIn128Fragments(int mtu, int otherMtu) {
        IpHost one = network.addHost(IpOptions.DEFAULT, JUMBO);
        IpHost other = network.addHost(IpOptions.DEFAULT, JUMBO);
        network.connect(one.nic(), other.nic(), LinkSettings.PERFECT);
        one.mtu(mtu);
        other.mtu(otherMtu);
        up(one, other);
        for (int length : new int[] {0, 1, 40, 41, 56, 1472, 1473, 128 * 48 - 8}) {
            pingBothWays(one, "192.0.2.1", other, "192.0.2.2", length);
        }
        // One byte more is one fragment too many for the receiver, which is not broken by it.
        assertFalse(one.ping("192.0.2.2").reaches(128 * 48 - 7, SECOND_NS));
        assertTrue(one.ping("192.0.2.2").reaches(56, SECOND_NS));
    }

    @Test
    void theLongestDatagramGoesOverTheSmallestLinkIfThereIsRoom() {
        ReassemblyOptions reassembly =
                new ReassemblyOptions(16, 4096, 2048, 16, 4096, 60 * SECOND_NS, 60 * SECOND_NS);
        IpOptions options = IpOptions.DEFAULT.withReassembly(reassembly);
        NicSettings nic = NicSettings.builder().rings(2048, 2048).build();
        IpHost one = network.addHost(options, nic, 8192);
        IpHost other = network.addHost(options, nic, 8192);
        network.connect(one.nic(), other.nic(), LinkSettings.PERFECT);
        one.mtu(68);
        other.mtu(68);
        up(one, other);
        pingBothWays(one, "192.0.2.1", other, "192.0.2.2", 0);
        pingBothWays(one, "192.0.2.1", other, "192.0.2.2", 65_507);
        assertEquals(2 * 1365, one.count(IpCounter.FRAGMENTS_SENT));
    }

    @Test
    void belowAnMtuOf1280ThereIsNoIpv6() {
        IpHost one = network.addHost();
        IpHost other = network.addHost();
        network.connect(one.nic(), other.nic(), LinkSettings.PERFECT);
        one.mtu(1279);
        up(one, other);
        assertTrue(one.ping("192.0.2.2").reaches(56, SECOND_NS));
        assertFalse(one.ping("2001:db8::2").reaches(56, SECOND_NS));
        assertFalse(other.ping("2001:db8::1").reaches(56, SECOND_NS));
        one.mtu(1280);
        network.run(3 * SECOND_NS);
        assertTrue(one.ping("2001:db8::2").reaches(56, SECOND_NS), () -> counters(one, other));
        assertTrue(other.ping("2001:db8::1").reaches(56, SECOND_NS), () -> counters(one, other));
    }

    @Test
    void onePastTheLongestDatagramIsRefused() {
        IpHost one = network.addHost();
        IpHost other = network.addHost();
        network.connect(one.nic(), other.nic(), LinkSettings.PERFECT);
        up(one, other);
        assertEquals(IpLayer.TOO_LONG, one.ping("192.0.2.2").send(65_508));
        // The payload of IPv6 may be longer by its header.
        assertTrue(one.ping("2001:db8::2").reaches(65_527, SECOND_NS));
        assertEquals(IpLayer.TOO_LONG, one.ping("2001:db8::2").send(65_528));
    }

    @Test
    void everyLengthGoesToThisHostItself() {
        IpHost one = network.addHost();
        one.up().address("192.0.2.1/24");
        for (int length : new int[] {0, 1, 56, 1472, 1473, 8972, 65_507}) {
            assertTrue(one.ping("127.0.0.1").reaches(length, SECOND_NS));
            assertTrue(one.ping("::1").reaches(length, SECOND_NS));
        }
        assertEquals(0, one.count(IpCounter.SENT));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void checksumsMayBeTheNics(boolean receive) {
        NicSettings settings =
                NicSettings.builder()
                        .feature(NicFeature.TRANSMIT_CHECKSUM, true)
                        .feature(NicFeature.RECEIVE_CHECKSUM, receive)
                        .build();
        IpHost one = network.addHost(IpOptions.DEFAULT, settings);
        IpHost other = network.addHost();
        network.connect(one.nic(), other.nic(), LinkSettings.PERFECT);
        up(one, other);
        pingAllLengths(one, other, true);
    }

    @Test
    void aNicThatGathersNothingGetsWholeFrames() {
        NicSettings settings =
                NicSettings.builder()
                        .feature(NicFeature.TRANSMIT_GATHER, false)
                        .feature(NicFeature.RECEIVE_SCATTER, false)
                        .build();
        IpHost one = network.addHost(IpOptions.DEFAULT, settings);
        IpHost other = network.addHost(IpOptions.DEFAULT, settings);
        network.connect(one.nic(), other.nic(), LinkSettings.PERFECT);
        up(one, other);
        pingAllLengths(one, other, true);
    }

    @Test
    void smallRingsOnlyMakeFramesWait() {
        NicSettings settings = NicSettings.builder().rings(512, 4).build();
        IpHost one = network.addHost(IpOptions.DEFAULT, settings);
        IpHost other = network.addHost(IpOptions.DEFAULT, settings);
        LinkSettings gigabit = LinkSettings.builder().bitsPerSecond(1_000_000_000L).build();
        network.connect(one.nic(), other.nic(), gigabit);
        up(one, other);
        pingAllLengths(one, other, true);
    }

    @Test
    void tenHostsOnASwitchFindEachOther() {
        EmulatedSwitch lan = network.addSwitch();
        IpHost[] hosts = new IpHost[10];
        for (int i = 0; i < hosts.length; i++) {
            hosts[i] = network.addHost();
            network.connect(lan, hosts[i].nic(), LinkSettings.PERFECT);
            hosts[i].up()
                    .address("192.0.2." + (i + 1) + "/24")
                    .address("2001:db8::" + (i + 1) + "/64");
        }
        network.run(3 * SECOND_NS);
        for (IpHost host : hosts) {
            for (int to = 1; to <= hosts.length; to++) {
                assertTrue(host.ping("192.0.2." + to).reaches(56, SECOND_NS));
                assertTrue(host.ping("2001:db8::" + to).reaches(56, SECOND_NS));
            }
        }
    }

    @Test
    void linkLocalAddressesReachEachOtherWithoutAnyConfiguration() {
        IpHost one = network.addHost();
        IpHost other = network.addHost();
        network.connect(one.nic(), other.nic(), LinkSettings.PERFECT);
        one.up();
        other.up();
        network.run(3 * SECOND_NS);
        Ping ping = one.ping(other.linkLocal());
        assertTrue(
                ping.reaches(56, SECOND_NS),
                () ->
                        ping.lastResult()
                                + one.ip().addresses().list().toString()
                                + counters(one, other));
        assertTrue(other.ping(one.linkLocal()).reaches(65_507, SECOND_NS));
    }

    @Test
    void vlansOnOneCableAreLinksOfTheirOwn() {
        IpHost one = network.addHost();
        IpHost other = network.addHost();
        network.connect(one.nic(), other.nic(), LinkSettings.PERFECT);
        up(one, other);
        vlan(one, 100, "198.51.100.1/24", "2001:db8:100::1/64");
        vlan(other, 100, "198.51.100.2/24", "2001:db8:100::2/64");
        vlan(one, 200, "203.0.113.1/24", "2001:db8:200::1/64");
        vlan(other, 201, "203.0.113.2/24", "2001:db8:200::2/64");
        network.run(3 * SECOND_NS);
        for (int length : new int[] {0, 56, 1472, 1473, 65_507}) {
            assertTrue(one.ping("198.51.100.2").reaches(length, SECOND_NS));
            assertTrue(one.ping("2001:db8:100::2").reaches(length, SECOND_NS));
        }
        assertTrue(one.ping("192.0.2.2").reaches(56, SECOND_NS));
        // The other host is in another VLAN than it seems.
        assertFalse(one.ping("203.0.113.2").reaches(56, 5 * SECOND_NS));
        assertFalse(one.ping("2001:db8:200::2").reaches(56, 5 * SECOND_NS));
        assertTrue(other.count(IpCounter.FRAME_DROPPED_UNKNOWN_VLAN) > 0);
    }

    private void vlan(IpHost host, int identifier, String... addresses) {
        IpLayer ip = host.ip();
        IpInterface vlan = ip.addVlan(host.nic0(), identifier, "nic0." + identifier);
        ip.up(vlan, network.nowNs());
        for (String address : addresses) {
            ip.addAddress(vlan, CidrAddress.parse(address), network.nowNs());
        }
    }

    @Test
    void afterALongPauseANeighbourIsAskedAgainAndAnswers() {
        IpHost one = network.addHost();
        IpHost other = network.addHost();
        network.connect(one.nic(), other.nic(), LinkSettings.PERFECT);
        up(one, other);
        assertTrue(one.ping("192.0.2.2").reaches(56, SECOND_NS));
        assertTrue(one.ping("2001:db8::2").reaches(56, SECOND_NS));
        network.run(24 * 3600 * SECOND_NS);
        assertTrue(one.ping("192.0.2.2").reaches(56, SECOND_NS));
        assertTrue(one.ping("2001:db8::2").reaches(56, SECOND_NS));
    }

    @Test
    void manyMayWaitForTheSameNeighbourAndAllArrive() {
        NeighborOptions neighbors = NeighborOptions.DEFAULT;
        IpHost one =
                network.addHost(IpOptions.DEFAULT.withNeighbors(neighbors), NicSettings.DEFAULT);
        IpHost other = network.addHost();
        LinkSettings far = LinkSettings.builder().delayNs(50_000_000L).build();
        network.connect(one.nic(), other.nic(), far);
        up(one, other);
        Ping ping = one.ping("192.0.2.2");
        for (int i = 0; i < neighbors.queuedPerNeighbor(); i++) {
            assertEquals(0, ping.send(56));
        }
        network.run(SECOND_NS);
        assertEquals(neighbors.queuedPerNeighbor(), ping.replies());
        assertEquals(1, one.count(IpCounter.NEIGHBOR_SOLICITATIONS_SENT));
    }
}
