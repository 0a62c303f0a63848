package onload.testkit.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.counter.IpCounter;
import onload.ip.spi.IcmpError;
import onload.nic.emulated.EmulatedSwitch;
import onload.nic.emulated.LinkSettings;
import onload.wire.Icmpv6Message;
import onload.wire.IpAddress;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Addresses that are one interface's only (RFC 4007). */
class LinkLocalTest {
    private static final long SECOND_NS = 1_000_000_000L;

    private final IpNetwork network = new IpNetwork(3);
    private final IpHost host = network.addHost();
    private final IpHost other = network.addHost();
    private final RawStation station = network.addStation();

    @BeforeEach
    void connect() {
        EmulatedSwitch lan = network.addSwitch();
        network.connect(lan, host.nic(), LinkSettings.PERFECT);
        network.connect(lan, other.nic(), LinkSettings.PERFECT);
        network.connect(lan, station.nic(), LinkSettings.PERFECT);
        host.up();
        other.up().address("2001:db8::2/64");
        network.run(3 * SECOND_NS);
    }

    @AfterEach
    void everyBufferIsHome() {
        network.close();
    }

    @Test
    void aHostReachesItself() {
        Ping ping = host.ping(host.linkLocal());
        assertTrue(ping.reaches(56, SECOND_NS), () -> host.ip().counters().toString());
        assertTrue(ping.reaches(20_000, SECOND_NS), () -> host.ip().counters().toString());
        assertTrue(other.ping(other.linkLocal()).reaches(56, SECOND_NS));
        assertEquals(0, host.count(IpCounter.SEND_REFUSED_NO_SOURCE));
    }

    @Test
    void packetsThatClaimTheHostsOwnAddressAreDropped() {
        byte[] echo = IcmpMessages.echoRequest(false, 1, 1, new byte[8]);
        String own = host.linkLocal();
        station.sendIp(host.nic().macAddress(), IpPackets.icmp(own, own, 64, echo));
        network.run(SECOND_NS);
        assertEquals(1, host.count(IpCounter.RECEIVE_DROPPED_OWN_SOURCE));
        assertEquals(0, host.count(IpCounter.ICMP_ECHO_REPLIES_SENT));
    }

    @Test
    void errorsAboutWhatALinkLocalAddressSentReachTheSender() {
        Ping ping = host.ping(other.linkLocal());
        assertTrue(ping.reaches(56, SECOND_NS));
        byte[] sent = IcmpMessages.echoRequest(false, ping.identifier(), 1, new byte[8]);
        byte[] packet = IpPackets.icmp(host.linkLocal(), other.linkLocal(), 64, sent);
        byte[] error =
                IcmpMessages.error(
                        Icmpv6Message.DESTINATION_UNREACHABLE, Icmpv6Message.PROHIBITED, packet);
        IpAddress from = IpAddress.parse("fe80::99");
        station.sendIp(
                host.nic().macAddress(),
                IpPackets.icmp(from, IpAddress.parse(host.linkLocal()), 64, error));
        network.run(SECOND_NS);
        assertEquals(1, ping.errors(), () -> host.ip().counters().toString());
        assertEquals(IcmpError.PROHIBITED, ping.lastErrorKind());
    }

    @Test
    void aNeighbourThatIsNotThereIsReported() {
        Ping ping = host.ping("fe80::dead");
        ping.send(56);
        network.run(5 * SECOND_NS);
        assertEquals(1, ping.errors(), () -> host.ip().counters().toString());
        assertEquals(IcmpError.HOST_UNREACHABLE, ping.lastErrorKind());
    }
}
