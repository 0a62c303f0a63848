package onload.testkit.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.Destination;
import onload.ip.IpOptions;
import onload.ip.counter.IpCounter;
import onload.ip.spi.IcmpError;
import onload.ip.spi.IpDatagram;
import onload.ip.spi.RawReceiver;
import onload.ip.spi.TransportProtocol;
import onload.nic.emulated.EmulatedCable;
import onload.nic.emulated.LinkSettings;
import onload.nic.emulated.NicSettings;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.testkit.Frames;
import onload.wire.IpAddress;
import onload.wire.IpProtocol;
import onload.wire.Ipv6FragmentHeader;
import onload.wire.MacAddress;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;

/** What one host tells another about packets that it cannot take. */
class ReportedErrorsTest {
    private static final long SECOND_NS = 1_000_000_000L;
    private static final int NOBODYS_PROTOCOL = 253;
    private static final String IPV4 = "192.0.2.2";
    private static final String IPV6 = "2001:db8::2";

    private final IpNetwork network = new IpNetwork(9);
    private final IpHost one = network.addHost();
    private final IpHost other = network.addHost();
    private final EmulatedCable cable =
            network.connect(one.nic(), other.nic(), LinkSettings.PERFECT);

    @BeforeEach
    void up() {
        one.up().address("192.0.2.1/24").address("2001:db8::1/64");
        other.up().address("192.0.2.2/24").address("2001:db8::2/64");
        network.run(3 * SECOND_NS);
    }

    @AfterEach
    void everyBufferIsHome() {
        network.close();
    }

    /** Sends datagrams of a protocol, and hears of errors about them. */
    private static final class Sender implements RawReceiver {
        private final IpNetwork network;
        private final IpHost host;
        private final Destination destination;
        private final List<Integer> kinds = new ArrayList<>();
        private final List<String> reporters = new ArrayList<>();

        Sender(IpNetwork network, IpHost host, String to, int protocol) {
            this.network = network;
            this.host = host;
            this.destination = host.ip().destination(IpAddress.parse(to), protocol);
            host.ip().addRawReceiver(protocol, this);
        }

        void send(int bytes) {
            PacketBuffers buffers = host.pool().buffers();
            int packet = host.pool().allocate(PacketPool.SEND);
            assertNotEquals(PacketBuffers.NONE, packet);
            int at = buffers.append(packet, bytes);
            buffers.memory().setMemory(at, bytes, (byte) 0);
            buffers.frameLength(packet, bytes);
            assertEquals(0, host.ip().send(packet, destination, network.nowNs()));
            host.ip().flush(network.nowNs());
        }

        @Override
        public void seen(int packet, IpDatagram datagram, long nowNs) {}

        @Override
        public boolean failed(IcmpError error, long nowNs) {
            kinds.add(error.kind());
            reporters.add(IpAddress.of(error.reporterHigh(), error.reporterLow()).toString());
            return true;
        }
    }

    /** A transport in which nobody has a port. */
    private record Portless(int protocol) implements TransportProtocol {
        @Override
        public int received(int packet, IpDatagram datagram, long nowNs) {
            return NO_PORT;
        }

        @Override
        public boolean failed(IcmpError error, long nowNs) {
            return false;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {IPV4, IPV6})
    void aProtocolThatAHostDoesNotHaveIsReportedToItsSender(String to) {
        Sender sender = new Sender(network, one, to, NOBODYS_PROTOCOL);
        sender.send(100);
        network.run(SECOND_NS);
        assertEquals(List.of(IcmpError.PROTOCOL_UNREACHABLE), sender.kinds);
        assertEquals(List.of(to), sender.reporters);
        assertEquals(1, other.count(IpCounter.RECEIVE_DROPPED_UNKNOWN_PROTOCOL));
    }

    @ParameterizedTest
    @ValueSource(strings = {IPV4, IPV6})
    void aPortThatNobodyHasIsReportedToTheSender(String to) {
        other.ip().register(new Portless(IpProtocol.UDP));
        Sender sender = new Sender(network, one, to, IpProtocol.UDP);
        sender.send(100);
        network.run(SECOND_NS);
        assertEquals(List.of(IcmpError.PORT_UNREACHABLE), sender.kinds);
        assertEquals(List.of(to), sender.reporters);
        assertEquals(1, other.count(IpCounter.RECEIVE_DROPPED_NO_PORT));
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void aPortThatNobodyHasOnThisHostIsReportedToo(String to) {
        one.ip().register(new Portless(IpProtocol.UDP));
        Sender sender = new Sender(network, one, to, IpProtocol.UDP);
        sender.send(100);
        network.run(SECOND_NS);
        assertEquals(List.of(IcmpError.PORT_UNREACHABLE), sender.kinds);
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.255", "224.0.0.1", "255.255.255.255", "ff02::1"})
    void ofWhatWasForManyNobodyIsTold(String to) {
        other.ip().register(new Portless(IpProtocol.UDP));
        Sender sender = new Sender(network, one, to, IpProtocol.UDP);
        sender.destination.bindTo(one.nic0().index());
        sender.destination.groupLoopback(false);
        sender.send(100);
        network.run(SECOND_NS);
        assertEquals(List.of(), sender.kinds);
        assertEquals(1, other.count(IpCounter.RECEIVE_DROPPED_NO_PORT));
        assertEquals(1, other.count(IpCounter.ICMP_ERRORS_SUPPRESSED_FORBIDDEN));
    }

    @ParameterizedTest
    @ValueSource(strings = {IPV4, IPV6})
    void aFloodIsReportedAtALimitedRate(String to) {
        other.ip().register(new Portless(IpProtocol.UDP));
        Sender sender = new Sender(network, one, to, IpProtocol.UDP);
        sender.send(100);
        network.run(10 * SECOND_NS);
        for (int i = 0; i < 500; i++) {
            sender.send(100);
            network.run(SECOND_NS / 1000);
        }
        network.run(SECOND_NS);
        // A burst of 10 and 10 a second.
        assertTrue(sender.kinds.size() <= 10 + 6 + 1, () -> sender.kinds.size() + " errors");
        assertTrue(sender.kinds.size() >= 10);
        assertTrue(other.count(IpCounter.ICMP_ERRORS_SUPPRESSED_LIMIT) > 400);
    }

    // Reassembly.

    @ParameterizedTest
    @ValueSource(strings = {IPV4, IPV6})
    void aDatagramThatDoesNotBecomeWholeIsReportedAfterItsTime(String to) {
        Ping ping = one.ping(to);
        assertTrue(ping.reaches(56, SECOND_NS));
        // The queue of the link has room for two frames of the three.
        cable.settings(LinkSettings.builder().bitsPerSecond(1_000_000).queueFrames(2).build());
        ping.send(4000);
        network.run(3 * SECOND_NS);
        cable.settings(LinkSettings.PERFECT);
        long fragments = other.count(IpCounter.FRAGMENTS_RECEIVED);
        assertEquals(2, fragments);
        network.run(50 * SECOND_NS);
        assertEquals(0, ping.errors());
        network.run(20 * SECOND_NS);
        assertEquals(1, ping.errors(), () -> other.ip().counters().toString());
        assertEquals(IcmpError.REASSEMBLY_TIME_EXCEEDED, ping.lastErrorKind());
        assertEquals(fragments, other.count(IpCounter.FRAGMENT_DROPPED_TIMEOUT));
    }

    @Test
    void ofADatagramWhoseFirstFragmentIsMissingNobodyIsTold() {
        RawStation station = network.addStation();
        IpHost third = network.addHost(IpOptions.DEFAULT, NicSettings.DEFAULT);
        network.connect(station.nic(), third.nic(), LinkSettings.PERFECT);
        third.up().address("198.51.100.1/24").address("2001:db8:3::1/64");
        network.run(3 * SECOND_NS);
        String mac = MacAddress.toString(third.nic().macAddress());
        station.send(Frames.arpRequest(station.mac(), "198.51.100.9", "198.51.100.1"));
        station.send(
                Frames.ip("198.51.100.9", "198.51.100.1", NOBODYS_PROTOCOL)
                        .ethernet(station.mac(), mac)
                        .fragment(77, 800, false)
                        .payload(new byte[100])
                        .build());
        UnsafeBuffer fragment = new UnsafeBuffer(new byte[Ipv6FragmentHeader.LENGTH + 96]);
        Ipv6FragmentHeader.write(fragment, 0, NOBODYS_PROTOCOL, 800, false, 77);
        station.send(
                Frames.ip("2001:db8:3::9", "2001:db8:3::1", IpProtocol.FRAGMENT)
                        .ethernet(station.mac(), mac)
                        .payload(fragment.byteArray())
                        .build());
        network.run(SECOND_NS);
        station.clear();
        network.run(100 * SECOND_NS);
        assertEquals(2, third.count(IpCounter.FRAGMENT_DROPPED_TIMEOUT));
        assertEquals(0, station.count("reassembly"));
        assertEquals(0, third.count(IpCounter.ICMP_ERRORS_SENT));
    }
}
