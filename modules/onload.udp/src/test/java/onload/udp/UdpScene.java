package onload.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import onload.ip.IpOptions;
import onload.nic.emulated.EmulatedSwitch;
import onload.nic.emulated.LinkSettings;
import onload.nic.emulated.NicSettings;
import onload.testkit.ip.IpHost;
import onload.testkit.ip.IpNetwork;
import onload.testkit.ip.IpPackets;
import onload.testkit.ip.RawStation;
import onload.udp.counter.UdpCounter;
import onload.wire.InternetChecksum;
import onload.wire.IpAddress;
import onload.wire.IpProtocol;
import onload.wire.UdpHeader;

import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Two hosts with UDP, and a bare NIC that forges datagrams, on one switch. */
final class UdpScene implements AutoCloseable {
    static final long SECOND_NS = 1_000_000_000L;
    static final String ONE = "192.0.2.1";
    static final String TWO = "192.0.2.2";
    static final String FORGER = "192.0.2.3";
    static final String ONE6 = "2001:db8::1";
    static final String TWO6 = "2001:db8::2";
    static final String FORGER6 = "2001:db8::3";
    static final String ANY6 = "::";
    static final String ANY4 = "::ffff:0.0.0.0";

    final IpNetwork network;
    final RawStation forger;
    final IpHost oneHost;
    final IpHost twoHost;
    final UdpEngine one;
    final UdpEngine two;
    final List<UdpSocket> opened = new ArrayList<>();
    final List<String> events = new ArrayList<>();
    final UnsafeBuffer buffer = new UnsafeBuffer(new byte[70000]);
    final UdpMessage message = new UdpMessage();

    UdpScene() {
        this(UdpSettings.DEFAULT, NicSettings.DEFAULT, 1024, LinkSettings.PERFECT, 5);
    }

    /** Both hosts have these settings; the link is that of host one. */
    UdpScene(UdpSettings settings, NicSettings nic, int buffers, LinkSettings link, long seed) {
        network = new IpNetwork(seed);
        forger = network.addStation();
        EmulatedSwitch lan = network.addSwitch();
        network.connect(lan, forger.nic(), LinkSettings.PERFECT);
        oneHost = host(lan, 1, nic, buffers, link);
        twoHost = host(lan, 2, nic, buffers, LinkSettings.PERFECT);
        one = engine(oneHost, settings);
        two = engine(twoHost, settings);
        network.run(5 * SECOND_NS);
    }

    static UdpScene with(UdpSettings settings) {
        return new UdpScene(settings, NicSettings.DEFAULT, 1024, LinkSettings.PERFECT, 5);
    }

    static UdpScene with(NicSettings nic) {
        return new UdpScene(UdpSettings.DEFAULT, nic, 1024, LinkSettings.PERFECT, 5);
    }

    private IpHost host(
            EmulatedSwitch lan, int number, NicSettings nic, int buffers, LinkSettings link) {
        IpHost host = network.addHost(IpOptions.DEFAULT, nic, buffers);
        network.connect(lan, host.nic(), link);
        return host.up()
                .address("192.0.2." + number + "/24")
                .address("2001:db8::" + number + "/64");
    }

    private UdpEngine engine(IpHost host, UdpSettings settings) {
        return new UdpEngine(
                host.ip(),
                settings,
                (socket, what) -> events.add(socket.id() + ":" + what),
                new SplittableRandom(9),
                network.nowNs());
    }

    /** Both hosts know each other's Ethernet addresses from now on, whatever becomes of questions for them. */
    void introduce() {
        introduce(oneHost, twoHost, TWO, TWO6);
        introduce(twoHost, oneHost, ONE, ONE6);
    }

    private void introduce(IpHost host, IpHost other, String... addresses) {
        for (String each : addresses) {
            host.ip()
                    .neighbors()
                    .fix(
                            host.nic0().index(),
                            ip(each).high(),
                            ip(each).low(),
                            other.nic().macAddress(),
                            network.nowNs());
        }
    }

    static IpAddress ip(String text) {
        return IpAddress.parse(text.startsWith("::ffff:") ? text.substring(7) : text);
    }

    UdpSocket open(UdpEngine engine) {
        UdpSocket socket = engine.open();
        opened.add(socket);
        return socket;
    }

    UdpSocket bound(UdpEngine engine, String address, int port) {
        UdpSocket socket = open(engine);
        assertEquals(0, bind(socket, address, port));
        return socket;
    }

    int bind(UdpSocket socket, String address, int port) {
        return socket.bind(ip(address).high(), ip(address).low(), port);
    }

    int connect(UdpSocket socket, String address, int port) {
        return socket.connect(ip(address).high(), ip(address).low(), port, network.nowNs());
    }

    UdpSocket connected(UdpEngine engine, String address, int port) {
        UdpSocket socket = open(engine);
        assertEquals(0, connect(socket, address, port));
        return socket;
    }

    int sendTo(UdpSocket socket, String text, String to, int port) {
        return sendTo(socket, text, to, port, null);
    }

    int sendTo(
            UdpSocket socket, String text, String to, int port, @Nullable UdpSendOptions options) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        int result =
                socket.sendTo(
                        new UnsafeBuffer(bytes),
                        0,
                        bytes.length,
                        ip(to).high(),
                        ip(to).low(),
                        port,
                        options,
                        network.nowNs());
        settle();
        return result;
    }

    int send(UdpSocket socket, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        int result = socket.send(new UnsafeBuffer(bytes), 0, bytes.length, network.nowNs());
        settle();
        return result;
    }

    void settle() {
        oneHost.ip().flush(network.nowNs());
        twoHost.ip().flush(network.nowNs());
        network.run(SECOND_NS / 100);
    }

    /** What a socket receives next as text, or the answer if it is an error. */
    String receive(UdpSocket socket) {
        int count = socket.receive(buffer, 0, buffer.capacity(), message);
        return count < 0 ? "" + count : buffer.getStringWithoutLengthAscii(0, count);
    }

    long count(UdpEngine engine, UdpCounter counter) {
        return engine.counters().get(counter);
    }

    /** A datagram of the forger to host two; {@code checksum} −1 for the right one. */
    void forge(String from, String to, int sourcePort, int port, String text, int checksum) {
        byte[] data = datagram(from, to, sourcePort, port, text, checksum);
        forge(from, to, data);
    }

    void forge(String from, String to, byte[] payload) {
        byte[] packet = IpPackets.ip(ip(from), ip(to), IpProtocol.UDP, 64, payload);
        forger.sendIp(twoHost.nic().macAddress(), packet);
        network.run(SECOND_NS / 100);
    }

    static byte[] datagram(
            String from, String to, int sourcePort, int port, String text, int checksum) {
        byte[] data = new byte[8 + text.length()];
        UnsafeBuffer view = new UnsafeBuffer(data);
        UdpHeader.write(view, 0, sourcePort, port, text.length());
        view.putStringWithoutLengthAscii(8, text);
        long pseudo =
                InternetChecksum.pseudoHeader(
                        ip(from).high(),
                        ip(from).low(),
                        ip(to).high(),
                        ip(to).low(),
                        IpProtocol.UDP,
                        data.length);
        if (ip(from).high() == 0) {
            pseudo =
                    InternetChecksum.pseudoHeader(
                            (int) ip(from).low(), (int) ip(to).low(), IpProtocol.UDP, data.length);
        }
        long sum = InternetChecksum.sum(view, 0, data.length, pseudo);
        UdpHeader.checksum(view, 0, checksum < 0 ? UdpHeader.checksumOf(sum) : checksum);
        return data;
    }

    @Override
    public void close() {
        opened.forEach(each -> each.close(network.nowNs()));
        assertEquals(0, one.sockets() + two.sockets());
        network.close();
    }
}
