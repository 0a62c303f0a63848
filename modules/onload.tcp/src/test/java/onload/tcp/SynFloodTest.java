package onload.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.IpInterface;
import onload.ip.IpLayer;
import onload.ip.IpOptions;
import onload.ip.route.Route;
import onload.nic.packet.HugePages;
import onload.nic.packet.PacketPool;
import onload.nic.packet.PoolOptions;
import onload.tcp.counter.TcpCounter;
import onload.testkit.Frames;
import onload.testkit.TcpSegmentBuilder;
import onload.wire.CidrAddress;
import onload.wire.EthernetHeader;
import onload.wire.InternetChecksum;
import onload.wire.IpAddress;
import onload.wire.IpPrefix;
import onload.wire.Ipv4Header;
import onload.wire.MacAddress;
import onload.wire.TcpHeader;
import onload.wire.TcpOptions;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

/**
 * A million SYNs from addresses, ports and sequence numbers that nobody has (RFC 4987): what is kept of them is
 * bounded, who is there connects all the same, who was connected goes on, and each SYN is counted once.
 */
class SynFloodTest {
    private static final int MANY = 1_000_000;
    private static final int FEWER = 100_000;
    private static final int BATCH = 64;
    private static final int PORT = 80;
    private static final long GAP_NS = 10_000;

    /** Every so many SYNs somebody connects who is there. */
    private static final int EVERY = 20_000;

    private static final String OWN = "192.0.2.1";
    private static final String CLIENT = "198.51.100.7";
    private static final long OWN_MAC = MacAddress.parse("02:00:00:00:00:01");
    private static final long GATEWAY_MAC = MacAddress.parse("02:00:00:00:00:fe");
    private static final IpAddress GATEWAY = IpAddress.parse("192.0.2.254");

    /** A host on the way to all others by a gateway. */
    private static final class Host implements TcpEvents, AutoCloseable {
        final PacketPool pool =
                PacketPool.open(
                        PoolOptions.of(2048).withHugePages(HugePages.NEVER).withAccounting(true));
        final WireNic nic = new WireNic(pool, OWN_MAC, 1500);
        final IpLayer ip;
        final TcpEngine tcp;
        final TcpListener listener;
        final SplittableRandom random = new SplittableRandom(3);
        private final UnsafeBuffer flood;
        private final byte[] floodFrame;
        long nowNs = 123_456_789L;

        /** The last answer to the client. */
        private byte[] answer = new byte[0];

        Host(TcpSettings settings, byte[] floodFrame) {
            this.floodFrame = floodFrame;
            flood = new UnsafeBuffer(floodFrame);
            ip = new IpLayer(IpOptions.DEFAULT, pool, new SplittableRandom(1), nowNs);
            IpInterface nic0 = ip.addInterface("nic0", nic);
            ip.up(nic0, nowNs);
            ip.addAddress(nic0, CidrAddress.parse(OWN + "/24"), nowNs);
            tcp = new TcpEngine(ip, settings, this, new SplittableRandom(2), nowNs);
            run(10_000_000_000L);
            ip.neighbors().fix(nic0.index(), GATEWAY.high(), GATEWAY.low(), GATEWAY_MAC, nowNs);
            ip.addRoute(Route.via(IpPrefix.parse("0.0.0.0/0"), GATEWAY, nic0.index()));
            listener = tcp.listener();
            assertEquals(0, listener.bind(0, 0, PORT));
            assertEquals(0, listener.listen(128));
        }

        /** Time goes on, and all that is due is done. */
        void run(long forNs) {
            nowNs += forNs;
            do {
                tcp.advance(nowNs);
                ip.poll(nowNs, BATCH);
                ip.flush(nowNs);
                for (byte[] frame = nic.takeFrame(); frame.length > 0; frame = nic.takeFrame()) {
                    sent(frame);
                }
            } while (nic.hasEvents());
        }

        private void sent(byte[] frame) {
            UnsafeBuffer bytes = new UnsafeBuffer(frame);
            if (frame.length > 34
                    && Ipv4Header.destination(bytes, EthernetHeader.LENGTH)
                            == IpAddress.parse(CLIENT).ipv4()) {
                answer = frame;
            }
        }

        /** One SYN from nobody. */
        void flood() {
            int at = EthernetHeader.LENGTH;
            int tcpAt = at + Ipv4Header.MIN_LENGTH;
            int source = (random.nextInt() & 0x07FF_FFFF) | 0x1000_0000;
            Ipv4Header.write(
                    flood,
                    at,
                    source,
                    IpAddress.parse(OWN).ipv4(),
                    6,
                    64,
                    floodFrame.length - tcpAt);
            flood.putShort(tcpAt, (short) random.nextInt());
            flood.putInt(tcpAt + 4, random.nextInt());
            flood.putShort(tcpAt + TcpHeader.CHECKSUM_OFFSET, (short) 0);
            long pseudo = Ipv4Header.pseudoHeader(flood, at);
            int bytes = floodFrame.length - tcpAt;
            long sum = InternetChecksum.sum(flood, tcpAt, bytes, pseudo);
            TcpHeader.checksum(flood, tcpAt, InternetChecksum.fold(sum));
            nic.inject(floodFrame);
        }

        long count(TcpCounter counter) {
            return tcp.counters().get(counter);
        }

        @Override
        public void changed(TcpConnection connection, int what) {
            // The test looks by itself.
        }

        @Override
        public void acceptable(TcpListener which) {
            // The test looks by itself.
        }

        @Override
        public void close() {
            tcp.close(nowNs);
            run(0);
            assertEquals(0, tcp.flows());
            ip.close();
            assertEquals("", pool.outstanding());
            assertEquals(0, pool.badReleases());
            pool.close();
        }
    }

    /** Somebody who is there. */
    private static final class Client {
        final Host host;
        final int port;
        int next;
        int acknowledgment;
        TcpConnection connection;

        Client(Host host, int port) {
            this.host = host;
            this.port = port;
            next = host.random.nextInt();
            TcpConnection none = host.tcp.open();
            connection = none;
        }

        private TcpSegmentBuilder segment() {
            return Frames.tcp(CLIENT, port, OWN, PORT)
                    .ethernet(GATEWAY_MAC, OWN_MAC)
                    .sequenceNumber(next);
        }

        /** {@return whether the host has answered the SYN} */
        boolean connects(TcpSegmentBuilder syn) {
            host.answer = new byte[0];
            host.nic.inject(syn.build());
            host.run(0);
            if (host.answer.length == 0) {
                return false;
            }
            UnsafeBuffer synAck = new UnsafeBuffer(host.answer);
            int at = EthernetHeader.LENGTH + Ipv4Header.MIN_LENGTH;
            acknowledgment = TcpHeader.sequenceNumber(synAck, at) + 1;
            next = TcpHeader.acknowledgmentNumber(synAck, at);
            host.nic.inject(segment().ack(acknowledgment).build());
            host.run(1000);
            TcpConnection accepted = host.listener.accept();
            assertNotNull(accepted);
            connection = accepted;
            return true;
        }

        boolean connects() {
            return connects(segment().syn().maximumSegmentSize(1460));
        }

        /** Both sides say something, and hear it. */
        void exchanges() {
            host.nic.inject(segment().ack(acknowledgment).payload("hello").build());
            next += 5;
            host.run(1000);
            assertEquals(5, connection.available());
            UnsafeBuffer bytes = new UnsafeBuffer(new byte[5]);
            assertEquals(5, connection.receive(bytes, 0, 5, host.nowNs));
            assertEquals("hello", bytes.getStringWithoutLengthAscii(0, 5));
            assertEquals(5, connection.send(bytes, 0, 5, host.nowNs));
            host.run(1000);
            byte[] answer = host.answer;
            String text = new String(answer, StandardCharsets.ISO_8859_1);
            assertTrue(text.endsWith("hello"), "no answer");
            acknowledgment += 5;
            host.nic.inject(segment().ack(acknowledgment).build());
            host.run(1000);
            assertEquals(0, connection.unacknowledged());
        }

        void ends() {
            connection.abort(host.nowNs);
            host.run(1000);
        }
    }

    private static byte[] syn() {
        return Frames.tcp("10.0.0.1", 1, OWN, PORT)
                .ethernet(GATEWAY_MAC, OWN_MAC)
                .syn()
                .maximumSegmentSize(1460)
                .build();
    }

    private static long usedBytes() {
        Runtime runtime = Runtime.getRuntime();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }

    private static int halfOpenMost(Host host) {
        return (int) Math.min(128, host.tcp.settings().get(TcpSetting.MAX_SYN_BACKLOG));
    }

    @Test
    void withCookiesMemoryIsBoundedClientsConnectAndConnectionsGoOn() {
        try (Host host = new Host(TcpSettings.DEFAULT, syn())) {
            Client old = new Client(host, 1000);
            assertTrue(old.connects());
            flood(host, old, 10_000);
            long before = usedBytes();
            long opens = host.count(TcpCounter.PASSIVE_OPENS);
            long cookies = host.count(TcpCounter.COOKIES_SENT);
            int connected = 0;
            for (int i = 0; i < MANY / EVERY; i++) {
                flood(host, old, EVERY);
                Client client = new Client(host, 2000 + i);
                assertTrue(client.connects(), "who is there connects");
                client.exchanges();
                client.ends();
                connected++;
            }
            long grown = usedBytes() - before;
            assertTrue(grown < 4 << 20, grown + " bytes more than at the beginning of the flood");
            assertEquals(
                    MANY + connected,
                    host.count(TcpCounter.PASSIVE_OPENS)
                            - opens
                            + host.count(TcpCounter.COOKIES_SENT)
                            - cookies);
            assertTrue(host.count(TcpCounter.COOKIES_ACCEPTED) > 0);
            assertEquals(0, host.count(TcpCounter.SYN_QUEUE_FULL));
            assertEquals(0, host.count(TcpCounter.ACCEPT_QUEUE_FULL));
            assertEquals(0, host.count(TcpCounter.SEND_FAILED_NO_BUFFER));
        }
    }

    /** SYNs from nobody, and every now and then somebody who is connected says something. */
    private static void flood(Host host, Client old, int count) {
        for (int i = 0; i < count; i += BATCH) {
            int batch = Math.min(BATCH, count - i);
            for (int j = 0; j < batch; j++) {
                host.flood();
            }
            host.run(batch * GAP_NS);
            assertTrue(host.listener.halfOpen() <= halfOpenMost(host));
            assertTrue(host.tcp.flows() <= halfOpenMost(host) + 2);
        }
        old.exchanges();
    }

    @Test
    void withoutCookiesMemoryIsBoundedAndConnectionsGoOn() {
        TcpSettings settings = TcpSettings.DEFAULT.with(TcpSetting.SYN_COOKIES, 0);
        try (Host host = new Host(settings, syn())) {
            Client old = new Client(host, 1000);
            assertTrue(old.connects());
            flood(host, old, 10_000);
            long before = usedBytes();
            for (int i = 0; i < FEWER / EVERY; i++) {
                flood(host, old, EVERY);
            }
            long grown = usedBytes() - before;
            assertTrue(grown < 4 << 20, grown + " bytes more than at the beginning of the flood");
            assertEquals(
                    10_000 + FEWER + 1,
                    host.count(TcpCounter.PASSIVE_OPENS) + host.count(TcpCounter.SYN_QUEUE_FULL));
            assertEquals(0, host.count(TcpCounter.COOKIES_SENT));
            // The flood is over: when what is half-open has timed out, there is room.
            for (int second = 0; second < 200; second++) {
                host.run(1_000_000_000L);
            }
            Client late = new Client(host, 3000);
            assertTrue(late.connects());
            late.exchanges();
        }
    }

    @Test
    void forgedCookiesOfFastOpenOpenNothingAndWhoHasOneIsServedAsAnybody() {
        byte[] forged =
                Frames.tcp("10.0.0.1", 1, OWN, PORT)
                        .ethernet(GATEWAY_MAC, OWN_MAC)
                        .syn()
                        .maximumSegmentSize(1460)
                        .fastOpen(new byte[8])
                        .payload("GET /")
                        .build();
        TcpSettings settings = TcpSettings.DEFAULT.with(TcpSetting.FAST_OPEN, 3);
        try (Host host = new Host(settings, forged)) {
            host.listener.fastOpen(16);
            Client old = new Client(host, 1000);
            assertTrue(old.connects(old.segment().syn().maximumSegmentSize(1460).fastOpen()));
            byte[] cookie = cookieOf(host.answer);
            assertEquals(8, cookie.length);
            flood(host, old, FEWER);
            assertEquals(0, host.count(TcpCounter.FAST_OPEN_ACCEPTED));
            Client client = new Client(host, 2000);
            TcpSegmentBuilder syn = client.segment().syn().fastOpen(cookie).payload("GET /");
            assertTrue(client.connects(syn));
            client.exchanges();
            assertEquals(0, host.listener.pendingFastOpens(host.nowNs));
            assertEquals(
                    FEWER + 2,
                    host.count(TcpCounter.PASSIVE_OPENS) + host.count(TcpCounter.COOKIES_SENT));
            assertEquals(
                    host.count(TcpCounter.PASSIVE_OPENS) - 1,
                    host.count(TcpCounter.FAST_OPEN_COOKIES_INVALID));
        }
    }

    private static byte[] cookieOf(byte[] frame) {
        UnsafeBuffer bytes = new UnsafeBuffer(frame);
        int at = EthernetHeader.LENGTH + Ipv4Header.MIN_LENGTH;
        TcpOptions options = new TcpOptions();
        assertEquals(0, options.parse(bytes, at, TcpHeader.headerLength(bytes, at)));
        assertTrue(options.hasFastOpen());
        byte[] cookie = new byte[options.cookieLength()];
        bytes.getBytes(options.cookieOffset(), cookie);
        return cookie;
    }

    @Test
    void acknowledgmentsThatForgeCookiesOpenNothing() {
        byte[] ack =
                Frames.tcp("10.0.0.1", 1, OWN, PORT).ethernet(GATEWAY_MAC, OWN_MAC).ack(77).build();
        try (Host host = new Host(TcpSettings.DEFAULT.with(TcpSetting.MAX_SYN_BACKLOG, 1), ack)) {
            Client old = new Client(host, 1000);
            assertTrue(old.connects());
            // A SYN takes the place that there is, and the next is answered by a cookie.
            for (int port = 7000; port < 7002; port++) {
                host.nic.inject(new Client(host, port).segment().syn().build());
                host.run(1000);
            }
            assertEquals(1, host.count(TcpCounter.COOKIES_SENT));
            flood(host, old, FEWER);
            assertEquals(FEWER, host.count(TcpCounter.COOKIES_INVALID));
            assertEquals(0, host.count(TcpCounter.COOKIES_ACCEPTED));
            assertEquals(FEWER, host.count(TcpCounter.RESETS_SENT));
        }
    }
}
