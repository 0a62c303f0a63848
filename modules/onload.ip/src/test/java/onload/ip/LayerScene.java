package onload.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.counter.IpCounter;
import onload.ip.multicast.GroupMemberships;
import onload.ip.route.Route;
import onload.ip.spi.IpDatagram;
import onload.ip.spi.RawReceiver;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.testkit.Frames;
import onload.wire.CidrAddress;
import onload.wire.IpAddress;
import onload.wire.IpPrefix;
import onload.wire.MacAddress;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A layer under attack: one NIC whose wire the test holds, addresses of both versions on it and on a VLAN, a router for
 * all else, two groups, transports that count, and an honest peer that answers who asks for it. What the layer has
 * counted must add up to what was injected, at any time and at the end.
 */
final class LayerScene implements AutoCloseable {
    static final long SECOND_NS = 1_000_000_000L;
    static final String ROUTER4 = "192.0.2.254";
    static final String ROUTER6 = "fe80::ff:fe00:fe";
    static final String ROUTER_MAC = "02:00:00:00:00:fe";
    static final String GROUP4 = "239.1.2.3";
    static final String GROUP6 = "ff05::123";
    static final int VLAN = 100;

    private static final long FLOOD_INTERVAL_NS = 11_000;
    private static final int BATCH = 64;
    private static final int MAX_ROUNDS = 10_000;

    final PacketPool pool;
    final HostileNic nic;
    final IpLayer ip;
    final IpInterface nic0;
    final CountingTransport udp;
    final CountingTransport tcp;

    private final Honesty honesty = new Honesty();
    private final Spectator igmp = new Spectator();
    private final List<byte[]> sent = new ArrayList<>();
    private boolean isPeerHonest = true;
    private boolean keepsFrames = true;
    private long nowNs;
    private int probes;

    /** As it usually is: at a time that is no round number, with an MTU of 1500 and buffers for whole frames. */
    LayerScene(PacketPool pool) {
        this(pool, IpOptions.DEFAULT, 123_456_789L, false);
    }

    LayerScene(PacketPool pool, IpOptions options, long startNs, boolean scatters) {
        this.pool = pool;
        nowNs = startNs;
        nic = new HostileNic(pool, MacAddress.parse(Forge.OWN_MAC), 1500, scatters);
        ip = new IpLayer(options, pool, new SplittableRandom(startNs), nowNs);
        udp = new CountingTransport(pool, Forge.UDP, Forge.PORT);
        tcp = new CountingTransport(pool, Forge.TCP, Forge.PORT);
        ip.register(udp);
        ip.register(tcp);
        ip.addRawReceiver(Forge.IGMP, igmp);
        nic0 = ip.addInterface("nic0", nic);
        IpInterface vlan = ip.addVlan(nic0, VLAN, "nic0.100");
        ip.up(nic0, nowNs);
        ip.up(vlan, nowNs);
        address(nic0, Forge.OWN4 + "/24");
        address(nic0, Forge.OWN6 + "/64");
        address(vlan, "198.51.100.2/24");
        address(vlan, "2001:db8:100::2/64");
        route("0.0.0.0/0", ROUTER4);
        route("::/0", ROUTER6);
        join(GROUP4);
        join(GROUP6);
        run(15 * SECOND_NS);
        takeSent();
    }

    private void address(IpInterface to, String cidr) {
        ip.addAddress(to, CidrAddress.parse(cidr), nowNs);
    }

    private void route(String prefix, String gateway) {
        ip.addRoute(Route.via(IpPrefix.parse(prefix), IpAddress.parse(gateway), nic0.index()));
    }

    private void join(String group) {
        IpAddress address = IpAddress.parse(group);
        int result = ip.groups().join(1, nic0.index(), address.high(), address.low(), nowNs);
        assertTrue(result >= 0, () -> GroupMemberships.class.getSimpleName() + " " + result);
    }

    // Time.

    long nowNs() {
        return nowNs;
    }

    /** Lets the time jump, and polls once it is there. */
    void jump(long byNs) {
        nowNs += byNs;
        settle();
    }

    /** Goes from deadline to deadline, as whoever drives a layer does. */
    void run(long durationNs) {
        long endNs = nowNs + durationNs;
        settle();
        int rounds = 0;
        while (ip.nextDeadlineNs() <= endNs) {
            nowNs = Math.max(nowNs, ip.nextDeadlineNs());
            settle();
            assertTrue(++rounds < MAX_ROUNDS, "deadlines that do not move on");
        }
        nowNs = endNs;
        settle();
    }

    /** Polls until nothing is left to be done now; what was due has been done by then. */
    void settle() {
        int rounds = 0;
        do {
            ip.poll(nowNs, BATCH);
            listen();
            assertTrue(++rounds < MAX_ROUNDS, "a layer that does not come to rest");
        } while (nic.hasEvents() || ip.nextDeadlineNs() == Long.MIN_VALUE);
    }

    private void listen() {
        while (nic.hasFrame()) {
            byte[] frame = nic.takeFrame();
            if (keepsFrames) {
                sent.add(frame);
            }
            byte[] answer = isPeerHonest ? honesty.answer(frame) : new byte[0];
            if (answer.length > 0) {
                nic.inject(answer);
            }
        }
    }

    // The wire.

    /** Injects a frame and lets the layer deal with it. */
    void receive(byte[] frame) {
        nic.inject(frame);
        settle();
    }

    /** Injects a frame 11 µs after the last one, and lets the layer deal with a batch when there is one. */
    void flood(byte[] frame) {
        nowNs += FLOOD_INTERVAL_NS;
        if (!nic.inject(frame)) {
            settle();
            nic.inject(frame);
        }
    }

    /** The peer and the router answer who asks for them, or do not. */
    void peerIsHonest(boolean honest) {
        isPeerHonest = honest;
    }

    /** Whether what is sent can be taken by {@link #takeSent}; a flood may be too much to keep. */
    void keepFrames(boolean keep) {
        keepsFrames = keep;
        sent.clear();
    }

    /** {@return what the layer has sent since it was asked last} */
    List<byte[]> takeSent() {
        List<byte[]> taken = List.copyOf(sent);
        sent.clear();
        return taken;
    }

    /** {@return how many of the frames sent since it was asked last are ICMP messages of a type; 256 more for v6} */
    long takeSentIcmp(int type) {
        return takeSent().stream().filter(frame -> Forge.icmpType(frame) == type).count();
    }

    long count(IpCounter counter) {
        return ip.counters().get(counter);
    }

    /** A frame is dropped for one reason, and nothing is sent because of it. */
    void assertDropped(IpCounter reason, byte[] frame) {
        assertDropped(reason, frame, "");
    }

    void assertDropped(IpCounter reason, byte[] frame, String what) {
        long before = count(reason);
        long delivered = udp.taken() + tcp.taken();
        takeSent();
        receive(frame);
        assertEquals(before + 1, count(reason), () -> what + "\n" + ip.counters());
        assertEquals(delivered, udp.taken() + tcp.taken(), what);
        assertEquals(0, takeSent().size(), what);
    }

    // Service.

    /** The peer gets its answers, its datagrams arrive, and so do this host's. */
    void assertServes() {
        assertServesIpv4();
        assertServesIpv6();
    }

    void assertServesIpv4() {
        assertPing(Forge.echo4(Forge.PEER4, Forge.OWN4, ++probes), 0, Forge.IP + 24);
        assertTaken(Forge.udp(Forge.PEER4, Forge.OWN4, 30));
        assertAnswered(
                Forge.arp(1, Forge.PEER_MAC, Forge.PEER4, "00:00:00:00:00:00", Forge.OWN4),
                0x0806,
                -1);
        assertSends(Forge.PEER4);
    }

    void assertServesIpv6() {
        assertPing(Forge.echo6(Forge.PEER6, Forge.OWN6, ++probes), 256 + 129, Forge.IP + 44);
        assertTaken(Forge.udp(Forge.PEER6, Forge.OWN6, 30));
        assertAnswered(
                Forge.solicitation(
                        Forge.PEER6,
                        "ff02::1:ff00:2",
                        Forge.OWN6,
                        Forge.linkOption(1, Forge.PEER_MAC)),
                0x86DD,
                256 + 136);
        assertSends(Forge.PEER6);
    }

    private void assertPing(byte[] echo, int answerType, int identifierAt) {
        boolean kept = keepsFrames;
        keepFrames(true);
        receive(echo);
        int identifier = probes;
        assertTrue(
                sent.stream()
                        .anyMatch(frame ->
                                Forge.icmpType(frame) == answerType
                                        && (frame[identifierAt] & 0xFF) == (identifier >> 8 & 0xFF)
                                        && (frame[identifierAt + 1] & 0xFF) == (identifier & 0xFF)),
                () -> "no echo reply " + answerType + "\n" + ip.counters());
        keepFrames(kept);
    }

    private void assertTaken(byte[] datagram) {
        long before = udp.taken();
        receive(datagram);
        assertEquals(before + 1, udp.taken(), () -> "no datagram\n" + ip.counters());
    }

    private void assertAnswered(byte[] question, int etherType, int icmpType) {
        boolean kept = keepsFrames;
        keepFrames(true);
        receive(question);
        byte[] peer = Forge.mac(Forge.PEER_MAC);
        assertTrue(
                sent.stream()
                        .anyMatch(frame ->
                                Arrays.equals(frame, 0, 6, peer, 0, 6)
                                        && Forge.ethernetType(frame) == etherType
                                        && Forge.icmpType(frame) == icmpType),
                () -> "no answer to a question for this host\n" + ip.counters());
        keepFrames(kept);
    }

    private void assertSends(String peer) {
        boolean kept = keepsFrames;
        keepFrames(true);
        assertEquals(0, send(peer, 100), () -> "" + ip.counters());
        settle();
        byte[] mac = Forge.mac(Forge.PEER_MAC);
        assertTrue(
                sent.stream()
                        .anyMatch(frame ->
                                Arrays.equals(frame, 0, 6, mac, 0, 6) && frame.length > 100),
                () -> "nothing reaches the peer\n" + ip.counters());
        keepFrames(kept);
    }

    /** Sends a UDP datagram of this host, of one buffer at most; answers what the layer answers. */
    int send(String to, int bytes) {
        int packet = pool.allocate(PacketPool.SEND);
        if (packet == PacketBuffers.NONE) {
            return IpLayer.NO_BUFFER;
        }
        int length = Math.min(bytes, pool.buffers().tailroom(packet));
        int at = pool.buffers().append(packet, length);
        pool.buffers().memory().setMemory(at, length, (byte) 's');
        Destination destination = ip.destination(IpAddress.parse(to), Forge.UDP);
        int result = ip.send(packet, destination, nowNs);
        if (result < 0) {
            pool.release(packet);
        }
        ip.flush(nowNs);
        return result;
    }

    // Books.

    /** Every frame was dropped for one reason or went one way; after {@link #settle}. */
    void assertBooksAreRight() {
        long packets = count(IpCounter.IPV4_RECEIVED) + count(IpCounter.IPV6_RECEIVED);
        long fromWire = packets - count(IpCounter.LOOPED_BACK);
        long arp = count(IpCounter.ARP_RECEIVED) + count(IpCounter.ARP_DROPPED_MALFORMED);
        assertEquals(nic.delivered(), sum("FRAME_DROPPED_") + arp + fromWire, this::frameBooks);
        long dropped = sum("RECEIVE_DROPPED_");
        long delivered = count(IpCounter.DELIVERED);
        long pieces = count(IpCounter.FRAGMENTS_RECEIVED);
        assertEquals(
                packets,
                dropped + delivered + pieces - count(IpCounter.REASSEMBLED),
                () -> "packets do not add up\n" + ip.counters());
        assertTrue(
                pieces >= sum("FRAGMENT_DROPPED_") + count(IpCounter.REASSEMBLED),
                () -> "more fragments dropped than came\n" + ip.counters());
        long icmp =
                count(IpCounter.ICMP_RECEIVED)
                        + count(IpCounter.ICMP_DROPPED_MALFORMED)
                        + count(IpCounter.ICMP_DROPPED_CHECKSUM);
        assertEquals(
                delivered + count(IpCounter.RECEIVE_DROPPED_NO_PORT),
                udp.received() + tcp.received() + igmp.seen + icmp,
                () -> "what was delivered does not add up\n" + ip.counters());
    }

    private String frameBooks() {
        return "frames do not add up, lost " + nic.lost() + "\n" + ip.counters();
    }

    private long sum(String prefix) {
        return Arrays.stream(IpCounter.values())
                .filter(counter -> counter.name().startsWith(prefix))
                .mapToLong(this::count)
                .sum();
    }

    /** No table is larger than its options say. */
    void assertTablesAreBounded() {
        IpOptions options = ip.options();
        assertTrue(ip.neighbors().size() <= options.neighbors().capacity());
        assertTrue(ip.addresses().size() <= options.addresses().capacity());
        assertTrue(ip.routes().size() <= options.routes());
        assertTrue(ip.routers().redirects().size() <= options.routers().maximumRedirects());
        assertTrue(ip.groups().memberships() <= options.multicast().memberships());
        int interfaces = ip.interfaces().size();
        assertTrue(
                ip.routers().routers().size() <= interfaces * options.routers().maximumRouters());
        assertTrue(
                ip.routers().prefixes().size() <= interfaces * options.routers().maximumPrefixes());
        assertTrue(
                ip.routers().servers().size() <= interfaces * options.routers().maximumServers());
    }

    /** Buffers that are neither free nor in the NIC's ring. */
    int held() {
        return pool.capacity() - pool.available() - 128;
    }

    @Override
    public void close() {
        nic.jam(false);
        settle();
        assertTablesAreBounded();
        assertBooksAreRight();
        ip.close();
        assertEquals("", pool.outstanding());
        assertEquals(0, pool.badReleases());
    }

    /** Ends a layer that is in a state in which a test found a fault. */
    void abandon() {
        ip.close();
    }

    /** Sees every IGMP message. */
    private static final class Spectator implements RawReceiver {
        private long seen;

        @Override
        public void seen(int packet, IpDatagram datagram, long nowNs) {
            seen++;
        }
    }

    /** The peer and the router: each answers ARP and NDP for its own addresses. */
    private static final class Honesty {
        byte[] answer(byte[] frame) {
            int type = Forge.ethernetType(frame);
            if (type == 0x0806 && frame[21] == 1) {
                return arp(Arrays.copyOfRange(frame, 38, 42));
            }
            return Forge.icmpType(frame) == 256 + 135
                    ? ndp(Arrays.copyOfRange(frame, 22, 38), Arrays.copyOfRange(frame, 62, 78))
                    : new byte[0];
        }

        private static byte[] arp(byte[] target) {
            for (String address : List.of(Forge.PEER4, ROUTER4)) {
                if (Arrays.equals(Forge.address(address), target)) {
                    return Frames.arpReply(macOf(address), address, Forge.OWN_MAC, Forge.OWN4);
                }
            }
            return new byte[0];
        }

        private static byte[] ndp(byte[] asker, byte[] target) {
            for (String address : List.of(Forge.PEER6, Forge.PEER_LINK_LOCAL, ROUTER6)) {
                if (Arrays.equals(Forge.address(address), target) && asker[0] != 0) {
                    byte[] own = Forge.address(Forge.OWN6);
                    String to = Arrays.equals(asker, own) ? Forge.OWN6 : Forge.OWN_LINK_LOCAL;
                    int flags = address.equals(ROUTER6) ? 0xE0 : 0x60;
                    return Forge.between(
                            macOf(address),
                            Forge.OWN_MAC,
                            Forge.advertisement(
                                    address, to, address, flags, option(macOf(address))));
                }
            }
            return new byte[0];
        }

        private static byte[] option(String mac) {
            return Forge.linkOption(2, mac);
        }

        private static String macOf(String address) {
            return address.equals(ROUTER4) || address.equals(ROUTER6) ? ROUTER_MAC : Forge.PEER_MAC;
        }
    }
}
