package onload.testkit.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.IpLayer;
import onload.ip.IpOptions;
import onload.ip.address.AddressOptions;
import onload.ip.address.AddressState;
import onload.ip.address.ConflictDetection;
import onload.ip.address.DefendPolicy;
import onload.ip.counter.IpCounter;
import onload.ip.spi.IcmpError;
import onload.nic.emulated.EmulatedCable;
import onload.nic.emulated.EmulatedSwitch;
import onload.nic.emulated.LinkSettings;
import onload.nic.emulated.NicSettings;
import onload.testkit.Frames;
import onload.testkit.base.Property;
import onload.wire.IpAddress;
import onload.wire.MacAddress;
import onload.wire.NdpMessage;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Hosts on one switch whose addresses collide, whose cables are pulled, who move, die and change. */
class NeighbourTest {
    private static final long SECOND_NS = 1_000_000_000L;
    private static final String IPV4 = "192.0.2.2";
    private static final String IPV6 = "2001:db8::2";

    private final IpNetwork network = new IpNetwork(7);
    private final EmulatedSwitch lan = network.addSwitch();

    @AfterEach
    void everyBufferIsHome() {
        network.close();
    }

    private IpHost host(IpOptions options, int number) {
        IpHost host = network.addHost(options, NicSettings.DEFAULT);
        network.connect(lan, host.nic(), LinkSettings.PERFECT);
        return host.up()
                .address("192.0.2." + number + "/24")
                .address("2001:db8::" + number + "/64");
    }

    private IpHost host(int number) {
        return host(IpOptions.DEFAULT, number);
    }

    private static IpOptions with(ConflictDetection detection, DefendPolicy policy) {
        return IpOptions.DEFAULT.withAddresses(AddressOptions.DEFAULT.withIpv4(detection, policy));
    }

    // Two hosts with one address.

    @Test
    void theSecondWithAnIpv6AddressDoesNotGetIt() {
        IpHost first = host(2);
        network.run(3 * SECOND_NS);
        IpHost second = host(2);
        network.run(3 * SECOND_NS);
        assertEquals(AddressState.PREFERRED, first.stateOf(IPV6));
        assertEquals(AddressState.DUPLICATE, second.stateOf(IPV6));
        assertEquals(1, second.count(IpCounter.ADDRESS_DUPLICATES));
        IpHost third = host(3);
        network.run(3 * SECOND_NS);
        assertTrue(third.ping(IPV6).reaches(56, SECOND_NS));
        assertEquals(1, first.count(IpCounter.ICMP_ECHO_REPLIES_SENT));
        // Its other address serves.
        assertTrue(second.ping(third.linkLocal()).reaches(56, SECOND_NS));
    }

    @Test
    void ofTwoThatAskAtTheSameTimeNeverBothGetTheIpv6Address() {
        Property.forAll(
                20,
                random -> {
                    try (IpNetwork pair = new IpNetwork(random.anyLong())) {
                        IpHost one = pair.addHost();
                        IpHost other = pair.addHost();
                        long delayNs = random.between(0, 100_000_000);
                        pair.connect(
                                one.nic(),
                                other.nic(),
                                LinkSettings.builder().delayNs(delayNs).build());
                        one.up().address("2001:db8::2/64");
                        other.up().address("2001:db8::2/64");
                        pair.run(3 * SECOND_NS);
                        // Who hears the other ask while it is still waiting to ask leaves it to
                        // him.
                        assertTrue(
                                one.stateOf(IPV6) == AddressState.DUPLICATE
                                        || other.stateOf(IPV6) == AddressState.DUPLICATE);
                    }
                });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theSecondThatProbesForAnIpv4AddressDoesNotGetIt(boolean alsoFirst) {
        IpOptions probing = with(ConflictDetection.PROBE, DefendPolicy.DEFEND_ALWAYS);
        IpHost first = host(alsoFirst ? probing : IpOptions.DEFAULT, 2);
        network.run(20 * SECOND_NS);
        assertEquals(AddressState.PREFERRED, first.stateOf(IPV4));
        IpHost second = host(probing, 2);
        assertEquals(AddressState.TENTATIVE, second.stateOf(IPV4));
        network.run(20 * SECOND_NS);
        assertEquals(AddressState.PREFERRED, first.stateOf(IPV4));
        assertEquals(AddressState.DUPLICATE, second.stateOf(IPV4));
    }

    @Test
    void anIpv4AddressThatNobodyHasIsUsedAfterProbing() {
        IpHost host = host(with(ConflictDetection.PROBE, DefendPolicy.DEFEND_ALWAYS), 2);
        IpHost other = host(3);
        assertEquals(IpLayer.NO_ROUTE, host.ping("192.0.2.3").send(56));
        network.run(20 * SECOND_NS);
        assertEquals(AddressState.PREFERRED, host.stateOf(IPV4));
        assertTrue(host.ping("192.0.2.3").reaches(56, SECOND_NS));
        assertTrue(other.ping(IPV4).reaches(56, SECOND_NS));
    }

    @Test
    void whoAnnouncesAnAddressThatIsInUseIsSeenAndTheFirstDefendsIt() {
        IpHost first = host(2);
        IpHost third = host(3);
        network.run(3 * SECOND_NS);
        assertTrue(third.ping(IPV4).reaches(56, SECOND_NS));
        IpHost second = host(2);
        network.run(30 * SECOND_NS);
        assertTrue(first.count(IpCounter.ADDRESS_CONFLICTS) > 0);
        assertTrue(second.count(IpCounter.ADDRESS_CONFLICTS) > 0);
        // Both keep it, and each is found by somebody: no storm comes of it.
        assertEquals(AddressState.PREFERRED, first.stateOf(IPV4));
        assertTrue(first.count(IpCounter.ARP_SENT) < 20);
        assertTrue(second.count(IpCounter.ARP_SENT) < 20);
    }

    @Test
    void whoRetreatsLeavesTheAddressToTheOther() {
        IpHost first = host(with(ConflictDetection.ANNOUNCE, DefendPolicy.RETREAT), 2);
        network.run(3 * SECOND_NS);
        IpHost second = host(2);
        network.run(20 * SECOND_NS);
        assertEquals(AddressState.DUPLICATE, first.stateOf(IPV4));
        assertEquals(AddressState.PREFERRED, second.stateOf(IPV4));
        IpHost third = host(3);
        network.run(3 * SECOND_NS);
        assertTrue(third.ping(IPV4).reaches(56, SECOND_NS));
        assertEquals(1, second.count(IpCounter.ICMP_ECHO_REPLIES_SENT));
    }

    // Cables.

    @Test
    void afterItsCableIsMendedAHostIsThereAgain() {
        IpHost one = host(1);
        IpHost other = network.addHost();
        EmulatedCable cable = network.connect(lan, other.nic(), LinkSettings.PERFECT);
        other.up().address("192.0.2.2/24").address("2001:db8::2/64");
        network.run(3 * SECOND_NS);
        assertTrue(one.ping(IPV4).reaches(56, SECOND_NS));
        cable.up(false);
        network.run(SECOND_NS);
        assertFalse(other.nic0().isUp());
        assertEquals(IpLayer.NO_ROUTE, other.ping("192.0.2.1").send(56));
        assertFalse(one.ping(IPV4).reaches(56, SECOND_NS));
        network.run(10 * SECOND_NS);
        cable.up(true);
        network.run(3 * SECOND_NS);
        assertTrue(other.ping("192.0.2.1").reaches(56, SECOND_NS));
        assertTrue(other.ping("2001:db8::1").reaches(56, SECOND_NS));
        assertTrue(one.ping(IPV4).reachesWithin(56, 5));
        assertTrue(one.ping(IPV6).reachesWithin(56, 5));
    }

    @Test
    void whatWaitsWhenTheCableIsCutIsNotKept() {
        IpHost one = network.addHost();
        host(2);
        EmulatedCable cable = network.connect(lan, one.nic(), LinkSettings.PERFECT);
        one.up().address("192.0.2.1/24").address("2001:db8::1/64");
        network.run(3 * SECOND_NS);
        Ping missing = one.ping("192.0.2.77");
        missing.send(56);
        cable.up(false);
        network.run(10 * SECOND_NS);
        assertEquals(1, one.count(IpCounter.NEIGHBOR_DROPPED_REMOVED));
        cable.up(true);
        network.run(3 * SECOND_NS);
        assertTrue(one.ping(IPV4).reaches(56, SECOND_NS));
    }

    @Test
    void anInterfaceThatIsTakenDownAndUpWorksAgain() {
        IpHost one = host(1);
        IpHost other = host(2);
        network.run(3 * SECOND_NS);
        for (int i = 0; i < 5; i++) {
            assertTrue(one.ping(IPV4).reaches(56, SECOND_NS));
            assertTrue(one.ping(IPV6).reaches(56, SECOND_NS));
            one.ip().down(one.nic0(), network.nowNs());
            assertFalse(one.ping(IPV4).reaches(56, SECOND_NS));
            assertFalse(other.ping("192.0.2.1").reaches(56, SECOND_NS));
            one.up();
            network.run(3 * SECOND_NS);
        }
        assertTrue(other.ping("2001:db8::1").reachesWithin(56, 5));
    }

    @Test
    void aHostThatMovesToAnotherPlaceOfTheSwitchIsFoundThere() {
        IpHost one = host(1);
        IpHost other = network.addHost();
        EmulatedCable cable = network.connect(lan, other.nic(), LinkSettings.PERFECT);
        other.up().address("192.0.2.2/24").address("2001:db8::2/64");
        network.run(3 * SECOND_NS);
        assertTrue(one.ping(IPV4).reaches(56, SECOND_NS));
        assertTrue(one.ping(IPV6).reaches(56, SECOND_NS));
        cable.unplug();
        EmulatedSwitch upstairs = network.addSwitch();
        network.connect(lan, upstairs, LinkSettings.PERFECT);
        network.connect(upstairs, other.nic(), LinkSettings.PERFECT);
        network.run(3 * SECOND_NS);
        assertTrue(one.ping(IPV4).reachesWithin(56, 3));
        assertTrue(one.ping(IPV6).reachesWithin(56, 3));
        assertTrue(other.ping("192.0.2.1").reachesWithin(56, 3));
    }

    // Neighbours that die and change.

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.77", "2001:db8::77"})
    void ofAHostThatWasNeverThereTheSenderHears(String to) {
        IpHost one = host(1);
        network.run(3 * SECOND_NS);
        Ping ping = one.ping(to);
        assertEquals(0, ping.send(56));
        network.run(10 * SECOND_NS);
        assertEquals(1, ping.errors());
        assertEquals(IcmpError.HOST_UNREACHABLE, ping.lastErrorKind());
        assertEquals(3, one.count(IpCounter.NEIGHBOR_SOLICITATIONS_SENT));
    }

    @ParameterizedTest
    @ValueSource(strings = {IPV4, IPV6})
    void ofANeighbourThatDiesTheSenderHearsInTheEnd(String to) {
        IpHost one = host(1);
        IpHost other = host(2);
        network.run(3 * SECOND_NS);
        Ping ping = one.ping(to);
        assertTrue(ping.reaches(56, SECOND_NS));
        other.ip().down(other.nic0(), network.nowNs());
        // It is reachable for a while, then in doubt, and is asked itself before all are asked.
        assertFalse(ping.reachesWithin(56, 90));
        assertTrue(ping.errors() > 0, () -> one.ip().counters().toString());
        assertEquals(IcmpError.HOST_UNREACHABLE, ping.lastErrorKind());
        other.up();
        network.run(3 * SECOND_NS);
        assertTrue(ping.reachesWithin(56, 5), () -> one.ip().counters().toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {IPV4, IPV6})
    void aNeighbourThatComesBackWithAnotherEthernetAddressIsFoundByItsAnnouncement(String to) {
        IpHost one = host(1);
        IpHost other = host(2);
        network.run(3 * SECOND_NS);
        Ping ping = one.ping(to);
        assertTrue(ping.reaches(56, SECOND_NS));
        other.ip().down(other.nic0(), network.nowNs());
        IpHost replacement = host(2);
        network.run(5 * SECOND_NS);
        assertTrue(ping.reachesWithin(56, 60), () -> one.ip().counters().toString());
        assertTrue(replacement.count(IpCounter.ICMP_ECHO_REPLIES_SENT) > 0);
    }

    @Test
    void aForgedAdvertisementWithoutOverrideDoesNotTakeANeighboursPackets() {
        IpHost one = host(1);
        host(2);
        RawStation thief = network.addStation();
        network.connect(lan, thief.nic(), LinkSettings.PERFECT);
        network.run(3 * SECOND_NS);
        Ping ping = one.ping(IPV6);
        assertTrue(ping.reaches(56, SECOND_NS));
        byte[] message =
                IcmpMessages.neighborAdvertisement(
                        IpAddress.parse(IPV6), thief.macAddress(), NdpMessage.SOLICITED);
        thief.sendIp(one.nic().macAddress(), IpPackets.icmp(IPV6, "2001:db8::1", 255, message));
        network.run(SECOND_NS);
        assertTrue(ping.reaches(56, SECOND_NS));
        assertEquals(0, thief.count("echo request"));
    }

    @Test
    void aForgedEthernetAddressIsLeftAgainIfItsOwnerDoesNotAnswer() {
        IpHost one = host(1);
        host(2);
        RawStation thief = network.addStation();
        network.connect(lan, thief.nic(), LinkSettings.PERFECT);
        network.run(3 * SECOND_NS);
        Ping ping = one.ping(IPV4);
        assertTrue(ping.reaches(56, SECOND_NS));
        network.run(5 * SECOND_NS);
        thief.send(
                Frames.arpReply(
                        thief.mac(),
                        IPV4,
                        MacAddress.toString(one.nic().macAddress()),
                        "192.0.2.1"));
        network.run(SECOND_NS);
        assertTrue(ping.reachesWithin(56, 30), () -> one.ip().counters().toString());
    }

    @Test
    void aSweepOverAPrefixLeavesRoomForRealNeighbours() {
        IpHost one = host(1);
        host(2);
        network.run(3 * SECOND_NS);
        Ping ping = one.ping(IPV6);
        assertTrue(ping.reaches(56, SECOND_NS));
        for (int i = 0; i < 3000; i++) {
            try (Ping sweep = one.ping("2001:db8::1:%x".formatted(i))) {
                sweep.send(0);
            }
            if (i % 100 == 0) {
                network.run(SECOND_NS / 100);
            }
        }
        assertTrue(ping.reaches(56, SECOND_NS));
        assertTrue(one.ip().neighbors().size() <= 1024);
        network.run(20 * SECOND_NS);
        assertTrue(ping.reaches(56, SECOND_NS));
    }

    @Test
    void aFloodOfArpRequestsFromEverNewAddressesLeavesRoomForRealNeighbours() {
        IpHost one = host(1);
        host(2);
        RawStation flooder = network.addStation();
        network.connect(lan, flooder.nic(), LinkSettings.PERFECT);
        network.run(3 * SECOND_NS);
        Ping ping = one.ping(IPV4);
        assertTrue(ping.reaches(56, SECOND_NS));
        for (int i = 0; i < 3000; i++) {
            String from = "192.0.2.%d".formatted(3 + i % 250);
            String mac = "02:00:00:01:%02x:%02x".formatted(i >> 8, i & 255);
            flooder.send(Frames.arpRequest(mac, from, "192.0.2.1"));
            byte[] message =
                    IcmpMessages.neighborSolicitation(
                            IpAddress.parse("2001:db8::1"), flooder.macAddress());
            flooder.sendIp(
                    one.nic().macAddress(),
                    IpPackets.icmp("2001:db8::2:%x".formatted(i), "2001:db8::1", 255, message));
            if (i % 50 == 0) {
                network.run(SECOND_NS / 100);
            }
        }
        network.run(SECOND_NS);
        assertTrue(ping.reaches(56, SECOND_NS));
        assertTrue(one.ip().neighbors().size() <= 1024);
    }
}
